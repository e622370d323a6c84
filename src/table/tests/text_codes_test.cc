#include "table/text_codes.h"

#include <atomic>
#include <optional>
#include <random>
#include <thread>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "table/generation.h"

namespace firn::table {
namespace {

std::shared_ptr<arrow::Array> Texts(const std::vector<std::optional<std::string>>& values) {
  arrow::StringBuilder builder;
  for (const auto& value : values) {
    EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendNull()).ok());
  }
  return builder.Finish().ValueOrDie();
}

TEST(TextCodes, EveryTextIsFoundAgain) {
  std::mt19937 random(7);
  std::vector<std::optional<std::string>> values = {"", "a", "ab", "12345678", "123456789", {}};
  for (int i = 0; i < 200; ++i) {
    std::string text(random() % (TextCodes::kMostBytes + 1), ' ');
    for (auto& c : text) c = static_cast<char>('a' + random() % 2);
    values.emplace_back(std::move(text));
  }
  for (int i = 0; i < 1000; ++i) values.push_back(values[random() % values.size()]);
  const auto all = Texts(values);
  TextCodes texts;
  ASSERT_TRUE(texts.AddAll(*all));
  // Behind an offset, and up to the very end of the buffer.
  for (const int64_t from : {0, 5, 17, 900}) {
    const auto part = all->Slice(from);
    const auto encoded = texts.Encode(*part);
    ASSERT_TRUE(encoded.has_value());
    const auto& codes = static_cast<const arrow::Int16Array&>(**encoded);
    ASSERT_TRUE(codes.ValidateFull().ok());
    ASSERT_EQ(codes.length(), part->length());
    for (int64_t row = 0; row < codes.length(); ++row) {
      const auto& value = values[static_cast<size_t>(from + row)];
      ASSERT_EQ(codes.IsNull(row), !value);
      if (value) {
        ASSERT_EQ(texts.texts()[static_cast<size_t>(codes.Value(row) - 1)], *value);
      }
    }
  }
  EXPECT_FALSE(texts.Encode(*Texts({"never seen"})).has_value());
}

TEST(TextCodes, TooManyOrTooLongOnesAreRefused) {
  TextCodes texts;
  for (size_t i = 0; i < TextCodes::kMost; ++i) ASSERT_TRUE(texts.Add(std::to_string(i)));
  EXPECT_TRUE(texts.Add("17"));
  EXPECT_FALSE(texts.Add("one more"));
  TextCodes few;
  EXPECT_TRUE(few.Add(std::string(TextCodes::kMostBytes, 'x')));
  EXPECT_FALSE(few.Add(std::string(TextCodes::kMostBytes + 1, 'x')));
  EXPECT_EQ(few.texts().size(), 1U);
}

TEST(TextCodes, AGenerationReadsEachRowOnce) {
  const auto schema = arrow::schema({arrow::field("x", arrow::utf8())});
  Generation rows(schema);
  Lsn next(1);
  const auto append = [&](const std::vector<std::optional<std::string>>& values) {
    rows.Append(
        arrow::RecordBatch::Make(schema, static_cast<int64_t>(values.size()), {Texts(values)}),
        next, 0);
    next = next + static_cast<int64_t>(values.size());
  };
  const auto known = [&](Lsn visible, int64_t rows_left) {
    TextCodes all;
    const bool few = rows.AddTexts(visible, 0, &all, &rows_left);
    return std::pair(few ? all.texts() : std::vector<std::string>{"?"}, rows_left);
  };
  append({"b", "a", {}});
  append(std::vector<std::optional<std::string>>(kBulkRows, "bulk"));
  EXPECT_EQ(known(Lsn(2), 1025).second, -1);
  EXPECT_EQ(known(Lsn(2), 2), (std::pair{std::vector<std::string>{"bulk", "b", "a"}, 0L}));
  EXPECT_EQ(known(Lsn(2), 0).first.size(), 3U);
  append({"c", "b"});
  EXPECT_EQ(known(Lsn(2), 0).first.size(), 3U);
  EXPECT_EQ(known(Lsn(UINT64_MAX), 2).second, -1);
  EXPECT_EQ(known(Lsn(UINT64_MAX), 3),
            (std::pair{std::vector<std::string>{"bulk", "b", "a", "c"}, 0L}));
  std::vector<std::optional<std::string>> many;
  for (int i = 0; i < 300; ++i) many.push_back(std::to_string(i));
  append(many);
  EXPECT_EQ(known(Lsn(UINT64_MAX), 1000), (std::pair{std::vector<std::string>{"?"}, 700L}));
  EXPECT_EQ(known(Lsn(UINT64_MAX), 1000), (std::pair{std::vector<std::string>{"?"}, 1000L}));
}

// Of one row each, in an open batch.
TEST(TextCodes, ReadersAskWhileOneWrites) {
  constexpr int64_t kRows = 4000;
  const auto schema = arrow::schema({arrow::field("x", arrow::utf8())});
  Generation rows(schema);
  std::atomic<uint64_t> written{0};
  const auto read = [&] {
    for (uint64_t seen = 0; seen < kRows;) {
      seen = written.load();
      TextCodes texts;
      int64_t rows_left = INT64_MAX;
      if (!rows.AddTexts(Lsn(seen), 0, &texts, &rows_left)) continue;  // the other one reads
      for (const auto& batch : rows.Read(Lsn(seen), nullptr, false)) {
        ASSERT_TRUE(texts.Encode(*batch->column(0)).has_value());
      }
    }
  };
  std::thread first(read);
  std::thread second(read);
  for (int64_t i = 0; i < kRows; ++i) {
    rows.Append(arrow::RecordBatch::Make(schema, 1, {Texts({std::to_string(i % 200)})}),
                Lsn(static_cast<uint64_t>(i + 1)), 0);
    written.store(static_cast<uint64_t>(i + 1));
  }
  first.join();
  second.join();
}

}  // namespace
}  // namespace firn::table
