// sql: SELECT count(*), min(a), max(b) FROM t, which needs few rows or none: tables know how many
// they have, and of many columns what the least and the greatest value is. SELECT count(DISTINCT a)
// FROM t needs each value once.
#include <algorithm>
#include <set>

#include "sql/collect_internal.h"
#include "sql/decode_internal.h"

namespace firn::sql {
namespace {

using tree::At;
using tree::Has;
using tree::Json;
using tree::List;
using tree::Open;

class SummaryCollector {
 public:
  /// `table`: what a column may be qualified with.
  explicit SummaryCollector(std::string_view table) : table_(table) {}

  /// Whether the expression asks nothing else of a row.
  bool Walk(const Json& value) {
    const auto open = Open(value);
    const auto& body = *open.body;
    if (open.Is("A_Const") || open.Is("ParamRef")) return true;
    if (open.Is("TypeCast")) return Walk(At(body, "arg"));
    if (open.Is("CoalesceExpr")) return WalkAll(List(body, "args"));
    if (open.Is("A_Expr")) {
      const bool prefix = !Has(body, "lexpr");
      return tree::Text(body, "kind") == "AEXPR_OP" && Walk(At(body, "rexpr")) &&
             (prefix || Walk(At(body, "lexpr")));
    }
    return open.Is("FuncCall") && Aggregate(body);
  }

  const std::vector<const Json*>& counts() const { return counts_; }
  const std::map<const Json*, ExtremeCall>& extremes() const { return extremes_; }
  /// What is asked for; nothing if that is more than a table can tell.
  std::optional<TableSummary> Asked() const {
    const bool others = !counts_.empty() || !extremes_.empty();
    if (others == !distinct_.empty() || distinct_.size() > 1) return {};
    TableSummary asked{.counted = !counts_.empty(), .distinct = others ? "" : *distinct_.begin()};
    for (const auto& [body, call] : extremes_) asked.extremes.insert(call.column);
    return asked;
  }

 private:
  bool WalkAll(const Json& values) {
    return std::all_of(values.begin(), values.end(), [this](const Json& v) { return Walk(v); });
  }

  bool Aggregate(const Json& body) {
    for (const char* clause : {"agg_order", "agg_filter", "over"}) {
      if (Has(body, clause)) return false;
    }
    const auto name = FunctionName(body);
    const bool distinct = tree::Flag(body, "agg_distinct");
    if (distinct && name != "count") return false;
    if (name == "count" && tree::Flag(body, "agg_star")) {
      counts_.push_back(&body);
      return true;
    }
    const auto& arguments = List(body, "args");
    if ((name != "min" && name != "max" && !distinct) || arguments.size() != 1) return false;
    const auto column = Open(arguments[0]);
    if (!column.Is("ColumnRef")) return false;
    const auto& fields = List(*column.body, "fields");
    auto names = tree::Names(fields);
    if (names.size() != fields.size() || names.empty() || names.size() > 2) return false;
    if (names.size() == 2 && names.front() != table_) return false;
    if (distinct) {
      distinct_.insert(std::move(names.back()));
    } else {
      extremes_[&body] = {.column = std::move(names.back()), .greatest = name == "max"};
    }
    return true;
  }

  const std::string_view table_;
  std::vector<const Json*> counts_;
  std::map<const Json*, ExtremeCall> extremes_;
  std::set<std::string> distinct_;  // columns
};

}  // namespace

void CollectSummary(const Json& select, Collected& collected) {
  for (const char* clause : {"whereClause", "groupClause", "havingClause", "windowClause",
                             "distinctClause", "sortClause", "lockingClause", "larg"}) {
    if (Has(select, clause)) return;
  }
  const auto& from = List(select, "fromClause");
  if (from.size() != 1) return;
  const auto& relation = *Open(from[0]).body;
  const auto table = collected.tables.find(&relation);
  if (table == collected.tables.end()) return;
  const auto& alias = At(relation, "alias");
  if (Has(alias, "colnames")) return;
  SummaryCollector summary(tree::Text(Has(relation, "alias") ? alias : relation,
                                      Has(relation, "alias") ? "aliasname" : "relname"));
  for (const auto& target : List(select, "targetList")) {
    if (!summary.Walk(At(*Open(target).body, "val"))) return;
  }
  auto asked = summary.Asked();
  if (!asked) return;
  collected.references.tables[table->second].only = *std::move(asked);
  for (const auto* count : summary.counts()) collected.counts.emplace(count, table->second);
  for (auto [body, call] : summary.extremes()) {
    call.table = table->second;
    collected.extremes.emplace(body, std::move(call));
  }
}

}  // namespace firn::sql
