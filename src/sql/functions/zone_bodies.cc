// Moments and what clocks show in a zone, as timestamp.c of PostgreSQL 15 has it. The engine's own
// arithmetic of timestamptz goes by the clock, and reads what comes twice in autumn as the first.
//
// The last argument is a zone's name. What ends in _constant is the same function where the
// interval or the unit is a constant: it fails beside no value that a table holds, and the engine
// may compute it ahead and tell scans.
#include <algorithm>
#include <limits>

#include <arrow/api.h>

#include "columnar/calendar.h"
#include "columnar/time_zone.h"
#include "columnar/value_writer.h"
#include "sql/functions/zone_bodies.h"

namespace firn::sql {
namespace {

using columnar::kMicrosPerDay;
using columnar::kMicrosPerSecond;
using columnar::TimeZone;
using engine::Date;
using engine::Interval;
using engine::Scalar;
using engine::Timestamp;
using engine::Timestamptz;

constexpr int64_t kInfinity = columnar::kTimestampInfinity;
/// 4714-11-24 BC, the first of PostgreSQL's; the last is above what an int64 has.
constexpr int64_t kFirst = -210'866'803'200'000'000;

Failure OutOfRange() {
  return Refused("22008", "timestamp out of range");
}

bool IsFinite(int64_t micros) {
  return micros != kInfinity && micros != -kInfinity &&
         micros != std::numeric_limits<int64_t>::min();
}

int64_t FloorDays(int64_t micros) {
  return micros / kMicrosPerDay - (micros % kMicrosPerDay < 0 ? 1 : 0);
}

/// Zones that are abbreviations first, which know no summer, by what the database calls the same.
constexpr std::pair<std::string_view, std::string_view> kAbbreviations[] = {
    {"cet", "Etc/GMT-1"}, {"met", "Etc/GMT-1"}, {"eet", "Etc/GMT-2"}, {"wet", "Etc/GMT"},
    {"est", "Etc/GMT+5"}, {"mst", "Etc/GMT+7"}, {"hst", "Etc/GMT+10"}};

/// Whether PostgreSQL may have this as an abbreviation: nearly all end in T, for time.
bool IsAbbreviation(std::string_view lower) {
  constexpr std::string_view kOthers[] = {"z", "bra", "mez", "mesz", "msd", "msk"};
  constexpr size_t kLongest = 6;
  if (std::find(std::begin(kOthers), std::end(kOthers), lower) != std::end(kOthers)) return true;
  return lower.size() <= kLongest && lower.ends_with('t') &&
         std::all_of(lower.begin(), lower.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

/// A zone as AT TIME ZONE names it.
Result<std::shared_ptr<const TimeZone>> FindNamed(std::string_view name) {
  std::string lower(name);
  for (auto& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  for (const auto& [abbreviation, same] : kAbbreviations) {
    if (lower == abbreviation) return TimeZone::Find(same);
  }
  // Hours alone are those of SET: here they are POSIX's, to the west.
  const bool letters = !lower.empty() && lower.front() >= 'a' && lower.front() <= 'z';
  if (letters) {
    if (auto found = TimeZone::Find(name)) return found;
  }
  if (lower.find_first_of("0123456789") != lower.npos || IsAbbreviation(lower)) {
    return Fail(MakeError(ErrorCode::kUnsupported, "this time zone is not supported: \"{}\"", name)
                    .WithHint("Use UTC or a name such as Europe/Berlin."));
  }
  return Refused("22023", fmt::format("time zone \"{}\" not recognized", name));
}

/// A query asks for few zones, row by row. Lifetime: zones are kept for ever.
Result<const TimeZone*> ZoneOf(std::string_view name) {
  thread_local std::string known;
  thread_local std::shared_ptr<const TimeZone> zone;
  if (!zone || known != name) {
    FIRN_TRY(zone, TimeZone::Find(name));
    known = name;
  }
  return zone.get();
}
Result<const TimeZone*> NamedZone(std::string_view name) {
  thread_local std::string known;
  thread_local std::shared_ptr<const TimeZone> zone;
  if (!zone || known != name) {
    FIRN_TRY(zone, FindNamed(name));
    known = name;
  }
  return zone.get();
}

Result<int64_t> Sum(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum) || sum == kInfinity || sum < kFirst) return OutOfRange();
  return sum;
}

Result<int64_t> LocalOf(int64_t moment, const TimeZone& zone) {
  if (!IsFinite(moment)) return moment;
  return Sum(moment, zone.OffsetAt(moment) * kMicrosPerSecond);
}

Result<int64_t> MomentOf(int64_t local, const TimeZone& zone) {
  if (!IsFinite(local)) return local;
  return Sum(local, -zone.OffsetOfLocal(local) * kMicrosPerSecond);
}

/// The same clock time months later; of a month that has no such day, the last.
Result<int64_t> MonthsLater(int64_t local, int32_t months) {
  const int64_t days = FloorDays(local);
  auto civil = columnar::CivilFromDays(days);
  const int64_t counted = civil.year * 12 + (civil.month - 1) + months;
  civil.year = counted / 12 - (counted % 12 < 0 ? 1 : 0);
  civil.month = static_cast<int32_t>(counted - civil.year * 12) + 1;
  civil.day = std::min(civil.day, columnar::DaysInMonth(civil.year, civil.month));
  constexpr int64_t kYears = 300'000;  // beyond which no day is an int64 of microseconds
  if (civil.year > kYears || civil.year < -kYears) return OutOfRange();
  int64_t later = 0;
  if (__builtin_mul_overflow(columnar::DaysFromCivil(civil) - days, kMicrosPerDay, &later)) {
    return OutOfRange();
  }
  return Sum(local, later);
}

// Months and days by the clock, each read in the zone again, then the time as it passes.
Result<int64_t> Plus(int64_t moment, Interval by, const TimeZone& zone) {
  if (!IsFinite(moment)) return moment;
  if (by.months != 0) {
    FIRN_TRY(const auto local, LocalOf(moment, zone));
    FIRN_TRY(const auto later, MonthsLater(local, by.months));
    FIRN_TRY(moment, MomentOf(later, zone));
  }
  if (by.days != 0) {
    FIRN_TRY(const auto local, LocalOf(moment, zone));
    FIRN_TRY(const auto later, Sum(local, by.days * kMicrosPerDay));
    FIRN_TRY(moment, MomentOf(later, zone));
  }
  return Sum(moment, by.micros);
}

Result<Timestamptz> PlusIn(Timestamptz moment, Interval by, std::string_view name) {
  FIRN_TRY(const auto* zone, ZoneOf(name));
  FIRN_TRY(const auto micros, Plus(moment.micros, by, *zone));
  return Timestamptz{micros};
}

Result<Timestamptz> MinusIn(Timestamptz moment, Interval by, std::string_view name) {
  const Interval none;
  Interval back;
  if (__builtin_sub_overflow(none.months, by.months, &back.months) ||
      __builtin_sub_overflow(none.days, by.days, &back.days) ||
      __builtin_sub_overflow(none.micros, by.micros, &back.micros)) {
    return Refused("22008", "interval out of range");
  }
  return PlusIn(moment, back, name);
}

Result<Interval> Between(Timestamptz to, Timestamptz from) {
  if (!IsFinite(to.micros) || !IsFinite(from.micros)) {
    return Refused("22008", "cannot subtract infinite timestamps");
  }
  int64_t passed = 0;
  if (__builtin_sub_overflow(to.micros, from.micros, &passed)) {
    return Refused("22008", "interval out of range");
  }
  return Interval{.days = static_cast<int32_t>(passed / kMicrosPerDay),
                  .micros = passed % kMicrosPerDay};
}

Result<std::vector<std::optional<Timestamptz>>> Series(Timestamptz from, Timestamptz last,
                                                       Interval step, std::string_view name) {
  FIRN_TRY(const auto* zone, ZoneOf(name));
  // Compared as PostgreSQL compares intervals: with months of 30 days.
  const engine::Int128 size =
      (engine::Int128{step.months} * 30 + step.days) * kMicrosPerDay + step.micros;
  if (size == 0) return Refused("22023", "step size cannot equal zero");
  constexpr size_t kMost = 10'000'000;
  std::vector<std::optional<Timestamptz>> out;
  auto at = from.micros;
  while (size > 0 ? at <= last.micros : at >= last.micros) {
    if (!IsFinite(at) || !IsFinite(last.micros)) {
      return Fail(MakeError(ErrorCode::kUnsupported, "a series without an end is not supported")
                      .WithHint("Give generate_series() finite bounds."));
    }
    if (engine::ShouldStop()) return engine::CallStopped();
    if (out.size() == kMost) {
      return Fail(MakeError(ErrorCode::kUnsupported,
                            "a series of more than {} timestamps with time zone is not supported",
                            kMost)
                      .WithHint("Make a series of timestamp or of integers."));
    }
    out.emplace_back(Timestamptz{at});
    FIRN_TRY(at, Plus(at, step, *zone));
  }
  return out;
}

// Units below the day cut the clock's time and keep its offset, so that an hour that comes twice
// stays two; the others find the offset anew.
Result<Timestamptz> Truncated(std::string_view unit, Timestamptz moment, const TimeZone& zone) {
  FIRN_TRY(const auto local, LocalOf(moment.micros, zone));
  FIRN_TRY(const auto cut, TruncateTime(unit, Timestamp{local}, "timestamp with time zone"));
  if (!IsFinite(moment.micros)) return moment;
  if (KeepsOffset(unit)) {
    return Timestamptz{moment.micros - (local - cut.micros)};
  }
  FIRN_TRY(const auto micros, MomentOf(cut.micros, zone));
  return Timestamptz{micros};
}

/// A writer over one value that changes.
struct Written {
  explicit Written(std::shared_ptr<const TimeZone> zone) {
    const auto buffer = arrow::Buffer::Wrap(&value, 1);
    const columnar::Type type{.kind = columnar::TypeKind::kTimestamptz};
    array = std::make_shared<arrow::TimestampArray>(columnar::ArrowType(type), 1, buffer);
    columnar::TextStyle style;
    style.zone = std::move(zone);
    writer = columnar::ValueWriter::MakeText(type, *array, style);
  }
  int64_t value = 0;
  std::shared_ptr<arrow::Array> array;
  std::unique_ptr<columnar::ValueWriter> writer;
};

Result<std::string> TextIn(Timestamptz moment, std::string_view name) {
  thread_local std::string known;
  thread_local std::unique_ptr<Written> written;
  if (!written || known != name) {
    FIRN_TRY(auto zone, TimeZone::Find(name));
    written = std::make_unique<Written>(std::move(zone));
    known = name;
  }
  written->value = moment.micros;
  std::string text;
  written->writer->Append(0, text);
  return text;
}

Result<std::optional<int64_t>> OffsetIn(Timestamptz moment, std::string_view name) {
  if (!IsFinite(moment.micros)) return std::nullopt;
  FIRN_TRY(const auto* zone, ZoneOf(name));
  return int64_t{zone->OffsetAt(moment.micros)};
}

/// What fails beside no value that a table holds: the engine may compute it ahead.
engine::ScalarFunction Ahead(engine::ScalarFunction function) {
  function.may_fail = false;
  return function;
}

using FindZone = Result<const TimeZone*> (*)(std::string_view);

template <FindZone kFind>
Result<Timestamp> ShownAt(Timestamptz moment, std::string_view name) {
  FIRN_TRY(const auto* zone, kFind(name));
  FIRN_TRY(const auto micros, LocalOf(moment.micros, *zone));
  return Timestamp{micros};
}
template <FindZone kFind>
Result<Timestamptz> ReadAt(Timestamp local, std::string_view name) {
  FIRN_TRY(const auto* zone, kFind(name));
  FIRN_TRY(const auto micros, MomentOf(local.micros, *zone));
  return Timestamptz{micros};
}

/// What an interval as a zone adds to UTC.
Result<int64_t> OffsetOf(Interval zone) {
  if (zone.months != 0 || zone.days != 0) {
    return Refused("22023", "interval time zone must not include months or days");
  }
  return zone.micros / kMicrosPerSecond * kMicrosPerSecond;
}

Result<Timestamp> ShownBy(Timestamptz moment, Interval zone) {
  FIRN_TRY(const auto offset, OffsetOf(zone));
  if (!IsFinite(moment.micros)) return Timestamp{moment.micros};
  FIRN_TRY(const auto micros, Sum(moment.micros, offset));
  return Timestamp{micros};
}
Result<Timestamptz> ReadBy(Timestamp local, Interval zone) {
  FIRN_TRY(const auto offset, OffsetOf(zone));
  if (!IsFinite(local.micros)) return Timestamptz{local.micros};
  FIRN_TRY(const auto micros, Sum(local.micros, -offset));
  return Timestamptz{micros};
}

// Of the session's zone, or one known to be there; _at: of any name; _by: of an interval.
void AddClocks(EngineFunctions& to) {
  to.push_back(Scalar("sql_tz_local_by",
                      [](Timestamptz moment, Interval zone) { return ShownBy(moment, zone); }));
  to.push_back(Scalar("sql_tz_moment_by",
                      [](Timestamp local, Interval zone) { return ReadBy(local, zone); }));
  to.push_back(Ahead(Scalar("sql_tz_local", [](Timestamptz moment, std::string_view zone) {
    return ShownAt<ZoneOf>(moment, zone);
  })));
  to.push_back(Scalar("sql_tz_local_at", [](Timestamptz moment, std::string_view zone) {
    return ShownAt<NamedZone>(moment, zone);
  }));
  to.push_back(Ahead(Scalar("sql_tz_moment", [](Timestamp local, std::string_view zone) {
    return ReadAt<ZoneOf>(local, zone);
  })));
  to.push_back(Scalar("sql_tz_moment_at", [](Timestamp local, std::string_view zone) {
    return ReadAt<NamedZone>(local, zone);
  }));
}

}  // namespace

void AddZoneFunctions(EngineFunctions& to) {
  const auto plus = [](Timestamptz moment, Interval by, std::string_view zone) {
    return PlusIn(moment, by, zone);
  };
  const auto minus = [](Timestamptz moment, Interval by, std::string_view zone) {
    return MinusIn(moment, by, zone);
  };
  to.push_back(Scalar("sql_tz_plus", plus));
  to.push_back(Ahead(Scalar("sql_tz_plus_constant", plus)));
  to.push_back(Scalar("sql_tz_minus", minus));
  to.push_back(Ahead(Scalar("sql_tz_minus_constant", minus)));
  to.push_back(
      Scalar("sql_tz_between", [](Timestamptz a, Timestamptz b) { return Between(a, b); }));
  to.push_back(Scalar("sql_tz_series",
                      [](Timestamptz from, Timestamptz last, Interval step, std::string_view zone) {
                        return Series(from, last, step, zone);
                      }));
  const auto trunc = [](std::string_view unit, Timestamptz moment,
                        std::string_view name) -> Result<Timestamptz> {
    FIRN_TRY(const auto* zone, ZoneOf(name));
    return Truncated(unit, moment, *zone);
  };
  to.push_back(Scalar("sql_tz_trunc", trunc));
  to.push_back(Ahead(Scalar("sql_tz_trunc_constant", trunc)));
  to.push_back(Scalar(
      "sql_tz_trunc_at",
      [](std::string_view unit, Timestamptz moment, std::string_view name) -> Result<Timestamptz> {
        FIRN_TRY(const auto* zone, NamedZone(name));
        return Truncated(unit, moment, *zone);
      }));
  to.push_back(Ahead(Scalar("sql_tz_text", [](Timestamptz moment, std::string_view zone) {
    return TextIn(moment, zone);
  })));
  AddClocks(to);
  to.push_back(Ahead(Scalar(
      "sql_tz_offset", [](Timestamptz at, std::string_view zone) { return OffsetIn(at, zone); })));
}

}  // namespace firn::sql
