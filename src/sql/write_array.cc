#include "sql/query_writer_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;
using tree::At;
using tree::Has;
using tree::List;
using tree::Open;
using tree::Text;

bool IsVector(TypeTag tag) {
  return tag == kInt2Vector || tag == kOidVector;
}

ValueType ElementType(const ValueType& array) {
  auto element = array;
  if (array.tag == kInt2Vector) {
    element.tag = kInt2;
  } else if (array.tag == kOidVector) {
    element.tag = kOid;
  } else {
    element.tag = ElementOf(array.tag);
  }
  return element;
}

ValueType ArrayType(const ValueType& element) {
  auto array = element;
  array.tag = ArrayOf(element.tag);
  return array;
}

}  // namespace

// ARRAY[a, b].
Result<Expr> QueryWriter::WriteArray(const Json& body, const Place& place) {
  const int location = tree::Location(body);
  const auto& items = List(body, "elements");
  if (items.empty()) {
    return Wrong(location, "42P18", "cannot determine type of empty array",
                 "Explicitly cast to the desired type, for example ARRAY[]::integer[].");
  }
  FIRN_TRY(auto elements, WriteList(items, place));
  FIRN_TRY(auto type, Unify(elements, "ARRAY"));
  if (IsArray(type.tag) || IsVector(type.tag) || IsOpen(type)) {
    return Refuse(location, "arrays of this type are not supported", "Arrays have one dimension.");
  }
  std::string list;
  for (const auto& element : elements) list += (list.empty() ? "" : ", ") + element.sql;
  type = ArrayType(type);
  return Expr{.sql = fmt::format("CAST([{}] AS {})", list, EngineType(type)),
              .type = type,
              .location = location};
}

// ARRAY(SELECT …): no rows are an empty array.
Result<Expr> QueryWriter::WriteArrayOf(Block&& block, int location) {
  FIRN_TRY(const auto query, Finish(std::move(block)));
  if (query.types.size() != 1) {
    return Wrong(location, "42601", "subquery must return only one column");
  }
  const auto& element = query.types.front();
  if (IsArray(element.tag) || IsVector(element.tag) || IsOpen(element)) {
    return Refuse(location, "arrays of this type are not supported", "Arrays have one dimension.");
  }
  return Expr{.sql = "ARRAY(" + query.sql + ")", .type = ArrayType(element), .location = location};
}

// left = ANY (array), left <> ALL (array).
Result<Expr> QueryWriter::WriteAnyOf(const std::string& op, bool any, Expr left, Expr array,
                                     int location) {
  if (op != (any ? "=" : "<>")) {
    return Refuse(location, op + " with ANY or ALL of an array is not supported", "Use unnest().");
  }
  if (array.type.tag == kUnknown) {
    const auto of = left.type.tag == kUnknown ? ValueType{.tag = kText} : left.type;
    FIRN_RETURN_IF_ERROR(Coerce(array, ArrayType(of), CastContext::kImplicit));
  }
  if (!IsArray(array.type.tag) && !IsVector(array.type.tag)) {
    return Wrong(location, "42809", "op ANY/ALL (array) requires array on right side");
  }
  Expr element{.type = ElementType(array.type), .location = location};
  FIRN_TRY(const auto type, ToComparable("=", left, element, location));
  if (IsOpen(type)) {
    return Refuse(location, "ANY of an array of numerics is not supported", "Use IN (...).");
  }
  array.sql = fmt::format("CAST({} AS {}[])", array.sql, EngineType(type));
  auto sql = fmt::format(
      "(CASE WHEN {0} IS NULL THEN NULL WHEN len({0}) = 0 THEN false WHEN {1} IS NULL THEN NULL "
      "WHEN list_contains({0}, {1}) THEN true WHEN len({0}) > list_count({0}) THEN NULL "
      "ELSE false END)",
      array.sql, left.sql);
  if (!any) sql = "(NOT " + sql + ")";
  return Expr{.sql = std::move(sql), .type = {.tag = kBool}, .location = location};
}

// array[i]; those of int2vector and oidvector begin at 0.
Result<Expr> QueryWriter::WriteElement(const Json& body, const Place& place) {
  const auto& steps = List(body, "indirection");
  const auto step = steps.size() == 1 ? Open(steps.front()) : tree::Node{};
  const int location = tree::FirstLocation(At(body, "arg"));
  if (!step.Is("A_Indices") || tree::Flag(*step.body, "is_slice")) {
    return Refuse(location, "parts of values are not supported", "Use one index: a[1].");
  }
  FIRN_TRY(auto array, WriteExpr(At(body, "arg"), place));
  if (!IsArray(array.type.tag) && !IsVector(array.type.tag)) {
    return Wrong(location, "42804",
                 fmt::format("cannot subscript type {} because it does not support subscripting",
                             DisplayType(array.type.tag)));
  }
  FIRN_TRY(auto index, WriteExpr(At(*step.body, "uidx"), place));
  FIRN_RETURN_IF_ERROR(Coerce(index, {.tag = kInt4}, CastContext::kAssignment));
  const int first = IsVector(array.type.tag) ? 0 : 1;
  return Expr{.sql = fmt::format("(CASE WHEN {0} >= {1} THEN list_extract({2}, {0} + {3}) END)",
                                 index.sql, first, array.sql, 1 - first),
              .type = ElementType(array.type),
              .location = location};
}

// json_build_object('a', 1): {"a" : 1}, with PostgreSQL's blanks.
Result<Expr> QueryWriter::WriteJsonObject(const Json& body, const Place& place) {
  const int location = tree::Location(body);
  FIRN_TRY(auto arguments, WriteList(List(body, "args"), place));
  if (arguments.size() % 2 != 0) {
    return Wrong(location, "22023", "argument list must have even number of elements",
                 "The arguments of json_build_object() must consist of alternating keys and "
                 "values.");
  }
  std::string sql = "'{'";
  for (size_t i = 0; i < arguments.size(); ++i) {
    auto& argument = arguments[i];
    const bool key = i % 2 == 0;
    const auto tag = argument.type.tag;
    const bool plain = tag == kBool || IsInteger(tag) || tag == kOid;
    if (!plain || key) {
      if (!IsString(tag) && tag != kUnknown && tag != kInternalChar) {
        return Refuse(
            argument.location,
            fmt::format("json_build_object() of type {} is not supported", DisplayType(tag)),
            "Cast the value to text, or to bigint.");
      }
      FIRN_RETURN_IF_ERROR(Coerce(argument, {.tag = kText}, CastContext::kImplicit));
    }
    sql += fmt::format(" || {} || ", key ? (i == 0 ? "''" : "', '") : "' : '");
    sql += key ? fmt::format("CAST(to_json({}) AS VARCHAR)", argument.sql)
               : fmt::format("coalesce(CAST(to_json({}) AS VARCHAR), 'null')", argument.sql);
  }
  return Expr{.sql = "(" + sql + " || '}')", .type = {.tag = kJson}, .location = location};
}

}  // namespace firn::sql
