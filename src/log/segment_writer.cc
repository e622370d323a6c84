#include "log/segment_writer.h"

#include "base/crash_point.h"
#include "log/aligned_buffer.h"

namespace firn::log {
namespace {

constexpr uint64_t kZeroBytes = 4 << 20;
/// A small group that grows the file takes this much at once: one sync in sixty pays for the
/// file's new size instead of each.
constexpr uint64_t kGrowBytes = 256 << 10;

Result<const uint8_t*> Zeros() {
  static const auto zeros = AlignedBuffer::Allocate(kZeroBytes);
  if (!zeros) return Failure(zeros.error());
  return (*zeros)->data();
}

Status WriteZeros(io::File& file, uint64_t from, uint64_t to) {
  FIRN_TRY(const uint8_t* zeros, Zeros());
  for (uint64_t at = from; at < to; at += kZeroBytes) {
    FIRN_RETURN_IF_ERROR(file.WriteAt(at, zeros, std::min(kZeroBytes, to - at)));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<io::File>> OpenDirect(io::FileSystem& fs, const std::string& path,
                                             io::OpenMode mode, bool* direct_io) {
  auto opened = fs.Open(path, {.mode = mode, .direct = true});
  *direct_io = opened.has_value();
  if (opened || opened.error().code != ErrorCode::kUnsupported) return opened;
  return fs.Open(path, {.mode = mode});
}

Status SealFile(io::FileSystem& fs, const std::string& path, uint64_t end) {
  bool direct_io = false;
  FIRN_TRY(const auto file, OpenDirect(fs, path, io::OpenMode::kReadWrite, &direct_io));
  FIRN_RETURN_IF_ERROR(WriteZeros(*file, end, end + kGroupAlignment));
  FIRN_RETURN_IF_ERROR(file->Truncate(end + kGroupAlignment));
  return file->Sync();
}

Status MakeSpare(io::FileSystem& fs, const std::string& path, uint64_t bytes) {
  bool direct_io = false;
  FIRN_TRY(const auto file, OpenDirect(fs, path, io::OpenMode::kTruncate, &direct_io));
  auto written = WriteZeros(*file, 0, AlignUp(bytes));
  if (written) written = file->Sync();
  if (!written) (void)fs.Remove(path);
  return written;
}

Status SegmentWriter::Open(io::FileSystem& fs, Place& place) {
  const auto mode = place.reuse ? io::OpenMode::kReadWrite : io::OpenMode::kTruncate;
  FIRN_TRY(place.file, OpenDirect(fs, place.path, mode, &place.direct_io));
  return {};
}

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::Start(io::FileSystem& fs, Place place,
                                                            const SegmentId& segment,
                                                            const EncodedGroup& state) {
  if (place.file == nullptr) FIRN_RETURN_IF_ERROR(Open(fs, place));
  std::unique_ptr<SegmentWriter> writer(
      new SegmentWriter(std::move(place.file), segment, place.direct_io));
  FIRN_TRY(const uint64_t size, writer->file_->Size());
  writer->prepared_ = size / kGroupAlignment * kGroupAlignment;
  FIRN_RETURN_IF_ERROR(writer->Prepare(writer->prepared_, AlignUp(place.prepare_bytes)));
  FIRN_RETURN_IF_ERROR(writer->Write(state));
  return writer;
}

Status SegmentWriter::Prepare(uint64_t from, uint64_t to) {
  if (from >= to) return {};
  FIRN_RETURN_IF_ERROR(WriteZeros(*file_, from, to));
  prepared_ = to;
  return {};
}

Status SegmentWriter::Write(const EncodedGroup& group) {
  const uint64_t end = end_;
  FIRN_RETURN_IF_ERROR(Put(group));
  if (group.transactions > 0) CrashPoint("commit.written");
  auto synced = Sync();
  if (!synced) end_ = end;
  return synced;
}

Status SegmentWriter::Put(const EncodedGroup& group) {
  uint8_t* memory = group.memory->mutable_data();
  WriteGroupHeader({.segment = segment_,
                    .first_lsn = group.first_lsn,
                    .last_lsn = group.last_lsn,
                    .transactions = group.transactions,
                    .bytes = group.bytes,
                    .body_crc = group.body_crc},
                   memory);
  FIRN_RETURN_IF_ERROR(file_->WriteAt(end_, memory, group.held));
  const uint64_t end = end_ + group.bytes;
  if (end > prepared_) {
    prepared_ = end;
    if (group.bytes < kGrowBytes) FIRN_RETURN_IF_ERROR(Grow(end));
  }
  end_ = end;
  return {};
}

Status SegmentWriter::Grow(uint64_t end) {
  auto grown = Prepare(end, end + kGrowBytes);
  // The group itself is written; it is the next one that finds no room.
  if (!grown && grown.error().SqlState() == "53100") return {};
  return grown;
}

Status SegmentWriter::Seal() {
  FIRN_RETURN_IF_ERROR(WriteZeros(*file_, end_, end_ + kGroupAlignment));
  prepared_ = std::max(prepared_, end_ + kGroupAlignment);
  return Sync();
}

Status SegmentWriter::Sync() {
  // What was written before may be there or not, whatever the reason.
  auto synced = file_->Sync();
  if (!synced) synced.error().sqlstate = "58030";
  return synced;
}

Status SegmentWriter::SealAndCut() {
  FIRN_RETURN_IF_ERROR(WriteZeros(*file_, end_, end_ + kGroupAlignment));
  FIRN_RETURN_IF_ERROR(file_->Truncate(end_ + kGroupAlignment));
  return file_->Sync();
}

}  // namespace firn::log
