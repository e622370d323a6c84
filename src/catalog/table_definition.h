// catalog: what firn knows of a table besides its rows.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "columnar/table_schema.h"

namespace firn::catalog {

inline constexpr std::string_view kDefaultDatabase = "main";
inline constexpr std::string_view kDefaultSchema = "public";

struct TableDefinition {
  TableId id;
  std::string schema = std::string(kDefaultSchema);
  std::string name;
  columnar::TableSchema columns;
  std::map<std::string, std::string> options;  // WITH (…), as given
  std::string folder;  // below the warehouse: "main/public/orders-1a2b3c4d"; kept on rename

  bool operator==(const TableDefinition&) const = default;
  /// "public.orders"
  std::string QualifiedName() const { return schema + "." + name; }
};

/// "main/public/orders-1a2b3c4d"; characters that are not safe in a path become '_'.
std::string TableFolder(std::string_view database, const TableDefinition& table);

std::string ToJson(const TableDefinition& table);
Result<TableDefinition> TableDefinitionFromJson(std::string_view json);

}  // namespace firn::catalog
