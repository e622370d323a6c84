// sql: work that the workers do while its session does something else.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace firn::sql {

/// One piece of such work and what comes of it. Whoever comes second, its result or who waits for
/// it, sees the other.
///
/// Threads: Claim by any; Finish by who claimed it, Await by the session, each once.
template <typename T>
class Ahead {
 public:
  /// True for the first only: the work is theirs to do, or to leave.
  bool Claim() { return !claimed_.exchange(true); }
  void Finish(T result) {
    std::unique_lock lock(mutex_);
    if (!waiter_) {
      result_ = std::move(result);
      return;
    }
    auto wake = std::move(waiter_);
    lock.unlock();
    wake(std::move(result));
  }
  void Await(std::function<void(T)> done) {
    std::unique_lock lock(mutex_);
    if (!result_) {
      waiter_ = std::move(done);
      return;
    }
    auto result = *std::move(result_);
    lock.unlock();
    done(std::move(result));
  }

 private:
  std::atomic<bool> claimed_{false};
  std::mutex mutex_;
  std::optional<T> result_;        // guarded by mutex_
  std::function<void(T)> waiter_;  // guarded by mutex_
};

}  // namespace firn::sql
