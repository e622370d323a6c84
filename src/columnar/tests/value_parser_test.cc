#include "columnar/value_parser.h"

#include <algorithm>
#include <random>

#include <arrow/api.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "columnar/calendar.h"
#include "columnar/value_writer.h"

namespace firn::columnar {
namespace {

using namespace std::string_view_literals;

constexpr auto kNoBytes = std::string_view();

// What PostgreSQL would print after reading it, or the SQLSTATE.
std::string Read(const Type& type, std::string_view text, bool binary = false,
                 const TextStyle& style = {}) {
  auto builder = arrow::MakeBuilder(ArrowType(type)).ValueOrDie();
  const auto parser = ValueParser::Make(type, builder.get(), style);
  const auto status = binary ? parser->AppendBinary(text) : parser->AppendText(text);
  if (!status) {
    EXPECT_EQ(builder->length(), 0);
    return std::string(status.error().SqlState());
  }
  std::string out;
  ValueWriter::MakeText(type, *builder->Finish().ValueOrDie(), style)->Append(0, out);
  return out;
}
std::string ReadBinary(const Type& type, std::string_view bytes) {
  return Read(type, bytes, true);
}

const Type kTimestamptz{TypeKind::kTimestamptz};
const Type kTimestamp{TypeKind::kTimestamp};
const Type kDate{TypeKind::kDate};

TEST(ValueParser, IntegersStopAtTheirRange) {
  EXPECT_EQ(Read({TypeKind::kInt2}, " -32768 "), "-32768");
  EXPECT_EQ(Read({TypeKind::kInt2}, "32768"), "22003");
  EXPECT_EQ(Read({TypeKind::kInt8}, "+9223372036854775807"), "9223372036854775807");
  for (const auto bad : {"", " ", "-", "+-1", "1 2", "1.0", "0x1"}) {
    EXPECT_EQ(Read({TypeKind::kInt4}, bad), "22P02") << bad;
  }
}

TEST(ValueParser, NumericsRoundHalfAwayFromZero) {
  const auto type = Numeric(5, 2);
  EXPECT_EQ(Read(type, "1.005"), "1.01");
  EXPECT_EQ(Read(type, "-1.005"), "-1.01");
  EXPECT_EQ(Read(type, "1.00499999999999999999999999"), "1.00");
  EXPECT_EQ(Read(type, "999.99"), "999.99");
  EXPECT_EQ(Read(type, "999.995"), "22003");
  EXPECT_EQ(Read(type, "12345e-3"), "12.35");
  EXPECT_EQ(Read(type, "0e999999"), "0.00");
  EXPECT_EQ(Read(type, "NaN"), "0A000");
  EXPECT_EQ(Read(type, "Infinity"), "22003");
  EXPECT_EQ(Read(type, "1e"), "22P02");
  const std::string widest(38, '9');
  EXPECT_EQ(Read(Numeric(38, 0), "-" + widest), "-" + widest);
  EXPECT_EQ(Read(Numeric(38, 0), widest + ".5"), "22003");
}

TEST(ValueParser, VarcharCountsCharactersAndForgivesSpaces) {
  EXPECT_EQ(Read(Varchar(3), "éèà"), "éèà");
  EXPECT_EQ(Read(Varchar(3), "éèà  "), "éèà");
  EXPECT_EQ(Read(Varchar(3), "éèàx"), "22001");
  EXPECT_EQ(Read(Varchar(3), "a\xff"), "22021");
  EXPECT_EQ(Read({TypeKind::kText}, std::string_view("a\0b", 3)), "22021");
}

TEST(ValueParser, TimestampsKnowZonesErasAndInfinity) {
  EXPECT_EQ(Read(kTimestamptz, "2026-11-21 10:20:30.5-08"), "2026-11-21 18:20:30.5+00");
  EXPECT_EQ(Read(kTimestamptz, "2026-11-21T10:20:30+05:30"), "2026-11-21 04:50:30+00");
  EXPECT_EQ(Read(kTimestamp, "2026-11-21T10:20:30Z"), "2026-11-21 10:20:30");
  EXPECT_EQ(Read(kTimestamptz, "Nov 21 10:20:30 PM 2026 BC"), "2026-11-21 22:20:30+00 BC");
  EXPECT_EQ(Read(kTimestamptz, "-infinity"), "-infinity");
  EXPECT_EQ(Read(kTimestamp, "epoch"), "1970-01-01 00:00:00");
  EXPECT_EQ(Read(kTimestamp, "2026-11-21 24:00:00"), "2026-11-22 00:00:00");
  EXPECT_EQ(Read(kTimestamp, "2026-11-21 25:00:00"), "22008");
  EXPECT_EQ(Read(kTimestamptz, "2026-11-21 10:00 Europe/Berlin"), "2026-11-21 09:00:00+00");
  EXPECT_EQ(Read(kTimestamptz, "2026-07-21 10:00 CET"), "2026-07-21 09:00:00+00");
  EXPECT_EQ(Read(kTimestamptz, "2026-11-21 10:00 Europe/Nowhere"), "0A000");
  EXPECT_EQ(Read(kTimestamptz, "2026-11-21 10:00+17"), "22009");
  EXPECT_EQ(Read(kTimestamp, "294247-01-10 04:00:54.775806"), "294247-01-10 04:00:54.775806");
  EXPECT_EQ(Read(kTimestamp, "294247-01-10 04:00:54.775807"), "22008");
}

TEST(ValueParser, TimestampsAreReadAndShownInTheZone) {
  const auto in = [](std::string_view zone, std::string_view text) {
    TextStyle style;
    style.zone = TimeZone::Find(zone).value();
    return Read(kTimestamptz, text, false, style);
  };
  EXPECT_EQ(in("Europe/Berlin", "2026-07-21 10:00"), "2026-07-21 10:00:00+02");
  EXPECT_EQ(in("Europe/Berlin", "2026-07-21 10:00+00"), "2026-07-21 12:00:00+02");
  EXPECT_EQ(in("Europe/Berlin", "2026-03-29 02:30"), "2026-03-29 03:30:00+02");  // skipped
  EXPECT_EQ(in("Europe/Berlin", "2026-10-25 02:30"), "2026-10-25 02:30:00+01");  // twice
  EXPECT_EQ(in("asia/kathmandu", "epoch"), "1970-01-01 05:30:00+05:30");
  EXPECT_EQ(in("Europe/Berlin", "1850-01-01"), "1850-01-01 00:00:00+00:53:28");
  EXPECT_EQ(in("-3", "2026-01-01 00:00Z"), "2025-12-31 21:00:00-03");
  EXPECT_EQ(in("Asia/Tokyo", "infinity"), "infinity");
  EXPECT_EQ(TimeZone::Find("Nowhere/Else").error().SqlState(), "22023");
  EXPECT_EQ(TimeZone::Find("../../etc/passwd").error().SqlState(), "22023");
}

TEST(ValueParser, DatesMustExist) {
  EXPECT_EQ(Read(kDate, "2024-02-29"), "2024-02-29");
  EXPECT_EQ(Read(kDate, "2023-02-29"), "22008");
  EXPECT_EQ(Read(kDate, "4714-11-24 BC"), "4714-11-24 BC");
  EXPECT_EQ(Read(kDate, "4714-11-23 BC"), "22008");
  EXPECT_EQ(Read(kDate, "today"), "0A000");
  EXPECT_EQ(Read(kDate, "soon"), "22007");
  EXPECT_EQ(Read(kDate, std::string(200, '1')), "22007");
}

TEST(ValueParser, BinaryOfTheWrongLengthIsRefused) {
  EXPECT_EQ(ReadBinary({TypeKind::kInt4}, "\0\0\0\x2a"sv), "42");
  EXPECT_EQ(ReadBinary({TypeKind::kInt4}, "\0\0\0"sv), "08P01");
  EXPECT_EQ(ReadBinary({TypeKind::kInt4}, "\0\0\0\0\0"sv), "22P03");
  EXPECT_EQ(ReadBinary({TypeKind::kUuid}, kNoBytes), "08P01");
  EXPECT_EQ(ReadBinary({TypeKind::kBool}, "\x02"), "t");
}

// Against the text of the same number, which another function reads.
TEST(ValueParser, BinaryNumericsAreWhatTheirDigitsSay) {
  const auto big = [](int value) {
    return std::string{static_cast<char>(value >> 8), static_cast<char>(value)};
  };
  std::mt19937 random(20151);
  const auto below = [&](int bound) { return static_cast<int>(random() % unsigned(bound)); };
  int read = 0;
  for (int i = 0; i < 200'000; ++i) {
    const int groups = below(7);
    const int weight = below(9) - 4;
    const int scale = below(13);
    std::string bytes;
    std::string digits;
    for (const int head : {groups, weight, below(2) * 0x4000, scale}) bytes += big(head);
    for (int group = 0; group < groups; ++group) {
      constexpr int kRound[] = {0, 10, 100, 1'000, 2'500, 3'400, 5'000, 9'990};
      const int value = below(2) == 0 ? kRound[below(8)] : below(10'000);
      bytes += big(value);
      digits += fmt::format("{:04d}", value);
    }
    // What lies behind the value's own scale does not count.
    const int whole = 4 * (weight + 1);
    digits.resize(std::min(digits.size(), static_cast<size_t>(std::max(whole + scale, 0))));
    const auto text =
        fmt::format("{}{}e{}", bytes[4] == 0 ? "" : "-", digits.empty() ? "0" : digits,
                    whole - static_cast<int>(digits.size()));
    const int precision = 1 + below(20);
    const auto type = Numeric(precision, below(precision + 1));
    const auto expected = Read(type, text);
    ASSERT_EQ(ReadBinary(type, bytes), expected) << text << " as " << PostgresName(type);
    read += expected != "22003" ? 1 : 0;
  }
  EXPECT_GT(read, 50'000);
}

// Every type: what is quick for many must give what is right for one.
TEST(ValueParser, ManyBinariesAreAsOneByOne) {
  const std::vector<std::pair<Type, std::string_view>> values = {
      {{TypeKind::kBool}, "\1"sv},
      {{TypeKind::kInt2}, "\0\x2a"sv},
      {{TypeKind::kInt4}, "\xff\0\0\x2a"sv},
      {{TypeKind::kInt8}, "\xff\0\0\0\0\0\0\x2a"sv},
      {{TypeKind::kFloat4}, "\x3f\x80\0\0"sv},
      {{TypeKind::kFloat8}, "\x3f\xf0\0\0\0\0\0\0"sv},
      {{TypeKind::kDate}, "\0\0\0\1"sv},
      {{TypeKind::kTimestamp}, "\0\0\0\0\0\0\0\1"sv},
      {{TypeKind::kTimestamptz}, "\0\0\0\0\0\0\0\1"sv},
      {{TypeKind::kUuid}, "0123456789abcdef"sv},
      {{TypeKind::kText}, "snow"sv},
      {{TypeKind::kBytea}, "\xff\0"sv}};
  for (const auto& [type, value] : values) {
    SCOPED_TRACE(static_cast<int>(type.kind));
    const auto many_builder = *arrow::MakeBuilder(ArrowType(type));
    const auto one_builder = *arrow::MakeBuilder(ArrowType(type));
    const auto many = ValueParser::Make(type, many_builder.get());
    const auto one = ValueParser::Make(type, one_builder.get());
    const std::vector<std::string_view> three = {value, {}, value};
    size_t taken = 0;
    ASSERT_TRUE(many->AppendBinaries(three, &taken));
    EXPECT_EQ(taken, 3u);
    ASSERT_TRUE(one->AppendBinary(value) && one->AppendNull() && one->AppendBinary(value));
    EXPECT_TRUE((*many_builder->Finish())->Equals(**one_builder->Finish()));
  }
}

TEST(ValueParser, ManyBinariesStopAtTheFirstRefused) {
  for (const auto& [type, good, bad] :
       {std::tuple{TypeKind::kInt4, "\0\0\0\1"sv, "\0"sv},
        std::tuple{TypeKind::kText, "snow"sv, "\xff"sv},
        std::tuple{TypeKind::kTimestamptz, "\0\0\0\0\0\0\0\1"sv, ""sv},
        std::tuple{TypeKind::kUuid, "0123456789abcdef"sv, ""sv}}) {
    const auto builder = *arrow::MakeBuilder(ArrowType({type}));
    const auto parser = ValueParser::Make({type}, builder.get());
    const std::vector<std::string_view> values = {good, {}, bad, good};
    size_t taken = 0;
    EXPECT_FALSE(parser->AppendBinaries(values, &taken));
    EXPECT_EQ(taken, 2u);
    EXPECT_EQ(builder->length(), 2);
  }
}

TEST(ValueParser, BinaryOutOfRangeIsRefused) {
  EXPECT_EQ(ReadBinary(kDate, "\x7f\xff\xff\xfe"sv), "22008");
  EXPECT_EQ(ReadBinary(kDate, "\x80\0\0\0"sv), "-infinity");
  EXPECT_EQ(ReadBinary(kTimestamp, "\x7f\xff\xff\xff\xff\xff\xff\xfe"sv), "22008");
  const auto type = Numeric(5, 2);
  EXPECT_EQ(ReadBinary(type, "\0\1\0\0\0\0\0\0\0\7"sv), "7.00");
  EXPECT_EQ(ReadBinary(type, "\0\2\0\0\0\0\0\3\0\7\0\x32"sv), "7.01");  // 7.005
  EXPECT_EQ(ReadBinary(type, "\0\2\0\0\0\0\0\2\0\7\0\x32"sv), "7.00");  // hidden by its scale
  EXPECT_EQ(ReadBinary(type, "\0\1\0\1\0\0\0\0\0\7"sv), "22003");
  EXPECT_EQ(ReadBinary(type, "\0\1\0\0\0\0\0\0\x27\x10"sv), "22P03");
  EXPECT_EQ(ReadBinary(type, "\0\1\0\0\0\1\0\0\0\7"sv), "22P03");
  EXPECT_EQ(ReadBinary(type, "\0\0\0\0\xc0\0\0\0"sv), "0A000");
  EXPECT_EQ(ReadBinary(type, "\0\1\0\0\0\0\0\0"sv), "08P01");
}

}  // namespace
}  // namespace firn::columnar
