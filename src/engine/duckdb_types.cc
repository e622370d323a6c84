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

}  // namespace

OwnedType LogicalTypeOf(const columnar::Type& type) {
  if (type.kind == Kind::kNumeric) {
    return OwnedType(duckdb_create_decimal_type(static_cast<uint8_t>(type.precision),
                                                static_cast<uint8_t>(type.scale)));
  }
  return OwnedType(duckdb_create_logical_type(kIds[static_cast<size_t>(type.kind)].id));
}

std::string TypeName(duckdb_logical_type type) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      return "BOOLEAN";
    case DUCKDB_TYPE_TINYINT:
      return "TINYINT";
    case DUCKDB_TYPE_SMALLINT:
      return "SMALLINT";
    case DUCKDB_TYPE_INTEGER:
      return "INTEGER";
    case DUCKDB_TYPE_BIGINT:
      return "BIGINT";
    case DUCKDB_TYPE_UTINYINT:
      return "UTINYINT";
    case DUCKDB_TYPE_USMALLINT:
      return "USMALLINT";
    case DUCKDB_TYPE_UINTEGER:
      return "UINTEGER";
    case DUCKDB_TYPE_UBIGINT:
      return "UBIGINT";
    case DUCKDB_TYPE_HUGEINT:
      return "HUGEINT";
    case DUCKDB_TYPE_UHUGEINT:
      return "UHUGEINT";
    case DUCKDB_TYPE_BIGNUM:
      return "BIGNUM";
    case DUCKDB_TYPE_FLOAT:
      return "FLOAT";
    case DUCKDB_TYPE_DOUBLE:
      return "DOUBLE";
    case DUCKDB_TYPE_DECIMAL:
      return fmt::format("DECIMAL({},{})", duckdb_decimal_width(type), duckdb_decimal_scale(type));
    case DUCKDB_TYPE_VARCHAR:
      return "VARCHAR";
    case DUCKDB_TYPE_BLOB:
      return "BLOB";
    case DUCKDB_TYPE_BIT:
      return "BIT";
    case DUCKDB_TYPE_DATE:
      return "DATE";
    case DUCKDB_TYPE_TIME:
      return "TIME";
    case DUCKDB_TYPE_TIME_NS:
      return "TIME_NS";
    case DUCKDB_TYPE_TIME_TZ:
      return "TIME WITH TIME ZONE";
    case DUCKDB_TYPE_TIMESTAMP:
      return "TIMESTAMP";
    case DUCKDB_TYPE_TIMESTAMP_S:
      return "TIMESTAMP_S";
    case DUCKDB_TYPE_TIMESTAMP_MS:
      return "TIMESTAMP_MS";
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return "TIMESTAMP_NS";
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return "TIMESTAMP WITH TIME ZONE";
    case DUCKDB_TYPE_INTERVAL:
      return "INTERVAL";
    case DUCKDB_TYPE_UUID:
      return "UUID";
    case DUCKDB_TYPE_ENUM:
      return "ENUM";
    case DUCKDB_TYPE_LIST:
      return "LIST";
    case DUCKDB_TYPE_STRUCT:
      return "STRUCT";
    case DUCKDB_TYPE_MAP:
      return "MAP";
    case DUCKDB_TYPE_ARRAY:
      return "ARRAY";
    case DUCKDB_TYPE_UNION:
      return "UNION";
    case DUCKDB_TYPE_VARIANT:
      return "VARIANT";
    case DUCKDB_TYPE_GEOMETRY:
      return "GEOMETRY";
    case DUCKDB_TYPE_SQLNULL:
      return "\"NULL\"";
    default:
      return "UNKNOWN";
  }
}

duckdb_type DecimalStorage(int precision) {
  if (precision <= 4) return DUCKDB_TYPE_SMALLINT;
  if (precision <= 9) return DUCKDB_TYPE_INTEGER;
  if (precision <= 18) return DUCKDB_TYPE_BIGINT;
  return DUCKDB_TYPE_HUGEINT;
}

}  // namespace firn::engine
