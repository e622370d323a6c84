// sql: tables and server calls of a tree, by node.
#pragma once

#include <map>

#include "sql/query.h"
#include "sql/tree_internal.h"

namespace firn::sql {

/// A min(a) or max(a) of a whole table.
struct ExtremeCall {
  size_t table = 0;  // index of its reference
  std::string column;
  bool greatest = false;
};

struct Collected {
  References references;
  std::map<const tree::Json*, size_t> tables;  // body of a RangeVar -> index
  std::map<const tree::Json*, size_t> calls;   // body of a FuncCall or SQLValueFunction -> index
  std::map<const tree::Json*, size_t> counts;  // body of a count(*) of a whole table -> the table's
  std::map<const tree::Json*, ExtremeCall> extremes;  // by body
};

/// Walks a read. Common table expressions in scope are no references.
Result<Collected> Collect(const Statement& query);
/// Adds the conditions of one SELECT's WHERE and ON to the references of its FROM.
void CollectConditions(const Statement& statement, const tree::Json& select, Collected& collected);
/// Notes the table of which one SELECT asks nothing but a summary.
void CollectSummary(const tree::Json& select, Collected& collected);
/// Notes what columns the rows of one SELECT's tables are grouped by.
void CollectGroups(const tree::Json& select, Collected& collected);
/// "current_user" for a SQLValueFunction; empty for one that is refused (CURRENT_TIME …).
std::string_view ServerName(const tree::Json& sql_value_function);
/// 's'::regclass is 's' to the functions that take one.
const tree::Json& WithoutRegclass(const tree::Json& argument);
/// "firn.wait_for", "version": without pg_catalog; empty when the schema is another.
std::string FunctionName(const tree::Json& func_call);

}  // namespace firn::sql
