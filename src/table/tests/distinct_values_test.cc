#include "table/distinct_values.h"

#include <limits>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

namespace firn::table {
namespace {

template <typename Type>
std::shared_ptr<arrow::Array> ArrayOf(
    const std::vector<std::optional<typename Type::c_type>>& values) {
  arrow::NumericBuilder<Type> builder;
  for (const auto& value : values) {
    EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendNull()).ok());
  }
  return builder.Finish().ValueOrDie();
}

// Random values between the two, whole and behind offsets, with NULLs and without.
template <typename Type>
void CheckBetween(typename Type::c_type least, typename Type::c_type greatest) {
  using Value = typename Type::c_type;
  std::mt19937_64 random(static_cast<uint64_t>(least) ^ static_cast<uint64_t>(greatest));
  const auto span = static_cast<uint64_t>(greatest) - static_cast<uint64_t>(least);
  const ZoneMap::Zone zone{least, greatest};
  ASSERT_TRUE(DistinctValues::Fit(zone));
  for (const int rows : {0, 1, 7, 3000}) {
    for (const bool nulls : {false, true}) {
      DistinctValues distinct(zone);
      std::set<Value> want;
      for (int part = 0; part < 3; ++part) {
        std::vector<std::optional<Value>> values(2, greatest);
        for (int i = 0; i < rows; ++i) {
          const auto value =
              static_cast<Value>(static_cast<uint64_t>(least) + random() % (span + 1));
          values.push_back(nulls && random() % 3 == 0 ? std::nullopt : std::optional(value));
          if (values.back()) want.insert(value);
        }
        distinct.Add(*ArrayOf<Type>(values)->Slice(2));
      }
      const auto told = distinct.Values(arrow::TypeTraits<Type>::type_singleton());
      ASSERT_TRUE(told.has_value());
      ASSERT_TRUE((*told)->ValidateFull().ok());
      const std::vector<std::optional<Value>> wanted(want.begin(), want.end());
      ASSERT_TRUE((*told)->Equals(*ArrayOf<Type>(wanted))) << (*told)->ToString();
    }
  }
}

TEST(DistinctValues, AreThoseOfTheColumn) {
  CheckBetween<arrow::Int16Type>(-32768, 32767);
  CheckBetween<arrow::Int32Type>(7, 7);
  CheckBetween<arrow::Int32Type>(-100, 155);
  CheckBetween<arrow::Int32Type>(std::numeric_limits<int32_t>::max() - 65535,
                                 std::numeric_limits<int32_t>::max());
  CheckBetween<arrow::Date32Type>(-5, 20'000);
  CheckBetween<arrow::Int64Type>(std::numeric_limits<int64_t>::min(),
                                 std::numeric_limits<int64_t>::min() + 65535);
  CheckBetween<arrow::Int64Type>(std::numeric_limits<int64_t>::max() - 300,
                                 std::numeric_limits<int64_t>::max());
}

TEST(DistinctValues, WideZonesAndEmptyOnesDoNotFit) {
  EXPECT_FALSE(DistinctValues::Fit({}));
  EXPECT_FALSE(DistinctValues::Fit({0, 65536}));
  EXPECT_TRUE(DistinctValues::Fit({1, 65536}));
  EXPECT_FALSE(DistinctValues::Fit(
      {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()}));
}

TEST(DistinctValues, AValueOutsideOfTheZoneIsAnError) {
  for (const int32_t value : {9, 21, std::numeric_limits<int32_t>::min()}) {
    DistinctValues distinct({10, 20});
    distinct.Add(*ArrayOf<arrow::Int32Type>({10, value, 20}));
    EXPECT_FALSE(distinct.Values(arrow::int32()).has_value()) << value;
  }
}

}  // namespace
}  // namespace firn::table
