#include <array>
#include <charconv>
#include <limits>

#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

constexpr auto kPowersOfTen = [] {
  std::array<Uint128, kMaxPrecision + 1> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

[[gnu::cold]] Failure FieldOverflow(const Type& type, bool infinite) {
  const int whole = type.precision - type.scale;
  const auto detail =
      infinite ? fmt::format("A field with precision {}, scale {} cannot hold an infinite value.",
                             type.precision, type.scale)
               : fmt::format(
                     "A field with precision {}, scale {} must round to an absolute value less "
                     "than {}{}.",
                     type.precision, type.scale, whole > 0 ? "10^" : "", whole > 0 ? whole : 1);
  return Fail(MakeError(ErrorCode::kInvalidInput, "numeric field overflow")
                  .WithSqlState("22003")
                  .WithDetail(detail));
}

[[gnu::cold]] Failure NotANumber(const Type& type) {
  return Fail(MakeError(ErrorCode::kUnsupported, "NaN cannot be stored in {}", PostgresName(type))
                  .WithHint("Use NULL, or a column of type double precision."));
}

// Takes decimal digits from the first to the last and keeps those down to the scale, rounding
// half away from zero.
class Rounder {
 public:
  // `whole` is how many of the digits to come stand before the decimal point; may be negative.
  Rounder(const Type& type, int64_t whole) : type_(type), keep_(whole + type.scale) {}

  void Add(int digit) {
    const int64_t index = index_++;
    if (index < keep_) {
      Grow(digit);
    } else if (index == keep_) {
      round_up_ = digit >= 5;
    }
  }
  Status Finish(bool negative, Int128* value) {
    if (value_ != 0) {
      for (; index_ < keep_ && !overflow_; ++index_) Grow(0);
    }
    if (round_up_) ++value_;
    if (overflow_ || value_ >= kPowersOfTen[static_cast<size_t>(type_.precision)]) {
      return FieldOverflow(type_, false);
    }
    *value = negative ? -static_cast<Int128>(value_) : static_cast<Int128>(value_);
    return {};
  }

 private:
  void Grow(int digit) {
    // One more digit behind precision others is too many, whatever comes later.
    if (value_ >= kPowersOfTen[static_cast<size_t>(type_.precision - 1)]) overflow_ = true;
    if (!overflow_) value_ = value_ * 10 + static_cast<unsigned>(digit);
  }

  const Type& type_;
  const int64_t keep_;
  int64_t index_ = 0;
  Uint128 value_ = 0;
  bool round_up_ = false;
  bool overflow_ = false;
};

// 'NaN' and the infinities, which have no place in a decimal128.
Status ParseSpecial(std::string_view text, std::string_view rest, const Type& type) {
  const auto is_only = [&](std::string_view word) {
    return BeginsWithWord(rest, word) && TrimSpaces(rest.substr(word.size())).empty();
  };
  if (is_only("nan")) return NotANumber(type);
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) rest.remove_prefix(1);
  if (is_only("infinity") || is_only("inf")) return FieldOverflow(type, true);
  return BadSyntax("numeric", text);
}

// What strtol takes behind the 'e': spaces, sign, digits. Null where there is no digit.
const char* ReadExponent(const char* at, const char* end, int64_t* exponent) {
  while (at < end && IsSpace(*at)) ++at;
  const bool negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+')) ++at;
  if (at == end || !IsDigit(*at)) return nullptr;
  const auto [next, error] = std::from_chars(at, end, *exponent);
  if (error != std::errc{}) *exponent = std::numeric_limits<int64_t>::max();
  if (negative) *exponent = -*exponent;
  return next;
}

[[gnu::noinline]] Status ParseNumericSlowly(std::string_view text, const Type& type,
                                            Int128* value) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end && IsSpace(*at)) ++at;
  const std::string_view rest(at, end);
  const bool negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+')) ++at;
  const char* const digits = at;
  const char* point = nullptr;
  if (at < end && *at == '.') point = at++;
  if (at == end || !IsDigit(*at)) return ParseSpecial(text, rest, type);
  for (; at < end && (IsDigit(*at) || *at == '.'); ++at) {
    if (*at != '.') continue;
    if (point != nullptr) return BadSyntax("numeric", text);
    point = at;
  }
  const char* const digits_end = at;
  int64_t exponent = 0;
  if (at < end && (*at == 'e' || *at == 'E')) {
    at = ReadExponent(at + 1, end, &exponent);
    if (at == nullptr) return BadSyntax("numeric", text);
    constexpr int64_t kLimit = std::numeric_limits<int32_t>::max() / 2;
    if (exponent >= kLimit || exponent <= -kLimit) {
      return Fail(MakeError(ErrorCode::kInvalidInput, "value overflows numeric format")
                      .WithSqlState("22003"));
    }
  }
  while (at < end && IsSpace(*at)) ++at;
  if (at != end) return BadSyntax("numeric", text);
  Rounder rounder(type, (point != nullptr ? point : digits_end) - digits + exponent);
  for (at = digits; at < digits_end; ++at) {
    if (*at != '.') rounder.Add(*at - '0');
  }
  return rounder.Finish(negative, value);
}

[[gnu::cold]] Failure BadNumericBinary(std::string_view what) {
  return Fail(MakeError(ErrorCode::kInvalidInput, "invalid {} in external \"numeric\" value", what)
                  .WithSqlState("22P03"));
}

// What numeric_send makes of a value: base 10,000, the first group worth 10,000 ^ weight.
struct BinaryNumber {
  std::string_view bytes;

  uint16_t At(size_t offset) const {
    return static_cast<uint16_t>(static_cast<uint8_t>(bytes[offset]) << 8 |
                                 static_cast<uint8_t>(bytes[offset + 1]));
  }
  static constexpr size_t kHeader = 8;
  size_t groups() const { return At(0); }
  int64_t whole_digits() const { return (int64_t{static_cast<int16_t>(At(2))} + 1) * 4; }
  uint16_t sign() const { return At(4); }
  uint16_t scale() const { return At(6); }
  uint16_t Group(size_t i) const { return At(kHeader + 2 * i); }
};

// Up to 16 digits of which only zeros are to be cut or rounded off: an integer and a shift.
bool ReadPlainNumber(const BinaryNumber& number, const Type& type, Int128* value) {
  constexpr size_t kFastGroups = 4;
  constexpr int64_t kFastDigits = 4 * kFastGroups;
  const size_t groups = number.groups();
  const bool negative = number.sign() == 0x4000;
  if (groups > kFastGroups || number.bytes.size() != BinaryNumber::kHeader + 2 * groups) {
    return false;
  }
  if ((number.sign() != 0 && !negative) || number.scale() > 0x3FFF) return false;
  uint64_t digits = 0;
  for (size_t i = 0; i < groups; ++i) {
    const uint16_t group = number.Group(i);
    if (group >= 10'000) return false;
    digits = digits * 10'000 + group;
  }
  const int64_t behind = static_cast<int64_t>(4 * groups) - number.whole_digits();
  // Digits at the end that the value's own scale hides, or the column's has no place for.
  const int64_t zeros =
      std::max<int64_t>(0, behind - std::min<int64_t>(number.scale(), type.scale));
  if (zeros > kFastDigits) return false;
  const auto unit = static_cast<uint64_t>(kPowersOfTen[static_cast<size_t>(zeros)]);
  const uint64_t kept = digits / unit;
  const int64_t shift = type.scale - (behind - zeros);
  if (kept * unit != digits || shift < 0 || shift >= 20) return false;
  const Uint128 shifted = Uint128{kept} * kPowersOfTen[static_cast<size_t>(shift)];
  if (shifted >= kPowersOfTen[static_cast<size_t>(type.precision)]) return false;
  *value = negative ? -static_cast<Int128>(shifted) : static_cast<Int128>(shifted);
  return true;
}

}  // namespace

Status ParseNumeric(std::string_view text, const Type& type, Int128* value) {
  // Up to 18 digits with no more behind the point than the scale: an integer and a shift.
  constexpr size_t kFastDigits = 18;
  const char* at = text.data();
  const char* const end = at + text.size();
  const bool negative = at < end && *at == '-';
  if (negative) ++at;
  if (static_cast<size_t>(end - at) <= kFastDigits + 1) {
    uint64_t digits = 0;
    const char* const first = at;
    while (at < end && IsDigit(*at)) digits = digits * 10 + static_cast<uint64_t>(*at++ - '0');
    int64_t behind = 0;
    bool any = at > first;
    if (at < end && *at == '.') {
      const char* const point = at++;
      while (at < end && IsDigit(*at)) digits = digits * 10 + static_cast<uint64_t>(*at++ - '0');
      behind = at - point - 1;
      any = any || behind > 0;
    }
    const int64_t shift = type.scale - behind;
    if (any && at == end && shift >= 0) {
      // digits < 10^19: the product may leave 128 bits only from 10^20 on.
      const Uint128 shifted =
          shift < 20 ? Uint128{digits} * kPowersOfTen[static_cast<size_t>(shift)] : 0;
      if ((shift < 20 || digits == 0) &&
          shifted < kPowersOfTen[static_cast<size_t>(type.precision)]) [[likely]] {
        *value = negative ? -static_cast<Int128>(shifted) : static_cast<Int128>(shifted);
        return {};
      }
    }
  }
  return ParseNumericSlowly(text, type, value);
}

Status ParseNumericBinary(std::string_view bytes, const Type& type, Int128* value) {
  const BinaryNumber number{bytes};
  const auto too_short = [] {
    return Fail(MakeError(ErrorCode::kInvalidInput, "insufficient data left in message")
                    .WithSqlState("08P01"));
  };
  if (bytes.size() < BinaryNumber::kHeader) return too_short();
  if (ReadPlainNumber(number, type, value)) [[likely]]
    return {};
  const size_t groups = number.groups();
  const uint16_t sign = number.sign();
  const uint16_t scale = number.scale();
  if (sign != 0 && sign != 0x4000 && sign != 0xC000 && sign != 0xD000 && sign != 0xF000) {
    return BadNumericBinary("sign");
  }
  if (scale > 0x3FFF) return BadNumericBinary("scale");
  const int64_t whole = number.whole_digits();
  Rounder rounder(type, whole);
  for (size_t i = 0; i < groups; ++i) {
    if (bytes.size() < BinaryNumber::kHeader + 2 * i + 2) return too_short();
    const int group = number.Group(i);
    if (group >= 10'000) return BadNumericBinary("digit");
    for (int unit = 1'000, digit = 0; digit < 4; ++digit, unit /= 10) {
      // Digits that the value's own scale hides are cut, not rounded.
      const int64_t index = static_cast<int64_t>(4 * i) + digit;
      if (index < whole + scale) rounder.Add(group / unit % 10);
    }
  }
  if (bytes.size() != BinaryNumber::kHeader + 2 * groups) {
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "incorrect binary data format").WithSqlState("22P03"));
  }
  if (sign == 0xC000) return NotANumber(type);
  if (sign == 0xD000 || sign == 0xF000) return FieldOverflow(type, true);
  return rounder.Finish(sign == 0x4000, value);
}

}  // namespace firn::columnar
