// sql: what a row must satisfy before it is buffered: NOT NULL, varchar(n).
#pragma once

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "catalog/table_definition.h"

namespace firn::sql {

/// Errors: 23502 with the failing row in detail, 22001 for a text that is too long.
/// `batch` has the table's columns.
/// An overflow of a numeric without precision says of which column: it is the column's limit, not
/// PostgreSQL's.
Error NamingColumn(Error error, const columnar::Column& column);

Status CheckRows(const catalog::TableDefinition& table, const arrow::RecordBatch& batch);

}  // namespace firn::sql
