// Parsers of what is kept as text: one class per way of reading it.
#include <algorithm>

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_decimal.h>
#include <arrow/util/decimal.h>

#include "columnar/text_forms_internal.h"
#include "columnar/utf8.h"
#include "columnar/value_parser_internal.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

constexpr size_t kNameBytes = 63;

class TextParser : public ParserInto<arrow::StringBuilder> {
 public:
  TextParser(const Type& type, arrow::ArrayBuilder* builder)
      : ParserInto(builder), length_(type.length) {}
  Status AppendText(std::string_view text) override {
    FIRN_RETURN_IF_ERROR(CheckUtf8(text));
    FIRN_RETURN_IF_ERROR(FitVarchar(length_, &text));
    return FromArrow(builder_.Append(text));
  }
  Status AppendBinary(std::string_view bytes) override { return AppendText(bytes); }
  Status AppendBinaries(std::span<const std::string_view> values, size_t* taken) override {
    return AppendAll(values, taken, true);
  }
  Status AppendTexts(std::span<const std::string_view> values, size_t* taken) override {
    return AppendAll(values, taken, false);
  }

 private:
  Status AppendAll(std::span<const std::string_view> values, size_t* taken, bool check) {
    size_t bytes = 0;
    for (const auto text : values) bytes += text.size();
    *taken = 0;
    FIRN_RETURN_IF_ERROR(FromArrow(builder_.Reserve(static_cast<int64_t>(values.size()))));
    FIRN_RETURN_IF_ERROR(FromArrow(builder_.ReserveData(static_cast<int64_t>(bytes))));
    for (auto text : values) {
      if (text.data() == nullptr) {
        builder_.UnsafeAppendNull();
      } else {
        if (check) FIRN_RETURN_IF_ERROR(CheckUtf8(text));
        if (length_ > 0) FIRN_RETURN_IF_ERROR(FitVarchar(length_, &text));
        builder_.UnsafeAppend(text);
      }
      ++*taken;
    }
    return {};
  }

  const int32_t length_;
};

// char(n): blanks at the end are not kept, but where there is no n.
class CharParser final : public ParserInto<arrow::StringBuilder> {
 public:
  CharParser(const Type& type, arrow::ArrayBuilder* builder)
      : ParserInto(builder), length_(type.length) {}
  Status AppendText(std::string_view text) override {
    FIRN_RETURN_IF_ERROR(CheckUtf8(text));
    if (length_ > 0) text = text.substr(0, text.find_last_not_of(' ') + 1);
    if (length_ > 0 && CharactersOf(text) > length_) {
      return Fail(
          MakeError(ErrorCode::kInvalidInput, "value too long for type character({})", length_)
              .WithSqlState("22001"));
    }
    return FromArrow(builder_.Append(text));
  }
  Status AppendBinary(std::string_view bytes) override { return AppendText(bytes); }

 private:
  static int64_t CharactersOf(std::string_view text) {
    return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
  }
  const int32_t length_;
};

// A name has at most 63 bytes: what is beyond is cut, as PostgreSQL does.
class NameParser final : public ParserInto<arrow::StringBuilder> {
 public:
  using ParserInto::ParserInto;
  Status AppendText(std::string_view text) override {
    FIRN_RETURN_IF_ERROR(CheckUtf8(text));
    return FromArrow(builder_.Append(CutAtCharacter(text, kNameBytes)));
  }
  Status AppendBinary(std::string_view bytes) override {
    if (bytes.size() <= kNameBytes) return AppendText(bytes);
    return Fail(MakeError(ErrorCode::kInvalidInput, "identifier too long")
                    .WithSqlState("42622")
                    .WithDetail("Identifier must be less than 64 characters."));
  }
};

// "char": one byte, or none. A byte beyond ASCII is shown and kept as \ooo.
class InternalCharParser final : public ParserInto<arrow::StringBuilder> {
 public:
  using ParserInto::ParserInto;
  Status AppendText(std::string_view text) override {
    FIRN_RETURN_IF_ERROR(CheckUtf8(text));
    const auto octal = [&text](size_t at) { return text[at] >= '0' && text[at] <= '7'; };
    if (text.size() == 4 && text[0] == '\\' && octal(1) && octal(2) && octal(3)) {
      return AppendByte(
          static_cast<uint8_t>((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0')));
    }
    return AppendByte(text.empty() ? 0 : static_cast<uint8_t>(text[0]));
  }
  Status AppendBinary(std::string_view bytes) override {
    if (bytes.size() != 1) return WrongLength(bytes.size(), 1);
    return AppendByte(static_cast<uint8_t>(bytes[0]));
  }

 private:
  Status AppendByte(uint8_t byte) {
    if (byte == 0) return FromArrow(builder_.Append(""));
    const char c = static_cast<char>(byte);
    if (byte < 0x80) return FromArrow(builder_.Append(std::string_view(&c, 1)));
    return FromArrow(builder_.Append(fmt::format("\\{:03o}", byte)));
  }
};

// What has one canonical text.
template <Status (*kText)(std::string_view, std::string*),
          Status (*kBinary)(std::string_view, std::string*)>
class CanonicalParser final : public ParserInto<arrow::StringBuilder> {
 public:
  using ParserInto::ParserInto;
  Status AppendText(std::string_view text) override {
    FIRN_RETURN_IF_ERROR(kText(text, &canonical_));
    return FromArrow(builder_.Append(canonical_));
  }
  Status AppendBinary(std::string_view bytes) override {
    FIRN_RETURN_IF_ERROR(kBinary(bytes, &canonical_));
    return FromArrow(builder_.Append(canonical_));
  }

 private:
  std::string canonical_;  // kept for its memory
};

Status JsonAsItIs(std::string_view text, std::string* out) {
  FIRN_RETURN_IF_ERROR(CheckJson(text));
  *out = text;
  return {};
}
Status JsonbFromBinary(std::string_view bytes, std::string* out) {
  if (bytes.empty()) return WrongLength(0, 1);
  const int version = static_cast<uint8_t>(bytes[0]);
  if (version == 1) return JsonbText(bytes.substr(1), out);
  return Fail(MakeError(ErrorCode::kInvalidInput, "unsupported jsonb version number {}", version)
                  .WithSqlState("XX000"));
}
Status StoredInterval(std::string_view text, std::string* out) {
  Interval interval;
  FIRN_RETURN_IF_ERROR(ParseInterval(text, &interval));
  out->clear();
  AppendStoredInterval(interval, *out);
  return {};
}
Status StoredIntervalFromBinary(std::string_view bytes, std::string* out) {
  Interval interval;
  FIRN_RETURN_IF_ERROR(ReadInterval(bytes, &interval));
  out->clear();
  AppendStoredInterval(interval, *out);
  return {};
}
template <bool kCidr>
Status Network(std::string_view text, std::string* out) {
  return NetworkText(text, kCidr, out);
}
template <bool kCidr>
Status NetworkFromBinary(std::string_view bytes, std::string* out) {
  return NetworkTextFromBinary(bytes, kCidr, out);
}

// A numeric without precision, into the decimal that a table keeps of it. Digits that the table
// has no room for are refused: rounding them would change the value that a query sees.
class BareNumericParser final : public ParserInto<arrow::Decimal128Builder> {
 public:
  BareNumericParser(const Type& type, arrow::ArrayBuilder* builder)
      : ParserInto(builder), stored_(Stored(type)) {}
  Status AppendText(std::string_view text) override {
    FIRN_RETURN_IF_ERROR(NumericText(text, &canonical_));
    return AppendCanonical();
  }
  Status AppendBinary(std::string_view bytes) override {
    FIRN_RETURN_IF_ERROR(NumericTextFromBinary(bytes, &canonical_));
    return AppendCanonical();
  }

 private:
  Status AppendCanonical() {
    std::string_view digits = canonical_;
    const auto point = digits.find('.');
    if (point != std::string_view::npos) {
      while (digits.ends_with('0')) digits.remove_suffix(1);
    }
    const auto behind = point == std::string_view::npos ? 0 : digits.size() - point - 1;
    const auto before = std::min(point, digits.size()) - (digits.starts_with('-') ? 1 : 0);
    const int whole = stored_.precision - stored_.scale;
    if (IsLetter(digits.back()) || behind > static_cast<size_t>(stored_.scale) ||
        before > static_cast<size_t>(whole)) {
      return Fail(MakeError(ErrorCode::kInvalidInput, "numeric field overflow")
                      .WithSqlState("22003")
                      .WithDetail(fmt::format(
                          "A column of type numeric without a precision keeps {} digits before and "
                          "{} behind the decimal point, and no NaN or infinity.",
                          whole, stored_.scale))
                      .WithHint("Declare the column numeric(p,s) with room for the value, or "
                                "double precision; or SET firn.numeric = text and make it "
                                "again: such a column keeps every digit, as text in the lake."));
    }
    Int128 value = 0;
    FIRN_RETURN_IF_ERROR(ParseNumeric(digits, stored_, &value));
    return FromArrow(builder_.Append(
        arrow::Decimal128(static_cast<int64_t>(value >> 64), static_cast<uint64_t>(value))));
  }

  Type stored_;
  std::string canonical_;
};

}  // namespace

std::unique_ptr<ValueParser> MakeTextParser(const Type& type, arrow::ArrayBuilder* builder,
                                            const TextStyle& style) {
  switch (type.kind) {
    case TypeKind::kNumeric:
      if (builder->type()->id() != arrow::Type::STRING) {
        return std::make_unique<BareNumericParser>(type, builder);
      }
      return std::make_unique<CanonicalParser<NumericText, NumericTextFromBinary>>(builder);
    case TypeKind::kChar:
      return std::make_unique<CharParser>(type, builder);
    case TypeKind::kTimetz:
      if (style.zone != nullptr) {
        return std::make_unique<CanonicalParser<ZonedTimetzText, TimetzTextFromBinary>>(builder);
      }
      return std::make_unique<CanonicalParser<TimetzText, TimetzTextFromBinary>>(builder);
    case TypeKind::kInterval:
      return std::make_unique<CanonicalParser<StoredInterval, StoredIntervalFromBinary>>(builder);
    case TypeKind::kJson:
      return std::make_unique<CanonicalParser<JsonAsItIs, JsonAsItIs>>(builder);
    case TypeKind::kJsonb:
      return std::make_unique<CanonicalParser<JsonbText, JsonbFromBinary>>(builder);
    case TypeKind::kInet:
      return std::make_unique<CanonicalParser<Network<false>, NetworkFromBinary<false>>>(builder);
    case TypeKind::kCidr:
      return std::make_unique<CanonicalParser<Network<true>, NetworkFromBinary<true>>>(builder);
    case TypeKind::kName:
      return std::make_unique<NameParser>(builder);
    case TypeKind::kInternalChar:
      return std::make_unique<InternalCharParser>(builder);
    default:
      return std::make_unique<TextParser>(type, builder);
  }
}

}  // namespace firn::columnar
