#include "log/piece_writer.h"

#include <algorithm>

#include "log/group_header.h"

namespace firn::log {

PieceWriter::PieceWriter(io::File& file, uint64_t at, size_t piece_bytes)
    : file_(file),
      at_(at),
      piece_bytes_(std::max(piece_bytes, kGroupAlignment)),
      thread_([this] { Run(); }) {}

PieceWriter::~PieceWriter() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<std::shared_ptr<AlignedBuffer>> PieceWriter::TakeMemory() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !state_ || !free_.empty() || made_ < kPieces; });
  FIRN_RETURN_IF_ERROR(state_);
  if (free_.empty()) {
    ++made_;
    lock.unlock();
    return AlignedBuffer::Allocate(piece_bytes_ + kSlack);
  }
  auto memory = std::move(free_.back());
  free_.pop_back();
  return memory;
}

Status PieceWriter::Give(std::shared_ptr<AlignedBuffer> memory, uint64_t offset, size_t skip,
                         size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    FIRN_RETURN_IF_ERROR(state_);
    given_.push_back({std::move(memory), offset, skip, bytes});
  }
  changed_.notify_all();
  return {};
}

Status PieceWriter::Finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return given_.empty() && !writing_; });
  return state_;
}

void PieceWriter::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return !given_.empty() || ending_; });
    if (given_.empty()) return;
    Piece piece = std::move(given_.front());
    given_.pop_front();
    if (state_) {
      writing_ = true;
      lock.unlock();
      auto written = file_.WriteAt(at_ + piece.offset + piece.skip,
                                   piece.memory->data() + piece.skip, piece.bytes);
      lock.lock();
      writing_ = false;
      if (!written) state_ = std::move(written);
    }
    free_.push_back(std::move(piece.memory));
    changed_.notify_all();
  }
}

}  // namespace firn::log
