#include <algorithm>
#include <array>

#include "columnar/time_zone.h"
#include "sql/ident.h"
#include "sql/query_writer_internal.h"

namespace firn::sql {

using enum TypeTag;

// Units that are constants are checked here, and left to the engine where it has them.
Result<Expr> QueryWriter::WriteDateTrunc(const FunctionEntry& entry, std::vector<Expr> arguments,
                                         int location) {
  constexpr std::array<std::string_view, 11> kUnits = {
      "microseconds", "milliseconds", "second",  "minute", "hour",  "day",
      "week",         "month",        "quarter", "year",   "decade"};
  auto& unit = arguments.front();
  const auto& value = arguments.back();
  const bool constant = unit.form == Expr::Form::kLiteral;
  auto name = constant ? unit.text : std::string();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (name.starts_with("timezone")) {
    return Wrong(
        unit.location, "0A000",
        fmt::format("unit \"{}\" not supported for type {}", name, DisplayType(value.type.tag)));
  }
  const bool of_engine = std::find(kUnits.begin(), kUnits.end(), name) != kUnits.end();
  if (of_engine) unit.text = name;
  FIRN_RETURN_IF_ERROR(Coerce(unit, {.tag = kText}, CastContext::kImplicit));
  const ValueType type{.tag = TagFromName(entry.result)};
  auto sql = type.tag == kTimestamptz
                 ? fmt::format("sql_tz_trunc{}({}, {}, {})", of_engine ? "_constant" : "", unit.sql,
                               value.sql, ZoneSql())
                 : fmt::format("{}({}, {})", of_engine ? "date_trunc" : "sql_date_trunc", unit.sql,
                               value.sql);
  return Expr{.sql = std::move(sql), .type = type, .location = location};
}

Result<Expr> QueryWriter::WriteAtZone(const FunctionEntry& entry, std::vector<Expr> arguments,
                                      int location) {
  auto& zone = arguments.front();
  // A name that is one cannot fail, so that the engine may compute ahead.
  const bool sure = zone.form == Expr::Form::kLiteral && zone.text.find('/') != zone.text.npos &&
                    columnar::TimeZone::Find(zone.text).has_value();
  const bool utc = zone.form == Expr::Form::kLiteral && zone.text == "UTC";
  FIRN_RETURN_IF_ERROR(Coerce(zone, {.tag = kText}, CastContext::kImplicit));
  const ValueType type{.tag = TagFromName(entry.result)};
  return Expr{.sql = fmt::format("sql_tz_{}{}({}, {})", type.tag == kTimestamp ? "local" : "moment",
                                 sure || utc ? "" : "_at", arguments.back().sql, zone.sql),
              .type = type,
              .location = location};
}

}  // namespace firn::sql
