#include <algorithm>
#include <set>

#include "sql/query_writer_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;
using tree::At;
using tree::Has;
using tree::List;
using tree::Open;
using tree::Text;

// 1 for a guess, 2 for a name that stands (FigureColnameInternal of parse_target.c).
int Figure(const tree::Json& node, std::string& name) {
  const auto open = Open(node);
  if (!open.IsNode()) return 0;
  const auto& body = *open.body;
  const auto is = [&](std::string_view text) {
    name = text;
    return 2;
  };
  if (open.Is("ColumnRef")) {
    const auto names = tree::Names(List(body, "fields"));
    return names.empty() ? 0 : is(names.back());
  }
  if (open.Is("FuncCall")) {
    const auto names = tree::Names(List(body, "funcname"));
    return names.empty() ? 0 : is(names.back());
  }
  if (open.Is("A_Expr") && Text(body, "kind") == "AEXPR_NULLIF") return is("nullif");
  if (open.Is("TypeCast")) {
    const int strength = Figure(At(body, "arg"), name);
    if (strength > 1) return strength;
    const auto names = tree::Names(List(At(body, "typeName"), "names"));
    if (names.empty()) return strength;
    name = names.back();
    return 1;
  }
  if (open.Is("A_ArrayExpr")) return is("array");
  if (open.Is("A_Indirection")) {
    const auto& steps = List(body, "indirection");
    const auto field = steps.empty() ? tree::Node{} : Open(steps.back());
    if (field.Is("String")) return is(Text(*field.body, "sval"));
    return Figure(At(body, "arg"), name);
  }
  if (open.Is("CollateClause")) return Figure(At(body, "arg"), name);
  if (open.Is("CaseExpr")) {
    const int strength = Has(body, "defresult") ? Figure(body["defresult"], name) : 0;
    if (strength > 1) return strength;
    name = "case";
    return 1;
  }
  if (open.Is("A_ArrayExpr")) return is("array");
  if (open.Is("CoalesceExpr")) return is("coalesce");
  if (open.Is("MinMaxExpr")) return is(Text(body, "op") == "IS_GREATEST" ? "greatest" : "least");
  if (open.Is("GroupingFunc")) return is("grouping");
  if (open.Is("SQLValueFunction")) {
    const auto op = Text(body, "op");
    return is(op == "SVFOP_CURRENT_TIME" ? "current_time"
              : op == "SVFOP_LOCALTIME"  ? "localtime"
                                         : ServerName(body));
  }
  if (open.Is("SubLink")) {
    const auto kind = Text(body, "subLinkType");
    if (kind == "EXISTS_SUBLINK") return is("exists");
    if (kind == "ARRAY_SUBLINK") return is("array");
    const auto select = Open(At(body, "subselect"));
    if (kind != "EXPR_SUBLINK" || !select.Is("SelectStmt")) return 0;
    const auto& targets = List(*select.body, "targetList");
    if (targets.empty()) return 0;
    const auto& target = *Open(targets.front()).body;
    if (Has(target, "name")) return is(Text(target, "name"));
    return Figure(At(target, "val"), name);
  }
  return 0;
}

bool IsStar(const tree::Json& node) {
  const auto open = Open(node);
  if (!open.Is("ColumnRef")) return false;
  const auto& fields = List(*open.body, "fields");
  return !fields.empty() && Open(fields.back()).Is("A_Star");
}

}  // namespace

std::string_view SortKeyFunction(TypeTag tag) {
  if (tag == TypeTag::kInet || tag == TypeTag::kCidr) return "sql_inet_key";
  return tag == TypeTag::kTimetz ? "sql_timetz_key" : "";
}

std::string SortKey(const Expr& expr, const std::string& comparable) {
  using enum TypeTag;
  const auto element = ElementOf(expr.type.tag);
  const auto key = SortKeyFunction(element);
  // The engine takes sorted values from their keys, where -0 is 0: the key is no output itself.
  const bool floats = IsArray(expr.type.tag) && (element == kFloat4 || element == kFloat8);
  if (key.empty() && !floats) return comparable;
  if (!IsArray(expr.type.tag)) return fmt::format("{}({})", key, expr.sql);
  return fmt::format("list_transform({}, lambda e: {}(e))", expr.sql, key);
}

std::string QueryWriter::OrderKey(const Expr& expr) const {
  if (ElementOf(expr.type.tag) == kEnum) return EnumKey(expr);
  return SortKey(expr, Comparable(expr));
}

std::string FigureName(const tree::Json& node) {
  std::string name;
  return Figure(node, name) == 0 ? "?column?" : name;
}

Status QueryWriter::WriteStar(const Json& reference, const Place& place, Block& block) {
  const auto& fields = List(reference, "fields");
  const auto of = tree::Names(fields);
  const int location = tree::Location(reference);
  const auto& star = *Open(fields.back()).body;
  const auto excluded = tree::Names(List(star, "exclude"));
  const auto* columns = &place.scope->columns;
  if (!of.empty()) {
    const auto* relation = FindRelation(place.scope, of);
    if (relation == nullptr) {
      return Wrong(location, "42P01", "missing FROM-clause entry for table \"" + of.back() + "\"");
    }
    columns = &relation->columns;
  } else if (place.scope->relations.empty()) {
    return Wrong(location, "42601", "SELECT * with no tables specified is not valid");
  }
  size_t known = 0;
  for (const auto& column : *columns) {
    if (column.hidden) continue;
    if (std::find(excluded.begin(), excluded.end(), column.name) != excluded.end()) {
      ++known;
      continue;
    }
    FIRN_RETURN_IF_ERROR(CheckReadable(column, statement_, -1));
    Expr expr{.sql = column.sql, .type = column.type, .location = location};
    for (const auto& replaced : List(star, "replace")) {
      const auto& target = *Open(replaced).body;
      if (Text(target, "name") != column.name) continue;
      FIRN_TRY(expr, WriteExpr(At(target, "val"), place));
      ++known;
    }
    block.outputs.push_back({column.name, std::move(expr)});
  }
  if (known < excluded.size() + List(star, "replace").size()) {
    return Wrong(location, "42703", "a column in EXCLUDE or REPLACE is not in the FROM clause");
  }
  return {};
}

Status QueryWriter::WriteTargets(const Json& body, const Place& place, Block& block) {
  for (const auto& item : List(body, "targetList")) {
    const auto& target = *Open(item).body;
    const auto& value = At(target, "val");
    if (IsStar(value)) {
      FIRN_RETURN_IF_ERROR(WriteStar(*Open(value).body, place, block));
      continue;
    }
    auto inner = place;
    inner.sets = true;
    const int sets = sets_;
    FIRN_TRY(auto expr, WriteExpr(value, inner));
    if (expr.location < 0) expr.location = tree::Location(target);
    block.outputs.push_back(
        {Has(target, "name") ? std::string(Text(target, "name")) : FigureName(value),
         std::move(expr), sets_ > sets});
  }
  if (block.outputs.empty() && &body == exists_) {
    block.outputs.push_back({"", Expr{.sql = "1", .type = {.tag = TypeTag::kInt4}}});
  }
  if (block.outputs.empty()) {
    return Refuse(statement_.begin, "a query without columns is not supported",
                  "Name a column, or select 1.");
  }
  constexpr size_t kColumnsMax = 1664;  // as Postgres
  if (block.outputs.size() > kColumnsMax) {
    return Wrong(-1, "54011", "target lists can have at most 1664 entries");
  }
  return {};
}

Result<std::string> QueryWriter::WriteCondition(const Json& node, std::string_view clause,
                                                const Place& place) {
  FIRN_TRY(auto expr, WriteExpr(node, place));
  if (expr.type.tag != kUnknown && expr.type.tag != kBool) {
    return Wrong(expr.location, "42804",
                 fmt::format("argument of {} must be type boolean, not type {}", clause,
                             DisplayType(expr.type.tag)));
  }
  FIRN_RETURN_IF_ERROR(Coerce(expr, {.tag = kBool}, CastContext::kImplicit));
  return std::move(expr.sql);
}

Result<std::string> QueryWriter::WriteGroupItem(const Json& item, const Place& place,
                                                Block& block) {
  const auto node = Open(item);
  const auto& body = *node.body;
  if (node.Is("GroupingSet")) {
    const auto kind = Text(body, "kind");
    if (kind == "GROUPING_SET_EMPTY") return std::string("()");
    std::string content;
    for (const auto& part : List(body, "content")) {
      FIRN_TRY(const auto text, WriteGroupItem(part, place, block));
      content += (content.empty() ? "" : ", ") + text;
    }
    const auto* word = kind == "GROUPING_SET_ROLLUP" ? "ROLLUP"
                       : kind == "GROUPING_SET_CUBE" ? "CUBE"
                                                     : "GROUPING SETS";
    return fmt::format("{} ({})", word, content);
  }
  if (node.Is("RowExpr")) {
    std::string content;
    for (const auto& part : List(body, "args")) {
      FIRN_TRY(const auto text, WriteGroupItem(part, place, block));
      content += (content.empty() ? "" : ", ") + text;
    }
    return "(" + content + ")";
  }
  const int location = tree::FirstLocation(item);
  if (node.Is("A_Const")) {
    FIRN_TRY(const auto constant, WriteConstant(body));
    if (constant.type.tag != kInt4) {
      return Wrong(location, "42601", "non-integer constant in GROUP BY");
    }
    const int position = std::stoi(constant.text);
    if (position < 1 || static_cast<size_t>(position) > block.outputs.size()) {
      return Wrong(location, "42P10",
                   fmt::format("GROUP BY position {} is not in select list", position));
    }
    return GroupKey(block.outputs[static_cast<size_t>(position - 1)].expr, block);
  }
  const auto names =
      node.Is("ColumnRef") ? tree::Names(List(body, "fields")) : std::vector<std::string>();
  if (names.size() == 1) {
    // A column of FROM goes before a name of the select list.
    Scope here = *place.scope;
    here.outer = nullptr;
    const auto& columns = here.columns;
    const bool in_from = std::any_of(columns.begin(), columns.end(), [&](const auto& column) {
      return column.name == names.front();
    });
    for (auto& output : block.outputs) {
      if (!in_from && output.name == names.front()) return GroupKey(output.expr, block);
    }
  }
  auto inner = place;
  inner.no_aggregates = "aggregate functions are not allowed in GROUP BY";
  inner.no_windows = "window functions are not allowed in GROUP BY";
  FIRN_TRY(auto expr, WriteExpr(item, inner));
  return GroupKey(expr, block);
}

namespace {

/// Names of the columns mentioned in a tree, without their tables'; "*" for a star.
void AddMentioned(const tree::Json& node, std::set<std::string>& names) {
  if (node.is_array()) {
    for (const auto& item : node) AddMentioned(item, names);
    return;
  }
  if (!node.is_object()) return;
  const auto open = Open(node);
  if (open.Is("ColumnRef")) {
    const auto& fields = List(*open.body, "fields");
    const bool star = Open(fields.back()).Is("A_Star");
    names.insert(star ? "*" : tree::Names(fields).back());
    return;
  }
  for (const auto& [key, child] : node.items()) AddMentioned(child, names);
}

/// Where rows are grouped by the PRIMARY KEY of a table, its other columns are the same within a
/// group: those that the query mentions, as further things to group by.
std::vector<std::string> DependentColumns(const tree::Json& body, const Scope& scope,
                                          const std::set<std::string>& grouped) {
  std::vector<std::string> columns;
  std::set<std::string> mentioned;
  for (const auto& relation : scope.relations) {
    const auto is_grouped = [&](const VisibleColumn& column) {
      return grouped.contains(column.sql);
    };
    const auto in_group = [&](const std::string& name) {
      return std::any_of(relation.columns.begin(), relation.columns.end(), [&](const auto& column) {
        return column.name == name && is_grouped(column);
      });
    };
    if (relation.key.empty() || !std::all_of(relation.key.begin(), relation.key.end(), in_group)) {
      continue;
    }
    if (mentioned.empty()) {
      for (const char* part : {"targetList", "havingClause", "sortClause", "windowClause",
                               "distinctClause", "qualifyClause"}) {
        AddMentioned(At(body, part), mentioned);
      }
    }
    for (const auto& column : relation.columns) {
      const bool wanted = mentioned.contains(column.name) || mentioned.contains("*");
      if (wanted && !column.hidden && !is_grouped(column)) columns.push_back(column.sql);
    }
  }
  return columns;
}

}  // namespace

Result<std::string> QueryWriter::WriteGroupBy(const Json& body, const Place& place, Block& block) {
  if (tree::Flag(body, "groupDistinct")) {
    return Refuse(-1, "GROUP BY DISTINCT is not supported", "Leave DISTINCT out.");
  }
  if (tree::Flag(body, "groupAll")) {
    FIRN_RETURN_IF_ERROR(CheckGroupByAll(block));
    return std::string(" GROUP BY ALL");
  }
  auto& keys = block.keys;
  for (const auto& item : List(body, "groupClause")) {
    if (Open(item).Is("GroupingSet")) block.grouping_sets = true;
    FIRN_TRY(auto key, WriteGroupItem(item, place, block));
    keys.push_back(std::move(key));
  }
  if (keys.empty()) return std::string();
  if (!block.grouping_sets) {
    auto dependent = DependentColumns(body, *place.scope, {keys.begin(), keys.end()});
    if (depth_ == 1 && !Has(body, "havingClause") && !Has(body, "qualifyClause")) {
      std::erase_if(keys, [&](const auto& key) { return IsGroupedAnyway(key, block); });
    }
    std::move(dependent.begin(), dependent.end(), std::back_inserter(keys));
    GroupByCodes(block);
  }
  return fmt::format(" GROUP BY {}", fmt::join(keys, ", "));
}

// Values with a KeyFunction that are equal are one, however they are shown.
std::string QueryWriter::DistinctOutputs(const Block& block) {
  const bool plain =
      std::none_of(block.outputs.begin(), block.outputs.end(),
                   [](const auto& output) { return Comparable(output.expr) != output.expr.sql; });
  if (plain) return "DISTINCT ";
  std::string sql;
  for (const auto& output : block.outputs) {
    sql += (sql.empty() ? "DISTINCT ON (" : ", ") + Comparable(output.expr);
  }
  return sql + ") ";
}

Result<std::string> QueryWriter::WriteDistinct(const Json& body, const Place& place, Block& block) {
  const auto& clause = List(body, "distinctClause");
  if (clause.empty()) return std::string();
  if (!Open(clause.front()).IsNode()) {
    block.distinct = true;
    for (auto& output : block.outputs) {
      FIRN_RETURN_IF_ERROR(SettleUnknown(output.expr));
      FIRN_RETURN_IF_ERROR(CheckEquality(output.expr.type, "DISTINCT", output.expr.location));
    }
    return DistinctOutputs(block);
  }
  std::string sql;
  for (const auto& item : clause) {
    FIRN_TRY(const auto sorted, FindSorted(item, "DISTINCT ON", place, block));
    FIRN_RETURN_IF_ERROR(CheckEquality(sorted.expr.type, "DISTINCT ON", sorted.expr.location));
    block.distinct_on.push_back(Comparable(sorted.expr));
    sql += (sql.empty() ? "" : ", ") + block.distinct_on.back();
  }
  return "DISTINCT ON (" + sql + ") ";
}

Result<std::string> QueryWriter::SortDirection(const Json& sort_by) {
  const auto direction = Text(sort_by, "sortby_dir");
  if (direction == "SORTBY_USING") {
    return Refuse(tree::Location(sort_by), "ORDER BY ... USING is not supported",
                  "Use ASC or DESC.");
  }
  const bool descending = direction == "SORTBY_DESC";
  const auto nulls = Text(sort_by, "sortby_nulls");
  const bool first = nulls == "SORTBY_NULLS_DEFAULT" ? descending : nulls == "SORTBY_NULLS_FIRST";
  return fmt::format(" {} NULLS {}", descending ? "DESC" : "ASC", first ? "FIRST" : "LAST");
}

// By its number, so that names may repeat; an open numeric is no value to sort by.
std::string QueryWriter::SortedOutput(const Block& block, size_t at) const {
  const auto& expr = block.outputs[at].expr;
  const auto key = OrderKey(expr);
  return key == expr.sql ? std::to_string(at + 1) : key;
}

// findTargetlistEntrySQL92: a number, a name of the select list, or else an expression.
Result<QueryWriter::Sorted> QueryWriter::FindSorted(const Json& value, std::string_view clause,
                                                    const Place& place, Block& block) {
  const auto node = Open(value);
  const int location = tree::FirstLocation(value);
  if (node.Is("A_Const")) {
    FIRN_TRY(const auto constant, WriteConstant(*node.body));
    if (constant.type.tag != kInt4) {
      return Wrong(location, "42601", fmt::format("non-integer constant in {}", clause));
    }
    const int position = std::stoi(constant.text);
    if (position < 1 || static_cast<size_t>(position) > block.outputs.size()) {
      return Wrong(location, "42P10",
                   fmt::format("{} position {} is not in select list", clause, position));
    }
    const auto at = static_cast<size_t>(position - 1);
    FIRN_RETURN_IF_ERROR(SettleUnknown(block.outputs[at].expr));
    return Sorted{.expr = block.outputs[at].expr, .output = at};
  }
  const auto names =
      node.Is("ColumnRef") ? tree::Names(List(*node.body, "fields")) : std::vector<std::string>();
  if (names.size() == 1) {
    size_t found = block.outputs.size();
    for (size_t i = 0; i < block.outputs.size(); ++i) {
      if (block.outputs[i].name != names.front()) continue;
      if (found < block.outputs.size() &&
          block.outputs[found].expr.sql != block.outputs[i].expr.sql) {
        return Wrong(location, "42702",
                     fmt::format("{} \"{}\" is ambiguous", clause, names.front()));
      }
      if (found == block.outputs.size()) found = i;
    }
    if (found < block.outputs.size()) {
      FIRN_RETURN_IF_ERROR(SettleUnknown(block.outputs[found].expr));
      return Sorted{.expr = block.outputs[found].expr, .output = found};
    }
  }
  if (place.scope == nullptr) {
    return Refuse(location, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause",
                  "Only result column names can be used, not expressions or functions: add the "
                  "expression to every SELECT, or move the UNION into a FROM clause.");
  }
  FIRN_TRY(auto expr, WriteExpr(value, place));
  FIRN_RETURN_IF_ERROR(SettleUnknown(expr));
  expr.sql = Shown(std::move(expr.sql), block);
  for (size_t i = 0; i < block.outputs.size(); ++i) {
    if (block.outputs[i].expr.sql == expr.sql) return Sorted{.expr = std::move(expr), .output = i};
  }
  return Sorted{.expr = std::move(expr), .output = std::nullopt};
}

// What is distinct can be sorted only by what is told apart.
Status QueryWriter::CheckSorted(const Block& block, const std::vector<Sorted>& sorted,
                                const std::vector<int>& locations) const {
  std::vector<std::string> waiting = block.distinct_on;
  std::optional<int> beside;  // where the first expression stands that is not in DISTINCT ON
  constexpr std::string_view kInitial =
      "SELECT DISTINCT ON expressions must match initial ORDER BY expressions";
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (block.distinct && !sorted[i].output) {
      return Wrong(locations[i], "42P10",
                   "for SELECT DISTINCT, ORDER BY expressions must appear in select list");
    }
    const auto& on = block.distinct_on;
    const auto key = Comparable(sorted[i].expr);
    if (std::find(on.begin(), on.end(), key) == on.end()) {
      if (!beside) beside = locations[i];
    } else if (!on.empty() && beside) {
      return Wrong(*beside, "42P10", std::string(kInitial));
    }
    waiting.erase(std::remove(waiting.begin(), waiting.end(), key), waiting.end());
  }
  if (beside && !waiting.empty()) return Wrong(*beside, "42P10", std::string(kInitial));
  return {};
}

Status QueryWriter::CheckOrder(const Expr& expr) const {
  const auto element = ElementOf(expr.type.tag);
  if (HasOrder(expr.type.tag) || element == kEnum) return {};
  if (!SortKeyFunction(element).empty()) return {};
  if (element == kJson) {
    return Wrong(expr.location, "42883",
                 "could not identify an ordering operator for type " + DisplayType(expr.type.tag));
  }
  return Refuse(expr.location,
                fmt::format("ordering by {} is not supported", DisplayType(expr.type.tag)),
                "Order by something else, or cast it to text.");
}

Result<std::string> QueryWriter::WriteSortList(const Json& items, const Place& place) {
  std::string sql;
  for (const auto& item : items) {
    const auto& sort_by = *Open(item).body;
    FIRN_TRY(const auto direction, SortDirection(sort_by));
    FIRN_TRY(auto expr, WriteExpr(At(sort_by, "node"), place));
    FIRN_RETURN_IF_ERROR(SettleUnknown(expr));
    FIRN_RETURN_IF_ERROR(CheckOrder(expr));
    sql += (sql.empty() ? "" : ", ") + OrderKey(expr) + direction;
  }
  return sql;
}

Result<std::string> QueryWriter::WriteLimit(const Json& node, std::string_view word,
                                            const Place& place) {
  const int location = tree::FirstLocation(node);
  Place inner{.tables = place.tables,
              .no_aggregates = "aggregate functions are not allowed in LIMIT",
              .no_windows = "window functions are not allowed in LIMIT"};
  auto written = WriteExpr(node, inner);
  if (!written && written.error().SqlState() == "42703") {
    inner.scope = place.scope;
    if (WriteExpr(node, inner)) {
      return Wrong(location, "42P10",
                   fmt::format("argument of {} must not contain variables", word));
    }
  }
  if (!written) return Fail(std::move(written).error());
  auto& expr = *written;
  if (expr.form == Expr::Form::kNull) return std::string();
  if (expr.text.starts_with('-')) {
    return Wrong(location, word == "LIMIT" ? "2201W" : "2201X",
                 std::string(word) + " must not be negative");
  }
  if (!CanCast(expr.type.tag, kInt8, CastContext::kAssignment)) {
    return Wrong(location, "42804",
                 fmt::format("argument of {} must be type bigint, not type {}", word,
                             DisplayType(expr.type.tag)));
  }
  FIRN_RETURN_IF_ERROR(Coerce(expr, {.tag = kInt8}, CastContext::kAssignment));
  return fmt::format(" {} {}", word, expr.sql);
}

Status QueryWriter::WriteOrderAndLimit(const Json& body, const Place& place, Block& block) {
  // Groups are complete before the first is sorted: there is no bound while files are read.
  const bool bounded = Has(body, "limitCount") && !block.distinct && block.distinct_on.empty() &&
                       List(body, "groupClause").empty() && !tree::Flag(body, "groupAll");
  const auto key = [&](const Expr& expr, std::optional<size_t> output,
                       std::string_view direction) -> std::string {
    const bool set = output && block.outputs[*output].returns_set;
    if (bounded && block.order == " ORDER BY " && !set && OrderKey(expr) == expr.sql) {
      return BoundKey(expr, place.scope, direction.ends_with("FIRST"));
    }
    return output ? SortedOutput(block, *output) : OrderKey(expr);
  };
  if (tree::Flag(body, "orderAll")) {
    FIRN_TRY(const auto direction, SortDirection(*Open(List(body, "sortClause").front()).body));
    for (size_t i = 1; i <= block.outputs.size(); ++i) {
      FIRN_RETURN_IF_ERROR(CheckOrder(block.outputs[i - 1].expr));
      const auto& expr = block.outputs[i - 1].expr;
      block.order += i == 1 ? " ORDER BY " : ", ";
      block.order += key(expr, i - 1, direction) + direction;
    }
  }
  std::vector<Sorted> sorted;
  std::vector<int> locations;
  for (const auto& item : List(body, "sortClause")) {
    if (tree::Flag(body, "orderAll")) break;
    const auto& sort_by = *Open(item).body;
    FIRN_TRY(const auto direction, SortDirection(sort_by));
    FIRN_TRY(auto one, FindSorted(At(sort_by, "node"), "ORDER BY", place, block));
    FIRN_RETURN_IF_ERROR(CheckOrder(one.expr));
    block.order += block.order.empty() ? " ORDER BY " : ", ";
    block.order += key(one.expr, one.output, direction) + direction;
    sorted.push_back(std::move(one));
    locations.push_back(tree::FirstLocation(At(sort_by, "node")));
  }
  FIRN_RETURN_IF_ERROR(CheckSorted(block, sorted, locations));
  if (Text(body, "limitOption") == "LIMIT_OPTION_WITH_TIES") {
    return Refuse(tree::FirstLocation(At(body, "limitCount")), "WITH TIES is not supported",
                  "Use rank() in a subquery.");
  }
  if (Has(body, "limitCount")) {
    FIRN_TRY(block.limit, WriteLimit(body["limitCount"], "LIMIT", place));
  }
  if (Has(body, "limitOffset")) {
    FIRN_TRY(const auto offset, WriteLimit(body["limitOffset"], "OFFSET", place));
    block.limit += offset;
  }
  return {};
}

}  // namespace firn::sql
