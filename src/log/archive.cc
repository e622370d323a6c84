#include "log/archive.h"

#include <algorithm>
#include <charconv>

#include "base/crc32c.h"
#include "log/group_decoder.h"

namespace firn::log {
namespace {

constexpr std::string_view kSuffix = ".groups";
constexpr size_t kDigits = 20;

std::optional<Lsn> ParseLsn(std::string_view digits) {
  uint64_t value = 0;
  const auto* end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, value);
  if (digits.size() != kDigits || parsed.ec != std::errc() || parsed.ptr != end) {
    return std::nullopt;
  }
  return Lsn(value);
}

std::string LogFolder(LogId log) {
  return ArchiveFolder(log) + "/log";
}

/// The bases of the segments that have a folder, in order.
Result<std::vector<Lsn>> ListSegments(io::ObjectStore& store, LogId log) {
  FIRN_TRY(const auto found, store.List(LogFolder(log)));
  std::vector<Lsn> bases;
  for (const auto& one : found) {
    if (const auto base = ParseLsn(one.name); base && one.is_folder) bases.push_back(*base);
  }
  std::sort(bases.begin(), bases.end());
  return bases;
}

Result<std::vector<ArchivedGroups>> ListSegment(io::ObjectStore& store, LogId log, Lsn base) {
  FIRN_TRY(const auto found, store.List(GroupsFolder(log, base)));
  std::vector<ArchivedGroups> objects;
  for (const auto& one : found) {
    const std::string_view name = one.name;
    if (one.is_folder || name.size() != 2 * kDigits + 1 + kSuffix.size() ||
        !name.ends_with(kSuffix)) {
      continue;
    }
    const auto first = ParseLsn(name.substr(0, kDigits));
    const auto last = ParseLsn(name.substr(kDigits + 1, kDigits));
    if (!first || !last) continue;
    objects.push_back({.name = GroupsFolder(log, base) + "/" + one.name,
                       .segment_base = base,
                       .first_lsn = *first,
                       .last_lsn = *last,
                       .bytes = one.bytes});
  }
  std::sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first_lsn, a.last_lsn) < std::tie(b.first_lsn, b.last_lsn);
  });
  return objects;
}

template <typename... Args>
Failure NotSound(const std::string& name, fmt::format_string<Args...> text, Args&&... args) {
  return Fail(MakeError(ErrorCode::kCorrupt, "the archive is damaged: {}: object=\"{}\"",
                        fmt::format(text, std::forward<Args>(args)...), name)
                  .WithSqlState("XX001")
                  .WithHint("Choose a point before it with --lsn or --time, or another copy."));
}

Result<std::shared_ptr<arrow::Buffer>> Fetch(io::ObjectStore& store, const ArchivedGroups& object) {
  FIRN_TRY(auto buffer, AlignedBuffer::Allocate(std::max<size_t>(object.bytes, 1)));
  uint64_t end = 0;
  FIRN_RETURN_IF_ERROR(store.Read(object.name, [&](const void* data, size_t size) -> Status {
    if (end + size > object.bytes) return NotSound(object.name, "it is longer than was listed");
    std::memcpy(buffer->mutable_data() + end, data, size);
    end += size;
    return {};
  }));
  if (end != object.bytes) return NotSound(object.name, "it is shorter than was listed");
  return arrow::SliceBuffer(std::move(buffer), 0, static_cast<int64_t>(end));
}

/// The group at the front of `bytes`, when it is sound.
Result<GroupHeader> CheckGroup(const ArchivedGroups& object, const SegmentId& segment,
                               const arrow::Buffer& bytes, int64_t offset) {
  const int64_t left = bytes.size() - offset;
  const uint8_t* data = bytes.data() + offset;
  if (left < static_cast<int64_t>(kGroupHeaderBytes)) {
    return NotSound(object.name, "it ends inside a group at {}", offset);
  }
  const auto header = ReadGroupHeader(data);
  if (!header) return NotSound(object.name, "no group at {}", offset);
  if (header->segment != segment) {
    return NotSound(object.name, "a group of another log or segment at {}", offset);
  }
  if (header->bytes > static_cast<uint64_t>(left)) {
    return NotSound(object.name, "it ends inside a group at {}", offset);
  }
  if (Crc32c(data + kGroupHeaderBytes, header->bytes - kGroupHeaderBytes) != header->body_crc) {
    return NotSound(object.name, "checksum mismatch at {}", offset);
  }
  return *header;
}

}  // namespace

std::string ArchiveFolder(LogId log) {
  return log.value().ToString();
}
std::string GroupsFolder(LogId log, Lsn segment_base) {
  return fmt::format("{}/{:020}", LogFolder(log), segment_base.value());
}
std::string GroupsName(LogId log, Lsn segment_base, Lsn first_lsn, Lsn last_lsn) {
  return fmt::format("{}/{:020}-{:020}{}", GroupsFolder(log, segment_base), first_lsn.value(),
                     last_lsn.value(), kSuffix);
}

Result<std::vector<LogId>> ListArchivedLogs(io::ObjectStore& store) {
  FIRN_TRY(const auto found, store.List(""));
  std::vector<LogId> logs;
  for (const auto& one : found) {
    const auto uuid = ParseUuid(one.name);
    if (uuid && one.is_folder) logs.emplace_back(*uuid);
  }
  std::sort(logs.begin(), logs.end());
  return logs;
}

Result<std::vector<ArchivedGroups>> ListArchivedGroups(io::ObjectStore& store, LogId log,
                                                       Lsn after) {
  FIRN_TRY(const auto bases, ListSegments(store, log));
  std::vector<ArchivedGroups> all;
  for (size_t i = 0; i < bases.size(); ++i) {
    if (i + 1 < bases.size() && bases[i + 1] <= after + 1) continue;
    FIRN_TRY(auto objects, ListSegment(store, log, bases[i]));
    std::move(objects.begin(), objects.end(), std::back_inserter(all));
  }
  return all;
}

Result<std::optional<ArchiveEnd>> FindArchiveEnd(io::ObjectStore& store, LogId log) {
  FIRN_TRY(const auto bases, ListSegments(store, log));
  std::optional<ArchiveEnd> end;
  for (auto base = bases.rbegin(); base != bases.rend(); ++base) {
    FIRN_TRY(const auto objects, ListSegment(store, log, *base));
    if (objects.empty()) continue;
    const auto newest =
        std::max_element(objects.begin(), objects.end(),
                         [](const auto& a, const auto& b) { return a.last_lsn < b.last_lsn; });
    if (!end) end = ArchiveEnd{.segment_base = *base, .last_lsn = newest->last_lsn};
    if (newest->last_lsn < newest->first_lsn) continue;
    end->newest = *newest;
    break;
  }
  return end;
}

Result<GroupHeader> ReadLastHeader(io::ObjectStore& store, LogId log,
                                   const ArchivedGroups& object) {
  FIRN_TRY(const auto bytes, Fetch(store, object));
  const SegmentId segment{.log = log, .base_lsn = object.segment_base};
  GroupHeader last;
  for (int64_t offset = 0; offset < bytes->size(); offset += static_cast<int64_t>(last.bytes)) {
    FIRN_TRY(last, CheckGroup(object, segment, *bytes, offset));
  }
  if (!last.has_rows()) return NotSound(object.name, "no group with rows");
  return last;
}

ArchiveReader::ArchiveReader(io::ObjectStore& store, LogId log)
    : store_(store), log_(log), decoder_(std::make_unique<GroupDecoder>()) {}
ArchiveReader::~ArchiveReader() = default;

Status ArchiveReader::Missing(const ArchivedGroups& before) {
  hole_ = {last_ + 1, Lsn(before.first_lsn.value() - 1)};
  return Fail(MakeError(ErrorCode::kCorrupt,
                        "the archive is not whole: the groups with LSNs from {} to {} are missing, "
                        "before object=\"{}\"",
                        hole_->first, hole_->second, before.name)
                  .WithSqlState("XX001")
                  .WithHint(fmt::format("Choose a point up to LSN {} with --lsn, or another copy.",
                                        last_)));
}

Status ArchiveReader::TakeState(const ArchivedGroups& object, const GroupHeader& header,
                                const std::shared_ptr<arrow::Buffer>& bytes,
                                const Callbacks& callbacks) {
  auto state = decoder_->DecodeState(header, bytes);
  if (!state) return NotSound(object.name, "{}", state.error().message);
  follows_ = state->follows;
  // LSNs that were never used are skipped over: the segment says behind which.
  if (follows_ > last_) return Missing(object);
  if (follows_ < group_ && header.segment.base_lsn != segment_) {
    return NotSound(
        object.name,
        "it follows LSN {}, and there are groups up to {}: two servers, or one that lost "
        "what it had written, wrote this archive",
        follows_, group_);
  }
  segment_ = header.segment.base_lsn;
  last_ = std::max(last_, Lsn(header.segment.base_lsn.value() - 1));
  return callbacks.state ? callbacks.state(*std::move(state)) : Status();
}

Status ArchiveReader::ReadObject(const ArchivedGroups& object, const Callbacks& callbacks,
                                 bool* enough) {
  FIRN_TRY(const auto bytes, Fetch(store_, object));
  const SegmentId segment{.log = log_, .base_lsn = object.segment_base};
  for (int64_t offset = 0; offset < bytes->size();) {
    FIRN_TRY(const auto header, CheckGroup(object, segment, *bytes, offset));
    const auto group = arrow::SliceBuffer(bytes, offset, static_cast<int64_t>(header.bytes));
    offset += static_cast<int64_t>(header.bytes);
    if (!header.has_rows()) {
      FIRN_RETURN_IF_ERROR(TakeState(object, header, group, callbacks));
      continue;
    }
    if (header.last_lsn <= last_) continue;  // sent twice
    // A base copy may end inside of a group, in which one table is flushed and another is not: of
    // that group recovery takes what is above each table's mark.
    const bool begun = last_ == after_ && header.first_lsn <= last_;
    if (header.first_lsn != last_ + 1 && !begun) return Missing(object);
    auto decoded = decoder_->Decode(header, group);
    if (!decoded) return NotSound(object.name, "{}", decoded.error().message);
    last_ = header.last_lsn;
    group_ = last_;
    FIRN_TRY(const bool more, callbacks.group(*std::move(decoded)));
    *enough = !more;
    if (*enough) return {};
  }
  return {};
}

Status ArchiveReader::Read(const std::vector<ArchivedGroups>& objects, Lsn after,
                           const Callbacks& callbacks) {
  last_ = after;
  after_ = after;
  group_ = Lsn();
  bool enough = false;
  for (const auto& object : objects) {
    // A state group alone is read for what it follows.
    if (object.last_lsn <= after && object.last_lsn >= object.first_lsn) continue;
    if (callbacks.object) callbacks.object(object);
    FIRN_RETURN_IF_ERROR(ReadObject(object, callbacks, &enough));
    if (enough) return {};
  }
  return {};
}

}  // namespace firn::log
