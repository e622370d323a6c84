// table: a copy of all there is now, to a place of the user's choice: one base copy and the groups
// behind it, laid out as an archive is, so that a restore knows no difference.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "io/object_store.h"
#include "table/base_copy.h"
#include "table/second_copy.h"
#include "table/worker.h"

namespace firn::table {

/// Runs backups, one at a time.
///
/// Threads:  any.
/// Lifetime: borrows what its sources name. Destruction waits for a request that is under way.
class Backups {
 public:
  Backups(CopySources sources, io::S3Access access)
      : from_(std::move(sources)), access_(std::move(access)) {}

  void Begin(const std::string& url, const std::function<void(Result<BackupReport>)>& done);
  /// The one under way ends at its next step, with an error; there are no more.
  void Ask() { worker_.Ask(); }
  /// Waits for that, until the moment in monotonic seconds. False: a request is still under way.
  bool Stop(double until);
  /// The log is needed above this; the highest LSN there can be while none runs.
  Lsn needs_above() const { return Lsn(needs_above_.load()); }

 private:
  Result<BackupReport> Run(const std::string& url);
  Status RequireOutside(const std::string& path) const;
  Result<std::unique_ptr<io::ObjectStore>> OpenStore(const std::string& url);

  const CopySources from_;
  const io::S3Access access_;
  std::atomic<uint64_t> needs_above_{UINT64_MAX};

  std::mutex mutex_;
  bool running_ = false;  // guarded by mutex_
  Worker worker_;         // started under mutex_
};

}  // namespace firn::table
