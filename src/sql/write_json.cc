// Values as json, as to_json of PostgreSQL prints them. A jsonb is made of the same text.
#include <algorithm>

#include "sql/ident.h"
#include "sql/query_writer_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;

std::string AsBinary(bool binary, std::string json) {
  return binary ? fmt::format("sql_jsonb({})", json) : json;
}

/// Whether a name is a column's anywhere around: columns go before rows of that name.
bool IsColumn(const Scope* scope, std::string_view name) {
  for (; scope != nullptr; scope = scope->outer) {
    const auto& columns = scope->columns;
    if (std::any_of(columns.begin(), columns.end(),
                    [&](const auto& column) { return column.name == name; })) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool StartsALine(const Expr& value) {
  return value.is_row || IsArray(value.type.tag);
}

Result<Expr> QueryWriter::JsonOfRow(const std::vector<Output>& fields, int location) {
  std::string list;
  for (const auto& field : fields) {
    FIRN_TRY(const auto json, JsonOf(field.expr));
    const auto key = (list.empty() ? "{" : ",") + Json(field.name).dump() + ":";
    list += fmt::format("{}{} || coalesce({}, 'null')", list.empty() ? "" : " || ",
                        QuoteLiteral(key), json);
  }
  return Expr{.sql = list.empty() ? "'{}'" : "(" + list + " || '}')",
              .type = {.tag = kJson},
              .location = location,
              .is_row = true};
}

Result<std::optional<Expr>> QueryWriter::WriteJsonRow(const Json& item, const Place& place) {
  const auto node = tree::Open(item);
  const int location = tree::FirstLocation(item);
  Block row;
  if (node.Is("RowExpr")) {
    for (const auto& value : tree::List(*node.body, "args")) {
      const auto part = tree::Open(value);
      const bool star =
          part.Is("ColumnRef") && tree::Open(tree::List(*part.body, "fields").back()).Is("A_Star");
      if (star) {
        FIRN_RETURN_IF_ERROR(WriteStar(*part.body, place, row));
      } else {
        FIRN_TRY(auto expr, WriteExpr(value, place));
        FIRN_RETURN_IF_ERROR(SettleUnknown(expr));
        row.outputs.push_back({"", std::move(expr)});
      }
    }
    for (size_t i = 0; i < row.outputs.size(); ++i) row.outputs[i].name = fmt::format("f{}", i + 1);
  } else if (node.Is("ColumnRef")) {
    auto fields = tree::List(*node.body, "fields");
    const bool star = tree::Open(fields.back()).Is("A_Star");
    const auto names = tree::Names(fields);
    const auto* relation = FindRelation(place.scope, names);
    if (names.size() != 1 || relation == nullptr || relation->scalar) return std::optional<Expr>();
    if (!star && IsColumn(place.scope, names.front())) return std::optional<Expr>();
    if (relation->nullable) {
      return Refuse(location,
                    "a whole row of the side of an outer join that may have none is not supported",
                    "Name the columns: json_build_object('id', t.id, …).");
    }
    auto reference = *node.body;
    if (!star) reference["fields"].push_back({{"A_Star", Json::object()}});
    FIRN_RETURN_IF_ERROR(WriteStar(reference, place, row));
    const auto& own = place.scope->relations;
    const bool is_own =
        std::any_of(own.begin(), own.end(), [&](const auto& one) { return &one == relation; });
    (is_own ? seen_.own : seen_.outer) = true;
  } else {
    return std::optional<Expr>();
  }
  FIRN_TRY(auto json, JsonOfRow(row.outputs, location));
  return std::optional<Expr>(std::move(json));
}

Result<std::vector<Expr>> QueryWriter::WriteArguments(std::string_view name, const Json& items,
                                                      const Place& place) {
  const bool aggregate = name.starts_with("json") && name.ends_with("_agg");
  const bool takes_rows = name == "row_to_json" || name == "to_json" || name == "to_jsonb" ||
                          name.find("_build_") != std::string_view::npos || aggregate;
  if (!takes_rows) return WriteList(items, place);
  std::vector<Expr> exprs;
  for (const auto& item : items) {
    FIRN_TRY(auto row, WriteJsonRow(item, place));
    if (row) {
      exprs.push_back(*std::move(row));
      continue;
    }
    FIRN_TRY(auto expr, WriteExpr(item, place));
    exprs.push_back(std::move(expr));
  }
  return exprs;
}

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

Result<std::string> QueryWriter::JsonKeyText(const Expr& key) {
  // true and false, not the t and f of output.
  return key.type.tag == kBool ? CastSql(key, {.tag = kText}, CastContext::kExplicit)
                               : OutputText(key, CastContext::kExplicit);
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
    FIRN_RETURN_IF_ERROR(SettleUnknown(argument));
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
    FIRN_TRY(const auto text, JsonKeyText(argument));
    list += fmt::format("sql_json_key({}, CAST({} AS INTEGER), {})", text, i + 1, binary);
  }
  const auto* ends = object ? "{}" : "[]";
  auto json = list.empty() ? fmt::format("'{}'", ends)
                           : fmt::format("('{}' || {} || '{}')", ends[0], list, ends[1]);
  return Expr{.sql = AsBinary(binary, std::move(json)),
              .type = {.tag = binary ? kJsonb : kJson},
              .location = location};
}

Result<std::vector<std::string>> QueryWriter::JsonArguments(const std::vector<Expr>& arguments) {
  const auto& value = arguments.back();
  FIRN_TRY(const auto json, JsonOf(value));
  const bool line = arguments.size() == 1 && StartsALine(value);
  auto item = fmt::format("coalesce({}{}, 'null')", line ? "'\n ' || " : "", json);
  if (arguments.size() == 2) {
    FIRN_TRY(const auto key, JsonKeyText(arguments[0]));
    item = fmt::format("sql_json_member({}, {})", key, item);
  }
  return std::vector{std::move(item)};
}

}  // namespace firn::sql
