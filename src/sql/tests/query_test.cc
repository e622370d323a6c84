// What written queries look like, which tables and calls they name, and what types they have.
// That they mean the same as in PostgreSQL is tested over a real one, in tests/interop.
#include "sql/query.h"

#include <array>
#include <set>

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/scalar.h>
#include <gmock/gmock.h>

#include "sql/functions.h"
#include "sql/resolve_internal.h"
#include "sql/tests/written_queries.h"

namespace firn::sql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> TablesOf(std::string_view sql) {
  const auto statements = Parse(sql);
  EXPECT_TRUE(statements.has_value()) << sql;
  const auto found = FindReferences(statements->front());
  EXPECT_TRUE(found.has_value()) << sql << (found ? "" : found.error().message);
  std::vector<std::string> names;
  if (!found) return names;
  for (const auto& reference : found->tables) {
    EXPECT_EQ(reference.index, names.size());
    names.push_back((reference.table.schema.empty() ? "" : reference.table.schema + ".") +
                    reference.table.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(FindReferences, TablesEverywhereInAQuery) {
  EXPECT_THAT(TablesOf("select 1"), ElementsAre());
  EXPECT_THAT(TablesOf("table t"), ElementsAre("t"));
  EXPECT_THAT(TablesOf("select * from s.t, u as v"), ElementsAre("s.t", "u"));
  EXPECT_THAT(TablesOf("select (select a from b) from c where exists (select 1 from d) and x in "
                       "(select 1 from e) group by (select 1 from f) having (select true from g) "
                       "order by (select 1 from h) limit (select 1 from i)"),
              ElementsAre("b", "c", "d", "e", "f", "g", "h", "i"));
  EXPECT_THAT(TablesOf("select * from a join (b cross join c) on a.x = (select 1 from d), lateral "
                       "(select * from e) l, generate_series(1, (select 1 from f)) g"),
              ElementsAre("a", "b", "c", "d", "e", "f"));
  EXPECT_THAT(TablesOf("select 1 from a union (select 1 from b except select 1 from c)"),
              ElementsAre("a", "b", "c"));
  EXPECT_THAT(TablesOf("select * from t a, t b, t"), ElementsAre("t", "t", "t"));
  EXPECT_THAT(TablesOf("values ((select 1 from a))"), ElementsAre("a"));
}

TEST(FindReferences, CommonTableExpressionsShadowTables) {
  EXPECT_THAT(TablesOf("with t as (select 1) select * from t"), ElementsAre());
  EXPECT_THAT(TablesOf("with t as (select * from t) select * from t"), ElementsAre("t"));
  EXPECT_THAT(TablesOf("with recursive t as (select 1 union select * from t) select * from t"),
              ElementsAre());
  EXPECT_THAT(TablesOf("with a as (select * from b), b as (select * from a) select * from b"),
              ElementsAre("b"));
  EXPECT_THAT(TablesOf("with t as (select 1) select * from public.t"), ElementsAre("public.t"));
  EXPECT_THAT(TablesOf("select * from (with t as (select 1) select * from t) x, t"),
              ElementsAre("t"));
  EXPECT_THAT(TablesOf("with t as (select 1) select * from (with t as (select * from t) select * "
                       "from t) x"),
              ElementsAre());
  EXPECT_THAT(TablesOf("with t as (select 1) select 1 from t union select * from t"),
              ElementsAre());
  EXPECT_THAT(TablesOf("(with t as (select 1) select * from t) union select * from t"),
              ElementsAre("t"));
  EXPECT_THAT(TablesOf("with t as (select 1) select \"T\".* from \"T\""), ElementsAre("T"));
}

/// "t: id >= 5, id in 1 2; u:" of the references with their conditions.
std::string ConditionsOf(std::string_view sql) {
  const auto statements = Parse(sql);
  EXPECT_TRUE(statements.has_value()) << sql;
  const auto found = FindReferences(statements->front());
  EXPECT_TRUE(found.has_value()) << sql;
  std::string text;
  for (const auto& reference : found->tables) {
    text += (text.empty() ? "" : "; ") + reference.table.name + ":";
    std::string_view comma;
    for (const auto& condition : reference.conditions) {
      constexpr std::array<std::string_view, 5> kSigns = {"=", "<", "<=", ">", ">="};
      text += fmt::format("{} {} {}", comma, condition.column,
                          kSigns[static_cast<size_t>(condition.comparison)]);
      for (const auto& value : condition.values) {
        text += " " + (value.parameter > 0 ? fmt::format("${}", value.parameter) : value.text);
      }
      comma = ",";
    }
  }
  return text;
}

TEST(FindReferences, ConditionsThatRowsMustFulfil) {
  EXPECT_EQ(ConditionsOf("select * from t where id = 5 and (5 < n and 'x' >= t.w)"),
            "t: id = 5, n > 5, w <= x");
  EXPECT_EQ(ConditionsOf("select * from t where id between $1 and -7 and n in (1, $2, 'x'::text)"),
            "t: id >= $1, id <= -7, n = 1 $2 x");
  EXPECT_EQ(ConditionsOf("select * from t a, u where a.id = 1 and u.id = 2 and n = 3"),
            "t: id = 1, n = 3; u: id = 2, n = 3");
  EXPECT_EQ(ConditionsOf("select * from t left join u on t.id = 1 and u.id = 2 where u.n = 3"),
            "t:; u: id = 2, n = 3");
  EXPECT_EQ(ConditionsOf("select * from t right join u on t.id = 1 and u.id = 2 where t.n = 3"),
            "t: id = 1, n = 3; u:");
  EXPECT_EQ(ConditionsOf("select * from t full join u on t.id = 1 and u.id = 2"), "t:; u:");
  EXPECT_EQ(ConditionsOf("select * from v left join (t join u on t.id = 1) on u.id = 2"),
            "v:; t: id = 1; u: id = 2");
  EXPECT_EQ(ConditionsOf("select * from (select * from t where id = 1) t where id = 2"),
            "t: id = 1");
  EXPECT_EQ(ConditionsOf("select 1 from t where id = 1 union select 1 from t where id = 2"),
            "t: id = 1; t: id = 2");
}

TEST(FindReferences, WhatMightMeanSomethingElseIsNoCondition) {
  EXPECT_EQ(ConditionsOf("select * from t where id = 5 or n = 6"), "t:");
  EXPECT_EQ(ConditionsOf("select * from t where not id = 5"), "t:");
  EXPECT_EQ(ConditionsOf("select * from t where id <> 5 and id not in (1, 2) and id = n"), "t:");
  EXPECT_EQ(ConditionsOf("select * from t where id + 1 = 5 and id in (1, n) and abs(id) = 1"),
            "t:");
  EXPECT_EQ(ConditionsOf("select * from t where id not between 1 and 2"), "t:");
  EXPECT_EQ(ConditionsOf("select * from t a(n, id) where id = 5 and a.id = 5"), "t:");
  EXPECT_EQ(ConditionsOf("select * from (t cross join u) j where id = 5 and j.id = 5"), "t:; u:");
  EXPECT_EQ(ConditionsOf("select * from t join u using (id) where id = 5 and t.n = 6"),
            "t: n = 6; u:");
  EXPECT_EQ(ConditionsOf("select * from t natural join u where id = 5"), "t:; u:");
  EXPECT_EQ(ConditionsOf("select * from t where exists (select 1 from u where t.id = 5)"),
            "t:; u:");
  EXPECT_EQ(ConditionsOf("with t as (select 1 as id) select * from t, u where t.id = 5"), "u:");
}

TEST(FindReferences, ServerCallsCarryTheirArguments) {
  const auto statements = Parse(
      "select version(), pg_catalog.current_schema(), current_user, firn.wait_for($1), "
      "current_setting('x', true), now(), lower('x') from t where d < current_date");
  ASSERT_TRUE(statements.has_value());
  const auto found = FindReferences(statements->front());
  ASSERT_TRUE(found.has_value());
  std::vector<std::string> names;
  for (const auto& call : found->calls) names.push_back(call.name);
  EXPECT_THAT(names, testing::UnorderedElementsAre("version", "current_schema", "current_user",
                                                   "firn.wait_for", "current_setting", "now",
                                                   "current_date"));
  for (const auto& call : found->calls) {
    if (call.name == "firn.wait_for") {
      EXPECT_EQ(call.arguments.at(0).parameter, 1);
    }
    if (call.name == "current_setting") {
      EXPECT_EQ(call.arguments.at(0).text, "x");
    }
  }
}

TEST(WriteQuery, NamesAreQualifiedAndColumnsOfTablesKeepTheirs) {
  EXPECT_EQ(Write("select id, t.x as y from t").sql,
            "SELECT r1.\"id\", r1.\"x\" FROM (scan of t) AS r1");
  EXPECT_EQ(Write("select q from (select id from t) s(q)").sql,
            "SELECT r2.c1 FROM (SELECT r1.\"id\" FROM (scan of t) AS r1) AS r2(c1)");
  EXPECT_EQ(Write("with a as (select id from t) select id from a").sql,
            "WITH k1(c1) AS (SELECT r2.\"id\" FROM (scan of t) AS r2) SELECT r3.c1 FROM k1 AS r3");
}

TEST(WriteQuery, ServerCallsAreAnswered) {
  const auto written = Write("select current_user, version() = 'x'");
  EXPECT_THAT(written.sql, HasSubstr("SELECT answer of current_user, "));
  EXPECT_THAT(written.sql, HasSubstr("answer of version"));
  EXPECT_EQ(written.fields[0].name, "current_user");
}

TEST(WriteQuery, FieldsHavePostgresNamesAndTypes) {
  const auto fields = [](std::string_view sql) {
    std::vector<std::string> out;
    for (const auto& field : Write(sql).fields) {
      out.push_back(field.name + " " + columnar::PostgresName(field.type));
    }
    return out;
  };
  EXPECT_THAT(fields("select 1, 'a', null, 1.50, 3000000000, true"),
              ElementsAre("?column? integer", "?column? text", "?column? text", "?column? numeric",
                          "?column? bigint", "?column? boolean"));
  EXPECT_THAT(fields("select *, __lsn from u"),
              ElementsAre("id bigint", "x character varying(5)", "__lsn bigint"));
  EXPECT_THAT(fields("select count(*), sum(id), sum(n), max(x), avg(n) from t"),
              ElementsAre("count bigint", "sum bigint", "sum numeric", "max text", "avg numeric"));
  EXPECT_THAT(fields("select coalesce(x, 'a'), id::bigint, case when b then 1 end, (select id from "
                     "t), exists (select 1), nullif(1, 2), greatest(1, 2), n::int as z from t"),
              ElementsAre("coalesce text", "id bigint", "case integer", "id integer",
                          "exists boolean", "nullif integer", "greatest integer", "z integer"));
  EXPECT_THAT(fields("select extract(year from d), d - d, d + 1, at::date, \"at\" from t"),
              ElementsAre("extract numeric", "?column? integer", "?column? date", "at date",
                          "at timestamp with time zone"));
}

TEST(WriteQuery, HiddenColumnsAreReachedByNameOnly) {
  EXPECT_EQ(Write("select * from t").sql.find("__lsn"), std::string::npos);
  EXPECT_EQ(Write("select t.* from t natural join u").sql.find("__lsn"), std::string::npos);
  EXPECT_THAT(Write("select __lsn, * from t where t.__lsn > 5").sql, HasSubstr("r1.\"__lsn\" >"));
}

TEST(WriteQuery, ParametersTakeTheTypeOfTheirPlace) {
  const auto types = [](std::string_view sql, const QueryContext& context = TestContext()) {
    std::vector<std::string> out;
    for (const auto& type : Write(sql, context).parameters) {
      out.push_back(columnar::PostgresName(type));
    }
    return out;
  };
  EXPECT_THAT(types("select * from t where id = $1 and x like $2 and d > $3 and n < $4"),
              ElementsAre("integer", "text", "date", "numeric"));
  EXPECT_THAT(types("select $1"), ElementsAre("text"));
  EXPECT_THAT(types("select $1::bigint, $2 + 1, $3 || 'a'"),
              ElementsAre("bigint", "integer", "text"));
  EXPECT_THAT(types("select id from t where id in ($1, $2) limit $3"),
              ElementsAre("integer", "integer", "bigint"));
  EXPECT_THAT(types("select coalesce($1, 5), case when $2 then $3 else 1.5 end"),
              ElementsAre("integer", "boolean", "numeric"));
  EXPECT_THAT(types("select id from t where b = $1 and at between $2 and $3"),
              ElementsAre("boolean", "timestamp with time zone", "timestamp with time zone"));
  auto declared = TestContext();
  declared.parameter_types = {columnar::Type{columnar::TypeKind::kInt8}, std::nullopt};
  EXPECT_THAT(types("select id from t where id = $1 and x = $2", declared),
              ElementsAre("bigint", "text"));
  EXPECT_THAT(Write("select id from t where id = $1").sql, HasSubstr("CAST($1 AS INTEGER)"));
}

TEST(WriteQuery, IntervalsAreHiddenFromTheEngineOnlyWhereItWouldTakeThemForOne) {
  const auto hidden = [](const std::string& intervals) {
    const auto sql = Write("select " + intervals + " from t").sql;
    return sql.find("sql_interval_itself(") != sql.npos;
  };
  EXPECT_TRUE(hidden("d + interval '1 mon', d + interval '30 days'"));
  EXPECT_TRUE(hidden("d + interval '24:00', d - interval '-1 day'"));
  EXPECT_TRUE(hidden("d + interval '1 mon -1 day', d + interval '29 days'"));
  EXPECT_TRUE(hidden("d + $1::interval, d + interval '1 day'"));
  EXPECT_TRUE(hidden("d + $1::interval, d + $2::interval"));
  EXPECT_FALSE(hidden("d + interval '1 mon', d + interval '1 mon', d - interval '1 mon'"));
  EXPECT_FALSE(hidden("d + interval '1 mon', d + interval '29 days', d + interval '1 hour'"));
  EXPECT_FALSE(hidden("d + $1::interval, d - $1::interval"));
  EXPECT_FALSE(hidden("'CAST($1 AS INTERVAL)', 'CAST($2 AS INTERVAL)', d + $1::interval"));
}

TEST(WriteQueryFor, AssignsToTheTargets) {
  const std::vector<columnar::Column> targets = {
      {.name = "a", .type = {columnar::TypeKind::kInt4}},
      {.name = "b", .type = columnar::Numeric(10, 2), .default_sql = "1.005"},
      {.name = "c", .type = {columnar::TypeKind::kText}, .default_sql = "current_user || 'x'"}};
  const auto write = [&](std::string_view sql) {
    const auto statements = Parse(sql);
    EXPECT_TRUE(statements.has_value());
    return WriteQueryFor(statements->front(), TestContext(), targets);
  };
  const auto query = write("select f, $1, 'x' from t");
  ASSERT_TRUE(query.has_value()) << query.error().message;
  EXPECT_THAT(query->sql, HasSubstr("AS r0(\"a\", \"b\", \"c\")"));
  EXPECT_THAT(query->sql, HasSubstr("CAST(r1.\"f\" AS INTEGER)"));
  EXPECT_EQ(columnar::PostgresName(query->parameters.at(0)), "numeric(10,2)");
  const auto values = write("values (1.5, default, default), ($1, 2, null), ('7', 1 + 1, 3)");
  ASSERT_TRUE(values.has_value()) << values.error().message;
  EXPECT_EQ(columnar::PostgresName(values->parameters.at(0)), "integer");
  EXPECT_THAT(values->sql, HasSubstr("answer of current_user"));
  EXPECT_THAT(values->sql, HasSubstr("CAST('7' AS INTEGER)"));
  EXPECT_EQ(values->fields.size(), 3u);
  const auto fewer = write("select 1");
  ASSERT_TRUE(fewer.has_value());
  EXPECT_EQ(fewer->fields.size(), 1u);
  EXPECT_EQ(write("select 1, 2, 3, 4").error().sqlstate, "42601");
  EXPECT_EQ(write("select b from t").error().sqlstate, "42804");
  EXPECT_EQ(write("select d from t").error().sqlstate, "42804");
  EXPECT_EQ(write("select 'abc'").error().sqlstate, "22P02");
  EXPECT_EQ(write("values (1), (2, 3)").error().sqlstate, "42601");
}

TEST(WriteQuery, PositionsCountCharactersOfTheWholeText) {
  const auto statements = Parse("select 'é'; select 'ü', nosuch from t");
  ASSERT_TRUE(statements.has_value());
  const auto written = WriteQuery((*statements)[1], TestContext());
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().message, "column \"nosuch\" does not exist");
  EXPECT_EQ(written.error().position, 25);
  EXPECT_EQ(WriteError("select 'é' from nosuch").position, 17);
}

// Such a row is not asked of the engine.
TEST(WriteQuery, AQueryOfCountsAndExtremesAloneKnowsItsRow) {
  auto context = TestContext();
  context.resolve_table = [resolve = context.resolve_table](const TableReference& reference) {
    auto table = resolve(reference);
    if (!table || !reference.only) return table;
    if (reference.only->counted) table->row_count = 7;
    for (const auto& column : reference.only->extremes) {
      const std::vector<int32_t> both = {3, 9};
      table->extremes[column] =
          std::make_shared<arrow::Int32Array>(2, arrow::Buffer::FromVector(both));
    }
    return table;
  };
  const auto known = [&](std::string_view sql) {
    std::vector<std::string> values;
    for (const auto& value : Write(sql, context).known_row) {
      values.push_back((*value->GetScalar(0))->ToString());
      EXPECT_EQ(value->length(), 1);
    }
    return values;
  };
  EXPECT_THAT(known("select count(*) from t"), testing::ElementsAre("7"));
  EXPECT_THAT(known("select count(*), pg_catalog.count(*) as n from t"),
              testing::ElementsAre("7", "7"));
  EXPECT_THAT(known("select max(id), count(*), min(x.id) from t x"),
              testing::ElementsAre("9", "7", "3"));
  for (const auto* sql :
       {"select count(*), max(id) + 1 from t", "select count(*) + 1 from t",
        "select count(*) from t limit 0", "select count(*) from t where id > 1",
        "select count(*), 'a' from t", "select 1", "select max(id) filter (where true) from t",
        "select max(id), max(f) from t"}) {
    EXPECT_TRUE(known(sql).empty()) << sql;
  }
}

TEST(WriteQuery, RowsAreNotGroupedByWhatOtherKeysSay) {
  const auto groups = [](const std::string& keys) {
    const auto sql = Write("select " + keys + ", count(*) from t group by " + keys).sql;
    return sql.substr(sql.find(" GROUP BY ") + 10);
  };
  EXPECT_EQ(groups("id, id - 1, -id * 2"), R"(r1."id")");
  EXPECT_EQ(groups("id + 1, id"), R"(r1."id")");
  EXPECT_EQ(groups("id - 1"), R"((r1."id" - CAST(1 AS INTEGER)))");
  // Equal values that are shown differently, and what may fail unseen.
  EXPECT_THAT(groups("f, f::text"), HasSubstr(R"(, sql_float8_text(r1."f"))"));
  EXPECT_THAT(groups("id, id / 2"), HasSubstr(R"(, (r1."id" // )"));
  EXPECT_THAT(groups("id, id + random()"), HasSubstr("random()"));
  for (const auto* sql : {"select count(*) from t group by id, id + 1",
                          "select case when b then id + 1 end from t group by id, b, id + 1",
                          "select id + 1 from t group by id, id + 1 having count(*) > 1",
                          "select count(*) from (select id + 1 from t group by id, id + 1) s"}) {
    EXPECT_THAT(Write(sql).sql, HasSubstr(R"(, (r1."id" + )")) << sql;
  }
  EXPECT_THAT(Write("select id, id + 1 from t group by rollup (id, id + 1)").sql,
              HasSubstr(R"("id" + CAST(1 AS INTEGER))))"));
}

TEST(WriteQuery, AColumnMayBeCalledAt) {
  EXPECT_THAT(Write("select at, at.at, at at from t at where at.at is null order by at").sql,
              HasSubstr("r1.\"at\""));
}

TEST(Functions, EntriesOfOneNameStandTogetherAndNoSignatureTwice) {
  for (const auto entries : {Functions(), Operators()}) {
    std::set<std::string_view> seen;
    std::set<std::string> signatures;
    std::string_view last;
    for (const auto& entry : entries) {
      if (entry.name != last) {
        EXPECT_TRUE(seen.insert(entry.name).second) << entry.name;
      }
      last = entry.name;
      EXPECT_TRUE(
          signatures.insert(std::string(entry.name) + "(" + std::string(entry.arguments) + ")")
              .second)
          << entry.name << " " << entry.arguments;
      if (entry.arguments.ends_with("...")) continue;
      for (const auto tag : ArgumentTags(entry)) EXPECT_NE(tag, TypeTag::kUnknown) << entry.name;
    }
  }
}

TEST(Resolve, ChoosesAsPostgresDoes) {
  const auto choose = [](std::string_view name, const std::vector<TypeTag>& tags) -> std::string {
    std::vector<ValueType> types;
    for (const auto tag : tags) types.push_back({.tag = tag, .precision = 5, .scale = 1});
    const auto found = Resolve(FindFunction(name), types, false);
    return found.entry == nullptr ? (found.ambiguous ? "ambiguous" : "none")
                                  : std::string(found.entry->arguments);
  };
  using enum TypeTag;
  EXPECT_EQ(choose("sqrt", {kInt4}), "float8");
  EXPECT_EQ(choose("sqrt", {kNumeric}), "numeric");
  EXPECT_EQ(choose("round", {kInt4}), "float8");
  EXPECT_EQ(choose("round", {kInt4, kInt4}), "numeric int4");
  EXPECT_EQ(choose("date_trunc", {kUnknown, kDate}), "text timestamptz");
  EXPECT_EQ(choose("date_trunc", {kUnknown, kTimestamp}), "text timestamp");
  EXPECT_EQ(choose("lower", {kVarchar}), "text");
  EXPECT_EQ(choose("lower", {kInt4}), "none");
  EXPECT_EQ(choose("max", {kVarchar}), "text");
  EXPECT_EQ(choose("max", {kUnknown}), "text");
  EXPECT_EQ(choose("max", {kBool}), "none");
  EXPECT_EQ(choose("sum", {kUnknown}), "ambiguous");
  EXPECT_EQ(choose("length", {kUnknown}), "text");
  EXPECT_EQ(choose("generate_series", {kInt4, kInt8}), "int8 int8");
}

}  // namespace
}  // namespace firn::sql
