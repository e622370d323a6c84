#include <cstring>

#include <arrow/buffer.h>

#include "base/crc32c.h"
#include "log/group_header.h"
#include "log/message_sink_internal.h"

namespace firn::log {
namespace {

constexpr uint32_t kContinuation = 0xffffffff;
constexpr size_t kPrefixBytes = 8;  // continuation mark, metadata length
constexpr size_t kFirstCapacity = 64 << 10;
constexpr size_t kCrcPart = 128 << 10;

size_t Pad8(size_t size) {
  return (8 - size % 8) % 8;
}

/// Where the int64 bodyLength of a Message flatbuffer lies (Message.fbs: its fourth field, after
/// version, the header's type and the header), or null when it was left out for being 0.
uint8_t* FindBodyLength(uint8_t* metadata) {
  constexpr size_t kVtableSlot = 4 + 2 * 3;
  uint32_t root = 0;
  std::memcpy(&root, metadata, sizeof(root));
  uint8_t* table = metadata + root;
  int32_t to_vtable = 0;
  std::memcpy(&to_vtable, table, sizeof(to_vtable));
  const uint8_t* vtable = table - to_vtable;
  uint16_t vtable_bytes = 0;
  std::memcpy(&vtable_bytes, vtable, sizeof(vtable_bytes));
  if (vtable_bytes < kVtableSlot + 2) return nullptr;
  uint16_t offset = 0;
  std::memcpy(&offset, vtable + kVtableSlot, sizeof(offset));
  return offset == 0 ? nullptr : table + offset;
}

}  // namespace

const arrow::ipc::IpcWriteOptions& WriteOptions() {
  static const auto options = [] {
    auto made = arrow::ipc::IpcWriteOptions::Defaults();
    made.use_threads = false;
    made.alignment = 8;
    return made;
  }();
  return options;
}

MessageSink::MessageSink(std::shared_ptr<AlignedBuffer> memory, PieceWriter* pieces)
    : pieces_(pieces),
      part_bytes_(pieces == nullptr ? kCrcPart : std::min(kCrcPart, pieces->piece_bytes())),
      memory_(std::move(memory)),
      size_(kGroupHeaderBytes),
      summed_(kGroupHeaderBytes) {}

Status MessageSink::Reserve(size_t more) {
  const size_t capacity = memory_ == nullptr ? 0 : static_cast<size_t>(memory_->size());
  // Room for the padding and end mark too, so that nothing after a Reserve can fail.
  const size_t need = AlignUp(size_ - base_ + more + kGroupAlignment + kPrefixBytes);
  if (need <= capacity) return {};
  FIRN_TRY(auto grown,
           AlignedBuffer::Allocate(std::max({need, AlignUp(capacity * 3 / 2), kFirstCapacity})));
  if (memory_ != nullptr) std::memcpy(grown->mutable_data(), memory_->data(), size_ - base_);
  memory_ = std::move(grown);
  return {};
}

void MessageSink::Put(const void* data, size_t size) {
  std::memcpy(At(size_), data, size);
  size_ += size;
}

void MessageSink::PutZeros(size_t size) {
  std::memset(At(size_), 0, size);
  size_ += size;
}

Status MessageSink::PutBody(const uint8_t* data, size_t size, bool may_grow) {
  while (size > 0) {
    const size_t part = std::min(size, part_bytes_);
    if (pieces_ != nullptr) FIRN_RETURN_IF_ERROR(Reserve(part));
    Put(data, part);
    data += part;
    size -= part;
    if (may_grow || size_ - summed_ < part_bytes_) continue;
    AdvanceCrc();
    const size_t in_memory = size_ - base_;
    if (pieces_ != nullptr && in_memory >= pieces_->piece_bytes()) {
      FIRN_RETURN_IF_ERROR(GivePiece(base_ + in_memory / kGroupAlignment * kGroupAlignment));
    }
  }
  return {};
}

void MessageSink::AdvanceCrc() {
  crc_ = Crc32c(At(summed_), size_ - summed_, crc_);
  summed_ = size_;
}

Status MessageSink::GivePiece(size_t end) {
  size_t skip = 0;
  if (first_block_ == nullptr) {
    skip = kGroupAlignment;
    FIRN_TRY(first_block_, AlignedBuffer::Allocate(skip));
    std::memcpy(first_block_->mutable_data(), memory_->data(), skip);
  }
  FIRN_TRY(auto next, pieces_->TakeMemory());
  std::memcpy(next->mutable_data(), At(end), size_ - end);
  FIRN_RETURN_IF_ERROR(pieces_->Give(std::move(memory_), base_, skip, end - base_ - skip));
  memory_ = std::move(next);
  base_ = end;
  return {};
}

Result<std::shared_ptr<AlignedBuffer>> MessageSink::TakeMemory(size_t* held) {
  if (first_block_ == nullptr) {
    *held = size_;
    return std::move(memory_);
  }
  if (size_ > base_) {
    FIRN_RETURN_IF_ERROR(pieces_->Give(std::move(memory_), base_, 0, size_ - base_));
  }
  *held = kGroupAlignment;
  return std::move(first_block_);
}

Status MessageSink::AppendMessages(std::string_view messages) {
  FIRN_RETURN_IF_ERROR(Reserve(messages.size()));
  Put(messages.data(), messages.size());
  return {};
}

Status MessageSink::AppendPayload(const arrow::ipc::IpcPayload& payload, bool may_grow) {
  const auto metadata_bytes = static_cast<size_t>(payload.metadata->size());
  const size_t padding = Pad8(kPrefixBytes + metadata_bytes);
  const auto body_bytes = static_cast<size_t>(payload.body_length);
  FIRN_RETURN_IF_ERROR(Reserve(kPrefixBytes + metadata_bytes + padding + RoomFor(body_bytes)));
  const auto length = static_cast<uint32_t>(metadata_bytes + padding);
  Put(&kContinuation, sizeof(kContinuation));
  Put(&length, sizeof(length));
  last_metadata_ = size_;
  Put(payload.metadata->data(), metadata_bytes);
  PutZeros(padding);
  const size_t body = size_;
  for (const auto& buffer : payload.body_buffers) {
    if (buffer == nullptr || buffer->size() == 0) continue;
    const auto bytes = static_cast<size_t>(buffer->size());
    FIRN_CHECK(size_ - body + bytes + Pad8(bytes) <= body_bytes);
    FIRN_RETURN_IF_ERROR(PutBody(buffer->data(), bytes, may_grow));
    PutZeros(Pad8(bytes));
  }
  FIRN_CHECK(size_ - body == body_bytes);
  return {};
}

void MessageSink::PutLittle(const BatchMessage& batch) {
  uint8_t* at = At(size_);
  for (const auto& buffer : batch.buffers()) {
    if (buffer.bytes == 0) continue;
    const size_t padded = buffer.bytes + Pad8(buffer.bytes);
    std::memset(at + padded - 8, 0, 8);
    std::memcpy(at, batch.DataOf(buffer), buffer.bytes);
    at += padded;
    size_ += padded;
  }
}

Status MessageSink::AppendBatch(const BatchMessage& batch, bool may_grow) {
  const size_t metadata_bytes = batch.metadata_bytes();
  const size_t body_bytes = batch.body_bytes();
  FIRN_RETURN_IF_ERROR(Reserve(kPrefixBytes + metadata_bytes + RoomFor(body_bytes)));
  const auto length = static_cast<uint32_t>(metadata_bytes);
  Put(&kContinuation, sizeof(kContinuation));
  Put(&length, sizeof(length));
  last_metadata_ = size_;
  batch.WriteMetadata(At(size_));
  size_ += metadata_bytes;
  if (pieces_ == nullptr && body_bytes < part_bytes_) {
    PutLittle(batch);
    return {};
  }
  for (const auto& buffer : batch.buffers()) {
    FIRN_RETURN_IF_ERROR(PutBody(batch.DataOf(buffer), buffer.bytes, may_grow));
    PutZeros(Pad8(buffer.bytes));
  }
  return {};
}

Status MessageSink::EndStream() {
  FIRN_RETURN_IF_ERROR(Reserve(kPrefixBytes));
  Put(&kContinuation, sizeof(kContinuation));
  PutZeros(kPrefixBytes - sizeof(kContinuation));
  AdvanceCrc();
  return {};
}

Status MessageSink::PadAndEndStream() {
  const size_t padding = AlignUp(size_ + kPrefixBytes) - size_ - kPrefixBytes;
  FIRN_RETURN_IF_ERROR(Reserve(padding));
  if (padding > 0) {
    FIRN_CHECK(last_metadata_ >= summed_);
    uint8_t* at = FindBodyLength(At(last_metadata_));
    FIRN_CHECK(at != nullptr);
    int64_t body = 0;
    std::memcpy(&body, at, sizeof(body));
    body += static_cast<int64_t>(padding);
    std::memcpy(at, &body, sizeof(body));
    PutZeros(padding);
  }
  return EndStream();
}

Result<std::string> MessageBytes(const arrow::ipc::IpcPayload& payload) {
  MessageSink sink(nullptr);
  FIRN_RETURN_IF_ERROR(sink.AppendPayload(payload));
  size_t held = 0;
  FIRN_TRY(const auto memory, sink.TakeMemory(&held));
  return std::string(reinterpret_cast<const char*>(memory->data()) + kGroupHeaderBytes,
                     held - kGroupHeaderBytes);
}

}  // namespace firn::log
