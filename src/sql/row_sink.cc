#include <algorithm>
#include <utility>

#include <arrow/api.h>

#include "columnar/table_schema.h"
#include "columnar/through_text.h"
#include "sql/check_constraints.h"
#include "sql/insert.h"
#include "sql/key_search.h"
#include "sql/read.h"
#include "sql/rights.h"
#include "sql/row_check.h"
#include "sql/sequences.h"
#include "sql/user_types.h"

namespace firn::sql {
namespace {

using ArrayResult = Result<std::shared_ptr<arrow::Array>>;

ArrayResult Nulls(const columnar::Type& type, int64_t rows) {
  auto nulls = arrow::MakeArrayOfNull(columnar::ArrowType(columnar::Stored(type)), rows);
  if (!nulls.ok()) return Fail(ErrorCode::kInternal, "nulls: {}", nulls.status().ToString());
  return std::move(nulls).ValueUnsafe();
}

ArrayResult Repeat(const arrow::Array& one, int64_t rows) {
  auto scalar = one.GetScalar(0);
  if (!scalar.ok()) return Fail(ErrorCode::kInternal, "scalar: {}", scalar.status().ToString());
  auto array = arrow::MakeArrayFromScalar(**scalar, rows);
  if (!array.ok()) return Fail(ErrorCode::kInternal, "repeat: {}", array.status().ToString());
  return std::move(array).ValueUnsafe();
}

/// A column of a query as the table keeps it: what differs goes by its text.
ArrayResult AsStored(const columnar::Column& column, std::shared_ptr<arrow::Array> values) {
  auto stored = columnar::ThroughText(column.type, std::move(values),
                                      columnar::ArrowType(columnar::Stored(column.type)));
  if (!stored) return Fail(NamingColumn(std::move(stored).error(), column));
  return stored;
}

/// The DEFAULT as a cell, when it is a constant.
Result<std::optional<Cell>> ConstantDefault(const SessionContext& session,
                                            const columnar::Column& column) {
  FIRN_TRY(auto statements, Parse(fmt::format("INSERT INTO t VALUES ({})", column.default_sql)));
  for (auto& statement : statements) statement.user_types = UserTypes::Of(session);
  if (statements.size() != 1 || statements[0].kind != StatementKind::kInsertValues) {
    return std::optional<Cell>();
  }
  FIRN_TRY(auto command, Decode(statements[0]));
  auto* insert = std::get_if<InsertValuesCommand>(&command);
  if (insert == nullptr || insert->rows.size() != 1 || insert->rows[0].size() != 1) {
    return std::optional<Cell>();
  }
  auto& cell = insert->rows[0][0];
  if (cell.cast && *cell.cast != column.type) return std::optional<Cell>();
  return std::optional(std::move(cell));
}

}  // namespace

Task<ArrayResult> DefaultValues(SessionContext& session, const catalog::TableDefinition& table,
                                const columnar::Column& column, int64_t rows) {
  const auto sequence = table.sequences.find(column.id);
  if (sequence != table.sequences.end()) {
    co_return co_await SequenceColumn(session, sequence->second.sequence, column.type, rows);
  }
  if (column.default_sql.empty()) co_return Nulls(column.type, rows);
  auto constant = ConstantDefault(session, column);
  if (!constant) co_return Failure(std::move(constant).error());
  if (*constant) {
    auto text = TextForColumn(**constant, column);
    if (!text) co_return Failure(std::move(text).error());
    auto one = ValueFromText(column.type, *text, *session.settings.text_style());
    if (!one) co_return Failure(std::move(one).error());
    co_return Repeat(**one, rows);
  }
  // Evaluated once per row: DEFAULT gen_random_uuid() gives each row its own.
  auto statements =
      Parse(fmt::format("SELECT ({}) FROM generate_series(1, {})", column.default_sql, rows));
  if (!statements) co_return Failure(std::move(statements).error());
  const std::vector<columnar::Column> targets = {column};
  RunningRead::Request request;
  request.query = &statements->front();
  request.targets = &targets;
  auto read = co_await RunningRead::Start(session, request);
  if (!read) co_return Failure(std::move(read).error());
  arrow::ArrayVector parts;
  while (true) {
    auto batch = co_await (*read)->Next();
    if (!batch) co_return Failure(std::move(batch).error());
    if (!*batch) break;
    parts.push_back((*batch)->column(0));
  }
  auto whole = arrow::Concatenate(parts);
  if (!whole.ok()) co_return Fail(ErrorCode::kInternal, "{}", whole.status().ToString());
  co_return AsStored(column, std::move(whole).ValueUnsafe());
}

Result<std::vector<size_t>> TargetColumns(const catalog::TableDefinition& table,
                                          const std::vector<TableName>& names) {
  std::vector<size_t> targets;
  if (names.empty()) {
    for (size_t i = 0; i < table.columns.columns.size(); ++i) targets.push_back(i);
    return targets;
  }
  for (const auto& name : names) {
    const int index = table.columns.Find(name.name);
    if (index < 0) {
      return Fail(MakeError(ErrorCode::kNotFound, "column \"{}\" of relation \"{}\" does not exist",
                            name.name, table.name)
                      .WithSqlState("42703")
                      .WithPosition(name.position));
    }
    const auto target = static_cast<size_t>(index);
    if (std::find(targets.begin(), targets.end(), target) != targets.end()) {
      return Fail(
          MakeError(ErrorCode::kInvalidInput, "column \"{}\" specified more than once", name.name)
              .WithSqlState("42701")
              .WithPosition(name.position));
    }
    targets.push_back(target);
  }
  return targets;
}

Status RequireInsert(const SessionContext& session, const catalog::TableDefinition& table,
                     const std::vector<size_t>& targets) {
  std::vector<FieldId> columns;
  for (const auto target : targets) columns.push_back(table.columns.columns[target].id);
  FIRN_RETURN_IF_ERROR(RequireRightOnColumns(session, table, columns, catalog::Right::kInsert));
  // A serial column left out draws from its sequence; an identity's sequence is the column's own.
  for (const auto& [column, used] : table.sequences) {
    if (used.form != catalog::ColumnSequence::Form::kDefault) continue;
    if (std::find(columns.begin(), columns.end(), column) != columns.end()) continue;
    const auto sequence = session.transaction.view().catalog->FindObject(used.sequence);
    if (sequence == nullptr) continue;
    FIRN_RETURN_IF_ERROR(RequireSequenceRight(session, sequence, "nextval"));
  }
  return {};
}

std::vector<columnar::Column> PickColumns(const catalog::TableDefinition& table,
                                          const std::vector<size_t>& targets) {
  std::vector<columnar::Column> columns;
  for (const auto target : targets) columns.push_back(table.columns.columns[target]);
  return columns;
}

RowSink::RowSink(SessionContext& session, std::shared_ptr<const catalog::TableDefinition> table,
                 std::vector<size_t> targets, bool named)
    : session_(session),
      table_(std::move(table)),
      targets_(std::move(targets)),
      named_(named),
      schema_(table_->ArrowSchema()) {}

Task<Status> RowSink::Add(const std::shared_ptr<arrow::RecordBatch>& batch) {
  return Add(batch->columns(), batch->num_rows());
}

Task<Status> RowSink::Add(std::vector<std::shared_ptr<arrow::Array>> given, int64_t count) {
  if (count == 0) co_return Status();
  arrow::ArrayVector columns(table_->columns.columns.size());
  for (size_t i = 0; i < targets_.size(); ++i) {
    auto stored = AsStored(table_->columns.columns[targets_[i]], std::move(given[i]));
    if (!stored) co_return Failure(std::move(stored).error());
    columns[targets_[i]] = *std::move(stored);
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] != nullptr) continue;
    auto values = co_await DefaultValues(session_, *table_, table_->columns.columns[i], count);
    if (!values) co_return Failure(std::move(values).error());
    auto stored = AsStored(table_->columns.columns[i], *std::move(values));
    if (!stored) co_return Failure(std::move(stored).error());
    columns[i] = *std::move(stored);
  }
  auto rows = arrow::RecordBatch::Make(schema_, count, std::move(columns));
  Result<std::optional<BrokenRow>> broken;
  if (HasExpressions(*table_)) {
    broken = co_await FindBrokenRow(session_, *table_, rows);
  } else {
    broken = FindBrokenRowAlone(*table_, rows);
  }
  if (!broken) co_return Failure(std::move(broken).error());
  // A key that is taken in a row before the broken one is told of first.
  const auto whole = *broken ? rows->Slice(0, (*broken)->row) : rows;
  if (table_->PrimaryKey() != nullptr) {
    auto searched = co_await SearchKeys(session_, table_, whole);
    if (!searched) co_return Failure(std::move(searched).error());
    if (*searched) broken = std::move(searched);
  }
  if (*broken) {
    broken_row_ = (*broken)->row;
    co_return Fail(std::move((*broken)->error));
  }
  rows_ += rows->num_rows();
  if (keeps_) kept_.push_back(rows);
  auto& buffer = session_.transaction.BufferOf(table_);
  if (buffer.CanKeep()) co_return buffer.Keep(std::move(rows));
  co_return co_await buffer.Append(std::move(rows));
}

}  // namespace firn::sql
