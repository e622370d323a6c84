// table: log, hot rows, lake and catalog as one database. Everything that changes goes through
// one commit path (Committer); everything that reads takes a Snapshot.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/settings.h"
#include "catalog/version.h"
#include "engine/scan_source.h"
#include "io/file_system.h"
#include "lake/footer.h"
#include "table/key_set.h"
#include "table/root.h"
#include "table/text_codes.h"
#include "table/zone_map.h"

namespace firn::lake {
class DataFileWriter;
}

namespace firn::table {

/// Rows of one transaction for one table: columns as columnar::ArrowSchema of `schema`,
/// constraints already checked.
struct TableWrite {
  TableId table;
  SchemaId schema;
  std::vector<std::shared_ptr<arrow::RecordBatch>> rows;
  /// Rows written as data files already (a transaction larger than memory), after `rows`.
  std::vector<lake::DataFile> files;
  /// With a primary key: the key of every row, and the LSN up to which the table was searched for
  /// them. Later rows are looked at by the leader.
  std::vector<RowKey> keys;
  Lsn keys_checked;
};

/// A table that must not have changed since it was looked at: what ALTER TABLE … SET NOT NULL
/// found true must still be.
struct UnchangedTable {
  TableId table;
  Lsn since;
};

/// A transaction: all of it or nothing. Changes come before rows.
struct CommitRequest {
  std::vector<catalog::Change> changes;
  std::vector<TableWrite> writes;
  std::string session;
  std::vector<UnchangedTable> unchanged;
};
struct CommitReceipt {
  Lsn last_lsn;
  int64_t commit_us = 0;
};

struct LsnState {
  Lsn next, durable, visible, flushed;  // flushed: every row at or below is in the lake
};

struct DatabaseStats {
  int64_t hot_rows = 0, hot_bytes = 0;
  int64_t pinned_bytes = 0;  // of rows that have left, kept by readers
  int64_t log_bytes = 0, log_groups = 0, log_segments = 0;
  double lake_behind_seconds = 0;  // age of the oldest row that is not in the lake
  int64_t log_disk_bytes = 0;      // of all files of the log: segments with their room, spare ones
  int64_t commits = 0, flush_rounds = 0, flush_failures = 0;
  int64_t writes_waiting = 0;  // for memory
  int64_t arrow_bytes = 0;     // in use by everything that is Arrow: rows, encoding, the log
};

struct DatabaseOptions {
  std::string data_dir;  // absolute
  Settings settings;
  io::FileSystem* files = &io::LocalFileSystem();
  const Clock* clock = nullptr;  // null: the system's
  int64_t hot_bytes_max = 0;     // Arrow bytes of rows in memory; 0: no limit
};

/// Threads: any.
/// Lifetime: Stop() before destruction; snapshots may outlive neither.
/// Failure: the commit that a failed log write befell gets kUnknownOutcome (58030), every later one
/// fails too. 53100, the disk is full, and 53000, no file could be opened for the log: until that
/// is over. Reads go on; Poisoned() says why.
class Database {
 public:
  /// Opens or creates the data folder and recovers the log. The caller holds the folder's lock.
  static Result<std::unique_ptr<Database>> Open(DatabaseOptions options);
  virtual ~Database() = default;

  virtual Snapshot TakeSnapshot() const = 0;
  /// Queues a transaction; `done` is called once it is durable and visible, or refused, from
  /// any thread, possibly before Commit returns. Refused with Remedy::kRetry: 40001 for what
  /// changed meanwhile, 23505 when keys must be searched for again at a newer snapshot; 53200 and
  /// 53400 when flushes do not keep up, after a bounded wait.
  /// The request is let go of before `done` is called, so that who asked frees it.
  virtual void Commit(std::shared_ptr<const CommitRequest> request,
                      std::function<void(Result<CommitReceipt>)> done) = 0;
  void Commit(CommitRequest request, std::function<void(Result<CommitReceipt>)> done) {
    Commit(std::make_shared<const CommitRequest>(std::move(request)), std::move(done));
  }
  /// Calls `done` when every row at or below `lsn` is visible, however long that takes.
  virtual void WaitFor(Lsn lsn, std::function<void()> done) = 0;
  /// Starts a flush round (or joins one that has not begun) and calls `done` when it ended. The
  /// error is that of the first table that failed.
  virtual void Flush(std::function<void(Status)> done) = 0;

  /// Makes the folder and the first metadata of a table that a CreateTable change will name;
  /// fills in id and folder. DiscardTable takes it back when the commit fails.
  virtual Result<std::shared_ptr<const catalog::TableDefinition>> PrepareTable(
      catalog::TableDefinition definition) = 0;
  virtual void DiscardTable(const catalog::TableDefinition& definition) = 0;

  /// A writer for a new data file of the table, without __lsn and __timestamp (its batches are
  /// columnar::ArrowSchema), and the removal of one that will not be committed.
  virtual Result<std::unique_ptr<lake::DataFileWriter>> NewDataFile(
      const catalog::TableDefinition& table) = 0;
  virtual void DiscardDataFile(const lake::DataFile& file) = 0;

  virtual LsnState lsn_state() const = 0;
  virtual DatabaseStats stats() const = 0;
  /// As in stats(), for those who ask often.
  virtual int64_t pinned_bytes() const = 0;
  /// Why commits fail now, or did within seconds and nobody has tried since.
  virtual Status Poisoned() const = 0;
  virtual std::string warehouse_dir() const = 0;
  virtual LogId log_id() const = 0;

  /// Finishes the commits and the flush under way and closes the log cleanly. Idempotent.
  virtual Status Stop() = 0;

  /// Begins to remove what crashes left in the warehouse, in the background; once, after the start.
  virtual void StartSweep() = 0;
};

/// The name of a column's numbers.
inline std::string CodeColumn(const std::string& column) {
  return "(code of " + column + ")";
}

/// What a query needs of a table's rows.
struct NeededRows {
  std::vector<ColumnRange> ranges;  // rows that are in all of them
  bool extremes = false;  // of each column the least and the greatest value, in rows of any kind
  /// Columns of texts that are wanted as their numbers too: each a smallint behind all others.
  struct Coded {
    int column;
    std::shared_ptr<const TextCodes> texts;  // all that the column has
  };
  std::vector<Coded> coded = {};
  /// A column of which each value is enough once, if no other is read. Its zone fits.
  struct Distinct {
    int column;
    ZoneMap::Zone zone;  // of the rows in memory
  };
  std::optional<Distinct> distinct = {};
};

/// The hot rows of a table at a snapshot, and `own` batches the session has not committed yet
/// (user columns), as a source for the engine. Its columns are the table's own, then __lsn
/// (bigint) and __timestamp (timestamptz), which are NULL in own rows. Of the hot rows those that
/// are not `needed` may be left out.
std::shared_ptr<engine::ScanSource> HotRows(const Snapshot& snapshot,
                                            std::shared_ptr<const TableVersion> table,
                                            std::vector<std::shared_ptr<arrow::RecordBatch>> own,
                                            NeededRows needed = {});

/// Whether rows in memory have zones of a column of the table: of its type, and of no float of
/// another width.
bool HaveZones(const TableVersion& table, const RecordBatches& own, int column);
/// What the rows of HotRows have in such a column. `rows_left`: as ZoneMap::Over.
std::optional<ZoneMap::Zone> HotZone(const Snapshot& snapshot, const TableVersion& table,
                                     const RecordBatches& own, int column,
                                     int64_t* rows_left = nullptr);

/// What the rows of HotRows have in a column of texts, where that are few. `rows_left`: as
/// Generation::AddTexts; `own` counts as rows that are read.
std::shared_ptr<const TextCodes> HotTexts(const Snapshot& snapshot, const TableVersion& table,
                                          const RecordBatches& own, int column,
                                          int64_t* rows_left = nullptr);

/// The rows that a scan of the hot leg without `own` returns, in time that follows the batches.
int64_t HotRowCount(const Snapshot& snapshot, const TableVersion& table);

/// True when a scan of the hot leg would return nothing.
bool HotRowsEmpty(const Snapshot& snapshot, const TableVersion& table);

}  // namespace firn::table
