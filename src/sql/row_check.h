// sql: what a row must satisfy before it is buffered: NOT NULL, varchar(n).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "catalog/table_definition.h"
#include "sql/user_types.h"

namespace firn::sql {

/// A row that breaks a rule of its table: 23502, 23505, 23514 with the row or its key in detail.
struct BrokenRow {
  int64_t row = 0;
  Error error;
};

/// An overflow of a numeric without precision says of which column: it is the column's limit, not
/// PostgreSQL's.
Error NamingColumn(Error error, const columnar::Column& column);

/// 22001 for a text that is too long. `batch` has the table's columns, here and below.
Status CheckLengths(const catalog::TableDefinition& table, const arrow::RecordBatch& batch);

/// 22P02 for a text that is no label of its column's enum.
Status CheckLabels(const UserTypes& types, const catalog::TableDefinition& table,
                   const arrow::RecordBatch& batch);

/// The first row with a NULL where none may be, and the first such column.
struct NullPlace {
  int64_t row = 0;
  size_t column = 0;
};
std::optional<NullPlace> FirstNullRow(const catalog::TableDefinition& table,
                                      const arrow::RecordBatch& batch);
/// 23502 with the failing row in detail.
Failure NullRow(const catalog::TableDefinition& table, const arrow::RecordBatch& batch,
                const NullPlace& place);

/// "Failing row contains (1, null)."
std::string FailingRow(const catalog::TableDefinition& table, const arrow::RecordBatch& batch,
                       int64_t row);

}  // namespace firn::sql
