#include "table/text_codes.h"

#include <optional>
#include <random>

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firn::table {
namespace {

using testing::ElementsAre;

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

TEST(TextValues, RowsAreReadOnce) {
  TextValues values;
  const auto rows = Texts({"b", "a", {}, "b"});
  TextCodes all;
  int64_t left = 3;
  EXPECT_FALSE(values.AddTo(&all, 4, *rows, &left));
  EXPECT_LT(left, 0);
  EXPECT_TRUE(values.AddTo(&all, 4, *rows->Slice(0, 2)));
  left = 4;  // two more rows, two texts
  EXPECT_TRUE(values.AddTo(&all, 4, *rows, &left));
  EXPECT_EQ(left, 0);
  left = 2;
  EXPECT_TRUE(values.AddTo(&all, 4, *rows, &left));
  EXPECT_THAT(all.texts(), ElementsAre("b", "a"));
}

TEST(TextValues, WhatHasManyIsNotReadAgain) {
  std::vector<std::optional<std::string>> many;
  for (int i = 0; i < 1000; ++i) many.push_back(std::to_string(i));
  TextValues values;
  TextCodes all;
  EXPECT_FALSE(values.AddTo(&all, 0, *Texts(many)));
  int64_t left = 0;
  EXPECT_FALSE(values.AddTo(&all, 0, *Texts(many), &left));
  EXPECT_EQ(left, 0);
}

}  // namespace
}  // namespace firn::table
