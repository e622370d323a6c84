#include "sql/literal_internal.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <arrow/api.h>

#include "columnar/interval.h"
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
  if (tag != TypeTag::kDate && tag != TypeTag::kTimestamp && tag != TypeTag::kTimestamptz) {
    return false;
  }
  if (text.find("infinity") != text.npos) return false;
  return text.ends_with("BC") || text.find('-') != 4;
}

std::string FarDate(const ValueType& type, const arrow::Array& data, int64_t row) {
  if (type.tag == TypeTag::kDate) {
    return fmt::format("(CAST('1970-01-01' AS DATE) + CAST({} AS INTEGER))",
                       static_cast<const arrow::Date32Array&>(data).Value(row));
  }
  return fmt::format("{}(CAST({} AS BIGINT))",
                     type.tag == TypeTag::kTimestamp ? "make_timestamp" : "make_timestamptz",
                     static_cast<const arrow::TimestampArray&>(data).Value(row));
}

std::string IntervalSql(std::string_view stored) {
  columnar::Interval interval;
  FIRN_CHECK(columnar::ReadStoredInterval(stored, &interval));
  return Interval{interval.months, interval.days, interval.micros}.EngineSql();
}

// The value in row 0 of what columnar's parser made, as the engine reads it.
std::string ValueSql(const ValueType& type, const arrow::Array& data, int64_t row);

std::string ListSql(const ValueType& type, const arrow::Array& data, int64_t row) {
  const auto& list = static_cast<const arrow::ListArray&>(data);
  auto element = type;
  element.tag = ElementOf(type.tag);
  if (type.tag == TypeTag::kInt2Vector) element.tag = TypeTag::kInt2;
  if (type.tag == TypeTag::kOidVector) element.tag = TypeTag::kOid;
  std::string items;
  for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
    items += items.empty() ? "" : ", ";
    items += list.values()->IsNull(i) ? "NULL" : ValueSql(element, *list.values(), i);
  }
  return fmt::format("CAST([{}] AS {})", items, EngineType(type));
}

std::string ValueSql(const ValueType& type, const arrow::Array& data, int64_t row) {
  const auto plain = *ToColumnar(type);
  std::string value;
  switch (LayoutOf(plain)) {
    case columnar::Layout::kList:
      return ListSql(type, data, row);
    case columnar::Layout::kBinary:
      value = EscapedBytes(static_cast<const arrow::BinaryArray&>(data).GetView(row));
      break;
    case columnar::Layout::kUtf8: {
      const auto text = static_cast<const arrow::StringArray&>(data).GetView(row);
      if (type.tag == TypeTag::kInterval) return IntervalSql(text);
      return "CAST(" + QuoteLiteral(text) + " AS VARCHAR)";
    }
    default:
      columnar::ValueWriter::MakeText(plain, data)->Append(row, value);
      if (type.tag == TypeTag::kBool) value = value == "t" ? "true" : "false";
  }
  if (IsFarDate(type.tag, value)) return FarDate(type, data, row);
  return "CAST('" + value + "' AS " + EngineType(type) + ")";
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
  if (type.tag == TypeTag::kNumeric && type.precision == 0) {
    FIRN_TRY(const auto number, Numeric::Parse(text));
    return WriteDecimal(number);
  }
  const auto plain = ToColumnar(type);
  if (!plain) return Fail(ErrorCode::kInternal, "a literal of no type");
  if (type.tag == TypeTag::kText || type.tag == TypeTag::kVarchar) {
    return EngineLiteral{"CAST(" + QuoteLiteral(text) + " AS VARCHAR)", type};
  }
  if (plain->kind >= columnar::TypeKind::kRegclass && plain->kind <= columnar::TypeKind::kRegrole &&
      text.find_first_not_of("0123456789") != text.npos) {
    return Fail(MakeError(ErrorCode::kUnsupported, "names are not supported for type {}",
                          columnar::PostgresName(*plain))
                    .WithHint("Write the oid itself."));
  }
  FIRN_TRY(const auto array, ReadValue(text, *plain, style));
  return EngineLiteral{ValueSql(type, *array, 0), type};
}

}  // namespace firn::sql
