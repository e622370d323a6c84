// table: removes what crashes left in the warehouse, once, behind a start.
//
// Files of table folders that no metadata and no record of the log names, and folders of tables
// that the catalog does not have; only what is older than the start by `orphan_age`. What makes
// this safe, and what it costs: docs/decisions/0010-crash-points-and-the-sweep.md.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "io/file_system.h"
#include "table/old_metadata.h"
#include "table/table_folder.h"
#include "table/worker.h"

namespace firn::table {

/// What was true when the start was done, before anybody could write.
struct SweepStart {
  struct Table {
    TableId id;
    std::string name;    // for messages
    std::string folder;  // local path
    std::weak_ptr<TableFolder> held;
  };
  std::vector<Table> tables;
  std::unordered_set<std::string> named;  // local paths that the log's add_files records name
  Lsn last_lsn;                           // of the log
  int64_t started_us = 0;                 // before anything was written
};

struct SweepCounts {
  int64_t files = 0;
  int64_t bytes = 0;
  int64_t tables = 0;  // whole folders; their files are not in `files`
};

/// Threads:  Start and Stop by the owner; it works on a thread of its own, at the lowest priority.
/// Failure:  a table that cannot be read whole keeps everything, which is logged; the others go on.
/// Not here: which files are orphans (lake::ListOrphans).
class Sweeper {
 public:
  struct Collaborators {
    io::FileSystem& files;
    OldMetadata& old_metadata;
    const Clock& clock;
    LogId log_id;
    std::string data_dir;
    /// The metadata version that readers of the table use now; 0: it was dropped.
    std::function<int64_t(TableId)> version_of;
    /// Whether the archive has all that the log had at the start: it may still have to copy files
    /// that records of the log name, though the lake is done with them. Null: there is no archive.
    std::function<bool()> archived = nullptr;
  };

  Sweeper(Collaborators collaborators, SweepStart start, int64_t age_ms);
  ~Sweeper() { Stop(); }

  void Start();
  /// Ends the sweep after the file it is at. Idempotent.
  void Stop();

 private:
  void Run();
  Status SweepTable(const SweepStart::Table& table);
  /// Lists and removes; false: another version came meanwhile, list again.
  Result<bool> SweepOnce(const SweepStart::Table& table);
  void SweepFolders();
  Status SweepFolder(const std::string& path, const std::string& name);
  /// Whether the folder can be a table that this catalog and log once had, or never had.
  Status CheckOurs(const std::string& path) const;
  /// Everything in the folder is old enough; adds up its bytes.
  Result<bool> AllOld(const std::string& path, int64_t* bytes) const;
  bool MayGoOn() const;
  /// Rests in proportion to what was done since the last rest.
  void Rest();

  const Collaborators with_;
  const SweepStart start_;
  const int64_t modified_before_us_;
  SweepCounts done_;
  double rested_at_ = 0;  // monotonic seconds

  std::atomic<bool> stopping_{false};
  Worker worker_;
};

}  // namespace firn::table
