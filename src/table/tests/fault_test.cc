// The whole of the room on a file system that fails, or forgets: what was acknowledged is there
// once, what was refused is not there at all.
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "catalog/store.h"
#include "io/faulty_file_system.h"
#include "lake/data_file_writer.h"
#include "lake/iceberg_table.h"
#include "log/segment_reader.h"
#include "table/database.h"
#include "table/tests/answers.h"

namespace firn::table {
namespace {

using columnar::TypeKind;
using io::FaultyFileSystem;

std::shared_ptr<arrow::RecordBatch> Rows(int64_t count) {
  arrow::Int64Builder id;
  for (int64_t i = 0; i < count; ++i) EXPECT_TRUE(id.Append(i).ok());
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("id", arrow::int64())}), count,
                                  {*id.Finish()});
}

class FaultTest : public testing::Test {
 protected:
  FaultTest() { std::filesystem::create_directories(dir_); }
  ~FaultTest() override {
    database_.reset();
    std::filesystem::remove_all(dir_);
  }

  Status Open(std::string_view flush_bytes = "128MB") {
    DatabaseOptions options{.data_dir = dir_, .files = &files_};
    EXPECT_TRUE(options.settings.Set("log_prepare_bytes", "64kB", SettingOrigin::kFlag));
    EXPECT_TRUE(options.settings.Set("segment_bytes_max", "1MB", SettingOrigin::kFlag));
    EXPECT_TRUE(options.settings.Set("flush_bytes", flush_bytes, SettingOrigin::kFlag));
    EXPECT_TRUE(options.settings.Set("time_travel_window", window_, SettingOrigin::kFlag));
    FIRN_TRY(database_, Database::Open(std::move(options)));
    return {};
  }
  // Leaves what is on disk at this moment, as after a kill.
  void Kill() {
    const std::string copy = dir_ + "_killed";
    std::filesystem::copy(dir_, copy, std::filesystem::copy_options::recursive);
    database_.reset();
    std::filesystem::remove_all(dir_);
    std::filesystem::rename(copy, dir_);
  }

  Result<CommitReceipt> Commit(CommitRequest request) {
    return CommitAndWait(*database_, std::move(request));
  }
  Status Flush() { return FlushAndWait(*database_); }
  Result<TableId> CreateTable(const std::string& name) {
    catalog::TableDefinition definition{.name = name};
    definition.columns.columns = {{FieldId(1), "id", {TypeKind::kInt8}, false, ""}};
    definition.columns.last_field_id = 1;
    FIRN_TRY(const auto prepared, database_->PrepareTable(std::move(definition)));
    FIRN_RETURN_IF_ERROR(Commit({.changes = {catalog::CreateTable{prepared}}}));
    return prepared->id;
  }
  Result<CommitReceipt> Insert(TableId table, int64_t count) {
    return Commit({.writes = {{table, SchemaId(1), {Rows(count)}, {}}}});
  }
  Result<lake::DataFile> DataFileOf(TableId id, int64_t count) {
    const auto definition = database_->TakeSnapshot().root->Find(id)->definition;
    FIRN_TRY(const auto writer, database_->NewDataFile(*definition));
    FIRN_RETURN_IF_ERROR(writer->Write(*Rows(count)));
    return writer->Finish();
  }
  std::string FolderOf(TableId id) const {
    return dir_ + "/warehouse/" + database_->TakeSnapshot().root->Find(id)->definition->folder;
  }

  int64_t HotRowCount(TableId id) const {
    const auto snapshot = database_->TakeSnapshot();
    int64_t rows = 0;
    for (const auto& generation : snapshot.root->Find(id)->generations) {
      for (const auto& batch : generation->Read(snapshot.visible, nullptr, false)) {
        rows += batch->num_rows();
      }
    }
    return rows;
  }
  int64_t RowCount(TableId id) const {
    const auto table = database_->TakeSnapshot().root->Find(id);
    int64_t rows = HotRowCount(id);
    for (const auto& file : table->lake_files) rows += file->rows;
    for (const auto& file : table->added_files) rows += file->rows;
    return rows;
  }

  // In memory where there is such a place: the power cuts are ours.
  static std::string TempRoot() {
    return std::filesystem::exists("/dev/shm") ? "/dev/shm" : testing::TempDir();
  }

  const std::string dir_ = TempRoot() + "/firn_fault_" + NewUuidV7().ToString();
  std::string window_ = "1h";  // how long the log is kept
  FaultyFileSystem files_{io::LocalFileSystem()};
  std::unique_ptr<Database> database_;
};

// Commits that a stop comes upon are either refused or there afterwards.
TEST_F(FaultTest, WhatWasAcknowledgedWhileStoppingIsThere) {
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(Open());
    const auto name = "t" + std::to_string(round);
    const auto id = CreateTable(name).value();
    std::atomic<int64_t> acknowledged{0};
    std::atomic<int> created{0};
    std::vector<std::thread> writers;
    for (int w = 0; w < 4; ++w) {
      writers.emplace_back([&, w] {
        for (int i = 0; Insert(id, 1); ++i) {
          ++acknowledged;
          if (w == 0 && CreateTable(fmt::format("{}_{}", name, i))) ++created;
        }
      });
    }
    while (acknowledged < 50) std::this_thread::yield();
    EXPECT_TRUE(database_->Stop());
    for (auto& writer : writers) writer.join();
    database_.reset();
    const auto reopened = Open();
    ASSERT_TRUE(reopened) << reopened.error().message;
    EXPECT_EQ(RowCount(id), acknowledged);
    const auto catalog = database_->TakeSnapshot().root->catalog;
    for (int i = 0; i < created; ++i) {
      EXPECT_NE(catalog->FindTable("public", fmt::format("{}_{}", name, i)), nullptr);
    }
    database_.reset();
  }
}

// The folder goes with the table; the log still tells of a file that was in it.
TEST_F(FaultTest, ATableThatWasDroppedWithAddedFilesIsNoDamage) {
  ASSERT_TRUE(Open());
  const auto id = CreateTable("t").value();
  const auto file = DataFileOf(id, 10).value();
  ASSERT_TRUE(Commit({.writes = {{id, SchemaId(1), {}, {file}}}}));
  ASSERT_TRUE(Commit({.changes = {catalog::DropTable{id}}}));
  Kill();
  const auto reopened = Open();
  ASSERT_TRUE(reopened) << reopened.error().message;
  EXPECT_TRUE(database_->TakeSnapshot().root->tables.empty());
}

TEST_F(FaultTest, AnAddedFileThatIsGoneIsDamageAndNamed) {
  ASSERT_TRUE(Open());
  const auto id = CreateTable("t").value();
  const auto file = DataFileOf(id, 10).value();
  ASSERT_TRUE(Commit({.writes = {{id, SchemaId(1), {}, {file}}}}));
  Kill();
  std::filesystem::remove(file.path.substr(std::string_view("file://").size()));
  for (int i = 0; i < 2; ++i) {
    const auto reopened = Open();
    ASSERT_FALSE(reopened);
    EXPECT_EQ(reopened.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(reopened.error().message.find(".parquet"), std::string::npos)
        << reopened.error().message;
  }
}

// A refusal to start must not make the next attempt succeed with rows missing.
TEST_F(FaultTest, ALogThatIsGoneIsRefusedEveryTime) {
  ASSERT_TRUE(Open());
  const auto id = CreateTable("t").value();
  ASSERT_TRUE(Insert(id, 10));
  ASSERT_TRUE(Flush());
  ASSERT_TRUE(Insert(id, 10));
  ASSERT_TRUE(database_->Stop());
  database_.reset();
  std::filesystem::rename(dir_ + "/log", dir_ + "/log_away");
  for (int i = 0; i < 2; ++i) {
    const auto reopened = Open();
    ASSERT_FALSE(reopened);
    EXPECT_EQ(reopened.error().code, ErrorCode::kCorrupt) << reopened.error().message;
  }
  std::filesystem::remove_all(dir_ + "/log");
  std::filesystem::rename(dir_ + "/log_away", dir_ + "/log");
  ASSERT_TRUE(Open());
  EXPECT_EQ(RowCount(id), 20);
}

// Damage may lie behind a DROP: until the log is known to be good the folder is left alone.
TEST_F(FaultTest, ADamagedLogChangesNothing) {
  ASSERT_TRUE(Open());
  const auto id = CreateTable("t").value();
  ASSERT_TRUE(Insert(id, 10));
  ASSERT_TRUE(Flush());
  const auto folder = FolderOf(id);
  const auto other = CreateTable("other").value();
  const auto pinned = dir_ + "/pinned";
  std::filesystem::copy(folder, pinned, std::filesystem::copy_options::recursive);
  ASSERT_TRUE(Commit({.changes = {catalog::DropTable{id}}}));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Insert(other, 1));
  Kill();
  std::filesystem::rename(pinned, folder);
  std::string segment;
  for (const auto& entry : std::filesystem::directory_iterator(dir_ + "/log")) {
    if (entry.path().filename().string().starts_with("segment_")) segment = entry.path();
  }
  {
    // The last group but one.
    std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
    const auto text = std::string(std::istreambuf_iterator<char>(file), {});
    const auto last = text.find_last_not_of('\0') / 4096 * 4096;
    file.clear();
    file.seekp(static_cast<std::streamoff>(last - 4096 + 2000));
    file.write("rot", 3);
  }
  const auto reopened = Open();
  ASSERT_FALSE(reopened);
  EXPECT_EQ(reopened.error().code, ErrorCode::kCorrupt);
  EXPECT_TRUE(std::filesystem::exists(folder + "/metadata")) << reopened.error().message;
}

// What fails at the end of a round is tried again after the interval, not in a tight loop.
TEST_F(FaultTest, AFailingRoundIsNotRunWithoutEnd) {
  ASSERT_TRUE(Open("1MB"));
  const auto id = CreateTable("t").value();
  ASSERT_TRUE(Insert(id, 10));
  const auto in_the_way = FolderOf(id) + "/metadata/version-hint.text.tmp";
  std::filesystem::create_directory(in_the_way);
  EXPECT_FALSE(Flush());
  const int64_t before = database_->stats().flush_failures;
  ASSERT_TRUE(Insert(id, 200'000));  // more than flush_bytes
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Insert(id, 1));
  EXPECT_FALSE(Flush());
  EXPECT_LE(database_->stats().flush_failures - before, 3);
  std::filesystem::remove(in_the_way);
  EXPECT_TRUE(Flush());
  EXPECT_EQ(HotRowCount(id), 0);
  EXPECT_EQ(RowCount(id), 200'030);
}

// A commit for which the log cannot open its next segment costs nobody else anything.
TEST_F(FaultTest, WithoutDescriptorsACommitIsRefusedAndTheNextOneIsNot) {
  ASSERT_TRUE(Open());
  const auto a = CreateTable("a").value();
  const auto b = CreateTable("b").value();
  std::map<TableId, int64_t> rows;
  const auto insert = [&](int64_t count) -> Status {
    FIRN_RETURN_IF_ERROR(Commit({.writes = {{a, SchemaId(1), {Rows(count)}, {}},
                                            {b, SchemaId(1), {Rows(1), Rows(count)}, {}}}}));
    rows[a] += count;
    rows[b] += count + 1;
    return {};
  };
  const auto seen_by = [&](const Snapshot& snapshot) {
    int64_t seen = 0;
    for (const auto& generation : snapshot.root->Find(a)->generations) {
      seen += generation->CountVisible(snapshot.visible);
    }
    return seen;
  };
  ASSERT_TRUE(insert(7));
  const auto other = database_->PrepareTable(
      {.name = "c", .columns = database_->TakeSnapshot().root->Find(a)->definition->columns});
  ASSERT_TRUE(other) << other.error().message;
  files_.SayNoDescriptors(true);
  for (int round = 0; round < 3; ++round) {
    files_.FailAt(FaultyFileSystem::Op::kOpen, 1, true);
    Status refused;
    while ((refused = insert(20'000))) ASSERT_LT(rows[a], 1'000'000);
    const auto before = database_->TakeSnapshot();
    const int64_t seen = seen_by(before);
    for (const int64_t count : {20'000, 20'001}) {
      // Soon after a refusal the log is not asked.
      const auto opened = files_.count(FaultyFileSystem::Op::kOpen);
      while (files_.count(FaultyFileSystem::Op::kOpen) == opened) {
        refused = insert(count);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().SqlState(), "53000") << refused.error().message;
      }
      for (const auto& [id, count] : rows) EXPECT_EQ(RowCount(id), count);
    }
    const auto created = Commit({.changes = {catalog::CreateTable{*other}},
                                 .writes = {{(*other)->id, SchemaId(1), {Rows(60'000)}, {}}}});
    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().SqlState(), "53000") << created.error().message;
    EXPECT_EQ(database_->TakeSnapshot().root->Find((*other)->id), nullptr);
    EXPECT_EQ(database_->Poisoned().error().SqlState(), "53000");
    files_.Heal();
    const double healed = MonotonicSeconds();
    while (!(refused = insert(1)))
      ASSERT_LT(MonotonicSeconds() - healed, 5) << refused.error().message;
    EXPECT_TRUE(database_->Poisoned());
    for (const int64_t count : {20'000, 2}) {
      const auto written = insert(count);
      ASSERT_TRUE(written) << written.error().message;
    }
    for (const auto& [id, count] : rows) EXPECT_EQ(RowCount(id), count);
    EXPECT_EQ(seen_by(before), seen);
    ASSERT_TRUE(round != 1 || Flush());
  }
  Kill();
  ASSERT_TRUE(Open());
  for (const auto& [id, count] : rows) EXPECT_EQ(RowCount(id), count);
}

// They would be acknowledged and could not be read back.
TEST_F(FaultTest, RowsOfOtherColumnsAreRefused) {
  ASSERT_TRUE(Open());
  const auto id = CreateTable("t").value();
  arrow::Int32Builder small;
  ASSERT_TRUE(small.AppendValues({1, 2}).ok());
  const auto rows = arrow::RecordBatch::Make(arrow::schema({arrow::field("id", arrow::int32())}), 2,
                                             {*small.Finish()});
  const auto refused = Commit({.writes = {{id, SchemaId(1), {rows}, {}}}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kSchemaMismatch);
  EXPECT_EQ(RowCount(id), 0);
  ASSERT_TRUE(Insert(id, 1));
  Kill();
  ASSERT_TRUE(Open());
  EXPECT_EQ(RowCount(id), 1);
}

class LogStart : public FaultTest {
 protected:
  static constexpr int64_t kRows = 40'000;  // three transactions of so many fill a segment

  void InsertSegments(TableId table, int transactions = 12) {
    for (int i = 0; i < transactions; ++i) ASSERT_TRUE(Insert(table, kRows));
  }
  void End(bool clean) {
    if (!clean) return Kill();
    ASSERT_TRUE(database_->Stop());
    database_.reset();
  }
  /// Until the catalog, as a kill would leave it, knows the newest segment.
  void AwaitNote() const {
    const auto copy = dir_ + "_noted";
    for (const double until = MonotonicSeconds() + 30; MonotonicSeconds() < until;) {
      std::filesystem::create_directories(copy);
      for (const auto* name : {"/catalog.db", "/catalog.db-wal"}) {
        std::error_code missing;
        std::filesystem::copy_file(dir_ + name, copy + name, missing);
      }
      const auto noted = Noted(copy + "/catalog.db");
      std::filesystem::remove_all(copy);
      if (noted && Segments().back() == log::SegmentName(*noted)) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ADD_FAILURE() << "the catalog was not told of " << Segments().back();
  }
  static Result<Lsn> Noted(const std::string& path) {
    FIRN_TRY(const auto store, catalog::OpenSqliteStore(io::LocalFileSystem(), path));
    FIRN_TRY(const auto contents, store->Load());
    return contents.newest_segment;
  }
  /// Oldest first.
  std::vector<std::string> Segments() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(dir_ + "/log")) {
      auto name = entry.path().filename().string();
      if (name.starts_with("segment_")) names.push_back(std::move(name));
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  void MoveAway(const std::string& name) {
    std::filesystem::rename(dir_ + "/" + name, dir_ + "_away");
  }
  void PutBack(const std::string& name) {
    std::filesystem::rename(dir_ + "_away", dir_ + "/" + name);
  }
  std::map<std::string, uintmax_t> Everything() const {
    std::map<std::string, uintmax_t> all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_)) {
      const auto name = entry.path().filename().string();
      if (name == "catalog.db-wal" || name == "catalog.db-shm") continue;  // SQLite's own business
      all[entry.path()] = entry.is_regular_file() && name != "catalog.db" ? entry.file_size() : 0;
    }
    return all;
  }
  /// Twice, for the first attempt must not prepare the ground for the second.
  void ExpectRefused(const std::vector<std::string>& said) {
    const auto before = Everything();
    for (int i = 0; i < 2; ++i) {
      const auto opened = Open();
      ASSERT_FALSE(opened);
      EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt) << opened.error().message;
      for (const auto& text : said) {
        EXPECT_NE(opened.error().message.find(text), std::string::npos) << opened.error().message;
      }
      EXPECT_NE(opened.error().hint.find("Nothing was changed"), std::string::npos);
      EXPECT_EQ(Everything(), before);
    }
  }
};

// Rows that were acknowledged and are in no other place.
TEST_F(LogStart, ALogWithoutItsOldestSegmentIsRefused) {
  for (const bool clean : {false, true}) {
    SCOPED_TRACE(clean);
    std::filesystem::remove_all(dir_);
    std::filesystem::create_directories(dir_);
    ASSERT_TRUE(Open());
    const auto id = CreateTable("t").value();
    ASSERT_TRUE(Insert(id, 10));
    ASSERT_TRUE(Flush());
    const auto flushed = database_->lsn_state().flushed;
    InsertSegments(id);
    End(clean);
    const auto segments = Segments();
    ASSERT_GE(segments.size(), 3u);
    MoveAway("log/" + segments[0]);
    ExpectRefused({dir_ + "/log", fmt::format("LSN {}", flushed + 1), segments[1]});
    PutBack("log/" + segments[0]);
    const auto reopened = Open();
    ASSERT_TRUE(reopened) << reopened.error().message;
    EXPECT_EQ(RowCount(id), 10 + 12 * kRows);
    database_.reset();
  }
}

TEST_F(LogStart, RowsOfATableWhoseFlushFailedAreStillNeeded) {
  ASSERT_TRUE(Open());
  const auto good = CreateTable("good").value();
  const auto bad = CreateTable("bad").value();
  ASSERT_TRUE(Insert(bad, 10));
  InsertSegments(good);
  const auto in_the_way = FolderOf(bad) + "/data";
  std::filesystem::remove_all(in_the_way);
  std::ofstream(in_the_way) << "in the way";
  EXPECT_FALSE(Flush());
  EXPECT_EQ(HotRowCount(good), 0);
  End(true);
  const auto segments = Segments();
  MoveAway("log/" + segments[0]);
  ExpectRefused({segments[1]});
  PutBack("log/" + segments[0]);
  std::filesystem::remove(in_the_way);
  ASSERT_TRUE(Open());
  EXPECT_EQ(RowCount(bad), 10);
}

// What it held was acknowledged, and nothing else knows of it.
TEST_F(LogStart, ALogWithoutItsNewestSegmentIsRefusedAfterAKill) {
  ASSERT_TRUE(Open());
  const auto id = CreateTable("t").value();
  InsertSegments(id);
  AwaitNote();
  End(false);
  const auto killed = Segments();
  ASSERT_GE(killed.size(), 3u);
  MoveAway("log/" + killed.back());
  ExpectRefused({dir_ + "/log", killed.back(), killed[killed.size() - 2]});
  PutBack("log/" + killed.back());
  ASSERT_TRUE(Open());
  EXPECT_EQ(RowCount(id), 12 * kRows);
  // The one that a start made, too, before anything is rolled or flushed.
  ASSERT_TRUE(Insert(id, 10));
  End(false);
  const auto again = Segments();
  ASSERT_GT(again.size(), killed.size());
  MoveAway("log/" + again.back());
  ExpectRefused({again.back(), killed.back()});
  PutBack("log/" + again.back());
  ASSERT_TRUE(Open());
  EXPECT_EQ(RowCount(id), 10 + 12 * kRows);
}

TEST_F(LogStart, AGapBetweenSegmentsIsRefused) {
  ASSERT_TRUE(Open());
  InsertSegments(CreateTable("t").value());
  End(false);
  const auto segments = Segments();
  MoveAway("log/" + segments[1]);
  ExpectRefused({dir_ + "/log/" + segments[0], segments[2]});
}

// The catalog is a materialisation of the log, as long as the log is there from its beginning.
TEST_F(LogStart, AMissingCatalogIsMadeAgainFromAWholeLogOnly) {
  ASSERT_TRUE(Open());
  const auto id = CreateTable("t").value();
  InsertSegments(id);
  ASSERT_TRUE(Flush());
  ASSERT_TRUE(Insert(id, 10));
  End(true);
  std::filesystem::remove(dir_ + "/catalog.db");
  window_ = "0ms";
  const auto made_again = Open();
  ASSERT_TRUE(made_again) << made_again.error().message;
  EXPECT_EQ(RowCount(id), 10 + 12 * kRows);
  ASSERT_TRUE(Flush());  // retires
  ASSERT_TRUE(Insert(id, 10));
  End(true);
  MoveAway("catalog.db");
  ExpectRefused({dir_ + "/catalog.db", "LSN 1", Segments()[0]});
  PutBack("catalog.db");
  ASSERT_TRUE(Open());
  EXPECT_EQ(RowCount(id), 20 + 12 * kRows);
}

TEST_F(LogStart, ALogWithoutAnySegmentIsRefusedBeforeAndAfterTheFirstRound) {
  for (const bool flushed : {false, true}) {
    SCOPED_TRACE(flushed);
    std::filesystem::remove_all(dir_);
    std::filesystem::create_directories(dir_);
    ASSERT_TRUE(Open());
    const auto id = CreateTable("t").value();
    ASSERT_TRUE(Insert(id, 10));
    if (flushed) {
      ASSERT_TRUE(Flush());
    }
    End(false);
    for (const auto& segment : Segments()) std::filesystem::remove(dir_ + "/log/" + segment);
    ExpectRefused({dir_ + "/log"});
    std::filesystem::remove_all(dir_ + "/log");
    ExpectRefused({dir_ + "/log"});
    for (const auto* file : {"/catalog.db", "/catalog.db-wal", "/catalog.db-shm"}) {
      std::filesystem::remove(dir_ + file);
    }
    ExpectRefused({dir_ + "/log", dir_ + "/warehouse"});
  }
}

TEST_F(LogStart, TheLogOfAnotherFolderIsRefused) {
  ASSERT_TRUE(Open());
  ASSERT_TRUE(CreateTable("t"));
  End(true);
  std::filesystem::rename(dir_, dir_ + "_other");
  std::filesystem::create_directories(dir_);
  ASSERT_TRUE(Open());
  End(true);
  std::filesystem::rename(dir_ + "/log", dir_ + "_away");
  std::filesystem::rename(dir_ + "_other/log", dir_ + "/log");
  ExpectRefused({dir_ + "/log"});
  std::filesystem::remove_all(dir_ + "_other");
  std::filesystem::remove_all(dir_ + "_away");
}

// What retiring leaves is always enough, also for a table that got no row for long and however
// the server ended.
TEST_F(LogStart, ALogThatWasRetiredIsEnough) {
  window_ = "0ms";
  ASSERT_TRUE(Open());
  const auto idle = CreateTable("idle").value();
  const auto busy = CreateTable("busy").value();
  ASSERT_TRUE(Insert(idle, 10));
  for (int round = 0; round < 4; ++round) {
    SCOPED_TRACE(round);
    InsertSegments(busy);
    ASSERT_TRUE(Flush());
    EXPECT_LT(Segments().size(), 3u);
    if (round % 2 == 1) InsertSegments(busy, 1);
    End(round < 2);
    const auto reopened = Open();
    ASSERT_TRUE(reopened) << reopened.error().message;
    EXPECT_EQ(RowCount(idle), 10);
    EXPECT_EQ(RowCount(busy), ((round + 1) * 12 + (round + 1) / 2) * kRows);
  }
}

}  // namespace
}  // namespace firn::table
