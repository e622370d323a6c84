#include "columnar/utf8.h"

#include <cstdint>
#include <cstring>

namespace firn::columnar {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101U;
constexpr uint64_t kHighBits = 0x8080808080808080U;

bool IsContinuation(char byte) {
  return (static_cast<uint8_t>(byte) & 0xC0) == 0x80;
}

// Length a lead byte promises; 1 for what cannot lead.
size_t PromisedLength(uint8_t lead) {
  if ((lead & 0xE0) == 0xC0) return 2;
  if ((lead & 0xF0) == 0xE0) return 3;
  if ((lead & 0xF8) == 0xF0) return 4;
  return 1;
}

// Length of the legal character of two bytes or more at the front, or 0.
size_t LegalLength(std::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const size_t length = PromisedLength(lead);
  if (text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[i])) return 0;
  }
  const auto second = static_cast<uint8_t>(text[1]);
  // Overlong forms, surrogates, beyond U+10FFFF.
  if (lead == 0xE0 && second < 0xA0) return 0;
  if (lead == 0xED && second > 0x9F) return 0;
  if (lead == 0xF0 && second < 0x90) return 0;
  if (lead == 0xF4 && second > 0x8F) return 0;
  return length;
}

}  // namespace

size_t FirstInvalidUtf8(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    // Eight bytes at a time while all are ASCII and none is NUL: then subtracting one from each
    // borrows nothing and sets no high bit.
    while (text.size() - at >= sizeof(uint64_t)) {
      uint64_t word = 0;
      std::memcpy(&word, text.data() + at, sizeof word);
      if ((((word - kOnes) | word) & kHighBits) != 0) break;
      at += sizeof word;
    }
    for (int i = 0; i < 8 && at < text.size(); ++i) {
      const auto byte = static_cast<uint8_t>(text[at]);
      if (byte == 0) return at;
      const size_t length = byte < 0x80 ? 1 : LegalLength(text.substr(at));
      if (length == 0) return at;
      at += length;
    }
  }
  return std::string_view::npos;
}

Status CheckUtf8(std::string_view text) {
  const size_t at = FirstInvalidUtf8(text);
  if (at == std::string_view::npos) [[likely]]
    return {};
  std::string bytes;
  for (const char byte : text.substr(at, PromisedLength(static_cast<uint8_t>(text[at])))) {
    bytes += fmt::format(" 0x{:02x}", static_cast<uint8_t>(byte));
  }
  return Fail(
      MakeError(ErrorCode::kInvalidInput, "invalid byte sequence for encoding \"UTF8\":{}", bytes)
          .WithSqlState("22021"));
}

size_t BytesOfCharacters(std::string_view text, size_t count) {
  if (text.size() <= count) return std::string_view::npos;
  size_t seen = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsContinuation(text[i])) continue;
    if (seen++ == count) return i;
  }
  return std::string_view::npos;
}

std::string_view CutAtCharacter(std::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && IsContinuation(text[limit])) --limit;
  return text.substr(0, limit);
}

}  // namespace firn::columnar
