// columnar: the parts of an interval being added up, with PostgreSQL's limits at each step, and
// the ISO 8601 forms.
#pragma once

#include <cstdint>
#include <string_view>

#include "columnar/datetime_fields_internal.h"
#include "columnar/interval.h"

namespace firn::columnar {

enum class IntervalUnit : uint8_t {
  kNoUnit,
  kMicrosecond,
  kMillisecond,
  kSecond,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kYear,
  kDecade,
  kCentury,
  kMillennium,
  kAgo,
};

/// Each function is false where a sum leaves its type.
class IntervalSum {
 public:
  bool Add(IntervalUnit unit, int64_t value, double fraction);
  /// Takes the place of the microseconds so far.
  bool SetClock(int64_t hours, int64_t seconds, int64_t micros, bool negative);
  bool Negate();
  bool Finish(Interval* interval) const;

 private:
  bool AddMicros(int64_t value, double fraction, int64_t scale);
  bool AddDays(int64_t value, double fraction, int64_t scale);
  bool AddMonths(int64_t value, double fraction);
  bool AddYears(int64_t value, double fraction, int64_t scale);
  bool AddPartOf(double fraction, int64_t scale);

  int32_t years_ = 0;
  int32_t months_ = 0;
  int32_t days_ = 0;
  int64_t micros_ = 0;
};

/// ".5"; "." is zero. False for anything behind the digits.
bool ReadIntervalFraction(std::string_view text, double* fraction);

/// "P1Y2M3DT4H5M6.7S", "P0001-02-03T04:05:06", "P00010203T040506".
DateTimeIssue ReadIsoInterval(std::string_view text, IntervalSum* sum);

}  // namespace firn::columnar
