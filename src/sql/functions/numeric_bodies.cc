// Arithmetic of numerics whose scale is known only when they are: see docs/decisions/0007.
#include <algorithm>
#include <cmath>
#include <limits>

#include "sql/functions/bodies.h"
#include "sql/functions/numeric_value.h"
#include "sql/functions/zone_bodies.h"

namespace firn::sql {
namespace {

using engine::List;
using engine::Scalar;

constexpr int kFloat8Digits = 15;
constexpr int kFloat4Digits = 6;

// Sums of a list: of its values and of their squares, exactly.
struct Sums {
  int64_t count = 0;
  Numeric sum;
  Numeric squares;
};

Result<Sums> SumsOf(const List<Numeric>& list, bool with_squares) {
  Sums sums;
  for (size_t i = 0; i < list.size(); ++i) {
    if (list.IsNull(i)) continue;
    const auto value = list[i];
    ++sums.count;
    FIRN_TRY(sums.sum, Add(sums.sum, value));
    if (!with_squares) continue;
    FIRN_TRY(const auto square, Multiply(value, value));
    FIRN_TRY(sums.squares, Add(sums.squares, square));
  }
  return sums;
}

// numeric_stddev_internal of PostgreSQL.
Result<std::optional<Numeric>> Spread(const Sums& sums, bool sample, bool root) {
  if (sums.count == 0 || (sample && sums.count == 1)) return std::nullopt;
  if (!sums.sum.finite()) return Numeric::Special(Numeric::Kind::kNaN);
  const Numeric count(sums.count, 0);
  const int scale = sums.sum.scale() * 2;
  FIRN_TRY(const auto squared, Multiply(sums.sum, sums.sum));
  FIRN_TRY(const auto times, Multiply(count, sums.squares));
  FIRN_TRY(const auto above, Subtract(times.Rounded(scale), squared));
  if (above.Sign() <= 0) return Numeric(0, 0);
  FIRN_TRY(const auto below, Multiply(count, Numeric(sums.count - (sample ? 1 : 0), 0)));
  const int shown = DivisionScale(above, below);
  auto variance = Quotient(above, below, shown);
  return root ? SquareRootTo(variance, shown) : std::move(variance);
}

template <bool kSample, bool kRoot>
Result<std::optional<Numeric>> SpreadOf(const List<Numeric>& list) {
  FIRN_TRY(const auto sums, SumsOf(list, true));
  return Spread(sums, kSample, kRoot);
}

Result<std::vector<std::optional<Numeric>>> Series(const Numeric& from, const Numeric& last,
                                                   const Numeric& step) {
  const std::pair<const Numeric*, std::string_view> parts[] = {
      {&from, "start"}, {&last, "stop"}, {&step, "step"}};
  for (const auto& [value, name] : parts) {
    if (value->finite()) continue;
    const bool nan = value->kind() == Numeric::Kind::kNaN;
    return Refused("22023",
                   fmt::format("{} {} cannot be {}", name, name == "step" ? "size" : "value",
                               nan ? "NaN" : "infinity"));
  }
  if (step.IsZero()) return Refused("22023", "step size cannot equal zero");
  std::vector<std::optional<Numeric>> out;
  const int scale = std::max(from.scale(), step.scale());
  constexpr size_t kMost = 10'000'000;
  for (auto value = from.Rounded(scale); value.Compare(last) * step.Sign() <= 0;) {
    if (engine::ShouldStop()) return engine::CallStopped();
    if (out.size() == kMost) {
      return Fail(MakeError(ErrorCode::kUnsupported,
                            "a series of more than {} numerics is not supported", kMost)
                      .WithHint("Make a series of bigint and cast it."));
    }
    out.emplace_back(value);
    FIRN_TRY(value, Add(value, step));
  }
  return out;
}

Status CheckPercentile(double part) {
  if (part >= 0 && part <= 1) return {};
  return Refused("22003", fmt::format("percentile value {:g} is not between 0 and 1", part));
}

// percentile_cont over sorted values without NULLs.
Result<std::optional<double>> Percentile(const List<double>& list, double part) {
  FIRN_RETURN_IF_ERROR(CheckPercentile(part));
  if (list.size() == 0) return std::nullopt;
  const double place = part * static_cast<double>(list.size() - 1);
  const auto low = static_cast<size_t>(std::floor(place));
  const auto high = static_cast<size_t>(std::ceil(place));
  if (low == high) return list[low];
  return list[low] + (place - static_cast<double>(low)) * (list[high] - list[low]);
}

std::optional<Numeric> Extreme(const List<Numeric>& list, int order) {
  std::optional<Numeric> best;
  for (size_t i = 0; i < list.size(); ++i) {
    if (list.IsNull(i)) continue;
    auto value = list[i];
    if (!best || value.Compare(*best) * order > 0) best = std::move(value);
  }
  return best;
}

Result<int32_t> Bucket(const Numeric& value, const Numeric& low, const Numeric& high,
                       int32_t count) {
  if (count <= 0) return Refused("2201G", "count must be greater than zero");
  using Kind = Numeric::Kind;
  if (value.kind() == Kind::kNaN || low.kind() == Kind::kNaN || high.kind() == Kind::kNaN) {
    return Refused("2201G", "operand, lower bound, and upper bound cannot be NaN");
  }
  if (!low.finite() || !high.finite()) {
    return Refused("2201G", "lower and upper bounds must be finite");
  }
  const int order = low.Compare(high);
  if (order == 0) return Refused("2201G", "lower bound cannot equal upper bound");
  const bool before = order < 0 ? value.Compare(low) < 0 : value.Compare(low) > 0;
  const bool after = order < 0 ? value.Compare(high) >= 0 : value.Compare(high) <= 0;
  if (before) return 0;
  if (after) {
    if (count == std::numeric_limits<int32_t>::max())
      return Refused("22003", "integer out of range");
    return count + 1;
  }
  FIRN_TRY(const auto distance, Subtract(value, low));
  FIRN_TRY(const auto width, Subtract(high, low));
  FIRN_TRY(const auto times, Multiply(distance, Numeric(count, 0)));
  FIRN_TRY(const auto whole, DivideWhole(times, width));
  FIRN_TRY(const auto bucket, whole.ToInteger(0, count, "integer"));
  return static_cast<int32_t>(bucket) + 1;
}

void AddArithmetic(EngineFunctions& to) {
  to.push_back(Scalar("sql_num_add", [](const Numeric& a, const Numeric& b) { return Add(a, b); }));
  to.push_back(Scalar("sql_num_subtract",
                      [](const Numeric& a, const Numeric& b) { return Subtract(a, b); }));
  to.push_back(Scalar("sql_num_multiply",
                      [](const Numeric& a, const Numeric& b) { return Multiply(a, b); }));
  to.push_back(
      Scalar("sql_num_divide", [](const Numeric& a, const Numeric& b) { return Divide(a, b); }));
  to.push_back(
      Scalar("sql_num_div", [](const Numeric& a, const Numeric& b) { return DivideWhole(a, b); }));
  to.push_back(
      Scalar("sql_num_mod", [](const Numeric& a, const Numeric& b) { return Modulo(a, b); }));
  to.push_back(Scalar("sql_num_negate", [](const Numeric& a) { return a.Negated(); }));
  to.push_back(Scalar("sql_num_abs", [](const Numeric& a) { return a.Abs(); }));
  to.push_back(Scalar("sql_num_ceil", [](const Numeric& a) { return a.Ceil(); }));
  to.push_back(Scalar("sql_num_floor", [](const Numeric& a) { return a.Floor(); }));
  to.push_back(Scalar("sql_num_sign", [](const Numeric& a) {
    if (a.kind() == Numeric::Kind::kNaN) return a;
    return Numeric(a.Sign(), 0);
  }));
  to.push_back(
      Scalar("sql_num_round", [](const Numeric& a, int32_t scale) { return a.Rounded(scale); }));
  to.push_back(
      Scalar("sql_num_trunc", [](const Numeric& a, int32_t scale) { return a.Truncated(scale); }));
  to.push_back(Scalar("sql_num_gcd", [](const Numeric& a, const Numeric& b) {
    return GreatestCommonDivisor(a, b);
  }));
  to.push_back(Scalar(
      "sql_num_lcm", [](const Numeric& a, const Numeric& b) { return LeastCommonMultiple(a, b); }));
  to.push_back(Scalar("sql_num_scale", [](const Numeric& a) -> std::optional<int32_t> {
    if (!a.finite()) return std::nullopt;
    return a.scale();
  }));
  to.push_back(Scalar("sql_num_min_scale", [](const Numeric& a) -> std::optional<int32_t> {
    if (!a.finite()) return std::nullopt;
    return a.MinScale();
  }));
  to.push_back(
      Scalar("sql_num_trim_scale", [](const Numeric& a) { return a.WithoutTrailingZeros(); }));
  to.push_back(Scalar("sql_num_width_bucket",
                      [](const Numeric& value, const Numeric& low, const Numeric& high,
                         int32_t count) { return Bucket(value, low, high, count); }));
}

void AddCurves(EngineFunctions& to) {
  to.push_back(Scalar("sql_num_sqrt", [](const Numeric& a) { return SquareRoot(a); }));
  to.push_back(Scalar("sql_num_exp", [](const Numeric& a) { return Exponential(a); }));
  to.push_back(Scalar("sql_num_ln", [](const Numeric& a) { return NaturalLogarithm(a); }));
  to.push_back(Scalar("sql_num_log",
                      [](const Numeric& base, const Numeric& a) { return Logarithm(base, a); }));
  to.push_back(
      Scalar("sql_num_power", [](const Numeric& a, const Numeric& b) { return Power(a, b); }));
  to.push_back(Scalar("sql_num_factorial", [](int64_t n) { return Factorial(n); }));
}

void AddConversions(EngineFunctions& to) {
  to.push_back(Scalar("sql_num_key", [](const Numeric& a) { return a.SortKey(); }));
  to.push_back(Scalar("sql_num_text", [](const Numeric& a) { return a; }));
  to.push_back(Scalar("sql_num_read", [](std::string_view text) { return Numeric::Parse(text); }));
  to.push_back(Scalar(
      "sql_num_fit", [](const Numeric& a, int32_t precision, int32_t scale) -> Result<Numeric> {
        FIRN_TRY(auto fitted, a.Fit(precision, scale));
        if (fitted.finite()) return fitted;
        return Fail(MakeError(ErrorCode::kUnsupported, "NaN as numeric({},{}) is not supported",
                              precision, scale)
                        .WithHint("Use numeric, or double precision."));
      }));
  to.push_back(Scalar("sql_num_from_float8",
                      [](double value) { return Numeric::FromDouble(value, kFloat8Digits); }));
  to.push_back(Scalar("sql_num_from_float4",
                      [](float value) { return Numeric::FromDouble(value, kFloat4Digits); }));
  to.push_back(Scalar("sql_num_float8", [](const Numeric& a) { return a.ToDouble(); }));
  to.push_back(Scalar("sql_num_float4", [](const Numeric& a) -> Result<float> {
    FIRN_TRY(const double wide, a.ToDouble());
    const auto text = a.ToString();
    const float value =
        std::isfinite(wide) ? std::strtof(text.c_str(), nullptr) : static_cast<float>(wide);
    if (std::isinf(value) && std::isfinite(wide)) {
      return Refused("22003", fmt::format("\"{}\" is out of range for type real", text));
    }
    return value;
  }));
  to.push_back(Scalar("sql_num_int2", [](const Numeric& a) -> Result<int16_t> {
    using Limits = std::numeric_limits<int16_t>;
    FIRN_TRY(const auto value, a.ToInteger(Limits::min(), Limits::max(), "smallint"));
    return static_cast<int16_t>(value);
  }));
  to.push_back(Scalar("sql_num_int4", [](const Numeric& a) -> Result<int32_t> {
    using Limits = std::numeric_limits<int32_t>;
    FIRN_TRY(const auto value, a.ToInteger(Limits::min(), Limits::max(), "integer"));
    return static_cast<int32_t>(value);
  }));
  to.push_back(Scalar("sql_num_int8", [](const Numeric& a) {
    using Limits = std::numeric_limits<int64_t>;
    return a.ToInteger(Limits::min(), Limits::max(), "bigint");
  }));
}

void AddOverLists(EngineFunctions& to) {
  to.push_back(Scalar("sql_num_sum", [](List<Numeric> list) -> Result<std::optional<Numeric>> {
    FIRN_TRY(auto sums, SumsOf(list, false));
    if (sums.count == 0) return std::nullopt;
    return std::move(sums.sum);
  }));
  to.push_back(Scalar("sql_num_avg", [](List<Numeric> list) -> Result<std::optional<Numeric>> {
    FIRN_TRY(const auto sums, SumsOf(list, false));
    if (sums.count == 0) return std::nullopt;
    FIRN_TRY(auto average, Divide(sums.sum, Numeric(sums.count, 0)));
    return average;
  }));
  to.push_back(
      Scalar("sql_num_series", [](const Numeric& from, const Numeric& last, const Numeric& step) {
        return Series(from, last, step);
      }));
  to.push_back(Scalar("sql_percentile_cont",
                      [](List<double> list, double part) { return Percentile(list, part); }));
  to.push_back(Scalar("sql_percentile_at", [](double part, int64_t count) -> Result<int64_t> {
    FIRN_RETURN_IF_ERROR(CheckPercentile(part));
    return std::max<int64_t>(1, static_cast<int64_t>(std::ceil(part * static_cast<double>(count))));
  }));
  to.push_back(Scalar("sql_num_greatest", [](List<Numeric> list) { return Extreme(list, 1); }));
  to.push_back(Scalar("sql_num_least", [](List<Numeric> list) { return Extreme(list, -1); }));
  to.push_back(
      Scalar("sql_num_var_samp", [](List<Numeric> l) { return SpreadOf<true, false>(l); }));
  to.push_back(
      Scalar("sql_num_var_pop", [](List<Numeric> l) { return SpreadOf<false, false>(l); }));
  to.push_back(
      Scalar("sql_num_stddev_samp", [](List<Numeric> l) { return SpreadOf<true, true>(l); }));
  to.push_back(
      Scalar("sql_num_stddev_pop", [](List<Numeric> l) { return SpreadOf<false, true>(l); }));
}

}  // namespace

EngineFunctions AllEngineFunctions() {
  EngineFunctions functions;
  AddNumericFunctions(functions);
  AddNumberFunctions(functions);
  AddTextFunctions(functions);
  AddByteFunctions(functions);
  AddRegexFunctions(functions);
  AddTimeFunctions(functions);
  AddJsonFunctions(functions);
  AddTypeFunctions(functions);
  AddCatalogFunctions(functions);
  AddReadFunctions(functions);
  AddClockFunctions(functions);
  AddZoneFunctions(functions);
  AddNetworkFunctions(functions);
  return functions;
}

void AddNumericFunctions(EngineFunctions& functions) {
  AddArithmetic(functions);
  AddCurves(functions);
  AddConversions(functions);
  AddOverLists(functions);
}

}  // namespace firn::sql
