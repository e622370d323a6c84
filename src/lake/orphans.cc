#include "lake/orphans.h"

#include <unordered_set>

#include <nlohmann/json.hpp>

#include "lake/table_files_internal.h"

namespace firn::lake {
namespace {

using Names = std::unordered_set<std::string>;

std::string NameOf(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

// By name alone: whoever wrote the address may have come to the folder by another path.
void Keep(std::string_view uri, Names* kept) {
  kept->insert(NameOf(uri));
}

// Any string of a member we do not know may name a file (statistics, partition statistics).
void KeepStrings(const nlohmann::json& json, Names* kept) {
  if (json.is_string()) Keep(json.get<std::string>(), kept);
  if (json.is_structured()) {
    for (const auto& one : json) KeepStrings(one, kept);
  }
}

Status KeepVersion(const IcebergTable& table, const std::atomic<bool>* stop, Names* manifests_seen,
                   Names* kept) {
  auto& fs = table.file_system();
  const auto& metadata = table.metadata();
  Keep(MetadataPath(table.folder(), table.version()), kept);
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
std::string FileOfChecksum(const std::string& name) {
  if (!name.starts_with('.') || !name.ends_with(".crc")) return name;
  return name.substr(1, name.size() - 5);
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
  Names kept = {NameOf(HintPath(table.folder()))};
  Names manifests_seen;
  FIRN_RETURN_IF_ERROR(KeepVersion(table, stop, &manifests_seen, &kept));
  for (const auto& file : files) {
    const auto version = VersionOfName(NameOf(file.path));
    if (!version || *version <= table.version()) continue;
    FIRN_TRY(const auto later, IcebergTable::Load(fs, table.folder(), *version));
    FIRN_RETURN_IF_ERROR(KeepVersion(later, stop, &manifests_seen, &kept));
  }
  std::erase_if(files, [&](const Orphan& file) {
    return kept.contains(FileOfChecksum(NameOf(file.path))) ||
           file.modified_us >= modified_before_us;
  });
  std::vector<Orphan> orphans;
  for (auto& file : files) {
    FIRN_TRY(const bool leads_on, fs.Exists(file.path + "/."));
    if (!leads_on) orphans.push_back(std::move(file));
  }
  return orphans;
}

}  // namespace firn::lake
