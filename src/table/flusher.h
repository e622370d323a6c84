// table: flush rounds, from hot rows to Iceberg snapshots.
//
//   seal      every dirty table's open generation is closed at one LSN, F        (root change)
//   write     rows up to F as data files, manifests, metadata: each durable before the next
//   point     the round's metadata versions and the catalog records up to F      (SQLite)
//   swap      sealed generations leave the root, their files enter it            (root change)
//   retire    log segments that nobody needs any more
//
// A crash between two steps leaves orphan files or a metadata version that start-up adopts; no
// row is lost or doubled. A table that fails keeps its sealed rows and is tried again next round.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "catalog/store.h"
#include "lake/data_file_writer.h"
#include "lake/iceberg_table.h"
#include "log/log.h"
#include "table/committer.h"
#include "table/old_metadata.h"

namespace firn::table {

struct FlushTriggers {
  int64_t row_bytes = 0;
  int64_t log_bytes = 0;
  int64_t groups = 0;
  int64_t interval_ms = 0;
};
struct LogRetention {
  int64_t window_ms = 0;
  int64_t bytes_max = 0;
};

/// Runs rounds on a thread of its own.
///
/// Threads:  any.
/// Lifetime: Stop() before destruction.
class Flusher {
 public:
  struct Collaborators {
    io::FileSystem& files;
    const Clock& clock;
    log::Log& log;
    LogId log_id;
    catalog::Store& store;
    Committer& committer;
    OldMetadata& old_metadata;
    std::string data_dir;
    lake::DataFileOptions file_options;
    /// Up to where the log was copied to where it is to be copied. Null: nowhere.
    std::function<Lsn()> archived = nullptr;
  };

  Flusher(Collaborators collaborators, FlushTriggers triggers, LogRetention retention);
  ~Flusher();

  /// From recovery: catalog records that the store lacks, and whether rows wait for a round.
  void TakeOver(std::vector<std::pair<Lsn, catalog::Change>> changes, bool hot_rows);
  /// Tells the catalog of the newest segment of the log, whose loss would else pass for that of
  /// a crash. An older note is harmless: what fails is done again by the next round.
  void NoteSegment();
  void Start();
  /// Ends the round under way; catalog records not yet in the store are written.
  void Stop();

  /// A round that begins after this call; `done` with the first table's failure, if any.
  void Request(std::function<void(Status)> done);
  /// Called by the commit leader for every durable group. Cheap.
  void Noted(const GroupFacts& facts);

  /// Tables whose last flush failed, and why.
  struct StuckTable {
    TableId table;
    std::string why;
  };
  std::vector<StuckTable> StuckTables() const;
  bool any_stuck() const { return any_stuck_.load(std::memory_order_relaxed); }

  /// Up to where the lake has all rows and the catalog knows it, by the rounds of this one.
  Lsn settled() const { return Lsn(settled_.load()); }
  /// Since when a row, or a change of the catalog, has not been in the lake; 0: all is.
  double behind_seconds() const;
  int64_t rounds() const { return rounds_.load(); }
  int64_t failures() const { return failures_.load(); }

 private:
  struct TableRound;

  void Run();
  bool Due() const;
  Status Round();
  // Points, publishes and swaps what Round wrote; what fails here is done first next time.
  Status Complete();
  Status Publish(const lake::IcebergTable& table);
  // Runs `change` between two groups, `published` right behind it, and waits for both.
  Status ChangeRoot(Committer::RootChange change, std::function<void()> published);
  Result<Snapshot> Seal();
  Status WriteTable(TableRound& table, Lsn flushed);
  // `settled`: every table's rows up to there are in the lake; 0: nothing new about that.
  Status Point(const std::vector<TableRound>& tables, Lsn flushed, Lsn settled);
  Status Swap();
  Status RetireSegments(Lsn flushed);
  void PrepareSegment();
  Status WriteCheckpoint(Lsn flushed);
  Result<lake::IcebergTable> Load(TableRound& table);
  void NoteStuck(std::vector<StuckTable> stuck);

  const Collaborators with_;
  const FlushTriggers triggers_;
  const LogRetention retention_;

  std::atomic<int64_t> row_bytes_{0};
  std::atomic<int64_t> groups_{0};
  std::atomic<int64_t> log_bytes_{0};
  std::atomic<uint64_t> log_bytes_at_round_{0};
  std::atomic<int64_t> rounds_{0};
  std::atomic<int64_t> failures_{0};
  std::atomic<uint64_t> settled_{0};

  std::atomic<uint64_t> segment_seen_{0};  // base LSN of the newest one, in a group or a note

  // The flush thread's own.
  Lsn segment_noted_;
  std::map<TableId, lake::IcebergTable> lake_tables_;
  // A commit failed and may have left its version behind, with one of these marks.
  std::map<TableId, std::set<Lsn>> doubtful_;
  std::vector<TableRound> written_;  // in the lake, not in the root yet
  Lsn written_lsn_;
  bool written_all_ = false;  // no table of that round failed

  mutable std::mutex stuck_mutex_;
  std::vector<StuckTable> stuck_;  // guarded by stuck_mutex_
  std::atomic<bool> any_stuck_{false};

  std::mutex changes_mutex_;
  std::vector<std::pair<Lsn, catalog::Change>> changes_;  // durable, not in the store yet

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::function<void(Status)>> waiting_;
  std::optional<double> first_row_at_;  // monotonic seconds, of the oldest row not in a round
  std::optional<double> behind_since_;  // the same, of the oldest one in a round that is not done
  bool rolled_ = false;                 // the log has a segment of which the catalog was not told
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace firn::table
