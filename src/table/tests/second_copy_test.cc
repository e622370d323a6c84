// Archives and backups that something happens to while they are made.
#include "table/second_copy.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <thread>

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "io/object_store.h"
#include "lake/data_file_writer.h"
#include "table/restore.h"
#include "table/tests/answers.h"

namespace firn::table {
namespace {

using columnar::TypeKind;
using testing::HasSubstr;
using testing::Not;

std::shared_ptr<arrow::RecordBatch> Numbers(int64_t count) {
  arrow::Int64Builder id;
  for (int64_t i = 0; i < count; ++i) EXPECT_TRUE(id.Append(i).ok());
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("id", arrow::int64())}), count,
                                  {*id.Finish()});
}

/// The machine's files, and somebody who is told what is opened before it is.
class WatchedFiles final : public io::FileSystem {
 public:
  /// Of a file that is opened to be read. Set while nobody reads.
  std::function<void(const std::string& path)> on_read;

  Result<std::unique_ptr<io::File>> Open(const std::string& path,
                                         io::OpenOptions options) override {
    if (options.mode == io::OpenMode::kRead && on_read) on_read(path);
    return base_.Open(path, options);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return base_.Rename(from, to);
  }
  Status RenameNew(const std::string& from, const std::string& to) override {
    return base_.RenameNew(from, to);
  }
  Status Remove(const std::string& path) override { return base_.Remove(path); }
  Status MakeDirs(const std::string& path) override { return base_.MakeDirs(path); }
  Status RemoveTree(const std::string& path) override { return base_.RemoveTree(path); }
  Result<std::vector<io::FileInfo>> List(const std::string& directory) override {
    return base_.List(directory);
  }
  Result<bool> Exists(const std::string& path) override { return base_.Exists(path); }
  Status SyncDir(const std::string& path) override { return base_.SyncDir(path); }

 private:
  io::FileSystem& base_ = io::LocalFileSystem();
};

/// In memory where there is such a folder: a hundred rounds sync a thousand times.
std::string NewFolder() {
  const std::string memory = "/dev/shm";
  const auto parent = std::filesystem::exists(memory) ? memory : testing::TempDir();
  return parent + "/firn_second_copy_" + NewUuidV7().ToString();
}

std::vector<std::filesystem::path> FilesBelow(const std::string& folder, std::string_view suffix) {
  std::vector<std::filesystem::path> found;
  if (!std::filesystem::exists(folder)) return found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().string().ends_with(suffix)) {
      found.push_back(entry.path());
    }
  }
  return found;
}

void Turn(const std::filesystem::path& path, std::streamoff at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(at);
  const char turned = static_cast<char>(file.get() ^ 0x20);
  file.seekp(at);
  file.put(turned);
}

/// Looks until it is so, for ten seconds.
bool Becomes(const std::function<bool()>& so) {
  for (const double begun = MonotonicSeconds(); MonotonicSeconds() < begun + 10;) {
    if (so()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // it is another's turn
  }
  return so();
}

class SecondCopyTest : public testing::Test {
 protected:
  SecondCopyTest() {
    std::filesystem::create_directories(data_);
    std::filesystem::create_directories(archive_);
  }
  ~SecondCopyTest() override {
    database_.reset();
    std::filesystem::remove_all(dir_);
  }

  void Open(bool archived, const std::string& window = "0s") {
    database_.reset();
    database_ = OpenAt(data_, archived, window);
    ASSERT_NE(database_, nullptr);
  }
  std::unique_ptr<Database> OpenAt(const std::string& folder, bool archived,
                                   const std::string& window) {
    DatabaseOptions options{.data_dir = folder, .files = &files_};
    const auto set = [&](std::string_view name, const std::string& value) {
      EXPECT_TRUE(options.settings.Set(name, value, SettingOrigin::kFlag));
    };
    set("log_prepare_bytes", "0");
    set("segment_bytes_max", "64kB");
    set("time_travel_window", window);
    if (archived) set("log_archive", "file://" + archive_);
    set("log_archive_base", base_interval_);
    auto opened = Database::Open(std::move(options));
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? *std::move(opened) : nullptr;
  }
  // Leaves what is on disk at this moment, as after a kill.
  void Kill() {
    std::filesystem::copy(data_, dir_ + "/killed", std::filesystem::copy_options::recursive);
    database_.reset();
    std::filesystem::remove_all(data_);
    std::filesystem::rename(dir_ + "/killed", data_);
  }
  TableId CreateTable(const std::string& name) {
    catalog::TableDefinition definition{.name = name};
    definition.columns.columns = {{FieldId(1), "id", {TypeKind::kInt8}, false, ""}};
    definition.columns.last_field_id = 1;
    const auto prepared = database_->PrepareTable(std::move(definition)).value();
    EXPECT_TRUE(CommitAndWait(*database_, {.changes = {catalog::CreateTable{prepared}}}));
    return prepared->id;
  }
  void Insert(TableId table, int64_t rows) {
    const auto done = CommitAndWait(
        *database_, {.writes = {{.table = table, .schema = SchemaId(1), .rows = {Numbers(rows)}}}});
    EXPECT_TRUE(done) << done.error().message;
  }
  void InsertAsFile(TableId table, int64_t rows) {
    const auto& definition = *database_->TakeSnapshot().root->Find(table)->definition;
    const auto writer = database_->NewDataFile(definition).value();
    EXPECT_TRUE(writer->Write(*Numbers(rows)));
    TableWrite write{.table = table, .schema = SchemaId(1)};
    write.files = {writer->Finish().value()};
    EXPECT_TRUE(CommitAndWait(*database_, {.writes = {std::move(write)}}));
  }
  int64_t RowsOf(const Database& database, const std::string& name) {
    const auto snapshot = database.TakeSnapshot();
    int64_t rows = 0;
    for (const auto& [id, table] : snapshot.root->tables) {
      if (table->definition->name != name) continue;
      for (const auto* files : {&table->lake_files, &table->added_files}) {
        for (const auto& file : *files) rows += file->rows;
      }
      auto readers = HotRows(snapshot, table, {})->Begin({}, 1).value();
      for (auto& reader : readers) {
        while (const auto batch = reader->Next().value()) rows += batch->num_rows();
      }
    }
    return rows;
  }
  Result<BackupReport> Backup() {
    const auto done = std::make_shared<std::promise<Result<BackupReport>>>();
    auto answer = done->get_future();
    SecondCopyOf(*database_).Backup("file://" + dir_ + "/backup", [done](auto result) {
      done->set_value(std::move(result));
    });
    return answer.get();
  }
  ArchiveState State() { return SecondCopyOf(*database_).archive_state().value(); }
  bool IsCurrent() {
    const auto state = State();
    return state.base && state.behind_bytes == 0 && !state.failing;
  }
  std::string ArchiveFolder() { return archive_ + "/" + database_->log_id().value().ToString(); }
  /// Whether the archive comes to have so many rows of a table.
  bool BecomesWhole(const std::string& table, int64_t rows) {
    return Becomes([&] {
      const auto restored = Restored(archive_, table);
      return restored && *restored == rows;
    });
  }

  /// Rows of a table after a restore.
  Result<int64_t> Restored(const std::string& from, const std::string& table) {
    const auto to = dir_ + "/again";
    std::filesystem::remove_all(to);
    const auto store = *io::OpenObjectStore("file://" + from, {}, io::LocalFileSystem());
    FIRN_RETURN_IF_ERROR(Restore(*store, io::LocalFileSystem(), {.to = to}));
    FIRN_TRY(const auto again, Database::Open({.data_dir = to}));
    const auto rows = RowsOf(*again, table);
    FIRN_RETURN_IF_ERROR(again->Stop());
    return rows;
  }

  const std::string dir_ = NewFolder();
  const std::string data_ = dir_ + "/data";
  const std::string archive_ = dir_ + "/archive";
  std::string base_interval_ = "15min";
  WatchedFiles files_;
  std::unique_ptr<Database> database_;
};

// The lake forgets the metadata of versions that are a hundred rounds old.
TEST_F(SecondCopyTest, AHundredRoundsMeanwhileTakeNothingFromABackup) {
  Open(false);
  const auto first = CreateTable("first");
  const auto busy = CreateTable("busy");
  Insert(first, 3);
  Insert(busy, 5);
  ASSERT_TRUE(FlushAndWait(*database_));
  const auto folder = database_->warehouse_dir() + "/" +
                      database_->TakeSnapshot().root->Find(busy)->definition->folder + "/metadata";
  std::once_flag once;
  files_.on_read = [&](const std::string& path) {
    if (!path.starts_with(database_->warehouse_dir()) || !path.ends_with(".parquet")) return;
    std::call_once(once, [&] {
      for (int i = 0; i < 105; ++i) {
        Insert(busy, 1);
        EXPECT_TRUE(FlushAndWait(*database_));
      }
    });
  };
  const auto backup = Backup();
  ASSERT_TRUE(backup) << backup.error().message;
  const auto restored = Restored(dir_ + "/backup", "busy");
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(*restored, 110);
  // What was kept for the backup's sake goes behind it.
  Insert(busy, 1);
  ASSERT_TRUE(FlushAndWait(*database_));
  EXPECT_EQ(FilesBelow(folder, ".metadata.json").size(), 101U);
}

TEST_F(SecondCopyTest, AStopSendsDataFilesToo) {
  Open(true);
  const auto table = CreateTable("t");
  ASSERT_TRUE(Becomes([&] { return State().base && State().behind_bytes == 0; }));
  InsertAsFile(table, 70);
  Insert(table, 7);
  ASSERT_TRUE(database_->Stop());
  EXPECT_EQ(Restored(archive_, "t").value(), 77);
}

TEST_F(SecondCopyTest, AStartAfterAKillMakesABaseCopyBeforeAnybodyCommits) {
  Open(true);
  const auto table = CreateTable("t");
  Insert(table, 7);
  ASSERT_TRUE(FlushAndWait(*database_));
  ASSERT_TRUE(Becomes([&] { return State().base && State().behind_bytes == 0; }));
  for (int kills = 0; kills < 2; ++kills) {
    Kill();
    Open(true);
    EXPECT_TRUE(Becomes([&] { return State().base.has_value(); }));
    EXPECT_EQ(Restored(archive_, "t").value(), 7);
  }
  Insert(table, 1);
  ASSERT_TRUE(database_->Stop());
  EXPECT_EQ(Restored(archive_, "t").value(), 8);
}

// A round settles LSNs that the kill skipped, while the backup begins.
TEST_F(SecondCopyTest, ABackupAfterAKillNeedsNoCommitEither) {
  Open(false);
  const auto table = CreateTable("t");
  Insert(table, 7);
  Kill();
  Open(false);
  files_.on_read = [&](const std::string& path) {
    if (!path.ends_with("/owner")) return;
    EXPECT_TRUE(FlushAndWait(*database_));
  };
  const auto backup = Backup();
  ASSERT_TRUE(backup) << backup.error().message;
  EXPECT_EQ(Restored(dir_ + "/backup", "t").value(), 7);
}

TEST_F(SecondCopyTest, ADamagedFileBehindTheBaseCopyIsNoticed) {
  Open(true);
  const auto table = CreateTable("t");
  ASSERT_TRUE(Becomes([&] { return State().base && State().behind_bytes == 0; }));
  InsertAsFile(table, 5000);
  ASSERT_TRUE(Becomes([&] { return State().behind_bytes == 0; }));
  ASSERT_TRUE(database_->Stop());
  const auto sent = FilesBelow(archive_, ".parquet");
  ASSERT_EQ(sent.size(), 1U);
  Turn(sent.front(), 1000);
  const auto damaged = Restored(archive_, "t");
  ASSERT_FALSE(damaged);
  EXPECT_THAT(damaged.error().message, HasSubstr("checksum mismatch"));
  EXPECT_THAT(damaged.error().message, HasSubstr(sent.front().filename().string()));
  Turn(sent.front(), 1000);
  EXPECT_EQ(Restored(archive_, "t").value(), 5000);
}

// It would take the place of what the log still has.
TEST_F(SecondCopyTest, ADamagedDataFileIsNotCarriedOn) {
  Open(false);
  const auto table = CreateTable("t");
  Insert(table, 5000);
  ASSERT_TRUE(FlushAndWait(*database_));
  const auto files = FilesBelow(database_->warehouse_dir(), ".parquet");
  ASSERT_EQ(files.size(), 1U);
  Turn(files.front(), 1000);
  const auto backup = Backup();
  ASSERT_FALSE(backup);
  EXPECT_THAT(backup.error().message, HasSubstr(files.front().string()));
  EXPECT_THAT(backup.error().message, HasSubstr("is damaged in row group 0, column \"id\""));
  Turn(files.front(), 1000);
  ASSERT_TRUE(Backup());
  EXPECT_EQ(Restored(dir_ + "/backup", "t").value(), 5000);
}

// A snapshot of the machine that is started beside it.
TEST_F(SecondCopyTest, AStaleCopyOfTheDiskLeavesTheArchiveToItsServer) {
  Open(true);
  const auto table = CreateTable("t");
  Insert(table, 7);
  ASSERT_TRUE(Becomes([&] { return State().base && State().behind_bytes == 0; }));
  std::filesystem::copy(data_, dir_ + "/stale", std::filesystem::copy_options::recursive);
  Insert(table, 5);
  ASSERT_TRUE(Becomes([&] { return State().behind_bytes == 0; }));
  const auto owner = archive_ + "/" + database_->log_id().value().ToString() + "/owner";
  const auto own = *io::ReadFile(io::LocalFileSystem(), owner);
  database_.reset();
  std::filesystem::rename(data_, dir_ + "/right");
  std::filesystem::rename(dir_ + "/stale", data_);
  Open(true);
  ASSERT_TRUE(Becomes([&] { return State().failing; }));
  EXPECT_THAT(State().last_error, HasSubstr("another history of this log"));
  database_.reset();
  // The right server would still find itself the owner.
  EXPECT_EQ(*io::ReadFile(io::LocalFileSystem(), owner), own);
  std::filesystem::remove_all(data_);
  std::filesystem::rename(dir_ + "/right", data_);
  Open(true);
  Insert(table, 3);
  EXPECT_TRUE(Becomes([&] { return State().behind_bytes == 0; }));
  ASSERT_TRUE(database_->Stop());
  EXPECT_EQ(Restored(archive_, "t").value(), 15);
}

// Nobody but the archive needs it: the lake has its rows.
TEST_F(SecondCopyTest, ARottenSegmentThatTheLakeHasIsAGapThatABaseCopyEnds) {
  Open(true);
  const auto table = CreateTable("t");
  ASSERT_TRUE(Becomes([&] { return State().base && State().behind_bytes == 0; }));
  ASSERT_TRUE(database_->Stop());
  Open(false, "1h");
  for (int i = 0; i < 6; ++i) Insert(table, 2000);
  ASSERT_TRUE(FlushAndWait(*database_));
  ASSERT_TRUE(database_->Stop());
  database_.reset();
  auto segments = FilesBelow(data_ + "/log", ".arrow");
  std::sort(segments.begin(), segments.end());
  ASSERT_GT(segments.size(), 4U);
  Turn(segments[2], 20'000);
  Open(true, "1h");
  ASSERT_TRUE(Becomes([&] { return State().base && State().behind_bytes == 0; }));
  EXPECT_FALSE(State().failing) << State().last_error;
  Insert(table, 3);
  ASSERT_TRUE(database_->Stop());
  EXPECT_EQ(Restored(archive_, "t").value(), 12'003);
}

TEST_F(SecondCopyTest, AServerWhoseArchiveWasTakenEndsItsBaseCopyAtTheNextStep) {
  Open(false);
  for (const auto* name : {"a", "b", "c", "d"}) InsertAsFile(CreateTable(name), 10);
  ASSERT_TRUE(FlushAndWait(*database_));
  const auto log = database_->log_id().value().ToString();
  database_.reset();
  int read = 0;
  std::promise<void> opened;
  const auto open = opened.get_future().share();
  files_.on_read = [&](const std::string& path) {
    if (!path.starts_with(data_ + "/warehouse") || !path.ends_with(".parquet")) return;
    open.wait();
    if (++read != 2) return;
    std::ofstream(archive_ + "/" + log + "/owner") << "another server";
    EXPECT_TRUE(Becomes([&] { return State().failing; }));
  };
  Open(true);
  opened.set_value();
  ASSERT_TRUE(Becomes([&] { return State().failing; }));
  EXPECT_THAT(State().last_error, HasSubstr("another server began to write the archive"));
  ASSERT_TRUE(database_->Stop());
  EXPECT_LT(FilesBelow(archive_ + "/" + log + "/warehouse", ".parquet").size(), 3U);
  EXPECT_TRUE(FilesBelow(archive_ + "/" + log + "/base", ".json").empty());
}

/// When each file was written.
std::map<std::string, std::filesystem::file_time_type> WrittenAt(const std::string& folder) {
  std::map<std::string, std::filesystem::file_time_type> times;
  for (const auto& path : FilesBelow(folder, "")) {
    times[path.string()] = std::filesystem::last_write_time(path);
  }
  return times;
}

TEST_F(SecondCopyTest, WhatVanishedFromTheArchiveIsSentAgainAtAStart) {
  Open(true);
  const auto table = CreateTable("t");
  for (int i = 0; i < 3; ++i) {
    Insert(table, 7);
    ASSERT_TRUE(FlushAndWait(*database_));
  }
  InsertAsFile(table, 5);
  ASSERT_TRUE(database_->Stop());
  Open(true);
  ASSERT_TRUE(Becomes([&] { return IsCurrent(); }));
  const auto folder = ArchiveFolder() + "/warehouse";
  ASSERT_TRUE(database_->Stop());
  const auto before = WrittenAt(folder);
  // What names it is there, and known.
  const auto lost = FilesBelow(folder, ".parquet").front();
  std::filesystem::remove(lost);
  ASSERT_FALSE(Restored(archive_, "t"));
  testing::internal::CaptureStderr();
  Open(true);
  EXPECT_TRUE(Becomes([&] { return IsCurrent(); }));
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("1 objects were missing from the store and were sent again"));
  EXPECT_EQ(Restored(archive_, "t").value(), 26);
  auto after = WrittenAt(folder);
  EXPECT_NE(after.at(lost.string()), before.at(lost.string()));
  for (const auto& [path, written] : before) {
    if (path == lost.string()) continue;
    EXPECT_EQ(after.at(path), written) << path;
  }
  // One that was cut short is no better, and nothing else is sent once more.
  std::filesystem::resize_file(lost, 10);
  Open(true);
  EXPECT_TRUE(Becomes([&] { return IsCurrent(); }));
  EXPECT_EQ(Restored(archive_, "t").value(), 26);
  std::filesystem::remove_all(folder);
  Open(true);
  EXPECT_TRUE(Becomes([&] { return IsCurrent(); }));
  EXPECT_EQ(Restored(archive_, "t").value(), 26);
  after = WrittenAt(folder);
  testing::internal::CaptureStderr();
  Open(true);
  EXPECT_TRUE(Becomes([&] { return IsCurrent(); }));
  EXPECT_THAT(testing::internal::GetCapturedStderr(), Not(HasSubstr("missing from the store")));
  EXPECT_EQ(WrittenAt(folder), after);
}

TEST_F(SecondCopyTest, AnArchiveThatIsEmptiedUnderAServerIsFilledAgain) {
  Open(true);
  const auto table = CreateTable("t");
  Insert(table, 7);
  InsertAsFile(table, 20);
  ASSERT_TRUE(FlushAndWait(*database_));
  Insert(table, 5);
  InsertAsFile(table, 30);
  ASSERT_TRUE(Becomes([&] { return IsCurrent(); }));
  std::filesystem::remove_all(ArchiveFolder());
  Insert(table, 3);
  EXPECT_TRUE(BecomesWhole("t", 65));
  EXPECT_FALSE(State().failing);
}

TEST_F(SecondCopyTest, AnArchiveThatWasAwayAndComesBackEmptyIsFilledAgain) {
  Open(true);
  const auto table = CreateTable("t");
  Insert(table, 7);
  ASSERT_TRUE(FlushAndWait(*database_));
  Insert(table, 5);
  ASSERT_TRUE(Becomes([&] { return IsCurrent(); }));
  std::filesystem::remove_all(archive_);
  Insert(table, 3);
  ASSERT_TRUE(Becomes([&] { return State().failing; }));
  std::filesystem::create_directories(archive_);
  EXPECT_TRUE(BecomesWhole("t", 15));
  EXPECT_TRUE(Becomes([&] { return IsCurrent(); }));
}

// All that it was before but the files, as when a store's rule removed them.
TEST_F(SecondCopyTest, AnArchiveThatWasAwayAndComesBackInPartIsFilledAgain) {
  Open(true);
  const auto table = CreateTable("t");
  Insert(table, 7);
  ASSERT_TRUE(FlushAndWait(*database_));
  ASSERT_TRUE(database_->Stop());
  Open(true);
  ASSERT_TRUE(Becomes([&] { return IsCurrent(); }));
  const auto folder = ArchiveFolder();
  std::filesystem::rename(archive_, dir_ + "/away");
  Insert(table, 3);
  ASSERT_TRUE(Becomes([&] { return State().failing; }));
  std::filesystem::rename(dir_ + "/away", archive_);
  std::filesystem::remove(FilesBelow(folder + "/warehouse", ".parquet").front());
  EXPECT_TRUE(BecomesWhole("t", 10));
}

TEST_F(SecondCopyTest, ALostWarehouseIsSeenByTheNextBaseCopy) {
  base_interval_ = "1s";
  Open(true);
  const auto table = CreateTable("t");
  ASSERT_TRUE(Becomes([&] { return IsCurrent(); }));
  Insert(table, 7);
  ASSERT_TRUE(FlushAndWait(*database_));
  const auto folder = ArchiveFolder();
  ASSERT_TRUE(Becomes([&] { return FilesBelow(folder + "/base", ".json").size() == 2; }));
  ASSERT_FALSE(FilesBelow(folder + "/warehouse", ".parquet").empty());
  std::filesystem::remove_all(folder + "/warehouse");
  Insert(table, 3);
  ASSERT_TRUE(FlushAndWait(*database_));
  EXPECT_TRUE(BecomesWhole("t", 10));
}

TEST_F(SecondCopyTest, ABackupSendsAgainWhatThePlaceHasLost) {
  Open(false);
  const auto table = CreateTable("t");
  Insert(table, 7);
  ASSERT_TRUE(FlushAndWait(*database_));
  ASSERT_TRUE(Backup());
  std::filesystem::remove(FilesBelow(dir_ + "/backup", ".parquet").front());
  ASSERT_TRUE(Backup());
  EXPECT_EQ(Restored(dir_ + "/backup", "t").value(), 7);
}

}  // namespace
}  // namespace firn::table
