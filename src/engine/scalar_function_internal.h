// engine: a ScalarFunction as DuckDB sees it.
#pragma once

#include <memory>

#include "base/result.h"
#include "engine/duckdb_api_internal.h"
#include "engine/scalar_function.h"

namespace firn::engine {

/// Lifetime: DuckDB keeps a copy of `function` for as long as the instance lives.
Status RegisterScalarFunction(duckdb_connection connection, ScalarFunction function);

}  // namespace firn::engine
