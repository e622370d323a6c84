#include "table/zone_map.h"

#include <bit>
#include <cmath>
#include <limits>

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

namespace firn::table {
namespace {

// The bits of a float as a number that orders as floats do, and back: below zero a smaller number
// has the greater bits.
template <typename Bits>
Bits Ordered(Bits bits) {
  return bits < 0 ? static_cast<Bits>(bits ^ std::numeric_limits<Bits>::max()) : bits;
}

template <typename Value>
struct Key {
  static int64_t Of(Value value) { return value; }
  static Value Back(int64_t key) { return static_cast<Value>(key); }
};
template <typename Value, typename Bits>
struct FloatKey {
  static int64_t Of(Value value) {
    if (std::isnan(value)) value = std::numeric_limits<Value>::quiet_NaN();
    return Ordered(std::bit_cast<Bits>(value + Value(0)));  // -0 is 0
  }
  static Value Back(int64_t key) { return std::bit_cast<Value>(Ordered(static_cast<Bits>(key))); }
};
template <>
struct Key<float> : FloatKey<float, int32_t> {};
template <>
struct Key<double> : FloatKey<double, int64_t> {};

/// Calls `use` with a value of the C type of the Arrow type.
template <typename Use>
auto WithType(arrow::Type::type type, const Use& use) {
  switch (type) {
    case arrow::Type::INT16:
      return use(int16_t());
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
      return use(int32_t());
    case arrow::Type::FLOAT:
      return use(float());
    case arrow::Type::DOUBLE:
      return use(double());
    default:
      return use(int64_t());
  }
}

template <typename Value>
ZoneMap::Zone ZoneAt(const arrow::Array& values, int64_t from, Value) {
  ZoneMap::Zone zone;
  const auto* numbers = values.data()->GetValues<Value>(1) + from;
  const int64_t rows = std::min(ZoneMap::kRows, values.length() - from);
  const bool nulls = values.null_count() > 0;
  for (int64_t i = 0; i < rows; ++i) {
    if (nulls && values.IsNull(from + i)) continue;
    const int64_t key = Key<Value>::Of(numbers[i]);
    zone.least = std::min(zone.least, key);
    zone.greatest = std::max(zone.greatest, key);
  }
  return zone;
}

bool IsFloat(const arrow::DataType& type) {
  return type.id() == arrow::Type::FLOAT || type.id() == arrow::Type::DOUBLE;
}

}  // namespace

bool ZoneMap::Has(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::DATE32:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
      return true;
    default:
      return false;
  }
}

const std::vector<ZoneMap::Zone>& ZoneMap::ZonesOf(int column, const arrow::Array& values) {
  auto& zones = zones_[column];
  for (size_t i = zones.size(); i < CountZones(values.length()); ++i) {
    zones.push_back(WithType(values.type_id(), [&](auto value) {
      return ZoneAt(values, static_cast<int64_t>(i) * kRows, value);
    }));
  }
  return zones;
}

void ZoneMap::Narrow(int column, const arrow::Array& values, const ColumnRange& range,
                     std::vector<bool>* wanted) {
  if (!Has(*values.type()) || IsFloat(*values.type())) return;
  const std::lock_guard lock(mutex_);
  const auto& zones = ZonesOf(column, values);
  for (size_t i = 0; i < wanted->size(); ++i) {
    const auto& zone = zones[i];
    if (zone.greatest < range.least || zone.least > range.most || zone.least > zone.greatest) {
      (*wanted)[i] = false;
    }
  }
}

std::optional<ZoneMap::Zone> ZoneMap::Over(int column, const arrow::Array& values,
                                           int64_t* rows_left) {
  std::unique_lock lock(mutex_, std::defer_lock);
  if (rows_left == nullptr) {
    lock.lock();
  } else if (!lock.try_lock()) {
    return {};
  } else {
    const auto known =
        std::min(static_cast<int64_t>(zones_[column].size()) * kRows, values.length());
    *rows_left -= values.length() - known;
    if (*rows_left < 0) return {};
  }
  const auto& zones = ZonesOf(column, values);
  Zone over;
  for (size_t i = 0; i < CountZones(values.length()); ++i) over.Join(zones[i]);
  return over;
}

ZoneMap::Zone ZoneMap::Of(const arrow::Array& values) {
  ZoneMap alone;
  return *alone.Over(0, values);
}

bool AllFinite(const ZoneMap::Zone& zone, const arrow::DataType& type) {
  if (zone.least > zone.greatest) return true;
  return WithType(type.id(), [&](auto value) {
    using Value = decltype(value);
    return std::isfinite(Key<Value>::Back(zone.least)) &&
           std::isfinite(Key<Value>::Back(zone.greatest));
  });
}

std::shared_ptr<arrow::Array> ValuesOf(const ZoneMap::Zone& zone,
                                       const std::shared_ptr<arrow::DataType>& type) {
  return WithType(type->id(), [&](auto value) {
    using Value = decltype(value);
    const bool none = zone.least > zone.greatest;
    std::vector<Value> values(2);
    if (!none) values = {Key<Value>::Back(zone.least), Key<Value>::Back(zone.greatest)};
    auto nulls = none ? arrow::Buffer::FromVector(std::vector<uint8_t>(1)) : nullptr;
    return arrow::MakeArray(arrow::ArrayData::Make(
        type, 2, {std::move(nulls), arrow::Buffer::FromVector(std::move(values))}));
  });
}

std::vector<std::shared_ptr<arrow::RecordBatch>> CutToZones(
    const std::shared_ptr<arrow::RecordBatch>& rows, const std::vector<bool>& wanted) {
  std::vector<std::shared_ptr<arrow::RecordBatch>> runs;
  const int64_t count = rows->num_rows();
  const auto add = [&](int64_t from, int64_t to) {
    if (to = std::min(to, count); to > from) runs.push_back(rows->Slice(from, to - from));
  };
  int64_t from = 0;  // of the run that is wanted so far
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i]) continue;
    const auto zone = static_cast<int64_t>(i) * ZoneMap::kRows;
    add(from, zone);
    from = zone + ZoneMap::kRows;
  }
  add(from, count);
  return runs;
}

}  // namespace firn::table
