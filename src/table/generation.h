// table: the hot rows of one table between two flushes.
//
// A generation is a list of parts. A bulk write brings a part of its own (its Arrow batch, as it
// came from the wire); small writes share open batches of preallocated columns, so that a
// one-row commit costs no batch. One writer (the commit leader) appends; readers take a cut
// of the parts and see the rows at or below their LSN.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/ids.h"
#include "base/result.h"

namespace firn::table {

class OpenBatch;

/// Rows of one write, still without LSNs: columns as columnar::ArrowSchema.
/// A whole batch of at least this many rows becomes a part; fewer are copied to the open batch.
inline constexpr int64_t kBulkRows = 1024;

/// A run of rows that never changes any more.
struct Part {
  std::shared_ptr<arrow::RecordBatch> rows;  // user columns
  Lsn first_lsn;
  Lsn last_lsn;
  /// One per row, ascending; null when they are first_lsn, first_lsn + 1, …
  std::shared_ptr<arrow::UInt64Array> lsns;
  int64_t commit_us = 0;  // every row's, when commit_times is null
  std::shared_ptr<arrow::TimestampArray> commit_times;
};

/// Threads: Append by one writer at a time; everything else by any thread.
class Generation {
 public:
  explicit Generation(std::shared_ptr<arrow::Schema> schema);
  ~Generation();

  /// Appends rows with LSNs from `first_lsn` on, and returns them as they go to the log: user
  /// columns, __lsn, __timestamp. Rows become visible when a root's visible reaches their LSN.
  std::shared_ptr<arrow::RecordBatch> Append(const std::shared_ptr<arrow::RecordBatch>& rows,
                                             Lsn first_lsn, int64_t commit_us);
  /// Appends rows read back from the log (user columns, __lsn, __timestamp).
  Status Replay(const std::shared_ptr<arrow::RecordBatch>& stored);

  /// Rows with an LSN at or below `visible`, as batches of user columns chosen by `columns`
  /// (indices; nullopt for all), __lsn and __timestamp behind them when `stored`.
  std::vector<std::shared_ptr<arrow::RecordBatch>> Read(Lsn visible,
                                                        const std::vector<int>* columns,
                                                        bool stored) const;

  int64_t rows() const { return rows_.load(std::memory_order_acquire); }
  int64_t bytes() const { return bytes_.load(std::memory_order_acquire); }
  /// LSN of the first row, 0 when empty.
  Lsn first_lsn() const;

 private:
  struct Cut;
  Cut TakeCut() const;

  const std::shared_ptr<arrow::Schema> schema_;
  std::atomic<int64_t> rows_{0};
  std::atomic<int64_t> bytes_{0};

  mutable std::mutex mutex_;  // guards the two lists, not what they hold
  std::vector<Part> parts_;
  std::vector<std::shared_ptr<OpenBatch>> open_batches_;
};

}  // namespace firn::table
