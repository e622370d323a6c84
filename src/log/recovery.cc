#include "log/recovery.h"

#include "log/group_decoder.h"
#include "log/segment_reader.h"

namespace firn::log {
namespace {

constexpr uint64_t kHeadBytes = 64 << 10;  // state groups are small, as a rule

template <typename... Args>
Failure Damage(const std::string& path, uint64_t offset, fmt::format_string<Args...> text,
               Args&&... args) {
  return Fail(MakeError(ErrorCode::kCorrupt, "the log is damaged: {}: file=\"{}\" offset={}",
                        fmt::format(text, std::forward<Args>(args)...), path, offset)
                  .WithSqlState("XX001")
                  .WithHint("Nothing was changed. Restore the file from a backup; or see what is "
                            "readable with `firn wal inspect`, and save it with `firn wal "
                            "salvage --to DIR`."));
}

/// A segment and what its state group says.
struct Segment {
  FoundSegment found;
  StateGroup state;
  SegmentId id;
  uint64_t first_group = 0;  // offset behind the state group
};

class Recovery {
 public:
  Recovery(io::FileSystem& fs, const ReplayCallbacks& callbacks, Recovered& recovered)
      : fs_(fs), callbacks_(callbacks), recovered_(recovered) {}

  Status Run(const std::string& directory, RecoveredLog& log);
  Result<std::optional<LogStart>> Start(const std::string& directory);

 private:
  Status ReadHead(const std::string& path, Lsn base_lsn);
  /// Takes its successor's word for where it ends.
  Status Pass(Segment& segment, const Segment& next) const;
  /// Hands out the segment's groups up to where `next` goes on, or up to its end where there is
  /// no next one.
  Status Walk(Segment& segment, const Segment* next);
  Status EndOfNewest(SegmentReader& reader, Segment& segment, uint64_t offset, const Found& found);
  /// One that is not handed out without its bytes.
  Result<Found> NextGroup(SegmentReader& reader, uint64_t offset, const SegmentId& segment) const;
  Status HandOut(const SegmentReader& reader, uint64_t offset, const Found& found);

  io::FileSystem& fs_;
  const ReplayCallbacks& callbacks_;
  Recovered& recovered_;
  GroupDecoder decoder_;
  std::vector<Segment> segments_;
};

Status Recovery::ReadHead(const std::string& path, Lsn base_lsn) {
  FIRN_TRY(const auto reader, SegmentReader::Open(fs_, path, {.window_bytes = kHeadBytes}));
  FIRN_TRY(const auto header, reader->ReadHeader(0));
  if (!header) return Damage(path, 0, "the segment does not begin with a state group");
  Segment segment;
  segment.id = header->segment;
  if (segment.id.base_lsn != base_lsn) {
    return Damage(path, 0, "the segment is another one than its name says: base_lsn={}",
                  segment.id.base_lsn);
  }
  if (!segments_.empty() && segments_.front().id.log != segment.id.log) {
    return Damage(path, 0, "the segment belongs to another log: log={} others={}", segment.id.log,
                  segments_.front().id.log);
  }
  FIRN_TRY(const auto found, reader->ReadGroup(0, segment.id));
  if (found.kind != Found::Kind::kGroup || header->has_rows()) {
    return Damage(path, 0, "the state group is not whole: {}", found.why);
  }
  auto state = decoder_.DecodeState(*header, found.bytes);
  if (!state) return Damage(path, 0, "{}", state.error().message);
  segment.state = *std::move(state);
  segment.first_group = header->bytes;
  segment.found = {.base_lsn = base_lsn,
                   .last_lsn = Lsn(base_lsn.value() - 1),
                   .path = path,
                   .end = header->bytes,
                   .file_bytes = reader->size()};
  segments_.push_back(std::move(segment));
  return {};
}

Status Recovery::Pass(Segment& segment, const Segment& next) const {
  FoundSegment& found = segment.found;
  if (next.state.follows < found.last_lsn) {
    return Damage(next.found.path, 0, "it follows {}, but the segment before it is {}",
                  next.state.follows, SegmentName(found.base_lsn));
  }
  found.last_lsn = next.state.follows;
  found.end = found.file_bytes;
  return {};
}

Status Recovery::Walk(Segment& segment, const Segment* next) {
  const auto until = next == nullptr ? std::nullopt : std::optional(next->state.follows);
  FIRN_TRY(const auto reader, SegmentReader::Open(fs_, segment.found.path, {.read_ahead = true}));
  uint64_t offset = segment.first_group;
  Lsn& last = segment.found.last_lsn;
  recovered_.bytes += offset;
  while (!until || last < *until) {
    FIRN_TRY(const auto found, NextGroup(*reader, offset, segment.id));
    if (found.kind != Found::Kind::kGroup) {
      if (!until) return EndOfNewest(*reader, segment, offset, found);
      return Damage(segment.found.path, offset,
                    "groups are missing: {}, have LSNs up to {}, the next segment {} follows {}",
                    found.why, last, SegmentName(next->found.base_lsn), *until);
    }
    if (found.header.first_lsn != last + 1) {
      return Damage(segment.found.path, offset, "LSNs do not follow: want={} got={}", last + 1,
                    found.header.first_lsn);
    }
    offset += found.header.bytes;
    segment.found.end = offset;
    recovered_.bytes += found.header.bytes;
    if (!found.header.has_rows()) {  // a trailer
      if (until) break;
      recovered_.clean_stop = true;
      return {};
    }
    FIRN_RETURN_IF_ERROR(HandOut(*reader, offset - found.header.bytes, found));
    last = found.header.last_lsn;
  }
  if (last != *until) {
    return Damage(segment.found.path, offset, "the next segment {} follows {}, this one ends at {}",
                  SegmentName(next->found.base_lsn), *until, last);
  }
  return {};
}

Result<Found> Recovery::NextGroup(SegmentReader& reader, uint64_t offset,
                                  const SegmentId& segment) const {
  FIRN_TRY(const auto skipped, reader.SkipGroup(offset, segment, callbacks_.above));
  if (!skipped) return reader.ReadGroup(offset, segment);
  return Found{.kind = Found::Kind::kGroup, .header = *skipped, .header_is_right = true};
}

Status Recovery::HandOut(const SegmentReader& reader, uint64_t offset, const Found& found) {
  ++recovered_.groups;
  if (found.header.last_lsn <= callbacks_.above || !callbacks_.group) return {};
  auto group = decoder_.Decode(found.header, found.bytes);
  if (!group) {
    if (group.error().code != ErrorCode::kCorrupt) return Failure(group.error());
    return Damage(reader.path(), offset, "{}", group.error().message);
  }
  return callbacks_.group(*std::move(group));
}

Status Recovery::EndOfNewest(SegmentReader& reader, Segment& segment, uint64_t offset,
                             const Found& found) {
  FIRN_TRY(const auto later,
           reader.FindGroup(offset + kGroupAlignment, segment.id, segment.found.last_lsn));
  if (later) {
    return Damage(segment.found.path, offset, "{}, but a whole group lies behind it at {}",
                  found.why, *later);
  }
  if (found.kind == Found::Kind::kBad) {
    recovered_.torn = TornTail{.path = segment.found.path, .offset = offset, .why = found.why};
  }
  return {};
}

Status Recovery::Run(const std::string& directory, RecoveredLog& log) {
  FIRN_TRY(const auto files, fs_.List(directory));  // by name, so by base LSN
  for (const auto& file : files) {
    const auto base_lsn = ParseSegmentName(file.name);
    if (base_lsn) FIRN_RETURN_IF_ERROR(ReadHead(directory + "/" + file.name, *base_lsn));
  }
  if (segments_.empty()) return {};
  Segment& newest = segments_.back();
  recovered_.id = newest.id.log;
  recovered_.oldest_lsn = segments_.front().found.base_lsn;
  recovered_.newest_state = newest.state.state;
  if (callbacks_.begin) callbacks_.begin(recovered_);
  for (size_t i = 0; i < segments_.size(); ++i) {
    const auto* next = i + 1 == segments_.size() ? nullptr : &segments_[i + 1];
    const bool needed = next == nullptr || next->state.follows > callbacks_.above;
    FIRN_RETURN_IF_ERROR(needed ? Walk(segments_[i], next) : Pass(segments_[i], *next));
    log.segments.push_back(segments_[i].found);
  }
  log.newest_follows = newest.state.follows;
  const Lsn last = newest.found.last_lsn;
  recovered_.last_lsn = last;
  // A stop that was not clean may have lost groups at the end without a trace. Their LSNs are
  // not used again: marks in the lake and positions of readers may know them.
  recovered_.next_lsn = recovered_.clean_stop
                            ? last + 1
                            : std::max(last + 1 + kSkippedLsns, newest.state.ceiling_lsn);
  return {};
}

Result<std::optional<LogStart>> Recovery::Start(const std::string& directory) {
  FIRN_TRY(const auto files, fs_.List(directory));  // by name, so by base LSN
  std::optional<LogStart> start;
  for (const auto& file : files) {
    const auto base_lsn = ParseSegmentName(file.name);
    if (!base_lsn) continue;
    if (!start) {
      FIRN_RETURN_IF_ERROR(ReadHead(directory + "/" + file.name, *base_lsn));
      const Segment& oldest = segments_.front();
      start = LogStart{.id = oldest.id.log,
                       .path = oldest.found.path,
                       .base_lsn = *base_lsn,
                       .follows = oldest.state.follows};
    }
    start->newest_base_lsn = *base_lsn;
  }
  return start;
}

}  // namespace

Result<std::optional<LogStart>> FindLogStart(io::FileSystem& fs, const std::string& directory) {
  FIRN_TRY(const bool there, fs.Exists(directory));
  if (!there) return std::nullopt;
  Recovered unused;
  return Recovery(fs, {}, unused).Start(directory);
}

Result<RecoveredLog> RecoverLog(io::FileSystem& fs, const std::string& directory,
                                const ReplayCallbacks& callbacks, Recovered* recovered) {
  RecoveredLog log;
  FIRN_RETURN_IF_ERROR(Recovery(fs, callbacks, *recovered).Run(directory, log));
  return log;
}

}  // namespace firn::log
