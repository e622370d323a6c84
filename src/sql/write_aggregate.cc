#include <algorithm>
#include <array>
#include <utility>

#include <arrow/array.h>
#include <arrow/buffer.h>

#include "sql/ident.h"
#include "sql/query_writer_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;
constexpr const char* kDelimiter =
    "string_agg(DISTINCT ...) with a delimiter that is not a constant, or of bytea, is not "
    "supported";
constexpr const char* kSubquery = "Use SELECT DISTINCT in a subquery.";
constexpr const char* kSubqueryOrCast = "Use SELECT DISTINCT in a subquery, or cast the value.";
using tree::At;
using tree::Flag;
using tree::Has;
using tree::List;
using tree::Text;

// Bits of WindowDef.frameOptions (parsenodes.h of PostgreSQL 15).
constexpr int kNonDefault = 0x1;
constexpr int kRange = 0x2;
constexpr int kRows = 0x4;
constexpr int kGroups = 0x8;
constexpr int kOffsets = 0x800 | 0x1000 | 0x2000 | 0x4000;
constexpr int kExcludeRow = 0x8000;
constexpr int kExcludeGroup = 0x10000;
constexpr int kExcludeTies = 0x20000;
struct Bound {
  int bit;
  std::string_view words;
  bool offset;
};
constexpr std::array kStarts = {
    Bound{0x20, "UNBOUNDED PRECEDING", false}, Bound{0x80, "UNBOUNDED FOLLOWING", false},
    Bound{0x200, "CURRENT ROW", false},        Bound{0x800, "PRECEDING", true},
    Bound{0x2000, "FOLLOWING", true},
};
constexpr std::array kEnds = {
    Bound{0x40, "UNBOUNDED PRECEDING", false}, Bound{0x100, "UNBOUNDED FOLLOWING", false},
    Bound{0x400, "CURRENT ROW", false},        Bound{0x1000, "PRECEDING", true},
    Bound{0x4000, "FOLLOWING", true},
};

/// How Interval::EngineSql begins where only a time is to be added.
constexpr std::string_view kNoMonthsNoDays =
    "(to_months(CAST(0 AS INTEGER)) + to_days(CAST(0 AS INTEGER)) + ";

/// The calls of engine aggregates in an entry's template: all have the same modifiers.
struct AggregateText {
  std::string distinct;
  std::vector<std::string> arguments;
  std::string order;
  std::string suffix;       // FILTER and OVER
  bool all_finite = false;  // see MaySumUnchecked

  // The engine computes arguments of all rows: what may fail is asked for of those it counts.
  void Filter(const std::string& condition, size_t computed) {
    for (size_t i = 0; i < computed; ++i) {
      if (arguments[i].find('(') == std::string::npos) continue;
      arguments[i] = fmt::format("CASE WHEN {} THEN {} END", condition, arguments[i]);
    }
    suffix += " FILTER (WHERE " + condition + ")";
  }
  std::string Call(std::string_view name) const {
    return fmt::format("{}({}{}{}){}", name, distinct, fmt::join(arguments, ", "), order, suffix);
  }
  // "$1, sql_num_key($1)"
  std::string CallWith(std::string_view name, std::string_view form) const {
    if (all_finite && form == "isfinite($1)") return "true";
    auto other = *this;
    std::string list;
    for (size_t i = 0; i < form.size(); ++i) {
      if (form[i] == '$' && i + 1 < form.size()) {
        list += arguments[static_cast<size_t>(form[++i] - '1')];
      } else {
        list += form[i];
      }
    }
    other.arguments = {list};
    return other.Call(name);
  }
  std::string Fill(std::string_view form) const {
    std::string out;
    while (!form.empty()) {
      const auto at = std::min(form.find('@'), form.size());
      out += form.substr(0, at);
      form.remove_prefix(at);
      if (form.empty()) break;
      size_t size = 1;
      while (size < form.size() && (form[size] == '_' || (form[size] >= 'a' && form[size] <= 'z') ||
                                    (form[size] >= '0' && form[size] <= '9'))) {
        ++size;
      }
      const auto name = form.substr(1, size - 1);
      form.remove_prefix(size);
      if (form.starts_with('{')) {
        const auto end = form.find('}');
        out += CallWith(name, form.substr(1, end - 1));
        form.remove_prefix(end + 1);
      } else {
        out += Call(name);
      }
    }
    return out;
  }
};

// The call as the entry's text has it. `joins`: string_agg by the engine.
Expr AggregateResult(const FunctionEntry& entry, const std::vector<Expr>& arguments,
                     AggregateText text, bool joins, int location) {
  if (joins) {
    return Expr{.sql = text.Call("string_agg"), .type = {.tag = kText}, .location = location};
  }
  if (entry.engine == "!string_agg") {
    const auto both = entry.result == "text" ? "sql_string_agg(@list{$1}, @list{$2})"
                                             : "sql_bytea_agg(@list{$1}, @list{$2})";
    return Expr{
        .sql = text.Fill(both), .type = {.tag = TagFromName(entry.result)}, .location = location};
  }
  ValueType type{.tag = TagFromName(entry.result)};
  if (entry.result.starts_with('=')) type = arguments.front().type;
  if (entry.result == "=a1") type.tag = ArrayOf(type.tag);
  const bool open = !arguments.empty() && !entry.open.empty() &&
                    (IsOpen(arguments.front().type) || IsBlankPadded(arguments.front().type));
  if (open && !arguments.front().decimal_sql.empty() &&
      (entry.name == "sum" || entry.name == "avg")) {
    // The sum as DECIMAL, shown with the scale of what was summed.
    const auto& value = arguments.front();
    text.arguments = {value.decimal_sql};
    auto sql = text.Call("sum");
    const auto count = text.Call("count");
    text.arguments = {value.scale_sql};
    sql = fmt::format("sql_num_round({}, CAST({} AS INTEGER))", sql, text.Call("max"));
    type = OpenWithin(value.decimal_type.scale);
    if (entry.name == "avg") {
      sql = QuotientOf(sql, count);
      type = OpenNumeric();
    }
    return Expr{.sql = std::move(sql), .type = type, .location = location};
  }
  if (entry.name == "json_agg" && StartsALine(arguments.front())) {
    constexpr std::string_view kLines =
        "('[' || ltrim(array_to_string(@list, ', '), '\n ') || ']')";
    return Expr{.sql = text.Fill(kLines), .type = type, .location = location};
  }
  if (entry.result == "numeric:sum") {
    type = open ? arguments.front().type
                : NumericType(columnar::kMaxPrecision, AsNumeric(arguments.front().type).scale);
  }
  Expr result{
      .sql = text.Fill(open ? entry.open : entry.engine), .type = type, .location = location};
  if (entry.name == "avg") result.divided = {text.Call("sum"), text.Call("count")};
  return result;
}

std::string_view EdgeOf(bool start) {
  return start ? "starting" : "ending";
}

/// An offset of a frame; its errors as PostgreSQL has them, where there are rows.
std::string CheckedOffset(const Expr& offset, bool range, bool start) {
  const auto zero = offset.type.tag == kInterval ? "to_days(CAST(0 AS INTEGER))" : "0";
  const auto edge = EdgeOf(start);
  const auto negative = range
                            ? std::string("invalid preceding or following size in window function")
                            : fmt::format("frame {} offset must not be negative", edge);
  return fmt::format(
      "(CASE WHEN ({0}) >= {1} THEN {0} WHEN ({0}) IS NULL THEN "
      "error('firn:22004:frame {2} offset must not be null') ELSE error('firn:22013:{3}') END)",
      offset.sql, zero, edge, negative);
}

/// Arguments of window functions that have to be above zero.
void CheckPlace(std::string_view name, std::vector<std::string>& arguments) {
  const size_t at = name == "ntile" ? 0 : 1;
  if ((name != "ntile" && name != "nth_value") || arguments.size() <= at) return;
  arguments[at] = fmt::format(
      "(CASE WHEN ({0}) <= 0 THEN error('firn:{1}:argument of {2} must be greater than zero') "
      "ELSE {0} END)",
      arguments[at], name == "ntile" ? "22014" : "22016", name);
}

/// Why an aggregate over these is not had; empty: it is.
std::string WhyNot(const FunctionEntry& entry, const std::vector<Expr>& arguments, bool distinct) {
  if (arguments.empty()) return "";
  const auto& type = arguments.front().type;
  if (entry.name == "array_agg" && IsArray(type.tag)) {
    return "arrays of more than one dimension are not supported";
  }
  if (!distinct) return "";
  if (!HasEquality(type.tag) || entry.result.starts_with("json") ||
      (entry.name == "array_agg" && !HasOrder(type.tag))) {
    return fmt::format("{}(DISTINCT ...) of {} is not supported", entry.name,
                       DisplayType(type.tag));
  }
  auto element = type;
  element.tag = ElementOf(element.tag);
  if (KeyFunction(element).empty() || entry.name == "count") return "";
  return fmt::format("{}(DISTINCT ...) of {} is not supported", entry.name,
                     IsOpen(type) ? "a numeric without a scale" : DisplayType(type.tag));
}

}  // namespace

// The numbers RANGE compares with those an offset has been added to: wide enough for both.
Result<ValueType> QueryWriter::RangeNumber(const ValueType& value, const Json& window,
                                           const Place& place) {
  const int location = tree::Location(window);
  if (value.tag != kNumeric) return NumericType(columnar::kMaxPrecision, 0);
  int scale = value.scale;
  for (const char* field : {"startOffset", "endOffset"}) {
    if (!Has(window, field)) continue;
    FIRN_TRY(auto offset, WriteExpr(At(window, field), place));
    FIRN_RETURN_IF_ERROR(Coerce(offset, {.tag = kNumeric}, CastContext::kImplicit));
    if (IsOpen(offset.type)) scale = columnar::kMaxPrecision;
    scale = std::max(scale, static_cast<int>(offset.type.scale));
  }
  if (value.precision - value.scale + scale >= columnar::kMaxPrecision &&
      (scale > value.scale || value.precision < columnar::kMaxPrecision)) {
    return Refuse(location, "RANGE with an offset of so many digits is not supported",
                  "Cast the column and the offset to double precision.");
  }
  return NumericType(columnar::kMaxPrecision, scale);
}

// What RANGE with an offset goes by. Moments are as the clock of UTC shows them, of which the
// engine takes intervals as they pass; numbers have room for the offset.
Result<std::optional<Expr>> QueryWriter::RangeKey(const Json& window, const Json& order_by,
                                                  const Place& place) {
  const int options = tree::Number(window, "frameOptions");
  if ((options & kRange) == 0 || (options & kOffsets) == 0) return std::nullopt;
  const int location = tree::Location(window);
  if (order_by.size() != 1) {
    return Wrong(location, "42P20",
                 "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column");
  }
  FIRN_TRY(auto value, WriteExpr(At(*tree::Open(order_by.front()).body, "node"), place));
  FIRN_RETURN_IF_ERROR(SettleUnknown(value));
  const auto tag = value.type.tag;
  value.text.clear();  // says here of what the intervals are
  if (IsInteger(tag) || (tag == kNumeric && !IsOpen(value.type))) {
    auto inner = place;
    inner.scope = nullptr;
    FIRN_TRY(value.type, RangeNumber(value.type, window, inner));
    value.sql = fmt::format("CAST({} AS {})", value.sql, EngineType(value.type));
    if (tag != kNumeric) value.text = "integer";
  } else if (tag == kFloat4 || tag == kFloat8) {
    value.sql = fmt::format("CAST({} AS DOUBLE)", value.sql);
    value.type = {.tag = kFloat8};
  } else if (tag == kDate) {
    value.sql = fmt::format("CAST({} AS TIMESTAMP)", value.sql);
  } else if (tag == kTimestamptz) {
    value.sql = fmt::format("sql_tz_local({}, 'UTC')", value.sql);
    value.text = "timestamptz";
  } else if (tag == kInterval) {
    value.sql = Comparable(value);
    value.text = "interval";
  } else if (tag != kTimestamp) {
    return Refuse(location, "RANGE with an offset is not supported for this type",
                  "Use ROWS or GROUPS, or order by a timestamp or a number.");
  }
  if (!IsNumber(value.type.tag)) value.type.tag = kInterval;
  return value;
}

// What is added to a value of ORDER BY: a number to a number, an interval to a time.
Status QueryWriter::CoerceRangeOffset(Expr& offset, const Expr& key) {
  const auto from = offset.type.tag;
  const bool fits = from == kUnknown || IsInteger(from) || from == key.type.tag ||
                    (key.type.tag == kFloat8 && IsNumber(from)) || from == kTime;
  if (!fits || (from != kUnknown && IsNumber(from) != IsNumber(key.type.tag)) ||
      (key.text == "integer" && from == kNumeric)) {
    return Refuse(offset.location,
                  fmt::format("RANGE with an offset of type {} is not supported for this column",
                              Display(offset.type)),
                  "Cast the offset value to an appropriate type.");
  }
  FIRN_RETURN_IF_ERROR(Coerce(offset, key.type, CastContext::kImplicit));
  if (IsNumber(key.type.tag)) {
    offset.sql = fmt::format("CAST({} AS {})", offset.sql, EngineType(key.type));
  }
  const bool hours = offset.sql.starts_with(kNoMonthsNoDays);
  if (key.text == "timestamptz" && !hours && ZoneSql() != "'UTC'") {
    return Refuse(offset.location,
                  "RANGE of days or months is not supported for timestamp with time zone",
                  "Write hours, as in interval '24 hours', or SET TimeZone = 'UTC'.");
  }
  return {};
}

Result<std::string> QueryWriter::WriteFrame(const Json& window, const std::optional<Expr>& key,
                                            const Place& place) {
  const int options = tree::Number(window, "frameOptions");
  if ((options & kNonDefault) == 0) return std::string();
  const int location = tree::Location(window);
  const auto* exclude = (options & kExcludeRow) != 0     ? " EXCLUDE CURRENT ROW"
                        : (options & kExcludeGroup) != 0 ? " EXCLUDE GROUP"
                        : (options & kExcludeTies) != 0  ? " EXCLUDE TIES"
                                                         : "";
  const auto bound = [&](const auto& bounds, const char* field) -> Result<std::string> {
    for (const auto& known : bounds) {
      if ((options & known.bit) == 0) continue;
      if (!known.offset) return std::string(known.words);
      auto inner = place;
      inner.scope = nullptr;
      FIRN_TRY(auto offset, WriteExpr(At(window, field), inner));
      const bool fine = !offset.text.empty() && offset.text.front() >= '0' &&
                        offset.text.front() <= '9' && IsNumber(offset.type.tag);
      const bool range = (options & kRange) != 0;
      const bool start = &bounds == &kStarts;
      // A constant is wrong even where there are no rows.
      if (offset.form == Expr::Form::kNull) {
        return Wrong(location, "22004",
                     fmt::format("frame {} offset must not be null", EdgeOf(start)));
      }
      if (range) {
        FIRN_RETURN_IF_ERROR(CoerceRangeOffset(offset, *key));
      } else {
        FIRN_RETURN_IF_ERROR(Coerce(offset, {.tag = kInt8}, CastContext::kImplicit));
      }
      if (!fine) offset.sql = CheckedOffset(offset, range, start);
      if (offset.type.tag == kInterval && key->text == "interval") offset.sql = Comparable(offset);
      return offset.sql + " " + std::string(known.words);
    }
    return Fail(ErrorCode::kInternal, "a window frame without a bound: {}", options);
  };
  FIRN_TRY(const auto start, bound(kStarts, "startOffset"));
  FIRN_TRY(const auto end, bound(kEnds, "endOffset"));
  const auto* unit = (options & kRows) != 0     ? "ROWS"
                     : (options & kGroups) != 0 ? "GROUPS"
                                                : "RANGE";
  return fmt::format(" {} BETWEEN {} AND {}{}", unit, start, end, exclude);
}

Result<std::string> QueryWriter::WriteOver(const Json& over, const Place& place) {
  const int location = tree::Location(over);
  const auto find = [&](std::string_view name) -> const Json* {
    if (place.windows == nullptr) return nullptr;
    for (const auto& item : *place.windows) {
      const auto& window = *tree::Open(item).body;
      if (Text(window, "name") == name) return &window;
    }
    return nullptr;
  };
  const bool whole = Has(over, "name");
  const auto base_name = whole ? Text(over, "name") : Text(over, "refname");
  const Json* base = nullptr;
  if (!base_name.empty()) {
    base = find(base_name);
    if (base == nullptr) {
      return Wrong(location, "42704", fmt::format("window \"{}\" does not exist", base_name));
    }
    if (Has(*base, "refname")) {
      return Refuse(location, "a window made from another window is not supported",
                    "Write its PARTITION BY and ORDER BY out.");
    }
    const bool framed = (tree::Number(*base, "frameOptions") & kNonDefault) != 0;
    if (!whole && (framed || Has(over, "partitionClause") ||
                   (Has(*base, "orderClause") && Has(over, "orderClause")))) {
      return Wrong(location, "42P20", fmt::format("cannot override window \"{}\"", base_name));
    }
  }
  auto inner = place;
  inner.no_windows = "window functions are not allowed in window definitions";
  const auto pick = [&](const char* field) -> const Json& {
    if (Has(over, field) || base == nullptr) return List(over, field);
    return List(*base, field);
  };
  FIRN_TRY(auto partition, WriteList(pick("partitionClause"), inner));
  std::string sql;
  for (auto& expr : partition) {
    FIRN_RETURN_IF_ERROR(SettleUnknown(expr));
    FIRN_RETURN_IF_ERROR(CheckEquality(expr.type, "PARTITION BY", expr.location));
    sql += (sql.empty() ? "PARTITION BY " : ", ") + Comparable(expr);
  }
  const auto& ordered = pick("orderClause");
  const auto& framed_by = whole ? *base : over;
  FIRN_TRY(const auto key, RangeKey(framed_by, ordered, inner));
  FIRN_TRY(auto order, WriteSortList(ordered, inner));
  if (key) {
    FIRN_TRY(order, SortDirection(*tree::Open(ordered.front()).body));
    order.insert(0, key->sql);
  }
  if (order.empty() && (tree::Number(framed_by, "frameOptions") & kGroups) != 0) {
    return Wrong(location, "42P20", "GROUPS mode requires an ORDER BY clause");
  }
  if (!order.empty()) sql += (sql.empty() ? "" : " ") + ("ORDER BY " + order);
  FIRN_TRY(const auto frame, WriteFrame(framed_by, key, inner));
  return " OVER (" + sql + frame + ")";
}

Status QueryWriter::CheckAggregate(const std::string& name, const Json& body, const Place& place) {
  const int location = tree::Location(body);
  const bool window_function = FindFunction(name).front().kind == FunctionKind::kWindow;
  const bool windowed = Has(body, "over");
  if (windowed && !place.no_windows.empty()) {
    const bool aggregate = place.no_windows.starts_with("aggregate");
    return Wrong(location, aggregate ? "42803" : "42P20", std::string(place.no_windows));
  }
  if (window_function && !windowed) {
    return Wrong(location, "42809", "window function " + name + " requires an OVER clause");
  }
  if (!windowed && !place.no_aggregates.empty()) {
    return Wrong(location, "42803", std::string(place.no_aggregates));
  }
  if (windowed && (Flag(body, "agg_distinct") || Has(body, "agg_order"))) {
    return Refuse(location, "DISTINCT and ORDER BY are not implemented for window functions",
                  "Use a subquery.");
  }
  if (window_function && Has(body, "agg_filter")) {
    return Refuse(location, "FILTER is not implemented for non-aggregate window functions",
                  "Use a subquery.");
  }
  if (!window_function && List(body, "args").empty() && !Flag(body, "agg_star")) {
    return Wrong(location, "42809",
                 name + "(*) must be used to call a parameterless aggregate function");
  }
  return {};
}

// What lag and lead give where there is no row has a type in common with the others.
Status QueryWriter::UnifyDefault(std::string_view name, std::vector<Expr>& arguments) {
  if ((name != "lag" && name != "lead") || arguments.size() != 3) return {};
  std::vector<Expr> both{std::move(arguments[0]), std::move(arguments[2])};
  FIRN_TRY(const auto type, Unify(both, name));
  (void)type;
  arguments[0] = std::move(both[0]);
  arguments[2] = std::move(both[1]);
  return {};
}

namespace {

/// An aggregate that is this over any rows, and over none.
std::string AggregateOf(int64_t value) {
  return fmt::format("coalesce(any_value(CAST({0} AS BIGINT)), {0})", value);
}

}  // namespace

std::optional<int64_t> QueryWriter::KnownCount(const Json& body) const {
  const auto count = collected_.counts.find(&body);
  if (count == collected_.counts.end()) return {};
  const auto rows = row_counts_.find(count->second);
  return rows == row_counts_.end() ? std::nullopt : std::optional(rows->second);
}

std::shared_ptr<arrow::Array> QueryWriter::KnownValue(const Json& body) const {
  if (const auto count = KnownCount(body)) {
    return std::make_shared<arrow::Int64Array>(1, arrow::Buffer::FromVector(std::vector{*count}));
  }
  const auto call = collected_.extremes.find(&body);
  if (call == collected_.extremes.end()) return nullptr;
  const auto table = extremes_.find(call->second.table);
  if (table == extremes_.end()) return nullptr;
  const auto both = table->second.find(call->second.column);
  return both == table->second.end() ? nullptr : both->second->Slice(call->second.greatest, 1);
}

// An infinite sum of finite floats is an error in PostgreSQL. Looking at every value for that takes
// twice as long as adding them.
bool QueryWriter::MaySumUnchecked(const FunctionEntry& entry, const Expr& value, const Place& place,
                                  bool windowed) {
  if (entry.name != "sum" && entry.name != "avg") return false;
  if (place.one_row && !windowed && context_.written_again && !context_.exact_numerics) return true;
  const auto column = finite_.find(value.sql);
  if (column == finite_.end()) return false;
  const bool known = column->second();
  column->second = [known] { return known; };  // asked once a statement
  return known;
}

Result<Expr> QueryWriter::WriteAggregate(const std::string& name, const Json& body,
                                         const Place& place) {
  FIRN_RETURN_IF_ERROR(CheckAggregate(name, body, place));
  const int location = tree::Location(body);
  const bool windowed = Has(body, "over");
  // What is greatest is so among the distinct ones too.
  const bool distinct = Flag(body, "agg_distinct") && name != "min" && name != "max";
  auto inner = place;
  inner.sets = false;
  if (!windowed) inner.no_aggregates = "aggregate function calls cannot be nested";
  inner.no_windows = windowed ? "window function calls cannot be nested"
                              : "aggregate function calls cannot contain window function calls";
  const auto seen = std::exchange(seen_, {});
  FIRN_TRY(auto arguments, WriteArguments(name, List(body, "args"), inner));
  if (seen_.outer && !seen_.own && !windowed) {
    return Refuse(location, "an aggregate over columns of an outer query only is not supported",
                  "Compute it in the outer query.");
  }
  seen_ = {seen.own || seen_.own, seen.outer || seen_.outer};
  const auto given = arguments;
  if (auto unified = UnifyDefault(name, arguments); !unified) {
    if (unified.error().SqlState() == "42804") return NoFunction(name, given, location);
    return Fail(std::move(unified).error());
  }
  const auto of_enum = TakeLabelNumbers(name, arguments);
  std::vector<ValueType> types;
  for (const auto& argument : arguments) types.push_back(argument.type);
  const auto found = Resolve(FindFunction(name), types, /*is_operator=*/false);
  const bool quoted = name == "array_agg" && !types.empty() && types.front().tag == kUnknown;
  if (found.ambiguous || quoted) return NotUnique(name, types, location);
  if (found.entry == nullptr) return NoFunction(name, arguments, location);
  const auto& entry = *found.entry;
  if (entry.engine == "-") return Apply(entry, found.arguments, std::move(arguments), location);
  bool joins = false;  // string_agg by the engine, which wants a constant delimiter
  if (entry.engine == "!string_agg") {
    if (arguments[1].form == Expr::Form::kNull) arguments[1].form = Expr::Form::kLiteral;
    joins = arguments[1].form == Expr::Form::kLiteral && entry.result == "text";
    if (!joins && distinct) return Refuse(arguments[1].location, kDelimiter, kSubquery);
  }
  if (const auto why = WhyNot(entry, arguments, distinct); !why.empty()) {
    return Refuse(location, why, kSubqueryOrCast);
  }
  AggregateText text;
  if (distinct) text.distinct = "DISTINCT ";
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].type.tag != found.arguments[i] || arguments[i].type.tag == kNumeric) {
      FIRN_RETURN_IF_ERROR(
          Coerce(arguments[i], {.tag = found.arguments[i]}, CastContext::kImplicit));
    }
    const bool delimiter = joins && i == 1;
    text.arguments.push_back(delimiter ? QuoteLiteral(arguments[i].text) : arguments[i].sql);
  }
  if (windowed) CheckPlace(entry.name, text.arguments);
  if (distinct && entry.name == "count" && !arguments.empty()) {
    text.arguments.front() = Comparable(arguments.front());
  }
  if (Flag(body, "agg_star")) text.arguments = {"*"};
  FIRN_TRY(auto order, WriteSortList(List(body, "agg_order"), inner));
  // PostgreSQL sorts to find what is distinct.
  if (entry.name == "array_agg" && distinct && order.empty()) {
    order = text.arguments.front() + " ASC NULLS LAST";
  }
  if (entry.result == "json" || entry.result == "jsonb") {
    FIRN_TRY(text.arguments, JsonArguments(arguments));
  }
  if (!order.empty()) text.order = " ORDER BY " + order;
  if (Has(body, "agg_filter")) {
    FIRN_TRY(const auto condition, WriteCondition(body["agg_filter"], "FILTER", inner));
    text.Filter(condition, joins ? 1 : text.arguments.size());
  }
  if (windowed) {
    FIRN_TRY(const auto over, WriteOver(body["over"], place));
    text.suffix += over;
  }
  text.all_finite = !given.empty() && MaySumUnchecked(entry, given.front(), place, windowed);
  auto result = AggregateResult(entry, arguments, std::move(text), joins, location);
  if (const auto known = KnownCount(body)) result.sql = AggregateOf(*known);
  return of_enum ? LabelOfNumber(std::move(result), *of_enum) : std::move(result);
}

}  // namespace firn::sql
