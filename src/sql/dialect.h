// sql: DuckDB's dialect, for reads that are a syntax error to Postgres: FROM t, SELECT * EXCLUDE,
// GROUP BY ALL, QUALIFY, [1, 2], DESCRIBE, SUMMARIZE.
//
// DuckDB parses the text (json_serialize_sql) and its tree is translated into the one Postgres'
// grammar would have made, so everything behind it is the same: resolution, rights, refusals, and
// the meaning of operators and functions. What Postgres' trees cannot say has a node of its own:
//
//   A_Star      "exclude": [String …], "replace": [ResTarget …]
//   SelectStmt  "groupAll", "orderAll": true; "qualifyClause": an expression
//   RangeDescribe {"query": SelectStmt node, "summarize": bool}: DESCRIBE, SUMMARIZE in FROM
#pragma once

#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "sql/parse.h"

namespace firn::sql {

/// A query with one parameter, the text, that gives the tree.
inline constexpr std::string_view kDuckDbParseSql =
    "SELECT CAST(json_serialize_sql(CAST($1 AS VARCHAR)) AS VARCHAR)";

/// The statements of a text from DuckDB's tree of it; none when DuckDB does not take it for a
/// read either. Errors: 0A000 with a hint and position for what has no counterpart.
Result<std::vector<Statement>> FromDuckDb(std::string_view sql, std::string_view duckdb_tree);

}  // namespace firn::sql
