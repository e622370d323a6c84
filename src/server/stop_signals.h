// server: SIGTERM and SIGINT of a command that has something to say or to end first.
#pragma once

#include <atomic>
#include <functional>
#include <string_view>
#include <thread>

#include <signal.h>

namespace firn::server {

std::string_view SignalName(int signal);
/// The exit code of a command that a signal ended, as shells have it.
inline int ExitCodeOf(int signal) {
  return 128 + signal;
}

/// While it lives, the first such signal calls `on`, on a thread of its own, and a second one ends
/// the process.
///
/// Threads:  made before any thread that could take the signals instead.
class StopSignals {
 public:
  explicit StopSignals(std::function<void(int signal)> on);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Which one came; 0: none.
  int came() const { return came_; }

 private:
  void Wait();

  const std::function<void(int signal)> on_;
  std::atomic<int> came_{0};
  std::atomic<bool> ending_{false};
  sigset_t signals_{};
  sigset_t before_{};
  std::thread waiter_;
};

}  // namespace firn::server
