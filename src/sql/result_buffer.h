// sql: rows of a result kept for a cursor, in memory up to a limit and then in a file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"

namespace firn::sql {

/// Threads:  one at a time; Append and Read may block once rows are in the file.
/// Lifetime: the file has no name, so it goes with the buffer, whatever happens.
/// Failure:  kIo (53100 when the disk is full).
class ResultBuffer {
 public:
  /// The file, when there is need for one, is made in `dir`.
  ResultBuffer(std::string dir, int64_t memory_bytes)
      : dir_(std::move(dir)), memory_bytes_(memory_bytes) {}
  ~ResultBuffer();
  ResultBuffer(const ResultBuffer&) = delete;
  ResultBuffer& operator=(const ResultBuffer&) = delete;

  Status Append(std::shared_ptr<arrow::RecordBatch> batch);
  int64_t rows() const { return rows_; }
  /// Whether the next Append or a Read may touch the disk.
  bool on_disk() const { return file_ >= 0 || bytes_ > memory_bytes_; }
  /// Rows from `row` (from 0, below rows()), at most so many and as many as lie together.
  Result<std::shared_ptr<arrow::RecordBatch>> Read(int64_t row, int64_t most);

 private:
  struct Piece {
    int64_t first = 0;
    std::shared_ptr<arrow::RecordBatch> batch;  // null: in the file
    int64_t rows = 0;
    int64_t offset = 0;
    int64_t bytes = 0;
  };
  Status OpenFile();
  Status Write(Piece& piece);
  Result<std::shared_ptr<arrow::RecordBatch>> Load(const Piece& piece);

  const std::string dir_;
  const int64_t memory_bytes_;
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<Piece> pieces_;
  int64_t rows_ = 0;
  int64_t bytes_ = 0;  // in memory
  int file_ = -1;
  int64_t file_bytes_ = 0;
  size_t loaded_ = SIZE_MAX;  // the piece of the file that was read last
  std::shared_ptr<arrow::RecordBatch> loaded_batch_;
};

}  // namespace firn::sql
