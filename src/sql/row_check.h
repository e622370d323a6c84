// sql: what a row must satisfy before it is buffered: NOT NULL, varchar(n).
#pragma once

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "catalog/table_definition.h"

namespace firn::sql {

/// Errors: 23502 with the failing row in detail, 22001 for a text that is too long.
/// `batch` has the table's columns.
Status CheckRows(const catalog::TableDefinition& table, const arrow::RecordBatch& batch);

}  // namespace firn::sql
