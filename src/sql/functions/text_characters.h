// sql: text as characters: code points and how UTF-8 holds them. The engine keeps only valid UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace firn::sql {

inline bool StartsCharacter(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}
/// The bytes of the first `count` characters.
inline size_t BytesOfCharacters(std::string_view text, size_t count) {
  size_t at = 0;
  while (at < text.size() && count > 0) {
    ++at;
    while (at < text.size() && !StartsCharacter(text[at])) ++at;
    --count;
  }
  return at;
}
inline size_t CharacterCount(std::string_view text) {
  size_t count = 0;
  for (const char byte : text) count += StartsCharacter(byte) ? 1 : 0;
  return count;
}
void AppendCharacter(uint32_t code, std::string& out);
std::u32string ToCharacters(std::string_view text);
std::string FromCharacters(std::u32string_view characters);

}  // namespace firn::sql
