#include "columnar/table_schema.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <nlohmann/json.hpp>

namespace firn::columnar {
namespace {

std::shared_ptr<arrow::Field> FieldWithId(std::string_view name,
                                          std::shared_ptr<arrow::DataType> type, bool nullable,
                                          FieldId id) {
  return arrow::field(
      std::string(name), std::move(type), nullable,
      arrow::key_value_metadata({std::string(kFieldIdKey)}, {std::to_string(id.value())}));
}

arrow::FieldVector OwnFields(const std::vector<Column>& columns) {
  arrow::FieldVector fields;
  for (const auto& column : columns) fields.push_back(ArrowField(column));
  return fields;
}

}  // namespace

int TableSchema::Find(std::string_view name) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

std::shared_ptr<arrow::Field> ArrowField(const Column& column) {
  auto type = ArrowType(Stored(column.type));
  if (column.type.array) {
    const auto element = ArrowType(Stored(ElementOf(column.type)));
    type = arrow::list(FieldWithId("element", element, true, column.element_id));
  }
  return FieldWithId(column.name, std::move(type), !column.not_null, column.id);
}

std::shared_ptr<arrow::Schema> ArrowSchema(const std::vector<Column>& columns) {
  return arrow::schema(OwnFields(columns));
}

std::shared_ptr<arrow::Schema> ArrowSchema(const TableSchema& schema) {
  return ArrowSchema(schema.columns);
}

std::shared_ptr<arrow::Schema> StoredArrowSchema(const TableSchema& schema) {
  auto fields = OwnFields(schema.columns);
  fields.push_back(FieldWithId(kLsnColumn, arrow::uint64(), true, kLsnFieldId));
  fields.push_back(FieldWithId(kTimestampColumn, arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"),
                               true, kTimestampFieldId));
  return arrow::schema(std::move(fields));
}

std::string ToJson(const TableSchema& schema) {
  nlohmann::json columns = nlohmann::json::array();
  for (const auto& column : schema.columns) {
    nlohmann::json one = {
        {"id", column.id.value()}, {"name", column.name}, {"type", KeptName(column.type)}};
    if (column.not_null) one["not_null"] = true;
    if (!column.default_sql.empty()) one["default"] = column.default_sql;
    if (column.element_id.value() != 0) one["element_id"] = column.element_id.value();
    if (column.type.user_type != 0) one["user_type"] = column.type.user_type;
    columns.push_back(std::move(one));
  }
  return nlohmann::json{{"schema_id", schema.id.value()},
                        {"last_field_id", schema.last_field_id},
                        {"columns", std::move(columns)}}
      .dump();
}

Result<TableSchema> TableSchemaFromJson(std::string_view json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  try {
    TableSchema schema;
    schema.id = SchemaId(parsed.at("schema_id").get<uint32_t>());
    schema.last_field_id = parsed.at("last_field_id").get<int32_t>();
    for (const auto& one : parsed.at("columns")) {
      FIRN_TRY(auto type, ParseKeptName(one.at("type").get<std::string>()));
      type.user_type = one.value("user_type", uint32_t{0});
      schema.columns.push_back({.id = FieldId(one.at("id").get<int32_t>()),
                                .name = one.at("name").get<std::string>(),
                                .type = type,
                                .not_null = one.value("not_null", false),
                                .default_sql = one.value("default", ""),
                                .element_id = FieldId(one.value("element_id", 0))});
    }
    return schema;
  } catch (const nlohmann::json::exception& error) {
    return Fail(ErrorCode::kCorrupt, "not a table schema: {}", error.what());
  }
}

}  // namespace firn::columnar
