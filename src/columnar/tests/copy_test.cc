#include <array>
#include <random>

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "columnar/copy_reader.h"
#include "columnar/copy_writer.h"

namespace firn::columnar {
namespace {

std::vector<Column> Columns() {
  return {{FieldId(1), "id", {TypeKind::kInt4}, true, ""},
          {FieldId(2), "name", {TypeKind::kText}, false, ""}};
}
std::unique_ptr<CopyReader> Reader(CopyOptions options) {
  return CopyReader::Make(std::move(options), Columns(), "t").value();
}

// All of it in chunks of one size, written again as text.
Result<std::string> Through(CopyOptions options, std::string_view data, size_t chunk) {
  const auto reader = Reader(std::move(options));
  for (size_t at = 0; at < data.size(); at += chunk) {
    FIRN_RETURN_IF_ERROR(reader->Feed(data.substr(at, chunk)));
  }
  FIRN_RETURN_IF_ERROR(reader->Finish());
  FIRN_TRY(const auto batch, reader->Take());
  const auto writer =
      CopyWriter::Make({}, {{"id", {TypeKind::kInt4}}, {"name", {TypeKind::kText}}}).value();
  std::string out;
  writer.AppendRows(*batch, 0, batch->num_rows(), out);
  return out;
}

Error Refused(CopyOptions options, std::string_view data) {
  auto result = Through(std::move(options), data, data.size());
  EXPECT_FALSE(result.has_value()) << *result;
  return result ? Error{} : result.error();
}

TEST(Copy, ChunkBoundariesDoNotMatter) {
  const std::string_view data =
      "1,\"a \"\"b\"\"\r\nc\"\r\n2,\r\n3,\"\"\r\n4,é\r\n\\.\r\n5,never\r\n";
  const std::string_view want = "1\ta \"b\"\\r\\nc\n2\t\\N\n3\t\n4\té\n";
  for (size_t chunk = 1; chunk <= data.size(); ++chunk) {
    EXPECT_EQ(Through(CopyOptions::Csv(), data, chunk).value(), want) << chunk;
  }
}

// Some rows of "id,name"; `odd` is how likely, in thousandths, a field or line end is not plain.
std::string RandomFile(std::mt19937& random, char delimiter, uint32_t odd) {
  const std::vector<std::string> odd_names = {"",
                                              "\\N",
                                              "\\N ",
                                              "\\.",
                                              "a\\tb",
                                              "\"q\"",
                                              "\"a\nb\"",
                                              "\"",
                                              "é",
                                              "\xff",
                                              "\r",
                                              "a\\",
                                              "NULL",
                                              std::string(1, '\0'),
                                              std::string(1, delimiter),
                                              std::string("\"a") + delimiter + '"'};
  const std::vector<std::string> odd_ids = {"x", "", "99999999999", "\\N", "\"7\"", "+8 "};
  const auto below = [&](size_t n) { return random() % n; };
  const auto is_odd = [&] { return below(1000) < odd; };
  std::string file;
  for (size_t rows = below(700); rows > 0; --rows) {
    file += is_odd() ? odd_ids[below(odd_ids.size())] : std::to_string(below(1 << 20));
    file += delimiter;
    const auto name = is_odd() ? odd_names[below(odd_names.size())] : std::string("wörd");
    for (size_t n = below(below(8) == 0 ? 100 : 4); n > 0; --n) file += "ab";
    file += name;
    if (!is_odd() || rows > 1) file += is_odd() ? "\r\n" : "\n";
  }
  return file;
}

// Bytes that come one by one are never cut many at a time.
TEST(Copy, FilesReadAtOnceAndByteByByteAreTheSame) {
  std::mt19937 random(20261122);
  int whole = 0;
  int refused = 0;
  for (int turn = 0; turn < 1200; ++turn) {
    const bool csv = turn % 2 == 0;
    const auto options = csv ? CopyOptions::Csv() : CopyOptions();
    const uint32_t odd = std::array<uint32_t, 4>{0, 1, 10, 200}[random() % 4];
    const auto file = RandomFile(random, csv ? ',' : '\t', odd);
    const auto want = Through(options, file, 1);
    for (const size_t chunk : {file.size() + 1, size_t{97} + random() % 5000}) {
      const auto got = Through(options, file, chunk);
      ASSERT_EQ(got.has_value(), want.has_value()) << turn;
      if (want) {
        ASSERT_EQ(*got, *want) << turn;
      } else {
        ASSERT_EQ(got.error().message, want.error().message) << turn;
        ASSERT_EQ(got.error().where, want.error().where) << turn;
        ASSERT_EQ(got.error().SqlState(), want.error().SqlState()) << turn;
      }
    }
    ++(want ? whole : refused);
  }
  EXPECT_GT(whole, 300);
  EXPECT_GT(refused, 300);
}

// As PostgreSQL reads them: a backslash escapes what follows it, and "\\." ends the data.
TEST(Copy, ANullThatIsAnEscapeIsNotOne) {
  CopyOptions options;
  options.null_text = "\\";
  EXPECT_EQ(Through(options, "7\t\\\nx\n", 64).value(), "7\t\\nx\n");
  EXPECT_EQ(Refused(options, "7\n\\\n").message, "missing data for column \"name\"");
  options.null_text = "\\.";
  EXPECT_EQ(Through(options, "1\ta\n\\.\n2\tb\n", 64).value(), "1\ta\n");
}

TEST(Copy, ManyColumnsAreReadInSmallerBlocks) {
  std::vector<Column> columns;
  for (int i = 1; i <= 1600; ++i) {
    columns.push_back({FieldId(i), fmt::format("c{}", i), {TypeKind::kInt4}, true, ""});
  }
  const auto reader = CopyReader::Make(CopyOptions::Csv(), columns, "t").value();
  constexpr int64_t kRows = 100;
  std::string file;
  for (int64_t row = 0; row < kRows; ++row) {
    for (int64_t i = 0; i < 1600; ++i)
      file += fmt::format("{}{}", i > 0 ? "," : "", row * 1600 + i);
    file += '\n';
  }
  ASSERT_TRUE(reader->Feed(file).has_value());
  const auto batch = reader->Take().value();
  ASSERT_EQ(batch->num_rows(), kRows);
  for (int i : {0, 799, 1599}) {
    const auto& column = static_cast<const arrow::Int32Array&>(*batch->column(i));
    for (int64_t row = 0; row < kRows; ++row) ASSERT_EQ(column.Value(row), row * 1600 + i);
  }
  const auto failed = reader->Feed(file.substr(0, file.find('\n')) + ",7\n");
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().where, testing::StartsWith("COPY t, line 101: "));
}

TEST(Copy, ErrorsNameLineColumnAndValue) {
  const auto error = Refused(CopyOptions::Csv(), "1,x\nabc,y\n");
  EXPECT_EQ(error.SqlState(), "22P02");
  EXPECT_EQ(error.message, "invalid input syntax for type integer: \"abc\"");
  EXPECT_EQ(error.where, "COPY t, line 2, column id: \"abc\"");
  EXPECT_EQ(Refused({}, "1\tx\n2\n").where, "COPY t, line 2: \"2\"");
  EXPECT_EQ(Refused({}, "1\tx\ty\n").message, "extra data after last expected column");
  EXPECT_EQ(Refused({}, "1\tx\n\\N\ty\n").SqlState(), "23502");
  EXPECT_EQ(Refused(CopyOptions::Csv(), "1,\"x\n").message, "unterminated CSV quoted field");
}

TEST(Copy, LongValuesAreCutBetweenCharactersInErrors) {
  const auto error = Refused({}, "x" + std::string(98, 'y') + "éz\t\n");
  EXPECT_EQ(error.where, "COPY t, line 1, column id: \"x" + std::string(98, 'y') + "...\"");
}

TEST(Copy, BatchesAreTakenWhileReading) {
  const auto reader = Reader({});
  ASSERT_TRUE(reader->Feed("1\ta\n2\tb\n3\tc").has_value());
  EXPECT_EQ(reader->pending_rows(), 2);
  EXPECT_GE(reader->pending_bytes(), 2 * (4 + 4 + 1));
  const auto first = reader->Take().value();
  EXPECT_EQ(first->num_rows(), 2);
  EXPECT_FALSE(first->schema()->field(0)->nullable());
  EXPECT_EQ(first->schema()->field(1)->metadata()->Get("PARQUET:field_id").ValueOrDie(), "2");
  ASSERT_TRUE(reader->Finish().has_value());
  EXPECT_EQ(reader->rows(), 3);
  EXPECT_EQ(reader->pending_rows(), 1);
  EXPECT_EQ(reader->Take().value()->num_rows(), 1);
  EXPECT_EQ(reader->Take().value()->num_rows(), 0);
}

TEST(Copy, NewlineStylesDoNotMix) {
  EXPECT_EQ(Refused({}, "1\ta\r\n2\tb\n").message, "literal newline found in data");
  EXPECT_EQ(Refused(CopyOptions::Csv(), "1,a\n2,b\r\n").hint,
            "Use quoted CSV field to represent carriage return.");
}

TEST(Copy, OptionsOfOtherColumnsAreRefused) {
  auto options = CopyOptions::Csv();
  options.force_null = {"nope"};
  EXPECT_EQ(CopyReader::Make(options, Columns(), "t").error().SqlState(), "42P10");
}

TEST(Copy, WriterQuotesWhatWouldReadOtherwise) {
  arrow::StringBuilder builder;
  ASSERT_TRUE(builder.AppendValues({"", "a,b", "\"", "\\.", "plain"}).ok());
  ASSERT_TRUE(builder.AppendNull().ok());
  const auto array = builder.Finish().ValueOrDie();
  const auto batch = arrow::RecordBatch::Make(arrow::schema({arrow::field("s", arrow::utf8())}),
                                              array->length(), {array});
  auto options = CopyOptions::Csv();
  options.header = true;
  const auto writer = CopyWriter::Make(options, {{"s", {TypeKind::kText}}}).value();
  std::string out;
  writer.AppendHeader(out);
  writer.AppendRows(*batch, 0, batch->num_rows(), out);
  EXPECT_EQ(out, "s\n\"\"\n\"a,b\"\n\"\"\"\"\n\"\\.\"\nplain\n\n");
}

}  // namespace
}  // namespace firn::columnar
