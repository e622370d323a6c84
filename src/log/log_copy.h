// log: a log written anew, whole, into a folder of its own, from groups that are values.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "io/file_system.h"
#include "log/changes.h"
#include "log/group_encoder.h"
#include "log/segment_writer.h"

namespace firn::log {

/// Add groups in order, then Finish: a log that was stopped cleanly. LSNs may skip ahead.
///
/// Threads: one.
/// Failure: what was written so far is no log; remove the folder.
class LogCopy {
 public:
  /// `follows`: the last LSN of what is not in this log. Makes the folder.
  LogCopy(io::FileSystem& files, std::string folder, LogId log, Lsn follows);

  /// What the segments that begin from now on say in their state groups.
  void SetState(State state) { state_ = std::move(state); }
  Status Add(const Group& group);
  /// `last`: every LSN up to there counts as used.
  Status Finish(Lsn last);

 private:
  Status StartSegment(Lsn base);
  Status EndSegment();

  io::FileSystem& files_;
  const std::string folder_;
  const LogId log_;
  State state_;
  Lsn last_;
  std::unique_ptr<SegmentWriter> writer_;
  GroupEncoder encoder_;
};

}  // namespace firn::log
