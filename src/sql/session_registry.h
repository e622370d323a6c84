// sql: who is connected (firn.sessions), and how many may be.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace firn::sql {

/// One session as firn.sessions shows it.
struct SessionRow {
  int32_t pid = 0;
  std::string user;
  std::string database;
  std::string application_name;
  std::string client_address;
  std::string state;  // active, idle, idle in transaction, idle in transaction (aborted)
  std::string query;  // the last one begun
  int64_t connected_us = 0;
  int64_t query_started_us = 0;  // 0: none yet
};

/// What the protocol front does to a session by its pid; false: there is none.
struct SessionEnding {
  std::function<bool(int32_t)> cancel;     // what it runs: 57014
  std::function<bool(int32_t)> terminate;  // the session: 57P01
};

/// Threads: any.
class SessionRegistry {
 public:
  SessionRegistry(size_t most, const Clock& clock) : most_(most), clock_(clock) {}

  /// A session's place; gives it back when destroyed. Lifetime: not longer than the registry.
  class Entry {
   public:
    Entry(SessionRegistry& registry, SessionRow row);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    void Began(std::string_view query);
    void SetState(std::string_view state);
    void SetApplicationName(std::string_view name);
    SessionRow row() const;

   private:
    SessionRegistry& registry_;
    mutable std::mutex mutex_;
    SessionRow row_;
  };

  /// 53300 when there is no place left.
  Result<std::unique_ptr<Entry>> Add(SessionRow row);
  std::vector<SessionRow> Rows() const;
  /// The session with this pid, if it is there.
  std::optional<SessionRow> Find(int32_t pid) const;

  /// Before the first session.
  void SetEnding(SessionEnding ending) { ending_ = std::move(ending); }
  const SessionEnding& ending() const { return ending_; }

  size_t size() const;

 private:
  const size_t most_;
  const Clock& clock_;
  SessionEnding ending_;
  mutable std::mutex mutex_;
  std::vector<const Entry*> entries_;
};

}  // namespace firn::sql
