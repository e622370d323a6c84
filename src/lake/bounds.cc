#include "lake/bounds.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>

#include "lake/iceberg/single_value.h"

namespace firn::lake {
namespace {

using columnar::TypeKind;
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
  switch (type.kind) {
    case TypeKind::kInt2:
      return ScalarPtr(arrow::MakeScalar(static_cast<int16_t>(*value)));
    case TypeKind::kInt4:
      return ScalarPtr(arrow::MakeScalar(static_cast<int32_t>(*value)));
    case TypeKind::kInt8:
      return ScalarPtr(arrow::MakeScalar(*value));
    case TypeKind::kDate:
      return ScalarPtr(std::make_shared<arrow::Date32Scalar>(static_cast<int32_t>(*value)));
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

Result<ScalarPtr> ScalarFromBound(const columnar::Type& type, std::string_view bound) {
  switch (type.kind) {
    case TypeKind::kBool:
      if (bound.size() != 1) return WrongLength(type, bound.size());
      return ScalarPtr(arrow::MakeScalar(bound[0] != 0));
    case TypeKind::kInt2:
    case TypeKind::kInt4:
    case TypeKind::kInt8:
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestamptz:
      return IntegerScalar(type, bound);
    case TypeKind::kFloat4:
    case TypeKind::kFloat8: {
      const auto value = Floating(bound);
      if (!value) return WrongLength(type, bound.size());
      if (type.kind == TypeKind::kFloat8) return ScalarPtr(arrow::MakeScalar(*value));
      return ScalarPtr(arrow::MakeScalar(static_cast<float>(*value)));
    }
    case TypeKind::kNumeric:
      return DecimalScalar(type, bound);
    case TypeKind::kText:
    case TypeKind::kVarchar:
      return ScalarPtr(std::make_shared<arrow::StringScalar>(std::string(bound)));
    case TypeKind::kBytea:
      return ScalarPtr(
          std::make_shared<arrow::BinaryScalar>(arrow::Buffer::FromString(std::string(bound))));
    case TypeKind::kUuid: {
      if (bound.size() != 16) return WrongLength(type, bound.size());
      return ScalarPtr(std::make_shared<arrow::FixedSizeBinaryScalar>(
          arrow::Buffer::FromString(std::string(bound)), columnar::ArrowType(type)));
    }
  }
  return Fail(ErrorCode::kInternal, "a type without bounds: {}", columnar::PostgresName(type));
}

}  // namespace firn::lake
