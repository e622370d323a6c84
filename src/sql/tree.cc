#include <algorithm>

#include "sql/tree_internal.h"

namespace firn::sql::tree {
namespace {

const Json kEmpty = Json::array();

ErrorCode CodeOf(std::string_view sqlstate) {
  if (sqlstate == "0A000") return ErrorCode::kUnsupported;
  if (sqlstate == "42P01" || sqlstate == "42703" || sqlstate == "42883" || sqlstate == "42704") {
    return ErrorCode::kNotFound;
  }
  return ErrorCode::kInvalidInput;
}

}  // namespace

const Json& Nothing() {
  static const Json kNothing;
  return kNothing;
}

Node Open(const Json& node) {
  if (!node.is_object() || node.size() != 1) return {};
  const auto item = node.begin();
  if (!item.value().is_object()) return {};
  return {item.key(), &item.value()};
}

const Json& At(const Json& body, const char* field) {
  if (!body.is_object()) return Nothing();
  const auto found = body.find(field);
  return found == body.end() ? Nothing() : *found;
}

bool Has(const Json& body, const char* field) {
  return !At(body, field).is_null();
}

std::string_view Text(const Json& body, const char* field) {
  const auto& value = At(body, field);
  return value.is_string() ? std::string_view(value.get_ref<const std::string&>())
                           : std::string_view();
}

int Number(const Json& body, const char* field, int otherwise) {
  const auto& value = At(body, field);
  return value.is_number_integer() ? value.get<int>() : otherwise;
}

bool Flag(const Json& body, const char* field) {
  const auto& value = At(body, field);
  return value.is_boolean() && value.get<bool>();
}

const Json& List(const Json& body, const char* field) {
  const auto& value = At(body, field);
  return value.is_array() ? value : kEmpty;
}

std::vector<std::string> Names(const Json& list) {
  std::vector<std::string> names;
  for (const auto& item : list) {
    const auto node = Open(item);
    if (node.Is("String")) names.emplace_back(Text(*node.body, "sval"));
  }
  return names;
}

int FirstLocation(const Json& node) {
  const auto open = Open(node);
  if (!open.IsNode()) return -1;
  int first = Has(*open.body, "location") ? Location(*open.body) : -1;
  if (open.Is("A_Expr") && Has(*open.body, "lexpr")) {
    const int left = FirstLocation(At(*open.body, "lexpr"));
    if (left >= 0 && (first < 0 || left < first)) first = left;
  }
  if (open.Is("TypeCast")) {
    const int inner = FirstLocation(At(*open.body, "arg"));
    const int name = Number(At(*open.body, "typeName"), "location", -1);
    for (const int place : {inner, name}) {
      if (place >= 0 && (first < 0 || place < first)) first = place;
    }
  }
  return first;
}

Failure Refuse(const Statement& statement, int location, std::string message, std::string hint) {
  return Wrong(statement, location, "0A000", std::move(message), std::move(hint));
}

Failure Wrong(const Statement& statement, int location, std::string_view sqlstate,
              std::string message, std::string hint) {
  Error error;
  error.code = CodeOf(sqlstate);
  error.sqlstate = sqlstate;
  error.message = std::move(message);
  error.hint = std::move(hint);
  error.position = statement.Position(location);
  return Failure(std::move(error));
}

}  // namespace firn::sql::tree
