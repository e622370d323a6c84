#include "sql/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firn::sql {
namespace {

Statement One(std::string_view sql) {
  auto parsed = Parse(sql);
  EXPECT_TRUE(parsed.has_value()) << sql << ": " << (parsed ? "" : parsed.error().message);
  if (!parsed || parsed->size() != 1) return {};
  return parsed->front();
}

Error ErrorOf(std::string_view sql) {
  auto parsed = Parse(sql);
  EXPECT_FALSE(parsed.has_value()) << sql;
  return parsed ? Error{} : parsed.error();
}

TEST(Parse, AnEmptyTextHasNoStatements) {
  for (const char* sql : {"", " \n", ";", ";;", "-- nothing", "/* a /* nested */ b */ ;"}) {
    const auto parsed = Parse(sql);
    ASSERT_TRUE(parsed.has_value()) << sql;
    EXPECT_TRUE(parsed->empty()) << sql;
  }
}

TEST(Parse, StatementsKnowTheirSliceOfTheText) {
  const auto parsed = Parse(" select 1 ; -- one;\n select ';é' ;\n select $$;$$;;");
  ASSERT_TRUE(parsed.has_value());
  ASSERT_EQ(parsed->size(), 3u);
  EXPECT_EQ((*parsed)[0].text(), "select 1");
  EXPECT_EQ((*parsed)[1].text(), "-- one;\n select ';é'");
  EXPECT_EQ((*parsed)[2].text(), "select $$;$$");
}

TEST(Parse, ASyntaxErrorHasPostgresWordsAndCountsCharactersOfTheWholeText) {
  const auto error = ErrorOf("select 1; select 'é' from where");
  EXPECT_EQ(error.message, "syntax error at or near \"where\"");
  EXPECT_EQ(error.sqlstate, "42601");
  EXPECT_EQ(error.position, 27);
}

TEST(Parse, PositionsOfLongTextsAreThoseCountedFromItsStart) {
  std::string sql = "SELECT '";
  for (int i = 0; i < 3000; ++i) sql += i % 3 == 0 ? "é" : i % 3 == 1 ? "𝄞" : "a";
  sql += "', 1";
  const auto statement = Parse(sql)->front();
  int characters = 1;
  for (size_t at = 0; at <= sql.size(); ++at) {
    const bool inside = at < sql.size() && (sql[at] & 0xC0) == 0x80;
    if (inside) continue;
    EXPECT_EQ(statement.Position(static_cast<int>(at)), characters++) << at;
  }
}

TEST(Parse, PositionsConvertBytesToCharacters) {
  const auto statement = One("select 'éü€𝄞', x");
  const auto at = statement.source->find('x');
  EXPECT_EQ(statement.Position(static_cast<int>(at)), 16);
  EXPECT_EQ(statement.Position(0), 1);
  EXPECT_EQ(statement.Position(-1), 0);
  EXPECT_EQ(statement.Position(1000), 0);
}

TEST(Parse, ParametersAreCountedByTheHighest) {
  EXPECT_EQ(One("select 1").parameter_count, 0);
  EXPECT_EQ(One("select $3, $1 from t where a = $2").parameter_count, 3);
  EXPECT_EQ(One("select '$9', $1 -- $7").parameter_count, 1);
}

TEST(Parse, TokensHoldNoComments) {
  const auto statement = One("select /* x */ a -- y\n , 'é' as \"B\"");
  const auto tokens = statement.Tokens();
  ASSERT_TRUE(tokens.has_value());
  std::vector<std::string> texts;
  for (const auto& token : *tokens) {
    texts.push_back(statement.source->substr(static_cast<size_t>(token.begin),
                                             static_cast<size_t>(token.end - token.begin)));
  }
  EXPECT_THAT(texts, testing::ElementsAre("select", "a", ",", "'é'", "as", "\"B\""));
}

TEST(Parse, TokensOfALaterStatementCountInTheWholeText) {
  const auto parsed = Parse("select 'é'; select b");
  ASSERT_TRUE(parsed.has_value());
  const auto& second = (*parsed)[1];
  const auto tokens = second.Tokens();
  ASSERT_TRUE(tokens.has_value());
  EXPECT_EQ(tokens->back().begin, static_cast<int>(second.source->find('b')));
}

TEST(Parse, TextThatIsNotUtf8IsRefused) {
  for (const std::string& text :
       {std::string("select '\xff'"), std::string("select '\xc3'"),
        std::string("select '\xc0\x80'"), std::string("select '\xed\xa0\x80'"),
        std::string("select 1\0", 9)}) {
    EXPECT_EQ(ErrorOf(text).sqlstate, "22021");
  }
}

// Each of these would overrun the stack of a thread if it were let in.
TEST(Parse, TooDeepATextIsRefusedAndNotACrash) {
  const auto repeat = [](std::string_view text, int n) {
    std::string out;
    for (int i = 0; i < n; ++i) out += text;
    return out;
  };
  EXPECT_EQ(ErrorOf("select 1" + repeat("+1", 200'000)).sqlstate, "54001");
  EXPECT_EQ(ErrorOf("select f(1,2" + repeat("+f(1,1", 100'000)).sqlstate, "54001");
  EXPECT_EQ(ErrorOf("select " + repeat("(", 100'000) + "1" + repeat(")", 100'000)).sqlstate,
            "54001");
  EXPECT_EQ(ErrorOf("select 1" + repeat(" union select 1", 100'000)).sqlstate, "54001");
}

TEST(Parse, LongFlatTextsAreLetIn) {
  std::string sql = "insert into t values (1, 'a')";
  for (int i = 0; i < 50'000; ++i) sql += ",(2,'b')";
  EXPECT_EQ(One(sql).kind, StatementKind::kInsertValues);
}

struct KindCase {
  const char* sql;
  StatementKind kind;
};
class Kinds : public testing::TestWithParam<KindCase> {};
TEST_P(Kinds, FollowTheTree) {
  EXPECT_EQ(One(GetParam().sql).kind, GetParam().kind);
}

using enum StatementKind;
INSTANTIATE_TEST_SUITE_P(
    Parse, Kinds,
    testing::Values(
        KindCase{"select 1", kRead}, KindCase{"values (1)", kRead}, KindCase{"table t", kRead},
        KindCase{"with a as (select 1) select * from a", kRead},
        KindCase{"(select 1) union select 2", kRead}, KindCase{"explain select 1", kRead},
        KindCase{"explain analyze delete from t", kUnsupported}, KindCase{"set x = 1", kSession},
        KindCase{"show all", kSession}, KindCase{"reset all", kSession},
        KindCase{"discard all", kSession}, KindCase{"prepare p as select 1", kSession},
        KindCase{"execute p", kSession}, KindCase{"deallocate all", kSession},
        KindCase{"begin", kTransaction}, KindCase{"end", kTransaction},
        KindCase{"abort", kTransaction}, KindCase{"savepoint a", kTransaction},
        KindCase{"create table t (a int)", kDdl}, KindCase{"create table t as select 1", kDdl},
        KindCase{"drop table t", kDdl}, KindCase{"copy t from stdin", kCopy},
        KindCase{"copy (select 1) to stdout", kCopy},
        KindCase{"insert into t values (1, -2.5, 'x', null, true, $1, default)", kInsertValues},
        KindCase{"insert into t values ('2020-01-01'::date, cast($1 as int))", kInsertValues},
        KindCase{"insert into t default values", kInsertValues},
        KindCase{"insert into t values (1+1)", kInsertQuery},
        KindCase{"insert into t values (5::text)", kInsertQuery},
        KindCase{"insert into t values (1) limit 1", kInsertQuery},
        KindCase{"insert into t select 1", kInsertQuery}, KindCase{"checkpoint", kUtility},
        KindCase{"call firn.flush('t')", kUtility}, KindCase{"update t set a = 1", kUnsupported},
        KindCase{"delete from t", kUnsupported}, KindCase{"vacuum", kDdl},
        KindCase{"create index on t (a)", kDdl}, KindCase{"drop view v", kDdl},
        KindCase{"create materialized view v as select 1", kUnsupported}));

TEST(Parse, AParameterThatNoClientCouldBindIsRefused) {
  EXPECT_EQ(Parse("SELECT $65535")->front().parameter_count, 65535);
  for (const char* sql : {"SELECT $65536", "SELECT $2147483647::int"}) {
    const auto parsed = Parse(sql);
    ASSERT_FALSE(parsed) << sql;
    EXPECT_EQ(parsed.error().SqlState(), "42P02");
  }
}

}  // namespace
}  // namespace firn::sql
