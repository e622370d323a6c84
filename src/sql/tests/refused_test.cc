// Texts that try to reach files, settings, functions and catalogs of the engine. None may get
// there: each is refused before, or what is written holds nothing of it but data.
#include <gmock/gmock.h>

#include "sql/tests/written_queries.h"

namespace firn::sql {
namespace {

class Attempts : public testing::TestWithParam<const char*> {};

TEST_P(Attempts, AreRefused) {
  const auto error = WriteError(GetParam());
  EXPECT_FALSE(error.message.empty());
  EXPECT_NE(error.code, ErrorCode::kInternal) << error.message;
}

INSTANTIATE_TEST_SUITE_P(
    Refused, Attempts,
    testing::Values(
        // Files as tables.
        "select * from '/etc/passwd'", "select * from \"/etc/passwd\"",
        "select * from \"x.parquet\"", "select * from \"s3://bucket/x.parquet\"",
        "select * from \"data.csv\" t", "select * from public.\"x.parquet\"",
        "select * from \"warehouse/*.parquet\"", "table \"/etc/passwd\"",
        "select (select count(*) from \"/etc/passwd\")",
        "with a as (select * from \"/etc/passwd\") select * from a",
        "select id from t where exists (select 1 from \"x.csv\")",
        "select id from t join \"x.json\" j on true", "select 1 union select 1 from \"x.csv\"",
        "select * from t, lateral (select * from \"x.csv\") l",
        "select 1 order by (select 1 from \"x.csv\")", "select 1 limit (select 1 from \"x.csv\")",
        "select sum(id) over (order by (select 1 from \"x.csv\")) from t",
        "select count(*) filter (where exists (select 1 from \"x.csv\")) from t",
        // Table functions.
        "select * from read_csv('/etc/passwd')", "select * from read_csv_auto('/etc/passwd')",
        "select * from read_parquet('x')", "select * from parquet_scan('x')",
        "select * from read_json('x')", "select * from read_text('/etc/passwd')",
        "select * from read_blob('/etc/passwd')", "select * from glob('/*')",
        "select * from sniff_csv('x')", "select * from parquet_metadata('x')",
        "select * from parquet_schema('x')", "select * from iceberg_scan('x')",
        "select * from duckdb_settings()", "select * from duckdb_tables()",
        "select * from duckdb_secrets()", "select * from duckdb_functions()",
        "select * from pragma_database_size()", "select * from pragma_table_info('t')",
        "select * from query('select 1')", "select * from query_table('t')",
        "select * from firn_scan('token')", "select * from pg_catalog.read_csv('x')",
        "select * from system.main.read_csv('x')", "select * from main.read_csv('x')",
        "select * from \"read_csv\"('x')", "select * from summary('t')", "select * from range(10)",
        "select * from unnest('{1}')", "select * from repeat_row(1)", "select * from checkpoint()",
        "select * from test_all_types()", "select * from arrow_scan(1, 2, 3)",
        "select * from seq_scan('t')", "select * from rows from (read_csv('x')) r",
        // Scalar functions.
        "select getenv('HOME')", "select current_setting(x) from t", "select getvariable('x')",
        "select pg_read_file('/etc/passwd')", "select pg_ls_dir('/')", "select lo_import('x')",
        "select pg_sleep_until('infinity')", "select query_graph('select 1')",
        "select nextval('s') from t", "select error('x')", "select firn_quotient(1, 0)",
        "select sql_upper('x')", "select json_execute_serialized_sql('x')",
        "select json_serialize_sql('x')", "select which_secret('x', 'y')", "select write_log('x')",
        "select add_parquet_key('a', 'b')", "select txid_current()", "select read_csv('x')",
        "select system.main.getenv('x')", "select duckdb.main.lower('x')", "select sleep_ms(1)",
        "select firn.nosuch()", "select getvariable('x') over () from t",
        "select list_transform('x', 'y')",
        // Other statements.
        "copy t to '/tmp/x'", "copy t from '/etc/passwd'", "copy t from program 'id'",
        "copy (select 1) to '/tmp/x'", "create extension httpfs", "load 'x'", "do $$ begin end $$",
        "create function f() returns int language c as 'x', 'y'", "alter system set x = 1",
        "explain analyze delete from t", "select 1 into outfile from t",
        // DuckDB's own syntax.
        "attach 'x.db'", "install httpfs", "pragma database_list", "set variable x = 1",
        "from 'x.csv'", "select * exclude (id) from t", "select columns('.*') from t",
        "summarize t", "describe t", "export database 'x'", "use x", "call pragma_version()",
        "select [1, 2]", "select {'a': 1}", "select id: 1", "select * from t at (version => 1)",
        "pivot t on x", "select list(id) from t", "select #1 from t", "select t.id.x from t",
        // Names that only differ from what is there.
        "select * from T2", "select * from \"T\"", "select \"ID\" from t",
        "select id from \"Public\".t2", "select rowid from t", "select __lsn2 from t",
        "select r1.id from t", "select c1 from (select id from t) s", "select k1.id from t",
        // What Postgres has and firn does not say yes to.
        "select * from only t", "select * from t tablesample system (1)",
        "select * from t for update", "select t from t", "select (t).id from t", "select row(1, 2)",
        "select array[[1], [2]]", "select id from t order by id using <",
        "select * from pg_nothing", "select x'ff'", "select xmlparse(document 'x')",
        "select current_time(3)", "select localtime(3)",
        "select rank(1) within group (order by id) from t",
        "select id from t fetch first 1 row with ties",
        "with a as (delete from t returning *) select * from a", "select (select max(t.id)) from t",
        "select case random() when 1 then 2 end", "select x collate \"de_DE\" from t",
        "select x::xml from t", "select id::money from t"));

// Text that Postgres and the engine would split into tokens differently stays one name or one
// literal: it is written quoted, never as typed.
TEST(Refused, NamesAndLiteralsAreWrittenQuoted) {
  EXPECT_EQ(WriteError("select id\u00a0from\u00a0read_csv from t").sqlstate, "42703");
  const auto alias = Write("select id \"x\" from t");
  EXPECT_EQ(alias.sql.find("\"x\""), std::string::npos);
  EXPECT_EQ(alias.fields.front().name, "x");
  const auto literal = Write("select E'a\\'; select getenv(''HOME'') --' from t");
  EXPECT_THAT(literal.sql, testing::HasSubstr("'a''; select getenv(''HOME'') --'"));
  const auto dollar = Write("select $q$'; drop table t; --$q$");
  EXPECT_THAT(dollar.sql, testing::HasSubstr("'''; drop table t; --'"));
  const auto unicode = Write("select U&'\\0027 or 1=1'");
  EXPECT_THAT(unicode.sql, testing::HasSubstr("''' or 1=1'"));
}

TEST(Refused, CommentsNeverReachTheEngine) {
  const auto written = Write("select /* one */ id -- two\n from t /* /* three */ */");
  for (const char* word : {"one", "two", "three", "--", "/*"}) {
    EXPECT_EQ(written.sql.find(word), std::string::npos) << written.sql;
  }
}

TEST(Refused, DepthIsBounded) {
  const auto repeat = [](std::string_view text, int n) {
    std::string out;
    for (int i = 0; i < n; ++i) out += text;
    return out;
  };
  EXPECT_EQ(WriteError("select 1" + repeat("+1", 3000)).sqlstate, "54001");
  EXPECT_EQ(WriteError("select " + repeat("(select ", 1000) + "1" + repeat(")", 1000)).sqlstate,
            "54001");
  EXPECT_EQ(WriteError("select id from t where " + repeat("not ", 3000) + "b").sqlstate, "54001");
  EXPECT_EQ(WriteError("select 1" + repeat(" union select 1", 2000)).sqlstate, "54001");
  EXPECT_EQ(WriteError("select 1" + repeat("/id", 40) + " from t").sqlstate, "54001");
  EXPECT_EQ(WriteError("select " + repeat("(case ", 60) + "id" +
                       repeat(" when 1 then 1 when 2 then 2 when 3 then 3 end)", 60) + " from t")
                .sqlstate,
            "54001");
}

TEST(Refused, OrdinarySizesAreLetThrough) {
  std::string many = "select id from t where id in (0";
  for (int i = 1; i < 5000; ++i) many += "," + std::to_string(i);
  Write(many + ")");
  std::string ors = "select id from t where id = 0";
  for (int i = 1; i < 2000; ++i) ors += " or id = " + std::to_string(i);
  Write(ors);
  std::string sum = "select 1";
  for (int i = 0; i < 900; ++i) sum += " + id";
  Write(sum + " from t");
  std::string unions = "select 1";
  for (int i = 0; i < 150; ++i) unions += " union all select 1";
  Write(unions);
}

}  // namespace
}  // namespace firn::sql
