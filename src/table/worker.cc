#include "table/worker.h"

#include "base/clock.h"

namespace firn::table {

Worker::~Worker() {
  End();
}

void Worker::Start(std::function<void()> run) {
  if (thread_.joinable()) thread_.join();
  {
    const std::lock_guard lock(mutex_);
    running_ = true;
  }
  thread_ = std::thread([this, run = std::move(run)] {
    run();
    const std::lock_guard lock(mutex_);
    running_ = false;
    changed_.notify_all();
  });
}

void Worker::Ask() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

bool Worker::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

bool Worker::Rest(double seconds) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::duration<double>(seconds),
                           [this] { return stopping_; });
}

bool Worker::End(double until) {
  Ask();
  {
    std::unique_lock lock(mutex_);
    const std::chrono::duration<double> left(until - MonotonicSeconds());
    if (!changed_.wait_for(lock, left, [this] { return !running_; })) return false;
  }
  End();
  return true;
}

void Worker::End() {
  Ask();
  if (thread_.joinable()) thread_.join();
}

}  // namespace firn::table
