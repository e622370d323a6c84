// lake: our files as Arrow's streams, so that what Parquet writes and reads goes through io.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <arrow/io/interfaces.h>

#include "base/result.h"
#include "io/file_system.h"

namespace firn::lake {

/// Appends to a file through a buffer.
///
/// Threads: one.
/// Failure: the first failure sticks; error() has it as io told it, with its SQLSTATE.
class FileOutput final : public arrow::io::OutputStream {
 public:
  explicit FileOutput(std::unique_ptr<io::File> file);

  arrow::Status Write(const void* data, int64_t size) override;
  using arrow::io::OutputStream::Write;
  arrow::Status Flush() override;
  arrow::Status Close() override;
  arrow::Result<int64_t> Tell() const override { return position_; }
  bool closed() const override { return closed_; }

  /// Makes what was flushed durable.
  Status Sync();
  /// From here on writes go nowhere: the file is not wanted any more.
  void Abandon();
  const std::optional<Error>& error() const { return error_; }

 private:
  arrow::Status Put(uint64_t offset, const void* data, size_t size);

  const std::unique_ptr<io::File> file_;
  std::string buffer_;
  int64_t position_ = 0;
  bool closed_ = false;
  bool abandoned_ = false;
  std::optional<Error> error_;
};

/// Reads a file at any position.
class FileInput final : public arrow::io::RandomAccessFile {
 public:
  FileInput(std::unique_ptr<io::File> file, int64_t size);

  arrow::Result<int64_t> GetSize() override { return size_; }
  arrow::Result<int64_t> ReadAt(int64_t position, int64_t size, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t size) override;
  arrow::Result<int64_t> Read(int64_t size, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t size) override;
  arrow::Status Seek(int64_t position) override;
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Close() override;
  bool closed() const override { return closed_; }

 private:
  const std::unique_ptr<io::File> file_;
  const int64_t size_;
  int64_t position_ = 0;
  bool closed_ = false;
};

}  // namespace firn::lake
