// columnar: days, microseconds and the proleptic Gregorian calendar, and how PostgreSQL's
// infinities are kept.
//
// Arrow counts from 1970-01-01, PostgreSQL from 2000-01-01. 'infinity' and '-infinity' are kept
// as the greatest value and its negation, which is what DuckDB keeps, so that hot rows, files
// and query results agree without conversion. The least value of the integer type, which
// negation cannot reach, is read as '-infinity' too and never written.
#pragma once

#include <cstdint>
#include <limits>

namespace firn::columnar {

inline constexpr int32_t kDateInfinity = std::numeric_limits<int32_t>::max();
inline constexpr int32_t kDateMinusInfinity = -kDateInfinity;
inline constexpr int64_t kTimestampInfinity = std::numeric_limits<int64_t>::max();
inline constexpr int64_t kTimestampMinusInfinity = -kTimestampInfinity;

inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;
/// 2000-01-01 in Arrow's terms.
inline constexpr int32_t kPostgresEpochDays = 10'957;
inline constexpr int64_t kPostgresEpochMicros = kPostgresEpochDays * kMicrosPerDay;

/// A day of the proleptic Gregorian calendar; year 0 is 1 BC, -1 is 2 BC.
struct CivilDay {
  int64_t year = 1970;
  int32_t month = 1;
  int32_t day = 1;
};

/// Days since 1970-01-01. The day must exist.
constexpr int64_t DaysFromCivil(CivilDay civil) {
  // Eras of 400 years that begin on 1 March, so that the leap day is the last of its year.
  const int64_t year = civil.year - (civil.month <= 2 ? 1 : 0);
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t month_from_march = (civil.month + 9) % 12;
  const int64_t day_of_year = (153 * month_from_march + 2) / 5 + civil.day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

constexpr CivilDay CivilFromDays(int64_t days) {
  const int64_t shifted = days + 719'468;
  const int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const int64_t day_of_era = shifted - era * 146'097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const auto month = static_cast<int32_t>(month_from_march + (month_from_march < 10 ? 3 : -9));
  return {.year = year_of_era + era * 400 + (month <= 2 ? 1 : 0),
          .month = month,
          .day = static_cast<int32_t>(day_of_year - (153 * month_from_march + 2) / 5 + 1)};
}

constexpr bool IsLeapYear(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr int32_t DaysInMonth(int64_t year, int32_t month) {
  if (month == 2) return IsLeapYear(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

}  // namespace firn::columnar
