#include "base/crash_point.h"

#include <set>

#include <gtest/gtest.h>

namespace firn {
namespace {

TEST(CrashPoint, EveryNameIsThereOnce) {
  const std::set<std::string_view> names(kCrashPoints.begin(), kCrashPoints.end());
  EXPECT_EQ(names.size(), kCrashPoints.size());
}

TEST(CrashPoint, UnarmedNothingHappens) {
  CrashPoint("commit.synced");
}

TEST(CrashPoint, WhatIsNoPointIsRefusedWithTheList) {
  for (const auto* where : {"", "commit", "commit.synced:", "commit.synced:0", "commit.synced:-1",
                            "commit.synced:1x", "commit.synced 1"}) {
    SCOPED_TRACE(where);
    const auto armed = ArmCrashPoint(where);
    ASSERT_FALSE(armed);
    EXPECT_EQ(armed.error().code, ErrorCode::kInvalidInput);
    for (const auto* name : kCrashPoints) {
      EXPECT_NE(armed.error().hint.find(name), std::string::npos) << name;
    }
  }
  EXPECT_FALSE(crash_points_armed);
}

TEST(CrashPointDeathTest, TheNthPassOfThatPointIsTheLast) {
  const auto pass = [](int times) {
    ASSERT_TRUE(ArmCrashPoint("commit.synced:3"));
    CrashPoint("commit.written");
    for (int i = 0; i < times; ++i) CrashPoint("commit.synced");
    std::_Exit(7);
  };
  EXPECT_EXIT(pass(2), testing::ExitedWithCode(7), "");
  EXPECT_EXIT(pass(3), testing::KilledBySignal(SIGKILL), "");
}

}  // namespace
}  // namespace firn
