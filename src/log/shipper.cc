#include "log/shipper.h"

#include <algorithm>

#include "base/log.h"
#include "log/group_decoder.h"
#include "log/segment_reader.h"

namespace firn::log {
namespace {

/// Whether the archive lacks something of it. One that was only begun has nothing yet.
bool IsBehind(const std::vector<SegmentInfo>& segments, const SegmentInfo& segment, Lsn shipped) {
  const bool begun = &segment == &segments.back() && segment.last_lsn < segment.base_lsn;
  return segment.last_lsn > shipped && !begun;
}

}  // namespace

/// What becomes one object.
struct Shipper::Object {
  std::vector<std::shared_ptr<arrow::Buffer>> parts;
  uint64_t bytes = 0;
  uint64_t end = 0;  // offset in the segment behind the last group
  Lsn first_lsn;     // Lsn(): no group yet
  Lsn last_lsn;
};

Shipper::Shipper(const Log& log, io::FileSystem& files, io::ObjectStore& store, Options options)
    : log_(log),
      files_(files),
      store_(store),
      options_(std::move(options)),
      decoder_(std::make_unique<GroupDecoder>()) {}
Shipper::~Shipper() = default;

bool Shipper::resumed() const {
  const std::lock_guard lock(mutex_);
  return resumed_;
}

ShipState Shipper::state() const {
  ShipState state;
  {
    const std::lock_guard lock(mutex_);
    state.shipped = shipped_;
    state.gaps = gaps_;
  }
  state.bytes_behind = BytesBehind(state.shipped);
  return state;
}

uint64_t Shipper::BytesBehind(Lsn shipped) const {
  const auto segments = log_.segments();
  const std::lock_guard lock(mutex_);
  uint64_t bytes = 0;
  for (const auto& segment : segments) {
    if (!IsBehind(segments, segment, shipped)) continue;
    bytes += segment.bytes - (segment.base_lsn == base_ ? offset_ : 0);
  }
  return bytes;
}

Status Shipper::CheckHistory(const ArchivedGroups& newest) const {
  const auto segments = log_.segments();
  // What left the log cannot be looked at any more.
  if (segments.empty() || newest.last_lsn < segments.front().base_lsn) return {};
  const auto other = [&]() -> Status {
    return Fail(MakeError(ErrorCode::kConflict,
                          "the archive has another history of this log: its group that ends at "
                          "LSN {} is not in this one: object=\"{}\"",
                          newest.last_lsn, newest.name)
                    .WithHint("Two servers ran on copies of one data folder, or this folder is an "
                              "old copy. Name another place in log_archive."));
  };
  const auto own = std::find_if(segments.begin(), segments.end(), [&](const auto& segment) {
    return segment.base_lsn == newest.segment_base && segment.last_lsn >= newest.last_lsn;
  });
  if (own == segments.end()) return other();
  const auto archived = ReadLastHeader(store_, log_.id(), newest);
  const bool lost = !archived && (archived.error().code == ErrorCode::kCorrupt ||
                                  archived.error().code == ErrorCode::kNotFound);
  if (lost) {
    // A restore will say so too; what comes from now on is worth being archived.
    FIRN_LOG_ERROR("archive: {}", archived.error().message);
    return {};
  }
  if (!archived) return Failure(archived.error());
  FIRN_TRY(const auto reader, SegmentReader::Open(files_, own->path, {.end = own->bytes}));
  const SegmentId id{.log = log_.id(), .base_lsn = own->base_lsn};
  for (uint64_t offset = 0; offset < own->bytes;) {
    FIRN_TRY(const auto header, reader->ReadHeader(offset));
    if (!header || header->segment != id) break;  // damaged: Ship says where
    if (header->has_rows() && header->last_lsn >= newest.last_lsn) {
      return *header == *archived ? Status() : other();
    }
    offset += header->bytes;
  }
  return {};
}

Status Shipper::Resume() {
  FIRN_TRY(const auto end, FindArchiveEnd(store_, log_.id()));
  Lsn shipped = end ? end->last_lsn : options_.from;
  if (options_.skip_to_from) shipped = std::max(shipped, options_.from);
  if (shipped >= log_.next_lsn()) {
    return Fail(MakeError(ErrorCode::kConflict,
                          "the archive has LSNs up to {} of this log, which has not come so far: "
                          "next_lsn={}",
                          shipped, log_.next_lsn())
                    .WithHint("Another server writes this log, or this folder is an old copy. Name "
                              "another place in log_archive."));
  }
  if (end && end->newest) FIRN_RETURN_IF_ERROR(CheckHistory(*end->newest));
  archived_base_ = end ? end->segment_base : Lsn();
  sent_ = end ? end->last_lsn : Lsn();
  const std::lock_guard lock(mutex_);
  shipped_ = shipped;
  resumed_ = true;
  base_ = Lsn();
  offset_ = 0;
  return {};
}

Status Shipper::Recheck() {
  FIRN_TRY(const auto end, FindArchiveEnd(store_, log_.id()));
  const Lsn has = end ? end->last_lsn : Lsn();
  if (has >= sent_) return {};
  FIRN_LOG_WARN("archive: it has groups up to LSN {}, and had them up to {}: sent again", has,
                sent_);
  return Resume();
}

Status Shipper::Ship() {
  if (!resumed()) FIRN_RETURN_IF_ERROR(Resume());
  const auto segments = log_.segments();
  for (const auto& segment : segments) {
    if (!IsBehind(segments, segment, state().shipped)) continue;
    auto shipped = ShipSegment(segment);
    if (!shipped) FIRN_RETURN_IF_ERROR(PassOver(segment, std::move(shipped).error()));
  }
  return {};
}

Status Shipper::PassOver(const SegmentInfo& segment, Error why) {
  bool unreadable = why.code == ErrorCode::kCorrupt;
  if (why.code == ErrorCode::kNotFound) {
    FIRN_TRY(const bool there, files_.Exists(segment.path));
    unreadable = !there;
  }
  const bool settled = options_.settled && segment.sealed && segment.last_lsn <= options_.settled();
  if (!unreadable || !settled) return Fail(std::move(why));
  FIRN_LOG_ERROR(
      "archive: a gap: a segment of the log cannot be read and is left out, up to LSN {}: {}",
      segment.last_lsn, why.message);
  unsent_.reset();
  const std::lock_guard lock(mutex_);
  ++gaps_;
  shipped_ = segment.last_lsn;
  return {};
}

Status Shipper::ShipSegment(const SegmentInfo& segment) {
  // Opened anew each time: only what is durable now may be looked at.
  FIRN_TRY(const auto reader, SegmentReader::Open(files_, segment.path, {.end = segment.bytes}));
  bool entered = false;
  {
    const std::lock_guard lock(mutex_);
    entered = base_ == segment.base_lsn;
  }
  if (!entered) FIRN_RETURN_IF_ERROR(Enter(*reader, segment));
  return ShipGroups(*reader, segment);
}

Status Shipper::Enter(SegmentReader& reader, const SegmentInfo& segment) {
  const SegmentId id{.log = log_.id(), .base_lsn = segment.base_lsn};
  FIRN_TRY(const auto found, reader.ReadGroup(0, id));
  if (found.kind != Found::Kind::kGroup || found.header.has_rows()) {
    return Fail(ErrorCode::kCorrupt, "the state group is not whole: {}: file=\"{}\" offset=0",
                found.why, segment.path);
  }
  FIRN_TRY(const auto state, decoder_->DecodeState(found.header, found.bytes));
  // Sent with the segment's first groups.
  unsent_ = archived_base_ == segment.base_lsn ? nullptr : found.bytes;
  const std::lock_guard lock(mutex_);
  if (state.follows > shipped_) {
    ++gaps_;
    FIRN_LOG_ERROR(
        "archive: a gap: the groups with LSNs from {} to {} were taken out of the log "
        "before they were archived",
        shipped_ + 1, state.follows);
    shipped_ = state.follows;
  }
  base_ = segment.base_lsn;
  offset_ = found.header.bytes;
  return {};
}

Status Shipper::ShipGroups(SegmentReader& reader, const SegmentInfo& segment) {
  const SegmentId id{.log = log_.id(), .base_lsn = segment.base_lsn};
  Object object;
  Lsn shipped;
  {
    const std::lock_guard lock(mutex_);
    object.end = offset_;
    shipped = shipped_;
  }
  // `bytes` may be the file's, with what an earlier segment left behind the last group.
  for (Lsn at(segment.base_lsn.value() - 1); object.end < segment.bytes && at < segment.last_lsn;) {
    FIRN_TRY(const auto passed, reader.SkipGroup(object.end, id, shipped));
    if (passed) {
      object.end += passed->bytes;
      at = passed->last_lsn;
      continue;
    }
    FIRN_TRY(auto found, reader.ReadGroup(object.end, id));
    if (found.kind != Found::Kind::kGroup) {
      return Fail(ErrorCode::kCorrupt, "the log is damaged: {}: file=\"{}\" offset={}", found.why,
                  segment.path, object.end);
    }
    object.end += found.header.bytes;
    if (!found.header.has_rows()) break;  // a trailer
    at = found.header.last_lsn;
    if (options_.before) {
      FIRN_TRY(const auto group, decoder_->Decode(found.header, found.bytes));
      FIRN_RETURN_IF_ERROR(options_.before(group));
    }
    if (object.first_lsn == Lsn()) object.first_lsn = found.header.first_lsn;
    object.last_lsn = found.header.last_lsn;
    object.bytes += found.header.bytes;
    object.parts.push_back(std::move(found.bytes));
    if (object.bytes < options_.object_bytes) continue;
    const uint64_t end = object.end;
    FIRN_RETURN_IF_ERROR(Put(segment, std::exchange(object, {})));
    object.end = end;
  }
  // A segment without rows is in the archive only for the sake of the LSNs it skips.
  const bool alone = segment.last_lsn < segment.base_lsn && unsent_ != nullptr;
  if (object.first_lsn == Lsn() && !alone) return {};
  return Put(segment, std::move(object));
}

Status Shipper::Put(const SegmentInfo& segment, Object object) {
  if (object.first_lsn == Lsn()) {
    object.first_lsn = segment.base_lsn;
    object.last_lsn = segment.last_lsn;
  }
  if (options_.may_send) FIRN_RETURN_IF_ERROR(options_.may_send());
  FIRN_TRY(const auto writer, store_.Create(GroupsName(log_.id(), segment.base_lsn,
                                                       object.first_lsn, object.last_lsn)));
  const auto write = [&](const arrow::Buffer& part) {
    return writer->Write(part.data(), static_cast<size_t>(part.size()));
  };
  if (unsent_ != nullptr) FIRN_RETURN_IF_ERROR(write(*unsent_));
  for (const auto& part : object.parts) FIRN_RETURN_IF_ERROR(write(*part));
  FIRN_RETURN_IF_ERROR(writer->Finish());
  unsent_.reset();
  archived_base_ = segment.base_lsn;
  sent_ = object.last_lsn;
  const std::lock_guard lock(mutex_);
  shipped_ = object.last_lsn;
  offset_ = object.end;
  return {};
}

}  // namespace firn::log
