// table: a data folder made from an archive (base_copy.h, log/archive.h).
//
// base copy ──▶ warehouse, catalog.db   groups behind it, up to the point ──▶ a log of a new id
//
// docs/decisions/0012 says why a new log, and what others see of the lake.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "io/file_system.h"
#include "io/object_store.h"

namespace firn::table {

struct RestoreRequest {
  std::string to;                  // an absolute path; not there, or empty
  std::optional<LogId> log;        // else the newest in the archive
  std::optional<Lsn> lsn;          // what was committed up to there
  std::optional<int64_t> time_us;  // what was committed up to then
  bool dry_run = false;            // reads the base copy and the groups, and writes nothing
  std::function<void(const std::string&)> progress;
};

struct RestoreReport {
  LogId old_log;
  LogId new_log;
  Lsn base;
  Lsn last_lsn;           // of the last transaction that is there
  int64_t commit_us = 0;  // and its commit; 0: it is in the base copy
  size_t tables = 0;
  size_t files = 0;
  uint64_t bytes = 0;  // of files and groups
  uint64_t groups = 0;
};

/// Until it returns without an error no server starts on the folder.
/// Errors: kAlreadyExists (the folder is not empty), kNotFound (no archive, no such log),
/// kInvalidInput (22023: a point outside of the archive), kCorrupt naming the object that is
/// missing or not sound, kIo.
Result<RestoreReport> Restore(io::ObjectStore& store, io::FileSystem& files,
                              const RestoreRequest& request);

}  // namespace firn::table
