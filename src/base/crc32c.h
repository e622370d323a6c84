// base: CRC32C (Castagnoli, RFC 3720), with the processor's instruction where it has one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace firn {

/// CRC32C of `size` bytes, going on from `crc` (0 at the start). "123456789" gives 0xe3069283.
uint32_t Crc32c(const void* data, size_t size, uint32_t crc = 0);

}  // namespace firn
