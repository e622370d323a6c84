#include <limits>

#include "engine/tests/engine_fixture.h"

namespace firn::engine {
namespace {

class Scan : public EngineTest {};

struct Sample {
  Type type;
  std::string json;  // values with NULLs and extremes; never only one row
};

std::vector<Sample> Samples() {
  const std::string nines(38, '9');
  return {
      {{Kind::kBool}, "[true, null, false, true]"},
      {{Kind::kInt2}, "[-32768, null, 32767, 0]"},
      {{Kind::kInt4}, "[-2147483648, null, 2147483647, 0]"},
      {{Kind::kInt8}, "[-9223372036854775808, null, 9223372036854775807, 0]"},
      {{Kind::kFloat4}, "[-3.4028234e38, null, 3.4028234e38, 1.17549435e-38, 0.1]"},
      {{Kind::kFloat8}, "[-1.7976931348623157e308, null, 1.7976931348623157e308, 0.1]"},
      {columnar::Numeric(1, 0), R"(["-9", null, "9", "0"])"},
      {columnar::Numeric(4, 2), R"(["-99.99", null, "99.99", "0.00"])"},
      {columnar::Numeric(9, 9), R"(["-0.999999999", null, "0.999999999"])"},
      {columnar::Numeric(18, 0), R"(["-999999999999999999", null, "999999999999999999"])"},
      {columnar::Numeric(19, 1), R"(["-999999999999999999.9", null, "999999999999999999.9"])"},
      {columnar::Numeric(38, 0), "[\"-" + nines + "\", null, \"" + nines + "\"]"},
      {columnar::Numeric(38, 38), "[\"-0." + nines + "\", null, \"0." + nines + "\"]"},
      {{Kind::kText}, R"(["", null, "twelve bytes", "thirteen byte", "é漢字 and a longer tail"])"},
      {columnar::Varchar(20), R"(["a", null, "abcdefghijklmnopqrst"])"},
      {{Kind::kBytea}, R"(["", null, "\u0000\u0001", "a longer run of \u0000 bytes"])"},
      {{Kind::kDate}, "[-719162, null, 2932896, 0]"},
      {{Kind::kTimestamp}, "[-62135596800000000, null, 253402300799999999, 0]"},
      {{Kind::kTimestamptz}, "[-62135596800000000, null, 253402300799999999, 0]"},
      {{Kind::kUuid}, R"(["0123456789abcdef", null, "zzzzzzzzzzzzzzzz"])"},
  };
}

TEST_F(Scan, EveryTypeComesBackAsItWentIn) {
  for (const auto& [type, json] : Samples()) {
    SCOPED_TRACE(columnar::PostgresName(type));
    const std::vector<columnar::Field> fields = {{"v", type}};
    const auto array = FromJson(type, json);
    auto handle = engine_->Register(
        std::make_shared<BatchSource>(fields, arrow::RecordBatchVector{BatchOf(fields, {array})}));
    auto table = Read("SELECT v FROM " + handle.sql());
    ASSERT_TRUE(table) << table.error().message;
    ASSERT_EQ((*table)->column(0)->num_chunks(), 1);
    const auto& back = (*table)->column(0)->chunk(0);
    EXPECT_TRUE(back->Equals(array)) << back->ToString() << array->ToString();
  }
}

// Offsets that are not multiples of eight, and lengths around DuckDB's vector size.
TEST_F(Scan, SlicesOfBatchesKeepValuesAndNulls) {
  for (const auto& [type, json] : Samples()) {
    SCOPED_TRACE(columnar::PostgresName(type));
    const auto pattern = FromJson(type, json);
    arrow::ArrayVector repeated(1500, pattern);
    const auto array = arrow::Concatenate(repeated).ValueOrDie();
    for (const int64_t offset : {0, 1, 7, 64, 2047}) {
      const auto slice = array->Slice(offset, 2051);
      const std::vector<columnar::Field> fields = {{"v", type}};
      auto handle = engine_->Register(std::make_shared<BatchSource>(
          fields, arrow::RecordBatchVector{BatchOf(fields, {slice})}));
      auto table = Read("SELECT v FROM " + handle.sql());
      ASSERT_TRUE(table) << table.error().message;
      EXPECT_TRUE((*table)->column(0)->Equals(arrow::ChunkedArray(slice))) << offset;
    }
  }
}

TEST_F(Scan, SeesNoDifferenceBetweenItsStringsAndDuckDbsOwn) {
  auto handle = engine_->Register(NumberedSource({5000}));
  EXPECT_EQ(Show("SELECT count(*), count(DISTINCT name) FROM " + handle.sql() +
                 " JOIN (SELECT 'row ' || range || CASE WHEN range % 2 = 1 THEN ' of some length' "
                 "ELSE '' END AS name FROM range(5000)) USING (name)"),
            "5000|5000");
}

TEST_F(Scan, AsksOnlyForTheColumnsUsed) {
  auto source = NumberedSource({10});
  auto handle = engine_->Register(source);
  EXPECT_EQ(Show("SELECT name FROM " + handle.sql() + " LIMIT 1"), "row 0");
  EXPECT_EQ(source->last_columns, std::vector<int>{1});
  EXPECT_EQ(Show("SELECT max(id) FROM " + handle.sql()), "9");
  EXPECT_EQ(source->last_columns, std::vector<int>{0});
  EXPECT_EQ(Show("SELECT name || id FROM " + handle.sql() + " WHERE id = 3"),
            "row 3 of some length3");
}

TEST_F(Scan, CountsRowsWithoutReadingAColumn) {
  auto source = NumberedSource({10, 0, 3000});
  auto handle = engine_->Register(source);
  EXPECT_EQ(Show("SELECT count(*) FROM " + handle.sql()), "3010");
  EXPECT_TRUE(source->last_columns.empty());
  EXPECT_EQ(Show("SELECT count(\"(present)\"), bool_and(\"(present)\") FROM " + handle.sql()),
            "3010|true");
  EXPECT_TRUE(source->last_columns.empty());
  const auto leg = "SELECT \"(present)\", id, name FROM " + handle.sql();
  EXPECT_EQ(Show("SELECT count(*) FROM (" + leg + " UNION ALL " + leg + ")"), "6020");
  EXPECT_TRUE(source->last_columns.empty());
  EXPECT_EQ(Show("SELECT bool_and(\"(present)\"), max(id) FROM " + handle.sql()), "true|3009");
  EXPECT_FALSE(Read("SELECT rowid FROM " + handle.sql()));
}

TEST_F(Scan, MeetsItselfInAJoin) {
  auto handle = engine_->Register(NumberedSource({10, 0, 3000}, 2));
  EXPECT_EQ(Show("SELECT count(*) FROM " + handle.sql() + " a, " + handle.sql() +
                 " b WHERE a.id = b.id AND a.name = b.name"),
            "3010");
}

TEST_F(Scan, OfNoRowsIsEmpty) {
  auto handle = engine_->Register(NumberedSource({}));
  EXPECT_EQ(Show("SELECT * FROM " + handle.sql()), "");
  EXPECT_EQ(Show("SELECT count(*), sum(id) FROM " + handle.sql()), "0|null");
}

TEST_F(Scan, ParallelReadersReturnEachRowOnce) {
  for (const size_t readers : {1, 2, 3, 16}) {
    std::vector<int64_t> sizes;
    for (int i = 0; i < 97; ++i) sizes.push_back(i * 61 % 5000);
    int64_t rows = 0;
    for (const auto size : sizes) rows += size;
    auto source = NumberedSource(sizes, readers);
    auto handle = engine_->Register(source);
    EXPECT_EQ(Show("SELECT count(*), count(DISTINCT id), sum(id) FROM " + handle.sql()),
              fmt::format("{0}|{0}|{1}", rows, rows * (rows - 1) / 2));
    EXPECT_LE(source->last_readers, 4u);
    auto table = Read("SELECT id FROM " + handle.sql());
    ASSERT_TRUE(table);
    EXPECT_EQ((*table)->num_rows(), rows);
  }
}

TEST_F(Scan, ErrorsOfASourceReachTheClientUnchanged) {
  auto source = NumberedSource({10, 10});
  auto handle = engine_->Register(source);
  source->fail_next =
      MakeError(ErrorCode::kCorrupt, "page is damaged").WithSqlState("XX001").WithDetail("page 7");
  auto error = ErrorOf("SELECT sum(id) FROM " + handle.sql());
  EXPECT_EQ(error.message, "page is damaged");
  EXPECT_EQ(error.SqlState(), "XX001");
  EXPECT_EQ(error.detail, "page 7");

  auto other = NumberedSource({10});
  other->fail_begin = MakeError(ErrorCode::kConflict, "snapshot too old").WithSqlState("72000");
  auto other_handle = engine_->Register(other);
  EXPECT_EQ(Show("SELECT * FROM " + other_handle.sql()), "72000 snapshot too old");
}

TEST_F(Scan, RefusesABatchOfTheWrongType) {
  const std::vector<columnar::Field> claimed = {{"v", {Kind::kInt8}}};
  const auto array = FromJson({Kind::kInt4}, "[1, 2]");
  auto handle = engine_->Register(std::make_shared<BatchSource>(
      claimed, arrow::RecordBatchVector{BatchOf({{"v", {Kind::kInt4}}}, {array})}));
  EXPECT_EQ(ErrorOf("SELECT v FROM " + handle.sql()).SqlState(), "XX000");
}

TEST_F(Scan, AForgottenOrInventedTokenFindsNothing) {
  std::string sql;
  {
    auto handle = engine_->Register(NumberedSource({10}));
    sql = handle.sql();
    auto moved = std::move(handle);
    EXPECT_EQ(moved.sql(), sql);
    EXPECT_EQ(Show("SELECT count(*) FROM " + sql), "10");
  }
  EXPECT_EQ(ErrorOf("SELECT * FROM " + sql).SqlState(), "XX000");
  EXPECT_EQ(ErrorOf("SELECT * FROM firn_scan('guess')").SqlState(), "XX000");
  EXPECT_FALSE(Read("SELECT * FROM firn_scan(NULL)"));
}

// The shape of every spliced read: Parquet by field id and hot rows, filtered in one place.
TEST_F(Scan, UnionsWithParquetReadByFieldId) {
  const auto file = (folder_ / "lake" / "a.parquet").string();
  ASSERT_TRUE(
      lease_->Run("COPY (SELECT range AS other, 'cold ' || range AS label FROM range(1000)) "
                  "TO '" +
                  file + "' (FORMAT parquet, FIELD_IDS {other: 1, label: 2})"));
  auto handle = engine_->Register(NumberedSource({100}));
  const auto cold = [&](const std::string& path) {
    return "SELECT id, name, added FROM read_parquet(['" + path +
           "'], schema = MAP {1: {name: 'id', type: 'BIGINT', default_value: NULL}, 2: {name: "
           "'name', type: 'VARCHAR', default_value: NULL}, 3: {name: 'added', type: 'INTEGER', "
           "default_value: '7'}})";
  };
  const auto both = "(" + cold(file) + " UNION ALL SELECT id, name, 8 FROM " + handle.sql() + ")";
  EXPECT_EQ(Show("SELECT id, name, added FROM " + both + " WHERE id = 4 ORDER BY added"),
            "4|cold 4|7\n4|row 4|8");
  EXPECT_EQ(Show("SELECT count(*) FROM " + both), "1100");
  EXPECT_EQ(Show("SELECT count(*) FROM (" + cold("file://" + file) + ")"), "1000");
  const auto plan = Show("EXPLAIN SELECT name FROM " + both + " WHERE id = 4");
  EXPECT_NE(plan.find("Filters: id=4"), std::string::npos) << plan;
  EXPECT_EQ(ErrorOf(cold((folder_ / "outside.parquet").string())).SqlState(), "42501");
}

TEST_F(Scan, KeepsNoSourceAliveOnceTheHandleAndStreamAreGone) {
  auto source = NumberedSource({5000, 5000, 5000});
  std::weak_ptr<ScanSource> watch = source;
  auto handle = engine_->Register(std::move(source));
  auto query = lease_->Prepare("SELECT * FROM " + handle.sql());
  ASSERT_TRUE(query);
  {
    auto stream = (*query)->Execute();
    ASSERT_TRUE(stream);
    ASSERT_TRUE((*stream)->Next());
  }
  handle = {};
  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace firn::engine
