// sql: rows into a table's buffer: INSERT … VALUES without the engine, INSERT … SELECT and
// CREATE TABLE AS from its stream, and the defaults of columns that were left out.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/task.h"
#include "catalog/table_definition.h"
#include "sql/decode.h"
#include "sql/parameters.h"
#include "sql/row_stream.h"
#include "sql/session_context.h"

namespace firn::sql {

/// The columns of an INSERT or COPY, as indices into the table's; all when none are named.
/// Errors: 42703, 42701 with position.
Result<std::vector<size_t>> TargetColumns(const catalog::TableDefinition& table,
                                          const std::vector<TableName>& names);

/// A column's DEFAULT, once for each of `rows` rows: null without one.
Task<Result<std::shared_ptr<arrow::Array>>> DefaultValues(SessionContext& session,
                                                          const catalog::TableDefinition& table,
                                                          const columnar::Column& column,
                                                          int64_t rows);

/// Completes batches of some columns to rows of the table, checks them and buffers them.
///
/// Lifetime: borrows the session.
class RowSink {
 public:
  RowSink(SessionContext& session, std::shared_ptr<const catalog::TableDefinition> table,
          std::vector<size_t> targets, bool named);

  size_t width() const { return targets_.size(); }
  /// Whether the statement names its columns.
  bool named() const { return named_; }
  /// A query gave fewer columns than there are targets: it fills the first ones.
  void SetWidth(size_t columns) { targets_.resize(std::min(columns, targets_.size())); }
  /// `count` rows of columns that are the targets, in their order, with their types.
  Task<Status> Add(std::vector<std::shared_ptr<arrow::Array>> columns, int64_t count);
  Task<Status> Add(const std::shared_ptr<arrow::RecordBatch>& batch);
  int64_t rows() const { return rows_; }
  /// Of the rows last given the one that broke a rule of the table; -1: none did.
  int64_t broken_row() const { return broken_row_; }
  /// Keeps the rows for RETURNING, as the table keeps them.
  void KeepRows() { keeps_ = true; }
  const std::vector<std::shared_ptr<arrow::RecordBatch>>& kept() const { return kept_; }

 private:
  SessionContext& session_;
  const std::shared_ptr<const catalog::TableDefinition> table_;
  std::vector<size_t> targets_;
  const bool named_;
  std::shared_ptr<arrow::Schema> schema_;
  int64_t rows_ = 0;
  int64_t broken_row_ = -1;
  bool keeps_ = false;
  std::vector<std::shared_ptr<arrow::RecordBatch>> kept_;
};

/// The tag, "INSERT 0 5", and the rows of RETURNING.
struct Inserted {
  std::string tag;
  std::unique_ptr<RowStream> rows;  // null: nothing is returned
};

/// What of an INSERT … VALUES stays the same from one execution to the next, found by the first.
/// Threads: its session's.
struct InsertPlan {
  NameScope scope;  // for which it is good; empty: there is none yet
  std::shared_ptr<const catalog::TableDefinition> table;
  std::vector<size_t> targets;
  bool by_engine = false;
  /// Of a single row, by target: constants. Null: parameters and defaults.
  std::vector<std::shared_ptr<arrow::Array>> constants;
};

/// What $1 … of an INSERT … VALUES are: the declared type, a cast's, or the column's.
Result<std::vector<ParameterType>> InsertParameters(
    SessionContext& session, const InsertValuesCommand& command, size_t count,
    const std::vector<std::optional<ParameterType>>& declared);

Task<Result<Inserted>> RunInsertValues(SessionContext& session, const InsertValuesCommand& command,
                                       const std::vector<BoundParameter>& parameters,
                                       InsertPlan& plan);
Task<Result<Inserted>> RunInsertQuery(SessionContext& session, const InsertQueryCommand& command,
                                      const std::vector<BoundParameter>& parameters);

/// Reads a query into the sink; its columns are converted to `targets` when given.
Task<Status> CopyQuery(SessionContext& session, const Statement& query,
                       const std::vector<BoundParameter>* parameters,
                       const std::vector<columnar::Column>* targets, RowSink& sink);

/// The targets as WriteQueryFor takes them.
/// 42501 unless the role may insert into these columns.
Status RequireInsert(const SessionContext& session, const catalog::TableDefinition& table,
                     const std::vector<size_t>& targets);

std::vector<columnar::Column> PickColumns(const catalog::TableDefinition& table,
                                          const std::vector<size_t>& targets);

}  // namespace firn::sql
