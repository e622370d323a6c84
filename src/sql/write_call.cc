#include <algorithm>
#include <array>

#include "sql/engine_patterns.h"
#include "sql/ident.h"
#include "sql/interval_internal.h"
#include "sql/query_writer_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;
using tree::Flag;
using tree::Has;
using tree::List;

constexpr int32_t kInt64Digits = 18;  // the engine's wider decimals take another, slower path

std::string Joined(const std::vector<Expr>& exprs) {
  std::string sql;
  for (const auto& expr : exprs) sql += (sql.empty() ? "" : ", ") + expr.sql;
  return sql;
}

// The engine's own rules for the width of decimals (DuckDB, DecimalAddSubtract and -Multiply).
// Two numerics of at most 18 digits give one of 18, which is fast and seldom too small: then the
// engine says 22003, and the statement is written again with `exact`.
ValueType Sum(const ValueType& a, const ValueType& b, bool exact) {
  const int32_t scale = std::max(a.scale, b.scale);
  const int32_t whole = std::max(a.precision - a.scale, b.precision - b.scale);
  int32_t precision = whole + scale + 1;
  const int32_t widest = std::max(a.precision, b.precision);
  if (exact && precision > columnar::kMaxPrecision) return OpenNumeric();
  if (!exact && precision > kInt64Digits && widest <= kInt64Digits) precision = kInt64Digits;
  return NumericType(precision, scale);
}
ValueType Product(const ValueType& a, const ValueType& b, bool exact) {
  const int32_t scale = a.scale + b.scale;
  int32_t precision = a.precision + b.precision;
  const int32_t widest = std::max(a.precision, b.precision);
  if (scale > columnar::kMaxPrecision || (exact && precision > columnar::kMaxPrecision)) {
    return OpenNumeric();
  }
  if (!exact && precision > kInt64Digits && widest <= kInt64Digits && scale < kInt64Digits) {
    precision = kInt64Digits;
  }
  return NumericType(precision, scale);
}

// $1 $2 … are the arguments, $zone the zone of the session.
std::string Fill(std::string_view form, const std::vector<Expr>& arguments,
                 const std::string& zone = "") {
  constexpr std::string_view kZone = "$zone";
  std::string out;
  for (size_t i = 0; i < form.size(); ++i) {
    if (form[i] == '$' && i + 1 < form.size() && form[i + 1] >= '1' && form[i + 1] <= '9') {
      out += arguments[static_cast<size_t>(form[++i] - '1')].sql;
    } else if (form.substr(i).starts_with(kZone)) {
      out += zone;
      i += kZone.size() - 1;
    } else {
      out += form[i];
    }
  }
  return out;
}

// Columns are r1.x or k1.x.
bool NamesAColumn(std::string_view sql) {
  for (size_t i = 0; i + 1 < sql.size(); ++i) {
    if (sql[i] != 'r' && sql[i] != 'k') continue;
    auto end = i + 1;
    while (end < sql.size() && sql[end] >= '0' && sql[end] <= '9') ++end;
    if (end > i + 1 && end < sql.size() && sql[end] == '.') return true;
  }
  return false;
}

// Whether a call of so many arguments only lacks a type to go by.
bool IsOfUnknown(std::span<const FunctionEntry> entries, const std::vector<ValueType>& types) {
  return std::any_of(entries.begin(), entries.end(), [&](const FunctionEntry& entry) {
    size_t at = 0;
    bool polymorphic = false;
    for (auto rest = entry.arguments; !rest.empty(); ++at) {
      const auto word = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(rest.size(), word.size() + 1));
      if (!word.starts_with("any")) continue;
      if (at >= types.size() || types[at].tag != kUnknown) return false;
      polymorphic = true;
    }
    return polymorphic && at == types.size();
  });
}

// int4(1.5): a cast written as a call.
std::optional<ValueType> TypeOfCall(std::string_view name) {
  if (name == "numeric") return OpenNumeric();
  constexpr std::array<std::string_view, 9> kTypes = {
      "int2", "int4", "int8", "float4", "float8", "text", "bool", "timetz", "timestamptz"};
  if (std::find(kTypes.begin(), kTypes.end(), name) == kTypes.end()) return std::nullopt;
  return ValueType{.tag = TagFromName(name)};
}

// Dividing by a constant that is not zero needs no test for zero.
std::string_view WithoutTest(std::string_view form, const std::vector<Expr>& arguments) {
  if (arguments.size() != 2 || !arguments[1].nonzero) return form;
  if (form.starts_with("firn_quotient")) return "($1 // $2)";
  if (form.starts_with("firn_remainder")) return "($1 % $2)";
  if (form.starts_with("firn_int_remainder") && !arguments[1].text.starts_with('-')) {
    return "($1 % $2)";
  }
  if (form.starts_with("firn_ratio")) return "($1 / $2)";
  return form;
}

// With an interval that is a constant, only moments beyond all calendars fail: the engine may
// compute now() - interval '1 day' ahead, and tell scans and joins.
std::string_view OfConstant(std::string_view form, const std::vector<Expr>& arguments) {
  const bool plus = form.starts_with("sql_tz_plus(");
  if (!plus && !form.starts_with("sql_tz_minus(")) return form;
  const bool turned = form.find("($2, $1") != form.npos;
  if (NamesAColumn(arguments[turned ? 0 : 1].sql)) return form;
  return turned ? "sql_tz_plus_constant($2, $1, $zone)"
         : plus ? "sql_tz_plus_constant($1, $2, $zone)"
                : "sql_tz_minus_constant($1, $2, $zone)";
}

// Of constants of which the engine's own matcher makes the same.
std::string_view ByEngine(std::string_view form, const std::vector<Expr>& arguments) {
  if (form != "sql_regexp_replace($1, $2, $3, 1, 1, '')") return form;
  const auto is_constant = [](const Expr& expr) {
    return !expr.text.empty() || expr.sql == QuoteLiteral("");
  };
  const bool alike = is_constant(arguments[1]) && is_constant(arguments[2]) &&
                     ReplacesAlike(arguments[1].text, arguments[2].text);
  return alike ? "regexp_replace($1, $2, $3, 's')" : form;
}

}  // namespace

Failure QueryWriter::NoFunction(const std::string& name, const std::vector<Expr>& arguments,
                                int location) {
  std::string types;
  for (const auto& argument : arguments) {
    types += (types.empty() ? "" : ", ") + std::string(Display(argument.type));
  }
  return Wrong(location, "42883", "function " + name + "(" + types + ") does not exist",
               "No function matches the given name and argument types. You might need to add "
               "explicit type casts.");
}

Failure QueryWriter::NotUnique(const std::string& name, const std::vector<ValueType>& types,
                               int location) {
  std::string shown;
  for (const auto& type : types) {
    shown += (shown.empty() ? "" : ", ") + std::string(Display(type));
  }
  return Wrong(location, "42725", "function " + name + "(" + shown + ") is not unique",
               "Could not choose a best candidate function. You might need to add explicit type "
               "casts.");
}

Result<Expr> QueryWriter::Apply(const FunctionEntry& entry, const std::vector<TypeTag>& to,
                                std::vector<Expr> arguments, int location) {
  const bool known = entry.result.starts_with('=') || entry.result.starts_with("numeric:") ||
                     TagFromName(entry.result) != kUnknown;
  if (entry.engine == "-" || !known) {
    return Refuse(location, fmt::format("{}({}) is not supported", entry.name, entry.arguments),
                  "docs/functions.md lists what there is.");
  }
  if (entry.engine == "!date_trunc" || entry.engine == "!extract" || entry.engine == "!timezone" ||
      entry.engine == "!round") {
    for (size_t i = 1; i < arguments.size(); ++i) {
      FIRN_RETURN_IF_ERROR(Coerce(arguments[i], {.tag = to[i]}, CastContext::kImplicit));
    }
    return ApplyRule(entry, std::move(arguments), location);
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    const bool same = arguments[i].type.tag == to[i] && (IsArray(to[i]) || to[i] == kChar);
    if (same) continue;
    FIRN_RETURN_IF_ERROR(Coerce(arguments[i], {.tag = to[i]}, CastContext::kImplicit));
  }
  FIRN_RETURN_IF_ERROR(SettleElements(entry, arguments));
  if (entry.engine.starts_with('!')) return ApplyRule(entry, std::move(arguments), location);
  FIRN_TRY(const auto shape, ShapeOf(entry, arguments, location));
  const auto form =
      shape.open ? entry.open
                 : ByEngine(OfConstant(WithoutTest(entry.engine, arguments), arguments), arguments);
  std::string sql = form.empty() ? fmt::format("{}({})", entry.name, Joined(arguments))
                                 : Fill(form, arguments, ZoneSql());
  // From one moment to another: see WithIntervalsApart.
  if (form == "($1 - $2)" && shape.type.tag == kInterval && !NamesAColumn(sql)) {
    sql = "sql_interval_itself(" + sql + ", CAST(-1 AS INTEGER))";
  }
  // The engine gives a macro over constants that are NULL a type of its own.
  if (sql.starts_with("firn_")) sql = fmt::format("CAST({} AS {})", sql, EngineType(shape.type));
  return Expr{.sql = std::move(sql), .type = shape.type, .location = location};
}

Result<QueryWriter::Shape> QueryWriter::ShapeOf(const FunctionEntry& entry,
                                                std::vector<Expr>& arguments, int location) {
  Shape shape{.type = {.tag = TagFromName(entry.result)}};
  const bool open =
      !entry.open.empty() && std::any_of(arguments.begin(), arguments.end(),
                                         [](const Expr& expr) { return IsOpen(expr.type); });
  if (entry.result.starts_with('=')) {
    // "=1", "=2": that of the argument; "=e1": of its elements.
    shape.type = arguments[static_cast<size_t>(entry.result.back() - '1')].type;
    if (entry.result.starts_with("=e")) shape.type.tag = ElementOf(shape.type.tag);
    if (entry.result.starts_with("=a")) shape.type.tag = ArrayOf(shape.type.tag);
  }
  if (!entry.result.starts_with("numeric:")) {
    shape.open = open;
    return shape;
  }
  shape = {.type = OpenNumeric(), .open = open};
  if (open) return shape;
  const auto& first = arguments.front().type;
  if (entry.result == "numeric:add" || entry.result == "numeric:multiply") {
    // Constants cost nothing, so they are always exact.
    const bool exact =
        context_.exact_numerics || (!arguments[0].text.empty() && !arguments[1].text.empty());
    const auto& second = arguments[1].type;
    shape.type =
        entry.result == "numeric:add" ? Sum(first, second, exact) : Product(first, second, exact);
    shape.open = IsOpen(shape.type);
    if (exact && !shape.open && shape.type.precision > kInt64Digits) {
      // A wide operand makes the engine give a wide result.
      const auto wide = NumericType(std::max(first.precision, kInt64Digits + 1), first.scale);
      arguments[0].sql = fmt::format("CAST({} AS {})", arguments[0].sql, EngineType(wide));
      arguments[0].type = wide;
    }
  } else if (entry.result == "numeric:mod") {
    const ValueType both[] = {first, arguments[1].type};
    shape.type = *CommonType(both);
    for (auto& argument : arguments) {
      FIRN_RETURN_IF_ERROR(Coerce(argument, shape.type, CastContext::kImplicit));
    }
  } else if (entry.result == "numeric:whole") {
    shape.type = NumericType(first.precision, 0);
  } else if (entry.result == "numeric:unit") {
    shape.type = NumericType(1, 0);
  } else {
    return Fail(ErrorCode::kInternal, "no such rule for a result: {}", entry.result);
  }
  (void)location;
  return shape;
}

namespace {

constexpr std::string_view kInCatalog = "!catalog ";

}  // namespace

Expr QueryWriter::ApplyCatalogRule(const FunctionEntry& entry, std::vector<Expr> arguments,
                                   int location) const {
  for (auto& argument : arguments) {
    if (argument.type.tag == kBool) argument.sql = fmt::format("CAST({} AS INTEGER)", argument.sql);
  }
  const ValueType type{.tag = TagFromName(entry.result)};
  return {.sql = CatalogCall(entry.engine.substr(kInCatalog.size()), arguments, type),
          .type = type,
          .location = location};
}

Result<Expr> QueryWriter::ApplyRule(const FunctionEntry& entry, std::vector<Expr> arguments,
                                    int location) {
  constexpr std::string_view kAsText = "!astext ";
  if (entry.engine.starts_with(kAsText)) {
    for (auto& argument : arguments) {
      FIRN_RETURN_IF_ERROR(Coerce(argument, {.tag = kText}, CastContext::kExplicit));
    }
    return Expr{.sql = Fill(entry.engine.substr(kAsText.size()), arguments),
                .type = {.tag = TagFromName(entry.result)},
                .location = location};
  }
  constexpr std::string_view kPadded = "!padded ";
  if (entry.engine.starts_with(kPadded)) {
    FIRN_TRY(arguments.front().sql, OutputText(arguments.front(), CastContext::kExplicit));
    return Expr{.sql = Fill(entry.engine.substr(kPadded.size()), arguments),
                .type = {.tag = TagFromName(entry.result)},
                .location = location};
  }
  if (entry.engine.starts_with("!array")) {
    return ApplyArrayRule(entry, std::move(arguments), location);
  }
  if (entry.engine.starts_with("!json")) {
    return ApplyJsonRule(entry, std::move(arguments), location);
  }
  if (entry.engine.starts_with(kInCatalog)) {
    return ApplyCatalogRule(entry, std::move(arguments), location);
  }
  if (entry.engine == "!typeof") return WriteTypeOf(arguments.front(), location);
  if (entry.engine == "!round") return WriteRound(std::move(arguments), location);
  if (entry.engine == "!extract") return WriteExtract(entry, std::move(arguments), location);
  if (entry.engine == "!timezone") return WriteAtZone(entry, std::move(arguments), location);
  return WriteDateTrunc(entry, std::move(arguments), location);
}

std::string QueryWriter::CatalogCall(std::string_view name, const std::vector<Expr>& arguments,
                                     const ValueType& type) const {
  const auto token = context_.catalog_token ? context_.catalog_token() : 0;
  std::string sql =
      fmt::format("sql_catalog{}({}, '{}'",
                  arguments.size() > 1 ? std::to_string(arguments.size()) : "", token, name);
  for (const auto& argument : arguments) sql += fmt::format(", CAST({} AS VARCHAR)", argument.sql);
  return fmt::format("CAST({}) AS {})", sql, EngineType(type));
}

// The value counts only for the errors that computing it has.
Expr QueryWriter::WriteTypeOf(const Expr& value, int location) {
  constexpr uint32_t kUnknownOid = 705;
  const auto type = ToColumnar(value.type);
  const bool unknown = value.type.tag == kUnknown || !type;
  return {.sql = fmt::format("(CASE WHEN {0} IS NULL THEN CAST({1} AS BIGINT) ELSE {1} END)",
                             unknown ? "NULL" : value.sql,
                             unknown ? kUnknownOid : columnar::Oid(*type)),
          .type = {.tag = kRegtype},
          .location = location};
}

Result<Expr> QueryWriter::WriteRound(std::vector<Expr> arguments, int location) {
  auto& value = arguments[0];
  FIRN_RETURN_IF_ERROR(Coerce(value, {.tag = kNumeric}, CastContext::kImplicit));
  const auto& text = arguments[1].text;
  constexpr size_t kTwoDigits = 2;
  const bool constant = !text.empty() && text.size() <= kTwoDigits && text.front() != '-';
  const int scale = constant ? std::stoi(text) : -1;
  const int whole = value.type.precision - value.type.scale + 1;
  if (IsOpen(value.type) || scale < 0 || whole + scale > columnar::kMaxPrecision) {
    return Expr{
        .sql = fmt::format("sql_num_round({}, {})", value.sql, arguments[1].sql),
        .type = constant && scale <= columnar::kBareScale ? OpenWithin(scale) : OpenNumeric(),
        .location = location};
  }
  const auto type = NumericType(whole + scale, scale);
  return Expr{.sql = fmt::format("CAST({} AS {})", value.sql, EngineType(type)),
              .type = type,
              .location = location};
}

// concat, concat_ws and format: every argument as text.
Result<Expr> QueryWriter::WriteConcat(std::vector<Expr> arguments, std::string_view name) {
  for (auto& argument : arguments) {
    if (argument.type.tag != kUnknown) {
      FIRN_TRY(argument.sql, OutputText(argument, CastContext::kExplicit));
      argument.type = {.tag = kText};
    }
    FIRN_RETURN_IF_ERROR(Coerce(argument, {.tag = kText}, CastContext::kExplicit));
  }
  return Expr{
      .sql = fmt::format("{}({})", name == "format" ? "sql_format" : name, Joined(arguments)),
      .type = {.tag = kText},
      .location = arguments.front().location};
}

// concat(VARIADIC array) and concat_ws(text, VARIADIC array): the elements that are not NULL.
Result<std::optional<Expr>> QueryWriter::WriteJoinedArray(const std::string& name, const Json& body,
                                                          const Place& place) {
  const auto& items = List(body, "args");
  const bool separated = name == "concat_ws";
  if ((!separated && name != "concat") || items.size() != (separated ? 2U : 1U)) {
    return std::nullopt;
  }
  FIRN_TRY(auto arguments, WriteList(items, place));
  const int location = tree::Location(body);
  if (!IsArray(arguments.back().type.tag)) {
    return Wrong(arguments.back().location, "42804", "VARIADIC argument must be an array");
  }
  Expr delimiter{.sql = "''", .type = {.tag = kText}};
  if (separated) {
    delimiter = std::move(arguments.front());
    FIRN_RETURN_IF_ERROR(Coerce(delimiter, {.tag = kText}, CastContext::kImplicit));
  }
  std::vector<Expr> both{std::move(arguments.back()), std::move(delimiter)};
  const FunctionEntry rule{.name = "array_to_string", .result = "text", .engine = "!array_text"};
  FIRN_TRY(auto text, ApplyArrayRule(rule, std::move(both), location));
  return text;
}

Result<Expr> QueryWriter::CountNulls(const std::string& name, std::vector<Expr>& arguments,
                                     int location) {
  if (arguments.empty()) return NoFunction(name, arguments, location);
  std::string sum;
  for (auto& argument : arguments) {
    FIRN_RETURN_IF_ERROR(SettleUnknown(argument));
    sum += fmt::format("{}CAST(({}) IS {}NULL AS INTEGER)", sum.empty() ? "" : " + ", argument.sql,
                       name == "num_nulls" ? "" : "NOT ");
  }
  return Expr{.sql = "(" + sum + ")", .type = {.tag = kInt4}, .location = location};
}

Result<std::vector<Expr>> QueryWriter::WriteServerArguments(const Json& body, const Place& place) {
  std::vector<Expr> arguments;
  std::vector<ValueType> types;
  for (const auto& argument : List(body, "args")) {
    FIRN_TRY(arguments.emplace_back(), WriteExpr(WithoutRegclass(argument), place));
    types.push_back(arguments.back().type);
  }
  const auto name = FunctionName(body);
  const auto found = Resolve(FindFunction(name), types, /*is_operator=*/false);
  if (found.entry == nullptr) return NoFunction(name, arguments, tree::Location(body));
  for (size_t i = 0; i < arguments.size(); ++i) {
    FIRN_RETURN_IF_ERROR(Coerce(arguments[i], {.tag = found.arguments[i]}, CastContext::kImplicit));
  }
  return arguments;
}

Result<Expr> QueryWriter::WriteServerCall(const Json& body, const Place& place) {
  std::vector<Expr> arguments;
  if (!Has(body, "op")) {
    FIRN_TRY(arguments, WriteServerArguments(body, place));
  }
  if (Has(body, "op") || collected_.calls.contains(&body)) return WriteAnswer(body, arguments);
  const ValueType type{.tag = kText};  // set_config(), of a column
  return Expr{.sql = CatalogCall(FunctionName(body), arguments, type),
              .type = type,
              .location = tree::Location(body)};
}

Result<Expr> QueryWriter::WriteAnswer(const Json& body, const std::vector<Expr>& arguments) {
  const int location = tree::Location(body);
  const auto found = collected_.calls.find(&body);
  if (found == collected_.calls.end()) {
    return Refuse(location, "CURRENT_TIME and LOCALTIME with a precision are not supported",
                  "Use CURRENT_TIME and LOCALTIME.");
  }
  const auto& call = collected_.references.calls[found->second];
  if (!context_.answer_call) {
    return Refuse(location, call.name + "() cannot be used here", "Use it in a query.");
  }
  // A parameter has its type by now; its value is the session's to read. The engine must see it all
  // the same, or it misses a number among those of its own.
  std::string mentioned;
  for (size_t i = 0; i < arguments.size() && i < call.arguments.size(); ++i) {
    if (call.arguments[i].kind != Cell::Kind::kParameter) continue;
    mentioned += (mentioned.empty() ? "" : " OR ") + arguments[i].sql + " IS NULL";
  }
  FIRN_TRY(const auto answer, context_.answer_call(call));
  Expr value{.sql = answer.first, .type = FromColumnar(answer.second), .location = location};
  if (!mentioned.empty()) {
    value.sql = fmt::format("(CASE WHEN {0} THEN {1} ELSE {1} END)", mentioned, answer.first);
  }
  return Has(body, "op") ? OfClock(body, std::move(value)) : value;
}

Result<Expr> QueryWriter::WriteCall(const Json& body, const Place& place) {
  const int location = tree::Location(body);
  const auto name = FunctionName(body);
  const auto entries = FindFunction(name);
  if (entries.empty()) {
    auto inner = place;
    FIRN_TRY(const auto arguments, WriteList(List(body, "args"), inner));
    if (const auto type = TypeOfCall(name); type && arguments.size() == 1) {
      auto value = arguments.front();
      if (CanCast(value.type.tag, type->tag, CastContext::kExplicit)) {
        FIRN_RETURN_IF_ERROR(Coerce(value, *type, CastContext::kExplicit));
        value.nonzero = false;
        value.decimal_sql.clear();
        return value;
      }
    }
    FIRN_TRY(auto of_enum, WriteEnumFunction(name, arguments, location));
    if (of_enum) return *std::move(of_enum);
    std::string shown;
    for (const auto& part : tree::Names(List(body, "funcname"))) {
      if (part != "pg_catalog") shown += (shown.empty() ? "" : ".") + part;
    }
    if (IsAbsentFunction(shown)) {
      return Refuse(location, "function " + shown + "() of PostgreSQL is not supported",
                    "docs/functions.md lists what there is.");
    }
    return NoFunction(shown, arguments, location);
  }
  if (Flag(body, "func_variadic")) {
    FIRN_TRY(auto joined, WriteJoinedArray(name, body, place));
    if (joined) return *std::move(joined);
    return Refuse(location, "VARIADIC is not supported", "Write the arguments one by one.");
  }
  if (Flag(body, "agg_within_group")) return WriteOrderedSet(name, body, place);
  switch (entries.front().kind) {
    case FunctionKind::kServer:
      return WriteServerCall(body, place);
    case FunctionKind::kAggregate:
    case FunctionKind::kWindow:
      return WriteAggregate(name, body, place);
    case FunctionKind::kTable: {
      if (!place.sets) {
        return Wrong(location, "0A000", "set-returning functions are not allowed here",
                     "Write FROM " + name + "(...).");
      }
      if (name.ends_with("_each") || name.ends_with("_each_text")) {
        return Refuse(location, "rows as values are not supported",
                      "Write FROM " + name + "(...).");
      }
      FIRN_TRY(auto arguments, WriteList(List(body, "args"), place));
      FIRN_TRY(auto set, WriteSet(name, std::move(arguments), location));
      set.sql = fmt::format("CAST(unnest({}) AS {})", set.sql, EngineType(set.type));
      ++sets_;
      if (name == "_pg_expandarray") set.type.user_type = kElementAndPlace;
      return set;
    }
    case FunctionKind::kScalar:
      break;
  }
  for (const char* clause : {"agg_distinct", "agg_order", "agg_filter", "agg_star", "over"}) {
    if (Has(body, clause)) {
      return Wrong(location, "42809", name + " is not an aggregate or window function");
    }
  }
  return WriteFunction(name, body, place);
}

Result<Expr> QueryWriter::WriteSet(const std::string& name, std::vector<Expr> arguments,
                                   int location) {
  std::vector<ValueType> types;
  for (const auto& argument : arguments) types.push_back(argument.type);
  const auto found = Resolve(FindFunction(name), types, /*is_operator=*/false);
  if (found.ambiguous) return NotUnique(name, types, location);
  if (found.entry == nullptr) return NoFunction(name, arguments, location);
  if (name == "generate_series" && arguments.size() == 3 && arguments[2].text == "0") {
    return Wrong(location, "22023", "step size cannot equal zero");
  }
  if (name == "generate_series" && arguments.size() == 3 && found.arguments[2] == kInterval) {
    FIRN_RETURN_IF_ERROR(Coerce(arguments[2], {.tag = kInterval}, CastContext::kImplicit));
    if (arguments[2].sql == Interval{}.EngineSql()) {
      return Wrong(location, "22023", "step size cannot equal zero");
    }
  }
  FIRN_TRY(auto set, Apply(*found.entry, found.arguments, std::move(arguments), location));
  if (ElementOf(set.type.tag) == kNumeric) set.type.length = 0;
  return set;
}

Result<Expr> QueryWriter::WriteFunction(const std::string& name, const Json& body,
                                        const Place& place) {
  const int location = tree::Location(body);
  const auto entries = FindFunction(name);
  FIRN_TRY(auto arguments, name == "make_interval"
                               ? WriteIntervalParts(body, place)
                               : WriteArguments(name, List(body, "args"), place));
  if (name == "row_to_json" && !arguments.empty() && !arguments.front().is_row) {
    return NoFunction(name, arguments, location);
  }
  if (entries.front().engine == "!concat" || entries.front().engine == "!format") {
    const bool separated = name == "concat_ws";
    if (arguments.size() < (separated ? 2U : 1U)) return NoFunction(name, arguments, location);
    return WriteConcat(std::move(arguments), name);
  }
  if (entries.front().engine == "!count_nulls") return CountNulls(name, arguments, location);
  if (entries.front().engine == "!json_build") {
    return WriteJsonBuilder(name, std::move(arguments), location);
  }
  std::vector<ValueType> types;
  for (const auto& argument : arguments) types.push_back(argument.type);
  const bool literal = arguments.size() == 1 && (arguments.front().form == Expr::Form::kLiteral ||
                                                 arguments.front().form == Expr::Form::kNull);
  if (name == "pg_typeof" && literal && types.front().tag == kUnknown) {
    return WriteTypeOf(arguments.front(), location);
  }
  const auto found = Resolve(entries, types, /*is_operator=*/false);
  if (found.ambiguous) return NotUnique(name, types, location);
  if (found.entry == nullptr && name == "date" && types.size() == 1 && IsString(types[0].tag)) {
    // A cast written as a call.
    FIRN_RETURN_IF_ERROR(Coerce(arguments[0], {.tag = kDate}, CastContext::kExplicit));
    return std::move(arguments[0]);
  }
  if (found.entry == nullptr && name == "array_prepend" && types.size() == 2 &&
      IsArray(types[0].tag) && types[1].tag == kUnknown) {
    return Wrong(location, "42704",
                 "could not find array type for data type " + DisplayType(types[0].tag));
  }
  if (found.entry == nullptr && IsOfUnknown(entries, types)) {
    return Wrong(location, "42804",
                 "could not determine polymorphic type because input has type unknown");
  }
  if (found.entry == nullptr) return NoFunction(name, arguments, location);
  if (found.entry->engine == "!age") {
    FIRN_TRY(auto today, WriteAnswer(body, {}));
    FIRN_RETURN_IF_ERROR(Coerce(today, {.tag = found.arguments.front()}, CastContext::kImplicit));
    arguments.insert(arguments.begin(), std::move(today));
    const std::vector<TypeTag> both(2, found.arguments.front());
    const auto of_two = Resolve(entries, std::vector{arguments[0].type, arguments[0].type}, false);
    return Apply(*of_two.entry, both, std::move(arguments), location);
  }
  if (types.size() == 1 && types[0].tag == kName && name == "initcap") {
    return Refuse(location, "initcap() of a name is not supported",
                  "Store it as text: a name knows only the letters of ASCII.");
  }
  if (types.size() == 1 && types[0].tag == kName && (name == "upper" || name == "lower")) {
    return Expr{
        .sql = name == "upper" ? AsciiUpper(arguments[0].sql) : AsciiLower(arguments[0].sql),
        .type = {.tag = kText},
        .location = location};
  }
  return Apply(*found.entry, found.arguments, std::move(arguments), location);
}

}  // namespace firn::sql
