// sql: rows into a table's buffer: INSERT … VALUES without the engine, INSERT … SELECT and
// CREATE TABLE AS from its stream, and the defaults of columns that were left out.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/task.h"
#include "catalog/table_definition.h"
#include "sql/decode.h"
#include "sql/parameters.h"
#include "sql/session_context.h"

namespace firn::sql {

/// The columns of an INSERT or COPY, as indices into the table's; all when none are named.
/// Errors: 42703, 42701 with position.
Result<std::vector<size_t>> TargetColumns(const catalog::TableDefinition& table,
                                          const std::vector<TableName>& names);

/// A column's DEFAULT, once for each of `rows` rows: null without one.
Task<Result<std::shared_ptr<arrow::Array>>> DefaultValues(SessionContext& session,
                                                          const columnar::Column& column,
                                                          int64_t rows);

/// Completes batches of some columns to rows of the table, checks them and buffers them.
///
/// Lifetime: borrows the session.
class RowSink {
 public:
  RowSink(SessionContext& session, std::shared_ptr<const catalog::TableDefinition> table,
          std::vector<size_t> targets);

  /// Columns are the targets, in their order, with their types.
  Task<Status> Add(std::shared_ptr<arrow::RecordBatch> batch);
  int64_t rows() const { return rows_; }

 private:
  SessionContext& session_;
  const std::shared_ptr<const catalog::TableDefinition> table_;
  const std::vector<size_t> targets_;
  std::shared_ptr<arrow::Schema> schema_;
  int64_t rows_ = 0;
};

/// What $1 … of an INSERT … VALUES are: the declared type, a cast's, or the column's.
Result<std::vector<ParameterType>> InsertParameters(
    SessionContext& session, const InsertValuesCommand& command, size_t count,
    const std::vector<std::optional<ParameterType>>& declared);

/// The tag: "INSERT 0 5".
Task<Result<std::string>> RunInsertValues(SessionContext& session,
                                          const InsertValuesCommand& command,
                                          const std::vector<BoundParameter>& parameters);
Task<Result<std::string>> RunInsertQuery(SessionContext& session,
                                         const InsertQueryCommand& command,
                                         const std::vector<BoundParameter>& parameters);

/// Reads a query into the sink; its columns are converted to `targets` when given.
Task<Status> CopyQuery(SessionContext& session, const Statement& query,
                       const std::vector<BoundParameter>* parameters,
                       const std::vector<columnar::Field>* targets, RowSink& sink);

/// The targets as the fields WriteQueryFor converts to.
std::vector<columnar::Field> TargetFields(const catalog::TableDefinition& table,
                                          const std::vector<size_t>& targets);

}  // namespace firn::sql
