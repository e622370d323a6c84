// sql: a table as it was: AT (LSN => …) and its other spellings, which Postgres' grammar lacks.
//
//   FROM t AT (LSN => 42)            rows of commits up to LSN 42
//   FROM t AT (TIMESTAMP => '…')     rows committed until then; any expression of constants
//   FROM t AT (VERSION => 123)       the rows of an Iceberg snapshot
//   FROM t FOR SYSTEM_TIME AS OF …   as TIMESTAMP; FOR TIMESTAMP AS OF too
//   FROM t FOR VERSION AS OF …       as VERSION
//   FROM firn.at('t', lsn => 42)     a call with the same meaning; system_time, version too
//
// The clauses are cut out before the parser sees the text (blanks in their place keep every
// position) and put into its tree: the RangeVar gets a member "past", {"kind": "lsn", "value":
// expression, "location": bytes}.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "sql/parse.h"

namespace firn::sql {

/// What a "past" speaks of.
inline constexpr std::string_view kPastLsn = "lsn";
inline constexpr std::string_view kPastTimestamp = "timestamp";
inline constexpr std::string_view kPastVersion = "version";

/// A clause in the text, in bytes.
struct PastClause {
  std::string_view kind;
  int32_t begin = 0;  // AT or FOR
  int32_t end = 0;
  int32_t value_begin = 0;
  int32_t value_end = 0;
  int32_t table = 0;  // where the name it follows begins
};

/// The clauses of a text, in its order. Errors: 42601 for one that is not whole.
Result<std::vector<PastClause>> FindPastClauses(const std::string& sql,
                                                const std::vector<Token>& tokens);

/// The text with blanks for the clauses.
std::string WithoutPastClauses(std::string sql, const std::vector<PastClause>& clauses);

/// A SELECT of a clause's expression, which stands where it stood.
std::string PastValueQuery(const std::string& sql, const PastClause& clause);

/// Puts clauses into the tree; `values` are their expressions' nodes. Errors: 42601 for a clause
/// that follows no table of a FROM, 25006 for one on a table that is written to.
Status AttachPast(const Statement& where, const std::vector<PastClause>& clauses,
                  std::vector<nlohmann::json> values, nlohmann::json& tree);

/// The query of a past's one value.
Statement PastValue(const Statement& statement, const nlohmann::json& value);

/// Whether the tree may hold calls of firn.at.
bool MayCallAt(std::string_view sql);
/// Turns calls of firn.at in FROM into tables with a past. Errors: 42883 for other arguments.
Status RewriteAtCalls(const Statement& where, nlohmann::json& tree);

}  // namespace firn::sql
