// log: copies what is durable in a log to its archive (archive.h), from the segments on disk, so
// that a commit has nothing to do with it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "io/object_store.h"
#include "log/archive.h"
#include "log/log.h"

namespace firn::log {

/// Where the archive is, seen from the log.
struct ShipState {
  Lsn shipped;                // everything up to here is in the archive, or was skipped
  uint64_t bytes_behind = 0;  // of groups that are durable and not in the archive
  uint64_t gaps = 0;          // times that groups were gone from the log before they were sent
};

/// Before it sends anything it looks whether what the archive has is of this log's history, and
/// not of another server's that goes on with a copy of it (kConflict).
///
/// Threads:  Ship by one at a time; state() by any.
/// Lifetime: borrows all it is made from.
/// Failure:  a Ship that failed may be called again: it goes on behind the last object that is
///           known to be there.
/// Not here: when to ship, and what a failure means to others (table::Archiver).
class Shipper {
 public:
  struct Options {
    /// An object ends at the group that makes it this large. One group is never divided.
    uint64_t object_bytes = 8 << 20;
    /// Where to begin when the archive has nothing of this log: groups up to here are left out.
    Lsn from;
    /// The same where it has something, but not up to there.
    bool skip_to_from = false;
    /// What must be in the store before this group is. Null: nothing.
    std::function<Status(const Group&)> before;
    /// Asked before each object: whether it may be sent. Null: it may.
    std::function<Status()> may_send;
    /// Up to where nobody but the archive needs the log: a sealed segment below that cannot be read
    /// is a gap. Null: it is an error.
    std::function<Lsn()> settled;
  };

  Shipper(const Log& log, io::FileSystem& files, io::ObjectStore& store, Options options);
  ~Shipper();

  /// Asks the store how far the archive is, and whether it is this log's. kConflict: it is not.
  Status Resume();
  /// Resumes again where the archive no longer goes as far as it was sent: what it has lost is then
  /// sent again, as far as the log still has it.
  Status Recheck();
  /// Sends all that is durable now; resumes first where that was not done.
  Status Ship();
  ShipState state() const;
  /// True once the store has told how far the archive is.
  bool resumed() const;

 private:
  struct Object;

  /// Whether the archive's newest group is this log's too, as far as the log still tells.
  Status CheckHistory(const ArchivedGroups& newest) const;
  Status ShipSegment(const SegmentInfo& segment);
  Status ShipGroups(SegmentReader& reader, const SegmentInfo& segment);
  Status Enter(SegmentReader& reader, const SegmentInfo& segment);
  Status Put(const SegmentInfo& segment, Object object);
  /// Passes over a segment that cannot be read, if nobody else needs it.
  Status PassOver(const SegmentInfo& segment, Error why);
  uint64_t BytesBehind(Lsn shipped) const;

  const Log& log_;
  io::FileSystem& files_;
  io::ObjectStore& store_;
  const Options options_;

  // The shipping thread's own.
  std::unique_ptr<class GroupDecoder> decoder_;
  Lsn archived_base_;                      // segment that has objects in the archive already
  Lsn sent_;                               // the archive has had objects up to here
  std::shared_ptr<arrow::Buffer> unsent_;  // the state group of the segment, not sent yet

  mutable std::mutex mutex_;
  bool resumed_ = false;  // guarded by mutex_
  Lsn shipped_;           // guarded by mutex_
  uint64_t gaps_ = 0;     // guarded by mutex_
  Lsn base_;              // guarded by mutex_: segment that `offset_` is in
  uint64_t offset_ = 0;   // guarded by mutex_: groups of it before this are sent
};

}  // namespace firn::log
