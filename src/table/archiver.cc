#include "table/archiver.h"

#include <algorithm>

#include "base/log.h"
#include "base/uuid.h"
#include "log/archive.h"

namespace firn::table {
namespace {

constexpr int64_t kShipIntervalMs = 400;
constexpr int64_t kRetryMs = 1000;
constexpr int64_t kBaseLookMs = 1000;
constexpr int64_t kBaseRetryMs = 5000;

}  // namespace

std::string ArchiveOwnerName(LogId log) {
  return log::ArchiveFolder(log) + "/owner";
}

Archiver::Archiver(Collaborators collaborators, std::unique_ptr<io::ObjectStore> store, Lsn from,
                   int64_t base_interval_ms)
    : with_(std::move(collaborators)),
      store_(std::move(store)),
      base_interval_ms_(base_interval_ms),
      owner_(NewUuidV7().ToString()),
      copier_(with_.files, *store_, with_.log.id(), with_.warehouse,
              [this] { return stopping_.load(); }),
      shipper_(with_.log, with_.files, *store_,
               {.from = from, .before = [this](const log::Group& group) {
                  return CopyAddedFiles(group, copier_);
                }}) {
  state_.url = store_->url();
  caught_up_at_ = MonotonicSeconds();
}

Archiver::~Archiver() {
  Stop();
}

void Archiver::Start() {
  ship_thread_ = std::thread([this] { RunShip(); });
  base_thread_ = std::thread([this] { RunBase(); });
}

void Archiver::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (base_thread_.joinable()) base_thread_.join();
  if (ship_thread_.joinable()) ship_thread_.join();
}

bool Archiver::WaitFor(int64_t ms) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return stopping_.load(); });
  return stopping_.load();
}

Lsn Archiver::archived() const {
  return shipper_.resumed() ? shipper_.state().shipped : Lsn();
}

ArchiveState Archiver::state() const {
  const auto shipped = shipper_.state();
  const std::lock_guard lock(mutex_);
  ArchiveState state = state_;
  if (shipper_.resumed()) state.archived = shipped.shipped;
  state.behind_bytes = shipped.bytes_behind;
  if (shipped.bytes_behind > 0) state.behind_seconds = MonotonicSeconds() - caught_up_at_;
  return state;
}

void Archiver::Note(const Status& status, std::string_view doing, std::atomic<bool>* failing) {
  const bool began = !status && !*failing;
  const bool ended = status && *failing;
  *failing = !status;
  // Said once; state() has it for as long as it lasts.
  if (began) {
    FIRN_LOG_ERROR("archive: could not {}, tried again until it can be: {}", doing,
                   status.error().message);
  }
  if (ended) FIRN_LOG_INFO("archive: can {} again", doing);
  const std::lock_guard lock(mutex_);
  if (!status) {
    ++state_.failures;
    state_.last_error = status.error().message;
    state_.last_error_us = with_.clock.NowMicros();
  }
  state_.failing = ship_failing_ || base_failing_;
}

Status Archiver::CheckOwner() {
  const auto name = ArchiveOwnerName(with_.log.id());
  if (!claimed_) {
    FIRN_RETURN_IF_ERROR(io::PutObject(*store_, name, owner_));
    claimed_ = true;
    return {};
  }
  const auto now = io::GetObject(*store_, name);
  if (now && *now == owner_) return {};
  if (!now && now.error().code == ErrorCode::kNotFound) {
    return io::PutObject(*store_, name, owner_);
  }
  if (!now) return Failure(now.error());
  const std::lock_guard lock(mutex_);
  fenced_ = true;
  return Fail(MakeError(ErrorCode::kConflict,
                        "another server began to write the archive of this log: {}/{}",
                        store_->url(), log::ArchiveFolder(with_.log.id()))
                  .WithHint("Two servers run on copies of one data folder. Stop one of them."));
}

Status Archiver::ShipOnce() {
  const double now = MonotonicSeconds();
  if (shipper_.resumed() && claimed_ && shipper_.state().bytes_behind == 0) {
    const std::lock_guard lock(mutex_);
    caught_up_at_ = now;
    return {};
  }
  FIRN_RETURN_IF_ERROR(CheckOwner());
  Status shipped = shipper_.Ship();
  const std::lock_guard lock(mutex_);
  // The archive is another history's: it must not become this one's once it has come as far.
  if (!shipped && shipped.error().code == ErrorCode::kConflict) fenced_ = true;
  if (shipped) caught_up_at_ = now;
  return shipped;
}

void Archiver::RunShip() {
  const auto fenced = [this] {
    const std::lock_guard lock(mutex_);
    return fenced_;
  };
  for (;;) {
    const bool last = stopping_.load();
    if (!fenced() && !(last && ship_failing_)) {
      const Status shipped = ShipOnce();
      Note(shipped, "copy the log", &ship_failing_);
    }
    if (last) return;
    WaitFor(ship_failing_ ? kRetryMs : kShipIntervalMs);
  }
}

bool Archiver::BaseDue() {
  if (base_rounds_ < 0 || base_gaps_ != shipper_.state().gaps) return true;
  const bool old = (MonotonicSeconds() - base_at_) * 1000 >= static_cast<double>(base_interval_ms_);
  return old && base_rounds_ != with_.flush_rounds();
}

Status Archiver::BaseOnce() {
  const LogId log = with_.log.id();
  if (!know_files_) {
    FIRN_TRY(const auto bases, ListBases(*store_, log));
    if (!bases.empty()) {
      // One that cannot be read is no loss: the files are sent once more.
      if (auto newest = ReadBase(*store_, log, bases.back()))
        copier_.Know(std::move(newest->files));
    }
    know_files_ = true;
  }
  const auto gaps = shipper_.state().gaps;
  const auto rounds = with_.flush_rounds();
  const auto archived = [this](Lsn lsn) -> Status {
    while (shipper_.state().shipped < lsn) {
      if (WaitFor(kShipIntervalMs)) return Fail(ErrorCode::kCancelled, "the server is stopping");
    }
    return {};
  };
  FIRN_TRY(const auto base,
           CopyBase(with_.committer, with_.log, with_.clock, copier_, *store_, archived));
  base_gaps_ = gaps;
  base_rounds_ = rounds;
  base_at_ = MonotonicSeconds();
  FIRN_LOG_INFO("archive: base copy: lsn={} files={}", base.applied, base.files.size());
  const std::lock_guard lock(mutex_);
  state_.base = base.applied;
  state_.base_us = base.made_us;
  return {};
}

void Archiver::RunBase() {
  while (!stopping_.load()) {
    bool fenced = false;
    {
      const std::lock_guard lock(mutex_);
      fenced = fenced_;
    }
    if (shipper_.resumed() && !fenced && BaseDue()) {
      const Status made = BaseOnce();
      if (stopping_.load()) return;
      Note(made, "make a base copy", &base_failing_);
    }
    if (WaitFor(base_failing_ ? kBaseRetryMs : kBaseLookMs)) return;
  }
}

}  // namespace firn::table
