// sql: SELECT count(*) FROM t, which needs no rows: tables know how many they have.
#include <algorithm>

#include "sql/collect_internal.h"
#include "sql/decode_internal.h"

namespace firn::sql {
namespace {

using tree::Has;
using tree::Json;
using tree::List;
using tree::Open;

/// The body of a plain count(*); null: something else.
const Json* PlainCount(const Json& value) {
  const auto open = Open(value);
  if (!open.Is("FuncCall") || !tree::Flag(*open.body, "agg_star")) return nullptr;
  for (const char* clause : {"agg_distinct", "agg_order", "agg_filter", "over"}) {
    if (Has(*open.body, clause)) return nullptr;
  }
  return FunctionName(*open.body) == "count" ? open.body : nullptr;
}

}  // namespace

void CollectCounts(const Json& select, Collected& collected) {
  for (const char* clause : {"whereClause", "groupClause", "havingClause", "windowClause",
                             "distinctClause", "sortClause", "lockingClause", "larg"}) {
    if (Has(select, clause)) return;
  }
  const auto& from = List(select, "fromClause");
  if (from.size() != 1) return;
  const auto table = collected.tables.find(Open(from[0]).body);
  if (table == collected.tables.end()) return;
  std::vector<const Json*> counts;
  for (const auto& target : List(select, "targetList")) {
    const auto& value = tree::At(*Open(target).body, "val");
    if (const auto* count = PlainCount(value)) {
      counts.push_back(count);
    } else if (!Open(value).Is("A_Const")) {
      return;
    }
  }
  if (counts.empty()) return;
  collected.references.tables[table->second].only_counted = true;
  for (const auto* count : counts) collected.counts.emplace(count, table->second);
}

}  // namespace firn::sql
