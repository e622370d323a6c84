#include "log/aligned_buffer.h"

#include <sys/mman.h>

#include "log/group_header.h"

namespace firn::log {

Result<std::shared_ptr<AlignedBuffer>> AlignedBuffer::Allocate(size_t bytes, Pages size) {
  constexpr size_t kHugePage = 2 << 20;
  bytes = AlignUp(bytes);
  void* pages = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) {
    return Fail(MakeError(ErrorCode::kOverloaded, "no memory for a log buffer: bytes={}", bytes)
                    .WithSqlState("53200"));
  }
  if (size == Pages::kHuge && bytes >= kHugePage) ::madvise(pages, bytes, MADV_HUGEPAGE);
  return std::shared_ptr<AlignedBuffer>(new AlignedBuffer(static_cast<uint8_t*>(pages), bytes));
}

AlignedBuffer::~AlignedBuffer() {
  ::munmap(mutable_data(), static_cast<size_t>(size()));
}

}  // namespace firn::log
