// log: one segment file, read from the front in large pieces.
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "io/file_system.h"
#include "log/aligned_buffer.h"
#include "log/group_header.h"

namespace firn::log {

/// What lies at an offset.
struct Found {
  enum class Kind : uint8_t {
    kGroup,  // a whole group of this segment, both checksums right
    kEnd,    // the file's end, a zero block, or a group that a reused file held before
    kBad,    // anything else; `why` says what is wrong
  };
  Kind kind = Kind::kEnd;
  GroupHeader header;  // kGroup; also kBad where the header itself is right
  bool header_is_right = false;
  std::shared_ptr<arrow::Buffer> bytes;  // kGroup: the group, which outlives the reader
  std::string why;
};

/// Reads groups, checks their sums and never looks at what fails them. No memory mapping.
///
/// Threads: one at a time.
class SegmentReader {
 public:
  struct Options {
    /// Of a file that is being written: nothing at or behind it is looked at.
    uint64_t end = UINT64_MAX;
    /// For who goes from group to group: while he works on some, the next ones are read.
    bool read_ahead = false;
    /// What is read at once, at least. For who wants the first group only: little.
    uint64_t window_bytes = 8 << 20;
  };
  /// With O_DIRECT where the file system has it.
  static Result<std::unique_ptr<SegmentReader>> Open(io::FileSystem& fs, const std::string& path,
                                                     const Options& options);
  static Result<std::unique_ptr<SegmentReader>> Open(io::FileSystem& fs, const std::string& path);

  uint64_t size() const { return size_; }
  const std::string& path() const { return file_->path(); }

  /// The header at `offset` where its own checksum holds, of whichever segment.
  Result<std::optional<GroupHeader>> ReadHeader(uint64_t offset);
  Result<Found> ReadGroup(uint64_t offset, const SegmentId& segment);
  /// The header at `offset` of a group of rows that ends at or below `above` and in the file; its
  /// body is not looked at, nor read if the group before it was large too.
  Result<std::optional<GroupHeader>> SkipGroup(uint64_t offset, const SegmentId& segment,
                                               Lsn above);
  /// Tries every 4 KiB boundary from `offset` on for a whole group with a last LSN above `above`.
  Result<std::optional<uint64_t>> FindGroup(uint64_t offset, const SegmentId& segment, Lsn above);

 private:
  // What follows the groups of the window, on its way into memory.
  struct Ahead {
    uint64_t offset = 0;
    uint64_t bytes = 0;
    std::shared_ptr<AlignedBuffer> buffer;
    std::future<Result<size_t>> read;  // waited for when destroyed
  };

  SegmentReader(std::unique_ptr<io::File> file, uint64_t size, const Options& options)
      : file_(std::move(file)),
        size_(size),
        reads_ahead_(options.read_ahead),
        window_size_(options.window_bytes) {}
  /// The window from a group on; begins to read from its first group that is not whole.
  void ReadAhead(uint64_t offset, const SegmentId& segment);
  /// Makes what was read ahead the window, if it has this. Failed: so has the read.
  Result<bool> TakeAhead(uint64_t offset, uint64_t bytes);
  std::shared_ptr<arrow::Buffer> OfWindow(uint64_t offset, uint64_t bytes) const;
  /// Up to `bytes` at a 4 KiB boundary; fewer only at the file's end. What has to be read is at
  /// least `window` long.
  Result<std::shared_ptr<arrow::Buffer>> Fetch(uint64_t offset, uint64_t bytes, uint64_t window);

  const std::unique_ptr<io::File> file_;
  const uint64_t size_;
  const bool reads_ahead_;
  const uint64_t window_size_;
  std::shared_ptr<AlignedBuffer> window_;
  uint64_t window_offset_ = 0;
  uint64_t window_bytes_ = 0;
  std::optional<Ahead> ahead_;
  uint64_t skipped_bytes_ = 0;  // of the last group that was skipped
};

/// Names in the log's folder.
std::string SegmentName(Lsn base_lsn);
std::string SpareName(Lsn base_lsn);
/// The base LSN of a segment's file name; nothing for any other name.
std::optional<Lsn> ParseSegmentName(std::string_view name);
bool IsSpareName(std::string_view name);

}  // namespace firn::log
