#include "sql/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sql/ident.h"

namespace firn::sql {
namespace {

using testing::ElementsAre;

Result<Command> DecodeText(std::string_view sql) {
  FIRN_TRY(const auto statements, Parse(sql));
  if (statements.size() != 1) return Fail(ErrorCode::kInternal, "not one statement");
  return Decode(statements.front());
}

template <typename T>
T As(std::string_view sql) {
  auto command = DecodeText(sql);
  if (!command) {
    ADD_FAILURE() << sql << ": " << command.error().message;
    return {};
  }
  EXPECT_TRUE(std::holds_alternative<T>(*command)) << sql;
  return std::holds_alternative<T>(*command) ? std::get<T>(*command) : T{};
}

Error ErrorOf(std::string_view sql) {
  auto command = DecodeText(sql);
  EXPECT_FALSE(command.has_value()) << sql;
  return command ? Error{} : command.error();
}

TEST(CreateTable, ColumnsHaveTypesFieldIdsAndDefaultsAsWritten) {
  const auto command = As<CreateTableCommand>(
      "CREATE TABLE IF NOT EXISTS s.T (a int NOT NULL DEFAULT 5, \"B\" numeric(12,2), "
      "c varchar(20) COLLATE \"C\" DEFAULT ( 'x' || f(1, 2) ) NULL, at timestamptz DEFAULT now(), "
      "d text CONSTRAINT x DEFAULT /* why */ 'é, )' NOT NULL) USING iceberg "
      "WITH (format_version = 2)");
  EXPECT_EQ(command.table.schema, "s");
  EXPECT_EQ(command.table.name, "t");
  EXPECT_EQ(command.table.position, 28);
  EXPECT_TRUE(command.if_not_exists);
  ASSERT_EQ(command.columns.size(), 5u);
  EXPECT_EQ(command.columns[0].name, "a");
  EXPECT_EQ(command.columns[0].id, FieldId{1});
  EXPECT_TRUE(command.columns[0].not_null);
  EXPECT_EQ(command.columns[0].default_sql, "5");
  EXPECT_EQ(command.columns[1].name, "B");
  EXPECT_EQ(command.columns[1].type, columnar::Numeric(12, 2));
  EXPECT_EQ(command.columns[2].type, columnar::Varchar(20));
  EXPECT_EQ(command.columns[2].default_sql, "( 'x' || f(1, 2) )");
  EXPECT_FALSE(command.columns[2].not_null);
  EXPECT_EQ(command.columns[3].name, "at");
  EXPECT_EQ(command.columns[3].default_sql, "now()");
  EXPECT_EQ(command.columns[4].default_sql, "'é, )'");
  EXPECT_EQ(command.columns[4].id, FieldId{5});
  EXPECT_THAT(command.options, ElementsAre(testing::Pair("format_version", "2")));
}

struct Refused {
  const char* sql;
  const char* sqlstate;
  int position;  // -1: any
};
class Refusals : public testing::TestWithParam<Refused> {};
TEST_P(Refusals, HaveSqlstateAndPlace) {
  const auto error = ErrorOf(GetParam().sql);
  EXPECT_EQ(error.SqlState(), GetParam().sqlstate) << GetParam().sql << ": " << error.message;
  if (error.SqlState() == "0A000") {
    EXPECT_FALSE(error.hint.empty()) << GetParam().sql << ": " << error.message;
  }
  if (GetParam().position >= 0) {
    EXPECT_EQ(error.position, GetParam().position) << GetParam().sql;
  }
}
INSTANTIATE_TEST_SUITE_P(
    Decode, Refusals,
    testing::Values(
        Refused{"create table t (a money)", "0A000", -1},
        Refused{"create table t (a xml)", "0A000", 19},
        Refused{"create table t (é point)", "0A000", 19},
        Refused{"create table t (a nosuch)", "42704", 19},
        Refused{"create table t (a s.nosuch)", "42704", 19},
        Refused{"create table t (a varchar(0))", "22023", 19},
        Refused{"create table t (a int, a text)", "42701", -1},
        Refused{"create table t (a int, \"A\" text)", "0A000", -1},
        Refused{"create table t (__lsn int)", "42701", -1},
        Refused{"create table t (ctid int)", "42701", -1},
        Refused{"create table t ()", "0A000", -1},
        Refused{"create table t (a int null not null)", "42601", -1},
        Refused{"create table t (a int default 1 default 2)", "42601", -1},
        Refused{"create unlogged table t (a int)", "0A000", -1},
        Refused{"create table t (a int generated always as (1) stored)", "0A000", -1},
        Refused{"create table t (a int primary key deferrable)", "0A000", -1},
        Refused{"create table t (a int) on commit drop", "42P16", -1},
        Refused{"create unique index on t (a)", "0A000", -1},
        Refused{"alter table t cluster on x", "0A000", -1},
        Refused{"create materialized view v as select 1", "0A000", -1},
        Refused{"create type c as (a int)", "0A000", -1},
        Refused{"create table t (a int) partition by range (a)", "0A000", -1},
        Refused{"create table t (a int) inherits (b)", "0A000", -1},
        Refused{"create table t (a int) with (partition_by = 'day(ts)')", "0A000", 30},
        Refused{"create table t (a int) with (sort_by = 'a')", "0A000", 30},
        Refused{"create table t (a int) with (format_version = 3)", "0A000", -1},
        Refused{"create table t (a int) with (nosuch = 3)", "22023", -1},
        Refused{"create table t (a int) using nosuch", "42704", -1},
        Refused{"create table d.s.t (a int)", "0A000", -1},
        Refused{"create table t (a text collate \"de_DE\")", "0A000", -1},
        Refused{"select 1 into t", "0A000", -1}, Refused{"update t set a = 1", "0A000", -1},
        Refused{"delete from t", "0A000", -1},
        Refused{"merge into t using s on true when matched then delete", "0A000", -1},
        Refused{"lock table t", "0A000", -1}, Refused{"load 'x.so'", "0A000", -1},
        Refused{"do $$begin end$$", "0A000", -1}, Refused{"create extension x", "0A000", -1},
        Refused{"listen x", "0A000", -1}, Refused{"create role public", "42939", 13},
        Refused{"drop role current_user", "22023", -1},
        Refused{"prepare transaction 'x'", "0A000", -1},
        Refused{"insert into t values (1) on conflict do nothing", "0A000", 26},
        Refused{"insert into t values (1) returning a + 1", "0A000", 36},
        Refused{"with x as (insert into u values (1)) insert into t default values", "0A000", -1},
        Refused{"insert into t (a, a) values (1, 2)", "42701", 19},
        Refused{"insert into t (a) values (1, 2)", "42601", 30},
        Refused{"insert into t (a, b) values (1)", "42601", -1},
        Refused{"insert into t values (1), (2, 3)", "42601", 28},
        Refused{"insert into t values ('x'::nosuch)", "42704", 28},
        Refused{"insert into t values ('1 day'::money)", "0A000", -1},
        Refused{"copy t to '/tmp/x'", "0A000", -1}, Refused{"copy t from '/tmp/x'", "0A000", -1},
        Refused{"copy t from program 'ls'", "0A000", -1},
        Refused{"copy (select 1) to program 'ls'", "0A000", -1},
        Refused{"copy t from stdin where a > 1", "0A000", -1},
        Refused{"copy (delete from t returning *) to stdout", "0A000", -1},
        Refused{"explain insert into t values (1)", "0A000", -1},
        Refused{"call f(1 + 1)", "0A000", -1}));

TEST(CreateTableAs, NamesTheQueryAndItsColumns) {
  const auto command =
      As<CreateTableAsCommand>("create table if not exists x (a, b) as select 1, $2 with no data");
  EXPECT_EQ(command.table.name, "x");
  EXPECT_THAT(command.column_names, ElementsAre("a", "b"));
  EXPECT_EQ(command.query.kind, StatementKind::kRead);
  EXPECT_EQ(command.query.parameter_count, 2);
  EXPECT_FALSE(command.with_data);
  EXPECT_TRUE(command.if_not_exists);
}

TEST(CreateTable, ConstraintsAndSerialsKeepTheirText) {
  const auto command = As<CreateTableCommand>(
      "create table t (id serial, a int default (1) + 2 check ((a) > 0) not null, "
      "constraint k primary key (id, a), check (a < (10)))");
  EXPECT_TRUE(command.generated.contains(0));
  EXPECT_EQ(command.columns[1].default_sql, "(1) + 2");
  EXPECT_TRUE(command.columns[1].not_null);
  ASSERT_EQ(command.constraints.size(), 3u);
  EXPECT_EQ(command.constraints[0].expression, "(a) > 0");
  EXPECT_EQ(command.constraints[1].name, "k");
  EXPECT_THAT(command.constraints[1].columns, ElementsAre("id", "a"));
  EXPECT_EQ(command.constraints[2].expression, "a < (10)");
}

TEST(AlterTable, ActionsComeInTheirOrder) {
  const auto ddl = As<DdlCommand>(
      "alter table s.t add b text default 'x', drop c cascade, alter d set default 1 + 2 * 3, "
      "alter e type bigint, add constraint k check (b <> 'y')");
  const auto& command = std::get<AlterTableCommand>(ddl.what);
  EXPECT_EQ(command.table.schema, "s");
  ASSERT_EQ(command.actions.size(), 5u);
  EXPECT_EQ(std::get<AddColumn>(command.actions[0]).column.column.default_sql, "'x'");
  EXPECT_TRUE(std::get<DropColumn>(command.actions[1]).cascade);
  EXPECT_EQ(std::get<SetColumnDefault>(command.actions[2]).default_sql, "1 + 2 * 3");
  EXPECT_EQ(std::get<AlterColumnType>(command.actions[3]).type.kind, columnar::TypeKind::kInt8);
  EXPECT_EQ(std::get<AddConstraint>(command.actions[4]).constraint.expression, "b <> 'y'");
}

TEST(DropTable, TakesSeveralNames) {
  const auto ddl = As<DdlCommand>("drop table if exists s.a, \"B\" cascade");
  EXPECT_EQ(ddl.tag, "DROP TABLE");
  const auto& command = std::get<DropCommand>(ddl.what);
  ASSERT_EQ(command.names.size(), 2u);
  EXPECT_EQ(command.names[0].schema, "s");
  EXPECT_EQ(command.names[1].name, "B");
  EXPECT_TRUE(command.if_exists);
  EXPECT_TRUE(command.cascade);
}

TEST(InsertValues, CellsSayWhatWasWritten) {
  const auto command = As<InsertValuesCommand>(
      "insert into s.t (a, \"at\") values (1, -2), (0, - /* 7 */ (3)), (-(-4), 3000000000), "
      "(12345678901234567890, 1.50), (-1e3, 'it''s'), (E'a\\n', false), (null, $3), "
      "(default, $1::int4), ('x'::date, null::text), (-2147483648, '')");
  ASSERT_EQ(command.rows.size(), 10u);
  EXPECT_THAT(command.columns, ElementsAre(testing::Field(&TableName::name, "a"),
                                           testing::Field(&TableName::name, "at")));
  using Kind = Cell::Kind;
  const auto cell = [&](size_t row, size_t column) { return command.rows[row][column]; };
  const auto expect = [&](size_t row, size_t column, Kind kind, std::string_view text) {
    SCOPED_TRACE(testing::Message() << row << "," << column);
    EXPECT_EQ(cell(row, column).kind, kind);
    EXPECT_EQ(cell(row, column).text, text);
  };
  expect(0, 0, Kind::kInteger, "1");
  expect(0, 1, Kind::kInteger, "-2");
  expect(1, 0, Kind::kInteger, "0");
  expect(1, 1, Kind::kInteger, "-3");
  expect(2, 0, Kind::kInteger, "4");
  expect(2, 1, Kind::kInteger, "3000000000");
  expect(3, 0, Kind::kFloat, "12345678901234567890");
  expect(3, 1, Kind::kFloat, "1.50");
  expect(4, 0, Kind::kFloat, "-1e3");
  expect(4, 1, Kind::kString, "it's");
  expect(5, 0, Kind::kString, "a\n");
  expect(5, 1, Kind::kBool, "false");
  expect(6, 0, Kind::kNull, "");
  expect(7, 0, Kind::kDefault, "");
  expect(8, 0, Kind::kString, "x");
  expect(9, 0, Kind::kInteger, "-2147483648");
  expect(9, 1, Kind::kString, "");
  EXPECT_EQ(cell(6, 1).parameter, 3);
  EXPECT_EQ(cell(7, 1).parameter, 1);
  EXPECT_EQ(cell(7, 1).cast->kind, columnar::TypeKind::kInt4);
  EXPECT_EQ(cell(8, 0).cast->kind, columnar::TypeKind::kDate);
  EXPECT_EQ(cell(8, 1).kind, Kind::kNull);
  EXPECT_EQ(cell(0, 1).position, 38);
}

TEST(InsertValues, DefaultValuesIsOneRowOfNothing) {
  const auto command = As<InsertValuesCommand>("insert into t default values");
  ASSERT_EQ(command.rows.size(), 1u);
  EXPECT_TRUE(command.rows[0].empty());
}

TEST(InsertQuery, KeepsTheQuery) {
  const auto command = As<InsertQueryCommand>("insert into t (b) with x as (select 1) table x");
  EXPECT_EQ(command.table.name, "t");
  EXPECT_EQ(command.query.kind, StatementKind::kRead);
}

TEST(TextForColumn, ConvertsAsAssignmentDoes) {
  const auto text = [](std::string_view value, columnar::TypeKind kind) -> std::string {
    const auto command =
        As<InsertValuesCommand>("insert into t values (" + std::string(value) + ")");
    columnar::Column column{.name = "c", .type = {.kind = kind}};
    const auto result = TextForColumn(command.rows.at(0).at(0), column);
    if (!result) return result.error().sqlstate;
    return result->value_or("NULL");
  };
  using Kind = columnar::TypeKind;
  EXPECT_EQ(text("1.5", Kind::kInt4), "2");
  EXPECT_EQ(text("-1.5", Kind::kInt8), "-2");
  EXPECT_EQ(text("2.49", Kind::kInt2), "2");
  EXPECT_EQ(text("-0.4", Kind::kInt2), "0");
  EXPECT_EQ(text("99.5", Kind::kInt4), "100");
  EXPECT_EQ(text("1e3", Kind::kInt4), "1000");
  EXPECT_EQ(text("1e3", Kind::kText), "1000");
  EXPECT_EQ(text("1.50", Kind::kText), "1.50");
  EXPECT_EQ(text("12e-1", Kind::kText), "1.2");
  EXPECT_EQ(text("1", Kind::kVarchar), "1");
  EXPECT_EQ(text("true", Kind::kText), "true");
  EXPECT_EQ(text("null", Kind::kInt4), "NULL");
  EXPECT_EQ(text("'x'", Kind::kInt4), "x");
  EXPECT_EQ(text("true", Kind::kInt4), "42804");
  EXPECT_EQ(text("1", Kind::kBool), "42804");
  EXPECT_EQ(text("1", Kind::kDate), "42804");
  EXPECT_EQ(text("1.5", Kind::kTimestamp), "42804");
}

TEST(Copy, NamesTableColumnsAndOptions) {
  auto copy = As<CopyCommand>("copy t from stdin");
  EXPECT_TRUE(copy.from);
  EXPECT_TRUE(copy.options.empty());
  copy = As<CopyCommand>("copy s.t (a, \"B\") from stdin csv header quote '''' null 'nil'");
  EXPECT_EQ(copy.table.schema, "s");
  ASSERT_EQ(copy.columns.size(), 2u);
  EXPECT_EQ(copy.columns[1].name, "B");
  const auto option = [&](size_t i) {
    return copy.options.at(i).name + "=" + copy.options.at(i).value;
  };
  ASSERT_EQ(copy.options.size(), 4u);
  EXPECT_EQ(option(0), "format=csv");
  EXPECT_EQ(option(1), "header=true");
  EXPECT_EQ(option(2), "quote='");
  EXPECT_EQ(option(3), "null=nil");
  copy = As<CopyCommand>(
      "copy t from stdin with (format 'csv', header match, force_null (a, b), delimiter E'\\t')");
  EXPECT_EQ(option(1), "header=match");
  EXPECT_THAT(copy.options[2].columns, ElementsAre("a", "b"));
  EXPECT_EQ(option(3), "delimiter=\t");
  copy = As<CopyCommand>("copy (select 1) to stdout (format csv, force_quote *)");
  EXPECT_FALSE(copy.from);
  ASSERT_TRUE(copy.query.has_value());
  EXPECT_EQ(option(1), "force_quote=*");
}

TEST(Session, SettingsAreNamedInLowerCase) {
  auto set = As<SetCommand>("SET firn.\"As_Of\" TO 'x'");
  EXPECT_EQ(set.name, "firn.as_of");
  EXPECT_EQ(set.value, "x");
  EXPECT_EQ(As<SetCommand>("set search_path to a, \"B c\"").value, "a, B c");
  EXPECT_EQ(As<SetCommand>("set x = -1").value, "-1");
  EXPECT_EQ(As<SetCommand>("set x = -1.5").value, "-1.5");
  EXPECT_EQ(As<SetCommand>("set x = 0").value, "0");
  EXPECT_EQ(As<SetCommand>("set x to off").value, "off");
  EXPECT_EQ(As<SetCommand>("set time zone 'Europe/Berlin'").name, "timezone");
  EXPECT_EQ(As<SetCommand>("set names 'utf8'").name, "client_encoding");
  EXPECT_FALSE(As<SetCommand>("set x to default").value.has_value());
  EXPECT_FALSE(As<SetCommand>("reset x").value.has_value());
  EXPECT_TRUE(As<SetCommand>("set local x = 1").local);
  As<ResetAllCommand>("reset all");
  EXPECT_EQ(As<ShowCommand>("show all").name, "all");
  EXPECT_EQ(As<ShowCommand>("show transaction isolation level").name, "transaction_isolation");
  EXPECT_TRUE(As<DiscardCommand>("discard all").all);
  EXPECT_FALSE(As<DiscardCommand>("discard plans").all);
}

TEST(Session, PreparedStatementsKeepTheirTree) {
  const auto prepare = As<PrepareCommand>("prepare p(int, text) as insert into t values ($1, $2)");
  EXPECT_EQ(prepare.name, "p");
  ASSERT_EQ(prepare.parameter_types.size(), 2u);
  EXPECT_EQ(prepare.statement.kind, StatementKind::kInsertValues);
  EXPECT_EQ(prepare.statement.parameter_count, 2);
  const auto execute = As<ExecuteCommand>("execute p(1, -2, 'x', null)");
  ASSERT_EQ(execute.arguments.size(), 4u);
  EXPECT_EQ(execute.arguments[1].text, "-2");
  EXPECT_EQ(As<DeallocateCommand>("deallocate p").name, "p");
  EXPECT_EQ(As<DeallocateCommand>("deallocate all").name, "");
}

TEST(Transaction, StatementsAndModes) {
  using Kind = TransactionCommand::Kind;
  auto begin = As<TransactionCommand>("begin isolation level repeatable read, read only");
  EXPECT_EQ(begin.kind, Kind::kBegin);
  EXPECT_EQ(begin.modes.isolation, "repeatable read");
  EXPECT_EQ(begin.modes.read_only, true);
  EXPECT_EQ(As<TransactionCommand>("start transaction read write").modes.read_only, false);
  EXPECT_EQ(As<TransactionCommand>("end").kind, Kind::kCommit);
  EXPECT_TRUE(As<TransactionCommand>("commit and chain").chain);
  EXPECT_EQ(As<TransactionCommand>("abort").kind, Kind::kRollback);
  EXPECT_EQ(As<TransactionCommand>("savepoint a").savepoint, "a");
  EXPECT_EQ(As<TransactionCommand>("rollback to savepoint a").kind, Kind::kRollbackTo);
  EXPECT_EQ(As<TransactionCommand>("release a").kind, Kind::kRelease);
  const auto set = As<SetTransactionCommand>("set transaction isolation level serializable");
  EXPECT_FALSE(set.session);
  EXPECT_EQ(set.modes.isolation, "serializable");
  EXPECT_TRUE(As<SetTransactionCommand>(
                  "set session characteristics as transaction isolation level read committed")
                  .session);
}

TEST(Utility, CallsAndCheckpoint) {
  As<CheckpointCommand>("checkpoint");
  const auto call = As<CallCommand>("call firn.flush('t', -1)");
  EXPECT_EQ(call.schema, "firn");
  EXPECT_EQ(call.name, "flush");
  ASSERT_EQ(call.arguments.size(), 2u);
  EXPECT_EQ(call.arguments[0].text, "t");
  EXPECT_EQ(call.arguments[1].text, "-1");
  EXPECT_TRUE(As<ExplainCommand>("explain (analyze) select 1").analyze);
  EXPECT_FALSE(As<ExplainCommand>("explain (analyze off) select 1").analyze);
}

TEST(Ident, QuotedNamesAndLiteralsReadBack) {
  EXPECT_EQ(QuoteIdentifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(QuoteLiteral("it's \\ ok"), "'it''s \\ ok'");
  EXPECT_EQ(QuoteQualified("", "t"), "\"t\"");
  EXPECT_EQ(QuoteQualified("s", "t"), "\"s\".\"t\"");
  EXPECT_EQ(DisplayIdentifier("plain_1"), "plain_1");
  EXPECT_EQ(DisplayIdentifier("Upper"), "\"Upper\"");
}

}  // namespace
}  // namespace firn::sql
