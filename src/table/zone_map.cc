#include "table/zone_map.h"

#include <algorithm>

#include <arrow/array.h>
#include <arrow/record_batch.h>

namespace firn::table {
namespace {

bool OrdersAsNumber(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::DATE32:
    case arrow::Type::TIMESTAMP:
      return true;
    default:
      return false;
  }
}

}  // namespace

template <typename ArrayType>
ZoneMap::Zone ZoneMap::ZoneOf(const ArrayType& values, int64_t from) {
  Zone zone;
  const auto* numbers = values.raw_values() + from;
  const bool nulls = values.null_count() > 0;
  const int64_t rows = std::min(kRows, values.length() - from);
  for (int64_t i = 0; i < rows; ++i) {
    if (nulls && values.IsNull(from + i)) continue;
    const auto value = static_cast<int64_t>(numbers[i]);
    zone.least = std::min(zone.least, value);
    zone.greatest = std::max(zone.greatest, value);
  }
  return zone;
}

ZoneMap::Zone ZoneMap::ZoneAt(const arrow::Array& values, int64_t from) {
  switch (values.type_id()) {
    case arrow::Type::INT16:
      return ZoneOf(static_cast<const arrow::Int16Array&>(values), from);
    case arrow::Type::INT32:
      return ZoneOf(static_cast<const arrow::Int32Array&>(values), from);
    case arrow::Type::DATE32:
      return ZoneOf(static_cast<const arrow::Date32Array&>(values), from);
    case arrow::Type::TIMESTAMP:
      return ZoneOf(static_cast<const arrow::TimestampArray&>(values), from);
    default:
      return ZoneOf(static_cast<const arrow::Int64Array&>(values), from);
  }
}

void ZoneMap::Narrow(int column, const arrow::Array& values, const ColumnRange& range,
                     std::vector<bool>* wanted) {
  if (!OrdersAsNumber(*values.type())) return;
  const std::lock_guard lock(mutex_);
  auto& zones = zones_[column];
  for (size_t i = zones.size(); i < wanted->size(); ++i) {
    zones.push_back(ZoneAt(values, static_cast<int64_t>(i) * kRows));
  }
  for (size_t i = 0; i < wanted->size(); ++i) {
    const auto& zone = zones[i];
    if (zone.greatest < range.least || zone.least > range.most || zone.least > zone.greatest) {
      (*wanted)[i] = false;
    }
  }
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
