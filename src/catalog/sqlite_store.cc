#include <array>
#include <mutex>

#include <sqlite3.h>

#include "base/crash_point.h"
#include "base/log.h"
#include "catalog/sqlite_vfs.h"
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

/// A connection and the files under it.
class Connection {
 public:
  explicit Connection(io::FileSystem& files) : vfs_(files) {}
  ~Connection() {
    sqlite3_close_v2(db_);
    WarnOfIgnored();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Status Open(const std::string& path) {
    const int code = sqlite3_open_v2(
        path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
        vfs_.name());
    if (code != SQLITE_OK) return Failed(fmt::format("open \"{}\"", path));
    return {};
  }
  sqlite3* db() const { return db_; }

  /// SQLite says nothing of a checkpoint that failed: the WAL has all of it, and the next one
  /// tries again.
  void WarnOfIgnored() {
    if (const auto reason = vfs_.TakeError()) {
      FIRN_LOG_WARN("catalog: stays in its write-ahead log: {}", reason->message);
    }
  }

  /// Why the call before failed: in the words of the file system where it was that.
  Failure Failed(std::string_view doing) {
    const int code = db_ == nullptr ? SQLITE_NOMEM : sqlite3_extended_errcode(db_) & 0xff;
    const char* said = db_ == nullptr ? "out of memory" : sqlite3_errmsg(db_);
    Error error = MakeError(ErrorCode::kIo, "catalog: could not {}: {}", doing, said);
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) error.code = ErrorCode::kCorrupt;
    const auto reason = vfs_.TakeError();
    const bool by_files = code == SQLITE_FULL || code == SQLITE_IOERR || code == SQLITE_CANTOPEN ||
                          code == SQLITE_BUSY;
    if (reason && by_files) {
      error.message += fmt::format(": {}", reason->message);
      error.sqlstate = reason->SqlState();
      error.hint = reason->hint;
    }
    return Failure(std::move(error));
  }

 private:
  SqliteVfs vfs_;
  sqlite3* db_ = nullptr;
};

class Query {
 public:
  Query(Connection& connection, const char* sql) : connection_(connection) {
    ok_ = sqlite3_prepare_v2(connection.db(), sql, -1, &statement_, nullptr) == SQLITE_OK;
  }
  ~Query() { sqlite3_finalize(statement_); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& Bind(int index, std::string_view text) {
    ok_ = ok_ && sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()),
                                   SQLITE_TRANSIENT) == SQLITE_OK;
    return *this;
  }
  Query& Bind(int index, int64_t value) {
    ok_ = ok_ && sqlite3_bind_int64(statement_, index, value) == SQLITE_OK;
    return *this;
  }
  /// True: a row is there; false: done.
  Result<bool> Step() {
    const int code = ok_ ? sqlite3_step(statement_) : SQLITE_ERROR;
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return connection_.Failed("run a statement");
  }
  Status Run() {
    FIRN_RETURN_IF_ERROR(Step());
    return {};
  }
  std::string Text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return text == nullptr ? std::string()
                           : std::string(text, sqlite3_column_bytes(statement_, column));
  }
  int64_t Integer(int column) const { return sqlite3_column_int64(statement_, column); }

 private:
  Connection& connection_;
  sqlite3_stmt* statement_ = nullptr;
  bool ok_ = false;
};

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(io::FileSystem& files) : connection_(files) {}

  Status Open(const std::string& path) {
    FIRN_RETURN_IF_ERROR(connection_.Open(path));
    KeepWalAtClose(true);
    // Before WAL, which without shared memory is for a sole user.
    FIRN_RETURN_IF_ERROR(Execute("PRAGMA locking_mode=EXCLUSIVE"));
    FIRN_RETURN_IF_ERROR(Execute("PRAGMA journal_mode=WAL"));
    FIRN_RETURN_IF_ERROR(Execute("PRAGMA synchronous=FULL"));
    FIRN_RETURN_IF_ERROR(Execute("PRAGMA foreign_keys=ON"));
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
        FIRN_RETURN_IF_ERROR(Execute(kMigrations[have]));
        return Execute(fmt::format("PRAGMA user_version={}", have + 1).c_str());
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
  Status Execute(const char* sql) {
    if (sqlite3_exec(connection_.db(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
      return connection_.Failed("run a statement");
    }
    return {};
  }

  template <typename Work>
  Status InTransaction(Work work) {
    FIRN_RETURN_IF_ERROR(Execute("BEGIN IMMEDIATE"));
    Status done = work();
    if (done) done = Execute("COMMIT");
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
