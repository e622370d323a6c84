#include "sql/check_constraints.h"

#include <algorithm>

#include <arrow/api.h>

#include "sql/file_scan.h"
#include "sql/ident.h"
#include "sql/internal_query.h"
#include "sql/query.h"
#include "sql/row_check.h"
#include "sql/server_calls.h"
#include "sql/tree_internal.h"
#include "sql/user_types.h"

namespace firn::sql {
namespace {

using Batch = std::shared_ptr<arrow::RecordBatch>;
using Kind = catalog::Constraint::Kind;

constexpr std::string_view kRowColumn = "__row";

std::vector<columnar::Field> FieldsOf(const catalog::TableDefinition& table) {
  std::vector<columnar::Field> fields;
  for (const auto& column : table.columns.columns) fields.push_back({column.name, column.type});
  return fields;
}

std::vector<const catalog::Constraint*> ChecksOf(const catalog::TableDefinition& table) {
  std::vector<const catalog::Constraint*> checks;
  for (const auto& constraint : table.constraints) {
    if (constraint.kind == Kind::kCheck) checks.push_back(&constraint);
  }
  return checks;
}

/// SELECT __row, (check) IS FALSE … of the rows that break one, the first of them.
std::string FirstBroken(const catalog::TableDefinition& table,
                        const std::vector<const catalog::Constraint*>& checks) {
  std::string select = "SELECT " + std::string(kRowColumn);
  std::string where;
  for (const auto* check : checks) {
    const auto broken = "(" + check->expression + ") IS FALSE";
    select += ", " + broken;
    where += (where.empty() ? "" : " OR ") + broken;
  }
  return fmt::format("{} FROM {} WHERE {} ORDER BY 1 LIMIT 1", select, QuoteIdentifier(table.name),
                     where);
}

Batch WithRowNumbers(const Batch& rows) {
  arrow::Int64Builder numbers;
  for (int64_t i = 0; i < rows->num_rows(); ++i) (void)numbers.Append(i);
  return rows
      ->AddColumn(rows->num_columns(), std::string(kRowColumn), numbers.Finish().ValueOrDie())
      .ValueOrDie();
}

struct Broken {
  int64_t row = -1;
  const catalog::Constraint* check = nullptr;
};

Task<Result<Broken>> FindBroken(SessionContext& session, const catalog::TableDefinition& table,
                                const std::vector<const catalog::Constraint*>& checks,
                                const Batch& rows) {
  auto statements = Parse(FirstBroken(table, checks));
  if (!statements) co_return Failure(std::move(statements).error());
  InternalQuery query;
  const auto& style = session.settings.text_style();
  if (style->zone) query.zone = style->zone->engine_name();
  const columnar::Field number{std::string(kRowColumn), {columnar::TypeKind::kInt8}};
  QueryContext context;
  context.user_types = UserTypes::Of(session);
  context.resolve_table = [&](const TableReference& /*reference*/) -> Result<ResolvedTable> {
    std::vector<columnar::Field> fields;
    std::string select = "SELECT ";
    for (const auto& column : table.columns.columns) {
      const auto name = QuoteIdentifier(column.name);
      fields.push_back({column.name, columnar::Stored(column.type)});
      select += fmt::format("{} AS {}, ", FromStored(column.type, name), name);
    }
    fields.push_back(number);
    query.handles.push_back(
        RegisterBatch(session.services.engine, std::move(fields), WithRowNumbers(rows)));
    select += fmt::format("{} FROM {}", kRowColumn, query.handles.back().sql());
    return ResolvedTable{
        .scan_sql = std::move(select), .columns = FieldsOf(table), .hidden = {number}};
  };
  context.answer_call = [&](const ServerCall& call) {
    return AnswerServerCall(session, call, nullptr);
  };
  auto written = WriteQuery(statements->front(), context);
  if (!written) co_return Failure(std::move(written).error());
  query.sql = std::move(written->sql);
  const auto run = [&] { return RunInternalQuery(session.services.engine, query); };
  auto found = co_await RunOn(session.services.workers, run);
  if (!found) co_return Failure(std::move(found).error());
  Broken broken;
  for (const auto& batch : *found) {
    if (batch->num_rows() == 0) continue;
    broken.row = static_cast<const arrow::Int64Array&>(*batch->column(0)).Value(0);
    for (size_t i = 0; broken.check == nullptr && i < checks.size(); ++i) {
      const auto& one =
          static_cast<const arrow::BooleanArray&>(*batch->column(static_cast<int>(i) + 1));
      if (one.IsValid(0) && one.Value(0)) broken.check = checks[i];
    }
  }
  co_return broken;
}

/// A domain's checks as those of a table with the one column "value".
catalog::TableDefinition AsTable(const catalog::UserType& domain) {
  catalog::TableDefinition table;
  table.name = domain.name;
  table.columns.columns.push_back({.id = FieldId(1), .name = "value", .type = domain.base});
  for (const auto& check : domain.checks) {
    table.constraints.push_back(
        {.kind = Kind::kCheck, .name = check.name, .columns = {}, .expression = check.expression});
  }
  return table;
}

Task<Result<std::optional<BrokenRow>>> FindBrokenValue(
    SessionContext& session, const catalog::UserType& domain,
    const std::shared_ptr<arrow::Array>& values) {
  using Found = std::optional<BrokenRow>;
  Found found;
  if (domain.not_null && values->null_count() > 0) {
    int64_t row = 0;
    while (!values->IsNull(row)) ++row;
    found = BrokenRow{row, MakeError(ErrorCode::kInvalidInput,
                                     "domain {} does not allow null values", domain.name)
                               .WithSqlState("23502")
                               .About({.schema = domain.schema, .type = domain.name})};
  }
  const auto table = AsTable(domain);
  const auto checks = ChecksOf(table);
  if (checks.empty()) co_return found;
  const auto schema = arrow::schema({arrow::field("value", values->type())});
  const auto rows = arrow::RecordBatch::Make(schema, values->length(), {values});
  auto broken = co_await FindBroken(session, table, checks, rows);
  if (!broken) co_return Failure(std::move(broken).error());
  if (broken->check == nullptr || (found && found->row < broken->row)) co_return found;
  auto error =
      MakeError(ErrorCode::kInvalidInput, "value for domain {} violates check constraint \"{}\"",
                domain.name, broken->check->name)
          .WithSqlState("23514")
          .About({.schema = domain.schema, .type = domain.name, .constraint = broken->check->name});
  co_return Found(BrokenRow{broken->row, std::move(error)});
}

/// The first row with a value that its column's domain does not have.
Task<Result<std::optional<BrokenRow>>> FindBrokenDomain(SessionContext& session,
                                                        const UserTypes& types,
                                                        const catalog::TableDefinition& table,
                                                        const Batch& rows) {
  using Found = std::optional<BrokenRow>;
  Found first;
  for (int i = 0; i < rows->num_columns(); ++i) {
    const auto& column = table.columns.columns[static_cast<size_t>(i)];
    if (column.type.kind == columnar::TypeKind::kEnum || column.type.user_type == 0) continue;
    const auto domain = types.Find(column.type.user_type);
    if (domain == nullptr) continue;
    const auto values = rows->column(i);
    auto found = co_await FindBrokenValue(session, *domain, values);
    if (!found) co_return Failure(std::move(found).error());
    if (*found && (!first || (*found)->row < first->row)) first = *std::move(found);
  }
  co_return first;
}

bool HasUserTypes(const catalog::TableDefinition& table) {
  return std::any_of(table.columns.columns.begin(), table.columns.columns.end(),
                     [](const auto& column) { return column.type.user_type != 0; });
}

/// The names of columns in an expression's tree.
void GatherColumns(const tree::Json& node, std::vector<std::string>& names) {
  if (node.is_array()) {
    for (const auto& item : node) GatherColumns(item, names);
  }
  if (!node.is_object()) return;
  const auto open = tree::Open(node);
  if (open.Is("ColumnRef")) {
    const auto parts = tree::Names(tree::List(*open.body, "fields"));
    if (!parts.empty()) names.push_back(parts.back());
    return;
  }
  for (const auto& [key, child] : node.items()) GatherColumns(child, names);
}

}  // namespace

bool HasExpressions(const catalog::TableDefinition& table) {
  return HasUserTypes(table) || !ChecksOf(table).empty();
}

Result<std::optional<BrokenRow>> FindBrokenRowAlone(const catalog::TableDefinition& table,
                                                    const Batch& rows) {
  FIRN_RETURN_IF_ERROR(CheckLengths(table, *rows));
  const auto null = FirstNullRow(table, *rows);
  if (!null) return std::optional<BrokenRow>();
  return std::optional(BrokenRow{null->row, NullRow(table, *rows, *null).value()});
}

Task<Result<std::optional<BrokenRow>>> FindBrokenRow(SessionContext& session,
                                                     const catalog::TableDefinition& table,
                                                     const Batch& rows) {
  using Found = std::optional<BrokenRow>;
  auto lengths = CheckLengths(table, *rows);
  if (!lengths) co_return Failure(std::move(lengths).error());
  if (HasUserTypes(table)) {
    const auto types = UserTypes::Of(session);
    auto labels = CheckLabels(*types, table, *rows);
    if (!labels) co_return Failure(std::move(labels).error());
    auto broken = co_await FindBrokenDomain(session, *types, table, rows);
    if (!broken) co_return Failure(std::move(broken).error());
    if (*broken) co_return broken;
  }
  const auto null = FirstNullRow(table, *rows);
  const auto checks = ChecksOf(table);
  // Only rows before the first NULL in a NOT NULL column can be told of before it.
  const auto before = null ? rows->Slice(0, null->row) : rows;
  if (!checks.empty() && before->num_rows() > 0) {
    auto broken = co_await FindBroken(session, table, checks, before);
    if (!broken) co_return Failure(std::move(broken).error());
    if (broken->check != nullptr) {
      auto error =
          MakeError(ErrorCode::kInvalidInput,
                    "new row for relation \"{}\" violates check constraint \"{}\"", table.name,
                    broken->check->name)
              .WithSqlState("23514")
              .WithDetail(FailingRow(table, *rows, broken->row))
              .About(
                  {.schema = table.schema, .table = table.name, .constraint = broken->check->name});
      co_return Found(BrokenRow{broken->row, std::move(error)});
    }
  }
  if (null) co_return Found(BrokenRow{null->row, NullRow(table, *rows, *null).value()});
  co_return Found();
}

Result<std::vector<FieldId>> DescribeCheck(SessionContext& session,
                                           const catalog::TableDefinition& table,
                                           const std::string& expression) {
  FIRN_TRY(const auto statements,
           Parse(fmt::format("SELECT ({}) FROM {}", expression, QuoteIdentifier(table.name))));
  const auto& statement = statements.front();
  FIRN_TRY(const auto references, FindReferences(statement));
  if (references.tables.size() != 1) {
    return Fail(MakeError(ErrorCode::kUnsupported, "cannot use subquery in check constraint")
                    .WithSqlState("0A000")
                    .WithHint("A check looks at one row of its table."));
  }
  QueryContext context;
  context.user_types = UserTypes::Of(session);
  context.resolve_table = [&](const TableReference& /*reference*/) -> Result<ResolvedTable> {
    return ResolvedTable{.scan_sql = "SELECT 1", .columns = FieldsOf(table), .hidden = {}};
  };
  context.answer_call = DescribeServerCall;
  auto written = WriteQuery(statement, context);
  if (!written) {
    auto error = std::move(written).error();
    error.position = 0;
    return Fail(std::move(error));
  }
  if (written->fields[0].type.kind != columnar::TypeKind::kBool) {
    return Fail(MakeError(ErrorCode::kInvalidInput,
                          "argument of CHECK must be type boolean, not type {}",
                          columnar::PostgresName(written->fields[0].type))
                    .WithSqlState("42804"));
  }
  std::vector<std::string> names;
  GatherColumns(tree::At(statement.node(), "targetList"), names);
  std::vector<FieldId> ids;
  for (const auto& name : names) {
    const int index = table.columns.Find(name);
    if (index < 0) continue;
    const auto id = table.columns.columns[static_cast<size_t>(index)].id;
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  return ids;
}

}  // namespace firn::sql
