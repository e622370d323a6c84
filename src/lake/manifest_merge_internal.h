// lake: writes the manifests of a snapshot, and keeps their number bounded.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"
#include "lake/iceberg/manifest.h"
#include "lake/iceberg/table_metadata.h"

namespace firn::lake {

/// Writes manifests of one snapshot to be.
class ManifestSet {
 public:
  ManifestSet(io::FileSystem& fs, std::string metadata_folder,
              const iceberg::TableMetadata& metadata, const iceberg::Snapshot& snapshot);

  /// A manifest of files that this snapshot adds.
  Result<iceberg::ManifestFile> Add(const std::vector<iceberg::DataFile>& files);

  /// A manifest that says of every live file of these manifests that it is gone.
  Result<iceberg::ManifestFile> Remove(const std::vector<iceberg::ManifestFile>& manifests);

  /// When there are commit.manifest.min-count-to-merge (100) manifests or more, rewrites small ones
  /// together, up to commit.manifest.target-size-bytes (8 MiB) each; otherwise returns them as they
  /// are. Entries keep their snapshots and sequence numbers; deleted ones are dropped. Manifests of
  /// delete files and of partitioned specs are left alone.
  Result<std::vector<iceberg::ManifestFile>> Merge(std::vector<iceberg::ManifestFile> manifests);

 private:
  Result<iceberg::ManifestFile> Write(const std::vector<iceberg::ManifestEntry>& entries);
  bool IsMergeable(const iceberg::ManifestFile& manifest) const;

  io::FileSystem& fs_;
  const std::string metadata_folder_;
  const iceberg::TableMetadata& metadata_;
  const iceberg::Snapshot& snapshot_;
  const std::string name_;  // the uuid its files share
  int written_ = 0;
};

}  // namespace firn::lake
