#include <algorithm>
#include <cmath>
#include <cstdio>

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

std::unique_ptr<ValueWriter> MakeTextOfTextWriter(const Type& type, const arrow::Array& from) {
  if (from.type_id() == arrow::Type::DECIMAL128) {
    return WriterOf<arrow::Decimal128Array>(from, BareNumericText{type});
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

void BareNumericText::operator()(std::string_view value, std::string& out) const {
  const auto scale = Stored(type).scale;
  AppendDecimal(DecimalFrom(value), scale, out);
  for (int left = scale - type.scale; left > 0 && out.back() == '0'; --left) out.pop_back();
  if (out.back() == '.') out.pop_back();
}

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
      if (style.extra_float_digits <= 0) {
        return WriterOf<arrow::FloatArray>(from,
                                           RoundedFloat{std::max(6 + style.extra_float_digits, 1)});
      }
      return WriterOf<arrow::FloatArray>(from, AppendFloat4);
    case Layout::kDouble:
      if (style.extra_float_digits <= 0) {
        return WriterOf<arrow::DoubleArray>(
            from, RoundedFloat{std::max(15 + style.extra_float_digits, 1)});
      }
      return WriterOf<arrow::DoubleArray>(from, AppendFloat8);
    case Layout::kDecimal:
      return WriterOf<arrow::Decimal128Array>(
          from, [scale = type.scale](std::string_view value, std::string& out) {
            AppendDecimal(DecimalFrom(value), scale, out);
          });
    case Layout::kUtf8:
      return MakeTextOfTextWriter(type, from);
    case Layout::kBinary:
      if (style.bytea_escape) return BytesWriterOf(from, AppendEscaped);
      return BytesWriterOf(from, [](std::string_view value, std::string& out) {
        out.append("\\x");
        AppendHex(value, out);
      });
    case Layout::kDate:
      return WriterOf<arrow::Date32Array>(from, AppendDate);
    case Layout::kTime:
      return WriterOf<arrow::Time64Array>(from, AppendTime);
    case Layout::kTimestamp:
      return WriterOf<arrow::TimestampArray>(
          from, [](int64_t value, std::string& out) { AppendTimestamp(value, false, out); });
    case Layout::kTimestamptz:
      return WriterOf<arrow::TimestampArray>(
          from, [zone = style.zone](int64_t value, std::string& out) {
            AppendTimestamp(value, true, out, zone ? zone->OffsetAt(value) : 0);
          });
    case Layout::kUuid:
      return WriterOf<arrow::FixedSizeBinaryArray>(from, AppendUuid);
    case Layout::kList:
      return MakeTextListWriter(type, from, style);
  }
  return nullptr;
}

}  // namespace firn::columnar
