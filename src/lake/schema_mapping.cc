#include "lake/schema_mapping.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "columnar/types.h"

namespace firn::lake {
namespace {

using columnar::Type;
using columnar::TypeKind;

std::string TypeProperty(FieldId id) {
  return fmt::format("firn.type.{}", id);
}

// What a type of the lake is taken for when no property says otherwise.
constexpr std::array kTaken = {
    TypeKind::kBool,      TypeKind::kInt4,        TypeKind::kInt8,  TypeKind::kFloat4,
    TypeKind::kFloat8,    TypeKind::kText,        TypeKind::kBytea, TypeKind::kDate,
    TypeKind::kTimestamp, TypeKind::kTimestamptz, TypeKind::kUuid,
};

Result<Type> TakenFor(const iceberg::Field& field) {
  for (const auto kind : kTaken) {
    if (columnar::Info(kind).iceberg == field.type) return Type{kind};
  }
  if (field.type.starts_with("decimal")) {
    auto type = columnar::ParsePostgresName(field.type);
    if (type) return type;
  }
  return Fail(ErrorCode::kUnsupported, "type of column \"{}\" is not supported: {}", field.name,
              field.type);
}

Result<Type> TypeOf(const iceberg::Field& field, const iceberg::TableMetadata& metadata) {
  const auto named = metadata.Property(TypeProperty(field.id), "");
  if (!named.empty()) {
    // Someone may have widened the column since: then the property no longer speaks of it.
    const auto type = columnar::ParsePostgresName(named);
    if (type && columnar::IcebergName(*type) == field.type) return *type;
  }
  return TakenFor(field);
}

}  // namespace

iceberg::Schema IcebergSchema(const columnar::TableSchema& schema, int32_t schema_id,
                              const std::vector<FieldId>& key) {
  iceberg::Schema made{.schema_id = schema_id};
  for (const auto& column : schema.columns) {
    made.fields.push_back({.id = column.id,
                           .name = column.name,
                           .required = column.not_null,
                           .type = columnar::IcebergName(column.type)});
  }
  if (!key.empty()) {
    auto ids = nlohmann::json::array();
    for (const auto id : key) ids.push_back(id.value());
    made.extra = nlohmann::json{{"identifier-field-ids", std::move(ids)}}.dump();
  }
  return made;
}

iceberg::Properties TypeProperties(const columnar::TableSchema& schema) {
  iceberg::Properties properties;
  for (const auto& column : schema.columns) {
    const auto taken = TakenFor({.type = columnar::IcebergName(column.type)});
    if (taken && *taken == column.type) continue;
    properties[TypeProperty(column.id)] = columnar::PostgresName(column.type);
  }
  return properties;
}

void EvolveSchema(const columnar::TableSchema& schema, const std::vector<FieldId>& key,
                  iceberg::TableMetadata* metadata) {
  const auto& current = metadata->current_schema();
  auto next = IcebergSchema(schema, 0, key);
  for (auto& field : next.fields) {
    const auto held = std::find_if(current.fields.begin(), current.fields.end(),
                                   [&](const auto& one) { return one.id == field.id; });
    const bool in_key = std::find(key.begin(), key.end(), field.id) != key.end();
    if (held == current.fields.end()) continue;
    field.extra = held->extra;
    field.required = field.required && (held->required || in_key);
  }
  std::erase_if(metadata->properties,
                [](const auto& one) { return one.first.starts_with("firn.type."); });
  metadata->properties.merge(TypeProperties(schema));
  metadata->last_column_id = std::max(metadata->last_column_id, schema.last_field_id);
  int32_t highest = 0;
  for (const auto& known : metadata->schemas) {
    highest = std::max(highest, known.schema_id);
    if (known.fields == next.fields && known.extra == next.extra) {
      metadata->current_schema_id = known.schema_id;
      return;
    }
  }
  next.schema_id = highest + 1;
  metadata->current_schema_id = next.schema_id;
  metadata->schemas.push_back(std::move(next));
}

Result<columnar::TableSchema> TableSchemaOf(const iceberg::TableMetadata& metadata) {
  const auto& current = metadata.current_schema();
  columnar::TableSchema schema;
  schema.id = SchemaId(static_cast<uint32_t>(current.schema_id) + 1);
  schema.last_field_id = metadata.last_column_id;
  for (const auto& field : current.fields) {
    FIRN_TRY(const auto type, TypeOf(field, metadata));
    schema.columns.push_back(
        {.id = field.id, .name = field.name, .type = type, .not_null = field.required});
  }
  return schema;
}

}  // namespace firn::lake
