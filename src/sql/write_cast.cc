#include <algorithm>

#include "sql/constant_internal.h"
#include "sql/ident.h"
#include "sql/interval_internal.h"
#include "sql/literal_internal.h"
#include "sql/query_writer_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;
using tree::At;
using tree::List;
using tree::Open;

// A double holds every integer of this many digits, so dividing by a power of ten rounds once.
constexpr int32_t kExactDoubleDigits = 15;

std::string CastTo(const std::string& sql, std::string_view type) {
  return fmt::format("CAST({} AS {})", sql, type);
}

// INTERVAL '3' MONTH: the field's bit in the type modifier (datetime.h of Postgres).
std::string_view IntervalUnit(int mask) {
  switch (mask) {
    case 1 << 1:
      return "month";
    case 1 << 2:
      return "year";
    case 1 << 3:
      return "day";
    case 1 << 10:
      return "hour";
    case 1 << 11:
      return "minute";
    case 1 << 12:
      return "second";
    default:
      return "";
  }
}

// Names that are oids in the engine.
bool IsReg(TypeTag tag) {
  return tag == kRegclass || tag == kRegtype || tag == kRegnamespace || tag == kRegrole;
}

bool IsProc(TypeTag tag) {
  return tag == kRegproc || tag == kRegprocedure;
}
std::string WithoutSchema(const std::string& sql) {
  return fmt::format("regexp_replace({}, '^pg_catalog[.]', '')", sql);
}

// Types beyond those that the engine casts as Postgres does.
bool IsLater(TypeTag tag) {
  return tag > kUuid && tag != kUnknown && tag != kAny;
}

Expr RegName(TypeTag tag) {
  return {.sql = fmt::format("'{}'", DisplayType(tag))};
}

// From an open numeric to anything but text.
std::string OpenCastSql(const Expr& expr, const ValueType& to) {
  switch (to.tag) {
    case kInt2:
      return fmt::format("sql_num_int2({})", expr.sql);
    case kInt4:
      return fmt::format("sql_num_int4({})", expr.sql);
    case kInt8:
      return fmt::format("sql_num_int8({})", expr.sql);
    case kFloat4:
      return fmt::format("sql_num_float4({})", expr.sql);
    case kFloat8:
      return fmt::format("sql_num_float8({})", expr.sql);
    default:
      return CastTo(fmt::format("sql_num_fit({}, {}, {})", expr.sql, to.precision, to.scale),
                    EngineType(to));
  }
}

}  // namespace

Failure QueryWriter::CannotCast(const Expr& expr, const ValueType& to) {
  return Wrong(expr.location, "42846",
               fmt::format("cannot cast type {} to {}", Display(expr.type), Display(to)));
}

Result<Expr> QueryWriter::WriteConstant(const Json& body) {
  const int location = tree::Location(body);
  if (tree::Has(body, "bsval")) {
    return Refuse(location, "bit strings are not supported", "Use an integer.");
  }
  auto cell = ReadConstant(statement_, body);
  Expr expr{.location = location};
  switch (cell.kind) {
    case Cell::Kind::kString:
      expr.form = Expr::Form::kLiteral;
      expr.text = std::move(cell.text);
      return expr;
    case Cell::Kind::kBool:
      expr.sql = cell.text == "true" ? "CAST('true' AS BOOLEAN)" : "CAST('false' AS BOOLEAN)";
      expr.type.tag = kBool;
      return expr;
    case Cell::Kind::kInteger:
    case Cell::Kind::kFloat:
      break;
    default:
      expr.form = Expr::Form::kNull;
      return expr;
  }
  auto literal = WriteNumber(cell.text);
  if (!literal) {
    return Fail(std::move(literal.error()).WithPosition(statement_.Position(location)));
  }
  expr.sql = std::move(literal->sql);
  expr.type = literal->type;
  expr.text = cell.text;
  expr.nonzero = cell.text.find_first_of("123456789") < cell.text.find_first_of("eE");
  return expr;
}

Result<ValueType> QueryWriter::CastTarget(const Json& type_name, const Expr& argument) {
  const auto names = tree::Names(List(type_name, "names"));
  const bool plain = !names.empty() && !tree::Has(type_name, "arrayBounds");
  if (plain && names.back() == "interval") return ValueType{.tag = kInterval};
  const bool numeric = plain && (names.back() == "numeric" || names.back() == "decimal");
  if (numeric && !tree::Has(type_name, "typmods")) {
    // numeric of any size: as many digits as the argument has.
    (void)argument;
    return OpenNumeric();
  }
  FIRN_TRY(const auto type, DecodeTypeName(statement_, type_name, context_.user_types.get()));
  if (type.user_type != 0 && type.kind != columnar::TypeKind::kEnum) {
    const auto domain = context_.user_types->Find(type.user_type);
    if (domain->not_null || !domain->checks.empty()) {
      return Refuse(tree::Location(type_name),
                    "a cast to a domain with constraints is not supported",
                    "Cast to the type that the domain is over.");
    }
  }
  return FromColumnar(type);
}

Result<Expr> QueryWriter::WriteTypeCast(const Json& body, const Place& place) {
  const auto& type_name = At(body, "typeName");
  if (const auto array = Open(At(body, "arg")); array.Is("A_ArrayExpr")) {
    FIRN_TRY(const auto to, CastTarget(type_name, Expr()));
    if (IsArray(to.tag)) return WriteArray(*array.body, place, &to);
  }
  FIRN_TRY(auto expr, WriteExpr(At(body, "arg"), place));
  FIRN_TRY(const auto type, CastTarget(type_name, expr));
  const auto& modifiers = List(type_name, "typmods");
  if (type.tag == kInterval && !modifiers.empty()) {
    const auto unit = IntervalUnit(tree::Number(At(*Open(modifiers.front()).body, "ival"), "ival"));
    if (unit.empty() || modifiers.size() > 1 || expr.form != Expr::Form::kLiteral) {
      return Refuse(tree::Location(type_name), "this form of interval is not supported",
                    "Write INTERVAL '1 day 02:03:04', or INTERVAL '3' MONTH.");
    }
    auto interval = ParseIntervalOf(expr.text, unit);
    if (!interval) {
      return Fail(std::move(interval.error()).WithPosition(statement_.Position(expr.location)));
    }
    return Expr{.sql = interval->EngineSql(), .type = type, .location = expr.location};
  }
  if (!CanCast(expr.type.tag, type.tag, CastContext::kExplicit)) return CannotCast(expr, type);
  const auto from = AsNumeric(expr.type);
  FIRN_RETURN_IF_ERROR(Coerce(expr, type, CastContext::kExplicit));
  if (IsOpen(type)) {
    expr.type.length = 0;
    if (IsOpen(expr.type) && from.tag == kNumeric) {
      expr.type.length = IsOpen(from) ? from.length : OpenWithin(from.scale).length;
    }
  }
  expr.nonzero = false;
  expr.decimal_sql.clear();
  return expr;
}

namespace {

// Between dates and timestamps without and with a zone; empty: it is another cast.
std::string ZonedCast(const Expr& expr, const ValueType& to, const std::string& zone) {
  if (to.tag == kTimestamptz) {
    const auto local = expr.type.tag == kDate ? CastTo(expr.sql, "TIMESTAMP") : expr.sql;
    return fmt::format("sql_tz_moment({}, {})", local, zone);
  }
  if (expr.type.tag != kTimestamptz) return "";
  auto local = fmt::format("sql_tz_local({}, {})", expr.sql, zone);
  return to.tag == kDate ? CastTo(local, "DATE") : local;
}

}  // namespace

std::string QueryWriter::ZoneSql() const {
  const auto& zone = Style().zone;
  return QuoteLiteral(zone ? zone->engine_name() : "UTC");
}

const columnar::TextStyle& QueryWriter::Style() const {
  static const columnar::TextStyle kDefault;
  return context_.style ? *context_.style : kDefault;
}

Status QueryWriter::SettleUnknown(Expr& expr) {
  if (expr.type.tag != TypeTag::kUnknown) return {};
  return Coerce(expr, {.tag = TypeTag::kText}, CastContext::kImplicit);
}

Status QueryWriter::CoerceUnknown(Expr& expr, const ValueType& to, CastContext context) {
  switch (expr.form) {
    case Expr::Form::kLiteral: {
      if (ElementOf(to.tag) == kEnum) return EnumLiteral(expr, to);
      if (IsReg(to.tag)) {
        expr.sql = CatalogCall("read_reg", {RegName(to.tag), {.sql = QuoteLiteral(expr.text)}}, to);
        expr.type = to;
        break;
      }
      if (IsProc(to.tag)) {
        expr.sql = WithoutSchema(fmt::format("CAST({} AS VARCHAR)", QuoteLiteral(expr.text)));
        expr.type = to;
        break;
      }
      auto type = to;
      // Beside a numeric(12,2) a literal keeps its own digits; a cast rounds them.
      if (type.tag == kNumeric && context == CastContext::kImplicit) type.precision = 0;
      const bool cut = type.length > 0 && (type.tag == kVarchar || type.tag == kChar);
      const int32_t length = cut && context == CastContext::kExplicit ? type.length : 0;
      if (type.tag == kVarchar && context != CastContext::kExplicit) type.length = 0;
      if (context == CastContext::kImplicit) type.length = 0;
      const bool items_cut = IsArray(type.tag) && ElementOf(type.tag) != kNumeric &&
                             type.length > 0 && context == CastContext::kExplicit;
      if (items_cut) type.length = 0;
      std::string_view text = expr.text;
      auto literal = WriteLiteral(text,
                                  type.tag == kVarchar || (type.tag == kChar && length > 0)
                                      ? ValueType{.tag = kText}
                                      : type,
                                  Style());
      if (!literal) {
        return Fail(std::move(literal.error()).WithPosition(statement_.Position(expr.location)));
      }
      expr.sql = std::move(literal->sql);
      expr.type = literal->type;
      if (to.tag == kVarchar || to.tag == kChar) expr.type = type;
      if (items_cut) {
        expr.form = Expr::Form::kValue;
        return Coerce(expr, to, context);
      }
      if (length > 0) expr.sql = fmt::format("left({}, {})", expr.sql, length);
      if (to.tag == kChar && length > 0) expr.sql = fmt::format("rtrim({}, ' ')", expr.sql);
      break;
    }
    case Expr::Form::kNull:
      expr.type = to;
      expr.sql = CastTo("NULL", EngineType(expr.type));
      break;
    case Expr::Form::kParameter: {
      auto& known = parameters_[static_cast<size_t>(expr.parameter - 1)];
      if (!known) {
        known = to;
        if (to.tag == kNumeric && context != CastContext::kAssignment) known = OpenNumeric();
        if (to.tag == kChar) known = ValueType{.tag = kChar};  // its blanks are seen to later
        if (to.tag == kVarchar || IsReg(to.tag)) {
          known = ValueType{.tag = kText};
          context = CastContext::kExplicit;
        }
      }
      expr.type = *known;
      expr.sql = CastTo(fmt::format("${}", expr.parameter), EngineType(*known));
      if (ElementOf(known->tag) == kEnum) {
        FIRN_TRY(expr.sql, ReadEnum(expr, *known));
      }
      expr.form = Expr::Form::kValue;
      return Coerce(expr, to, context);
    }
    case Expr::Form::kDefault:
      return Wrong(expr.location, "42601", "DEFAULT is not allowed in this context");
    case Expr::Form::kValue:
      break;
  }
  if (expr.form != Expr::Form::kLiteral) expr.text.clear();
  expr.form = Expr::Form::kValue;
  if (to.tag == kNumeric && to.precision > 0 && expr.type != to &&
      context != CastContext::kImplicit) {
    return Coerce(expr, to, context);
  }
  return {};
}

Status QueryWriter::Coerce(Expr& expr, const ValueType& to, CastContext context) {
  if (expr.form == Expr::Form::kDefault || expr.type.tag == kUnknown) {
    return CoerceUnknown(expr, to, context);
  }
  if (ElementOf(to.tag) == kEnum && expr.type.tag == to.tag && to.user_type == 0) return {};
  if (IsOtherEnum(expr.type, to) || !CanCast(expr.type.tag, to.tag, context))
    return CannotCast(expr, to);
  if (IsInteger(expr.type.tag) && to.tag == kNumeric && to.precision == 0 && !expr.text.empty()) {
    // A constant has its own few digits, not the ten of every integer.
    FIRN_TRY(auto literal, WriteLiteral(expr.text, to, Style()));
    expr.sql = std::move(literal.sql);
    expr.type = literal.type;
    return {};
  }
  FIRN_TRY(auto sql, CastSql(expr, to, context));
  // What is not a number with a scale becomes an open numeric.
  const bool open = IsOpen(to) && (IsInteger(expr.type.tag) || expr.type.tag == kNumeric);
  // An integer stays the number it was written as.
  if (!IsInteger(expr.type.tag) || !IsNumber(to.tag)) expr.text.clear();
  expr.type = open ? AsNumeric(expr.type) : to;
  expr.sql = std::move(sql);
  return {};
}

Status QueryWriter::ToOpen(Expr& expr) {
  if (IsOpen(expr.type)) return {};
  FIRN_RETURN_IF_ERROR(Coerce(expr, OpenNumeric(), CastContext::kImplicit));
  if (!IsOpen(expr.type)) expr.sql = fmt::format("sql_num_text({})", expr.sql);
  expr.type = OpenNumeric();
  return {};
}

// Text that is not a literal is read by the same parsers, value by value.
std::string QueryWriter::ReadSql(const Expr& expr, const ValueType& to) const {
  if (to.tag == kNumeric) {
    const auto read = fmt::format("sql_num_read({})", expr.sql);
    if (IsOpen(to)) return read;
    return CastTo(fmt::format("sql_num_fit({}, {}, {})", read, to.precision, to.scale),
                  EngineType(to));
  }
  const auto name = columnar::Info(ToColumnar(to)->kind).catalog;
  if (to.tag != kTimestamptz && to.tag != kTimetz) {
    return fmt::format("sql_read_{}({})", name, expr.sql);
  }
  return fmt::format("sql_read_{}({}, {})", name, expr.sql, ZoneSql());
}

// Casts from and to the types that are text in the engine, oids and arrays. What is not here is
// refused: the engine's own cast might mean something else.
Result<std::string> QueryWriter::LaterCastSql(const Expr& expr, const ValueType& to,
                                              CastContext context) {
  const auto from = expr.type.tag;
  const auto is_oid = [](TypeTag tag) { return tag == kOid || (tag >= kRegclass && tag <= kXid); };
  if (IsString(from) && IsString(to.tag)) {
    if (to.tag == kName) return fmt::format("sql_read_name({})", expr.sql);
    if (to.tag == kChar && to.length == 0 && from == kChar && expr.type.length > 0) {
      return fmt::format("rpad({}, {}, ' ')", expr.sql, expr.type.length);
    }
    if (to.tag != kChar || to.length == 0) {
      return to.tag == kVarchar && to.length > 0 && context == CastContext::kExplicit
                 ? fmt::format("left({}, {})", expr.sql, to.length)
                 : expr.sql;
    }
    return context == CastContext::kExplicit
               ? fmt::format("rtrim(left({}, {}), ' ')", expr.sql, to.length)
               : fmt::format("rtrim({}, ' ')", expr.sql);
  }
  const bool is_text = to.tag == kText || to.tag == kVarchar;
  if (is_text && (from == kJson || from == kJsonb || from == kTimetz || from == kInternalChar ||
                  from == kCidr || from == kEnum || from == kTime || is_oid(from))) {
    return CastTo(expr.sql, "VARCHAR");
  }
  if (is_text && from == kInterval) return fmt::format("sql_interval_text({})", expr.sql);
  if (is_text && from == kAclItem) return expr.sql;
  if (to.tag == kEnum && IsString(from)) return ReadEnum(expr, to);
  if (is_text && from == kInet) return fmt::format("sql_text_inet({})", expr.sql);
  if (from == kCidr && to.tag == kInet) return fmt::format("sql_read_inet({})", expr.sql);
  if (from == kJson && to.tag == kJsonb) return fmt::format("sql_read_jsonb({})", expr.sql);
  if (from == kJsonb && to.tag == kJson) return expr.sql;
  if (from == kJsonb && to.tag == kBool) return fmt::format("sql_jsonb_bool({})", expr.sql);
  if (from == kJsonb && IsNumber(to.tag)) {
    Expr number{.type = OpenNumeric(), .location = expr.location};
    number.sql = fmt::format("sql_jsonb_number({}, '{}')", expr.sql, DisplayType(to.tag));
    return CastSql(number, to, context);
  }
  if (to.tag == kTime && (from == kTimestamp || from == kTimestamptz)) {
    const auto local =
        from == kTimestamp ? expr.sql : fmt::format("sql_tz_local({}, {})", expr.sql, ZoneSql());
    return fmt::format("(CASE WHEN isfinite({0}) THEN CAST({1} AS TIME) END)", expr.sql, local);
  }
  if (to.tag == kInterval && from == kTime) return fmt::format("sql_time_interval({})", expr.sql);
  if (to.tag == kTime && from == kInterval) return fmt::format("sql_interval_time({})", expr.sql);
  if (to.tag == kOid && from == kInt8) return fmt::format("sql_to_oid({})", expr.sql);
  if (to.tag == kOid && (from == kInt2 || from == kInt4)) {
    return fmt::format("(CAST({} AS BIGINT) & 4294967295)", expr.sql);  // the bits as they are
  }
  if (to.tag == kInt8 && is_oid(from)) return expr.sql;
  if (is_oid(from) && is_oid(to.tag)) return expr.sql;
  if ((from == kInt2Vector && to.tag == ArrayOf(kInt2)) ||
      (from == kOidVector && to.tag == ArrayOf(kOid))) {
    return expr.sql;
  }
  if (IsArray(from) && is_text) return OutputText(expr, CastContext::kExplicit);
  if (IsArray(from) && IsArray(to.tag)) {
    auto element = to;
    element.tag = ElementOf(to.tag);
    return ForEach(expr, [&](const Expr& one) -> Result<std::string> {
      FIRN_TRY(auto sql, CastSql(one, element, context));
      if (!IsOpen(element) || IsOpen(one.type)) return sql;
      return IsString(one.type.tag) ? sql : fmt::format("sql_num_text({})", sql);
    });
  }
  return Refuse(expr.location,
                fmt::format("a cast from {} to {} is not supported for values", DisplayType(from),
                            DisplayType(to.tag)),
                "Cast a constant, or store the column in its own type.");
}

// Casts from and to the types that name objects; empty: it is none of them.
std::string QueryWriter::RegCastSql(const Expr& expr, const ValueType& to) const {
  const auto from = expr.type.tag;
  // A function is its name.
  if (IsProc(from) && (IsProc(to.tag) || IsString(to.tag))) return expr.sql;
  if (IsProc(to.tag) && (from == kOid || IsInteger(from))) {
    return fmt::format("(CASE WHEN {0} = 0 THEN '-' ELSE CAST({0} AS VARCHAR) END)", expr.sql);
  }
  if (IsProc(to.tag) && IsString(from)) return WithoutSchema(expr.sql);
  if (IsProc(from)) return CatalogCall("read_reg", {RegName(from), expr}, to);
  if (IsReg(to.tag) && IsInteger(from)) return CastTo(expr.sql, "BIGINT");
  if (IsReg(to.tag) && IsString(from)) return CatalogCall("read_reg", {RegName(to.tag), expr}, to);
  if (IsReg(from) && IsString(to.tag)) {
    return CatalogCall("write_reg", {RegName(from), expr}, {.tag = kText});
  }
  return "";
}

Result<std::string> QueryWriter::CastSql(const Expr& expr, const ValueType& to,
                                         CastContext context) {
  const auto from = expr.type.tag;
  if (!IsString(from) &&
      (to.tag == kChar || to.tag == kName || (to.tag == kVarchar && to.length > 0))) {
    // To name there is no cast but what the value prints.
    FIRN_TRY(auto text, to.tag == kName ? OutputText(expr, CastContext::kExplicit)
                                        : CastSql(expr, {.tag = kText}, CastContext::kExplicit));
    const Expr as_text{.sql = std::move(text), .type = {.tag = kText}, .location = expr.location};
    return CastSql(as_text, to, context);
  }
  if (IsBlankPadded(expr.type) && IsString(to.tag) && to.tag != kChar) {
    const Expr text{.sql = Comparable(expr), .type = {.tag = kText}, .location = expr.location};
    return CastSql(text, to, context);
  }
  if (to.tag == kVarchar && IsString(from)) {
    const bool same = from == kVarchar && expr.type.length == to.length;
    if (same || to.length == 0 || context == CastContext::kImplicit) return expr.sql;
    // Assigned, only blanks are cut.
    const auto* cut = context == CastContext::kExplicit ? "left" : "sql_without_blanks_beyond";
    return fmt::format("{}({}, {})", cut, expr.sql, to.length);
  }
  const bool cuts = (ElementOf(to.tag) == kChar || ElementOf(to.tag) == kVarchar ||
                     ElementOf(to.tag) == kNumeric) &&
                    to.tag != kNumeric && to.tag != kVarchar;
  if (from == to.tag && cuts && to != expr.type) return LaterCastSql(expr, to, context);
  if (from == to.tag && (to.tag != kNumeric || to.precision == 0 || to == expr.type)) {
    return expr.sql;
  }
  if (auto sql = RegCastSql(expr, to); !sql.empty()) return sql;
  const bool readable = to.tag <= kUuid || (to.tag >= kTime && to.tag <= kOid);
  if (from == kChar && to.tag == kBytea) {
    FIRN_TRY(auto padded, OutputText(expr, context));
    return ReadSql({.sql = std::move(padded), .type = {.tag = kText}}, to);
  }
  if (IsString(from) && !IsString(to.tag) && readable) return ReadSql(expr, to);
  if (IsLater(from) || IsLater(to.tag)) return LaterCastSql(expr, to, context);
  if (IsString(to.tag)) {
    const bool plain = Style().extra_float_digits > 0 && !Style().bytea_escape;
    if (!plain && (from == kFloat4 || from == kFloat8 || from == kBytea)) {
      return Refuse(expr.location,
                    fmt::format("a cast from {} to text is not supported with these settings",
                                DisplayType(from)),
                    "SET extra_float_digits = 1, bytea_output = 'hex'.");
    }
    const bool is_time = from == kDate || from == kTimestamp;
    // The engine writes a numeric(2,2) without the zero before the point.
    const bool all_scale = from == kNumeric && expr.type.precision == expr.type.scale;
    const auto* writer = from == kFloat4     ? "sql_float4_text"
                         : from == kFloat8   ? "sql_float8_text"
                         : from == kInterval ? "sql_interval_text"
                         : from == kBytea    ? "sql_bytea_text"
                                             : nullptr;
    auto text = writer != nullptr      ? fmt::format("{}({})", writer, expr.sql)
                : from == kTimestamptz ? fmt::format("sql_tz_text({}, {})", expr.sql, ZoneSql())
                : is_time              ? fmt::format("firn_time_text({})", expr.sql)
                : all_scale            ? fmt::format("sql_num_text({})", expr.sql)
                                       : CastTo(expr.sql, "VARCHAR");
    const bool cut = to.length > 0 && context == CastContext::kExplicit;
    return cut ? fmt::format("left({}, {})", text, to.length) : text;
  }
  if (IsOpen(expr.type)) return OpenCastSql(expr, to);
  if (IsOpen(to) && (from == kFloat4 || from == kFloat8)) {
    return fmt::format("sql_num_from_{}({})", from == kFloat4 ? "float4" : "float8", expr.sql);
  }
  if (from == kNumeric && (to.tag == kFloat4 || to.tag == kFloat8) &&
      expr.type.precision > kExactDoubleDigits) {
    return CastTo(CastTo(expr.sql, "VARCHAR"), EngineType(to));
  }
  if ((from == kFloat4 || from == kFloat8) && to.tag == kNumeric) {
    // Postgres goes by 15 (6) significant digits, not by the binary value.
    const int digits = from == kFloat8 ? 15 : 6;
    return CastTo(fmt::format("printf('%.{}g', {})", digits, expr.sql), EngineType(to));
  }
  if (to.tag == kNumeric && to.precision == 0) {
    return CastTo(expr.sql, EngineType(AsNumeric(expr.type)));
  }
  if (auto zoned = ZonedCast(expr, to, ZoneSql()); !zoned.empty()) return zoned;
  return CastTo(expr.sql, EngineType(to));
}

}  // namespace firn::sql
