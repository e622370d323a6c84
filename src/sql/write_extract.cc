#include <algorithm>
#include <array>

#include "sql/query_writer_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;

template <size_t kSize>
using Names = std::array<std::string_view, kSize>;

constexpr Names<12> kOfDays = {"year", "month",  "day",     "quarter", "week",    "dow",
                               "doy",  "isodow", "isoyear", "decade",  "century", "millennium"};
constexpr Names<2> kOfHours = {"hour", "minute"};
constexpr Names<4> kSeconds = {"second", "seconds", "milliseconds", "microseconds"};
// What only grows with time is infinite for an infinite time; the others are NULL.
constexpr Names<6> kGrowing = {"year", "isoyear", "decade", "century", "millennium", "epoch"};
constexpr Names<3> kOfZones = {"timezone", "timezone_hour", "timezone_minute"};
constexpr Names<4> kRefused = {"julian", "timezone", "timezone_hour", "timezone_minute"};

template <size_t kSize>
bool IsOneOf(std::string_view name, const Names<kSize>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string Lowered(std::string text) {
  for (auto& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

// The other words PostgreSQL has for the units; of an interval sql_interval_part reads them.
std::string UnitNamed(std::string word) {
  struct Word {
    std::string_view unit;
    std::string_view others;
  };
  constexpr std::array kWords = {
      Word{"year", " y years yr yrs "},
      Word{"month", " mon months mons "},
      Word{"day", " d days "},
      Word{"hour", " h hours hr hrs "},
      Word{"minute", " m minutes min mins "},
      Word{"second", " s seconds sec secs "},
      Word{"milliseconds", " ms millisecond msec msecs "},
      Word{"microseconds", " us microsecond usec usecs "},
      Word{"quarter", " qtr "},
      Word{"week", " w weeks "},
      Word{"decade", " dec decs decades "},
      Word{"century", " c cent centuries "},
      Word{"millennium", " mil mils millennia "},
  };
  for (const auto& [unit, others] : kWords) {
    if (others.find(" " + word + " ") != others.npos) return std::string(unit);
  }
  return word;
}

// A whole number of the engine, how many of its digits stand after the point, and how many it has
// at the most: groups of a few digits are grouped by two or four bytes.
struct Field {
  std::string sql;
  int32_t scale = 0;
  int32_t digits = 19;
};
constexpr int32_t kYearDigits = 9;
constexpr int32_t kSmallDigits = 4;

std::string PartOf(std::string_view unit, std::string_view value) {
  return fmt::format("date_part('{}', {})", unit, value);
}

Field FieldOf(std::string_view unit, const std::string& value, bool is_date) {
  if (unit == "year" || unit == "isoyear") {
    return {fmt::format("firn_year({})", PartOf(unit, value)), 0, kYearDigits};
  }
  if (unit == "decade") {
    return {fmt::format("firn_decade({})", PartOf("year", value)), 0, kYearDigits};
  }
  // A date may be of the 58,750th.
  if (unit == "century") return {PartOf(unit, value), 0, kYearDigits};
  if (IsOneOf(unit, kOfDays)) return {PartOf(unit, value), 0, kSmallDigits};
  const auto time = is_date ? fmt::format("CAST({} AS TIMESTAMP)", value) : value;
  if (IsOneOf(unit, kOfHours)) return {PartOf(unit, time), 0, kSmallDigits};
  if (unit == "epoch" && is_date) return {fmt::format("(epoch_us({}) // 1000000)", time)};
  if (unit == "epoch") return {fmt::format("epoch_us({})", time), 6};
  const int32_t scale = unit == "microseconds" ? 0 : unit == "milliseconds" ? 3 : 6;
  return {PartOf("microseconds", time), scale};
}

ValueType NumericOf(const Field& field) {
  return NumericType(field.scale == 0 ? field.digits : columnar::kMaxPrecision, field.scale);
}

std::string AsDouble(const Field& field) {
  auto sql = fmt::format("CAST({} AS DOUBLE)", field.sql);
  return field.scale == 0 ? std::move(sql) : fmt::format("({} / 1{:0<{}})", sql, "", field.scale);
}

std::string AsDecimal(const Field& field) {
  auto sql = fmt::format("CAST({} AS DECIMAL({},0))", field.sql, field.digits);
  if (field.scale == 0) return sql;
  return fmt::format("CAST(({} * CAST(0.{:0>{}} AS DECIMAL({},{}))) AS {})", sql, 1, field.scale,
                     field.scale + 1, field.scale, EngineType(NumericOf(field)));
}

// Seconds, hours, minutes of the offset, east of Greenwich.
Expr ZoneField(std::string_view unit, const std::string& moment, const std::string& zone,
               bool is_float, int location) {
  auto sql = fmt::format("sql_tz_offset({}, {})", moment, zone);
  if (unit == "timezone_hour") sql = fmt::format("({} // 3600)", sql);
  if (unit == "timezone_minute") sql = fmt::format("(({} // 60) % 60)", sql);
  const Field field{std::move(sql)};
  return {.sql = is_float ? AsDouble(field) : AsDecimal(field),
          .type = is_float ? ValueType{.tag = kFloat8} : NumericOf(field),
          .location = location};
}

}  // namespace

Result<Expr> QueryWriter::WriteIntervalField(const std::string& unit, const Expr& interval,
                                             bool is_float, int location) {
  auto sql = fmt::format("sql_interval_part('{}', {})", unit, interval.sql);
  if (is_float) sql = fmt::format("sql_num_float8({})", sql);
  return Expr{.sql = std::move(sql),
              .type = is_float ? ValueType{.tag = kFloat8} : OpenNumeric(),
              .location = location};
}

Result<Expr> QueryWriter::WriteExtract(const FunctionEntry& entry, std::vector<Expr> arguments,
                                       int location) {
  if (arguments[0].form != Expr::Form::kLiteral) {
    return Refuse(location, "the field of extract must be a constant", "Write the field itself.");
  }
  const auto unit = UnitNamed(Lowered(arguments[0].text));
  if (unit.find('\'') != unit.npos) {
    return Wrong(location, "22023", fmt::format("unit \"{}\" not recognized", unit));
  }
  const bool is_float = entry.result == "float8";
  const auto tag = arguments[1].type.tag;
  const auto& value = arguments[1].sql;
  if (tag == kInterval) return WriteIntervalField(unit, arguments[1], is_float, location);
  const bool of_days = (IsOneOf(unit, kOfDays) || unit == "epoch") && tag != kTime;
  if (tag == kDate && !is_float && !of_days) {
    return Wrong(location, "0A000", "unit \"" + unit + "\" not supported for type date",
                 "Cast the date to timestamp.");
  }
  if (tag == kTime && (IsOneOf(unit, kOfDays) || IsOneOf(unit, kRefused))) {
    return Wrong(location, "0A000",
                 fmt::format("unit \"{}\" not supported for type {}", unit, DisplayType(tag)),
                 "A time has hour, minute, second and epoch.");
  }
  if (tag == kTimestamptz && IsOneOf(unit, kOfZones)) {
    return ZoneField(unit, value, ZoneSql(), is_float, location);
  }
  if (IsOneOf(unit, kRefused)) {
    return Refuse(location, "this field is not supported: " + unit,
                  "year, quarter, month, week, day, dow, doy, hour, minute, second and epoch are.");
  }
  if (!of_days && unit != "epoch" && !IsOneOf(unit, kOfHours) && !IsOneOf(unit, kSeconds)) {
    return Wrong(location, "22023",
                 fmt::format("unit \"{}\" not recognized for type {}", unit, DisplayType(tag)));
  }
  // Of what a clock shows there.
  const bool zoned = tag == kTimestamptz && unit != "epoch";
  const auto shown = zoned ? fmt::format("sql_tz_local({}, {})", value, ZoneSql()) : value;
  const auto field = FieldOf(unit, shown, tag == kDate);
  const auto type = is_float ? ValueType{.tag = kFloat8} : NumericOf(field);
  auto sql = is_float ? AsDouble(field) : AsDecimal(field);
  if (IsOneOf(unit, kGrowing) && tag != kTime) {
    sql = fmt::format("CAST({}({}, {}) AS {})", is_float ? "firn_any_part" : "firn_finite_part",
                      value, sql, EngineType(type));
  }
  return Expr{.sql = std::move(sql), .type = type, .location = location};
}

}  // namespace firn::sql
