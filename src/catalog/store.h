// catalog: the catalog on disk, in SQLite.
//
// The log is the authority: the store is a materialisation of its catalog records up to
// `applied`, plus the lake pointers, which only a flush moves. Whatever is missing here after a
// crash is replayed from the log.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/version.h"
#include "io/file_system.h"

namespace firn::catalog {

/// Which version of a table's Iceberg metadata is firn's own.
struct LakePointer {
  TableId table;
  int64_t metadata_version = 0;  // N of vN.metadata.json
  Lsn flushed;                   // the flush mark in it
};

/// How far the rest of the data folder holds what the log has.
struct Progress {
  Lsn applied;             // catalog records up to here are in the store
  Lsn settled;             // and every table's rows up to here are in the lake; 0: as it was
  int64_t settled_us = 0;  // nothing up to `settled` was committed later
};

/// Threads:  any; calls are serialised.
/// Failure:  kIo, SQLSTATE 58030 (53100 when the disk is full), and kCorrupt for a damaged file,
///           which is named, with table and row where it is one; nothing of the call is applied.
class Store {
 public:
  struct Contents {
    std::shared_ptr<const Version> version;
    Lsn applied;             // catalog records up to here are in
    Lsn settled;             // the log is needed above here only
    int64_t settled_us = 0;  // nothing up to `settled` was committed later; 0: not known
    LogId log;               // whose changes these are; nil: not said yet
    Lsn newest_segment;      // the log has had one of this base LSN; 0: not said yet
    std::map<TableId, LakePointer> pointers;
  };

  virtual ~Store() = default;
  /// Looks at the checksum of every row.
  virtual Result<Contents> Load() = 0;
  /// Says, for good, which log this is a materialisation of.
  virtual Status BindLog(LogId log) = 0;
  /// Says that the log's segment of this base LSN is there, durably; older ones may go, it or a
  /// newer one stays.
  virtual Status NoteSegment(Lsn base_lsn) = 0;
  /// Applies changes in order, notes progress and sets pointers: one durable transaction.
  virtual Status Commit(std::span<const Change> changes, Progress progress,
                        std::span<const LakePointer> pointers) = 0;
};

/// Opens or creates `path` (WAL, synchronous=FULL, forward-only migrations), for this store alone
/// (sqlite_vfs.h); its name is durable before anything is committed to it.
/// Errors: kUnsupported for a file of a newer release, kCorrupt (a look at all pages, about 1 ms
/// per MB, is part of it), kIo (55006 when another program
/// has it open).
Result<std::unique_ptr<Store>> OpenSqliteStore(io::FileSystem& files, const std::string& path);

}  // namespace firn::catalog
