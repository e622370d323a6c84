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
      .WithHint(
          "Run the transaction again and end it sooner. It was open for snapshot_age_max, or what "
          "it kept was more than memory_limit leaves to readers: raise the one it was.");
}

void SnapshotHold::Enter() {
  const std::lock_guard lock(mutex_);
  in_use_ = true;
}

void SnapshotHold::Leave() {
  const std::lock_guard lock(mutex_);
  in_use_ = false;
}

void SnapshotHold::Keeps(RowHolder* holder, const std::shared_ptr<const table::Root>& root) {
  const std::lock_guard lock(mutex_);
  for (auto& kept : kept_) {
    if (kept.holder != holder) continue;
    kept.root = root;
    return;
  }
  kept_.push_back({holder, root});
}

void SnapshotHold::Drops(RowHolder* holder) {
  const std::lock_guard lock(mutex_);
  std::erase_if(kept_, [holder](const Kept& kept) { return kept.holder == holder; });
}

std::optional<double> SnapshotHold::Kept::Since() const {
  const auto locked = root.lock();
  return locked ? locked->KeepsSince() : std::nullopt;
}

std::optional<double> SnapshotHold::Since() {
  std::vector<Kept> all;
  {
    const std::lock_guard lock(mutex_);
    all = kept_;
  }
  std::optional<double> since;
  for (const auto& kept : all) {
    const auto one = kept.Since();
    if (one) since = since ? std::min(*since, *one) : one;
  }
  return since;
}

bool SnapshotHold::TakeAway(double since) {
  const std::lock_guard lock(mutex_);
  const auto is_old = [since](const Kept& kept) {
    const auto one = kept.Since();
    return one && *one <= since;
  };
  if (in_use_) {
    const bool old = std::any_of(kept_.begin(), kept_.end(), is_old);
    if (old) cancellation_->SnapshotIsTooOld();
    return old;
  }
  return std::erase_if(kept_, [&](const Kept& kept) {
           if (!is_old(kept)) return false;
           kept.holder->LetGo();
           return true;
         }) > 0;
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
  std::vector<std::pair<double, SnapshotHold*>> younger;
  bool asked = false;
  for (const auto& hold : holds) {
    const auto since = hold->Since();
    if (!since) continue;
    if (*since > latest) {
      younger.emplace_back(*since, hold.get());
    } else if (hold->TakeAway(latest)) {
      asked = true;
    }
  }
  if (full && !asked) {
    // He who has kept them longest; the next one, if he has just let go by himself.
    std::sort(younger.begin(), younger.end());
    asked = std::any_of(younger.begin(), younger.end(),
                        [](const auto& one) { return one.second->TakeAway(one.first); });
  }
  // Whoever is inside the engine is interrupted until he has left it.
  if (asked) cancellations_.Wake();
}

}  // namespace firn::sql
