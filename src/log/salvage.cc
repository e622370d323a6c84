#include "log/salvage.h"

#include <algorithm>
#include <optional>

#include "log/group_decoder.h"
#include "log/group_encoder.h"
#include "log/recovery.h"
#include "log/segment_reader.h"
#include "log/segment_writer.h"

namespace firn::log {
namespace {

Lsn Before(Lsn lsn) {
  return Lsn(lsn.value() - 1);
}

/// A segment to read. Its name says the base where its state group is not sound.
// LSNs are 64 bits wide: a million salvages may skip so many.
constexpr uint64_t kMoreThanAnyLoss = uint64_t{1} << 40;

struct Source {
  std::string path;
  SegmentId id;
  std::optional<StateGroup> state;
  uint64_t first_group = 0;  // offset to begin at
  std::string why;           // what is wrong with the state group
};

class Salvager {
 public:
  Salvager(io::FileSystem& fs, const std::string& to, const SalvageOptions& options)
      : fs_(fs), to_(to), options_(options) {}

  Result<Salvage> Run(const std::string& from);

 private:
  Status FindSources(const std::string& from);
  Result<LogId> IdOf(const std::vector<std::string>& paths);
  Status ReadState(SegmentReader& reader, Source& source);
  Status Walk(const Source& source, const Source* next);
  Status Save(const Source& source, uint64_t offset, const Found& found);
  Status StartSegment(const Source& source, Lsn base);
  Lsn Begin() const;
  Status MakeFolder();
  Status Put(const Group& group);
  Status End();
  Status EndSegment();
  void Lose(const std::string& path, uint64_t offset, std::string why);

  io::FileSystem& fs_;
  const std::string& to_;
  const SalvageOptions& options_;
  Salvage out_;
  std::vector<Source> sources_;
  std::optional<StateGroup> state_;  // the newest one that is sound
  const Source* writing_ = nullptr;  // whose groups the segment being written holds
  std::unique_ptr<SegmentWriter> writer_;
  Lsn last_;  // saved
  GroupDecoder decoder_;
  GroupEncoder encoder_;
};

void Salvager::Lose(const std::string& path, uint64_t offset, std::string why) {
  out_.lost.push_back({.path = path, .offset = offset, .why = std::move(why), .after = last_});
}

Result<LogId> Salvager::IdOf(const std::vector<std::string>& paths) {
  for (const auto& path : paths) {
    FIRN_TRY(const auto reader, SegmentReader::Open(fs_, path));
    for (uint64_t offset = 0; offset < reader->size(); offset += kGroupAlignment) {
      FIRN_TRY(const auto header, reader->ReadHeader(offset));
      if (header) return header->segment.log;
    }
  }
  return Fail(ErrorCode::kCorrupt, "no segment of the log has a sound group");
}

Status Salvager::ReadState(SegmentReader& reader, Source& source) {
  source.first_group = kGroupAlignment;
  FIRN_TRY(const auto found, reader.ReadGroup(0, source.id));
  if (found.kind != Found::Kind::kGroup || found.header.has_rows()) {
    source.why = found.why.empty() ? "the segment does not begin with a state group" : found.why;
    return {};
  }
  auto state = decoder_.DecodeState(found.header, found.bytes);
  if (!state) {
    source.why = state.error().message;
    return {};
  }
  source.first_group = found.header.bytes;
  source.state = *std::move(state);
  return {};
}

Status Salvager::FindSources(const std::string& from) {
  FIRN_TRY(const auto files, fs_.List(from));  // by name, so by base LSN
  std::vector<std::string> paths;
  for (const auto& file : files) {
    if (ParseSegmentName(file.name)) paths.push_back(from + "/" + file.name);
  }
  if (paths.empty()) {
    return Fail(MakeError(ErrorCode::kNotFound, "no segment of a log is in \"{}\"", from)
                    .WithHint("Name a data folder with --data, or a folder of segments."));
  }
  FIRN_TRY(const auto log, IdOf(paths));
  for (const auto& path : paths) {
    const auto base = ParseSegmentName(path.substr(path.rfind('/') + 1));
    Source source{.path = path, .id = {.log = log, .base_lsn = *base}};
    FIRN_TRY(const auto reader, SegmentReader::Open(fs_, path));
    FIRN_RETURN_IF_ERROR(ReadState(*reader, source));
    sources_.push_back(std::move(source));
  }
  return {};
}

/// Where the log began, whatever of its first segment is sound: what is lost there is a gap too.
Lsn Salvager::Begin() const {
  const Source& oldest = sources_.front();
  const Lsn begin = oldest.state ? oldest.state->follows : Before(oldest.id.base_lsn);
  return std::min(begin, options_.held_elsewhere.value_or(begin));
}

Status Salvager::StartSegment(const Source& source, Lsn base) {
  FIRN_RETURN_IF_ERROR(EndSegment());
  const bool first = out_.segments++ == 0;
  writing_ = &source;
  if (options_.dry) return {};
  StateGroup state;
  if (state_) state = *state_;
  state.follows = first ? Begin() : last_;
  state.state.next_lsn = base;
  if (state.ceiling_lsn <= base) state.ceiling_lsn = Lsn();
  FIRN_TRY(const auto encoded, encoder_.EncodeState(state));
  const SegmentId id{.log = source.id.log, .base_lsn = base};
  FIRN_TRY(writer_,
           SegmentWriter::Start(fs_, {.path = to_ + "/" + SegmentName(base)}, id, encoded));
  return {};
}

Status Salvager::Put(const Group& group) {
  if (options_.dry) return {};
  FIRN_TRY(auto encoded, encoder_.Encode(group));
  FIRN_RETURN_IF_ERROR(writer_->Put(encoded));
  encoder_.Recycle(std::move(encoded));
  return {};
}

Status Salvager::EndSegment() {
  if (writer_ == nullptr) return {};
  const auto writer = std::move(writer_);
  out_.bytes += writer->end();
  return writer->SealAndCut();
}

Status Salvager::Save(const Source& source, uint64_t offset, const Found& found) {
  auto group = decoder_.Decode(found.header, found.bytes);
  if (!group) {
    Lose(source.path, offset, group.error().message);
    return {};
  }
  const Lsn first = found.header.first_lsn;
  if (writing_ != &source || first != last_ + 1) FIRN_RETURN_IF_ERROR(StartSegment(source, first));
  if (options_.edit) FIRN_RETURN_IF_ERROR(options_.edit(*group));
  FIRN_RETURN_IF_ERROR(Put(*group));
  for (auto lost = out_.lost.rbegin(); lost != out_.lost.rend() && lost->before == Lsn(); ++lost) {
    lost->before = first;
  }
  if (out_.groups++ == 0) out_.first_lsn = first;
  last_ = found.header.last_lsn;
  out_.last_lsn = last_;
  return {};
}

Status Salvager::Walk(const Source& source, const Source* next) {
  if (source.state) {
    const bool oldest = &source == &sources_.front();
    if (oldest && source.state->follows > Begin()) {
      last_ = Begin();
      Lose(source.path, 0, "segments before this one are missing");
    }
    if (out_.groups > 0 && source.state->follows > last_ && out_.lost.empty()) {
      Lose(source.path, 0, "segments before this one are missing");
    }
    state_ = source.state;
  } else {
    Lose(source.path, 0, source.why);
  }
  // What is behind this was never acknowledged.
  const Lsn end = next == nullptr ? Lsn(UINT64_MAX)
                  : next->state   ? next->state->follows
                                  : Before(next->id.base_lsn);
  FIRN_TRY(const auto reader, SegmentReader::Open(fs_, source.path));
  for (uint64_t offset = source.first_group; last_ < end;) {
    FIRN_TRY(const auto found, reader->ReadGroup(offset, source.id));
    if (found.kind == Found::Kind::kGroup) {
      if (!found.header.has_rows() || found.header.first_lsn > end) break;  // a trailer, or unsaid
      if (found.header.first_lsn > last_) FIRN_RETURN_IF_ERROR(Save(source, offset, found));
      offset += found.header.bytes;
      continue;
    }
    FIRN_TRY(const auto later, reader->FindGroup(offset + kGroupAlignment, source.id, last_));
    const bool missing = next != nullptr && next->state && last_ < end;
    if (later || missing) {
      Lose(source.path, offset, found.why.empty() ? "groups are missing" : found.why);
    }
    if (!later) break;
    offset = *later;
  }
  return {};
}

Status Salvager::MakeFolder() {
  FIRN_RETURN_IF_ERROR(fs_.MakeDirs(to_));
  FIRN_TRY(const auto there, fs_.List(to_));
  if (there.empty()) return {};
  return Fail(MakeError(ErrorCode::kAlreadyExists, "\"{}\" is not empty", to_)
                  .WithHint("Name a new folder with --to."));
}

Status Salvager::End() {
  // Catalog and lake may know LSNs that were lost at the end, in segments that are not here any
  // more: how many, nobody can say.
  const Lsn ceiling = state_ ? state_->ceiling_lsn : Lsn();
  const Lsn last = std::max({last_, sources_.back().id.base_lsn, ceiling});
  const Lsn base = last + kMoreThanAnyLoss;
  FIRN_RETURN_IF_ERROR(StartSegment(sources_.back(), base));
  if (!options_.last) return {};
  FIRN_TRY(const auto group, options_.last(base));
  if (group) return Put(*group);
  return {};
}

Result<Salvage> Salvager::Run(const std::string& from) {
  FIRN_RETURN_IF_ERROR(FindSources(from));
  if (!options_.dry) FIRN_RETURN_IF_ERROR(MakeFolder());
  for (size_t i = 0; i < sources_.size(); ++i) {
    FIRN_RETURN_IF_ERROR(Walk(sources_[i], i + 1 < sources_.size() ? &sources_[i + 1] : nullptr));
  }
  if (out_.groups > 0) FIRN_RETURN_IF_ERROR(End());
  FIRN_RETURN_IF_ERROR(EndSegment());
  if (!options_.dry) FIRN_RETURN_IF_ERROR(fs_.SyncDir(to_));
  return std::move(out_);
}

}  // namespace

Result<Salvage> SalvageLog(io::FileSystem& fs, const std::string& from, const std::string& to,
                           const SalvageOptions& options) {
  return Salvager(fs, to, options).Run(from);
}

std::string SalvageText(const Salvage& salvage, const std::string& to) {
  std::string out;
  if (salvage.lost.empty()) out = "Nothing is damaged.\n";
  for (const auto& lost : salvage.lost) {
    const auto upto =
        lost.before == Lsn() ? std::string("the end") : fmt::format("LSN {}", Before(lost.before));
    out += fmt::format("lost   {} at {}: {}: from LSN {} to {}\n", lost.path, lost.offset, lost.why,
                       lost.after + 1, upto);
  }
  out +=
      fmt::format("saved  {} groups, LSN {} to {}, {} bytes in {} segments: {}\n", salvage.groups,
                  salvage.first_lsn, salvage.last_lsn, salvage.bytes, salvage.segments, to);
  return out;
}

}  // namespace firn::log
