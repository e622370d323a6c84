#include "sql/ddl.h"

#include <utility>

#include "sql/ddl_internal.h"
#include "sql/insert.h"
#include "sql/read.h"
#include "sql/relations.h"
#include "sql/rights.h"
#include "sql/value_type_internal.h"

namespace firn::sql {
namespace {

/// The schema, or nothing when the table is there and may be.
Result<std::optional<std::string>> SchemaOrSkip(SessionContext& session, const TableName& name,
                                                bool if_not_exists) {
  FIRN_TRY(auto schema, SchemaForNewTable(session, name));
  if (session.transaction.view().catalog->FindTable(schema, name.name) == nullptr) {
    return std::optional(std::move(schema));
  }
  if (if_not_exists) return std::optional<std::string>();
  return Fail(MakeError(ErrorCode::kAlreadyExists, "relation \"{}\" already exists", name.name)
                  .WithSqlState("42P07")
                  .WithPosition(0));
}

Task<Status> TellSkipped(Output& out, const TableName& name) {
  auto notice =
      MakeNotice("42P07", fmt::format("relation \"{}\" already exists, skipping", name.name));
  co_return co_await out.Notice(std::move(notice));
}

bool IsKeptAsText(const columnar::Type& type) {
  return columnar::IsBare(type) && type.scale == columnar::kAsText;
}

bool WantsText(const SessionContext& session) {
  const auto kept = session.settings.Show("firn.numeric");
  return kept && *kept == "text";
}

Task<Status> TellKeptAsText(Output& out, const std::string& column) {
  auto notice = MakeNotice(
      "00000", fmt::format("column \"{}\" keeps every digit, as text in the lake", column));
  notice.hint = "Cast it to numeric(p,s) in the query for a decimal that other engines read.";
  co_return co_await out.Notice(std::move(notice));
}

/// The columns, and what hangs on them, of LIKE clauses among those that are written.
Status AddLike(SessionContext& session, const LikeClause& like, catalog::TableDefinition& table,
               CreateTableCommand& command) {
  FIRN_TRY(const auto source, RequireTable(session, like.source));
  FIRN_RETURN_IF_ERROR(
      RequireRight(session, {.table = source, .object = nullptr}, catalog::Right::kSelect));
  for (const auto& column : source->columns.columns) {
    if (table.columns.Find(column.name) >= 0) {
      return Fail(
          MakeError(ErrorCode::kInvalidInput, "column \"{}\" specified more than once", column.name)
              .WithSqlState("42701"));
    }
    auto copy = column;
    if (!like.defaults) copy.default_sql.clear();
    const auto used = source->sequences.find(column.id);
    const bool identity = used != source->sequences.end() &&
                          used->second.form != catalog::ColumnSequence::Form::kDefault;
    if (identity && like.identity) {
      command.generated[table.columns.columns.size()] =
          GeneratedBy{.form = used->second.form, .options = {.type = column.type.kind}};
    }
    table.columns.columns.push_back(std::move(copy));
  }
  for (const auto& constraint : source->constraints) {
    const bool check = constraint.kind == catalog::Constraint::Kind::kCheck;
    const bool key = constraint.kind == catalog::Constraint::Kind::kPrimaryKey;
    if (!(check && like.constraints) && !(key && like.indexes)) continue;
    ConstraintSpec spec{.kind = constraint.kind, .expression = constraint.expression};
    if (check) spec.name = constraint.name;
    for (const auto id : constraint.columns) {
      if (key) {
        spec.columns.push_back(
            source->columns.columns[static_cast<size_t>(source->IndexOf(id))].name);
      }
    }
    command.constraints.push_back(std::move(spec));
  }
  return {};
}

Status NumberColumns(catalog::TableDefinition& table) {
  int32_t id = 0;
  for (auto& column : table.columns.columns) column.id = FieldId(++id);
  for (auto& column : table.columns.columns) {
    column.element_id = FieldId(column.type.array ? ++id : 0);
  }
  table.columns.last_field_id = id;
  if (id > 0) return {};
  return Fail(MakeError(ErrorCode::kUnsupported, "a table without columns is not supported")
                  .WithSqlState("0A000")
                  .WithHint("Give it a column."));
}

/// Columns as written, with those of LIKE between them.
Result<catalog::TableDefinition> Gather(SessionContext& session, CreateTableCommand& command) {
  catalog::TableDefinition table;
  table.name = command.table.name;
  table.options = command.options;
  std::map<size_t, GeneratedBy> written;
  written.swap(command.generated);
  size_t like = 0;
  for (size_t i = 0; i <= command.columns.size(); ++i) {
    for (; like < command.likes.size() && command.likes[like].before == i; ++like) {
      FIRN_RETURN_IF_ERROR(AddLike(session, command.likes[like], table, command));
    }
    if (i == command.columns.size()) break;
    if (const auto generated = written.find(i); generated != written.end()) {
      command.generated[table.columns.columns.size()] = generated->second;
    }
    table.columns.columns.push_back(command.columns[i]);
    auto& type = table.columns.columns.back().type;
    type = AsNumericsAreKept(session, type);
  }
  FIRN_RETURN_IF_ERROR(CheckColumnNames(NamesOf(table.columns.columns)));
  FIRN_RETURN_IF_ERROR(NumberColumns(table));
  return table;
}

constexpr int32_t kComputedScale = 18;

/// How a column keeps the values of a query's: a numeric whose size was computed is a numeric
/// without one, shown with the zeros it comes with, or a text where any number of digits may come.
columnar::Type KeptType(const SessionContext& session, const columnar::Type& type) {
  if (type.kind != columnar::TypeKind::kNumeric || type.length != kComputed) return type;
  // A decimal of more digits behind the point has no room before it.
  const bool within = !columnar::IsBare(type) && type.scale <= kComputedScale;
  const int32_t scale = within ? type.scale : columnar::kAsText;
  return AsNumericsAreKept(session, {.kind = type.kind, .scale = scale, .array = type.array});
}

Result<std::vector<columnar::Column>> ColumnsOfQuery(const SessionContext& session,
                                                     const CreateTableAsCommand& command,
                                                     const ReadDescription& described) {
  if (command.column_names.size() > described.fields.size()) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "too many column names were specified")
                    .WithSqlState("42601"));
  }
  std::vector<columnar::Column> columns;
  for (size_t i = 0; i < described.fields.size(); ++i) {
    const auto& name =
        i < command.column_names.size() ? command.column_names[i] : described.fields[i].name;
    columns.push_back({.id = FieldId(static_cast<int32_t>(i) + 1),
                       .name = name,
                       .type = KeptType(session, described.fields[i].type)});
  }
  FIRN_RETURN_IF_ERROR(CheckColumnNames(NamesOf(columns)));
  return columns;
}

/// A temporary table has a schema of its own.
Status CheckTemporary(const SessionContext& session, const TableName& name, bool temporary) {
  if (!temporary || name.schema.empty() || name.schema == kTempSchema) return {};
  if (!session.transaction.view().catalog->HasSchema(name.schema)) {
    return Fail(MakeError(ErrorCode::kNotFound, "schema \"{}\" does not exist", name.schema)
                    .WithSqlState("3F000"));
  }
  return Fail(MakeError(ErrorCode::kInvalidInput,
                        "cannot create temporary relation in non-temporary schema")
                  .WithSqlState("42P16"));
}

std::string SchemaOf(const std::string& schema, bool temporary) {
  return temporary ? std::string(kTempSchema) : schema;
}

}  // namespace

Task<Result<std::string>> RunCreateTable(SessionContext& session, const CreateTableCommand& written,
                                         Output& out) {
  auto command = written;
  if (auto fits = CheckTemporary(session, command.table, command.temporary); !fits) {
    co_return Failure(std::move(fits).error());
  }
  if (command.temporary) command.table.schema = std::string(kTempSchema);
  auto schema = SchemaOrSkip(session, command.table, command.if_not_exists);
  if (!schema) co_return Failure(std::move(schema).error());
  if (!*schema) {
    auto told = co_await TellSkipped(out, command.table);
    if (!told) co_return Failure(std::move(told).error());
    co_return std::string("CREATE TABLE");
  }
  auto gathered = Gather(session, command);
  if (!gathered) co_return Failure(std::move(gathered).error());
  auto& table = *gathered;
  table.schema = SchemaOf(**schema, command.temporary);
  for (const auto& constraint : command.constraints) {
    auto done = PutConstraint(session, constraint, table);
    if (!done) co_return Failure(std::move(done).error());
  }
  std::vector<catalog::Change> after;
  for (size_t i = 0; i < table.columns.columns.size(); ++i) {
    const auto generated = command.generated.find(i);
    if (generated == command.generated.end()) {
      auto done = co_await CheckDefault(session, table, i);
      if (!done) co_return Failure(std::move(done).error());
      continue;
    }
    auto made = MakeColumnSequence(session, generated->second, table, i);
    if (!made) co_return Failure(std::move(made).error());
    for (auto& change : *made) after.push_back(std::move(change));
  }
  auto created = co_await session.transaction.CreateTable(std::move(table), command.on_commit);
  if (!created) co_return Failure(std::move(created).error());
  // The sequences were made before the table had its id.
  for (auto& change : after) {
    auto& put = std::get<catalog::PutObject>(change);
    const auto* sequence = dynamic_cast<const catalog::Sequence*>(put.object.get());
    if (sequence == nullptr) continue;
    auto owned = std::make_shared<catalog::Sequence>(*sequence);
    owned->owner->table = (*created)->id;
    put.object = std::move(owned);
  }
  auto done = AddChanges(session, std::move(after));
  if (!done) co_return Failure(std::move(done).error());
  co_return std::string("CREATE TABLE");
}

Task<Result<std::string>> RunCreateTableAs(SessionContext& session,
                                           const CreateTableAsCommand& written,
                                           const std::vector<BoundParameter>& parameters,
                                           Output& out) {
  auto command = written;
  if (auto fits = CheckTemporary(session, command.table, command.temporary); !fits) {
    co_return Failure(std::move(fits).error());
  }
  if (command.temporary) command.table.schema = std::string(kTempSchema);
  auto schema = SchemaOrSkip(session, command.table, command.if_not_exists);
  if (!schema) co_return Failure(std::move(schema).error());
  if (!*schema) {
    auto told = co_await TellSkipped(out, command.table);
    if (!told) co_return Failure(std::move(told).error());
    co_return std::string("CREATE TABLE AS");
  }
  std::vector<std::optional<columnar::Type>> types;
  for (const auto& bound : parameters) types.emplace_back(bound.type);
  auto described = DescribeRead(session, command.query, types, nullptr);
  if (!described) co_return Failure(std::move(described).error());
  auto columns = ColumnsOfQuery(session, command, *described);
  if (!columns) co_return Failure(std::move(columns).error());
  catalog::TableDefinition table;
  table.schema = SchemaOf(**schema, command.temporary);
  table.name = command.table.name;
  table.columns.columns = *std::move(columns);
  table.options = command.options;
  auto numbered = NumberColumns(table);
  if (!numbered) co_return Failure(std::move(numbered).error());
  auto created = co_await session.transaction.CreateTable(std::move(table), command.on_commit);
  if (!created) co_return Failure(std::move(created).error());
  if (!command.with_data) co_return std::string("CREATE TABLE AS");
  auto targets = TargetColumns(**created, {});
  if (!targets) co_return Failure(std::move(targets).error());
  const auto kept = PickColumns(**created, *targets);
  bool converted = false;
  for (size_t i = 0; i < kept.size(); ++i) {
    converted = converted || kept[i].type != described->fields[i].type;
    const bool computed = described->fields[i].type.length == kComputed;
    if (!computed || !IsKeptAsText(kept[i].type) || WantsText(session)) continue;
    auto told = co_await TellKeptAsText(out, kept[i].name);
    if (!told) co_return Failure(std::move(told).error());
  }
  RowSink sink(session, *created, *std::move(targets), true);
  const auto* as = converted ? &kept : nullptr;
  auto copied = co_await CopyQuery(session, command.query, &parameters, as, sink);
  if (!copied) co_return Failure(std::move(copied).error());
  co_return fmt::format("SELECT {}", sink.rows());
}

columnar::Type AsNumericsAreKept(const SessionContext& session, columnar::Type type) {
  if (columnar::IsBare(type) && WantsText(session)) type.scale = columnar::kAsText;
  return type;
}

Task<Status> Tell(Output& out, std::string_view sqlstate, std::string message, std::string detail) {
  auto notice = MakeNotice(sqlstate, std::move(message));
  notice.detail = std::move(detail);
  co_return co_await out.Notice(std::move(notice));
}

Task<Result<std::string>> RunDdl(SessionContext& session, const DdlCommand& command, Output& out) {
  auto running = std::visit([&](const auto& one) { return Run(session, one, out); }, command.what);
  auto done = co_await std::move(running);
  if (!done) co_return Failure(std::move(done).error());
  co_return command.tag;
}

}  // namespace firn::sql
