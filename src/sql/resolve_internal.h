// sql: which signature a call means, as Postgres decides it (func_select_candidate of
// parse_func.c, chapter "Type Conversion" of its manual).
#pragma once

#include <span>
#include <vector>

#include "sql/functions.h"
#include "sql/value_type_internal.h"

namespace firn::sql {

struct Resolution {
  const FunctionEntry* entry = nullptr;  // null: none fits, or several do
  bool ambiguous = false;
  std::vector<TypeTag> arguments;  // what to coerce each argument to
};

/// The argument types of a signature.
std::vector<TypeTag> ArgumentTags(const FunctionEntry& entry);
/// `is_operator`: a quoted literal beside a known type is tried as that type first.
Resolution Resolve(std::span<const FunctionEntry> candidates, std::span<const ValueType> arguments,
                   bool is_operator);

}  // namespace firn::sql
