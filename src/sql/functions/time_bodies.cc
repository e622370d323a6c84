// Dates, times and intervals: templates, parts, ages.
#include <algorithm>
#include <cmath>
#include <limits>

#include "sql/functions/bodies.h"
#include "sql/functions/number_format.h"
#include "sql/functions/numeric_value.h"
#include "sql/functions/time_format.h"
#include "sql/functions/zone_bodies.h"

namespace firn::sql {
namespace {

using engine::Date;
using engine::Int128;
using engine::Interval;
using engine::List;
using engine::Scalar;
using engine::Timestamp;
using engine::Timestamptz;

constexpr int64_t kSecond = 1000000;
constexpr int64_t kHour = 3600 * kSecond;
constexpr int64_t kDay = 24 * kHour;
constexpr int64_t kInfinity = std::numeric_limits<int64_t>::max();
constexpr int32_t kDateInfinity = std::numeric_limits<int32_t>::max();
constexpr int kMonthDays = 30;

bool IsFinite(int64_t micros) {
  return micros != kInfinity && micros != -kInfinity &&
         micros != std::numeric_limits<int64_t>::min();
}
Failure IntervalOverflow() {
  return Refused("22008", "interval out of range");
}

std::string Lowered(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

Result<std::optional<std::string>> ToChar(int64_t local, int zone_minutes, bool has_zone,
                                          std::string_view form) {
  if (form.empty() || !IsFinite(local)) return std::nullopt;
  auto fields = FieldsOfTimestamp(local);
  fields.has_zone = has_zone;
  fields.zone_minutes = zone_minutes;
  FIRN_TRY(auto text, FormatTime(form, fields));
  return text;
}

Result<std::optional<std::string>> ToChar(Interval value, std::string_view form) {
  if (form.empty()) return std::nullopt;
  TimeFields fields;
  fields.interval = true;
  fields.year = value.months / 12;
  fields.month = value.months % 12;
  fields.day = value.days;
  fields.hour = value.micros / kHour;
  fields.minute = static_cast<int>(value.micros / (60 * kSecond) % 60);
  fields.second = static_cast<int>(value.micros / kSecond % 60);
  fields.micros = static_cast<int>(value.micros % kSecond);
  FIRN_TRY(auto text, FormatTime(form, fields));
  return text;
}

Result<Date> MakeDate(int32_t year, int32_t month, int32_t day) {
  const auto wrong = [&] {
    return Refused("22008",
                   fmt::format("date field value out of range: {}-{:02}-{:02}", year, month, day));
  };
  if (year == 0 || year < -4713 || year > 5874897 || month < 1 || month > 12) return wrong();
  const int counted = year < 0 ? year + 1 : year;
  const bool leap = counted % 4 == 0 && (counted % 100 != 0 || counted % 400 == 0);
  constexpr int kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (day < 1 || day > (month == 2 && leap ? 29 : kLengths[month - 1])) return wrong();
  return Date{static_cast<int32_t>(DaysOfDate(counted, month, day))};
}

Result<Date> DaysLater(Date date, int64_t days) {
  if (date.days == kDateInfinity || date.days <= -kDateInfinity) return date;
  constexpr int64_t kFirst = -2'440'588;    // 4714-11-24 BC
  constexpr int64_t kLast = 2'145'042'905;  // 5874897-12-31
  const int64_t later = date.days + days;
  if (later < kFirst || later > kLast) return Refused("22008", "date out of range");
  return Date{static_cast<int32_t>(later)};
}

Result<Interval> Sum(Interval a, Interval b, bool minus) {
  const auto add = [&](auto x, auto y, auto* out) {
    return minus ? __builtin_sub_overflow(x, y, out) : __builtin_add_overflow(x, y, out);
  };
  Interval sum;
  if (add(a.months, b.months, &sum.months) || add(a.days, b.days, &sum.days) ||
      add(a.micros, b.micros, &sum.micros)) {
    return IntervalOverflow();
  }
  return sum;
}

/// What fails beside no value that a table holds: the engine may compute it ahead.
engine::ScalarFunction Ahead(engine::ScalarFunction function) {
  function.may_fail = false;
  return function;
}

Result<engine::Time> MakeTime(int32_t hour, int32_t minute, double second) {
  const double rounded = std::rint(second * kSecond);
  const bool whole = hour == 24 && minute == 0 && second == 0;
  if (hour < 0 || minute < 0 || minute > 59 || !(second >= 0) || second > 60 ||
      (hour > 23 && !whole)) {
    return Refused("22008", fmt::format("time field value out of range: {}:{:02}:{:02g}", hour,
                                        minute, second));
  }
  return engine::Time{hour * kHour + minute * 60 * kSecond + static_cast<int64_t>(rounded)};
}

Result<Timestamp> MakeTimestamp(int32_t year, int32_t month, int32_t day, int32_t hour,
                                int32_t minute, double second) {
  FIRN_TRY(const auto date, MakeDate(year, month, day));
  FIRN_TRY(const auto time, MakeTime(hour, minute, second));
  const Int128 micros = Int128{date.days} * kDay + time.micros;
  constexpr int64_t kFirst = -210'866'803'200'000'000;  // 4714-11-24 BC
  if (micros < kFirst || micros >= kInfinity) {
    return Refused("22008", fmt::format("timestamp out of range: {}-{:02}-{:02} {}:{:02}:{:02g}",
                                        year, month, day, hour, minute, second));
  }
  return Timestamp{static_cast<int64_t>(micros)};
}

Result<Interval> MakeInterval(int32_t years, int32_t months, int32_t weeks, int32_t days,
                              int32_t hours, int32_t minutes, double seconds) {
  if (!std::isfinite(seconds)) return IntervalOverflow();
  const int64_t all_months = int64_t{years} * 12 + months;
  const int64_t all_days = int64_t{weeks} * 7 + days;
  if (all_months != static_cast<int32_t>(all_months) ||
      all_days != static_cast<int32_t>(all_days)) {
    return IntervalOverflow();
  }
  return Interval{
      static_cast<int32_t>(all_months), static_cast<int32_t>(all_days),
      hours * kHour + minutes * 60 * kSecond + static_cast<int64_t>(std::rint(seconds * kSecond))};
}

Interval JustifyHours(Interval value) {
  value.days += static_cast<int32_t>(value.micros / kDay);
  value.micros %= kDay;
  if (value.days > 0 && value.micros < 0) {
    value.micros += kDay;
    --value.days;
  } else if (value.days < 0 && value.micros > 0) {
    value.micros -= kDay;
    ++value.days;
  }
  return value;
}

Interval JustifyDays(Interval value) {
  value.months += value.days / kMonthDays;
  value.days %= kMonthDays;
  if (value.months > 0 && value.days < 0) {
    value.days += kMonthDays;
    --value.months;
  } else if (value.months < 0 && value.days > 0) {
    value.days -= kMonthDays;
    ++value.months;
  }
  return value;
}

Interval Justify(Interval value) {
  value.days += static_cast<int32_t>(value.micros / kDay);
  value.micros %= kDay;
  value.months += value.days / kMonthDays;
  value.days %= kMonthDays;
  if (value.months > 0 && (value.days < 0 || (value.days == 0 && value.micros < 0))) {
    value.days += kMonthDays;
    --value.months;
  } else if (value.months < 0 && (value.days > 0 || (value.days == 0 && value.micros > 0))) {
    value.days -= kMonthDays;
    ++value.months;
  }
  if (value.days > 0 && value.micros < 0) {
    value.micros += kDay;
    --value.days;
  } else if (value.days < 0 && value.micros > 0) {
    value.micros -= kDay;
    ++value.days;
  }
  return value;
}

int MonthLength(int year, int month) {
  return static_cast<int>(DaysOfDate(month == 12 ? year + 1 : year, month % 12 + 1, 1) -
                          DaysOfDate(year, month, 1));
}

Interval Age(int64_t first, int64_t second) {
  const auto a = FieldsOfTimestamp(first);
  const auto b = FieldsOfTimestamp(second);
  const bool negative = first < second;
  const int sign = negative ? -1 : 1;
  int64_t micros = sign * ((a.hour - b.hour) * kHour + (a.minute - b.minute) * 60 * kSecond +
                           (a.second - b.second) * kSecond + (a.micros - b.micros));
  int days = sign * (a.day - b.day);
  int months = sign * ((a.year - b.year) * 12 + a.month - b.month);
  while (micros < 0) {
    micros += kDay;
    --days;
  }
  while (days < 0) {
    days += negative ? MonthLength(a.year, a.month) : MonthLength(b.year, b.month);
    --months;
  }
  return {sign * months, sign * days, sign * micros};
}

double Rounded(double seconds) {
  return std::rint(seconds * 1e6) / 1e6;
}

// interval_cmp_value: a month is 30 days, a day 24 hours.
Int128 LengthOf(Interval value) {
  return Int128{value.micros} + (Int128{value.months} * kMonthDays + value.days) * kDay;
}

// Of equal ones the first.
std::optional<Interval> Extreme(const List<Interval>& list, int sign) {
  std::optional<Interval> found;
  for (size_t i = 0; i < list.size(); ++i) {
    if (list.IsNull(i)) continue;
    const auto one = list[i];
    if (!found || (LengthOf(one) - LengthOf(*found)) * sign > 0) found = one;
  }
  return found;
}

// interval_mul and interval_div: fractions of months and days flow down.
Result<Interval> Scaled(Interval value, double factor, bool divide) {
  if (divide && factor == 0) return Refused("22012", "division by zero");
  const auto scaled = [&](double part) { return divide ? part / factor : part * factor; };
  constexpr double kInt32Max = std::numeric_limits<int32_t>::max();
  const double months = scaled(value.months);
  const double days = scaled(value.days);
  if (std::isnan(months) || std::fabs(months) > kInt32Max || std::fabs(days) > kInt32Max) {
    return IntervalOverflow();
  }
  Interval out{static_cast<int32_t>(months), static_cast<int32_t>(days), 0};
  double month_days = Rounded((months - out.months) * kMonthDays);
  double seconds = Rounded((days - out.days + month_days - static_cast<int>(month_days)) * 86400.0);
  if (std::fabs(seconds) >= 86400.0) {
    const int whole = static_cast<int>(seconds / 86400.0);
    out.days += whole;
    seconds -= whole * 86400.0;
  }
  out.days += static_cast<int32_t>(month_days);
  const double micros = std::rint(scaled(static_cast<double>(value.micros)) + seconds * kSecond);
  if (std::isnan(micros) || std::fabs(micros) > 9.2e18) return IntervalOverflow();
  out.micros = static_cast<int64_t>(micros);
  return out;
}

Result<std::optional<Interval>> Sum(const List<Interval>& list, bool average) {
  Interval sum;
  int64_t count = 0;
  for (size_t i = 0; i < list.size(); ++i) {
    if (list.IsNull(i)) continue;
    const auto value = list[i];
    ++count;
    if (__builtin_add_overflow(sum.months, value.months, &sum.months) ||
        __builtin_add_overflow(sum.days, value.days, &sum.days) ||
        __builtin_add_overflow(sum.micros, value.micros, &sum.micros)) {
      return IntervalOverflow();
    }
  }
  if (count == 0) return std::nullopt;
  if (!average) return sum;
  FIRN_TRY(const auto divided, Scaled(sum, static_cast<double>(count), true));
  return divided;
}

Result<Numeric> IntervalPart(std::string_view name, Interval value) {
  const auto unit = Lowered(name);
  const auto whole = [](int64_t part) { return Numeric(part, 0); };
  const int years = value.months / 12;
  const int months = value.months % 12;
  if (unit == "year" || unit == "years" || unit == "y" || unit == "yr" || unit == "yrs")
    return whole(years);
  if (unit == "month" || unit == "months" || unit == "mon" || unit == "mons") return whole(months);
  if (unit == "day" || unit == "days" || unit == "d") return whole(value.days);
  if (unit == "hour" || unit == "hours" || unit == "h" || unit == "hr" || unit == "hrs")
    return whole(value.micros / kHour);
  if (unit == "minute" || unit == "minutes" || unit == "m" || unit == "min" || unit == "mins") {
    return whole(value.micros / (60 * kSecond) % 60);
  }
  const int64_t seconds = value.micros % (60 * kSecond);
  if (unit == "second" || unit == "seconds" || unit == "s" || unit == "sec" || unit == "secs")
    return Numeric(seconds, 6);
  if (unit.starts_with("millisec") || unit == "msec" || unit == "ms" || unit == "msecs")
    return Numeric(seconds, 3);
  if (unit.starts_with("microsec") || unit == "usec" || unit == "us" || unit == "usecs")
    return whole(seconds);
  if (unit == "quarter" || unit == "qtr") return whole(months / 3 + 1);
  if (unit == "decade" || unit == "decades") return whole(years / 10);
  if (unit == "century" || unit == "centuries") return whole(years / 100);
  if (unit == "millennium" || unit == "millennia") return whole(years / 1000);
  if (unit == "epoch") {
    // A year has 365.25 days here, a month of the rest 30.
    const Int128 quarter_days =
        Int128{years} * 1461 + (Int128{months} * kMonthDays + value.days) * 4;
    const Int128 micros = quarter_days * (kDay / 4) + value.micros;
    return Numeric(Numeric::Integer(micros), 6);
  }
  constexpr std::string_view kOthers[] = {"week",     "dow",           "isodow",
                                          "doy",      "isoyear",       "julian",
                                          "timezone", "timezone_hour", "timezone_minute"};
  if (std::find(std::begin(kOthers), std::end(kOthers), unit) != std::end(kOthers)) {
    return Fail(
        MakeError(ErrorCode::kUnsupported, "unit \"{}\" not supported for type interval", unit)
            .WithHint("An interval has years, months, days, hours, minutes and seconds."));
  }
  return Refused("22023", fmt::format("unit \"{}\" not recognized for type interval", unit));
}

Failure BadUnit(std::string_view unit, std::string_view type) {
  return Refused("22023", fmt::format("unit \"{}\" not recognized for type {}", unit, type));
}

Result<Interval> TruncateInterval(std::string_view name, Interval value) {
  const auto unit = Lowered(name);
  const auto months = [&](int32_t step) { return Interval{value.months / step * step, 0, 0}; };
  const auto micros = [&](int64_t step) {
    return Interval{value.months, value.days, value.micros / step * step};
  };
  if (unit.starts_with("microsec")) return value;
  if (unit.starts_with("millisec")) return micros(1000);
  if (unit == "second" || unit == "seconds") return micros(kSecond);
  if (unit == "minute" || unit == "minutes") return micros(60 * kSecond);
  if (unit == "hour" || unit == "hours") return micros(kHour);
  if (unit == "day" || unit == "days") return Interval{value.months, value.days, 0};
  if (unit == "month" || unit == "months") return months(1);
  if (unit == "quarter") return months(3);
  if (unit == "year" || unit == "years") return months(12);
  if (unit == "decade" || unit == "decades") return months(120);
  if (unit == "century" || unit == "centuries") return months(1200);
  if (unit == "millennium" || unit == "millennia") return months(12000);
  if (unit == "week" || unit == "weeks") {
    return Fail(MakeError(ErrorCode::kUnsupported, "unit \"week\" not supported for type interval")
                    .WithHint("Months usually have fractional weeks."));
  }
  return BadUnit(unit, "interval");
}

Result<int64_t> Bin(Interval stride, int64_t source, int64_t origin) {
  if (!IsFinite(source)) return source;
  if (!IsFinite(origin)) return Refused("22008", "origin out of range");
  if (stride.months != 0) {
    return Fail(MakeError(ErrorCode::kUnsupported,
                          "timestamps cannot be binned into intervals containing months or years")
                    .WithHint("Use date_trunc()."));
  }
  const int64_t step = stride.days * kDay + stride.micros;
  if (step <= 0) return Refused("22008", "stride must be greater than zero");
  const int64_t rest = (source - origin) % step;
  return source - rest - (rest < 0 ? step : 0);
}

std::optional<bool> Overlaps(std::optional<Timestamp> s1, std::optional<Timestamp> e1,
                             std::optional<Timestamp> s2, std::optional<Timestamp> e2) {
  for (auto [s, e] : {std::pair(&s1, &e1), std::pair(&s2, &e2)}) {
    if (!*s && !*e) return std::nullopt;
    if (!*s || (*e && (*s)->micros > (*e)->micros)) std::swap(*s, *e);
  }
  if (s1->micros > s2->micros) {
    if (!e2) return std::nullopt;
    if (s1->micros < e2->micros) return true;
    if (!e1) return std::nullopt;
    return false;
  }
  if (s1->micros < s2->micros) {
    if (!e1) return std::nullopt;
    if (s2->micros < e1->micros) return true;
    if (!e2) return std::nullopt;
    return false;
  }
  if (!e1 || !e2) return std::nullopt;
  return true;
}

void AddTemplates(EngineFunctions& to) {
  to.push_back(Scalar("sql_to_char_timestamp", [](Timestamp value, std::string_view form) {
    return ToChar(value.micros, 0, false, form);
  }));
  to.push_back(Scalar(
      "sql_to_char_timestamptz", [](Timestamp local, Timestamptz value, std::string_view form) {
        const auto minutes =
            IsFinite(value.micros) ? (local.micros - value.micros) / (60 * kSecond) : 0;
        return ToChar(local.micros, static_cast<int>(minutes), true, form);
      }));
  to.push_back(Scalar("sql_to_char_interval",
                      [](Interval value, std::string_view form) { return ToChar(value, form); }));
  to.push_back(Scalar("sql_to_char_numeric", [](const Numeric& value, std::string_view form) {
    return FormatNumeric(form, value);
  }));
  to.push_back(Scalar("sql_to_char_float8", [](double value, std::string_view form) {
    return FormatDouble(form, value);
  }));
  to.push_back(Scalar("sql_to_number", [](std::string_view text, std::string_view form) {
    return ParseNumber(text, form);
  }));
  to.push_back(
      Scalar("sql_to_date", [](std::string_view text, std::string_view form) -> Result<Date> {
        FIRN_TRY(const auto parsed, ParseTime(text, form));
        return Date{static_cast<int32_t>(parsed.days)};
      }));
  to.push_back(Scalar(
      "sql_to_timestamp", [](std::string_view text, std::string_view form) -> Result<Timestamp> {
        FIRN_TRY(const auto parsed, ParseTime(text, form));
        if (parsed.has_zone) {
          return Fail(
              MakeError(ErrorCode::kUnsupported, "TZH and TZM in to_timestamp() are not supported")
                  .WithHint("Cast the text to timestamptz."));
        }
        return Timestamp{parsed.days * kDay + parsed.micros};
      }));
  to.push_back(Scalar("sql_to_timestamp_epoch", [](double seconds) -> Result<Timestamptz> {
    if (std::isinf(seconds)) return Timestamptz{seconds > 0 ? kInfinity : -kInfinity};
    if (std::isnan(seconds)) return Refused("22008", "timestamp cannot be NaN");
    if (std::fabs(seconds) > 9.2e12)
      return Refused("22008", fmt::format("timestamp out of range: \"{:g}\"", seconds));
    return Timestamptz{static_cast<int64_t>(std::rint(seconds * 1e6))};
  }));
}

void AddMakers(EngineFunctions& to) {
  to.push_back(
      Scalar("sql_make_date", [](int32_t y, int32_t m, int32_t d) { return MakeDate(y, m, d); }));
  to.push_back(
      Scalar("sql_make_time", [](int32_t h, int32_t mi, double s) { return MakeTime(h, mi, s); }));
  to.push_back(
      Scalar("sql_make_timestamp", [](int32_t y, int32_t m, int32_t d, int32_t h, int32_t mi,
                                      double s) { return MakeTimestamp(y, m, d, h, mi, s); }));
  to.push_back(Scalar("sql_make_interval",
                      [](int32_t y, int32_t m, int32_t w, int32_t d, int32_t h, int32_t mi,
                         double s) { return MakeInterval(y, m, w, d, h, mi, s); }));
  to.push_back(Scalar("sql_justify_hours", [](Interval value) { return JustifyHours(value); }));
  to.push_back(Scalar("sql_justify_days", [](Interval value) { return JustifyDays(value); }));
  to.push_back(Scalar("sql_justify_interval", [](Interval value) { return Justify(value); }));
  to.push_back(Scalar("sql_age", [](Timestamp a, Timestamp b) -> Result<Interval> {
    if (!IsFinite(a.micros) || !IsFinite(b.micros))
      return Refused("22008", "timestamp out of range");
    return Age(a.micros, b.micros);
  }));
  to.push_back(Scalar("sql_isfinite_date", [](Date value) {
    return value.days != kDateInfinity && value.days > -kDateInfinity;
  }));
  to.push_back(
      Scalar("sql_isfinite_timestamp", [](Timestamp value) { return IsFinite(value.micros); }));
  to.push_back(
      Scalar("sql_isfinite_timestamptz", [](Timestamptz value) { return IsFinite(value.micros); }));
}

}  // namespace

Result<Timestamp> TruncateTime(std::string_view name, Timestamp value, std::string_view type) {
  if (!IsFinite(value.micros)) return value;
  const auto unit = Lowered(name);
  auto at = FieldsOfTimestamp(value.micros);
  const auto day_start = value.micros - (((value.micros % kDay) + kDay) % kDay);
  const auto down = [&](int64_t step) {
    return Timestamp{value.micros - ((value.micros % step) + step) % step};
  };
  if (unit.starts_with("microsec")) return value;
  if (unit.starts_with("millisec")) return down(1000);
  if (unit == "second" || unit == "seconds") return down(kSecond);
  if (unit == "minute" || unit == "minutes") return down(60 * kSecond);
  if (unit == "hour" || unit == "hours") return down(kHour);
  if (unit == "day" || unit == "days") return Timestamp{day_start};
  if (unit == "week" || unit == "weeks") {
    const int64_t days = day_start / kDay;
    return Timestamp{(days - ((days + 3) % 7 + 7) % 7) * kDay};
  }
  const auto of = [](int year, int month) { return Timestamp{DaysOfDate(year, month, 1) * kDay}; };
  if (unit == "month" || unit == "months") return of(at.year, at.month);
  if (unit == "quarter") return of(at.year, (at.month - 1) / 3 * 3 + 1);
  if (unit == "year" || unit == "years") return of(at.year, 1);
  if (unit == "decade" || unit == "decades") {
    return of(at.year > 0 ? at.year / 10 * 10 : -((8 - (at.year - 1)) / 10) * 10, 1);
  }
  if (unit == "century" || unit == "centuries") {
    return of(
        at.year > 0 ? (at.year + 99) / 100 * 100 - 99 : -((99 - (at.year - 1)) / 100) * 100 + 1, 1);
  }
  if (unit == "millennium" || unit == "millennia") {
    return of(at.year > 0 ? (at.year + 999) / 1000 * 1000 - 999
                          : -((999 - (at.year - 1)) / 1000) * 1000 + 1,
              1);
  }
  return BadUnit(unit, type);
}

bool KeepsOffset(std::string_view unit) {
  const auto lowered = Lowered(unit);
  return lowered.starts_with("hour") || lowered.starts_with("min") || lowered.starts_with("sec") ||
         lowered.starts_with("millisec") || lowered.starts_with("micro");
}

void AddTimeFunctions(EngineFunctions& functions) {
  AddTemplates(functions);
  AddMakers(functions);
  auto& to = functions;
  to.push_back(Ahead(
      Scalar("sql_date_plus", [](Date date, int32_t days) { return DaysLater(date, days); })));
  to.push_back(Ahead(Scalar(
      "sql_date_minus", [](Date date, int32_t days) { return DaysLater(date, -int64_t{days}); })));
  to.push_back(
      Scalar("sql_interval_plus", [](Interval a, Interval b) { return Sum(a, b, false); }));
  to.push_back(
      Scalar("sql_interval_minus", [](Interval a, Interval b) { return Sum(a, b, true); }));
  to.push_back(
      Scalar("sql_interval_itself", [](Interval value, int32_t /*number*/) { return value; }));
  to.push_back(Scalar("sql_interval_key", [](Interval value) { return LengthOf(value); }));
  to.push_back(
      Scalar("sql_interval_greatest", [](List<Interval> list) { return Extreme(list, 1); }));
  to.push_back(Scalar("sql_interval_least", [](List<Interval> list) { return Extreme(list, -1); }));
  to.push_back(Scalar("sql_interval_multiply",
                      [](Interval value, double by) { return Scaled(value, by, false); }));
  to.push_back(Scalar("sql_interval_divide",
                      [](Interval value, double by) { return Scaled(value, by, true); }));
  to.push_back(Scalar("sql_interval_sum", [](List<Interval> list) { return Sum(list, false); }));
  to.push_back(Scalar("sql_interval_avg", [](List<Interval> list) { return Sum(list, true); }));
  to.push_back(Scalar("sql_interval_part", [](std::string_view unit, Interval value) {
    return IntervalPart(unit, value);
  }));
  to.push_back(Scalar("sql_date_trunc", [](std::string_view unit, Timestamp value) {
    return TruncateTime(unit, value, "timestamp without time zone");
  }));
  to.push_back(
      Scalar("sql_interval_trunc", [](std::string_view unit, Interval value) -> Result<Interval> {
        if (unit.starts_with("timezone")) {
          return Fail(MakeError(ErrorCode::kUnsupported,
                                "unit \"{}\" not supported for type interval", unit)
                          .WithHint("An interval has no time zone."));
        }
        return TruncateInterval(unit, value);
      }));
  to.push_back(Scalar("sql_date_bin",
                      [](Interval stride, Timestamp source, Timestamp origin) -> Result<Timestamp> {
                        FIRN_TRY(const auto micros, Bin(stride, source.micros, origin.micros));
                        return Timestamp{micros};
                      }));
  to.push_back(
      Scalar("sql_date_bin_tz",
             [](Interval stride, Timestamptz source, Timestamptz origin) -> Result<Timestamptz> {
               FIRN_TRY(const auto micros, Bin(stride, source.micros, origin.micros));
               return Timestamptz{micros};
             }));
  to.push_back(
      Scalar("sql_overlaps_tz", [](std::optional<Timestamptz> s1, std::optional<Timestamptz> e1,
                                   std::optional<Timestamptz> s2, std::optional<Timestamptz> e2) {
        const auto plain = [](const std::optional<Timestamptz>& at) -> std::optional<Timestamp> {
          if (!at) return std::nullopt;
          return Timestamp{at->micros};
        };
        return Overlaps(plain(s1), plain(e1), plain(s2), plain(e2));
      }));
  to.push_back(Scalar("sql_overlaps", [](std::optional<Timestamp> s1, std::optional<Timestamp> e1,
                                         std::optional<Timestamp> s2, std::optional<Timestamp> e2) {
    return Overlaps(s1, e1, s2, e2);
  }));
}

}  // namespace firn::sql
