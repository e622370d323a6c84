#include "catalog/objects/user_type.h"

#include <nlohmann/json.hpp>

namespace firn::catalog {
namespace {

using Json = nlohmann::json;

Result<std::shared_ptr<Object>> ReadUserType(const Json& json) {
  auto type = std::make_shared<UserType>();
  type->oid = json.at("oid").get<uint32_t>();
  if (json.contains("labels")) {
    type->labels = json["labels"].get<std::vector<std::string>>();
    return type;
  }
  type->form = UserType::Form::kDomain;
  FIRN_TRY(type->base, columnar::ParsePostgresName(json.at("base").get<std::string>()));
  type->not_null = json.value("not_null", false);
  type->default_sql = json.value("default", "");
  for (const auto& one : json.at("checks")) {
    type->checks.push_back(
        {one.at("name").get<std::string>(), one.at("expression").get<std::string>()});
  }
  return type;
}

}  // namespace

const ObjectKind UserType::kKind = {.name = "type",
                                    .noun = "type",
                                    .name_space = "type",
                                    .taken = "42710",
                                    .missing = "42704",
                                    .read = ReadUserType};

void UserType::WriteBody(Json& json) const {
  json["oid"] = oid;
  if (form == Form::kEnum) {
    json["labels"] = labels;
    return;
  }
  json["base"] = columnar::PostgresName(base);
  if (not_null) json["not_null"] = true;
  if (!default_sql.empty()) json["default"] = default_sql;
  Json all = Json::array();
  for (const auto& check : checks) {
    all.push_back({{"name", check.name}, {"expression", check.expression}});
  }
  json["checks"] = std::move(all);
}

}  // namespace firn::catalog
