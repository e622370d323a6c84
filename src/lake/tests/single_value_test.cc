#include "lake/iceberg/single_value.h"

#include <gtest/gtest.h>

namespace firn::lake::iceberg {
namespace {

using std::string_literals::operator""s;

TEST(SingleValue, NumbersAreLittleEndian) {
  EXPECT_EQ(LittleEndian<int32_t>(1), "\1\0\0\0"s);
  EXPECT_EQ(LittleEndian<int64_t>(-2), "\xfe\xff\xff\xff\xff\xff\xff\xff"s);
  EXPECT_EQ(FromLittleEndian<int32_t>("\1\0\0\0"s), 1);
  EXPECT_EQ(FromLittleEndian<int32_t>("\1\0\0"s), std::nullopt);
}

TEST(SingleValue, DecimalsDropBytesThatOnlyRepeatTheSign) {
  EXPECT_EQ(MinimalTwosComplement("\0\0\0\x7f"s), "\x7f"s);
  EXPECT_EQ(MinimalTwosComplement("\0\0\0\x80"s), "\0\x80"s);
  EXPECT_EQ(MinimalTwosComplement("\xff\xff\xff\x80"s), "\x80"s);
  EXPECT_EQ(MinimalTwosComplement("\xff\xff\x7f\xff"s), "\xff\x7f\xff"s);
  EXPECT_EQ(MinimalTwosComplement("\0\0"s), "\0"s);
  EXPECT_EQ(MinimalTwosComplement("\xff\xff"s), "\xff"s);
}

TEST(SingleValue, ShortTextIsItsOwnBound) {
  EXPECT_EQ(LowerTextBound(""), "");
  EXPECT_EQ(UpperTextBound(""), "");
  EXPECT_EQ(UpperTextBound("sixteen letters!"), "sixteen letters!");
}

TEST(SingleValue, LongTextIsCutDownwardsAndUpwards) {
  EXPECT_EQ(LowerTextBound("sixteen letters! and more"), "sixteen letters!");
  EXPECT_EQ(UpperTextBound("sixteen letters! and more"), "sixteen letters\"");
}

TEST(SingleValue, TextIsCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "é";
  EXPECT_EQ(LowerTextBound(text)->size(), 32u);
  EXPECT_EQ(UpperTextBound(text)->substr(30), "ê");
}

TEST(SingleValue, AnUpperBoundStepsOverSurrogatesAndGivesUpAtTheLastCharacter) {
  const std::string fifteen(15, 'a');
  EXPECT_EQ(UpperTextBound(fifteen + "\xed\x9f\xbf" + "x"), fifteen + "\xee\x80\x80");
  EXPECT_EQ(UpperTextBound(fifteen + "\xf4\x8f\xbf\xbf" + "x"), std::string(14, 'a') + "b");
  std::string highest;
  for (int i = 0; i < 17; ++i) highest += "\xf4\x8f\xbf\xbf";
  EXPECT_EQ(UpperTextBound(highest), std::nullopt);
}

TEST(SingleValue, BrokenTextHasNoBound) {
  EXPECT_EQ(LowerTextBound("\xff"), std::nullopt);
  EXPECT_EQ(UpperTextBound("\xc3"), std::nullopt);
  EXPECT_EQ(UpperTextBound("\xe2\x82"), std::nullopt);
}

TEST(SingleValue, BinaryIsCutAtSixteenBytes) {
  EXPECT_EQ(LowerBinaryBound(std::string(20, '\xff')), std::string(16, '\xff'));
  EXPECT_EQ(UpperBinaryBound(std::string(20, '\xff')), std::nullopt);
  EXPECT_EQ(UpperBinaryBound(std::string(14, '\1') + "\xff\xff\xff"), std::string(13, '\1') + "\2");
  EXPECT_EQ(UpperBinaryBound(std::string(16, '\xff')), std::string(16, '\xff'));
}

}  // namespace
}  // namespace firn::lake::iceberg
