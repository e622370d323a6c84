#include <arrow/array/data.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/bit_util.h>

#include "log/batch_message_internal.h"

namespace firn::log {
namespace {

// Where things lie in the metadata. A table begins with the distance back to its vtable, which
// has its own size, the table's, and each field's place in the table.
constexpr uint32_t kMessage = 16;
constexpr uint32_t kBatchVtable = 36;
constexpr uint32_t kBatch = 48;
constexpr uint32_t kNodeCount = 68;
constexpr uint32_t kNodes = 72;
constexpr size_t kNodeBytes = 16;    // FieldNode: length, null_count
constexpr size_t kBufferBytes = 16;  // Buffer: offset, length

constexpr int16_t kVersion5 = 4;         // MetadataVersion.V5
constexpr uint8_t kRecordBatchKind = 3;  // MessageHeader.RecordBatch

size_t Padded(size_t bytes) {
  return (bytes + 7) / 8 * 8;
}

template <typename T>
void Put(uint8_t* to, T value) {
  std::memcpy(to, &value, sizeof(value));
}

}  // namespace

void BatchMessage::Begin(int64_t rows) {
  rows_ = rows;
  nodes_.clear();
  buffers_.clear();
  scratch_.clear();
}

uint8_t* BatchMessage::AddScratch(size_t bytes) {
  const size_t at = scratch_.size();
  buffers_.push_back({.scratch_at = at, .bytes = bytes});
  scratch_.resize(at + bytes);
  return scratch_.data() + at;
}

bool BatchMessage::AddColumn(const arrow::ArrayData& column) {
  const auto& type = *column.type;
  const bool binary = type.id() == arrow::Type::STRING || type.id() == arrow::Type::BINARY;
  const bool fixed = arrow::is_fixed_width(type.id()) || type.id() == arrow::Type::DICTIONARY;
  if (!binary && !fixed) return false;
  const int64_t nulls = column.GetNullCount();
  AddNode(nulls);
  AddValidity(column, nulls);
  if (binary) {
    AddBinary(column);
    return true;
  }
  const int bits = static_cast<const arrow::FixedWidthType&>(type).bit_width();
  const auto* values = column.buffers[1] == nullptr ? nullptr : column.buffers[1]->data();
  if (bits == 1) {
    AddBits(values, column.offset);
  } else {
    const auto width = static_cast<size_t>(bits / 8);
    AddBuffer(values + static_cast<size_t>(column.offset) * width,
              static_cast<size_t>(rows_) * width);
  }
  return true;
}

void BatchMessage::AddBytes(const uint8_t* bytes) {
  AddNode(0);
  AddBuffer(nullptr, 0);
  if (bytes != nullptr) return AddBuffer(bytes, static_cast<size_t>(rows_));
  AddScratch(static_cast<size_t>(rows_));  // which resize() clears
}

void BatchMessage::AddValidity(const arrow::ArrayData& column, int64_t nulls) {
  if (nulls == 0) return AddBuffer(nullptr, 0);
  AddBits(column.buffers[0]->data(), column.offset);
}

// From the first bit of a byte on. Bits behind the last one are zero.
void BatchMessage::AddBits(const uint8_t* bits, int64_t from) {
  const auto bytes = static_cast<size_t>(arrow::bit_util::BytesForBits(rows_));
  auto* to = AddScratch(bytes);
  bits += from / 8;
  const int shift = static_cast<int>(from % 8);
  const auto held = static_cast<size_t>(arrow::bit_util::BytesForBits(shift + rows_));
  for (size_t i = 0; i < bytes; ++i) {
    const int high = i + 1 < held ? bits[i + 1] : 0;
    to[i] = static_cast<uint8_t>((bits[i] | high << 8) >> shift);
  }
  if (rows_ % 8 != 0) to[bytes - 1] &= static_cast<uint8_t>((1 << rows_ % 8) - 1);
}

void BatchMessage::AddBinary(const arrow::ArrayData& column) {
  const auto* offsets = column.GetValues<int32_t>(1);
  const auto count = static_cast<size_t>(rows_) + 1;
  const int32_t first = offsets[0];
  const auto bytes = static_cast<size_t>(offsets[rows_] - first);
  if (first == 0) {
    AddBuffer(reinterpret_cast<const uint8_t*>(offsets), count * sizeof(int32_t));
  } else {
    auto* to = AddScratch(count * sizeof(int32_t));
    for (size_t i = 0; i < count; ++i) Put(to + i * sizeof(int32_t), offsets[i] - first);
  }
  AddBuffer(bytes == 0 ? nullptr : column.buffers[2]->data() + first, bytes);
}

size_t BatchMessage::metadata_bytes() const {
  return kNodes + nodes_.size() * kNodeBytes + 8 + buffers_.size() * kBufferBytes;
}

size_t BatchMessage::body_bytes() const {
  size_t bytes = 0;
  for (const auto& buffer : buffers_) bytes += Padded(buffer.bytes);
  return bytes;
}

void BatchMessage::WriteMetadata(uint8_t* to) const {
  const auto buffers_at = static_cast<uint32_t>(kNodes + nodes_.size() * kNodeBytes + 8);
  std::memset(to, 0, kNodes);
  Put<uint32_t>(to, kMessage);  // the root table
  // Message: version, header_type, header, bodyLength.
  constexpr uint16_t kMessageVtable[] = {12, 20, 16, 18, 4, 8};
  std::memcpy(to + 4, kMessageVtable, sizeof(kMessageVtable));
  Put<int32_t>(to + kMessage, kMessage - 4);
  Put<uint32_t>(to + kMessage + 4, kBatch - (kMessage + 4));
  Put<int64_t>(to + kMessage + 8, static_cast<int64_t>(body_bytes()));
  Put<int16_t>(to + kMessage + 16, kVersion5);
  Put<uint8_t>(to + kMessage + 18, kRecordBatchKind);
  // RecordBatch: length, nodes, buffers.
  constexpr uint16_t kVtable[] = {10, 20, 8, 4, 16};
  std::memcpy(to + kBatchVtable, kVtable, sizeof(kVtable));
  Put<int32_t>(to + kBatch, kBatch - kBatchVtable);
  Put<uint32_t>(to + kBatch + 4, kNodeCount - (kBatch + 4));
  Put<int64_t>(to + kBatch + 8, rows_);
  Put<uint32_t>(to + kBatch + 16, buffers_at - 4 - (kBatch + 16));
  Put<uint32_t>(to + kNodeCount, static_cast<uint32_t>(nodes_.size()));
  auto* at = to + kNodes;
  std::memcpy(at, nodes_.data(), nodes_.size() * kNodeBytes);
  at += nodes_.size() * kNodeBytes;
  Put<uint32_t>(at, 0);
  Put<uint32_t>(at + 4, static_cast<uint32_t>(buffers_.size()));
  at += 8;
  int64_t offset = 0;
  for (const auto& buffer : buffers_) {
    Put<int64_t>(at, offset);
    Put<int64_t>(at + 8, static_cast<int64_t>(buffer.bytes));
    offset += static_cast<int64_t>(Padded(buffer.bytes));
    at += kBufferBytes;
  }
}

}  // namespace firn::log
