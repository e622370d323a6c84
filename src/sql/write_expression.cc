#include <algorithm>
#include <array>

#include "sql/query_writer_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;
using tree::At;
using tree::Has;
using tree::List;
using tree::Open;
using tree::Text;

// Beyond this an expression is refused (54001): each level takes some 10 KiB of stack.
constexpr int kDepthMax = 200;
constexpr size_t kBytesMax = 32 << 20;

Expr Bool(std::string sql, int location) {
  return {.sql = std::move(sql), .type = {.tag = kBool}, .location = location};
}

// Whether what a function gives has no more digits behind the point than its type says.
bool KeepsScale(std::string_view function) {
  constexpr std::array<std::string_view, 8> kKeep = {"abs", "first_value", "last_value", "max",
                                                     "min", "nth_value",   "round",      "sum"};
  return std::find(kKeep.begin(), kKeep.end(), function) != kKeep.end();
}

}  // namespace

Failure QueryWriter::Refuse(int location, std::string message, std::string hint) const {
  return tree::Refuse(statement_, location, std::move(message), std::move(hint));
}

Failure QueryWriter::Wrong(int location, std::string_view sqlstate, std::string message,
                           std::string hint) const {
  return tree::Wrong(statement_, location, sqlstate, std::move(message), std::move(hint));
}

Failure QueryWriter::RefuseVolatile(int location) const {
  return Refuse(location, "a random value cannot be compared more than once here",
                "Compute it in a subquery first.");
}

Result<Expr> QueryWriter::WriteExpr(const Json& node, const Place& place) {
  if (++depth_ > kDepthMax) {
    return Wrong(tree::FirstLocation(node), "54001", "stack depth limit exceeded",
                 "The query nests too deeply; write it with fewer levels.");
  }
  auto expr = WriteNode(Open(node), place);
  --depth_;
  // BETWEEN and CASE write an operand more than once; nested, that doubles at every level.
  if (expr && expr->sql.size() > kBytesMax) {
    return Wrong(tree::FirstLocation(node), "54001", "the expression is too long for the engine",
                 "Write it in parts, in subqueries.");
  }
  return expr;
}

Result<Expr> QueryWriter::WriteNode(const tree::Node& node, const Place& place) {
  if (!node.IsNode()) return Fail(ErrorCode::kInternal, "a tree without a node");
  const auto& body = *node.body;
  if (node.Is("A_Const")) return WriteConstant(body);
  if (node.Is("ColumnRef")) return WriteColumn(body, place);
  if (node.Is("ParamRef")) return WriteParameter(body);
  if (node.Is("A_Expr") || node.Is("FuncCall")) {
    FIRN_TRY(auto expr, node.Is("A_Expr") ? WriteOperator(body, place) : WriteCall(body, place));
    // exprTypmod: of what is computed nobody declared a size, but nullif() is its first argument.
    const auto element = ElementOf(expr.type.tag);
    const bool kept = node.Is("A_Expr") ? Text(body, "kind") == "AEXPR_NULLIF"
                                        : IsOpen(expr.type) && KeepsScale(FunctionName(body));
    if (!kept && (element == kNumeric || element == kVarchar)) expr.type.length = 0;
    return expr;
  }
  if (node.Is("TypeCast")) return WriteTypeCast(body, place);
  if (node.Is("BoolExpr")) return WriteBool(body, place);
  if (node.Is("NullTest")) return WriteNullTest(body, place);
  if (node.Is("BooleanTest")) return WriteBooleanTest(body, place);
  if (node.Is("CaseExpr")) return WriteCase(body, place);
  if (node.Is("CoalesceExpr")) return WriteCoalesce(body, place);
  if (node.Is("MinMaxExpr")) return WriteMinMax(body, place);
  if (node.Is("SubLink")) return WriteSublink(body, place);
  if (node.Is("SQLValueFunction")) return WriteServerCall(body, place);
  if (node.Is("CollateClause")) return WriteCollate(body, place);
  if (node.Is("A_ArrayExpr")) return WriteArray(body, place);
  if (node.Is("A_Indirection")) return WriteIndirection(body, place);
  if (node.Is("GroupingFunc")) return WriteGrouping(body, place);
  const int location = tree::Location(body);
  if (node.Is("SetToDefault")) return Expr{.form = Expr::Form::kDefault, .location = location};
  if (node.Is("RowExpr")) {
    return Refuse(location, "row values are not supported", "Compare the columns one by one.");
  }
  return Refuse(location, "this expression is not supported: " + std::string(node.kind),
                "docs/sql.md lists what there is.");
}

Result<std::vector<Expr>> QueryWriter::WriteList(const Json& items, const Place& place) {
  std::vector<Expr> exprs;
  exprs.reserve(items.size());
  for (const auto& item : items) {
    FIRN_TRY(auto expr, WriteExpr(item, place));
    exprs.push_back(std::move(expr));
  }
  return exprs;
}

Result<ValueType> QueryWriter::Unify(std::vector<Expr>& exprs, std::string_view what) {
  std::vector<ValueType> types;
  for (const auto& expr : exprs) types.push_back(expr.type);
  auto common = CommonType(types);
  if (!common) {
    const auto first = std::find_if(types.begin(), types.end(),
                                    [](const ValueType& type) { return type.tag != kUnknown; });
    for (size_t i = 0; i < types.size(); ++i) {
      const ValueType pair[] = {*first, types[i]};
      if (CommonType(pair)) continue;
      if (Category(first->tag) == Category(types[i].tag)) {
        return Wrong(exprs[i].location, "42846",
                     fmt::format("{} could not convert type {} to {}", what, Display(types[i]),
                                 Display(*first)));
      }
      return Wrong(exprs[i].location, "42804",
                   fmt::format("{} types {} and {} cannot be matched", what, Display(*first),
                               Display(types[i])));
    }
    return Wrong(exprs.front().location, "42804", fmt::format("{} types do not match", what));
  }
  // What is quoted has no length of its own.
  const bool quoted = std::any_of(exprs.begin(), exprs.end(), [](const Expr& expr) {
    return expr.type.tag == kUnknown && expr.form != Expr::Form::kNull;
  });
  const bool null = std::any_of(exprs.begin(), exprs.end(),
                                [](const Expr& expr) { return expr.form == Expr::Form::kNull; });
  // coalesce(n, NULL) is n.
  const bool lost = null && common->tag != kChar && what != "COALESCE";
  if (quoted || lost) common->length = 0;
  // A quoted number may have more digits than the others: settle literals first.
  for (auto& expr : exprs) {
    if (expr.type.tag == kUnknown) {
      FIRN_RETURN_IF_ERROR(CoerceUnknown(expr, *common, CastContext::kImplicit));
    }
  }
  if (common->tag == kNumeric) {
    types.clear();
    for (const auto& expr : exprs) types.push_back(expr.type);
    common = CommonType(types);
  }
  const bool shown = what != "IN";
  if (common->tag == kNumeric && shown) {
    // Each keeps the scale it is shown with: 1 beside 1.50 stays 1.
    const auto scale_of = [](const Expr& expr) { return AsNumeric(expr.type).scale; };
    const bool mixed = std::any_of(exprs.begin(), exprs.end(), [&](const Expr& expr) {
      return !expr.sql.starts_with("CAST(NULL ") && scale_of(expr) != common->scale;
    });
    if (mixed && !IsOpen(*common)) {
      for (auto& expr : exprs) {
        auto decimal = expr;
        FIRN_RETURN_IF_ERROR(Coerce(decimal, *common, CastContext::kImplicit));
        FIRN_RETURN_IF_ERROR(Coerce(expr, OpenNumeric(), CastContext::kImplicit));
        const bool null = expr.sql.starts_with("CAST(NULL ");
        expr.scale_sql = null ? "NULL" : std::to_string(expr.type.scale);
        FIRN_RETURN_IF_ERROR(ToOpen(expr));
        expr.decimal_sql = std::move(decimal.sql);
        expr.decimal_type = *common;
      }
      return OpenWithin(common->scale);
    }
  }
  for (auto& expr : exprs) {
    FIRN_RETURN_IF_ERROR(Coerce(expr, *common, CastContext::kImplicit));
    if (IsOpen(*common)) FIRN_RETURN_IF_ERROR(ToOpen(expr));
  }
  return *common;
}

std::string QueryWriter::Comparable(const Expr& expr) {
  auto element = expr.type;
  element.tag = ElementOf(element.tag);
  const auto key = KeyFunction(element);
  if (key.empty()) return expr.sql;
  return IsArray(expr.type.tag) ? fmt::format("list_transform({}, lambda e: {}(e))", expr.sql, key)
                                : fmt::format("{}({})", key, expr.sql);
}

Result<Expr> QueryWriter::WriteColumn(const Json& body, const Place& place) {
  const int location = tree::Location(body);
  const auto& fields = List(body, "fields");
  if (!fields.empty() && Open(fields.back()).Is("A_Star")) {
    return Wrong(location, "42601", "row expansion via \"*\" is not supported here");
  }
  FIRN_TRY(const auto column, FindColumn(place.scope, statement_, location, tree::Names(fields)));
  (column.outer ? seen_.outer : seen_.own) = true;
  return Expr{.sql = column.sql, .type = column.type, .location = location};
}

Result<Expr> QueryWriter::WriteParameter(const Json& body) {
  const int number = tree::Number(body, "number");
  const int location = tree::Location(body);
  if (number < 1 || static_cast<size_t>(number) > parameters_.size()) {
    return Wrong(location, "42P02", fmt::format("there is no parameter ${}", number));
  }
  Expr expr{.form = Expr::Form::kParameter, .parameter = number, .location = location};
  const auto& known = parameters_[static_cast<size_t>(number - 1)];
  if (known) FIRN_RETURN_IF_ERROR(CoerceUnknown(expr, *known, CastContext::kImplicit));
  return expr;
}

Result<Expr> QueryWriter::WriteBool(const Json& body, const Place& place) {
  const auto op = Text(body, "boolop");
  const std::string_view word = op == "AND_EXPR" ? "AND" : op == "OR_EXPR" ? "OR" : "NOT";
  FIRN_TRY(auto exprs, WriteList(List(body, "args"), place));
  std::string sql;
  for (auto& expr : exprs) {
    if (expr.type.tag != kUnknown && expr.type.tag != kBool) {
      return Wrong(expr.location, "42804",
                   fmt::format("argument of {} must be type boolean, not type {}", word,
                               Display(expr.type)));
    }
    FIRN_RETURN_IF_ERROR(Coerce(expr, {.tag = kBool}, CastContext::kImplicit));
    if (word == "NOT") {
      sql = "NOT " + expr.sql;
    } else {
      sql += (sql.empty() ? "" : fmt::format(" {} ", word)) + expr.sql;
    }
  }
  return Bool("(" + sql + ")", tree::Location(body));
}

Result<Expr> QueryWriter::WriteNullTest(const Json& body, const Place& place) {
  FIRN_TRY(auto expr, WriteExpr(At(body, "arg"), place));
  FIRN_RETURN_IF_ERROR(SettleUnknown(expr));
  const bool null = Text(body, "nulltesttype") == "IS_NULL";
  return Bool("(" + expr.sql + (null ? " IS NULL)" : " IS NOT NULL)"), tree::Location(body));
}

Result<Expr> QueryWriter::WriteBooleanTest(const Json& body, const Place& place) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTests = {{
      {"IS_TRUE", "IS TRUE"},
      {"IS_NOT_TRUE", "IS NOT TRUE"},
      {"IS_FALSE", "IS FALSE"},
      {"IS_NOT_FALSE", "IS NOT FALSE"},
      {"IS_UNKNOWN", "IS NULL"},
      {"IS_NOT_UNKNOWN", "IS NOT NULL"},
  }};
  const auto said = Text(body, "booltesttype");
  FIRN_TRY(auto expr, WriteExpr(At(body, "arg"), place));
  for (const auto& [test, words] : kTests) {
    if (test != said) continue;
    if (expr.type.tag != kUnknown && expr.type.tag != kBool) {
      return Wrong(expr.location, "42804",
                   fmt::format("argument of {} must be type boolean, not type {}", words,
                               Display(expr.type)));
    }
    FIRN_RETURN_IF_ERROR(Coerce(expr, {.tag = kBool}, CastContext::kImplicit));
    return Bool(fmt::format("({} {})", expr.sql, words), tree::Location(body));
  }
  return Fail(ErrorCode::kInternal, "not a boolean test: {}", said);
}

namespace {

constexpr std::string_view kMoveSet =
    "You might be able to move the set-returning function into a LATERAL FROM item.";
std::string NoSetsIn(std::string_view construct) {
  return fmt::format("set-returning functions are not allowed in {}", construct);
}

// A NULL has no scale of its own.
std::string CaseOf(const std::vector<std::string>& conditions, const std::vector<Expr>& results,
                   std::string Expr::*part) {
  std::string sql = "(CASE";
  for (size_t i = 0; i < conditions.size(); ++i) {
    sql += fmt::format(" WHEN {} THEN {}", conditions[i], results[i + 1].*part);
  }
  return sql + fmt::format(" ELSE {} END)", results.front().*part);
}

}  // namespace

Result<Expr> QueryWriter::WriteCase(const Json& body, const Place& place) {
  const int location = tree::Location(body);
  const int sets = sets_;
  std::vector<std::string> conditions;
  std::vector<Expr> results;
  if (Has(body, "defresult")) {
    FIRN_TRY(auto otherwise, WriteExpr(body["defresult"], place));
    results.push_back(std::move(otherwise));
  } else {
    results.push_back({.form = Expr::Form::kNull, .location = location});
  }
  for (const auto& item : List(body, "args")) {
    const auto& when = *Open(item).body;
    FIRN_TRY(auto condition, WriteExpr(At(when, "expr"), place));
    if (Has(body, "arg")) {
      FIRN_TRY(auto arg, WriteExpr(body["arg"], place));
      FIRN_RETURN_IF_ERROR(SettleUnknown(arg));
      if (IsVolatile(arg.sql)) return RefuseVolatile(arg.location);
      const int at = condition.location;
      FIRN_TRY(condition, Compare("=", std::move(arg), std::move(condition), at));
    } else if (condition.type.tag != kUnknown && condition.type.tag != kBool) {
      return Wrong(condition.location, "42804",
                   fmt::format("argument of CASE/WHEN must be type boolean, not type {}",
                               Display(condition.type)));
    }
    FIRN_RETURN_IF_ERROR(Coerce(condition, {.tag = kBool}, CastContext::kImplicit));
    conditions.push_back(std::move(condition.sql));
    FIRN_TRY(auto result, WriteExpr(At(when, "result"), place));
    results.push_back(std::move(result));
  }
  if (sets_ != sets) return Wrong(location, "0A000", NoSetsIn("CASE"), std::string(kMoveSet));
  FIRN_TRY(const auto type, Unify(results, "CASE"));
  Expr expr{.sql = CaseOf(conditions, results, &Expr::sql), .type = type, .location = location};
  const bool summable =
      IsOpen(type) && std::all_of(results.begin(), results.end(),
                                  [](const Expr& result) { return !result.decimal_sql.empty(); });
  if (summable) {
    expr.decimal_sql = CaseOf(conditions, results, &Expr::decimal_sql);
    expr.decimal_type = results.front().decimal_type;
    expr.scale_sql = CaseOf(conditions, results, &Expr::scale_sql);
  }
  return expr;
}

Result<Expr> QueryWriter::WriteCoalesce(const Json& body, const Place& place) {
  const int sets = sets_;
  FIRN_TRY(auto exprs, WriteList(List(body, "args"), place));
  if (sets_ != sets) {
    return Wrong(tree::Location(body), "0A000", NoSetsIn("COALESCE"), std::string(kMoveSet));
  }
  FIRN_TRY(const auto type, Unify(exprs, "COALESCE"));
  std::string sql;
  std::string decimal;
  std::string scale;
  bool summable = IsOpen(type);
  for (const auto& expr : exprs) {
    sql += (sql.empty() ? "" : ", ") + expr.sql;
    summable = summable && !expr.decimal_sql.empty();
    decimal += (decimal.empty() ? "" : ", ") + expr.decimal_sql;
    scale += fmt::format(" WHEN {} IS NOT NULL THEN {}", expr.decimal_sql, expr.scale_sql);
  }
  Expr out{.sql = "coalesce(" + sql + ")", .type = type, .location = tree::Location(body)};
  if (summable && !IsVolatile(sql)) {
    out.decimal_sql = "coalesce(" + decimal + ")";
    out.decimal_type = exprs.front().decimal_type;
    out.scale_sql = fmt::format("(CASE{} END)", scale);
  }
  return out;
}

// The value whose key is the greatest or the least, of equal ones the first; NULLs do not count.
Result<Expr> QueryWriter::ExtremeByKey(const std::vector<Expr>& exprs, const ValueType& type,
                                       bool greatest) {
  std::string list;
  for (const auto& expr : exprs) {
    if (IsVolatile(expr.sql)) return RefuseVolatile(expr.location);
    list += (list.empty() ? "" : ", ") + expr.sql;
  }
  const Expr element{.sql = "e", .type = type};
  const auto key = OrderKey(element);
  const Expr other{.sql = "f", .type = type};
  const auto other_key = OrderKey(other);
  return Expr{
      .sql = fmt::format("list_reduce(list_filter([{}], lambda x: x IS NOT NULL) || CAST([NULL] AS "
                         "{}[]), lambda e, f: CASE WHEN e IS NULL OR {} {} {} THEN f ELSE e END)",
                         list, EngineType(type), other_key, greatest ? ">" : "<", key),
      .type = type,
      .location = exprs.front().location};
}

Result<Expr> QueryWriter::WriteMinMax(const Json& body, const Place& place) {
  const bool greatest = Text(body, "op") == "IS_GREATEST";
  FIRN_TRY(auto exprs, WriteList(List(body, "args"), place));
  FIRN_TRY(const auto type, Unify(exprs, greatest ? "GREATEST" : "LEAST"));
  if (type.tag == kJson) {
    return Wrong(tree::Location(body), "42883",
                 "could not identify a comparison function for type json");
  }
  const bool by_key = type.tag == kInet || type.tag == kEnum;
  if (!by_key && (!HasOrder(type.tag) || type.tag == kJsonb)) {
    return Refuse(tree::Location(body),
                  fmt::format("{} of {} is not supported", greatest ? "GREATEST" : "LEAST",
                              DisplayType(type.tag)),
                  "Use CASE.");
  }
  if (type.tag == kInet || type.tag == kEnum) return ExtremeByKey(exprs, type, greatest);
  std::string sql;
  for (const auto& expr : exprs) sql += (sql.empty() ? "" : ", ") + expr.sql;
  if (!KeyFunction(type).empty()) {
    const auto* family = IsOpen(type) ? "num" : type.tag == kChar ? "char" : "interval";
    return Expr{.sql = fmt::format("sql_{}_{}([{}])", family, greatest ? "greatest" : "least", sql),
                .type = type,
                .location = tree::Location(body)};
  }
  return Expr{.sql = (greatest ? "greatest(" : "least(") + sql + ")",
              .type = type,
              .location = tree::Location(body)};
}

Result<Expr> QueryWriter::WriteSublink(const Json& body, const Place& place) {
  const auto kind = Text(body, "subLinkType");
  const int location = tree::Location(body);
  const auto select = Open(At(body, "subselect"));
  if (!select.Is("SelectStmt")) {
    return Refuse(location, "this kind of subquery is not supported", "Use SELECT.");
  }
  const auto* around = std::exchange(exists_, kind == "EXISTS_SUBLINK" ? select.body : nullptr);
  FIRN_TRY(auto block, WriteSelect(*select.body, place.scope, place.tables));
  exists_ = around;
  if (kind == "EXISTS_SUBLINK") {
    FIRN_TRY(const auto query, Finish(std::move(block)));
    return Bool("(EXISTS (" + query.sql + "))", location);
  }
  const size_t columns = block.rows.empty() ? block.outputs.size() : block.rows.front().size();
  if (kind == "ARRAY_SUBLINK") {
    if (columns != 1) return Wrong(location, "42601", "subquery must return only one column");
    FIRN_TRY(const auto query, Finish(std::move(block)));
    auto type = query.types.front();
    if (IsArray(type.tag)) {
      return Refuse(location, "arrays of more than one dimension are not supported",
                    "Use jsonb for nested ones.");
    }
    type.tag = ArrayOf(type.tag);
    return Expr{.sql = fmt::format("CAST(ARRAY({}) AS {})", query.sql, EngineType(type)),
                .type = type,
                .location = location};
  }
  if (kind == "EXPR_SUBLINK") {
    if (columns != 1) {
      return Wrong(location, "42601", "subquery must return only one column");
    }
    FIRN_TRY(const auto query, Finish(std::move(block)));
    return Expr{.sql = "(" + query.sql + ")", .type = query.types.front(), .location = location};
  }
  if (const auto row = Open(At(body, "testexpr")); row.Is("RowExpr")) {
    return WriteRowInQuery(*row.body, body, std::move(block), place);
  }
  if (columns != 1) return Wrong(location, "42601", "subquery has too many columns");
  FIRN_TRY(auto left, WriteExpr(At(body, "testexpr"), place));
  const auto names = tree::Names(List(body, "operName"));
  const std::string op = names.empty() ? "=" : names.back();
  constexpr std::array<std::string_view, 6> kComparisons = {"=", "<>", "<", "<=", ">", ">="};
  if (std::find(kComparisons.begin(), kComparisons.end(), op) == kComparisons.end()) {
    return Refuse(location, op + " with a subquery is not supported", "Use = < > <= >= or <>.");
  }
  return CompareWithQuery(op, kind == "ANY_SUBLINK", std::move(left), std::move(block), location);
}

Result<Expr> QueryWriter::WriteCollate(const Json& body, const Place& place) {
  const auto names = tree::Names(List(body, "collname"));
  constexpr std::array<std::string_view, 4> kByBytes = {"C", "POSIX", "default", "ucs_basic"};
  if (names.empty() ||
      std::find(kByBytes.begin(), kByBytes.end(), names.back()) == kByBytes.end()) {
    return Refuse(tree::Location(body), "this collation is not supported",
                  "Text is ordered by bytes: COLLATE \"C\".");
  }
  FIRN_TRY(auto expr, WriteExpr(At(body, "arg"), place));
  if (expr.type.tag != kUnknown && !IsString(expr.type.tag)) {
    return Wrong(tree::Location(body), "42804",
                 fmt::format("collations are not supported by type {}", Display(expr.type)));
  }
  return expr;
}

Result<Expr> QueryWriter::WriteGrouping(const Json& body, const Place& place) {
  auto inner = place;
  inner.no_aggregates = "GROUPING";
  FIRN_TRY(const auto exprs, WriteList(List(body, "args"), inner));
  std::string sql;
  for (const auto& expr : exprs) sql += (sql.empty() ? "" : ", ") + expr.sql;
  return Expr{.sql = "CAST(grouping(" + sql + ") AS INTEGER)",
              .type = {.tag = kInt4},
              .location = tree::Location(body)};
}

}  // namespace firn::sql
