#include <algorithm>
#include <cmath>
#include <cstdio>

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

// extra_float_digits of 0 and below: so many significant digits, as printf's %g.
struct RoundedFloat {
  int digits;
  void operator()(double value, std::string& out) const {
    if (!std::isfinite(value)) {
      AppendFloat8(value, out);
      return;
    }
    char buffer[40];
    out.append(buffer,
               static_cast<size_t>(std::snprintf(buffer, sizeof buffer, "%.*g", digits, value)));
  }
};

// bytea_output = escape.
void AppendEscaped(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == '\\') {
      out.append("\\\\");
    } else if (byte < 0x20 || byte > 0x7e) {
      out.push_back('\\');
      for (const int shift : {6, 3, 0}) out.push_back(static_cast<char>('0' + (byte >> shift & 7)));
    } else {
      out.push_back(c);
    }
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

std::unique_ptr<ValueWriter> ValueWriter::MakeText(const Type& type, const arrow::Array& array,
                                                   const TextStyle& style) {
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
      if (style.extra_float_digits <= 0) {
        return WriterOf<arrow::FloatArray>(from,
                                           RoundedFloat{std::max(6 + style.extra_float_digits, 1)});
      }
      return WriterOf<arrow::FloatArray>(from, AppendFloat4);
    case TypeKind::kFloat8:
      if (style.extra_float_digits <= 0) {
        return WriterOf<arrow::DoubleArray>(
            from, RoundedFloat{std::max(15 + style.extra_float_digits, 1)});
      }
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
      if (style.bytea_escape) return BytesWriterOf(from, AppendEscaped);
      return BytesWriterOf(from, [](std::string_view value, std::string& out) {
        out.append("\\x");
        AppendHex(value, out);
      });
    case TypeKind::kDate:
      return WriterOf<arrow::Date32Array>(from, AppendDate);
    case TypeKind::kTimestamp:
      return WriterOf<arrow::TimestampArray>(
          from, [](int64_t value, std::string& out) { AppendTimestamp(value, false, out); });
    case TypeKind::kTimestamptz:
      return WriterOf<arrow::TimestampArray>(
          from, [zone = style.zone](int64_t value, std::string& out) {
            AppendTimestamp(value, true, out, zone ? zone->OffsetAt(value) : 0);
          });
    case TypeKind::kUuid:
      return WriterOf<arrow::FixedSizeBinaryArray>(from, AppendUuid);
  }
  return nullptr;
}

}  // namespace firn::columnar
