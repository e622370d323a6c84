// sql: what transactions hold in memory before they commit.
#pragma once

#include <algorithm>
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
  /// `whole` while there is room; the less the more is held beyond the limit, so that very many
  /// holders meet above it instead of adding up, but never below `least`.
  int64_t Scaled(int64_t whole, int64_t least) const {
    const auto over = static_cast<double>(held_.load(std::memory_order_relaxed)) /
                      static_cast<double>(std::max<int64_t>(limit_, 1));
    if (over <= 1) return whole;
    return std::max(least, static_cast<int64_t>(static_cast<double>(whole) / (over * over)));
  }

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
