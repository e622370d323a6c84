#include "catalog/store.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "io/file_system.h"

namespace firn::catalog {
namespace {

class SqliteStoreTest : public testing::Test {
 protected:
  SqliteStoreTest() { std::filesystem::create_directories(dir_); }
  ~SqliteStoreTest() override { std::filesystem::remove_all(dir_); }

  std::unique_ptr<Store> Open() { return OpenSqliteStore(path()).value(); }
  std::string path() const { return dir_ + "/catalog.db"; }

  static std::shared_ptr<const TableDefinition> Table(std::string name) {
    TableDefinition table{.id = TableId(NewUuidV7()), .name = std::move(name)};
    table.columns.columns = {{FieldId(1), "at", {columnar::TypeKind::kTimestamptz}, false, ""}};
    return std::make_shared<const TableDefinition>(std::move(table));
  }

  const std::string dir_ = testing::TempDir() + "/firn_catalog_" + NewUuidV7().ToString();
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

TEST_F(SqliteStoreTest, AFailedCommitLeavesNothing) {
  auto store = Open();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  const std::vector<Change> changes = {CreateTable{Table("a")}};
  EXPECT_FALSE(store->Commit(changes, {.applied = Lsn(5)}, {}));
  sqlite3_close(other);
  const auto contents = store->Load().value();
  EXPECT_EQ(contents.applied, Lsn(0));
  EXPECT_TRUE(contents.version->tables().empty());
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
    ASSERT_TRUE(store->Commit({}, {.applied = Lsn(7), .settled = Lsn(7)}, {}));
    ASSERT_TRUE(store->Commit({}, {.applied = Lsn(9)}, {}));
  }
  const auto contents = Open()->Load().value();
  EXPECT_EQ(contents.log, log);
  EXPECT_EQ(contents.applied, Lsn(9));
  EXPECT_EQ(contents.settled, Lsn(7));
}

TEST_F(SqliteStoreTest, APointerOfADroppedTableIsDropped) {
  auto store = Open();
  const std::vector<LakePointer> pointers = {{TableId(NewUuidV7()), 3, Lsn(77)}};
  ASSERT_TRUE(store->Commit({}, {.applied = Lsn(1)}, pointers));
  EXPECT_TRUE(store->Load()->pointers.empty());
}

TEST_F(SqliteStoreTest, RefusesAFileThatIsNoCatalog) {
  ASSERT_TRUE(io::WriteFileDurably(io::LocalFileSystem(), path(), std::string(4096, 'x')));
  const auto store = OpenSqliteStore(path());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace firn::catalog
