// Shortest float digits. std::to_chars gives the shortest that read back; PostgreSQL's are the
// same but for one rule: it never uses a decimal that lies exactly half-way between two floats,
// because a reader that does not round half to even would get the neighbour.
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "columnar/value_format_internal.h"

namespace firn::columnar {
namespace {

// digits * 10^exponent, without trailing zeros in `digits`.
struct Decimal {
  uint64_t digits = 0;
  int exponent = 0;
};

// Reads what std::to_chars writes in scientific form: "1.25e+20".
Decimal ReadScientific(const char* at, const char* end) {
  Decimal decimal;
  bool fraction = false;
  for (; at < end && *at != 'e'; ++at) {
    if (*at == '.') {
      fraction = true;
      continue;
    }
    decimal.digits = decimal.digits * 10 + static_cast<uint64_t>(*at - '0');
    if (fraction) --decimal.exponent;
  }
  int exponent = 0;
  ++at;
  if (at < end && *at == '+') ++at;
  std::from_chars(at, end, exponent);
  decimal.exponent += exponent;
  while (decimal.digits != 0 && decimal.digits % 10 == 0) {
    decimal.digits /= 10;
    ++decimal.exponent;
  }
  return decimal;
}

constexpr Uint128 PowerOfFive(int exponent) {
  Uint128 power = 1;
  while (exponent-- > 0) power *= 5;
  return power;
}

// Whether the decimal is odd * 2^power exactly. Outside 5^±24 neither side can have so few bits.
bool Equals(const Decimal& decimal, uint64_t odd, int power) {
  if (decimal.exponent > 24 || decimal.exponent < -24) return false;
  const int zeros = std::countr_zero(decimal.digits);
  if (zeros + decimal.exponent != power) return false;
  const Uint128 rest = decimal.digits >> zeros;
  return decimal.exponent >= 0 ? rest * PowerOfFive(decimal.exponent) == odd
                               : rest == odd * PowerOfFive(-decimal.exponent);
}

// Whether the decimal is half-way between `value` (positive, finite) and a neighbour.
template <typename Float>
bool IsHalfWay(Float value, const Decimal& decimal) {
  constexpr int kMantissaBits = std::numeric_limits<Float>::digits - 1;
  using Bits = std::conditional_t<sizeof(Float) == 8, uint64_t, uint32_t>;
  const auto bits = std::bit_cast<Bits>(value);
  uint64_t mantissa = bits & ((Bits{1} << kMantissaBits) - 1);
  if (mantissa % 2 != 0) return false;  // to_chars takes half-way decimals of even ones only
  auto exponent = static_cast<int>(bits >> kMantissaBits);
  const bool narrow_below = mantissa == 0 && exponent > 1;
  if (exponent == 0) {
    exponent = 1;
  } else {
    mantissa |= uint64_t{1} << kMantissaBits;
  }
  const int power =
      exponent - (std::numeric_limits<Float>::max_exponent - 1) - kMantissaBits;  // of the last bit
  if (Equals(decimal, 2 * mantissa + 1, power - 1)) return true;
  if (narrow_below) return Equals(decimal, 4 * mantissa - 1, power - 2);
  return mantissa != 0 && Equals(decimal, 2 * mantissa - 1, power - 1);
}

template <typename Float>
Decimal Shortest(Float value) {
  char buffer[64];
  char* const end = buffer + sizeof buffer;
  auto written = std::to_chars(buffer, end, value, std::chars_format::scientific);
  auto decimal = ReadScientific(buffer, written.ptr);
  if (!IsHalfWay(value, decimal)) return decimal;
  // The nearest decimal with more and more digits, until one is nearer than half-way.
  for (int more = 0; more < std::numeric_limits<Float>::max_digits10; ++more) {
    written = std::to_chars(buffer, end, value, std::chars_format::scientific, more);
    Float back = 0;
    std::from_chars(buffer, written.ptr, back);
    decimal = ReadScientific(buffer, written.ptr);
    if (back == value && !IsHalfWay(value, decimal)) break;
  }
  return decimal;
}

template <typename Float>
void AppendFloat(Float value, std::string& out) {
  constexpr int kFixedBelow = std::numeric_limits<Float>::digits10;  // as printf's %g would
  if (std::isnan(value)) {
    out.append("NaN");
    return;
  }
  if (std::signbit(value)) out.push_back('-');
  value = std::abs(value);
  if (std::isinf(value)) {
    out.append("Infinity");
    return;
  }
  if (value == 0) {
    out.push_back('0');
    return;
  }
  const auto decimal = Shortest(value);
  char buffer[24];
  const char* const end = std::to_chars(buffer, buffer + sizeof buffer, decimal.digits).ptr;
  const std::string_view digits(buffer, end);
  const int exponent = decimal.exponent + static_cast<int>(digits.size()) - 1;  // of the first
  if (exponent < -4 || exponent >= kFixedBelow) {
    out.push_back(digits[0]);
    if (digits.size() > 1) out.append(1, '.').append(digits.substr(1));
    out.append(exponent < 0 ? "e-" : "e+");
    if (std::abs(exponent) < 10) out.push_back('0');
    AppendInteger(std::abs(exponent), out);
  } else if (decimal.exponent >= 0) {
    out.append(digits).append(static_cast<size_t>(decimal.exponent), '0');
  } else if (exponent >= 0) {
    const auto whole = static_cast<size_t>(exponent) + 1;
    out.append(digits.substr(0, whole)).append(1, '.').append(digits.substr(whole));
  } else {
    out.append("0.").append(static_cast<size_t>(-exponent - 1), '0').append(digits);
  }
}

}  // namespace

void AppendFloat4(float value, std::string& out) {
  AppendFloat(value, out);
}
void AppendFloat8(double value, std::string& out) {
  AppendFloat(value, out);
}

}  // namespace firn::columnar
