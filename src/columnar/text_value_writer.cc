#include "columnar/column_writer_internal.h"
#include "columnar/text_forms_internal.h"

namespace firn::columnar {
namespace {

bool HasLayoutOf(const Type& type, const arrow::DataType& layout) {
  switch (LayoutOf(type)) {
    case Layout::kUtf8:
      return layout.id() == arrow::Type::STRING || layout.id() == arrow::Type::LARGE_STRING ||
             layout.id() == arrow::Type::STRING_VIEW || layout.Equals(*ArrowType(Stored(type)));
    case Layout::kBinary:
      return layout.id() == arrow::Type::BINARY || layout.id() == arrow::Type::LARGE_BINARY ||
             layout.id() == arrow::Type::BINARY_VIEW;
    default:
      return layout.Equals(*ArrowType(type)) || layout.Equals(*ArrowType(Stored(type)));
  }
}

std::unique_ptr<ValueWriter> MakeTextOfTextWriter(const Type& type, const arrow::Array& from) {
  if (from.type_id() == arrow::Type::DECIMAL128) {
    return WriterOf<arrow::Decimal128Array>(from, AppendBareNumeric);
  }
  if (type.kind == TypeKind::kInterval) {
    return BytesWriterOf(from, [](std::string_view value, std::string& out) {
      Interval interval;
      FIRN_CHECK(ReadStoredInterval(value, &interval));
      AppendInterval(interval, out);
    });
  }
  if (type.kind == TypeKind::kChar && type.length > 0) {
    return BytesWriterOf(from, PadTo{type.length});
  }
  return BytesWriterOf(from, [](std::string_view value, std::string& out) { out.append(value); });
}

}  // namespace

void AppendBareNumeric(std::string_view value, std::string& out) {
  AppendDecimal(DecimalFrom(value), kBareScale, out);
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
}

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
  switch (LayoutOf(type)) {
    case Layout::kBool:
      return WriterOf<arrow::BooleanArray>(
          from, [](bool value, std::string& out) { out.push_back(value ? 't' : 'f'); });
    case Layout::kInt16:
      return WriterOf<arrow::Int16Array>(from, put_integer);
    case Layout::kInt32:
      return WriterOf<arrow::Int32Array>(from, put_integer);
    case Layout::kInt64:
      return WriterOf<arrow::Int64Array>(from, put_integer);
    case Layout::kFloat:
      return WriterOf<arrow::FloatArray>(from, AppendFloat4);
    case Layout::kDouble:
      return WriterOf<arrow::DoubleArray>(from, AppendFloat8);
    case Layout::kDecimal:
      return WriterOf<arrow::Decimal128Array>(
          from, [scale = type.scale](std::string_view value, std::string& out) {
            AppendDecimal(DecimalFrom(value), scale, out);
          });
    case Layout::kUtf8:
      return MakeTextOfTextWriter(type, from);
    case Layout::kBinary:
      return BytesWriterOf(from, [](std::string_view value, std::string& out) {
        out.append("\\x");
        AppendHex(value, out);
      });
    case Layout::kDate:
      return WriterOf<arrow::Date32Array>(from, AppendDate);
    case Layout::kTime:
      return WriterOf<arrow::Time64Array>(from, AppendTime);
    case Layout::kTimestamp:
    case Layout::kTimestamptz:
      return WriterOf<arrow::TimestampArray>(
          from, [utc = type.kind == TypeKind::kTimestamptz](int64_t value, std::string& out) {
            AppendTimestamp(value, utc, out);
          });
    case Layout::kUuid:
      return WriterOf<arrow::FixedSizeBinaryArray>(from, AppendUuid);
    case Layout::kList:
      return MakeTextListWriter(type, from);
  }
  return nullptr;
}

}  // namespace firn::columnar
