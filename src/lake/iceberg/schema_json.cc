#include "lake/iceberg/schema_json.h"

#include "lake/iceberg/extra_internal.h"
#include "lake/json_integer_internal.h"

namespace firn::lake::iceberg {

using Json = nlohmann::json;

Json ToJson(const Schema& schema) {
  Json fields = Json::array();
  for (const auto& field : schema.fields) {
    Json one = WithExtra(field.extra);
    one["id"] = field.id.value();
    one["name"] = field.name;
    one["required"] = field.required;
    one["type"] = field.is_nested() ? Json::parse(field.type) : Json(field.type);
    fields.push_back(std::move(one));
  }
  Json json = WithExtra(schema.extra);
  json["type"] = "struct";
  json["schema-id"] = schema.schema_id;
  json["fields"] = std::move(fields);
  return json;
}

Schema SchemaFromJson(const Json& json) {
  Schema schema;
  schema.schema_id = IntegerOr<int32_t>(json, "schema-id", 0);
  for (const auto& one : json.at("fields")) {
    const auto& type = one.at("type");
    schema.fields.push_back({.id = FieldId(IntegerOf<int32_t>(one.at("id"))),
                             .name = one.at("name").get<std::string>(),
                             .required = one.at("required").get<bool>(),
                             .type = type.is_string() ? type.get<std::string>() : type.dump(),
                             .extra = ExtraOf(one, {"id", "name", "required", "type"})});
  }
  schema.extra = ExtraOf(json, {"type", "schema-id", "fields"});
  return schema;
}

Json FieldsToJson(const PartitionSpec& spec) {
  Json fields = Json::array();
  for (const auto& field : spec.fields) {
    Json one = WithExtra(field.extra);
    one["source-id"] = field.source_id.value();
    one["field-id"] = field.field_id;
    one["name"] = field.name;
    one["transform"] = field.transform;
    fields.push_back(std::move(one));
  }
  return fields;
}

Json ToJson(const PartitionSpec& spec) {
  Json json = WithExtra(spec.extra);
  json["spec-id"] = spec.spec_id;
  json["fields"] = FieldsToJson(spec);
  return json;
}

PartitionSpec PartitionSpecFromJson(const Json& json) {
  PartitionSpec spec;
  spec.spec_id = IntegerOf<int32_t>(json.at("spec-id"));
  for (const auto& one : json.at("fields")) {
    spec.fields.push_back({.source_id = FieldId(IntegerOf<int32_t>(one.at("source-id"))),
                           .field_id = IntegerOf<int32_t>(one.at("field-id")),
                           .name = one.at("name").get<std::string>(),
                           .transform = one.at("transform").get<std::string>(),
                           .extra = ExtraOf(one, {"source-id", "field-id", "name", "transform"})});
  }
  spec.extra = ExtraOf(json, {"spec-id", "fields"});
  return spec;
}

Json ToJson(const SortOrder& order) {
  Json fields = Json::array();
  for (const auto& field : order.fields) {
    Json one = WithExtra(field.extra);
    one["source-id"] = field.source_id.value();
    one["transform"] = field.transform;
    one["direction"] = field.direction;
    one["null-order"] = field.null_order;
    fields.push_back(std::move(one));
  }
  Json json = WithExtra(order.extra);
  json["order-id"] = order.order_id;
  json["fields"] = std::move(fields);
  return json;
}

SortOrder SortOrderFromJson(const Json& json) {
  SortOrder order;
  order.order_id = IntegerOf<int32_t>(json.at("order-id"));
  for (const auto& one : json.at("fields")) {
    order.fields.push_back(
        {.source_id = FieldId(IntegerOf<int32_t>(one.at("source-id"))),
         .transform = one.at("transform").get<std::string>(),
         .direction = one.at("direction").get<std::string>(),
         .null_order = one.at("null-order").get<std::string>(),
         .extra = ExtraOf(one, {"source-id", "transform", "direction", "null-order"})});
  }
  order.extra = ExtraOf(json, {"order-id", "fields"});
  return order;
}

}  // namespace firn::lake::iceberg
