// table: columns of texts that have few values: a number for each, which a query groups by instead.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"

namespace firn::table {

/// Few texts, numbered from 1.
class TextCodes {
 public:
  static constexpr size_t kMost = 255;
  static constexpr size_t kMostBytes = 64;  // of each

  const std::vector<std::string>& texts() const { return texts_; }
  /// False: it would be one too many, or it is too long.
  bool Add(std::string_view text);
  bool AddAll(const std::vector<std::string>& texts);
  /// Those of a column of texts (utf8) that are not NULL. False: as Add.
  bool AddAll(const arrow::Array& values);
  /// Such a column's numbers (int16, NULL for NULL).
  /// Errors: kInternal for a text that has none.
  Result<std::shared_ptr<arrow::Array>> Encode(const arrow::Array& values) const;

 private:
  struct Slot {
    uint64_t key = 0;  // of a text up to 8 bytes the text, else its hash
    uint32_t bytes = 0;
    int16_t code = 0;  // 0: free
  };
  static constexpr size_t kSlots = 512;

  static size_t SlotOf(uint64_t key) { return (key * 0x9E3779B97F4A7C15U) >> 55U; }
  static uint64_t KeyOf(std::string_view text, const char* end);
  /// The text's slot, or the free one that it would have. `end`: of what may be read behind it.
  const Slot& Find(std::string_view text, const char* end) const;
  bool AddAt(const Slot& slot, std::string_view text, const char* end);

  std::vector<std::string> texts_;
  std::array<Slot, kSlots> slots_{};
};

}  // namespace firn::table
