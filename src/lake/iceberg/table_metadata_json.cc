#include "lake/iceberg/table_metadata_json.h"

#include <nlohmann/json.hpp>

#include "lake/iceberg/extra_internal.h"
#include "lake/iceberg/schema_json.h"
#include "lake/json_integer_internal.h"

namespace firn::lake::iceberg {
namespace {

using Json = nlohmann::json;

Json SnapshotToJson(const Snapshot& snapshot) {
  Json json = WithExtra(snapshot.extra);
  json["snapshot-id"] = snapshot.id.value();
  if (snapshot.parent) json["parent-snapshot-id"] = snapshot.parent->value();
  json["sequence-number"] = snapshot.sequence_number;
  json["timestamp-ms"] = snapshot.timestamp_ms;
  json["manifest-list"] = snapshot.manifest_list;
  json["summary"] = snapshot.summary;
  if (snapshot.schema_id) json["schema-id"] = *snapshot.schema_id;
  return json;
}

// A member that may be absent, or null, which some writers prefer.
template <typename T>
std::optional<T> Optional(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return std::nullopt;
  if constexpr (std::is_integral_v<T>) {
    return IntegerOf<T>(*found);
  } else {
    return found->get<T>();
  }
}

// The specification's older way to say "no snapshot" is -1.
std::optional<SnapshotId> OptionalSnapshot(const Json& json, const char* name) {
  const auto id = Optional<int64_t>(json, name);
  if (!id || *id == -1) return std::nullopt;
  return SnapshotId(*id);
}

Snapshot SnapshotFromJson(const Json& json) {
  return {.id = SnapshotId(IntegerOf<int64_t>(json.at("snapshot-id"))),
          .parent = OptionalSnapshot(json, "parent-snapshot-id"),
          .sequence_number = IntegerOr<int64_t>(json, "sequence-number", 0),
          .timestamp_ms = IntegerOf<int64_t>(json.at("timestamp-ms")),
          .manifest_list = json.at("manifest-list").get<std::string>(),
          .summary = Optional<Properties>(json, "summary").value_or(Properties()),
          .schema_id = Optional<int32_t>(json, "schema-id"),
          .extra = ExtraOf(json, {"snapshot-id", "parent-snapshot-id", "sequence-number",
                                  "timestamp-ms", "manifest-list", "summary", "schema-id"})};
}

// Members whose values are lists or maps of small objects.
void PutLists(const TableMetadata& metadata, Json* json) {
  auto list = [&](const char* name) -> Json& { return (*json)[name] = Json::array(); };
  for (auto& all = list("schemas"); const auto& one : metadata.schemas) all.push_back(ToJson(one));
  for (auto& all = list("partition-specs"); const auto& one : metadata.partition_specs) {
    all.push_back(ToJson(one));
  }
  for (auto& all = list("sort-orders"); const auto& one : metadata.sort_orders) {
    all.push_back(ToJson(one));
  }
  for (auto& all = list("snapshots"); const auto& one : metadata.snapshots) {
    all.push_back(SnapshotToJson(one));
  }
  for (auto& all = list("snapshot-log"); const auto& one : metadata.snapshot_log) {
    all.push_back({{"timestamp-ms", one.timestamp_ms}, {"snapshot-id", one.id.value()}});
  }
  for (auto& all = list("metadata-log"); const auto& one : metadata.metadata_log) {
    all.push_back({{"timestamp-ms", one.timestamp_ms}, {"metadata-file", one.metadata_file}});
  }
  auto& refs = (*json)["refs"] = Json::object();
  for (const auto& [name, ref] : metadata.refs) {
    Json one = WithExtra(ref.extra);
    one["snapshot-id"] = ref.id.value();
    one["type"] = ref.type;
    refs[name] = std::move(one);
  }
}

void TakeLists(const Json& json, TableMetadata* metadata) {
  static const Json kNone = Json::array();
  auto list = [&](const char* name) -> const Json& {
    const auto found = json.find(name);
    return found == json.end() || found->is_null() ? kNone : *found;
  };
  for (const auto& one : json.at("schemas")) metadata->schemas.push_back(SchemaFromJson(one));
  for (const auto& one : json.at("partition-specs")) {
    metadata->partition_specs.push_back(PartitionSpecFromJson(one));
  }
  for (const auto& one : json.at("sort-orders")) {
    metadata->sort_orders.push_back(SortOrderFromJson(one));
  }
  for (const auto& one : list("snapshots")) metadata->snapshots.push_back(SnapshotFromJson(one));
  for (const auto& one : list("snapshot-log")) {
    metadata->snapshot_log.push_back({.timestamp_ms = IntegerOf<int64_t>(one.at("timestamp-ms")),
                                      .id = SnapshotId(IntegerOf<int64_t>(one.at("snapshot-id")))});
  }
  for (const auto& one : list("metadata-log")) {
    metadata->metadata_log.push_back({.timestamp_ms = IntegerOf<int64_t>(one.at("timestamp-ms")),
                                      .metadata_file = one.at("metadata-file").get<std::string>()});
  }
  for (const auto& [name, one] : list("refs").items()) {
    metadata->refs[name] = {.id = SnapshotId(IntegerOf<int64_t>(one.at("snapshot-id"))),
                            .type = one.at("type").get<std::string>(),
                            .extra = ExtraOf(one, {"snapshot-id", "type"})};
  }
}

// What is left of a metadata file without the members known here.
std::string TableExtra(const Json& json) {
  return ExtraOf(
      json, {"format-version", "table-uuid", "location", "last-sequence-number", "last-updated-ms",
             "last-column-id", "schemas", "current-schema-id", "partition-specs", "default-spec-id",
             "last-partition-id", "sort-orders", "default-sort-order-id", "properties",
             "current-snapshot-id", "snapshots", "snapshot-log", "metadata-log", "refs"});
}

// Values in values past this depth would take the stack of who copies or prints them.
constexpr int kDepthMax = 256;
bool IsTooDeep(std::string_view json) {
  int depth = 0;
  bool in_text = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
      continue;
    }
    if (c == '"') in_text = true;
    if ((c == '[' || c == '{') && ++depth > kDepthMax) return true;
    if (c == ']' || c == '}') --depth;
  }
  return false;
}

// A nested type is written back as the object that it was read as: a text must not look like one.
bool IsWritable(const Field& field) {
  if (!field.is_nested()) return true;
  if (IsTooDeep(field.type)) return false;
  const auto type = Json::parse(field.type, nullptr, false);
  return type.is_object() && type.dump() == field.type;
}

Status CheckSchemas(const TableMetadata& metadata) {
  for (const auto& schema : metadata.schemas) {
    if (schema.schema_id < 0 || schema.schema_id == INT32_MAX) {
      return Fail(ErrorCode::kCorrupt, "no schema has this id: id={}", schema.schema_id);
    }
    for (const auto& field : schema.fields) {
      if (!IsWritable(field)) {
        return Fail(ErrorCode::kCorrupt, "field \"{}\" has no type: {}", field.name, field.type);
      }
    }
  }
  if (metadata.FindSchema(metadata.current_schema_id) == nullptr) {
    return Fail(ErrorCode::kCorrupt, "current schema is missing: id={}",
                metadata.current_schema_id);
  }
  return {};
}

Result<TableMetadata> Decode(const Json& json) {
  TableMetadata metadata;
  metadata.format_version = IntegerOf<int32_t>(json.at("format-version"));
  if (metadata.format_version != 2) {
    return Fail(MakeError(ErrorCode::kUnsupported, "Iceberg format version {} is not supported",
                          metadata.format_version)
                    .WithHint("Tables that firn writes have format version 2."));
  }
  FIRN_TRY(metadata.table_uuid, ParseUuid(json.at("table-uuid").get<std::string>()));
  metadata.location = json.at("location").get<std::string>();
  metadata.last_sequence_number = IntegerOf<int64_t>(json.at("last-sequence-number"));
  metadata.last_updated_ms = IntegerOf<int64_t>(json.at("last-updated-ms"));
  metadata.last_column_id = IntegerOf<int32_t>(json.at("last-column-id"));
  metadata.current_schema_id = IntegerOf<int32_t>(json.at("current-schema-id"));
  metadata.default_spec_id = IntegerOf<int32_t>(json.at("default-spec-id"));
  metadata.last_partition_id = IntegerOf<int32_t>(json.at("last-partition-id"));
  metadata.default_sort_order_id = IntegerOf<int32_t>(json.at("default-sort-order-id"));
  metadata.properties = Optional<Properties>(json, "properties").value_or(Properties());
  metadata.current_snapshot_id = OptionalSnapshot(json, "current-snapshot-id");
  TakeLists(json, &metadata);
  metadata.extra = TableExtra(json);
  FIRN_RETURN_IF_ERROR(CheckSchemas(metadata));
  if (metadata.FindSpec(metadata.default_spec_id) == nullptr) {
    return Fail(ErrorCode::kCorrupt, "default partition spec is missing: id={}",
                metadata.default_spec_id);
  }
  if (metadata.current_snapshot_id && metadata.current_snapshot() == nullptr) {
    return Fail(ErrorCode::kCorrupt, "current snapshot is missing: id={}",
                *metadata.current_snapshot_id);
  }
  return metadata;
}

}  // namespace

std::string ToJson(const TableMetadata& metadata) {
  Json json = WithExtra(metadata.extra);
  json["format-version"] = metadata.format_version;
  json["table-uuid"] = metadata.table_uuid.ToString();
  json["location"] = metadata.location;
  json["last-sequence-number"] = metadata.last_sequence_number;
  json["last-updated-ms"] = metadata.last_updated_ms;
  json["last-column-id"] = metadata.last_column_id;
  json["current-schema-id"] = metadata.current_schema_id;
  json["default-spec-id"] = metadata.default_spec_id;
  json["last-partition-id"] = metadata.last_partition_id;
  json["default-sort-order-id"] = metadata.default_sort_order_id;
  json["properties"] = metadata.properties;
  json["current-snapshot-id"] = metadata.current_snapshot_id.value_or(SnapshotId(-1)).value();
  PutLists(metadata, &json);
  return json.dump();
}

Result<TableMetadata> TableMetadataFromJson(std::string_view json) {
  if (IsTooDeep(json)) return Fail(ErrorCode::kCorrupt, "table metadata is nested too deeply");
  try {
    return Decode(Json::parse(json));
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kCorrupt, "not Iceberg table metadata: {}", error.what());
  }
}

}  // namespace firn::lake::iceberg
