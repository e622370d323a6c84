#include "lake/iceberg_table.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/crash_point.h"
#include "base/log.h"
#include "io/durable_folders.h"
#include "io/file_steps.h"
#include "lake/file_uri.h"
#include "lake/iceberg/manifest_avro.h"
#include "lake/iceberg/single_value.h"
#include "lake/iceberg/table_metadata_json.h"
#include "lake/manifest_merge_internal.h"
#include "lake/schema_mapping.h"
#include "lake/table_files_internal.h"

namespace firn::lake {
namespace {

using iceberg::TableMetadata;

constexpr int64_t kPreviousVersionsMax = 100;

void PassMetadata(io::FileStep step) {
  if (step == io::FileStep::kWritten) {
    CrashPoint("table.metadata_written");
  } else {
    CrashPoint("table.metadata_renamed");
  }
}
void PassHint(io::FileStep step) {
  if (step == io::FileStep::kWritten) {
    CrashPoint("hint.written");
  } else {
    CrashPoint("hint.renamed");
  }
}

// What firn wants of every table it makes, said aloud so that other writers do the same.
void AddDefaultProperties(iceberg::Properties* properties) {
  properties->emplace("write.format.default", "parquet");
  properties->emplace("write.parquet.compression-codec", "zstd");
  properties->emplace("write.metadata.delete-after-commit.enabled", "true");
  properties->emplace("write.metadata.previous-versions-max", std::to_string(kPreviousVersionsMax));
}

SnapshotId NewSnapshotId(const TableMetadata& metadata) {
  while (true) {
    const auto uuid = NewUuidV7().bytes;
    uint64_t high = 0;
    uint64_t low = 0;
    std::memcpy(&high, uuid.data(), 8);
    std::memcpy(&low, uuid.data() + 8, 8);
    const SnapshotId id(static_cast<int64_t>((high ^ low) & INT64_MAX));
    if (id.value() != 0 && metadata.FindSnapshot(id) == nullptr) return id;
  }
}

Status MakeFolders(io::FileSystem& fs, const std::string& folder) {
  FIRN_RETURN_IF_ERROR(io::MakeDirsDurably(fs, folder));
  FIRN_RETURN_IF_ERROR(fs.MakeDirs(MetadataFolder(folder)));
  FIRN_RETURN_IF_ERROR(fs.MakeDirs(DataFolder(folder)));
  return fs.SyncDir(folder);
}

Result<std::string> Encode(const TableMetadata& metadata) {
  try {
    return iceberg::ToJson(metadata);
  } catch (const nlohmann::json::exception& error) {
    return Fail(ErrorCode::kInvalidInput, "could not write table metadata: {}", error.what());
  }
}

// The property with this log's mark moved; those of other logs stay.
std::string MovedMark(const std::string& property, const FlushMark& mark) {
  auto marks = nlohmann::json::parse(property, nullptr, false);
  if (!marks.is_object()) marks = nlohmann::json::object();
  marks[mark.log.value().ToString()] = mark.flushed.value();
  return marks.dump();
}

// What the property says of one log.
std::optional<Lsn> MarkOf(const std::string& property, LogId log) {
  const auto marks = nlohmann::json::parse(property, nullptr, false);
  if (!marks.is_object()) return std::nullopt;
  const auto found = marks.find(log.value().ToString());
  if (found == marks.end() || !found->is_number_unsigned()) return std::nullopt;
  return Lsn(found->get<uint64_t>());
}

// LSNs that the file's own columns do not give travel as bounds of __lsn all the same.
DataFile WithLsnBounds(DataFile file) {
  if (file.last_lsn == Lsn() || file.Find(columnar::kLsnFieldId) != nullptr) return file;
  auto& stats = file.StatsOf(columnar::kLsnFieldId);
  stats.lower = iceberg::LittleEndian(file.first_lsn.value());
  stats.upper = iceberg::LittleEndian(file.last_lsn.value());
  if (file.commit_us) {
    auto& times = file.StatsOf(columnar::kTimestampFieldId);
    times.lower = times.upper = iceberg::LittleEndian(*file.commit_us);
  }
  return file;
}

void TakeLsnBounds(DataFile* file) {
  const auto* stats = file->Find(columnar::kLsnFieldId);
  if (stats == nullptr || !stats->lower || !stats->upper) return;
  file->first_lsn = Lsn(iceberg::FromLittleEndian<uint64_t>(*stats->lower).value_or(0));
  file->last_lsn = Lsn(iceberg::FromLittleEndian<uint64_t>(*stats->upper).value_or(0));
  // A column that is in the file has a count of values.
  const auto* times = file->Find(columnar::kTimestampFieldId);
  if (stats->values || times == nullptr || !times->lower) return;
  file->commit_us = iceberg::FromLittleEndian<int64_t>(*times->lower);
}

// "Optional Snapshot Summary Fields".
struct FileSums {
  int64_t files = 0;
  int64_t rows = 0;
  int64_t bytes = 0;
};
FileSums SumsOf(const std::vector<DataFile>& files) {
  FileSums sums{.files = static_cast<int64_t>(files.size())};
  for (const auto& file : files) {
    sums.rows += file.rows;
    sums.bytes += file.bytes;
  }
  return sums;
}

void Summarize(const std::vector<DataFile>& files, const std::vector<DataFile>& removed,
               const TableMetadata& metadata, const iceberg::Properties& before,
               iceberg::Properties* summary) {
  const auto added = SumsOf(files);
  const auto gone = SumsOf(removed);
  auto& out = *summary;
  out["operation"] = removed.empty() ? "append" : files.empty() ? "delete" : "overwrite";
  if (added.files > 0) {
    out["added-data-files"] = std::to_string(added.files);
    out["added-records"] = std::to_string(added.rows);
    out["added-files-size"] = std::to_string(added.bytes);
  }
  if (gone.files > 0) {
    out["deleted-data-files"] = std::to_string(gone.files);
    out["deleted-records"] = std::to_string(gone.rows);
    out["removed-files-size"] = std::to_string(gone.bytes);
  }
  // A total is the parent's and ours; without the parent's there is none.
  auto total = [&](const char* name, int64_t added) {
    const auto found = before.find(name);
    if (found != before.end()) {
      added += std::strtoll(found->second.c_str(), nullptr, 10);
    } else if (metadata.current_snapshot() != nullptr) {
      return;
    }
    out[name] = std::to_string(added);
  };
  total("total-data-files", added.files - gone.files);
  total("total-records", added.rows - gone.rows);
  total("total-files-size", added.bytes - gone.bytes);
  total("total-delete-files", 0);
  total("total-position-deletes", 0);
  total("total-equality-deletes", 0);
}

}  // namespace

IcebergTable::IcebergTable(io::FileSystem& fs, std::string folder, int64_t version,
                           TableMetadata metadata)
    : fs_(&fs),
      folder_(std::move(folder)),
      version_(version),
      metadata_(std::make_shared<const TableMetadata>(std::move(metadata))) {}

Result<IcebergTable> IcebergTable::Create(io::FileSystem& fs, const std::string& folder,
                                          const Uuid& table_uuid,
                                          const columnar::TableSchema& schema,
                                          iceberg::Properties properties, int64_t now_ms,
                                          const std::vector<FieldId>& key) {
  FIRN_RETURN_IF_ERROR(CheckTableFolder(folder));
  FIRN_TRY(const bool exists, fs.Exists(MetadataPath(folder, 1)));
  if (exists) {
    FIRN_TRY(auto found, Load(fs, folder, 1));
    if (found.metadata().table_uuid != table_uuid) {
      return Fail(ErrorCode::kAlreadyExists, "another table lives in \"{}\"", folder);
    }
    FIRN_RETURN_IF_ERROR(found.PublishHint());
    return found;
  }
  properties.merge(TypeProperties(schema));
  AddDefaultProperties(&properties);
  TableMetadata metadata{.table_uuid = table_uuid,
                         .location = FileUri(folder),
                         .last_updated_ms = now_ms,
                         .last_column_id = schema.last_field_id,
                         .schemas = {IcebergSchema(schema, 0, key)},
                         .partition_specs = {{}},
                         .sort_orders = {{}},
                         .properties = std::move(properties)};
  FIRN_TRY(const auto json, Encode(metadata));
  FIRN_RETURN_IF_ERROR(MakeFolders(fs, folder));
  FIRN_RETURN_IF_ERROR(io::WriteFileDurably(fs, MetadataPath(folder, 1), json));
  CrashPoint("create.metadata");
  IcebergTable table(fs, folder, 1, std::move(metadata));
  FIRN_RETURN_IF_ERROR(table.PublishHint());
  return table;
}

Result<IcebergTable> IcebergTable::Load(io::FileSystem& fs, const std::string& folder,
                                        int64_t version) {
  const auto path = MetadataPath(folder, version);
  FIRN_TRY(const auto json, io::ReadFile(fs, path));
  auto metadata = iceberg::TableMetadataFromJson(json);
  if (!metadata) return Fail(std::move(metadata.error()).During("read " + path));
  return IcebergTable(fs, folder, version, *std::move(metadata));
}

Result<int64_t> IcebergTable::NewestVersion(io::FileSystem& fs, const std::string& folder) {
  FIRN_TRY(const auto files, fs.List(MetadataFolder(folder)));
  std::vector<int64_t> versions;
  for (const auto& file : files) {
    if (const auto version = VersionOfName(file.name)) versions.push_back(*version);
  }
  std::sort(versions.rbegin(), versions.rend());
  for (const auto version : versions) {
    // Ours are whole once they have their name; a copied or restored folder may be another matter.
    const auto table = Load(fs, folder, version);
    if (table) return version;
    if (table.error().code != ErrorCode::kCorrupt) return Fail(table.error());
    FIRN_LOG_WARN("lake: skipping a damaged metadata file: {}", table.error().message);
  }
  return Fail(ErrorCode::kNotFound, "no table metadata in \"{}\"", folder);
}

Result<IcebergTable> IcebergTable::Append(const std::vector<DataFile>& files, const FlushMark& mark,
                                          int64_t now_ms,
                                          const iceberg::Properties& summary_extra) const {
  return Commit({.files = files, .mark = mark, .summary = summary_extra}, now_ms);
}

Result<IcebergTable> IcebergTable::Commit(const TableCommit& commit, int64_t now_ms) const {
  TableMetadata next = *metadata_;
  const std::string marks_name(kFlushedProperty);
  const auto marks = MovedMark(next.Property(marks_name, "{}"), commit.mark);
  next.properties[marks_name] = marks;
  if (commit.history != HistoryStart()) {
    const nlohmann::json history{{"lsn", commit.history.lsn.value()}, {"us", commit.history.us}};
    next.properties[std::string(kHistoryProperty)] = history.dump();
  }
  if (commit.schema != nullptr && commit.schema->id != firn_schema()) {
    EvolveSchema(*commit.schema, commit.key, &next);
    next.properties[std::string(kSchemaProperty)] = std::to_string(commit.schema->id.value());
  }
  now_ms = std::max(now_ms, next.last_updated_ms);
  std::vector<DataFile> removed;
  if (commit.replace) {
    FIRN_TRY(removed, Files());
  }
  if (commit.files.empty() && removed.empty()) return Commit(std::move(next), now_ms);

  const auto* parent = next.current_snapshot();
  iceberg::Snapshot snapshot{.id = NewSnapshotId(next),
                             .sequence_number = next.last_sequence_number + 1,
                             .timestamp_ms = now_ms,
                             .summary = commit.summary,
                             .schema_id = next.current_schema_id};
  if (parent != nullptr) snapshot.parent = parent->id;
  Summarize(commit.files, removed, next,
            parent == nullptr ? iceberg::Properties() : parent->summary, &snapshot.summary);
  snapshot.summary[marks_name] = marks;
  FIRN_RETURN_IF_ERROR(WriteSnapshot(commit, removed, next, &snapshot));

  next.last_sequence_number = snapshot.sequence_number;
  next.current_snapshot_id = snapshot.id;
  next.refs[std::string(iceberg::kMainBranch)].id = snapshot.id;
  next.snapshot_log.push_back({.timestamp_ms = now_ms, .id = snapshot.id});
  next.snapshots.push_back(std::move(snapshot));
  return Commit(std::move(next), now_ms);
}

Status IcebergTable::WriteSnapshot(const TableCommit& commit, const std::vector<DataFile>& removed,
                                   const TableMetadata& next, iceberg::Snapshot* snapshot) const {
  if (!metadata_->FindSpec(metadata_->default_spec_id)->fields.empty()) {
    return Fail(ErrorCode::kUnsupported, "writing to a partitioned table is not supported: {}",
                folder_);
  }
  // The names of the data files first: a manifest must never outlive what it names.
  FIRN_RETURN_IF_ERROR(fs_->SyncDir(DataFolder(folder_)));
  CrashPoint("table.data_synced");
  ManifestSet writer(*fs_, MetadataFolder(folder_), next, *snapshot);
  std::vector<DataFile> added;
  added.reserve(commit.files.size());
  for (const auto& file : commit.files) added.push_back(WithLsnBounds(file));
  FIRN_TRY(auto before, ReadManifestList(*fs_, metadata_->current_snapshot()));
  std::vector<iceberg::ManifestFile> manifests;
  if (!removed.empty()) {
    FIRN_TRY(auto gone, writer.Remove(before));
    manifests.push_back(std::move(gone));
  } else if (!commit.replace) {
    FIRN_TRY(manifests, writer.Merge(std::move(before)));
  }
  if (!added.empty()) {
    FIRN_TRY(auto newest, writer.Add(added));
    manifests.insert(manifests.begin(), std::move(newest));
  }
  CrashPoint("table.manifest_written");

  const auto path = fmt::format("{}/snap-{}-1-{}.avro", MetadataFolder(folder_), snapshot->id,
                                NewUuidV7().ToString());
  FIRN_RETURN_IF_ERROR(WriteSynced(*fs_, path, iceberg::EncodeManifestList(manifests, *snapshot)));
  CrashPoint("table.list_written");
  snapshot->manifest_list = FileUri(path);
  return fs_->SyncDir(MetadataFolder(folder_));
}

Result<IcebergTable> IcebergTable::Commit(TableMetadata next, int64_t now_ms) const {
  next.metadata_log.push_back({.timestamp_ms = metadata_->last_updated_ms,
                               .metadata_file = FileUri(MetadataPath(folder_, version_))});
  next.last_updated_ms = now_ms;
  const auto keep = static_cast<size_t>(std::max<int64_t>(
      1, next.NumberProperty("write.metadata.previous-versions-max", kPreviousVersionsMax)));
  std::vector<std::string> superseded;
  if (next.metadata_log.size() > keep) {
    const auto let_go =
        next.metadata_log.begin() + static_cast<ptrdiff_t>(next.metadata_log.size() - keep);
    for (auto at = next.metadata_log.begin(); at != let_go; ++at) {
      auto local = LocalPath(at->metadata_file);
      if (local) superseded.push_back(*std::move(local));
    }
    next.metadata_log.erase(next.metadata_log.begin(), let_go);
  }
  FIRN_TRY(const auto json, Encode(next));
  const auto path = MetadataPath(folder_, version_ + 1);
  const auto written = io::WriteNewFileDurably(*fs_, path, json, PassMetadata);
  if (!written && written.error().code == ErrorCode::kAlreadyExists) {
    return Fail(MakeError(ErrorCode::kConflict, "version {} of the table exists already: {}",
                          version_ + 1, folder_)
                    .WithHint("A commit was not recorded; it is adopted at the next start."));
  }
  FIRN_RETURN_IF_ERROR(written);
  IcebergTable committed(*fs_, folder_, version_ + 1, std::move(next));
  if (committed.metadata().Property("write.metadata.delete-after-commit.enabled", "false") ==
      "true") {
    committed.superseded_ = std::move(superseded);
  }
  return committed;
}

Status IcebergTable::PublishHint(std::vector<std::string>* superseded) const {
  // Hadoop's checksum of a hint that Spark wrote would belie ours.
  const auto checksum = MetadataFolder(folder_) + "/.version-hint.text.crc";
  FIRN_TRY(const bool exists, fs_->Exists(checksum));
  if (exists) FIRN_RETURN_IF_ERROR(fs_->Remove(checksum));
  FIRN_RETURN_IF_ERROR(
      io::WriteFileDurably(*fs_, HintPath(folder_), std::to_string(version_), PassHint));
  if (superseded != nullptr) {
    *superseded = superseded_;
    return {};
  }
  for (const auto& path : superseded_) {
    const auto removed = fs_->Remove(path);
    if (!removed && removed.error().code != ErrorCode::kNotFound) {
      FIRN_LOG_WARN("lake: an old metadata file stays: {}", removed.error().message);
    }
  }
  return {};
}

Result<std::vector<DataFile>> IcebergTable::Files() const {
  const auto* current = metadata_->current_snapshot();
  return current == nullptr ? std::vector<DataFile>() : FilesOf(*current);
}

Result<std::vector<DataFile>> IcebergTable::FilesOf(const iceberg::Snapshot& snapshot) const {
  FIRN_TRY(const auto manifests, ReadManifestList(*fs_, &snapshot));
  std::vector<DataFile> files;
  for (const auto& manifest : manifests) {
    if (manifest.content == iceberg::ManifestContent::kDeletes) {
      if (manifest.live_files() == 0) continue;
      return Fail(MakeError(ErrorCode::kUnsupported, "table has delete files: {}", folder_)
                      .WithHint("Rewrite the table's data files without deletes first."));
    }
    FIRN_TRY(auto entries, ReadManifest(*fs_, manifest));
    for (auto& entry : entries) {
      if (entry.status == iceberg::EntryStatus::kDeleted) continue;
      TakeLsnBounds(&entry.file);
      files.push_back(std::move(entry.file));
    }
  }
  return files;
}

std::optional<Lsn> IcebergTable::Flushed(LogId log) const {
  return MarkOf(metadata_->Property(std::string(kFlushedProperty), "{}"), log);
}

std::optional<Lsn> IcebergTable::FlushedAt(const iceberg::Snapshot& snapshot, LogId log) {
  const auto found = snapshot.summary.find(std::string(kFlushedProperty));
  return found == snapshot.summary.end() ? std::nullopt : MarkOf(found->second, log);
}

HistoryStart IcebergTable::History() const {
  const auto said = nlohmann::json::parse(metadata_->Property(std::string(kHistoryProperty), "{}"),
                                          nullptr, false);
  if (!said.is_object()) return {};
  const auto number = [&](const char* name) -> int64_t {
    const auto found = said.find(name);
    return found != said.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
  };
  return {.lsn = Lsn(static_cast<uint64_t>(number("lsn"))), .us = number("us")};
}

SchemaId IcebergTable::firn_schema() const {
  return SchemaId(
      static_cast<uint32_t>(metadata_->NumberProperty(std::string(kSchemaProperty), 1)));
}

std::string IcebergTable::NewDataFilePath() const {
  return fmt::format("{}/{}.parquet", DataFolder(folder_), NewUuidV7().ToString());
}

}  // namespace firn::lake
