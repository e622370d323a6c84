#include "base/uuid.h"
#include "lake/file_uri.h"
#include "lake/iceberg/manifest_avro.h"
#include "lake/manifest_merge_internal.h"
#include "lake/table_files_internal.h"

namespace firn::lake {
namespace {

using iceberg::EntryStatus;
using iceberg::ManifestEntry;
using iceberg::ManifestFile;

constexpr int64_t kMergeCount = 100;
constexpr int64_t kMergeBytes = 8 * 1024 * 1024;

}  // namespace

ManifestSet::ManifestSet(io::FileSystem& fs, std::string metadata_folder,
                         const iceberg::TableMetadata& metadata, const iceberg::Snapshot& snapshot)
    : fs_(fs),
      metadata_folder_(std::move(metadata_folder)),
      metadata_(metadata),
      snapshot_(snapshot),
      name_(NewUuidV7().ToString()) {}

Result<ManifestFile> ManifestSet::Add(const std::vector<iceberg::DataFile>& files) {
  std::vector<ManifestEntry> entries;
  entries.reserve(files.size());
  for (const auto& file : files) {
    // Sequence numbers stay absent: readers take them from the manifest list.
    entries.push_back({.status = EntryStatus::kAdded, .snapshot_id = snapshot_.id, .file = file});
  }
  return Write(entries);
}

Result<ManifestFile> ManifestSet::Remove(const std::vector<ManifestFile>& manifests) {
  std::vector<ManifestEntry> entries;
  for (const auto& manifest : manifests) {
    FIRN_TRY(auto read, ReadManifest(fs_, manifest));
    for (auto& entry : read) {
      if (entry.status == EntryStatus::kDeleted) continue;
      entry.status = EntryStatus::kDeleted;
      entry.snapshot_id = snapshot_.id;
      entries.push_back(std::move(entry));
    }
  }
  return Write(entries);
}

Result<ManifestFile> ManifestSet::Write(const std::vector<ManifestEntry>& entries) {
  const auto path = fmt::format("{}/{}-m{}.avro", metadata_folder_, name_, written_++);
  const auto& spec = *metadata_.FindSpec(metadata_.default_spec_id);
  const auto bytes = iceberg::EncodeManifest(entries, metadata_.current_schema(), spec);
  FIRN_RETURN_IF_ERROR(WriteSynced(fs_, path, bytes));
  ManifestFile manifest{.path = FileUri(path),
                        .length = static_cast<int64_t>(bytes.size()),
                        .partition_spec_id = spec.spec_id,
                        .sequence_number = snapshot_.sequence_number,
                        .min_sequence_number = snapshot_.sequence_number,
                        .added_snapshot_id = snapshot_.id,
                        .partitions = std::vector<ManifestFile::PartitionSummary>()};
  for (const auto& entry : entries) {
    if (entry.status == EntryStatus::kAdded) {
      ++manifest.added_files;
      manifest.added_rows += entry.file.rows;
    } else if (entry.status == EntryStatus::kDeleted) {
      ++manifest.deleted_files;
      manifest.deleted_rows += entry.file.rows;
    } else {
      ++manifest.existing_files;
      manifest.existing_rows += entry.file.rows;
    }
    manifest.min_sequence_number = std::min(
        manifest.min_sequence_number, entry.sequence_number.value_or(snapshot_.sequence_number));
  }
  return manifest;
}

bool ManifestSet::IsMergeable(const ManifestFile& manifest) const {
  return manifest.content == iceberg::ManifestContent::kData && !manifest.key_metadata &&
         manifest.partition_spec_id == metadata_.default_spec_id &&
         manifest.length <
             metadata_.NumberProperty("commit.manifest.target-size-bytes", kMergeBytes);
}

Result<std::vector<ManifestFile>> ManifestSet::Merge(std::vector<ManifestFile> manifests) {
  const auto count = metadata_.NumberProperty("commit.manifest.min-count-to-merge", kMergeCount);
  const auto bytes = metadata_.NumberProperty("commit.manifest.target-size-bytes", kMergeBytes);
  const auto mergeable = std::count_if(manifests.begin(), manifests.end(),
                                       [&](const auto& one) { return IsMergeable(one); });
  if (mergeable < std::max<int64_t>(count, 2) ||
      metadata_.Property("commit.manifest-merge.enabled", "true") == "false") {
    return manifests;
  }
  std::vector<ManifestFile> merged;
  std::vector<ManifestEntry> entries;
  int64_t gathered = 0;
  auto close = [&]() -> Status {
    if (entries.empty()) return {};
    FIRN_TRY(auto written, Write(entries));
    merged.push_back(std::move(written));
    entries.clear();
    gathered = 0;
    return {};
  };
  for (auto& manifest : manifests) {
    if (!IsMergeable(manifest)) {
      merged.push_back(std::move(manifest));
      continue;
    }
    FIRN_TRY(auto read, ReadManifest(fs_, manifest));
    for (auto& entry : read) {
      if (entry.status == EntryStatus::kDeleted) continue;
      entry.status = EntryStatus::kExisting;
      entries.push_back(std::move(entry));
    }
    gathered += manifest.length;
    if (gathered >= bytes) FIRN_RETURN_IF_ERROR(close());
  }
  FIRN_RETURN_IF_ERROR(close());
  return merged;
}

}  // namespace firn::lake
