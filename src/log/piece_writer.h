// log: a large group on its way to the disk while the rest of it is still being put together.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"
#include "log/aligned_buffer.h"

namespace firn::log {

/// Writes pieces of a group on a thread of its own, so that copying and summing the next one takes
/// no time of the disk's. Whoever fills them waits while kPieces are on their way.
///
/// Threads:  TakeMemory, Give and Finish by one.
/// Lifetime: borrows the file. The destructor waits for what was given.
/// Failure:  the first failed write is told by the next call, and nothing is written behind it.
/// Not here: the group's first block, whose header is the last thing known; the sync.
class PieceWriter {
 public:
  /// The group begins at `at` of the file.
  PieceWriter(io::File& file, uint64_t at, size_t piece_bytes);
  ~PieceWriter();

  /// How much there should be before it is given.
  size_t piece_bytes() const { return piece_bytes_; }
  /// Room for a piece and some more; its old content does not matter.
  Result<std::shared_ptr<AlignedBuffer>> TakeMemory();
  /// Writes `bytes` from `skip` on of the memory, whose first byte is the group's `offset`th. All
  /// three are multiples of 4096.
  Status Give(std::shared_ptr<AlignedBuffer> memory, uint64_t offset, size_t skip, size_t bytes);
  /// Returns when all that was given is written.
  Status Finish();

 private:
  struct Piece {
    std::shared_ptr<AlignedBuffer> memory;
    uint64_t offset = 0;
    size_t skip = 0;
    size_t bytes = 0;
  };
  static constexpr size_t kPieces = 3;
  static constexpr size_t kSlack = 1 << 20;

  void Run();

  io::File& file_;
  const uint64_t at_;
  const size_t piece_bytes_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Piece> given_;
  std::vector<std::shared_ptr<AlignedBuffer>> free_;
  size_t made_ = 0;
  bool writing_ = false;
  bool ending_ = false;
  Status state_;  // the first failed write

  std::thread thread_;
};

}  // namespace firn::log
