// Arrays are lists in the engine. Where its list functions say something else than PostgreSQL
// (NULL elements, places counted from the end), what is written here makes up for it.
#include <algorithm>

#include "sql/query_writer_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;
using tree::At;
using tree::Flag;
using tree::Has;
using tree::List;
using tree::Open;

/// int2vector, oidvector: arrays that begin at 0.
bool IsVector(TypeTag tag) {
  return tag == kInt2Vector || tag == kOidVector;
}

ValueType ElementType(ValueType type) {
  if (type.tag == kInt2Vector) return {.tag = kInt2};
  if (type.tag == kOidVector) return {.tag = kOid};
  type.tag = ElementOf(type.tag);
  return type;
}
ValueType ArrayType(ValueType element) {
  element.tag = ArrayOf(element.tag);
  return element;
}

/// A field of a row that _pg_expandarray gave.
Status TakeField(const Statement& statement, std::string_view field, Expr& value) {
  if (field == "x") {
    value.sql = fmt::format("CAST(floor({} / 65536.0) AS SMALLINT)", value.sql);
    value.type = {.tag = kInt2};
    return {};
  }
  if (field == "n") {
    value.sql = fmt::format("CAST({} & 65535 AS INTEGER)", value.sql);
    value.type = {.tag = kInt4};
    return {};
  }
  return tree::Wrong(statement, value.location, "42703",
                     fmt::format("column \"{}\" not found in data type record", field));
}

}  // namespace

Result<std::string> QueryWriter::ForEach(
    const Expr& array, const std::function<Result<std::string>(const Expr&)>& make) {
  const Expr element{.sql = NewAlias('e'), .type = ElementType(array.type)};
  FIRN_TRY(const std::string text, make(element));
  if (text == element.sql) return array.sql;
  return fmt::format("list_transform({}, lambda {}: {})", array.sql, element.sql, text);
}

Result<std::string> QueryWriter::ElementKeys(const Expr& array) {
  const auto element = ElementType(array.type);
  if (element.tag == kJson || !HasEquality(element.tag)) {
    return Refuse(
        array.location,
        fmt::format("values of type {} cannot be compared here", DisplayType(element.tag)),
        "Compare their text.");
  }
  return ForEach(array, [](const Expr& one) -> Result<std::string> { return Comparable(one); });
}

Status QueryWriter::SettleElements(const FunctionEntry& entry, std::vector<Expr>& arguments) {
  if (entry.arguments.find("any[]") == std::string_view::npos || arguments.size() < 2) return {};
  const ValueType open{.tag = ArrayOf(kNumeric)};
  bool mixed = false;
  const Expr* array = nullptr;
  for (const auto& argument : arguments) {
    if (argument.type.tag == open.tag) array = &argument;
  }
  if (array == nullptr) return {};
  for (const auto& argument : arguments) {
    const bool number = argument.type.tag == kNumeric || argument.type.tag == open.tag;
    mixed = mixed || (number && (argument.type.precision != array->type.precision ||
                                 argument.type.scale != array->type.scale));
  }
  if (!mixed) return {};
  for (auto& argument : arguments) {
    if (argument.type.tag == kNumeric) FIRN_RETURN_IF_ERROR(ToOpen(argument));
    if (argument.type.tag != open.tag || argument.type == open) continue;
    FIRN_TRY(argument.sql, ForEach(argument, [](const Expr& one) -> Result<std::string> {
               return fmt::format("sql_num_text({})", one.sql);
             }));
    argument.type = open;
  }
  return {};
}

Result<Expr> QueryWriter::WriteArray(const Json& body, const Place& place,
                                     const ValueType* wanted) {
  const int location = tree::Location(body);
  const auto& items = List(body, "elements");
  for (const auto& item : items) {
    if (Open(item).Is("A_ArrayExpr")) {
      return Refuse(location, "arrays of more than one dimension are not supported",
                    "Use jsonb for nested ones.");
    }
  }
  if (items.empty() && wanted == nullptr) {
    return Wrong(location, "42P18", "cannot determine type of empty array",
                 "Explicitly cast to the desired type, for example ARRAY[]::integer[].");
  }
  FIRN_TRY(auto elements, WriteList(items, place));
  ValueType type;
  if (wanted != nullptr) {
    type = ElementType(*wanted);
    for (auto& element : elements) {
      if (!CanCast(element.type.tag, type.tag, CastContext::kExplicit)) {
        return CannotCast(element, type);
      }
      FIRN_RETURN_IF_ERROR(Coerce(element, type, CastContext::kExplicit));
      if (IsOpen(type)) FIRN_RETURN_IF_ERROR(ToOpen(element));
    }
  } else {
    FIRN_TRY(type, Unify(elements, "ARRAY"));
  }
  if (IsArray(type.tag)) {
    return Refuse(location, "arrays of more than one dimension are not supported",
                  "Use jsonb for nested ones.");
  }
  std::string sql;
  for (const auto& element : elements) sql += (sql.empty() ? "" : ", ") + element.sql;
  type = ArrayType(type);
  return Expr{.sql = fmt::format("CAST([{}] AS {})", sql, EngineType(type)),
              .type = type,
              .location = location};
}

Result<Expr> QueryWriter::WriteIndirection(const Json& body, const Place& place) {
  FIRN_TRY(auto value, WriteExpr(At(body, "arg"), place));
  const auto& steps = List(body, "indirection");
  const int location = value.location;
  const auto bound = [&](const Json& step, const char* name,
                         std::string otherwise) -> Result<std::string> {
    if (!Has(step, name)) return otherwise;
    FIRN_TRY(auto index, WriteExpr(step[name], place));
    FIRN_RETURN_IF_ERROR(Coerce(index, {.tag = kInt4}, CastContext::kAssignment));
    return index.sql;
  };
  for (const auto& item : steps) {
    const auto open = Open(item);
    if (open.Is("String") && value.type.user_type == kElementAndPlace) {
      FIRN_RETURN_IF_ERROR(TakeField(statement_, tree::Text(*open.body, "sval"), value));
      continue;
    }
    if (!open.Is("A_Indices")) {
      return Refuse(location, "fields of composite values are not supported",
                    "Select the column itself.");
    }
    const auto& step = *open.body;
    const bool slice = Flag(step, "is_slice");
    if (value.type.tag == kJsonb && !slice) {
      FIRN_TRY(auto index, WriteExpr(At(step, "uidx"), place));
      FIRN_RETURN_IF_ERROR(Coerce(index, {.tag = kText}, CastContext::kExplicit));
      value.sql = fmt::format("sql_json_path({}, [{}])", value.sql, index.sql);
      continue;
    }
    if (value.type.tag == kName && !slice && steps.size() == 1) {
      // A name is 64 bytes, from 0; what is behind its end is '\\0', an empty "char".
      FIRN_TRY(const auto at, bound(step, "uidx", "0"));
      value.sql = fmt::format(
          "(CASE WHEN {1} BETWEEN 0 AND 63 THEN CASE WHEN strlen({0}) = length({0}) THEN "
          "substr({0}, {1} + 1, 1) WHEN {0} IS NOT NULL THEN error('firn:0A000:bytes of a name "
          "beyond ASCII are not supported') END END)",
          value.sql, at);
      value.type = {.tag = kInternalChar};
      continue;
    }
    const bool vector = IsVector(value.type.tag);
    if (!IsArray(value.type.tag) && !vector) {
      return Wrong(location, "42804",
                   fmt::format("cannot subscript type {} because it does not support subscripting",
                               DisplayType(value.type.tag)));
    }
    if (steps.size() > 1) {
      return Refuse(location, "arrays of more than one dimension are not supported",
                    "Use jsonb for nested ones.");
    }
    if (vector && slice) {
      return Refuse(location, "parts of an " + DisplayType(value.type.tag) + " are not supported",
                    "Cast it to an array first.");
    }
    FIRN_TRY(const auto to,
             bound(step, "uidx", fmt::format("CAST(len({}) AS INTEGER)", value.sql)));
    if (!slice) {
      value.sql =
          fmt::format("list_extract({}, greatest({} + {}, 0))", value.sql, to, vector ? 1 : 0);
      value.type = ElementType(value.type);
      continue;
    }
    FIRN_TRY(const auto from, bound(step, "lidx", "1"));
    // A bound that is NULL makes the slice NULL; `+ 0 *` keeps the NULL that greatest() ignores.
    value.sql = fmt::format("list_slice({}, greatest({}, 1) + 0 * {}, greatest({}, 0) + 0 * {})",
                            value.sql, from, from, to, to);
  }
  value.form = Expr::Form::kValue;
  value.location = location;
  return value;
}

Result<Expr> QueryWriter::WriteAnyOf(const std::string& op, bool any, Expr left, Expr array,
                                     int location) {
  if (array.type.tag == kUnknown) {
    auto element = left.type;
    if (element.tag == kUnknown || element.tag == kVarchar) element = {.tag = kText};
    if (element.tag == kNumeric) element = OpenNumeric();  // each with its own digits
    element.length = 0;
    FIRN_RETURN_IF_ERROR(Coerce(array, ArrayType(element), CastContext::kImplicit));
  }
  if (!IsArray(array.type.tag) && !IsVector(array.type.tag)) {
    return Wrong(location, "42809", "op ANY/ALL (array) requires array on right side");
  }
  Expr element{.sql = NewAlias('e'), .type = ElementType(array.type), .location = location};
  const auto alias = element.sql;
  std::string test;
  // `list_contains` is fast; other operators are tried on every element.
  if ((op == "=" && any) || (op == "<>" && !any)) {
    FIRN_TRY(const auto type, ToComparable("=", left, element, location));
    (void)type;
    const auto keys = element.sql == alias ? array.sql
                                           : fmt::format("list_transform({}, lambda {}: {})",
                                                         array.sql, alias, element.sql);
    test = fmt::format(
        "(CASE WHEN {1} IS NULL THEN NULL WHEN len({1}) = 0 THEN false "
        "WHEN list_contains({0}, {2}) THEN true "
        "WHEN {2} IS NULL OR list_count({1}) <> len({1}) THEN NULL ELSE false END)",
        keys, array.sql, left.sql);
    if (!any) test = "(NOT " + test + ")";
  } else {
    std::vector<Expr> operands{std::move(left), std::move(element)};
    FIRN_TRY(auto one, op == "~~" || op == "!~~" || op == "~~*" || op == "!~~*"
                           ? LikeOf(op, std::move(operands[0]), std::move(operands[1]), location)
                           : Operate(op, std::move(operands), location));
    if (one.type.tag != kBool) {
      return Wrong(location, "42809", "op ANY/ALL (array) requires operator to yield boolean");
    }
    if (IsVolatile(one.sql)) return RefuseVolatile(location);
    const auto tried = fmt::format("list_transform({}, lambda {}: {})", array.sql, alias, one.sql);
    test = fmt::format(
        "(CASE WHEN {1} IS NULL THEN NULL WHEN list_contains({0}, {2}) THEN {2} "
        "WHEN list_count({0}) <> len({1}) THEN NULL ELSE {3} END)",
        tried, array.sql, any ? "true" : "false", any ? "false" : "true");
  }
  return Expr{.sql = std::move(test), .type = {.tag = kBool}, .location = location};
}

Result<Expr> QueryWriter::CompareWithQuery(const std::string& op, bool any, Expr left,
                                           Block&& block, int location) {
  const Expr& of = block.rows.empty() ? block.outputs.front().expr : block.rows.front().front();
  const bool known = of.type.tag != kUnknown;
  const auto alias = NewAlias('r');
  Expr right{.sql = alias + ".c1",
             .type = of.type,
             .form = known ? Expr::Form::kValue : Expr::Form::kNull,
             .location = location};
  Finished query;
  ValueType type;
  if (known) {
    FIRN_TRY(query, Finish(std::move(block)));
    right.type = query.types.front();
    if (IsArray(right.type.tag)) {
      // The engine compares lists with a NULL in them otherwise here: they are tried one by one.
      Expr all{.sql = fmt::format("coalesce((SELECT list({0}) FROM ({1}) AS {2}(c1)), [])",
                                  right.sql, query.sql, alias),
               .type = right.type,
               .location = location};
      return CompareWithAll(op, any, std::move(left), std::move(all), location);
    }
    FIRN_TRY(type, ToComparable(op, left, right, location));
  } else {
    FIRN_TRY(type, ToComparable(op, left, right, location));
    const std::optional<ValueType> wanted[] = {type};
    FIRN_TRY(query, Finish(std::move(block), wanted));
    right.sql = Comparable({.sql = alias + ".c1", .type = type});
  }
  if (right.sql != alias + ".c1") {
    query.sql = fmt::format("SELECT {} FROM ({}) AS {}(c1)", right.sql, query.sql, alias);
  }
  const auto how = any && op == "=" ? std::string("IN") : op + (any ? " ANY" : " ALL");
  return Expr{.sql = fmt::format("({} {} ({}))", left.sql, how, query.sql),
              .type = {.tag = kBool},
              .location = location};
}

Result<Expr> QueryWriter::CompareWithAll(const std::string& op, bool any, Expr left, Expr arrays,
                                         int location) {
  Expr element{.sql = NewAlias('e'), .type = arrays.type, .location = location};
  const auto alias = element.sql;
  FIRN_TRY(const auto one, Compare(op, std::move(left), std::move(element), location));
  if (IsVolatile(one.sql)) return RefuseVolatile(location);
  auto sql = fmt::format(
      "list_transform([list_transform({}, lambda {}: {})], lambda t: CASE WHEN list_contains(t, "
      "{}) THEN {} WHEN list_count(t) <> len(t) THEN NULL ELSE {} END)[1]",
      arrays.sql, alias, one.sql, any ? "true" : "false", any ? "true" : "false",
      any ? "false" : "true");
  return Expr{.sql = std::move(sql), .type = {.tag = kBool}, .location = location};
}

Result<Expr> QueryWriter::ConcatenateArrays(Expr left, Expr right, int location) {
  for (auto* side : {&left, &right}) {
    auto& other = side == &left ? right : left;
    if (ElementOf(side->type.tag) == kChar) {
      return Refuse(location, "|| of arrays of character(n) is not supported",
                    "Cast them to text or text[].");
    }
    if (side->type.tag == kUnknown) {
      // What is quoted has digits of its own.
      if (other.type.tag == ArrayOf(kNumeric)) {
        FIRN_RETURN_IF_ERROR(Coerce(other, {.tag = ArrayOf(kNumeric)}, CastContext::kImplicit));
      }
      FIRN_RETURN_IF_ERROR(Coerce(*side, other.type, CastContext::kImplicit));
    }
  }
  const ValueType types[] = {IsArray(left.type.tag) ? ElementType(left.type) : left.type,
                             IsArray(right.type.tag) ? ElementType(right.type) : right.type};
  auto common = CommonType(types);
  if (!common) return NoOperator("||", {left, right}, location);
  if (common->tag == kNumeric && types[0] != types[1]) common = OpenNumeric();
  for (auto* side : {&left, &right}) {
    const auto to = IsArray(side->type.tag) ? ArrayType(*common) : *common;
    FIRN_RETURN_IF_ERROR(Coerce(*side, to, CastContext::kImplicit));
    if (IsOpen(*common) && !IsArray(to.tag)) FIRN_RETURN_IF_ERROR(ToOpen(*side));
  }
  std::string sql;
  if (!IsArray(left.type.tag)) {
    sql = fmt::format("list_prepend({}, {})", left.sql, right.sql);
  } else if (!IsArray(right.type.tag)) {
    sql = fmt::format("list_append({}, {})", left.sql, right.sql);
  } else {
    sql = fmt::format(
        "(CASE WHEN {0} IS NULL AND {1} IS NULL THEN NULL ELSE list_concat({0}, {1}) "
        "END)",
        left.sql, right.sql);
  }
  return Expr{.sql = std::move(sql), .type = ArrayType(*common), .location = location};
}

Result<Expr> QueryWriter::ApplyArrayRule(const FunctionEntry& entry, std::vector<Expr> arguments,
                                         int location) {
  const auto& rule = entry.engine;
  const auto done = [&](std::string sql, ValueType type) {
    return Expr{.sql = std::move(sql), .type = type, .location = location};
  };
  if (rule == "!array_concat") {
    return ConcatenateArrays(std::move(arguments[0]), std::move(arguments[1]), location);
  }
  if (rule == "!array_text") {
    FIRN_TRY(const auto texts, ForEach(arguments[0], [&](const Expr& element) {
               return OutputText(element, CastContext::kExplicit);
             }));
    const auto& delimiter = arguments[1].sql;
    auto list = texts;
    if (arguments.size() > 2) {
      const auto alias = NewAlias('e');
      list = fmt::format("list_transform({}, lambda {}: coalesce({}, {}))", texts, alias, alias,
                         arguments[2].sql);
    }
    return done(fmt::format("(CASE WHEN {0} IS NULL OR {1} IS NULL THEN NULL ELSE "
                            "coalesce(array_to_string({2}, {1}), '') END)",
                            arguments[0].sql, delimiter, list),
                {.tag = kText});
  }
  const ValueType boolean{.tag = kBool};
  if (rule == "!array_contained") std::swap(arguments[0], arguments[1]);
  FIRN_TRY(const auto keys, ElementKeys(arguments[0]));
  if (rule.starts_with("!array_contain") || rule == "!array_overlaps") {
    FIRN_TRY(const auto others, ElementKeys(arguments[1]));
    if (rule == "!array_overlaps") {
      return done(fmt::format("list_has_any({}, {})", keys, others), boolean);
    }
    // A NULL is in no array.
    return done(fmt::format("(CASE WHEN {0} IS NOT NULL THEN list_has_all({0}, {1}) AND len({1}) = "
                            "list_count({1}) END)",
                            keys, others),
                boolean);
  }
  // What is left looks for a value among the elements; a NULL is found too.
  auto& wanted = arguments[1];
  if (rule == "!array_position") {
    return done(fmt::format("CAST(list_position({}, {}) AS INTEGER)", keys, Comparable(wanted)),
                {.tag = kInt4});
  }
  const Expr element{.sql = NewAlias('e'), .type = ElementType(arguments[0].type)};
  const auto differs =
      fmt::format("{} IS DISTINCT FROM {}", Comparable(element), Comparable(wanted));
  if (rule == "!array_positions") {
    const auto at = NewAlias('e');
    const Expr one{.sql = fmt::format("{}[{}]", arguments[0].sql, at),
                   .type = ElementType(arguments[0].type)};
    return done(
        fmt::format("list_transform(list_filter(range(1, len({}) + 1), lambda {}: {} IS NOT "
                    "DISTINCT FROM {}), lambda {}: CAST({} AS INTEGER))",
                    arguments[0].sql, at, Comparable(one), Comparable(wanted), at, at),
        {.tag = ArrayOf(kInt4)});
  }
  if (rule == "!array_remove") {
    return done(
        fmt::format("list_filter({}, lambda {}: {})", arguments[0].sql, element.sql, differs),
        arguments[0].type);
  }
  if (rule == "!array_replace") {
    return done(fmt::format("list_transform({}, lambda {}: CASE WHEN {} THEN {} ELSE {} END)",
                            arguments[0].sql, element.sql, differs, element.sql, arguments[2].sql),
                arguments[0].type);
  }
  return Fail(ErrorCode::kInternal, "no such rule for a call: {}", rule);
}

// The text that PostgreSQL's output function gives, which for a bool is not its cast to text.
Result<std::string> QueryWriter::OutputText(const Expr& value, CastContext context) {
  if (value.type.tag == kBool) {
    return fmt::format("(CASE WHEN {0} THEN 't' WHEN NOT {0} THEN 'f' END)", value.sql);
  }
  if (IsArray(value.type.tag)) {
    FIRN_TRY(const auto texts,
             ForEach(value, [&](const Expr& element) { return OutputText(element, context); }));
    return fmt::format("sql_array_out({})", texts);
  }
  if (value.type.tag == kInet) return value.sql;
  if (value.type.tag == kChar) return CastSql(value, {.tag = kChar}, context);
  return CastSql(value, {.tag = kText}, context);
}

}  // namespace firn::sql
