#include "lake/iceberg/single_value.h"

namespace firn::lake::iceberg {
namespace {

constexpr uint32_t kMaxCodePoint = 0x10FFFF;
constexpr uint32_t kFirstSurrogate = 0xD800;
constexpr uint32_t kAfterSurrogates = 0xE000;

// Length of the character that starts with this byte; 0 for a byte that starts none.
size_t CharacterBytes(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

// Bytes of the first 16 characters, or nothing where the text is not UTF-8 that far.
std::optional<size_t> PrefixBytes(std::string_view text) {
  size_t at = 0;
  for (size_t n = 0; n < kBoundCharacters && at < text.size(); ++n) {
    const size_t bytes = CharacterBytes(static_cast<uint8_t>(text[at]));
    if (bytes == 0 || at + bytes > text.size()) return std::nullopt;
    for (size_t i = 1; i < bytes; ++i) {
      if ((static_cast<uint8_t>(text[at + i]) & 0xC0) != 0x80) return std::nullopt;
    }
    at += bytes;
  }
  return at;
}

uint32_t DecodeCharacter(std::string_view character) {
  const auto lead = static_cast<uint8_t>(character[0]);
  if (character.size() == 1) return lead;
  uint32_t code = lead & (0xFFu >> (character.size() + 1));
  for (const char c : character.substr(1)) code = (code << 6) | (static_cast<uint8_t>(c) & 0x3F);
  return code;
}

std::string EncodeCharacter(uint32_t code) {
  std::string out;
  auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
  return out;
}

}  // namespace

std::string MinimalTwosComplement(std::string_view big_endian) {
  // A leading byte may go when it only repeats the sign of the next.
  while (big_endian.size() > 1) {
    const auto first = static_cast<uint8_t>(big_endian[0]);
    const bool next_negative = (static_cast<uint8_t>(big_endian[1]) & 0x80) != 0;
    if (!(first == 0x00 && !next_negative) && !(first == 0xFF && next_negative)) break;
    big_endian.remove_prefix(1);
  }
  return std::string(big_endian);
}

std::optional<std::string> LowerTextBound(std::string_view text) {
  const auto bytes = PrefixBytes(text);
  if (!bytes) return std::nullopt;
  return std::string(text.substr(0, *bytes));
}

std::optional<std::string> UpperTextBound(std::string_view text) {
  const auto bytes = PrefixBytes(text);
  if (!bytes) return std::nullopt;
  std::string_view prefix = text.substr(0, *bytes);
  if (prefix.size() == text.size()) return std::string(text);
  // The next string after every one with this prefix: step the last character that can be.
  while (!prefix.empty()) {
    size_t start = prefix.size() - 1;
    while (start > 0 && (static_cast<uint8_t>(prefix[start]) & 0xC0) == 0x80) --start;
    uint32_t code = DecodeCharacter(prefix.substr(start)) + 1;
    prefix = prefix.substr(0, start);
    if (code >= kFirstSurrogate && code < kAfterSurrogates) code = kAfterSurrogates;
    if (code <= kMaxCodePoint) return std::string(prefix) + EncodeCharacter(code);
  }
  return std::nullopt;
}

std::string LowerBinaryBound(std::string_view bytes) {
  return std::string(bytes.substr(0, kBoundCharacters));
}

std::optional<std::string> UpperBinaryBound(std::string_view bytes) {
  if (bytes.size() <= kBoundCharacters) return std::string(bytes);
  std::string prefix(bytes.substr(0, kBoundCharacters));
  while (!prefix.empty()) {
    if (static_cast<uint8_t>(prefix.back()) != 0xFF) {
      ++prefix.back();
      return prefix;
    }
    prefix.pop_back();
  }
  return std::nullopt;
}

}  // namespace firn::lake::iceberg
