// table: the values of a column of integers, each once, where they lie close together.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "table/zone_map.h"

namespace firn::table {

/// Which integers of a zone a column has (int16, int32, int64, date32): a byte for each that may
/// be.
class DistinctValues {
 public:
  static constexpr uint64_t kMost = 64 * 1024;

  /// Whether so few values may be in the zone. False of one without values.
  static bool Fit(const ZoneMap::Zone& zone);
  /// The zone fits.
  explicit DistinctValues(const ZoneMap::Zone& zone);

  /// NULLs are left out.
  void Add(const arrow::Array& values);
  /// In order. Errors: kInternal where a value was not in the zone.
  Result<std::shared_ptr<arrow::Array>> Values(const std::shared_ptr<arrow::DataType>& type) const;

 private:
  template <typename Value>
  void AddOf(const arrow::Array& values);
  template <typename Value>
  std::shared_ptr<arrow::Array> ValuesOf(const std::shared_ptr<arrow::DataType>& type) const;

  uint64_t least_;             // wraps as the values do
  std::vector<uint8_t> seen_;  // by the distance from the least; the last one: outside of the zone
};

}  // namespace firn::table
