#include "catalog/table_definition.h"

#include <nlohmann/json.hpp>

namespace firn::catalog {
namespace {

// Percent-encoding would be decoded by readers that take the path as a URI.
std::string PathSafe(std::string_view name) {
  std::string safe(name);
  for (char& c : safe) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '-') c = '_';
  }
  return safe;
}

}  // namespace

std::string TableFolder(std::string_view database, const TableDefinition& table) {
  return fmt::format("{}/{}/{}-{}", PathSafe(database), PathSafe(table.schema),
                     PathSafe(table.name), table.id.value().ShortId());
}

std::string ToJson(const TableDefinition& table) {
  return nlohmann::json{{"v", 1},
                        {"id", table.id.value().ToString()},
                        {"schema", table.schema},
                        {"name", table.name},
                        {"columns", nlohmann::json::parse(columnar::ToJson(table.columns))},
                        {"options", table.options},
                        {"folder", table.folder}}
      .dump();
}

Result<TableDefinition> TableDefinitionFromJson(std::string_view json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  try {
    if (parsed.at("v").get<int>() != 1) {
      return Fail(ErrorCode::kCorrupt, "table definition of an unknown version: v={}",
                  parsed.at("v").dump());
    }
    TableDefinition table;
    FIRN_TRY(const auto id, ParseUuid(parsed.at("id").get<std::string>()));
    table.id = TableId(id);
    table.schema = parsed.at("schema").get<std::string>();
    table.name = parsed.at("name").get<std::string>();
    FIRN_TRY(table.columns, columnar::TableSchemaFromJson(parsed.at("columns").dump()));
    table.options = parsed.at("options").get<std::map<std::string, std::string>>();
    table.folder = parsed.at("folder").get<std::string>();
    return table;
  } catch (const nlohmann::json::exception& error) {
    return Fail(ErrorCode::kCorrupt, "not a table definition: {}", error.what());
  }
}

}  // namespace firn::catalog
