#include "columnar/interval_reader_internal.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "columnar/calendar.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

using enum IntervalUnit;
using Issue = DateTimeIssue;

constexpr int64_t kMinuteMicros = 60 * kMicrosPerSecond;
constexpr int64_t kHourMicros = 60 * kMinuteMicros;
constexpr int kDaysPerWeek = 7;
constexpr int kDaysPerMonth = 30;
constexpr int kMonthsPerYear = 12;

bool MultiplyAdd(int64_t value, int64_t scale, int64_t* sum) {
  int64_t product = 0;
  return !__builtin_mul_overflow(value, scale, &product) &&
         !__builtin_add_overflow(*sum, product, sum);
}

bool MultiplyAdd(int64_t value, int64_t scale, int32_t* sum) {
  if (value < std::numeric_limits<int32_t>::min() || value > std::numeric_limits<int32_t>::max()) {
    return false;
  }
  int32_t product = 0;
  return !__builtin_mul_overflow(static_cast<int32_t>(value), static_cast<int32_t>(scale),
                                 &product) &&
         !__builtin_add_overflow(*sum, product, sum);
}

// One number of an ISO 8601 text, as whole and fraction.
struct Number {
  int64_t whole = 0;
  double fraction = 0;
};

class IsoReader {
 public:
  IsoReader(std::string_view text, IntervalSum* sum) : rest_(text), sum_(*sum) {}

  Issue Read() {
    if (rest_.size() < 2 || rest_.front() != 'P') return Issue::kBadFormat;
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
      if (Take('T')) {
        in_date_ = false;
        have_field_ = false;
        continue;
      }
      Issue issue = TakeNumber();
      if (issue == Issue::kNone) issue = in_date_ ? ReadDatePart() : ReadTimePart();
      if (issue != Issue::kNone || done_) return issue;
    }
    return Issue::kNone;
  }

 private:
  bool Take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  Issue TakeNumber() {
    if (rest_.empty()) return Issue::kBadFormat;
    if (!IsDigit(rest_[0]) && rest_[0] != '-' && rest_[0] != '.') return Issue::kBadFormat;
    const std::string_view start = rest_;
    double value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{}) return Issue::kBadFormat;
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    constexpr double kLimit = 1.0e15;
    if (!(value >= -kLimit && value <= kLimit)) return Issue::kOverflow;
    number_.whole = static_cast<int64_t>(std::trunc(value));
    number_.fraction = value - static_cast<double>(number_.whole);
    // Digits of the integer part: "00010203" is a date without separators.
    width_ = 0;
    const size_t first = start.front() == '-' ? 1 : 0;
    while (first + width_ < start.size() && IsDigit(start[first + width_])) ++width_;
    return Issue::kNone;
  }

  Issue Add(IntervalUnit unit) {
    have_field_ = true;
    return sum_.Add(unit, number_.whole, number_.fraction) ? Issue::kNone : Issue::kOverflow;
  }

  bool StartTime() {
    in_date_ = false;
    have_field_ = false;
    return true;
  }

  Issue ReadDatePart() {
    if (Take('Y')) return Add(kYear);
    if (Take('M')) return Add(kMonth);
    if (Take('W')) return Add(kWeek);
    if (Take('D')) return Add(kDay);
    const bool at_end = rest_.empty();
    const bool at_time = rest_.starts_with('T');
    if (!at_end && !at_time && !rest_.starts_with('-')) return Issue::kBadFormat;
    if ((at_end || at_time) && width_ == 8 && !have_field_) {
      const int64_t digits = number_.whole;
      const bool fits = sum_.Add(kYear, digits / 10'000, 0) &&
                        sum_.Add(kMonth, digits / 100 % 100, 0) &&
                        sum_.Add(kDay, digits % 100, number_.fraction);
      return fits ? Issue::kNone : Issue::kOverflow;
    }
    if (have_field_) return Issue::kBadFormat;
    // Years-months-days, of which the last may be missing.
    constexpr IntervalUnit kUnits[] = {kYear, kMonth, kDay};
    for (const auto unit : kUnits) {
      if (const Issue issue = Add(unit); issue != Issue::kNone) return issue;
      if (rest_.empty()) {
        done_ = true;
        return Issue::kNone;
      }
      if (rest_.starts_with('T')) {
        have_field_ = false;
        return Issue::kNone;
      }
      if (unit == kDay || !Take('-')) return Issue::kBadFormat;
      if (const Issue issue = TakeNumber(); issue != Issue::kNone) return issue;
    }
    return Issue::kBadFormat;
  }

  Issue ReadTimePart() {
    if (Take('H')) return Add(kHour);
    if (Take('M')) return Add(kMinute);
    if (Take('S')) return Add(kSecond);
    if (rest_.empty() && width_ == 6 && !have_field_) {
      const int64_t digits = number_.whole;
      done_ = true;
      const bool fits =
          sum_.Add(kHour, digits / 10'000, 0) && sum_.Add(kMinute, digits / 100 % 100, 0) &&
          sum_.Add(kSecond, digits % 100, 0) && sum_.Add(kMicrosecond, 0, number_.fraction);
      return fits ? Issue::kNone : Issue::kOverflow;
    }
    if (have_field_ || (!rest_.empty() && !rest_.starts_with(':'))) return Issue::kBadFormat;
    constexpr IntervalUnit kUnits[] = {kHour, kMinute, kSecond};
    for (const auto unit : kUnits) {
      if (const Issue issue = Add(unit); issue != Issue::kNone) return issue;
      if (rest_.empty()) {
        done_ = true;
        return Issue::kNone;
      }
      if (unit == kSecond || !Take(':')) return Issue::kBadFormat;
      if (const Issue issue = TakeNumber(); issue != Issue::kNone) return issue;
    }
    return Issue::kBadFormat;
  }

  std::string_view rest_;
  IntervalSum& sum_;
  Number number_;
  size_t width_ = 0;
  bool in_date_ = true;
  bool have_field_ = false;
  bool done_ = false;
};

}  // namespace

bool IntervalSum::AddPartOf(double fraction, int64_t scale) {
  if (fraction == 0) return true;
  double part = fraction * static_cast<double>(scale);
  auto micros = static_cast<int64_t>(part);
  part -= static_cast<double>(micros);
  if (part > 0.5) ++micros;
  if (part < -0.5) --micros;
  return !__builtin_add_overflow(micros_, micros, &micros_);
}

bool IntervalSum::AddMicros(int64_t value, double fraction, int64_t scale) {
  return MultiplyAdd(value, scale, &micros_) && AddPartOf(fraction, scale);
}

bool IntervalSum::AddDays(int64_t value, double fraction, int64_t scale) {
  if (!MultiplyAdd(value, scale, &days_)) return false;
  if (scale == 1) return AddPartOf(fraction, kMicrosPerDay);
  if (fraction == 0) return true;
  double part = fraction * static_cast<double>(scale);
  const auto whole = static_cast<int32_t>(part);
  if (__builtin_add_overflow(days_, whole, &days_)) return false;
  return AddPartOf(part - whole, kMicrosPerDay);
}

bool IntervalSum::AddMonths(int64_t value, double fraction) {
  return MultiplyAdd(value, 1, &months_) && (fraction == 0 || AddDays(0, fraction, kDaysPerMonth));
}

bool IntervalSum::AddYears(int64_t value, double fraction, int64_t scale) {
  if (!MultiplyAdd(value, scale, &years_)) return false;
  const auto months =
      static_cast<int32_t>(std::rint(fraction * static_cast<double>(scale) * kMonthsPerYear));
  return !__builtin_add_overflow(months_, months, &months_);
}

bool IntervalSum::Add(IntervalUnit unit, int64_t value, double fraction) {
  switch (unit) {
    case kMicrosecond:
      return AddMicros(value, fraction, 1);
    case kMillisecond:
      return AddMicros(value, fraction, 1'000);
    case kSecond:
      return AddMicros(value, fraction, kMicrosPerSecond);
    case kMinute:
      return AddMicros(value, fraction, kMinuteMicros);
    case kHour:
      return AddMicros(value, fraction, kHourMicros);
    case kDay:
      return AddDays(value, fraction, 1);
    case kWeek:
      return AddDays(value, fraction, kDaysPerWeek);
    case kMonth:
      return AddMonths(value, fraction);
    case kYear:
      return AddYears(value, fraction, 1);
    case kDecade:
      return AddYears(value, fraction, 10);
    case kCentury:
      return AddYears(value, fraction, 100);
    case kMillennium:
      return AddYears(value, fraction, 1'000);
    case kNoUnit:
    case kAgo:
      break;
  }
  return false;
}

bool IntervalSum::SetClock(int64_t hours, int64_t seconds, int64_t micros, bool negative) {
  micros_ = seconds * kMicrosPerSecond + micros;
  if (!MultiplyAdd(hours, kHourMicros, &micros_)) return false;
  if (negative) micros_ = -micros_;
  return true;
}

bool IntervalSum::Negate() {
  return !__builtin_sub_overflow(0, years_, &years_) &&
         !__builtin_sub_overflow(0, months_, &months_) &&
         !__builtin_sub_overflow(0, days_, &days_) && !__builtin_sub_overflow(0, micros_, &micros_);
}

bool IntervalSum::Finish(Interval* interval) const {
  const int64_t months = int64_t{years_} * kMonthsPerYear + months_;
  if (months < std::numeric_limits<int32_t>::min() ||
      months > std::numeric_limits<int32_t>::max()) {
    return false;
  }
  *interval = {static_cast<int32_t>(months), days_, micros_};
  return true;
}

bool ReadIntervalFraction(std::string_view text, double* fraction) {
  *fraction = 0;
  if (text.size() == 1) return true;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), *fraction, std::chars_format::fixed);
  return error == std::errc{} && end == text.data() + text.size();
}

DateTimeIssue ReadIsoInterval(std::string_view text, IntervalSum* sum) {
  *sum = {};
  return IsoReader(text, sum).Read();
}

}  // namespace firn::columnar
