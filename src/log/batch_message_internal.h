// log: a record batch as an Arrow IPC message, put together without Arrow's writer.
//
// The writer is made for batches of many rows: a commit of one row spent half of its instructions
// there. The message's metadata is a flatbuffer whose layout follows from the number of columns
// and buffers alone, so it is written down directly (Message.fbs, Schema.fbs of Arrow's format).
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

namespace firn::log {

/// Columns are added in the order of the schema, then the sink takes it all. The buffers of arrays
/// that were added must outlive that.
///
/// Threads: one.
class BatchMessage {
 public:
  struct Node {
    int64_t length = 0;
    int64_t nulls = 0;
  };
  struct Buffer {
    const uint8_t* data = nullptr;  // null: in scratch
    size_t scratch_at = 0;
    size_t bytes = 0;
  };

  /// Forgets what was there, not its memory.
  void Begin(int64_t rows);
  /// False for a nested type, which has to go through Arrow; nothing is added then.
  bool AddColumn(const arrow::ArrayData& column);
  /// A column of bytes without NULLs; null: all zero.
  void AddBytes(const uint8_t* bytes);
  /// Columns without NULLs, of one value for each of `rows`.
  template <typename T, typename Rows, typename Value>
  void AddNumbers(const Rows& rows, Value value) {
    AddNode(0);
    AddBuffer(nullptr, 0);
    auto* to = AddScratch(rows.size() * sizeof(T));
    for (const auto& row : rows) {
      const T number = value(row);
      std::memcpy(to, &number, sizeof(T));
      to += sizeof(T);
    }
  }
  template <typename Rows, typename Value>
  void AddTexts(const Rows& rows, Value value) {
    AddNode(0);
    AddBuffer(nullptr, 0);
    auto* offsets = AddScratch((rows.size() + 1) * sizeof(int32_t));
    int32_t end = 0;
    std::memcpy(offsets, &end, sizeof(end));
    for (const auto& row : rows) {
      end += static_cast<int32_t>(std::string_view(value(row)).size());
      std::memcpy(offsets += sizeof(end), &end, sizeof(end));
    }
    auto* to = AddScratch(static_cast<size_t>(end));
    for (const auto& row : rows) {
      const std::string_view text = value(row);
      if (!text.empty()) std::memcpy(to, text.data(), text.size());
      to += text.size();
    }
  }

  size_t metadata_bytes() const;
  size_t body_bytes() const;
  /// Writes metadata_bytes() to `to`, which is 8 bytes behind a multiple of 8 of its stream.
  void WriteMetadata(uint8_t* to) const;
  const std::vector<Buffer>& buffers() const { return buffers_; }
  const uint8_t* DataOf(const Buffer& buffer) const {
    return buffer.data != nullptr ? buffer.data : scratch_.data() + buffer.scratch_at;
  }

 private:
  void AddNode(int64_t nulls) { nodes_.push_back({rows_, nulls}); }
  void AddBuffer(const uint8_t* data, size_t bytes) {
    buffers_.push_back({.data = data, .bytes = bytes});
  }
  /// Room of its own, valid until the next is asked for.
  uint8_t* AddScratch(size_t bytes);
  void AddValidity(const arrow::ArrayData& column, int64_t nulls);
  void AddBits(const uint8_t* bits, int64_t from);
  void AddBinary(const arrow::ArrayData& column);

  int64_t rows_ = 0;
  std::vector<Node> nodes_;
  std::vector<Buffer> buffers_;
  std::vector<uint8_t> scratch_;
};

}  // namespace firn::log
