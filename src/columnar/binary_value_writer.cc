#include <bit>

#include "columnar/calendar.h"
#include "columnar/column_writer_internal.h"

namespace firn::columnar {
namespace {

// Network byte order.
template <typename Integer>
void AppendBigEndian(Integer value, std::string& out) {
  char bytes[sizeof value];
  for (size_t i = 0; i < sizeof value; ++i) {
    bytes[i] = static_cast<char>(value >> (8 * (sizeof value - 1 - i)));
  }
  out.append(bytes, sizeof bytes);
}

// numeric_send: digits of base 10,000 aligned to the decimal point, without zeros at either end.
void AppendNumericBinary(Int128 value, int32_t scale, std::string& out) {
  constexpr int kGroup = 4;
  constexpr int kIntegerRoom = 40;  // decimal digits before and behind the point
  char digits[2 * kIntegerRoom];
  std::memset(digits, '0', sizeof digits);
  char* const end = digits + kIntegerRoom + scale;
  DigitsBefore(end, value < 0 ? -static_cast<Uint128>(value) : value);
  const auto group = [&](int index) {
    const char* at = digits + kGroup * index;
    return ((at[0] - '0') * 10 + at[1] - '0') * 100 + (at[2] - '0') * 10 + at[3] - '0';
  };
  int first = 0;
  int last = 2 * kIntegerRoom / kGroup;
  while (first < last && group(first) == 0) ++first;
  while (first < last && group(last - 1) == 0) --last;
  const bool zero = first == last;
  AppendBigEndian<uint16_t>(static_cast<uint16_t>(last - first), out);
  AppendBigEndian<uint16_t>(static_cast<uint16_t>(zero ? 0 : kIntegerRoom / kGroup - 1 - first),
                            out);
  AppendBigEndian<uint16_t>(value < 0 ? 0x4000 : 0, out);
  AppendBigEndian<uint16_t>(static_cast<uint16_t>(scale), out);
  for (int i = first; i < last; ++i)
    AppendBigEndian<uint16_t>(static_cast<uint16_t>(group(i)), out);
}

// From the text of an open numeric: "-12.50", "NaN", "Infinity".
void AppendNumericTextBinary(std::string_view text, std::string& out) {
  constexpr uint16_t kNegative = 0x4000;
  const auto header = [&](uint16_t groups, int weight, uint16_t sign, size_t scale) {
    AppendBigEndian<uint16_t>(groups, out);
    AppendBigEndian<uint16_t>(static_cast<uint16_t>(weight), out);
    AppendBigEndian<uint16_t>(sign, out);
    AppendBigEndian<uint16_t>(static_cast<uint16_t>(scale), out);
  };
  if (text == "NaN") return header(0, 0, 0xC000, 0);
  if (text == "Infinity") return header(0, 0, 0xD000, 0);
  if (text == "-Infinity") return header(0, 0, 0xF000, 0);
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto point = std::min(text.find('.'), text.size());
  std::string digits(text.substr(0, point));
  const auto part = point < text.size() ? text.substr(point + 1) : std::string_view();
  digits.insert(0, (4 - digits.size() % 4) % 4, '0');
  int weight = static_cast<int>(digits.size() / 4) - 1;
  digits += part;
  digits.append((4 - digits.size() % 4) % 4, '0');
  size_t first = 0;
  while (first < digits.size() && digits.compare(first, 4, "0000") == 0) {
    first += 4;
    --weight;
  }
  size_t last = digits.size();
  while (last > first && digits.compare(last - 4, 4, "0000") == 0) last -= 4;
  if (first == last) weight = 0;
  header(static_cast<uint16_t>((last - first) / 4), weight,
         negative && first < last ? kNegative : 0, part.size());
  for (size_t at = first; at < last; at += 4) {
    uint16_t group = 0;
    for (size_t i = at; i < at + 4; ++i) {
      group = static_cast<uint16_t>(group * 10 + (digits[i] - '0'));
    }
    AppendBigEndian<uint16_t>(group, out);
  }
}

void AppendDateBinary(int32_t days, std::string& out) {
  if (days == kDateInfinity) {
    days = INT32_MAX;
  } else if (days <= kDateMinusInfinity) {
    days = INT32_MIN;
  } else {
    // Wraps only for days before PostgreSQL's calendar begins.
    days = static_cast<int32_t>(static_cast<uint32_t>(days) - kPostgresEpochDays);
  }
  AppendBigEndian(static_cast<uint32_t>(days), out);
}

void AppendTimestampBinary(int64_t micros, std::string& out) {
  if (micros == kTimestampInfinity) {
    micros = INT64_MAX;
  } else if (micros <= kTimestampMinusInfinity) {
    micros = INT64_MIN;
  } else {
    micros = static_cast<int64_t>(static_cast<uint64_t>(micros) - kPostgresEpochMicros);
  }
  AppendBigEndian(static_cast<uint64_t>(micros), out);
}

}  // namespace

std::unique_ptr<ValueWriter> ValueWriter::MakeBinary(const Type& type, const arrow::Array& array) {
  const auto& from = StorageOf(type, array);
  constexpr auto put_bytes = [](std::string_view value, std::string& out) { out.append(value); };
  switch (type.kind) {
    case TypeKind::kBool:
      return WriterOf<arrow::BooleanArray>(
          from, [](bool value, std::string& out) { out.push_back(value ? '\1' : '\0'); });
    case TypeKind::kInt2:
      return WriterOf<arrow::Int16Array>(from, AppendBigEndian<uint16_t>);
    case TypeKind::kInt4:
      return WriterOf<arrow::Int32Array>(from, AppendBigEndian<uint32_t>);
    case TypeKind::kInt8:
      return WriterOf<arrow::Int64Array>(from, AppendBigEndian<uint64_t>);
    case TypeKind::kFloat4:
      return WriterOf<arrow::FloatArray>(from, [](float value, std::string& out) {
        AppendBigEndian(std::bit_cast<uint32_t>(value), out);
      });
    case TypeKind::kFloat8:
      return WriterOf<arrow::DoubleArray>(from, [](double value, std::string& out) {
        AppendBigEndian(std::bit_cast<uint64_t>(value), out);
      });
    case TypeKind::kNumeric:
      if (type.precision == 0) return BytesWriterOf(from, AppendNumericTextBinary);
      return WriterOf<arrow::Decimal128Array>(
          from, [scale = type.scale](std::string_view value, std::string& out) {
            AppendNumericBinary(DecimalFrom(value), scale, out);
          });
    case TypeKind::kText:
    case TypeKind::kVarchar:
    case TypeKind::kBytea:
      return BytesWriterOf(from, put_bytes);
    case TypeKind::kDate:
      return WriterOf<arrow::Date32Array>(from, AppendDateBinary);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestamptz:
      return WriterOf<arrow::TimestampArray>(from, AppendTimestampBinary);
    case TypeKind::kUuid:
      return WriterOf<arrow::FixedSizeBinaryArray>(from, put_bytes);
  }
  return nullptr;
}

}  // namespace firn::columnar
