#include "catalog/objects/schema.h"

#include <nlohmann/json.hpp>

#include "catalog/table_definition.h"

namespace firn::catalog {

const ObjectKind Schema::kKind = {
    .name = "schema",
    .noun = "schema",
    .name_space = "schema",
    .taken = "42P06",
    .missing = "3F000",
    .read = [](const nlohmann::json& /*json*/) -> Result<std::shared_ptr<Object>> {
      return std::make_shared<Schema>();
    }};

void Schema::WriteBody(nlohmann::json& /*json*/) const {}

ObjectPtr PublicSchema() {
  auto schema = std::make_shared<Schema>();
  schema->id.bytes.back() = 1;
  schema->name = kDefaultSchema;
  return schema;
}

}  // namespace firn::catalog
