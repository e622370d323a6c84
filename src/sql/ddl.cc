#include "sql/ddl.h"

#include <array>
#include <utility>

#include "sql/insert.h"
#include "sql/read.h"
#include "sql/relations.h"

namespace firn::sql {
namespace {

using DefinitionPtr = std::shared_ptr<const catalog::TableDefinition>;

Status CheckOptions(const std::map<std::string, std::string>& options) {
  for (const auto& [name, value] : options) {
    if (name == "format_version") {
      if (value == "2") continue;
      return Fail(MakeError(ErrorCode::kUnsupported, "format_version = {} is not supported", value)
                      .WithSqlState("0A000")
                      .WithHint("Tables have Iceberg format version 2."));
    }
    if (name == "partition_by" || name == "sort_by" || name == "max_staleness") {
      return Fail(MakeError(ErrorCode::kUnsupported, "the table option {} is not supported", name)
                      .WithSqlState("0A000")
                      .WithHint("Leave it out: rows are flushed in the order they were written."));
    }
    return Fail(MakeError(ErrorCode::kInvalidInput, "unrecognized parameter \"{}\"", name)
                    .WithSqlState("22023")
                    .WithHint("The table option there is: format_version."));
  }
  return {};
}

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

/// A DEFAULT that could never be used is refused when it is declared.
Task<Status> CheckDefaults(SessionContext& session, const std::vector<columnar::Column>& columns) {
  for (const auto& column : columns) {
    if (column.default_sql.empty()) continue;
    auto value = co_await DefaultValues(session, column, 1);
    if (!value) {
      auto error = std::move(value).error();
      error.position = 0;
      co_return Fail(std::move(error).During(fmt::format("default of column \"{}\"", column.name)));
    }
  }
  co_return Status();
}

Task<Result<DefinitionPtr>> Create(SessionContext& session, std::string schema, std::string name,
                                   std::vector<columnar::Column> columns,
                                   std::map<std::string, std::string> options) {
  catalog::TableDefinition definition;
  definition.schema = std::move(schema);
  definition.name = std::move(name);
  auto last = static_cast<int32_t>(columns.size());
  for (auto& column : columns) {
    if (column.type.array) column.element_id = FieldId(++last);
  }
  definition.columns.last_field_id = last;
  definition.columns.columns = std::move(columns);
  definition.options = std::move(options);
  co_return co_await session.transaction.CreateTable(std::move(definition));
}

Result<std::vector<columnar::Column>> ColumnsOfQuery(const CreateTableAsCommand& command,
                                                     const ReadDescription& described) {
  if (command.column_names.size() > described.fields.size()) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "too many column names were specified")
                    .WithSqlState("42601"));
  }
  std::vector<columnar::Column> columns;
  for (size_t i = 0; i < described.fields.size(); ++i) {
    const auto& name =
        i < command.column_names.size() ? command.column_names[i] : described.fields[i].name;
    for (const auto& earlier : columns) {
      if (earlier.name != name) continue;
      return Fail(
          MakeError(ErrorCode::kInvalidInput, "column \"{}\" specified more than once", name)
              .WithSqlState("42701"));
    }
    columns.push_back({.id = FieldId(static_cast<int32_t>(i) + 1),
                       .name = name,
                       .type = described.fields[i].type});
  }
  return columns;
}

}  // namespace

Task<Result<std::string>> RunCreateTable(SessionContext& session, const CreateTableCommand& command,
                                         Output& out) {
  auto schema = SchemaOrSkip(session, command.table, command.if_not_exists);
  if (!schema) co_return Failure(std::move(schema).error());
  if (!*schema) {
    auto told = co_await TellSkipped(out, command.table);
    if (!told) co_return Failure(std::move(told).error());
    co_return std::string("CREATE TABLE");
  }
  auto options = CheckOptions(command.options);
  if (!options) co_return Failure(std::move(options).error());
  auto defaults = co_await CheckDefaults(session, command.columns);
  if (!defaults) co_return Failure(std::move(defaults).error());
  auto created = co_await Create(session, **std::move(schema), command.table.name, command.columns,
                                 command.options);
  if (!created) co_return Failure(std::move(created).error());
  co_return std::string("CREATE TABLE");
}

Task<Result<std::string>> RunCreateTableAs(SessionContext& session,
                                           const CreateTableAsCommand& command,
                                           const std::vector<BoundParameter>& parameters,
                                           Output& out) {
  auto schema = SchemaOrSkip(session, command.table, command.if_not_exists);
  if (!schema) co_return Failure(std::move(schema).error());
  if (!*schema) {
    auto told = co_await TellSkipped(out, command.table);
    if (!told) co_return Failure(std::move(told).error());
    co_return std::string("CREATE TABLE AS");
  }
  auto options = CheckOptions(command.options);
  if (!options) co_return Failure(std::move(options).error());
  std::vector<std::optional<columnar::Type>> types;
  for (const auto& bound : parameters) types.emplace_back(bound.type);
  auto described = DescribeRead(session, command.query, types, nullptr);
  if (!described) co_return Failure(std::move(described).error());
  auto columns = ColumnsOfQuery(command, *described);
  if (!columns) co_return Failure(std::move(columns).error());
  auto created = co_await Create(session, **std::move(schema), command.table.name,
                                 *std::move(columns), command.options);
  if (!created) co_return Failure(std::move(created).error());
  if (!command.with_data) co_return std::string("CREATE TABLE AS");
  auto targets = TargetColumns(**created, {});
  if (!targets) co_return Failure(std::move(targets).error());
  RowSink sink(session, *created, *std::move(targets), true);
  auto copied = co_await CopyQuery(session, command.query, &parameters, nullptr, sink);
  if (!copied) co_return Failure(std::move(copied).error());
  co_return fmt::format("SELECT {}", sink.rows());
}

Task<Result<std::string>> RunDropTable(SessionContext& session, const DropTableCommand& command,
                                       Output& out) {
  for (const auto& name : command.tables) {
    const auto table = FindTable(session, name);
    if (table) {
      auto dropped = session.transaction.DropTable(*table);
      if (!dropped) co_return Failure(std::move(dropped).error());
      continue;
    }
    if (name.schema == "firn" || name.schema == "pg_catalog") {
      co_return Fail(MakeError(ErrorCode::kDenied,
                               "permission denied: \"{}.{}\" is a system relation", name.schema,
                               name.name)
                         .WithSqlState("42501"));
    }
    if (!command.if_exists) {
      co_return Fail(MakeError(ErrorCode::kNotFound, "table \"{}\" does not exist", name.name)
                         .WithSqlState("42P01"));
    }
    auto notice =
        MakeNotice("00000", fmt::format("table \"{}\" does not exist, skipping", name.name));
    auto told = co_await out.Notice(std::move(notice));
    if (!told) co_return Failure(std::move(told).error());
  }
  co_return std::string("DROP TABLE");
}

}  // namespace firn::sql
