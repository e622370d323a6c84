// sql: rows a transaction has written to one table and not committed.
//
// The first `transaction_memory` bytes stay in memory, fewer while all sessions together hold too
// many; what comes after goes to data files in their final form, so that a bulk load is written
// once and memory stays flat. Many small writes are merged as they come: two batches of like size
// become one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <absl/container/flat_hash_set.h>
#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/task.h"
#include "catalog/table_definition.h"
#include "lake/data_file_writer.h"
#include "lake/footer.h"
#include "sql/services.h"
#include "table/database.h"

namespace firn::sql {

/// Threads: the session's; encoding runs on the workers.
class TableBuffer {
 public:
  TableBuffer(Services& services, std::shared_ptr<const catalog::TableDefinition> table);
  ~TableBuffer();

  const std::shared_ptr<const catalog::TableDefinition>& table() const { return table_; }
  int64_t rows() const { return rows_; }

  /// Columns as columnar::ArrowSchema of the table, constraints already checked.
  Task<Status> Append(std::shared_ptr<arrow::RecordBatch> batch);
  /// Append where nothing has to be written: the usual case, without a coroutine.
  bool CanKeep() const;
  Status Keep(std::shared_ptr<arrow::RecordBatch> batch);
  /// Ends the data file being written, so that files() holds every row spilled so far.
  Task<Status> SealFiles();
  bool is_writing() const { return writer_ != nullptr; }

  /// Since the last Truncate. Batches have the columns the table had when they were added, with
  /// field ids.
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches() const {
    return {batches_.begin() + static_cast<ptrdiff_t>(from_.batches), batches_.end()};
  }
  std::span<const lake::DataFile> files() const { return std::span(files_).subspan(from_.files); }

  /// The table's definition changed; rows so far stay as they are.
  void Follow(std::shared_ptr<const catalog::TableDefinition> table);
  /// Forgets the rows so far, until a RollbackTo brings them back.
  Task<Status> Truncate();

  /// Keys of rows of a table with a primary key, before they are appended. The index of the first
  /// one that is here already, or of the second of two; nothing when all are new and added.
  std::optional<size_t> AddKeys(const std::vector<table::RowKey>& keys, Lsn searched);
  /// After ADD PRIMARY KEY: the keys of the rows that are here.
  /// Errors: 0A000 when some of them are in files.
  Status GatherKeys(Lsn searched);
  Lsn keys_checked() const { return keys_checked_; }
  void set_keys_checked(Lsn lsn) { keys_checked_ = lsn; }

  /// How much of the buffer there was at some moment; files are sealed.
  struct Place {
    size_t batches = 0;
    size_t files = 0;
    size_t keys = 0;
  };
  struct Mark {
    Place end;
    Place from;
    int64_t rows = 0;
    int64_t bytes = 0;
  };
  /// Later rows never merge with those before the mark.
  Task<Result<Mark>> TakeMark();
  Task<void> RollbackTo(Mark mark);

  /// Removes every data file, on this thread.
  void DiscardNow();
  /// After the commit: removes what a Truncate left behind.
  bool has_truncated_files() const { return from_.files > 0; }
  Task<void> DiscardTruncated();

  /// What the commit is given. The buffer keeps its files, for Discard.
  Result<table::TableWrite> BuildWrite() const;

 private:
  bool IsFull() const;
  Status Spill(const arrow::RecordBatch& batch);
  Status EndFile();
  Status MergeSmall();
  void RebuildKeySet();

  Services& services_;
  std::shared_ptr<const catalog::TableDefinition> table_;
  const int64_t bytes_max_;
  Place from_;  // what is before was truncated
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
  size_t merge_floor_ = 0;             // batches below are part of a savepoint
  TransactionMemory::Share held_;      // of batches_
  TransactionMemory::Share encoding_;  // of the row group that writer_ has open
  int64_t rows_ = 0;
  std::vector<lake::DataFile> files_;
  std::unique_ptr<lake::DataFileWriter> writer_;
  int64_t writer_bytes_ = 0;
  bool writer_is_old_ = false;  // it writes the columns of before
  std::vector<table::RowKey> keys_;
  absl::flat_hash_set<table::RowKey> key_set_;
  Lsn keys_checked_;
};

}  // namespace firn::sql
