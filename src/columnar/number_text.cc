#include <locale.h>
#include <stdlib.h>

#include <cerrno>
#include <charconv>
#include <cmath>

#include "columnar/utf8.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

template <typename Integer>
Status ParseInteger(std::string_view text, TypeKind kind, Integer* value) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end && IsSpace(*at)) ++at;
  if (at + 1 < end && *at == '+' && IsDigit(at[1])) ++at;
  const auto [next, error] = std::from_chars(at, end, *value);
  // As in PostgreSQL, too many digits are told of before rubbish behind them.
  if (error == std::errc::result_out_of_range) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "value \"{}\" is out of range for type {}",
                          text, Info(kind).name)
                    .WithSqlState("22003"));
  }
  at = next;
  if (error == std::errc{}) {
    while (at < end && IsSpace(*at)) ++at;
    if (at == end) [[likely]]
      return {};
  }
  return BadSyntax(Info(kind).name, text);
}

// strtod and strtof always in the C locale, whatever the process has set.
double StringTo(const char* text, char** end, double) {
  static const locale_t kLocale = newlocale(LC_ALL_MASK, "C", nullptr);
  return strtod_l(text, end, kLocale);
}
float StringTo(const char* text, char** end, float) {
  static const locale_t kLocale = newlocale(LC_ALL_MASK, "C", nullptr);
  return strtof_l(text, end, kLocale);
}

// Signs, spaces, hexadecimal floats, infinities, and the errors: what strtod takes.
template <typename Float>
[[gnu::noinline]] Status ParseFloatSlowly(std::string_view text, TypeKind kind, Float* value) {
  const std::string copy(TrimSpaces(text));
  char* end = nullptr;
  errno = 0;
  *value = StringTo(copy.c_str(), &end, Float{});
  if (errno == ERANGE && (*value == 0 || std::isinf(*value))) {
    // PostgreSQL quotes the whole text for real, the number alone for double precision.
    const auto quoted = sizeof(Float) == 4 ? text : std::string_view(copy.c_str(), end);
    return Fail(MakeError(ErrorCode::kInvalidInput, "\"{}\" is out of range for type {}", quoted,
                          Info(kind).name)
                    .WithSqlState("22003"));
  }
  if (copy.empty() || end != copy.c_str() + copy.size()) return BadSyntax(Info(kind).name, text);
  return {};
}

template <typename Float>
Status ParseFloat(std::string_view text, TypeKind kind, Float* value) {
  const char* const end = text.data() + text.size();
  const size_t sign = !text.empty() && text[0] == '-' ? 1 : 0;
  if (text.size() > sign && (IsDigit(text[sign]) || text[sign] == '.')) {
    const auto [next, error] = std::from_chars(text.data(), end, *value);
    if (error == std::errc{} && next == end) [[likely]]
      return {};
  }
  return ParseFloatSlowly(text, kind, value);
}

}  // namespace

std::string_view TrimSpaces(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

bool BeginsWithWord(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (size_t i = 0; i < prefix.size(); ++i) {
    if (ToLower(text[i]) != prefix[i]) return false;
  }
  return true;
}

Failure BadSyntax(std::string_view type_name, std::string_view text, std::string_view sqlstate) {
  if (auto valid = CheckUtf8(text); !valid) return Failure(std::move(valid).error());
  return Fail(MakeError(ErrorCode::kInvalidInput, "invalid input syntax for type {}: \"{}\"",
                        type_name, text)
                  .WithSqlState(sqlstate));
}

Status ParseInt2(std::string_view text, int16_t* value) {
  return ParseInteger(text, TypeKind::kInt2, value);
}
Status ParseInt4(std::string_view text, int32_t* value) {
  return ParseInteger(text, TypeKind::kInt4, value);
}
Status ParseInt8(std::string_view text, int64_t* value) {
  return ParseInteger(text, TypeKind::kInt8, value);
}
Status ParseFloat4(std::string_view text, float* value) {
  return ParseFloat(text, TypeKind::kFloat4, value);
}
Status ParseFloat8(std::string_view text, double* value) {
  return ParseFloat(text, TypeKind::kFloat8, value);
}

Status ParseBool(std::string_view text, bool* value) {
  if (text.size() == 1 && (text[0] == 't' || text[0] == 'f')) [[likely]] {
    *value = text[0] == 't';
    return {};
  }
  const auto word = TrimSpaces(text);
  const auto is_prefix_of = [&](std::string_view whole, size_t least) {
    return word.size() >= least && word.size() <= whole.size() &&
           BeginsWithWord(word, whole.substr(0, word.size()));
  };
  if (is_prefix_of("true", 1) || is_prefix_of("yes", 1) || is_prefix_of("on", 2) || word == "1") {
    *value = true;
    return {};
  }
  if (is_prefix_of("false", 1) || is_prefix_of("no", 1) || is_prefix_of("off", 2) || word == "0") {
    *value = false;
    return {};
  }
  return BadSyntax("boolean", text);
}

}  // namespace firn::columnar
