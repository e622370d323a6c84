// log: the one segment file that is being written.
//
//   [state group][group][group]...[prepared blocks, zeros or a former use .....]
//                                ^ end
// A group is written over prepared blocks while they last: the file's size does not change, so
// fdatasync has no metadata to write. Behind them the file grows.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "io/file_system.h"
#include "log/group_encoder.h"
#include "log/piece_writer.h"

namespace firn::log {

/// Threads: confined to the thread that appends.
/// Failure: the first failed write or sync leaves the file as recovery expects it; the caller
///          must not write again (Log is poisoned).
class SegmentWriter {
 public:
  /// A spare file, or a new one that gets `prepare_bytes` of zeros. It does not have its final name
  /// yet.
  struct Place {
    std::string path;
    bool reuse = false;
    uint64_t prepare_bytes = 0;
    std::unique_ptr<io::File> file;  // once it is open
    bool direct_io = false;
  };
  static Status Open(io::FileSystem& fs, Place& place);
  /// Opens the place if it is not open, writes the state group at its front and makes it durable.
  static Result<std::unique_ptr<SegmentWriter>> Start(io::FileSystem& fs, Place place,
                                                      const SegmentId& segment,
                                                      const EncodedGroup& state);

  /// Writes the header into the group's memory, what it holds to the file, and syncs.
  Status Write(const EncodedGroup& group);
  /// For the group that is written next.
  std::unique_ptr<PieceWriter> Pieces(size_t piece_bytes) {
    return std::make_unique<PieceWriter>(*file_, end_, piece_bytes);
  }
  /// The same without a sync: durable with the next Write or Seal.
  Status Put(const EncodedGroup& group);
  /// A zero block behind the last group ends the file for readers of Arrow streams.
  Status Seal();
  /// Seal, and give the unused blocks back.
  Status SealAndCut();

  uint64_t end() const { return end_; }
  bool direct_io() const { return direct_io_; }

 private:
  SegmentWriter(std::unique_ptr<io::File> file, const SegmentId& segment, bool direct_io)
      : file_(std::move(file)), segment_(segment), direct_io_(direct_io) {}
  Status Prepare(uint64_t from, uint64_t to);
  Status Sync();
  /// Room for the groups to come, as far as the disk has it.
  Status Grow(uint64_t end);

  const std::unique_ptr<io::File> file_;
  const SegmentId segment_;
  const bool direct_io_;
  uint64_t end_ = 0;       // behind the last group
  uint64_t prepared_ = 0;  // blocks below are written and in the file's size
};

/// Opens with O_DIRECT where it is not refused; `*direct_io` says which.
Result<std::unique_ptr<io::File>> OpenDirect(io::FileSystem& fs, const std::string& path,
                                             io::OpenMode mode, bool* direct_io);
/// Puts the zero block at `end` of a segment nobody writes to any more and cuts what follows.
Status SealFile(io::FileSystem& fs, const std::string& path, uint64_t end);
/// Makes a spare file of zeros, so that a later segment starts with prepared blocks.
Status MakeSpare(io::FileSystem& fs, const std::string& path, uint64_t bytes);

}  // namespace firn::log
