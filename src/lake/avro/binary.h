// lake/avro: the binary encoding (Avro 1.11, "Binary Encoding").
//
// A caller walks a record in schema order. Writing, it names its own schema and calls Put…;
// reading, it holds the *writer's* schema, steps into unions with Branch() and skips what it does
// not know with Skip(), which is all of schema resolution that Iceberg needs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "lake/avro/schema.h"

namespace firn::lake::avro {

/// Appends encoded values to a buffer.
class Encoder {
 public:
  void PutBool(bool value) { out_.push_back(value ? '\1' : '\0'); }
  /// int and long: zigzag, then base 128.
  void PutLong(int64_t value);
  /// string and bytes: a length, then the bytes.
  void PutBytes(std::string_view value) {
    PutLong(static_cast<int64_t>(value.size()));
    out_.append(value);
  }
  /// The branch of a union.
  void PutBranch(int index) { PutLong(index); }

  const std::string& bytes() const { return out_; }
  size_t size() const { return out_.size(); }
  void Clear() { out_.clear(); }

 private:
  std::string out_;
};

/// Reads encoded values from memory it does not own.
///
/// Failure: sticky. After the first bad byte every read gives zero or nothing; ask status() once
///          at the end, and ok() in loops whose length comes from the input.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes)
      : rest_(bytes), empty_left_(kEmptyPerByte * (bytes.size() + 16)) {}

  bool Bool();
  int64_t Long();
  std::string_view Bytes();
  std::string_view Raw(size_t size);

  /// Follows a union to the branch written; anything else is returned as it is.
  const Schema& Branch(const Schema& schema);
  /// Steps over one value of this schema.
  void Skip(const Schema& schema);

  /// Reads an array or a map: `item` is called before each element and must read it. Map keys
  /// are read by `item` too.
  template <typename Item>
  void Items(Item item) {
    for (int64_t n = BlockCount(); n != 0 && ok_; n = BlockCount()) {
      for (int64_t i = 0; i < n && ok_; ++i) {
        const size_t before = rest_.size();
        item();
        // Elements that take no bytes may claim to be any number.
        if (rest_.size() == before) SetBad();
      }
    }
  }

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  void SetBad() {
    ok_ = false;
    rest_ = {};
  }
  Status status() const {
    if (ok_) return {};
    return Fail(ErrorCode::kCorrupt, "Avro data ends early or does not match its schema");
  }

 private:
  // Items in the next block; a negative count is followed by the block's size in bytes.
  int64_t BlockCount();
  void SkipNested(const Schema& schema, int depth);

  // How many skipped values may take no bytes: a few bytes of schema can ask for any number.
  static constexpr size_t kEmptyPerByte = 64;

  std::string_view rest_;
  bool ok_ = true;
  size_t empty_left_;
};

}  // namespace firn::lake::avro
