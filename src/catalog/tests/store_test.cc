#include "catalog/store.h"

#include <algorithm>
#include <filesystem>
#include <iostream>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "io/disk_history.h"
#include "io/faulty_file_system.h"
#include "io/recording_file_system.h"

namespace firn::catalog {
namespace {

class SqliteStoreTest : public testing::Test {
 protected:
  SqliteStoreTest() { std::filesystem::create_directories(dir_); }
  ~SqliteStoreTest() override { std::filesystem::remove_all(dir_); }

  std::unique_ptr<Store> Open() { return OpenSqliteStore(io::LocalFileSystem(), path()).value(); }
  std::string path() const { return dir_ + "/catalog.db"; }

  void Clear() {
    std::filesystem::remove_all(dir_);
    std::filesystem::create_directories(dir_);
  }
  // A table and its pointer for each of a few commits. False when one of them failed.
  bool Live(io::FileSystem& files) {
    acknowledged_ = tried_ = 0;
    for (int start = 0; start < 2; ++start) {
      const auto store = OpenSqliteStore(files, path());
      if (!store) return false;
      for (int i = 0; i < 3; ++i) {
        const auto table = Table(fmt::format("t{}", ++tried_));
        const std::vector<Change> changes = {CreateTable{table}};
        const std::vector<LakePointer> pointers = {{table->id, 1, Lsn(tried_)}};
        if (!(*store)->Commit(changes, {.applied = Lsn(tried_)}, pointers)) return false;
        acknowledged_ = tried_;
      }
    }
    return true;
  }

  static std::shared_ptr<const TableDefinition> Table(std::string name) {
    TableDefinition table{.id = TableId(NewUuidV7()), .name = std::move(name)};
    table.columns.columns = {{FieldId(1), "at", {columnar::TypeKind::kTimestamptz}, false, ""}};
    return std::make_shared<const TableDefinition>(std::move(table));
  }

  uint64_t tried_ = 0;  // commits
  uint64_t acknowledged_ = 0;
  // In memory where there is such a place: the power cuts are ours.
  static std::string TempRoot() {
    return std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
  }
  const std::string dir_ = TempRoot() + "/firn_catalog_" + NewUuidV7().ToString();
};

TEST_F(SqliteStoreTest, WhatWasCommittedIsLoadedAgain) {
  const auto a = Table("a");
  const auto b = Table("b");
  {
    auto store = Open();
    const std::vector<Change> changes = {CreateTable{a}, CreateTable{b}};
    const std::vector<LakePointer> pointers = {{a->id, 3, Lsn(77)}, {b->id, 1, Lsn(0)}};
    ASSERT_TRUE(store->Commit(changes, {.applied = Lsn(80)}, pointers));
    const std::vector<Change> drop = {DropTable{b->id}};
    ASSERT_TRUE(store->Commit(drop, {.applied = Lsn(81)}, {}));
  }
  const auto contents = Open()->Load().value();
  EXPECT_EQ(contents.applied, Lsn(81));
  EXPECT_EQ(contents.version->tables().size(), 1u);
  EXPECT_EQ(*contents.version->FindTable("public", "a"), *a);
  ASSERT_EQ(contents.pointers.size(), 1u);  // a dropped table's pointer goes with it
  EXPECT_EQ(contents.pointers.at(a->id).metadata_version, 3);
  EXPECT_EQ(contents.pointers.at(a->id).flushed, Lsn(77));
}

// Every operation of a commit fails in turn, once or from then on: what was committed before is
// there, what was refused is whole or not there at all, and all of it outlives a power cut.
TEST_F(SqliteStoreTest, AFailedCommitLeavesAllOfItOrNothing) {
  int failures = 0;
  for (const bool forever : {false, true}) {
    for (uint64_t nth = 1;; ++nth) {
      SCOPED_TRACE(fmt::format("operation {} forever={}", nth, forever));
      Clear();
      io::FaultyFileSystem files(io::LocalFileSystem());
      const uint64_t before = files.changes();
      files.FailAnyAt(nth, forever);
      const bool reached = Live(files);
      const bool done = files.changes() - before < nth;
      if (!reached) ++failures;
      files.Heal();
      ASSERT_TRUE(files.DropUnsynced());
      const auto opened = OpenSqliteStore(files, path());
      ASSERT_TRUE(opened) << opened.error().message;
      const auto contents = (*opened)->Load();
      ASSERT_TRUE(contents) << contents.error().message;
      const uint64_t applied = contents->applied.value();
      EXPECT_GE(applied, acknowledged_);
      EXPECT_LE(applied, tried_);
      EXPECT_EQ(contents->version->tables().size(), applied);
      EXPECT_EQ(contents->pointers.size(), applied);
      const std::vector<Change> more = {CreateTable{Table("more")}};
      EXPECT_TRUE((*opened)->Commit(more, {.applied = Lsn(applied + 1)}, {}));
      if (done) break;
    }
  }
  EXPECT_GT(failures, 40);
  std::cout << "failures injected into the catalog: " << failures << "\n";
}

// Long enough for the write-ahead log to be checkpointed while it goes on.
TEST_F(SqliteStoreTest, APowerCutAtAnyMomentKeepsWhatWasCommitted) {
  io::RecordingFileSystem disk(io::LocalFileSystem());
  std::vector<size_t> answered;  // how many changes the disk had seen
  {
    const auto store = OpenSqliteStore(disk, path()).value();
    for (uint64_t i = 1; i <= 150; ++i) {
      const std::vector<Change> changes = {CreateTable{Table(std::string(15'000, 'n'))}};
      ASSERT_TRUE(store->Commit(changes, {.applied = Lsn(i)}, {}));
      answered.push_back(disk.size());
    }
  }
  const bool slow = std::getenv("FIRN_SLOW") != nullptr;
  const auto& history = disk.history();
  io::DiskModel model;
  int images = 0;
  int checkpoints = 0;  // writes to the database itself before the last commit
  for (size_t k = 0; k <= history.size() && !HasFailure(); ++k) {
    if (k > 0) {
      const auto& change = history[k - 1];
      model.Apply(change);
      const bool by_checkpoint = change.kind == io::DiskChange::Kind::kWrite &&
                                 change.to == path() && k > answered[1] && k < answered.back();
      if (by_checkpoint) ++checkpoints;
    }
    if (!slow && k % 37 != 0) continue;
    SCOPED_TRACE(k);
    Clear();
    const auto fate = static_cast<io::CutPolicy::Fate>(k / (slow ? 1 : 37) % 5);
    ASSERT_TRUE(model.Cut({fate, k}).WriteTo(io::LocalFileSystem()));
    const auto store = OpenSqliteStore(io::LocalFileSystem(), path());
    ASSERT_TRUE(store) << store.error().message;
    const auto contents = (*store)->Load();
    ASSERT_TRUE(contents) << contents.error().message;
    const auto acknowledged = static_cast<uint64_t>(
        std::upper_bound(answered.begin(), answered.end(), k) - answered.begin());
    EXPECT_GE(contents->applied.value(), acknowledged);
    EXPECT_LE(contents->applied.value(), acknowledged + 1);
    EXPECT_EQ(contents->version->tables().size(), contents->applied.value());
    ++images;
  }
  EXPECT_GT(checkpoints, 100);
  std::cout << fmt::format("catalog: changes={} images={} pages checkpointed in between={}\n",
                           history.size(), images, checkpoints);
}

TEST_F(SqliteStoreTest, ReadsThatFailAreReported) {
  ASSERT_TRUE(Live(io::LocalFileSystem()));
  io::FaultyFileSystem files(io::LocalFileSystem());
  for (uint64_t nth = 1;; ++nth) {
    SCOPED_TRACE(nth);
    const uint64_t before = files.count(io::FaultyFileSystem::Op::kRead);
    files.FailAt(io::FaultyFileSystem::Op::kRead, nth);
    const auto opened = OpenSqliteStore(files, path());
    const auto contents =
        opened ? (*opened)->Load() : Result<Store::Contents>(Failure(opened.error()));
    if (files.count(io::FaultyFileSystem::Op::kRead) - before < nth) break;
    ASSERT_FALSE(contents);
    EXPECT_EQ(contents.error().code, ErrorCode::kIo) << contents.error().message;
    EXPECT_NE(contents.error().message.find(path()), std::string::npos) << contents.error().message;
  }
}

TEST_F(SqliteStoreTest, AFullDiskIsSaidWithTheFilesName) {
  io::FaultyFileSystem files(io::LocalFileSystem());
  auto store = OpenSqliteStore(files, path()).value();
  files.SayDiskFull(true);
  files.FailAnyAt(1);
  const std::vector<Change> changes = {CreateTable{Table("a")}};
  const auto refused = store->Commit(changes, {.applied = Lsn(5)}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().SqlState(), "53100");
  EXPECT_NE(refused.error().message.find(path()), std::string::npos) << refused.error().message;
  files.Heal();
  EXPECT_TRUE(store->Commit(changes, {.applied = Lsn(5)}, {}));
}

TEST_F(SqliteStoreTest, AnotherProgramFindsItLockedAndDoesNoDamage) {
  auto store = Open();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &other), SQLITE_OK);
  for (const auto* statement : {"SELECT * FROM tables", "BEGIN IMMEDIATE", "DROP TABLE tables",
                                "PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM"}) {
    EXPECT_EQ(sqlite3_exec(other, statement, nullptr, nullptr, nullptr), SQLITE_BUSY) << statement;
  }
  sqlite3_close(other);
  const std::vector<Change> changes = {CreateTable{Table("a")}};
  EXPECT_TRUE(store->Commit(changes, {.applied = Lsn(5)}, {}));
  store.reset();
  EXPECT_EQ(Open()->Load()->applied, Lsn(5));
}

TEST_F(SqliteStoreTest, WhatAnotherProgramHasOpenIsRefused) {
  Open();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN; SELECT * FROM tables", nullptr, nullptr, nullptr),
            SQLITE_OK);
  const auto refused = OpenSqliteStore(io::LocalFileSystem(), path());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().SqlState(), "55006");
  EXPECT_NE(refused.error().message.find(path()), std::string::npos) << refused.error().message;
  sqlite3_close(other);
  EXPECT_TRUE(OpenSqliteStore(io::LocalFileSystem(), path()));
}

TEST_F(SqliteStoreTest, NothingButTheDatabaseIsLeftAfterAStop) {
  ASSERT_TRUE(Live(io::LocalFileSystem()));
  const auto left = io::LocalFileSystem().List(dir_).value();
  ASSERT_EQ(left.size(), 1u) << left.back().name;
  EXPECT_EQ(left.front().name, "catalog.db");
}

// Earlier releases used SQLite's own files: a -wal and a -shm are left when they were killed.
TEST_F(SqliteStoreTest, AFolderThatAnEarlierReleaseLeftIsOpened) {
  ASSERT_TRUE(Live(io::LocalFileSystem()));
  sqlite3* earlier = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &earlier), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(earlier,
                         "ALTER TABLE state DROP COLUMN crc; ALTER TABLE tables DROP COLUMN crc;"
                         "ALTER TABLE lake_pointers DROP COLUMN crc;"
                         "ALTER TABLE objects DROP COLUMN crc;"
                         "DELETE FROM state WHERE key IN ('totals', 'format');"
                         "PRAGMA user_version=3;"
                         "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                         "UPDATE state SET value = '77' WHERE key = 'applied_lsn'",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  const auto killed = dir_ + "/killed";
  std::filesystem::create_directories(killed);
  for (const auto* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::copy(path() + suffix, killed + "/catalog.db" + suffix);
  }
  sqlite3_close(earlier);
  EXPECT_GT(std::filesystem::file_size(killed + "/catalog.db-wal"), 0u);
  auto store = OpenSqliteStore(io::LocalFileSystem(), killed + "/catalog.db");
  ASSERT_TRUE(store) << store.error().message;
  const auto contents = (*store)->Load().value();
  EXPECT_EQ(contents.applied, Lsn(77));
  EXPECT_EQ(contents.version->tables().size(), tried_);
}

// A COMMIT may have taken effect although it reported a failure: the round does it again.
TEST_F(SqliteStoreTest, ACommitDoneTwiceIsDoneOnce) {
  auto store = Open();
  const auto a = Table("a");
  const std::vector<Change> changes = {CreateTable{a}};
  const std::vector<LakePointer> pointers = {{a->id, 3, Lsn(77)}};
  ASSERT_TRUE(store->Commit(changes, {.applied = Lsn(5)}, pointers));
  ASSERT_TRUE(store->Commit(changes, {.applied = Lsn(5)}, {}));
  const auto contents = store->Load().value();
  EXPECT_EQ(contents.version->tables().size(), 1u);
  EXPECT_EQ(contents.pointers.at(a->id).metadata_version, 3);
}

// A round that failed for one table moves one of them and not the other.
TEST_F(SqliteStoreTest, WhatTheLogIsNeededForIsRemembered) {
  const LogId log(NewUuidV7());
  {
    auto store = Open();
    EXPECT_EQ(store->Load()->log, LogId());
    ASSERT_TRUE(store->BindLog(log));
    ASSERT_TRUE(store->NoteSegment(Lsn(6)));
    ASSERT_TRUE(store->NoteSegment(Lsn(8)));
    ASSERT_TRUE(store->Commit({}, {.applied = Lsn(7), .settled = Lsn(7), .settled_us = 123}, {}));
    ASSERT_TRUE(store->Commit({}, {.applied = Lsn(9)}, {}));
  }
  const auto contents = Open()->Load().value();
  EXPECT_EQ(contents.log, log);
  EXPECT_EQ(contents.applied, Lsn(9));
  EXPECT_EQ(contents.settled, Lsn(7));
  EXPECT_EQ(contents.settled_us, 123);
  EXPECT_EQ(contents.newest_segment, Lsn(8));
}

// A start that is refused for another reason says that nothing was changed.
TEST_F(SqliteStoreTest, ReadingAfterAKillChangesNothing) {
  {
    auto store = Open();
    ASSERT_TRUE(store->BindLog(LogId(NewUuidV7())));
    for (const auto* suffix : {"", "-wal"}) {
      std::filesystem::copy_file(path() + suffix, path() + ".killed" + suffix);
    }
  }
  for (const auto* suffix : {"", "-wal"}) {
    std::filesystem::remove(path() + suffix);
    std::filesystem::rename(path() + ".killed" + suffix, path() + suffix);
  }
  const auto content = [&] {
    auto& files = io::LocalFileSystem();
    return std::pair(io::ReadFile(files, path()).value(), io::ReadFile(files, path() + "-wal"));
  };
  const auto before = content();
  ASSERT_FALSE(before.second->empty());
  EXPECT_NE(Open()->Load()->log, LogId());
  EXPECT_EQ(content().first, before.first);
  ASSERT_TRUE(content().second);
  EXPECT_EQ(*content().second, *before.second);
  // What is written goes on from there, and a clean end leaves one file.
  ASSERT_TRUE(Open()->Commit({}, {.applied = Lsn(3)}, {}));
  EXPECT_FALSE(std::filesystem::exists(path() + "-wal"));
  EXPECT_EQ(Open()->Load()->applied, Lsn(3));
}

TEST_F(SqliteStoreTest, APointerOfADroppedTableIsDropped) {
  auto store = Open();
  const std::vector<LakePointer> pointers = {{TableId(NewUuidV7()), 3, Lsn(77)}};
  ASSERT_TRUE(store->Commit({}, {.applied = Lsn(1)}, pointers));
  EXPECT_TRUE(store->Load()->pointers.empty());
}

TEST_F(SqliteStoreTest, RefusesAFileThatIsNoCatalog) {
  ASSERT_TRUE(io::WriteFileDurably(io::LocalFileSystem(), path(), std::string(4096, 'x')));
  const auto store = OpenSqliteStore(io::LocalFileSystem(), path());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace firn::catalog
