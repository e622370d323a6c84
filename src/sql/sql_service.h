// sql: the one object the server makes: it owns the workers and what sessions share, and opens
// sessions.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/settings.h"
#include "base/task.h"
#include "catalog/objects/role.h"
#include "sql/services.h"
#include "sql/session.h"

namespace firn::sql {

struct SessionStart {
  std::string user;
  std::string database;
  std::vector<std::pair<std::string, std::string>> options;  // other startup parameters
  std::string client_address;
  int32_t process_id = 0;
};

/// Bytes of rows that all sessions together keep in memory.
struct MemoryShares {
  int64_t transactions = 0;  // not committed yet
  int64_t pinned_rows = 0;   // in the lake already; 0: no limit
  int64_t hot_rows = 0;      // not in the lake yet; what these leave, pinned ones may have
  int64_t copy_row = (int64_t{1} << 30) - 1;  // one row of a COPY
};

/// Threads:  any.
/// Lifetime: borrows database, engine and settings; every session must be gone before it is.
class SqlService {
 public:
  static Result<std::unique_ptr<SqlService>> Make(table::Database& database, engine::Engine& engine,
                                                  const Settings& settings, MemoryShares shares,
                                                  std::string_view version);
  ~SqlService();

  /// Errors: 3D000 unknown database, 28000 unknown role, 53300 too many sessions, 22023 a startup
  /// parameter.
  Task<Result<std::unique_ptr<Session>>> Open(SessionStart start);
  /// The SCRAM verifier of what the user must prove before Open, or nothing. 28000.
  Result<std::optional<std::string>> PasswordOf(const std::string& user, bool loopback) const;
  /// Before listening beyond loopback: every role that may sign in has a password.
  Status CheckRemoteLogins() const;

  const SessionRegistry& registry() const { return registry_; }
  /// How pg_cancel_backend and pg_terminate_backend reach a session. Before the first one.
  void SetSessionEnding(SessionEnding ending) { registry_.SetEnding(std::move(ending)); }

 private:
  SqlService(table::Database& database, engine::Engine& engine, const Settings& settings,
             MemoryShares shares, std::string_view version);
  Result<std::unique_ptr<Session>> OpenNow(SessionStart start);
  void SetServerValues(SessionSettings& settings, const catalog::Role& role) const;
  std::shared_ptr<const catalog::Version> Catalog() const;
  Result<catalog::RolePtr> RoleToSignIn(const std::string& user) const;
  /// A role's own, or that of the roles from birth; empty: none.
  std::string KeptPassword(const catalog::Role& role) const;
  Status CheckConnectionLimit(const catalog::Role& role) const;

  const SystemClock clock_;
  SessionRegistry registry_;
  CancellationWatch watch_;
  SequenceCache sequences_;
  TransactionMemory transaction_memory_;
  WorkerPool workers_;
  SnapshotWatch snapshots_;
  Services services_;
  std::string birth_password_;  // a verifier; empty: none
};

}  // namespace firn::sql
