#include <array>

#include "sql/classify_internal.h"
#include "sql/decode_ddl_internal.h"
#include "sql/tree_internal.h"

namespace firn::sql {
namespace {

using tree::Flag;
using tree::Has;
using tree::List;
using tree::Open;
using tree::Text;

bool IsSimpleCell(const tree::Json& item) {
  const auto node = Open(item);
  if (node.Is("A_Const") || node.Is("ParamRef") || node.Is("SetToDefault")) return true;
  if (!node.Is("TypeCast")) return false;
  const auto inner = Open(tree::At(*node.body, "arg"));
  if (inner.Is("ParamRef")) return true;
  return inner.Is("A_Const") && (Has(*inner.body, "sval") || Flag(*inner.body, "isnull"));
}

StatementKind ClassifyInsert(const tree::Json& body) {
  if (!Has(body, "selectStmt")) return StatementKind::kInsertValues;  // DEFAULT VALUES
  return HasSimpleValues(body) ? StatementKind::kInsertValues : StatementKind::kInsertQuery;
}

struct Class {
  std::string_view node;
  StatementKind kind;
};
constexpr std::array kClasses = {
    Class{"SelectStmt", StatementKind::kRead},
    Class{"CreateStmt", StatementKind::kDdl},
    Class{"CopyStmt", StatementKind::kCopy},
    Class{"TransactionStmt", StatementKind::kTransaction},
    Class{"VariableSetStmt", StatementKind::kSession},
    Class{"VariableShowStmt", StatementKind::kSession},
    Class{"DiscardStmt", StatementKind::kSession},
    Class{"PrepareStmt", StatementKind::kSession},
    Class{"ExecuteStmt", StatementKind::kSession},
    Class{"DeallocateStmt", StatementKind::kSession},
    Class{"DeclareCursorStmt", StatementKind::kUtility},
    Class{"FetchStmt", StatementKind::kUtility},
    Class{"ClosePortalStmt", StatementKind::kUtility},
    Class{"CreateRoleStmt", StatementKind::kDdl},
    Class{"AlterRoleStmt", StatementKind::kDdl},
    Class{"AlterRoleSetStmt", StatementKind::kDdl},
    Class{"DropRoleStmt", StatementKind::kDdl},
    Class{"GrantRoleStmt", StatementKind::kDdl},
    Class{"LockStmt", StatementKind::kSession},
    Class{"ConstraintsSetStmt", StatementKind::kSession},
    Class{"CheckPointStmt", StatementKind::kUtility},
    Class{"CallStmt", StatementKind::kUtility},
};

}  // namespace

bool HasSimpleValues(const nlohmann::json& insert) {
  const auto select = Open(tree::At(insert, "selectStmt"));
  if (!select.Is("SelectStmt") || !Has(*select.body, "valuesLists")) return false;
  for (const char* clause :
       {"withClause", "sortClause", "limitCount", "limitOffset", "lockingClause"}) {
    if (Has(*select.body, clause)) return false;
  }
  for (const auto& row : List(*select.body, "valuesLists")) {
    const auto list = Open(row);
    if (!list.Is("List")) return false;
    for (const auto& item : List(*list.body, "items")) {
      if (!IsSimpleCell(item)) return false;
    }
  }
  return true;
}

StatementKind Classify(const Statement& statement) {
  const auto node = Open(*statement.tree);
  for (const auto& known : kClasses) {
    if (known.node == node.kind) return known.kind;
  }
  if (node.Is("InsertStmt")) return ClassifyInsert(*node.body);
  if (node.Is("CreateTableAsStmt") && Text(*node.body, "objtype") == "OBJECT_TABLE") {
    return StatementKind::kDdl;
  }
  if (IsDdl(node.kind)) return StatementKind::kDdl;
  if (node.Is("ExplainStmt") && Open(tree::At(*node.body, "query")).Is("SelectStmt")) {
    return StatementKind::kRead;
  }
  return StatementKind::kUnsupported;
}

}  // namespace firn::sql
