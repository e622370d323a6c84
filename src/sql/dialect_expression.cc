#include <algorithm>
#include <array>
#include <charconv>

#include "columnar/types.h"
#include "sql/dialect_internal.h"

namespace firn::sql {
namespace dialect {

Json StringNode(std::string_view text) {
  return {{"String", {{"sval", text}}}};
}

Json IntegerNode(int64_t value, int location) {
  // libpg_query leaves out a zero, and has no negative constants.
  if (value < 0 || value > INT32_MAX) {
    return {{"A_Const", {{"fval", {{"fval", fmt::format("{}", value)}}}, {"location", location}}}};
  }
  Json number = Json::object();
  if (value != 0) number["ival"] = value;
  return {{"A_Const", {{"ival", number}, {"location", location}}}};
}

Json TextNode(std::string_view text, int location) {
  return {{"A_Const", {{"sval", {{"sval", text}}}, {"location", location}}}};
}

Json OperatorNode(std::string_view op, Json left, Json right, int location) {
  Json body = {{"kind", "AEXPR_OP"},
               {"name", Json::array({StringNode(op)})},
               {"rexpr", std::move(right)},
               {"location", location}};
  if (!left.is_null()) body["lexpr"] = std::move(left);
  return {{"A_Expr", std::move(body)}};
}

Json TypeNode(std::string_view name, int location) {
  return {{"names", Json::array({StringNode("pg_catalog"), StringNode(name)})},
          {"typemod", -1},
          {"location", location}};
}

Json CastNode(Json value, Json type, int location) {
  return {{"TypeCast",
           {{"arg", std::move(value)}, {"typeName", std::move(type)}, {"location", location}}}};
}

}  // namespace dialect

namespace {

using dialect::CastNode;
using dialect::IntegerNode;
using dialect::OperatorNode;
using dialect::StringNode;
using dialect::TextNode;
using dialect::TypeNode;
using tree::At;
using tree::Flag;
using tree::Has;
using tree::List;
using tree::Text;
using Json = tree::Json;
using Names = std::pair<std::string_view, std::string_view>;

template <size_t kSize>
std::string_view Find(const std::array<Names, kSize>& names, std::string_view name) {
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const Names& one) { return one.first == name; });
  return found == names.end() ? std::string_view() : found->second;
}

constexpr std::array kComparisons = {
    Names{"COMPARE_EQUAL", "="},       Names{"COMPARE_NOTEQUAL", "<>"},
    Names{"COMPARE_LESSTHAN", "<"},    Names{"COMPARE_LESSTHANOREQUALTO", "<="},
    Names{"COMPARE_GREATERTHAN", ">"}, Names{"COMPARE_GREATERTHANOREQUALTO", ">="}};

constexpr std::array kTypes = {Names{"BOOLEAN", "bool"},
                               Names{"TINYINT", "int2"},
                               Names{"SMALLINT", "int2"},
                               Names{"INTEGER", "int4"},
                               Names{"BIGINT", "int8"},
                               Names{"FLOAT", "float4"},
                               Names{"DOUBLE", "float8"},
                               Names{"VARCHAR", "text"},
                               Names{"BLOB", "bytea"},
                               Names{"DATE", "date"},
                               Names{"TIME", "time"},
                               Names{"TIMESTAMP", "timestamp"},
                               Names{"UUID", "uuid"},
                               Names{"INTERVAL", "interval"},
                               Names{"TIMESTAMP WITH TIME ZONE", "timestamptz"}};

// INTERVAL 3 DAY is a call to DuckDB's parser.
constexpr std::array kIntervals = {Names{"to_years", "year"},
                                   Names{"to_months", "month"},
                                   Names{"to_weeks", "week"},
                                   Names{"to_days", "day"},
                                   Names{"to_hours", "hour"},
                                   Names{"to_minutes", "minute"},
                                   Names{"to_seconds", "second"},
                                   Names{"to_milliseconds", "millisecond"},
                                   Names{"to_microseconds", "microsecond"}};

constexpr std::array kOperators = {Names{"//", "/"}, Names{"**", "^"}, Names{"!~~", "!~~"}};

// __int128 has no formatter of its own.
std::string ToText(__int128 value) {
  const bool negative = value < 0;
  auto rest =
      negative ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value);
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  return (negative ? "-" : "") + digits;
}

std::optional<__int128> Whole(const Json& value) {
  if (value.is_number_integer()) return value.get<int64_t>();
  if (!value.is_object()) return std::nullopt;
  const auto upper = At(value, "upper");
  const auto lower = At(value, "lower");
  if (!upper.is_number_integer() || !lower.is_number_integer()) return std::nullopt;
  return (static_cast<__int128>(upper.get<int64_t>()) << 64) | lower.get<uint64_t>();
}

Json NumberNode(std::string digits, int location) {
  return {{"A_Const", {{"fval", {{"fval", std::move(digits)}}}, {"location", location}}}};
}

std::string WithPoint(std::string digits, size_t scale) {
  const size_t sign = digits.starts_with('-') ? 1 : 0;
  while (digits.size() - sign <= scale) digits.insert(sign, "0");
  if (scale > 0) digits.insert(digits.size() - scale, ".");
  return digits;
}

// Bits of parsenodes.h, FRAMEOPTION_….
int FrameBound(std::string_view bound, bool start) {
  constexpr int kStartUnboundedPreceding = 0x20;
  constexpr int kEndUnboundedFollowing = 0x100;
  if (bound == "UNBOUNDED_PRECEDING") return start ? kStartUnboundedPreceding : 0x40;
  if (bound == "UNBOUNDED_FOLLOWING") return start ? 0x80 : kEndUnboundedFollowing;
  if (bound.starts_with("CURRENT_ROW")) return start ? 0x200 : 0x400;
  if (bound.starts_with("EXPR_PRECEDING")) return start ? 0x800 : 0x1000;
  return start ? 0x2000 : 0x4000;
}

int FrameOptions(std::string_view start, std::string_view end, std::string_view exclude) {
  constexpr int kNonDefault = 0x1;
  constexpr int kBetween = 0x10;
  int mode = 0x2;
  for (const auto bound : {start, end}) {
    if (bound.ends_with("_ROWS")) mode = 0x4;
    if (bound.ends_with("_GROUPS")) mode = 0x8;
  }
  int options = mode | FrameBound(start, true) | FrameBound(end, false);
  if (exclude == "CURRENT_ROW") options |= 0x8000;
  if (exclude == "GROUP") options |= 0x10000;
  if (exclude == "TIES") options |= 0x20000;
  const bool is_default =
      start == "UNBOUNDED_PRECEDING" && end == "CURRENT_ROW_RANGE" && exclude == "NO_OTHER";
  return is_default ? options : options | kNonDefault | kBetween;
}

// The constant below the casts and trunc() that DuckDB's parser puts around it.
const Json* InnerConstant(const Json& node) {
  const Json* at = &node;
  while (true) {
    const auto kind = Text(*at, "class");
    if (kind == "CONSTANT") return at;
    if (kind == "CAST") {
      at = &At(*at, "child");
    } else if (kind == "FUNCTION" && Text(*at, "function_name") == "trunc") {
      at = &List(*at, "children").front();
    } else {
      return nullptr;
    }
  }
}

}  // namespace

int DialectReader::LocationOf(const Json& node) const {
  const auto& location = At(node, "query_location");
  if (!location.is_number_unsigned()) return -1;
  const auto at = location.get<uint64_t>();
  return at < statement_.source->size() ? static_cast<int>(at) : -1;
}

std::string DialectReader::Folded(std::string name) const {
  if (statement_.source->find('"' + name + '"') != std::string::npos) return name;
  for (auto& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return name;
}

Json DialectReader::NameNode(const std::string& name) const {
  return StringNode(Folded(name));
}

Json DialectReader::NameNodes(const Json& names) const {
  Json nodes = Json::array();
  for (const auto& name : names) {
    if (name.is_string()) nodes.push_back(NameNode(name.get<std::string>()));
  }
  return nodes;
}

Failure DialectReader::Refuse(const Json& node, std::string what, std::string hint) const {
  return tree::Refuse(statement_, LocationOf(node), std::move(what), std::move(hint));
}

Result<Json> DialectReader::ReadList(const Json& nodes) {
  Json list = Json::array();
  for (const auto& node : nodes) {
    FIRN_TRY(auto read, ReadExpr(node));
    list.push_back(std::move(read));
  }
  return list;
}

Result<Json> DialectReader::ReadExpr(const Json& node) {
  const auto kind = Text(node, "class");
  const int location = LocationOf(node);
  if (kind == "COLUMN_REF") {
    const auto& names = List(node, "column_names");
    auto fields = NameNodes(names);
    if (aliases_ != nullptr && fields.size() == 1) {
      for (const auto& target : *aliases_) {
        const auto& body = *tree::Open(target).body;
        if (Text(body, "name") == Text(fields[0]["String"], "sval")) return At(body, "val");
      }
    }
    return Json{{"ColumnRef", {{"fields", std::move(fields)}, {"location", location}}}};
  }
  if (kind == "CONSTANT") return ReadConstant(node);
  if (kind == "COMPARISON") return ReadComparison(node);
  if (kind == "CONJUNCTION") {
    FIRN_TRY(auto parts, ReadList(List(node, "children")));
    const bool conjunction = Text(node, "type") == "CONJUNCTION_AND";
    return Json{{"BoolExpr",
                 {{"boolop", conjunction ? "AND_EXPR" : "OR_EXPR"},
                  {"args", std::move(parts)},
                  {"location", location}}}};
  }
  if (kind == "OPERATOR") return ReadOperator(node);
  if (kind == "FUNCTION") return ReadFunction(node);
  if (kind == "WINDOW") return ReadWindow(node);
  if (kind == "CASE") return ReadCase(node);
  if (kind == "SUBQUERY") return ReadSubquery(node);
  if (kind == "STAR") return ReadStar(node);
  if (kind == "CAST") return ReadCast(node);
  if (kind == "BETWEEN") {
    FIRN_TRY(auto input, ReadExpr(At(node, "input")));
    FIRN_TRY(auto lower, ReadExpr(At(node, "lower")));
    FIRN_TRY(auto upper, ReadExpr(At(node, "upper")));
    Json bounds = {{"List", {{"items", Json::array({std::move(lower), std::move(upper)})}}}};
    return Json{{"A_Expr",
                 {{"kind", "AEXPR_BETWEEN"},
                  {"name", Json::array({StringNode("BETWEEN")})},
                  {"lexpr", std::move(input)},
                  {"rexpr", std::move(bounds)},
                  {"location", location}}}};
  }
  if (kind == "PARAMETER") {
    const auto name = Text(node, "identifier");
    int number = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size() || number < 1) {
      return Refuse(node, "named parameters are not supported", "Use $1, $2 …");
    }
    parameter_count_ = std::max(parameter_count_, number);
    return Json{{"ParamRef", {{"number", number}, {"location", location}}}};
  }
  if (kind == "LAMBDA") {
    return Refuse(node, "lambda functions are not supported",
                  "Use a subquery over unnest(list) instead.");
  }
  return Refuse(node, "this expression is not supported: " + std::string(Text(node, "type")),
                "docs/sql.md lists what there is.");
}

Result<Json> DialectReader::ReadConstant(const Json& node) {
  const int location = LocationOf(node);
  const auto& value = At(node, "value");
  const auto& content = At(value, "value");
  const auto type = Text(At(value, "type"), "id");
  if (Flag(value, "is_null")) return Json{{"A_Const", {{"isnull", true}, {"location", location}}}};
  if (type == "VARCHAR") return TextNode(content.get<std::string>(), location);
  if (type == "BOOLEAN") {
    Json flag = Json::object();
    if (content.get<bool>()) flag["boolval"] = true;
    return Json{{"A_Const", {{"boolval", std::move(flag)}, {"location", location}}}};
  }
  if (type == "DOUBLE" && content.is_number()) {
    return NumberNode(fmt::format("{}", content.get<double>()), location);
  }
  if (const auto whole = Whole(content)) {
    const auto scale = tree::Number(At(At(value, "type"), "type_info"), "scale");
    if (type != "DECIMAL" && *whole >= 0 && *whole <= INT32_MAX) {
      return IntegerNode(static_cast<int64_t>(*whole), location);
    }
    auto digits = WithPoint(ToText(*whole < 0 ? -*whole : *whole), static_cast<size_t>(scale));
    auto number = *whole >= -INT32_MAX && *whole < 0 && type != "DECIMAL"
                      ? IntegerNode(static_cast<int64_t>(-*whole), location)
                      : NumberNode(std::move(digits), location);
    return *whole < 0 ? OperatorNode("-", nullptr, std::move(number), location) : number;
  }
  return Refuse(node, "a constant of this type is not supported: " + std::string(type),
                "Write it as text with a cast.");
}

Result<Json> DialectReader::ReadComparison(const Json& node) {
  const auto type = Text(node, "type");
  FIRN_TRY(auto left, ReadExpr(At(node, "left")));
  FIRN_TRY(auto right, ReadExpr(At(node, "right")));
  const auto op = Find(kComparisons, type);
  if (!op.empty()) return OperatorNode(op, std::move(left), std::move(right), LocationOf(node));
  auto written = OperatorNode("=", std::move(left), std::move(right), LocationOf(node));
  written["A_Expr"]["kind"] =
      type == "COMPARE_DISTINCT_FROM" ? "AEXPR_DISTINCT" : "AEXPR_NOT_DISTINCT";
  return written;
}

Result<Json> DialectReader::ReadOperator(const Json& node) {
  const auto type = Text(node, "type");
  const int location = LocationOf(node);
  FIRN_TRY(auto parts, ReadList(List(node, "children")));
  const auto first = [&] { return parts.at(0); };
  if (type == "OPERATOR_NOT") {
    return Json{
        {"BoolExpr", {{"boolop", "NOT_EXPR"}, {"args", std::move(parts)}, {"location", location}}}};
  }
  if (type == "OPERATOR_IS_NULL" || type == "OPERATOR_IS_NOT_NULL") {
    const bool is_null = type == "OPERATOR_IS_NULL";
    return Json{{"NullTest",
                 {{"arg", first()},
                  {"nulltesttype", is_null ? "IS_NULL" : "IS_NOT_NULL"},
                  {"location", location}}}};
  }
  if (type == "OPERATOR_COALESCE") {
    return Json{{"CoalesceExpr", {{"args", std::move(parts)}, {"location", location}}}};
  }
  if (type == "COMPARE_IN" || type == "COMPARE_NOT_IN") {
    Json items = Json::array();
    for (size_t i = 1; i < parts.size(); ++i) items.push_back(parts[i]);
    const std::string_view op = type == "COMPARE_IN" ? "=" : "<>";
    Json list = {{"List", {{"items", std::move(items)}}}};
    auto written = OperatorNode(op, first(), std::move(list), location);
    written["A_Expr"]["kind"] = "AEXPR_IN";
    return written;
  }
  if (type == "ARRAY_EXTRACT" || type == "ARRAY_SLICE") {
    Json index = Json::object();
    index["uidx"] = parts.at(parts.size() > 2 ? 2 : 1);
    if (type == "ARRAY_SLICE") {
      index["is_slice"] = true;
      index["lidx"] = parts.at(1);
    }
    return Json{{"A_Indirection",
                 {{"arg", first()}, {"indirection", Json::array({Json{{"A_Indices", index}}})}}}};
  }
  if (type == "ARRAY_CONSTRUCTOR") {
    return Json{{"A_ArrayExpr", {{"elements", std::move(parts)}, {"location", location}}}};
  }
  return Refuse(node, "this operator is not supported: " + std::string(type),
                "docs/sql.md lists what there is.");
}

Result<Json> DialectReader::ReadFunction(const Json& node) {
  const auto name = Text(node, "function_name");
  const int location = LocationOf(node);
  if (constexpr std::string_view kBehind = "__postfix"; name.ends_with(kBehind)) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "syntax error: nothing follows the operator {}",
                          name.substr(0, name.size() - kBehind.size()))
                    .WithSqlState("42601")
                    .WithPosition(statement_.Position(location)));
  }
  const auto unit = Find(kIntervals, name);
  if (!unit.empty() && List(node, "children").size() == 1) return ReadInterval(node, unit);
  if (name == "struct_pack" || name == "map") {
    return Refuse(node, "structs and maps are not supported",
                  "Use jsonb_build_object('key', value).");
  }
  if (name == "count_star") {
    Json body = {{"funcname", Json::array({StringNode("count")})},
                 {"agg_star", true},
                 {"funcformat", "COERCE_EXPLICIT_CALL"},
                 {"location", location}};
    if (Has(node, "filter")) {
      FIRN_TRY(body["agg_filter"], ReadExpr(At(node, "filter")));
    }
    return Json{{"FuncCall", std::move(body)}};
  }
  if (name == "list_value") {
    FIRN_TRY(auto parts, ReadList(List(node, "children")));
    return Json{{"A_ArrayExpr", {{"elements", std::move(parts)}, {"location", location}}}};
  }
  if (name == "regexp_full_match" && List(node, "children").size() == 2) {
    // x SIMILAR TO y and x ~ y of DuckDB.
    FIRN_TRY(auto parts, ReadList(List(node, "children")));
    auto pattern = OperatorNode("||", TextNode("^(?:", -1), parts[1], location);
    pattern = OperatorNode("||", std::move(pattern), TextNode(")$", -1), location);
    return OperatorNode("~", parts[0], std::move(pattern), location);
  }
  if (Flag(node, "is_operator")) {
    FIRN_TRY(auto parts, ReadList(List(node, "children")));
    const auto known = Find(kOperators, name);
    const auto op = known.empty() ? name : known;
    if (parts.size() == 1) return OperatorNode(op, nullptr, parts[0], location);
    auto written = OperatorNode(op, parts[0], parts[1], location);
    if (op == "~~" || op == "!~~") written["A_Expr"]["kind"] = "AEXPR_LIKE";
    if (op == "~~*" || op == "!~~*") written["A_Expr"]["kind"] = "AEXPR_ILIKE";
    return written;
  }
  return ReadCall(node);
}

Result<Json> DialectReader::ReadCall(const Json& node) {
  const auto schema = Text(node, "schema");
  Json name = Json::array();
  if (!schema.empty() && schema != "main") name.push_back(NameNode(std::string(schema)));
  name.push_back(NameNode(std::string(Text(node, "function_name"))));
  Json body = {{"funcname", std::move(name)},
               {"funcformat", "COERCE_EXPLICIT_CALL"},
               {"location", LocationOf(node)}};
  FIRN_TRY(body["args"], ReadList(List(node, "children")));
  if (body["args"].empty()) body.erase("args");
  if (Flag(node, "distinct")) body["agg_distinct"] = true;
  if (Has(node, "filter")) {
    FIRN_TRY(body["agg_filter"], ReadExpr(At(node, "filter")));
  }
  const auto& orders = List(At(node, "order_bys"), "orders");
  if (!orders.empty()) {
    FIRN_TRY(body["agg_order"], ReadSort(orders));
  }
  return Json{{"FuncCall", std::move(body)}};
}

Result<Json> DialectReader::ReadInterval(const Json& node, std::string_view unit) {
  const int location = LocationOf(node);
  const auto& argument = List(node, "children").front();
  if (const auto* constant = InnerConstant(argument)) {
    const auto& value = At(At(*constant, "value"), "value");
    if (value.is_number_integer() || value.is_string()) {
      const auto text = value.is_string() ? value.get<std::string>() : value.dump();
      return CastNode(TextNode(fmt::format("{} {}", text, unit), location),
                      TypeNode("interval", location), location);
    }
  }
  FIRN_TRY(auto count, ReadExpr(argument));
  auto one = CastNode(TextNode(fmt::format("1 {}", unit), location), TypeNode("interval", location),
                      location);
  return OperatorNode("*", std::move(count), std::move(one), location);
}

Result<Json> DialectReader::ReadWindow(const Json& node) {
  if (Flag(node, "ignore_nulls")) {
    return Refuse(node, "IGNORE NULLS is not supported", "Filter NULLs in a subquery.");
  }
  FIRN_TRY(auto call, ReadCall(node));
  auto& body = call["FuncCall"];
  for (const char* extra : {"offset_expr", "default_expr"}) {
    if (!Has(node, extra)) continue;
    FIRN_TRY(auto read, ReadExpr(At(node, extra)));
    body["args"].push_back(std::move(read));
  }
  if (Has(node, "filter_expr")) {
    FIRN_TRY(body["agg_filter"], ReadExpr(At(node, "filter_expr")));
  }
  if (Text(node, "function_name") == "count_star") {
    body["funcname"] = Json::array({StringNode("count")});
    body["agg_star"] = true;
  }
  Json over = {{"frameOptions",
                FrameOptions(Text(node, "start"), Text(node, "end"), Text(node, "exclude_clause"))},
               {"location", LocationOf(node)}};
  if (!List(node, "partitions").empty()) {
    FIRN_TRY(over["partitionClause"], ReadList(At(node, "partitions")));
  }
  if (!List(node, "orders").empty()) {
    FIRN_TRY(over["orderClause"], ReadSort(At(node, "orders")));
  }
  if (Has(node, "start_expr")) {
    FIRN_TRY(over["startOffset"], ReadExpr(At(node, "start_expr")));
  }
  if (Has(node, "end_expr")) {
    FIRN_TRY(over["endOffset"], ReadExpr(At(node, "end_expr")));
  }
  body["over"] = std::move(over);
  return call;
}

Result<Json> DialectReader::ReadCase(const Json& node) {
  Json whens = Json::array();
  for (const auto& check : List(node, "case_checks")) {
    FIRN_TRY(auto condition, ReadExpr(At(check, "when_expr")));
    FIRN_TRY(auto result, ReadExpr(At(check, "then_expr")));
    whens.push_back({{"CaseWhen",
                      {{"expr", std::move(condition)},
                       {"result", std::move(result)},
                       {"location", LocationOf(node)}}}});
  }
  Json body = {{"args", std::move(whens)}, {"location", LocationOf(node)}};
  if (Has(node, "else_expr")) {
    FIRN_TRY(body["defresult"], ReadExpr(At(node, "else_expr")));
  }
  return Json{{"CaseExpr", std::move(body)}};
}

Result<Json> DialectReader::ReadSubquery(const Json& node) {
  const auto kind = Text(node, "subquery_type");
  FIRN_TRY(auto query, ReadQuery(At(At(node, "subquery"), "node")));
  const int location = LocationOf(node);
  Json body = {{"subselect", std::move(query)}, {"location", location}};
  if (kind == "ANY") {
    body["subLinkType"] = "ANY_SUBLINK";
    FIRN_TRY(body["testexpr"], ReadExpr(At(node, "child")));
    const auto op = Find(kComparisons, Text(node, "comparison_type"));
    if (op != "=") body["operName"] = Json::array({StringNode(op)});
  } else {
    body["subLinkType"] = kind == "SCALAR" ? "EXPR_SUBLINK" : "EXISTS_SUBLINK";
  }
  Json link = {{"SubLink", std::move(body)}};
  if (kind != "NOT_EXISTS") return link;
  return Json{
      {"BoolExpr",
       {{"boolop", "NOT_EXPR"}, {"args", Json::array({std::move(link)})}, {"location", location}}}};
}

Result<Json> DialectReader::ReadStar(const Json& node) {
  if (Flag(node, "columns") || Has(node, "expr")) {
    return Refuse(node, "COLUMNS() is not supported", "Name the columns, or use * EXCLUDE (…).");
  }
  if (!List(node, "rename_list").empty() || !List(node, "qualified_exclude_list").empty()) {
    return Refuse(node, "this form of * is not supported", "Use * EXCLUDE (…) or * REPLACE (…).");
  }
  Json star = Json::object();
  const auto& excluded = List(node, "exclude_list");
  if (!excluded.empty()) star["exclude"] = NameNodes(excluded);
  for (const auto& entry : List(node, "replace_list")) {
    FIRN_TRY(auto value, ReadExpr(At(entry, "value")));
    star["replace"].push_back(
        {{"ResTarget",
          {{"name", Folded(std::string(Text(entry, "key")))}, {"val", std::move(value)}}}});
  }
  Json fields = Json::array();
  const auto relation = Text(node, "relation_name");
  if (!relation.empty()) fields.push_back(NameNode(std::string(relation)));
  fields.push_back({{"A_Star", std::move(star)}});
  return Json{{"ColumnRef", {{"fields", std::move(fields)}, {"location", LocationOf(node)}}}};
}

Result<Json> DialectReader::ReadCast(const Json& node) {
  if (Flag(node, "try_cast")) {
    return Refuse(node, "TRY_CAST is not supported", "Use CAST, and filter what cannot be cast.");
  }
  FIRN_TRY(auto value, ReadExpr(At(node, "child")));
  FIRN_TRY(auto type, ReadType(At(node, "cast_type"), LocationOf(node)));
  return CastNode(std::move(value), std::move(type), LocationOf(node));
}

Result<Json> DialectReader::ReadType(const Json& type, int location) {
  const auto id = Text(type, "id");
  const auto& info = At(type, "type_info");
  if (id == "LIST") {
    FIRN_TRY(auto element, ReadType(At(info, "child_type"), location));
    element["arrayBounds"] = Json::array({Json{{"Integer", {{"ival", -1}}}}});
    return element;
  }
  if (id == "DECIMAL") {
    auto numeric = TypeNode("numeric", location);
    numeric["typmods"] = Json::array({IntegerNode(tree::Number(info, "width"), location),
                                      IntegerNode(tree::Number(info, "scale"), location)});
    return numeric;
  }
  const auto alias = Text(info, "alias");
  const auto name = alias == "JSON" ? std::string_view("json") : Find(kTypes, id);
  if (!name.empty()) return TypeNode(name, location);
  return tree::Refuse(statement_, location, "the type is not supported: " + std::string(id),
                      "Name a type of Postgres.");
}

}  // namespace firn::sql
