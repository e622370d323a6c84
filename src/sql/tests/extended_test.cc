#include "sql/tests/session_fixture.h"

namespace firn::sql {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

class ExtendedTest : public SessionTest {
 protected:
  ExtendedTest() { EXPECT_EQ(Run("CREATE TABLE t (a bigint, b text)"), ""); }

  std::string Parse(const std::string& name, const std::string& sql,
                    std::vector<uint32_t> oids = {}) {
    return Remember(Wait(session_->Parse(name, sql, std::move(oids))));
  }
  std::string Bind(const std::string& portal, const std::string& name,
                   std::vector<ParameterValue> values = {}) {
    return Remember(Wait(session_->Bind(portal, name, std::move(values))));
  }
  std::string Execute(const std::string& portal, int32_t max_rows = 0) {
    out_ = RecordingOutput();
    return Remember(Wait(session_->Execute(portal, max_rows, out_)));
  }
  std::string Sync(bool failed = false) { return Remember(Wait(session_->Sync(failed))); }
  static ParameterValue Text(std::string bytes) { return {Format::kText, std::move(bytes)}; }
  static ParameterValue Binary(std::string bytes) { return {Format::kBinary, std::move(bytes)}; }
};

constexpr uint32_t kInt2 = 21, kInt8 = 20, kText = 25;

TEST_F(ExtendedTest, UntypedParametersAreOfTheColumnsTypes) {
  EXPECT_EQ(Parse("", "INSERT INTO t VALUES ($1, $2)"), "");
  const auto described = Wait(session_->DescribeStatement(""));
  ASSERT_TRUE(described);
  EXPECT_THAT(described->parameter_oids, ElementsAre(kInt8, kText));
  EXPECT_FALSE(described->fields);
  EXPECT_EQ(Bind("", "", {Text("12"), Text("x")}), "");
  EXPECT_EQ(Execute(""), "");
  EXPECT_THAT(out_.tags, ElementsAre("INSERT 0 1"));
  EXPECT_EQ(Sync(), "");
  EXPECT_EQ(Rows("SELECT * FROM t"), "12|x");
}

TEST_F(ExtendedTest, ADeclaredTypeIsConvertedToTheColumns) {
  EXPECT_EQ(Parse("s", "INSERT INTO t VALUES ($1, $2)", {kInt2, 0}), "");
  EXPECT_EQ(Bind("", "s", {Binary(std::string("\x01\x02", 2)), {}}), "");
  EXPECT_EQ(Execute(""), "");
  EXPECT_EQ(Sync(), "");
  EXPECT_EQ(Rows("SELECT * FROM t"), "258|null");
}

TEST_F(ExtendedTest, TheTransactionEndsWithSync) {
  auto other = NewSession();
  EXPECT_EQ(Parse("s", "INSERT INTO t VALUES ($1, 'x')"), "");
  for (const char* value : {"1", "2"}) {
    EXPECT_EQ(Bind("", "s", {Text(value)}), "");
    EXPECT_EQ(Execute(""), "");
  }
  EXPECT_EQ(Rows(*other, "SELECT count(*) FROM t"), "0");
  EXPECT_EQ(Sync(), "");
  EXPECT_EQ(Rows(*other, "SELECT count(*) FROM t"), "2");
  EXPECT_EQ(Bind("", "s", {Text("3")}), "");
  EXPECT_EQ(Execute(""), "");
  EXPECT_THAT(Bind("", "s", {Text("no number")}), StartsWith("22P02"));
  EXPECT_EQ(Sync(true), "");
  EXPECT_EQ(Rows(*other, "SELECT count(*) FROM t"), "2");
}

TEST_F(ExtendedTest, APortalGivesRowsInPortions) {
  EXPECT_EQ(Run("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')"), "");
  EXPECT_EQ(Parse("", "SELECT * FROM t"), "");
  EXPECT_EQ(Bind("p", ""), "");
  EXPECT_EQ(Execute("p", 2), "");
  EXPECT_EQ(out_.rows.size(), 2U);
  EXPECT_EQ(out_.suspended, 1);
  EXPECT_EQ(Execute("p", 2), "");
  EXPECT_EQ(out_.rows.size(), 1U);
  EXPECT_THAT(out_.tags, ElementsAre("SELECT 1"));
  EXPECT_EQ(Sync(), "");
  EXPECT_THAT(Execute("p"), StartsWith("34000"));
}

TEST_F(ExtendedTest, NamesAreCheckedAndTakenOnce) {
  EXPECT_EQ(Parse("s", "SELECT * FROM t"), "");
  EXPECT_THAT(Parse("s", "SELECT * FROM t"), StartsWith("42P05"));
  EXPECT_THAT(Bind("", "missing"), StartsWith("26000"));
  EXPECT_THAT(Execute("missing"), StartsWith("34000"));
  EXPECT_THAT(Bind("", "s", {Text("1")}), StartsWith("08P01"));
  EXPECT_THAT(Parse("", "SELECT * FROM nowhere"), StartsWith("42P01"));
  EXPECT_EQ(Sync(true), "");
  EXPECT_EQ(Tag("DEALLOCATE s"), "DEALLOCATE");
  EXPECT_THAT(Run("DEALLOCATE s"), StartsWith("26000"));
}

TEST_F(ExtendedTest, AStatementOutlivesItsTable) {
  EXPECT_EQ(Parse("s", "SELECT * FROM t"), "");
  EXPECT_EQ(Sync(), "");
  EXPECT_EQ(Run("DROP TABLE t; CREATE TABLE t (a bigint, b text)"), "");
  EXPECT_EQ(Bind("", "s"), "");
  EXPECT_EQ(Execute(""), "");
  EXPECT_EQ(Sync(), "");
}

TEST_F(ExtendedTest, AnErrorFailsTheBlock) {
  EXPECT_EQ(Run("BEGIN"), "");
  EXPECT_THAT(Parse("", "SELECT * FROM nowhere"), StartsWith("42P01"));
  EXPECT_EQ(Sync(true), "");
  EXPECT_EQ(session_->transaction_status(), 'E');
  EXPECT_THAT(Parse("", "SELECT * FROM t"), StartsWith("25P02"));
  EXPECT_EQ(Parse("", "ROLLBACK"), "");
  EXPECT_EQ(Bind("", ""), "");
  EXPECT_EQ(Execute(""), "");
  EXPECT_EQ(session_->transaction_status(), 'I');
}

}  // namespace
}  // namespace firn::sql
