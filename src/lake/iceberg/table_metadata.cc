#include "lake/iceberg/table_metadata.h"

#include <charconv>

namespace firn::lake::iceberg {

const Snapshot* TableMetadata::FindSnapshot(SnapshotId id) const {
  // The newest are asked for most.
  for (auto at = snapshots.rbegin(); at != snapshots.rend(); ++at) {
    if (at->id == id) return &*at;
  }
  return nullptr;
}

const Snapshot* TableMetadata::current_snapshot() const {
  return current_snapshot_id ? FindSnapshot(*current_snapshot_id) : nullptr;
}

const Schema* TableMetadata::FindSchema(int32_t schema_id) const {
  for (const auto& schema : schemas) {
    if (schema.schema_id == schema_id) return &schema;
  }
  return nullptr;
}

const PartitionSpec* TableMetadata::FindSpec(int32_t spec_id) const {
  for (const auto& spec : partition_specs) {
    if (spec.spec_id == spec_id) return &spec;
  }
  return nullptr;
}

std::string TableMetadata::Property(const std::string& name, std::string_view otherwise) const {
  const auto found = properties.find(name);
  return found == properties.end() ? std::string(otherwise) : found->second;
}

int64_t TableMetadata::NumberProperty(const std::string& name, int64_t otherwise) const {
  const auto text = Property(name, "");
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : otherwise;
}

}  // namespace firn::lake::iceberg
