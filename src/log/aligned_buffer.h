// log: memory that O_DIRECT accepts.
#pragma once

#include <memory>

#include <arrow/buffer.h>

#include "base/result.h"

namespace firn::log {

/// Zeroed pages of its own, in huge pages where large, seen as an Arrow buffer so that arrays can
/// point into what was read.
class AlignedBuffer final : public arrow::MutableBuffer {
 public:
  /// `bytes` is rounded up to 4 KiB. Errors: kOverloaded (53200) when there is no memory.
  static Result<std::shared_ptr<AlignedBuffer>> Allocate(size_t bytes);
  ~AlignedBuffer() override;

  AlignedBuffer(const AlignedBuffer&) = delete;
  AlignedBuffer& operator=(const AlignedBuffer&) = delete;

 private:
  AlignedBuffer(uint8_t* pages, size_t bytes)
      : arrow::MutableBuffer(pages, static_cast<int64_t>(bytes)) {}
};

}  // namespace firn::log
