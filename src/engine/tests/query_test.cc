#include <thread>

#include "engine/tests/engine_fixture.h"

namespace firn::engine {
namespace {

class QueryTest : public EngineTest {
 protected:
  std::unique_ptr<Query> Prepare(const std::string& sql) {
    auto query = lease_->Prepare(sql);
    EXPECT_TRUE(query) << query.error().message;
    return query ? *std::move(query) : nullptr;
  }
  static std::string TypeNames(const std::vector<columnar::Field>& fields) {
    std::string names;
    for (const auto& field : fields) {
      names += (names.empty() ? "" : ", ") + columnar::PostgresName(field.type);
    }
    return names;
  }
};

constexpr auto kEndless = "SELECT count(*) FROM range(100000000000) a WHERE a.range % 7 = 9";

TEST_F(QueryTest, ResultsHaveThePostgresTypesOfTheTable) {
  auto query = Prepare(
      "SELECT 1::tinyint, 2::utinyint, 3::usmallint, 4::uinteger, 5::ubigint, 6::hugeint, "
      "7::decimal(12,2), 'x'::enum('x','y'), timestamp_s '2020-01-01 00:00:01', "
      "timestamp_ms '2020-01-01 00:00:00.001', timestamp_ns '2020-01-01 00:00:00.000001999', "
      "'ab'::blob, NULL::boolean, '61626364-6162-6364-6162-636461626364'::uuid");
  EXPECT_TRUE(query->fields_known());
  EXPECT_EQ(TypeNames(query->fields()),
            "smallint, smallint, integer, bigint, numeric(20,0), numeric(38,0), numeric(12,2), "
            "text, timestamp without time zone, timestamp without time zone, timestamp without "
            "time zone, bytea, boolean, uuid");
  auto table = Read(*query);
  ASSERT_TRUE(table) << table.error().message;
  for (int i = 0; i < (*table)->num_columns(); ++i) {
    EXPECT_TRUE((*table)->field(i)->type()->Equals(columnar::ArrowType(query->fields()[i].type)));
  }
  EXPECT_EQ(Show(table),
            "1|2|3|4|5|6|7.00|x|2020-01-01 00:00:01.000000|2020-01-01 00:00:00.001000|2020-01-01 "
            "00:00:00.000001|ab|null|abcdabcdabcdabcd");
}

TEST_F(QueryTest, TimesIntervalsAndListsBecomePostgresTypes) {
  auto query = Prepare(
      "SELECT time '10:00', interval '14 months -3 days 4 seconds', [1, NULL, 3], "
      "CAST(NULL AS VARCHAR[]), list_reverse(['a', 'b']), CAST([] AS DOUBLE[])");
  EXPECT_EQ(TypeNames(query->fields()),
            "time without time zone, interval, integer[], text[], text[], double precision[]");
  auto table = Read(*query);
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(Show(table),
            "10:00:00.000000|P14M-3DT4.000000S|list<element: int32>[1, null, 3]|null|"
            "list<element: string>[b, a]|list<element: double>[]");
}

// Elements of one vector in another order than its rows, with NULLs and empty lists between.
TEST_F(QueryTest, ListsKeepTheirElementsWhateverTheEngineDidToThem) {
  auto query = Prepare(
      "SELECT i, CASE WHEN i % 7 = 0 THEN NULL ELSE list_sort(l) END FROM (SELECT i, "
      "list_transform(range(i % 5), x -> (i * 31 + x) % 11) AS l FROM range(5000) t(i)) "
      "ORDER BY i DESC");
  auto table = Read(*query);
  ASSERT_TRUE(table) << table.error().message;
  const auto lists = std::static_pointer_cast<arrow::ListArray>((*table)->column(1)->chunk(0));
  const auto numbers = std::static_pointer_cast<arrow::Int64Array>((*table)->column(0)->chunk(0));
  for (int64_t row = 0; row < lists->length(); ++row) {
    const int64_t i = numbers->Value(row);
    ASSERT_EQ(lists->IsNull(row), i % 7 == 0);
    if (lists->IsNull(row)) continue;
    std::vector<int64_t> want;
    for (int64_t x = 0; x < i % 5; ++x) want.push_back((i * 31 + x) % 11);
    std::sort(want.begin(), want.end());
    const auto got = std::static_pointer_cast<arrow::Int64Array>(lists->value_slice(row));
    ASSERT_EQ(std::vector<int64_t>(got->raw_values(), got->raw_values() + got->length()), want);
  }
}

TEST_F(QueryTest, UnsupportedResultTypesNameTheColumn) {
  for (const std::string value :
       {"{'a': 1}", "[[1]]", "map {1: 2}", "1::uhugeint", "'10:00+01'::timetz"}) {
    const auto error = ErrorOf("SELECT 1 AS fine, " + value + " AS odd");
    EXPECT_EQ(error.SqlState(), "0A000") << value;
    EXPECT_NE(error.message.find("\"odd\""), std::string::npos) << error.message;
  }
}

TEST_F(QueryTest, HugeintsBeyondNumericAreRefusedNotCut) {
  const std::string nines(38, '9');
  EXPECT_EQ(Show("SELECT " + nines + "::hugeint, -" + nines + "::hugeint"), nines + "|-" + nines);
  EXPECT_EQ(ErrorOf("SELECT " + nines + "::hugeint + 1 AS h").SqlState(), "22003");
  EXPECT_EQ(ErrorOf("SELECT -" + nines + "::hugeint - 1 AS h").SqlState(), "22003");
}

TEST_F(QueryTest, ParametersOfEveryTypeArriveUnchanged) {
  const std::vector<std::pair<Type, std::string>> values = {
      {{Kind::kBool}, "true"},
      {{Kind::kInt2}, "-32768"},
      {{Kind::kInt4}, "2147483647"},
      {{Kind::kInt8}, "-9223372036854775808"},
      {{Kind::kFloat4}, "0.25"},
      {{Kind::kFloat8}, "1e300"},
      {columnar::Numeric(3, 1), "\"-99.9\""},
      {columnar::Numeric(18, 2), "\"-1234567890123456.78\""},
      {columnar::Numeric(38, 10), "\"-1234567890123456789012345678.0123456789\""},
      {{Kind::kText}, "\"it's é\""},
      {columnar::Varchar(9), "\"\""},
      {{Kind::kBytea}, "\"\\u0000\\u0001\""},
      {{Kind::kDate}, "-719162"},
      {{Kind::kTimestamp}, "253402300799999999"},
      {{Kind::kTimestamptz}, "-62135596800000000"},
      {{Kind::kUuid}, "\"z123456789abcdef\""},
  };
  for (const auto& [type, json] : values) {
    SCOPED_TRACE(columnar::PostgresName(type));
    auto query = Prepare("SELECT $1::" + columnar::DuckDbName(type) + " AS v");
    ASSERT_EQ(query->parameter_count(), 1u);
    for (const auto& text : {json, std::string("null")}) {
      // A slice, so that offsets count.
      const auto array = FromJson(type, "[null, " + text + "]")->Slice(1);
      const auto bound = query->Bind(0, type, *array);
      ASSERT_TRUE(bound) << bound.error().message;
      auto table = Read(*query);
      ASSERT_TRUE(table) << table.error().message;
      EXPECT_TRUE((*table)->column(0)->Equals(arrow::ChunkedArray(array))) << Show(table);
    }
  }
}

TEST_F(QueryTest, ParameterTypesAreWhatDuckDbDerives) {
  auto handle = engine_->Register(NumberedSource({10}));
  const auto type_of = [&](const std::string& sql, size_t index = 0) -> std::string {
    auto type = Prepare(sql)->ParameterType(index);
    if (!type) return std::string(type.error().SqlState());
    return *type ? columnar::PostgresName(**type) : "?";
  };
  const auto from = " FROM " + handle.sql();
  EXPECT_EQ(type_of("SELECT * " + from + " WHERE id = $1"), "bigint");
  EXPECT_EQ(type_of("SELECT * " + from + " WHERE id BETWEEN $1 AND $2", 1), "bigint");
  EXPECT_EQ(type_of("SELECT * " + from + " WHERE name LIKE $1"), "text");
  EXPECT_EQ(type_of("SELECT * " + from + " LIMIT $1"), "bigint");
  EXPECT_EQ(type_of("SELECT $1::decimal(10,2)"), "numeric(10,2)");
  EXPECT_EQ(type_of("SELECT $1"), "?");
  EXPECT_EQ(type_of("SELECT id + $1" + from), "?");
  EXPECT_EQ(type_of("SELECT $1::interval IS NULL"), "interval");
  EXPECT_EQ(type_of("SELECT $1::uhugeint IS NULL"), "0A000");
}

TEST_F(QueryTest, FieldsThatHangOnParametersAreKnownOnceExecuted) {
  auto query = Prepare("SELECT $1 AS v");
  EXPECT_FALSE(query->fields_known());
  ASSERT_TRUE(query->Bind(0, {Kind::kInt4}, *FromJson({Kind::kInt4}, "[7]")));
  auto stream = query->Execute();
  ASSERT_TRUE(stream) << stream.error().message;
  EXPECT_EQ(TypeNames((*stream)->fields()), "integer");
}

TEST_F(QueryTest, BadParametersAreRefused) {
  EXPECT_EQ(lease_->Prepare("SELECT $2::int").error().SqlState(), "42P18");
  EXPECT_EQ(lease_->Prepare("SELECT $1::int, $3::int").error().SqlState(), "42P18");
  auto query = Prepare("SELECT $1::text");
  EXPECT_EQ(query->Execute().error().SqlState(), "08P01");
  EXPECT_EQ(query->Bind(1, {Kind::kText}, *FromJson({Kind::kText}, R"(["x"])")).error().SqlState(),
            "08P01");
  arrow::StringBuilder builder;
  ASSERT_TRUE(builder.Append("\xff\xfe").ok());
  const auto broken = builder.Finish().ValueOrDie();
  EXPECT_EQ(query->Bind(0, {Kind::kText}, *broken).error().SqlState(), "22021");
}

TEST_F(QueryTest, OneTextIsOneStatement) {
  EXPECT_EQ(lease_->Prepare("SELECT 1; SELECT 2").error().SqlState(), "42601");
  EXPECT_EQ(lease_->Prepare(std::string_view("SELECT 1\0; x", 12)).error().SqlState(), "22021");
}

TEST_F(QueryTest, RunsAgainWithOtherValues) {
  auto query = Prepare("SELECT $1::int + 1");
  for (const int value : {1, 2, 3}) {
    ASSERT_TRUE(
        query->Bind(0, {Kind::kInt4}, *FromJson({Kind::kInt4}, "[" + std::to_string(value) + "]")));
    EXPECT_EQ(Show(Read(*query)), std::to_string(value + 1));
  }
}

TEST_F(QueryTest, LargeResultsStreamInSmallBatches) {
  auto query = Prepare("SELECT range AS i, repeat('x', 100) AS s FROM range(3000000)");
  auto stream = query->Execute();
  ASSERT_TRUE(stream);
  int64_t rows = 0;
  while (true) {
    auto batch = (*stream)->Next();
    ASSERT_TRUE(batch) << batch.error().message;
    if (*batch == nullptr) break;
    ASSERT_LE((*batch)->num_rows(), 2048);
    rows += (*batch)->num_rows();
  }
  EXPECT_EQ(rows, 3000000);
  EXPECT_EQ((*stream)->Next().value(), nullptr);
}

TEST_F(QueryTest, AnErrorInMidStreamIsAnErrorNotTheEnd) {
  auto query = Prepare(
      "SELECT CASE WHEN range < 500000 THEN 1 ELSE ('x' || range)::int END "
      "FROM range(1000000)");
  auto stream = query->Execute();
  Status status;
  int64_t rows = 0;
  while (stream) {
    auto batch = (*stream)->Next();
    if (!batch) {
      status = Fail(batch.error());
      EXPECT_FALSE((*stream)->Next());
      break;
    }
    ASSERT_NE(*batch, nullptr) << "ended after " << rows;
    rows += (*batch)->num_rows();
  }
  if (!stream) status = Fail(stream.error());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().SqlState(), "22P02");
  EXPECT_EQ(Show("SELECT 1"), "1");
}

TEST_F(QueryTest, NoStatementBeginsWhileAStreamIsOpen) {
  auto query = Prepare("SELECT range FROM range(1000000)");
  auto other = Prepare("SELECT 1");
  auto stream = query->Execute();
  ASSERT_TRUE((*stream)->Next());
  EXPECT_EQ(other->Execute().error().SqlState(), "55006");
  EXPECT_EQ(lease_->Prepare("SELECT 2").error().SqlState(), "55006");
  EXPECT_EQ(lease_->Run("SELECT 3").error().SqlState(), "55006");
  ASSERT_TRUE((*stream)->Next()) << "the stream must survive";
  stream->reset();
  EXPECT_EQ(Show(Read(*other)), "1");
}

TEST_F(QueryTest, AnAbandonedStreamLeavesNothingBehind) {
  auto handle = engine_->Register(NumberedSource({60000, 60000, 60000}, 3));
  for (int i = 0; i < 50; ++i) {
    auto query = Prepare("SELECT * FROM " + handle.sql());
    auto stream = query->Execute();
    ASSERT_TRUE(stream);
    if (i % 2 == 0) {
      ASSERT_TRUE((*stream)->Next());
    }
    if (i % 3 == 0) query.reset();
    stream->reset();
    EXPECT_EQ(Show("SELECT " + std::to_string(i)), std::to_string(i));
  }
}

TEST_F(QueryTest, ALeaseThatGoesClosesItsStreamsAndQueries) {
  auto query = Prepare("SELECT range FROM range(1000000)");
  auto stream = query->Execute();
  ASSERT_TRUE((*stream)->Next());
  lease_ = {};
  EXPECT_FALSE((*stream)->Next());
  EXPECT_FALSE(query->Execute());
  EXPECT_EQ(query->parameter_count(), 0u);
  lease_ = Lease();
  EXPECT_EQ(Show("SELECT 1"), "1");
}

TEST_F(QueryTest, InterruptStopsAQueryInTheMiddle) {
  auto query = Prepare(kEndless);
  const auto interrupter = lease_->interrupter();
  std::atomic<bool> done{false};
  std::thread canceller([&] {
    // Repeated until it ends, as the server does.
    while (!done.load()) {
      interrupter.Interrupt();
      std::this_thread::yield();
    }
  });
  auto table = Read(*query);
  done.store(true);
  canceller.join();
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().SqlState(), "57014");
  EXPECT_EQ(Show("SELECT 1"), "1") << "statements prepared later are not concerned";
}

TEST_F(QueryTest, OneInterruptBeforeExecuteIsEnough) {
  auto query = Prepare(kEndless);
  lease_->Interrupt();
  auto stream = query->Execute();
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().SqlState(), "57014");
}

TEST_F(QueryTest, InterruptBetweenBatchesEndsTheStream) {
  auto query = Prepare("SELECT range FROM range(10000000)");
  auto stream = query->Execute();
  ASSERT_TRUE((*stream)->Next());
  lease_->Interrupt();
  auto batch = (*stream)->Next();
  ASSERT_FALSE(batch);
  EXPECT_EQ(batch.error().SqlState(), "57014");
}

TEST_F(QueryTest, AnInterrupterOutlivesItsLease) {
  auto interrupter = lease_->interrupter();
  lease_ = {};
  lease_ = Lease();
  interrupter.Interrupt();
  EXPECT_EQ(Show("SELECT 1"), "1");
}

TEST_F(QueryTest, TimeZonesDoNotLeakIntoTheNextLease) {
  const std::string sql = "SELECT strftime(timestamptz '2020-06-01 12:00:00+00', '%H:%M')";
  ASSERT_TRUE(lease_->SetTimeZone("America/New_York"));
  EXPECT_EQ(Show(sql), "08:00");
  EXPECT_EQ(lease_->SetTimeZone("No/Where'").error().SqlState(), "22023");
  lease_ = {};
  lease_ = Lease();
  EXPECT_EQ(Show(sql), "12:00");
}

TEST_F(QueryTest, ManyLeasesWorkAtOnce) {
  auto handle = engine_->Register(NumberedSource({5000, 5000, 5000}, 2));
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        auto lease = Lease();
        right += Show(Read(*lease, "SELECT count(*), max(name) FROM " + handle.sql())) ==
                 "15000|row 9999 of some length";
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right.load(), 160);
}

}  // namespace
}  // namespace firn::engine
