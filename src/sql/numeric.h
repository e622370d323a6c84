// sql: PostgreSQL's numeric as a value: an integer of any length, the number of digits after the
// point that are shown (the display scale), NaN and the infinities.
//
// Every operation chooses the scale of its result as numeric.c of PostgreSQL 15 does, so the text
// of a result is PostgreSQL's, digit for digit. docs/decisions/0007-numeric.md says where the
// engine's own DECIMAL is used instead.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/multiprecision/cpp_int.hpp>

#include "base/result.h"

namespace firn::sql {

class Numeric {
 public:
  using Integer = boost::multiprecision::cpp_int;
  enum class Kind : uint8_t { kFinite, kNegativeInfinity, kInfinity, kNaN };
  static constexpr int kScaleMax = 16383;        // NUMERIC_DSCALE_MAX
  static constexpr int kDisplayScaleMax = 1000;  // NUMERIC_MAX_DISPLAY_SCALE

  Numeric() = default;
  /// unscaled / 10^scale, shown with `scale` digits after the point.
  Numeric(Integer unscaled, int scale) : unscaled_(std::move(unscaled)), scale_(scale) {}
  static Numeric Special(Kind kind);
  /// As numeric_in reads it. Errors: 22P02; 22003 for what no numeric can hold.
  static Result<Numeric> Parse(std::string_view text);
  /// As float8_numeric and float4_numeric: 15 or 6 significant digits.
  static Numeric FromDouble(double value, int digits);

  std::string ToString() const;
  bool finite() const { return kind_ == Kind::kFinite; }
  Kind kind() const { return kind_; }
  int scale() const { return scale_; }
  const Integer& unscaled() const { return unscaled_; }
  /// -1, 0 or 1; that of NaN is 1, as it is greater than all numbers.
  int Sign() const;
  bool IsZero() const { return finite() && unscaled_.is_zero(); }
  bool IsIntegral() const;
  /// -1, 0, 1. NaN equals NaN and is greater than everything else.
  int Compare(const Numeric& other) const;
  /// Text whose byte order is the numbers' order, equal for equal numbers of any scale.
  std::string SortKey() const;
  /// Errors: 22003; 0A000 for NaN and infinities.
  Result<int64_t> ToInteger(int64_t low, int64_t high, std::string_view type) const;
  /// Errors: 22003.
  Result<double> ToDouble() const;
  /// What has no more than `precision` digits, `scale` of them after the point. Errors: 22003.
  Result<Numeric> Fit(int precision, int scale) const;

  Numeric Negated() const;
  Numeric Abs() const;
  /// To `scale` digits after the point (negative: before it), half away from zero.
  Numeric Rounded(int scale) const;
  Numeric Truncated(int scale) const;
  Numeric Ceil() const;
  Numeric Floor() const;
  Numeric WithoutTrailingZeros() const;
  /// The fewest digits after the point that lose nothing: min_scale().
  int MinScale() const;

 private:
  Integer unscaled_ = 0;
  int scale_ = 0;
  Kind kind_ = Kind::kFinite;
};

Result<Numeric> Add(const Numeric& a, const Numeric& b);
Result<Numeric> Subtract(const Numeric& a, const Numeric& b);
Result<Numeric> Multiply(const Numeric& a, const Numeric& b);
/// Errors of the next three: 22012.
Result<Numeric> Divide(const Numeric& a, const Numeric& b);
Result<Numeric> DivideWhole(const Numeric& a, const Numeric& b);
Result<Numeric> Modulo(const Numeric& a, const Numeric& b);
/// a / b rounded to `scale` digits, for finite numbers, b not 0.
Numeric Quotient(const Numeric& a, const Numeric& b, int scale);
Result<Numeric> SquareRoot(const Numeric& a);
/// Of a positive finite number, rounded to `scale` digits.
Numeric SquareRootTo(const Numeric& a, int scale);
Result<Numeric> Exponential(const Numeric& a);
Result<Numeric> NaturalLogarithm(const Numeric& a);
Result<Numeric> Logarithm(const Numeric& base, const Numeric& a);
Result<Numeric> Power(const Numeric& base, const Numeric& exponent);
Result<Numeric> GreatestCommonDivisor(const Numeric& a, const Numeric& b);
Result<Numeric> LeastCommonMultiple(const Numeric& a, const Numeric& b);
Result<Numeric> Factorial(int64_t n);

/// 10^n.
Numeric::Integer PowerOfTen(int n);
int DecimalDigits(const Numeric::Integer& value);
/// The place of the first digit in base 10,000, and that digit (NumericVar's weight, digits[0]).
struct LeadingDigit {
  int weight = 0;
  int digit = 0;
};
LeadingDigit LeadingDigitOf(const Numeric& value);
/// What a quotient is shown with: select_div_scale.
int DivisionScale(const Numeric& a, const Numeric& b);

}  // namespace firn::sql
