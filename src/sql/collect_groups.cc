// sql: what columns rows are grouped by, for tables that know them as numbers.
#include <algorithm>

#include "sql/collect_internal.h"

namespace firn::sql {
namespace {

using tree::At;
using tree::Has;
using tree::Json;
using tree::List;
using tree::Open;

/// Whether something speaks of groups in a way that takes a key for what it says.
bool LooksIntoGroups(const Json& node) {
  if (node.is_object()) {
    const auto open = Open(node);
    if (open.Is("SubLink") || open.Is("GroupingFunc")) return true;
  }
  return node.is_structured() && std::any_of(node.begin(), node.end(), LooksIntoGroups);
}

/// The name of a column, or nothing.
std::string ColumnOf(const Json& value) {
  const auto open = Open(value);
  const auto names =
      open.Is("ColumnRef") ? tree::Names(List(*open.body, "fields")) : std::vector<std::string>();
  return names.empty() ? "" : names.back();
}

/// The columns that an item of GROUP BY may mean: by their name, or by a number or a name of the
/// select list.
void AddColumns(const Json& item, const Json& targets, std::vector<std::string>& columns) {
  const auto name = ColumnOf(item);
  if (!name.empty()) columns.push_back(name);
  const auto node = Open(item);
  const int number = node.Is("A_Const") ? tree::Number(At(*node.body, "ival"), "ival") : 0;
  for (size_t i = 0; i < targets.size(); ++i) {
    const auto& target = *Open(targets[i]).body;
    const bool meant =
        static_cast<int>(i + 1) == number || (!name.empty() && tree::Text(target, "name") == name);
    if (auto column = meant ? ColumnOf(At(target, "val")) : ""; !column.empty()) {
      columns.push_back(std::move(column));
    }
  }
}

void Note(const Json& item, const std::vector<std::string>& columns, Collected& collected) {
  const auto open = Open(item);
  if (open.Is("JoinExpr")) {
    Note(At(*open.body, "larg"), columns, collected);
    Note(At(*open.body, "rarg"), columns, collected);
  }
  const auto table = collected.tables.find(open.body);
  // t AS a(x, y): its columns have other names.
  if (table == collected.tables.end() || Has(At(*open.body, "alias"), "colnames")) return;
  collected.references.tables[table->second].grouped = columns;
}

}  // namespace

void CollectGroups(const Json& select, Collected& collected) {
  if (!Has(select, "groupClause")) return;
  for (const char* clause : {"targetList", "havingClause", "sortClause", "windowClause",
                             "distinctClause", "qualifyClause"}) {
    if (LooksIntoGroups(At(select, clause))) return;
  }
  std::vector<std::string> columns;
  for (const auto& item : List(select, "groupClause")) {
    if (Open(item).Is("GroupingSet")) return;
    AddColumns(item, List(select, "targetList"), columns);
  }
  if (columns.empty()) return;
  for (const auto& item : List(select, "fromClause")) Note(item, columns, collected);
}

}  // namespace firn::sql
