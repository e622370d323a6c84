// table: from what is on disk back to a root.
//
//   catalog   tables and lake pointers, as far as SQLite has them
//   lake      each table's metadata; a newer complete version than the pointer is adopted: the
//             crash came between writing it and pointing at it
//   log       groups above `settled`, in order: catalog records above `applied`, rows above their
//             table's mark
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "catalog/store.h"
#include "io/file_system.h"
#include "log/log.h"
#include "table/root.h"

namespace firn::table {

struct RecoveredState {
  std::unique_ptr<log::Log> log;
  log::Log::Recovered log_facts;
  std::shared_ptr<Root> root;
  /// Durable catalog changes that the store does not have yet.
  std::vector<std::pair<Lsn, catalog::Change>> unapplied;
  int64_t last_commit_us = 0;
  int64_t rows = 0;  // rows read back from the log
  /// Data files that records of the log name, whether they are in the lake or not. Local paths.
  std::vector<std::string> log_files;
};

/// Where a database's tables live. Borrowed for as long as it is open.
struct TableHome {
  io::FileSystem& files;
  std::string data_dir;
  std::shared_ptr<HotBytes> hot_bytes;
};

/// `contents`: of the catalog, after CheckLogStart.
/// Errors: kCorrupt for damage, with file and offset; nothing is changed then.
Result<RecoveredState> Recover(const TableHome& home, catalog::Store::Contents contents,
                               log::Log::Options log_options);

/// What a log segment must know of these tables when all older ones are gone.
log::State SegmentState(const std::map<TableId, std::shared_ptr<const TableVersion>>& tables);

/// The first version of a table that a CreateTable brings: no rows, metadata version 1.
std::shared_ptr<TableVersion> NewTableVersion(
    const TableHome& home, const std::shared_ptr<const catalog::TableDefinition>& definition);

}  // namespace firn::table
