// lake: the files of a table's metadata folder: names, durable writing, reading.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"
#include "lake/iceberg/manifest.h"
#include "lake/iceberg/table_metadata.h"

namespace firn::lake {

std::string MetadataFolder(const std::string& folder);
std::string DataFolder(const std::string& folder);
std::string MetadataPath(const std::string& folder, int64_t version);
std::string HintPath(const std::string& folder);
/// N of "vN.metadata.json".
std::optional<int64_t> VersionOfName(std::string_view name);

/// A new file with this content, synced; its folder is not.
Status WriteSynced(io::FileSystem& fs, const std::string& path, std::string_view content);

/// By URI. Errors name the file.
Result<std::vector<iceberg::ManifestEntry>> ReadManifest(io::FileSystem& fs,
                                                         const iceberg::ManifestFile& manifest);
/// Empty when there is no snapshot.
Result<std::vector<iceberg::ManifestFile>> ReadManifestList(io::FileSystem& fs,
                                                            const iceberg::Snapshot* snapshot);

}  // namespace firn::lake
