// sql: a place among the rows of a result that can be moved.
//
//     0        1  2  3  …  N        N + 1
//   before       rows             after the last
//
// Next() goes on from the place; a cursor that scrolls keeps its rows and can go back.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/task.h"
#include "sql/result_buffer.h"
#include "sql/row_stream.h"

namespace firn::sql {

/// Threads: one at a time.
class RowCursor {
 public:
  using Batch = std::shared_ptr<arrow::RecordBatch>;

  /// Forward only: keeps no rows.
  explicit RowCursor(std::unique_ptr<RowStream> rows);
  /// Both ways; `workers` do what the buffer may wait for.
  RowCursor(std::unique_ptr<RowStream> rows, std::unique_ptr<ResultBuffer> buffer,
            WorkerPool& workers);

  /// Of the batch that came last: how its numerics are held may turn out with the first rows.
  const std::vector<columnar::Field>& fields() const { return rows_ ? rows_->fields() : fields_; }
  bool scrolls() const { return scrolls_; }
  int64_t place() const { return place_; }
  bool on_row() const { return place_ > 0 && !after_last_; }

  /// The rows behind the place, at most so many (at least one) and maybe fewer; the place is then
  /// on the last of them. Null: there are none, and the place is after the last row.
  Task<Result<Batch>> Next(int64_t most);
  /// Finds out whether the first rows can be had.
  Task<Status> Prime();
  /// The row before the place; null: there is none. 55000 when it does not scroll.
  Task<Result<Batch>> Previous();
  /// The row at the place, which must be on one. 55000 when it does not scroll.
  Task<Result<Batch>> Current();
  /// Back to the start. 55000 when it does not scroll and has moved.
  Status Rewind();

  /// Reads all there is, so that transaction and engine are not needed any more.
  Task<Status> Keep(std::unique_ptr<ResultBuffer> buffer, WorkerPool& workers);

 private:
  void EndRows();
  Task<Result<Batch>> Read(int64_t row, int64_t most);
  /// Fetches into the buffer; false: no more.
  Task<Result<bool>> Fill();

  std::unique_ptr<RowStream> rows_;      // null once it has ended
  std::vector<columnar::Field> fields_;  // from then on
  std::unique_ptr<ResultBuffer> buffer_;
  WorkerPool* workers_ = nullptr;
  Batch rest_;           // fetched and not yet given; without a buffer
  int64_t skipped_ = 0;  // rows that went before the buffer's first
  bool scrolls_ = false;
  int64_t place_ = 0;
  bool after_last_ = false;
};

}  // namespace firn::sql
