// sql: the templates of to_char, to_date and to_timestamp, as formatting.c of PostgreSQL 15 reads
// them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::sql {

/// A point in time in its parts, or an interval's parts.
struct TimeFields {
  bool interval = false;
  int year = 0;  // 0 is 1 BC
  int month = 0;
  int day = 0;
  int64_t hour = 0;
  int minute = 0;
  int second = 0;
  int micros = 0;
  int zone_minutes = 0;  // east of UTC
  bool has_zone = false;
};

TimeFields FieldsOfTimestamp(int64_t micros);
int64_t DaysOfDate(int year, int month, int day);

/// Errors: 22007 for what an interval does not have; 0A000 for the names of zones but UTC.
Result<std::string> FormatTime(std::string_view form, const TimeFields& fields);

/// What a text says by a template: a timestamp in its own zone.
struct ParsedTime {
  int64_t days = 0;    // since 1970-01-01
  int64_t micros = 0;  // of the day
  bool has_zone = false;
  int zone_minutes = 0;
};
/// Errors: 22007, 22008.
Result<ParsedTime> ParseTime(std::string_view text, std::string_view form);

namespace time_format {

/// One piece of a template.
struct Piece {
  enum class Kind : uint8_t { kField, kSeparator, kCharacter };
  Kind kind = Kind::kCharacter;
  std::string_view text;   // the field as it is written, or the character
  std::string field;       // upper case: "HH24"
  bool fill_mode = false;  // FM
  int ordinal = 0;         // 0, 1: th, 2: TH
};
struct Template {
  std::vector<Piece> pieces;
  bool exact = false;  // FX
};
Template Read(std::string_view form);
extern const std::string_view kMonths[12];
extern const std::string_view kDays[7];  // from Sunday
extern const std::string_view kRoman[12];

}  // namespace time_format
}  // namespace firn::sql
