#include "columnar/types.h"

#include <array>
#include <charconv>

#include <arrow/type.h>

namespace firn::columnar {
namespace {

using Kind = TypeKind;

// The table. One row a kind, in the order of the enum.
constexpr std::array<TypeInfo, kTypeKindCount> kTypes = {{
    {Kind::kBool, "boolean", "bool", 16, 1, "boolean", "BOOLEAN"},
    {Kind::kInt2, "smallint", "int2", 21, 2, "int", "SMALLINT"},
    {Kind::kInt4, "integer", "int4", 23, 4, "int", "INTEGER"},
    {Kind::kInt8, "bigint", "int8", 20, 8, "long", "BIGINT"},
    {Kind::kFloat4, "real", "float4", 700, 4, "float", "FLOAT"},
    {Kind::kFloat8, "double precision", "float8", 701, 8, "double", "DOUBLE"},
    {Kind::kNumeric, "numeric", "numeric", 1700, -1, "decimal", "DECIMAL"},
    {Kind::kText, "text", "text", 25, -1, "string", "VARCHAR"},
    {Kind::kVarchar, "character varying", "varchar", 1043, -1, "string", "VARCHAR"},
    {Kind::kBytea, "bytea", "bytea", 17, -1, "binary", "BLOB"},
    {Kind::kDate, "date", "date", 1082, 4, "date", "DATE"},
    {Kind::kTimestamp, "timestamp without time zone", "timestamp", 1114, 8, "timestamp",
     "TIMESTAMP"},
    {Kind::kTimestamptz, "timestamp with time zone", "timestamptz", 1184, 8, "timestamptz",
     "TIMESTAMP WITH TIME ZONE"},
    {Kind::kUuid, "uuid", "uuid", 2950, 16, "uuid", "UUID"},
}};

struct Alias {
  std::string_view name;
  Kind kind;
};
// Spellings that are neither the SQL name nor the catalog name, of Postgres and of DuckDB.
constexpr std::array kAliases = {
    Alias{"int", Kind::kInt4},
    Alias{"decimal", Kind::kNumeric},
    Alias{"float", Kind::kFloat8},
    Alias{"timestamp", Kind::kTimestamp},
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

// Types that PostgreSQL has and firn does not yet: better named than "does not exist".
constexpr std::array<std::string_view, 21> kKnownUnsupported = {
    "char",   "bpchar", "character", "time",    "timetz",   "interval", "json",
    "jsonb",  "inet",   "cidr",      "macaddr", "money",    "xml",      "bit",
    "varbit", "point",  "oid",       "name",    "tsvector", "hstore",   "int4range"};

Result<Type> WithModifiers(Kind kind, std::string_view spelled,
                           std::span<const int32_t> modifiers) {
  if (kind == Kind::kNumeric) {
    if (modifiers.empty()) {
      return Fail(MakeError(ErrorCode::kUnsupported, "numeric without a precision is not supported")
                      .WithHint("Say numeric(38,9), or the precision and scale you need."));
    }
    const int32_t precision = modifiers[0];
    const int32_t scale = modifiers.size() > 1 ? modifiers[1] : 0;
    if (precision < 1 || precision > kMaxPrecision) {
      return Fail(MakeError(ErrorCode::kInvalidInput,
                            "NUMERIC precision {} must be between 1 and {}", precision,
                            kMaxPrecision)
                      .WithSqlState("22023"));
    }
    if (scale < 0 || scale > precision) {
      return Fail(MakeError(ErrorCode::kInvalidInput,
                            "NUMERIC scale {} must be between 0 and precision {}", scale, precision)
                      .WithSqlState("22023"));
    }
    return Numeric(precision, scale);
  }
  if (kind == Kind::kVarchar) {
    if (modifiers.empty()) return Type{Kind::kVarchar};
    if (modifiers[0] < 1 || modifiers[0] > 10'485'760) {
      return Fail(MakeError(ErrorCode::kInvalidInput,
                            "length for type varchar must be between 1 and 10485760: {}",
                            modifiers[0])
                      .WithSqlState("22023"));
    }
    return Varchar(modifiers[0]);
  }
  if (kind == Kind::kTimestamp || kind == Kind::kTimestamptz) {
    if (modifiers.empty() || modifiers[0] == 6) return Type{kind};
    return Fail(MakeError(ErrorCode::kUnsupported, "{}({}) is not supported", spelled, modifiers[0])
                    .WithHint("Timestamps are kept in microseconds: leave the precision out."));
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

}  // namespace

Type Numeric(int32_t precision, int32_t scale) {
  return {.kind = Kind::kNumeric, .precision = precision, .scale = scale};
}
Type Varchar(int32_t length) {
  return {.kind = Kind::kVarchar, .length = length};
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

std::string PostgresName(const Type& type) {
  const auto& info = Info(type.kind);
  if (type.kind == Kind::kNumeric && type.precision > 0) {
    return fmt::format("{}({},{})", info.name, type.precision, type.scale);
  }
  if (type.kind == Kind::kVarchar && type.length > 0) {
    return fmt::format("{}({})", info.name, type.length);
  }
  return std::string(info.name);
}

int32_t TypeModifier(const Type& type) {
  // PostgreSQL adds the size of a varlena header to both.
  if (type.kind == Kind::kNumeric && type.precision > 0) {
    return ((type.precision << 16) | type.scale) + 4;
  }
  if (type.kind == Kind::kVarchar && type.length > 0) return type.length + 4;
  return -1;
}

std::string IcebergName(const Type& type) {
  const auto& info = Info(type.kind);
  if (type.kind == Kind::kNumeric) {
    return fmt::format("{}({}, {})", info.iceberg, type.precision, type.scale);
  }
  return std::string(info.iceberg);
}

std::string DuckDbName(const Type& type) {
  const auto& info = Info(type.kind);
  if (type.kind == Kind::kNumeric) {
    if (type.precision == 0) return "VARCHAR";
    return fmt::format("{}({},{})", info.duckdb, type.precision, type.scale);
  }
  return std::string(info.duckdb);
}

std::shared_ptr<arrow::DataType> ArrowType(const Type& type) {
  switch (type.kind) {
    case Kind::kBool:
      return arrow::boolean();
    case Kind::kInt2:
      return arrow::int16();
    case Kind::kInt4:
      return arrow::int32();
    case Kind::kInt8:
      return arrow::int64();
    case Kind::kFloat4:
      return arrow::float32();
    case Kind::kFloat8:
      return arrow::float64();
    case Kind::kNumeric:
      if (type.precision == 0) return arrow::utf8();
      return arrow::decimal128(type.precision, type.scale);
    case Kind::kText:
    case Kind::kVarchar:
      return arrow::utf8();
    case Kind::kBytea:
      return arrow::binary();
    case Kind::kDate:
      return arrow::date32();
    case Kind::kTimestamp:
      return arrow::timestamp(arrow::TimeUnit::MICRO);
    case Kind::kTimestamptz:
      return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
    case Kind::kUuid:
      return arrow::fixed_size_binary(16);
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
  for (const auto unsupported : kKnownUnsupported) {
    if (unsupported == name) {
      return Fail(MakeError(ErrorCode::kUnsupported, "type \"{}\" is not supported yet", name)
                      .WithHint("Use text, or one of the types listed in docs/guide/types.md."));
    }
  }
  return Fail(
      MakeError(ErrorCode::kNotFound, "type \"{}\" does not exist", name).WithSqlState("42704"));
}

Result<Type> ParsePostgresName(std::string_view text) {
  const auto spelled = SplitModifiers(text);
  if (!spelled) return Fail(ErrorCode::kInvalidInput, "not a type: \"{}\"", text);
  return TypeFromName(spelled->name, spelled->modifiers);
}

Result<Type> TypeFromDuckDb(std::string_view duckdb_name) {
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
