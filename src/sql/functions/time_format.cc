#include "sql/functions/time_format.h"

#include <algorithm>
#include <chrono>

#include "sql/functions/bodies.h"
#include "sql/functions/text_characters.h"

namespace firn::sql {
namespace time_format {

const std::string_view kMonths[12] = {"January",   "February", "March",    "April",
                                      "May",       "June",     "July",     "August",
                                      "September", "October",  "November", "December"};
const std::string_view kDays[7] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                   "Thursday", "Friday", "Saturday"};
const std::string_view kRoman[12] = {"I",   "II",   "III", "IV", "V",  "VI",
                                     "VII", "VIII", "IX",  "X",  "XI", "XII"};

namespace {

// Longer names first where one begins another. Those with letters of mixed case stand in each way
// they may be written.
constexpr std::string_view kFields[] = {
    "A.D.",  "A.M.",  "AD",   "AM",   "B.C.", "BC",  "CC",    "DAY",  "Day",   "DDD",  "DD",
    "DY",    "Dy",    "D",    "FF1",  "FF2",  "FF3", "FF4",   "FF5",  "FF6",   "HH24", "HH12",
    "HH",    "IDDD",  "ID",   "IW",   "IYYY", "IYY", "IY",    "I",    "J",     "MI",   "MM",
    "MONTH", "Month", "MON",  "Mon",  "MS",   "OF",  "P.M.",  "PM",   "Q",     "RM",   "SSSSS",
    "SSSS",  "SS",    "TZH",  "TZM",  "TZ",   "US",  "WW",    "W",    "Y,YYY", "YYYY", "YYY",
    "YY",    "Y",     "a.d.", "a.m.", "ad",   "am",  "b.c.",  "bc",   "cc",    "day",  "ddd",
    "dd",    "dy",    "d",    "ff1",  "ff2",  "ff3", "ff4",   "ff5",  "ff6",   "hh24", "hh12",
    "hh",    "iddd",  "id",   "iw",   "iyyy", "iyy", "iy",    "i",    "j",     "mi",   "mm",
    "month", "mon",   "ms",   "of",   "p.m.", "pm",  "q",     "rm",   "sssss", "ssss", "ss",
    "tzh",   "tzm",   "tz",   "us",   "ww",   "w",   "y,yyy", "yyyy", "yyy",   "yy",   "y"};

std::string Upper(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

bool IsSeparator(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7F && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') &&
         !(c >= '0' && c <= '9');
}

}  // namespace

Template Read(std::string_view form) {
  Template out;
  while (!form.empty()) {
    Piece piece;
    auto rest = form;
    // Prefixes stay in force for the field after them.
    while (true) {
      if (rest.starts_with("FM") || rest.starts_with("fm")) {
        piece.fill_mode = true;
        rest.remove_prefix(2);
      } else if (rest.starts_with("FX") || rest.starts_with("fx")) {
        out.exact = true;
        rest.remove_prefix(2);
      } else if (rest.starts_with("TM") || rest.starts_with("tm")) {
        piece.fill_mode = true;
        rest.remove_prefix(2);
      } else {
        break;
      }
    }
    const auto* field = std::find_if(std::begin(kFields), std::end(kFields),
                                     [&](std::string_view name) { return rest.starts_with(name); });
    if (field != std::end(kFields)) {
      piece.kind = Piece::Kind::kField;
      piece.text = rest.substr(0, field->size());
      piece.field = Upper(*field);
      rest.remove_prefix(field->size());
      if (rest.starts_with("TH")) piece.ordinal = 2;
      if (rest.starts_with("th")) piece.ordinal = 1;
      if (piece.ordinal > 0) rest.remove_prefix(2);
      if (rest.starts_with("SP") || rest.starts_with("sp")) rest.remove_prefix(2);
      out.pieces.push_back(std::move(piece));
      form = rest;
      continue;
    }
    form = rest;
    if (form.empty()) break;
    if (form.front() == '"') {
      form.remove_prefix(1);
      while (!form.empty() && form.front() != '"') {
        if (form.front() == '\\' && form.size() > 1) form.remove_prefix(1);
        const auto size = BytesOfCharacters(form, 1);
        out.pieces.push_back({.text = form.substr(0, size)});
        form.remove_prefix(size);
      }
      if (!form.empty()) form.remove_prefix(1);
      continue;
    }
    if (form.front() == '\\' && form.size() > 1 && form[1] == '"') form.remove_prefix(1);
    const auto size = BytesOfCharacters(form, 1);
    const bool space = form.front() == ' ' || form.front() == '\t' || form.front() == '\n';
    piece.kind =
        space || IsSeparator(form.front()) ? Piece::Kind::kSeparator : Piece::Kind::kCharacter;
    piece.text = form.substr(0, size);
    form.remove_prefix(size);
    out.pieces.push_back(std::move(piece));
  }
  return out;
}

}  // namespace time_format

namespace {

using time_format::Piece;

constexpr int64_t kDayMicros = 86400000000;

std::string InCaseOf(std::string_view written, std::string_view name) {
  std::string out(name);
  const bool upper = written.size() > 1 && written[1] >= 'A' && written[1] <= 'Z';
  const bool lower = written[0] >= 'a' && written[0] <= 'z';
  for (auto& c : out) {
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    if (lower && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

std::string_view OrdinalOf(int64_t value) {
  const int64_t two = (value < 0 ? -value : value) % 100;
  if (two > 10 && two < 20) return "th";
  switch (two % 10) {
    case 1:
      return "st";
    case 2:
      return "nd";
    case 3:
      return "rd";
    default:
      return "th";
  }
}

struct IsoDate {
  int year = 0;
  int week = 0;
  int weekday = 0;  // 1: Monday
  int day_of_year = 0;
};

IsoDate IsoOf(int64_t days) {
  const auto weekday = static_cast<int>(((days + 3) % 7 + 7) % 7);  // 0: Monday
  const int64_t thursday = days - weekday + 3;
  const int year = FieldsOfTimestamp(thursday * kDayMicros).year;
  const int64_t first = DaysOfDate(year, 1, 4);
  const auto first_weekday = ((first + 3) % 7 + 7) % 7;
  const int64_t monday = first - first_weekday;
  return {year, static_cast<int>((days - weekday - monday) / 7) + 1, weekday + 1,
          static_cast<int>(days - monday) + 1};
}

/// Writes the fields of one value.
class Writer {
 public:
  Writer(const TimeFields& fields, std::string& out) : at_(fields), out_(out) {
    if (!at_.interval) days_ = DaysOfDate(at_.year, at_.month, at_.day);
  }

  Status Write(const Piece& piece) {
    const auto& field = piece.field;
    const bool of_calendar = field == "MONTH" || field == "MON";
    if (at_.interval && of_calendar) return NotForIntervals();
    if (WriteClock(piece) || WriteNames(piece)) return {};
    if (field == "TZ") {
      if (at_.interval) return NotForIntervals();
      if (!at_.has_zone) return {};
      if (at_.zone_minutes != 0) {
        return Fail(MakeError(ErrorCode::kUnsupported,
                              "the name of a time zone in to_char() is supported for UTC only")
                        .WithHint("Use OF, the offset, or set TimeZone to UTC."));
      }
      out_ += piece.text.front() == 't' ? "utc" : "UTC";
      return {};
    }
    if (field == "OF" || field == "TZH" || field == "TZM") {
      if (at_.interval) return NotForIntervals();
      const int minutes = std::abs(at_.zone_minutes);
      const char* sign = at_.zone_minutes < 0 ? "-" : "+";
      if (field == "TZM") {
        out_ += fmt::format("{:02}", minutes % 60);
      } else {
        out_ += fmt::format("{}{:02}", sign, minutes / 60);
        if (field == "OF" && minutes % 60 != 0) out_ += fmt::format(":{:02}", minutes % 60);
      }
      return {};
    }
    if (at_.interval &&
        (field == "D" || field == "ID" || field.starts_with("IDDD") || field == "DAY" ||
         field == "DY" || field == "IW" || field.starts_with("IY") || field == "I" ||
         field == "BC" || field == "AD")) {
      return NotForIntervals();
    }
    WriteCalendar(piece);
    return {};
  }

 private:
  static Failure NotForIntervals() {
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "invalid format specification for an interval value")
            .WithSqlState("22007")
            .WithHint("Intervals are not tied to specific calendar dates."));
  }

  void Number(const Piece& piece, int64_t value, int width) {
    if (piece.fill_mode) width = 0;
    // Where the sign takes one of the places is as PostgreSQL has it.
    const bool counts_sign = piece.field == "DD" || piece.field == "DDD";
    const int places = width + (value < 0 && !counts_sign ? 1 : 0);
    out_ += fmt::format("{:0{}}", value, places > 0 ? places : 1);
    if (piece.ordinal > 0) {
      const auto suffix = OrdinalOf(value);
      out_ += piece.ordinal == 2 ? InCaseOf("TH", suffix) : std::string(suffix);
    }
  }

  bool WriteClock(const Piece& piece) {
    const auto& field = piece.field;
    if (field == "HH24") {
      Number(piece, at_.hour, 2);
    } else if (field == "HH12" || field == "HH") {
      const int64_t hour = at_.hour % 12;
      Number(piece, hour == 0 ? 12 : hour, 2);
    } else if (field == "MI") {
      Number(piece, at_.minute, 2);
    } else if (field == "SS") {
      Number(piece, at_.second, 2);
    } else if (field == "MS") {
      Number(piece, at_.micros / 1000, 3);
    } else if (field == "US") {
      Number(piece, at_.micros, 6);
    } else if (field.starts_with("FF")) {
      const int digits = field[2] - '0';
      int64_t value = at_.micros;
      for (int i = digits; i < 6; ++i) value /= 10;
      out_ += fmt::format("{:0{}}", value, digits);
    } else if (field.starts_with("SSSS")) {
      Number(piece, at_.hour * 3600 + at_.minute * 60 + at_.second, 1);
    } else if (field == "AM" || field == "PM" || field == "A.M." || field == "P.M.") {
      const bool pm = at_.hour % 24 >= 12;
      const bool dots = field.size() > 2;
      const std::string_view name = dots ? pm ? "P.M." : "A.M." : pm ? "PM" : "AM";
      out_ += piece.text.front() >= 'a' ? InCaseOf("aa", name) : std::string(name);
    } else {
      return false;
    }
    return true;
  }

  void Named(const Piece& piece, std::string_view name, size_t width) {
    auto text = InCaseOf(piece.text, name);
    if (!piece.fill_mode && text.size() < width) text.append(width - text.size(), ' ');
    out_ += text;
  }

  bool WriteNames(const Piece& piece) {
    const auto& field = piece.field;
    const bool month = field == "MONTH" || field == "MON" || field == "RM";
    if (month) {
      if (at_.month < 1) return true;
      const auto index = static_cast<size_t>(at_.month - 1);
      if (field == "RM") {
        Named(piece, time_format::kRoman[index], 4);
      } else if (field == "MONTH") {
        Named(piece, time_format::kMonths[index], 9);
      } else {
        Named(piece, time_format::kMonths[index].substr(0, 3), 0);
      }
      return true;
    }
    if (at_.interval) return false;
    const auto weekday = static_cast<size_t>(((days_ + 4) % 7 + 7) % 7);
    if (field == "DAY") {
      Named(piece, time_format::kDays[weekday], 9);
    } else if (field == "DY") {
      Named(piece, time_format::kDays[weekday].substr(0, 3), 0);
    } else if (field == "AD" || field == "BC" || field == "A.D." || field == "B.C.") {
      const bool dots = field.size() > 2;
      const std::string_view name = at_.year <= 0 ? dots ? "B.C." : "BC" : dots ? "A.D." : "AD";
      out_ += piece.text.front() >= 'a' ? InCaseOf("aa", name) : std::string(name);
    } else {
      return false;
    }
    return true;
  }

  void WriteCalendar(const Piece& piece) {
    const auto& field = piece.field;
    const auto shown = [&](int year) { return at_.interval ? year : year > 0 ? year : 1 - year; };
    const int64_t first = at_.interval ? 0 : DaysOfDate(at_.year, 1, 1);
    const auto day_of_year = static_cast<int>(days_ - first) + 1;
    const auto last_digits = [&](int year, size_t digits) {
      int limit = 1;
      for (size_t i = 0; i < digits; ++i) limit *= 10;
      Number(piece, shown(year) % limit, static_cast<int>(digits));
    };
    if (field == "YYYY") {
      Number(piece, shown(at_.year), 4);
    } else if (field == "Y,YYY") {
      const int thousands = shown(at_.year) / 1000;
      out_ += fmt::format("{},{:03}", thousands, shown(at_.year) - thousands * 1000);
      if (piece.ordinal > 0) out_ += OrdinalOf(shown(at_.year));
    } else if (field == "YYY" || field == "YY" || field == "Y") {
      last_digits(at_.year, field.size());
    } else if (field == "IYYY") {
      Number(piece, shown(IsoOf(days_).year), 4);
    } else if (field == "IYY" || field == "IY" || field == "I") {
      last_digits(IsoOf(days_).year, field.size());
    } else if (field == "MM") {
      Number(piece, at_.month, 2);
    } else if (field == "DD") {
      Number(piece, at_.day, 2);
    } else if (field == "DDD") {
      Number(piece, at_.interval ? at_.year * 360 + at_.month * 30 + at_.day : day_of_year, 3);
    } else if (field == "IDDD") {
      Number(piece, IsoOf(days_).day_of_year, 3);
    } else if (field == "D") {
      Number(piece, ((days_ + 4) % 7 + 7) % 7 + 1, 1);
    } else if (field == "ID") {
      Number(piece, IsoOf(days_).weekday, 1);
    } else if (field == "WW") {
      Number(piece, (day_of_year - 1) / 7 + 1, 2);
    } else if (field == "IW") {
      Number(piece, IsoOf(days_).week, 2);
    } else if (field == "W") {
      Number(piece, (at_.day - 1) / 7 + 1, 1);
    } else if (field == "Q") {
      if (at_.month > 0) Number(piece, (at_.month - 1) / 3 + 1, 1);
    } else if (field == "J") {
      constexpr int64_t kEpochJulian = 2440588;
      Number(piece, days_ + kEpochJulian, 1);
    } else if (field == "CC") {
      const int year = at_.year;
      const int century = at_.interval ? year / 100
                          : year > 0   ? (year - 1) / 100 + 1
                                       : year / 100 - 1;
      Number(piece, century, century <= 99 && century >= -99 ? 2 : 0);
    }
  }

  const TimeFields& at_;
  std::string& out_;
  int64_t days_ = 0;
};

}  // namespace

TimeFields FieldsOfTimestamp(int64_t micros) {
  int64_t days = micros / kDayMicros;
  int64_t rest = micros % kDayMicros;
  if (rest < 0) {
    rest += kDayMicros;
    --days;
  }
  TimeFields fields;
  // chrono's year has 16 bits: count whole cycles of 400 years apart.
  constexpr int64_t kCycleDays = 146097;
  int64_t cycles = days / kCycleDays;
  int64_t within = days % kCycleDays;
  if (within < 0) {
    within += kCycleDays;
    --cycles;
  }
  const std::chrono::year_month_day near{std::chrono::sys_days(std::chrono::days(within))};
  fields.year = static_cast<int>(near.year()) + static_cast<int>(cycles * 400);
  fields.month = static_cast<int>(static_cast<unsigned>(near.month()));
  fields.day = static_cast<int>(static_cast<unsigned>(near.day()));
  fields.hour = rest / 3600000000;
  fields.minute = static_cast<int>(rest / 60000000 % 60);
  fields.second = static_cast<int>(rest / 1000000 % 60);
  fields.micros = static_cast<int>(rest % 1000000);
  return fields;
}

int64_t DaysOfDate(int year, int month, int day) {
  // Civil days, as every textbook counts them: years begin in March.
  const int64_t y = int64_t{year} - (month <= 2 ? 1 : 0);
  const int64_t era = (y >= 0 ? y : y - 399) / 400;
  const int64_t of_era = y - era * 400;
  const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

Result<std::string> FormatTime(std::string_view form, const TimeFields& fields) {
  const auto read = time_format::Read(form);
  std::string out;
  Writer writer(fields, out);
  for (const auto& piece : read.pieces) {
    if (piece.kind != Piece::Kind::kField) {
      out += piece.text;
      continue;
    }
    FIRN_RETURN_IF_ERROR(writer.Write(piece));
  }
  return out;
}

}  // namespace firn::sql
