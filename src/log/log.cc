#include "log/log.h"

#include <algorithm>
#include <system_error>

#include "base/crash_point.h"
#include "base/log.h"
#include "io/durable_folders.h"
#include "log/segment_reader.h"

namespace firn::log {
namespace {

/// Room above a group with very many LSNs, so that what follows it in its segment needs no new
/// ceiling: more rows than a segment can hold.
constexpr uint64_t kCeilingRoom = uint64_t{1} << 24;

constexpr std::string_view kDiskFull = "53100";
constexpr std::string_view kTooManyFiles = "53000";

std::shared_ptr<const void> NewHold() {
  return std::make_shared<char>();
}

/// What a sync that failed has lost is not known, a full disk's neither: none is tried again. A
/// folder that could not be opened was not synced.
Status Synced(Status synced) {
  if (!synced && synced.error().SqlState() == kDiskFull) synced.error().sqlstate = "58030";
  return synced;
}

}  // namespace

Log::Log(io::FileSystem& fs, std::string directory, Options options)
    : fs_(fs), directory_(std::move(directory)), options_(std::move(options)) {}

Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::Open(io::FileSystem& fs, std::string directory, Options options,
                                       const Replay& replay, Recovered* recovered) {
  Recovered unused;
  Recovered& out = recovered == nullptr ? unused : *recovered;
  out = {};
  std::unique_ptr<Log> log(new Log(fs, std::move(directory), std::move(options)));
  FIRN_RETURN_IF_ERROR(log->Recover(replay, &out));
  return log;
}

Status Log::Recover(const Replay& replay, Recovered* recovered) {
  FIRN_RETURN_IF_ERROR(io::MakeDirsDurably(fs_, directory_));
  const ReplayCallbacks callbacks{
      .begin = options_.begin_replay, .group = replay, .above = options_.replay_above};
  FIRN_TRY(const auto found, RecoverLog(fs_, directory_, callbacks, recovered));
  const bool created = found.segments.empty();
  if (created) {
    *recovered = Recovered{.id = LogId(NewUuidV7()),
                           .created = true,
                           .oldest_lsn = Lsn(1),
                           .next_lsn = Lsn(1),
                           .clean_stop = true};
    if (options_.begin_replay) options_.begin_replay(*recovered);
  }
  if (options_.end_replay) FIRN_RETURN_IF_ERROR(options_.end_replay(*recovered));
  // From here on the log is known to be good, and the folder may change.
  CrashPoint("start.replayed");
  FIRN_RETURN_IF_ERROR(CollectSpares());
  CrashPoint("start.spares");
  Lsn follows;
  if (created) {
    FIRN_RETURN_IF_ERROR(fs_.SyncDir(io::ParentOf(directory_)));
  } else {
    const auto& newest = found.segments.back();
    const bool replaced = newest.base_lsn == recovered->next_lsn;
    follows = replaced ? found.newest_follows : newest.last_lsn;
  }
  id_ = recovered->id;
  next_lsn_ = recovered->next_lsn.value();
  for (const auto& one : found.segments) {
    segments_.push_back({.path = one.path,
                         .base_lsn = one.base_lsn,
                         .last_lsn = one.last_lsn,
                         .bytes = one.end,
                         .sealed = true,
                         .hold = NewHold()});
  }
  auto opened = OpenSegment(options_.prepare_bytes, follows, Lsn());
  // A new log has to have its room; of one that is there, reads go on at the least.
  const auto full = [&] { return !opened && opened.error().SqlState() == kDiskFull; };
  if (!created && full()) opened = OpenSegment(0, follows, Lsn());
  while (!created && full() && MakeRoom()) opened = OpenSegment(0, follows, Lsn());
  FIRN_RETURN_IF_ERROR(opened);
  CrashPoint("start.segment");
  recovered->direct_io = writer_->direct_io();
  if (!recovered->direct_io) {
    FIRN_LOG_WARN("log: O_DIRECT is refused here, going on without: folder={}", directory_);
  }
  FIRN_RETURN_IF_ERROR(CutOldNewest(found, *recovered));
  CrashPoint("start.cut");
  return {};
}

Status Log::CutOldNewest(const RecoveredLog& found, const Recovered& recovered) {
  if (recovered.torn) {
    FIRN_LOG_WARN("log: torn tail cut: file={} offset={} why=\"{}\" next_lsn={}",
                  recovered.torn->path, recovered.torn->offset, recovered.torn->why,
                  recovered.next_lsn);
  }
  // Only now, for the new segment says up to where the old one counts.
  if (found.segments.empty() || recovered.clean_stop) return {};
  return SealFile(fs_, found.segments.back().path, found.segments.back().end);
}

Status Log::CollectSpares() {
  FIRN_TRY(const auto files, fs_.List(directory_));
  for (const auto& file : files) {
    if (!IsSpareName(file.name)) continue;
    // A kill, or a disk that was full, may have left one that was only begun.
    if (file.size < options_.segment_bytes_max / 2) {
      FIRN_RETURN_IF_ERROR(fs_.Remove(PathOf(file.name)));
    } else {
      FIRN_RETURN_IF_ERROR(KeepOrRemoveSpare(PathOf(file.name), NewHold()));
    }
  }
  return {};
}

Status Log::KeepOrRemoveSpare(const std::string& path, std::shared_ptr<const void> hold) {
  {
    const std::lock_guard lock(mutex_);
    if (spares_.size() < options_.spare_segments_max) {
      spares_.push_back({path, std::move(hold)});
      return {};
    }
  }
  return fs_.Remove(path);
}

SegmentWriter::Place Log::TakePlace(uint64_t prepare_bytes) {
  const std::lock_guard lock(mutex_);
  for (auto spare = spares_.begin(); spare != spares_.end(); ++spare) {
    if (spare->hold.use_count() > 1) continue;  // somebody still reads it
    SegmentWriter::Place place{.path = spare->path, .reuse = true, .prepare_bytes = prepare_bytes};
    spares_.erase(spare);
    return place;
  }
  return {.path = PathOf(SpareName(next_lsn())), .prepare_bytes = prepare_bytes};
}

Result<SegmentWriter::Place> Log::OpenPlace(uint64_t prepare_bytes) {
  auto place = TakePlace(prepare_bytes);
  auto opened = SegmentWriter::Open(fs_, place);
  if (opened) return place;
  if (place.reuse && opened.error().SqlState() == kTooManyFiles) {
    const std::lock_guard lock(mutex_);
    spares_.push_back({std::move(place.path), NewHold()});
  }
  return Failure(std::move(opened).error());
}

Status Log::OpenSegment(uint64_t prepare_bytes, Lsn follows, Lsn ceiling) {
  FIRN_TRY(auto place, OpenPlace(prepare_bytes));
  return StartSegment(std::move(place), follows, ceiling);
}

Status Log::StartSegment(SegmentWriter::Place place, Lsn follows, Lsn ceiling) {
  const SegmentId segment{.log = id_, .base_lsn = next_lsn()};
  StateGroup group{.follows = follows, .ceiling_lsn = ceiling};
  if (options_.state) group.state = options_.state();
  group.state.next_lsn = segment.base_lsn;
  GroupEncoder encoder;  // the other one may be at work on the next group
  FIRN_TRY(const auto encoded, encoder.EncodeState(group));
  const std::string made = place.path;
  auto writer = SegmentWriter::Start(fs_, std::move(place), segment, encoded);
  if (!writer) {
    // Half a file would take the room that the next start needs.
    (void)fs_.Remove(made);
    return Failure(std::move(writer.error()));
  }
  writer_ = *std::move(writer);
  named_ = false;
  // Under its final name only when durable: a segment without its state group is damage.
  const std::string path = PathOf(SegmentName(segment.base_lsn));
  CrashPoint("segment.state_written");
  if (auto renamed = fs_.Rename(made, path); !renamed) {
    (void)fs_.Remove(made);
    return renamed;
  }
  CrashPoint("segment.renamed");
  FIRN_RETURN_IF_ERROR(Synced(fs_.SyncDir(directory_)));
  CrashPoint("segment.started");
  named_ = true;
  follows_ = follows;
  ceiling_ = ceiling;
  const std::lock_guard lock(mutex_);
  if (!segments_.empty() && segments_.back().base_lsn == segment.base_lsn) segments_.pop_back();
  segments_.push_back({.path = path,
                       .base_lsn = segment.base_lsn,
                       .last_lsn = Lsn(segment.base_lsn.value() - 1),
                       .bytes = writer_->end(),
                       .hold = NewHold()});
  return {};
}

Status Log::Roll(Lsn ceiling) {
  const Lsn last(next_lsn().value() - 1);
  CrashPoint("roll.begin");
  bool empty = false;
  bool sealed = false;
  {
    const std::lock_guard lock(mutex_);
    empty = segments_.back().last_lsn < segments_.back().base_lsn;
    sealed = segments_.back().sealed;
  }
  // First, for it may fail where there are too many open files, and is tried again.
  FIRN_TRY(auto place, OpenPlace(0));
  if (!empty && !sealed) {
    FIRN_RETURN_IF_ERROR(writer_->Seal());
    CrashPoint("roll.sealed");
    const std::lock_guard lock(mutex_);
    segments_.back().sealed = true;
  }
  return StartSegment(std::move(place), empty ? follows_ : last, ceiling);
}

Status Log::RollFor(Lsn last, uint64_t bytes) {
  // After a torn tail the next LSN skips kSkippedLsns ahead; a group with more LSNs than that
  // needs a segment whose state group says from where on LSNs are surely unused.
  const bool too_many = last.value() - next_lsn().value() + 1 > kSkippedLsns && last >= ceiling_;
  if (too_many) return Roll(last + 1 + kCeilingRoom);
  if (!named_) return Roll(Lsn());
  bool has_rows = false;
  {
    const std::lock_guard lock(mutex_);
    has_rows = segments_.back().last_lsn >= segments_.back().base_lsn;
  }
  const bool full = has_rows && writer_->end() + bytes > options_.segment_bytes_max;
  return full ? Roll(Lsn()) : Status{};
}

Status Log::Append(const Group& group) {
  FIRN_RETURN_IF_ERROR(PoisonReason());
  if (closed_) return Fail(ErrorCode::kIo, "the log is closed");
  if (group.first_lsn != next_lsn()) {
    return Fail(ErrorCode::kInternal, "group does not follow the log: want={} got={}", next_lsn(),
                group.first_lsn);
  }
  Step at = Step::kEncode;
  auto encoded = WriteGroup(group, &at);
  while (!encoded && encoded.error().SqlState() == kDiskFull && MakeRoom()) {
    encoded = WriteGroup(group, &at);
  }
  if (!encoded) {
    auto error = std::move(encoded).error();
    if (error.SqlState() == kDiskFull || error.SqlState() == kTooManyFiles) {
      return Refuse(std::move(error));
    }
    if (at == Step::kEncode) return Failure(std::move(error));
    return Poison(std::move(error), at == Step::kRoll);
  }
  if (std::exchange(refused_, false)) FIRN_LOG_INFO("log: commits are taken again");
  bytes_appended_.fetch_add(encoded->bytes, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    segments_.back().last_lsn = encoded->last_lsn;
    segments_.back().bytes = writer_->end();
  }
  next_lsn_.store(encoded->last_lsn.value() + 1, std::memory_order_release);
  encoder_.Recycle(*std::move(encoded));
  return {};
}

Result<EncodedGroup> Log::WriteGroup(const Group& group, Step* at) {
  const bool in_pieces = BulkBytes(group) > 2 * options_.piece_bytes;
  FIRN_TRY(auto encoded, in_pieces ? EncodeInPieces(group, at) : EncodeWhole(group, at));
  *at = Step::kWrite;
  FIRN_RETURN_IF_ERROR(writer_->Write(encoded));
  return encoded;
}

Result<EncodedGroup> Log::EncodeWhole(const Group& group, Step* at) {
  *at = Step::kEncode;
  FIRN_TRY(auto encoded, encoder_.Encode(group));
  *at = Step::kRoll;
  FIRN_RETURN_IF_ERROR(RollFor(encoded.last_lsn, encoded.bytes));
  return encoded;
}

Result<EncodedGroup> Log::EncodeInPieces(const Group& group, Step* at) {
  *at = Step::kRoll;
  FIRN_RETURN_IF_ERROR(RollFor(group.last_lsn, BulkBytes(group)));
  std::unique_ptr<PieceWriter> pieces;
  try {
    pieces = writer_->Pieces(options_.piece_bytes);
  } catch (const std::system_error&) {
    return EncodeWhole(group, at);  // the machine has no thread to give: slower, and as good
  }
  *at = Step::kWrite;
  auto encoded = encoder_.EncodeInPieces(group, *pieces);
  FIRN_RETURN_IF_ERROR(pieces->Finish());
  *at = Step::kEncode;
  // Without its first block, which holds the header, it is no group.
  CrashPoint("commit.pieces_written");
  return encoded;
}

Status Log::Refuse(Error error) {
  const bool full = error.SqlState() == kDiskFull;
  if (!std::exchange(refused_, true)) {
    FIRN_LOG_WARN("log: commits are refused{}: {}", full ? ", the disk is full" : "",
                  error.message);
  }
  if (!full) {
    return Fail(
        std::move(error).During("nothing was written, for the log could not start a new segment"));
  }
  return Fail(MakeError(ErrorCode::kIo,
                        "nothing was written, for the disk that holds \"{}\" is full: {}",
                        directory_, error.message)
                  .WithSqlState(std::string(kDiskFull))
                  .WithHint("Reads go on. Free space on that disk, then try again."));
}

Status Log::Poison(Error error, bool outcome_known) {
  FIRN_LOG_ERROR("log: no more writes: {}", error.message);
  const std::string hint =
      "Reads go on. Remove the cause (is the disk broken?) and restart the server.";
  {
    const std::lock_guard lock(mutex_);
    auto poison = MakeError(ErrorCode::kIo, "the log no longer writes: {}", error.message);
    poison_ = Fail(std::move(poison).WithSqlState("58030").WithHint(hint));
    if (outcome_known) return poison_;
  }
  return Fail(MakeError(ErrorCode::kUnknownOutcome,
                        "outcome unknown: the log could not be written, so the commit may be "
                        "durable or not: {}",
                        error.message)
                  .WithSqlState("58030")
                  .WithRemedy(Remedy::kReconcile)
                  .WithHint(hint));
}

Status Log::PoisonReason() const {
  const std::lock_guard lock(mutex_);
  return poison_;
}

std::vector<SegmentInfo> Log::segments() const {
  const std::lock_guard lock(mutex_);
  return {segments_.begin(), segments_.end()};
}

Lsn Log::newest_base() const {
  const std::lock_guard lock(mutex_);
  return segments_.back().base_lsn;
}

uint64_t Log::BytesSince(Lsn lsn) const {
  const std::lock_guard lock(mutex_);
  uint64_t bytes = 0;
  for (const auto& segment : segments_) {
    if (segment.last_lsn > lsn) bytes += segment.bytes;
  }
  return bytes;
}

Status Log::Retire(Lsn up_to) {
  const std::lock_guard one_at_a_time(retire_mutex_);
  std::vector<SegmentInfo> leaving;
  {
    const std::lock_guard lock(mutex_);
    while (segments_.size() > 1 && segments_.front().sealed &&
           segments_.front().last_lsn <= up_to) {
      leaving.push_back(std::move(segments_.front()));
      segments_.pop_front();
    }
  }
  // One after the other: a newer one's name that is lost while an older one's is not would be a gap
  // in the log. Reused only when the rename is durable: else a crash could bring the name back over
  // a file that begins with another segment's state group.
  for (const auto& segment : leaving) {
    FIRN_RETURN_IF_ERROR(fs_.Rename(segment.path, PathOf(SpareName(segment.base_lsn))));
    CrashPoint("retire.renamed");
    FIRN_RETURN_IF_ERROR(fs_.SyncDir(directory_));
  }
  CrashPoint("retire.synced");
  for (auto& segment : leaving) {
    FIRN_RETURN_IF_ERROR(
        KeepOrRemoveSpare(PathOf(SpareName(segment.base_lsn)), std::move(segment.hold)));
    CrashPoint("retire.kept");
  }
  return {};
}

bool Log::MakeRoom() {
  if (RemoveSpares()) return true;
  const auto segments = this->segments();
  if (!options_.settled || segments.size() < 2) return false;
  const Lsn last = segments.front().last_lsn;
  if (!segments.front().sealed || last > options_.settled()) return false;
  FIRN_LOG_WARN("log: the disk is full, what was kept for time travel up to LSN {} is given up",
                last);
  if (auto retired = Retire(last); !retired) {
    FIRN_LOG_WARN("log: no room was made: {}", retired.error().message);
    return false;
  }
  return true;
}

bool Log::RemoveSpares() {
  const std::lock_guard one_at_a_time(retire_mutex_);
  std::vector<Spare> leaving;
  bool preparing = false;
  {
    const std::lock_guard lock(mutex_);
    const auto read = [](const Spare& spare) { return spare.hold.use_count() > 1; };
    const auto free = std::stable_partition(spares_.begin(), spares_.end(), read);
    leaving.assign(free, spares_.end());
    spares_.erase(free, spares_.end());
    // Until they are gone no new one is made: it could have the name of one of them.
    preparing = std::exchange(preparing_, true);
  }
  const auto removed = [this](const Spare& spare) { return fs_.Remove(spare.path).has_value(); };
  const auto count = std::count_if(leaving.begin(), leaving.end(), removed);
  if (!preparing) {
    const std::lock_guard lock(mutex_);
    preparing_ = false;
  }
  return count > 0;
}

Status Log::PrepareSpare() {
  {
    const std::lock_guard lock(mutex_);
    if (preparing_ || !spares_.empty() || options_.spare_segments_max == 0) return {};
    if (segments_.back().bytes < options_.segment_bytes_max / 2) return {};
    preparing_ = true;
  }
  // LSN 0 is no segment's base, so the name is free.
  const std::string path = PathOf(SpareName(Lsn()));
  auto made = MakeSpare(fs_, path, options_.segment_bytes_max);
  const std::lock_guard lock(mutex_);
  preparing_ = false;
  if (made) spares_.push_back({path, NewHold()});
  return made;
}

Status Log::Close() {
  if (closed_ || !PoisonReason()) return {};
  closed_ = true;
  GroupEncoder encoder;
  FIRN_TRY(const auto trailer, encoder.EncodeTrailer(next_lsn()));
  FIRN_RETURN_IF_ERROR(writer_->Write(trailer));
  CrashPoint("stop.trailer");
  return writer_->SealAndCut();
}

}  // namespace firn::log
