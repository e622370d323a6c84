// table: keeps the archive of a running database (`log_archive`) up to date.
//
//   ship thread   every 0.4 s: groups that became durable ──▶ <log id>/log/…
//   base thread   at the start, then every log_archive_base while flushes go on ──▶ base copies
//
// Nobody waits for either. What is not archived stays in the log, as far as log_bytes_max goes;
// beyond that the log comes first: a gap in the archive, which the next base copy ends.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.h"
#include "io/object_store.h"
#include "log/shipper.h"
#include "table/base_copy.h"
#include "table/second_copy.h"

namespace firn::table {

/// The object by which a live archive is told from a backup.
std::string ArchiveOwnerName(LogId log);

/// Threads:  any.
/// Lifetime: borrows its collaborators; Stop() before destruction.
/// Failure:  tried again for as long as it lives; state() tells.
class Archiver {
 public:
  struct Collaborators {
    io::FileSystem& files;
    const Clock& clock;
    const log::Log& log;
    const Committer& committer;
    std::function<int64_t()> flush_rounds;
    std::string warehouse;
  };

  /// `from`: every row up to there is in the lake.
  Archiver(Collaborators collaborators, std::unique_ptr<io::ObjectStore> store, Lsn from,
           int64_t base_interval_ms);
  ~Archiver();

  void Start();
  /// Sends what is left once more, if the store answers, and ends.
  void Stop();

  ArchiveState state() const;
  /// The log is needed above this.
  Lsn archived() const;

 private:
  void RunShip();
  Status ShipOnce();
  /// Whether nobody else writes this log's archive. The last one that began to is the one.
  Status CheckOwner();
  void RunBase();
  Status BaseOnce();
  bool BaseDue();
  void Note(const Status& status, std::string_view doing, std::atomic<bool>* failing);
  /// True when it is time to stop.
  bool WaitFor(int64_t ms);

  const Collaborators with_;
  const std::unique_ptr<io::ObjectStore> store_;
  const int64_t base_interval_ms_;
  const std::string owner_;  // of this life
  std::atomic<bool> stopping_{false};
  std::atomic<bool> ship_failing_{false};
  std::atomic<bool> base_failing_{false};
  WarehouseCopier copier_;
  log::Shipper shipper_;

  // The ship thread's own.
  bool claimed_ = false;

  // The base thread's own.
  bool know_files_ = false;
  int64_t base_rounds_ = -1;  // flush rounds at the last base copy; -1: none yet
  uint64_t base_gaps_ = 0;
  double base_at_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  ArchiveState state_;       // guarded by mutex_
  double caught_up_at_ = 0;  // guarded by mutex_: all that was durable then is archived
  bool fenced_ = false;      // guarded by mutex_

  std::thread ship_thread_;
  std::thread base_thread_;
};

}  // namespace firn::table
