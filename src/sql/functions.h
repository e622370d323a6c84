// sql: the table of functions, operators and types that user SQL may use. What is not in it is
// refused: 42883 for functions and operators, 42704 for types. The entries are the text in
// functions/.
//
// An entry is one Postgres signature and how it reaches the engine. Every overload Postgres has
// of a name in the table is in the table too, refused ones with engine "-": otherwise a call
// meant for a refused one would quietly go to its neighbour. docs/sql.md says the same to people.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace firn::sql {

enum class FunctionKind : uint8_t { kScalar, kAggregate, kWindow, kTable, kServer };

/// One signature. Threads: constant data.
///
/// `arguments` are types separated by spaces: "text int4"; "any" stands for any one type, "any[]"
/// for an array of it, "..." for any number of arguments of any types. `result` is a type, "=1"
/// (that of the first argument), "=e1" (of its elements), "=a1" (an array of it), or one of the
/// rules for the scale of a numeric: "numeric:add", "numeric:multiply", "numeric:mod",
/// "numeric:sum", "numeric:whole", "numeric:unit"; "numeric" alone is an open one (its scale is
/// known when it is computed). `engine` is the engine's text: $1 $2 are the arguments; @f is the
/// aggregate f with the call's own arguments, DISTINCT, ORDER BY, FILTER and OVER, @f{…} the same
/// with these arguments; empty is the same name with the same arguments; "-" is refused; "!x" is
/// written by the rule x of write_call.cc. `open` is the text when an argument is an open numeric.
struct FunctionEntry {
  std::string_view name;  // "lower", "firn.wait_for"; operators by their sign: "+"
  FunctionKind kind = FunctionKind::kScalar;
  std::string_view arguments;
  std::string_view result;
  std::string_view engine;
  std::string_view open;
};

/// Every entry; those of one name stand together.
std::span<const FunctionEntry> Functions();
std::span<const FunctionEntry> Operators();
/// Entries of one name, empty when there is none. `name` may carry the schema firn.
std::span<const FunctionEntry> FindFunction(std::string_view name);
std::span<const FunctionEntry> FindOperator(std::string_view name);
/// Whether one of them takes so many arguments.
bool TakesArguments(std::span<const FunctionEntry> entries, size_t count);
/// Whether PostgreSQL has a function of this name that firn has not.
bool IsAbsentFunction(std::string_view name);

}  // namespace firn::sql
