// WITHIN GROUP: percentiles and the mode; and comparisons of rows, which are those of their
// columns.
#include <algorithm>

#include "sql/query_writer_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;
using tree::At;
using tree::Has;
using tree::List;

Expr Bool(std::string sql, int location) {
  return {.sql = std::move(sql), .type = {.tag = kBool}, .location = location};
}

}  // namespace

Result<Expr> QueryWriter::WriteOrderedSet(const std::string& name, const Json& body,
                                          const Place& place) {
  const int location = tree::Location(body);
  const bool percentile = name == "percentile_cont" || name == "percentile_disc";
  const auto& order = List(body, "agg_order");
  if ((!percentile && name != "mode") || order.size() != 1) {
    return Refuse(location, name + "() WITHIN GROUP is not supported",
                  "percentile_cont, percentile_disc and mode are.");
  }
  if (Has(body, "over")) {
    return Refuse(location, "OVER is not supported for ordered-set aggregate " + name,
                  "Use a subquery.");
  }
  if (!place.no_aggregates.empty())
    return Wrong(location, "42803", std::string(place.no_aggregates));
  auto inner = place;
  inner.no_aggregates = "aggregate function calls cannot be nested";
  FIRN_TRY(auto direct, WriteList(List(body, "args"), inner));
  if (direct.size() != (percentile ? 1U : 0U)) return NoFunction(name, direct, location);
  const auto& sort_by = *tree::Open(order.front()).body;
  FIRN_TRY(const auto direction, SortDirection(sort_by));
  FIRN_TRY(auto value, WriteExpr(At(sort_by, "node"), inner));
  FIRN_RETURN_IF_ERROR(SettleUnknown(value));
  const bool several = percentile && IsArray(direct.front().type.tag);
  if (percentile) {
    const auto parts = several ? ArrayOf(kFloat8) : kFloat8;
    FIRN_RETURN_IF_ERROR(Coerce(direct.front(), {.tag = parts}, CastContext::kImplicit));
  }
  if (name == "percentile_cont") {
    if (!CanCast(value.type.tag, kFloat8, CastContext::kImplicit)) {
      return Refuse(location, "percentile_cont of this type is not supported",
                    "Use percentile_disc, or cast to double precision.");
    }
    FIRN_RETURN_IF_ERROR(Coerce(value, {.tag = kFloat8}, CastContext::kImplicit));
  }
  std::string filter = fmt::format("{} IS NOT NULL", value.sql);
  if (Has(body, "agg_filter")) {
    FIRN_TRY(const auto condition, WriteCondition(body["agg_filter"], "FILTER", inner));
    filter = fmt::format("{} AND {}", filter, condition);
  }
  FIRN_RETURN_IF_ERROR(CheckOrder(value));
  const auto key = SortKey(value, Comparable(value));
  const auto over =
      fmt::format("({} ORDER BY {}{}) FILTER (WHERE {})", value.sql, key, direction, filter);
  Expr out{.type = value.type, .location = location};
  if (name == "mode") {
    if (Comparable(value) != value.sql) {
      return Refuse(location,
                    IsOpen(value.type)
                        ? "mode() of a numeric without a scale is not supported"
                        : fmt::format("mode() of {} is not supported", DisplayType(value.type.tag)),
                    "Count the rows of each in a subquery that groups by it.");
    }
    out.sql = "mode" + over;
  } else if (several) {
    const auto* one = name == "percentile_cont" ? "sql_percentile_cont(l, p)"
                                                : "list_extract(l, sql_percentile_at(p, len(l)))";
    out.sql = fmt::format(
        "list_transform([list{}], lambda l: CASE WHEN l IS NULL THEN NULL ELSE "
        "list_transform({}, lambda p: {}) END)[1]",
        over, direct.front().sql, one);
    if (IsArray(out.type.tag)) {
      return Refuse(location, "arrays of more than one dimension are not supported",
                    "Ask for one percentile at a time.");
    }
    out.type.tag = ArrayOf(out.type.tag);
  } else if (name == "percentile_cont") {
    out.sql = fmt::format("sql_percentile_cont(list{}, {})", over, direct.front().sql);
  } else {
    out.sql = fmt::format("list_extract(list{0}, sql_percentile_at({1}, len(list{0})))", over,
                          direct.front().sql);
  }
  return out;
}

Result<Expr> QueryWriter::CompareRows(const std::string& op, const Json& left, const Json& right,
                                      int location, const Place& place) {
  FIRN_TRY(auto ours, WriteList(List(left, "args"), place));
  FIRN_TRY(auto theirs, WriteList(List(right, "args"), place));
  if (ours.size() != theirs.size()) {
    return Wrong(location, "42601", "unequal number of entries in row expressions");
  }
  const bool equality = op == "=" || op == "<>";
  constexpr std::string_view kOrders[] = {"<", "<=", ">", ">="};
  const bool order = std::find(std::begin(kOrders), std::end(kOrders), op) != std::end(kOrders);
  if (!equality && !order && op != "IS DISTINCT FROM" && op != "IS NOT DISTINCT FROM") {
    return Refuse(location, "this operator is not supported for rows", "Compare the columns.");
  }
  // From the last column to the first.
  std::string sql;
  for (size_t i = ours.size(); i-- > 0;) {
    auto a = ours[i];
    auto b = theirs[i];
    FIRN_TRY(const auto type, ToComparable(equality ? op : order ? op : "=", a, b, location));
    (void)type;
    const auto one = [&](std::string_view how) {
      return fmt::format("({} {} {})", a.sql, how, b.sql);
    };
    if (order) {
      sql = sql.empty() ? one(op)
                        : fmt::format("({} OR ({} AND {}))", one(op.substr(0, 1)), one("="), sql);
    } else {
      const bool any = op == "<>" || op == "IS DISTINCT FROM";
      sql = sql.empty() ? one(op) : fmt::format("({} {} {})", one(op), any ? "OR" : "AND", sql);
    }
  }
  return Bool(std::move(sql), location);
}

// NULL where no row is equal but one may be: that has a NULL in it, or is compared with one. Those
// are looked for apart, so that equal rows are found by their hashes.
Result<Expr> QueryWriter::WriteRowInQuery(const Json& row, const Json& body, Block&& block,
                                          const Place& place) {
  const int location = tree::Location(body);
  const auto names = tree::Names(List(body, "operName"));
  if (tree::Text(body, "subLinkType") != "ANY_SUBLINK" || (!names.empty() && names.back() != "=")) {
    return Refuse(location, "rows are compared with a subquery by IN only",
                  "Write EXISTS (SELECT ... WHERE ...).");
  }
  FIRN_TRY(auto left, WriteList(List(row, "args"), place));
  FIRN_TRY(const auto query, Finish(std::move(block)));
  if (left.size() != query.types.size()) {
    return Wrong(location, "42601",
                 fmt::format("subquery has too {} columns",
                             query.types.size() < left.size() ? "few" : "many"));
  }
  const auto alias = NewAlias('r');
  std::string columns;
  std::string equal;
  std::string null_left;
  std::string null_right;
  for (size_t i = 0; i < left.size(); ++i) {
    const auto* comma = i > 0 ? ", " : "";
    const auto* either = i > 0 ? " OR " : "";
    Expr right{.sql = fmt::format("{}.c{}", alias, i + 1), .type = query.types[i]};
    columns += fmt::format("{}c{}", comma, i + 1);
    null_right += fmt::format("{}{} IS NULL", either, right.sql);
    FIRN_TRY(const auto type, ToComparable("=", left[i], right, location));
    (void)type;
    null_left += fmt::format("{}({}) IS NULL", either, left[i].sql);
    equal += fmt::format("{}({} = {})", i > 0 ? " AND " : "", left[i].sql, right.sql);
  }
  if (IsVolatile(query.sql) || IsVolatile(equal)) return RefuseVolatile(location);
  const auto exists = [&](const std::string& condition) {
    return fmt::format("EXISTS (SELECT 1 FROM ({}) AS {}({}) WHERE {})", query.sql, alias, columns,
                       condition);
  };
  const auto unknown = [&](const std::string& null) {
    return exists(fmt::format("({}) AND ({}) IS NULL", null, equal));
  };
  return Bool(fmt::format("(CASE WHEN {} THEN true WHEN {} OR {} THEN NULL ELSE false END)",
                          exists(equal), unknown(null_left), unknown(null_right)),
              location);
}

Result<Expr> QueryWriter::WriteRowIn(const Json& row, const Json& items, bool negated, int location,
                                     const Place& place) {
  std::string sql;
  for (const auto& item : items) {
    const auto other = tree::Open(item);
    if (!other.Is("RowExpr")) {
      return Refuse(location, "a row is compared with rows only", "Write (a, b) IN ((1, 2), ...).");
    }
    FIRN_TRY(const auto equal, CompareRows("=", row, *other.body, location, place));
    sql += (sql.empty() ? "" : " OR ") + equal.sql;
  }
  return Bool(fmt::format("({}({}))", negated ? "NOT " : "", sql), location);
}

}  // namespace firn::sql
