// base: RFC 9562 uuids. Tables, logs and files are named by version 7 (time-ordered).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn {

/// 16 bytes in network order; all zero is "none".
struct Uuid {
  std::array<uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;
  bool is_nil() const { return *this == Uuid{}; }
  /// "018f2d5e-7c3a-7def-8a12-0123456789ab"
  std::string ToString() const;
  /// The last eight hex digits, used in folder names.
  std::string ShortId() const;
};

/// A new version 7 uuid; threads may call at once. Those made by one process sort in order made.
Uuid NewUuidV7();

/// Accepts what PostgreSQL accepts: any case, optional braces, hyphens after any group of four.
Result<Uuid> ParseUuid(std::string_view text);

}  // namespace firn
