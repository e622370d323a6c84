#include "log/inspect.h"

#include <arrow/record_batch.h>

#include "log/group_decoder.h"
#include "log/segment_reader.h"

namespace firn::log {
namespace {

using Ending = InspectedSegment::Ending;
using Kind = InspectedGroup::Kind;

/// Walks one segment; like recovery, but every failure becomes data.
class Inspector {
 public:
  Inspector(SegmentReader& reader, InspectedSegment& out) : reader_(reader), out_(out) {}
  Status Run();

 private:
  void Add(uint64_t offset, const Found& found);
  void AddBad(uint64_t offset, const Found& found);
  void CountRows(const Group& group, InspectedGroup& out);

  SegmentReader& reader_;
  InspectedSegment& out_;
  GroupDecoder decoder_;
  SegmentId id_;
  Lsn last_;
};

void Inspector::CountRows(const Group& group, InspectedGroup& out) {
  out.catalog_records = group.catalog.size();
  for (const auto& changes : group.tables) {
    InspectedTable table{
        .table = changes.table, .schema_id = changes.schema_id, .name = changes.name};
    for (const auto& batch : changes.rows) table.rows += static_cast<uint64_t>(batch->num_rows());
    out.tables.push_back(std::move(table));
  }
}

void Inspector::Add(uint64_t offset, const Found& found) {
  const GroupHeader& header = found.header;
  InspectedGroup group{.kind = header.has_rows() ? Kind::kRows
                               : offset == 0     ? Kind::kState
                                                 : Kind::kTrailer,
                       .offset = offset,
                       .bytes = header.bytes,
                       .first_lsn = header.first_lsn,
                       .last_lsn = header.last_lsn,
                       .transactions = header.transactions};
  if (group.kind == Kind::kRows) {
    const auto decoded = decoder_.Decode(header, found.bytes);
    if (decoded) CountRows(*decoded, group);
    if (!decoded) group.why = decoded.error().message;
  } else {
    const auto decoded = decoder_.DecodeState(header, found.bytes);
    if (decoded) group.state_entries = decoded->state.entries.size();
    if (decoded && group.kind == Kind::kState) out_.follows = decoded->follows;
    if (!decoded) group.why = decoded.error().message;
  }
  if (!group.why.empty()) group.kind = Kind::kBad;
  last_ = header.last_lsn;
  out_.end = offset + header.bytes;
  if (group.kind == Kind::kTrailer) out_.ending = Ending::kCleanStop;
  if (group.kind == Kind::kBad) {
    out_.ending = Ending::kDamaged;
    out_.why = group.why;
  }
  out_.groups.push_back(std::move(group));
}

void Inspector::AddBad(uint64_t offset, const Found& found) {
  InspectedGroup group{.kind = Kind::kBad, .offset = offset, .why = found.why};
  if (found.header_is_right) {
    group.bytes = found.header.bytes;
    group.first_lsn = found.header.first_lsn;
    group.last_lsn = found.header.last_lsn;
    group.transactions = found.header.transactions;
  }
  out_.groups.push_back(std::move(group));
}

Status Inspector::Run() {
  out_.path = reader_.path();
  out_.file_bytes = reader_.size();
  FIRN_TRY(const auto head, reader_.ReadHeader(0));
  if (!head) {
    AddBad(0, Found{.why = "not a group header"});
    out_.ending = Ending::kDamaged;
    out_.why = "the segment does not begin with a state group";
    return {};
  }
  id_ = head->segment;
  out_.log = id_.log;
  out_.base_lsn = id_.base_lsn;
  last_ = Lsn(id_.base_lsn.value() - 1);
  uint64_t offset = 0;
  while (out_.ending != Ending::kCleanStop) {
    FIRN_TRY(const auto found, reader_.ReadGroup(offset, id_));
    if (found.kind == Found::Kind::kGroup) {
      Add(offset, found);
      offset = out_.end;
      continue;
    }
    FIRN_TRY(const auto later, reader_.FindGroup(offset + kGroupAlignment, id_, last_));
    if (later || found.kind == Found::Kind::kBad) AddBad(offset, found);
    if (!later) {
      if (found.kind == Found::Kind::kBad && out_.ending == Ending::kOpen) {
        out_.ending = Ending::kTorn;
        out_.why = found.why;
      }
      break;
    }
    out_.ending = Ending::kDamaged;
    out_.why = fmt::format("{} at {}, but a whole group at {}", found.why, offset, *later);
    offset = *later;
  }
  return {};
}

Lsn LastLsn(const InspectedSegment& segment) {
  Lsn last(segment.base_lsn.value() - 1);
  for (const auto& group : segment.groups) {
    if (group.kind == Kind::kRows) last = group.last_lsn;
  }
  return last;
}

/// A segment that ends where its successor says it does is complete, whatever follows in it.
void JudgeChain(std::vector<InspectedSegment>& segments) {
  for (size_t i = 0; i + 1 < segments.size(); ++i) {
    InspectedSegment& segment = segments[i];
    const Lsn follows = segments[i + 1].follows;
    const bool wrong_state =
        segments[i + 1].groups.empty() || segments[i + 1].groups.front().kind != Kind::kState;
    if (segment.ending == Ending::kDamaged || wrong_state) continue;
    const Lsn last = LastLsn(segment);
    if (last == follows) {
      segment.ending = Ending::kComplete;
      segment.why.clear();
    } else {
      segment.ending = Ending::kDamaged;
      segment.why = fmt::format("ends at LSN {}, the next segment follows {}", last, follows);
    }
  }
}

}  // namespace

bool Inspection::damaged() const {
  return std::any_of(segments.begin(), segments.end(), [](const InspectedSegment& segment) {
    return segment.ending == Ending::kDamaged;
  });
}

Result<Inspection> InspectLog(io::FileSystem& fs, const std::string& path) {
  std::vector<std::string> paths;
  const auto files = fs.List(path);
  if (files) {
    for (const auto& file : *files) {
      if (ParseSegmentName(file.name)) paths.push_back(path + "/" + file.name);
    }
  } else {
    paths.push_back(path);
  }
  Inspection inspection;
  for (const auto& one : paths) {
    FIRN_TRY(const auto reader, SegmentReader::Open(fs, one));
    InspectedSegment segment;
    FIRN_RETURN_IF_ERROR(Inspector(*reader, segment).Run());
    inspection.segments.push_back(std::move(segment));
  }
  JudgeChain(inspection.segments);
  return inspection;
}

}  // namespace firn::log
