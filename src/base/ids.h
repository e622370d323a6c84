// base: ids that never convert to one another.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

#include <fmt/format.h>

#include "base/uuid.h"

namespace firn {

/// A number with a meaning: Id<LsnTag, uint64_t>. Construct explicitly, read with value().
template <typename Tag, typename T>
class Id {
 public:
  constexpr Id() = default;
  constexpr explicit Id(T value) : value_(std::move(value)) {}

  constexpr const T& value() const { return value_; }
  auto operator<=>(const Id&) const = default;

 private:
  T value_{};
};

/// One row change in one log; dense, increasing, never reused. 0 is before the first.
using Lsn = Id<struct LsnTag, uint64_t>;
/// A table's schema version: 1 at CREATE TABLE, +1 per ALTER.
using SchemaId = Id<struct SchemaIdTag, uint32_t>;
/// A column for life, across renames (Iceberg field id).
using FieldId = Id<struct FieldIdTag, int32_t>;
/// An Iceberg snapshot.
using SnapshotId = Id<struct SnapshotIdTag, int64_t>;
using TableId = Id<struct TableIdTag, Uuid>;
using LogId = Id<struct LogIdTag, Uuid>;

constexpr Lsn operator+(Lsn lsn, uint64_t n) {
  return Lsn(lsn.value() + n);
}

}  // namespace firn

template <typename Tag, typename T>
struct std::hash<firn::Id<Tag, T>> {
  size_t operator()(const firn::Id<Tag, T>& id) const noexcept {
    if constexpr (std::is_integral_v<T>) {
      return std::hash<T>{}(id.value());
    } else {
      return std::hash<std::string_view>{}(
          {reinterpret_cast<const char*>(id.value().bytes.data()), id.value().bytes.size()});
    }
  }
};

template <typename Tag, typename T>
struct fmt::formatter<firn::Id<Tag, T>> : fmt::formatter<std::string> {
  template <typename Context>
  auto format(const firn::Id<Tag, T>& id, Context& context) const {
    if constexpr (std::is_integral_v<T>) {
      return fmt::format_to(context.out(), "{}", id.value());
    } else {
      return fmt::format_to(context.out(), "{}", id.value().ToString());
    }
  }
};
