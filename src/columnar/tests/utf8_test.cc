#include "columnar/utf8.h"

#include <gtest/gtest.h>

namespace firn::columnar {
namespace {

constexpr size_t kValid = std::string_view::npos;

TEST(Utf8, EveryBadByteIsFoundWhereverItStands) {
  using namespace std::string_literals;
  const std::string bad[] = {"\0"s,
                             "\x80",
                             "\xC0\x80",
                             "\xC3",
                             "\xE0\x9F\x80",
                             "\xED\xA0\x80",
                             "\xF0\x8F\x80\x80",
                             "\xF4\x90\x80\x80",
                             "\xF8\x80\x80\x80",
                             "\xE2\x82",
                             "\xFF"};
  for (size_t before = 0; before < 20; ++before) {
    for (const auto& bytes : bad) {
      const auto text = std::string(before, 'x') + bytes;
      EXPECT_EQ(FirstInvalidUtf8(text), before) << before;
      EXPECT_EQ(FirstInvalidUtf8(text + "tail of some length"), before) << before;
    }
  }
  EXPECT_EQ(FirstInvalidUtf8("plain, é, 日本, 𝄞 and so on: \x7f"), kValid);
}

TEST(Utf8, ErrorsShowTheCharactersBytes) {
  EXPECT_EQ(CheckUtf8("ab\xE2\x28\xA1z").error().message,
            "invalid byte sequence for encoding \"UTF8\": 0xe2 0x28 0xa1");
  EXPECT_EQ(CheckUtf8("\xC3").error().message, "invalid byte sequence for encoding \"UTF8\": 0xc3");
  EXPECT_EQ(CheckUtf8("\xC3").error().SqlState(), "22021");
}

TEST(Utf8, CutsFallBetweenCharacters) {
  EXPECT_EQ(BytesOfCharacters("éab", 1), 2u);
  EXPECT_EQ(BytesOfCharacters("éab", 3), kValid);
  EXPECT_EQ(CutAtCharacter("aéé", 4), "aé");
  EXPECT_EQ(CutAtCharacter("aé", 3), "aé");
}

}  // namespace
}  // namespace firn::columnar
