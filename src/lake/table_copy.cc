#include "lake/table_copy.h"

#include <nlohmann/json.hpp>

#include "lake/file_uri.h"
#include "lake/iceberg/manifest_avro.h"
#include "lake/iceberg/table_metadata_json.h"
#include "lake/table_files_internal.h"

namespace firn::lake {
namespace {

using iceberg::Properties;
using iceberg::TableMetadata;

Status VisitManifest(io::FileSystem& fs, const iceberg::ManifestFile& manifest,
                     const std::function<Status(const std::string&)>& visit) {
  FIRN_TRY(const auto entries, ReadManifest(fs, manifest));
  for (const auto& entry : entries) {
    if (entry.status == iceberg::EntryStatus::kDeleted) continue;
    FIRN_TRY(const auto path, LocalPath(entry.file.path));
    FIRN_RETURN_IF_ERROR(visit(path));
  }
  FIRN_TRY(const auto path, LocalPath(manifest.path));
  return visit(path);
}

/// The files of one table with the paths of another warehouse in them.
class Relocator {
 public:
  Relocator(io::FileSystem& fs, const std::string& folder, const Relocation& relocation)
      : fs_(fs), folder_(folder), relocation_(relocation) {}

  Result<IcebergTable> Run(int64_t version);

 private:
  /// Errors: kCorrupt for a path that is not below `from`.
  Result<std::string> NewPath(const std::string& uri) const;
  Status Overwrite(const std::string& path, const std::string& content) const;
  Status WriteSnapshot(const TableMetadata& metadata, iceberg::Snapshot* snapshot);
  Result<iceberg::ManifestFile> WriteManifest(const TableMetadata& metadata,
                                              iceberg::ManifestFile manifest);
  void MoveMark(std::string* property) const;

  io::FileSystem& fs_;
  const std::string& folder_;
  const Relocation& relocation_;
  std::map<std::string, int64_t> lengths_;  // of the manifests that are done, by new path
};

Result<std::string> Relocator::NewPath(const std::string& uri) const {
  FIRN_TRY(const auto path, LocalPath(uri));
  if (!path.starts_with(relocation_.from + "/")) {
    return Fail(ErrorCode::kCorrupt, "a path in metadata is not below \"{}\": {}", relocation_.from,
                uri);
  }
  return relocation_.to + path.substr(relocation_.from.size());
}

Status Relocator::Overwrite(const std::string& path, const std::string& content) const {
  FIRN_TRY(const auto file, fs_.Open(path, {.mode = io::OpenMode::kTruncate}));
  return file->WriteAt(0, content.data(), content.size());
}

void Relocator::MoveMark(std::string* property) const {
  auto marks = nlohmann::json::parse(*property, nullptr, false);
  if (!marks.is_object()) return;
  const auto found = marks.find(relocation_.old_log.value().ToString());
  if (found == marks.end()) return;
  const auto flushed = *found;
  marks[relocation_.new_log.value().ToString()] = flushed;
  *property = marks.dump();
}

Result<iceberg::ManifestFile> Relocator::WriteManifest(const TableMetadata& metadata,
                                                       iceberg::ManifestFile manifest) {
  FIRN_TRY(const auto path, NewPath(manifest.path));
  const auto done = lengths_.find(path);
  if (done == lengths_.end()) {
    FIRN_TRY(auto bytes, io::ReadFile(fs_, path));
    auto entries = iceberg::DecodeManifest(std::move(bytes), manifest);
    if (!entries) return Fail(std::move(entries.error()).During("read " + path));
    for (auto& entry : *entries) {
      FIRN_TRY(const auto file, NewPath(entry.file.path));
      entry.file.path = FileUri(file);
    }
    const auto* spec = metadata.FindSpec(manifest.partition_spec_id);
    if (spec == nullptr || !spec->fields.empty()) {
      return Fail(ErrorCode::kUnsupported, "the manifest is of a partitioned table: {}", path);
    }
    const auto encoded = iceberg::EncodeManifest(*entries, metadata.current_schema(), *spec);
    FIRN_RETURN_IF_ERROR(Overwrite(path, encoded));
    lengths_[path] = static_cast<int64_t>(encoded.size());
  }
  manifest.path = FileUri(path);
  manifest.length = lengths_[path];
  return manifest;
}

Status Relocator::WriteSnapshot(const TableMetadata& metadata, iceberg::Snapshot* snapshot) {
  if (const auto mark = snapshot->summary.find(std::string(kFlushedProperty));
      mark != snapshot->summary.end()) {
    MoveMark(&mark->second);
  }
  FIRN_TRY(const auto path, NewPath(snapshot->manifest_list));
  FIRN_TRY(auto bytes, io::ReadFile(fs_, path));
  auto manifests = iceberg::DecodeManifestList(std::move(bytes));
  if (!manifests) return Fail(std::move(manifests.error()).During("read " + path));
  for (auto& manifest : *manifests) {
    FIRN_TRY(manifest, WriteManifest(metadata, std::move(manifest)));
  }
  snapshot->manifest_list = FileUri(path);
  return Overwrite(path, iceberg::EncodeManifestList(*manifests, *snapshot));
}

Result<IcebergTable> Relocator::Run(int64_t version) {
  FIRN_TRY(const auto read, IcebergTable::Load(fs_, folder_, version));
  TableMetadata metadata = read.metadata();
  FIRN_TRY(const auto location, NewPath(metadata.location));
  metadata.location = FileUri(location);
  metadata.metadata_log.clear();
  if (const auto mark = metadata.properties.find(std::string(kFlushedProperty));
      mark != metadata.properties.end()) {
    MoveMark(&mark->second);
  }
  for (auto& snapshot : metadata.snapshots) {
    FIRN_RETURN_IF_ERROR(WriteSnapshot(read.metadata(), &snapshot));
  }
  FIRN_RETURN_IF_ERROR(Overwrite(MetadataPath(folder_, version), iceberg::ToJson(metadata)));
  FIRN_TRY(auto table, IcebergTable::Load(fs_, folder_, version));
  FIRN_RETURN_IF_ERROR(table.PublishHint());
  return table;
}

}  // namespace

Status VisitFiles(const IcebergTable& table, const std::function<bool(const std::string&)>& known,
                  const std::function<Status(const std::string&)>& visit) {
  auto& fs = table.file_system();
  for (const auto& snapshot : table.metadata().snapshots) {
    FIRN_TRY(const auto list, LocalPath(snapshot.manifest_list));
    if (known(list)) continue;
    FIRN_TRY(const auto manifests, ReadManifestList(fs, &snapshot));
    for (const auto& manifest : manifests) {
      FIRN_TRY(const auto path, LocalPath(manifest.path));
      if (!known(path)) FIRN_RETURN_IF_ERROR(VisitManifest(fs, manifest, visit));
    }
    FIRN_RETURN_IF_ERROR(visit(list));
  }
  return visit(MetadataPath(table.folder(), table.version()));
}

Result<IcebergTable> RelocateTable(io::FileSystem& fs, const std::string& folder, int64_t version,
                                   const Relocation& relocation) {
  return Relocator(fs, folder, relocation).Run(version);
}

}  // namespace firn::lake
