#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <mutex>

#include <sqlite3.h>

#include "base/crash_point.h"
#include "catalog/sqlite_connection.h"
#include "catalog/sqlite_sums.h"
#include "catalog/store.h"

namespace firn::catalog {
namespace {

// Forward-only: migration i leads from user_version i to i + 1. Never change one that shipped.
constexpr std::array kMigrations = {
    R"sql(
      CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE tables (id TEXT PRIMARY KEY, definition TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE lake_pointers (
        table_id TEXT PRIMARY KEY REFERENCES tables (id) ON DELETE CASCADE,
        metadata_version INTEGER NOT NULL,
        flushed_lsn INTEGER NOT NULL
      ) WITHOUT ROWID;
      INSERT INTO state VALUES ('applied_lsn', '0');
    )sql",
    R"sql(
      CREATE TABLE objects (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, belongs_to TEXT, definition TEXT NOT NULL
      ) WITHOUT ROWID;
      INSERT INTO objects VALUES (
        '00000000-0000-0000-0000-000000000001', 'schema', NULL,
        '{"v":1,"kind":"schema","id":"00000000-0000-0000-0000-000000000001","name":"public",'
        || '"revision":1}');
    )sql",
    R"sql(
      INSERT INTO state SELECT 'settled_lsn', value FROM state WHERE key = 'applied_lsn';
    )sql",
    R"sql(
      ALTER TABLE state ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE tables ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE lake_pointers ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE objects ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
      UPDATE state SET crc = firn_crc('state', key, value);
      UPDATE tables SET crc = firn_crc('tables', id, definition);
      UPDATE lake_pointers
        SET crc = firn_crc('lake_pointers', table_id, metadata_version, flushed_lsn);
      UPDATE objects SET crc = firn_crc('objects', id, kind, belongs_to, definition);
    )sql",
};
static_assert(kMigrations.size() >= SqliteSums::kSince);

/// What a checksum has vouched for.
uint64_t Number(const std::map<std::string, std::string>& state, const std::string& key) {
  uint64_t number = 0;
  const auto found = state.find(key);
  if (found == state.end()) return 0;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), number);
  return number;
}

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(io::FileSystem& files) : connection_(files), sums_(connection_) {}

  Status Open(const std::string& path) {
    FIRN_RETURN_IF_ERROR(connection_.Open(path));
    FIRN_RETURN_IF_ERROR(sums_.Register());
    KeepWalAtClose(true);
    FIRN_RETURN_IF_ERROR(connection_.Execute("PRAGMA cell_size_check=ON"));
    // Before WAL, which without shared memory is for a sole user.
    FIRN_RETURN_IF_ERROR(connection_.Execute("PRAGMA locking_mode=EXCLUSIVE"));
    FIRN_RETURN_IF_ERROR(connection_.Execute("PRAGMA journal_mode=WAL"));
    FIRN_RETURN_IF_ERROR(connection_.Execute("PRAGMA synchronous=FULL"));
    FIRN_RETURN_IF_ERROR(connection_.Execute("PRAGMA foreign_keys=ON"));
    FIRN_RETURN_IF_ERROR(CheckPages());
    return Migrate();
  }

  /// What the rows' checksums do not say: the trees, and the pages that are in none.
  Status CheckPages() {
    Query check(connection_, "PRAGMA quick_check(1)");
    FIRN_RETURN_IF_ERROR(check.Step());
    if (auto said = check.Text(0); said != "ok") {
      std::replace(said.begin(), said.end(), '\n', ' ');
      return connection_.CheckFailed(said);
    }
    if (sqlite3_db_readonly(connection_.db(), "main") == 0) return {};
    return connection_.Damaged("it says of itself that it may only be read");
  }

  Status Migrate() {
    int64_t have = 0;
    {
      Query version(connection_, "PRAGMA user_version");
      FIRN_RETURN_IF_ERROR(version.Step());
      have = version.Integer(0);
    }
    const auto known = static_cast<int64_t>(kMigrations.size());
    FIRN_RETURN_IF_ERROR(sums_.CheckFormat(have, known));
    if (have > known) {
      return Fail(MakeError(ErrorCode::kUnsupported,
                            "the catalog was written by a newer release: version={} known={}", have,
                            known)
                      .WithHint("Start the release that wrote this folder, or a newer one."));
    }
    for (; have < known; ++have) {
      FIRN_RETURN_IF_ERROR(Transaction([&]() -> Status {
        FIRN_RETURN_IF_ERROR(connection_.Execute(kMigrations[have]));
        const auto version = fmt::format("PRAGMA user_version={}", have + 1);
        FIRN_RETURN_IF_ERROR(connection_.Execute(version.c_str()));
        return have + 1 < SqliteSums::kSince ? Status() : sums_.NoteFormat(have + 1);
      }));
      CrashPoint("start.migrated");
    }
    return {};
  }

  Result<Contents> Load() override {
    std::lock_guard lock(mutex_);
    Contents contents;
    SqliteSums::Totals seen;
    Version::Tables tables;
    FIRN_RETURN_IF_ERROR(sums_.Each(kTables, seen, [&](const Query& row) -> Status {
      FIRN_TRY(auto definition, TableDefinitionFromJson(row.Text(1)));
      const auto id = definition.id;
      tables[id] = std::make_shared<const TableDefinition>(std::move(definition));
      return {};
    }));
    Version::Objects objects;
    FIRN_RETURN_IF_ERROR(sums_.Each(kObjects, seen, [&](const Query& row) -> Status {
      FIRN_TRY(auto object, ObjectFromJson(row.Text(3)));
      const auto id = object->id;
      objects[id] = std::move(object);
      return {};
    }));
    contents.version = std::make_shared<const Version>(std::move(tables), std::move(objects));
    FIRN_RETURN_IF_ERROR(sums_.Each(kLakePointers, seen, [&](const Query& row) -> Status {
      FIRN_TRY(const auto uuid, ParseUuid(row.Text(0)));
      contents.pointers[TableId(uuid)] = {.table = TableId(uuid),
                                          .metadata_version = row.Integer(1),
                                          .flushed = Lsn(static_cast<uint64_t>(row.Integer(2)))};
      return {};
    }));
    std::map<std::string, std::string> state;
    FIRN_RETURN_IF_ERROR(sums_.Each(kState, seen, [&](const Query& row) -> Status {
      state[row.Text(0)] = row.Text(1);
      return {};
    }));
    FIRN_RETURN_IF_ERROR(sums_.CheckTotals(seen));
    contents.applied = Lsn(Number(state, "applied_lsn"));
    contents.settled = Lsn(Number(state, "settled_lsn"));
    contents.settled_us = static_cast<int64_t>(Number(state, "settled_us"));
    contents.newest_segment = Lsn(Number(state, "newest_segment"));
    if (const auto log = state.find("log_id"); log != state.end()) {
      FIRN_TRY(const auto uuid, ParseUuid(log->second));
      contents.log = LogId(uuid);
    }
    return contents;
  }

  Status BindLog(LogId log) override {
    std::lock_guard lock(mutex_);
    KeepWalAtClose(false);
    return InTransaction([&] { return Note("log_id", log.value().ToString()); });
  }

  Status NoteSegment(Lsn base_lsn) override {
    std::lock_guard lock(mutex_);
    KeepWalAtClose(false);
    return InTransaction([&] { return Note("newest_segment", std::to_string(base_lsn.value())); });
  }

  Status Commit(std::span<const Change> changes, Progress progress,
                std::span<const LakePointer> pointers) override {
    std::lock_guard lock(mutex_);
    KeepWalAtClose(false);
    return InTransaction([&]() -> Status {
      for (const auto& change : changes) FIRN_RETURN_IF_ERROR(ApplyOne(change));
      FIRN_RETURN_IF_ERROR(Note("applied_lsn", std::to_string(progress.applied.value())));
      if (progress.settled != Lsn()) {
        FIRN_RETURN_IF_ERROR(Note("settled_lsn", std::to_string(progress.settled.value())));
        FIRN_RETURN_IF_ERROR(Note("settled_us", std::to_string(progress.settled_us)));
      }
      for (const auto& pointer : pointers) {
        FIRN_RETURN_IF_ERROR(PutPointer(pointer));
      }
      CrashPoint("catalog.applied");
      return {};
    });
  }

 private:
  /// A start that is refused changes nothing: what an unclean stop left in the write-ahead log is
  /// written into the file only once the store was written to.
  void KeepWalAtClose(bool keep) {
    sqlite3_db_config(connection_.db(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
  }

  Status Note(std::string_view key, std::string_view value) {
    return sums_.Write(kState, key, [&] {
      return Query(connection_,
                   "INSERT INTO state VALUES (?1, ?2, firn_crc('state', ?1, ?2)) "
                   "ON CONFLICT (key) DO UPDATE SET value = excluded.value, crc = excluded.crc")
          .Bind(1, key)
          .Bind(2, value)
          .Run();
    });
  }

  /// Writes rows, and what the sums say of all of them.
  template <typename Work>
  Status InTransaction(Work work) {
    return Transaction([&]() -> Status {
      FIRN_RETURN_IF_ERROR(sums_.Begin());
      FIRN_RETURN_IF_ERROR(work());
      return sums_.End();
    });
  }
  template <typename Work>
  Status Transaction(Work work) {
    FIRN_RETURN_IF_ERROR(connection_.Execute("BEGIN IMMEDIATE"));
    Status done = work();
    if (done) done = connection_.Execute("COMMIT");
    if (!done) sqlite3_exec(connection_.db(), "ROLLBACK", nullptr, nullptr, nullptr);
    if (done) connection_.WarnOfIgnored();
    return done;
  }

  // A commit whose outcome was not known is done again, so all of these may be repeated.
  Status ApplyOne(const Change& change) {
    return std::visit([this](const auto& one) { return Do(one); }, change);
  }
  Status Do(const CreateTable& change) { return PutTable(*change.table); }
  Status Do(const AlterTable& change) { return PutTable(*change.table); }
  Status Do(const TruncateTable& /*change*/) { return {}; }
  Status Do(const DropTable& change) {
    const auto id = change.table.value().ToString();
    FIRN_RETURN_IF_ERROR(EraseWith(id));
    FIRN_RETURN_IF_ERROR(Erase(kLakePointers, id));
    return Erase(kTables, id);
  }
  Status Do(const PutObject& change) {
    const auto& object = *change.object;
    const auto id = object.id.ToString();
    const auto owner = object.BelongsTo();
    return sums_.Write(kObjects, id, [&] {
      Query put(connection_,
                "INSERT INTO objects VALUES (?1, ?2, ?3, ?4, firn_crc('objects', ?1, ?2, ?3, ?4)) "
                "ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, "
                "belongs_to = excluded.belongs_to, definition = excluded.definition, "
                "crc = excluded.crc");
      put.Bind(1, id).Bind(2, object.kind().name).Bind(4, ToJson(object));
      if (!owner.is_nil()) put.Bind(3, owner.ToString());
      return put.Run();
    });
  }
  Status Do(const DropObject& change) { return EraseWith(change.object.ToString()); }

  Status PutTable(const TableDefinition& table) {
    const auto id = table.id.value().ToString();
    return sums_.Write(kTables, id, [&] {
      // REPLACE would take the pointers along.
      return Query(connection_,
                   "INSERT INTO tables VALUES (?1, ?2, firn_crc('tables', ?1, ?2)) "
                   "ON CONFLICT (id) DO UPDATE SET definition = excluded.definition, "
                   "crc = excluded.crc")
          .Bind(1, id)
          .Bind(2, ToJson(table))
          .Run();
    });
  }
  Status PutPointer(const LakePointer& pointer) {
    const auto id = pointer.table.value().ToString();
    return sums_.Write(kLakePointers, id, [&] {
      // A table that was dropped meanwhile keeps no pointer.
      return Query(connection_,
                   "INSERT INTO lake_pointers SELECT id, ?2, ?3, "
                   "firn_crc('lake_pointers', id, ?2, ?3) FROM tables WHERE id = ?1 "
                   "ON CONFLICT (table_id) DO UPDATE SET "
                   "metadata_version = excluded.metadata_version, "
                   "flushed_lsn = excluded.flushed_lsn, crc = excluded.crc")
          .Bind(1, id)
          .Bind(2, pointer.metadata_version)
          .Bind(3, static_cast<int64_t>(pointer.flushed.value()))
          .Run();
    });
  }

  Status Erase(const SummedTable& table, const std::string& key) {
    return sums_.Write(table, key, [&] {
      return Query(connection_, fmt::format("DELETE FROM {} WHERE {} = ?1", table.name, table.key))
          .Bind(1, key)
          .Run();
    });
  }
  /// The object of this id, and those that belong to it or to one of them.
  Status EraseWith(const std::string& id) {
    std::vector<std::string> gone;
    {
      Query all(connection_,
                "WITH RECURSIVE gone (id) AS (VALUES (?1) UNION "
                "SELECT objects.id FROM objects JOIN gone ON objects.belongs_to = gone.id) "
                "SELECT id FROM gone");
      all.Bind(1, id);
      for (;;) {
        FIRN_TRY(const bool row, all.Step());
        if (!row) break;
        gone.push_back(all.Text(0));
      }
    }
    for (const auto& one : gone) FIRN_RETURN_IF_ERROR(Erase(kObjects, one));
    return {};
  }

  Connection connection_;
  SqliteSums sums_;
  std::mutex mutex_;  // one writer
};

}  // namespace

Result<std::unique_ptr<Store>> OpenSqliteStore(io::FileSystem& files, const std::string& path) {
  auto store = std::make_unique<SqliteStore>(files);
  FIRN_RETURN_IF_ERROR(store->Open(path));
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace firn::catalog
