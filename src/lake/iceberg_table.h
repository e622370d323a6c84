// lake: one Iceberg table in a local folder, in the layout of Spark's hadoop catalog.
//
//   <folder>/metadata/vN.metadata.json   one per commit; N counts from 1
//                     version-hint.text  the N that readers without a catalog open
//                     <uuid>-mK.avro     manifests
//                     snap-<id>-1-<uuid>.avro   manifest lists
//   <folder>/data/<uuid>.parquet
//
// A commit is Append, then the caller makes the new version the table's (firn's catalog), then
// PublishHint. docs/formats/iceberg.md has the order of syncs and what a crash leaves.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "columnar/table_schema.h"
#include "io/file_system.h"
#include "lake/footer.h"
#include "lake/history_start.h"
#include "lake/iceberg/manifest.h"
#include "lake/iceberg/table_metadata.h"

namespace firn::lake {

/// The table property (and snapshot summary entry) `{"<log id>": F}`: every change of that log up
/// to F that belongs to this table is in its files.
inline constexpr std::string_view kFlushedProperty = "firn.flushed";

struct FlushMark {
  LogId log;
  Lsn flushed;
};

/// Which of firn's schemas the current one is; a table property.
inline constexpr std::string_view kSchemaProperty = "firn.schema";

/// The HistoryStart of a table as a property, `{"lsn": …, "us": …}`.
inline constexpr std::string_view kHistoryProperty = "firn.history";

/// What one commit does, all of it or nothing.
struct TableCommit {
  std::vector<DataFile> files;  // from DataFileWriter::Finish
  FlushMark mark;
  bool replace = false;  // the files so far are gone: TRUNCATE
  /// The columns from now on; null: as they are.
  const columnar::TableSchema* schema = nullptr;
  std::vector<FieldId> key;  // identifier-field-ids, with `schema`
  HistoryStart history;
  iceberg::Properties summary;
};

/// One version of a table: a value; commits return the next.
///
/// Threads:  any, as a value. One committer at a time per folder.
/// Lifetime: borrows the file system.
/// Failure:  a commit that failed may have left the next version behind: NewestVersion tells.
/// Not here: which version is the table's (catalog), deleting data files (upkeep).
class IcebergTable {
 public:
  /// Folder, version 1 without rows, and the hint, all durable. Done again with the same uuid it
  /// returns what is there.
  /// Errors: kAlreadyExists when another table lives there, kInvalidInput for the folder's name.
  static Result<IcebergTable> Create(io::FileSystem& fs, const std::string& folder,
                                     const Uuid& table_uuid, const columnar::TableSchema& schema,
                                     iceberg::Properties properties, int64_t now_ms,
                                     const std::vector<FieldId>& key = {});

  /// Errors: kNotFound, kCorrupt, kUnsupported.
  static Result<IcebergTable> Load(io::FileSystem& fs, const std::string& folder, int64_t version);

  /// The highest version whose metadata file is whole; kNotFound when there is none. Above the
  /// version the catalog knows it is a commit whose pointer was lost in a crash: adopt it.
  static Result<int64_t> NewestVersion(io::FileSystem& fs, const std::string& folder);

  /// Commits what changes the rows as one snapshot, the mark and the schema. Durable when it
  /// returns; readers that follow the hint do not see it yet.
  /// Errors: kConflict when the next version exists already (adopt it), kIo.
  Result<IcebergTable> Commit(const TableCommit& commit, int64_t now_ms) const;
  Result<IcebergTable> Append(const std::vector<DataFile>& files, const FlushMark& mark,
                              int64_t now_ms, const iceberg::Properties& summary_extra = {}) const;

  /// Moves version-hint.text to this version, then removes metadata files that fell out of the
  /// metadata log (write.metadata.delete-after-commit.enabled); or tells which they are, for a
  /// caller who knows when they may go.
  Status PublishHint(std::vector<std::string>* superseded = nullptr) const;

  /// Live data files of the current snapshot, read from its manifests.
  /// Errors: kUnsupported when delete files exist, kCorrupt.
  Result<std::vector<DataFile>> Files() const;
  /// The same of another snapshot of this table.
  Result<std::vector<DataFile>> FilesOf(const iceberg::Snapshot& snapshot) const;

  /// F of this log, or nothing when it never flushed here.
  std::optional<Lsn> Flushed(LogId log) const;
  /// The same when the snapshot was made.
  static std::optional<Lsn> FlushedAt(const iceberg::Snapshot& snapshot, LogId log);
  HistoryStart History() const;

  /// The schema id of the last commit that had a schema; 1 before.
  SchemaId firn_schema() const;

  /// A local path for a new data file: <folder>/data/<uuid v7>.parquet.
  std::string NewDataFilePath() const;

  const iceberg::TableMetadata& metadata() const { return *metadata_; }
  int64_t version() const { return version_; }
  /// "file:///…", as in the metadata.
  const std::string& location() const { return metadata_->location; }
  const std::string& folder() const { return folder_; }
  io::FileSystem& file_system() const { return *fs_; }

 private:
  IcebergTable(io::FileSystem& fs, std::string folder, int64_t version,
               iceberg::TableMetadata metadata);

  // Writes `next` as the following version.
  Result<IcebergTable> Commit(iceberg::TableMetadata next, int64_t now_ms) const;
  // Manifests and the manifest list of a new snapshot; sets its manifest_list.
  Status WriteSnapshot(const TableCommit& commit, const std::vector<DataFile>& removed,
                       const iceberg::TableMetadata& next, iceberg::Snapshot* snapshot) const;

  io::FileSystem* fs_;
  std::string folder_;
  int64_t version_;
  std::shared_ptr<const iceberg::TableMetadata> metadata_;
  std::vector<std::string> superseded_;  // local paths of metadata files this commit let go
};

}  // namespace firn::lake
