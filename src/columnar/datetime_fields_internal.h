// columnar: dates and times in all the spellings PostgreSQL reads (DateStyle MDY), as fields.
//
// The text is cut into fields (numbers, words, dates, times, offsets); each field is then read in
// the light of those before it. This is the slow path: datetime_text.cc reads ISO forms itself.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "columnar/time_zone.h"

namespace firn::columnar {

struct DateTimeFields {
  enum class Special : uint8_t { kNone, kEpoch, kInfinity, kMinusInfinity };

  Special special = Special::kNone;
  int64_t year = 0;  // 0 is 1 BC
  int32_t month = 0;
  int32_t day = 0;
  int32_t hour = 0;  // 24:00:00 and a second 60 are possible
  int32_t minute = 0;
  int32_t second = 0;
  int64_t micros = 0;                    // of the second
  int32_t zone_seconds = 0;              // east of Greenwich
  bool has_offset = false;               // or a zone: the text says where
  std::shared_ptr<const TimeZone> zone;  // by name
  bool has_time = false;                 // whether a time of day was said
};

enum class DateTimeIssue : uint8_t {
  kNone,
  kBadFormat,
  kOverflow,          // a field is out of its range
  kMonthDayOverflow,  // the same, where another DateStyle may have been meant
  kZoneOverflow,
  kRelative,  // 'now', 'today', …
  kZoneName,  // an abbreviation other than UTC, GMT, Z
};

DateTimeIssue ReadDateTimeFields(std::string_view text, DateTimeFields* fields);

enum class DateTimeWord : uint8_t {
  kUnknown,
  kIgnored,
  kMonth,
  kWeekday,
  kHalfOfDay,  // value 0: AM, 1: PM
  kEra,        // value 0: AD, 1: BC
  kUnit,       // value: a DateTimeUnit; says what the number behind it is
  kIsoTime,    // the T of 2026-11-21T10:00
  kUtc,
  kMidnightUtc,  // 'allballs'
  kOtherZone,
  kSpecial,  // value: a DateTimeFields::Special
  kRelative,
};
enum class DateTimeUnit : uint8_t {
  kNone,
  kYear,
  kMonth,
  kDay,
  kHour,
  kMinute,
  kSecond,
  kJulian,
  kTime,
  kOther
};

struct DateTimeWordEntry {
  std::string_view word;
  DateTimeWord kind;
  int value;
};
/// `word` in lower case; kUnknown when there is none such.
DateTimeWordEntry FindDateTimeWord(std::string_view word);

}  // namespace firn::columnar
