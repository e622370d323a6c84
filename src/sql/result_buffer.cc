#include "sql/result_buffer.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/util/byte_size.h>

namespace firn::sql {
namespace {

Failure DiskFailure(std::string_view doing, int code) {
  auto error = MakeError(ErrorCode::kIo, "could not {} a temporary file of a cursor: {}", doing,
                         std::strerror(code));
  error.sqlstate = code == ENOSPC || code == EDQUOT ? "53100" : "58030";
  return Failure(std::move(error));
}

Failure ArrowFailure(const arrow::Status& status) {
  return Fail(ErrorCode::kInternal, "rows of a cursor: {}", status.ToString());
}

}  // namespace

ResultBuffer::~ResultBuffer() {
  if (file_ >= 0) ::close(file_);
}

Status ResultBuffer::OpenFile() {
  if (file_ >= 0) return {};
  ::mkdir(dir_.c_str(), 0700);
  std::string name = dir_ + "/cursor-XXXXXX";
  file_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (file_ < 0) return DiskFailure("make", errno);
  ::unlink(name.c_str());
  return {};
}

Status ResultBuffer::Write(Piece& piece) {
  FIRN_RETURN_IF_ERROR(OpenFile());
  auto bytes = arrow::ipc::SerializeRecordBatch(*piece.batch, arrow::ipc::IpcWriteOptions{});
  if (!bytes.ok()) return ArrowFailure(bytes.status());
  const auto& buffer = **bytes;
  for (int64_t done = 0; done < buffer.size();) {
    const auto wrote = ::pwrite(file_, buffer.data() + done,
                                static_cast<size_t>(buffer.size() - done), file_bytes_ + done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return DiskFailure("write", wrote < 0 ? errno : ENOSPC);
    done += wrote;
  }
  piece.offset = file_bytes_;
  piece.bytes = buffer.size();
  piece.batch.reset();
  file_bytes_ += buffer.size();
  return {};
}

Status ResultBuffer::Append(std::shared_ptr<arrow::RecordBatch> batch) {
  if (batch->num_rows() == 0) return {};
  if (!schema_) schema_ = batch->schema();
  Piece piece{.first = rows_, .batch = std::move(batch)};
  piece.rows = piece.batch->num_rows();
  rows_ += piece.rows;
  const auto bytes = arrow::util::TotalBufferSize(*piece.batch);
  if (file_ >= 0 || bytes_ + bytes > memory_bytes_) {
    // What is in memory stays there.
    FIRN_RETURN_IF_ERROR(Write(piece));
  } else {
    bytes_ += bytes;
  }
  pieces_.push_back(std::move(piece));
  return {};
}

Result<std::shared_ptr<arrow::RecordBatch>> ResultBuffer::Load(const Piece& piece) {
  auto buffer = arrow::AllocateBuffer(piece.bytes);
  if (!buffer.ok()) return ArrowFailure(buffer.status());
  for (int64_t done = 0; done < piece.bytes;) {
    const auto got = ::pread(file_, (*buffer)->mutable_data() + done,
                             static_cast<size_t>(piece.bytes - done), piece.offset + done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return DiskFailure("read", got < 0 ? errno : EIO);
    done += got;
  }
  arrow::io::BufferReader reader(std::shared_ptr<arrow::Buffer>(*std::move(buffer)));
  const arrow::ipc::DictionaryMemo none;
  auto batch =
      arrow::ipc::ReadRecordBatch(schema_, &none, arrow::ipc::IpcReadOptions::Defaults(), &reader);
  if (!batch.ok()) return ArrowFailure(batch.status());
  return *std::move(batch);
}

Result<std::shared_ptr<arrow::RecordBatch>> ResultBuffer::Read(int64_t row, int64_t most) {
  const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), row,
                                      [](int64_t at, const Piece& one) { return at < one.first; });
  const auto& piece = *std::prev(after);
  const auto index = static_cast<size_t>(std::prev(after) - pieces_.begin());
  const int64_t offset = row - piece.first;
  const int64_t count = std::min(most, piece.rows - offset);
  if (piece.batch) return piece.batch->Slice(offset, count);
  if (loaded_ != index) {
    FIRN_TRY(loaded_batch_, Load(piece));
    loaded_ = index;
  }
  return loaded_batch_->Slice(offset, count);
}

}  // namespace firn::sql
