#include <arrow/buffer.h>

#include "lake/parquet_file_internal.h"

namespace firn::lake {
namespace {

constexpr size_t kBufferBytes = 1024 * 1024;

}  // namespace

FileOutput::FileOutput(std::unique_ptr<io::File> file) : file_(std::move(file)) {
  buffer_.reserve(kBufferBytes);
}

arrow::Status FileOutput::Put(uint64_t offset, const void* data, size_t size) {
  if (abandoned_) return arrow::Status::IOError("abandoned");
  if (!error_) {
    auto written = file_->WriteAt(offset, data, size);
    if (written) return arrow::Status::OK();
    error_ = std::move(written).error();
  }
  return arrow::Status::IOError(error_->message);
}

arrow::Status FileOutput::Write(const void* data, int64_t size) {
  const auto bytes = static_cast<size_t>(size);
  if (buffer_.size() + bytes > kBufferBytes) ARROW_RETURN_NOT_OK(Flush());
  if (bytes >= kBufferBytes) {
    ARROW_RETURN_NOT_OK(Put(static_cast<uint64_t>(position_), data, bytes));
  } else {
    buffer_.append(static_cast<const char*>(data), bytes);
  }
  position_ += size;
  return arrow::Status::OK();
}

arrow::Status FileOutput::Flush() {
  if (buffer_.empty()) return arrow::Status::OK();
  ARROW_RETURN_NOT_OK(
      Put(static_cast<uint64_t>(position_) - buffer_.size(), buffer_.data(), buffer_.size()));
  buffer_.clear();
  return arrow::Status::OK();
}

arrow::Status FileOutput::Close() {
  closed_ = true;
  return Flush();
}

Status FileOutput::Sync() {
  if (error_) return Fail(*error_);
  auto synced = file_->Sync();
  if (!synced) error_ = synced.error();
  return synced;
}

void FileOutput::Abandon() {
  abandoned_ = true;
  buffer_.clear();
}

FileInput::FileInput(std::unique_ptr<io::File> file, int64_t size)
    : file_(std::move(file)), size_(size) {}

arrow::Result<int64_t> FileInput::ReadAt(int64_t position, int64_t size, void* out) {
  const auto read = file_->ReadAt(static_cast<uint64_t>(position), out, static_cast<size_t>(size));
  if (!read) return arrow::Status::IOError(read.error().message);
  return static_cast<int64_t>(*read);
}

arrow::Result<std::shared_ptr<arrow::Buffer>> FileInput::ReadAt(int64_t position, int64_t size) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(size));
  ARROW_ASSIGN_OR_RAISE(const auto read, ReadAt(position, size, buffer->mutable_data()));
  ARROW_RETURN_NOT_OK(buffer->Resize(read, /*shrink_to_fit=*/false));
  return std::shared_ptr<arrow::Buffer>(std::move(buffer));
}

arrow::Result<int64_t> FileInput::Read(int64_t size, void* out) {
  ARROW_ASSIGN_OR_RAISE(const auto read, ReadAt(position_, size, out));
  position_ += read;
  return read;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> FileInput::Read(int64_t size) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, size));
  position_ += buffer->size();
  return buffer;
}

arrow::Status FileInput::Seek(int64_t position) {
  position_ = position;
  return arrow::Status::OK();
}

arrow::Status FileInput::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

}  // namespace firn::lake
