// sql: interval literals. Intervals exist between columns only, so all that is needed is their
// text form and its spelling for the engine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::sql {

struct Interval {
  int64_t months = 0;
  int64_t days = 0;
  int64_t micros = 0;

  bool operator==(const Interval&) const = default;
  std::string EngineSql() const;
};

/// "1 year 2 mons -3 days 04:05:06.7", "@ 1 day ago", "90" (seconds). Errors: 22007, 22015;
/// 0A000 for ISO 8601 ("P1Y") and the SQL standard's forms ("1-2").
Result<Interval> ParseInterval(std::string_view text);
/// INTERVAL '3' MONTH: a bare number of the unit ("month"), or a literal that says its units.
Result<Interval> ParseIntervalOf(std::string_view text, std::string_view unit);

}  // namespace firn::sql
