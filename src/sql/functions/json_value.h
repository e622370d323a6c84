// sql: json and jsonb as values. A json keeps its text; a jsonb is kept as the text PostgreSQL
// prints (keys by length and bytes, the last of equal ones, numbers as numerics). So a part of a
// jsonb's text is again a jsonb's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::sql {

struct JsonMember;

struct JsonValue {
  enum class Kind : uint8_t { kNull, kString, kNumber, kBool, kArray, kObject };
  Kind kind = Kind::kNull;
  bool truth = false;
  std::string text;         // of a string without its escapes; of a number as written
  std::string_view source;  // where it stands in the text that was read
  std::vector<JsonValue> items;
  std::vector<JsonMember> members;

  /// Of an object, the last of that name; null when there is none.
  const JsonValue* Find(std::string_view name) const;
  /// Of an array, from its end when negative; null when there is none.
  const JsonValue* At(int64_t index) const;
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

/// Lifetime: the result points into `text`.
/// Errors: 22P02; 22P05 for \u0000; 54001 for what nests too deep.
Result<JsonValue> ParseJson(std::string_view text);
/// Sorts members, drops double ones and writes numbers as numerics, in depth. Errors: 22003.
Status MakeBinary(JsonValue& value);
/// As PostgreSQL prints a jsonb: `{"a": 1, "b": [1, 2]}`.
std::string JsonbText(const JsonValue& value);
std::string JsonbPretty(const JsonValue& value);
void AppendJsonString(std::string_view text, std::string& out);
/// Bytes in the order of jsonb's B-tree: by type, then arrays and objects by their size. Of values
/// MakeBinary made.
std::string JsonbKey(const JsonValue& value);
/// a @> b.
bool ContainsJsonb(const JsonValue& a, const JsonValue& b);
std::string_view JsonTypeName(JsonValue::Kind kind);

}  // namespace firn::sql
