// to_date and to_timestamp.
#include <algorithm>
#include <optional>

#include "sql/functions/bodies.h"
#include "sql/functions/time_format.h"

namespace firn::sql {
namespace {

using time_format::Piece;
using time_format::Template;

bool IsSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsSeparator(char c) {
  return c > 0x20 && c < 0x7F && !IsDigit(c) && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z');
}
char Lower(char c) {
  return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
}
bool StartsWithName(std::string_view text, std::string_view name) {
  return text.size() >= name.size() &&
         std::equal(name.begin(), name.end(), text.begin(),
                    [](char a, char b) { return Lower(a) == Lower(b); });
}

Failure BadTime(std::string message) {
  return Refused("22007", std::move(message));
}

/// What the fields said (TmFromChar of PostgreSQL).
struct Said {
  int hour = 0;
  bool twelve = false;
  bool pm = false;
  int minute = 0;
  int second = 0;
  int seconds_of_day = 0;
  int millis = 0;  // both add up
  int micros = 0;
  int weekday = 0;
  int day = 0;
  int day_of_year = 0;
  int month = 0;
  int year = 0;
  bool before_christ = false;
  int iso_week = 0;
  int week = 0;
  int week_of_month = 0;
  int century = 0;
  int julian = 0;
  int year_digits = 0;
  bool has_zone = false;
  int zone_sign = 1;
  int zone_hours = 0;
  int zone_minutes = 0;
  enum class Calendar : uint8_t { kAny, kGregorian, kIso } calendar = Calendar::kAny;
};

class Reader {
 public:
  Reader(std::string_view text, const Template& form) : text_(text), form_(form) {}

  Result<Said> Run() {
    int extra = 0;
    const auto& pieces = form_.pieces;
    for (size_t i = 0; i < pieces.size() && !text_.empty(); ++i) {
      const auto& piece = pieces[i];
      const bool field = piece.kind == Piece::Kind::kField;
      if (!form_.exact && (i == 0 || field)) extra += SkipSpaces();
      if (text_.empty()) break;
      if (piece.kind == Piece::Kind::kSeparator) {
        if (form_.exact) {
          text_.remove_prefix(1);
        } else {
          --extra;
          if (IsSpace(text_.front()) || IsSeparator(text_.front())) {
            text_.remove_prefix(1);
            ++extra;
          }
        }
        continue;
      }
      if (!field) {
        if (!form_.exact && extra > 0) {
          --extra;
        } else {
          text_.remove_prefix(1);
        }
        continue;
      }
      next_separates_ =
          i + 1 >= pieces.size() || pieces[i + 1].kind == Piece::Kind::kSeparator ||
          (pieces[i + 1].kind == Piece::Kind::kCharacter && !IsDigit(pieces[i + 1].text.front()));
      FIRN_RETURN_IF_ERROR(Field(piece));
      if (!form_.exact) extra = SkipSpaces();
    }
    return said_;
  }

 private:
  int SkipSpaces() {
    int skipped = 0;
    while (!text_.empty() && IsSpace(text_.front())) {
      text_.remove_prefix(1);
      ++skipped;
    }
    return skipped;
  }

  Status Set(int& into, int value, const Piece& piece) {
    if (into != 0 && into != value) {
      return BadTime(
          fmt::format("conflicting values for \"{}\" field in formatting string", piece.text));
    }
    into = value;
    return {};
  }

  // from_char_parse_int_len: at most `width` digits, or all there are.
  Result<int> Number(const Piece& piece, size_t width, size_t* used = nullptr) {
    SkipSpaces();
    const bool all = piece.fill_mode || next_separates_;
    size_t at = 0;
    const size_t limit = all ? text_.size() : std::min(width, text_.size());
    if (at < limit && (text_[at] == '-' || text_[at] == '+')) ++at;
    const size_t first = at;
    int64_t value = 0;
    while (at < limit && IsDigit(text_[at])) {
      value = value * 10 + (text_[at++] - '0');
      if (value > INT32_MAX) {
        return Refused(
            "22008", fmt::format("value for \"{}\" in source string is out of range", piece.text));
      }
    }
    if (at == first) {
      return BadTime(
          fmt::format("invalid value \"{}\" for \"{}\"", text_.substr(0, width), piece.text));
    }
    if (!all && at < width) {
      if (text_.size() < width) {
        return BadTime(
            fmt::format("source string too short for \"{}\" formatting field", piece.text));
      }
      return BadTime(
          fmt::format("invalid value \"{}\" for \"{}\"", text_.substr(0, width), piece.text));
    }
    if (text_[0] == '-') value = -value;
    if (used != nullptr) *used = at;
    text_.remove_prefix(at);
    return static_cast<int>(value);
  }

  template <size_t kCount>
  Result<int> Name(const Piece& piece, const std::string_view (&names)[kCount], size_t shortest) {
    for (size_t i = 0; i < kCount; ++i) {
      const auto name = shortest == 0 ? names[i] : names[i].substr(0, shortest);
      if (!StartsWithName(text_, name)) continue;
      text_.remove_prefix(name.size());
      return static_cast<int>(i);
    }
    auto shown = text_.substr(0, text_.find_first_of(" ,.-/:"));
    return BadTime(fmt::format("invalid value \"{}\" for \"{}\"", shown, piece.text));
  }

  Status Calendar(Said::Calendar calendar) {
    if (said_.calendar != Said::Calendar::kAny && said_.calendar != calendar) {
      return Fail(
          MakeError(ErrorCode::kInvalidInput, "invalid combination of date conventions")
              .WithSqlState("22007")
              .WithHint(
                  "Do not mix Gregorian and ISO week date conventions in a formatting template."));
    }
    said_.calendar = calendar;
    return {};
  }

  void Ordinal(const Piece& piece) {
    if (piece.ordinal > 0) text_.remove_prefix(std::min<size_t>(2, text_.size()));
  }

  Status Plain(const Piece& piece, int& into, size_t width) {
    FIRN_TRY(const int value, Number(piece, width));
    FIRN_RETURN_IF_ERROR(Set(into, value, piece));
    Ordinal(piece);
    return {};
  }

  Status Fraction(const Piece& piece, size_t width) {
    size_t used = 0;
    FIRN_TRY(int value, Number(piece, width, &used));
    const bool millis = piece.field == "MS";
    const size_t digits = millis ? 3 : 6;
    for (size_t i = used; i < digits; ++i) value *= 10;
    for (size_t i = digits; i < used; ++i) value /= 10;
    return Set(millis ? said_.millis : said_.micros, value, piece);
  }

  Status Year(const Piece& piece) {
    const auto digits = piece.field == "Y,YYY" ? 4 : piece.field.size();
    if (piece.field == "Y,YYY") {
      const auto comma = text_.find(',');
      if (comma == text_.npos) return BadTime("invalid input string for \"Y,YYY\"");
      int year = 0;
      size_t at = 0;
      for (; at < text_.size() && (IsDigit(text_[at]) || text_[at] == ','); ++at) {
        if (text_[at] != ',') year = year * 10 + (text_[at] - '0');
      }
      text_.remove_prefix(at);
      said_.year_digits = 4;
      return Set(said_.year, year, piece);
    }
    size_t used = 0;
    FIRN_TRY(int year, Number(piece, digits, &used));
    if (used < 4 && digits < 4) {
      // The nearest to 2020.
      if (year < 70)
        year += 2000;
      else if (year < 100)
        year += 1900;
      else if (year < 520)
        year += 2000;
      else if (year < 1000)
        year += 1000;
    }
    said_.year_digits = static_cast<int>(digits);
    FIRN_RETURN_IF_ERROR(Set(said_.year, year, piece));
    Ordinal(piece);
    return {};
  }

  Status Field(const Piece& piece) {
    const auto& f = piece.field;
    const bool iso = f.starts_with("IY") || f == "I" || f == "IW" || f == "ID" || f == "IDDD";
    const bool gregorian = f == "YYYY" || f == "YYY" || f == "YY" || f == "Y" || f == "Y,YYY" ||
                           f == "MM" || f == "MONTH" || f == "MON" || f == "RM" || f == "DD" ||
                           f == "DDD" || f == "D" || f == "WW" || f == "W";
    if (iso) FIRN_RETURN_IF_ERROR(Calendar(Said::Calendar::kIso));
    if (gregorian) FIRN_RETURN_IF_ERROR(Calendar(Said::Calendar::kGregorian));
    if (f == "HH" || f == "HH12") {
      said_.twelve = true;
      return Plain(piece, said_.hour, 2);
    }
    if (f == "HH24") return Plain(piece, said_.hour, 2);
    if (f == "MI") return Plain(piece, said_.minute, 2);
    if (f == "SS") return Plain(piece, said_.second, 2);
    if (f.starts_with("SSSS")) return Plain(piece, said_.seconds_of_day, 5);
    if (f == "MS") return Fraction(piece, 3);
    if (f == "US") return Fraction(piece, 6);
    if (f.starts_with("FF")) return Fraction(piece, static_cast<size_t>(f[2] - '0'));
    if (f == "AM" || f == "PM" || f == "A.M." || f == "P.M.") return Half(piece);
    if (f == "BC" || f == "AD" || f == "B.C." || f == "A.D.") return Era(piece);
    if (f == "MONTH" || f == "MON") {
      FIRN_TRY(const int month, Name(piece, time_format::kMonths, f == "MON" ? 3 : 0));
      return Set(said_.month, month + 1, piece);
    }
    if (f == "DAY" || f == "DY") {
      FIRN_TRY(const int day, Name(piece, time_format::kDays, f == "DY" ? 3 : 0));
      said_.weekday = day + 1;
      return {};
    }
    if (f == "MM") return Plain(piece, said_.month, 2);
    if (f == "DD") return Plain(piece, said_.day, 2);
    if (f == "DDD" || f == "IDDD") return Plain(piece, said_.day_of_year, 3);
    if (f == "D") return Plain(piece, said_.weekday, 1);
    if (f == "ID") {  // from Monday; kept as from Sunday
      FIRN_TRY(const int day, Number(piece, 1));
      Ordinal(piece);
      return Set(said_.weekday, day + 1 > 7 ? 1 : day + 1, piece);
    }
    if (f == "WW") return Plain(piece, said_.week, 2);
    if (f == "IW") return Plain(piece, said_.iso_week, 2);
    if (f == "W") return Plain(piece, said_.week_of_month, 1);
    if (f == "CC") return Plain(piece, said_.century, 2);
    if (f == "J") {
      FIRN_TRY(said_.julian, Number(piece, 20));
      return {};
    }
    if (f == "RM") return RomanMonth(piece);
    if (f == "Q") {
      FIRN_TRY(const int ignored, Number(piece, 1));
      (void)ignored;
      return {};
    }
    if (f == "TZ" || f == "OF") {
      return Fail(MakeError(ErrorCode::kUnsupported,
                            "formatting field \"{}\" is only supported in to_char", piece.text)
                      .WithHint("Cast the text to timestamptz."));
    }
    if (f == "TZH" || f == "TZM") return Zone(piece);
    if (f == "IYYY" || f == "IYY" || f == "IY" || f == "I") {
      auto as_year = piece;
      as_year.field = f.size() == 4 ? "YYYY" : f.size() == 3 ? "YYY" : f.size() == 2 ? "YY" : "Y";
      return Year(as_year);
    }
    return Year(piece);
  }

  Status Half(const Piece& piece) {
    for (const std::string_view name : {"a.m.", "p.m.", "am", "pm"}) {
      if (!StartsWithName(text_, name)) continue;
      said_.pm = name.front() == 'p';
      said_.twelve = true;
      text_.remove_prefix(name.size());
      return {};
    }
    return BadTime(fmt::format("invalid value \"{}\" for \"{}\"", text_.substr(0, 2), piece.text));
  }
  Status Era(const Piece& piece) {
    for (const std::string_view name : {"b.c.", "a.d.", "bc", "ad"}) {
      if (!StartsWithName(text_, name)) continue;
      said_.before_christ = name.front() == 'b';
      text_.remove_prefix(name.size());
      return {};
    }
    return BadTime(fmt::format("invalid value \"{}\" for \"{}\"", text_.substr(0, 2), piece.text));
  }
  Status RomanMonth(const Piece& piece) {
    size_t best = 12;
    for (size_t i = 0; i < 12; ++i) {
      const auto name = time_format::kRoman[i];
      if (StartsWithName(text_, name) &&
          (best == 12 || name.size() > time_format::kRoman[best].size()))
        best = i;
    }
    if (best == 12)
      return BadTime(fmt::format("invalid value \"{}\" for \"{}\"", text_, piece.text));
    text_.remove_prefix(time_format::kRoman[best].size());
    return Set(said_.month, static_cast<int>(best) + 1, piece);
  }
  Status Zone(const Piece& piece) {
    said_.has_zone = true;
    if (piece.field == "TZM") {
      FIRN_TRY(said_.zone_minutes, Number(piece, 2));
      return {};
    }
    if (!text_.empty() && (text_.front() == '+' || text_.front() == '-' || text_.front() == ' ')) {
      said_.zone_sign = text_.front() == '-' ? -1 : 1;
      text_.remove_prefix(1);
    }
    FIRN_TRY(said_.zone_hours, Number(piece, 2));
    return {};
  }

  std::string_view text_;
  const Template& form_;
  Said said_;
  bool next_separates_ = false;
};

Failure OutOfRange(std::string_view text) {
  return Refused("22008", fmt::format("date/time field value out of range: \"{}\"", text));
}

bool IsLeap(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

// The year as astronomers count: 0 is 1 BC. A century alone means its first year.
int YearOf(const Said& said) {
  const int century = said.before_christ ? -said.century : said.century;
  if (said.year == 0) {
    if (century == 0) return 0;
    return century > 0 ? (century - 1) * 100 + 1 : century * 100 + 1;
  }
  if (century != 0 && said.year_digits <= 2) {
    const int low = said.year % 100;
    if (low == 0) return century * 100 + (century > 0 ? 0 : 1);
    return century > 0 ? low + (century - 1) * 100 : (century + 1) * 100 - low + 1;
  }
  const int year = said.before_christ ? -said.year : said.year;
  return year < 0 ? year + 1 : year;
}

constexpr int kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
int LengthOf(int year, int month) {
  return month == 2 && IsLeap(year) ? 29 : kLengths[month - 1];
}

Result<int64_t> DayOf(const Said& said, std::string_view text) {
  if (said.julian != 0) return int64_t{said.julian} - 2440588;
  const int year = YearOf(said);
  const bool iso = said.calendar == Said::Calendar::kIso;
  const int64_t fourth = DaysOfDate(year, 1, 4);
  const int64_t monday = fourth - ((fourth + 3) % 7 + 7) % 7;
  if (iso && said.iso_week != 0) {
    const int days = said.weekday == 0 ? 0 : said.weekday > 1 ? said.weekday - 2 : 6;
    return monday + (said.iso_week - 1) * 7 + days;
  }
  int month = said.month == 0 ? 1 : said.month;
  int day = said.day == 0 ? 1 : said.day;
  if (said.week_of_month != 0) day = (said.week_of_month - 1) * 7 + 1;
  const int day_of_year = said.week != 0 ? (said.week - 1) * 7 + 1 : said.day_of_year;
  if (day_of_year != 0 && (month <= 1 || day <= 1)) {
    if (year == 0 && !said.before_christ) {
      return BadTime("cannot calculate day of year without year information");
    }
    if (iso) return monday + day_of_year - 1;
    // Only what was not said is taken from it.
    int of_year = 1;
    int before = 0;
    for (; of_year < 12 && day_of_year > before + LengthOf(year, of_year); ++of_year) {
      before += LengthOf(year, of_year);
    }
    if (day_of_year < 1 || day_of_year > (IsLeap(year) ? 366 : 365)) return OutOfRange(text);
    if (month <= 1) month = of_year;
    if (day <= 1) day = day_of_year - before;
  }
  if (month < 1 || month > 12) return OutOfRange(text);
  if (day < 1 || day > LengthOf(year, month)) return OutOfRange(text);
  return DaysOfDate(year, month, day);
}

}  // namespace

Result<ParsedTime> ParseTime(std::string_view text, std::string_view form) {
  const auto read = time_format::Read(form);
  FIRN_TRY(auto said, Reader(text, read).Run());
  ParsedTime out;
  FIRN_TRY(out.days, DayOf(said, text));
  if (said.seconds_of_day > 0) {
    said.hour = said.seconds_of_day / 3600;
    said.minute = said.seconds_of_day / 60 % 60;
    said.second = said.seconds_of_day % 60;
  }
  if (said.twelve) {
    if (said.hour < 1 || said.hour > 12) {
      return Fail(MakeError(ErrorCode::kInvalidInput,
                            "hour \"{}\" is invalid for the 12-hour clock", said.hour)
                      .WithSqlState("22007")
                      .WithHint("Use the 24-hour clock, or give an hour between 1 and 12."));
    }
    if (said.pm && said.hour < 12) said.hour += 12;
    if (!said.pm && said.hour == 12) said.hour = 0;
  }
  if (said.hour < 0 || said.hour > 24 || said.minute < 0 || said.minute > 59 || said.second < 0 ||
      said.second > 60 || (said.hour == 24 && said.minute + said.second > 0)) {
    return OutOfRange(text);
  }
  out.micros = ((int64_t{said.hour} * 60 + said.minute) * 60 + said.second) * 1000000 +
               said.millis * 1000 + said.micros;
  out.has_zone = said.has_zone;
  out.zone_minutes = said.zone_sign * (said.zone_hours * 60 + said.zone_minutes);
  return out;
}

}  // namespace firn::sql
