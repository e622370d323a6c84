// sql: the system relations of PostgreSQL 15, by name: their columns and types.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/types.h"

namespace firn::sql::pg_catalog {

inline constexpr std::string_view kCatalogSchema = "pg_catalog";
inline constexpr std::string_view kInformationSchema = "information_schema";

struct Column {
  std::string_view name;
  std::string_view type;  // "oid", "_text", "sql_identifier"
  bool not_null = false;
};

struct Relation {
  std::string_view schema;
  std::string_view name;
  uint32_t oid = 0;
  char kind = 'r';  // pg_class.relkind: r or v
  std::vector<Column> columns;
  std::vector<columnar::Field> fields;
};

/// Every one, in the order of the data. Threads: constant.
std::span<const Relation> Relations();
/// Null when there is none. Without a schema: that of pg_catalog, which Postgres looks at first.
const Relation* FindRelation(std::string_view schema, std::string_view name);

/// A row of pg_type.
struct BuiltInType {
  uint32_t oid = 0;
  std::string_view name;
  char form = 'b';      // typtype
  char category = 'U';  // typcategory
  uint32_t element = 0;
  uint32_t array = 0;
  bool in_pg_catalog = true;
  std::vector<std::string_view> words;  // the whole line
};
std::span<const BuiltInType> BuiltInTypes();
const BuiltInType* FindType(uint32_t oid);
const BuiltInType* FindType(std::string_view name);

/// What firn gives a catalog column of this type: here alone.
columnar::Type TypeOfColumn(std::string_view declared);

/// Lines of data with their continuations joined.
std::vector<std::string> LinesOf(std::string_view data);
std::vector<std::string_view> WordsOf(std::string_view line);

}  // namespace firn::sql::pg_catalog
