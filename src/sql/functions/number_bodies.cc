// double precision with PostgreSQL's errors, and integers' shifts and divisors.
#include <cmath>
#include <limits>

#include "sql/functions/bodies.h"

namespace firn::sql {
namespace {

using engine::Int128;
using engine::Scalar;

Failure Overflow() {
  return Refused("22003", "value out of range: overflow");
}
Failure Underflow() {
  return Refused("22003", "value out of range: underflow");
}
Failure OutOfRange() {
  return Refused("22003", "input is out of range");
}

// The result of +, -, * or / of finite numbers is finite, and zero only where it must be.
template <typename T>
Result<T> Checked(T value, bool finite_in, bool may_be_zero) {
  if (std::isinf(value) && finite_in) return Overflow();
  if (value == 0 && !may_be_zero) return Underflow();
  return value;
}

template <typename T>
void AddFloatArithmetic(EngineFunctions& to, const std::string& prefix) {
  to.push_back(Scalar(prefix + "_add", [](T a, T b) {
    return Checked<T>(a + b, !std::isinf(a) && !std::isinf(b), true);
  }));
  to.push_back(Scalar(prefix + "_subtract", [](T a, T b) {
    return Checked<T>(a - b, !std::isinf(a) && !std::isinf(b), true);
  }));
  to.push_back(Scalar(prefix + "_multiply", [](T a, T b) {
    return Checked<T>(a * b, !std::isinf(a) && !std::isinf(b), a == 0 || b == 0);
  }));
  to.push_back(Scalar(prefix + "_divide", [](T a, T b) -> Result<T> {
    if (b == 0 && !std::isnan(a)) return Refused("22012", "division by zero");
    return Checked<T>(a / b, !std::isinf(a), a == 0 || std::isinf(b));
  }));
}

using Curve = double (*)(double);
// For functions that PostgreSQL refuses infinities.
Result<double> OfFinite(Curve curve, double x) {
  if (std::isnan(x)) return x;
  if (std::isinf(x)) return OutOfRange();
  return curve(x);
}
Result<double> WithinOne(Curve curve, double x) {
  if (std::isnan(x)) return x;
  if (x < -1 || x > 1) return OutOfRange();
  return curve(x);
}

Result<double> PowerOf(double a, double b) {
  if (std::isnan(a)) return b == 0 ? 1.0 : a;
  if (std::isnan(b)) return a == 1 ? 1.0 : b;
  if (a == 0 && b < 0) {
    return Refused("2201F", "zero raised to a negative power is undefined");
  }
  if (a < 0 && std::floor(b) != b) {
    return Refused("2201F",
                   "a negative number raised to a non-integer power yields a complex result");
  }
  const double value = std::pow(a, b);
  if (std::isinf(a) || std::isinf(b)) return value;
  if (std::isinf(value)) return Overflow();
  if (value == 0 && a != 0) return Underflow();
  return value;
}

Result<double> Logarithm(Curve curve, double x) {
  if (x == 0) return Refused("2201E", "cannot take logarithm of zero");
  if (x < 0) return Refused("2201E", "cannot take logarithm of a negative number");
  return curve(x);
}

// Exact for the angles people write: sind(30) is 0.5.
constexpr double kRadiansPerDegree = 0.0174532925199432957692;
const double kSin30 = std::sin(30.0 * kRadiansPerDegree);
const double kOneMinusCos60 = 1.0 - std::cos(60.0 * kRadiansPerDegree);
const double kAsinHalf = std::asin(0.5);
const double kAcosHalf = std::acos(0.5);
const double kAtanOne = std::atan(1.0);

double SinToThirty(double x) {
  return std::sin(x * kRadiansPerDegree) / kSin30 / 2.0;
}
double CosToSixty(double x) {
  return 1.0 - (1.0 - std::cos(x * kRadiansPerDegree)) / kOneMinusCos60 / 2.0;
}
double SinToNinety(double x) {
  return x <= 30.0 ? SinToThirty(x) : CosToSixty(90.0 - x);
}
double CosToNinety(double x) {
  return x <= 60.0 ? CosToSixty(x) : SinToThirty(90.0 - x);
}
const double kTan45 = SinToNinety(45.0) / CosToNinety(45.0);
const double kCot45 = CosToNinety(45.0) / SinToNinety(45.0);

double SinDegrees(double x) {
  double sign = 1;
  x = std::fmod(x, 360.0);
  if (x < 0) {
    x = -x;
    sign = -sign;
  }
  if (x > 180.0) {
    x = 360.0 - x;
    sign = -sign;
  }
  if (x > 90.0) x = 180.0 - x;
  return sign * SinToNinety(x);
}
double CosDegrees(double x) {
  double sign = 1;
  x = std::fabs(std::fmod(x, 360.0));
  if (x > 180.0) x = 360.0 - x;
  if (x > 90.0) {
    x = 180.0 - x;
    sign = -sign;
  }
  return sign * CosToNinety(x);
}
double Slope(double x, bool cotangent) {
  double sign = 1;
  x = std::fmod(x, 360.0);
  if (x < 0) {
    x = -x;
    sign = -sign;
  }
  if (x > 180.0) {
    x = 360.0 - x;
    sign = -sign;
  }
  if (x > 90.0) {
    x = 180.0 - x;
    sign = -sign;
  }
  const double ratio = cotangent ? CosToNinety(x) / SinToNinety(x) / kCot45
                                 : SinToNinety(x) / CosToNinety(x) / kTan45;
  const double value = sign * ratio;
  return value == 0 ? 0 : value;
}
double TanDegrees(double x) {
  return Slope(x, false);
}
double CotDegrees(double x) {
  return Slope(x, true);
}
double AsinToNinety(double x) {
  if (x <= 0.5) return std::asin(x) / kAsinHalf * 30.0;
  return 90.0 - std::acos(x) / kAcosHalf * 60.0;
}
double AcosToNinety(double x) {
  if (x <= 0.5) return 90.0 - std::asin(x) / kAsinHalf * 30.0;
  return std::acos(x) / kAcosHalf * 60.0;
}
double AsinDegrees(double x) {
  return x >= 0 ? AsinToNinety(x) : -AsinToNinety(-x);
}
double AcosDegrees(double x) {
  return x >= 0 ? AcosToNinety(x) : 90.0 + AsinToNinety(-x);
}

void AddCurves(EngineFunctions& to) {
  to.push_back(Scalar("sql_sin", [](double x) { return OfFinite(std::sin, x); }));
  to.push_back(Scalar("sql_cos", [](double x) { return OfFinite(std::cos, x); }));
  to.push_back(Scalar("sql_tan", [](double x) { return OfFinite(std::tan, x); }));
  to.push_back(Scalar(
      "sql_cot", [](double x) { return OfFinite([](double y) { return 1.0 / std::tan(y); }, x); }));
  to.push_back(Scalar("sql_asin", [](double x) { return WithinOne(std::asin, x); }));
  to.push_back(Scalar("sql_acos", [](double x) { return WithinOne(std::acos, x); }));
  to.push_back(Scalar("sql_sind", [](double x) { return OfFinite(SinDegrees, x); }));
  to.push_back(Scalar("sql_cosd", [](double x) { return OfFinite(CosDegrees, x); }));
  to.push_back(Scalar("sql_tand", [](double x) { return OfFinite(TanDegrees, x); }));
  to.push_back(Scalar("sql_cotd", [](double x) { return OfFinite(CotDegrees, x); }));
  to.push_back(Scalar("sql_asind", [](double x) { return WithinOne(AsinDegrees, x); }));
  to.push_back(Scalar("sql_acosd", [](double x) { return WithinOne(AcosDegrees, x); }));
  to.push_back(Scalar("sql_atand",
                      [](double x) { return std::isnan(x) ? x : std::atan(x) / kAtanOne * 45.0; }));
  to.push_back(Scalar("sql_atan2d", [](double y, double x) {
    if (std::isnan(x) || std::isnan(y)) return std::nan("");
    return std::atan2(y, x) / kAtanOne * 45.0;
  }));
  to.push_back(Scalar("sql_sinh", [](double x) { return std::sinh(x); }));
  to.push_back(Scalar("sql_cosh", [](double x) { return std::cosh(x); }));
  to.push_back(Scalar("sql_tanh", [](double x) { return std::tanh(x); }));
  to.push_back(Scalar("sql_asinh", [](double x) { return std::asinh(x); }));
  to.push_back(Scalar("sql_acosh", [](double x) -> Result<double> {
    if (x < 1) return OutOfRange();
    return std::acosh(x);
  }));
  to.push_back(Scalar("sql_atanh", [](double x) -> Result<double> {
    if (x < -1 || x > 1) return OutOfRange();
    return std::atanh(x);
  }));
}

void AddPowers(EngineFunctions& to) {
  to.push_back(Scalar("sql_power", [](double a, double b) { return PowerOf(a, b); }));
  to.push_back(Scalar("sql_exp", [](double x) -> Result<double> {
    const double value = std::exp(x);
    if (std::isinf(x) || std::isnan(x)) return value;
    if (std::isinf(value)) return Overflow();
    if (value == 0) return Underflow();
    return value;
  }));
  to.push_back(Scalar("sql_ln", [](double x) { return Logarithm(std::log, x); }));
  to.push_back(Scalar("sql_log10", [](double x) { return Logarithm(std::log10, x); }));
  to.push_back(Scalar("sql_sqrt", [](double x) -> Result<double> {
    if (x < 0) return Refused("2201F", "cannot take square root of a negative number");
    return std::sqrt(x);
  }));
  to.push_back(Scalar("sql_degrees", [](double x) {
    return Checked<double>(x / kRadiansPerDegree, !std::isinf(x), x == 0);
  }));
  to.push_back(Scalar("sql_radians", [](double x) {
    return Checked<double>(x * kRadiansPerDegree, !std::isinf(x), true);
  }));
}

template <typename T>
Result<T> CommonDivisor(T a, T b) {
  Int128 x = a < 0 ? -Int128{a} : Int128{a};
  Int128 y = b < 0 ? -Int128{b} : Int128{b};
  while (y != 0) {
    const Int128 rest = x % y;
    x = y;
    y = rest;
  }
  if (x > std::numeric_limits<T>::max()) {
    return Refused("22003", sizeof(T) == 4 ? "integer out of range" : "bigint out of range");
  }
  return static_cast<T>(x);
}

template <typename T>
Result<T> CommonMultiple(T a, T b) {
  if (a == 0 || b == 0) return T{0};
  FIRN_TRY(const T divisor, CommonDivisor(a, b));
  Int128 multiple = Int128{a} / divisor * b;
  if (multiple < 0) multiple = -multiple;
  if (multiple > std::numeric_limits<T>::max()) {
    return Refused("22003", sizeof(T) == 4 ? "integer out of range" : "bigint out of range");
  }
  return static_cast<T>(multiple);
}

// As the processor shifts: by the low bits of the distance.
template <typename T, typename Wide>
void AddShifts(EngineFunctions& to, const std::string& bytes) {
  constexpr int kMask = sizeof(Wide) * 8 - 1;
  to.push_back(Scalar("sql_shift_left" + bytes, [](T value, int32_t by) {
    return static_cast<T>(static_cast<std::make_unsigned_t<Wide>>(Wide{value}) << (by & kMask));
  }));
  to.push_back(Scalar("sql_shift_right" + bytes, [](T value, int32_t by) {
    return static_cast<T>(Wide{value} >> (by & kMask));
  }));
}

Result<int32_t> Bucket(double x, double low, double high, int32_t count) {
  if (count <= 0) return Refused("2201G", "count must be greater than zero");
  if (std::isnan(x) || std::isnan(low) || std::isnan(high)) {
    return Refused("2201G", "operand, lower bound, and upper bound cannot be NaN");
  }
  if (std::isinf(low) || std::isinf(high)) {
    return Refused("2201G", "lower and upper bounds must be finite");
  }
  if (low == high) return Refused("2201G", "lower bound cannot equal upper bound");
  if (low < high ? x < low : x > low) return 0;
  if (low < high ? x >= high : x <= high) {
    if (count == std::numeric_limits<int32_t>::max()) {
      return Refused("22003", "integer out of range");
    }
    return count + 1;
  }
  const double part = low < high ? (x - low) / (high - low) : (low - x) / (low - high);
  return std::min(static_cast<int32_t>(static_cast<double>(count) * part), count - 1) + 1;
}

}  // namespace

void AddNumberFunctions(EngineFunctions& functions) {
  AddFloatArithmetic<float>(functions, "sql_f4");
  AddFloatArithmetic<double>(functions, "sql_f8");
  AddCurves(functions);
  AddPowers(functions);
  functions.push_back(Scalar("sql_gcd4", [](int32_t a, int32_t b) { return CommonDivisor(a, b); }));
  functions.push_back(Scalar("sql_gcd8", [](int64_t a, int64_t b) { return CommonDivisor(a, b); }));
  functions.push_back(
      Scalar("sql_lcm4", [](int32_t a, int32_t b) { return CommonMultiple(a, b); }));
  functions.push_back(
      Scalar("sql_lcm8", [](int64_t a, int64_t b) { return CommonMultiple(a, b); }));
  AddShifts<int16_t, int32_t>(functions, "2");
  AddShifts<int32_t, int32_t>(functions, "4");
  AddShifts<int64_t, int64_t>(functions, "8");
  functions.push_back(
      Scalar("sql_width_bucket", [](double x, double low, double high, int32_t count) {
        return Bucket(x, low, high, count);
      }));
}

}  // namespace firn::sql
