// sql: snapshots are lent, not given.
//
// Rows that have gone to the lake stay in memory, and the files of a dropped table on the disk,
// for as long as some reader's snapshot has them. Who keeps them longer than snapshot_age_max, or
// longest of all while readers keep more than their share of memory_limit, loses them: a statement
// under way is stopped; what waits for its client (an open cursor, a transaction in REPEATABLE
// READ, a result that nobody reads) lets go of its rows. Whoever asks for them then gets 72000.
//
//   client's message ─ Enter ─ statement … [Leave ─ waits for the client ─ Enter] … ─ Leave
//   SnapshotWatch ───────────────────────── LetGo() ─────────────────────────────────── LetGo()
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "base/result.h"
#include "sql/cancellation.h"
#include "table/root.h"

namespace firn::sql {

/// 72000, with what to do.
Error SnapshotTooOld();

/// Something of a session that reads at a snapshot.
class RowHolder {
 public:
  virtual ~RowHolder() = default;
  /// Gives its rows back. Called while the session does nothing else.
  virtual void LetGo() = 0;
};

/// What one session reads at, and whether it may be taken away at this moment.
///
/// Threads: Enter and Leave by the session, in turns; everything else by any thread.
class SnapshotHold {
 public:
  explicit SnapshotHold(std::shared_ptr<Cancellation> cancellation)
      : cancellation_(std::move(cancellation)) {}

  /// The session works with its snapshots from here on.
  void Enter();
  /// It waits for its client.
  void Leave();

  /// What the holder reads at from here on, instead of what it had. Not from LetGo().
  void Keeps(RowHolder* holder, const std::shared_ptr<const table::Root>& root);
  /// It reads at nothing any more. Waits for a LetGo() under way; not from one.
  void Drops(RowHolder* holder);

  /// Since when it keeps what nobody else needs, in monotonic seconds; nothing: it does not.
  std::optional<double> Since();
  /// What is kept since then or longer is let go of, or the statement under way is asked to stop.
  /// False: there was nothing.
  bool TakeAway(double since);

 private:
  struct Kept {
    RowHolder* holder;
    std::weak_ptr<const table::Root> root;

    std::optional<double> Since() const;
  };

  const std::shared_ptr<Cancellation> cancellation_;
  std::mutex mutex_;  // guards all below
  bool in_use_ = false;
  std::vector<Kept> kept_;  // one for each holder that reads at something
};

/// Between Enter and Leave.
class SnapshotUse {
 public:
  explicit SnapshotUse(SnapshotHold& hold) : hold_(hold) { hold_.Enter(); }
  ~SnapshotUse() { hold_.Leave(); }
  SnapshotUse(const SnapshotUse&) = delete;
  SnapshotUse& operator=(const SnapshotUse&) = delete;

 private:
  SnapshotHold& hold_;
};

/// Takes snapshots away that are too old, from one thread.
class SnapshotWatch {
 public:
  struct Limits {
    int64_t age_ms = 0;
    int64_t bytes = 0;                      // of rows that only readers keep; 0: no limit
    std::function<int64_t()> pinned_bytes;  // how many there are
  };

  SnapshotWatch(Limits limits, CancellationWatch& cancellations);
  ~SnapshotWatch();

  void Add(std::shared_ptr<SnapshotHold> hold);
  void Remove(const std::shared_ptr<SnapshotHold>& hold);

 private:
  void Run();
  void Look();

  const Limits limits_;
  CancellationWatch& cancellations_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  std::set<std::shared_ptr<SnapshotHold>> watched_;
  std::thread thread_;
};

}  // namespace firn::sql
