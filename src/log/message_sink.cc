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
constexpr size_t kCrcPiece = 128 << 10;

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

MessageSink::MessageSink(std::shared_ptr<AlignedBuffer> memory)
    : memory_(std::move(memory)), size_(kGroupHeaderBytes), summed_(kGroupHeaderBytes) {}

Status MessageSink::Reserve(size_t more) {
  const size_t capacity = memory_ == nullptr ? 0 : static_cast<size_t>(memory_->size());
  // Room for the padding and end mark too, so that nothing after a Reserve can fail.
  const size_t need = AlignUp(size_ + more + kGroupAlignment + kPrefixBytes);
  if (need <= capacity) return {};
  FIRN_TRY(auto grown,
           AlignedBuffer::Allocate(std::max({need, AlignUp(capacity * 3 / 2), kFirstCapacity})));
  if (memory_ != nullptr) std::memcpy(grown->mutable_data(), memory_->data(), size_);
  memory_ = std::move(grown);
  return {};
}

void MessageSink::Put(const void* data, size_t size) {
  std::memcpy(memory_->mutable_data() + size_, data, size);
  size_ += size;
}

void MessageSink::PutZeros(size_t size) {
  std::memset(memory_->mutable_data() + size_, 0, size);
  size_ += size;
}

void MessageSink::PutBody(const uint8_t* data, size_t size, bool may_grow) {
  while (size > 0) {
    const size_t piece = std::min(size, kCrcPiece);
    Put(data, piece);
    data += piece;
    size -= piece;
    if (!may_grow && size_ - summed_ >= kCrcPiece) AdvanceCrc();
  }
}

void MessageSink::AdvanceCrc() {
  crc_ = Crc32c(memory_->data() + summed_, size_ - summed_, crc_);
  summed_ = size_;
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
  FIRN_RETURN_IF_ERROR(Reserve(kPrefixBytes + metadata_bytes + padding + body_bytes));
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
    PutBody(buffer->data(), bytes, may_grow);
    PutZeros(Pad8(bytes));
  }
  FIRN_CHECK(size_ - body == body_bytes);
  return {};
}

Status MessageSink::AppendBatch(const BatchMessage& batch, bool may_grow) {
  const size_t metadata_bytes = batch.metadata_bytes();
  FIRN_RETURN_IF_ERROR(Reserve(kPrefixBytes + metadata_bytes + batch.body_bytes()));
  const auto length = static_cast<uint32_t>(metadata_bytes);
  Put(&kContinuation, sizeof(kContinuation));
  Put(&length, sizeof(length));
  last_metadata_ = size_;
  batch.WriteMetadata(memory_->mutable_data() + size_);
  size_ += metadata_bytes;
  for (const auto& buffer : batch.buffers()) {
    PutBody(batch.DataOf(buffer), buffer.bytes, may_grow);
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
    uint8_t* at = FindBodyLength(memory_->mutable_data() + last_metadata_);
    FIRN_CHECK(at != nullptr && last_metadata_ >= summed_);
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
  const size_t size = sink.size() - kGroupHeaderBytes;
  const auto memory = sink.TakeMemory();
  return std::string(reinterpret_cast<const char*>(memory->data()) + kGroupHeaderBytes, size);
}

}  // namespace firn::log
