#include "table/text_codes.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/util/bitmap_ops.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace firn::table {
namespace {

constexpr size_t kKeyBytes = sizeof(uint64_t);

/// Where the last text ends. What is behind it may be written meanwhile.
const char* EndOf(const arrow::StringArray& values) {
  return reinterpret_cast<const char*>(values.raw_data()) + values.value_offset(values.length());
}

}  // namespace

[[gnu::always_inline]] inline uint64_t TextCodes::KeyOf(std::string_view text, const char* end) {
  if (text.size() > kKeyBytes) return XXH3_64bits(text.data(), text.size());
  uint64_t key = 0;
  if (static_cast<size_t>(end - text.data()) >= kKeyBytes) {
    std::memcpy(&key, text.data(), kKeyBytes);
    static_assert(std::endian::native == std::endian::little);
    constexpr uint64_t kAll = ~uint64_t{0};
    return text.empty() ? 0 : key & (kAll >> (8 * (kKeyBytes - text.size())));
  }
  std::memcpy(&key, text.data(), text.size());
  return key;
}

[[gnu::always_inline]] inline const TextCodes::Slot& TextCodes::Find(std::string_view text,
                                                                     const char* end) const {
  const uint64_t key = KeyOf(text, end);
  for (size_t at = SlotOf(key);; at = (at + 1) % kSlots) {
    const auto& slot = slots_[at];
    if (slot.code == 0) return slot;
    if (slot.key != key || slot.bytes != text.size()) continue;
    if (text.size() <= kKeyBytes || texts_[static_cast<size_t>(slot.code - 1)] == text) return slot;
  }
}

bool TextCodes::AddAt(const Slot& slot, std::string_view text, const char* end) {
  if (slot.code != 0) return true;
  if (texts_.size() == kMost || text.size() > kMostBytes) return false;
  texts_.emplace_back(text);
  slots_[static_cast<size_t>(&slot - slots_.data())] = {
      .key = KeyOf(text, end),
      .bytes = static_cast<uint32_t>(text.size()),
      .code = static_cast<int16_t>(texts_.size())};
  return true;
}

bool TextCodes::Add(std::string_view text) {
  const auto* end = text.data() + text.size();
  return AddAt(Find(text, end), text, end);
}

bool TextCodes::AddAll(const std::vector<std::string>& texts) {
  return std::all_of(texts.begin(), texts.end(), [this](const auto& text) { return Add(text); });
}

bool TextCodes::AddAll(const arrow::Array& values) {
  const auto& texts = static_cast<const arrow::StringArray&>(values);
  const auto* end = EndOf(texts);
  const bool nulls = texts.null_count() > 0;
  for (int64_t row = 0; row < texts.length(); ++row) {
    if (nulls && texts.IsNull(row)) continue;
    const auto text = texts.GetView(row);
    if (!AddAt(Find(text, end), text, end)) return false;
  }
  return true;
}

Result<std::shared_ptr<arrow::Array>> TextCodes::Encode(const arrow::Array& values) const {
  const auto& texts = static_cast<const arrow::StringArray&>(values);
  const auto* end = EndOf(texts);
  const bool nulls = texts.null_count() > 0;
  std::vector<int16_t> codes(static_cast<size_t>(texts.length()));
  for (int64_t row = 0; row < texts.length(); ++row) {
    if (nulls && texts.IsNull(row)) continue;
    const auto text = texts.GetView(row);
    const int16_t code = Find(text, end).code;
    if (code == 0) return Fail(ErrorCode::kInternal, "a text has no code: \"{}\"", text);
    codes[static_cast<size_t>(row)] = code;
  }
  std::shared_ptr<arrow::Buffer> validity;
  if (nulls) {
    auto copied = arrow::internal::CopyBitmap(
        arrow::default_memory_pool(), texts.null_bitmap_data(), texts.offset(), texts.length());
    if (!copied.ok()) return Fail(ErrorCode::kOverloaded, "{}", copied.status().ToString());
    validity = *std::move(copied);
  }
  return arrow::MakeArray(arrow::ArrayData::Make(
      arrow::int16(), texts.length(),
      {std::move(validity), arrow::Buffer::FromVector(std::move(codes))}, texts.null_count()));
}

}  // namespace firn::table
