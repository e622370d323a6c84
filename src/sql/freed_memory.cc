#include "sql/freed_memory.h"

#include <atomic>
#include <cstdint>

#include <arrow/memory_pool.h>

namespace firn::sql {
namespace {

/// Less is not worth the page faults of those who ask for it again.
constexpr int64_t kMuchBytes = int64_t{256} << 20;

// Of the process, as the allocator is.
std::atomic<int64_t> highest{0};

}  // namespace

void NoteMemory() {
  const int64_t held = arrow::default_memory_pool()->bytes_allocated();
  int64_t known = highest.load();
  while (known < held && !highest.compare_exchange_weak(known, held)) {
  }
}

void ReturnMemory() {
  NoteMemory();
  const int64_t held = arrow::default_memory_pool()->bytes_allocated();
  int64_t known = highest.load();
  // One of several that see it at once does it.
  if (known - held < kMuchBytes || !highest.compare_exchange_strong(known, held)) return;
  arrow::default_memory_pool()->ReleaseUnused();
}

}  // namespace firn::sql
