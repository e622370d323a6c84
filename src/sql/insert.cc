#include "sql/insert.h"

#include <algorithm>
#include <utility>

#include <arrow/api.h>
#include <arrow/builder.h>

#include "columnar/batch.h"
#include "columnar/value_parser.h"
#include "sql/read.h"
#include "sql/relations.h"
#include "sql/returning.h"
#include "sql/row_check.h"
#include "sql/tree_internal.h"

namespace firn::sql {
namespace {

// Rows from the engine (2,048 at a time) gathered into one batch of the buffer.
constexpr int64_t kGatherRows = 64 * 1024;
constexpr int64_t kGatherBytes = 8 << 20;

Status CheckWidth(size_t values, size_t targets, bool named, int position) {
  if (values > targets) {
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "INSERT has more expressions than target columns")
            .WithSqlState("42601")
            .WithPosition(position));
  }
  if (values < targets && named) {
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "INSERT has more target columns than expressions")
            .WithSqlState("42601"));
  }
  return {};
}

/// The columns that the rows of an INSERT … VALUES fill; fewer values than columns are allowed
/// when no columns are named.
Result<std::vector<size_t>> ValuesTargets(const catalog::TableDefinition& table,
                                          const InsertValuesCommand& command) {
  FIRN_TRY(auto targets, TargetColumns(table, command.columns));
  const size_t width = command.rows.empty() ? 0 : command.rows[0].size();
  for (const auto& row : command.rows) {
    if (row.size() == width) continue;
    return Fail(MakeError(ErrorCode::kInvalidInput, "VALUES lists must all be the same length")
                    .WithSqlState("42601")
                    .WithPosition(row.empty() ? 0 : row[0].position));
  }
  const int extra = width > targets.size() ? command.rows[0][targets.size()].position : 0;
  FIRN_RETURN_IF_ERROR(CheckWidth(width, targets.size(), !command.columns.empty(), extra));
  targets.resize(width);
  return targets;
}

Failure NotDefault(const columnar::Column& column) {
  return Fail(
      MakeError(ErrorCode::kInvalidInput, "cannot insert a non-DEFAULT value into column \"{}\"",
                column.name)
          .WithSqlState("428C9")
          .WithDetail(fmt::format(
              "Column \"{}\" is an identity column defined as GENERATED ALWAYS.", column.name))
          .WithHint("Use OVERRIDING SYSTEM VALUE to override."));
}

bool IsGeneratedAlways(const catalog::TableDefinition& table, size_t target) {
  const auto used = table.sequences.find(table.columns.columns[target].id);
  return used != table.sequences.end() &&
         used->second.form == catalog::ColumnSequence::Form::kAlways;
}

Status CheckGenerated(const catalog::TableDefinition& table, const InsertValuesCommand& command,
                      const std::vector<size_t>& targets) {
  for (size_t i = 0; i < targets.size(); ++i) {
    if (!IsGeneratedAlways(table, targets[i])) continue;
    for (const auto& row : command.rows) {
      if (row[i].kind != Cell::Kind::kDefault) return NotDefault(table.columns.columns[targets[i]]);
    }
  }
  return {};
}

/// A query for an INSERT and the columns it fills.
struct Filling {
  Statement query;
  std::vector<size_t> targets;
};

/// Takes out of VALUES lists the columns that are DEFAULT in every row and come from a sequence:
/// the sink fills them.
Result<Filling> WithoutSequences(const catalog::TableDefinition& table, Filling filling) {
  const auto select = tree::Open(*filling.query.tree);
  auto body = *select.body;
  const auto& lists = tree::List(body, "valuesLists");
  std::vector<size_t> gone;
  for (size_t i = 0; i < filling.targets.size(); ++i) {
    const auto& column = table.columns.columns[filling.targets[i]];
    if (!table.sequences.contains(column.id)) continue;
    size_t defaults = 0;
    for (const auto& row : lists) {
      const auto& items = tree::List(*tree::Open(row).body, "items");
      if (i < items.size() && tree::Open(items[i]).Is("SetToDefault")) ++defaults;
    }
    if (defaults > 0 && defaults == lists.size()) {
      gone.push_back(i);
    } else if (IsGeneratedAlways(table, filling.targets[i])) {
      return NotDefault(column);
    } else if (defaults > 0) {
      return Fail(MakeError(ErrorCode::kUnsupported,
                            "DEFAULT for column \"{}\" in some rows only is not supported",
                            column.name)
                      .WithSqlState("0A000")
                      .WithHint("Give the value in all rows or in none."));
    }
  }
  if (gone.empty()) return filling;
  for (auto& row : body["valuesLists"]) {
    auto& items = row["List"]["items"];
    for (auto at = gone.rbegin(); at != gone.rend(); ++at) items.erase(*at);
  }
  for (auto at = gone.rbegin(); at != gone.rend(); ++at) {
    filling.targets.erase(filling.targets.begin() + static_cast<ptrdiff_t>(*at));
  }
  filling.query.tree =
      std::make_shared<const tree::Json>(tree::Json{{"SelectStmt", std::move(body)}});
  return filling;
}

/// A cast to another type than the column's, or to a length, which cuts: the engine converts.
bool NeedsEngine(const catalog::TableDefinition& table, const InsertValuesCommand& command,
                 const std::vector<size_t>& targets) {
  for (const auto& row : command.rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      const auto& cast = row[i].cast;
      if (!cast) continue;
      if (cast->length > 0 || *cast != table.columns.columns[targets[i]].type) return true;
    }
  }
  return false;
}

Failure At(Error error, int position) {
  if (error.position == 0) error.position = position;
  return Fail(std::move(error));
}

Status AppendArray(arrow::ArrayBuilder& builder, const arrow::Array& one, int64_t row) {
  const auto appended = builder.AppendArraySlice(*one.data(), row, 1);
  if (!appended.ok()) return Fail(ErrorCode::kInternal, "append: {}", appended.ToString());
  return {};
}

Result<std::shared_ptr<arrow::Array>> OfParameter(const Cell& cell, const columnar::Column& column,
                                                  const std::vector<BoundParameter>& parameters,
                                                  const columnar::TextStyle& style) {
  const auto number = static_cast<size_t>(cell.parameter);
  if (number == 0 || number > parameters.size()) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "there is no parameter ${}", number)
                    .WithSqlState("42P02")
                    .WithPosition(cell.position));
  }
  auto assigned = AssignTo(column, parameters[number - 1], style);
  if (!assigned) return At(NamingColumn(std::move(assigned).error(), column), cell.position);
  return assigned;
}

/// One column of the VALUES lists. `defaults` holds a value per DEFAULT in it.
Result<std::shared_ptr<arrow::Array>> BuildColumn(const InsertValuesCommand& command, size_t index,
                                                  const columnar::Column& column,
                                                  const std::vector<BoundParameter>& parameters,
                                                  const arrow::Array* defaults,
                                                  const columnar::TextStyle& style) {
  if (command.rows.size() == 1 && command.rows[0][index].kind == Cell::Kind::kParameter) {
    return OfParameter(command.rows[0][index], column, parameters, style);
  }
  auto made = arrow::MakeBuilder(columnar::ArrowType(columnar::Stored(column.type)));
  if (!made.ok()) return Fail(ErrorCode::kInternal, "builder: {}", made.status().ToString());
  auto& builder = **made;
  const auto parser = columnar::ValueParser::Make(column.type, &builder, style);
  int64_t defaults_used = 0;
  for (const auto& row : command.rows) {
    const auto& cell = row[index];
    if (cell.kind == Cell::Kind::kDefault) {
      FIRN_RETURN_IF_ERROR(AppendArray(builder, *defaults, defaults_used++));
      continue;
    }
    if (cell.kind == Cell::Kind::kParameter) {
      FIRN_TRY(const auto value, OfParameter(cell, column, parameters, style));
      FIRN_RETURN_IF_ERROR(AppendArray(builder, *value, 0));
      continue;
    }
    auto text = TextForColumn(cell, column);
    if (!text) return At(std::move(text).error(), cell.position);
    auto appended = *text ? parser->AppendText(**text) : parser->AppendNull();
    if (!appended) return At(NamingColumn(std::move(appended).error(), column), cell.position);
  }
  auto array = builder.Finish();
  if (!array.ok()) return Fail(ErrorCode::kInternal, "finish: {}", array.status().ToString());
  return std::move(array).ValueUnsafe();
}

/// 42703 and 42501 before anything is written.
Status CheckReturning(const SessionContext& session, const catalog::TableDefinition& table,
                      const std::optional<ReturningList>& returning) {
  if (!returning) return {};
  auto fields = ReturnedFields(session, table, *returning);
  return fields ? Status() : Status(Failure(std::move(fields).error()));
}

/// Makes the plan anew if it is of another scope. Errors: those of names, rights and widths.
Status PlanInsert(SessionContext& session, const InsertValuesCommand& command, InsertPlan& plan) {
  auto scope = NameScopeOf(session);
  if (plan.scope == scope) return {};
  plan = {};
  FIRN_TRY(plan.table, RequireTable(session, command.table));
  const auto& table = *plan.table;
  FIRN_TRY(plan.targets, ValuesTargets(table, command));
  FIRN_RETURN_IF_ERROR(RequireInsert(session, table, plan.targets));
  FIRN_RETURN_IF_ERROR(CheckGenerated(table, command, plan.targets));
  FIRN_RETURN_IF_ERROR(CheckReturning(session, table, command.returning));
  plan.by_engine = NeedsEngine(table, command, plan.targets);
  plan.constants.resize(plan.targets.size());
  plan.scope = std::move(scope);
  return {};
}

/// A constant that is worth keeping: a long one would be in memory twice.
bool IsKept(const Cell& cell) {
  constexpr size_t kKeptBytes = 1024;
  return cell.kind != Cell::Kind::kParameter && cell.kind != Cell::Kind::kDefault &&
         cell.text.size() <= kKeptBytes;
}

Result<Inserted> Done(const SessionContext& session, const catalog::TableDefinition& table,
                      const RowSink& sink, const std::optional<ReturningList>& returning) {
  Inserted inserted{.tag = fmt::format("INSERT 0 {}", sink.rows()), .rows = nullptr};
  if (returning) {
    FIRN_TRY(inserted.rows, ReturnedRows(session, table, *returning, sink.kept()));
  }
  return inserted;
}

}  // namespace

Result<std::vector<ParameterType>> InsertParameters(
    SessionContext& session, const InsertValuesCommand& command, size_t count,
    const std::vector<std::optional<ParameterType>>& declared) {
  FIRN_TRY(const auto table, RequireTable(session, command.table));
  FIRN_TRY(const auto targets, ValuesTargets(*table, command));
  if (NeedsEngine(*table, command, targets)) {
    std::vector<std::optional<columnar::Type>> types;
    for (const auto& one : declared) {
      types.push_back(one ? std::optional(one->type) : std::nullopt);
    }
    const auto columns = PickColumns(*table, targets);
    FIRN_TRY(const auto described, DescribeRead(session, command.values, types, &columns));
    std::vector<ParameterType> parameters;
    for (const auto& type : described.parameters) parameters.push_back({.type = type});
    return parameters;
  }
  std::vector<std::optional<ParameterType>> types(declared);
  types.resize(std::max(count, types.size()));
  for (const auto& row : command.rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (row[i].kind != Cell::Kind::kParameter) continue;
      auto& type = types[static_cast<size_t>(row[i].parameter) - 1];
      const auto& column = table->columns.columns[targets[i]].type;
      // A declared numeric is assigned to a numeric column as its text is.
      if (!type || type->type.kind == column.kind) {
        type = ParameterType{.type = row[i].cast.value_or(column)};
      }
    }
  }
  std::vector<ParameterType> parameters;
  for (const auto& type : types) {
    parameters.push_back(type.value_or(ParameterType{.type = {.kind = columnar::TypeKind::kText}}));
  }
  return parameters;
}

namespace {

Task<Result<Inserted>> RefuseInsert(Error why) {
  co_return Failure(std::move(why));
}

Task<Result<Inserted>> InsertByEngine(SessionContext& session, const InsertValuesCommand& command,
                                      const std::vector<BoundParameter>& parameters,
                                      InsertPlan& plan) {
  const auto table = plan.table;
  auto filling = WithoutSequences(*table, {command.values, plan.targets});
  if (!filling) co_return Failure(std::move(filling).error());
  const auto columns = PickColumns(*table, filling->targets);
  RowSink sink(session, table, filling->targets, !command.columns.empty());
  if (command.returning) sink.KeepRows();
  auto copied = co_await CopyQuery(session, filling->query, &parameters, &columns, sink);
  if (!copied) co_return Failure(std::move(copied).error());
  co_return Done(session, *table, sink, command.returning);
}

Task<Result<Inserted>> InsertCells(SessionContext& session, const InsertValuesCommand& command,
                                   const std::vector<BoundParameter>& parameters,
                                   InsertPlan& plan) {
  const auto table = plan.table;
  RowSink sink(session, table, plan.targets, !command.columns.empty());
  if (command.returning) sink.KeepRows();

  arrow::ArrayVector columns = plan.constants;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] != nullptr) continue;
    const auto& column = table->columns.columns[plan.targets[i]];
    const auto wanted =
        std::count_if(command.rows.begin(), command.rows.end(),
                      [i](const auto& row) { return row[i].kind == Cell::Kind::kDefault; });
    std::shared_ptr<arrow::Array> defaults;
    if (wanted > 0) {
      auto values = co_await DefaultValues(session, *table, column, wanted);
      if (!values) co_return Failure(std::move(values).error());
      defaults = *std::move(values);
    }
    auto built =
        BuildColumn(command, i, column, parameters, defaults.get(), *session.settings.text_style());
    if (!built) co_return Failure(std::move(built).error());
    columns[i] = *std::move(built);
    if (command.rows.size() == 1 && IsKept(command.rows[0][i])) plan.constants[i] = columns[i];
  }
  const auto count = static_cast<int64_t>(command.rows.size());
  auto added = co_await sink.Add(std::move(columns), count);
  if (!added) co_return Failure(std::move(added).error());
  co_return Done(session, *table, sink, command.returning);
}

}  // namespace

Task<Result<Inserted>> RunInsertValues(SessionContext& session, const InsertValuesCommand& command,
                                       const std::vector<BoundParameter>& parameters,
                                       InsertPlan& plan) {
  auto planned = PlanInsert(session, command, plan);
  if (!planned) return RefuseInsert(std::move(planned).error());
  return plan.by_engine ? InsertByEngine(session, command, parameters, plan)
                        : InsertCells(session, command, parameters, plan);
}

Task<Status> CopyQuery(SessionContext& session, const Statement& query,
                       const std::vector<BoundParameter>* parameters,
                       const std::vector<columnar::Column>* targets, RowSink& sink) {
  RunningRead::Request request;
  request.query = &query;
  request.parameters = parameters;
  request.targets = targets;
  auto read = co_await RunningRead::Start(session, request);
  if (!read) co_return Failure(std::move(read).error());
  const size_t width = (*read)->fields().size();
  // As in PostgreSQL, a query may give fewer columns than the table has, but not fewer than named.
  if (width < sink.width() && sink.named()) {
    co_return CheckWidth(width, sink.width(), true, 0);
  }
  sink.SetWidth(width);
  std::vector<std::shared_ptr<arrow::RecordBatch>> gathered;
  int64_t rows = 0;
  int64_t bytes = 0;
  bool end = false;
  while (!end) {
    auto batch = co_await (*read)->Next();
    if (!batch) co_return Failure(std::move(batch).error());
    end = *batch == nullptr;
    if (!end) {
      rows += (*batch)->num_rows();
      bytes += columnar::BatchBytes(**batch);
      gathered.push_back(*std::move(batch));
    }
    if (gathered.empty() || (!end && rows < kGatherRows && bytes < kGatherBytes)) continue;
    auto whole = columnar::ConcatenateBatches(gathered[0]->schema(), gathered);
    if (!whole) co_return Failure(std::move(whole).error());
    auto added = co_await sink.Add(*whole);
    if (!added) co_return added;
    gathered.clear();
    rows = 0;
    bytes = 0;
  }
  co_return Status();
}

Task<Result<Inserted>> RunInsertQuery(SessionContext& session, const InsertQueryCommand& command,
                                      const std::vector<BoundParameter>& parameters) {
  auto table = RequireTable(session, command.table);
  if (!table) co_return Failure(std::move(table).error());
  auto targets = TargetColumns(**table, command.columns);
  if (!targets) co_return Failure(std::move(targets).error());
  auto allowed = RequireInsert(session, **table, *targets);
  if (!allowed) co_return Failure(std::move(allowed).error());
  auto named = CheckReturning(session, **table, command.returning);
  if (!named) co_return Failure(std::move(named).error());
  auto filling = WithoutSequences(**table, {command.query, *targets});
  if (!filling) co_return Failure(std::move(filling).error());
  const auto columns = PickColumns(**table, filling->targets);
  RowSink sink(session, *table, filling->targets, !command.columns.empty());
  if (command.returning) sink.KeepRows();
  auto copied = co_await CopyQuery(session, filling->query, &parameters, &columns, sink);
  if (!copied) co_return Failure(std::move(copied).error());
  co_return Done(session, **table, sink, command.returning);
}

}  // namespace firn::sql
