// pgwire: numbers in network order.
#pragma once

#include <cstdint>
#include <string>

namespace firn::net::pgwire {

inline uint16_t ReadBig16(const char* at) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(at);
  return static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
}
inline uint32_t ReadBig32(const char* at) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(at);
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 |
         uint32_t{bytes[3]};
}
inline void WriteBig32(char* at, uint32_t value) {
  at[0] = static_cast<char>(value >> 24);
  at[1] = static_cast<char>(value >> 16);
  at[2] = static_cast<char>(value >> 8);
  at[3] = static_cast<char>(value);
}
inline void AppendBig16(std::string& out, uint16_t value) {
  const char bytes[2] = {static_cast<char>(value >> 8), static_cast<char>(value)};
  out.append(bytes, sizeof(bytes));
}
inline void AppendBig32(std::string& out, uint32_t value) {
  char bytes[4];
  WriteBig32(bytes, value);
  out.append(bytes, sizeof(bytes));
}

}  // namespace firn::net::pgwire
