#include "sql/parameters.h"

#include <algorithm>
#include <utility>

#include <arrow/array.h>
#include <arrow/builder.h>

#include "columnar/value_parser.h"
#include "columnar/value_writer.h"
#include "sql/decode.h"
#include "sql/value_type_internal.h"

namespace firn::sql {
namespace {

using columnar::Type;
using columnar::TypeKind;

constexpr uint32_t kUnknownOid = 705;
constexpr uint32_t kBpcharOid = 1042;
constexpr uint32_t kNameOid = 19;

Type NumericOf(int64_t integer_digits, int64_t scale) {
  scale = std::clamp<int64_t>(scale, 0, columnar::kMaxPrecision);
  const auto precision = std::clamp<int64_t>(integer_digits + scale, std::max<int64_t>(scale, 1),
                                             columnar::kMaxPrecision);
  return columnar::Numeric(static_cast<int32_t>(precision), static_cast<int32_t>(scale));
}

/// The precision and scale a numeric constant has.
Type NumericOfText(std::string_view text) {
  int64_t integers = 0;
  int64_t scale = 0;
  bool point = false;
  for (const char c : text) {
    if (c == '.') {
      point = true;
    } else if (c >= '0' && c <= '9') {
      ++(point ? scale : integers);
    } else if (c == 'e' || c == 'E') {
      return columnar::Numeric(columnar::kMaxPrecision, 10);
    }
  }
  return NumericOf(integers, scale);
}

/// The same from the header of the binary form: ndigits, weight, sign, dscale.
Type NumericOfBinary(std::string_view bytes) {
  if (bytes.size() < 8) return columnar::Numeric(columnar::kMaxPrecision, 10);
  const auto word = [&](size_t at) {
    return static_cast<int16_t>((static_cast<uint8_t>(bytes[at]) << 8) |
                                static_cast<uint8_t>(bytes[at + 1]));
  };
  return NumericOf((std::max<int64_t>(word(2), -1) + 1) * 4, word(6));
}

}  // namespace

Result<std::optional<ParameterType>> TypeOfOid(uint32_t oid) {
  if (oid == 0 || oid == kUnknownOid) return std::optional<ParameterType>();
  if (oid == kBpcharOid) return std::optional(ParameterType{.type = {.kind = TypeKind::kChar}});
  if (oid == kNameOid) return std::optional(ParameterType{.type = {.kind = TypeKind::kText}});
  const auto known = columnar::TypeFromOid(oid);
  if (!known || known->kind > TypeKind::kVoid) {
    return Fail(
        MakeError(ErrorCode::kUnsupported, "parameters of type oid {} are not supported", oid)
            .WithHint("Send the value as text without a type, or cast it."));
  }
  if (*known == Type{TypeKind::kNumeric}) {
    return std::optional(ParameterType{.type = columnar::Numeric(18, 6), .fit_to_value = true});
  }
  return std::optional(ParameterType{.type = *known});
}

Result<BoundParameter> BindParameter(const ParameterType& type, const ParameterValue& value,
                                     size_t number, const columnar::TextStyle& style) {
  BoundParameter bound{.type = type.type, .value = nullptr};
  const bool binary = value.format == Format::kBinary;
  if (type.fit_to_value && value.bytes) {
    bound.type = binary ? NumericOfBinary(*value.bytes) : NumericOfText(*value.bytes);
  }
  auto read =
      columnar::ParseOne(bound.type, columnar::ArrowType(bound.type), binary, value.bytes, style);
  if (!read) {
    auto error = std::move(read).error();
    error.where = fmt::format("unnamed portal parameter ${}", number);
    return Fail(std::move(error));
  }
  bound.value = *std::move(read);
  return bound;
}

Result<std::shared_ptr<arrow::Array>> ValueFromText(const Type& type,
                                                    const std::optional<std::string>& text,
                                                    const columnar::TextStyle& style) {
  return columnar::ParseOne(type, columnar::ArrowType(columnar::Stored(type)), false, text, style);
}

std::optional<std::string> TextOfValue(const Type& type, const arrow::Array& array, int64_t row,
                                       const columnar::TextStyle& style) {
  const auto writer = columnar::ValueWriter::MakeText(type, array, style);
  if (writer->IsNull(row)) return std::nullopt;
  std::string text;
  writer->Append(row, text);
  return text;
}

Result<std::shared_ptr<arrow::Array>> AssignTo(const columnar::Column& column,
                                               const BoundParameter& parameter,
                                               const columnar::TextStyle& style) {
  const bool same = parameter.type == column.type;
  if (same && column.type == columnar::Stored(column.type)) return parameter.value;
  auto text = TextOfValue(parameter.type, *parameter.value, 0, style);
  if (!text) return ValueFromText(column.type, std::nullopt, style);
  const auto to = FromColumnar(column.type).tag;
  const auto from = FromColumnar(parameter.type).tag;
  // A driver that sends text for everything means the column's type, as a quoted literal does.
  const bool untyped = from == TypeTag::kText || from == TypeTag::kVarchar;
  if (!CanCast(from, to, CastContext::kAssignment) && !(untyped && to > TypeTag::kUuid)) {
    return Fail(MakeError(ErrorCode::kSchemaMismatch,
                          "column \"{}\" is of type {} but expression is of type {}", column.name,
                          columnar::PostgresName(column.type),
                          columnar::PostgresName(parameter.type))
                    .WithSqlState("42804")
                    .WithHint("You will need to rewrite or cast the expression."));
  }
  if (IsNumber(to)) {
    const Cell cell{.kind = Cell::Kind::kFloat, .text = *std::move(text)};
    FIRN_TRY(text, TextForColumn(cell, column));
  }
  return ValueFromText(column.type, text, style);
}

}  // namespace firn::sql
