// pgwire: how much memory long messages may take.
//
// A statement is held several times over while it is worked on: its text, its tree, the engine's
// tree of it. That is not in any other count, and one statement of 100 MB would take a gigabyte.
// So whoever sends a long one takes an estimate of that from what all of them may have, waits
// where others have it, and is refused where it could never be.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <set>
#include <string_view>

#include "base/task.h"
#include "net/pgwire/message.h"

namespace firn::net::pgwire {

class Stream;

/// What long messages of all clients may take together. Threads: any.
class MessageMemory {
 public:
  /// `bytes_max` 0: no limit. `longest_wait`: for others to give back.
  MessageMemory(int64_t bytes_max, std::chrono::milliseconds longest_wait)
      : bytes_max_(bytes_max), longest_wait_(longest_wait) {}

  int64_t bytes_max() const { return bytes_max_; }
  std::chrono::milliseconds longest_wait() const { return longest_wait_; }

 private:
  friend class MessageShare;

  /// A place in the order in which they are let in.
  uint64_t Queue();
  /// False while there is less, or while somebody who queued before waits. Leaves the queue if
  /// true.
  bool TryTake(uint64_t place, int64_t bytes);
  void Leave(uint64_t place);
  void GiveBack(int64_t bytes);

  const int64_t bytes_max_;
  const std::chrono::milliseconds longest_wait_;
  std::mutex mutex_;
  int64_t taken_ = 0;           // guarded by mutex_
  uint64_t next_place_ = 0;     // guarded by mutex_
  std::set<uint64_t> waiting_;  // guarded by mutex_
};

/// What one client has of it, from the message to the end of its cycle.
///
/// Threads:  its coroutine.
/// Lifetime: borrows the memory and the stream.
class MessageShare {
 public:
  MessageShare(MessageMemory& memory, Stream& stream) : memory_(memory), stream_(stream) {}
  ~MessageShare() { Return(); }
  MessageShare(const MessageShare&) = delete;
  MessageShare& operator=(const MessageShare&) = delete;

  /// Suspends until the share is at least so large; nothing is held meanwhile, so that two who
  /// wait are not in each other's way. 54000 more than there is, 53200 a wait in vain, 57014 a
  /// client that cancels it, or why the stream was interrupted.
  Task<Status> Grow(int64_t bytes);
  int64_t held() const { return held_; }
  /// Gives it back, and to the system what a large one has left in the allocator.
  void Return();

 private:
  MessageMemory& memory_;
  Stream& stream_;
  int64_t held_ = 0;
};

/// About how many bytes will be taken by a message of which only the header has come.
int64_t EstimateMemory(const Header& header);
/// The same of a statement's text: a short value takes far more than its characters.
int64_t EstimateMemory(std::string_view sql);

}  // namespace firn::net::pgwire
