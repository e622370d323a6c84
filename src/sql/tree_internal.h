// sql: reading libpg_query's JSON without surprises: a field that is not there reads as its
// default, which libpg_query leaves out.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "sql/parse.h"

namespace firn::sql::tree {

using Json = nlohmann::json;

/// What is read where nothing is: null JSON, in which every member reads as its default.
const Json& Nothing();

/// {"SelectStmt": {…}} as its name and body. What is not a node, or is not there, has no name and a
/// body of nothing: it can be read like any other.
struct Node {
  std::string_view kind;
  const Json* body = &Nothing();

  bool IsNode() const { return !kind.empty(); }
  bool Is(std::string_view name) const { return kind == name; }
};
Node Open(const Json& node);

/// A member, or null JSON.
const Json& At(const Json& body, const char* field);
bool Has(const Json& body, const char* field);
std::string_view Text(const Json& body, const char* field);
int Number(const Json& body, const char* field, int otherwise = 0);
bool Flag(const Json& body, const char* field);
/// An array member, or an empty array.
const Json& List(const Json& body, const char* field);
/// A byte offset; 0 is left out by libpg_query, negative is "none".
inline int Location(const Json& body) {
  return Number(body, "location");
}

/// The strings of a list of String nodes.
std::vector<std::string> Names(const Json& list);
/// Location of the first node below (and with) this one that has one; -1 when none has.
int FirstLocation(const Json& node);

/// 0A000 with a hint.
Failure Refuse(const Statement& statement, int location, std::string message, std::string hint);
/// An error with SQLSTATE and position.
Failure Wrong(const Statement& statement, int location, std::string_view sqlstate,
              std::string message, std::string hint = "");

}  // namespace firn::sql::tree
