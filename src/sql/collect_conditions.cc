// Conditions of WHERE and ON that leave data files out by their bounds.
//
// A condition counts for a table of the same FROM when leaving out rows that do not fulfil it
// changes nothing: of WHERE and of inner joins for all tables (a row that an outer join fills up
// with NULLs for want of such a partner fulfils no comparison either), of an outer join's ON for
// the tables of the side it fills up. A name without a table counts for all of them: those without
// such a column do not care, and two with one are an error.
#include <algorithm>
#include <array>

#include "sql/collect_internal.h"
#include "sql/constant_internal.h"

namespace firn::sql {
namespace {

using tree::At;
using tree::Has;
using tree::Json;
using tree::List;
using tree::Open;
using tree::Text;

/// A table under the name that conditions know it by.
struct NamedTable {
  std::string name;
  TableReference* reference;
};
using NamedTables = std::vector<NamedTable>;

std::optional<Comparison> ComparisonOf(const Json& expression) {
  constexpr std::array<std::pair<std::string_view, Comparison>, 5> kComparisons = {
      {{"=", Comparison::kEqual},
       {"<", Comparison::kLess},
       {"<=", Comparison::kLessOrEqual},
       {">", Comparison::kGreater},
       {">=", Comparison::kGreaterOrEqual}}};
  const auto names = tree::Names(List(expression, "name"));
  for (const auto& [name, comparison] : kComparisons) {
    if (!names.empty() && names.back() == name) return comparison;
  }
  return std::nullopt;
}

/// The same with the sides exchanged.
Comparison Mirrored(Comparison comparison) {
  switch (comparison) {
    case Comparison::kLess:
      return Comparison::kGreater;
    case Comparison::kLessOrEqual:
      return Comparison::kGreaterOrEqual;
    case Comparison::kGreater:
      return Comparison::kLess;
    case Comparison::kGreaterOrEqual:
      return Comparison::kLessOrEqual;
    case Comparison::kEqual:
      break;
  }
  return comparison;
}

class ConditionCollector {
 public:
  ConditionCollector(const Statement& statement, Collected& collected)
      : statement_(statement), collected_(collected) {}

  void Select(const Json& body) {
    const auto& from = List(body, "fromClause");
    merged_ = std::any_of(from.begin(), from.end(), MergesColumns);
    NamedTables tables;
    for (const auto& item : from) Append(tables, FromItem(item));
    if (!tables.empty()) Condition(At(body, "whereClause"), tables);
  }

 private:
  /// Whether a name without a table may stand for columns of two types.
  static bool MergesColumns(const Json& item) {
    const auto open = Open(item);
    if (!open.Is("JoinExpr")) return false;
    return tree::Flag(*open.body, "isNatural") || Has(*open.body, "usingClause") ||
           MergesColumns(At(*open.body, "larg")) || MergesColumns(At(*open.body, "rarg"));
  }

  static void Append(NamedTables& to, const NamedTables& from) {
    to.insert(to.end(), from.begin(), from.end());
  }

  NamedTables FromItem(const Json& item) {
    const auto open = Open(item);
    if (open.Is("RangeVar")) return Table(*open.body);
    if (open.Is("JoinExpr")) return Join(*open.body);
    return {};
  }

  NamedTables Table(const Json& body) {
    const auto found = collected_.tables.find(&body);
    const auto& alias = At(body, "alias");
    // t AS a(x, y): its columns have other names.
    if (found == collected_.tables.end() || !List(alias, "colnames").empty()) return {};
    const bool named = Has(body, "alias");
    return {{std::string(named ? Text(alias, "aliasname") : Text(body, "relname")),
             &collected_.references.tables[found->second]}};
  }

  NamedTables Join(const Json& body) {
    auto tables = FromItem(At(body, "larg"));
    const auto right = FromItem(At(body, "rarg"));
    const auto type = Text(body, "jointype");
    const auto& condition = At(body, "quals");
    if (type == "JOIN_RIGHT") Condition(condition, tables);
    if (type == "JOIN_LEFT") Condition(condition, right);
    Append(tables, right);
    if (type == "JOIN_INNER") Condition(condition, tables);
    if (Has(body, "alias")) return {};  // which hides the names below
    return tables;
  }

  void Condition(const Json& node, const NamedTables& tables) {
    const auto open = Open(node);
    if (open.Is("BoolExpr") && Text(*open.body, "boolop") == "AND_EXPR") {
      for (const auto& part : List(*open.body, "args")) Condition(part, tables);
    }
    if (!open.Is("A_Expr")) return;
    const auto& left = At(*open.body, "lexpr");
    const auto& right = At(*open.body, "rexpr");
    const auto kind = Text(*open.body, "kind");
    if (kind == "AEXPR_BETWEEN") {
      const auto& bounds = List(*Open(right).body, "items");
      if (bounds.size() != 2) return;
      Compare(left, Comparison::kGreaterOrEqual, Values(bounds[0]), tables);
      Compare(left, Comparison::kLessOrEqual, Values(bounds[1]), tables);
      return;
    }
    const auto comparison = ComparisonOf(*open.body);
    if (!comparison) return;
    if (kind == "AEXPR_IN") Compare(left, *comparison, Values(right), tables);
    if (kind != "AEXPR_OP") return;
    Compare(left, *comparison, Values(right), tables);
    Compare(right, Mirrored(*comparison), Values(left), tables);
  }

  /// Constants and parameters, one or a list; nothing when any is something else.
  std::vector<Cell> Values(const Json& node) {
    const auto open = Open(node);
    if (!open.Is("List")) {
      auto cell = ReadCell(statement_, node);
      const bool known = cell && *cell && (*cell)->kind != Cell::Kind::kDefault;
      return known ? std::vector{**std::move(cell)} : std::vector<Cell>();
    }
    std::vector<Cell> cells;
    for (const auto& item : List(*open.body, "items")) {
      auto one = Open(item).Is("List") ? std::vector<Cell>() : Values(item);
      if (one.empty()) return {};
      cells.push_back(std::move(one.front()));
    }
    return cells;
  }

  void Compare(const Json& side, Comparison comparison, std::vector<Cell> values,
               const NamedTables& tables) const {
    const auto open = Open(side);
    if (!open.Is("ColumnRef") || values.empty()) return;
    const auto& fields = List(*open.body, "fields");
    const auto names = tree::Names(fields);
    if (names.size() != fields.size() || names.empty() || names.size() > 2) return;
    if (names.size() == 1 && merged_) return;
    const ColumnCondition condition{names.back(), comparison, std::move(values)};
    for (const auto& table : tables) {
      if (names.size() == 2 && names.front() != table.name) continue;
      table.reference->conditions.push_back(condition);
    }
  }

  const Statement& statement_;
  Collected& collected_;
  bool merged_ = false;
};

}  // namespace

void CollectConditions(const Statement& statement, const tree::Json& select, Collected& collected) {
  ConditionCollector(statement, collected).Select(select);
}

}  // namespace firn::sql
