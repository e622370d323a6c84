// table: preallocated columns that small writes are copied into, row by row.
//
// Rows [0, rows()) never change. The writer fills row n, then publishes n + 1; readers slice
// the buffers without copying, but for bitmaps, whose last byte the writer may still touch:
// those (at most 8 KiB a column) are copied.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/ids.h"
#include "table/zone_map.h"

namespace firn::table {

/// Threads: Append by one writer at a time; everything else by any thread.
class OpenBatch {
 public:
  static constexpr int64_t kRows = 64 * 1024;
  static constexpr int64_t kColumnBytes = 64 << 20;  // variable-length data per column

  explicit OpenBatch(const std::shared_ptr<arrow::Schema>& schema);
  ~OpenBatch();

  /// Whether the rows fit behind those that are there.
  bool Fits(const arrow::RecordBatch& rows) const;
  /// Copies rows (columns as the schema's). LSN of row i: lsns[i].
  void Append(const arrow::RecordBatch& rows, const uint64_t* lsns, const int64_t* commit_us);

  int64_t rows() const { return rows_.load(std::memory_order_acquire); }
  /// How many of the first `rows` rows have an LSN at or below `visible`.
  int64_t CountVisible(Lsn visible) const;
  Lsn lsn(int64_t row) const { return Lsn(lsns_[row]); }
  ZoneMap& zones() const { return zones_; }

  /// Rows [from, to) with the chosen columns (null: all), __lsn and __timestamp behind them when
  /// `stored`. `schema` must name exactly these columns.
  std::shared_ptr<arrow::RecordBatch> Slice(int64_t from, int64_t to,
                                            const std::vector<int>* columns, bool stored,
                                            std::shared_ptr<arrow::Schema> schema) const;

  class ColumnStore;

 private:
  std::vector<std::unique_ptr<ColumnStore>> columns_;
  std::shared_ptr<arrow::Buffer> lsn_buffer_;
  std::shared_ptr<arrow::Buffer> time_buffer_;
  uint64_t* const lsns_;
  int64_t* const times_;
  std::atomic<int64_t> rows_{0};
  mutable ZoneMap zones_;
};

}  // namespace firn::table
