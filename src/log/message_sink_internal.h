// log: Arrow IPC messages laid one behind the other into memory fit for O_DIRECT.
#pragma once

#include <memory>
#include <string_view>

#include <arrow/ipc/writer.h>

#include "base/result.h"
#include "log/aligned_buffer.h"
#include "log/batch_message_internal.h"

namespace firn::log {

/// Gathers a group: room for its header, then streams, then padding to 4 KiB inside the last
/// record batch. Every byte is copied once and its checksum taken while it is in cache.
///
/// Threads: one at a time.
class MessageSink {
 public:
  /// Goes on in `memory` if not null; its old content does not matter.
  explicit MessageSink(std::shared_ptr<AlignedBuffer> memory);

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
  std::shared_ptr<AlignedBuffer> TakeMemory() { return std::move(memory_); }

 private:
  void Put(const void* data, size_t size);
  void PutZeros(size_t size);
  /// Puts body bytes in pieces, so that the checksum finds them in cache.
  void PutBody(const uint8_t* data, size_t size, bool may_grow);
  void AdvanceCrc();

  std::shared_ptr<AlignedBuffer> memory_;
  size_t size_;
  size_t summed_;  // crc_ covers [header, summed_)
  uint32_t crc_ = 0;
  size_t last_metadata_ = 0;  // flatbuffer of the last message
};

/// The bytes of one message as they stand in a stream.
Result<std::string> MessageBytes(const arrow::ipc::IpcPayload& payload);

const arrow::ipc::IpcWriteOptions& WriteOptions();

}  // namespace firn::log
