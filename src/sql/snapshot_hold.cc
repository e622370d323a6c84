#include "sql/snapshot_hold.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/clock.h"
#include "base/log.h"

namespace firn::sql {
namespace {

constexpr auto kLookLeast = std::chrono::milliseconds(20);
constexpr auto kLookMost = std::chrono::milliseconds(500);

}  // namespace

Error SnapshotTooOld() {
  return MakeError(ErrorCode::kConflict, "snapshot too old")
      .WithSqlState("72000")
      .WithDetail("The rows it sees have gone from memory to the lake, or their table is dropped.")
      .WithHint("Run the transaction again and end it sooner, or raise snapshot_age_max.");
}

void SnapshotHold::Enter() {
  const std::lock_guard lock(mutex_);
  in_use_ = true;
}

void SnapshotHold::Leave() {
  const std::lock_guard lock(mutex_);
  in_use_ = false;
}

void SnapshotHold::Add(RowHolder* holder) {
  const std::lock_guard lock(mutex_);
  holders_.push_back(holder);
}

void SnapshotHold::Remove(RowHolder* holder) {
  const std::lock_guard lock(mutex_);
  std::erase(holders_, holder);
}

void SnapshotHold::Note(const std::shared_ptr<const table::Root>& root) {
  const std::lock_guard lock(mutex_);
  if (last_ == root.get() && !roots_.empty() && !roots_.back().expired()) return;
  std::erase_if(roots_, [](const auto& weak) { return weak.expired(); });
  roots_.push_back(root);
  last_ = root.get();
}

std::optional<double> SnapshotHold::Since() {
  std::vector<std::weak_ptr<const table::Root>> roots;
  {
    const std::lock_guard lock(mutex_);
    roots = roots_;
  }
  std::optional<double> since;
  for (const auto& weak : roots) {
    const auto root = weak.lock();
    const auto kept = root ? root->KeepsSince() : std::nullopt;
    if (kept) since = since ? std::min(*since, *kept) : kept;
  }
  return since;
}

void SnapshotHold::TakeAway() {
  {
    const std::lock_guard lock(mutex_);
    if (!in_use_) {
      for (auto* holder : holders_) holder->LetGo();
      return;
    }
  }
  cancellation_->SnapshotIsTooOld();
}

SnapshotWatch::SnapshotWatch(Limits limits, CancellationWatch& cancellations)
    : limits_(std::move(limits)), cancellations_(cancellations), thread_([this] { Run(); }) {}

SnapshotWatch::~SnapshotWatch() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void SnapshotWatch::Add(std::shared_ptr<SnapshotHold> hold) {
  {
    const std::lock_guard lock(mutex_);
    watched_.insert(std::move(hold));
  }
  changed_.notify_all();
}

void SnapshotWatch::Remove(const std::shared_ptr<SnapshotHold>& hold) {
  const std::lock_guard lock(mutex_);
  watched_.erase(hold);
}

void SnapshotWatch::Run() {
  const auto pause = std::clamp<std::chrono::milliseconds>(
      std::chrono::milliseconds(limits_.age_ms / 10), kLookLeast, kLookMost);
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (watched_.empty()) {
      changed_.wait(lock, [this] { return stop_ || !watched_.empty(); });
      continue;
    }
    changed_.wait_for(lock, pause, [this] { return stop_; });
    lock.unlock();
    Look();
    lock.lock();
  }
}

void SnapshotWatch::Look() {
  std::vector<std::shared_ptr<SnapshotHold>> holds;
  {
    const std::lock_guard lock(mutex_);
    holds.assign(watched_.begin(), watched_.end());
  }
  const double latest = MonotonicSeconds() - static_cast<double>(limits_.age_ms) / 1000;
  const bool full = limits_.bytes > 0 && limits_.pinned_bytes() > limits_.bytes;
  std::shared_ptr<SnapshotHold> oldest;
  double oldest_since = 0;
  bool asked = false;
  for (const auto& hold : holds) {
    const auto since = hold->Since();
    if (!since) continue;
    if (*since <= latest) {
      hold->TakeAway();
      asked = true;
    } else if (oldest == nullptr || *since < oldest_since) {
      oldest = hold;
      oldest_since = *since;
    }
  }
  if (full && !asked && oldest != nullptr) {
    oldest->TakeAway();
    asked = true;
  }
  // Whoever is inside the engine is interrupted until he has left it.
  if (asked) cancellations_.Wake();
}

}  // namespace firn::sql
