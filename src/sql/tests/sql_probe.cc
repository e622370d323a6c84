// Reads lines of JSON {"sql": …, "tables": {"t": [["a", "integer"], …]}} and answers each with
// {"sql", "fields", "parameters"} or {"sqlstate", "message", "position"}. A line "macros" answers
// with the engine's macros. For tests/interop/test_sql_meaning.py, which runs the written queries
// on DuckDB and asks PostgreSQL the same.
#include <iostream>
#include <string>

#include <nlohmann/json.hpp>

#include "sql/ident.h"
#include "sql/query.h"

namespace firn::sql {
namespace {

using nlohmann::json;

json ToJson(const Error& error) {
  return {{"sqlstate", std::string(error.SqlState())},
          {"message", error.message},
          {"hint", error.hint},
          {"position", error.position}};
}

Result<json> Answer(const json& ask) {
  QueryContext context;
  context.resolve_table = [&](const TableReference& reference) -> Result<ResolvedTable> {
    const auto found = ask["tables"].find(reference.table.name);
    if (found == ask["tables"].end()) {
      return Fail(
          MakeError(ErrorCode::kNotFound, "relation \"{}\" does not exist", reference.table.name)
              .WithSqlState("42P01")
              .WithPosition(reference.table.position));
    }
    ResolvedTable table{.scan_sql = "SELECT * FROM " + QuoteIdentifier(reference.table.name)};
    for (const auto& column : *found) {
      FIRN_TRY(const auto type, columnar::ParsePostgresName(column[1].get<std::string>()));
      table.columns.push_back({column[0].get<std::string>(), type});
    }
    return table;
  };
  FIRN_TRY(const auto statements, Parse(ask["sql"].get<std::string>()));
  if (statements.size() != 1) return Fail(ErrorCode::kInvalidInput, "not one statement");
  FIRN_TRY(const auto command, Decode(statements.front()));
  if (!std::holds_alternative<ReadCommand>(command)) {
    return Fail(ErrorCode::kInvalidInput, "not a read");
  }
  FIRN_TRY(const auto written, WriteQuery(statements.front(), context));
  json fields = json::array();
  for (const auto& field : written.fields) {
    fields.push_back({field.name, columnar::PostgresName(field.type)});
  }
  json parameters = json::array();
  for (const auto& type : written.parameters) parameters.push_back(columnar::PostgresName(type));
  return json{{"sql", written.sql}, {"fields", fields}, {"parameters", parameters}};
}

}  // namespace
}  // namespace firn::sql

int main() {
  using firn::sql::json;
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "macros") {
      json macros = json::array();
      for (const auto macro : firn::sql::EngineMacros()) macros.push_back(std::string(macro));
      std::cout << macros.dump() << std::endl;
      continue;
    }
    const auto answer = firn::sql::Answer(json::parse(line));
    std::cout << (answer ? *answer : firn::sql::ToJson(answer.error())).dump() << std::endl;
  }
  return 0;
}
