// columnar: the one table of types. A firn column has a Postgres type; everything else (Arrow,
// Iceberg, Parquet, DuckDB) follows from it here and nowhere else.
//
//   Postgres          Arrow                    Iceberg          DuckDB
//   boolean           bool                     boolean          BOOLEAN
//   smallint          int16                    int              SMALLINT
//   integer           int32                    int              INTEGER
//   bigint            int64                    long             BIGINT
//   real              float                    float            FLOAT
//   double precision  double                   double           DOUBLE
//   numeric(p,s)      decimal128(p,s)          decimal(p, s)    DECIMAL(p,s)
//   text, varchar(n)  utf8                     string           VARCHAR
//   bytea             binary                   binary           BLOB
//   date              date32                   date             DATE
//   timestamp         timestamp[us]            timestamp        TIMESTAMP
//   timestamptz       timestamp[us, UTC]       timestamptz      TIMESTAMP WITH TIME ZONE
//   uuid              fixed_size_binary(16)    uuid             UUID
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"

namespace firn::columnar {

enum class TypeKind : uint8_t {
  kBool,
  kInt2,
  kInt4,
  kInt8,
  kFloat4,
  kFloat8,
  kNumeric,
  kText,
  kVarchar,
  kBytea,
  kDate,
  kTimestamp,
  kTimestamptz,
  kUuid,
};
inline constexpr int kTypeKindCount = static_cast<int>(TypeKind::kUuid) + 1;

inline constexpr int kMaxPrecision = 38;

/// A Postgres type with its modifier: numeric(precision, scale), varchar(length). A numeric of
/// precision 0 is an open one, a query's result only: text, with the scale each value has.
struct Type {
  TypeKind kind = TypeKind::kText;
  int32_t precision = 0;  // numeric: 1..38, or 0: open
  int32_t scale = 0;      // numeric: 0..precision
  int32_t length = 0;     // varchar: most characters, 0: no limit

  bool operator==(const Type&) const = default;
};

Type Numeric(int32_t precision, int32_t scale);
Type Varchar(int32_t length);

/// What is the same for every type of a kind.
struct TypeInfo {
  TypeKind kind;
  std::string_view name;     // as format_type() prints it: "double precision"
  std::string_view catalog;  // as pg_type.typname: "float8"
  uint32_t oid;
  int16_t size;  // pg_type.typlen; -1: variable
  std::string_view iceberg;
  std::string_view duckdb;
};
const TypeInfo& Info(TypeKind kind);
/// By pg_type.oid, or null.
const TypeInfo* FindByOid(uint32_t oid);

/// "numeric(12,2)", "character varying(20)", "timestamp with time zone".
std::string PostgresName(const Type& type);
/// pg_attribute.atttypmod: -1 where the type has none.
int32_t TypeModifier(const Type& type);
/// "decimal(12, 2)", "string", "timestamptz".
std::string IcebergName(const Type& type);
/// "DECIMAL(12,2)", "VARCHAR".
std::string DuckDbName(const Type& type);
std::shared_ptr<arrow::DataType> ArrowType(const Type& type);

/// From a type's name and modifiers as libpg_query gives them ("int4", "varchar" {20},
/// "numeric" {12,2}) or as PostgresName prints it.
/// Errors: 42704 for a type that does not exist, 0A000 with a hint for one not supported
/// (bare numeric: say numeric(p,s)), 22023 for a modifier out of range.
Result<Type> TypeFromName(std::string_view name, std::span<const int32_t> modifiers);
/// Inverse of PostgresName.
Result<Type> ParsePostgresName(std::string_view text);
/// The Postgres type of a DuckDB result column, by DuckDB's name of its type: HUGEINT becomes
/// numeric(38,0), UINTEGER bigint, ENUM text. 0A000 naming the type where there is none.
Result<Type> TypeFromDuckDb(std::string_view duckdb_name);

/// A named result column, for protocols.
struct Field {
  std::string name;
  Type type;
};

}  // namespace firn::columnar
