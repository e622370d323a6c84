// sql: stopping a statement, by request of the client or by its time limit.
//
// A statement owns a Cancellation while it runs. What blocks in the engine is named there by an
// interrupt function; since an interrupt that comes before the query truly began is lost, the
// watch repeats it until the statement is over.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "base/result.h"

namespace firn::sql {

/// Whether the statement that runs now was asked to stop. One per session.
///
/// Threads: any.
class Cancellation {
 public:
  using Clock = std::chrono::steady_clock;

  /// A new statement: forgets earlier requests; `timeout_ms` 0 is none.
  void Begin(int64_t timeout_ms);
  void End();
  /// The next statement of the same message, whose time begins now.
  void SetTimeout(int64_t timeout_ms);

  /// Asks the statement under way to stop; nothing happens when there is none.
  void Request();
  /// The same, because what it reads is taken away: 72000.
  void SnapshotIsTooOld();
  bool requested() const { return reason_.load() != Reason::kNone; }
  /// 57014 when asked to stop, 72000 when its snapshot is too old.
  Status Check() const;

  /// What to call while the statement is inside the engine; null when it has left.
  void SetInterrupt(std::function<void()> interrupt);

  /// The watch's turn: notes a passed deadline, interrupts when asked to stop. True when it
  /// wants another turn at once (an interrupt may have been lost).
  bool Turn(Clock::time_point now);
  std::optional<Clock::time_point> deadline() const;

 private:
  enum class Reason : uint8_t { kNone, kRequest, kTimeout, kSnapshot };
  void Ask(Reason reason);
  std::atomic<Reason> reason_{Reason::kNone};
  mutable std::mutex mutex_;
  bool running_ = false;
  std::optional<Clock::time_point> deadline_;
  std::function<void()> interrupt_;
};

/// Gives cancelled and overdue statements their interrupts, from one thread.
class CancellationWatch {
 public:
  CancellationWatch();
  ~CancellationWatch();

  void Add(std::shared_ptr<Cancellation> cancellation);
  void Remove(const std::shared_ptr<Cancellation>& cancellation);
  /// Something changed: a request, or a new deadline.
  void Wake();

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  bool woken_ = false;
  std::set<std::shared_ptr<Cancellation>> watched_;
  std::thread thread_;
};

}  // namespace firn::sql
