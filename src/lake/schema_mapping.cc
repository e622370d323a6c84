#include "lake/schema_mapping.h"

#include <array>

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

iceberg::Schema IcebergSchema(const columnar::TableSchema& schema, int32_t schema_id) {
  iceberg::Schema made{.schema_id = schema_id};
  for (const auto& column : schema.columns) {
    made.fields.push_back({.id = column.id,
                           .name = column.name,
                           .required = column.not_null,
                           .type = columnar::IcebergName(column.type)});
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
