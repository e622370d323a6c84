#include "columnar/datetime_fields_internal.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "columnar/calendar.h"
#include "columnar/datetime_cutter_internal.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

using Issue = DateTimeIssue;
using Unit = DateTimeUnit;

#define FIRN_STOP_AT_ISSUE(expr)                       \
  do {                                                 \
    const Issue firn_issue = (expr);                   \
    if (firn_issue != Issue::kNone) return firn_issue; \
  } while (false)

// What has been said so far, as bits.
enum Said : uint32_t {
  kYear = 1,
  kMonth = 2,
  kDay = 4,
  kDayOfYear = 8,
  kHour = 16,
  kMinute = 32,
  kSecond = 64,
  kFraction = 128,
  kZone = 256,
  kHalfOfDay = 512,
  kEra = 1024,
  kWeekday = 2048,
  kSpecial = 4096,
  kWholeDate = kYear | kMonth | kDay,
  kWholeTime = kHour | kMinute | kSecond | kFraction,
};

// As C's strtol on a 32-bit integer: stops at the first character it cannot use.
struct Scanned {
  int32_t value = 0;
  size_t used = 0;  // 0: no digits
  bool overflow = false;
};
Scanned ScanInteger(std::string_view text) {
  Scanned scanned;
  int64_t value = 0;
  const size_t plus = text.size() > 1 && text[0] == '+' && IsDigit(text[1]) ? 1 : 0;
  const auto [next, error] = std::from_chars(text.data() + plus, text.data() + text.size(), value);
  if (error == std::errc::invalid_argument) return scanned;
  if (error != std::errc{}) value = std::numeric_limits<int64_t>::max();
  scanned.value = static_cast<int32_t>(value);
  scanned.used = static_cast<size_t>(next - text.data());
  scanned.overflow = scanned.value != value;
  return scanned;
}

// ".5" as microseconds. `whole`: nothing may stand behind the digits.
Issue ReadFraction(std::string_view text, bool whole, int64_t* micros) {
  double fraction = 0;
  if (text.size() > 1) {
    const auto [next, error] =
        std::from_chars(text.data(), text.data() + text.size(), fraction, std::chars_format::fixed);
    if (error == std::errc::invalid_argument) return Issue::kBadFormat;
    if (whole && next != text.data() + text.size()) return Issue::kBadFormat;
  }
  *micros = static_cast<int64_t>(std::rint(fraction * 1e6));
  return Issue::kNone;
}

// Reads fields one after the other; what a bare number means depends on what was said before.
class FieldReader {
 public:
  explicit FieldReader(DateTimeFields* out) : out_(*out) {}

  Issue Read(const FieldCutter& fields) {
    for (size_t i = 0; i < fields.count(); ++i) {
      next_kind_ = i + 1 < fields.count() ? &fields[i + 1].kind : nullptr;
      ignored_ = false;
      saying_ = 0;
      FIRN_STOP_AT_ISSUE(ReadField(fields[i]));
      if (ignored_) continue;
      if ((saying_ & said_) != 0) return Issue::kBadFormat;
      said_ |= saying_;
    }
    out_.has_offset = Has(kZone);
    // A label with nothing behind it is ignored, as PostgreSQL 15 does.
    FIRN_STOP_AT_ISSUE(SettleDate());
    FIRN_STOP_AT_ISSUE(SettleHour());
    if (out_.special != DateTimeFields::Special::kNone) return Issue::kNone;
    out_.has_time = (said_ & kWholeTime) != 0;
    return (said_ & kWholeDate) == kWholeDate ? Issue::kNone : Issue::kBadFormat;
  }

 private:
  bool Has(uint32_t bits) const { return (said_ & bits) == bits; }

  Issue ReadField(const TimeField& field) {
    switch (field.kind) {
      case FieldKind::kDate:
        return ReadDateField(field.text);
      case FieldKind::kTime:
        return ReadTimeField(field.text);
      case FieldKind::kZone:
        saying_ = kZone;
        return ReadOffset(field.text);
      case FieldKind::kNumber:
        return label_ != Unit::kNone ? ReadLabelled(field.text) : ReadNumberField(field.text);
      case FieldKind::kWord:
      case FieldKind::kSigned:
        return ReadWord(field.text);
    }
    return Issue::kBadFormat;
  }

  Issue ReadZoneName(std::string_view text) {
    auto zone = TimeZone::Find(text);
    if (!zone || (*zone)->name().starts_with('<')) return Issue::kZoneName;
    out_.zone = *std::move(zone);
    return Issue::kNone;
  }

  Issue ReadDateField(std::string_view text) {
    if (label_ == Unit::kJulian) {
      const auto day = ScanInteger(text);
      if (day.overflow || day.value < 0) return Issue::kOverflow;
      SetJulianDay(day.value);
      label_ = Unit::kNone;
      saying_ = kWholeDate | kWholeTime | kZone;
      return ReadOffset(text.substr(day.used));
    }
    if (label_ == Unit::kNone && !Has(kMonth | kDay)) return ReadDateText(text);
    if (!IsDigit(text[0]) && label_ == Unit::kNone) {
      saying_ = kZone;
      return ReadZoneName(text);
    }
    // "hhmmss-zz"
    if (label_ != Unit::kNone && label_ != Unit::kTime) return Issue::kBadFormat;
    label_ = Unit::kNone;
    const size_t dash = text.find('-');
    if (Has(kWholeTime) || dash == std::string_view::npos) return Issue::kBadFormat;
    FIRN_STOP_AT_ISSUE(ReadOffset(text.substr(dash)));
    FIRN_STOP_AT_ISSUE(ReadJoined(text.substr(0, dash), said_));
    saying_ |= kZone;
    return Issue::kNone;
  }

  // "1999-01-08", "8/Jan/1999"
  Issue ReadDateText(std::string_view text) {
    std::string_view parts[kMaxFields];
    size_t count = 0;
    size_t at = 0;
    while (at < text.size() && count < kMaxFields) {
      while (at < text.size() && !IsWordChar(text[at])) ++at;
      if (at == text.size()) return Issue::kBadFormat;
      const size_t start = at;
      const bool digits = IsDigit(text[at]);
      while (at < text.size() && (digits ? IsDigit(text[at]) : IsLetter(text[at]))) ++at;
      parts[count++] = text.substr(start, at - start);
      if (at < text.size()) ++at;  // whatever it is
    }
    // Numbers are read in the light of this date only together with what was said before.
    const uint32_t said_before = said_;
    uint32_t saying = 0;
    bool text_month = false;
    const auto note = [&]() {
      if ((said_ & saying_) != 0) return Issue::kBadFormat;
      said_ |= saying_;
      saying |= saying_;
      return Issue::kNone;
    };
    for (size_t i = 0; i < count; ++i) {
      if (!IsLetter(parts[i][0])) continue;
      const auto word = FindDateTimeWord(parts[i]);
      if (word.kind == DateTimeWord::kIgnored) continue;
      if (word.kind != DateTimeWord::kMonth) return Issue::kBadFormat;
      out_.month = word.value;
      text_month = true;
      saying_ = kMonth;
      FIRN_STOP_AT_ISSUE(note());
      parts[i] = {};
    }
    for (size_t i = 0; i < count; ++i) {
      if (parts[i].empty()) continue;
      FIRN_STOP_AT_ISSUE(ReadNumber(parts[i], text_month));
      FIRN_STOP_AT_ISSUE(note());
    }
    if ((said_ & ~(kDayOfYear | kZone)) != kWholeDate) return Issue::kBadFormat;
    said_ = said_before;
    saying_ = saying;
    return Issue::kNone;
  }

  // "10:20", "10:20:30.5", "20:30.5" (minutes and seconds)
  Issue ReadTimeField(std::string_view text) {
    if (label_ != Unit::kNone && label_ != Unit::kTime) return Issue::kBadFormat;
    label_ = Unit::kNone;
    saying_ = kWholeTime;
    const auto hour = ScanInteger(text);
    text.remove_prefix(hour.used);
    if (text.empty() || text[0] != ':') return Issue::kBadFormat;
    text.remove_prefix(1);
    const auto minute = ScanInteger(text);
    if (minute.overflow) return Issue::kOverflow;
    text.remove_prefix(minute.used);
    out_.hour = hour.value;
    out_.minute = minute.value;
    out_.second = 0;
    out_.micros = 0;
    if (!text.empty() && text[0] == '.') {
      FIRN_STOP_AT_ISSUE(ReadFraction(text, true, &out_.micros));
      out_.second = std::exchange(out_.minute, std::exchange(out_.hour, 0));
    } else if (!text.empty() && text[0] == ':') {
      text.remove_prefix(1);
      const auto second = ScanInteger(text);
      if (second.overflow) return Issue::kOverflow;
      out_.second = second.value;
      text.remove_prefix(second.used);
      if (!text.empty()) {
        if (text[0] != '.') return Issue::kBadFormat;
        FIRN_STOP_AT_ISSUE(ReadFraction(text, true, &out_.micros));
      }
    } else if (!text.empty()) {
      return Issue::kBadFormat;
    }
    return hour.overflow ? Issue::kOverflow : CheckTime();
  }

  Issue CheckTime() const {
    if (out_.hour < 0 || out_.hour > 24 || out_.minute < 0 || out_.minute > 59 || out_.second < 0 ||
        out_.second > 60 || out_.micros > kMicrosPerSecond) {
      return Issue::kOverflow;
    }
    const int64_t seconds = (out_.hour * 60 + out_.minute) * 60 + out_.second;
    return seconds * kMicrosPerSecond + out_.micros > kMicrosPerDay ? Issue::kOverflow
                                                                    : Issue::kNone;
  }

  // "+05:30", "-0330", "+2"
  Issue ReadOffset(std::string_view text) {
    if (text.empty() || (text[0] != '+' && text[0] != '-')) return Issue::kBadFormat;
    const bool west = text[0] == '-';
    const size_t length = text.size();
    text.remove_prefix(1);
    Scanned parts[3];
    parts[0] = ScanInteger(text);
    if (parts[0].overflow) return Issue::kZoneOverflow;
    text.remove_prefix(parts[0].used);
    if (text.empty() && length > 3) {
      parts[1].value = parts[0].value % 100;
      parts[0].value /= 100;
    } else {
      for (int i = 1; i < 3 && !text.empty() && text[0] == ':'; ++i) {
        parts[i] = ScanInteger(text.substr(1));
        if (parts[i].overflow) return Issue::kZoneOverflow;
        text.remove_prefix(1 + parts[i].used);
      }
    }
    if (parts[0].value < 0 || parts[0].value > 15) return Issue::kZoneOverflow;
    for (int i = 1; i < 3; ++i) {
      if (parts[i].value < 0 || parts[i].value > 59) return Issue::kZoneOverflow;
    }
    const int32_t seconds = (parts[0].value * 60 + parts[1].value) * 60 + parts[2].value;
    out_.zone_seconds = west ? -seconds : seconds;
    return text.empty() ? Issue::kNone : Issue::kBadFormat;
  }

  // A number behind a label: "y2026m11d21", "J2451187", "T101112".
  Issue ReadLabelled(std::string_view text) {
    const auto number = ScanInteger(text);
    if (number.overflow) return Issue::kOverflow;
    const auto rest = text.substr(number.used);
    const Unit label = std::exchange(label_, Unit::kNone);
    out_.special = DateTimeFields::Special::kNone;
    const bool takes_fraction =
        label == Unit::kJulian || label == Unit::kTime || label == Unit::kSecond;
    if (!rest.empty() && !takes_fraction) return Issue::kBadFormat;
    const auto set = [this, &number](int32_t* field, uint32_t bits) {
      *field = number.value;
      saying_ = bits;
      return Issue::kNone;
    };
    switch (label) {
      case Unit::kYear:
        out_.year = number.value;
        saying_ = kYear;
        return Issue::kNone;
      case Unit::kMonth:
        return Has(kMonth | kHour) ? set(&out_.minute, kMinute) : set(&out_.month, kMonth);
      case Unit::kDay:
        return set(&out_.day, kDay);
      case Unit::kHour:
        return set(&out_.hour, kHour);
      case Unit::kMinute:
        return set(&out_.minute, kMinute);
      case Unit::kSecond:
        if (rest.empty()) return set(&out_.second, kSecond);
        set(&out_.second, kSecond | kFraction);
        return ReadFraction(rest, true, &out_.micros);
      case Unit::kJulian:
        return ReadJulian(number.value, rest);
      case Unit::kTime:
        FIRN_STOP_AT_ISSUE(ReadJoined(text, said_ | kWholeDate));
        return saying_ == kWholeTime ? Issue::kNone : Issue::kBadFormat;
      default:
        return Issue::kBadFormat;
    }
  }

  Issue ReadJulian(int32_t day, std::string_view fraction) {
    if (day < 0) return Issue::kOverflow;
    SetJulianDay(day);
    saying_ = kWholeDate;
    if (fraction.empty()) return Issue::kNone;
    double part = 0;
    std::from_chars(fraction.data(), fraction.data() + fraction.size(), part);
    const auto micros = static_cast<int64_t>(part * static_cast<double>(kMicrosPerDay));
    const auto seconds = static_cast<int32_t>(micros / kMicrosPerSecond);
    out_.hour = seconds / 3600;
    out_.minute = seconds / 60 % 60;
    out_.second = seconds % 60;
    out_.micros = micros % kMicrosPerSecond;
    saying_ |= kWholeTime;
    return Issue::kNone;
  }

  void SetJulianDay(int32_t julian) {
    constexpr int64_t kJulianOfEpoch = 2'440'588;
    const auto civil = CivilFromDays(julian - kJulianOfEpoch);
    out_.year = civil.year;
    out_.month = civil.month;
    out_.day = civil.day;
    is_julian_ = true;
  }

  Issue ReadNumberField(std::string_view text) {
    const size_t point = text.find('.');
    const bool has_point = point != std::string_view::npos;
    if (has_point && (said_ & kWholeDate) == 0) return ReadDateText(text);
    if (has_point && point > 2) return ReadJoined(text, said_);
    const bool date_or_time_left = (said_ & kWholeDate) == 0 || (said_ & kWholeTime) == 0;
    if (text.size() >= 6 && date_or_time_left) return ReadJoined(text, said_);
    return ReadNumber(text, text_month_);
  }

  // One number of a date, or a time where the date is complete.
  Issue ReadNumber(std::string_view text, bool text_month) {
    saying_ = 0;
    const auto number = ScanInteger(text);
    if (number.overflow) return Issue::kOverflow;
    if (number.used == 0) return Issue::kBadFormat;
    const auto rest = text.substr(number.used);
    if (!rest.empty()) {
      if (rest[0] != '.') return Issue::kBadFormat;
      if (number.used > 2) return ReadJoined(text, said_ | kWholeDate);
      FIRN_STOP_AT_ISSUE(ReadFraction(rest, true, &out_.micros));
    }
    const uint32_t date_said = said_ & kWholeDate;
    const bool like_year = text.size() >= 3;
    if (text.size() == 3 && date_said == kYear && number.value >= 1 && number.value <= 366) {
      day_of_year_ = number.value;
      saying_ = kDayOfYear | kMonth | kDay;
      return Issue::kNone;
    }
    switch (date_said) {
      case 0:
        saying_ = like_year ? kYear : kMonth;
        break;
      case kYear:
      case kDay:
        saying_ = kMonth;
        break;
      case kMonth:
        saying_ = text_month && like_year ? kYear : kDay;
        break;
      case kMonth | kDay:
        saying_ = kYear;
        break;
      case kYear | kMonth:
        saying_ = kDay;
        if (text_month && like_year && short_year_) {  // "8-Jan-1999": the first was the day
          out_.day = static_cast<int32_t>(out_.year);
          out_.year = number.value;
          short_year_ = false;
          return Issue::kNone;
        }
        break;
      case kWholeDate:
        return ReadJoined(text, said_);
      default:
        return Issue::kBadFormat;
    }
    if (saying_ == kYear) {
      out_.year = number.value;
      short_year_ = text.size() <= 2;
    } else {
      (saying_ == kMonth ? out_.month : out_.day) = number.value;
    }
    return Issue::kNone;
  }

  // Digits run together: yyyymmdd, yymmdd, hhmmss[.fff], hhmm.
  Issue ReadJoined(std::string_view text, uint32_t said) {
    const auto part = [&text](size_t from, size_t length) {
      return ScanInteger(text.substr(from, length)).value;
    };
    const size_t point = text.find('.');
    if (point != std::string_view::npos) {
      FIRN_STOP_AT_ISSUE(ReadFraction(text.substr(point), false, &out_.micros));
      text = text.substr(0, point);
    } else if ((said & kWholeDate) != kWholeDate && text.size() >= 6) {
      const size_t year = text.size() - 4;
      out_.year = part(0, year);
      out_.month = part(year, 2);
      out_.day = part(year + 2, 2);
      if (year == 2) short_year_ = true;
      saying_ = kWholeDate;
      return Issue::kNone;
    }
    if ((said & kWholeTime) == kWholeTime || (text.size() != 6 && text.size() != 4)) {
      return Issue::kBadFormat;
    }
    out_.hour = part(0, 2);
    out_.minute = part(2, 2);
    out_.second = text.size() == 6 ? part(4, 2) : 0;
    saying_ = kWholeTime;
    return Issue::kNone;
  }

  Issue ReadWord(std::string_view text) {
    const auto word = FindDateTimeWord(text);
    switch (word.kind) {
      case DateTimeWord::kIgnored:
        ignored_ = true;
        return Issue::kNone;
      case DateTimeWord::kMonth:
        // "8 Jan": the number before was not the month.
        if (Has(kMonth) && !text_month_ && !Has(kDay) && out_.month >= 1 && out_.month <= 31) {
          out_.day = out_.month;
          saying_ = kDay;
        } else {
          saying_ = kMonth;
        }
        text_month_ = true;
        out_.month = word.value;
        return Issue::kNone;
      case DateTimeWord::kWeekday:
        saying_ = kWeekday;
        return Issue::kNone;
      case DateTimeWord::kHalfOfDay:
        saying_ = kHalfOfDay;
        afternoon_ = word.value == 1;
        return Issue::kNone;
      case DateTimeWord::kEra:
        saying_ = kEra;
        before_christ_ = word.value == 1;
        return Issue::kNone;
      case DateTimeWord::kUnit:
        label_ = static_cast<Unit>(word.value);
        return Issue::kNone;
      case DateTimeWord::kIsoTime:
        if (!Has(kWholeDate) || next_kind_ == nullptr) return Issue::kBadFormat;
        if (*next_kind_ != FieldKind::kNumber && *next_kind_ != FieldKind::kTime &&
            *next_kind_ != FieldKind::kDate) {
          return Issue::kBadFormat;
        }
        label_ = Unit::kTime;
        return Issue::kNone;
      case DateTimeWord::kUtc:
        saying_ = kZone;
        out_.zone_seconds = word.value * 60;
        return Issue::kNone;
      case DateTimeWord::kMidnightUtc:
        if (out_.special != DateTimeFields::Special::kNone) return Issue::kBadFormat;
        saying_ = kWholeTime | kZone;
        return Issue::kNone;
      case DateTimeWord::kSpecial:
        saying_ = kSpecial;
        out_.special = static_cast<DateTimeFields::Special>(word.value);
        return Issue::kNone;
      case DateTimeWord::kRelative:
        return Issue::kRelative;
      case DateTimeWord::kOtherZone:
        saying_ = kZone;
        return ReadZoneName(text);
      case DateTimeWord::kUnknown:
        return Issue::kBadFormat;
    }
    return Issue::kBadFormat;
  }

  Issue SettleDate() {
    if (Has(kYear) && !is_julian_) {
      if (before_christ_) {
        if (out_.year <= 0) return Issue::kOverflow;
        out_.year = 1 - out_.year;
      } else if (short_year_) {
        out_.year += out_.year < 70 ? 2000 : out_.year < 100 ? 1900 : 0;
      } else if (out_.year <= 0) {
        return Issue::kOverflow;
      }
    }
    if (Has(kDayOfYear)) {
      const auto civil = CivilFromDays(DaysFromCivil({out_.year, 1, 1}) + day_of_year_ - 1);
      out_.year = civil.year;
      out_.month = civil.month;
      out_.day = civil.day;
    }
    if (Has(kMonth) && (out_.month < 1 || out_.month > 12)) return Issue::kMonthDayOverflow;
    if (Has(kDay) && (out_.day < 1 || out_.day > 31)) return Issue::kMonthDayOverflow;
    if (Has(kWholeDate) && out_.day > DaysInMonth(out_.year, out_.month)) return Issue::kOverflow;
    return Issue::kNone;
  }

  Issue SettleHour() {
    if (!Has(kHalfOfDay)) return Issue::kNone;
    if (out_.hour > 12) return Issue::kOverflow;
    if (!afternoon_ && out_.hour == 12) out_.hour = 0;
    if (afternoon_ && out_.hour != 12) out_.hour += 12;
    return Issue::kNone;
  }

  DateTimeFields& out_;
  uint32_t said_ = 0;
  uint32_t saying_ = 0;       // by the field being read
  Unit label_ = Unit::kNone;  // what the next number is
  const FieldKind* next_kind_ = nullptr;
  bool ignored_ = false;
  bool text_month_ = false;
  bool is_julian_ = false;
  bool short_year_ = false;  // one or two digits
  bool before_christ_ = false;
  bool afternoon_ = false;
  int32_t day_of_year_ = 0;
};

}  // namespace

DateTimeIssue ReadDateTimeFields(std::string_view text, DateTimeFields* fields) {
  FieldCutter cutter;
  FIRN_STOP_AT_ISSUE(cutter.Cut(text));
  *fields = {};
  return FieldReader(fields).Read(cutter);
}

}  // namespace firn::columnar
