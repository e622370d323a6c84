#include "columnar/value_parser.h"

#include <array>
#include <bit>
#include <charconv>

#include <arrow/array.h>
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_decimal.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/util/decimal.h>
#include <boost/endian/conversion.hpp>

#include "columnar/calendar.h"
#include "columnar/text_forms_internal.h"
#include "columnar/utf8.h"
#include "columnar/value_parser_internal.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

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

Status ReadBool(std::string_view bytes, bool* value) {
  if (bytes.size() != 1) return WrongLength(bytes.size(), 1);
  *value = bytes[0] != 0;
  return {};
}

Status ReadDate(std::string_view bytes, int32_t* days) {
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

Status ReadTimestamp(std::string_view bytes, int64_t* micros) {
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

template <typename Builder, typename Read>
Status AppendEach(Builder& builder, std::span<const std::string_view> values, size_t* taken,
                  Read read) {
  *taken = 0;
  FIRN_RETURN_IF_ERROR(FromArrow(builder.Reserve(static_cast<int64_t>(values.size()))));
  for (const auto bytes : values) {
    if (bytes.data() == nullptr) {
      builder.UnsafeAppendNull();
    } else {
      typename Builder::value_type value{};
      FIRN_RETURN_IF_ERROR(read(bytes, &value));
      builder.UnsafeAppend(value);
    }
    ++*taken;
  }
  return {};
}

/// Fixed-width values: one function reads text, the other binary.
template <typename BuilderOf, typename ValueOf, Status (*kText)(std::string_view, ValueOf*),
          Status (*kBinary)(std::string_view, ValueOf*)>
struct Plain {
  using Builder = BuilderOf;
  using Value = ValueOf;
  static Status Read(bool binary, std::string_view bytes, Value* value) {
    return binary ? kBinary(bytes, value) : kText(bytes, value);
  }
};

template <typename Form>
class PlainParser final : public ParserInto<typename Form::Builder> {
 public:
  using Value = typename Form::Value;
  using ParserInto<typename Form::Builder>::ParserInto;
  Status AppendText(std::string_view text) override { return Append(false, text); }
  Status AppendBinary(std::string_view bytes) override { return Append(true, bytes); }
  Status AppendBinaries(std::span<const std::string_view> values, size_t* taken) override {
    return AppendEach(this->builder_, values, taken, [](std::string_view bytes, Value* value) {
      return Form::Read(true, bytes, value);
    });
  }

 private:
  Status Append(bool binary, std::string_view bytes) {
    Value value{};
    FIRN_RETURN_IF_ERROR(Form::Read(binary, bytes, &value));
    return FromArrow(this->builder_.Append(value));
  }
};

class NumericParser final : public ParserInto<arrow::Decimal128Builder> {
 public:
  NumericParser(const Type& type, arrow::ArrayBuilder* builder)
      : ParserInto(builder), type_(type) {}
  Status AppendText(std::string_view text) override {
    Int128 value = 0;
    FIRN_RETURN_IF_ERROR(ParseNumeric(text, type_, &value));
    return Append(value);
  }
  Status AppendBinary(std::string_view bytes) override {
    Int128 value = 0;
    FIRN_RETURN_IF_ERROR(ParseNumericBinary(bytes, type_, &value));
    return Append(value);
  }

 private:
  Status Append(Int128 value) {
    return FromArrow(builder_.Append(
        arrow::Decimal128(static_cast<int64_t>(value >> 64), static_cast<uint64_t>(value))));
  }
  const Type type_;
};

class ByteaParser final : public ParserInto<arrow::BinaryBuilder> {
 public:
  using ParserInto::ParserInto;
  Status AppendText(std::string_view text) override {
    FIRN_RETURN_IF_ERROR(ParseBytea(text, &bytes_));
    return FromArrow(builder_.Append(bytes_));
  }
  Status AppendBinary(std::string_view bytes) override { return FromArrow(builder_.Append(bytes)); }

 private:
  std::string bytes_;  // kept for its memory
};

class UuidParser final : public ParserInto<arrow::FixedSizeBinaryBuilder> {
 public:
  using ParserInto::ParserInto;
  Status AppendText(std::string_view text) override {
    uint8_t bytes[16];
    FIRN_RETURN_IF_ERROR(ParseUuidText(text, bytes));
    return FromArrow(builder_.Append(bytes));
  }
  Status AppendBinary(std::string_view bytes) override {
    if (bytes.size() != 16) return WrongLength(bytes.size(), 16);
    return FromArrow(builder_.Append(reinterpret_cast<const uint8_t*>(bytes.data())));
  }
};

Status ParsePlainTimestamp(std::string_view text, int64_t* micros) {
  return ParseTimestamp(text, false, nullptr, micros);
}

class TimestamptzParser final : public ParserInto<arrow::TimestampBuilder> {
 public:
  TimestamptzParser(arrow::ArrayBuilder* builder, std::shared_ptr<const TimeZone> zone)
      : ParserInto(builder), zone_(std::move(zone)) {}
  Status AppendText(std::string_view text) override {
    int64_t micros = 0;
    FIRN_RETURN_IF_ERROR(ParseTimestamp(text, true, zone_.get(), &micros));
    return FromArrow(builder_.Append(micros));
  }
  Status AppendBinary(std::string_view bytes) override {
    int64_t micros = 0;
    FIRN_RETURN_IF_ERROR(ReadTimestamp(bytes, &micros));
    return FromArrow(builder_.Append(micros));
  }
  Status AppendBinaries(std::span<const std::string_view> values, size_t* taken) override {
    return AppendEach(builder_, values, taken, ReadTimestamp);
  }

 private:
  const std::shared_ptr<const TimeZone> zone_;
};

// oidin: an unsigned number of 32 bits; a negative one is taken as its bits.
Status ParseOid(std::string_view text, int64_t* value) {
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

Status ReadOid(std::string_view bytes, int64_t* value) {
  uint32_t read = 0;
  FIRN_RETURN_IF_ERROR(ReadBigEndian(bytes, &read));
  *value = read;
  return {};
}

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

using ArrayPtr = std::shared_ptr<arrow::Array>;

template <typename T>
std::shared_ptr<arrow::Buffer> BytesOf(const T& value) {
  return arrow::Buffer::FromString(std::string(reinterpret_cast<const char*>(&value), sizeof(T)));
}

/// Without a builder, which takes four times as long for one value. Null: it needs one.
Result<ArrayPtr> ParsePlainOne(const Type& type, const std::shared_ptr<arrow::DataType>& into,
                               bool binary, std::string_view bytes) {
  auto made = VisitPlain(type, [&](auto form) -> Result<ArrayPtr> {
    typename decltype(form)::Value value{};
    FIRN_RETURN_IF_ERROR(form.Read(binary, bytes, &value));
    return arrow::MakeArray(arrow::ArrayData::Make(into, 1, {nullptr, BytesOf(value)}, 0));
  });
  if (!made || *made != nullptr) return made;
  if (type.kind != TypeKind::kText || type.array || bytes.size() > INT32_MAX) return ArrayPtr();
  FIRN_RETURN_IF_ERROR(CheckUtf8(bytes));
  const std::array<int32_t, 2> offsets = {0, static_cast<int32_t>(bytes.size())};
  return arrow::MakeArray(arrow::ArrayData::Make(
      into, 1, {nullptr, BytesOf(offsets), arrow::Buffer::FromString(std::string(bytes))}, 0));
}

}  // namespace

Failure BuilderFailed(const arrow::Status& status) {
  return Fail(MakeError(ErrorCode::kOverloaded, "cannot keep value: {}", status.message()));
}

Failure WrongLength(size_t got, size_t want) {
  if (got < want) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "insufficient data left in message")
                    .WithSqlState("08P01"));
  }
  return Fail(
      MakeError(ErrorCode::kInvalidInput, "incorrect binary data format").WithSqlState("22P03"));
}

Status ValueParser::AppendBinaries(std::span<const std::string_view> values, size_t* taken) {
  for (*taken = 0; *taken < values.size(); ++*taken) {
    const auto bytes = values[*taken];
    FIRN_RETURN_IF_ERROR(bytes.data() == nullptr ? AppendNull() : AppendBinary(bytes));
  }
  return {};
}

std::unique_ptr<ValueParser> ValueParser::Make(const Type& type, arrow::ArrayBuilder* builder,
                                               const TextStyle& style) {
  FIRN_CHECK(builder->type()->Equals(*ArrowType(type)) ||
             builder->type()->Equals(*ArrowType(Stored(type))));
  auto plain = VisitPlain(type, [&](auto form) -> std::unique_ptr<ValueParser> {
    return std::make_unique<PlainParser<decltype(form)>>(builder);
  });
  if (plain != nullptr) return plain;
  switch (LayoutOf(type)) {
    case Layout::kBool:
      return std::make_unique<PlainParser<Plain<arrow::BooleanBuilder, bool, ParseBool, ReadBool>>>(
          builder);
    case Layout::kDecimal:
      return std::make_unique<NumericParser>(type, builder);
    case Layout::kUtf8:
      return MakeTextParser(type, builder, style);
    case Layout::kBinary:
      return std::make_unique<ByteaParser>(builder);
    case Layout::kTimestamptz:
      return std::make_unique<TimestamptzParser>(builder, style.zone);
    case Layout::kUuid:
      return std::make_unique<UuidParser>(builder);
    case Layout::kList:
      return MakeListParser(type, builder, style);
    default:
      return nullptr;
  }
}

Result<std::shared_ptr<arrow::Array>> ParseOne(const Type& type,
                                               const std::shared_ptr<arrow::DataType>& into,
                                               bool binary, std::optional<std::string_view> bytes,
                                               const TextStyle& style) {
  if (bytes) {
    FIRN_TRY(auto one, ParsePlainOne(type, into, binary, *bytes));
    if (one != nullptr) return one;
  }
  auto builder = arrow::MakeBuilder(into);
  if (!builder.ok()) return BuilderFailed(builder.status());
  const auto parser = ValueParser::Make(type, builder->get(), style);
  if (!bytes) {
    FIRN_RETURN_IF_ERROR(parser->AppendNull());
  } else {
    FIRN_RETURN_IF_ERROR(binary ? parser->AppendBinary(*bytes) : parser->AppendText(*bytes));
  }
  ArrayPtr array;
  FIRN_RETURN_IF_ERROR(FromArrow((*builder)->Finish(&array)));
  return array;
}

}  // namespace firn::columnar
