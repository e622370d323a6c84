#include "server/stop_signals.h"

#include <cstdlib>

namespace firn::server {

std::string_view SignalName(int signal) {
  return signal == SIGTERM ? "SIGTERM" : "SIGINT";
}

StopSignals::StopSignals(std::function<void(int signal)> on) : on_(std::move(on)) {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  waiter_ = std::thread([this] { Wait(); });
}

StopSignals::~StopSignals() {
  ending_ = true;
  // It is blocked there and waited for: it wakes the thread and ends nothing.
  pthread_kill(waiter_.native_handle(), SIGTERM);  // NOLINT(bugprone-bad-signal-to-kill-thread)
  waiter_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void StopSignals::Wait() {
  for (;;) {
    int signal = 0;
    sigwait(&signals_, &signal);
    if (ending_) return;
    if (came_ != 0) std::_Exit(ExitCodeOf(signal));
    came_ = signal;
    on_(signal);
  }
}

}  // namespace firn::server
