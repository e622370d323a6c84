// columnar: how fixed-width values are read, one function for text and one for binary.
#pragma once

#include <bit>
#include <charconv>
#include <string_view>

#include <arrow/array/builder_primitive.h>
#include <boost/endian/conversion.hpp>

#include "columnar/calendar.h"
#include "columnar/text_forms_internal.h"
#include "columnar/value_parser_internal.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {

template <typename Integer>
Status ReadBigEndian(std::string_view bytes, Integer* value) {
  if (bytes.size() != sizeof(Integer)) return WrongLength(bytes.size(), sizeof(Integer));
  *value = boost::endian::endian_load<Integer, sizeof(Integer), boost::endian::order::big>(
      reinterpret_cast<const unsigned char*>(bytes.data()));
  return {};
}

template <typename Integer>
Status ReadInteger(std::string_view bytes, Integer* value) {
  std::make_unsigned_t<Integer> read = 0;
  FIRN_RETURN_IF_ERROR(ReadBigEndian(bytes, &read));
  *value = static_cast<Integer>(read);
  return {};
}

template <typename Float, typename Bits>
Status ReadFloat(std::string_view bytes, Float* value) {
  Bits read = 0;
  FIRN_RETURN_IF_ERROR(ReadBigEndian(bytes, &read));
  *value = std::bit_cast<Float>(read);
  return {};
}

inline Status ReadBool(std::string_view bytes, bool* value) {
  if (bytes.size() != 1) return WrongLength(bytes.size(), 1);
  *value = bytes[0] != 0;
  return {};
}

inline Status ReadDate(std::string_view bytes, int32_t* days) {
  int32_t read = 0;
  FIRN_RETURN_IF_ERROR(ReadInteger(bytes, &read));
  if (read == INT32_MAX || read == INT32_MIN) {
    *days = read > 0 ? kDateInfinity : kDateMinusInfinity;
    return {};
  }
  const int64_t arrow_days = int64_t{read} + kPostgresEpochDays;
  if (!IsDateInRange(arrow_days)) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "date out of range").WithSqlState("22008"));
  }
  *days = static_cast<int32_t>(arrow_days);
  return {};
}

inline Status ReadTimestamp(std::string_view bytes, int64_t* micros) {
  int64_t read = 0;
  FIRN_RETURN_IF_ERROR(ReadInteger(bytes, &read));
  if (read == INT64_MAX || read == INT64_MIN) {
    *micros = read > 0 ? kTimestampInfinity : kTimestampMinusInfinity;
    return {};
  }
  const Int128 arrow_micros = Int128{read} + kPostgresEpochMicros;
  if (!IsTimestampInRange(arrow_micros)) {
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "timestamp out of range").WithSqlState("22008"));
  }
  *micros = static_cast<int64_t>(arrow_micros);
  return {};
}

inline Status ParsePlainTimestamp(std::string_view text, int64_t* micros) {
  return ParseTimestamp(text, false, nullptr, micros);
}

// oidin: an unsigned number of 32 bits; a negative one is taken as its bits.
inline Status ParseOid(std::string_view text, int64_t* value) {
  const auto digits = TrimSpaces(text);
  const auto parsed = std::from_chars(digits.data() + (digits.starts_with('+') ? 1 : 0),
                                      digits.data() + digits.size(), *value);
  if (parsed.ec == std::errc::invalid_argument || digits.empty() ||
      parsed.ptr != digits.data() + digits.size()) {
    return BadSyntax("oid", text);
  }
  if (parsed.ec != std::errc{} || *value > UINT32_MAX || *value < INT32_MIN) {
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "value \"{}\" is out of range for type oid", text)
            .WithSqlState("22003"));
  }
  *value = static_cast<uint32_t>(*value);
  return {};
}

inline Status ReadOid(std::string_view bytes, int64_t* value) {
  uint32_t read = 0;
  FIRN_RETURN_IF_ERROR(ReadBigEndian(bytes, &read));
  *value = read;
  return {};
}

/// Fixed-width values: one function reads text, the other binary.
template <typename BuilderOf, typename ValueOf, Status (*kText)(std::string_view, ValueOf*),
          Status (*kBinary)(std::string_view, ValueOf*)>
struct Plain {
  using Builder = BuilderOf;
  using Value = ValueOf;
  [[gnu::always_inline]] static Status Read(bool binary, std::string_view bytes, Value* value) {
    return binary ? kBinary(bytes, value) : kText(bytes, value);
  }
};

/// What `visit` makes of the form of a fixed-width type; what is made of nothing for another.
template <typename Visit>
auto VisitPlain(const Type& type, Visit visit) {
  using Int2 = Plain<arrow::Int16Builder, int16_t, ParseInt2, ReadInteger<int16_t>>;
  using Int4 = Plain<arrow::Int32Builder, int32_t, ParseInt4, ReadInteger<int32_t>>;
  using Int8 = Plain<arrow::Int64Builder, int64_t, ParseInt8, ReadInteger<int64_t>>;
  using Oid = Plain<arrow::Int64Builder, int64_t, ParseOid, ReadOid>;
  using Float4 = Plain<arrow::FloatBuilder, float, ParseFloat4, ReadFloat<float, uint32_t>>;
  using Float8 = Plain<arrow::DoubleBuilder, double, ParseFloat8, ReadFloat<double, uint64_t>>;
  using Date = Plain<arrow::Date32Builder, int32_t, ParseDate, ReadDate>;
  using Time = Plain<arrow::Time64Builder, int64_t, ParseTime, ReadTime>;
  using Timestamp = Plain<arrow::TimestampBuilder, int64_t, ParsePlainTimestamp, ReadTimestamp>;
  switch (LayoutOf(type)) {
    case Layout::kInt16:
      return visit(Int2());
    case Layout::kInt32:
      return visit(Int4());
    case Layout::kInt64:
      return Info(type.kind).size == sizeof(uint32_t) ? visit(Oid()) : visit(Int8());
    case Layout::kFloat:
      return visit(Float4());
    case Layout::kDouble:
      return visit(Float8());
    case Layout::kDate:
      return visit(Date());
    case Layout::kTime:
      return visit(Time());
    case Layout::kTimestamp:
      return visit(Timestamp());
    default:
      return decltype(visit(Int2()))();
  }
}

}  // namespace firn::columnar
