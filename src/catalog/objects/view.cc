#include "catalog/objects/view.h"

#include <nlohmann/json.hpp>

namespace firn::catalog {
namespace {

using Json = nlohmann::json;

Json ReferencesToJson(const std::vector<View::Reference>& references) {
  Json all = Json::array();
  for (const auto& one : references) {
    Json columns = Json::array();
    for (const auto& column : one.columns) {
      columns.push_back({{"id", column.id.value()}, {"name", column.name}});
    }
    all.push_back({{"relation", one.relation.ToString()},
                   {"name", one.name},
                   {"columns", std::move(columns)}});
  }
  return all;
}

Result<std::shared_ptr<Object>> ReadView(const Json& json) {
  auto view = std::make_shared<View>();
  view->query = json.at("query").get<std::string>();
  for (const auto& one : json.at("columns")) {
    FIRN_TRY(const auto type, columnar::ParsePostgresName(one.at("type").get<std::string>()));
    view->columns.push_back({one.at("name").get<std::string>(), type});
  }
  for (const auto& one : json.at("references")) {
    View::Reference reference{.name = one.at("name").get<std::string>()};
    FIRN_TRY(reference.relation, ParseUuid(one.at("relation").get<std::string>()));
    for (const auto& column : one.at("columns")) {
      reference.columns.push_back(
          {FieldId(column.at("id").get<int32_t>()), column.at("name").get<std::string>()});
    }
    view->references.push_back(std::move(reference));
  }
  for (const auto& one : json.value("types", Json::array())) {
    View::SeenType type{.schema = one.at("schema").get<std::string>(),
                        .name = one.at("name").get<std::string>()};
    FIRN_TRY(type.id, ParseUuid(one.at("type").get<std::string>()));
    view->types.push_back(std::move(type));
  }
  return view;
}

}  // namespace

const ObjectKind View::kKind = {.name = "view",
                                .noun = "relation",
                                .name_space = kRelationNames,
                                .taken = "42P07",
                                .missing = "42P01",
                                .read = ReadView};

void View::WriteBody(Json& json) const {
  json["query"] = query;
  Json fields = Json::array();
  for (const auto& column : columns) {
    fields.push_back({{"name", column.name}, {"type", columnar::PostgresName(column.type)}});
  }
  json["columns"] = std::move(fields);
  json["references"] = ReferencesToJson(references);
  for (const auto& type : types) {
    json["types"].push_back(
        {{"type", type.id.ToString()}, {"schema", type.schema}, {"name", type.name}});
  }
}

std::vector<Uuid> View::DependsOn() const {
  std::vector<Uuid> all;
  for (const auto& reference : references) {
    if (reference.relation != Uuid()) all.push_back(reference.relation);
  }
  for (const auto& type : types) all.push_back(type.id);
  return all;
}

}  // namespace firn::catalog
