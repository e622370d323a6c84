// columnar: the one table of types. A firn column has a Postgres type; everything else (Arrow,
// Iceberg, Parquet, DuckDB) follows from it here and nowhere else.
//
//   Postgres             Arrow                    Iceberg          DuckDB
//   boolean              bool                     boolean          BOOLEAN
//   smallint             int16                    int              SMALLINT
//   integer              int32                    int              INTEGER
//   bigint, oid          int64                    long             BIGINT
//   real                 float                    float            FLOAT
//   double precision     double                   double           DOUBLE
//   numeric(p,s)         decimal128(p,s)          decimal(p, s)    DECIMAL(p,s)
//   numeric  in a table  decimal128(38,9)         decimal(38, 9)   DECIMAL(38,9)
//            as text     utf8, as Postgres prints string           VARCHAR
//            in a query  utf8, as Postgres prints                  VARCHAR
//   text, varchar(n), name, "char", char(n) without its trailing blanks
//                        utf8                     string           VARCHAR
//   json, jsonb, timetz, inet, cidr and enums as Postgres prints them
//                        utf8                     string           VARCHAR
//   bytea                binary                   binary           BLOB
//   date                 date32                   date             DATE
//   time                 time64[us]               time             TIME
//   timestamp            timestamp[us]            timestamp        TIMESTAMP
//   timestamptz          timestamp[us, UTC]       timestamptz      TIMESTAMP WITH TIME ZONE
//   interval             utf8: P14M3DT-4.000005S  string           INTERVAL
//   uuid                 fixed_size_binary(16)    uuid             UUID
//   t[] (one dimension)  list of t                list             t[]
//
// Types that only results have (regclass, xid, int2vector …) are in it too, so that protocols
// can name them; a table cannot have such a column.
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
  kChar,  // char(n), bpchar
  kTime,
  kTimetz,
  kInterval,
  kJson,
  kJsonb,
  kInet,
  kCidr,
  kOid,
  kName,
  kInternalChar,  // "char", one byte
  kEnum,          // a type of the user's; Type::user_type says which
  // From here on only in results.
  kRegclass,
  kRegtype,
  kRegproc,
  kRegprocedure,
  kRegnamespace,
  kRegrole,
  kXid,
  kInt2Vector,
  kOidVector,
  kAclItem,
  kVoid,
};
inline constexpr int kTypeKindCount = static_cast<int>(TypeKind::kVoid) + 1;

/// How values lie in Arrow arrays.
enum class Layout : uint8_t {
  kBool,
  kInt16,
  kInt32,
  kInt64,
  kFloat,
  kDouble,
  kDecimal,
  kUtf8,
  kBinary,
  kDate,
  kTime,
  kTimestamp,
  kTimestamptz,
  kUuid,
  kList,
};

inline constexpr int kMaxPrecision = 38;
/// What a table keeps of a numeric without precision, if not its text: a decimal of this precision
/// and at least this scale.
inline constexpr int kBarePrecision = 38;
inline constexpr int kBareScale = 9;
/// Type::scale of a column that is a numeric without precision kept as text, with all its digits.
inline constexpr int kAsText = -1;

/// A Postgres type with its modifier: numeric(precision, scale), varchar(length), and whether
/// it is an array of that.
struct Type {
  TypeKind kind = TypeKind::kText;
  int32_t precision = 0;  // numeric: 1..38; 0: numeric of any size and scale
  int32_t scale = 0;      // numeric: 0..precision; of a column without precision see IsBare
  int32_t length = 0;     // varchar, char: most characters, 0: no limit
  bool array = false;     // one dimension; Postgres does not nest array types either
  // The oid of an enum, or of a domain over this type; 0: none. The oid of the array type of a
  // user's type is one more. Names and labels are the catalog's.
  uint32_t user_type = 0;

  bool operator==(const Type&) const = default;
};

Type Numeric(int32_t precision, int32_t scale);
/// Whether it is a numeric without precision. The scale of such a column is that to which zeros are
/// shown (0: none at the end; CREATE TABLE AS of sum(numeric(12,2)): 2), or kAsText.
constexpr bool IsBare(const Type& type) {
  return type.kind == TypeKind::kNumeric && type.precision == 0;
}
Type Varchar(int32_t length);

Type Char(int32_t length);
Type Enum(uint32_t oid);
Type ArrayOf(Type element);
/// The type of an array's elements: int2 of an int2vector too.
Type ElementOf(Type type);

/// What is the same for every type of a kind.
struct TypeInfo {
  TypeKind kind;
  std::string_view name;     // as format_type() prints it: "double precision"
  std::string_view catalog;  // as pg_type.typname: "float8"
  uint32_t oid;              // 0: see Type::user_type
  uint32_t array_oid;        // 0: none
  int16_t size;              // pg_type.typlen; -1: variable
  char category;             // pg_type.typcategory
  bool preferred;            // pg_type.typispreferred
  Layout layout;
  std::string_view iceberg;
  std::string_view duckdb;
  // Whether values order in Arrow and Iceberg as in Postgres; if not, bounds and zone maps say
  // nothing about them.
  bool ordered;
};
const TypeInfo& Info(TypeKind kind);
/// By pg_type.oid of a type that is no array, or null.
const TypeInfo* FindByOid(uint32_t oid);
/// By pg_type.oid, arrays too; none for those of users.
std::optional<Type> TypeFromOid(uint32_t oid);

/// pg_type's oid, typlen and typcategory. A domain has its own oid; results show BaseType's.
uint32_t Oid(const Type& type);
int16_t Size(const Type& type);
char Category(const Type& type);
/// Of a domain what it is a domain over; others as they are.
Type BaseType(Type type);
/// Whether a table can have a column of it.
bool IsStorable(TypeKind kind);
/// What a table keeps of a column of this type: decimal(38,9) of a numeric without precision (with
/// a scale above 9 if zeros are shown that far), else the type itself. The log, hot rows and data
/// files hold that, queries the type.
Type Stored(Type type);

/// "numeric(12,2)", "character varying(20)[]", "timestamp with time zone"; "enum(16385)".
std::string PostgresName(const Type& type);
/// pg_attribute.atttypmod: -1 where the type has none.
int32_t TypeModifier(const Type& type);
/// Of what a table keeps: "decimal(12, 2)", "string", "timestamptz". Not of arrays, whose name
/// holds the field id of the element: see lake/schema_mapping.h.
std::string IcebergName(const Type& type);
/// "DECIMAL(12,2)", "VARCHAR[]".
std::string DuckDbName(const Type& type);
Layout LayoutOf(const Type& type);
std::shared_ptr<arrow::DataType> ArrowType(const Type& type);

/// From a type's name and modifiers as libpg_query gives them ("int4", "varchar" {20},
/// "numeric" {12,2}; "char" is the one-byte type, char(n) is "bpchar") or as PostgresName
/// prints it.
/// Errors: 42704 for a type that does not exist, 0A000 with a hint for one not supported
/// (money, xml …), 22023 for a modifier out of range.
Result<Type> TypeFromName(std::string_view name, std::span<const int32_t> modifiers);
/// Inverse of PostgresName.
Result<Type> ParsePostgresName(std::string_view text);
/// As the catalog and the properties of tables name a column's type: PostgresName, and how a
/// numeric without precision is kept ("numeric(0,2)"; "numeric(0,-1)": as text).
std::string KeptName(const Type& type);
/// Inverse of KeptName.
Result<Type> ParseKeptName(std::string_view text);
/// The Postgres type of a DuckDB result column, by DuckDB's name of its type: HUGEINT becomes
/// numeric(38,0), UINTEGER bigint, ENUM text, INTEGER[] integer[]. 0A000 naming the type where
/// there is none.
Result<Type> TypeFromDuckDb(std::string_view duckdb_name);

/// A named result column, for protocols.
struct Field {
  std::string name;
  Type type;
};

}  // namespace firn::columnar
