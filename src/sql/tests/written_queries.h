// The tables the tests of written queries read, and the ways to ask.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sql/query.h"

namespace firn::sql {

using Tables = std::map<std::string, std::vector<std::pair<std::string, std::string>>>;

inline const Tables& TestTables() {
  static const Tables kTables = {
      {"t",
       {{"id", "integer"},
        {"n", "numeric(12,2)"},
        {"x", "text"},
        {"at", "timestamp with time zone"},
        {"d", "date"},
        {"b", "boolean"},
        {"f", "double precision"}}},
      {"u", {{"id", "bigint"}, {"x", "character varying(5)"}}},
  };
  return kTables;
}

inline QueryContext TestContext() {
  QueryContext context;
  context.resolve_table = [](const TableReference& reference) -> Result<ResolvedTable> {
    const auto found = TestTables().find(reference.table.name);
    if (found == TestTables().end()) {
      return Fail(
          MakeError(ErrorCode::kNotFound, "relation \"{}\" does not exist", reference.table.name)
              .WithSqlState("42P01")
              .WithPosition(reference.table.position));
    }
    ResolvedTable table{.scan_sql = "scan of " + reference.table.name};
    for (const auto& [name, type] : found->second) {
      table.columns.push_back({name, columnar::ParsePostgresName(type).value()});
    }
    table.hidden.push_back({"__lsn", {.kind = columnar::TypeKind::kInt8}});
    return table;
  };
  context.answer_call = [](const ServerCall& call) {
    std::string text = "answer of " + call.name;
    return Result<std::pair<std::string, columnar::Type>>(
        {text, {.kind = columnar::TypeKind::kText}});
  };
  return context;
}

inline Result<EngineQuery> TryWrite(std::string_view sql,
                                    const QueryContext& context = TestContext()) {
  FIRN_TRY(const auto statements, Parse(sql));
  if (statements.size() != 1) return Fail(ErrorCode::kInternal, "not one statement");
  FIRN_TRY(const auto command, Decode(statements.front()));
  if (!std::holds_alternative<ReadCommand>(command)) {
    return Fail(ErrorCode::kUnsupported, "not a read");
  }
  return WriteQuery(statements.front(), context);
}

inline EngineQuery Write(std::string_view sql, const QueryContext& context = TestContext()) {
  auto written = TryWrite(sql, context);
  EXPECT_TRUE(written.has_value()) << sql << ": " << (written ? "" : written.error().message);
  return written ? *written : EngineQuery{};
}

inline Error WriteError(std::string_view sql) {
  auto written = TryWrite(sql);
  EXPECT_FALSE(written.has_value()) << sql << "\n" << (written ? written->sql : "");
  return written ? Error{} : written.error();
}

}  // namespace firn::sql
