// sql: rows a transaction has written to one table and not committed.
//
// The first `transaction_memory` bytes stay in memory; what comes after goes to data files in
// their final form, so that a bulk load is written once and memory stays flat. Many small
// writes are merged as they come: two batches of like size become one.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

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
  /// Ends the data file being written, so that files() holds every row spilled so far.
  Task<Status> SealFiles();

  const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches() const { return batches_; }
  const std::vector<lake::DataFile>& files() const { return files_; }

  /// How much of the buffer there was at some moment; files are sealed.
  struct Mark {
    size_t batches = 0;
    size_t files = 0;
    int64_t rows = 0;
    int64_t bytes = 0;
  };
  /// Later rows never merge with those before the mark.
  Task<Result<Mark>> TakeMark();
  Task<void> RollbackTo(Mark mark);

  /// Removes every data file, on this thread.
  void DiscardNow();

  /// What the commit is given. The buffer keeps its files, for Discard.
  Task<Result<table::TableWrite>> BuildWrite();

 private:
  Status Spill(const arrow::RecordBatch& batch);
  Status EndFile();
  Status MergeSmall();

  Services& services_;
  const std::shared_ptr<const catalog::TableDefinition> table_;
  const int64_t bytes_max_;
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
  size_t merge_floor_ = 0;  // batches below are part of a savepoint
  int64_t bytes_ = 0;       // of batches_
  int64_t rows_ = 0;
  std::vector<lake::DataFile> files_;
  std::unique_ptr<lake::DataFileWriter> writer_;
  int64_t writer_bytes_ = 0;
};

}  // namespace firn::sql
