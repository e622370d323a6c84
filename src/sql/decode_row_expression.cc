#include "sql/collect_internal.h"
#include "sql/decode_ddl_internal.h"
#include "sql/functions.h"
#include "sql/tree_internal.h"

namespace firn::sql {
namespace {

using tree::Json;
using tree::Wrong;

Status CheckNode(const Statement& statement, const Json& node, std::string_view where) {
  const auto open = tree::Open(node);
  if (open.body == nullptr) return {};
  const int location = tree::Location(*open.body);
  if (open.Is("SubLink")) {
    return Wrong(statement, location, "0A000", fmt::format("cannot use subquery in {}", where),
                 "It is of one row: ask for what else is needed before the row is written.");
  }
  if (!open.Is("FuncCall")) return {};
  const auto entries = FindFunction(FunctionName(*open.body));
  const auto kind = entries.empty() ? FunctionKind::kScalar : entries.front().kind;
  if (tree::Has(*open.body, "over")) {
    return Wrong(statement, location, "42P20",
                 fmt::format("window functions are not allowed in {}s", where));
  }
  if (kind == FunctionKind::kAggregate) {
    return Wrong(statement, location, "42803",
                 fmt::format("aggregate functions are not allowed in {}s", where));
  }
  if (kind == FunctionKind::kTable) {
    return Wrong(statement, location, "0A000",
                 fmt::format("set-returning functions are not allowed in {}s", where),
                 "It has one value for one row.");
  }
  return {};
}

}  // namespace

Status CheckRowExpression(const Statement& statement, const Json& expression,
                          std::string_view where) {
  if (!expression.is_structured()) return {};
  FIRN_RETURN_IF_ERROR(CheckNode(statement, expression, where));
  for (const auto& child : expression) {
    FIRN_RETURN_IF_ERROR(CheckRowExpression(statement, child, where));
  }
  return {};
}

}  // namespace firn::sql
