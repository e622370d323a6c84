#include "table/admission.h"

#include <chrono>

#include "base/clock.h"
#include "base/log.h"

namespace firn::table {
namespace {

// How often room is looked for while somebody waits: it comes when a round ends.
constexpr auto kLook = std::chrono::milliseconds(2);

Failure Stopping() {
  return Fail(MakeError(ErrorCode::kCancelled, "the server is stopping").WithSqlState("57P01"));
}

}  // namespace

Admission::Admission(Collaborators collaborators, int64_t wait_ms)
    : with_(std::move(collaborators)),
      wait_seconds_(static_cast<double>(wait_ms) / 1000),
      thread_([this] { Run(); }) {}

Admission::~Admission() {
  Stop();
}

void Admission::Wait(Writer writer) {
  bool first = false;
  bool stopping = false;
  {
    const std::lock_guard lock(mutex_);
    stopping = stopping_;
    if (!stopping) {
      first = waiters_.empty();
      waiters_.push_back({std::move(writer), MonotonicSeconds() + wait_seconds_});
      waiting_.store(static_cast<int64_t>(waiters_.size()), std::memory_order_relaxed);
    }
  }
  if (stopping) return writer.done(Stopping());
  if (!first) return;
  wake_.notify_all();
  with_.on_wait();
}

void Admission::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Admission::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (waiters_.empty()) {
      wake_.wait(lock);
      continue;
    }
    const auto room = with_.room();
    if (!room && MonotonicSeconds() < waiters_.front().until) {
      wake_.wait_for(lock, kLook);
      continue;
    }
    if (room) {
      LetIn(lock);
    } else {
      const auto done = std::move(waiters_.front().writer.done);
      waiters_.pop_front();
      waiting_.store(static_cast<int64_t>(waiters_.size()), std::memory_order_relaxed);
      lock.unlock();
      FIRN_LOG_WARN("a write waited in vain: {}", room.error().message);
      done(Failure(room.error()));
      lock.lock();
    }
  }
  const auto refused = std::move(waiters_);
  waiters_.clear();
  waiting_.store(0, std::memory_order_relaxed);
  lock.unlock();
  for (const auto& waiter : refused) waiter.writer.done(Stopping());
}

// All of them: their rows are in memory already, and together they are few groups.
void Admission::LetIn(std::unique_lock<std::mutex>& lock) {
  std::vector<Writer> writers;
  for (auto& waiter : waiters_) writers.push_back(std::move(waiter.writer));
  waiters_.clear();
  lock.unlock();
  with_.enter(std::move(writers));
  lock.lock();
  // Only now: whoever came meanwhile queued behind them.
  waiting_.store(static_cast<int64_t>(waiters_.size()), std::memory_order_relaxed);
}

}  // namespace firn::table
