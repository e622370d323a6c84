// sql: the table of functions, operators and types that user SQL may use. What is not in it is
// refused: 42883 for functions and operators, 42704 for types.
//
// An entry is one Postgres signature (argument types -> result type) and how it reaches the
// engine. docs/sql.md lists the same for people.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace firn::sql {

enum class FunctionKind : uint8_t { kScalar, kAggregate, kWindow, kTable, kServer };

/// One signature. Threads: constant data.
struct FunctionEntry {
  std::string_view name;  // "lower", "firn.wait_for"; operators by their sign: "+"
  FunctionKind kind = FunctionKind::kScalar;
  std::string_view arguments;  // type names, space-separated: "text int4"; "any", "..." variadic
  std::string_view result;     // type name, or a rule: see functions.cc
  std::string_view engine;     // engine text with $1 $2 …; empty: the same name and arguments
};

/// Every entry, for the tests and docs.
std::span<const FunctionEntry> Functions();
std::span<const FunctionEntry> Operators();
/// Entries of one name, empty when there is none. `name` may carry a schema ("firn.wait_for").
std::span<const FunctionEntry> FindFunction(std::string_view name);
std::span<const FunctionEntry> FindOperator(std::string_view name);

}  // namespace firn::sql
