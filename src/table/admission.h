// table: the door of the commit queue, closed while there is no room for more rows.
//
// Rows come faster than a flush round takes them away. Writers then wait, in the order they came,
// until a round has made room: in the long run rows come in at the speed of Parquet encoding. A
// wait is bounded; what it ends in says what is full and which table holds it up.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.h"
#include "table/database.h"

namespace firn::table {

/// Threads:  any. Those who waited are let in by a thread of its own.
/// Lifetime: Stop() before destruction.
class Admission {
 public:
  struct Writer {
    std::shared_ptr<const CommitRequest> request;
    std::function<void(Result<CommitReceipt>)> done;
  };
  struct Collaborators {
    /// Ok while there is room, else the error for those who wait in vain. Called often: cheap.
    std::function<Status()> room;
    /// Called when somebody begins to wait and nobody did.
    std::function<void()> on_wait;
    /// Takes those who may go in, in their order.
    std::function<void(std::vector<Writer>)> enter;
  };

  Admission(Collaborators collaborators, int64_t wait_ms);
  ~Admission();

  /// Whether whoever comes now may go in at once.
  bool IsOpen() const { return waiting() == 0 && with_.room(); }
  /// Lets the writer in when there is room; its `done` gets what is missing after the longest wait.
  void Wait(Writer writer);
  /// Refuses those who wait, and whoever comes, with 57P01.
  void Stop();

  /// Writers that wait now.
  int64_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

 private:
  struct Waiter {
    Writer writer;
    double until = 0;  // monotonic seconds
  };

  void Run();
  void LetIn(std::unique_lock<std::mutex>& lock);

  const Collaborators with_;
  const double wait_seconds_;
  std::atomic<int64_t> waiting_{0};

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiter> waiters_;  // guarded by mutex_
  bool stopping_ = false;       // guarded by mutex_
  std::thread thread_;
};

}  // namespace firn::table
