// The whole of the room, on real files: commits, rounds, restarts.
#include "table/database.h"

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "catalog/store.h"
#include "lake/data_file_writer.h"
#include "lake/iceberg_table.h"
#include "log/recovery.h"
#include "log/segment_reader.h"
#include "table/data_folder.h"
#include "table/tests/answers.h"

namespace firn::table {
namespace {

using columnar::TypeKind;

std::shared_ptr<arrow::RecordBatch> Numbers(int64_t from, int64_t count) {
  arrow::Int64Builder id;
  for (int64_t i = from; i < from + count; ++i) EXPECT_TRUE(id.Append(i).ok());
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("id", arrow::int64())}), count,
                                  {*id.Finish()});
}

class SetClock final : public Clock {
 public:
  int64_t NowMicros() const override { return now.load(); }
  std::atomic<int64_t> now{SystemClock().NowMicros()};
};

class DatabaseTest : public testing::Test {
 protected:
  DatabaseTest() {
    std::filesystem::create_directories(dir_);
    Open();
  }
  ~DatabaseTest() override {
    database_.reset();
    std::filesystem::remove_all(dir_);
  }

  void Open() {
    DatabaseOptions options{.data_dir = dir_, .clock = &clock_};
    EXPECT_TRUE(options.settings.Set("log_prepare_bytes", "1MB", SettingOrigin::kFlag));
    EXPECT_TRUE(options.settings.Set("segment_bytes_max", "1MB", SettingOrigin::kFlag));
    auto opened = Database::Open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = *std::move(opened);
  }
  void Restart() {
    ASSERT_TRUE(database_->Stop());
    database_.reset();
    Open();
  }
  // What is on disk at this moment, opened as after a kill.
  void Crash() {
    const std::string copy = dir_ + "_crashed";
    std::filesystem::copy(dir_, copy, std::filesystem::copy_options::recursive);
    database_.reset();
    std::filesystem::remove_all(dir_);
    std::filesystem::rename(copy, dir_);
    Open();
  }

  Result<CommitReceipt> Commit(CommitRequest request) {
    return CommitAndWait(*database_, std::move(request));
  }
  Status Flush() { return FlushAndWait(*database_); }

  TableId CreateTable(const std::string& name) {
    catalog::TableDefinition definition{.name = name};
    definition.columns.columns = {{FieldId(1), "id", {TypeKind::kInt8}, false, ""}};
    definition.columns.last_field_id = 1;
    const auto prepared = database_->PrepareTable(std::move(definition)).value();
    EXPECT_TRUE(Commit({.changes = {catalog::CreateTable{prepared}}}));
    return prepared->id;
  }
  Result<CommitReceipt> Insert(TableId table, int64_t from, int64_t count) {
    return Commit({.writes = {{table, SchemaId(1), {Numbers(from, count)}, {}}}});
  }

  int64_t HotRowCount(TableId id) {
    const auto snapshot = database_->TakeSnapshot();
    const auto table = snapshot.root->Find(id);
    int64_t rows = 0;
    auto readers = HotRows(snapshot, table, {})->Begin({}, 2).value();
    for (auto& reader : readers) {
      while (const auto batch = reader->Next().value()) rows += batch->num_rows();
    }
    return rows;
  }
  int64_t LakeRowCount(TableId id) {
    const auto table = database_->TakeSnapshot().root->Find(id);
    int64_t rows = 0;
    for (const auto& file : table->lake_files) rows += file->rows;
    for (const auto& file : table->added_files) rows += file->rows;
    return rows;
  }

  const std::string dir_ = testing::TempDir() + "/firn_table_" + NewUuidV7().ToString();
  SetClock clock_;
  std::unique_ptr<Database> database_;
};

TEST_F(DatabaseTest, ACommitIsVisibleWhenItReturns) {
  const auto table = CreateTable("t");
  for (int i = 1; i <= 20; ++i) {
    const auto receipt = Insert(table, i, 1);
    ASSERT_TRUE(receipt) << receipt.error().message;
    EXPECT_GE(database_->TakeSnapshot().visible, receipt->last_lsn);
    EXPECT_EQ(HotRowCount(table), i);
  }
}

TEST_F(DatabaseTest, CommitsSurviveARestartAndACrash) {
  const auto table = CreateTable("t");
  ASSERT_TRUE(Insert(table, 0, 1));
  ASSERT_TRUE(Insert(table, 1, 5000));
  Restart();
  EXPECT_EQ(HotRowCount(table), 5001);
  ASSERT_TRUE(Insert(table, 5001, 7));
  Crash();
  EXPECT_EQ(HotRowCount(table), 5008);
  EXPECT_NE(database_->TakeSnapshot().root->catalog->FindTable("public", "t"), nullptr);
}

TEST_F(DatabaseTest, ARoundMovesRowsToTheLakeOnce) {
  const auto table = CreateTable("t");
  ASSERT_TRUE(Insert(table, 0, 3000));
  ASSERT_TRUE(Flush());
  EXPECT_EQ(HotRowCount(table), 0);
  EXPECT_EQ(LakeRowCount(table), 3000);
  ASSERT_TRUE(Insert(table, 3000, 10));
  Crash();
  EXPECT_EQ(HotRowCount(table), 10);
  EXPECT_EQ(LakeRowCount(table), 3000);
  ASSERT_TRUE(Flush());
  ASSERT_TRUE(Flush());  // nothing to do
  Restart();
  EXPECT_EQ(HotRowCount(table), 0);
  EXPECT_EQ(LakeRowCount(table), 3010);
}

// The crash came after the metadata was written and before SQLite pointed at it.
TEST_F(DatabaseTest, AMetadataVersionThatNobodyPointsAtIsAdopted) {
  const auto id = CreateTable("t");
  ASSERT_TRUE(Insert(id, 0, 100));
  std::filesystem::copy(dir_ + "/catalog.db", dir_ + "/catalog.db.before");
  std::filesystem::copy(dir_ + "/catalog.db-wal", dir_ + "/catalog.db-wal.before");
  ASSERT_TRUE(Flush());
  ASSERT_TRUE(database_->Stop());
  database_.reset();
  std::filesystem::remove(dir_ + "/catalog.db-shm");
  std::filesystem::rename(dir_ + "/catalog.db.before", dir_ + "/catalog.db");
  std::filesystem::rename(dir_ + "/catalog.db-wal.before", dir_ + "/catalog.db-wal");
  Open();
  EXPECT_EQ(HotRowCount(id), 0);
  EXPECT_EQ(LakeRowCount(id), 100);
}

TEST_F(DatabaseTest, ATransactionOverTwoTablesIsOneGroup) {
  const auto a = CreateTable("a");
  const auto b = CreateTable("b");
  ASSERT_TRUE(Commit(
      {.writes = {{a, SchemaId(1), {Numbers(0, 2)}, {}}, {b, SchemaId(1), {Numbers(0, 3)}, {}}}}));
  Crash();
  EXPECT_EQ(HotRowCount(a), 2);
  EXPECT_EQ(HotRowCount(b), 3);
}

TEST_F(DatabaseTest, ARefusedTransactionLeavesNothing) {
  const auto a = CreateTable("a");
  const auto refused =
      Commit({.writes = {{a, SchemaId(1), {Numbers(0, 2)}, {}},
                         {TableId(NewUuidV7()), SchemaId(1), {Numbers(0, 1)}, {}}}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().SqlState(), "42P01");
  const auto old_schema = Commit({.writes = {{a, SchemaId(2), {Numbers(0, 2)}, {}}}});
  EXPECT_EQ(old_schema.error().code, ErrorCode::kConflict);
  EXPECT_EQ(HotRowCount(a), 0);
}

TEST_F(DatabaseTest, AddedFilesAreRowsAtOnceAndEnterTheNextSnapshot) {
  const auto id = CreateTable("t");
  const auto definition = database_->TakeSnapshot().root->Find(id)->definition;
  auto writer = database_->NewDataFile(*definition).value();
  ASSERT_TRUE(writer->Write(*Numbers(0, 500)));
  const auto file = writer->Finish().value();
  const auto receipt = Commit({.writes = {{id, SchemaId(1), {Numbers(500, 5)}, {file}}}});
  ASSERT_TRUE(receipt) << receipt.error().message;
  EXPECT_EQ(HotRowCount(id), 5);
  EXPECT_EQ(LakeRowCount(id), 500);
  Crash();
  EXPECT_EQ(HotRowCount(id), 5);
  EXPECT_EQ(LakeRowCount(id), 500);
  EXPECT_GE(database_->TakeSnapshot().visible, receipt->last_lsn);
  ASSERT_TRUE(Flush());
  Crash();
  EXPECT_EQ(HotRowCount(id), 0);
  EXPECT_EQ(LakeRowCount(id), 505);
  EXPECT_TRUE(database_->TakeSnapshot().root->Find(id)->added_files.empty());
}

TEST_F(DatabaseTest, ADroppedTableGoesWithItsFolder) {
  const auto id = CreateTable("t");
  ASSERT_TRUE(Insert(id, 0, 10));
  ASSERT_TRUE(Flush());
  auto pinned = database_->TakeSnapshot();
  const auto folder = dir_ + "/warehouse/" + pinned.root->Find(id)->definition->folder;
  ASSERT_TRUE(Commit({.changes = {catalog::DropTable{id}}}));
  EXPECT_EQ(database_->TakeSnapshot().root->Find(id), nullptr);
  EXPECT_TRUE(std::filesystem::exists(folder));  // a statement still reads it
  pinned = {};
  EXPECT_FALSE(std::filesystem::exists(folder));
  Restart();
  EXPECT_EQ(database_->TakeSnapshot().root->Find(id), nullptr);
  const auto again = CreateTable("t");
  EXPECT_NE(again, id);
  EXPECT_EQ(HotRowCount(again), 0);
}

TEST_F(DatabaseTest, ATableThatCameAndWentSinceTheLastRoundIsNoDamage) {
  const auto id = CreateTable("t");
  ASSERT_TRUE(Insert(id, 0, 10));
  ASSERT_TRUE(Commit({.changes = {catalog::DropTable{id}}}));
  Crash();
  EXPECT_TRUE(database_->TakeSnapshot().root->tables.empty());
}

TEST_F(DatabaseTest, TheFirstSegmentAfterAStartKnowsTheTables) {
  CreateTable("t");
  Restart();
  log::Recovered found;
  log::ReplayCallbacks callbacks;
  callbacks.group = [](log::Group&&) { return Status(); };
  ASSERT_TRUE(log::RecoverLog(io::LocalFileSystem(), dir_ + "/log", callbacks, &found));
  ASSERT_EQ(found.newest_state.schemas.size(), 1u);
  EXPECT_EQ(found.newest_state.schemas.front().name, "public.t");
}

TEST_F(DatabaseTest, SegmentsRollAndTheRowsInThemAreReadBack) {
  const auto id = CreateTable("t");
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Insert(id, i * 40'000, 40'000));
  EXPECT_GT(database_->stats().log_segments, 2);
  Crash();
  EXPECT_EQ(HotRowCount(id), 400'000);
}

// Every reader finds each row once, hot or in the lake, whatever the flusher is doing.
TEST_F(DatabaseTest, ReadersCountEveryRowOnceThroughManyRounds) {
  const auto id = CreateTable("t");
  std::atomic<int64_t> acknowledged{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  for (int r = 0; r < 2; ++r) {
    readers.emplace_back([&] {
      while (!stop) {
        const int64_t before = acknowledged.load();
        const auto snapshot = database_->TakeSnapshot();
        const auto table = snapshot.root->Find(id);
        int64_t rows = 0;
        for (const auto& generation : table->generations) {
          for (const auto& batch : generation->Read(snapshot.visible, nullptr, false)) {
            rows += batch->num_rows();
          }
        }
        for (const auto& file : table->lake_files) rows += file->rows;
        ASSERT_GE(rows, before);
        ASSERT_LE(rows, acknowledged.load() + 3);  // one commit may not be acknowledged yet
      }
    });
  }
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(Insert(id, acknowledged, 3));
      acknowledged += 3;
    }
    ASSERT_TRUE(Flush());
  }
  stop = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(LakeRowCount(id), acknowledged);
}

// An NTP step, a virtual machine that was paused: time travel asks for commit times in order.
TEST_F(DatabaseTest, CommitTimesNeverGoBackWhateverTheClockDoes) {
  const TableId table = CreateTable("t");
  int64_t last = 0;
  int64_t rows = 0;
  const auto insert = [&](int64_t step_us) {
    clock_.now += step_us;
    const auto receipt = Insert(table, rows++, 1);
    ASSERT_TRUE(receipt) << receipt.error().message;
    EXPECT_GE(receipt->commit_us, last);
    last = receipt->commit_us;
  };
  constexpr int64_t kHour = int64_t{3600} * 1'000'000;
  for (const int64_t step : {int64_t{1000}, -kHour, int64_t{0}, -24 * kHour, 2 * kHour})
    insert(step);
  ASSERT_TRUE(Flush());
  Crash();
  insert(-kHour);
  ASSERT_TRUE(Flush());
  Restart();
  insert(-kHour);
  EXPECT_EQ(HotRowCount(table) + LakeRowCount(table), rows);
}

// Of small commits each is a sync, and a sync that overwrites is the faster one.
TEST_F(DatabaseTest, ARoundPreparesTheNextSegmentForSmallCommits) {
  const TableId table = CreateTable("t");
  const auto spares = [&] {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(LogDir(dir_))) {
      count += entry.path().filename().string().starts_with("spare") ? 1 : 0;
    }
    return count;
  };
  ASSERT_TRUE(Insert(table, 0, 25'000));  // one group, more than half of a segment
  ASSERT_TRUE(Flush());
  EXPECT_EQ(spares(), 0);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Insert(table, 25'000 + i, 1));
  ASSERT_TRUE(Flush());
  EXPECT_EQ(spares(), 1);
}

// Kept for whoever reads the log, not for a start.
TEST_F(DatabaseTest, AStartDoesNotReadWhatTheLakeHas) {
  const TableId table = CreateTable("t");
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Insert(table, i * 100'000, 100'000));
  ASSERT_TRUE(Flush());
  ASSERT_TRUE(Insert(table, 400'000, 1));
  const auto segments = database_->stats().log_segments;
  ASSERT_GE(segments, 3);
  database_.reset();
  const auto oldest = LogDir(dir_) + "/" + log::SegmentName(Lsn(1));
  const auto size = std::filesystem::file_size(oldest);
  {
    std::fstream file(oldest, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(size / 2));
    file.write("rotten", 6);
  }
  Open();
  EXPECT_GE(database_->stats().log_segments, segments);
  EXPECT_EQ(LakeRowCount(table), 400'000);
  EXPECT_EQ(HotRowCount(table), 1);
}

TEST_F(DatabaseTest, CommitTimesDoNotGoBackWithTheCatalogOfAnEarlierRelease) {
  const TableId table = CreateTable("t");
  const auto before = Insert(table, 0, 1);
  ASSERT_TRUE(Flush());
  ASSERT_TRUE(database_->Stop());
  database_.reset();
  {
    const auto store = *catalog::OpenSqliteStore(io::LocalFileSystem(), CatalogPath(dir_));
    const auto contents = store->Load().value();
    EXPECT_EQ(contents.settled_us, before->commit_us);
    ASSERT_TRUE(store->Commit({}, {.applied = contents.applied, .settled = contents.settled}, {}));
  }
  clock_.now -= int64_t{3600} * 1'000'000;
  Open();
  EXPECT_GE(Insert(table, 1, 1)->commit_us, before->commit_us);
}

TEST_F(DatabaseTest, WaitingForAnLsnEndsWhenItIsVisible) {
  const auto table = CreateTable("t");
  const auto receipt = Insert(table, 0, 1);
  std::atomic<int> reached{0};
  database_->WaitFor(receipt->last_lsn, [&] { ++reached; });
  EXPECT_EQ(reached, 1);
  database_->WaitFor(receipt->last_lsn + 2, [&] { ++reached; });
  ASSERT_TRUE(Insert(table, 1, 1));
  EXPECT_EQ(reached, 1);
  ASSERT_TRUE(Insert(table, 2, 1));
  EXPECT_EQ(reached, 2);
}

// Its client waits for it: those who came meanwhile are led by another thread.
TEST_F(DatabaseTest, WhoCommitsLeadsNoGroupButItsOwn) {
  const auto id = CreateTable("t");
  const auto request = [&](int64_t from) {
    return CommitRequest{.writes = {{id, SchemaId(1), {Numbers(from, 1)}, {}}}};
  };
  const auto here = std::this_thread::get_id();
  std::thread::id first;
  std::promise<std::thread::id> second;
  database_->Commit(request(0), [&](auto) {
    first = std::this_thread::get_id();
    database_->Commit(request(1), [&](auto) { second.set_value(std::this_thread::get_id()); });
  });
  EXPECT_EQ(first, here);
  EXPECT_NE(second.get_future().get(), here);
  EXPECT_EQ(HotRowCount(id), 2);
}

// The thread of a session that is not alone has others to serve while the disk works.
TEST_F(DatabaseTest, OfSessionsThatTakeTurnsNoneWritesOnItsOwnThread) {
  const TableId table = CreateTable("t");
  const auto writes_here = [&](const std::string& session) {
    std::promise<std::thread::id> wrote;
    database_->Commit({.writes = {{table, SchemaId(1), {Numbers(0, 1)}, {}}}, .session = session},
                      [&](const auto& receipt) {
                        EXPECT_TRUE(receipt);
                        wrote.set_value(std::this_thread::get_id());
                      });
    return wrote.get_future().get() == std::this_thread::get_id();
  };
  writes_here("first");
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(writes_here("second"));
    EXPECT_FALSE(writes_here("first"));
  }
  while (!writes_here("first")) std::this_thread::yield();  // alone again, the other's write done
}

// Writing them takes long: the thread has other sessions to serve.
TEST_F(DatabaseTest, WhoBringsManyRowsIsLedByAnotherThread) {
  const auto id = CreateTable("t");
  std::promise<std::thread::id> led;
  database_->Commit({.writes = {{id, SchemaId(1), {Numbers(0, 100'000)}, {}}}},
                    [&](auto) { led.set_value(std::this_thread::get_id()); });
  EXPECT_NE(led.get_future().get(), std::this_thread::get_id());
  EXPECT_EQ(HotRowCount(id), 100'000);
}

TEST_F(DatabaseTest, ConcurrentCommitsShareGroups) {
  const auto id = CreateTable("t");
  const auto before = database_->stats();
  std::vector<std::thread> writers;
  for (int w = 0; w < 8; ++w) {
    writers.emplace_back([&] {
      for (int i = 0; i < 50; ++i) ASSERT_TRUE(Insert(id, i, 1));
    });
  }
  for (auto& writer : writers) writer.join();
  const auto after = database_->stats();
  EXPECT_EQ(after.commits - before.commits, 400);
  EXPECT_LT(after.log_groups - before.log_groups, 400);
  Crash();
  EXPECT_EQ(HotRowCount(id), 400);
}

}  // namespace
}  // namespace firn::table
