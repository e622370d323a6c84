// table: a copy of all there is now, to a place of the user's choice: one base copy and the groups
// behind it, laid out as an archive is, so that a restore knows no difference.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.h"
#include "io/object_store.h"
#include "log/log.h"
#include "table/committer.h"
#include "table/second_copy.h"

namespace firn::table {

/// Runs backups, one at a time.
///
/// Threads:  any.
/// Lifetime: borrows its collaborators; Stop() before destruction.
class Backups {
 public:
  struct Collaborators {
    io::FileSystem& files;
    const Clock& clock;
    const log::Log& log;
    const Committer& committer;
    io::S3Access access;
    std::string warehouse;
  };

  explicit Backups(Collaborators collaborators) : with_(std::move(collaborators)) {}
  ~Backups() { Stop(); }

  void Begin(const std::string& url, const std::function<void(Result<BackupReport>)>& done);
  /// Ends the one under way, with an error.
  void Stop();
  /// The log is needed above this; the highest LSN there can be while none runs.
  Lsn needs_above() const { return Lsn(needs_above_.load()); }

 private:
  Result<BackupReport> Run(const std::string& url);
  Result<std::unique_ptr<io::ObjectStore>> OpenStore(const std::string& url);

  const Collaborators with_;
  std::atomic<uint64_t> needs_above_{UINT64_MAX};
  std::atomic<bool> stopping_{false};

  std::mutex mutex_;
  bool running_ = false;  // guarded by mutex_
  std::thread thread_;    // guarded by mutex_
};

}  // namespace firn::table
