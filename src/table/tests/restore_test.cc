// Backups of a life of commits, rounds, TRUNCATE and files, restored to every LSN of it.
#include "table/restore.h"

#include <filesystem>
#include <future>
#include <map>
#include <random>

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/faulty_file_system.h"
#include "lake/data_file_writer.h"
#include "table/second_copy.h"
#include "table/tests/answers.h"

namespace firn::table {
namespace {

using columnar::TypeKind;
using testing::HasSubstr;

std::shared_ptr<arrow::RecordBatch> Numbers(int64_t count) {
  arrow::Int64Builder id;
  for (int64_t i = 0; i < count; ++i) EXPECT_TRUE(id.Append(i).ok());
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("id", arrow::int64())}), count,
                                  {*id.Finish()});
}

std::unique_ptr<Database> OpenFolder(const std::string& dir, io::FileSystem& files) {
  DatabaseOptions options{.data_dir = dir, .files = &files};
  EXPECT_TRUE(options.settings.Set("log_prepare_bytes", "0", SettingOrigin::kFlag));
  EXPECT_TRUE(options.settings.Set("segment_bytes_max", "64kB", SettingOrigin::kFlag));
  EXPECT_TRUE(options.settings.Set("time_travel_window", "0s", SettingOrigin::kFlag));
  auto opened = Database::Open(std::move(options));
  EXPECT_TRUE(opened) << opened.error().message;
  return opened ? *std::move(opened) : nullptr;
}

bool IsGap(const Error& error) {
  return error.message.find("not in the archive") != std::string::npos ||
         error.message.find("are missing") != std::string::npos;
}

/// In memory where there is such a folder: these tests sync thousands of times.
std::string NewFolder() {
  const std::string memory = "/dev/shm";
  const auto parent = std::filesystem::exists(memory) ? memory : testing::TempDir();
  return parent + "/firn_restore_" + NewUuidV7().ToString();
}

/// Rows by table name.
using Rows = std::map<std::string, int64_t>;

Rows RowsOf(Database& database) {
  Rows rows;
  const auto snapshot = database.TakeSnapshot();
  for (const auto& [id, table] : snapshot.root->tables) {
    auto& count = rows[table->definition->name];
    for (const auto* files : {&table->lake_files, &table->added_files}) {
      for (const auto& file : *files) count += file->rows;
    }
    auto readers = HotRows(snapshot, table, {})->Begin({}, 1).value();
    for (auto& reader : readers) {
      while (const auto batch = reader->Next().value()) count += batch->num_rows();
    }
  }
  return rows;
}

class RestoreTest : public testing::Test {
 protected:
  RestoreTest() {
    std::filesystem::create_directories(dir_ + "/data");
    database_ = OpenFolder(dir_ + "/data", io::LocalFileSystem());
    store_ = *io::OpenObjectStore("file://" + dir_ + "/copy", {}, io::LocalFileSystem());
  }
  ~RestoreTest() override {
    database_.reset();
    std::filesystem::remove_all(dir_);
  }

  Result<CommitReceipt> Commit(CommitRequest request) {
    auto receipt = CommitAndWait(*database_, std::move(request));
    EXPECT_TRUE(receipt) << receipt.error().message;
    if (receipt) Note(*receipt);
    return receipt;
  }
  void Note(const CommitReceipt& receipt) {
    history_[receipt.last_lsn] = RowsOf(*database_);
    times_[receipt.last_lsn] = receipt.commit_us;
  }
  TableId CreateTable(const std::string& name) {
    catalog::TableDefinition definition{.name = name};
    definition.columns.columns = {{FieldId(1), "id", {TypeKind::kInt8}, false, ""}};
    definition.columns.last_field_id = 1;
    const auto prepared = database_->PrepareTable(std::move(definition)).value();
    EXPECT_TRUE(Commit({.changes = {catalog::CreateTable{prepared}}}));
    return prepared->id;
  }
  TableWrite Write(TableId table, int64_t rows, bool as_file) {
    TableWrite write{.table = table, .schema = SchemaId(1)};
    if (!as_file) {
      write.rows = {Numbers(rows)};
      return write;
    }
    const auto& definition = *database_->TakeSnapshot().root->Find(table)->definition;
    auto writer = database_->NewDataFile(definition).value();
    EXPECT_TRUE(writer->Write(*Numbers(rows)));
    write.files = {writer->Finish().value()};
    return write;
  }
  void Step(std::mt19937& random) {
    const auto pick = random() % 16;
    if (tables_.empty() || pick == 0) {
      tables_.push_back(CreateTable(fmt::format("t{}", made_++)));
    } else if (pick == 1 && tables_.size() > 1) {
      ASSERT_TRUE(Commit({.changes = {catalog::DropTable{tables_.back()}}}));
      tables_.pop_back();
    } else if (pick == 2) {
      ASSERT_TRUE(Commit({.changes = {catalog::TruncateTable{tables_.front()}}}));
    } else if (pick <= 4) {
      ASSERT_TRUE(FlushAndWait(*database_));
    } else {
      CommitRequest request;
      for (const auto& table : tables_) {
        if (random() % 2 != 0) continue;
        const auto rows = static_cast<int64_t>(random() % 20 + 1);
        request.writes.push_back(Write(table, rows, random() % 5 == 0));
      }
      if (!request.writes.empty()) {
        ASSERT_TRUE(Commit(std::move(request)));
      }
    }
  }
  Result<BackupReport> Backup() {
    const auto done = std::make_shared<std::promise<Result<BackupReport>>>();
    auto answer = done->get_future();
    SecondCopyOf(*database_).Backup("file://" + dir_ + "/copy", [done](auto result) {
      done->set_value(std::move(result));
    });
    return answer.get();
  }
  Result<RestoreReport> RestoreTo(RestoreRequest request,
                                  io::FileSystem& files = io::LocalFileSystem()) {
    std::filesystem::remove_all(dir_ + "/again");
    request.to = dir_ + "/again";
    return Restore(*store_, files, request);
  }
  void ExpectRestored(const Rows& want) {
    const auto again = OpenFolder(dir_ + "/again", io::LocalFileSystem());
    ASSERT_NE(again, nullptr);
    EXPECT_EQ(RowsOf(*again), want);
    EXPECT_NE(again->log_id(), database_->log_id());
    ASSERT_TRUE(FlushAndWait(*again));
    EXPECT_EQ(RowsOf(*again), want);
    ASSERT_TRUE(again->Stop());
  }

  const std::string dir_ = NewFolder();
  std::unique_ptr<Database> database_;
  std::unique_ptr<io::ObjectStore> store_;
  std::vector<TableId> tables_;
  int made_ = 0;
  std::map<Lsn, Rows> history_;  // by the LSN of the commit that led to it
  std::map<Lsn, int64_t> times_;
};

TEST_F(RestoreTest, EveryPointBehindTheFirstBackupComesBack) {
  std::mt19937 random(7);
  for (int i = 0; i < 10; ++i) Step(random);
  const Lsn first = Backup()->last_lsn;
  for (int i = 0; i < 30; ++i) {
    Step(random);
    if (i % 8 == 7) {
      const auto backup = Backup();
      ASSERT_TRUE(backup) << backup.error().message;
    }
  }
  ASSERT_TRUE(Backup());
  int points = 0;
  for (const auto& [lsn, rows] : history_) {
    if (lsn < first) continue;
    SCOPED_TRACE(lsn.value());
    const auto report = RestoreTo({.lsn = lsn});
    // Between two backups the groups that a flush round took to the lake are not in the copy.
    if (!report && IsGap(report.error())) {
      EXPECT_FALSE(Database::Open({.data_dir = dir_ + "/again"}));
      continue;
    }
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->last_lsn, lsn);
    ExpectRestored(rows);
    ++points;
  }
  std::cout << "points restored: " << points << " of " << history_.size() << '\n';
  EXPECT_GT(points, 10);
}

TEST_F(RestoreTest, ATruncateThatTheLakeHasNotSeenIsKept) {
  const auto table = CreateTable("t");
  ASSERT_TRUE(Commit({.writes = {Write(table, 10, false)}}));
  ASSERT_TRUE(FlushAndWait(*database_));
  ASSERT_TRUE(Commit({.changes = {catalog::TruncateTable{table}}}));
  ASSERT_TRUE(Backup());
  const auto emptied = RestoreTo({});
  ASSERT_TRUE(emptied) << emptied.error().message;
  ExpectRestored({{"t", 0}});
  ASSERT_TRUE(Commit({.writes = {Write(table, 3, false)}}));
  ASSERT_TRUE(Backup());
  const auto filled = RestoreTo({});
  ASSERT_TRUE(filled) << filled.error().message;
  ExpectRestored({{"t", 3}});
}

TEST_F(RestoreTest, ABackupThatEndsInsideOfAGroupComesBack) {
  const auto gone = CreateTable("gone");
  const auto kept = CreateTable("kept");
  ASSERT_TRUE(Commit({.writes = {Write(gone, 5, false), Write(kept, 7, false)}}));
  ASSERT_TRUE(Commit({.changes = {catalog::DropTable{gone}}}));
  ASSERT_TRUE(Backup());
  const auto report = RestoreTo({});
  ASSERT_TRUE(report) << report.error().message;
  ExpectRestored({{"kept", 7}});
}

TEST_F(RestoreTest, WhateverFailsLeavesNothingThatStartsOrAllOfIt) {
  std::mt19937 random(11);
  for (int i = 0; i < 14; ++i) Step(random);
  ASSERT_TRUE(Backup());
  const auto want = RowsOf(*database_);
  int failures = 0;
  int refused = 0;
  for (uint64_t nth = 1;; nth += nth / 5 + 1) {
    SCOPED_TRACE(nth);
    io::FaultyFileSystem files(io::LocalFileSystem());
    files.FailAnyAt(nth);
    const auto report = RestoreTo({}, files);
    if (report) break;
    ++failures;
    EXPECT_THAT(report.error().message, HasSubstr("injected"));
    const auto again = Database::Open({.data_dir = dir_ + "/again"});
    if (!again) {
      ++refused;
      continue;
    }
    // Before the first step or after the last: nothing, or all of it.
    const auto rows = RowsOf(**again);
    EXPECT_TRUE(rows.empty() ? nth < 10 : rows == want);
    EXPECT_TRUE((*again)->Stop());
  }
  ExpectRestored(want);
  std::cout << "failures injected into a restore: " << failures << '\n';
  EXPECT_GT(refused, 5);
}

TEST_F(RestoreTest, ARestoredServersBackupIsOneToo) {
  std::mt19937 random(13);
  for (int i = 0; i < 30; ++i) Step(random);
  ASSERT_TRUE(Backup());
  const auto want = RowsOf(*database_);
  ASSERT_TRUE(RestoreTo({}));
  std::filesystem::rename(dir_ + "/again", dir_ + "/moved");
  // Files are known by their whole paths: a moved folder is refused, a restored one may be
  // anywhere.
  EXPECT_FALSE(Database::Open({.data_dir = dir_ + "/moved"}));
  std::filesystem::rename(dir_ + "/moved", dir_ + "/again");
  auto first = std::exchange(database_, OpenFolder(dir_ + "/again", io::LocalFileSystem()));
  ASSERT_TRUE(Backup());
  ASSERT_TRUE(database_->Stop());
  database_ = std::move(first);
  ASSERT_TRUE(RestoreTo({}));  // the newest log of the two
  ExpectRestored(want);
  ASSERT_TRUE(RestoreTo({.log = database_->log_id()}));
  ExpectRestored(want);
}

// A server began to copy its log and was gone before its first base copy.
TEST_F(RestoreTest, ALogWithoutABaseCopyIsNotTakenForTheNewest) {
  const auto table = CreateTable("t");
  ASSERT_TRUE(Commit({.writes = {Write(table, 10, false)}}));
  ASSERT_TRUE(Backup());
  const auto other = NewUuidV7().ToString();
  std::filesystem::create_directories(dir_ + "/copy/" + other + "/log");
  std::string said;
  const auto hear = [&](const std::string& text) { said += text + "\n"; };
  ASSERT_TRUE(RestoreTo({.progress = hear}));
  ExpectRestored({{"t", 10}});
  EXPECT_THAT(said, HasSubstr(other + ", begun 20"));
  EXPECT_THAT(said, HasSubstr("no base copy\n"));
  EXPECT_THAT(said, HasSubstr("--log"));
  EXPECT_THAT(said, HasSubstr(", taken"));
  const auto refused = RestoreTo({.log = LogId(ParseUuid(other).value())});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("no base copy"));
}

// The groups go first; the base copy that needs them was not made.
TEST_F(RestoreTest, ABackupThatWasInterruptedLeavesTheOneBeforeIt) {
  const auto table = CreateTable("t");
  ASSERT_TRUE(Commit({.writes = {Write(table, 10, false)}}));
  const auto first = Backup();
  ASSERT_TRUE(first) << first.error().message;
  const auto want = RowsOf(*database_);
  // What a flush round took is not in the second backup's groups.
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Commit({.writes = {Write(table, 3000, false)}}));
    ASSERT_TRUE(FlushAndWait(*database_));
  }
  ASSERT_TRUE(Commit({.writes = {Write(table, 5, false)}}));
  const auto second = Backup();
  ASSERT_TRUE(second) << second.error().message;
  const auto base = dir_ + "/copy/" + second->log.value().ToString() + "/base/" +
                    fmt::format("{:020}.json", second->last_lsn.value());
  ASSERT_TRUE(std::filesystem::remove(base));
  for (const bool dry_run : {true, false}) {
    std::string said;
    const auto report = RestoreTo(
        {.dry_run = dry_run, .progress = [&](const std::string& text) { said += text + "\n"; }});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->last_lsn, first->last_lsn);
    EXPECT_THAT(said, HasSubstr(fmt::format("goes up to LSN {}", first->last_lsn)));
    EXPECT_THAT(said, HasSubstr(fmt::format("LSNs from {} to ", first->last_lsn + 1)));
  }
  ExpectRestored(want);
  // A point behind the hole was asked for: it is not there.
  EXPECT_FALSE(RestoreTo({.lsn = second->last_lsn}));
  EXPECT_FALSE(RestoreTo({.time_us = times_.rbegin()->second}));
  // In an archive nothing is unfinished: what is not there was lost.
  const auto owner = dir_ + "/copy/" + second->log.value().ToString() + "/owner";
  ASSERT_TRUE(io::WriteFileDurably(io::LocalFileSystem(), owner, "a server"));
  const auto lost = RestoreTo({});
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error().message, HasSubstr("the archive is not whole"));
}

TEST_F(RestoreTest, ABackupWithoutTheGroupsOfItsBaseCopyIsRefused) {
  const auto table = CreateTable("t");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Commit({.writes = {Write(table, 3000, false)}}));
  const auto backup = Backup();
  ASSERT_TRUE(backup) << backup.error().message;
  std::vector<std::filesystem::path> groups;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_ + "/copy")) {
    if (entry.path().extension() == ".groups") groups.push_back(entry.path());
  }
  std::sort(groups.begin(), groups.end());
  ASSERT_GT(groups.size(), 1U);
  for (const auto& path : groups) {
    std::filesystem::rename(path, dir_ + "/aside");
    const auto report = RestoreTo({});
    ASSERT_FALSE(report) << path;
    EXPECT_THAT(report.error().message, HasSubstr("the archive is not whole"));
    std::filesystem::rename(dir_ + "/aside", path);
  }
  EXPECT_TRUE(RestoreTo({}));
}

// Its rows would be mixed with ours, or ours taken for flushed.
TEST_F(RestoreTest, AnotherServersCommitToATableIsNoticed) {
  const auto id = CreateTable("t");
  ASSERT_TRUE(Commit({.writes = {Write(id, 5, false)}}));
  ASSERT_TRUE(FlushAndWait(*database_));
  const auto folder = database_->warehouse_dir() + "/" +
                      database_->TakeSnapshot().root->Find(id)->definition->folder;
  const auto version = database_->TakeSnapshot().root->Find(id)->metadata_version;
  const auto path = [&](int64_t n) {
    return fmt::format("{}/metadata/v{}.metadata.json", folder, n);
  };
  std::filesystem::copy(path(version), path(version + 1));
  ASSERT_TRUE(Commit({.writes = {Write(id, 7, false)}}));
  EXPECT_FALSE(FlushAndWait(*database_));
  for (int i = 0; i < 3; ++i) {
    const auto flushed = FlushAndWait(*database_);
    ASSERT_FALSE(flushed);
    EXPECT_THAT(flushed.error().message, HasSubstr("another server writes to this table"));
    EXPECT_EQ(RowsOf(*database_), (Rows{{"t", 12}}));
  }
  std::filesystem::remove(path(version + 1));
  ASSERT_TRUE(FlushAndWait(*database_));
  EXPECT_EQ(RowsOf(*database_), (Rows{{"t", 12}}));
}

}  // namespace
}  // namespace firn::table
