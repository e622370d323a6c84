#include "table/archiver.h"

#include <algorithm>
#include <limits>

#include "base/log.h"
#include "base/uuid.h"
#include "log/archive.h"

namespace firn::table {
namespace {

constexpr double kShipSeconds = 0.4;
constexpr double kRetrySeconds = 1;
constexpr double kBaseLookSeconds = 1;
constexpr double kBaseRetrySeconds = 5;
// A listing of all files: a store's rules remove objects day by day.
constexpr double kLookSeconds = 24 * 3600;
// A request that was begun in time.
constexpr double kLastRequestSeconds = 0.5;

}  // namespace

std::string ArchiveOwnerName(LogId log) {
  return log::ArchiveFolder(log) + "/owner";
}

Archiver::Archiver(CopySources sources, std::function<int64_t()> flush_rounds,
                   std::unique_ptr<io::ObjectStore> store, Lsn from, int64_t base_interval_ms)
    : from_(std::move(sources)),
      flush_rounds_(std::move(flush_rounds)),
      store_(std::move(store)),
      base_interval_ms_(base_interval_ms),
      owner_(NewUuidV7().ToString()),
      ship_until_(std::numeric_limits<double>::infinity()),
      copier_(from_, *store_),
      shipper_(from_.log, from_.files, *store_,
               {.from = from,
                .before =
                    [this](const log::Group& group) {
                      return CopyAddedFiles(group, copier_, [this] { return ShipMustEnd(); });
                    },
                .may_send = [this] { return CheckOwner(); },
                .settled =
                    [this] {
                      const Snapshot snapshot = from_.committer.TakeSnapshot();
                      return FlushedOf(*snapshot.root, snapshot.visible);
                    }}) {
  state_.url = store_->url();
  caught_up_at_ = MonotonicSeconds();
}

void Archiver::Start() {
  ship_worker_.Start([this] { RunShip(); });
  base_worker_.Start([this] { RunBase(); });
}

bool Archiver::Stop(double until) {
  ship_until_ = until;
  ship_worker_.Ask();
  base_worker_.Ask();
  const bool base_ended = base_worker_.End(until + kLastRequestSeconds);
  const bool ship_ended = ship_worker_.End(until + kLastRequestSeconds);
  if (const auto behind = shipper_.state().bytes_behind; behind > 0 && !fenced_) {
    FIRN_LOG_WARN(
        "archive: {} bytes of the log are not in the archive yet; the next start sends them",
        behind);
  }
  return base_ended && ship_ended;
}

bool Archiver::ShipMustEnd() const {
  return fenced_ || MonotonicSeconds() >= ship_until_;
}

bool Archiver::Has(Lsn lsn) const {
  const auto shipped = shipper_.state();
  // LSNs that a kill skipped are in no group.
  return claimed_ && shipper_.resumed() && (shipped.shipped >= lsn || shipped.bytes_behind == 0);
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
  // Told to end: by a stop, or because the archive is another one's, which was said.
  if (!status && status.error().code == ErrorCode::kCancelled) return;
  const bool began = !status && !*failing;
  const bool ended = status && *failing;
  *failing = !status;
  // Said once; state() has it for as long as it lasts.
  if (began) {
    FIRN_LOG_ERROR("archive: could not {}, tried again until it can be: {}", doing,
                   status.error().message);
  }
  if (ended) FIRN_LOG_INFO("archive: can {} again", doing);
  // It may come back with less than it had.
  if (began || ended) look_ = true;
  const std::lock_guard lock(mutex_);
  if (!status) {
    ++state_.failures;
    state_.last_error = status.error().message;
    state_.last_error_us = from_.clock.NowMicros();
  }
  state_.failing = ship_failing_ || base_failing_;
}

Status Archiver::Claim() {
  // Looked at first: an archive that went on with another history is left to whoever writes it.
  FIRN_RETURN_IF_ERROR(shipper_.Resume());
  FIRN_RETURN_IF_ERROR(io::PutObject(*store_, ArchiveOwnerName(from_.log.id()), owner_));
  claimed_ = true;
  // And again: for what the one before sent in between.
  return shipper_.Resume();
}

Status Archiver::CheckOwner() {
  const auto name = ArchiveOwnerName(from_.log.id());
  const auto now = io::GetObject(*store_, name);
  if (now && *now == owner_) return {};
  if (!now && now.error().code == ErrorCode::kNotFound) {
    // Whatever removed it may have removed more.
    look_ = true;
    look_at_log_ = true;
    return io::PutObject(*store_, name, owner_);
  }
  if (!now) return Failure(now.error());
  fenced_ = true;
  return Fail(MakeError(ErrorCode::kConflict,
                        "another server began to write the archive of this log: {}/{}",
                        store_->url(), log::ArchiveFolder(from_.log.id()))
                  .WithHint("Two servers run on copies of one data folder. Stop one of them."));
}

Status Archiver::ShipOnce() {
  const double now = MonotonicSeconds();
  const bool news = !shipper_.resumed() || !claimed_ || look_at_log_ || ship_failing_ ||
                    shipper_.state().bytes_behind > 0;
  if (!news && !making_base_) {
    const std::lock_guard lock(mutex_);
    caught_up_at_ = now;
    return {};
  }
  Status shipped = claimed_ ? CheckOwner() : Claim();
  if (shipped && (look_at_log_.exchange(false) || ship_failing_)) shipped = shipper_.Recheck();
  if (shipped) shipped = shipper_.Ship();
  // The archive is another history's: it must not become this one's once it has come as far.
  if (!shipped && shipped.error().code == ErrorCode::kConflict) fenced_ = true;
  const std::lock_guard lock(mutex_);
  if (shipped) caught_up_at_ = now;
  return shipped;
}

void Archiver::RunShip() {
  for (;;) {
    const double began = MonotonicSeconds();
    const bool last = ship_worker_.stopping();
    if (!ShipMustEnd() && !(last && ship_failing_)) {
      Note(ShipOnce(), "copy the log", &ship_failing_);
    }
    if (last) return;
    // From begin to begin: what came while much was sent has waited already.
    const double took = MonotonicSeconds() - began;
    ship_worker_.Rest(ship_failing_ ? kRetrySeconds : std::max(0.0, kShipSeconds - took));
  }
}

bool Archiver::BaseDue() {
  if (base_rounds_ < 0 || base_gaps_ != shipper_.state().gaps) return true;
  const bool old = (MonotonicSeconds() - base_at_) * 1000 >= static_cast<double>(base_interval_ms_);
  return old && base_rounds_ != flush_rounds_();
}

Result<bool> Archiver::MayLack() {
  if (look_ || MonotonicSeconds() - looked_at_ >= kLookSeconds) return true;
  // One request, where a folder that is gone is seen.
  FIRN_TRY(const auto found, store_->List(log::ArchiveFolder(from_.log.id()) + "/warehouse"));
  return found.empty();
}

Status Archiver::LookAtStore() {
  const LogId log = from_.log.id();
  FIRN_TRY(const auto bases, ListBases(*store_, log));
  if (!know_files_) {
    if (!bases.empty()) {
      // One that cannot be read is no loss: the files are sent once more.
      if (auto newest = ReadBase(*store_, log, bases.back()))
        copier_.Know(std::move(newest->files));
    }
    know_files_ = true;
  }
  FIRN_TRY(const size_t missing, copier_.Look());
  looked_at_ = MonotonicSeconds();
  const auto made = state().base;
  const bool base_gone = made && !std::binary_search(bases.begin(), bases.end(), *made);
  if (missing > 0 || base_gone) base_rounds_ = -1;
  return {};
}

Status Archiver::BaseOnce() {
  FIRN_TRY(const bool may_lack, MayLack());
  if (may_lack) {
    look_ = false;
    if (auto looked = LookAtStore(); !looked) {
      look_ = true;
      return looked;
    }
    if (!BaseDue()) return {};
  }
  const auto gaps = shipper_.state().gaps;
  const auto rounds = flush_rounds_();
  const auto archived = [this](Lsn lsn) -> Status {
    while (!Has(lsn)) {
      if (base_worker_.Rest(kShipSeconds) || fenced_) {
        return Fail(ErrorCode::kCancelled, "it was told to stop");
      }
    }
    return CheckOwner();
  };
  FIRN_TRY(const auto base,
           CopyBase(
               from_, copier_, *store_, [this] { return BaseMustEnd(); }, archived));
  base_gaps_ = gaps;
  base_rounds_ = rounds;
  base_at_ = MonotonicSeconds();
  if (const size_t again = copier_.TakeSentAgain(); again > 0) {
    FIRN_LOG_WARN("archive: {} objects were missing from the store and were sent again", again);
  }
  FIRN_LOG_INFO("archive: base copy: lsn={} files={}", base.applied, base.files.size());
  const std::lock_guard lock(mutex_);
  state_.base = base.applied;
  state_.base_us = base.made_us;
  return {};
}

void Archiver::RunBase() {
  while (!base_worker_.stopping()) {
    if (claimed_ && !fenced_ && ((look_ && !ship_failing_) || BaseDue())) {
      making_base_ = true;
      const Status made = BaseOnce();
      making_base_ = false;
      Note(made, "make a base copy", &base_failing_);
    }
    base_worker_.Rest(base_failing_ ? kBaseRetrySeconds : kBaseLookSeconds);
  }
}

}  // namespace firn::table
