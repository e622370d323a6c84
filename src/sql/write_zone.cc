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
        fmt::format("unit \"{}\" not supported for type {}", name, DisplayType(value.type.tag)),
        "Use extract() for the parts of a time zone.");
  }
  const bool of_engine = std::find(kUnits.begin(), kUnits.end(), name) != kUnits.end();
  if (of_engine) unit.text = name;
  FIRN_RETURN_IF_ERROR(Coerce(unit, {.tag = kText}, CastContext::kImplicit));
  const ValueType type{.tag = TagFromName(entry.result)};
  std::string sql;
  if (type.tag == kTimestamptz) {
    sql = fmt::format("sql_tz_trunc{}({}, {}, {})", of_engine ? "_constant" : "", unit.sql,
                      value.sql, ZoneSql());
  } else if (of_engine) {
    // Compared with a constant the engine makes bounds of the two, which forget NULL and the
    // infinities. It does not look into least.
    sql = fmt::format("least(date_trunc({}, {}), NULL)", unit.sql, value.sql);
  } else {
    sql = fmt::format("sql_date_trunc({}, {})", unit.sql, value.sql);
  }
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

Result<std::vector<Expr>> QueryWriter::WriteIntervalParts(const Json& body, const Place& place) {
  constexpr std::array<std::string_view, 7> kParts = {"years", "months", "weeks", "days",
                                                      "hours", "mins",   "secs"};
  const auto& items = tree::List(body, "args");
  const int location = tree::Location(body);
  std::array<std::optional<Expr>, kParts.size()> parts;
  std::vector<Expr> written;
  bool named = false;
  for (const auto& item : items) {
    const auto node = tree::Open(item);
    if (named && !node.Is("NamedArgExpr")) {
      return Wrong(tree::FirstLocation(item), "42601",
                   "positional argument cannot follow named argument");
    }
    named = named || node.Is("NamedArgExpr");
    FIRN_TRY(auto value,
             WriteExpr(node.Is("NamedArgExpr") ? tree::At(*node.body, "arg") : item, place));
    written.push_back(value);
    const auto* const part =
        node.Is("NamedArgExpr")
            ? std::find(kParts.begin(), kParts.end(), tree::Text(*node.body, "name"))
            : kParts.begin() + std::min(written.size(), kParts.size() + 1) - 1;
    if (part == kParts.end()) return NoFunction("make_interval", written, location);
    auto& place_of = parts[static_cast<size_t>(part - kParts.begin())];
    if (place_of) return NoFunction("make_interval", written, location);
    place_of = std::move(value);
  }
  if (!named) return written;
  written.clear();
  for (auto& part : parts) {
    written.push_back(part ? *std::move(part)
                           : Expr{.sql = "CAST(0 AS INTEGER)", .type = {.tag = kInt4}});
  }
  return written;
}

Expr QueryWriter::OfClock(const Json& body, Expr moment) const {
  const auto op = tree::Text(body, "op");
  if (op == "SVFOP_LOCALTIME") {
    return {.sql = fmt::format("CAST({} AS TIME)", moment.sql),
            .type = {.tag = kTime},
            .location = moment.location};
  }
  if (op == "SVFOP_CURRENT_TIME") {
    constexpr int kAfterDate = 12;  // of 2024-07-01 12:30:00+02
    return {
        .sql = fmt::format("substring(sql_tz_text({}, {}), {})", moment.sql, ZoneSql(), kAfterDate),
        .type = {.tag = kTimetz},
        .location = moment.location};
  }
  if (!op.ends_with("_N")) return moment;
  constexpr int kDigits = 6;
  int64_t step = 1;
  for (int i = tree::Number(body, "typmod"); i < kDigits; ++i) step *= 10;
  moment.sql = fmt::format("{}((epoch_us({}) + {}) // {} * {})",
                           moment.type.tag == kTimestamptz ? "make_timestamptz" : "make_timestamp",
                           moment.sql, step / 2, step, step);
  return moment;
}

}  // namespace firn::sql
