// table: keeps the archive of a running database (`log_archive`) up to date.
//
//   ship thread   every 0.4 s: groups that became durable ──▶ <log id>/log/…
//   base thread   at the start, then every log_archive_base while flushes go on ──▶ base copies
//
// Nobody waits for either. What is not archived stays in the log, as far as log_bytes_max goes;
// beyond that the log comes first: a gap in the archive, which the next base copy ends.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "io/object_store.h"
#include "log/shipper.h"
#include "table/base_copy.h"
#include "table/second_copy.h"
#include "table/worker.h"

namespace firn::table {

/// The object by which a live archive is told from a backup.
std::string ArchiveOwnerName(LogId log);

/// Threads:  any.
/// Lifetime: borrows what its sources name. Destruction waits for a request that is under way.
/// Failure:  tried again for as long as it lives; state() tells.
class Archiver {
 public:
  /// `from`: every row up to there is in the lake.
  Archiver(CopySources sources, std::function<int64_t()> flush_rounds,
           std::unique_ptr<io::ObjectStore> store, Lsn from, int64_t base_interval_ms);

  void Start();
  /// Sends what is left, until the moment in monotonic seconds, if the store answers. False: a
  /// request is under way that does not end.
  bool Stop(double until);

  ArchiveState state() const;
  /// The log is needed above this.
  Lsn archived() const;
  /// Whether all there is in the log up to here is in the archive.
  bool Has(Lsn lsn) const;

 private:
  void RunShip();
  Status ShipOnce();
  Status Claim();
  /// Whether nobody else writes this log's archive. The last one that claimed it is the one.
  Status CheckOwner();
  void RunBase();
  Status BaseOnce();
  /// Compares what the store is believed to have with what it has, where it may have lost
  /// something.
  Status LookAtStore();
  Result<bool> MayLack();
  bool BaseDue();
  void Note(const Status& status, std::string_view doing, std::atomic<bool>* failing);
  /// Between two steps: whether there is to be another one.
  bool ShipMustEnd() const;
  bool BaseMustEnd() const { return fenced_ || base_worker_.stopping(); }

  const CopySources from_;
  const std::function<int64_t()> flush_rounds_;
  const std::unique_ptr<io::ObjectStore> store_;
  const int64_t base_interval_ms_;
  const std::string owner_;  // of this life
  std::atomic<bool> ship_failing_{false};
  std::atomic<bool> base_failing_{false};
  std::atomic<bool> fenced_{false};       // the archive is another one's, for good
  std::atomic<bool> claimed_{false};      // it was this one's once
  std::atomic<bool> look_{true};          // the store may have lost base copies or files
  std::atomic<bool> look_at_log_{false};  // or groups
  std::atomic<bool> making_base_{false};  // so the owner is looked at, though there is no news
  std::atomic<double> ship_until_;        // once a stop was asked for
  WarehouseCopier copier_;
  log::Shipper shipper_;

  // The base thread's own.
  bool know_files_ = false;
  int64_t base_rounds_ = -1;  // flush rounds at the last base copy; -1: none yet
  uint64_t base_gaps_ = 0;
  double base_at_ = 0;
  double looked_at_ = 0;

  mutable std::mutex mutex_;
  ArchiveState state_;       // guarded by mutex_
  double caught_up_at_ = 0;  // guarded by mutex_: all that was durable then is archived

  Worker ship_worker_;
  Worker base_worker_;
};

}  // namespace firn::table
