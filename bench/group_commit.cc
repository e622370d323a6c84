#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

#include "limits.h"

namespace firn::bench {
namespace {

constexpr size_t kRecordBytes = 128;
constexpr size_t kMostBytes = size_t{1} << 20;

// A log with nothing to it but the order: append, write, sync, wake.
class BareLog {
 public:
  BareLog(const std::string& folder, bool direct)
      : file_(folder, direct), block_(std::aligned_alloc(4096, kMostBytes)) {}
  ~BareLog() { std::free(block_); }
  BareLog(const BareLog&) = delete;
  BareLog& operator=(const BareLog&) = delete;

  void Commit(const char* record) {
    std::unique_lock lock(mutex_);
    pending_.append(record, kRecordBytes);
    const uint64_t mine = ++appended_;
    while (durable_ < mine) {
      if (writing_) {
        changed_.wait(lock);
        continue;
      }
      writing_ = true;
      const uint64_t last = appended_;
      taken_.clear();
      taken_.swap(pending_);
      lock.unlock();
      std::memcpy(block_, taken_.data(), taken_.size());
      file_.Overwrite(block_, (taken_.size() + 4095) / 4096 * 4096);
      lock.lock();
      durable_ = last;
      writing_ = false;
      changed_.notify_all();
    }
  }

 private:
  PreparedFile file_;
  void* block_;
  std::string taken_;  // the writer's

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string pending_;    // guarded by mutex_, as all below
  uint64_t appended_ = 0;  // records
  uint64_t durable_ = 0;
  bool writing_ = false;
};

struct Commits {
  double per_s = 0;
  double p50_us = 0;
  double p99_us = 0;
};

Commits MeasureOne(const std::string& folder, int threads, double seconds, bool direct) {
  BareLog log(folder, direct);
  std::atomic<bool> end{false};
  std::vector<std::vector<double>> times(static_cast<size_t>(threads));
  std::vector<std::thread> running;
  const double begin = Microseconds();
  for (auto& own : times) {
    running.emplace_back([&log, &end, &own] {
      const std::string record(kRecordBytes, 'r');
      while (!end.load(std::memory_order_relaxed)) {
        const double before = Microseconds();
        log.Commit(record.data());
        own.push_back(Microseconds() - before);
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  end.store(true);
  for (auto& thread : running) thread.join();
  const double took = (Microseconds() - begin) / 1e6;
  std::vector<double> all;
  for (const auto& own : times) all.insert(all.end(), own.begin(), own.end());
  return {.per_s = static_cast<double>(all.size()) / took,
          .p50_us = Quantile(all, 0.5),
          .p99_us = Quantile(all, 0.99)};
}

}  // namespace

int MeasureCommits(const std::string& folder, int threads, double seconds) {
  const auto direct = MeasureOne(folder, threads, seconds / 2, true);
  const auto cached = MeasureOne(folder, threads, seconds / 2, false);
  const bool is_direct = direct.per_s >= cached.per_s;
  const auto& best = is_direct ? direct : cached;
  std::printf("{\"commits_per_s\": %.1f, \"p50_us\": %.1f, \"p99_us\": %.1f, \"how\": \"%s\"}\n",
              best.per_s, best.p50_us, best.p99_us, is_direct ? "O_DIRECT" : "page cache");
  return 0;
}

}  // namespace firn::bench
