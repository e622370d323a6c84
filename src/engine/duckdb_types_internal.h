// engine: DuckDB's logical types from and to columnar::Type.
#pragma once

#include <string>

#include "base/result.h"
#include "columnar/types.h"
#include "engine/duckdb_handles_internal.h"

namespace firn::engine {

OwnedType LogicalTypeOf(const columnar::Type& type);

/// DuckDB's name of a type as columnar::TypeFromDuckDb wants it; only the outermost word of a
/// nested one ("STRUCT").
std::string TypeName(duckdb_logical_type type);

/// Where DuckDB keeps a decimal of this precision: SMALLINT, INTEGER, BIGINT or HUGEINT.
duckdb_type DecimalStorage(int precision);

}  // namespace firn::engine
