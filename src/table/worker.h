// table: a thread that goes on by itself until it is asked to end.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace firn::table {

/// Threads:  Start and End by one; everything else by any.
/// Lifetime: destruction asks and waits. The owner's last member, for the thread uses the others.
class Worker {
 public:
  ~Worker();

  /// Waits for the run before, if there was one.
  void Start(std::function<void()> run);
  void Ask();
  /// True once it was asked to end.
  bool stopping() const;
  /// Waits so long, or until it is asked to end; then true.
  bool Rest(double seconds);
  /// Asks and waits, up to the moment in monotonic seconds. False: it still runs.
  bool End(double until);
  void End();

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // guarded by mutex_
  bool running_ = false;   // guarded by mutex_
  std::thread thread_;
};

}  // namespace firn::table
