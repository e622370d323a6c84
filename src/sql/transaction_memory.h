// sql: what transactions hold in memory before they commit.
#pragma once

#include <atomic>
#include <cstdint>

namespace firn::sql {

/// Arrow bytes of the rows of all sessions that are not committed yet. Beyond the limit they go to
/// data files sooner.
///
/// Threads: any.
class TransactionMemory {
 public:
  explicit TransactionMemory(int64_t limit) : limit_(limit) {}

  bool tight() const { return held_.load(std::memory_order_relaxed) >= limit_; }

  /// What one holder has of it; given back when it goes.
  class Share {
   public:
    explicit Share(TransactionMemory& whole) : whole_(whole) {}
    ~Share() { Set(0); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    int64_t bytes() const { return bytes_; }
    void Set(int64_t bytes) {
      whole_.held_.fetch_add(bytes - bytes_, std::memory_order_relaxed);
      bytes_ = bytes;
    }

   private:
    TransactionMemory& whole_;
    int64_t bytes_ = 0;
  };

 private:
  const int64_t limit_;
  std::atomic<int64_t> held_{0};
};

}  // namespace firn::sql
