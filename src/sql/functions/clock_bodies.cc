// Times of the day: arithmetic with intervals and dates, as date.c of PostgreSQL has it.
#include <algorithm>
#include <chrono>
#include <thread>

#include "columnar/calendar.h"
#include "sql/functions/bodies.h"

namespace firn::sql {
namespace {

using columnar::kMicrosPerDay;
using engine::Date;
using engine::Interval;
using engine::Scalar;
using engine::Time;
using engine::Timestamp;

/// Into one day: months and days of an interval move no clock.
Time Wrapped(int64_t micros) {
  const int64_t rest = micros % kMicrosPerDay;
  return Time{rest < 0 ? rest + kMicrosPerDay : rest};
}

Result<Timestamp> At(Date date, Time time) {
  constexpr int64_t kLastDay = 106'751'990;  // of a timestamp in int64 microseconds
  if (date.days == columnar::kDateInfinity) return Timestamp{columnar::kTimestampInfinity};
  if (date.days == columnar::kDateMinusInfinity) {
    return Timestamp{columnar::kTimestampMinusInfinity};
  }
  if (date.days > kLastDay || date.days < -kLastDay) {
    return Refused("22008", "date out of range for timestamp");
  }
  return Timestamp{date.days * kMicrosPerDay + time.micros};
}

// Ends with the statement: the time is waited for in short pieces.
Result<std::string> Sleep(double seconds) {
  if (!(seconds > 0)) return std::string();
  using Clock = std::chrono::steady_clock;
  constexpr double kMost = 1e9;
  constexpr auto kPiece = std::chrono::milliseconds(5);
  const auto wanted = std::chrono::duration<double>(std::min(seconds, kMost));
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(wanted);
  for (auto now = Clock::now(); now < end; now = Clock::now()) {
    if (engine::ShouldStop()) return engine::CallStopped();
    std::this_thread::sleep_for(std::min<Clock::duration>(kPiece, end - now));
  }
  return std::string();
}

}  // namespace

void AddClockFunctions(EngineFunctions& to) {
  to.push_back(Scalar("sql_sleep", [](double seconds) { return Sleep(seconds); }));
  to.push_back(Scalar("sql_time_plus", [](Time time, Interval by) {
    return Wrapped(time.micros + by.micros % kMicrosPerDay);
  }));
  to.push_back(Scalar("sql_time_minus", [](Time time, Interval by) {
    return Wrapped(time.micros - by.micros % kMicrosPerDay);
  }));
  to.push_back(Scalar("sql_time_between", [](Time to_time, Time from) {
    return Interval{.micros = to_time.micros - from.micros};
  }));
  to.push_back(Scalar("sql_date_at", [](Date date, Time time) { return At(date, time); }));
  to.push_back(
      Scalar("sql_time_interval", [](Time time) { return Interval{.micros = time.micros}; }));
  to.push_back(Scalar("sql_interval_time", [](Interval value) { return Wrapped(value.micros); }));
}

}  // namespace firn::sql
