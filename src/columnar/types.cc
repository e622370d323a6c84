#include "columnar/types.h"

#include <array>
#include <charconv>

#include <arrow/type.h>

namespace firn::columnar {
namespace {

using Kind = TypeKind;

// The table. One row a kind, in the order of the enum.
constexpr std::array<TypeInfo, kTypeKindCount> kTypes = {{
    {Kind::kBool, "boolean", "bool", 16, 1000, 1, 'B', true, Layout::kBool, "boolean", "BOOLEAN",
     true},
    {Kind::kInt2, "smallint", "int2", 21, 1005, 2, 'N', false, Layout::kInt16, "int", "SMALLINT",
     true},
    {Kind::kInt4, "integer", "int4", 23, 1007, 4, 'N', false, Layout::kInt32, "int", "INTEGER",
     true},
    {Kind::kInt8, "bigint", "int8", 20, 1016, 8, 'N', false, Layout::kInt64, "long", "BIGINT",
     true},
    {Kind::kFloat4, "real", "float4", 700, 1021, 4, 'N', false, Layout::kFloat, "float", "FLOAT",
     true},
    {Kind::kFloat8, "double precision", "float8", 701, 1022, 8, 'N', true, Layout::kDouble,
     "double", "DOUBLE", true},
    {Kind::kNumeric, "numeric", "numeric", 1700, 1231, -1, 'N', false, Layout::kDecimal, "decimal",
     "DECIMAL", true},
    {Kind::kText, "text", "text", 25, 1009, -1, 'S', true, Layout::kUtf8, "string", "VARCHAR",
     true},
    {Kind::kVarchar, "character varying", "varchar", 1043, 1015, -1, 'S', false, Layout::kUtf8,
     "string", "VARCHAR", true},
    {Kind::kBytea, "bytea", "bytea", 17, 1001, -1, 'U', false, Layout::kBinary, "binary", "BLOB",
     true},
    {Kind::kDate, "date", "date", 1082, 1182, 4, 'D', false, Layout::kDate, "date", "DATE", true},
    {Kind::kTimestamp, "timestamp without time zone", "timestamp", 1114, 1115, 8, 'D', false,
     Layout::kTimestamp, "timestamp", "TIMESTAMP", true},
    {Kind::kTimestamptz, "timestamp with time zone", "timestamptz", 1184, 1185, 8, 'D', true,
     Layout::kTimestamptz, "timestamptz", "TIMESTAMP WITH TIME ZONE", true},
    {Kind::kUuid, "uuid", "uuid", 2950, 2951, 16, 'U', false, Layout::kUuid, "uuid", "UUID", true},
    {Kind::kChar, "character", "bpchar", 1042, 1014, -1, 'S', false, Layout::kUtf8, "string",
     "VARCHAR", true},
    {Kind::kTime, "time without time zone", "time", 1083, 1183, 8, 'D', false, Layout::kTime,
     "time", "TIME", true},
    {Kind::kTimetz, "time with time zone", "timetz", 1266, 1270, 12, 'D', false, Layout::kUtf8,
     "string", "VARCHAR", false},
    {Kind::kInterval, "interval", "interval", 1186, 1187, 16, 'T', true, Layout::kUtf8, "string",
     "INTERVAL", false},
    {Kind::kJson, "json", "json", 114, 199, -1, 'U', false, Layout::kUtf8, "string", "VARCHAR",
     false},
    {Kind::kJsonb, "jsonb", "jsonb", 3802, 3807, -1, 'U', false, Layout::kUtf8, "string", "VARCHAR",
     false},
    {Kind::kInet, "inet", "inet", 869, 1041, -1, 'I', true, Layout::kUtf8, "string", "VARCHAR",
     false},
    {Kind::kCidr, "cidr", "cidr", 650, 651, -1, 'I', false, Layout::kUtf8, "string", "VARCHAR",
     false},
    {Kind::kOid, "oid", "oid", 26, 1028, 4, 'N', true, Layout::kInt64, "long", "BIGINT", true},
    {Kind::kName, "name", "name", 19, 1003, 64, 'S', false, Layout::kUtf8, "string", "VARCHAR",
     true},
    {Kind::kInternalChar, "\"char\"", "char", 18, 1002, 1, 'Z', false, Layout::kUtf8, "string",
     "VARCHAR", true},
    {Kind::kEnum, "enum", "enum", 0, 0, 4, 'E', false, Layout::kUtf8, "string", "VARCHAR", false},
    {Kind::kRegclass, "regclass", "regclass", 2205, 2210, 4, 'N', false, Layout::kInt64, "",
     "BIGINT", false},
    {Kind::kRegtype, "regtype", "regtype", 2206, 2211, 4, 'N', false, Layout::kInt64, "", "BIGINT",
     false},
    {Kind::kRegproc, "regproc", "regproc", 24, 1008, 4, 'N', false, Layout::kUtf8, "", "VARCHAR",
     false},
    {Kind::kRegprocedure, "regprocedure", "regprocedure", 2202, 2207, 4, 'N', false, Layout::kUtf8,
     "", "VARCHAR", false},
    {Kind::kRegnamespace, "regnamespace", "regnamespace", 4089, 4090, 4, 'N', false, Layout::kInt64,
     "", "BIGINT", false},
    {Kind::kRegrole, "regrole", "regrole", 4096, 4097, 4, 'N', false, Layout::kInt64, "", "BIGINT",
     false},
    {Kind::kXid, "xid", "xid", 28, 1011, 4, 'U', false, Layout::kInt64, "", "BIGINT", false},
    {Kind::kInt2Vector, "int2vector", "int2vector", 22, 1006, -1, 'A', false, Layout::kList, "",
     "SMALLINT[]", false},
    {Kind::kOidVector, "oidvector", "oidvector", 30, 1013, -1, 'A', false, Layout::kList, "",
     "BIGINT[]", false},
    {Kind::kAclItem, "aclitem", "aclitem", 1033, 1034, 12, 'U', false, Layout::kUtf8, "", "VARCHAR",
     false},
    {Kind::kVoid, "void", "void", 2278, 0, 4, 'P', false, Layout::kUtf8, "", "VARCHAR", false},
}};

struct Alias {
  std::string_view name;
  Kind kind;
};
// Spellings that are neither the SQL name nor the catalog name, of Postgres and of DuckDB.
constexpr std::array kAliases = {
    Alias{"int", Kind::kInt4},     Alias{"decimal", Kind::kNumeric},
    Alias{"float", Kind::kFloat8}, Alias{"timestamp", Kind::kTimestamp},
    Alias{"time", Kind::kTime},
};
struct DuckAlias {
  std::string_view name;
  Type type;
};
constexpr std::array kDuckAliases = {
    DuckAlias{"TINYINT", {Kind::kInt2}},
    DuckAlias{"UTINYINT", {Kind::kInt2}},
    DuckAlias{"USMALLINT", {Kind::kInt4}},
    DuckAlias{"UINTEGER", {Kind::kInt8}},
    DuckAlias{"UBIGINT", {Kind::kNumeric, 20, 0}},
    DuckAlias{"HUGEINT", {Kind::kNumeric, kMaxPrecision, 0}},
    DuckAlias{"TIMESTAMP_S", {Kind::kTimestamp}},
    DuckAlias{"TIMESTAMP_MS", {Kind::kTimestamp}},
    DuckAlias{"TIMESTAMP_NS", {Kind::kTimestamp}},
    DuckAlias{"\"NULL\"", {Kind::kText}},
    DuckAlias{"NULL", {Kind::kText}},
};

// Types that PostgreSQL has and firn has not: better named, with what to use instead, than
// "does not exist".
struct Refused {
  std::string_view name;
  std::string_view hint;
};
constexpr std::string_view kUseNumeric = "Use numeric(20,2).";
constexpr std::string_view kUseText = "Use text.";
constexpr std::string_view kUseBits = "Use bytea, or text of zeros and ones.";
constexpr std::string_view kUseTwo = "Use two columns, for the lower and the upper bound.";
constexpr std::string_view kUsePoints = "Use double precision columns for coordinates.";
constexpr std::string_view kUseBigint = "Use bigint.";
constexpr std::array kRefused = {
    Refused{"money", kUseNumeric},
    Refused{"xml", kUseText},
    Refused{"bit", kUseBits},
    Refused{"varbit", kUseBits},
    Refused{"bit varying", kUseBits},
    Refused{"macaddr", kUseText},
    Refused{"macaddr8", kUseText},
    Refused{"tsvector", kUseText},
    Refused{"tsquery", kUseText},
    Refused{"jsonpath", kUseText},
    Refused{"hstore", "Use jsonb."},
    Refused{"citext", "Use text, and compare lower(a) = lower(b)."},
    Refused{"ltree", kUseText},
    Refused{"vector", "Use real[]."},
    Refused{"geometry", kUsePoints},
    Refused{"geography", kUsePoints},
    Refused{"point", kUsePoints},
    Refused{"line", kUsePoints},
    Refused{"lseg", kUsePoints},
    Refused{"box", kUsePoints},
    Refused{"path", kUsePoints},
    Refused{"polygon", kUsePoints},
    Refused{"circle", kUsePoints},
    Refused{"int4range", kUseTwo},
    Refused{"int8range", kUseTwo},
    Refused{"numrange", kUseTwo},
    Refused{"tsrange", kUseTwo},
    Refused{"tstzrange", kUseTwo},
    Refused{"daterange", kUseTwo},
    Refused{"int4multirange", kUseTwo},
    Refused{"int8multirange", kUseTwo},
    Refused{"nummultirange", kUseTwo},
    Refused{"tsmultirange", kUseTwo},
    Refused{"tstzmultirange", kUseTwo},
    Refused{"datemultirange", kUseTwo},
    Refused{"xid8", kUseBigint},
    Refused{"pg_lsn", kUseText},
    Refused{"pg_snapshot", kUseText},
    Refused{"txid_snapshot", kUseText},
    Refused{"tid", kUseText},
    Refused{"cid", kUseBigint},
    Refused{"refcursor", kUseText},
    Refused{"regoper", kUseText},
    Refused{"regoperator", kUseText},
    Refused{"regcollation", kUseText},
    Refused{"regconfig", kUseText},
    Refused{"regdictionary", kUseText},
};

Result<Type> WithModifiers(Kind kind, std::string_view spelled,
                           std::span<const int32_t> modifiers) {
  if (kind == Kind::kNumeric) {
    if (modifiers.empty()) return Type{Kind::kNumeric};
    const int32_t precision = modifiers[0];
    const int32_t scale = modifiers.size() > 1 ? modifiers[1] : 0;
    constexpr int32_t kPostgresMax = 1000;
    if (precision < 1 || precision > kPostgresMax) {
      return Fail(MakeError(ErrorCode::kInvalidInput,
                            "NUMERIC precision {} must be between 1 and {}", precision,
                            kPostgresMax)
                      .WithSqlState("22023"));
    }
    if (scale < -kPostgresMax || scale > kPostgresMax) {
      return Fail(MakeError(ErrorCode::kInvalidInput, "NUMERIC scale {} must be between -{} and {}",
                            scale, kPostgresMax, kPostgresMax)
                      .WithSqlState("22023"));
    }
    if (precision > kMaxPrecision || scale < 0 || scale > precision) {
      return Fail(
          MakeError(ErrorCode::kUnsupported, "numeric({},{}) is not supported", precision, scale)
              .WithSqlState("0A000")
              .WithHint(fmt::format("A precision is 1 to {}, a scale 0 to the precision.",
                                    kMaxPrecision)));
    }
    return Numeric(precision, scale);
  }
  if (kind == Kind::kVarchar || kind == Kind::kChar) {
    if (modifiers.empty()) return Type{.kind = kind};
    if (modifiers[0] < 1 || modifiers[0] > 10'485'760) {
      const bool small = modifiers[0] < 1;
      return Fail(MakeError(ErrorCode::kInvalidInput, "length for type {} {}",
                            kind == Kind::kChar ? "char" : "varchar",
                            small ? "must be at least 1" : "cannot exceed 10485760")
                      .WithSqlState("22023"));
    }
    return Type{.kind = kind, .length = modifiers[0]};
  }
  if (kind == Kind::kEnum) {
    if (modifiers.size() == 1) return Enum(static_cast<uint32_t>(modifiers[0]));
    return Fail(
        MakeError(ErrorCode::kNotFound, "type \"enum\" does not exist").WithSqlState("42704"));
  }
  if (kind == Kind::kTimestamp || kind == Kind::kTimestamptz || kind == Kind::kTime ||
      kind == Kind::kTimetz) {
    if (modifiers.empty() || modifiers[0] == 6) return Type{kind};
    return Fail(MakeError(ErrorCode::kUnsupported, "{}({}) is not supported", spelled, modifiers[0])
                    .WithHint("Times are kept in microseconds: leave the precision out."));
  }
  if (kind == Kind::kInterval && !modifiers.empty()) {
    return Fail(
        MakeError(ErrorCode::kUnsupported, "interval with fields or a precision is not supported")
            .WithHint("Say interval: it holds all fields, to the microsecond."));
  }
  if (kind == Kind::kFloat8 && spelled == "float" && !modifiers.empty()) {
    return Type{modifiers[0] <= 24 ? Kind::kFloat4 : Kind::kFloat8};
  }
  if (!modifiers.empty()) {
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "type modifier is not allowed for type \"{}\"", spelled)
            .WithSqlState("42601"));
  }
  return Type{kind};
}

// "numeric(12,2)" -> "numeric" and {12, 2}.
struct Spelled {
  std::string name;
  std::vector<int32_t> modifiers;
};
std::optional<Spelled> SplitModifiers(std::string_view text) {
  Spelled spelled;
  const auto open = text.find('(');
  spelled.name = std::string(text.substr(0, open));
  while (!spelled.name.empty() && spelled.name.back() == ' ') spelled.name.pop_back();
  if (open == std::string_view::npos) return spelled;
  const char* at = text.data() + open + 1;
  const char* end = text.data() + text.size();
  while (at < end && *at != ')') {
    if (*at == ',' || *at == ' ') {
      ++at;
      continue;
    }
    int32_t number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc{}) return std::nullopt;
    spelled.modifiers.push_back(number);
    at = next;
  }
  return spelled;
}

// A regclass and the like with a scale is written out as its name: in results only.
bool IsNameOfOid(const Type& type) {
  return type.kind >= Kind::kRegclass && type.kind <= Kind::kRegrole && type.scale == 1;
}

}  // namespace

Type Numeric(int32_t precision, int32_t scale) {
  return {.kind = Kind::kNumeric, .precision = precision, .scale = scale};
}
Type Varchar(int32_t length) {
  return {.kind = Kind::kVarchar, .length = length};
}
Type Char(int32_t length) {
  return {.kind = Kind::kChar, .length = length};
}
Type Enum(uint32_t oid) {
  return {.kind = Kind::kEnum, .user_type = oid};
}
Type ArrayOf(Type element) {
  element.array = true;
  return element;
}
Type ElementOf(Type type) {
  if (type.array) {
    type.array = false;
    return type;
  }
  if (type.kind == Kind::kInt2Vector) return {Kind::kInt2};
  if (type.kind == Kind::kOidVector) return {Kind::kOid};
  return type;
}

const TypeInfo& Info(TypeKind kind) {
  return kTypes[static_cast<size_t>(kind)];
}

const TypeInfo* FindByOid(uint32_t oid) {
  for (const auto& info : kTypes) {
    if (info.oid == oid) return &info;
  }
  return nullptr;
}

std::optional<Type> TypeFromOid(uint32_t oid) {
  if (oid == 0) return std::nullopt;
  for (const auto& info : kTypes) {
    if (info.oid == oid) return Type{info.kind};
    if (info.array_oid == oid) return Type{.kind = info.kind, .array = true};
  }
  return std::nullopt;
}

uint32_t Oid(const Type& type) {
  if (type.user_type != 0) return type.user_type + (type.array ? 1 : 0);
  const auto& info = Info(type.kind);
  return type.array ? info.array_oid : info.oid;
}

int16_t Size(const Type& type) {
  return type.array ? int16_t{-1} : Info(type.kind).size;
}

char Category(const Type& type) {
  return type.array ? 'A' : Info(type.kind).category;
}

Type BaseType(Type type) {
  if (type.kind != Kind::kEnum) type.user_type = 0;
  return type;
}

bool IsStorable(TypeKind kind) {
  return kind <= Kind::kEnum;
}

Type Stored(Type type) {
  if (IsBare(type) && type.scale != kAsText) {
    type.precision = kBarePrecision;
    type.scale = std::max(type.scale, kBareScale);
  }
  return type;
}

std::string PostgresName(const Type& type) {
  if (type.array) return PostgresName(ElementOf(type)) + "[]";
  const auto& info = Info(type.kind);
  if (type.kind == Kind::kNumeric && type.precision > 0 && type.length >= 0) {
    return fmt::format("{}({},{})", info.name, type.precision, type.scale);
  }
  if (type.kind == Kind::kChar && type.length == 0) return std::string(info.catalog);
  if (type.length > 0) return fmt::format("{}({})", info.name, type.length);
  if (type.kind == Kind::kEnum) return fmt::format("{}({})", info.name, type.user_type);
  return std::string(info.name);
}

int32_t TypeModifier(const Type& type) {
  // PostgreSQL adds the size of a varlena header to both.
  if (type.kind == Kind::kNumeric && type.precision > 0) {
    // A length below zero: of a result whose size no one declared.
    return type.length < 0 ? -1 : ((type.precision << 16) | type.scale) + 4;
  }
  if (type.length > 0) return type.length + 4;
  return -1;
}

std::string IcebergName(const Type& type) {
  const auto& info = Info(type.kind);
  if (IsBare(type) && type.scale == kAsText) return std::string(Info(Kind::kText).iceberg);
  if (type.kind == Kind::kNumeric) {
    const auto kept = Stored(type);
    return fmt::format("{}({}, {})", info.iceberg, kept.precision, kept.scale);
  }
  return std::string(info.iceberg);
}

std::string DuckDbName(const Type& type) {
  if (type.array) return DuckDbName(ElementOf(type)) + "[]";
  const auto& info = Info(type.kind);
  if (IsNameOfOid(type)) return std::string(Info(Kind::kText).duckdb);
  if (type.kind != Kind::kNumeric) return std::string(info.duckdb);
  if (type.precision == 0) return std::string(Info(Kind::kText).duckdb);
  return fmt::format("{}({},{})", info.duckdb, type.precision, type.scale);
}

Layout LayoutOf(const Type& type) {
  if (type.array) return Layout::kList;
  if (IsBare(type)) return Layout::kUtf8;
  if (IsNameOfOid(type)) return Layout::kUtf8;
  return Info(type.kind).layout;
}

std::shared_ptr<arrow::DataType> ArrowType(const Type& type) {
  switch (LayoutOf(type)) {
    case Layout::kBool:
      return arrow::boolean();
    case Layout::kInt16:
      return arrow::int16();
    case Layout::kInt32:
      return arrow::int32();
    case Layout::kInt64:
      return arrow::int64();
    case Layout::kFloat:
      return arrow::float32();
    case Layout::kDouble:
      return arrow::float64();
    case Layout::kDecimal:
      return arrow::decimal128(type.precision, type.scale);
    case Layout::kUtf8:
      return arrow::utf8();
    case Layout::kBinary:
      return arrow::binary();
    case Layout::kDate:
      return arrow::date32();
    case Layout::kTime:
      return arrow::time64(arrow::TimeUnit::MICRO);
    case Layout::kTimestamp:
      return arrow::timestamp(arrow::TimeUnit::MICRO);
    case Layout::kTimestamptz:
      return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
    case Layout::kUuid:
      return arrow::fixed_size_binary(16);
    case Layout::kList:
      return arrow::list(arrow::field("element", ArrowType(ElementOf(type))));
  }
  return nullptr;
}

Result<Type> TypeFromName(std::string_view name, std::span<const int32_t> modifiers) {
  for (const auto& info : kTypes) {
    if (info.name == name || info.catalog == name) {
      return WithModifiers(info.kind, name, modifiers);
    }
  }
  for (const auto& alias : kAliases) {
    if (alias.name == name) return WithModifiers(alias.kind, name, modifiers);
  }
  for (const auto& refused : kRefused) {
    if (refused.name != name) continue;
    return Fail(MakeError(ErrorCode::kUnsupported, "type \"{}\" is not supported", name)
                    .WithHint(std::string(refused.hint)));
  }
  return Fail(
      MakeError(ErrorCode::kNotFound, "type \"{}\" does not exist", name).WithSqlState("42704"));
}

Result<Type> ParsePostgresName(std::string_view text) {
  if (text.ends_with("[]")) {
    FIRN_TRY(const auto element, ParsePostgresName(text.substr(0, text.size() - 2)));
    return ArrayOf(element);
  }
  const auto spelled = SplitModifiers(text);
  if (!spelled) return Fail(ErrorCode::kInvalidInput, "not a type: \"{}\"", text);
  return TypeFromName(spelled->name, spelled->modifiers);
}

std::string KeptName(const Type& type) {
  if (type.array) return KeptName(ElementOf(type)) + "[]";
  if (!IsBare(type) || type.scale == 0) return PostgresName(type);
  return fmt::format("{}(0,{})", Info(type.kind).name, type.scale);
}

Result<Type> ParseKeptName(std::string_view text) {
  if (text.ends_with("[]")) {
    FIRN_TRY(const auto element, ParseKeptName(text.substr(0, text.size() - 2)));
    return ArrayOf(element);
  }
  const auto spelled = SplitModifiers(text);
  const auto& numeric = Info(Kind::kNumeric);
  const bool bare = spelled && spelled->name == numeric.name && spelled->modifiers.size() == 2 &&
                    spelled->modifiers[0] == 0;
  if (!bare) return ParsePostgresName(text);
  const int32_t scale = spelled->modifiers[1];
  if (scale < kAsText || scale > kMaxPrecision) {
    return Fail(ErrorCode::kInvalidInput, "not a type: \"{}\"", text);
  }
  return Type{.kind = Kind::kNumeric, .scale = scale};
}

Result<Type> TypeFromDuckDb(std::string_view duckdb_name) {
  if (duckdb_name.ends_with("[]") && !duckdb_name.ends_with("[][]")) {
    FIRN_TRY(const auto element, TypeFromDuckDb(duckdb_name.substr(0, duckdb_name.size() - 2)));
    return ArrayOf(element);
  }
  for (const auto& alias : kDuckAliases) {
    if (alias.name == duckdb_name) return alias.type;
  }
  if (duckdb_name.starts_with("ENUM")) return Type{Kind::kText};
  const auto spelled = SplitModifiers(duckdb_name);
  if (spelled) {
    for (const auto& info : kTypes) {
      if (info.duckdb != spelled->name) continue;
      if (info.kind == Kind::kNumeric)
        return WithModifiers(info.kind, "numeric", spelled->modifiers);
      return Type{info.kind};
    }
  }
  return Fail(
      MakeError(ErrorCode::kUnsupported, "a result of type {} is not supported", duckdb_name)
          .WithHint("Cast it to a supported type, for example to text."));
}

}  // namespace firn::columnar
