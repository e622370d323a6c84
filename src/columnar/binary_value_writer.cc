#include <bit>

#include "columnar/calendar.h"
#include "columnar/column_writer_internal.h"
#include "columnar/text_forms_internal.h"

namespace firn::columnar {
namespace {

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

void AppendOid(int64_t oid, std::string& out) {
  AppendBigEndian(static_cast<uint32_t>(oid), out);
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

void AppendIntervalBinary(std::string_view value, std::string& out) {
  Interval interval;
  FIRN_CHECK(ReadStoredInterval(value, &interval));
  AppendBigEndian(static_cast<uint64_t>(interval.micros), out);
  AppendBigEndian(static_cast<uint32_t>(interval.days), out);
  AppendBigEndian(static_cast<uint32_t>(interval.months), out);
}

// "char": '' is a zero byte, \\ooo a byte beyond ASCII.
void AppendInternalCharBinary(std::string_view value, std::string& out) {
  if (value.size() < 4) {
    out.push_back(value.empty() ? '\0' : value[0]);
  } else {
    out.push_back(
        static_cast<char>((value[1] - '0') << 6 | (value[2] - '0') << 3 | (value[3] - '0')));
  }
}

std::unique_ptr<ValueWriter> MakeBinaryOfTextWriter(const Type& type, const arrow::Array& from) {
  switch (type.kind) {
    case TypeKind::kNumeric:
      if (from.type_id() == arrow::Type::DECIMAL128) {
        const BareNumericText shown{type};
        return WriterOf<arrow::Decimal128Array>(from,
                                                [shown](std::string_view value, std::string& out) {
                                                  std::string text;
                                                  shown(value, text);
                                                  AppendNumericTextBinary(text, out);
                                                });
      }
      return BytesWriterOf(from, AppendNumericTextBinary);
    case TypeKind::kTimetz:
      return BytesWriterOf(from, AppendTimetzBinary);
    case TypeKind::kInterval:
      return BytesWriterOf(from, AppendIntervalBinary);
    case TypeKind::kJsonb:
      return BytesWriterOf(from, [](std::string_view value, std::string& out) {
        out.push_back('\1');
        out.append(value);
      });
    case TypeKind::kInet:
    case TypeKind::kCidr:
      return BytesWriterOf(
          from, [cidr = type.kind == TypeKind::kCidr](std::string_view value, std::string& out) {
            AppendNetworkBinary(value, cidr, out);
          });
    case TypeKind::kInternalChar:
      return BytesWriterOf(from, AppendInternalCharBinary);
    case TypeKind::kChar:
      return BytesWriterOf(from, PadTo{type.length});
    default:
      return BytesWriterOf(from,
                           [](std::string_view value, std::string& out) { out.append(value); });
  }
}

}  // namespace

std::unique_ptr<ValueWriter> ValueWriter::MakeBinary(const Type& type, const arrow::Array& array) {
  const auto& from = StorageOf(type, array);
  constexpr auto put_bytes = [](std::string_view value, std::string& out) { out.append(value); };
  switch (LayoutOf(type)) {
    case Layout::kBool:
      return WriterOf<arrow::BooleanArray>(
          from, [](bool value, std::string& out) { out.push_back(value ? '\1' : '\0'); });
    case Layout::kInt16:
      return WriterOf<arrow::Int16Array>(from, AppendBigEndian<uint16_t>);
    case Layout::kInt32:
      return WriterOf<arrow::Int32Array>(from, AppendBigEndian<uint32_t>);
    case Layout::kInt64:
      // An oid and its kin: an unsigned number of four bytes in Postgres.
      if (Info(type.kind).size == 4) return WriterOf<arrow::Int64Array>(from, AppendOid);
      return WriterOf<arrow::Int64Array>(from, AppendBigEndian<uint64_t>);
    case Layout::kFloat:
      return WriterOf<arrow::FloatArray>(from, [](float value, std::string& out) {
        AppendBigEndian(std::bit_cast<uint32_t>(value), out);
      });
    case Layout::kDouble:
      return WriterOf<arrow::DoubleArray>(from, [](double value, std::string& out) {
        AppendBigEndian(std::bit_cast<uint64_t>(value), out);
      });
    case Layout::kDecimal:
      return WriterOf<arrow::Decimal128Array>(
          from, [scale = type.scale](std::string_view value, std::string& out) {
            AppendNumericBinary(DecimalFrom(value), scale, out);
          });
    case Layout::kUtf8:
      return MakeBinaryOfTextWriter(type, from);
    case Layout::kBinary:
      return BytesWriterOf(from, put_bytes);
    case Layout::kDate:
      return WriterOf<arrow::Date32Array>(from, AppendDateBinary);
    case Layout::kTime:
      return WriterOf<arrow::Time64Array>(from, AppendBigEndian<uint64_t>);
    case Layout::kTimestamp:
    case Layout::kTimestamptz:
      return WriterOf<arrow::TimestampArray>(from, AppendTimestampBinary);
    case Layout::kUuid:
      return WriterOf<arrow::FixedSizeBinaryArray>(from, put_bytes);
    case Layout::kList:
      return MakeBinaryListWriter(type, from);
  }
  return nullptr;
}

}  // namespace firn::columnar
