#include <cmath>

#include "columnar/calendar.h"
#include "columnar/datetime_fields_internal.h"
#include "columnar/text_forms_internal.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

constexpr std::string_view kTime = "time";
constexpr std::string_view kTimetz = "time with time zone";
constexpr int32_t kZoneEnd = 16 * 3600;  // seconds; MAX_TZDISP_HOUR of PostgreSQL

constexpr size_t kClockDigits = 6;  // 103000

struct TimeOfDay {
  int64_t micros = 0;
  int32_t east = 0;  // seconds
  bool has_offset = false;
};

[[gnu::cold]] Failure OutOfRange(std::string_view what, std::string_view text,
                                 std::string_view state) {
  return Fail(MakeError(ErrorCode::kInvalidInput, "{} out of range: \"{}\"", what, text)
                  .WithSqlState(state));
}

[[gnu::cold]] Failure Refused(DateTimeIssue issue, std::string_view type, std::string_view text) {
  switch (issue) {
    case DateTimeIssue::kOverflow:
    case DateTimeIssue::kMonthDayOverflow:
      return OutOfRange("date/time field value", text, "22008");
    case DateTimeIssue::kZoneOverflow:
      return OutOfRange("time zone displacement", text, "22009");
    case DateTimeIssue::kRelative:
      return Fail(MakeError(ErrorCode::kUnsupported,
                            "values relative to the current time are not supported here: \"{}\"",
                            text)
                      .WithHint("Write the time itself, or use localtime."));
    case DateTimeIssue::kZoneName:
      return Fail(
          MakeError(ErrorCode::kUnsupported, "this time zone is not supported: \"{}\"", text)
              .WithHint("Use UTC, or an offset such as +02:00."));
    default:
      return BadSyntax(type, text, "22007");
  }
}

// 2020-02-29T12:30: a T with digits on both sides.
bool HasDateAndT(std::string_view text) {
  const auto digit = [&](size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    if ((text[i] == 'T' || text[i] == 't') && digit(i - 1) && digit(i + 1)) return true;
  }
  return false;
}

Status ReadTimeOfDay(std::string_view text, std::string_view type, TimeOfDay* read) {
  DateTimeFields fields;
  // The fields are those of a day's time: any day will do, unless the text has its own.
  const std::string dated = "2000-01-01 " + std::string(text);
  auto issue = ReadDateTimeFields(dated, &fields);
  if (issue == DateTimeIssue::kBadFormat) issue = ReadDateTimeFields(text, &fields);
  if (issue == DateTimeIssue::kNone &&
      (!fields.has_time || fields.special != DateTimeFields::Special::kNone)) {
    issue = DateTimeIssue::kBadFormat;
  }
  // PostgreSQL looks at a date here only beside a time, and has no T between the two.
  const bool no_clock =
      text.find(':') == text.npos && (text.find('-') != text.npos || text.size() > kClockDigits);
  const bool overflow =
      issue == DateTimeIssue::kOverflow || issue == DateTimeIssue::kMonthDayOverflow;
  if ((overflow && no_clock) || HasDateAndT(text)) issue = DateTimeIssue::kBadFormat;
  if (issue != DateTimeIssue::kNone) return Refused(issue, type, text);
  const int64_t seconds = (int64_t{fields.hour} * 60 + fields.minute) * 60 + fields.second;
  read->micros = seconds * kMicrosPerSecond + fields.micros;
  read->east = fields.zone_seconds;
  read->has_offset = fields.has_offset;
  // What such a zone is apart from UTC depends on the day.
  if (fields.zone != nullptr) {
    const bool dated_itself =
        text.front() >= '0' && text.front() <= '9' && text.find_first_of("-/.") < text.find(':');
    if (type == kTimetz) return Refused(DateTimeIssue::kZoneName, type, text);
    if (!dated_itself) return Refused(DateTimeIssue::kBadFormat, type, text);
  }
  return {};
}

void AppendZone(int32_t east, std::string& out) {
  const int32_t size = std::abs(east);
  fmt::format_to(std::back_inserter(out), "{}{:02}", east < 0 ? '-' : '+', size / 3600);
  if (size % 3600 != 0) fmt::format_to(std::back_inserter(out), ":{:02}", size / 60 % 60);
  if (size % 60 != 0) fmt::format_to(std::back_inserter(out), ":{:02}", size % 60);
}

void Compose(const TimeOfDay& time, std::string* out) {
  out->clear();
  AppendTime(time.micros, *out);
  AppendZone(time.east, *out);
}

}  // namespace

Status ParseTime(std::string_view text, int64_t* micros) {
  TimeOfDay read;
  FIRN_RETURN_IF_ERROR(ReadTimeOfDay(text, kTime, &read));
  *micros = read.micros;
  return {};
}

Status ReadTime(std::string_view bytes, int64_t* micros) {
  if (bytes.size() != sizeof(int64_t)) return WrongLength(bytes.size(), sizeof(int64_t));
  *micros = BigEndianAt<int64_t>(bytes, 0);
  if (*micros >= 0 && *micros <= kMicrosPerDay) return {};
  return Fail(MakeError(ErrorCode::kInvalidInput, "time out of range").WithSqlState("22008"));
}

Status TimetzText(std::string_view text, std::string* out) {
  TimeOfDay read;
  FIRN_RETURN_IF_ERROR(ReadTimeOfDay(text, kTimetz, &read));
  Compose(read, out);
  return {};
}

Status ZonedTimetzText(std::string_view text, std::string* out) {
  TimeOfDay read;
  FIRN_RETURN_IF_ERROR(ReadTimeOfDay(text, kTimetz, &read));
  if (!read.has_offset) {
    return Fail(MakeError(ErrorCode::kUnsupported,
                          "a time with time zone needs its offset here: \"{}\"", text)
                    .WithSqlState("0A000")
                    .WithHint("Write it, as in 12:30:00+02, or SET TimeZone = 'UTC'."));
  }
  Compose(read, out);
  return {};
}

Status TimetzTextFromBinary(std::string_view bytes, std::string* out) {
  constexpr size_t kBytes = 12;
  if (bytes.size() != kBytes) return WrongLength(bytes.size(), kBytes);
  TimeOfDay read;
  FIRN_RETURN_IF_ERROR(ReadTime(bytes.substr(0, sizeof(int64_t)), &read.micros));
  const auto west = BigEndianAt<int32_t>(bytes, sizeof(int64_t));
  if (west <= -kZoneEnd || west >= kZoneEnd) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "time zone displacement out of range")
                    .WithSqlState("22009"));
  }
  read.east = -west;
  Compose(read, out);
  return {};
}

void AppendTimetzBinary(std::string_view canonical, std::string& out) {
  TimeOfDay read;
  FIRN_CHECK(ReadTimeOfDay(canonical, kTimetz, &read).has_value());
  AppendBigEndian(static_cast<uint64_t>(read.micros), out);
  AppendBigEndian(static_cast<uint32_t>(-read.east), out);
}

}  // namespace firn::columnar
