// log: what is found in a log's folder at start-up, and whether it can be trusted.
//
// Nothing on disk is changed here. Three verdicts: whole; a torn tail (the last group of the
// newest segment was never acknowledged, or its loss cannot be told from that); damage, which is
// an error naming file and offset.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"
#include "log/changes.h"
#include "log/group_encoder.h"

namespace firn::log {

/// After a stop that was not clean the next LSN is at least this far behind the last known one.
inline constexpr uint64_t kSkippedLsns = uint64_t{1} << 20;

struct TornTail {
  std::string path;
  uint64_t offset = 0;
  std::string why;
};

struct Recovered {
  LogId id;
  bool created = false;  // there was no log before
  Lsn oldest_lsn;        // base of the oldest segment there is
  Lsn last_lsn;          // of the last group there is, or what LSNs were skipped up to
  Lsn next_lsn;
  State newest_state;   // as of newest_state.next_lsn; later groups come on top of it
  uint64_t groups = 0;  // with rows, of the segments that were read
  uint64_t bytes = 0;   // of all their groups
  std::optional<TornTail> torn;
  bool clean_stop = false;
  bool direct_io = false;
};

/// One segment as recovery leaves it.
struct FoundSegment {
  Lsn base_lsn;
  Lsn last_lsn;  // base - 1: it holds no rows
  std::string path;
  uint64_t end = 0;  // behind its last group, or behind its trailer; not read: the file's
  uint64_t file_bytes = 0;
};

struct RecoveredLog {
  std::vector<FoundSegment> segments;  // oldest first; empty: there is no log
  Lsn newest_follows;                  // what the newest segment's state group says
};

struct ReplayCallbacks {
  /// Once, before any group: id, oldest_lsn and newest_state are known.
  std::function<void(const Recovered&)> begin;
  /// Every whole group above `above`, in order. Its effects must stay in memory until recovery
  /// has returned without an error: damage may be found behind it.
  std::function<Status(Group&&)> group;
  /// Segments and groups that end at or before it are not read but for their heads: what they say
  /// is kept elsewhere.
  Lsn above;
};

/// Where a log begins, its oldest segment, and which one is its newest.
struct LogStart {
  LogId id;
  std::string path;
  Lsn base_lsn;
  Lsn follows;  // last LSN of what was before it: all up to there was taken out, or was never
  Lsn newest_base_lsn;
};

/// Reads the head of the oldest segment; nothing: `directory` holds no segment, or is not there.
Result<std::optional<LogStart>> FindLogStart(io::FileSystem& fs, const std::string& directory);

/// Reads the log in `directory`. Errors: kCorrupt (XX001) with file and offset; whatever the
/// callbacks or the disk return.
Result<RecoveredLog> RecoverLog(io::FileSystem& fs, const std::string& directory,
                                const ReplayCallbacks& callbacks, Recovered* recovered);

}  // namespace firn::log
