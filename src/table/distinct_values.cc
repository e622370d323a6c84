#include "table/distinct_values.h"

#include <algorithm>

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/type.h>

namespace firn::table {
namespace {

uint64_t SpanOf(const ZoneMap::Zone& zone) {
  return static_cast<uint64_t>(zone.greatest) - static_cast<uint64_t>(zone.least);
}

}  // namespace

bool DistinctValues::Fit(const ZoneMap::Zone& zone) {
  return zone.least <= zone.greatest && SpanOf(zone) < kMost;
}

DistinctValues::DistinctValues(const ZoneMap::Zone& zone)
    : least_(static_cast<uint64_t>(zone.least)), seen_(SpanOf(zone) + 2) {}

template <typename Value>
void DistinctValues::AddOf(const arrow::Array& values) {
  const auto* numbers = values.data()->GetValues<Value>(1);
  const bool nulls = values.null_count() > 0;
  const uint64_t outside = seen_.size() - 1;
  auto* seen = seen_.data();  // not read anew behind each byte that is written
  for (int64_t i = 0; i < values.length(); ++i) {
    if (nulls && values.IsNull(i)) continue;
    const auto value = static_cast<uint64_t>(static_cast<int64_t>(numbers[i]));
    seen[std::min(value - least_, outside)] = 1;
  }
}

void DistinctValues::Add(const arrow::Array& values) {
  switch (values.type_id()) {
    case arrow::Type::INT16:
      return AddOf<int16_t>(values);
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
      return AddOf<int32_t>(values);
    default:
      return AddOf<int64_t>(values);
  }
}

template <typename Value>
std::shared_ptr<arrow::Array> DistinctValues::ValuesOf(
    const std::shared_ptr<arrow::DataType>& type) const {
  std::vector<Value> values;
  for (size_t i = 0; i + 1 < seen_.size(); ++i) {
    if (seen_[i] != 0) values.push_back(static_cast<Value>(least_ + i));
  }
  const auto count = static_cast<int64_t>(values.size());
  return arrow::MakeArray(arrow::ArrayData::Make(
      type, count, {nullptr, arrow::Buffer::FromVector(std::move(values))}, 0));
}

Result<std::shared_ptr<arrow::Array>> DistinctValues::Values(
    const std::shared_ptr<arrow::DataType>& type) const {
  if (seen_.back() != 0) {
    return Fail(ErrorCode::kInternal, "a value is outside of its column's zone: least={} values={}",
                static_cast<int64_t>(least_), seen_.size() - 1);
  }
  switch (type->id()) {
    case arrow::Type::INT16:
      return ValuesOf<int16_t>(type);
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
      return ValuesOf<int32_t>(type);
    default:
      return ValuesOf<int64_t>(type);
  }
}

}  // namespace firn::table
