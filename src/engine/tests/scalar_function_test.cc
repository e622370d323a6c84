#include "engine/tests/engine_fixture.h"
#include "engine/typed_function.h"

namespace firn::engine {
namespace {

class ScalarFunctionTest : public EngineTest {
 protected:
  template <typename Body>
  void Add(const std::string& name, Body body) {
    std::vector<ScalarFunction> functions;
    functions.push_back(Scalar(name, std::move(body)));
    ASSERT_TRUE(engine_->AddFunctions(std::move(functions)));
  }
};

TEST_F(ScalarFunctionTest, ALambdaIsCalledPerRowAndNullArgumentsMakeNull) {
  Add("twice", [](std::string_view text) { return std::string(text) + std::string(text); });
  EXPECT_EQ(Show("SELECT twice(x) FROM (VALUES ('ab'), (NULL), ('a longer text')) t(x)"),
            "abab\nnull\na longer texta longer text");
  EXPECT_EQ(Show("SELECT count(*) FROM range(10000) t(i) WHERE twice(i::varchar) = i || '' || i"),
            "10000");
}

TEST_F(ScalarFunctionTest, AnErrorReachesTheClientWithItsSqlState) {
  Add("checked", [](int32_t value) -> Result<int32_t> {
    if (value < 0) {
      return Fail(
          MakeError(ErrorCode::kInvalidInput, "too small: {}", value).WithSqlState("22023"));
    }
    return value;
  });
  EXPECT_EQ(Show("SELECT checked(3)"), "3");
  EXPECT_EQ(Show("SELECT checked(i::int) FROM range(-1, 5) t(i)"), "22023 too small: -1");
}

TEST_F(ScalarFunctionTest, OptionalTakesAndGivesNull) {
  Add("flip", [](std::optional<int64_t> value) -> std::optional<int64_t> {
    if (value) return std::nullopt;
    return 7;
  });
  EXPECT_EQ(Show("SELECT flip(x) FROM (VALUES (1::bigint), (NULL)) t(x)"), "null\n7");
}

TEST_F(ScalarFunctionTest, AnyValueTellsTheScaleOfADecimal) {
  Add("told", [](AnyValue any) {
    return fmt::format("{}:{}", static_cast<int64_t>(any.column->IntegerAt(any.row)),
                       any.column->scale());
  });
  EXPECT_EQ(Show("SELECT told(1.50), told(12345678901.5), told(5), told(7::smallint)"),
            "150:2|123456789015:1|5:0|7:0");
  EXPECT_EQ(Show("SELECT told(NULL)"), "null");
}

TEST_F(ScalarFunctionTest, ListsGoInAndOutWithTheirNulls) {
  Add("reversed", [](List<std::string_view> list) {
    std::vector<std::optional<std::string>> out;
    for (size_t i = list.size(); i-- > 0;) {
      out.push_back(list.IsNull(i) ? std::nullopt : std::optional(std::string(list[i])));
    }
    return out;
  });
  EXPECT_EQ(Show("SELECT reversed(['a', NULL, 'c'])::varchar, reversed([])::varchar"),
            "[c, NULL, a]|[]");
  EXPECT_EQ(Show("SELECT sum(len(reversed([i::varchar, NULL, 'some longer text']))) FROM "
                 "range(5000) t(i)"),
            "15000");
  EXPECT_EQ(Show("SELECT unnest(reversed(['x', NULL]))"), "null\nx");
}

TEST_F(ScalarFunctionTest, TimesAndIntervalsKeepTheirParts) {
  Add("later", [](Timestamp at, Interval by) { return Timestamp{at.micros + by.micros}; });
  Add("months", [](Interval by) { return by.months * 100 + by.days; });
  EXPECT_EQ(Show("SELECT later(TIMESTAMP '2020-01-01', INTERVAL '1' HOUR)::varchar"),
            "2020-01-01 01:00:00");
  EXPECT_EQ(Show("SELECT months(INTERVAL '2 months 5 days')"), "205");
}

}  // namespace
}  // namespace firn::engine
