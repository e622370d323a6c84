// json and jsonb: parts, tests and changes. Both come as text; what gives a jsonb gives its text.
#include <algorithm>
#include <charconv>
#include <functional>

#include "sql/functions/bodies.h"
#include "sql/functions/json_value.h"

namespace firn::sql {
namespace {

using engine::List;
using engine::Scalar;
using Kind = JsonValue::Kind;
using Texts = std::vector<std::optional<std::string>>;
using Path = List<std::string_view>;

// The value as text: a string without quotes, null as NULL.
std::optional<std::string> Plain(const JsonValue& value) {
  if (value.kind == Kind::kNull) return std::nullopt;
  return value.kind == Kind::kString ? value.text : std::string(value.source);
}

Result<JsonValue> Binary(std::string_view text) {
  FIRN_TRY(auto value, ParseJson(text));
  FIRN_RETURN_IF_ERROR(MakeBinary(value));
  return value;
}

std::optional<int32_t> IndexOf(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  int32_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return index;
}

const JsonValue* Step(const JsonValue& value, std::string_view step) {
  if (value.kind == Kind::kObject) return value.Find(step);
  if (value.kind != Kind::kArray) return nullptr;
  const auto index = IndexOf(step);
  return index ? value.At(*index) : nullptr;
}

const JsonValue* Follow(const JsonValue& value, const Path& path) {
  const JsonValue* at = &value;
  for (size_t i = 0; i < path.size() && at != nullptr; ++i) {
    at = path.IsNull(i) ? nullptr : Step(*at, path[i]);
  }
  return at;
}

template <typename Find>
Result<std::optional<std::string>> Part(std::string_view text, bool plain, Find find) {
  FIRN_TRY(const auto value, ParseJson(text));
  const JsonValue* found = find(value);
  if (found == nullptr) return std::nullopt;
  if (plain) return Plain(*found);
  return std::string(found->source);
}

const JsonValue* Indexed(const JsonValue& value, int32_t index) {
  return value.kind == Kind::kArray ? value.At(index) : nullptr;
}

// A jsonb that is no array and no object is an array of itself.
const JsonValue* IndexedBinary(const JsonValue& value, int32_t index) {
  if (value.kind == Kind::kArray) return value.At(index);
  return value.kind != Kind::kObject && (index == 0 || index == -1) ? &value : nullptr;
}

// cannotCastJsonbValue
Failure CannotCast(const JsonValue& value, std::string_view to) {
  const auto what = value.kind == Kind::kBool     ? "boolean"
                    : value.kind == Kind::kNumber ? "numeric"
                                                  : JsonTypeName(value.kind);
  return Refused("22023", fmt::format("cannot cast jsonb {} to type {}", what, to));
}

Result<Texts> Elements(std::string_view text, bool plain) {
  FIRN_TRY(const auto value, ParseJson(text));
  if (value.kind == Kind::kObject)
    return Refused("22023", "cannot extract elements from an object");
  if (value.kind != Kind::kArray) return Refused("22023", "cannot extract elements from a scalar");
  Texts out;
  for (const auto& item : value.items) {
    out.push_back(plain ? Plain(item) : std::optional(std::string(item.source)));
  }
  return out;
}

enum class Side : uint8_t { kKeys, kValues, kPlain };
Result<Texts> Members(std::string_view text, Side side) {
  FIRN_TRY(const auto value, ParseJson(text));
  if (value.kind != Kind::kObject) {
    const auto* what = value.kind == Kind::kArray ? "an array" : "a scalar";
    return Refused("22023", fmt::format("cannot call this function on {}", what));
  }
  Texts out;
  for (const auto& [name, member] : value.members) {
    if (side == Side::kKeys) {
      out.emplace_back(name);
    } else {
      out.push_back(side == Side::kPlain ? Plain(member)
                                         : std::optional(std::string(member.source)));
    }
  }
  return out;
}

bool Exists(const JsonValue& value, std::string_view key) {
  if (value.kind == Kind::kObject) return value.Find(key) != nullptr;
  if (value.kind == Kind::kString) return value.text == key;
  return std::any_of(value.items.begin(), value.items.end(), [&](const JsonValue& item) {
    return item.kind == Kind::kString && item.text == key;
  });
}

JsonValue Concatenated(JsonValue a, JsonValue b) {
  if (a.kind == Kind::kObject && b.kind == Kind::kObject) {
    for (auto& member : b.members) a.members.push_back(std::move(member));
    return a;
  }
  JsonValue out{.kind = Kind::kArray};
  for (auto* side : {&a, &b}) {
    if (side->kind != Kind::kArray) {
      out.items.push_back(std::move(*side));
      continue;
    }
    for (auto& item : side->items) out.items.push_back(std::move(item));
  }
  return out;
}

Result<std::string> Finished(Result<JsonValue> value) {
  if (!value) return Fail(std::move(value).error());
  FIRN_RETURN_IF_ERROR(MakeBinary(*value));
  return JsonbText(*value);
}

Result<JsonValue> WithoutKeys(JsonValue value, const std::function<bool(std::string_view)>& gone) {
  if (value.kind == Kind::kObject) {
    std::erase_if(value.members, [&](const auto& member) { return gone(member.name); });
  } else if (value.kind == Kind::kArray) {
    std::erase_if(value.items, [&](const JsonValue& item) {
      return item.kind == Kind::kString && gone(item.text);
    });
  } else {
    return Refused("22023", "cannot delete from scalar");
  }
  return value;
}

Result<JsonValue> WithoutIndex(JsonValue value, int32_t index) {
  if (value.kind == Kind::kObject) {
    return Refused("22023", "cannot delete from object using integer index");
  }
  if (value.kind != Kind::kArray) return Refused("22023", "cannot delete from scalar");
  const auto* found = value.At(index);
  if (found != nullptr) value.items.erase(value.items.begin() + (found - value.items.data()));
  return value;
}

enum class Change : uint8_t { kDelete, kReplace, kCreate, kBefore, kAfter };

// setPath of PostgreSQL.
Status Apply(JsonValue& value, const Path& path, size_t level, const JsonValue* with,
             Change change);

Status ApplyToArray(JsonValue& value, const Path& path, size_t level, const JsonValue* with,
                    Change change) {
  const auto wanted = IndexOf(path[level]);
  if (!wanted) {
    return Refused("22P02", fmt::format("path element at position {} is not an integer: \"{}\"",
                                        level + 1, path[level]));
  }
  const auto count = static_cast<int64_t>(value.items.size());
  const int64_t index = *wanted < 0 ? count + *wanted : *wanted;
  const bool inside = index >= 0 && index < count;
  const bool last = level + 1 == path.size();
  if (!last)
    return inside ? Apply(value.items[static_cast<size_t>(index)], path, level + 1, with, change)
                  : Status{};
  const auto at = value.items.begin() + std::clamp<int64_t>(index, 0, count);
  if (change == Change::kDelete) {
    if (inside) value.items.erase(at);
  } else if (inside && (change == Change::kReplace || change == Change::kCreate)) {
    *at = *with;
  } else if (change != Change::kReplace) {
    value.items.insert(inside && change == Change::kAfter ? at + 1 : at, *with);
  }
  return {};
}

Status Apply(JsonValue& value, const Path& path, size_t level, const JsonValue* with,
             Change change) {
  if (path.IsNull(level)) {
    return Refused("22004", fmt::format("path element at position {} is null", level + 1));
  }
  if (value.kind == Kind::kArray) return ApplyToArray(value, path, level, with, change);
  if (value.kind != Kind::kObject) return {};
  const bool last = level + 1 == path.size();
  const auto name = path[level];
  const auto member = std::find_if(value.members.begin(), value.members.end(),
                                   [&](const auto& one) { return one.name == name; });
  if (member == value.members.end()) {
    if (last && change != Change::kDelete && change != Change::kReplace) {
      value.members.push_back({std::string(name), *with});
    }
    return {};
  }
  if (!last) return Apply(member->value, path, level + 1, with, change);
  if (change == Change::kDelete) {
    value.members.erase(member);
  } else if (change == Change::kBefore || change == Change::kAfter) {
    return Refused("22023", "cannot replace existing key");
  } else {
    member->value = *with;
  }
  return {};
}

Result<std::string> Changed(std::string_view text, const Path& path,
                            std::optional<std::string_view> with_text, Change change) {
  FIRN_TRY(auto value, Binary(text));
  if (value.kind != Kind::kObject && value.kind != Kind::kArray) {
    return Refused("22023", change == Change::kDelete ? "cannot delete path in scalar"
                                                      : "cannot set path in scalar");
  }
  JsonValue with;
  if (with_text) {
    FIRN_TRY(with, Binary(*with_text));
  }
  if (path.size() > 0) FIRN_RETURN_IF_ERROR(Apply(value, path, 0, &with, change));
  return Finished(std::move(value));
}

void StripNulls(JsonValue& value) {
  std::erase_if(value.members, [](const auto& member) { return member.value.kind == Kind::kNull; });
  for (auto& [name, member] : value.members) StripNulls(member);
  for (auto& item : value.items) StripNulls(item);
}

void AddParts(EngineFunctions& to) {
  for (const bool plain : {false, true}) {
    const std::string suffix = plain ? "_text" : "";
    to.push_back(
        Scalar("sql_json_get" + suffix, [plain](std::string_view text, std::string_view key) {
          return Part(text, plain, [&](const JsonValue& value) {
            return value.kind == Kind::kObject ? value.Find(key) : nullptr;
          });
        }));
    to.push_back(Scalar("sql_json_at" + suffix, [plain](std::string_view text, int32_t index) {
      return Part(text, plain, [&](const JsonValue& value) { return Indexed(value, index); });
    }));
    to.push_back(Scalar("sql_jsonb_at" + suffix, [plain](std::string_view text, int32_t index) {
      return Part(text, plain, [&](const JsonValue& value) { return IndexedBinary(value, index); });
    }));
    to.push_back(Scalar("sql_json_path" + suffix, [plain](std::string_view text, Path path) {
      return Part(text, plain, [&](const JsonValue& value) { return Follow(value, path); });
    }));
    to.push_back(Scalar("sql_json_elements" + suffix,
                        [plain](std::string_view text) { return Elements(text, plain); }));
  }
  to.push_back(
      Scalar("sql_json_keys", [](std::string_view text) { return Members(text, Side::kKeys); }));
  to.push_back(Scalar("sql_json_values",
                      [](std::string_view text) { return Members(text, Side::kValues); }));
  to.push_back(Scalar("sql_json_values_text",
                      [](std::string_view text) { return Members(text, Side::kPlain); }));
  to.push_back(Scalar("sql_jsonb_number",
                      [](std::string_view text, std::string_view type) -> Result<std::string> {
                        FIRN_TRY(const auto value, ParseJson(text));
                        if (value.kind != Kind::kNumber) return CannotCast(value, type);
                        return value.text;
                      }));
  to.push_back(Scalar("sql_jsonb_bool", [](std::string_view text) -> Result<bool> {
    FIRN_TRY(const auto value, ParseJson(text));
    if (value.kind != Kind::kBool) return CannotCast(value, "boolean");
    return value.truth;
  }));
  to.push_back(Scalar("sql_json_typeof", [](std::string_view text) -> Result<std::string> {
    FIRN_TRY(const auto value, ParseJson(text));
    return std::string(JsonTypeName(value.kind));
  }));
  to.push_back(Scalar("sql_json_array_length", [](std::string_view text) -> Result<int32_t> {
    FIRN_TRY(const auto value, ParseJson(text));
    if (value.kind == Kind::kObject)
      return Refused("22023", "cannot get array length of a non-array");
    if (value.kind != Kind::kArray) return Refused("22023", "cannot get array length of a scalar");
    return static_cast<int32_t>(value.items.size());
  }));
}

void AddTests(EngineFunctions& to) {
  to.push_back(Scalar("sql_jsonb_key", [](std::string_view text) {
    auto value = Binary(text);
    return engine::Blob{value ? JsonbKey(*value) : ""};
  }));
  to.push_back(
      Scalar("sql_jsonb_contains", [](std::string_view a, std::string_view b) -> Result<bool> {
        FIRN_TRY(const auto outer, Binary(a));
        FIRN_TRY(const auto inner, Binary(b));
        return ContainsJsonb(outer, inner);
      }));
  to.push_back(
      Scalar("sql_jsonb_exists", [](std::string_view text, std::string_view key) -> Result<bool> {
        FIRN_TRY(const auto value, ParseJson(text));
        return Exists(value, key);
      }));
  to.push_back(Scalar("sql_jsonb_exists_any", [](std::string_view text, Path keys) -> Result<bool> {
    FIRN_TRY(const auto value, ParseJson(text));
    for (size_t i = 0; i < keys.size(); ++i) {
      if (!keys.IsNull(i) && Exists(value, keys[i])) return true;
    }
    return false;
  }));
  to.push_back(Scalar("sql_jsonb_exists_all", [](std::string_view text, Path keys) -> Result<bool> {
    FIRN_TRY(const auto value, ParseJson(text));
    for (size_t i = 0; i < keys.size(); ++i) {
      if (!keys.IsNull(i) && !Exists(value, keys[i])) return false;
    }
    return true;
  }));
}

void AddChanges(EngineFunctions& to) {
  to.push_back(
      Scalar("sql_jsonb_concat", [](std::string_view a, std::string_view b) -> Result<std::string> {
        FIRN_TRY(auto left, Binary(a));
        FIRN_TRY(auto right, Binary(b));
        return Finished(Concatenated(std::move(left), std::move(right)));
      }));
  to.push_back(Scalar(
      "sql_jsonb_delete", [](std::string_view text, std::string_view key) -> Result<std::string> {
        FIRN_TRY(auto value, Binary(text));
        return Finished(
            WithoutKeys(std::move(value), [&](std::string_view name) { return name == key; }));
      }));
  to.push_back(
      Scalar("sql_jsonb_delete_all", [](std::string_view text, Path keys) -> Result<std::string> {
        FIRN_TRY(auto value, Binary(text));
        return Finished(WithoutKeys(std::move(value), [&](std::string_view name) {
          for (size_t i = 0; i < keys.size(); ++i) {
            if (!keys.IsNull(i) && keys[i] == name) return true;
          }
          return false;
        }));
      }));
  to.push_back(Scalar("sql_jsonb_delete_at",
                      [](std::string_view text, int32_t index) -> Result<std::string> {
                        FIRN_TRY(auto value, Binary(text));
                        return Finished(WithoutIndex(std::move(value), index));
                      }));
  to.push_back(Scalar("sql_jsonb_delete_path", [](std::string_view text, Path path) {
    return Changed(text, path, std::nullopt, Change::kDelete);
  }));
  to.push_back(Scalar(
      "sql_jsonb_set", [](std::string_view text, Path path, std::string_view with, bool create) {
        return Changed(text, path, with, create ? Change::kCreate : Change::kReplace);
      }));
  to.push_back(Scalar("sql_jsonb_insert",
                      [](std::string_view text, Path path, std::string_view with, bool after) {
                        return Changed(text, path, with, after ? Change::kAfter : Change::kBefore);
                      }));
  to.push_back(Scalar("sql_jsonb_strip_nulls", [](std::string_view text) -> Result<std::string> {
    FIRN_TRY(auto value, Binary(text));
    StripNulls(value);
    return JsonbText(value);
  }));
  to.push_back(Scalar("sql_jsonb_pretty", [](std::string_view text) -> Result<std::string> {
    FIRN_TRY(const auto value, Binary(text));
    return JsonbPretty(value);
  }));
}

// A number as to_json prints it: what json has no number for is a string.
std::string Number(std::string_view text) {
  const bool plain = !text.empty() && (text.back() >= '0' && text.back() <= '9');
  return plain ? std::string(text) : "\"" + std::string(text) + "\"";
}

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

Status AddMember(const List<std::string_view>& keys, size_t key,
                 const List<std::string_view>& values, size_t value, std::string& out) {
  if (keys.IsNull(key)) return Refused("22004", "null value not allowed for object key");
  if (!out.empty()) out += ", ";
  AppendJsonString(keys[key], out);
  out += " : ";
  if (values.IsNull(value)) {
    out += "null";
  } else {
    AppendJsonString(values[value], out);
  }
  return {};
}

void AddObjects(EngineFunctions& to) {
  to.push_back(Scalar("sql_json_object", [](List<std::string_view> pairs) -> Result<std::string> {
    if (pairs.size() % 2 != 0) {
      return Refused("2202E", "array must have even number of elements");
    }
    std::string out;
    for (size_t i = 0; i < pairs.size(); i += 2) {
      FIRN_RETURN_IF_ERROR(AddMember(pairs, i, pairs, i + 1, out));
    }
    return "{" + out + "}";
  }));
  to.push_back(
      Scalar("sql_json_object_of",
             [](List<std::string_view> keys, List<std::string_view> values) -> Result<std::string> {
               if (keys.size() != values.size()) {
                 return Refused("2202E", "mismatched array dimensions");
               }
               std::string out;
               for (size_t i = 0; i < keys.size(); ++i) {
                 FIRN_RETURN_IF_ERROR(AddMember(keys, i, values, i, out));
               }
               return "{" + out + "}";
             }));
}

void AddBuilders(EngineFunctions& to) {
  to.push_back(Scalar("sql_json_number", [](std::string_view text) { return Number(text); }));
  to.push_back(Scalar("sql_json_quote", [](std::string_view text) { return Quoted(text); }));
  to.push_back(Scalar(
      "sql_json_key",
      [](std::optional<std::string_view> key, int32_t place, bool binary) -> Result<std::string> {
        if (key) return Quoted(*key);
        return Refused("22023", binary ? fmt::format("argument {}: key must not be null", place)
                                       : fmt::format("argument {} cannot be null", place));
      }));
  to.push_back(Scalar(
      "sql_json_member",
      [](std::optional<std::string_view> key, std::string_view value) -> Result<std::string> {
        if (!key) return Refused("22023", "field name must not be null");
        return Quoted(*key) + " : " + std::string(value);
      }));
}

}  // namespace

void AddJsonFunctions(EngineFunctions& functions) {
  functions.push_back(Scalar("sql_json", [](std::string_view text) -> Result<std::string> {
    FIRN_TRY(const auto value, ParseJson(text));
    (void)value;
    return std::string(text);
  }));
  functions.push_back(Scalar("sql_jsonb", [](std::string_view text) -> Result<std::string> {
    FIRN_TRY(const auto value, Binary(text));
    return JsonbText(value);
  }));
  AddBuilders(functions);
  AddObjects(functions);
  AddParts(functions);
  AddTests(functions);
  AddChanges(functions);
}

}  // namespace firn::sql
