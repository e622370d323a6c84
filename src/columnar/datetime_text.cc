#include "columnar/calendar.h"
#include "columnar/datetime_fields_internal.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

// 24 November 4714 BC, the first Julian day, and the day after 31 December 5874897.
constexpr int64_t kFirstDay = -2'440'588;
constexpr int64_t kEndDay = 2'147'483'494 - 2'440'588;

constexpr uint32_t Digit(char c) {
  return static_cast<uint32_t>(c) - '0';
}

// Two digits, or something over 99.
constexpr uint32_t TwoDigits(const char* at) {
  const uint32_t tens = Digit(at[0]);
  const uint32_t ones = Digit(at[1]);
  return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

// "2026-11-21" at the front.
bool ReadIsoDay(const char* at, int64_t* days) {
  const uint32_t century = TwoDigits(at);
  const uint32_t year = TwoDigits(at + 2);
  const uint32_t month = TwoDigits(at + 5);
  const uint32_t day = TwoDigits(at + 8);
  if (century > 99 || year > 99 || at[4] != '-' || at[7] != '-') return false;
  const int64_t full_year = century * 100 + year;
  if (full_year == 0 || month < 1 || month > 12 || day < 1) return false;
  if (day > 28 && static_cast<int32_t>(day) > DaysInMonth(full_year, static_cast<int32_t>(month))) {
    return false;
  }
  *days = DaysFromCivil({full_year, static_cast<int32_t>(month), static_cast<int32_t>(day)});
  return true;
}

// "2026-11-21 10:20:30[.123456][Z|+hh[:mm]]" and with a T; anything else is left to the fields.
bool ReadIsoTimestamp(std::string_view text, bool with_zone, const TimeZone* zone,
                      int64_t* micros) {
  constexpr size_t kLeast = 19;
  if (text.size() < kLeast) return false;
  const char* at = text.data();
  const char* const end = at + text.size();
  int64_t days = 0;
  if (!ReadIsoDay(at, &days) || (at[10] != ' ' && at[10] != 'T')) return false;
  const uint32_t hour = TwoDigits(at + 11);
  const uint32_t minute = TwoDigits(at + 14);
  const uint32_t second = TwoDigits(at + 17);
  if (at[13] != ':' || at[16] != ':' || hour > 23 || minute > 59 || second > 59) return false;
  int64_t fraction = 0;
  at += kLeast;
  if (at < end && *at == '.') {
    int64_t unit = kMicrosPerSecond / 10;
    for (++at; at < end && IsDigit(*at); ++at, unit /= 10) {
      if (unit == 0) return false;
      fraction += Digit(*at) * unit;
    }
  }
  int64_t east = 0;  // seconds
  bool named = true;
  if (at < end && *at == 'Z') {
    ++at;
  } else if (end - at >= 3 && (*at == '+' || *at == '-')) {
    const uint32_t hours = TwoDigits(at + 1);
    const uint32_t minutes = end - at == 6 && at[3] == ':' ? TwoDigits(at + 4) : 0;
    if (hours > 15 || minutes > 59) return false;
    east = int64_t{hours * 60 + minutes} * (*at == '-' ? -60 : 60);
    at += end - at == 6 && at[3] == ':' ? 6 : 3;
  } else {
    named = false;
  }
  if (at != end) return false;
  const int64_t seconds = days * 86'400 + (hour * 60 + minute) * 60 + second;
  if (with_zone && !named && zone != nullptr) {
    east = zone->OffsetOfLocal(seconds * kMicrosPerSecond);
  }
  *micros = (seconds - (with_zone ? east : 0)) * kMicrosPerSecond + fraction;
  return true;
}

[[gnu::cold]] Failure Refused(DateTimeIssue issue, TypeKind kind, std::string_view text) {
  const auto out_of_range = [&](std::string_view what, std::string_view sqlstate) {
    return MakeError(ErrorCode::kInvalidInput, "{} out of range: \"{}\"", what, text)
        .WithSqlState(sqlstate);
  };
  switch (issue) {
    case DateTimeIssue::kOverflow:
      return Fail(out_of_range("date/time field value", "22008"));
    case DateTimeIssue::kMonthDayOverflow:
      return Fail(out_of_range("date/time field value", "22008")
                      .WithHint("Perhaps you need a different \"datestyle\" setting."));
    case DateTimeIssue::kZoneOverflow:
      return Fail(out_of_range("time zone displacement", "22009"));
    case DateTimeIssue::kRelative:
      return Fail(MakeError(ErrorCode::kUnsupported,
                            "values relative to the current time are not supported here: \"{}\"",
                            text)
                      .WithHint("Write the date or time itself, or use now() or current_date."));
    case DateTimeIssue::kZoneName:
      return Fail(
          MakeError(ErrorCode::kUnsupported, "this time zone is not supported: \"{}\"", text)
              .WithHint("Use UTC, or an offset such as +02:00."));
    default:
      // Here PostgreSQL says "timestamp", not the type's full name.
      return BadSyntax(kind == TypeKind::kTimestamp ? "timestamp" : Info(kind).name, text, "22007");
  }
}

[[gnu::cold]] Failure OutOfRange(std::string_view what, std::string_view text) {
  return Fail(MakeError(ErrorCode::kInvalidInput, "{} out of range: \"{}\"", what, text)
                  .WithSqlState("22008"));
}

// The day in fields already checked, or something outside the calendar.
int64_t DayOf(const DateTimeFields& fields) {
  return DaysFromCivil({fields.year, fields.month, fields.day});
}

}  // namespace

bool IsDateInRange(int64_t days) {
  return days >= kFirstDay && days < kEndDay;
}

bool IsTimestampInRange(Int128 micros) {
  return micros >= Int128{kFirstDay} * kMicrosPerDay && micros < kTimestampInfinity;
}

Status ParseDate(std::string_view text, int32_t* days) {
  constexpr size_t kIsoLength = 10;
  int64_t read = 0;
  if (text.size() == kIsoLength && ReadIsoDay(text.data(), &read)) [[likely]] {
    *days = static_cast<int32_t>(read);
    return {};
  }
  DateTimeFields fields;
  const auto issue = ReadDateTimeFields(text, &fields);
  if (issue != DateTimeIssue::kNone) return Refused(issue, TypeKind::kDate, text);
  switch (fields.special) {
    case DateTimeFields::Special::kInfinity:
      *days = kDateInfinity;
      return {};
    case DateTimeFields::Special::kMinusInfinity:
      *days = kDateMinusInfinity;
      return {};
    case DateTimeFields::Special::kEpoch:
      *days = 0;
      return {};
    case DateTimeFields::Special::kNone:
      break;
  }
  read = DayOf(fields);
  if (!IsDateInRange(read)) return OutOfRange("date", text);
  *days = static_cast<int32_t>(read);
  return {};
}

Status ParseTimestamp(std::string_view text, bool with_zone, const TimeZone* zone,
                      int64_t* micros) {
  if (ReadIsoTimestamp(text, with_zone, zone, micros)) [[likely]]
    return {};
  const auto kind = with_zone ? TypeKind::kTimestamptz : TypeKind::kTimestamp;
  DateTimeFields fields;
  const auto issue = ReadDateTimeFields(text, &fields);
  if (issue != DateTimeIssue::kNone) return Refused(issue, kind, text);
  switch (fields.special) {
    case DateTimeFields::Special::kInfinity:
      *micros = kTimestampInfinity;
      return {};
    case DateTimeFields::Special::kMinusInfinity:
      *micros = kTimestampMinusInfinity;
      return {};
    case DateTimeFields::Special::kEpoch:
      *micros = 0;
      return {};
    case DateTimeFields::Special::kNone:
      break;
  }
  const int64_t seconds = int64_t{fields.hour} * 3600 + int64_t{fields.minute} * 60 + fields.second;
  Int128 read = Int128{DayOf(fields)} * kMicrosPerDay + seconds * kMicrosPerSecond + fields.micros;
  if (with_zone) {
    int64_t east = fields.zone_seconds;
    const auto* of_text = fields.zone ? fields.zone.get() : zone;
    if ((fields.zone || !fields.has_offset) && of_text != nullptr && IsTimestampInRange(read)) {
      east = of_text->OffsetOfLocal(static_cast<int64_t>(read));
    }
    read -= east * kMicrosPerSecond;
  }
  if (!IsTimestampInRange(read)) return OutOfRange("timestamp", text);
  *micros = static_cast<int64_t>(read);
  return {};
}

}  // namespace firn::columnar
