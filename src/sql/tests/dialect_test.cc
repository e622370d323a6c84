#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sql/tests/session_fixture.h"

namespace firn::sql {
namespace {

using testing::StartsWith;

class DialectTest : public SessionTest {
 protected:
  DialectTest() {
    EXPECT_EQ(Run("CREATE TABLE t (a int, b text, c numeric(10,2), \"D\" date)"), "");
    EXPECT_EQ(Run("INSERT INTO t VALUES (1, 'x', 1.5, '2020-01-01'), (2, 'y', 2.5, '2020-01-02'), "
                  "(3, 'x', 3.5, NULL)"),
              "");
  }
};

TEST_F(DialectTest, FromMayComeFirst) {
  EXPECT_EQ(Rows("FROM t ORDER BY a LIMIT 1"), "1|x|1.50|2020-01-01");
  EXPECT_EQ(Rows("FROM t SELECT a, b WHERE a > 1 ORDER BY a"), "2|y\n3|x");
  EXPECT_EQ(Rows("FROM (FROM t) x JOIN t y USING (a) SELECT x.a, y.b ORDER BY 1"), "1|x\n2|y\n3|x");
  EXPECT_EQ(Rows("WITH q AS (FROM t) FROM q SELECT sum(a)"), "6");
  EXPECT_EQ(Rows("FROM t, LATERAL (SELECT t.a + 1 AS z) SELECT a, z ORDER BY 1 LIMIT 1"), "1|2");
}

TEST_F(DialectTest, StarLeavesOutAndReplaces) {
  EXPECT_EQ(Rows("SELECT * EXCLUDE (b, \"D\") FROM t ORDER BY a LIMIT 1"), "1|1.50");
  EXPECT_EQ(Rows("SELECT t.* EXCLUDE (c) REPLACE (a * 10 AS a) FROM t ORDER BY 1 LIMIT 1"),
            "10|x|2020-01-01");
  EXPECT_THAT(Run("SELECT * EXCLUDE (nosuch) FROM t"), StartsWith("42703"));
}

TEST_F(DialectTest, GroupByAllAndOrderByAll) {
  EXPECT_EQ(Rows("SELECT b, sum(c), count(*) FROM t GROUP BY ALL ORDER BY ALL"),
            "x|5.00|2\ny|2.50|1");
  EXPECT_EQ(Rows("SELECT b, a FROM t ORDER BY ALL DESC"), "y|2\nx|3\nx|1");
}

TEST_F(DialectTest, QualifyFiltersWindows) {
  EXPECT_EQ(Rows("SELECT a, row_number() OVER (PARTITION BY b ORDER BY a DESC) AS rn FROM t "
                 "QUALIFY rn = 1 ORDER BY a"),
            "2|1\n3|1");
  EXPECT_EQ(Rows("FROM t SELECT a, sum(a) OVER (ORDER BY a ROWS BETWEEN 1 PRECEDING AND CURRENT "
                 "ROW) ORDER BY 1"),
            "1|1\n2|3\n3|5");
}

TEST_F(DialectTest, DescribeAndSummarize) {
  EXPECT_EQ(Rows("DESCRIBE SELECT a, c FROM t"),
            "a|integer|YES|null|null|null\nc|numeric(10,2)|YES|null|null|null");
  EXPECT_EQ(Rows("SELECT column_name, column_type, min, max, count FROM (SUMMARIZE t) WHERE "
                 "column_name IN ('a', 'D') ORDER BY 1"),
            "D|date|2020-01-01|2020-01-02|3\na|integer|1|3|3");
}

// What an operator or a function means, what it may touch, and what a wrong text is told, are
// Postgres' affair in both dialects.
TEST_F(DialectTest, OnlyTheGrammarIsDuckDbs) {
  EXPECT_EQ(Rows("FROM t SELECT a / 2 ORDER BY a LIMIT 1"), "0");
  EXPECT_EQ(Rows("FROM t SELECT a, \"D\" + INTERVAL 3 DAY ORDER BY a LIMIT 1"),
            "1|2020-01-04 00:00:00");
  EXPECT_EQ(Rows("FROM T A SELECT A.B ORDER BY A.A LIMIT 1"), "x");
  EXPECT_THAT(Run("FROM 'x.parquet'"), StartsWith("42P01"));
  EXPECT_THAT(Run("FROM read_csv('/etc/passwd')"), StartsWith("42883"));
  EXPECT_THAT(Run("FROM duckdb_settings()"), StartsWith("42883"));
  EXPECT_THAT(Run("FROM t SELECT nosuch"), StartsWith("42703"));
  EXPECT_EQ(error_.position, 15);
  EXPECT_EQ(Run("FROM WHERE"), "42601 syntax error at or near \"FROM\"");
  EXPECT_THAT(Run("SELECT {'a': 1}"), StartsWith("0A000"));
  EXPECT_THAT(Run("FROM t SELECT TRY_CAST(b AS INT)"), StartsWith("0A000"));
  EXPECT_THAT(Run("FROM t UNION ALL BY NAME FROM t"), StartsWith("0A000"));
}

}  // namespace
}  // namespace firn::sql
