// What befalls catalog.db on a disk: every damage is told, with the file's name, or harmless.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "base/clock.h"
#include "catalog/objects/comment.h"
#include "catalog/objects/schema.h"
#include "catalog/objects/sequence.h"
#include "catalog/store.h"

namespace firn::catalog {
namespace {

template <typename T>
std::shared_ptr<T> New(const std::string& name, const std::string& schema) {
  auto object = std::make_shared<T>();
  object->id = NewUuidV7();
  object->schema = schema;
  object->name = name;
  return object;
}

std::shared_ptr<const TableDefinition> Table(std::string name) {
  TableDefinition table{.id = TableId(NewUuidV7()), .name = std::move(name)};
  table.columns.columns = {{FieldId(1), "at", {columnar::TypeKind::kTimestamptz}, false, ""}};
  return std::make_shared<const TableDefinition>(std::move(table));
}

// As releases before the checksums left it.
constexpr const char* kAsVersion3 =
    "ALTER TABLE state DROP COLUMN crc; ALTER TABLE tables DROP COLUMN crc;"
    "ALTER TABLE lake_pointers DROP COLUMN crc; ALTER TABLE objects DROP COLUMN crc;"
    "DELETE FROM state WHERE key IN ('totals', 'format'); PRAGMA user_version=3;";

class CatalogDamageTest : public testing::Test {
 protected:
  CatalogDamageTest() {
    std::filesystem::create_directories(dir_);
    Live();
    sound_ = io::ReadFile(io::LocalFileSystem(), path()).value();
    want_ = Describe(Load().value());
  }
  ~CatalogDamageTest() override { std::filesystem::remove_all(dir_); }

  std::string path() const { return dir_ + "/catalog.db"; }

  void Live() {
    const auto store = OpenSqliteStore(io::LocalFileSystem(), path()).value();
    ASSERT_TRUE(store->BindLog(LogId(NewUuidV7())));
    std::vector<Change> changes;
    std::vector<LakePointer> pointers;
    for (int i = 0; i < 4; ++i) {
      const auto table = Table(fmt::format("t{}", i));
      changes.emplace_back(CreateTable{table});
      pointers.push_back({table->id, i + 1, Lsn(static_cast<uint64_t>(i) + 7)});
    }
    auto comment = New<Comment>("", "");
    comment->target = pointers[0].table.value();
    comment->text = std::string(6000, 'c');  // over more than a page
    auto sequence = New<Sequence>("q", "public");
    for (const ObjectPtr& object :
         std::vector<ObjectPtr>{comment, New<Schema>("s", ""), sequence}) {
      changes.emplace_back(PutObject{object});
    }
    ASSERT_TRUE(store->Commit(changes, {.applied = Lsn(77), .settled = Lsn(70), .settled_us = 123},
                              pointers));
    auto grown = std::make_shared<Sequence>(*sequence);
    grown->revision = 2;
    const std::vector<Change> more = {DropTable{pointers[1].table}, DropObject{comment->id},
                                      PutObject{grown}};
    pointers.resize(1);
    pointers[0].metadata_version = 9;
    ASSERT_TRUE(store->Commit(more, {.applied = Lsn(80)}, pointers));
    first_ = pointers[0].table;
  }

  Result<Store::Contents> Load() const {
    FIRN_TRY(const auto store, OpenSqliteStore(io::LocalFileSystem(), path()));
    return store->Load();
  }
  /// All of it, in one text.
  static std::string Describe(const Store::Contents& contents) {
    auto text = fmt::format("{} {} {} {}\n", contents.log, contents.applied, contents.settled,
                            contents.settled_us);
    for (const auto& [id, table] : contents.version->tables()) text += ToJson(*table) + "\n";
    for (const auto& [id, object] : contents.version->objects()) text += ToJson(*object) + "\n";
    for (const auto& [id, pointer] : contents.pointers) {
      text += fmt::format("{} {} {}\n", id, pointer.metadata_version, pointer.flushed);
    }
    return text;
  }

  void Put(const std::string& bytes) const {
    std::filesystem::remove(path() + "-wal");
    std::filesystem::remove(path() + "-journal");
    auto file = *io::LocalFileSystem().Open(path(), {.mode = io::OpenMode::kReadWrite});
    ASSERT_TRUE(file->Truncate(bytes.size()));
    ASSERT_TRUE(file->WriteAt(0, bytes.data(), bytes.size()));
  }
  /// By SQLite itself, whose trees are sound afterwards.
  void Run(const std::string& sql) const {
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &other), SQLITE_OK);
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(other, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK)
        << sql << ": " << (error == nullptr ? "" : error);
    sqlite3_free(error);
    sqlite3_close(other);
  }
  static void ExpectDamage(const Error& error, const std::vector<std::string>& said) {
    EXPECT_EQ(error.code, ErrorCode::kCorrupt) << error.message;
    for (const auto& part : said) {
      EXPECT_NE(error.message.find(part), std::string::npos) << part << " in " << error.message;
    }
    EXPECT_NE(error.hint.find("firn restore"), std::string::npos) << error.message;
  }
  void ExpectRefused(const std::vector<std::string>& said) const {
    const auto loaded = Load();
    ASSERT_FALSE(loaded) << said.front();
    ExpectDamage(loaded.error(), said);
    EXPECT_NE(loaded.error().message.find(path()), std::string::npos) << loaded.error().message;
  }

  static std::string TempRoot() {
    return std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
  }
  const std::string dir_ = TempRoot() + "/firn_damage_" + NewUuidV7().ToString();
  std::string sound_;
  std::string want_;
  TableId first_;
};

// FIRN_SLOW: every bit of the file; else one of every tenth byte, another one each time.
TEST_F(CatalogDamageTest, EveryTurnedBitIsSeenOrHarmless) {
  const bool slow = std::getenv("FIRN_SLOW") != nullptr;
  uint64_t refused = 0;
  uint64_t same = 0;
  for (size_t bit = 0; bit < sound_.size() * 8 && !HasFailure(); bit += slow ? 1 : 83) {
    SCOPED_TRACE(fmt::format("byte {} bit {}", bit / 8, bit % 8));
    auto bytes = sound_;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    Put(bytes);
    const auto loaded = Load();
    if (loaded) {
      ++same;
      EXPECT_EQ(Describe(*loaded), want_);
    } else {
      ++refused;
      ExpectDamage(loaded.error(), {path()});
    }
  }
  EXPECT_GT(refused, same / 20);  // most of the file is unused room
  std::cout << fmt::format("catalog.db of {} bytes: turned bits={} refused={} same contents={}\n",
                           sound_.size(), refused + same, refused, same);
}

// SQLite takes the log's first bad frame for its end: what it held is behind us, or all is.
TEST_F(CatalogDamageTest, ATurnedBitInTheWriteAheadLogGoesBackToACommitAtTheMost) {
  std::filesystem::remove(path());
  std::set<std::string> states;
  std::string wal;
  std::string file;
  {
    const auto store = OpenSqliteStore(io::LocalFileSystem(), path()).value();
    states.insert(Describe(store->Load().value()));
    for (uint64_t i = 1; i <= 6; ++i) {
      const std::vector<Change> changes = {CreateTable{Table(fmt::format("t{}", i))}};
      ASSERT_TRUE(store->Commit(changes, {.applied = Lsn(i)}, {}));
      states.insert(Describe(store->Load().value()));
    }
    wal = io::ReadFile(io::LocalFileSystem(), path() + "-wal").value();
    file = io::ReadFile(io::LocalFileSystem(), path()).value();
  }
  ASSERT_EQ(states.size(), 7u);
  std::map<std::string, int> read;
  int refused = 0;
  for (size_t bit = 0; bit < wal.size() * 8 && !HasFailure(); bit += 1'237) {
    SCOPED_TRACE(fmt::format("byte {} bit {}", bit / 8, bit % 8));
    auto bytes = wal;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    Put(file);
    ASSERT_TRUE(io::WriteFileDurably(io::LocalFileSystem(), path() + "-wal", bytes));
    const auto loaded = Load();
    if (loaded) {
      ++read[Describe(*loaded)];
      EXPECT_TRUE(states.contains(Describe(*loaded)));
    } else {
      ++refused;
      ExpectDamage(loaded.error(), {path()});
    }
  }
  EXPECT_EQ(read.size(), states.size() - 1);  // the newest needs all of it
  std::cout << fmt::format("its log of {} bytes: states read={} refused={}\n", wal.size(),
                           read.size(), refused);
}

// But for the last page, which is a free one here.
TEST_F(CatalogDamageTest, AFileThatEndsTooEarlyIsRefused) {
  for (size_t size = 512; size < sound_.size(); size += 512) {
    SCOPED_TRACE(size);
    Put(sound_.substr(0, size));
    if (size <= sound_.size() - 4096) {
      ExpectRefused({"damaged"});
    } else if (const auto loaded = Load()) {
      EXPECT_EQ(Describe(*loaded), want_);
    } else {
      ExpectDamage(loaded.error(), {path()});
    }
  }
}

TEST_F(CatalogDamageTest, ATurnedBitInARowIsToldWithItsTableAndKey) {
  const auto id = first_.value().ToString();
  const auto at = sound_.find("\"name\":\"t0\"");
  ASSERT_NE(at, std::string::npos);
  ASSERT_EQ(sound_.find("\"name\":\"t0\"", at + 1), std::string::npos);
  auto bytes = sound_;
  bytes[at + 8] ^= 1;  // "u0": as good a name as any
  Put(bytes);
  ExpectRefused({"table tables", id, "checksum"});
}

TEST_F(CatalogDamageTest, RowsThatAreGoneOrOldAreMissed) {
  for (const auto* sql :
       {"DELETE FROM lake_pointers", "DELETE FROM objects", "DELETE FROM state WHERE key='log_id'",
        "DELETE FROM state WHERE key='totals'", "DELETE FROM state WHERE key='format'",
        "DELETE FROM state", "PRAGMA foreign_keys=ON; DELETE FROM tables",
        "DELETE FROM tables WHERE id = (SELECT min(id) FROM tables)"}) {
    SCOPED_TRACE(sql);
    Put(sound_);
    Run(sql);
    ExpectRefused({"damaged"});
  }
}

// As by a page that was never written, where the disk said that it was.
TEST_F(CatalogDamageTest, ARowAsItOnceWasIsMissed) {
  std::filesystem::copy_file(path(), dir_ + "/old.db");
  {
    const auto store = OpenSqliteStore(io::LocalFileSystem(), path()).value();
    const std::vector<LakePointer> pointers = {{first_, 10, Lsn(90)}};
    ASSERT_TRUE(store->Commit({}, {.applied = Lsn(90)}, pointers));
  }
  ASSERT_EQ(Load()->pointers.at(first_).metadata_version, 10);
  Run(
      fmt::format("ATTACH '{}/old.db' AS old;"
                  "REPLACE INTO lake_pointers SELECT * FROM old.lake_pointers WHERE table_id='{}'",
                  dir_, first_));
  ExpectRefused({"not the newest"});
}

TEST_F(CatalogDamageTest, AnEarlierReleasesFileIsSummedAndGoesOn) {
  Run(kAsVersion3);
  EXPECT_EQ(Describe(Load().value()), want_);
  EXPECT_EQ(Describe(Load().value()), want_);
  Run("UPDATE lake_pointers SET metadata_version = metadata_version + 1");
  ExpectRefused({"table lake_pointers"});
}

// Of before the checksums, or by somebody who knows how to make them.
TEST_F(CatalogDamageTest, ATextThatDoesNotParseIsToldWithItsTableAndKey) {
  const auto id = first_.value().ToString();
  for (const auto* text : {"{\"v\":1", "[]", "{\"v\":2}", "{\"v\":1,\"id\":7}", ""}) {
    SCOPED_TRACE(text);
    Put(sound_);
    Run(kAsVersion3);
    Run(fmt::format("UPDATE tables SET definition = '{}' WHERE id = '{}'", text, id));
    ExpectRefused({"table tables", id});
  }
  Put(sound_);
  Run(kAsVersion3);
  Run("UPDATE objects SET definition = '{\"v\":1,\"kind\":\"window\"}' WHERE kind = 'sequence'");
  ExpectRefused({"table objects", "window"});
}

TEST_F(CatalogDamageTest, ANewerReleasesFileIsNotCalledDamaged) {
  Run("PRAGMA user_version=99; DELETE FROM state WHERE key='format'");
  const auto loaded = Load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::kUnsupported) << loaded.error().message;
  Put(sound_);
  Run("PRAGMA user_version=99");
  ExpectRefused({"version"});
}

// What a look at all pages costs beside the load itself.
TEST_F(CatalogDamageTest, AnOpeningOfManyTablesIsQuick) {
  {
    const auto store = OpenSqliteStore(io::LocalFileSystem(), path()).value();
    std::vector<Change> changes;
    for (int i = 0; i < 20'000; ++i) {
      auto comment = New<Comment>("", "");
      comment->target = first_.value();
      comment->text = std::string(400, 'c');
      changes.emplace_back(PutObject{comment});
    }
    const double started = MonotonicSeconds();
    ASSERT_TRUE(store->Commit(changes, {.applied = Lsn(81)}, {}));
    std::cout << fmt::format("commit of {} objects: {:.0f} ms\n", changes.size(),
                             (MonotonicSeconds() - started) * 1000);
  }
  const double megabytes = static_cast<double>(std::filesystem::file_size(path())) / 1e6;
  double started = MonotonicSeconds();
  const auto store = OpenSqliteStore(io::LocalFileSystem(), path()).value();
  const double opened = (MonotonicSeconds() - started) * 1000 / megabytes;
  started = MonotonicSeconds();
  ASSERT_TRUE(store->Load());
  const double loaded = (MonotonicSeconds() - started) * 1000 / megabytes;
  std::cout << fmt::format("catalog.db of {:.1f} MB: open {:.2f} ms/MB, load {:.2f} ms/MB\n",
                           megabytes, opened, loaded);
  EXPECT_LT(opened, loaded);
}

}  // namespace
}  // namespace firn::catalog
