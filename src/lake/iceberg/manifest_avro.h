// lake/iceberg: manifests and manifest lists as Avro files of format version 2.
//
// Reading resolves by field id, then by name, so files of Spark, PyIceberg and others are
// accepted whatever the order and number of their fields.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "lake/iceberg/manifest.h"
#include "lake/iceberg/table_metadata.h"

namespace firn::lake::iceberg {

/// A whole manifest of data files. The spec must be unpartitioned.
std::string EncodeManifest(const std::vector<ManifestEntry>& entries, const Schema& schema,
                           const PartitionSpec& spec);

/// The entries of a manifest, with what they inherit filled in from `manifest` (the entry of the
/// manifest list). Deleted entries are among them. Partition tuples are not kept.
/// Errors: kCorrupt, kUnsupported (codec).
Result<std::vector<ManifestEntry>> DecodeManifest(std::string bytes, const ManifestFile& manifest);

std::string EncodeManifestList(const std::vector<ManifestFile>& manifests,
                               const Snapshot& snapshot);
Result<std::vector<ManifestFile>> DecodeManifestList(std::string bytes);

}  // namespace firn::lake::iceberg
