// table: the second copy of a database, as its operator sees it: the archive (`log_archive`) that
// it keeps by itself, and backups that are asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/result.h"

namespace firn::table {

class Database;

/// How the archive is doing.
struct ArchiveState {
  std::string url;
  std::optional<Lsn> archived;  // every change up to here is there; nothing: not known yet
  uint64_t behind_bytes = 0;
  double behind_seconds = 0;
  std::optional<Lsn> base;  // of the newest base copy of this life
  int64_t base_us = 0;
  int64_t failures = 0;
  bool failing = false;
  std::string last_error;  // empty: there was none
  int64_t last_error_us = 0;
};

/// What a backup holds.
struct BackupReport {
  LogId log;
  Lsn last_lsn;
  size_t tables = 0;
  size_t files = 0;
};

/// Threads: any.
class SecondCopy {
 public:
  virtual ~SecondCopy() = default;
  /// Nothing where there is no archive.
  virtual std::optional<ArchiveState> archive_state() const = 0;
  /// Copies all there is now to `url`, on a thread of its own, and calls `done`. What an earlier
  /// backup of this log copied to the same place is not copied again. Errors: kConflict (55006)
  /// while another one runs, or where this or another server keeps its archive there.
  virtual void Backup(const std::string& url, std::function<void(Result<BackupReport>)> done) = 0;
  /// A stop begins: backups end now, and the archive gets what there is until then, in monotonic
  /// seconds. Database::Stop without it gives it a few seconds.
  virtual void StopBy(double until) = 0;
  /// After Database::Stop: no request to a store is under way. Otherwise only the end of the
  /// process ends it soon; the database's destruction waits for it.
  virtual bool ended() const = 0;
};

/// Of an open database.
SecondCopy& SecondCopyOf(Database& database);
const SecondCopy& SecondCopyOf(const Database& database);

}  // namespace firn::table
