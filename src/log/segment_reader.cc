#include "log/segment_reader.h"

#include <charconv>
#include <system_error>
#include <utility>

#include "base/crc32c.h"

namespace firn::log {
namespace {

// Behind a group of this size only a header is read, not many of them at once.
constexpr uint64_t kLargeSkip = 64 << 10;
constexpr std::string_view kSegmentPrefix = "segment_";
constexpr std::string_view kSparePrefix = "spare_";
constexpr std::string_view kSuffix = ".arrow";
constexpr size_t kDigits = 20;

bool IsZero(const arrow::Buffer& buffer) {
  const uint8_t* data = buffer.data();
  return std::all_of(data, data + buffer.size(), [](uint8_t byte) { return byte == 0; });
}

std::optional<Lsn> ParseName(std::string_view name, std::string_view prefix) {
  if (name.size() != prefix.size() + kDigits + kSuffix.size() || !name.starts_with(prefix) ||
      !name.ends_with(kSuffix)) {
    return std::nullopt;
  }
  const auto digits = name.substr(prefix.size(), kDigits);
  uint64_t value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + kDigits, value);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + kDigits) return std::nullopt;
  return Lsn(value);
}

}  // namespace

std::string SegmentName(Lsn base_lsn) {
  return fmt::format("{}{:020}{}", kSegmentPrefix, base_lsn.value(), kSuffix);
}
std::string SpareName(Lsn base_lsn) {
  return fmt::format("{}{:020}{}", kSparePrefix, base_lsn.value(), kSuffix);
}
std::optional<Lsn> ParseSegmentName(std::string_view name) {
  return ParseName(name, kSegmentPrefix);
}
bool IsSpareName(std::string_view name) {
  return ParseName(name, kSparePrefix).has_value();
}

Result<std::unique_ptr<SegmentReader>> SegmentReader::Open(io::FileSystem& fs,
                                                           const std::string& path) {
  return Open(fs, path, Options{});
}

Result<std::unique_ptr<SegmentReader>> SegmentReader::Open(io::FileSystem& fs,
                                                           const std::string& path,
                                                           const Options& options) {
  auto opened = fs.Open(path, {.mode = io::OpenMode::kRead, .direct = true});
  if (!opened && opened.error().code == ErrorCode::kUnsupported) {
    opened = fs.Open(path, {.mode = io::OpenMode::kRead});
  }
  FIRN_TRY(auto file, std::move(opened));
  FIRN_TRY(const uint64_t size, file->Size());
  return std::unique_ptr<SegmentReader>(
      new SegmentReader(std::move(file), std::min(size, options.end), options));
}

std::shared_ptr<arrow::Buffer> SegmentReader::OfWindow(uint64_t offset, uint64_t bytes) const {
  return arrow::SliceBuffer(window_, static_cast<int64_t>(offset - window_offset_),
                            static_cast<int64_t>(bytes));
}

// The next window begins with a group, so that none is copied: what the last one has of it is read
// twice, at most a group for each window.
void SegmentReader::ReadAhead(uint64_t offset, const SegmentId& segment) {
  if (!reads_ahead_ || ahead_) return;
  const uint64_t window_end = window_offset_ + window_bytes_;
  while (offset + kGroupAlignment <= window_end) {
    const auto header = ReadGroupHeader(window_->data() + (offset - window_offset_));
    if (!header || header->segment != segment) return;
    if (header->bytes > window_end - offset) break;
    offset += header->bytes;
  }
  if (offset >= size_) return;
  const uint64_t bytes = std::min(window_size_, size_ - offset);
  auto buffer = AlignedBuffer::Allocate(bytes, AlignedBuffer::Pages::kSmall);
  if (!buffer) return;  // the read that is needed says so
  const auto read = [file = file_.get(), offset, bytes, into = *buffer] {
    return file->ReadAt(offset, into->mutable_data(), AlignUp(bytes));
  };
  try {
    ahead_ = Ahead{.offset = offset,
                   .bytes = bytes,
                   .buffer = *buffer,
                   .read = std::async(std::launch::async, read)};
  } catch (const std::system_error&) {
    // No thread to be had: read when it is needed.
  }
}

Result<bool> SegmentReader::TakeAhead(uint64_t offset, uint64_t bytes) {
  if (!ahead_) return false;
  auto ahead = *std::exchange(ahead_, std::nullopt);
  const auto read = ahead.read.get();
  if (offset < ahead.offset || offset + bytes > ahead.offset + ahead.bytes) return false;
  if (!read) return Failure(read.error());
  if (*read < ahead.bytes) return false;
  window_ = std::move(ahead.buffer);
  window_offset_ = ahead.offset;
  window_bytes_ = ahead.bytes;
  return true;
}

Result<std::shared_ptr<arrow::Buffer>> SegmentReader::Fetch(uint64_t offset, uint64_t bytes,
                                                            uint64_t window_bytes) {
  if (offset >= size_) return std::make_shared<arrow::Buffer>(nullptr, 0);
  bytes = std::min(bytes, size_ - offset);
  const uint64_t window_end = window_offset_ + window_bytes_;
  if (offset < window_offset_ || offset + bytes > window_end) {
    FIRN_TRY(const bool taken, TakeAhead(offset, bytes));
    if (taken) return OfWindow(offset, bytes);
    const uint64_t want = std::min(std::max(bytes, window_bytes), size_ - offset);
    auto window = window_;
    const bool reusable = window_.use_count() == 2 &&  // window_ and window: no group is held
                          static_cast<uint64_t>(window_->size()) >= AlignUp(want);
    if (!reusable) {
      FIRN_TRY(window, AlignedBuffer::Allocate(want, AlignedBuffer::Pages::kSmall));
    }
    // What the old window already holds is not read again. Both lie on 4 KiB boundaries, except
    // for the last window of a file, behind which nothing is left to read.
    uint64_t have = 0;
    if (offset >= window_offset_ && offset < window_end) {
      have = (window_end - offset) / kGroupAlignment * kGroupAlignment;
      std::memmove(window->mutable_data(), window_->data() + (offset - window_offset_), have);
    }
    window_bytes_ = 0;  // should the read fail
    FIRN_TRY(const size_t read,
             file_->ReadAt(offset + have, window->mutable_data() + have, AlignUp(want - have)));
    if (read < want - have) {
      return Fail(ErrorCode::kIo, "log segment shrank while being read: path={}", path());
    }
    window_ = std::move(window);
    window_offset_ = offset;
    window_bytes_ = want;
  }
  return OfWindow(offset, bytes);
}

Result<std::optional<GroupHeader>> SegmentReader::ReadHeader(uint64_t offset) {
  FIRN_TRY(const auto bytes, Fetch(offset, kGroupAlignment, window_size_));
  if (bytes->size() < static_cast<int64_t>(kGroupHeaderBytes)) return std::nullopt;
  return ReadGroupHeader(bytes->data());
}

Result<Found> SegmentReader::ReadGroup(uint64_t offset, const SegmentId& segment) {
  FIRN_TRY(const auto block, Fetch(offset, kGroupAlignment, window_size_));
  if (block->size() == 0) return Found{.why = "end of file"};
  FIRN_TRY(const auto header, ReadHeader(offset));
  if (!header) {
    if (IsZero(*block)) return Found{.why = "zero block"};
    const bool cut = block->size() < static_cast<int64_t>(kGroupAlignment);
    return Found{.kind = Found::Kind::kBad,
                 .why = cut ? "the file ends inside a block" : "not a group header"};
  }
  if (header->segment != segment) {
    return Found{.why = fmt::format("a group of a former use of the file: base_lsn={}",
                                    header->segment.base_lsn)};
  }
  Found found{.kind = Found::Kind::kBad, .header = *header, .header_is_right = true};
  if (header->bytes > size_ - offset) {
    found.why = fmt::format("the file ends inside a group: bytes={}", header->bytes);
    return found;
  }
  FIRN_TRY(found.bytes, Fetch(offset, header->bytes, window_size_));
  ReadAhead(offset, segment);
  const uint32_t crc = Crc32c(found.bytes->data() + kGroupHeaderBytes,
                              static_cast<size_t>(found.bytes->size()) - kGroupHeaderBytes);
  if (crc != header->body_crc) {
    found.bytes.reset();
    found.why =
        fmt::format("body checksum mismatch: want={:08x} got={:08x}", header->body_crc, crc);
    return found;
  }
  found.kind = Found::Kind::kGroup;
  return found;
}

Result<std::optional<GroupHeader>> SegmentReader::SkipGroup(uint64_t offset,
                                                            const SegmentId& segment, Lsn above) {
  const uint64_t window = skipped_bytes_ < kLargeSkip ? window_size_ : kGroupAlignment;
  FIRN_TRY(const auto bytes, Fetch(offset, kGroupAlignment, window));
  if (bytes->size() < static_cast<int64_t>(kGroupHeaderBytes)) return std::nullopt;
  auto header = ReadGroupHeader(bytes->data());
  const bool skipped = header && header->segment == segment && header->has_rows() &&
                       header->last_lsn <= above && header->bytes <= size_ - offset;
  if (!skipped) return std::nullopt;
  skipped_bytes_ = header->bytes;
  return header;
}

Result<std::optional<uint64_t>> SegmentReader::FindGroup(uint64_t offset, const SegmentId& segment,
                                                         Lsn above) {
  for (uint64_t at = offset; at < size_; at += kGroupAlignment) {
    FIRN_TRY(const auto header, ReadHeader(at));
    if (!header || header->segment != segment || header->last_lsn <= above) continue;
    FIRN_TRY(const auto found, ReadGroup(at, segment));
    if (found.kind == Found::Kind::kGroup) return at;
  }
  return std::nullopt;
}

}  // namespace firn::log
