#include "engine/duckdb_types_internal.h"

namespace firn::engine {
namespace {

using columnar::Layout;

duckdb_type IdOf(const columnar::Type& type) {
  switch (LayoutOf(type)) {
    case Layout::kBool:
      return DUCKDB_TYPE_BOOLEAN;
    case Layout::kInt16:
      return DUCKDB_TYPE_SMALLINT;
    case Layout::kInt32:
      return DUCKDB_TYPE_INTEGER;
    case Layout::kInt64:
      return DUCKDB_TYPE_BIGINT;
    case Layout::kFloat:
      return DUCKDB_TYPE_FLOAT;
    case Layout::kDouble:
      return DUCKDB_TYPE_DOUBLE;
    case Layout::kUtf8:
      return DUCKDB_TYPE_VARCHAR;
    case Layout::kBinary:
      return DUCKDB_TYPE_BLOB;
    case Layout::kDate:
      return DUCKDB_TYPE_DATE;
    case Layout::kTime:
      return DUCKDB_TYPE_TIME;
    case Layout::kTimestamp:
      return DUCKDB_TYPE_TIMESTAMP;
    case Layout::kTimestamptz:
      return DUCKDB_TYPE_TIMESTAMP_TZ;
    case Layout::kUuid:
      return DUCKDB_TYPE_UUID;
    case Layout::kDecimal:
    case Layout::kList:
      break;
  }
  return DUCKDB_TYPE_INVALID;
}

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
  switch (LayoutOf(type)) {
    case Layout::kDecimal:
      return OwnedType(duckdb_create_decimal_type(static_cast<uint8_t>(type.precision),
                                                  static_cast<uint8_t>(type.scale)));
    case Layout::kList:
      return OwnedType(duckdb_create_list_type(LogicalTypeOf(ElementOf(type)).get()));
    default:
      return OwnedType(duckdb_create_logical_type(IdOf(type)));
  }
}

std::string TypeName(duckdb_logical_type type) {
  const duckdb_type id = duckdb_get_type_id(type);
  if (id == DUCKDB_TYPE_DECIMAL) {
    return fmt::format("DECIMAL({},{})", duckdb_decimal_width(type), duckdb_decimal_scale(type));
  }
  if (id == DUCKDB_TYPE_LIST) {
    const OwnedType element(duckdb_list_type_child_type(type));
    return TypeName(element.get()) + "[]";
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
