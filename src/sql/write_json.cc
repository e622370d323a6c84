// Values as json, as to_json of PostgreSQL prints them. A jsonb is made of the same text.
#include "sql/query_writer_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;

std::string AsBinary(bool binary, std::string json) {
  return binary ? fmt::format("sql_jsonb({})", json) : json;
}

}  // namespace

Result<std::string> QueryWriter::JsonOf(const Expr& value) {
  const auto tag = value.type.tag;
  if (IsArray(tag)) {
    FIRN_TRY(const auto items, ForEach(value, [&](const Expr& element) -> Result<std::string> {
               FIRN_TRY(const auto json, JsonOf(element));
               return fmt::format("coalesce({}, 'null')", json);
             }));
    return fmt::format(
        "(CASE WHEN {} IS NOT NULL THEN '[' || coalesce(array_to_string({}, ','), "
        "'') || ']' END)",
        value.sql, items);
  }
  if (tag == kJson || tag == kJsonb) return value.sql;
  if (tag == kBool || IsInteger(tag)) return fmt::format("CAST({} AS VARCHAR)", value.sql);
  FIRN_TRY(auto text, OutputText(value, CastContext::kExplicit));
  if (IsNumber(tag)) return fmt::format("sql_json_number({})", text);
  // As XML has it: a T where the first blank is, minutes in the offset.
  if (tag == kTimestamptz) {
    text = fmt::format("regexp_replace({}, '([+-][0-9][0-9])( BC)?$', '\\1:00\\2')", text);
  }
  if (tag == kTimestamp || tag == kTimestamptz) {
    text = fmt::format("regexp_replace({}, ' ', 'T')", text);
  }
  return fmt::format("sql_json_quote({})", text);
}

Result<Expr> QueryWriter::ApplyJsonRule(const FunctionEntry& entry, std::vector<Expr> arguments,
                                        int location) {
  FIRN_TRY(auto json, JsonOf(arguments.front()));
  const bool binary = entry.result == "jsonb";
  return Expr{.sql = AsBinary(binary, std::move(json)),
              .type = {.tag = binary ? kJsonb : kJson},
              .location = location};
}

Result<Expr> QueryWriter::WriteJsonBuilder(const std::string& name, std::vector<Expr> arguments,
                                           int location) {
  const bool binary = name.starts_with("jsonb");
  const bool object = name.ends_with("object");
  if (object && arguments.size() % 2 != 0) {
    return Wrong(location, "22023", "argument list must have even number of elements",
                 "The arguments of " + name + "() must consist of alternating keys and values.");
  }
  std::string list;
  for (size_t i = 0; i < arguments.size(); ++i) {
    auto& argument = arguments[i];
    if (argument.type.tag == kUnknown) {
      FIRN_RETURN_IF_ERROR(Coerce(argument, {.tag = kText}, CastContext::kImplicit));
    }
    const bool key = object && i % 2 == 0;
    if (i > 0) list += object && !key ? " || ' : ' || " : " || ', ' || ";
    if (!key) {
      FIRN_TRY(const auto json, JsonOf(argument));
      list += fmt::format("coalesce({}, 'null')", json);
      continue;
    }
    if (IsArray(argument.type.tag) || argument.type.tag == kJson || argument.type.tag == kJsonb) {
      return Wrong(argument.location, "22023",
                   "key value must be scalar, not array, composite, or json");
    }
    FIRN_TRY(const auto text, argument.type.tag == kBool
                                  ? CastSql(argument, {.tag = kText}, CastContext::kExplicit)
                                  : OutputText(argument, CastContext::kExplicit));
    list += fmt::format("sql_json_key({}, CAST({} AS INTEGER), {})", text, i + 1, binary);
  }
  const auto* ends = object ? "{}" : "[]";
  auto json = list.empty() ? fmt::format("'{}'", ends)
                           : fmt::format("('{}' || {} || '{}')", ends[0], list, ends[1]);
  return Expr{.sql = AsBinary(binary, std::move(json)),
              .type = {.tag = binary ? kJsonb : kJson},
              .location = location};
}

Result<std::vector<std::string>> QueryWriter::JsonArguments(const FunctionEntry& entry,
                                                            const std::vector<Expr>& arguments) {
  const auto& value = arguments.back();
  if (IsArray(value.type.tag) && entry.result == "json" && arguments.size() == 1) {
    return Refuse(value.location, "json_agg of arrays is not supported", "Use jsonb_agg.");
  }
  FIRN_TRY(const auto json, JsonOf(value));
  auto item = fmt::format("coalesce({}, 'null')", json);
  if (arguments.size() == 2) {
    FIRN_TRY(const auto key, arguments[0].type.tag == kBool
                                 ? CastSql(arguments[0], {.tag = kText}, CastContext::kExplicit)
                                 : OutputText(arguments[0], CastContext::kExplicit));
    item = fmt::format("sql_json_member({}, {})", key, item);
  }
  return std::vector{std::move(item)};
}

}  // namespace firn::sql
