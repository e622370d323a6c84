// sql: from text to parse trees, one Statement each, by PostgreSQL's own grammar.
//
// The tree is libpg_query's JSON. Its "location" numbers are byte offsets into the whole text; a
// location of 0 is left out. Errors told to a client count characters of the whole text, from 1:
// Statement::Position converts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace firn::sql {

class UserTypes;

/// What a statement asks of its session. A pure function of the tree.
enum class StatementKind : uint8_t {
  kSession,       // SET, SHOW, RESET, DISCARD, PREPARE, EXECUTE, DEALLOCATE
  kTransaction,   // BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE …
  kDdl,           // CREATE, ALTER, DROP, TRUNCATE, COMMENT and what is done by saying so
  kCopy,          // COPY in either direction
  kInsertValues,  // INSERT … VALUES of constants, parameters, DEFAULT and casts of these
  kInsertQuery,   // any other INSERT
  kRead,          // SELECT, VALUES, TABLE, WITH; EXPLAIN of these
  kUtility,       // CHECKPOINT, CALL, DECLARE, FETCH, MOVE, CLOSE
  kUnsupported,   // parses, but firn has no such thing (Decode says why)
};
std::string_view StatementKindName(StatementKind kind);

/// A token of the text, by Postgres' scanner. Comments are not tokens here.
struct Token {
  int32_t begin = 0;  // bytes of the whole text
  int32_t end = 0;
  int32_t id = 0;  // libpg_query's Token number; one-character tokens are their ASCII code
};

/// One statement of a text. Cheap to copy: text and tree are shared. Threads: immutable.
struct Statement {
  std::shared_ptr<const std::string> source;   // the whole text
  int32_t begin = 0;                           // this statement's bytes in it, no semicolon,
  int32_t end = 0;                             // no white space around
  std::shared_ptr<const nlohmann::json> tree;  // {"SelectStmt": {…}}
  StatementKind kind = StatementKind::kUnsupported;
  int parameter_count = 0;                      // the highest n of $n
  std::shared_ptr<const UserTypes> user_types;  // for names of types; null: PostgreSQL's alone

  std::string_view text() const;
  /// "SelectStmt"
  std::string_view node_name() const;
  const nlohmann::json& node() const;
  /// 1-based character of the whole text for a byte location of the tree; 0 for a negative one.
  int Position(int location) const;
  /// The tokens of this statement. Errors: 42601.
  Result<std::vector<Token>> Tokens() const;
};

/// Every statement of the text; none for an empty one.
/// Errors: 42601 (or what the grammar says, as 0A000) with Postgres' message and position; 22021
/// for text that is not UTF-8 or holds a zero byte; 54001 for trees nested too deeply.
Result<std::vector<Statement>> Parse(std::string_view sql);

/// A statement inside another (the query of a COPY, of PREPARE, of CREATE TABLE AS …), with
/// positions that still count in the whole text. `tree` is {"SelectStmt": {…}}.
Statement Inner(const Statement& outer, const nlohmann::json& tree);

}  // namespace firn::sql
