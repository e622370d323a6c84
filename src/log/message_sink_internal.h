// log: Arrow IPC messages laid one behind the other into memory fit for O_DIRECT.
#pragma once

#include <memory>
#include <string_view>

#include <arrow/ipc/writer.h>

#include "base/result.h"
#include "log/aligned_buffer.h"
#include "log/batch_message_internal.h"
#include "log/piece_writer.h"

namespace firn::log {

/// Gathers a group: room for its header, then streams, then padding to 4 KiB inside the last
/// record batch. Every byte is copied once and its checksum taken while it is in cache.
///
/// Threads: one at a time.
class MessageSink {
 public:
  /// Goes on in `memory` if not null; its old content does not matter.
  explicit MessageSink(std::shared_ptr<AlignedBuffer> memory)
      : MessageSink(std::move(memory), nullptr) {}
  /// For a large group: what is final leaves for `pieces` where that is not null, its memory too.
  MessageSink(std::shared_ptr<AlignedBuffer> memory, PieceWriter* pieces);

  /// Messages already in their final form (a cached schema and dictionary).
  Status AppendMessages(std::string_view messages);
  /// `may_grow`: its stream may be the last of the group, so its length is not final yet.
  Status AppendPayload(const arrow::ipc::IpcPayload& payload, bool may_grow = false);
  Status AppendBatch(const BatchMessage& batch, bool may_grow);
  Status EndStream();
  /// EndStream for the last stream: its last record batch's body grows so that the group ends on
  /// a 4 KiB boundary.
  Status PadAndEndStream();

  /// Makes room for `more` bytes at once instead of growing step by step.
  Status Reserve(size_t more);
  size_t size() const { return size_; }
  /// Of everything behind the group header; final after PadAndEndStream.
  uint32_t body_crc() const { return crc_; }
  /// The group's first bytes, and how many: all, or one block where pieces have left.
  Result<std::shared_ptr<AlignedBuffer>> TakeMemory(size_t* held);

 private:
  void Put(const void* data, size_t size);
  void PutZeros(size_t size);
  /// Puts body bytes in small parts, so that the checksum finds them in cache.
  Status PutBody(const uint8_t* data, size_t size, bool may_grow);
  /// A body that is not worth cutting.
  void PutLittle(const BatchMessage& batch);
  void AdvanceCrc();
  /// What is summed, up to `end`, which is a multiple of 4096; the rest moves to other memory.
  Status GivePiece(size_t end);
  /// In pieces room for a body is made part by part.
  size_t RoomFor(size_t body_bytes) const { return pieces_ == nullptr ? body_bytes : 0; }
  uint8_t* At(size_t position) { return memory_->mutable_data() + (position - base_); }

  // Positions count from the group's begin.
  PieceWriter* const pieces_;
  const size_t part_bytes_;  // copied and summed at once
  std::shared_ptr<AlignedBuffer> memory_;
  std::shared_ptr<AlignedBuffer> first_block_;  // once the first piece has left
  size_t base_ = 0;                             // of memory_'s first byte
  size_t size_;
  size_t summed_;  // crc_ covers [header, summed_)
  uint32_t crc_ = 0;
  size_t last_metadata_ = 0;  // flatbuffer of the last message
};

/// The bytes of one message as they stand in a stream.
Result<std::string> MessageBytes(const arrow::ipc::IpcPayload& payload);

const arrow::ipc::IpcWriteOptions& WriteOptions();

}  // namespace firn::log
