#include "sql/tests/session_fixture.h"

namespace firn::sql {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

class TransactionTest : public SessionTest {
 protected:
  TransactionTest() { EXPECT_EQ(Run("CREATE TABLE t (a int, b text)"), ""); }
};

TEST_F(TransactionTest, ARowIsSeenByTheNextStatement) {
  EXPECT_EQ(Tag("INSERT INTO t VALUES (1, 'one'), (2, NULL)"), "INSERT 0 2");
  EXPECT_EQ(Rows("SELECT * FROM t ORDER BY a"), "1|one\n2|null");
  EXPECT_THAT(out_.columns, ElementsAre("a integer", "b text"));
  EXPECT_THAT(out_.tags, ElementsAre("SELECT 2"));
}

TEST_F(TransactionTest, ABlockSeesItsOwnRowsAndOthersSeeThemAfterCommit) {
  auto other = NewSession();
  EXPECT_EQ(Tag("BEGIN"), "BEGIN");
  EXPECT_EQ(session_->transaction_status(), 'T');
  EXPECT_EQ(Run("INSERT INTO t VALUES (1, 'x')"), "");
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "1");
  EXPECT_EQ(Rows(*other, "SELECT count(*) FROM t"), "0");
  EXPECT_EQ(Tag("COMMIT"), "COMMIT");
  EXPECT_EQ(session_->transaction_status(), 'I');
  EXPECT_EQ(Rows(*other, "SELECT count(*) FROM t"), "1");
}

TEST_F(TransactionTest, RollbackLeavesNothing) {
  EXPECT_EQ(Run("BEGIN; INSERT INTO t VALUES (1, 'x')"), "");
  EXPECT_EQ(Tag("ROLLBACK"), "ROLLBACK");
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "0");
}

TEST_F(TransactionTest, ManyStatementsInOneQueryAreOneTransaction) {
  EXPECT_THAT(Run("INSERT INTO t VALUES (1, 'x'); INSERT INTO missing VALUES (1)"),
              StartsWith("42P01"));
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "0");
  EXPECT_EQ(session_->transaction_status(), 'I');
}

TEST_F(TransactionTest, BeginInsideAQueryTakesTheEarlierStatementsIn) {
  EXPECT_EQ(Run("INSERT INTO t VALUES (1, 'x'); BEGIN; INSERT INTO t VALUES (2, 'y')"), "");
  EXPECT_EQ(session_->transaction_status(), 'T');
  EXPECT_EQ(Run("ROLLBACK"), "");
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "0");
}

TEST_F(TransactionTest, AFailedBlockRefusesAllButItsEnd) {
  EXPECT_EQ(Run("BEGIN"), "");
  EXPECT_EQ(Run("INSERT INTO t VALUES (1, 'x')"), "");
  EXPECT_THAT(Run("SELECT * FROM missing"), StartsWith("42P01"));
  EXPECT_EQ(session_->transaction_status(), 'E');
  EXPECT_THAT(Run("SELECT 1"), StartsWith("25P02"));
  EXPECT_THAT(Run("INSERT INTO t VALUES (2, 'y')"), StartsWith("25P02"));
  EXPECT_EQ(Tag("COMMIT"), "ROLLBACK");
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "0");
}

TEST_F(TransactionTest, WarnsWhenThereIsNothingToEndOrBeginTwice) {
  EXPECT_EQ(Tag("COMMIT"), "COMMIT");
  EXPECT_THAT(out_.notices, ElementsAre("25P01 there is no transaction in progress"));
  EXPECT_EQ(Tag("ROLLBACK"), "ROLLBACK");
  EXPECT_THAT(out_.notices, ElementsAre("25P01 there is no transaction in progress"));
  EXPECT_EQ(Run("BEGIN"), "");
  EXPECT_EQ(Tag("BEGIN"), "BEGIN");
  EXPECT_THAT(out_.notices, ElementsAre("25001 there is already a transaction in progress"));
}

TEST_F(TransactionTest, ASavepointIsGoneBackTo) {
  EXPECT_EQ(Run("BEGIN; INSERT INTO t VALUES (1, 'x')"), "");
  EXPECT_EQ(Tag("SAVEPOINT s"), "SAVEPOINT");
  EXPECT_EQ(Run("INSERT INTO t VALUES (2, 'y')"), "");
  EXPECT_EQ(Run("CREATE TABLE u (a int)"), "");
  EXPECT_THAT(Run("SELECT * FROM missing"), StartsWith("42P01"));
  EXPECT_EQ(Tag("ROLLBACK TO s"), "ROLLBACK");
  EXPECT_EQ(session_->transaction_status(), 'T');
  EXPECT_EQ(Run("INSERT INTO t VALUES (3, 'z')"), "");
  EXPECT_EQ(Tag("RELEASE s"), "RELEASE");
  EXPECT_EQ(Run("COMMIT"), "");
  EXPECT_EQ(Rows("SELECT * FROM t ORDER BY a"), "1|x\n3|z");
  EXPECT_THAT(Run("SELECT * FROM u"), StartsWith("42P01"));
  EXPECT_THAT(Run("BEGIN; ROLLBACK TO nowhere"), StartsWith("3B001"));
}

TEST_F(TransactionTest, SavepointsNeedABlock) {
  EXPECT_THAT(Run("SAVEPOINT s"), StartsWith("25P01"));
}

TEST_F(TransactionTest, RepeatableReadKeepsItsSnapshot) {
  auto other = NewSession();
  EXPECT_EQ(Run("BEGIN ISOLATION LEVEL REPEATABLE READ"), "");
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "0");
  EXPECT_EQ(Run(*other, "INSERT INTO t VALUES (1, 'x')"), "");
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "0");
  EXPECT_EQ(Run("COMMIT"), "");
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "1");
}

TEST_F(TransactionTest, ReadCommittedSeesEachCommit) {
  auto other = NewSession();
  EXPECT_EQ(Run("BEGIN"), "");
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "0");
  EXPECT_EQ(Run(*other, "INSERT INTO t VALUES (1, 'x')"), "");
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "1");
}

TEST_F(TransactionTest, SerializableIsRefused) {
  EXPECT_THAT(Run("BEGIN ISOLATION LEVEL SERIALIZABLE"), StartsWith("0A000"));
}

TEST_F(TransactionTest, AReadOnlyTransactionRefusesWrites) {
  EXPECT_EQ(Run("BEGIN READ ONLY"), "");
  EXPECT_THAT(Run("INSERT INTO t VALUES (1, 'x')"),
              StartsWith("25006 cannot execute INSERT in a read-only transaction"));
}

TEST_F(TransactionTest, TablesAreMadeAndDroppedInATransaction) {
  EXPECT_EQ(Run("BEGIN; CREATE TABLE u (a int); INSERT INTO u VALUES (7)"), "");
  EXPECT_EQ(Rows("SELECT a FROM u"), "7");
  EXPECT_EQ(Run("DROP TABLE t"), "");
  EXPECT_THAT(Run("SELECT * FROM t"), StartsWith("42P01"));
  EXPECT_EQ(Run("ROLLBACK"), "");
  EXPECT_THAT(Run("SELECT * FROM u"), StartsWith("42P01"));
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "0");
  EXPECT_EQ(Run("BEGIN; CREATE TABLE u (a int); INSERT INTO u VALUES (7); COMMIT"), "");
  EXPECT_EQ(Rows("SELECT a FROM u"), "7");
}

TEST_F(TransactionTest, ATableMadeAndDroppedInATransactionLeavesNothing) {
  EXPECT_EQ(Run("BEGIN; CREATE TABLE u (a int); INSERT INTO u VALUES (7); DROP TABLE u; COMMIT"),
            "");
  EXPECT_THAT(Run("SELECT * FROM u"), StartsWith("42P01"));
}

TEST_F(TransactionTest, NamesAreTakenOnce) {
  EXPECT_THAT(Run("CREATE TABLE t (a int)"), StartsWith("42P07"));
  EXPECT_EQ(Tag("CREATE TABLE IF NOT EXISTS t (a int)"), "CREATE TABLE");
  EXPECT_THAT(out_.notices, ElementsAre("42P07 relation \"t\" already exists, skipping"));
  EXPECT_EQ(Tag("DROP TABLE IF EXISTS missing"), "DROP TABLE");
  EXPECT_THAT(Run("DROP TABLE missing"), StartsWith("42P01 table \"missing\" does not exist"));
}

TEST_F(TransactionTest, SetIsUndoneByRollbackAndLocalByTheEnd) {
  EXPECT_EQ(Run("BEGIN; SET work_mem = '8MB'; ROLLBACK"), "");
  EXPECT_EQ(Rows("SHOW work_mem"), "4MB");
  EXPECT_EQ(Run("BEGIN; SET LOCAL work_mem = '8MB'"), "");
  EXPECT_EQ(Rows("SHOW work_mem"), "8MB");
  EXPECT_EQ(Run("COMMIT"), "");
  EXPECT_EQ(Rows("SHOW work_mem"), "4MB");
  EXPECT_EQ(Run("BEGIN; SET work_mem = '8MB'; COMMIT"), "");
  EXPECT_EQ(Rows("SHOW work_mem"), "8MB");
}

class SpillTest : public SessionTest {
 protected:
  SpillTest() : SessionTest("64kB") { EXPECT_EQ(Run("CREATE TABLE t (a bigint)"), ""); }

  void InsertMany(int64_t from, int64_t to) {
    std::string values;
    for (int64_t i = from; i < to; ++i) values += fmt::format("{}({})", i > from ? "," : "", i);
    EXPECT_EQ(Run("INSERT INTO t VALUES " + values), "");
  }
};

TEST_F(SpillTest, ALargeTransactionGoesToDataFilesAndIsWhole) {
  EXPECT_EQ(Run("BEGIN"), "");
  InsertMany(0, 10'000);
  InsertMany(10'000, 20'000);
  EXPECT_EQ(Rows("SELECT count(*), sum(a) FROM t"), "20000|199990000");
  InsertMany(20'000, 30'000);
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "30000");
  EXPECT_GE(DataFiles(), 2);
  auto other = NewSession();
  EXPECT_EQ(Rows(*other, "SELECT count(*) FROM t"), "0");
  EXPECT_EQ(Run("COMMIT"), "");
  EXPECT_EQ(Rows(*other, "SELECT count(*) FROM t"), "30000");
  EXPECT_EQ(Run("CHECKPOINT"), "");
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "30000");
}

// A user's column may have the name of one of the engine's own.
TEST_F(SpillTest, ItsRowsHaveLsnsAndOneCommitTime) {
  EXPECT_EQ(Run("CREATE TABLE u (a bigint, file_row_number int, x float8)"), "");
  EXPECT_EQ(Run("INSERT INTO u VALUES (-1, 7, 0)"), "");
  EXPECT_EQ(Run("BEGIN"), "");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Run("INSERT INTO u SELECT g, 7, g / 2.0 FROM generate_series(1, 10000) g"), "");
    EXPECT_EQ(Rows("SELECT count(__lsn) FROM u"), "1");  // ends a file: none of its own yet
  }
  EXPECT_EQ(Run("COMMIT"), "");
  EXPECT_GE(DataFiles(), 2);
  const std::string query =
      "SELECT count(*), count(DISTINCT __lsn), max(__lsn) - min(__lsn), "
      "count(DISTINCT __timestamp), min(file_row_number), max(file_row_number), "
      "max(__lsn) - firn.last_commit_lsn() FROM u WHERE a > 0";
  const std::string want = "30000|30000|29999|1|7|7|0";
  EXPECT_EQ(Rows(query), want);
  EXPECT_EQ(Run("CHECKPOINT"), "");
  EXPECT_EQ(Rows(query), want);
  EXPECT_EQ(Rows("SELECT count(*) FROM u WHERE __lsn IS NULL OR __timestamp < '2001-01-01'"), "0");
}

TEST_F(SpillTest, RollbackRemovesTheFiles) {
  EXPECT_EQ(Run("BEGIN"), "");
  InsertMany(0, 10'000);
  EXPECT_EQ(Run("SAVEPOINT s"), "");
  InsertMany(10'000, 20'000);
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "20000");
  EXPECT_EQ(Run("ROLLBACK TO s"), "");
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "10000");
  InsertMany(30'000, 40'000);
  EXPECT_EQ(Run("ROLLBACK"), "");
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "0");
  EXPECT_EQ(DataFiles(), 0);
}

}  // namespace
}  // namespace firn::sql
