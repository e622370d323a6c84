#include "columnar/value_writer.h"

#include <cmath>
#include <limits>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "columnar/calendar.h"

namespace firn::columnar {
namespace {

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) hex += fmt::format("{:02x}", static_cast<uint8_t>(byte));
  return hex;
}

template <typename Builder, typename Value>
std::shared_ptr<arrow::Array> One(const Type& type, const Value& value) {
  auto builder = arrow::MakeBuilder(ArrowType(type)).ValueOrDie();
  EXPECT_TRUE(static_cast<Builder&>(*builder).Append(value).ok());
  return builder->Finish().ValueOrDie();
}

template <typename Builder, typename Value>
std::string Text(const Type& type, const Value& value) {
  std::string out;
  ValueWriter::MakeText(type, *One<Builder>(type, value))->Append(0, out);
  return out;
}
template <typename Builder, typename Value>
std::string Binary(const Type& type, const Value& value) {
  std::string out;
  ValueWriter::MakeBinary(type, *One<Builder>(type, value))->Append(0, out);
  return Hex(out);
}

std::string Float8(double value) {
  return Text<arrow::DoubleBuilder>({TypeKind::kFloat8}, value);
}
std::string Float4(float value) {
  return Text<arrow::FloatBuilder>({TypeKind::kFloat4}, value);
}
arrow::Decimal128 Decimal(std::string_view digits) {
  return arrow::Decimal128::FromString(digits).ValueOrDie();
}

TEST(ValueWriter, FloatsAreShortestInPostgresSpelling) {
  EXPECT_EQ(Float8(0.1), "0.1");
  EXPECT_EQ(Float8(-0.0), "-0");
  EXPECT_EQ(Float8(1e15), "1e+15");
  EXPECT_EQ(Float8(123456789012345), "123456789012345");
  EXPECT_EQ(Float8(1e20), "1e+20");
  EXPECT_EQ(Float8(0.0001), "0.0001");
  EXPECT_EQ(Float8(0.00001), "1e-05");
  EXPECT_EQ(Float8(1.7976931348623157e308), "1.7976931348623157e+308");
  EXPECT_EQ(Float8(5e-324), "5e-324");
  EXPECT_EQ(Float8(-INFINITY), "-Infinity");
  EXPECT_EQ(Float8(NAN), "NaN");
  EXPECT_EQ(Float4(1e-7F), "1e-07");
  EXPECT_EQ(Float4(123456), "123456");
  EXPECT_EQ(Float4(1234567), "1.234567e+06");
  EXPECT_EQ(Float8(9007199254740992.0), "9.007199254740992e+15");
}

TEST(ValueWriter, NumbersHaveAllDigitsOfTheirScale) {
  const auto text = [](Type type, std::string_view digits) {
    return Text<arrow::Decimal128Builder>(type, Decimal(digits));
  };
  EXPECT_EQ(text(Numeric(12, 2), "-5"), "-0.05");
  EXPECT_EQ(text(Numeric(12, 2), "0"), "0.00");
  EXPECT_EQ(text(Numeric(38, 38), "1"), "0." + std::string(37, '0') + "1");
  EXPECT_EQ(text(Numeric(38, 0), std::string(38, '9')), std::string(38, '9'));
  EXPECT_EQ(text(Numeric(38, 19), "-" + std::string(38, '9')),
            "-" + std::string(19, '9') + "." + std::string(19, '9'));
}

TEST(ValueWriter, NumericBinaryIsBaseTenThousand) {
  const auto binary = [](Type type, std::string_view digits) {
    return Binary<arrow::Decimal128Builder>(type, Decimal(digits));
  };
  EXPECT_EQ(binary(Numeric(12, 2), "0"), "0000000000000002");
  EXPECT_EQ(binary(Numeric(12, 2), "-1234567"), "0003000140000002000109291a2c");
  EXPECT_EQ(binary(Numeric(10, 0), "10000"), "00010001000000000001");
  EXPECT_EQ(binary(Numeric(10, 5), "1"),
            "0001fffe00000005"
            "03e8");
}

TEST(ValueWriter, DatesReachFromBcToInfinity) {
  const auto text = [](int32_t days) {
    return Text<arrow::Date32Builder>({TypeKind::kDate}, days);
  };
  EXPECT_EQ(text(0), "1970-01-01");
  EXPECT_EQ(text(-719163), "0001-12-31 BC");
  EXPECT_EQ(text(DaysFromCivil({-4712, 1, 1})), "4713-01-01 BC");
  EXPECT_EQ(text(DaysFromCivil({12345, 2, 28})), "12345-02-28");
  EXPECT_EQ(text(kDateInfinity), "infinity");
  EXPECT_EQ(text(kDateMinusInfinity), "-infinity");
  EXPECT_EQ(text(std::numeric_limits<int32_t>::min()), "-infinity");
  EXPECT_EQ(Binary<arrow::Date32Builder>({TypeKind::kDate}, 10957), "00000000");
  EXPECT_EQ(Binary<arrow::Date32Builder>({TypeKind::kDate}, kDateMinusInfinity), "80000000");
}

TEST(ValueWriter, FractionsOfSecondsAreTrimmed) {
  const auto text = [](TypeKind kind, int64_t micros) {
    return Text<arrow::TimestampBuilder>({kind}, micros);
  };
  EXPECT_EQ(text(TypeKind::kTimestamp, -1), "1969-12-31 23:59:59.999999");
  EXPECT_EQ(text(TypeKind::kTimestamptz, 1'500'000), "1970-01-01 00:00:01.5+00");
  EXPECT_EQ(text(TypeKind::kTimestamptz, -62'167'219'200'000'000), "0001-01-01 00:00:00+00 BC");
  EXPECT_EQ(text(TypeKind::kTimestamp, kTimestampMinusInfinity), "-infinity");
  EXPECT_EQ(Binary<arrow::TimestampBuilder>({TypeKind::kTimestamp}, kPostgresEpochMicros + 1),
            "0000000000000001");
}

TEST(ValueWriter, BytesAndWordsAndNulls) {
  EXPECT_EQ(Text<arrow::BinaryBuilder>({TypeKind::kBytea}, std::string("\0\xfeg", 3)), "\\x00fe67");
  EXPECT_EQ(Text<arrow::FixedSizeBinaryBuilder>({TypeKind::kUuid}, std::string(16, '\xab')),
            "abababab-abab-abab-abab-abababababab");
  EXPECT_EQ(Text<arrow::BooleanBuilder>({TypeKind::kBool}, true), "t");
  EXPECT_EQ(Binary<arrow::Int16Builder>({TypeKind::kInt2}, int16_t{-2}), "fffe");
  EXPECT_EQ(Binary<arrow::DoubleBuilder>({TypeKind::kFloat8}, 1.0), "3ff0000000000000");
  const auto nulls = arrow::MakeArrayOfNull(arrow::int32(), 2).ValueOrDie();
  EXPECT_TRUE(ValueWriter::MakeText({TypeKind::kInt4}, *nulls)->IsNull(1));
}

}  // namespace
}  // namespace firn::columnar
