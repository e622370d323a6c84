#include "sql/tests/session_fixture.h"

namespace firn::sql {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;

class StatementTest : public SessionTest {};

TEST_F(StatementTest, NotNullNamesColumnTableAndRow) {
  EXPECT_EQ(Run("CREATE TABLE t (a int NOT NULL, b text)"), "");
  EXPECT_EQ(Run("INSERT INTO t VALUES (1, 'x'), (NULL, 'y')"),
            "23502 null value in column \"a\" of relation \"t\" violates not-null constraint");
  EXPECT_EQ(error_.detail, "Failing row contains (null, y).");
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "0");
}

TEST_F(StatementTest, DefaultsFillWhatIsLeftOut) {
  EXPECT_EQ(Run("CREATE TABLE t (a int, b text DEFAULT 'none', c int DEFAULT 7)"), "");
  EXPECT_EQ(Run("INSERT INTO t (a) VALUES (1)"), "");
  EXPECT_EQ(Run("INSERT INTO t VALUES (2, DEFAULT), (3, 'x')"), "");
  EXPECT_EQ(Run("INSERT INTO t DEFAULT VALUES"), "");
  EXPECT_EQ(Rows("SELECT * FROM t ORDER BY a"), "1|none|7\n2|none|7\n3|x|7\nnull|none|7");
}

TEST_F(StatementTest, WrongColumnsAreNamed) {
  EXPECT_EQ(Run("CREATE TABLE t (a int, b text)"), "");
  EXPECT_THAT(Run("INSERT INTO t (a, z) VALUES (1, 2)"),
              StartsWith("42703 column \"z\" of relation \"t\" does not exist"));
  EXPECT_EQ(error_.position, 19);
  EXPECT_THAT(Run("INSERT INTO t VALUES (1, 'x', 3)"), StartsWith("42601"));
  EXPECT_THAT(Run("INSERT INTO t (a, b) VALUES (1)"), StartsWith("42601"));
  EXPECT_THAT(Run("INSERT INTO t VALUES ('abc', 'x')"), StartsWith("22P02"));
  EXPECT_EQ(error_.position, 23);
}

TEST_F(StatementTest, AnUnknownRelationIsPointedAt) {
  EXPECT_EQ(Run("SELECT * FROM nowhere"), "42P01 relation \"nowhere\" does not exist");
  EXPECT_EQ(error_.position, 15);
  EXPECT_THAT(Run("SELECT * FROM pg_catalog.nowhere"), StartsWith("0A000"));
}

TEST_F(StatementTest, InsertSelectAndCreateTableAsReadTheStream) {
  EXPECT_EQ(Run("CREATE TABLE t (a int, b text)"), "");
  EXPECT_EQ(Run("INSERT INTO t VALUES (1, 'x'), (2, 'y')"), "");
  EXPECT_EQ(Tag("CREATE TABLE u AS SELECT * FROM t"), "SELECT 2");
  EXPECT_EQ(Tag("INSERT INTO u SELECT * FROM t"), "INSERT 0 2");
  EXPECT_EQ(Rows("SELECT count(*) FROM u"), "4");
}

TEST_F(StatementTest, RowsSurviveACheckpoint) {
  EXPECT_EQ(Run("CREATE TABLE t (a int)"), "");
  EXPECT_EQ(Run("INSERT INTO t VALUES (1)"), "");
  EXPECT_EQ(Tag("CHECKPOINT"), "CHECKPOINT");
  EXPECT_EQ(Run("INSERT INTO t VALUES (2)"), "");
  EXPECT_EQ(Rows("SELECT * FROM t ORDER BY a"), "1\n2");
  EXPECT_EQ(Tag("CALL firn.flush('t')"), "CALL");
  EXPECT_EQ(Rows("SELECT * FROM t ORDER BY a"), "1\n2");
  EXPECT_THAT(Run("CALL firn.flush('nowhere')"), StartsWith("42P01"));
}

TEST_F(StatementTest, CopyInReadsChunksOfAnySize) {
  EXPECT_EQ(Run("CREATE TABLE t (a int, b text)"), "");
  copy_in_ = {"1\ton", "e\n2\t\\N\n"};
  EXPECT_EQ(Tag("COPY t FROM STDIN"), "COPY 2");
  EXPECT_EQ(Rows("SELECT * FROM t ORDER BY a"), "1|one\n2|null");
  copy_in_ = {"a,b\n3,\"x,y\"\n"};
  EXPECT_EQ(Tag("COPY t FROM STDIN WITH (FORMAT csv, HEADER)"), "COPY 1");
}

TEST_F(StatementTest, ABadLineOrAClientGoneUndoesTheCopy) {
  EXPECT_EQ(Run("CREATE TABLE t (a int, b text)"), "");
  copy_in_ = {"1\tx\n", "oops\ty\n"};
  EXPECT_THAT(Run("COPY t FROM STDIN"), StartsWith("22P02"));
  EXPECT_THAT(error_.where, HasSubstr("line 2"));
  copy_in_ = {"1\tx\n", "gone"};
  EXPECT_NE(Run("COPY t FROM STDIN"), "");
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "0");
  EXPECT_THAT(Run("COPY t FROM STDIN WITH (FORMAT binary)"), StartsWith("22P04"));
  EXPECT_THAT(Run("COPY t FROM STDIN WITH (FORMAT csv, FORCE_NULL (nope))"), StartsWith("42703"));
  EXPECT_THAT(Run("COPY t (a) FROM STDIN WITH (FORMAT csv, FORCE_NULL (b))"), StartsWith("42P10"));
}

TEST_F(StatementTest, CopyOutSendsWhatCopyInReads) {
  EXPECT_EQ(Run("CREATE TABLE t (a int, b text)"), "");
  EXPECT_EQ(Run("INSERT INTO t VALUES (1, 'a\"b'), (2, NULL)"), "");
  EXPECT_EQ(Tag("COPY t TO STDOUT"), "COPY 2");
  EXPECT_EQ(out_.copy_out, "1\ta\"b\n2\t\\N\n");
  EXPECT_EQ(Tag("COPY t (b) TO STDOUT WITH (FORMAT csv, HEADER)"), "COPY 2");
  EXPECT_EQ(out_.copy_out, "b\n\"a\"\"b\"\n\n");
}

TEST_F(StatementTest, SettingsAreSetShownAndReported) {
  EXPECT_EQ(Run("SET application_name = 'me'"), "");
  EXPECT_THAT(out_.reports, Contains(Pair("application_name", "me")));
  EXPECT_EQ(Rows("SHOW application_name"), "me");
  EXPECT_EQ(Tag("RESET application_name"), "RESET");
  EXPECT_EQ(Rows("SHOW application_name"), "");
  EXPECT_THAT(Run("SET nothing = 1"), StartsWith("42704"));
  EXPECT_EQ(Run("SET timezone = 'europe/berlin'"), "");
  EXPECT_EQ(Rows("SHOW timezone"), "Europe/Berlin");
  EXPECT_THAT(Run("SET timezone = 'nowhere'"), StartsWith("22023"));
  EXPECT_EQ(Run("SET timezone = 'UTC'"), "");
  EXPECT_THAT(Run("SET server_version = '1'"), StartsWith("55P02"));
  EXPECT_EQ(Rows("SHOW firn.version"), "0.0-test");
}

TEST_F(StatementTest, SearchPathDecidesWhereNamesAreFound) {
  EXPECT_EQ(Run("CREATE TABLE t (a int)"), "");
  EXPECT_EQ(Run("SET search_path = nowhere"), "");
  EXPECT_THAT(Run("SELECT * FROM t"), StartsWith("42P01"));
  EXPECT_THAT(Run("CREATE TABLE u (a int)"), StartsWith("3F000"));
  EXPECT_EQ(Rows("SELECT count(*) FROM public.t"), "0");
}

TEST_F(StatementTest, TheStateOfTheServerIsInRelations) {
  EXPECT_EQ(Run("CREATE TABLE t (a int)"), "");
  EXPECT_EQ(Run("INSERT INTO t VALUES (1), (2)"), "");
  EXPECT_THAT(Rows("SELECT * FROM firn.tables"), StartsWith("public|t|"));
  EXPECT_THAT(Rows("SELECT * FROM firn.sessions"), HasSubstr("active|SELECT * FROM firn.sessions"));
  EXPECT_NE(Rows("SELECT * FROM firn.lsn"), "");
  EXPECT_EQ(Run("CHECKPOINT"), "");
  EXPECT_THAT(Rows("SELECT * FROM firn.snapshots"), HasSubstr("append"));
  EXPECT_THAT(Rows("SELECT * FROM firn.files"), StartsWith("public|t|file://"));
  EXPECT_THAT(Rows("SELECT * FROM firn.settings"), HasSubstr("max_connections|1000|default"));
  EXPECT_THAT(Run("DROP TABLE firn.tables"), StartsWith("42501"));
  EXPECT_THAT(Run("INSERT INTO firn.tables VALUES (1)"), StartsWith("42809"));
}

TEST_F(StatementTest, EmptyQueriesAndBadSqlAreAnswered) {
  EXPECT_EQ(Run(" ; "), "");
  EXPECT_EQ(out_.empty, 1);
  EXPECT_THAT(Run("SELEC 1"), StartsWith("42601"));
  EXPECT_EQ(session_->transaction_status(), 'I');
}

TEST_F(StatementTest, ACancelledCopyStops) {
  EXPECT_EQ(Run("CREATE TABLE t (a int)"), "");
  EXPECT_EQ(Run("SET statement_timeout = '1ms'"), "");
  copy_in_ = {"1\n2\n3\n4\n5\n"};
  copy_in_is_endless_ = true;
  EXPECT_EQ(Run("COPY t FROM STDIN"), "57014 canceling statement due to statement timeout");
  EXPECT_EQ(Run("RESET statement_timeout"), "");
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "0");
}

TEST_F(StatementTest, ALongQueryIsCancelledFromAnotherThread) {
  EXPECT_EQ(Run("CREATE TABLE t (a bigint)"), "");
  std::string rows = "INSERT INTO t VALUES (0)";
  for (int i = 1; i < 2000; ++i) rows += fmt::format(",({})", i);
  EXPECT_EQ(Run(rows), "");
  std::atomic<bool> over{false};
  std::thread canceller([&] {
    while (!over) {
      session_->Cancel();
      std::this_thread::yield();
    }
  });
  const auto failed = Run("SELECT count(*) FROM t t1, t t2, t t3, t t4");
  over = true;
  canceller.join();
  EXPECT_EQ(failed, "57014 canceling statement due to user request");
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "2000");
}

TEST_F(StatementTest, OnlyKnownRolesAndDatabasesAreOpened) {
  const auto open = [this](std::string user, std::string database) {
    auto opened = Wait(service_->Open({.user = std::move(user),
                                       .database = std::move(database),
                                       .options = {},
                                       .client_address = "",
                                       .process_id = 99}));
    return opened ? "" : std::string(opened.error().SqlState());
  };
  EXPECT_EQ(open("postgres", "postgres"), "");
  EXPECT_EQ(open("firn", "firn"), "");
  EXPECT_EQ(open("nobody at all", "main"), "28000");
  EXPECT_EQ(open("firn", "elsewhere"), "3D000");
}

}  // namespace
}  // namespace firn::sql
