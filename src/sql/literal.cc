#include "sql/literal_internal.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <arrow/api.h>

#include "columnar/value_parser.h"
#include "columnar/value_writer.h"
#include "sql/ident.h"
#include "sql/interval_internal.h"
#include "sql/numeric.h"

namespace firn::sql {
namespace {

EngineLiteral WriteDecimal(const Numeric& number) {
  const int digits = std::max({DecimalDigits(number.unscaled()), number.scale(), 1});
  const bool open = !number.finite() || digits > columnar::kMaxPrecision;
  const auto type = open ? OpenNumeric() : NumericType(digits, number.scale());
  return {"CAST('" + number.ToString() + "' AS " + EngineType(type) + ")", type};
}

std::string EscapedBytes(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

// The value by columnar's parser, which reads what Postgres' input function reads.
Result<std::shared_ptr<arrow::Array>> ReadValue(std::string_view text, const columnar::Type& type,
                                                const columnar::TextStyle& style) {
  std::unique_ptr<arrow::ArrayBuilder> builder;
  const auto made =
      arrow::MakeBuilder(arrow::default_memory_pool(), columnar::ArrowType(type), &builder);
  if (!made.ok()) return Fail(ErrorCode::kInternal, "cannot make a builder: {}", made.ToString());
  FIRN_RETURN_IF_ERROR(columnar::ValueParser::Make(type, builder.get(), style)->AppendText(text));
  auto array = builder->Finish();
  if (!array.ok()) return Fail(ErrorCode::kInternal, "{}", array.status().ToString());
  return *array;
}

// Years before 1 and after 9999 are spelled differently by the engine: those go as numbers.
bool IsFarDate(TypeTag tag, std::string_view text) {
  if (Category(tag) != 'D' || text.find("infinity") != text.npos) return false;
  return text.ends_with("BC") || text.find('-') != 4;
}

EngineLiteral FarDate(const ValueType& type, const arrow::Array& data) {
  if (type.tag == TypeTag::kDate) {
    return {fmt::format("(CAST('1970-01-01' AS DATE) + CAST({} AS INTEGER))",
                        static_cast<const arrow::Date32Array&>(data).Value(0)),
            type};
  }
  return {fmt::format("{}(CAST({} AS BIGINT))",
                      type.tag == TypeTag::kTimestamp ? "make_timestamp" : "make_timestamptz",
                      static_cast<const arrow::TimestampArray&>(data).Value(0)),
          type};
}

Result<EngineLiteral> WriteInterval(std::string_view text) {
  FIRN_TRY(const auto interval, ParseInterval(text));
  return EngineLiteral{interval.EngineSql(), {.tag = TypeTag::kInterval}};
}

}  // namespace

Result<EngineLiteral> WriteNumber(std::string_view text) {
  int64_t integer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (error == std::errc{} && end == text.data() + text.size()) {
    const bool small = integer >= INT32_MIN && integer <= INT32_MAX;
    return EngineLiteral{fmt::format("CAST({} AS {})", text, small ? "INTEGER" : "BIGINT"),
                         {.tag = small ? TypeTag::kInt4 : TypeTag::kInt8}};
  }
  FIRN_TRY(const auto number, Numeric::Parse(text));
  return WriteDecimal(number);
}

Result<EngineLiteral> WriteLiteral(std::string_view text, const ValueType& type,
                                   const columnar::TextStyle& style) {
  if (type.tag == TypeTag::kInterval) return WriteInterval(text);
  if (type.tag == TypeTag::kNumeric && type.precision == 0) {
    FIRN_TRY(const auto number, Numeric::Parse(text));
    return WriteDecimal(number);
  }
  const auto plain = ToColumnar(type);
  if (!plain) return Fail(ErrorCode::kInternal, "a literal of no type");
  if (IsString(type.tag)) {
    return EngineLiteral{"CAST(" + QuoteLiteral(text) + " AS VARCHAR)", type};
  }
  FIRN_TRY(const auto array, ReadValue(text, *plain, style));
  const auto& data = *array;
  std::string value;
  switch (type.tag) {
    case TypeTag::kBytea:
      value = EscapedBytes(static_cast<const arrow::BinaryArray&>(data).GetView(0));
      break;
    default:
      columnar::ValueWriter::MakeText(*plain, data)->Append(0, value);
      if (type.tag == TypeTag::kBool) value = value == "t" ? "true" : "false";
  }
  if (IsFarDate(type.tag, value)) return FarDate(type, data);
  return EngineLiteral{"CAST('" + value + "' AS " + EngineType(type) + ")", type};
}

}  // namespace firn::sql
