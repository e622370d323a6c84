#include "lake/schema_mapping.h"

#include <algorithm>
#include <array>
#include <optional>

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
    TypeKind::kBool,   TypeKind::kInt4, TypeKind::kInt8,      TypeKind::kFloat4,
    TypeKind::kFloat8, TypeKind::kText, TypeKind::kBytea,     TypeKind::kDate,
    TypeKind::kTime,   TypeKind::kUuid, TypeKind::kTimestamp, TypeKind::kTimestamptz,
};

// A list as the specification writes it ("Appendix C: JSON serialization").
constexpr std::string_view kList = "list";
constexpr std::string_view kElement = "element";
constexpr std::string_view kElementId = "element-id";
constexpr std::string_view kElementRequired = "element-required";

struct ListField {
  FieldId element_id{0};
  std::string element;
};
std::optional<ListField> ListOf(const std::string& type) {
  if (!type.starts_with('{')) return std::nullopt;
  const auto json = nlohmann::json::parse(type, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto kind = json.find("type");
  if (kind == json.end() || *kind != kList) return std::nullopt;
  const auto element = json.find(kElement);
  const auto id = json.find(kElementId);
  if (element == json.end() || !element->is_string()) return std::nullopt;
  if (id == json.end() || !id->is_number_integer()) return std::nullopt;
  const auto number = id->get<int64_t>();
  if (number < 0 || number > INT32_MAX) return std::nullopt;
  return ListField{FieldId(static_cast<int32_t>(number)), element->get<std::string>()};
}

Result<Type> TakenFor(const iceberg::Field& field) {
  if (const auto list = ListOf(field.type)) {
    FIRN_TRY(const auto element, TakenFor({.name = field.name, .type = list->element}));
    return columnar::ArrayOf(element);
  }
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

// Whether the lake's type is the one a column of this type has.
bool IsKeptAs(const Type& type, const iceberg::Field& field) {
  const auto list = ListOf(field.type);
  if (type.array != list.has_value()) return false;
  return columnar::IcebergName(type) == (list ? list->element : field.type);
}

Result<Type> TypeOf(const iceberg::Field& field, const iceberg::TableMetadata& metadata) {
  const auto named = metadata.Property(TypeProperty(field.id), "");
  if (!named.empty()) {
    // Someone may have widened the column since: then the property no longer speaks of it.
    const auto type = columnar::ParseKeptName(named);
    if (type && IsKeptAs(*type, field)) return *type;
  }
  return TakenFor(field);
}

}  // namespace

std::string IcebergType(const columnar::Column& column) {
  auto name = columnar::IcebergName(column.type);
  if (!column.type.array) return name;
  return nlohmann::json{{"type", kList},
                        {kElementId, column.element_id.value()},
                        {kElement, name},
                        {kElementRequired, false}}
      .dump();
}

iceberg::Schema IcebergSchema(const columnar::TableSchema& schema, int32_t schema_id,
                              const std::vector<FieldId>& key) {
  iceberg::Schema made{.schema_id = schema_id};
  for (const auto& column : schema.columns) {
    made.fields.push_back({.id = column.id,
                           .name = column.name,
                           .required = column.not_null,
                           .type = IcebergType(column)});
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
    const auto taken = TakenFor({.type = IcebergType(column)});
    if (taken && *taken == column.type) continue;
    properties[TypeProperty(column.id)] = columnar::KeptName(column.type);
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
    const auto list = ListOf(field.type);
    schema.columns.push_back({.id = field.id,
                              .name = field.name,
                              .type = type,
                              .not_null = field.required,
                              .element_id = list ? list->element_id : FieldId(0)});
  }
  return schema;
}

}  // namespace firn::lake
