#include "lake/parquet_schema_internal.h"

#include <cmath>

namespace firn::lake {
namespace {

using columnar::TypeKind;
using parquet::LogicalType;
using parquet::Repetition;
using parquet::Type;
using parquet::schema::NodePtr;
using parquet::schema::PrimitiveNode;

// Bytes of two's complement that hold `precision` decimal digits.
int DecimalBytes(int precision) {
  int bytes = 1;
  for (long double limit = 127; limit < std::pow(10.0L, precision) - 1; ++bytes) {
    limit = limit * 256 + 255;
  }
  return bytes;
}

std::shared_ptr<const LogicalType> Timestamp(bool utc) {
  return LogicalType::Timestamp(utc, LogicalType::TimeUnit::MICROS);
}

NodePtr Decimal(const std::string& name, Repetition::type repetition, const columnar::Type& type,
                int id) {
  const auto logical = LogicalType::Decimal(type.precision, type.scale);
  if (type.precision <= 9) {
    return PrimitiveNode::Make(name, repetition, logical, Type::INT32, -1, id);
  }
  if (type.precision <= 18) {
    return PrimitiveNode::Make(name, repetition, logical, Type::INT64, -1, id);
  }
  return PrimitiveNode::Make(name, repetition, logical, Type::FIXED_LEN_BYTE_ARRAY,
                             DecimalBytes(type.precision), id);
}

NodePtr Node(const columnar::Column& column) {
  const auto repetition = column.not_null ? Repetition::REQUIRED : Repetition::OPTIONAL;
  const int id = column.id.value();
  auto make = [&](std::shared_ptr<const LogicalType> logical, Type::type type, int length = -1) {
    return PrimitiveNode::Make(column.name, repetition, std::move(logical), type, length, id);
  };
  switch (column.type.kind) {
    case TypeKind::kBool:
      return make(LogicalType::None(), Type::BOOLEAN);
    case TypeKind::kInt2:
    case TypeKind::kInt4:
      return make(LogicalType::None(), Type::INT32);
    case TypeKind::kInt8:
      return make(LogicalType::None(), Type::INT64);
    case TypeKind::kFloat4:
      return make(LogicalType::None(), Type::FLOAT);
    case TypeKind::kFloat8:
      return make(LogicalType::None(), Type::DOUBLE);
    case TypeKind::kNumeric:
      return Decimal(column.name, repetition, column.type, id);
    case TypeKind::kText:
    case TypeKind::kVarchar:
      return make(LogicalType::String(), Type::BYTE_ARRAY);
    case TypeKind::kBytea:
      return make(LogicalType::None(), Type::BYTE_ARRAY);
    case TypeKind::kDate:
      return make(LogicalType::Date(), Type::INT32);
    case TypeKind::kTimestamp:
      return make(Timestamp(false), Type::INT64);
    case TypeKind::kTimestamptz:
      return make(Timestamp(true), Type::INT64);
    case TypeKind::kUuid:
      return make(LogicalType::UUID(), Type::FIXED_LEN_BYTE_ARRAY, 16);
  }
  return nullptr;
}

NodePtr Hidden(std::string_view name, std::shared_ptr<const LogicalType> logical, FieldId id) {
  return PrimitiveNode::Make(std::string(name), Repetition::OPTIONAL, std::move(logical),
                             Type::INT64, -1, id.value());
}

}  // namespace

std::shared_ptr<parquet::schema::GroupNode> ParquetSchema(const columnar::TableSchema& schema,
                                                          bool hidden) {
  parquet::schema::NodeVector nodes;
  for (const auto& column : schema.columns) nodes.push_back(Node(column));
  if (hidden) {
    nodes.push_back(
        Hidden(columnar::kLsnColumn, LogicalType::Int(64, false), columnar::kLsnFieldId));
    nodes.push_back(
        Hidden(columnar::kTimestampColumn, Timestamp(true), columnar::kTimestampFieldId));
  }
  return std::static_pointer_cast<parquet::schema::GroupNode>(
      parquet::schema::GroupNode::Make("table", Repetition::REQUIRED, nodes));
}

}  // namespace firn::lake
