#include "log/shipper.h"

#include "base/log.h"
#include "log/group_decoder.h"
#include "log/segment_reader.h"

namespace firn::log {

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
    if (segment.last_lsn <= shipped) continue;
    bytes += segment.bytes - (segment.base_lsn == base_ ? offset_ : 0);
  }
  return bytes;
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
  if (end) archived_base_ = end->segment_base;
  const std::lock_guard lock(mutex_);
  shipped_ = shipped;
  resumed_ = true;
  return {};
}

Status Shipper::Ship() {
  if (!resumed()) FIRN_RETURN_IF_ERROR(Resume());
  const auto segments = log_.segments();
  for (const auto& segment : segments) {
    const bool newest = &segment == &segments.back();
    const bool has_rows = segment.last_lsn >= segment.base_lsn;
    if (segment.last_lsn <= state().shipped || (newest && !has_rows)) continue;
    FIRN_RETURN_IF_ERROR(ShipSegment(segment));
  }
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
  while (object.end < segment.bytes) {
    FIRN_TRY(auto found, reader.ReadGroup(object.end, id));
    if (found.kind != Found::Kind::kGroup) {
      return Fail(ErrorCode::kCorrupt, "the log is damaged: {}: file=\"{}\" offset={}", found.why,
                  segment.path, object.end);
    }
    object.end += found.header.bytes;
    if (!found.header.has_rows()) break;  // a trailer
    if (found.header.last_lsn <= shipped) continue;
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
  const std::lock_guard lock(mutex_);
  shipped_ = object.last_lsn;
  offset_ = object.end;
  return {};
}

}  // namespace firn::log
