#include "lake/orphans.h"

#include <unordered_set>

#include <nlohmann/json.hpp>

#include "lake/file_uri.h"
#include "lake/table_files_internal.h"

namespace firn::lake {
namespace {

using Paths = std::unordered_set<std::string>;

void Keep(const std::string& uri, Paths* kept) {
  const auto path = LocalPath(uri);
  if (path) kept->insert(*path);
}

// Any string of a member we do not know may name a file (statistics, partition statistics).
void KeepStrings(const nlohmann::json& json, Paths* kept) {
  if (json.is_string()) Keep(json.get<std::string>(), kept);
  if (json.is_structured()) {
    for (const auto& one : json) KeepStrings(one, kept);
  }
}

Status KeepVersion(const IcebergTable& table, const std::atomic<bool>* stop, Paths* manifests_seen,
                   Paths* kept) {
  auto& fs = table.file_system();
  const auto& metadata = table.metadata();
  kept->insert(MetadataPath(table.folder(), table.version()));
  for (const auto& entry : metadata.metadata_log) Keep(entry.metadata_file, kept);
  if (!metadata.extra.empty()) KeepStrings(nlohmann::json::parse(metadata.extra), kept);
  for (const auto& snapshot : metadata.snapshots) {
    if (stop != nullptr && stop->load()) return Fail(ErrorCode::kCancelled, "stopped");
    Keep(snapshot.manifest_list, kept);
    FIRN_TRY(const auto manifests, ReadManifestList(fs, &snapshot));
    for (const auto& manifest : manifests) {
      Keep(manifest.path, kept);
      if (!manifests_seen->insert(manifest.path).second) continue;
      FIRN_TRY(const auto entries, ReadManifest(fs, manifest));
      for (const auto& entry : entries) Keep(entry.file.path, kept);
    }
  }
  return {};
}

// Hadoop keeps the checksum of "x" in ".x.crc": it goes with its file.
std::string FileOfChecksum(const std::string& path) {
  const auto name = path.rfind('/') + 1;
  if (path[name] != '.' || !path.ends_with(".crc")) return path;
  return path.substr(0, name) + path.substr(name + 1, path.size() - name - 5);
}

Status ListUnder(io::FileSystem& fs, const std::string& folder, std::vector<Orphan>* files) {
  FIRN_TRY(const auto listed, fs.List(folder));
  for (const auto& one : listed) {
    const auto path = folder + "/" + one.name;
    if (one.is_directory) {
      FIRN_RETURN_IF_ERROR(ListUnder(fs, path, files));
    } else {
      files->push_back({.path = path, .bytes = one.size, .modified_us = one.modified_us});
    }
  }
  return {};
}

}  // namespace

Result<std::vector<Orphan>> ListOrphans(const IcebergTable& table, int64_t modified_before_us,
                                        const std::atomic<bool>* stop) {
  auto& fs = table.file_system();
  std::vector<Orphan> files;
  FIRN_RETURN_IF_ERROR(ListUnder(fs, table.folder(), &files));
  Paths kept = {HintPath(table.folder())};
  Paths manifests_seen;
  FIRN_RETURN_IF_ERROR(KeepVersion(table, stop, &manifests_seen, &kept));
  for (const auto& file : files) {
    const auto version = VersionOfName(file.path.substr(file.path.rfind('/') + 1));
    if (!version || *version <= table.version()) continue;
    FIRN_TRY(const auto later, IcebergTable::Load(fs, table.folder(), *version));
    FIRN_RETURN_IF_ERROR(KeepVersion(later, stop, &manifests_seen, &kept));
  }
  std::erase_if(files, [&](const Orphan& file) {
    return kept.contains(FileOfChecksum(file.path)) || file.modified_us >= modified_before_us;
  });
  std::vector<Orphan> orphans;
  for (auto& file : files) {
    FIRN_TRY(const bool leads_on, fs.Exists(file.path + "/."));
    if (!leads_on) orphans.push_back(std::move(file));
  }
  return orphans;
}

}  // namespace firn::lake
