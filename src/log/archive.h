// log: the second copy of a log, in an object store.
//
//   <log id>/log/<base LSN of the segment>/<first LSN>-<last LSN>.groups
//
// An object is a run of whole groups, byte for byte as in the segment, so both checksums of each
// are there; the first one of a segment begins with its state group, which says what the segment
// follows. Read in the order of their names the objects are the log; a hole is seen.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/object_store.h"
#include "log/group_encoder.h"
#include "log/segment_reader.h"

namespace firn::log {

struct ArchivedGroups {
  std::string name;  // of the object
  Lsn segment_base;
  Lsn first_lsn;
  Lsn last_lsn;  // first_lsn - 1: a state group alone
  uint64_t bytes = 0;
};

/// "<log id>", what all names of a log begin with.
std::string ArchiveFolder(LogId log);
std::string GroupsFolder(LogId log, Lsn segment_base);
std::string GroupsName(LogId log, Lsn segment_base, Lsn first_lsn, Lsn last_lsn);

/// Ids of the logs that the store has something of, oldest first.
Result<std::vector<LogId>> ListArchivedLogs(io::ObjectStore& store);
/// Every object that may have LSNs above `after`, in the log's order.
Result<std::vector<ArchivedGroups>> ListArchivedGroups(io::ObjectStore& store, LogId log,
                                                       Lsn after);
/// The newest segment that the store has objects of; none: nullopt.
struct ArchiveEnd {
  Lsn segment_base;
  Lsn last_lsn;
  std::optional<ArchivedGroups> newest;  // the last object with rows; maybe of a segment before
};
Result<std::optional<ArchiveEnd>> FindArchiveEnd(io::ObjectStore& store, LogId log);
/// The header of the last group in an object, all of which is checked.
/// Errors: kCorrupt, naming the object.
Result<GroupHeader> ReadLastHeader(io::ObjectStore& store, LogId log, const ArchivedGroups& object);

/// Reads the log out of its archive, from behind `after` up to `until`.
///
/// Failure: kCorrupt, naming the object that is missing or not sound.
class ArchiveReader {
 public:
  struct Callbacks {
    /// A state group, where a segment begins.
    std::function<Status(StateGroup&&)> state;
    /// A group above `after`. False: enough.
    std::function<Result<bool>(Group&&)> group;
    /// Before an object is read.
    std::function<void(const ArchivedGroups&)> object;
  };

  ArchiveReader(io::ObjectStore& store, LogId log);
  ~ArchiveReader();
  /// `objects`: of ListArchivedGroups.
  Status Read(const std::vector<ArchivedGroups>& objects, Lsn after, const Callbacks& callbacks);
  /// The last group's LSN that was read.
  Lsn last() const { return last_; }
  /// The first and the last LSN that are missing, where Read failed because some are.
  const std::optional<std::pair<Lsn, Lsn>>& hole() const { return hole_; }

 private:
  Status ReadObject(const ArchivedGroups& object, const Callbacks& callbacks, bool* enough);
  Status TakeState(const ArchivedGroups& object, const GroupHeader& header,
                   const std::shared_ptr<arrow::Buffer>& bytes, const Callbacks& callbacks);
  Status Missing(const ArchivedGroups& before);

  io::ObjectStore& store_;
  const LogId log_;
  Lsn last_;
  Lsn after_;    // where it began
  Lsn group_;    // the last LSN of the newest group that was read
  Lsn segment_;  // base of the segment whose state group was read last
  Lsn follows_;  // of that state group
  std::optional<std::pair<Lsn, Lsn>> hole_;
  std::unique_ptr<class GroupDecoder> decoder_;
};

}  // namespace firn::log
