// columnar: an interval, and how it is kept.
//
// Months, days and microseconds do not add up to one another (a month has no fixed number of
// days), so all three are kept, as in PostgreSQL and DuckDB. In Arrow and in files an interval is
// text in the form of ISO 8601 with each part once: "P14M3DT-4.000005S" is 14 months, 3 days and
// -4.000005 seconds. One interval has one text; the order of texts means nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace firn::columnar {

struct Interval {
  int32_t months = 0;
  int32_t days = 0;
  int64_t micros = 0;

  bool operator==(const Interval&) const = default;
};

void AppendStoredInterval(const Interval& interval, std::string& out);
/// False for a text that AppendStoredInterval does not write.
bool ReadStoredInterval(std::string_view text, Interval* interval);

}  // namespace firn::columnar
