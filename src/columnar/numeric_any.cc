#include <algorithm>
#include <charconv>
#include <limits>

#include "columnar/text_forms_internal.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

// numeric.h of PostgreSQL: what a stored value can hold.
constexpr int64_t kWholeDigitsMax = 131'072;
constexpr int64_t kScaleMax = 16'383;
constexpr int kGroupDigits = 4;
constexpr size_t kInfinityScale = 32;  // what PostgreSQL sends with an infinity

[[gnu::cold]] Failure Overflow() {
  return Fail(
      MakeError(ErrorCode::kInvalidInput, "value overflows numeric format").WithSqlState("22003"));
}

[[gnu::cold]] Failure BadBinary(std::string_view what) {
  return Fail(MakeError(ErrorCode::kInvalidInput, "invalid {} in external \"numeric\" value", what)
                  .WithSqlState("22P03"));
}

// "-" whole "." part, with `scale` digits behind the point. `digits` are all digits, of which
// `whole` (may be negative or beyond) stand before the point.
Status Assemble(bool negative, std::string_view digits, int64_t whole, int64_t scale,
                std::string* out) {
  const auto first = std::min(digits.find_first_not_of('0'), digits.size());
  digits.remove_prefix(first);
  whole -= static_cast<int64_t>(first);
  if (scale > kScaleMax || (!digits.empty() && whole > kWholeDigitsMax)) return Overflow();
  out->clear();
  if (negative && !digits.empty()) out->push_back('-');
  const auto size = static_cast<int64_t>(digits.size());
  if (digits.empty() || whole <= 0) {
    out->push_back('0');
  } else {
    const auto held = static_cast<size_t>(std::min(whole, size));
    out->append(digits.substr(0, held)).append(static_cast<size_t>(whole) - held, '0');
  }
  if (scale == 0) return {};
  out->push_back('.');
  if (digits.empty()) {
    out->append(static_cast<size_t>(scale), '0');
    return {};
  }
  const int64_t zeros = std::clamp<int64_t>(-whole, 0, scale);
  out->append(static_cast<size_t>(zeros), '0');
  const int64_t from = std::clamp<int64_t>(whole, 0, size);
  const int64_t count = std::min(size - from, scale - zeros);
  out->append(digits.substr(static_cast<size_t>(from), static_cast<size_t>(count)));
  out->append(static_cast<size_t>(scale - zeros - count), '0');
  return {};
}

bool IsOnly(std::string_view rest, std::string_view word) {
  return BeginsWithWord(rest, word) && TrimSpaces(rest.substr(word.size())).empty();
}

Status Special(std::string_view text, std::string_view rest, std::string* out) {
  if (IsOnly(rest, "nan")) {
    *out = "NaN";
    return {};
  }
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (!IsOnly(rest, "infinity") && !IsOnly(rest, "inf")) return BadSyntax("numeric", text);
  *out = negative ? "-Infinity" : "Infinity";
  return {};
}

// What strtol takes behind the 'e'. False where there is no digit.
bool TakeExponent(std::string_view& rest, int64_t* exponent) {
  while (!rest.empty() && IsSpace(rest.front())) rest.remove_prefix(1);
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest.empty() || !IsDigit(rest.front())) return false;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), *exponent);
  if (error != std::errc{}) *exponent = std::numeric_limits<int64_t>::max();
  rest.remove_prefix(static_cast<size_t>(end - rest.data()));
  if (negative) *exponent = -*exponent;
  return true;
}

}  // namespace

Status NumericText(std::string_view text, std::string* out) {
  std::string_view rest = text;
  while (!rest.empty() && IsSpace(rest.front())) rest.remove_prefix(1);
  const std::string_view trimmed = rest;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  std::string digits;
  int64_t whole = -1;  // digits before the point, once it was seen
  const bool leading_point = rest.starts_with('.');
  const size_t first = leading_point ? 1 : 0;
  if (rest.size() <= first || !IsDigit(rest[first])) return Special(text, trimmed, out);
  size_t at = 0;
  for (; at < rest.size() && (IsDigit(rest[at]) || rest[at] == '.'); ++at) {
    if (IsDigit(rest[at])) {
      digits.push_back(rest[at]);
      continue;
    }
    if (whole >= 0) return BadSyntax("numeric", text);
    whole = static_cast<int64_t>(digits.size());
  }
  rest.remove_prefix(at);
  if (whole < 0) whole = static_cast<int64_t>(digits.size());
  int64_t exponent = 0;
  if (!rest.empty() && (rest.front() == 'e' || rest.front() == 'E')) {
    rest.remove_prefix(1);
    if (!TakeExponent(rest, &exponent)) return BadSyntax("numeric", text);
    constexpr int64_t kLimit = std::numeric_limits<int32_t>::max() / 2;
    if (exponent >= kLimit || exponent <= -kLimit) return Overflow();
  }
  if (!TrimSpaces(rest).empty()) return BadSyntax("numeric", text);
  const int64_t behind = static_cast<int64_t>(digits.size()) - whole;
  return Assemble(negative, digits, whole + exponent, std::max<int64_t>(behind - exponent, 0), out);
}

Status NumericTextFromBinary(std::string_view bytes, std::string* out) {
  constexpr size_t kHeader = 8;
  if (bytes.size() < kHeader) return WrongLength(bytes.size(), kHeader);
  const size_t groups = BigEndianAt<uint16_t>(bytes, 0);
  const auto weight = BigEndianAt<int16_t>(bytes, 2);
  const auto sign = BigEndianAt<uint16_t>(bytes, 4);
  const auto scale = BigEndianAt<uint16_t>(bytes, 6);
  if (sign != 0 && sign != 0x4000 && sign != 0xC000 && sign != 0xD000 && sign != 0xF000) {
    return BadBinary("sign");
  }
  if (scale > kScaleMax) return BadBinary("scale");
  std::string digits;
  for (size_t i = 0; i < groups; ++i) {
    if (bytes.size() < kHeader + 2 * i + 2) return WrongLength(0, 1);
    const auto group = BigEndianAt<uint16_t>(bytes, kHeader + 2 * i);
    if (group >= 10'000) return BadBinary("digit");
    fmt::format_to(std::back_inserter(digits), "{:04}", group);
  }
  if (bytes.size() != kHeader + 2 * groups) return WrongLength(2, 1);
  if (sign == 0xC000) return Special("NaN", "NaN", out);
  if (sign == 0xD000) return Special("Infinity", "Infinity", out);
  if (sign == 0xF000) return Special("-Infinity", "-Infinity", out);
  // Digits that the value's own scale hides are cut, not rounded.
  const int64_t whole = (int64_t{weight} + 1) * kGroupDigits;
  const int64_t shown = std::clamp<int64_t>(whole + scale, 0, static_cast<int64_t>(digits.size()));
  digits.resize(static_cast<size_t>(shown));
  return Assemble(sign == 0x4000, digits, whole, scale, out);
}

void AppendNumericTextBinary(std::string_view canonical, std::string& out) {
  const auto put = [&out](size_t groups, int64_t weight, uint16_t sign, size_t scale) {
    AppendBigEndian(static_cast<uint16_t>(groups), out);
    AppendBigEndian(static_cast<uint16_t>(weight), out);
    AppendBigEndian(sign, out);
    AppendBigEndian(static_cast<uint16_t>(scale), out);
  };
  if (canonical == "NaN") return put(0, 0, 0xC000, 0);
  if (canonical == "Infinity") return put(0, 0, 0xD000, kInfinityScale);
  if (canonical == "-Infinity") return put(0, 0, 0xF000, kInfinityScale);
  const bool negative = canonical.starts_with('-');
  if (negative) canonical.remove_prefix(1);
  const auto point = std::min(canonical.find('.'), canonical.size());
  const auto part = canonical.substr(std::min(point + 1, canonical.size()));
  // Aligned to groups of four digits on both sides of the point.
  std::string digits((kGroupDigits - point % kGroupDigits) % kGroupDigits, '0');
  digits.append(canonical.substr(0, point));
  auto weight = static_cast<int64_t>(digits.size()) / kGroupDigits - 1;
  digits.append(part);
  digits.append((kGroupDigits - digits.size() % kGroupDigits) % kGroupDigits, '0');
  std::string_view rest = digits;
  while (rest.starts_with("0000")) {
    rest.remove_prefix(kGroupDigits);
    --weight;
  }
  while (rest.ends_with("0000")) rest.remove_suffix(kGroupDigits);
  if (rest.empty()) weight = 0;
  put(rest.size() / kGroupDigits, weight, negative ? 0x4000 : 0, part.size());
  for (size_t i = 0; i < rest.size(); i += kGroupDigits) {
    uint16_t group = 0;
    std::from_chars(rest.data() + i, rest.data() + i + kGroupDigits, group);
    AppendBigEndian(group, out);
  }
}

}  // namespace firn::columnar
