#include "lake/bounds.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>

#include "lake/iceberg/single_value.h"

namespace firn::lake {
namespace {

using columnar::Layout;
using iceberg::FromLittleEndian;
using ScalarPtr = std::shared_ptr<arrow::Scalar>;

Failure WrongLength(const columnar::Type& type, size_t bytes) {
  return Fail(ErrorCode::kCorrupt, "bound of {} has the wrong length: {}",
              columnar::PostgresName(type), bytes);
}

std::optional<int64_t> Integer(std::string_view bound) {
  if (bound.size() == 4) return *FromLittleEndian<int32_t>(bound);
  return FromLittleEndian<int64_t>(bound);
}

std::optional<double> Floating(std::string_view bound) {
  if (bound.size() == 4) return *FromLittleEndian<float>(bound);
  return FromLittleEndian<double>(bound);
}

Result<ScalarPtr> IntegerScalar(const columnar::Type& type, std::string_view bound) {
  const auto value = Integer(bound);
  if (!value) return WrongLength(type, bound.size());
  switch (LayoutOf(type)) {
    case Layout::kInt16:
      return ScalarPtr(arrow::MakeScalar(static_cast<int16_t>(*value)));
    case Layout::kInt32:
      return ScalarPtr(arrow::MakeScalar(static_cast<int32_t>(*value)));
    case Layout::kInt64:
      return ScalarPtr(arrow::MakeScalar(*value));
    case Layout::kDate:
      return ScalarPtr(std::make_shared<arrow::Date32Scalar>(static_cast<int32_t>(*value)));
    case Layout::kTime:
      return ScalarPtr(std::make_shared<arrow::Time64Scalar>(*value, columnar::ArrowType(type)));
    default:
      return ScalarPtr(std::make_shared<arrow::TimestampScalar>(*value, columnar::ArrowType(type)));
  }
}

Result<ScalarPtr> DecimalScalar(const columnar::Type& type, std::string_view bound) {
  if (bound.empty()) return WrongLength(type, 0);
  const auto value = arrow::Decimal128::FromBigEndian(
      reinterpret_cast<const uint8_t*>(bound.data()), static_cast<int32_t>(bound.size()));
  if (!value.ok()) return WrongLength(type, bound.size());
  return ScalarPtr(std::make_shared<arrow::Decimal128Scalar>(*value, columnar::ArrowType(type)));
}

}  // namespace

Result<ScalarPtr> ScalarFromBound(const columnar::Type& column_type, std::string_view bound) {
  const auto type = Stored(column_type);
  switch (LayoutOf(type)) {
    case Layout::kBool:
      if (bound.size() != 1) return WrongLength(type, bound.size());
      return ScalarPtr(arrow::MakeScalar(bound[0] != 0));
    case Layout::kInt16:
    case Layout::kInt32:
    case Layout::kInt64:
    case Layout::kDate:
    case Layout::kTime:
    case Layout::kTimestamp:
    case Layout::kTimestamptz:
      return IntegerScalar(type, bound);
    case Layout::kFloat:
    case Layout::kDouble: {
      const auto value = Floating(bound);
      if (!value) return WrongLength(type, bound.size());
      if (LayoutOf(type) == Layout::kDouble) return ScalarPtr(arrow::MakeScalar(*value));
      return ScalarPtr(arrow::MakeScalar(static_cast<float>(*value)));
    }
    case Layout::kDecimal:
      return DecimalScalar(type, bound);
    case Layout::kUtf8:
      return ScalarPtr(std::make_shared<arrow::StringScalar>(std::string(bound)));
    case Layout::kBinary:
      return ScalarPtr(
          std::make_shared<arrow::BinaryScalar>(arrow::Buffer::FromString(std::string(bound))));
    case Layout::kUuid: {
      if (bound.size() != 16) return WrongLength(type, bound.size());
      return ScalarPtr(std::make_shared<arrow::FixedSizeBinaryScalar>(
          arrow::Buffer::FromString(std::string(bound)), columnar::ArrowType(type)));
    }
    case Layout::kList:
      break;
  }
  return Fail(ErrorCode::kInternal, "a type without bounds: {}", columnar::PostgresName(type));
}

std::optional<OrderedValue> OrderedBound(const columnar::Type& type, std::string_view bound) {
  if (type.array || !columnar::Info(type.kind).ordered) return std::nullopt;
  switch (LayoutOf(type)) {
    case Layout::kInt16:
    case Layout::kInt32:
    case Layout::kInt64:
    case Layout::kDate:
    case Layout::kTime:
    case Layout::kTimestamp:
    case Layout::kTimestamptz:
      return Integer(bound);
    case Layout::kUuid:
      if (bound.size() != 16) return std::nullopt;
      return std::string(bound);
    case Layout::kUtf8:
    case Layout::kBinary:
      return std::string(bound);
    default:
      return std::nullopt;
  }
}

}  // namespace firn::lake
