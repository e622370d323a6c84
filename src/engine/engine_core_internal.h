// engine: what Engine, leases and handles share.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "columnar/types.h"
#include "engine/duckdb_handles_internal.h"
#include "engine/engine.h"
#include "engine/scalar_function_internal.h"
#include "engine/scan_function_internal.h"
#include "engine/scan_registry_internal.h"
#include "engine/vector_to_arrow_internal.h"

namespace firn::engine {

/// A connection and the session setting that outlives a lease.
struct PooledConnection {
  duckdb_connection handle = nullptr;
  std::string time_zone;
};

/// The instance and its idle connections. Threads: any.
struct EngineCore {
  ~EngineCore();

  static Result<std::shared_ptr<EngineCore>> Open(const EngineOptions& options,
                                                  std::shared_ptr<ScanRegistry> registry);
  Status Register(const std::vector<ScalarFunction>& functions);
  Status RunAll(const std::vector<std::string>& statements);

  /// An idle connection, or a new one with its session settings made.
  Result<PooledConnection> Take();
  /// An idle one whose time zone is this, if the last one put back is.
  std::optional<PooledConnection> TakeIdle(std::string_view time_zone);
  void Disconnect(duckdb_connection connection);
  /// Takes a connection back, or closes it when enough are idle or the instance is broken.
  void PutBack(PooledConnection connection);
  /// Runs a statement and drops its rows.
  Status Run(duckdb_connection connection, const std::string& sql);
  /// What DuckDB's text means to the client; also notes an instance that is beyond use.
  Error MapError(std::string_view text, std::string_view sql);

  duckdb_database database = nullptr;
  std::string version;
  std::shared_ptr<ScanRegistry> registry;
  ScanFunctionContext scan_context;
  std::atomic<bool> healthy{true};
  StopFlags stop_flags;

  std::mutex mutex;
  std::vector<PooledConnection> idle;  // guarded by mutex

 private:
  Result<PooledConnection> NewConnection();
};

/// One execution's result inside DuckDB.
struct StreamState {
  ~StreamState() { Close(); }
  void Close();

  std::shared_ptr<ConnectionState> connection;
  std::shared_ptr<StatementState> statement;
  duckdb_result result{};
  bool open = false;
  Error closed_with;  // what Next() says once closed before its end
  bool ended = false;
  bool begun = false;  // rows were given out
  std::vector<ResultColumn> columns;
  std::vector<columnar::Field> fields;
  std::shared_ptr<arrow::Schema> schema;
};

/// One prepared statement inside DuckDB.
struct StatementState {
  std::shared_ptr<ConnectionState> connection;
  OwnedPrepared prepared;
  std::string sql;
  uint64_t interrupts_seen = 0;
  bool fields_known = false;
  std::vector<columnar::Field> fields;
};

/// A lease's connection. Its members but the first group belong to the lease's thread.
struct ConnectionState {
  std::shared_ptr<EngineCore> core;
  std::atomic<uint64_t> interrupts{0};
  std::mutex mutex;                        // guards `connection` against interrupts
  duckdb_connection connection = nullptr;  // null once released
  std::atomic<bool>* stop = nullptr;       // of the connection: for functions of firn's own

  std::string time_zone;
  bool out_of_core = false;  // as SetOutOfCore has it
  std::weak_ptr<StreamState> stream;
  std::vector<std::weak_ptr<StatementState>> statements;

  bool HasOpenStream() const;
  /// Fails when released, broken, or busy with an open stream.
  Status CheckReady() const;
  /// Whether sorts, joins and groups write to temporary files from the first row on, not only when
  /// they find that they must: then it is too late for some (an ORDER BY over UNION ALL).
  Status SetOutOfCore(bool wanted);
};

Error InterruptedError();
std::string MemoryLimitSql(int64_t bytes);

}  // namespace firn::engine
