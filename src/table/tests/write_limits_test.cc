// Rows that come faster than the lake takes them: writers wait, memory and log stay bounded, and
// a table that cannot be flushed does not stop the others.
#include <filesystem>
#include <fstream>
#include <future>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "table/database.h"
#include "table/tests/answers.h"

namespace firn::table {
namespace {

constexpr int64_t kLimit = 1 << 20;
constexpr int64_t kRows = 4096;  // 32 kB of one bigint column: a part of its own

class WriteLimitsTest : public testing::Test {
 protected:
  WriteLimitsTest() { std::filesystem::create_directories(dir_); }
  ~WriteLimitsTest() override {
    database_.reset();
    std::filesystem::remove_all(dir_);
  }

  void Open(const std::string& wait, const std::string& log_bytes = "20GB",
            int64_t hot_bytes = kLimit) {
    DatabaseOptions options{.data_dir = dir_, .hot_bytes_max = hot_bytes};
    for (const auto& [name, value] :
         std::map<std::string, std::string>{{"log_prepare_bytes", "64kB"},
                                            {"segment_bytes_max", "256kB"},
                                            {"write_wait", wait},
                                            {"log_bytes_max", log_bytes}}) {
      ASSERT_TRUE(options.settings.Set(name, value, SettingOrigin::kFlag));
    }
    auto opened = Database::Open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = *std::move(opened);
  }
  Result<CommitReceipt> Commit(CommitRequest request) {
    return CommitAndWait(*database_, std::move(request));
  }
  Status Flush() { return FlushAndWait(*database_); }
  TableId CreateTable(const std::string& name) {
    catalog::TableDefinition definition{.name = name};
    definition.columns.columns = {{FieldId(1), "id", {columnar::TypeKind::kInt8}, false, ""}};
    definition.columns.last_field_id = 1;
    const auto prepared = database_->PrepareTable(std::move(definition)).value();
    EXPECT_TRUE(Commit({.changes = {catalog::CreateTable{prepared}}}));
    return prepared->id;
  }
  Result<CommitReceipt> Insert(TableId table) {
    arrow::Int64Builder id;
    for (int64_t i = 0; i < kRows; ++i) EXPECT_TRUE(id.Append(i).ok());
    auto rows = arrow::RecordBatch::Make(arrow::schema({arrow::field("id", arrow::int64())}), kRows,
                                         {*id.Finish()});
    return Commit({.writes = {{table, SchemaId(1), {std::move(rows)}, {}}}});
  }
  /// Inserts until one is refused; how many were not.
  int InsertUntilRefused(TableId table, Error* error, int most = 500) {
    for (int n = 0; n < most; ++n) {
      if (auto inserted = Insert(table); !inserted) {
        *error = inserted.error();
        return n;
      }
    }
    return most;
  }
  int64_t RowCount(TableId id) const {
    const auto snapshot = database_->TakeSnapshot();
    const auto table = snapshot.root->Find(id);
    int64_t rows = 0;
    for (const auto& generation : table->generations) rows += generation->rows();
    for (const auto& file : table->lake_files) rows += file->rows;
    return rows;
  }
  /// A file where its folder of data files should be: no round can write the table.
  std::string Block(TableId id) const {
    const auto path = dir_ + "/warehouse/" +
                      database_->TakeSnapshot().root->Find(id)->definition->folder + "/data";
    std::filesystem::remove_all(path);
    std::ofstream(path) << "in the way";
    return path;
  }

  const std::string dir_ = testing::TempDir() + "/firn_limits_" + NewUuidV7().ToString();
  std::unique_ptr<Database> database_;
};

TEST_F(WriteLimitsTest, WritersWaitForARoundAndEveryRowIsKept) {
  Open("60s");
  const TableId table = CreateTable("t");
  constexpr int kWriters = 8;
  constexpr int kEach = 40;  // 10 MB in all, ten times the limit
  std::atomic<int64_t> most{0};
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&] {
      for (int n = 0; n < kEach; ++n) {
        const auto inserted = Insert(table);
        EXPECT_TRUE(inserted) << inserted.error().message;
        const auto held = database_->stats().hot_bytes;
        int64_t seen = most.load();
        while (seen < held && !most.compare_exchange_weak(seen, held)) {
        }
      }
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(RowCount(table), kWriters * kEach * kRows);
  // Each of those who waited may come with what it has.
  EXPECT_LE(most.load(), kLimit + kWriters * kRows * 8);
  EXPECT_GT(database_->stats().flush_rounds, 3);
  // The last ones were answered before the door was open again.
  while (database_->stats().writes_waiting > 0) std::this_thread::yield();
}

TEST_F(WriteLimitsTest, RowsThatReadersPinHoldNoWriterUp) {
  Open("60s");
  const TableId table = CreateTable("t");
  std::vector<Snapshot> pins;
  for (int64_t pinned = 0; pinned < 4 * kLimit; pinned += kRows * 8) {
    ASSERT_TRUE(Insert(table));
    pins.push_back(database_->TakeSnapshot());
  }
  ASSERT_TRUE(Flush());
  EXPECT_EQ(database_->stats().hot_bytes, 0);
  EXPECT_GE(database_->pinned_bytes(), 4 * kLimit);
  EXPECT_TRUE(pins.front().root->KeepsSince().has_value());
  EXPECT_FALSE(database_->TakeSnapshot().root->KeepsSince().has_value());
  pins.clear();
  EXPECT_EQ(database_->pinned_bytes(), 0);
}

TEST_F(WriteLimitsTest, ATableThatCannotBeFlushedIsNamedAndTheOthersGoOn) {
  Open("1s");
  const TableId stuck = CreateTable("stuck");
  const TableId other = CreateTable("other");
  ASSERT_TRUE(Insert(stuck));
  const auto blocked = Block(stuck);
  ASSERT_FALSE(Flush());
  Error error;
  EXPECT_EQ(InsertUntilRefused(stuck, &error), kLimit / 2 / (kRows * 8) - 1);
  EXPECT_EQ(error.SqlState(), "53200");
  EXPECT_NE(error.detail.find("flush of stuck"), std::string::npos) << error.detail;
  for (int n = 0; n < 100; ++n) {
    const auto inserted = Insert(other);
    ASSERT_TRUE(inserted) << n << ": " << inserted.error().message;
  }
  std::filesystem::remove(blocked);
  std::filesystem::create_directory(blocked);
  ASSERT_TRUE(Flush());
  EXPECT_TRUE(Insert(stuck));
  EXPECT_EQ(RowCount(other), 100 * kRows);
}

TEST_F(WriteLimitsTest, TheLogThatATableHoldsBackIsBounded) {
  Open("100ms", "4MB", 0);
  const TableId stuck = CreateTable("stuck");
  const TableId other = CreateTable("other");
  ASSERT_TRUE(Insert(stuck));
  Block(stuck);
  ASSERT_FALSE(Flush());
  Error error;
  EXPECT_LT(InsertUntilRefused(other, &error), 500);
  EXPECT_EQ(error.SqlState(), "53400");
  EXPECT_NE(error.detail.find("flush of stuck"), std::string::npos) << error.detail;
  EXPECT_LT(database_->stats().log_bytes, 5 << 20);
  const auto refused = Insert(stuck);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().SqlState(), "53400");
  // DDL needs no room, and is how one gets rid of it.
  EXPECT_TRUE(Commit({.changes = {catalog::DropTable{stuck}}}));
  ASSERT_TRUE(Flush());
  EXPECT_TRUE(Insert(other));
}

TEST_F(WriteLimitsTest, AStopRefusesThoseWhoWait) {
  Open("60s");
  const TableId table = CreateTable("t");
  Block(table);
  for (int64_t held = 0; held < kLimit; held += kRows * 8) (void)Insert(table);
  auto waiting = std::async(std::launch::async, [&] { return Insert(table); });
  while (database_->stats().writes_waiting == 0 &&
         waiting.wait_for(std::chrono::seconds(0)) == std::future_status::timeout) {
    std::this_thread::yield();
  }
  ASSERT_TRUE(database_->Stop());
  const auto refused = waiting.get();
  ASSERT_FALSE(refused);
}

}  // namespace
}  // namespace firn::table
