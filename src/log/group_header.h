// log: the group stream, the first 1,112 bytes of every group.
//
// It is an Arrow stream of one row whose bytes never vary except for the values, which lie at
// fixed offsets; so it is written and checked without Arrow, and any Arrow can read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/ids.h"

namespace firn::log {

inline constexpr size_t kGroupAlignment = 4096;
inline constexpr size_t kGroupHeaderBytes = 1112;
inline constexpr size_t kGroupValuesOffset = 1032;

constexpr uint64_t AlignUp(uint64_t bytes) {
  return (bytes + kGroupAlignment - 1) / kGroupAlignment * kGroupAlignment;
}

/// Which segment of which log a group belongs to. A reused file holds groups of another one.
struct SegmentId {
  LogId log;
  Lsn base_lsn;

  bool operator==(const SegmentId&) const = default;
};

struct GroupHeader {
  SegmentId segment;
  Lsn first_lsn;
  Lsn last_lsn;               // first_lsn - 1 in state groups and trailers
  uint32_t transactions = 0;  // 0 in state groups and trailers
  uint64_t bytes = 0;         // of the whole group, a multiple of 4096
  uint32_t body_crc = 0;      // CRC32C of bytes [1112, bytes)

  bool operator==(const GroupHeader&) const = default;
  bool has_rows() const { return transactions != 0; }
};

/// Writes 1,112 bytes, the header's own checksum included.
void WriteGroupHeader(const GroupHeader& header, uint8_t* out);
/// Reads 1,112 bytes. Nothing where a constant byte or the header's checksum is wrong, or the
/// length is impossible. Says nothing about the body.
std::optional<GroupHeader> ReadGroupHeader(const uint8_t* bytes);

}  // namespace firn::log
