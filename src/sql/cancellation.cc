#include "sql/cancellation.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sql/snapshot_hold.h"

namespace firn::sql {
namespace {

constexpr auto kRepeat = std::chrono::milliseconds(5);

std::optional<Cancellation::Clock::time_point> DeadlineIn(int64_t timeout_ms) {
  if (timeout_ms <= 0) return std::nullopt;
  return Cancellation::Clock::now() + std::chrono::milliseconds(timeout_ms);
}

}  // namespace

void Cancellation::Begin(int64_t timeout_ms) {
  const std::lock_guard lock(mutex_);
  running_ = true;
  reason_ = Reason::kNone;
  deadline_ = DeadlineIn(timeout_ms);
}

void Cancellation::SetTimeout(int64_t timeout_ms) {
  const std::lock_guard lock(mutex_);
  deadline_ = DeadlineIn(timeout_ms);
}

void Cancellation::End() {
  const std::lock_guard lock(mutex_);
  running_ = false;
  reason_ = Reason::kNone;
  deadline_.reset();
  interrupt_ = nullptr;
}

void Cancellation::Ask(Reason reason) {
  const std::lock_guard lock(mutex_);
  if (!running_) return;
  reason_ = reason;
  if (interrupt_) interrupt_();
}

void Cancellation::Request() {
  Ask(Reason::kRequest);
}

void Cancellation::SnapshotIsTooOld() {
  Ask(Reason::kSnapshot);
}

Status Cancellation::Check() const {
  switch (reason_.load()) {
    case Reason::kNone:
      return {};
    case Reason::kTimeout:
      return Fail(MakeError(ErrorCode::kCancelled, "canceling statement due to statement timeout")
                      .WithSqlState("57014"));
    case Reason::kSnapshot:
      return Fail(SnapshotTooOld());
    case Reason::kRequest:
      break;
  }
  return Fail(MakeError(ErrorCode::kCancelled, "canceling statement due to user request")
                  .WithSqlState("57014"));
}

void Cancellation::SetInterrupt(std::function<void()> interrupt) {
  const std::lock_guard lock(mutex_);
  interrupt_ = std::move(interrupt);
}

bool Cancellation::Turn(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (!running_) return false;
  if (deadline_ && *deadline_ <= now && reason_.load() == Reason::kNone) {
    reason_ = Reason::kTimeout;
  }
  if (reason_.load() == Reason::kNone) return false;
  if (interrupt_) interrupt_();
  return true;
}

std::optional<Cancellation::Clock::time_point> Cancellation::deadline() const {
  const std::lock_guard lock(mutex_);
  if (!running_ || reason_.load() != Reason::kNone) return std::nullopt;
  return deadline_;
}

CancellationWatch::CancellationWatch() : thread_([this] { Run(); }) {}

CancellationWatch::~CancellationWatch() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void CancellationWatch::Add(std::shared_ptr<Cancellation> cancellation) {
  const std::lock_guard lock(mutex_);
  watched_.insert(std::move(cancellation));
}

void CancellationWatch::Remove(const std::shared_ptr<Cancellation>& cancellation) {
  const std::lock_guard lock(mutex_);
  watched_.erase(cancellation);
}

void CancellationWatch::Wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

void CancellationWatch::Run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    woken_ = false;
    const auto now = Cancellation::Clock::now();
    std::optional<Cancellation::Clock::time_point> next;
    const auto earlier = [&next](Cancellation::Clock::time_point at) {
      next = next ? std::min(*next, at) : at;
    };
    for (const auto& cancellation : watched_) {
      if (cancellation->Turn(now)) earlier(now + kRepeat);
      if (const auto deadline = cancellation->deadline()) earlier(*deadline);
    }
    const auto due = [this] { return stop_ || woken_; };
    if (next) {
      changed_.wait_until(lock, *next, due);
    } else {
      changed_.wait(lock, due);
    }
  }
}

}  // namespace firn::sql
