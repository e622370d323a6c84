// log: the write-ahead log of one server, which is also where its newest rows live.
//
// A log is a folder of segments; a segment is a state group and a run of groups
// (docs/formats/log.md). Open() reads them all, decides between whole, torn and damaged, hands
// every group out and starts a new segment; from then on groups are appended, one fdatasync each.
//
//   Open ──▶ replay(group)* ──▶ state() ──▶ new segment ──▶ Append* ──▶ Close (trailer)
//
// An acknowledged group is never lost without a word: see recovery.h.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"
#include "log/changes.h"
#include "log/group_encoder.h"
#include "log/recovery.h"
#include "log/segment_writer.h"

namespace firn::log {

struct SegmentInfo {
  std::string path;
  Lsn base_lsn;
  Lsn last_lsn;        // base - 1: no rows yet
  uint64_t bytes = 0;  // of its groups; of the file where Open() had no need to read it
  bool sealed = false;
  /// While a copy of this is held, the file is not overwritten, even after Retire.
  std::shared_ptr<const void> hold;
};

/// Threads:  Append by one caller at a time; everything else by any.
/// Lifetime: borrows the file system.
/// Failure:  the first failed write or sync poisons the log: that call gets kUnknownOutcome
///           (58030, kReconcile), every later one kIo (58030). Only a new Open() helps. Of a write
///           that found the disk full the outcome is known, nothing; so it is where no file could
///           be opened for a new segment. Either refuses that call alone, kIo (53100; 53000).
class Log {
 public:
  struct Options {
    uint64_t segment_bytes_max = 256 << 20;
    /// Blocks written ahead in the first segment after a start, where no spare file has them.
    uint64_t prepare_bytes = 64 << 20;
    /// A group of more than twice as much is written in pieces of this size while it is encoded.
    size_t piece_bytes = 4 << 20;
    /// Retired files kept for reuse.
    size_t spare_segments_max = 2;
    /// What a segment begins with. Called when one starts: in Open() after replay, then on the
    /// appending thread. next_lsn need not be filled in. Null: nothing.
    std::function<State()> state;
    /// Up to where the log is kept for readers of the past alone: where the disk is full they lose
    /// it to those who write. Any thread. Null: nothing.
    std::function<Lsn()> settled;
    /// Called once before replay with what the newest segment's state group says.
    std::function<void(const Recovered&)> begin_replay;
    /// Called once when the whole log was read and found good, before anything on disk changes;
    /// its error is Open's.
    std::function<Status(const Recovered&)> end_replay;
    /// Groups up to this LSN are neither handed out nor read: what a start costs follows what is
    /// above.
    Lsn replay_above;
  };
  using Recovered = log::Recovered;
  using Replay = std::function<Status(Group&&)>;

  /// Creates the log where `directory` holds none, or recovers it. Until the whole log has been
  /// read and found good nothing on disk changes; what `replay` does must stay in memory until
  /// Open returns, for damage may lie behind a group already handed out.
  /// Errors: kCorrupt (XX001) with file and offset for damage; `replay`'s own.
  static Result<std::unique_ptr<Log>> Open(io::FileSystem& fs, std::string directory,
                                           Options options, const Replay& replay,
                                           Recovered* recovered);
  /// Without Close() the next Open() finds an unclean stop, as after a crash.
  ~Log();

  /// Makes the group durable: returns when it is. Its first LSN must be next_lsn().
  Status Append(const Group& group);

  /// Why the log no longer writes; ok while it does.
  Status PoisonReason() const;
  Lsn next_lsn() const { return Lsn(next_lsn_.load(std::memory_order_acquire)); }
  LogId id() const { return id_; }

  /// Oldest first; the last one is being written.
  std::vector<SegmentInfo> segments() const;
  /// Of the segment that is being written. It is durable by that name.
  Lsn newest_base() const;
  /// Bytes of the segments that hold LSNs above `lsn`.
  uint64_t BytesSince(Lsn lsn) const;
  /// Bytes of groups appended since Open.
  uint64_t bytes_appended() const { return bytes_appended_.load(std::memory_order_relaxed); }

  /// Takes sealed segments out of the log, oldest first, while their last LSN is at most `up_to`.
  Status Retire(Lsn up_to);
  /// For a disk that is full: gives up spare files, or else the oldest segment that is settled.
  /// False: there is none.
  bool MakeRoom();
  /// Zeroes a spare file for the next segment, if there is none and this one is half full.
  Status PrepareSpare();

  /// Clean stop: trailer, seal, unused blocks given back. Nothing may be appended afterwards.
  /// A poisoned log closes without a word on disk.
  Status Close();

 private:
  Log(io::FileSystem& fs, std::string directory, Options options);

  Status Recover(const Replay& replay, Recovered* recovered);
  Status CutOldNewest(const RecoveredLog& found, const Recovered& recovered);
  Status CollectSpares();
  /// Begins the segment at next_lsn(), replacing one of the same base that holds no rows.
  Status StartSegment(SegmentWriter::Place place, Lsn follows, Lsn ceiling);
  Status Roll(Lsn ceiling);
  Status RollFor(Lsn last_lsn, uint64_t bytes);
  /// The segment at next_lsn(), in a spare file or with `prepare_bytes` of zeros.
  Status OpenSegment(uint64_t prepare_bytes, Lsn follows, Lsn ceiling);
  /// What an append was at when it failed.
  enum class Step : uint8_t { kEncode, kRoll, kWrite };
  Result<EncodedGroup> WriteGroup(const Group& group, Step* at);
  /// In a segment with room for it, ready to be written: all of it, or its first block alone.
  Result<EncodedGroup> EncodeWhole(const Group& group, Step* at);
  Result<EncodedGroup> EncodeInPieces(const Group& group, Step* at);
  SegmentWriter::Place TakePlace(uint64_t prepare_bytes);
  /// For the segment at next_lsn(), open.
  Result<SegmentWriter::Place> OpenPlace(uint64_t prepare_bytes);
  Status KeepOrRemoveSpare(const std::string& path, std::shared_ptr<const void> hold);
  bool RemoveSpares();
  /// Of a group of which nothing counts: the log lives.
  Status Refuse(Error error);
  Status Poison(Error error, bool outcome_known);
  std::string PathOf(const std::string& name) const { return directory_ + "/" + name; }

  struct Spare {
    std::string path;
    std::shared_ptr<const void> hold;
  };

  io::FileSystem& fs_;
  const std::string directory_;
  const Options options_;
  LogId id_;  // constant after Open

  GroupEncoder encoder_;
  std::atomic<uint64_t> next_lsn_{1};
  std::atomic<uint64_t> bytes_appended_{0};

  // The appending thread's own.
  std::unique_ptr<SegmentWriter> writer_;
  Lsn follows_;
  Lsn ceiling_;
  bool named_ = false;    // durably: what writer_ writes to
  bool refused_ = false;  // the last group, and that was logged
  bool closed_ = false;

  std::mutex retire_mutex_;  // taken before mutex_: files leave one after the other
  mutable std::mutex mutex_;
  std::deque<SegmentInfo> segments_;  // guarded by mutex_
  std::vector<Spare> spares_;         // guarded by mutex_
  bool preparing_ = false;            // guarded by mutex_
  Status poison_;                     // guarded by mutex_
};

}  // namespace firn::log
