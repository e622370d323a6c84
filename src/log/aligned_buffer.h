// log: memory that O_DIRECT accepts.
#pragma once

#include <memory>

#include <arrow/buffer.h>

#include "base/result.h"

namespace firn::log {

/// Zeroed pages of its own, seen as an Arrow buffer so that arrays can point into what was read.
class AlignedBuffer final : public arrow::MutableBuffer {
 public:
  /// Huge pages cost fewer faults where memory is used again and again. A start, which takes much
  /// memory once, is given small ones that others have just freed sooner than huge ones: in a
  /// virtual machine, whose host has to back what was never used, it is two and a half times as
  /// fast.
  enum class Pages : char { kHuge, kSmall };
  /// `bytes` is rounded up to 4 KiB. Errors: kOverloaded (53200) when there is no memory.
  static Result<std::shared_ptr<AlignedBuffer>> Allocate(size_t bytes, Pages pages = Pages::kHuge);
  ~AlignedBuffer() override;

  AlignedBuffer(const AlignedBuffer&) = delete;
  AlignedBuffer& operator=(const AlignedBuffer&) = delete;

 private:
  AlignedBuffer(uint8_t* pages, size_t bytes)
      : arrow::MutableBuffer(pages, static_cast<int64_t>(bytes)) {}
};

}  // namespace firn::log
