// table: how many rows may be hot, and how much log they may hold back.
#pragma once

#include <memory>

#include "base/result.h"
#include "log/log.h"
#include "table/committer.h"
#include "table/flusher.h"

namespace firn::table {

/// Threads: any.
/// Lifetime: borrows its collaborators.
class WriteLimits {
 public:
  struct Limits {
    int64_t hot_bytes = 0;  // Arrow bytes of rows that wait for a flush; 0: no limit
    int64_t log_bytes = 0;  // of segments that wait for a flush
  };

  WriteLimits(Limits limits, const HotBytes& held, const log::Log& log, const Flusher& flusher,
              const Committer& committer)
      : limits_(limits), held_(held), log_(log), flusher_(flusher), committer_(committer) {}

  /// Whether rows may come at all. Errors: 53200 (memory), 53400 (log), naming the tables that
  /// cannot be flushed.
  Status Room() const;
  /// Whether rows may come to these tables: one that cannot be flushed takes half of the room at
  /// the most, so that the others go on. Errors: the same.
  Status RoomFor(const CommitRequest& request) const;

 private:
  Failure HotRowsFull(int64_t held, std::string why) const;
  Failure LogFull(uint64_t held, std::string why) const;

  const Limits limits_;
  const HotBytes& held_;
  const log::Log& log_;
  const Flusher& flusher_;
  const Committer& committer_;
};

}  // namespace firn::table
