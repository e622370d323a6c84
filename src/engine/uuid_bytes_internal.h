// engine: uuids between Arrow's 16 bytes in network order and DuckDB's 128-bit integers.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "engine/duckdb_api_internal.h"

namespace firn::engine {

static_assert(std::endian::native == std::endian::little);

inline uint64_t LoadBigEndian64(const uint8_t* bytes) {
  uint64_t value;
  std::memcpy(&value, bytes, sizeof(value));
  return __builtin_bswap64(value);
}
inline void StoreBigEndian64(uint64_t value, uint8_t* bytes) {
  value = __builtin_bswap64(value);
  std::memcpy(bytes, &value, sizeof(value));
}

/// DuckDB orders uuids as signed integers, hence the flipped top bit.
inline constexpr uint64_t kUuidTopBit = uint64_t{1} << 63;

inline duckdb_hugeint UuidToHugeint(const uint8_t* bytes) {
  return {LoadBigEndian64(bytes + 8), static_cast<int64_t>(LoadBigEndian64(bytes) ^ kUuidTopBit)};
}
inline void HugeintToUuid(const duckdb_hugeint& value, uint8_t* bytes) {
  StoreBigEndian64(static_cast<uint64_t>(value.upper) ^ kUuidTopBit, bytes);
  StoreBigEndian64(value.lower, bytes + 8);
}

}  // namespace firn::engine
