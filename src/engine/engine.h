// engine: one embedded DuckDB instance, and the way hot rows get into it.
//
// A statement takes a ConnectionLease from the pool, registers the ScanSources it has pinned,
// splices the handles' sql() into its text, prepares, binds, executes, and reads Arrow batches
// from the ResultStream. DuckDB's own catalog stays empty: nothing here is created by DDL.
//
//   Engine ── Register(source) ─▶ ScanHandle ── sql() ─▶ "firn_scan('4f1c…')"
//      └───── Connect() ─▶ ConnectionLease ─▶ Query ─▶ ResultStream ─▶ arrow::RecordBatch
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/connection.h"
#include "engine/scalar_function.h"
#include "engine/scan_source.h"

namespace firn::engine {

class ScanRegistry;
struct EngineCore;
struct PooledConnection;

struct EngineOptions {
  std::string temp_dir;                          // spill files; created when missing
  int64_t temp_bytes_max = int64_t{32} << 30;    // of spill files in all
  std::vector<std::string> allowed_directories;  // absolute; all that SQL can read from
  int threads = 1;
  int64_t memory_limit = int64_t{1} << 30;  // bytes
};

/// Makes a ScanSource reachable from SQL text for as long as it lives. The token in sql() cannot
/// be guessed, so only text that firn wrote finds the source.
///
/// Lifetime: must outlive every Query and ResultStream whose text holds sql().
class ScanHandle {
 public:
  ScanHandle() = default;
  ScanHandle(ScanHandle&& other) noexcept = default;
  ScanHandle& operator=(ScanHandle&& other) noexcept;
  ~ScanHandle();

  /// A table function call to put where a relation stands: firn_scan('<token>'). Its first column
  /// is kPresentColumn, then come those of the source.
  std::string sql() const;

 private:
  friend class Engine;
  ScanHandle(std::shared_ptr<ScanRegistry> registry, std::string token);
  void Release();

  std::shared_ptr<ScanRegistry> registry_;
  std::string token_;
};

/// Owns the DuckDB instance, and opens another one when a fatal error has made it useless.
///
/// Threads:  any.
/// Lifetime: leases and handles keep what they need alive.
/// Failure:  the statement that met the fatal error gets XX000; the next Connect() opens another
///           instance, with the same functions and macros, and every ScanHandle is good there. A
///           statement prepared in the broken one fails with Remedy::kRetry.
/// Not here: which SQL may run (sql's allow-list); SQL given here is run as it is.
class Engine {
 public:
  static Result<std::unique_ptr<Engine>> Open(const EngineOptions& options);
  ~Engine();

  /// A connection of the pool, or a new one. Holding a lease for as long as a portal is open is
  /// expected; the caller bounds how many there are.
  Result<ConnectionLease> Connect();
  /// Connect where it takes no time, because one is idle; else nothing.
  std::optional<ConnectionLease> TakeIdle();
  ScanHandle Register(std::shared_ptr<ScanSource> source);
  /// Makes functions callable from every connection, for as long as the engine lives.
  Status AddFunctions(std::vector<ScalarFunction> functions);
  /// Runs statements whose effect every connection sees, in later instances too.
  Status AddMacros(std::vector<std::string> statements);
  /// Bytes DuckDB may use from now on; running statements spill down to it.
  Status SetMemoryLimit(int64_t bytes);

  /// DuckDB's version, "v1.5.5".
  std::string_view version() const { return version_; }
  /// False from a fatal error to the next Connect().
  bool healthy() const;
  /// How many instances broke and were replaced.
  int64_t reopened() const;

 private:
  Engine(EngineOptions options, std::shared_ptr<ScanRegistry> registry,
         std::shared_ptr<EngineCore> core);
  static ConnectionLease LeaseOf(std::shared_ptr<EngineCore> core, PooledConnection pooled);
  /// The instance to use; another one when the last is broken.
  Result<std::shared_ptr<EngineCore>> Instance();

  const std::string temp_dir_;
  const std::shared_ptr<ScanRegistry> registry_;  // of all instances
  const std::string version_;

  mutable std::mutex mutex_;  // guards all below
  EngineOptions options_;
  std::shared_ptr<EngineCore> core_;
  std::vector<ScalarFunction> functions_;
  std::vector<std::string> macros_;
  int64_t reopened_ = 0;
};

}  // namespace firn::engine
