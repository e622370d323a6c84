// Enums are their labels, as text, in the engine and in files. They are compared and sorted by the
// place of the label in the type.
#include <algorithm>

#include "sql/ident.h"
#include "sql/literal_internal.h"
#include "sql/query_writer_internal.h"
#include "sql/user_types.h"

namespace firn::sql {

using enum TypeTag;

Result<UserTypePtr> QueryWriter::EnumOf(const ValueType& type) const {
  auto found = context_.user_types == nullptr ? nullptr : context_.user_types->Find(type.user_type);
  if (found != nullptr) return found;
  return Fail(MakeError(ErrorCode::kNotFound, "the type of an enum is gone: oid={}", type.user_type)
                  .WithSqlState("42704"));
}

std::string QueryWriter::Display(const ValueType& type) const {
  if (ElementOf(type.tag) != kEnum || context_.user_types == nullptr) return DisplayType(type.tag);
  const auto name = context_.user_types->Shown(type.user_type);
  return IsArray(type.tag) ? name + "[]" : name;
}

bool QueryWriter::IsOtherEnum(const ValueType& from, const ValueType& to) {
  return ElementOf(to.tag) == kEnum && from.tag == to.tag && to.user_type != 0 &&
         from.user_type != to.user_type;
}

Result<std::string> QueryWriter::EnumLabels(const ValueType& type) const {
  FIRN_TRY(const auto found, EnumOf(type));
  std::string list;
  for (const auto& label : found->labels) {
    list += (list.empty() ? "" : ", ") + QuoteLiteral(label);
  }
  return "CAST([" + list + "] AS VARCHAR[])";
}

std::string QueryWriter::EnumKey(const Expr& expr) const {
  const auto labels = EnumLabels(expr.type);
  const auto list = labels ? *labels : "CAST([] AS VARCHAR[])";
  if (!IsArray(expr.type.tag)) return fmt::format("list_position({}, {})", list, expr.sql);
  return fmt::format("list_transform({}, lambda e: list_position({}, e))", expr.sql, list);
}

Status QueryWriter::EnumLiteral(Expr& expr, const ValueType& to) {
  FIRN_TRY(const auto found, EnumOf(to));
  const auto& labels = found->labels;
  if (IsArray(to.tag)) {
    FIRN_TRY(auto literal, WriteLiteral(expr.text, {.tag = ArrayOf(kText)}, Style()));
    Expr texts{.sql = std::move(literal.sql), .type = {.tag = ArrayOf(kText)}};
    FIRN_TRY(expr.sql, ReadEnum(texts, to));
  } else {
    if (std::find(labels.begin(), labels.end(), expr.text) == labels.end()) {
      return Fail(
          NoSuchLabel(found->name, expr.text).WithPosition(statement_.Position(expr.location)));
    }
    expr.sql = fmt::format("CAST({} AS VARCHAR)", QuoteLiteral(expr.text));
  }
  expr.type = to;
  return {};
}

Result<std::string> QueryWriter::ReadEnum(const Expr& text, const ValueType& to) {
  FIRN_TRY(const auto found, EnumOf(to));
  FIRN_TRY(const auto labels, EnumLabels(to));
  const auto read = [&](const Expr& one) -> Result<std::string> {
    return fmt::format("sql_read_enum({}, {}, {})", one.sql, labels, QuoteLiteral(found->name));
  };
  return IsArray(to.tag) ? ForEach(text, read) : read(text);
}

std::optional<ValueType> QueryWriter::TakeLabelNumbers(std::string_view name,
                                                       std::vector<Expr>& arguments) const {
  if ((name != "min" && name != "max") || arguments.size() != 1) return std::nullopt;
  auto& argument = arguments.front();
  if (argument.type.tag != kEnum) return std::nullopt;
  argument.sql = fmt::format("CAST({} AS INTEGER)", EnumKey(argument));
  return std::exchange(argument.type, ValueType{.tag = kInt4});
}

Result<Expr> QueryWriter::LabelOfNumber(Expr number, const ValueType& type) const {
  FIRN_TRY(const auto labels, EnumLabels(type));
  number.sql = fmt::format("list_extract({}, {})", labels, number.sql);
  number.type = type;
  return number;
}

Result<std::optional<Expr>> QueryWriter::WriteEnumFunction(const std::string& name,
                                                           const std::vector<Expr>& arguments,
                                                           int location) {
  if (!name.starts_with("enum_") || arguments.empty()) return std::optional<Expr>();
  ValueType type;
  for (const auto& argument : arguments) {
    if (argument.type.tag == kEnum) type = argument.type;
  }
  if (type.tag != kEnum) return std::optional<Expr>();
  FIRN_TRY(const auto labels, EnumLabels(type));
  auto array = type;
  array.tag = ArrayOf(kEnum);
  const auto give = [&](std::string sql, ValueType of) {
    return std::optional(Expr{.sql = std::move(sql), .type = of, .location = location});
  };
  if (name == "enum_first") return give(fmt::format("list_extract({}, 1)", labels), type);
  if (name == "enum_last") return give(fmt::format("list_extract({}, -1)", labels), type);
  if (name != "enum_range" || arguments.size() > 2) return std::optional<Expr>();
  if (arguments.size() == 1) return give(labels, array);
  std::vector<Expr> bounds = arguments;
  for (auto& bound : bounds) {
    FIRN_RETURN_IF_ERROR(Coerce(bound, type, CastContext::kImplicit));
  }
  return give(fmt::format("list_slice({0}, coalesce({1}, 1), coalesce({2}, len({0})))", labels,
                          EnumKey(bounds[0]), EnumKey(bounds[1])),
              array);
}

}  // namespace firn::sql
