#include "columnar/column_writer_internal.h"

namespace firn::columnar {
namespace {

bool HasLayoutOf(const Type& type, const arrow::DataType& layout) {
  switch (type.kind) {
    case TypeKind::kText:
    case TypeKind::kVarchar:
      return layout.id() == arrow::Type::STRING || layout.id() == arrow::Type::LARGE_STRING ||
             layout.id() == arrow::Type::STRING_VIEW;
    case TypeKind::kBytea:
      return layout.id() == arrow::Type::BINARY || layout.id() == arrow::Type::LARGE_BINARY ||
             layout.id() == arrow::Type::BINARY_VIEW;
    default:
      return layout.Equals(*ArrowType(type));
  }
}

}  // namespace

const arrow::Array& StorageOf(const Type& type, const arrow::Array& array) {
  const arrow::Array& storage = array.type_id() == arrow::Type::EXTENSION
                                    ? *static_cast<const arrow::ExtensionArray&>(array).storage()
                                    : array;
  FIRN_CHECK(HasLayoutOf(type, *storage.type()));
  return storage;
}

std::unique_ptr<ValueWriter> ValueWriter::MakeText(const Type& type, const arrow::Array& array) {
  const auto& from = StorageOf(type, array);
  constexpr auto put_integer = [](int64_t value, std::string& out) { AppendInteger(value, out); };
  switch (type.kind) {
    case TypeKind::kBool:
      return WriterOf<arrow::BooleanArray>(
          from, [](bool value, std::string& out) { out.push_back(value ? 't' : 'f'); });
    case TypeKind::kInt2:
      return WriterOf<arrow::Int16Array>(from, put_integer);
    case TypeKind::kInt4:
      return WriterOf<arrow::Int32Array>(from, put_integer);
    case TypeKind::kInt8:
      return WriterOf<arrow::Int64Array>(from, put_integer);
    case TypeKind::kFloat4:
      return WriterOf<arrow::FloatArray>(from, AppendFloat4);
    case TypeKind::kFloat8:
      return WriterOf<arrow::DoubleArray>(from, AppendFloat8);
    case TypeKind::kNumeric:
      if (type.precision == 0) {
        return BytesWriterOf(from,
                             [](std::string_view value, std::string& out) { out.append(value); });
      }
      return WriterOf<arrow::Decimal128Array>(
          from, [scale = type.scale](std::string_view value, std::string& out) {
            AppendDecimal(DecimalFrom(value), scale, out);
          });
    case TypeKind::kText:
    case TypeKind::kVarchar:
      return BytesWriterOf(from,
                           [](std::string_view value, std::string& out) { out.append(value); });
    case TypeKind::kBytea:
      return BytesWriterOf(from, [](std::string_view value, std::string& out) {
        out.append("\\x");
        AppendHex(value, out);
      });
    case TypeKind::kDate:
      return WriterOf<arrow::Date32Array>(from, AppendDate);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestamptz:
      return WriterOf<arrow::TimestampArray>(
          from, [utc = type.kind == TypeKind::kTimestamptz](int64_t value, std::string& out) {
            AppendTimestamp(value, utc, out);
          });
    case TypeKind::kUuid:
      return WriterOf<arrow::FixedSizeBinaryArray>(from, AppendUuid);
  }
  return nullptr;
}

}  // namespace firn::columnar
