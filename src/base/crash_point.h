// base: places at which tests let the server die.
//
// FIRN_CRASH_AT=<name>[:<nth>] in the environment makes the process kill itself (SIGKILL: no
// destructor, no flush) when it passes that place the nth time. Unarmed, a place costs one
// predictable branch on a plain bool. docs/decisions/0010 has the plan; tests/crash visits each.
//
//     CrashPoint("flush.sealed");  // a name that is not in the list does not compile
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn {

/// "<path>.<what was done last>", in the order in which a path passes them.
inline constexpr std::array kCrashPoints = {
    // A commit. `added_files`: data files of a large transaction are durable, nothing names them.
    "transaction.file_written", "commit.added_files", "commit.before_write",
    "commit.pieces_written", "commit.written", "commit.synced", "commit.published",
    // The log goes on in a new segment; the first pass of `segment.` is the start-up's own.
    "roll.begin", "roll.sealed", "segment.state_written", "segment.renamed", "segment.started",
    "roll.noted", "retire.renamed", "retire.synced", "retire.kept",
    // A flush round; `table.` once for each table of it.
    "flush.begin", "flush.sealed", "table.file_written", "table.data_synced",
    "table.manifest_written", "table.list_written", "table.metadata_written",
    "table.metadata_renamed", "table.committed", "flush.written", "catalog.begin",
    "catalog.applied", "catalog.committed", "hint.written", "hint.renamed", "flush.hints",
    "flush.swapped", "flush.retired", "checkpoint.written", "checkpoint.renamed",
    // Tables that come and go.
    "create.folder", "create.metadata", "create.prepared", "drop.marked", "drop.begin", "drop.data",
    "drop.removed",
    // Start-up, before anybody can connect. `migrated`: once for each step of the catalog's schema.
    "start.migrated", "start.catalog", "start.folders", "start.replayed", "start.spares",
    "start.segment", "start.cut", "start.hint", "start.recovered", "start.bound", "start.noted",
    "start.workers", "start.listening",
    // What the sweep behind the start does.
    "sweep.listed", "sweep.file", "sweep.folder",
    // A clean stop.
    "stop.commits", "stop.flusher", "stop.trailer", "stop.closed"};

/// The index of a name in the list; anything else does not compile.
class CrashPointIndex {
 public:
  consteval CrashPointIndex(const char* name) : value_(Find(name)) {}  // NOLINT: meant to convert
  size_t value() const { return value_; }

 private:
  static consteval size_t Find(std::string_view name) {
    for (size_t i = 0; i < kCrashPoints.size(); ++i) {
      if (name == kCrashPoints[i]) return i;
    }
    throw "no such crash point";
  }
  size_t value_;
};

/// Set before threads start, never changed afterwards.
extern bool crash_points_armed;
/// Counts a pass of an armed process; does not return from the one that was asked for.
void PassCrashPoint(size_t index);

inline void CrashPoint(CrashPointIndex point) {
  if (crash_points_armed) [[unlikely]] {
    PassCrashPoint(point.value());
  }
}

/// `where`: what FIRN_CRASH_AT says. Errors: kInvalidInput, with the names that there are.
Status ArmCrashPoint(std::string_view where);

}  // namespace firn
