// columnar: PostgreSQL's input functions, one value each. The common spellings are read without
// a detour; anything odd goes to a slower path that knows all forms and makes the errors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "columnar/time_zone.h"
#include "columnar/types.h"
#include "columnar/value_format_internal.h"

namespace firn::columnar {

/// What isspace() accepts in the C locale.
constexpr bool IsSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
constexpr bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr char ToLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
std::string_view TrimSpaces(std::string_view text);
/// Whether the text begins with `prefix` (lower case) in any case.
bool BeginsWithWord(std::string_view text, std::string_view prefix);

/// 22P02 `invalid input syntax for type integer: "abc"`, or 22021 where it is not even UTF-8.
[[gnu::cold]] Failure BadSyntax(std::string_view type_name, std::string_view text,
                                std::string_view sqlstate = "22P02");

Status ParseInt2(std::string_view text, int16_t* value);
Status ParseInt4(std::string_view text, int32_t* value);
Status ParseInt8(std::string_view text, int64_t* value);
Status ParseFloat4(std::string_view text, float* value);
Status ParseFloat8(std::string_view text, double* value);
Status ParseBool(std::string_view text, bool* value);
Status ParseNumeric(std::string_view text, const Type& type, Int128* value);
/// numeric_recv: base-10,000 digits.
Status ParseNumericBinary(std::string_view bytes, const Type& type, Int128* value);
Status ParseBytea(std::string_view text, std::string* value);
/// `value` has room for 16 bytes.
Status ParseUuidText(std::string_view text, uint8_t* value);
/// Cuts spaces beyond `length` characters (0: no limit); 22001 for anything else beyond.
Status FitVarchar(int32_t length, std::string_view* text);

/// Days and microseconds since 1970-01-01.
Status ParseDate(std::string_view text, int32_t* days);
/// `zone`: of a text that names none; null: UTC. Without `with_zone` a zone in it is ignored.
Status ParseTimestamp(std::string_view text, bool with_zone, const TimeZone* zone, int64_t* micros);
/// The ranges of PostgreSQL, that of timestamps cut by what fits.
bool IsDateInRange(int64_t days);
bool IsTimestampInRange(Int128 micros);

}  // namespace firn::columnar
