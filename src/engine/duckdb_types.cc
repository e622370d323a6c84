#include <array>

#include "engine/duckdb_types_internal.h"

namespace firn::engine {
namespace {

using Kind = columnar::TypeKind;

struct IdRow {
  Kind kind;
  duckdb_type id;
};
constexpr std::array<IdRow, columnar::kTypeKindCount> kIds = {{
    {Kind::kBool, DUCKDB_TYPE_BOOLEAN},
    {Kind::kInt2, DUCKDB_TYPE_SMALLINT},
    {Kind::kInt4, DUCKDB_TYPE_INTEGER},
    {Kind::kInt8, DUCKDB_TYPE_BIGINT},
    {Kind::kFloat4, DUCKDB_TYPE_FLOAT},
    {Kind::kFloat8, DUCKDB_TYPE_DOUBLE},
    {Kind::kNumeric, DUCKDB_TYPE_DECIMAL},
    {Kind::kText, DUCKDB_TYPE_VARCHAR},
    {Kind::kVarchar, DUCKDB_TYPE_VARCHAR},
    {Kind::kBytea, DUCKDB_TYPE_BLOB},
    {Kind::kDate, DUCKDB_TYPE_DATE},
    {Kind::kTimestamp, DUCKDB_TYPE_TIMESTAMP},
    {Kind::kTimestamptz, DUCKDB_TYPE_TIMESTAMP_TZ},
    {Kind::kUuid, DUCKDB_TYPE_UUID},
}};

// Names of types without parameters, as DuckDB writes them.
constexpr std::pair<duckdb_type, std::string_view> kTypeNames[] = {
    {DUCKDB_TYPE_BOOLEAN, "BOOLEAN"},
    {DUCKDB_TYPE_TINYINT, "TINYINT"},
    {DUCKDB_TYPE_SMALLINT, "SMALLINT"},
    {DUCKDB_TYPE_INTEGER, "INTEGER"},
    {DUCKDB_TYPE_BIGINT, "BIGINT"},
    {DUCKDB_TYPE_UTINYINT, "UTINYINT"},
    {DUCKDB_TYPE_USMALLINT, "USMALLINT"},
    {DUCKDB_TYPE_UINTEGER, "UINTEGER"},
    {DUCKDB_TYPE_UBIGINT, "UBIGINT"},
    {DUCKDB_TYPE_HUGEINT, "HUGEINT"},
    {DUCKDB_TYPE_UHUGEINT, "UHUGEINT"},
    {DUCKDB_TYPE_BIGNUM, "BIGNUM"},
    {DUCKDB_TYPE_FLOAT, "FLOAT"},
    {DUCKDB_TYPE_DOUBLE, "DOUBLE"},
    {DUCKDB_TYPE_VARCHAR, "VARCHAR"},
    {DUCKDB_TYPE_BLOB, "BLOB"},
    {DUCKDB_TYPE_BIT, "BIT"},
    {DUCKDB_TYPE_DATE, "DATE"},
    {DUCKDB_TYPE_TIME, "TIME"},
    {DUCKDB_TYPE_TIME_NS, "TIME_NS"},
    {DUCKDB_TYPE_TIME_TZ, "TIME WITH TIME ZONE"},
    {DUCKDB_TYPE_TIMESTAMP, "TIMESTAMP"},
    {DUCKDB_TYPE_TIMESTAMP_S, "TIMESTAMP_S"},
    {DUCKDB_TYPE_TIMESTAMP_MS, "TIMESTAMP_MS"},
    {DUCKDB_TYPE_TIMESTAMP_NS, "TIMESTAMP_NS"},
    {DUCKDB_TYPE_TIMESTAMP_TZ, "TIMESTAMP WITH TIME ZONE"},
    {DUCKDB_TYPE_INTERVAL, "INTERVAL"},
    {DUCKDB_TYPE_UUID, "UUID"},
    {DUCKDB_TYPE_ENUM, "ENUM"},
    {DUCKDB_TYPE_LIST, "LIST"},
    {DUCKDB_TYPE_STRUCT, "STRUCT"},
    {DUCKDB_TYPE_MAP, "MAP"},
    {DUCKDB_TYPE_ARRAY, "ARRAY"},
    {DUCKDB_TYPE_UNION, "UNION"},
    {DUCKDB_TYPE_VARIANT, "VARIANT"},
    {DUCKDB_TYPE_GEOMETRY, "GEOMETRY"},
    {DUCKDB_TYPE_SQLNULL, "\"NULL\""},
};

}  // namespace

OwnedType LogicalTypeOf(const columnar::Type& type) {
  if (type.kind == Kind::kNumeric && type.precision > 0) {
    return OwnedType(duckdb_create_decimal_type(static_cast<uint8_t>(type.precision),
                                                static_cast<uint8_t>(type.scale)));
  }
  return OwnedType(duckdb_create_logical_type(kIds[static_cast<size_t>(type.kind)].id));
}

std::string TypeName(duckdb_logical_type type) {
  const duckdb_type id = duckdb_get_type_id(type);
  if (id == DUCKDB_TYPE_DECIMAL) {
    return fmt::format("DECIMAL({},{})", duckdb_decimal_width(type), duckdb_decimal_scale(type));
  }
  for (const auto& [known, name] : kTypeNames) {
    if (known == id) return std::string(name);
  }
  return "UNKNOWN";
}

duckdb_type DecimalStorage(int precision) {
  if (precision <= 4) return DUCKDB_TYPE_SMALLINT;
  if (precision <= 9) return DUCKDB_TYPE_INTEGER;
  if (precision <= 18) return DUCKDB_TYPE_BIGINT;
  return DUCKDB_TYPE_HUGEINT;
}

}  // namespace firn::engine
