// Roots, logarithms and powers of numerics: computed with many more digits than are shown, then
// rounded. PostgreSQL does the same with another series, so the digits shown agree.
#include <algorithm>
#include <cmath>
#include <limits>

#include "sql/numeric.h"

namespace firn::sql {
namespace {

using Integer = Numeric::Integer;
using Kind = Numeric::Kind;

constexpr int kMinSignificantDigits = 16;
constexpr int kBaseDigits = 4;
constexpr int kResultScaleMax = 2000;
constexpr double kLog10OfE = 0.434294481903252;
constexpr double kLn10 = 2.302585092994046;
constexpr double kBitsPerDigit = 3.3219280948873626;

Failure Overflow() {
  return Fail(
      MakeError(ErrorCode::kInvalidInput, "value overflows numeric format").WithSqlState("22003"));
}
Failure Wrong(std::string_view sqlstate, std::string_view message) {
  return Fail(MakeError(ErrorCode::kInvalidInput, "{}", message).WithSqlState(sqlstate));
}

int Shown(int scale) {
  return std::clamp(scale, 0, Numeric::kDisplayScaleMax);
}

double RoughDouble(const Numeric& value) {
  const auto parsed = value.ToDouble();
  if (parsed) return *parsed;
  return value.Sign() < 0 ? -std::numeric_limits<double>::max()
                          : std::numeric_limits<double>::max();
}

// A fixed-point number of so many bits after the point.
struct Fixed {
  Integer value;
  unsigned bits;
};

Fixed ToFixed(const Numeric& value, unsigned bits) {
  return {Integer(value.unscaled() << bits) / PowerOfTen(value.scale()), bits};
}

Numeric FromFixed(const Fixed& fixed, int scale) {
  const Integer scaled = abs(fixed.value) * PowerOfTen(scale) * 2 + (Integer(1) << fixed.bits);
  Integer whole = scaled >> (fixed.bits + 1);
  if (fixed.value < 0) whole = -whole;
  return {std::move(whole), scale};
}

// 2 * atanh(above / below), for |above / below| of at most a third.
Integer TwiceAtanh(const Integer& above, const Integer& below, unsigned bits) {
  const Integer t = Integer(above << bits) / below;
  const Integer square = (t * t) >> bits;
  Integer term = t;
  Integer sum = t;
  for (unsigned k = 3; !term.is_zero(); k += 2) {
    term = (term * square) >> bits;
    // Shifts go down, so a negative term would never end.
    if (term == -1) break;
    sum += term / k;
  }
  return sum * 2;
}

Integer Ln2(unsigned bits) {
  return TwiceAtanh(1, 3, bits);
}

// ln of a positive number, with `bits` after the point.
Integer LnFixed(const Numeric& value, unsigned bits) {
  // value = ratio * 2^shift with a ratio from 2/3 to 4/3.
  const Integer below = PowerOfTen(value.scale());
  int shift = static_cast<int>(boost::multiprecision::msb(value.unscaled())) -
              static_cast<int>(boost::multiprecision::msb(below));
  Integer above = value.unscaled();
  Integer under = below;
  if (shift >= 0) {
    under <<= static_cast<unsigned>(shift);
  } else {
    above <<= static_cast<unsigned>(-shift);
  }
  while (above * 3 > under * 4) {
    under <<= 1U;
    ++shift;
  }
  while (above * 3 < under * 2) {
    above <<= 1U;
    --shift;
  }
  return TwiceAtanh(above - under, above + under, bits) + Ln2(bits) * shift;
}

Integer ExpFixed(const Integer& value, unsigned bits) {
  constexpr unsigned kGuard = 32;
  const unsigned wide = bits + kGuard;
  const Integer ln2 = Ln2(wide);
  const Integer x = value << kGuard;
  Integer shift = x / ln2;
  Integer rest = x - shift * ln2;
  constexpr unsigned kHalvings = 8;
  rest /= Integer(1) << kHalvings;
  Integer term = Integer(1) << wide;
  Integer sum = term;
  for (unsigned k = 1; !term.is_zero(); ++k) {
    term = (term * rest) / (Integer(k) << wide);
    sum += term;
  }
  for (unsigned i = 0; i < kHalvings; ++i) sum = (sum * sum) >> wide;
  const auto places = static_cast<int>(shift);
  sum = places >= 0 ? Integer(sum << static_cast<unsigned>(places))
                    : Integer(sum >> static_cast<unsigned>(-places));
  return sum >> kGuard;
}

unsigned BitsFor(int digits) {
  constexpr int kGuardDigits = 24;
  return static_cast<unsigned>(static_cast<double>(std::max(digits, 0) + kGuardDigits) *
                               kBitsPerDigit);
}

Numeric LnRounded(const Numeric& value, int scale) {
  return FromFixed({LnFixed(value, BitsFor(scale)), BitsFor(scale)}, scale);
}

// Like PostgreSQL's, whose choice of scale depends on it (estimate_ln_dweight).
int EstimateLnWeight(const Numeric& value) {
  static const Numeric kLow(9, 1);
  static const Numeric kHigh(11, 1);
  if (value.Sign() <= 0) return 0;
  if (value.Compare(kLow) >= 0 && value.Compare(kHigh) <= 0) {
    const Integer one = PowerOfTen(value.scale());
    const Numeric rest(value.unscaled() - one, value.scale());
    if (rest.IsZero()) return 0;
    const auto first = LeadingDigitOf(rest);
    return first.weight * kBaseDigits + static_cast<int>(std::log10(first.digit));
  }
  const auto first = LeadingDigitOf(value);
  // The first two digits in base 10,000.
  const int weight = (first.weight - 1) * kBaseDigits;
  const auto two = value.scale() + weight >= 0
                       ? Integer(value.unscaled() / PowerOfTen(value.scale() + weight))
                       : Integer(value.unscaled() * PowerOfTen(-value.scale() - weight));
  const double ln = std::log(static_cast<double>(two)) + weight * kLn10;
  return static_cast<int>(std::log10(std::fabs(ln)));
}

// e^exponent, where exponent is fixed-point.
Numeric ExpRounded(const Integer& exponent, unsigned bits, int scale) {
  return FromFixed({ExpFixed(exponent, bits), bits}, scale);
}

// The decimal logarithm of a positive number of any length, roughly.
double RoughLog10(const Numeric& value) {
  constexpr unsigned kTopBits = 62;
  constexpr double kLog10Of2 = 0.30102999566398120;
  const auto top = static_cast<unsigned>(boost::multiprecision::msb(value.unscaled()));
  const unsigned cut = top > kTopBits ? top - kTopBits : 0;
  return std::log10(static_cast<double>(Integer(value.unscaled() >> cut))) + cut * kLog10Of2 -
         value.scale();
}

// mantissa * 2^exponent, of which only the first bits are kept.
struct Rough {
  Integer mantissa;
  int64_t exponent = 0;

  void Cut(unsigned bits) {
    const auto top = static_cast<unsigned>(boost::multiprecision::msb(mantissa));
    if (top <= bits) return;
    mantissa >>= top - bits;
    exponent += top - bits;
  }
};

Rough RoughPower(const Integer& base, uint64_t times, unsigned bits) {
  Rough result{1};
  Rough square{base};
  for (; times > 0; times >>= 1U) {
    square.Cut(bits);
    if ((times & 1U) != 0) {
      result = {result.mantissa * square.mantissa, result.exponent + square.exponent};
      result.Cut(bits);
    }
    if (times > 1) square = {square.mantissa * square.mantissa, square.exponent * 2};
  }
  return result;
}

// magnitude^exponent from the powers of its digits and of ten, each of them cut.
Numeric CutPower(const Numeric& magnitude, int64_t exponent, int scale) {
  const auto times = static_cast<uint64_t>(exponent < 0 ? -exponent : exponent);
  constexpr int kGuardDigits = 20;
  const double weight = static_cast<double>(exponent) * RoughLog10(magnitude);
  const unsigned bits = BitsFor(scale + static_cast<int>(weight) + kGuardDigits);
  auto above = RoughPower(magnitude.unscaled(), times, bits);
  const auto tens = times * static_cast<uint64_t>(magnitude.scale());
  auto below = RoughPower(5, tens, bits);
  below.exponent += static_cast<int64_t>(tens);
  if (exponent < 0) std::swap(above, below);
  const unsigned after = BitsFor(scale);
  const int64_t shift = above.exponent - below.exponent + after;
  if (shift >= 0) {
    return FromFixed({Integer(above.mantissa << shift) / below.mantissa, after}, scale);
  }
  return FromFixed({above.mantissa / Integer(below.mantissa << -shift), after}, scale);
}

// base^exponent, its first digits only: exact ones are too long when the exponent is large.
Numeric WholePower(const Numeric& base, int64_t exponent, int scale) {
  const double digits = DecimalDigits(base.unscaled());
  const auto times = static_cast<double>(exponent < 0 ? -exponent : exponent);
  constexpr double kExactDigits = 20000;
  if (digits * times < kExactDigits) {
    const auto power = boost::multiprecision::pow(
        base.unscaled(), static_cast<unsigned>(exponent < 0 ? -exponent : exponent));
    const Numeric exact(power, static_cast<int>(times) * base.scale());
    if (exponent >= 0) return exact.Rounded(scale);
    return Quotient(Numeric(1, 0), exact, scale);
  }
  auto result = CutPower(base.Abs(), exponent, scale);
  return base.Sign() < 0 && exponent % 2 != 0 ? result.Negated() : result;
}

Result<Numeric> PowerOfWhole(const Numeric& base, int64_t exponent) {
  const int scale = Shown(std::max(kMinSignificantDigits, base.scale()));
  if (exponent == 0) return Numeric(PowerOfTen(scale), scale);
  if (base.IsZero()) return Numeric(0, scale);
  const double estimate = static_cast<double>(exponent) * RoughLog10(base.Abs());
  constexpr int kMost = 131072;  // digits before the point
  if (exponent != 1 && estimate > kMost) return Overflow();
  if (exponent != 1 && exponent != -1 && exponent != 2 &&
      (estimate + 1 < -scale || estimate + 1 < -kResultScaleMax)) {
    return Numeric(0, scale);
  }
  auto power = WholePower(base, exponent, scale);
  if (DecimalDigits(power.unscaled()) - power.scale() > kMost) return Overflow();
  return power;
}

// Powers of infinities and NaN, as POSIX pow().
std::optional<Result<Numeric>> SpecialPower(const Numeric& base, const Numeric& exponent) {
  if (base.finite() && exponent.finite()) return std::nullopt;
  static const Numeric kOne(1, 0);
  if (base.kind() == Kind::kNaN) {
    if (exponent.IsZero()) return kOne;
    return Numeric::Special(Kind::kNaN);
  }
  if (exponent.kind() == Kind::kNaN) {
    if (base.finite() && base.Compare(kOne) == 0) return kOne;
    return Numeric::Special(Kind::kNaN);
  }
  if (base.Sign() == 0 && exponent.Sign() < 0) {
    return Wrong("2201F", "zero raised to a negative power is undefined");
  }
  if (base.Sign() < 0 && exponent.finite() && !exponent.IsIntegral()) {
    return Wrong("2201F",
                 "a negative number raised to a non-integer power yields a complex result");
  }
  if (base.finite() && base.Compare(kOne) == 0) return kOne;
  if (exponent.IsZero()) return kOne;
  if (base.IsZero()) return Numeric(0, 0);
  if (!exponent.finite()) {
    const int against_one = base.Abs().Compare(kOne);
    if (against_one == 0) return kOne;
    if ((against_one > 0) == (exponent.Sign() > 0)) return Numeric::Special(Kind::kInfinity);
    return Numeric(0, 0);
  }
  if (exponent.Sign() < 0) return Numeric(0, 0);
  const bool odd = Integer(exponent.Truncated(0).unscaled() % 2) != 0;
  if (base.Sign() < 0 && odd) return Numeric::Special(Kind::kNegativeInfinity);
  return Numeric::Special(Kind::kInfinity);
}

// The largest whole number whose square is not above n: by Newton's steps, each with twice the bits
// of the one before.
Integer WholeRoot(const Integer& n) {
  if (n.is_zero()) return 0;
  const auto half = static_cast<unsigned>(boost::multiprecision::msb(n)) / 2;
  unsigned steps = 0;
  while ((half >> steps) != 0) ++steps;
  Integer root = 1;
  unsigned done = 0;
  while (steps-- > 0) {
    const unsigned before = done;
    done = half >> steps;
    const Integer part = n >> (2 * half - before - done + 1);
    root = Integer(root << (done - before - 1)) + part / root;
  }
  return root * root > n ? Integer(root - 1) : root;
}

}  // namespace

Numeric SquareRootTo(const Numeric& a, int scale) {
  const int places = scale + 1;
  const int shift = 2 * places - a.scale();
  const Integer scaled = shift >= 0 ? Integer(a.unscaled() * PowerOfTen(shift))
                                    : Integer(a.unscaled() / PowerOfTen(-shift));
  return Numeric(WholeRoot(scaled), places).Rounded(scale);
}

Result<Numeric> SquareRoot(const Numeric& a) {
  if (a.kind() == Kind::kNaN || a.kind() == Kind::kInfinity) return a;
  if (a.Sign() < 0) return Wrong("2201F", "cannot take square root of a negative number");
  const int weight = LeadingDigitOf(a).weight;
  const int digits = (weight + 1) * kBaseDigits / 2 - 1;
  const int scale = Shown(std::max(kMinSignificantDigits - digits, a.scale()));
  return SquareRootTo(a, scale);
}

Result<Numeric> Exponential(const Numeric& a) {
  if (a.kind() == Kind::kNaN || a.kind() == Kind::kInfinity) return a;
  if (a.kind() == Kind::kNegativeInfinity) return Numeric(0, 0);
  const double value = RoughDouble(a);
  const double weight =
      std::clamp(value * kLog10OfE, -double{kResultScaleMax}, double{kResultScaleMax});
  const int scale = Shown(std::max(kMinSignificantDigits - static_cast<int>(weight), a.scale()));
  if (std::fabs(value) >= kResultScaleMax * 3) {
    if (value > 0) return Overflow();
    return Numeric(0, scale);
  }
  const unsigned bits = BitsFor(scale + std::max(0, static_cast<int>(value * kLog10OfE)));
  return ExpRounded(ToFixed(a, bits).value, bits, scale);
}

Result<Numeric> NaturalLogarithm(const Numeric& a) {
  if (a.kind() == Kind::kNaN || a.kind() == Kind::kInfinity) return a;
  if (a.Sign() < 0) return Wrong("2201E", "cannot take logarithm of a negative number");
  if (a.IsZero()) return Wrong("2201E", "cannot take logarithm of zero");
  return LnRounded(a, Shown(std::max(kMinSignificantDigits - EstimateLnWeight(a), a.scale())));
}

Result<Numeric> Logarithm(const Numeric& base, const Numeric& a) {
  if (base.kind() == Kind::kNaN || a.kind() == Kind::kNaN) return Numeric::Special(Kind::kNaN);
  for (const auto* value : {&base, &a}) {
    if (value->Sign() < 0) return Wrong("2201E", "cannot take logarithm of a negative number");
    if (value->Sign() == 0) return Wrong("2201E", "cannot take logarithm of zero");
  }
  if (!base.finite()) {
    if (!a.finite()) return Numeric::Special(Kind::kNaN);
    return Numeric(0, 0);
  }
  if (!a.finite()) return a;
  const int base_weight = EstimateLnWeight(base);
  const int weight = EstimateLnWeight(a) - base_weight;
  const int scale = Shown(std::max({kMinSignificantDigits - weight, base.scale(), a.scale()}));
  const unsigned bits = BitsFor(scale + std::abs(base_weight) + std::abs(weight));
  const Integer below = LnFixed(base, bits);
  if (below.is_zero()) return Wrong("22012", "division by zero");
  return FromFixed({Integer(LnFixed(a, bits) << bits) / below, bits}, scale);
}

Result<Numeric> Power(const Numeric& base, const Numeric& exponent) {
  if (auto special = SpecialPower(base, exponent)) return *std::move(special);
  if (base.IsZero() && exponent.Sign() < 0) {
    return Wrong("2201F", "zero raised to a negative power is undefined");
  }
  const bool whole = exponent.IsIntegral();
  if (base.Sign() < 0 && !whole) {
    return Wrong("2201F",
                 "a negative number raised to a non-integer power yields a complex result");
  }
  constexpr int64_t kLow = std::numeric_limits<int32_t>::min();
  constexpr int64_t kHigh = std::numeric_limits<int32_t>::max();
  if (whole) {
    const auto small = exponent.ToInteger(kLow, kHigh, "integer");
    if (small) return PowerOfWhole(base, *small);
  }
  if (base.IsZero()) return Numeric(0, kMinSignificantDigits);
  const Numeric magnitude = base.Abs();
  // To eight digits, rounded as PostgreSQL rounds it: the scale hangs on it.
  const int rough_scale = std::max(0, 8 - EstimateLnWeight(magnitude));
  const auto rough = LnRounded(magnitude, rough_scale);
  const Numeric rough_product(rough.unscaled() * exponent.unscaled(),
                              rough.scale() + exponent.scale());
  const double estimate = RoughDouble(rough_product.Rounded(rough_scale));
  if (std::fabs(estimate) > kResultScaleMax * 3.01) {
    if (estimate > 0) return Overflow();
    return Numeric(0, Numeric::kDisplayScaleMax);
  }
  const double weight = estimate * kLog10OfE;
  const int scale = Shown(
      std::max({kMinSignificantDigits - static_cast<int>(weight), base.scale(), exponent.scale()}));
  const unsigned bits =
      BitsFor(scale + std::max(0, static_cast<int>(weight)) + DecimalDigits(exponent.unscaled()));
  const Integer ln = LnFixed(magnitude, bits);
  const Integer product = ln * exponent.unscaled() / PowerOfTen(exponent.scale());
  auto result = ExpRounded(product, bits, scale);
  const bool odd = whole && Integer(exponent.Truncated(0).unscaled() % 2) != 0;
  return base.Sign() < 0 && odd ? result.Negated() : result;
}

}  // namespace firn::sql
