#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "columnar/calendar.h"
#include "columnar/datetime_cutter_internal.h"
#include "columnar/interval_reader_internal.h"
#include "columnar/text_forms_internal.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

using Issue = DateTimeIssue;

struct UnitWord {
  std::string_view word;
  IntervalUnit unit;
};
using enum IntervalUnit;
// deltatktbl of PostgreSQL, which looks at the first ten letters of a word.
constexpr std::array kUnitWords = {
    UnitWord{"ago", kAgo},
    UnitWord{"c", kCentury},
    UnitWord{"cent", kCentury},
    UnitWord{"centuries", kCentury},
    UnitWord{"century", kCentury},
    UnitWord{"d", kDay},
    UnitWord{"day", kDay},
    UnitWord{"days", kDay},
    UnitWord{"dec", kDecade},
    UnitWord{"decade", kDecade},
    UnitWord{"decades", kDecade},
    UnitWord{"decs", kDecade},
    UnitWord{"h", kHour},
    UnitWord{"hour", kHour},
    UnitWord{"hours", kHour},
    UnitWord{"hr", kHour},
    UnitWord{"hrs", kHour},
    UnitWord{"m", kMinute},
    UnitWord{"microsecon", kMicrosecond},
    UnitWord{"mil", kMillennium},
    UnitWord{"millennia", kMillennium},
    UnitWord{"millennium", kMillennium},
    UnitWord{"mils", kMillennium},
    UnitWord{"millisecon", kMillisecond},
    UnitWord{"min", kMinute},
    UnitWord{"mins", kMinute},
    UnitWord{"minute", kMinute},
    UnitWord{"minutes", kMinute},
    UnitWord{"mon", kMonth},
    UnitWord{"mons", kMonth},
    UnitWord{"month", kMonth},
    UnitWord{"months", kMonth},
    UnitWord{"ms", kMillisecond},
    UnitWord{"msec", kMillisecond},
    UnitWord{"msecs", kMillisecond},
    UnitWord{"mseconds", kMillisecond},
    UnitWord{"s", kSecond},
    UnitWord{"sec", kSecond},
    UnitWord{"second", kSecond},
    UnitWord{"seconds", kSecond},
    UnitWord{"secs", kSecond},
    UnitWord{"us", kMicrosecond},
    UnitWord{"usec", kMicrosecond},
    UnitWord{"usecond", kMicrosecond},
    UnitWord{"useconds", kMicrosecond},
    UnitWord{"usecs", kMicrosecond},
    UnitWord{"w", kWeek},
    UnitWord{"week", kWeek},
    UnitWord{"weeks", kWeek},
    UnitWord{"y", kYear},
    UnitWord{"year", kYear},
    UnitWord{"years", kYear},
    UnitWord{"yr", kYear},
    UnitWord{"yrs", kYear},
};
constexpr size_t kLettersSeen = 10;
constexpr uint32_t kSecondBits = 1U << static_cast<int>(kSecond) |
                                 1U << static_cast<int>(kMillisecond) |
                                 1U << static_cast<int>(kMicrosecond);
constexpr uint32_t kTimeBits =
    kSecondBits | 1U << static_cast<int>(kHour) | 1U << static_cast<int>(kMinute);

IntervalUnit FindUnit(std::string_view word) {
  for (const auto& known : kUnitWords) {
    if (known.word == word.substr(0, kLettersSeen)) return known.unit;
  }
  return kNoUnit;
}

// Reads the fields from the last to the first, as PostgreSQL does: a unit says what the number
// before it is.
class FieldsReader {
 public:
  Issue Read(const FieldCutter& fields) {
    for (size_t i = fields.count(); i-- > 0;) {
      saying_ = 0;
      const Issue issue = ReadField(fields[i]);
      if (issue != Issue::kNone) return issue;
      if ((saying_ & said_) != 0) return Issue::kBadFormat;
      said_ |= saying_;
    }
    if (said_ == 0) return Issue::kBadFormat;
    return ago_ && !sum_.Negate() ? Issue::kOverflow : Issue::kNone;
  }
  const IntervalSum& sum() const { return sum_; }

 private:
  Issue ReadField(const TimeField& field) {
    switch (field.kind) {
      case FieldKind::kTime:
        return ReadClock(field.text, false);
      case FieldKind::kZone:
        if (field.text.substr(1).find(':') != field.text.npos &&
            ReadClock(field.text.substr(1), field.text.front() == '-') == Issue::kNone) {
          return Issue::kNone;
        }
        return ReadNumber(field.text);
      case FieldKind::kDate:
      case FieldKind::kNumber:
        return ReadNumber(field.text);
      case FieldKind::kWord:
      case FieldKind::kSigned:
        unit_ = FindUnit(field.text);
        if (unit_ == kNoUnit) return Issue::kBadFormat;
        if (unit_ == kAgo) {
          ago_ = true;
          unit_ = kNoUnit;
          after_ago_ = true;
        } else {
          after_ago_ = false;
        }
        return Issue::kNone;
    }
    return Issue::kBadFormat;
  }

  // "10:20", "10:20:30.5", "20:30.5" (minutes and seconds)
  Issue ReadClock(std::string_view text, bool negative) {
    int64_t parts[3] = {0, 0, 0};
    size_t count = 0;
    double fraction = 0;
    while (count < 3) {
      const auto [end, error] =
          std::from_chars(text.data(), text.data() + text.size(), parts[count]);
      if (error == std::errc::result_out_of_range) return Issue::kOverflow;
      if (error != std::errc{} && count > 0 && text.empty()) break;
      text.remove_prefix(static_cast<size_t>(end - text.data()));
      if (++count > 1 && parts[count - 1] > std::numeric_limits<int32_t>::max()) {
        return Issue::kOverflow;
      }
      if (!text.starts_with(':')) break;
      text.remove_prefix(1);
    }
    if (count < 2) return Issue::kBadFormat;
    if (text.starts_with('.')) {
      if (!ReadIntervalFraction(text, &fraction)) return Issue::kBadFormat;
      if (count == 2) {
        parts[2] = parts[1];
        parts[1] = parts[0];
        parts[0] = 0;
      }
    } else if (!text.empty()) {
      return Issue::kBadFormat;
    }
    const auto micros = static_cast<int64_t>(std::rint(fraction * kMicrosPerSecond));
    if (parts[0] < 0 || parts[1] < 0 || parts[1] > 59 || parts[2] < 0 || parts[2] > 60 ||
        micros > kMicrosPerSecond) {
      return Issue::kOverflow;
    }
    if (!sum_.SetClock(parts[0], parts[1] * 60 + parts[2], micros, negative)) {
      return Issue::kOverflow;
    }
    unit_ = kDay;
    after_ago_ = false;
    saying_ = kTimeBits;
    return Issue::kNone;
  }

  Issue ReadNumber(std::string_view text) {
    // A number with nothing behind it is seconds.
    const auto unit = unit_ == kNoUnit && !after_ago_ ? kSecond : unit_;
    if (unit == kNoUnit) return Issue::kBadFormat;
    int64_t value = 0;
    double fraction = 0;
    const bool negative = text.front() == '-';
    const size_t sign = text.front() == '+' ? 1 : 0;
    auto [end, error] = std::from_chars(text.data() + sign, text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) return Issue::kOverflow;
    if (error == std::errc::invalid_argument) end = text.data() + (negative ? 1 : sign);
    const std::string_view rest(end, text.data() + text.size());
    if (rest.starts_with('-')) return ReadYearsMonths(value, rest.substr(1), negative);
    if (rest.starts_with('.')) {
      if (!ReadIntervalFraction(rest, &fraction)) return Issue::kBadFormat;
      if (negative) fraction = -fraction;
    } else if (!rest.empty()) {
      return Issue::kBadFormat;
    }
    if (!sum_.Add(unit, value, fraction)) return Issue::kOverflow;
    saying_ = 1U << static_cast<int>(unit);
    if (unit == kSecond && fraction != 0) saying_ = kSecondBits;
    unit_ = unit == kHour ? kDay : unit;
    return Issue::kNone;
  }

  // "1-2": years and months, as in the SQL standard.
  Issue ReadYearsMonths(int64_t years, std::string_view text, bool negative) {
    int32_t months = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), months);
    if (error == std::errc::result_out_of_range || months < 0 || months >= 12) {
      return Issue::kOverflow;
    }
    if (error != std::errc{} || end != text.data() + text.size()) return Issue::kBadFormat;
    int64_t value = 0;
    if (__builtin_mul_overflow(years, 12, &value) ||
        __builtin_add_overflow(value, negative ? -months : months, &value)) {
      return Issue::kOverflow;
    }
    unit_ = kMonth;
    saying_ = 1U << static_cast<int>(kMonth);
    return sum_.Add(kMonth, value, 0) ? Issue::kNone : Issue::kOverflow;
  }

  IntervalSum sum_;
  uint32_t said_ = 0;
  uint32_t saying_ = 0;
  IntervalUnit unit_ = kNoUnit;
  bool ago_ = false;
  bool after_ago_ = false;
};

void AppendPart(int64_t value, std::string_view unit, bool* first, bool* before, std::string& out) {
  if (value == 0) return;
  if (!*first) out.push_back(' ');
  if (*before && value > 0) out.push_back('+');
  fmt::format_to(std::back_inserter(out), "{} {}{}", value, unit, value == 1 ? "" : "s");
  *before = value < 0;
  *first = false;
}

}  // namespace

Status ParseInterval(std::string_view text, Interval* interval) {
  FieldCutter cutter;
  Issue issue = cutter.Cut(text);
  FieldsReader reader;
  if (issue == Issue::kNone) issue = reader.Read(cutter);
  IntervalSum sum = reader.sum();
  if (issue == Issue::kBadFormat) issue = ReadIsoInterval(text, &sum);
  if (issue == Issue::kNone) {
    if (sum.Finish(interval)) return {};
    return Fail(MakeError(ErrorCode::kInvalidInput, "interval out of range").WithSqlState("22008"));
  }
  if (issue == Issue::kOverflow) {
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "interval field value out of range: \"{}\"", text)
            .WithSqlState("22015"));
  }
  return BadSyntax("interval", text, "22007");
}

Status ReadInterval(std::string_view bytes, Interval* interval) {
  constexpr size_t kBytes = 16;
  if (bytes.size() != kBytes) return WrongLength(bytes.size(), kBytes);
  interval->micros = BigEndianAt<int64_t>(bytes, 0);
  interval->days = BigEndianAt<int32_t>(bytes, 8);
  interval->months = BigEndianAt<int32_t>(bytes, 12);
  return {};
}

void AppendInterval(const Interval& interval, std::string& out) {
  bool first = true;
  bool before = false;  // whether the part before was negative
  AppendPart(interval.months / 12, "year", &first, &before, out);
  AppendPart(interval.months % 12, "mon", &first, &before, out);
  AppendPart(interval.days, "day", &first, &before, out);
  if (!first && interval.micros == 0) return;
  const bool negative = interval.micros < 0;
  const uint64_t size =
      negative ? -static_cast<uint64_t>(interval.micros) : static_cast<uint64_t>(interval.micros);
  if (!first) out.push_back(' ');
  if (negative || before) out.push_back(negative ? '-' : '+');
  const uint64_t seconds = size / kMicrosPerSecond;
  fmt::format_to(std::back_inserter(out), "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60,
                 seconds % 60);
  const uint64_t fraction = size % kMicrosPerSecond;
  if (fraction == 0) return;
  fmt::format_to(std::back_inserter(out), ".{:06}", fraction);
  while (out.back() == '0') out.pop_back();
}

}  // namespace firn::columnar
