#include "sql/numeric.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

namespace firn::sql {
namespace {

using Integer = Numeric::Integer;
using Kind = Numeric::Kind;

constexpr int kMinSignificantDigits = 16;  // NUMERIC_MIN_SIG_DIGITS
constexpr int kBaseDigits = 4;             // DEC_DIGITS
constexpr int kRoundMax = 2000;            // NUMERIC_MAX_RESULT_SCALE
// The most digits before the point that PostgreSQL stores.
constexpr int kWholeDigitsMax = 131072;

Failure Overflow() {
  return Fail(
      MakeError(ErrorCode::kInvalidInput, "value overflows numeric format").WithSqlState("22003"));
}
Failure DivisionByZero() {
  return Fail(MakeError(ErrorCode::kInvalidInput, "division by zero").WithSqlState("22012"));
}
Failure BadSyntax(std::string_view text) {
  return Fail(
      MakeError(ErrorCode::kInvalidInput, "invalid input syntax for type numeric: \"{}\"", text)
          .WithSqlState("22P02"));
}

bool FitsInt64(const Integer& value) {
  static const Integer kLimit = Integer(1) << 63;
  return value < kLimit && value > -kLimit;
}

int FloorDivide(int a, int b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

Integer ScaledTo(const Numeric& value, int scale) {
  return value.unscaled() * PowerOfTen(scale - value.scale());
}

Result<Numeric> Checked(Numeric value) {
  if (DecimalDigits(value.unscaled()) - value.scale() > kWholeDigitsMax) return Overflow();
  if (value.scale() > Numeric::kScaleMax) return value.Rounded(Numeric::kScaleMax);
  return value;
}

// Half away from zero.
Integer DivideRounded(const Integer& a, const Integer& b) {
  Integer quotient;
  Integer rest;
  boost::multiprecision::divide_qr(a, b, quotient, rest);
  if (abs(rest) * 2 >= abs(b)) quotient += (a < 0) == (b < 0) ? 1 : -1;
  return quotient;
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y; });
}

std::optional<Numeric> SpecialFromText(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (EqualsIgnoringCase(text, "nan")) return Numeric::Special(Kind::kNaN);
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (EqualsIgnoringCase(text, "inf") || EqualsIgnoringCase(text, "infinity")) {
    return Numeric::Special(negative ? Kind::kNegativeInfinity : Kind::kInfinity);
  }
  return std::nullopt;
}

Integer IntegerFromDigits(const std::string& digits) {
  constexpr size_t kUint64Digits = 18;
  if (digits.size() <= kUint64Digits) {
    uint64_t value = 0;
    for (const char c : digits) value = value * 10 + static_cast<uint64_t>(c - '0');
    return value;
  }
  const auto first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  return Integer(digits.substr(first));
}

}  // namespace

Integer PowerOfTen(int n) {
  static const auto kPowers = [] {
    std::array<Integer, 64> powers;
    powers[0] = 1;
    for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
  }();
  if (n < static_cast<int>(kPowers.size())) return kPowers[static_cast<size_t>(std::max(0, n))];
  return boost::multiprecision::pow(Integer(10), static_cast<unsigned>(n));
}

int DecimalDigits(const Integer& value) {
  if (value.is_zero()) return 0;
  const Integer magnitude = abs(value);
  constexpr double kLog10Of2 = 0.30102999566398120;
  const auto bits = static_cast<double>(boost::multiprecision::msb(magnitude));
  int digits = static_cast<int>(bits * kLog10Of2) + 1;
  if (magnitude >= PowerOfTen(digits)) ++digits;
  return digits;
}

Numeric Numeric::Special(Kind kind) {
  Numeric value;
  value.kind_ = kind;
  return value;
}

Result<Numeric> Numeric::Parse(std::string_view all) {
  constexpr std::string_view kSpaces = " \t\n\r\f\v";
  auto text = all;
  while (!text.empty() && kSpaces.find(text.front()) != kSpaces.npos) text.remove_prefix(1);
  while (!text.empty() && kSpaces.find(text.back()) != kSpaces.npos) text.remove_suffix(1);
  if (auto special = SpecialFromText(text)) return *special;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::string digits;
  int scale = 0;
  bool point = false;
  size_t at = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      digits += c;
      scale += point ? 1 : 0;
    } else {
      break;
    }
  }
  if (digits.empty()) return BadSyntax(all);
  constexpr size_t kDigitsMax = size_t{kWholeDigitsMax} + Numeric::kScaleMax;
  const size_t leading = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  digits.erase(0, leading);
  if (at < text.size()) {
    if (text[at] != 'e' && text[at] != 'E') return BadSyntax(all);
    auto rest = text.substr(at + 1);
    if (rest.starts_with('+')) rest.remove_prefix(1);
    int exponent = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), exponent);
    if (end != rest.data() + rest.size() || rest.empty()) return BadSyntax(all);
    if (error != std::errc{} || exponent > 200000 || exponent < -200000) return Overflow();
    scale -= exponent;
  }
  if (scale > kScaleMax || digits.size() > kDigitsMax) return Overflow();
  Integer unscaled = IntegerFromDigits(digits);
  if (scale < 0) {
    unscaled *= PowerOfTen(-scale);
    scale = 0;
  }
  if (negative) unscaled = -unscaled;
  return Checked(Numeric(std::move(unscaled), scale));
}

Numeric Numeric::FromDouble(double value, int digits) {
  if (std::isnan(value)) return Special(Kind::kNaN);
  if (std::isinf(value)) return Special(value < 0 ? Kind::kNegativeInfinity : Kind::kInfinity);
  auto parsed = Parse(fmt::format("{:.{}g}", value, digits));
  return parsed ? *std::move(parsed) : Numeric();
}

std::string Numeric::ToString() const {
  switch (kind_) {
    case Kind::kNaN:
      return "NaN";
    case Kind::kInfinity:
      return "Infinity";
    case Kind::kNegativeInfinity:
      return "-Infinity";
    case Kind::kFinite:
      break;
  }
  const bool negative = unscaled_ < 0;
  std::string digits;
  if (FitsInt64(unscaled_)) {
    const auto value = static_cast<int64_t>(unscaled_);
    digits = fmt::format_int(negative ? -value : value).str();
  } else {
    digits = Integer(abs(unscaled_)).str();
  }
  const auto places = static_cast<size_t>(scale_);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  if (places > 0) digits.insert(digits.size() - places, 1, '.');
  if (negative) digits.insert(0, 1, '-');
  return digits;
}

int Numeric::Sign() const {
  if (kind_ == Kind::kNegativeInfinity) return -1;
  if (kind_ != Kind::kFinite) return 1;
  return unscaled_.sign();
}

bool Numeric::IsIntegral() const {
  return finite() && (scale_ == 0 || Integer(unscaled_ % PowerOfTen(scale_)).is_zero());
}

int Numeric::Compare(const Numeric& other) const {
  const auto rank = [](const Numeric& value) {
    switch (value.kind_) {
      case Kind::kNegativeInfinity:
        return 0;
      case Kind::kInfinity:
        return 2;
      case Kind::kNaN:
        return 3;
      case Kind::kFinite:
        break;
    }
    return 1;
  };
  const int mine = rank(*this);
  const int theirs = rank(other);
  if (mine != theirs) return mine < theirs ? -1 : 1;
  if (!finite()) return 0;
  const int scale = std::max(scale_, other.scale_);
  return ScaledTo(*this, scale).compare(ScaledTo(other, scale));
}

std::string Numeric::SortKey() const {
  constexpr int kBias = 500000;
  switch (kind_) {
    case Kind::kNegativeInfinity:
      return "0";
    case Kind::kInfinity:
      return "4";
    case Kind::kNaN:
      return "5";
    case Kind::kFinite:
      break;
  }
  if (unscaled_.is_zero()) return "2";
  const bool negative = unscaled_ < 0;
  auto digits = Numeric(negative ? Integer(-unscaled_) : unscaled_, 0).ToString();
  const int exponent = static_cast<int>(digits.size()) - scale_ + kBias;
  digits.erase(digits.find_last_not_of('0') + 1);
  auto key = fmt::format("{:06}{}", exponent, digits);
  if (!negative) return "3" + key;
  // Backwards, and a shorter one after the longer ones it begins.
  for (auto& c : key) c = static_cast<char>('0' + '9' - c);
  return "1" + key + "~";
}

Result<int64_t> Numeric::ToInteger(int64_t low, int64_t high, std::string_view type) const {
  if (!finite()) {
    return Fail(MakeError(ErrorCode::kUnsupported, "cannot convert {} to {}",
                          kind_ == Kind::kNaN ? "NaN" : "infinity", type)
                    .WithHint("Leave such values out, or use numeric or double precision."));
  }
  const auto whole = Rounded(0).unscaled_;
  if (whole < low || whole > high) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "{} out of range", type).WithSqlState("22003"));
  }
  return static_cast<int64_t>(whole);
}

Result<double> Numeric::ToDouble() const {
  const auto text = ToString();
  if (kind_ == Kind::kNaN) return std::nan("");
  if (kind_ != Kind::kFinite) return kind_ == Kind::kInfinity ? HUGE_VAL : -HUGE_VAL;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  (void)end;
  if (error == std::errc{}) return value;
  return Fail(
      MakeError(ErrorCode::kInvalidInput, "\"{}\" is out of range for type double precision", text)
          .WithSqlState("22003"));
}

Result<Numeric> Numeric::Fit(int precision, int scale) const {
  if (kind_ == Kind::kNaN) return *this;
  auto fitted = Rounded(scale);
  if (finite() && DecimalDigits(fitted.unscaled_) - fitted.scale_ <= precision - scale) {
    return fitted;
  }
  return Fail(MakeError(ErrorCode::kInvalidInput, "numeric field overflow").WithSqlState("22003"));
}

Numeric Numeric::Negated() const {
  if (kind_ == Kind::kInfinity) return Special(Kind::kNegativeInfinity);
  if (kind_ == Kind::kNegativeInfinity) return Special(Kind::kInfinity);
  if (kind_ == Kind::kNaN) return *this;
  return {-unscaled_, scale_};
}

Numeric Numeric::Abs() const {
  return Sign() < 0 ? Negated() : *this;
}

Numeric Numeric::Rounded(int scale) const {
  if (!finite()) return *this;
  scale = std::clamp(scale, -kRoundMax, kScaleMax);
  if (scale >= scale_) return {ScaledTo(*this, scale), scale};
  auto cut = DivideRounded(unscaled_, PowerOfTen(scale_ - scale));
  if (scale < 0) return {cut * PowerOfTen(-scale), 0};
  return {std::move(cut), scale};
}

Numeric Numeric::Truncated(int scale) const {
  if (!finite()) return *this;
  scale = std::clamp(scale, -kRoundMax, kScaleMax);
  if (scale >= scale_) return {ScaledTo(*this, scale), scale};
  Integer cut = unscaled_ / PowerOfTen(scale_ - scale);
  if (scale < 0) return {cut * PowerOfTen(-scale), 0};
  return {std::move(cut), scale};
}

Numeric Numeric::Ceil() const {
  auto whole = Truncated(0);
  if (finite() && unscaled_ > 0 && !IsIntegral()) whole.unscaled_ += 1;
  return whole;
}

Numeric Numeric::Floor() const {
  auto whole = Truncated(0);
  if (finite() && unscaled_ < 0 && !IsIntegral()) whole.unscaled_ -= 1;
  return whole;
}

int Numeric::MinScale() const {
  if (!finite() || unscaled_.is_zero()) return 0;
  const auto digits = ToString();
  const auto zeros = digits.size() - 1 - digits.find_last_not_of('0');
  return scale_ - std::min(scale_, static_cast<int>(zeros));
}

Numeric Numeric::WithoutTrailingZeros() const {
  return Truncated(MinScale());
}

LeadingDigit LeadingDigitOf(const Numeric& value) {
  if (!value.finite() || value.unscaled().is_zero()) return {};
  const int digits = DecimalDigits(value.unscaled());
  const int exponent = digits - 1 - value.scale();
  const int weight = FloorDivide(exponent, kBaseDigits);
  const int wanted = exponent - weight * kBaseDigits + 1;
  Integer first = abs(value.unscaled());
  first = digits >= wanted ? Integer(first / PowerOfTen(digits - wanted))
                           : Integer(first * PowerOfTen(wanted - digits));
  return {weight, static_cast<int>(first)};
}

int DivisionScale(const Numeric& a, const Numeric& b) {
  const auto first = LeadingDigitOf(a);
  const auto second = LeadingDigitOf(b);
  int weight = first.weight - second.weight;
  if (first.digit <= second.digit) --weight;
  const int scale =
      std::max({kMinSignificantDigits - weight * kBaseDigits, a.scale(), b.scale(), 0});
  return std::min(scale, Numeric::kDisplayScaleMax);
}

Result<Numeric> Add(const Numeric& a, const Numeric& b) {
  if (a.finite() && b.finite()) {
    const int scale = std::max(a.scale(), b.scale());
    return Checked({ScaledTo(a, scale) + ScaledTo(b, scale), scale});
  }
  if (a.kind() == Kind::kNaN || b.kind() == Kind::kNaN) return Numeric::Special(Kind::kNaN);
  if (a.finite()) return b;
  if (b.finite() || a.kind() == b.kind()) return a;
  return Numeric::Special(Kind::kNaN);
}

Result<Numeric> Subtract(const Numeric& a, const Numeric& b) {
  return Add(a, b.Negated());
}

Result<Numeric> Multiply(const Numeric& a, const Numeric& b) {
  if (a.finite() && b.finite()) {
    return Checked({a.unscaled() * b.unscaled(), a.scale() + b.scale()});
  }
  const int sign = a.Sign() * b.Sign();
  if (a.kind() == Kind::kNaN || b.kind() == Kind::kNaN || sign == 0) {
    return Numeric::Special(Kind::kNaN);
  }
  return Numeric::Special(sign > 0 ? Kind::kInfinity : Kind::kNegativeInfinity);
}

Numeric Quotient(const Numeric& a, const Numeric& b, int scale) {
  const int shift = scale + b.scale() - a.scale();
  const Integer above = shift >= 0 ? Integer(a.unscaled() * PowerOfTen(shift)) : a.unscaled();
  const Integer below = shift >= 0 ? b.unscaled() : Integer(b.unscaled() * PowerOfTen(-shift));
  return {DivideRounded(above, below), scale};
}

namespace {

using Int128 = __int128;

// Divide for operands of machine size, the usual ones: the same rules without long integers.
std::optional<Numeric> QuickQuotient(const Numeric& a, const Numeric& b) {
  if (!FitsInt64(a.unscaled()) || !FitsInt64(b.unscaled()) || a.IsZero()) return std::nullopt;
  constexpr auto kPowers = [] {
    std::array<Int128, 39> powers{};
    powers[0] = 1;
    for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
  }();
  const auto above = static_cast<int64_t>(a.unscaled());
  const auto below = static_cast<int64_t>(b.unscaled());
  const bool negative = (above < 0) != (below < 0);
  const Int128 x = above < 0 ? -Int128{above} : Int128{above};
  const Int128 y = below < 0 ? -Int128{below} : Int128{below};
  const auto digits_of = [&](Int128 value) {
    int digits = 1;
    while (kPowers[static_cast<size_t>(digits)] <= value) ++digits;
    return digits;
  };
  const int digits = digits_of(x);
  const auto leading = [&](Int128 value, int count, int scale) {
    const int exponent = count - 1 - scale;
    const int weight = FloorDivide(exponent, kBaseDigits);
    const int wanted = exponent - weight * kBaseDigits + 1;
    const Int128 first = count >= wanted ? value / kPowers[static_cast<size_t>(count - wanted)]
                                         : value * kPowers[static_cast<size_t>(wanted - count)];
    return LeadingDigit{weight, static_cast<int>(first)};
  };
  const auto first = leading(x, digits, a.scale());
  const auto second = leading(y, digits_of(y), b.scale());
  const int weight = first.weight - second.weight - (first.digit <= second.digit ? 1 : 0);
  const int scale =
      std::max({kMinSignificantDigits - weight * kBaseDigits, a.scale(), b.scale(), 0});
  const int shift = scale + b.scale() - a.scale();
  constexpr int kInt128Digits = 38;
  if (shift < 0 || digits + shift > kInt128Digits) return std::nullopt;
  const Int128 scaled = x * kPowers[static_cast<size_t>(shift)];
  Int128 quotient = scaled / y;
  if ((scaled - quotient * y) * 2 >= y) ++quotient;
  return Numeric(Integer(negative ? -quotient : quotient), scale);
}

}  // namespace

Result<Numeric> Divide(const Numeric& a, const Numeric& b) {
  if (a.kind() == Kind::kNaN || b.kind() == Kind::kNaN) return Numeric::Special(Kind::kNaN);
  if (!a.finite()) {
    if (!b.finite()) return Numeric::Special(Kind::kNaN);
    if (b.IsZero()) return DivisionByZero();
    return b.Sign() > 0 ? a : a.Negated();
  }
  if (!b.finite()) return Numeric(0, 0);
  if (b.IsZero()) return DivisionByZero();
  if (auto quick = QuickQuotient(a, b)) return *std::move(quick);
  return Checked(Quotient(a, b, DivisionScale(a, b)));
}

Result<Numeric> DivideWhole(const Numeric& a, const Numeric& b) {
  if (a.finite() && b.finite()) {
    if (b.IsZero()) return DivisionByZero();
    const int scale = std::max(a.scale(), b.scale());
    return Checked({ScaledTo(a, scale) / ScaledTo(b, scale), 0});
  }
  return Divide(a, b);
}

Result<Numeric> Modulo(const Numeric& a, const Numeric& b) {
  if (a.kind() == Kind::kNaN || b.kind() == Kind::kNaN) return Numeric::Special(Kind::kNaN);
  if (b.IsZero()) return DivisionByZero();
  if (!a.finite()) return Numeric::Special(Kind::kNaN);
  if (!b.finite()) return a;
  const int scale = std::max(a.scale(), b.scale());
  return Numeric(ScaledTo(a, scale) % ScaledTo(b, scale), scale);
}

Result<Numeric> GreatestCommonDivisor(const Numeric& a, const Numeric& b) {
  if (!a.finite() || !b.finite()) return Numeric::Special(Kind::kNaN);
  const int scale = std::max(a.scale(), b.scale());
  return Numeric(boost::multiprecision::gcd(Integer(abs(ScaledTo(a, scale))),
                                            Integer(abs(ScaledTo(b, scale)))),
                 scale);
}

Result<Numeric> LeastCommonMultiple(const Numeric& a, const Numeric& b) {
  if (!a.finite() || !b.finite()) return Numeric::Special(Kind::kNaN);
  const int scale = std::max(a.scale(), b.scale());
  const Integer first = abs(ScaledTo(a, scale));
  const Integer second = abs(ScaledTo(b, scale));
  if (first.is_zero() || second.is_zero()) return Numeric(0, scale);
  return Checked({first / boost::multiprecision::gcd(first, second) * second, scale});
}

Result<Numeric> Factorial(int64_t n) {
  constexpr int64_t kMost = 32177;
  if (n < 0) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "factorial of a negative number is undefined")
                    .WithSqlState("22003"));
  }
  if (n > kMost) return Overflow();
  Integer product = 1;
  for (int64_t i = 2; i <= n; ++i) product *= i;
  return Numeric(std::move(product), 0);
}

}  // namespace firn::sql
