#include "log/log_copy.h"

#include "io/durable_folders.h"
#include "log/segment_reader.h"

namespace firn::log {
namespace {

constexpr uint64_t kSegmentBytes = 256 << 20;

}  // namespace

LogCopy::LogCopy(io::FileSystem& files, std::string folder, LogId log, Lsn follows)
    : files_(files), folder_(std::move(folder)), log_(log), last_(follows) {}

Status LogCopy::StartSegment(Lsn base) {
  FIRN_RETURN_IF_ERROR(EndSegment());
  FIRN_RETURN_IF_ERROR(io::MakeDirsDurably(files_, folder_));
  // The first group may begin at or below what is not in this log.
  StateGroup state{.state = state_, .follows = std::min(last_, Lsn(base.value() - 1))};
  state.state.next_lsn = base;
  FIRN_TRY(const auto encoded, encoder_.EncodeState(state));
  FIRN_TRY(writer_, SegmentWriter::Start(files_, {.path = folder_ + "/" + SegmentName(base)},
                                         {.log = log_, .base_lsn = base}, encoded));
  return {};
}

Status LogCopy::EndSegment() {
  if (writer_ == nullptr) return {};
  const auto writer = std::move(writer_);
  return writer->SealAndCut();
}

Status LogCopy::Add(const Group& group) {
  const bool full = writer_ != nullptr && writer_->end() >= kSegmentBytes;
  if (writer_ == nullptr || full || group.first_lsn != last_ + 1) {
    FIRN_RETURN_IF_ERROR(StartSegment(group.first_lsn));
  }
  FIRN_TRY(auto encoded, encoder_.Encode(group));
  FIRN_RETURN_IF_ERROR(writer_->Put(encoded));
  encoder_.Recycle(std::move(encoded));
  last_ = group.last_lsn;
  return {};
}

Status LogCopy::Finish(Lsn last) {
  last = std::max(last, last_);
  if (writer_ == nullptr || last > last_) {
    FIRN_RETURN_IF_ERROR(StartSegment(last + 1));
    last_ = last;
  }
  FIRN_TRY(const auto trailer, encoder_.EncodeTrailer(last_ + 1));
  FIRN_RETURN_IF_ERROR(writer_->Write(trailer));
  FIRN_RETURN_IF_ERROR(EndSegment());
  return files_.SyncDir(folder_);
}

}  // namespace firn::log
