// lake/iceberg: one value as bytes, as column bounds carry it ("Appendix D: Single-value
// serialization"), and the truncation that keeps bounds short.
//
//   boolean 1 byte · int, date 4 bytes LE · long, timestamp(tz) 8 bytes LE · float, double IEEE LE
//   decimal: shortest two's complement, BE · string: UTF-8 · uuid: 16 bytes BE · binary: as it is
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace firn::lake::iceberg {

inline constexpr size_t kBoundCharacters = 16;

/// Integers and floats.
template <typename T>
std::string LittleEndian(T value) {
  static_assert(std::is_arithmetic_v<T> && std::endian::native == std::endian::little);
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}
/// Absent when the size is wrong.
template <typename T>
std::optional<T> FromLittleEndian(std::string_view bytes) {
  if (bytes.size() != sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

/// A decimal's unscaled value, without sign bytes it can do without; at least one byte.
std::string MinimalTwosComplement(std::string_view big_endian);

/// At most 16 characters, a value not above any with this beginning. Nothing for broken UTF-8.
std::optional<std::string> LowerTextBound(std::string_view text);
/// At most 16 characters, a value not below `text`. Nothing when there is none so short.
std::optional<std::string> UpperTextBound(std::string_view text);
/// The same over bytes.
std::string LowerBinaryBound(std::string_view bytes);
std::optional<std::string> UpperBinaryBound(std::string_view bytes);

}  // namespace firn::lake::iceberg
