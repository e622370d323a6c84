#include "base/result.h"

#include <set>

#include <gtest/gtest.h>

namespace firn {
namespace {

TEST(Error, EveryCodeHasAStateAStatusAndAName) {
  std::set<std::string_view> names;
  for (int i = 0; i < kErrorCodeCount; ++i) {
    const auto code = static_cast<ErrorCode>(i);
    EXPECT_EQ(DefaultSqlState(code).size(), 5u) << i;
    EXPECT_GE(DefaultHttpStatus(code), 400) << i;
    EXPECT_TRUE(names.insert(ErrorCodeName(code)).second) << i;
  }
}

Result<int> Half(int n) {
  if (n % 2 != 0) return Fail(ErrorCode::kInvalidInput, "odd number: n={}", n);
  return n / 2;
}
Result<int> Quarter(int n) {
  FIRN_TRY(const int half, Half(n));
  FIRN_TRY(const int quarter, Half(half));
  return quarter;
}

TEST(Result, TryHandsTheFirstFailureUp) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).error().message, "odd number: n=3");
}

}  // namespace
}  // namespace firn
