// lake/iceberg: data files, manifests and what a manifest list says of them ("Manifests").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"

namespace firn::lake::iceberg {

/// What is known of one column in one file. Bounds are single values (single_value.h), possibly
/// truncated outwards; NaN is in no bound. Absent means unknown.
struct FieldStats {
  FieldId id;
  std::optional<int64_t> column_bytes;
  std::optional<int64_t> values;  // with NULLs and NaNs
  std::optional<int64_t> nulls;
  std::optional<int64_t> nans;
  std::optional<std::string> lower;
  std::optional<std::string> upper;

  bool operator==(const FieldStats&) const = default;
};

enum class FileContent : uint8_t { kData = 0, kPositionDeletes = 1, kEqualityDeletes = 2 };

struct DataFile {
  FileContent content = FileContent::kData;
  std::string path;  // a URI, byte for byte as in the manifest
  std::string format = "PARQUET";
  int64_t rows = 0;
  int64_t bytes = 0;
  std::vector<FieldStats> stats;       // by field id
  std::vector<int64_t> split_offsets;  // where row groups begin
  std::optional<int32_t> sort_order_id;

  /// Lowest and highest __lsn of its rows; 0 when unknown. Kept in the manifest as bounds of the
  /// hidden column.
  Lsn first_lsn;
  Lsn last_lsn;
  /// Of a file without the hidden columns, all of one transaction: its commit time. The LSN of
  /// row i is first_lsn + i. Kept in the manifest as bounds of the hidden column.
  std::optional<int64_t> commit_us;

  bool operator==(const DataFile&) const = default;
  /// Null when nothing is known.
  const FieldStats* Find(FieldId id) const;
  /// The same, made if absent.
  FieldStats& StatsOf(FieldId id);
};

enum class EntryStatus : uint8_t { kExisting = 0, kAdded = 1, kDeleted = 2 };

struct ManifestEntry {
  EntryStatus status = EntryStatus::kAdded;
  /// Absent in a file means: those of the manifest list's entry (inheritance).
  std::optional<SnapshotId> snapshot_id;
  std::optional<int64_t> sequence_number;
  std::optional<int64_t> file_sequence_number;
  DataFile file;
};

enum class ManifestContent : uint8_t { kData = 0, kDeletes = 1 };

struct ManifestFile {
  std::string path;
  int64_t length = 0;
  int32_t partition_spec_id = 0;
  ManifestContent content = ManifestContent::kData;
  int64_t sequence_number = 0;
  int64_t min_sequence_number = 0;
  SnapshotId added_snapshot_id;
  int32_t added_files = 0;
  int32_t existing_files = 0;
  int32_t deleted_files = 0;
  int64_t added_rows = 0;
  int64_t existing_rows = 0;
  int64_t deleted_rows = 0;
  /// Field summaries of a partitioned manifest as they were read: encoded, so that a list we
  /// write again keeps them. Absent: null.
  struct PartitionSummary {
    bool contains_null = false;
    std::optional<bool> contains_nan;
    std::optional<std::string> lower;
    std::optional<std::string> upper;
    bool operator==(const PartitionSummary&) const = default;
  };
  std::optional<std::vector<PartitionSummary>> partitions;
  std::optional<std::string> key_metadata;

  bool operator==(const ManifestFile&) const = default;
  int64_t live_files() const { return int64_t{added_files} + existing_files; }
  int64_t live_rows() const { return added_rows + existing_rows; }
};

}  // namespace firn::lake::iceberg
