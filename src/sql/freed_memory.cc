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

// How often much was freed. The allocator keeps a heap for each thread and returns only that of
// the one who asks: each thread asks once for each time.
std::atomic<uint64_t> times_freed{0};

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
  // One of several that see it at once counts it.
  if (known - held >= kMuchBytes && highest.compare_exchange_strong(known, held)) ++times_freed;
  thread_local uint64_t times_returned = 0;
  const uint64_t times = times_freed.load();
  if (times_returned == times) return;
  times_returned = times;
  arrow::default_memory_pool()->ReleaseUnused();
}

}  // namespace firn::sql
