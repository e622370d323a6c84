#include <array>
#include <mutex>

#include <sqlite3.h>

#include "base/crash_point.h"
#include "catalog/sqlite_connection.h"
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
};

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(io::FileSystem& files) : connection_(files) {}

  Status Open(const std::string& path) {
    FIRN_RETURN_IF_ERROR(connection_.Open(path));
    KeepWalAtClose(true);
    // Before WAL, which without shared memory is for a sole user.
    FIRN_RETURN_IF_ERROR(connection_.Execute("PRAGMA locking_mode=EXCLUSIVE"));
    FIRN_RETURN_IF_ERROR(connection_.Execute("PRAGMA journal_mode=WAL"));
    FIRN_RETURN_IF_ERROR(connection_.Execute("PRAGMA synchronous=FULL"));
    FIRN_RETURN_IF_ERROR(connection_.Execute("PRAGMA foreign_keys=ON"));
    return Migrate();
  }

  Status Migrate() {
    int64_t have = 0;
    {
      Query version(connection_, "PRAGMA user_version");
      FIRN_RETURN_IF_ERROR(version.Step());
      have = version.Integer(0);
    }
    const auto known = static_cast<int64_t>(kMigrations.size());
    if (have > known) {
      return Fail(MakeError(ErrorCode::kUnsupported,
                            "the catalog was written by a newer release: version={} known={}", have,
                            known)
                      .WithHint("Start the release that wrote this folder, or a newer one."));
    }
    for (; have < known; ++have) {
      FIRN_RETURN_IF_ERROR(InTransaction([&]() -> Status {
        FIRN_RETURN_IF_ERROR(connection_.Execute(kMigrations[have]));
        return connection_.Execute(fmt::format("PRAGMA user_version={}", have + 1).c_str());
      }));
      CrashPoint("start.migrated");
    }
    return {};
  }

  Result<Contents> Load() override {
    std::lock_guard lock(mutex_);
    Contents contents;
    Version::Tables tables;
    Query all(connection_, "SELECT definition FROM tables");
    for (;;) {
      FIRN_TRY(const bool row, all.Step());
      if (!row) break;
      FIRN_TRY(auto definition, TableDefinitionFromJson(all.Text(0)));
      const auto id = definition.id;
      tables[id] = std::make_shared<const TableDefinition>(std::move(definition));
    }
    Version::Objects objects;
    Query all_objects(connection_, "SELECT definition FROM objects");
    for (;;) {
      FIRN_TRY(const bool row, all_objects.Step());
      if (!row) break;
      FIRN_TRY(auto object, ObjectFromJson(all_objects.Text(0)));
      const auto id = object->id;
      objects[id] = std::move(object);
    }
    contents.version = std::make_shared<const Version>(std::move(tables), std::move(objects));
    Query pointers(connection_,
                   "SELECT table_id, metadata_version, flushed_lsn FROM lake_pointers");
    for (;;) {
      FIRN_TRY(const bool row, pointers.Step());
      if (!row) break;
      FIRN_TRY(const auto uuid, ParseUuid(pointers.Text(0)));
      contents.pointers[TableId(uuid)] = {
          .table = TableId(uuid),
          .metadata_version = pointers.Integer(1),
          .flushed = Lsn(static_cast<uint64_t>(pointers.Integer(2)))};
    }
    Query state(connection_,
                "SELECT (SELECT value FROM state WHERE key = 'applied_lsn'),"
                " (SELECT value FROM state WHERE key = 'settled_lsn'),"
                " (SELECT value FROM state WHERE key = 'log_id'),"
                " (SELECT value FROM state WHERE key = 'settled_us')");
    FIRN_RETURN_IF_ERROR(state.Step());
    contents.applied = Lsn(static_cast<uint64_t>(state.Integer(0)));
    contents.settled = Lsn(static_cast<uint64_t>(state.Integer(1)));
    if (const auto log = state.Text(2); !log.empty()) {
      FIRN_TRY(const auto uuid, ParseUuid(log));
      contents.log = LogId(uuid);
    }
    contents.settled_us = state.Integer(3);
    return contents;
  }

  Status BindLog(LogId log) override {
    std::lock_guard lock(mutex_);
    KeepWalAtClose(false);
    return Note("log_id", log.value().ToString());
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
        // A table that was dropped meanwhile keeps no pointer.
        FIRN_RETURN_IF_ERROR(
            Query(
                connection_,
                "INSERT INTO lake_pointers SELECT id, ?2, ?3 FROM tables WHERE id = ?1 "
                "ON CONFLICT (table_id) DO UPDATE SET metadata_version = excluded.metadata_version,"
                " flushed_lsn = excluded.flushed_lsn")
                .Bind(1, pointer.table.value().ToString())
                .Bind(2, pointer.metadata_version)
                .Bind(3, static_cast<int64_t>(pointer.flushed.value()))
                .Run());
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
    return Query(connection_,
                 "INSERT INTO state VALUES (?1, ?2) "
                 "ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .Bind(1, key)
        .Bind(2, value)
        .Run();
  }

  template <typename Work>
  Status InTransaction(Work work) {
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
    return Query(connection_, "DELETE FROM tables WHERE id = ?1").Bind(1, id).Run();
  }
  Status Do(const PutObject& change) {
    const auto& object = *change.object;
    const auto owner = object.BelongsTo();
    Query put(connection_,
              "INSERT INTO objects VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE SET "
              "belongs_to = excluded.belongs_to, definition = excluded.definition");
    put.Bind(1, object.id.ToString()).Bind(2, object.kind().name).Bind(4, ToJson(object));
    if (!owner.is_nil()) put.Bind(3, owner.ToString());
    return put.Run();
  }
  Status Do(const DropObject& change) { return EraseWith(change.object.ToString()); }

  Status PutTable(const TableDefinition& table) {
    // REPLACE would take the pointers along.
    return Query(connection_,
                 "INSERT INTO tables VALUES (?1, ?2) "
                 "ON CONFLICT (id) DO UPDATE SET definition = excluded.definition")
        .Bind(1, table.id.value().ToString())
        .Bind(2, ToJson(table))
        .Run();
  }
  /// The object of this id, and those that belong to it or to one of them.
  Status EraseWith(const std::string& id) {
    return Query(connection_,
                 "DELETE FROM objects WHERE id IN (WITH RECURSIVE gone (id) AS (VALUES (?1) UNION "
                 "SELECT objects.id FROM objects JOIN gone ON objects.belongs_to = gone.id) "
                 "SELECT id FROM gone)")
        .Bind(1, id)
        .Run();
  }

  Connection connection_;
  std::mutex mutex_;  // one writer
};

}  // namespace

Result<std::unique_ptr<Store>> OpenSqliteStore(io::FileSystem& files, const std::string& path) {
  auto store = std::make_unique<SqliteStore>(files);
  FIRN_RETURN_IF_ERROR(store->Open(path));
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace firn::catalog
