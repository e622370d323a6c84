#include "engine/error_classes.h"

#include <set>

#include "engine/duckdb_handles_internal.h"
#include "engine/tests/engine_fixture.h"

namespace firn::engine {
namespace {

class Errors : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    const std::vector<columnar::Field> fields = {
        {"id", {Kind::kInt8}}, {"small", {Kind::kInt2}}, {"name", {Kind::kText}}};
    source_ = engine_->Register(std::make_shared<BatchSource>(
        fields, arrow::RecordBatchVector{BatchOf(
                    fields, {FromJson({Kind::kInt8}, "[1, 2]"), FromJson({Kind::kInt2}, "[1, 2]"),
                             FromJson({Kind::kText}, R"(["a","b"])")})}));
    from_ = " FROM " + source_.sql() + " t";
  }
  std::string Of(const std::string& sql) {
    const auto error = ErrorOf(sql);
    return fmt::format("{} {}", error.SqlState(), error.message);
  }
  ScanHandle source_;
  std::string from_;
};

TEST(ErrorClassesList, HasEveryErrorTypeOfDuckDbOnce) {
  std::set<std::string_view> names;
  std::set<int> types;
  for (const auto& known : ErrorClasses()) {
    EXPECT_TRUE(names.insert(known.name).second) << known.name;
    EXPECT_TRUE(types.insert(known.type).second) << known.type;
    const auto error = ErrorFromDuckDb(fmt::format("{} Error: text", known.name), "");
    EXPECT_EQ(error.code, known.code) << known.name;
    EXPECT_EQ(error.SqlState().size(), 5u) << known.name;
  }
  for (int type = DUCKDB_ERROR_INVALID; type <= DUCKDB_INVALID_CONFIGURATION; ++type) {
    EXPECT_TRUE(types.contains(type)) << type;
  }
}

TEST(ErrorClassesList, PlainAndBrokenTextsAreErrorsToo) {
  EXPECT_EQ(ErrorFromDuckDb("Parser Error: bad\n\nLINE 1: x", "x").message, "bad");
  EXPECT_EQ(ErrorFromDuckDb("Parser Error: bad", "x").SqlState(), "42601");
  EXPECT_EQ(ErrorFromDuckDb("", "").SqlState(), "XX000");
  EXPECT_EQ(ErrorFromDuckDb("{\"exception_type\":", "").SqlState(), "XX000");
  EXPECT_EQ(ErrorFromDuckDb("{\"exception_type\":\"Nonsense\"}", "").SqlState(), "XX000");
}

TEST(ErrorClassesList, OnlyFatalErrorsInvalidateTheInstance) {
  EXPECT_TRUE(InvalidatesInstance(R"({"exception_type":"FATAL","exception_message":"x"})"));
  EXPECT_TRUE(InvalidatesInstance("FATAL Error: x"));
  EXPECT_FALSE(InvalidatesInstance("INTERNAL Error: x"));
  EXPECT_FALSE(InvalidatesInstance("Invalid Input Error: FATAL Error: x"));
}

TEST(ErrorClassesList, WhoBrokeTheEngineIsToldApartFromWhoMayRunAgain) {
  const auto guilty =
      ErrorFromDuckDb(R"({"exception_type":"FATAL","exception_message":"index out of range"})", "");
  EXPECT_EQ(guilty.SqlState(), "XX000");
  EXPECT_EQ(guilty.message, "the query engine failed: index out of range");
  EXPECT_EQ(guilty.remedy, Remedy::kNone);
  const auto other = ErrorFromDuckDb(
      R"({"exception_type":"FATAL","exception_message":"Failed: database has been invalidated )"
      R"(because of a previous fatal error. Original error: \"index out of range\""})",
      "");
  EXPECT_EQ(other.SqlState(), "XX000");
  EXPECT_EQ(other.remedy, Remedy::kRetry);
}

TEST_F(Errors, SyntaxAndNames) {
  EXPECT_EQ(Of("SELECT * FRO t"), "42601 syntax error at or near \"t\"");
  EXPECT_EQ(Of("SELECT ("), "42601 syntax error at end of input");
  EXPECT_EQ(Of("SELECT nope" + from_), "42703 column \"nope\" does not exist");
  EXPECT_EQ(ErrorOf("SELECT smal" + from_).hint,
            "Perhaps you meant to reference the column \"small\".");
  EXPECT_EQ(Of("SELECT t.nope" + from_), "42703 column t.nope does not exist");
  EXPECT_EQ(Of("SELECT nope.id" + from_), "42P01 missing FROM-clause entry for table \"nope\"");
  EXPECT_EQ(ErrorOf("SELECT * FROM nope.t").SqlState(), "42P01");
  EXPECT_EQ(Of("SELECT * FROM nope"), "42P01 relation \"nope\" does not exist");
  EXPECT_EQ(Of("SELECT nope(1)"), "42883 function nope does not exist");
  EXPECT_EQ(Of("SELECT sum(name)" + from_), "42883 function sum(VARCHAR) does not exist");
  EXPECT_EQ(Of("SELECT 'x'::nope"), "42704 type \"nope\" does not exist");
  EXPECT_EQ(ErrorOf("SELECT id FROM " + source_.sql() + " a, " + source_.sql() + " b").SqlState(),
            "42702");
  EXPECT_EQ(ErrorOf("SELECT a.range FROM range(1) a, range(1) a").SqlState(), "42712");
}

TEST_F(Errors, Grouping) {
  EXPECT_EQ(ErrorOf("SELECT id, count(*)" + from_).SqlState(), "42803");
  EXPECT_EQ(ErrorOf("SELECT id" + from_ + " WHERE sum(id) > 1").SqlState(), "42803");
  EXPECT_EQ(ErrorOf("SELECT sum(sum(id))" + from_).SqlState(), "42803");
  EXPECT_EQ(ErrorOf("SELECT id" + from_ + " WHERE row_number() OVER () = 1").SqlState(), "42P20");
  EXPECT_EQ(ErrorOf("SELECT id" + from_ + " ORDER BY 9").SqlState(), "42P10");
}

TEST_F(Errors, Values) {
  EXPECT_EQ(Of("SELECT 'abc'::int"), "22P02 invalid input syntax for type integer: \"abc\"");
  EXPECT_EQ(Of("SELECT 'it''s'::bigint"), "22P02 invalid input syntax for type bigint: \"it's\"");
  EXPECT_EQ(Of("SELECT 'x'::double"),
            "22P02 invalid input syntax for type double precision: \"x\"");
  EXPECT_EQ(Of("SELECT 'x'::boolean"), "22P02 invalid input syntax for type boolean: \"x\"");
  EXPECT_EQ(Of("SELECT 'x'::uuid"), "22P02 invalid input syntax for type uuid: \"x\"");
  EXPECT_EQ(Of("SELECT 'x'::decimal(4,2)"), "22P02 invalid input syntax for type numeric: \"x\"");
  EXPECT_EQ(Of("SELECT 'x'::date"), "22007 invalid input syntax for type date: \"x\"");
  EXPECT_EQ(Of("SELECT 'x'::timestamp"), "22007 invalid input syntax for type timestamp: \"x\"");
  EXPECT_EQ(Of("SELECT '9999999999'::int"),
            "22003 value \"9999999999\" is out of range for type integer");
  EXPECT_EQ(Of("SELECT '12345.678'::decimal(4,2)"), "22003 numeric field overflow");
  EXPECT_EQ(ErrorOf("SELECT '2020-13-01'::date").SqlState(), "22008");
  EXPECT_EQ(ErrorOf("SELECT * FROM range(3) LIMIT -1").SqlState(), "2201W");
  EXPECT_EQ(Of("SELECT 99999::smallint"), "22003 smallint out of range");
  EXPECT_EQ(Of("SELECT (small + 32767::smallint)" + from_), "22003 smallint out of range");
  EXPECT_EQ(Of("SELECT id + 9223372036854775807" + from_), "22003 bigint out of range");
  EXPECT_EQ(Of("SELECT 12345::decimal(4,2)"), "22003 numeric field overflow");
  EXPECT_EQ(Of("SELECT 123456789012.1::decimal(13,1)::decimal(10,2)"),
            "22003 numeric field overflow");
  EXPECT_EQ(ErrorOf("SELECT ln(0)").SqlState(), "2201E");
  EXPECT_EQ(ErrorOf("SELECT sqrt(-1)").SqlState(), "2201F");
  EXPECT_EQ(Of("SELECT (SELECT id" + from_ + ")"),
            "21000 more than one row returned by a subquery used as an expression");
}

TEST_F(Errors, RaisedByRewrittenExpressionsKeepTheirState) {
  const auto divide = "SELECT CASE WHEN t.id = 2 THEN " + RaiseSql("22012", "it's zero") +
                      " ELSE 10 // (2 - t.id) END" + from_;
  EXPECT_EQ(Of(divide), "22012 it's zero");
  EXPECT_EQ(Show(divide + " WHERE id = 1"), "10");
}

TEST_F(Errors, PositionsCountCharactersFromOne) {
  EXPECT_EQ(ErrorOf("SELECT nope" + from_).position, 8);
  EXPECT_EQ(ErrorOf("SELECT 'é漢', nope" + from_).position, 14);
  EXPECT_EQ(ErrorOf("SELECT * FRO t").position, 14);
  EXPECT_EQ(ErrorOf("SELECT\n  1,\n  nope" + from_).position, 15);
  EXPECT_EQ(ErrorOf("SELECT id + 9223372036854775807" + from_).position, 0);
  const std::string padding(500, ' ');
  EXPECT_EQ(ErrorOf("SELECT " + padding + "nope" + from_).position, 508);
}

TEST_F(Errors, ATempFolderAtItsCapIsFull) {
  options_.memory_limit = 40 << 20;
  options_.temp_bytes_max = 8 << 20;
  source_ = {};
  Reopen();
  const auto error = ErrorOf(
      "SELECT count(*) FROM (SELECT range AS k, hash(range) AS h FROM range(5000000) ORDER BY h "
      "LIMIT 4900000)");
  EXPECT_EQ(error.SqlState(), "53100");
  EXPECT_NE(error.message.find("temp_bytes_max"), std::string::npos) << error.message;
  EXPECT_NE(error.hint.find("temp_bytes_max"), std::string::npos) << error.hint;
  EXPECT_TRUE(engine_->healthy());
  EXPECT_EQ(Show("SELECT 1"), "1");
}

TEST_F(Errors, MemoryIsALimitNotACrash) {
  ASSERT_TRUE(engine_->SetMemoryLimit(40 << 20));
  options_.temp_dir = "";
  options_.memory_limit = 40 << 20;
  source_ = {};
  Reopen();
  EXPECT_EQ(ErrorOf("SELECT count(*) FROM (SELECT range % 5000000 AS k, count(*) FROM "
                    "range(10000000) GROUP BY k)")
                .SqlState(),
            "53200");
  EXPECT_TRUE(engine_->healthy());
  EXPECT_EQ(Show("SELECT 1"), "1");
}

}  // namespace
}  // namespace firn::engine
