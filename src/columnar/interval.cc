#include "columnar/interval.h"

#include <charconv>

#include <fmt/format.h>

#include "columnar/calendar.h"

namespace firn::columnar {
namespace {

constexpr size_t kFractionDigits = 6;

template <typename Integer>
bool TakeNumber(std::string_view& rest, Integer* value) {
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), *value);
  if (error != std::errc{}) return false;
  rest.remove_prefix(static_cast<size_t>(end - rest.data()));
  return true;
}

bool Take(std::string_view& rest, std::string_view what) {
  if (!rest.starts_with(what)) return false;
  rest.remove_prefix(what.size());
  return true;
}

}  // namespace

void AppendStoredInterval(const Interval& interval, std::string& out) {
  const bool negative = interval.micros < 0;
  const auto size =
      negative ? -static_cast<uint64_t>(interval.micros) : static_cast<uint64_t>(interval.micros);
  fmt::format_to(std::back_inserter(out), "P{}M{}DT{}{}.{:06}S", interval.months, interval.days,
                 negative ? "-" : "", size / kMicrosPerSecond, size % kMicrosPerSecond);
}

bool ReadStoredInterval(std::string_view text, Interval* interval) {
  uint64_t seconds = 0;
  uint64_t fraction = 0;
  if (!Take(text, "P") || !TakeNumber(text, &interval->months)) return false;
  if (!Take(text, "M") || !TakeNumber(text, &interval->days) || !Take(text, "DT")) return false;
  const bool negative = Take(text, "-");
  if (!TakeNumber(text, &seconds) || !Take(text, ".")) return false;
  if (text.size() != kFractionDigits + 1 || !TakeNumber(text, &fraction) || text != "S") {
    return false;
  }
  const uint64_t micros = seconds * kMicrosPerSecond + fraction;
  interval->micros = static_cast<int64_t>(negative ? -micros : micros);
  return true;
}

}  // namespace firn::columnar
