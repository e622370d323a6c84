// sql: the constants of a tree as text.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "sql/decode.h"
#include "sql/tree_internal.h"

namespace firn::sql {

/// An A_Const: kNull, kInteger (fits bigint), kFloat (any other number), kString or kBool.
Cell ReadConstant(const Statement& statement, const tree::Json& a_const);
/// A constant, $n, DEFAULT, or a cast of one; nullopt for any other expression.
Result<std::optional<Cell>> ReadCell(const Statement& statement, const tree::Json& node);
/// The argument of WITH (name = value), SET …: text of a String, Float, Integer, Boolean, A_Const
/// or TypeName; nullopt for anything else.
std::optional<std::string> ReadOptionText(const Statement& statement, const tree::Json& node,
                                          int location);

}  // namespace firn::sql
