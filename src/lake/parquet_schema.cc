#include "lake/parquet_schema_internal.h"

#include <cmath>

namespace firn::lake {
namespace {

using columnar::Layout;
using parquet::LogicalType;
using parquet::Repetition;
using parquet::Type;
using parquet::schema::GroupNode;
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

NodePtr Node(const std::string& name, Repetition::type repetition, const columnar::Type& type,
             int id) {
  auto make = [&](std::shared_ptr<const LogicalType> logical, Type::type physical,
                  int length = -1) {
    return PrimitiveNode::Make(name, repetition, std::move(logical), physical, length, id);
  };
  switch (LayoutOf(type)) {
    case Layout::kBool:
      return make(LogicalType::None(), Type::BOOLEAN);
    case Layout::kInt16:
    case Layout::kInt32:
      return make(LogicalType::None(), Type::INT32);
    case Layout::kInt64:
      return make(LogicalType::None(), Type::INT64);
    case Layout::kFloat:
      return make(LogicalType::None(), Type::FLOAT);
    case Layout::kDouble:
      return make(LogicalType::None(), Type::DOUBLE);
    case Layout::kDecimal:
      return Decimal(name, repetition, type, id);
    case Layout::kUtf8:
      return make(LogicalType::String(), Type::BYTE_ARRAY);
    case Layout::kBinary:
      return make(LogicalType::None(), Type::BYTE_ARRAY);
    case Layout::kDate:
      return make(LogicalType::Date(), Type::INT32);
    case Layout::kTime:
      return make(LogicalType::Time(false, LogicalType::TimeUnit::MICROS), Type::INT64);
    case Layout::kTimestamp:
      return make(Timestamp(false), Type::INT64);
    case Layout::kTimestamptz:
      return make(Timestamp(true), Type::INT64);
    case Layout::kUuid:
      return make(LogicalType::UUID(), Type::FIXED_LEN_BYTE_ARRAY, 16);
    case Layout::kList:
      break;  // of a column only: see ColumnNode
  }
  return nullptr;
}

// A list as the Parquet format wants it ("Nested Types"): <name> (LIST) { list { element } }.
NodePtr ColumnNode(const columnar::Column& column) {
  const auto repetition = column.not_null ? Repetition::REQUIRED : Repetition::OPTIONAL;
  const auto type = Stored(column.type);
  if (!type.array) return Node(column.name, repetition, type, column.id.value());
  auto element = Node("element", Repetition::OPTIONAL, ElementOf(type), column.element_id.value());
  auto list = GroupNode::Make("list", Repetition::REPEATED, {std::move(element)});
  return GroupNode::Make(column.name, repetition, {std::move(list)}, LogicalType::List(),
                         column.id.value());
}

NodePtr Hidden(std::string_view name, std::shared_ptr<const LogicalType> logical, FieldId id) {
  return PrimitiveNode::Make(std::string(name), Repetition::OPTIONAL, std::move(logical),
                             Type::INT64, -1, id.value());
}

}  // namespace

std::shared_ptr<parquet::schema::GroupNode> ParquetSchema(const columnar::TableSchema& schema,
                                                          bool hidden) {
  parquet::schema::NodeVector nodes;
  for (const auto& column : schema.columns) nodes.push_back(ColumnNode(column));
  if (hidden) {
    nodes.push_back(
        Hidden(columnar::kLsnColumn, LogicalType::Int(64, false), columnar::kLsnFieldId));
    nodes.push_back(
        Hidden(columnar::kTimestampColumn, Timestamp(true), columnar::kTimestampFieldId));
  }
  return std::static_pointer_cast<GroupNode>(GroupNode::Make("table", Repetition::REQUIRED, nodes));
}

}  // namespace firn::lake
