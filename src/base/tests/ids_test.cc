#include "base/ids.h"

#include <type_traits>

#include <gtest/gtest.h>

#include "base/crc32c.h"

namespace firn {
namespace {

static_assert(!std::is_convertible_v<uint64_t, Lsn>);
static_assert(!std::is_convertible_v<Lsn, uint64_t>);
static_assert(!std::is_constructible_v<TableId, LogId>);
static_assert(!std::is_assignable_v<SnapshotId&, FieldId>);

TEST(Uuid, V7SortsInTheOrderMade) {
  Uuid last = NewUuidV7();
  for (int i = 0; i < 10'000; ++i) {
    const Uuid next = NewUuidV7();
    ASSERT_LT(last, next);
    EXPECT_EQ(next.bytes[6] >> 4, 7);
    EXPECT_EQ(next.bytes[8] >> 6, 2);
    last = next;
  }
}

TEST(Uuid, ReadsEverySpellingThatPostgresReads) {
  const auto plain = ParseUuid("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->ToString(), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
  EXPECT_EQ(plain->ShortId(), "bd380a11");
  for (const char* text :
       {"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
        "a0eebc999c0b4ef8bb6d6bb9bd380a11", "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11",
        "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}"}) {
    EXPECT_EQ(ParseUuid(text).value(), *plain) << text;
  }
  for (const char* text : {"", "a0eebc99", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g",
                           "a0eebc99--9c0b-4ef8-bb6d-6bb9bd380a11", "{a0eebc99",
                           "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11-"}) {
    EXPECT_FALSE(ParseUuid(text)) << text;
  }
}

TEST(Crc32c, MatchesThePublishedCheckValue) {
  EXPECT_EQ(Crc32c("123456789", 9), 0xe3069283u);
  EXPECT_EQ(Crc32c("6789", 4, Crc32c("12345", 5)), 0xe3069283u);
  EXPECT_EQ(Crc32c("", 0), 0u);
}

}  // namespace
}  // namespace firn
