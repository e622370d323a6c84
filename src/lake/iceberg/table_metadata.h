// lake/iceberg: a table's metadata, format version 2 ("Table Metadata").
//
// A value. What another writer put beside the members known here is kept in `extra` (a JSON
// object, or empty) and written back, so that a table we share loses nothing by our commits.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/uuid.h"
#include "lake/iceberg/partitioning.h"
#include "lake/iceberg/schema.h"

namespace firn::lake::iceberg {

using Properties = std::map<std::string, std::string>;

struct Snapshot {
  SnapshotId id;
  std::optional<SnapshotId> parent;
  int64_t sequence_number = 0;
  int64_t timestamp_ms = 0;
  std::string manifest_list;
  Properties summary;  // with "operation"
  std::optional<int32_t> schema_id;
  std::string extra;

  bool operator==(const Snapshot&) const = default;
};

struct SnapshotLogEntry {
  int64_t timestamp_ms = 0;
  SnapshotId id;

  bool operator==(const SnapshotLogEntry&) const = default;
};

struct MetadataLogEntry {
  int64_t timestamp_ms = 0;
  std::string metadata_file;

  bool operator==(const MetadataLogEntry&) const = default;
};

struct SnapshotRef {
  SnapshotId id;
  std::string type = "branch";  // or "tag"
  std::string extra;            // retention

  bool operator==(const SnapshotRef&) const = default;
};
inline constexpr std::string_view kMainBranch = "main";

struct TableMetadata {
  int32_t format_version = 2;
  Uuid table_uuid;
  std::string location;
  int64_t last_sequence_number = 0;
  int64_t last_updated_ms = 0;
  int32_t last_column_id = 0;
  int32_t current_schema_id = 0;
  std::vector<Schema> schemas;
  int32_t default_spec_id = 0;
  std::vector<PartitionSpec> partition_specs;
  int32_t last_partition_id = kNoPartitionFieldId;
  int32_t default_sort_order_id = 0;
  std::vector<SortOrder> sort_orders;
  Properties properties;
  std::optional<SnapshotId> current_snapshot_id;
  std::vector<Snapshot> snapshots;
  std::vector<SnapshotLogEntry> snapshot_log;
  std::vector<MetadataLogEntry> metadata_log;
  std::map<std::string, SnapshotRef, std::less<>> refs;
  std::string extra;

  bool operator==(const TableMetadata&) const = default;

  /// Null when there is none.
  const Snapshot* FindSnapshot(SnapshotId id) const;
  const Snapshot* current_snapshot() const;
  const Schema* FindSchema(int32_t schema_id) const;
  /// The codec makes sure that it exists.
  const Schema& current_schema() const { return *FindSchema(current_schema_id); }
  const PartitionSpec* FindSpec(int32_t spec_id) const;
  /// A property, or `otherwise`; a number that does not parse is `otherwise` too.
  std::string Property(const std::string& name, std::string_view otherwise) const;
  int64_t NumberProperty(const std::string& name, int64_t otherwise) const;
};

}  // namespace firn::lake::iceberg
