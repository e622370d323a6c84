// table: a base copy: all that is needed besides the log, as of one LSN, in an archive.
//
//   <log id>/base/<LSN>.json           the catalog, the lake's versions, the list of files
//   <log id>/warehouse/main/public/…   the files, each once: they never change
//
// A base copy and the groups behind `settled` are the database. The JSON is written last, so a
// base copy that is there is whole.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "catalog/version.h"
#include "io/file_system.h"
#include "io/object_store.h"
#include "log/log.h"
#include "table/committer.h"
#include "table/old_metadata.h"

namespace firn::table {

/// A file of the warehouse in an archive.
struct ArchivedFile {
  std::string name;  // below the warehouse
  uint64_t bytes = 0;
  uint32_t crc = 0;  // CRC32C
};

struct BaseTable {
  std::shared_ptr<const catalog::TableDefinition> definition;
  int64_t metadata_version = 0;
};

struct BaseCopy {
  LogId log;
  Lsn applied;            // the catalog is as of this LSN
  Lsn settled;            // every row up to here is in the files
  Lsn logged;             // the last group at or below `applied`: up to there the archive has them
  int64_t commit_us = 0;  // nothing up to `applied` was committed later
  int64_t made_us = 0;
  std::string warehouse;  // where it was: paths in the files begin so
  std::vector<BaseTable> tables;
  std::vector<catalog::ObjectPtr> objects;
  std::vector<ArchivedFile> files;
};

std::string ToJson(const BaseCopy& base);
/// Errors: kCorrupt, kUnsupported for one of a later release.
Result<BaseCopy> BaseCopyFromJson(std::string_view json);

std::string BaseName(LogId log, Lsn applied);
std::string WarehouseName(LogId log, const std::string& file);
/// The object with the size and the checksum of a file that a group adds.
std::string SumName(LogId log, const std::string& file);
/// Nothing where there is none: an earlier release wrote the archive.
Result<std::optional<ArchivedFile>> ReadSum(io::ObjectStore& store, LogId log,
                                            const std::string& file);
/// The LSNs of the base copies of a log, oldest first.
Result<std::vector<Lsn>> ListBases(io::ObjectStore& store, LogId log);
Result<BaseCopy> ReadBase(io::ObjectStore& store, LogId log, Lsn applied);

/// What a running database is copied from.
struct CopySources {
  io::FileSystem& files;
  const Clock& clock;
  const log::Log& log;
  const Committer& committer;
  OldMetadata& old_metadata;
  std::string warehouse;
};

/// Whether it is time to end; asked between two steps.
using StopAsked = std::function<bool()>;

/// Copies files of the warehouse to an archive, each once, and knows which are there.
///
/// Threads: any; two that want the same file send it once.
/// Failure: kCancelled once `stop` returns true.
class WarehouseCopier {
 public:
  WarehouseCopier(const CopySources& from, io::ObjectStore& store);

  /// What the newest base copy says is there; Look tells whether it is.
  void Know(std::vector<ArchivedFile> files);
  /// Compares what is known with what the store has, in one listing. Where something is missing or
  /// not of its size, nothing counts as known until the next copy of a table comes past it: that
  /// copy sends what is missing of what is still needed. Returns how many objects are missing.
  Result<size_t> Look();
  /// What was missing and is there again; counted once.
  size_t TakeSentAgain();
  bool Knows(const std::string& path) const;
  Status Copy(const std::string& path, const StopAsked& stop);
  /// The same, with the file's checksum in an object of its own: for a restore that has the file
  /// from a group, and no base copy that lists it.
  Status CopyWithSum(const std::string& path, const StopAsked& stop);
  /// What is known of a table's folder ("main/public/t-01234567").
  std::vector<ArchivedFile> FilesOf(const std::string& folder) const;
  io::FileSystem& files() const { return files_; }

 private:
  Result<ArchivedFile> CopyOnce(const std::string& path, const StopAsked& stop);
  Result<ArchivedFile> Send(const std::string& path, std::string name, const StopAsked& stop);
  std::string NameOf(const std::string& path) const;
  /// Under mutex_. What the store has, so that nothing is to be sent; else null.
  const ArchivedFile* FindThere(const std::string& name);

  io::FileSystem& files_;
  io::ObjectStore& store_;
  const LogId log_;
  const std::string warehouse_;

  mutable std::mutex mutex_;
  std::condition_variable sent_;
  std::map<std::string, ArchivedFile> known_;  // guarded by mutex_; by name
  std::set<std::string> sending_;              // guarded by mutex_
  std::map<std::string, ArchivedFile> there_;  // guarded by mutex_: known again when come past
  std::set<std::string> missing_;              // guarded by mutex_
  size_t sent_again_ = 0;                      // guarded by mutex_
  bool looking_ = false;                       // guarded by mutex_
  std::set<std::string> sent_meanwhile_;       // guarded by mutex_
};

/// The data files that a group's add_files records name must be in the archive before it.
Status CopyAddedFiles(const log::Group& group, WarehouseCopier& copier, const StopAsked& stop);

/// Makes a base copy of what there is now. `archived` returns once every group up to the LSN that
/// the log has is in the archive, and nobody else writes there: before that the copy is not
/// finished.
Result<BaseCopy> CopyBase(const CopySources& from, WarehouseCopier& copier, io::ObjectStore& store,
                          const StopAsked& stop, const std::function<Status(Lsn)>& archived);

}  // namespace firn::table
