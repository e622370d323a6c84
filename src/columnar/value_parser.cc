#include "columnar/value_parser.h"

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_decimal.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/util/decimal.h>

#include "columnar/plain_forms_internal.h"
#include "columnar/text_forms_internal.h"
#include "columnar/value_parser_internal.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

// `read(bytes, value)` is how a value is read.
template <typename Value, typename Builder, typename Read>
Status AppendEach(Builder& builder, std::span<const std::string_view> values, size_t* taken,
                  Read read) {
  *taken = 0;
  FIRN_RETURN_IF_ERROR(FromArrow(builder.Reserve(static_cast<int64_t>(values.size()))));
  for (const auto bytes : values) {
    if (bytes.data() == nullptr) {
      builder.UnsafeAppendNull();
    } else {
      Value value{};
      FIRN_RETURN_IF_ERROR(read(bytes, &value));
      builder.UnsafeAppend(value);
    }
    ++*taken;
  }
  return {};
}

template <typename Form>
class PlainParser final : public ParserInto<typename Form::Builder> {
 public:
  using Value = typename Form::Value;
  using ParserInto<typename Form::Builder>::ParserInto;
  Status AppendText(std::string_view text) override {
    Value value{};
    FIRN_RETURN_IF_ERROR(Form::Read(false, text, &value));
    return FromArrow(this->builder_.Append(value));
  }
  Status AppendBinary(std::string_view bytes) override {
    Value value{};
    FIRN_RETURN_IF_ERROR(Form::Read(true, bytes, &value));
    return FromArrow(this->builder_.Append(value));
  }
  Status AppendBinaries(std::span<const std::string_view> values, size_t* taken) override {
    return AppendEach<Value>(
        this->builder_, values, taken,
        [](std::string_view bytes, Value* value) { return Form::Read(true, bytes, value); });
  }
  Status AppendTexts(std::span<const std::string_view> values, size_t* taken) override {
    return AppendEach<Value>(
        this->builder_, values, taken,
        [](std::string_view text, Value* value) { return Form::Read(false, text, value); });
  }
};

class NumericParser final : public ParserInto<arrow::Decimal128Builder> {
 public:
  NumericParser(const Type& type, arrow::ArrayBuilder* builder)
      : ParserInto(builder), type_(type) {}
  Status AppendText(std::string_view text) override {
    arrow::Decimal128 value;
    FIRN_RETURN_IF_ERROR(ReadText(text, &value));
    return FromArrow(builder_.Append(value));
  }
  Status AppendBinary(std::string_view bytes) override {
    arrow::Decimal128 value;
    FIRN_RETURN_IF_ERROR(ReadBinary(bytes, &value));
    return FromArrow(builder_.Append(value));
  }
  Status AppendTexts(std::span<const std::string_view> values, size_t* taken) override {
    return AppendEach<arrow::Decimal128>(
        builder_, values, taken,
        [this](std::string_view text, arrow::Decimal128* value) { return ReadText(text, value); });
  }
  Status AppendBinaries(std::span<const std::string_view> values, size_t* taken) override {
    return AppendEach<arrow::Decimal128>(builder_, values, taken,
                                         [this](std::string_view bytes, arrow::Decimal128* value) {
                                           return ReadBinary(bytes, value);
                                         });
  }

 private:
  static arrow::Decimal128 DecimalOf(Int128 value) {
    return {static_cast<int64_t>(value >> 64), static_cast<uint64_t>(value)};
  }
  Status ReadText(std::string_view text, arrow::Decimal128* value) const {
    Int128 read = 0;
    FIRN_RETURN_IF_ERROR(ParseNumeric(text, type_, &read));
    *value = DecimalOf(read);
    return {};
  }
  Status ReadBinary(std::string_view bytes, arrow::Decimal128* value) const {
    Int128 read = 0;
    FIRN_RETURN_IF_ERROR(ParseNumericBinary(bytes, type_, &read));
    *value = DecimalOf(read);
    return {};
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

class TimestamptzParser final : public ParserInto<arrow::TimestampBuilder> {
 public:
  TimestamptzParser(arrow::ArrayBuilder* builder, std::shared_ptr<const TimeZone> zone)
      : ParserInto(builder), zone_(std::move(zone)) {}
  Status AppendText(std::string_view text) override {
    int64_t micros = 0;
    FIRN_RETURN_IF_ERROR(ReadText(text, &micros));
    return FromArrow(builder_.Append(micros));
  }
  Status AppendBinary(std::string_view bytes) override {
    int64_t micros = 0;
    FIRN_RETURN_IF_ERROR(ReadTimestamp(bytes, &micros));
    return FromArrow(builder_.Append(micros));
  }
  Status AppendBinaries(std::span<const std::string_view> values, size_t* taken) override {
    return AppendEach<int64_t>(builder_, values, taken, ReadTimestamp);
  }
  Status AppendTexts(std::span<const std::string_view> values, size_t* taken) override {
    return AppendEach<int64_t>(
        builder_, values, taken,
        [this](std::string_view text, int64_t* micros) { return ReadText(text, micros); });
  }

 private:
  Status ReadText(std::string_view text, int64_t* micros) const {
    return ParseTimestamp(text, true, zone_.get(), micros);
  }
  const std::shared_ptr<const TimeZone> zone_;
};

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

Status ValueParser::AppendTexts(std::span<const std::string_view> values, size_t* taken) {
  for (*taken = 0; *taken < values.size(); ++*taken) {
    const auto text = values[*taken];
    FIRN_RETURN_IF_ERROR(text.data() == nullptr ? AppendNull() : AppendText(text));
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

}  // namespace firn::columnar
