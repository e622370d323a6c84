// table: one immutable object over all table versions.
//
// A snapshot is a root and its `visible` LSN: load the root, then its visible. While a root is
// current, `visible` grows with every commit and rows are appended inside its generations; DDL,
// added files and flush rounds make a new root. A superseded root's visible stops moving, so
// nobody sees a row both hot and cold, or neither.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/ids.h"
#include "catalog/version.h"
#include "lake/footer.h"
#include "lake/history_start.h"
#include "table/generation.h"

namespace firn::table {

class TableFolder;

using DataFiles = std::vector<std::shared_ptr<const lake::DataFile>>;

/// A table's rows and schema in one root. Threads: immutable but for the open generation.
struct TableVersion {
  std::shared_ptr<const catalog::TableDefinition> definition;
  std::shared_ptr<TableFolder> folder;
  std::shared_ptr<HotBytes> hot_bytes;  // of all tables

  /// Hot rows, oldest first; the last one is open, the others are being flushed.
  std::vector<std::shared_ptr<Generation>> generations;
  /// Data files of the current Iceberg snapshot.
  DataFiles lake_files;
  /// Data files that commits added and no Iceberg snapshot holds yet.
  DataFiles added_files;
  int64_t metadata_version = 0;
  Lsn flushed;
  /// The schema id that the lake knows.
  SchemaId lake_schema{1};
  /// LSN of a TRUNCATE that the lake has not seen; Lsn() when there is none.
  Lsn truncated;
  /// Where the rows' past begins: the creation or the last TRUNCATE.
  lake::HistoryStart history;

  Generation& open() const { return *generations.back(); }
  std::shared_ptr<Generation> NewGeneration() const;
  std::shared_ptr<Generation> NewGeneration(std::shared_ptr<arrow::Schema> schema) const;
  /// Whether a flush round has anything to do for it: now, or once the open generation is sealed.
  bool sealed_work() const;
  bool dirty() const { return sealed_work() || open().rows() > 0; }
};

/// Up to where the table's rows are in the lake, at `visible`.
Lsn FlushedOf(const TableVersion& table, Lsn visible);

struct Root {
  std::shared_ptr<const catalog::Version> catalog;
  std::map<TableId, std::shared_ptr<const TableVersion>> tables;
  std::atomic<uint64_t> visible{0};

  /// Null when the root has no such table.
  std::shared_ptr<const TableVersion> Find(TableId id) const;
  /// A root with the same tables and visible, to be changed before it is published.
  std::shared_ptr<Root> Clone() const;
  /// Since when it keeps rows in memory, or folders on the disk, that newer roots have not, in
  /// monotonic seconds.
  std::optional<double> KeepsSince() const;
};

/// Up to where the rows of every table are in the lake.
Lsn FlushedOf(const Root& root, Lsn visible);

/// What a statement reads. Keeping it pins its rows and files.
struct Snapshot {
  std::shared_ptr<const Root> root;
  Lsn visible;
};

}  // namespace firn::table
