// log: what a group holds, as values. How they lie in the file: docs/formats/log.md.
//
// A group is the unit of durability: the transactions of many sessions over many tables. Its row
// changes, catalog records and transactions share one dense range of LSNs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/ids.h"

namespace firn::log {

/// The numbers are the codes of the file's `__change_type` dictionary.
enum class ChangeType : uint8_t { kInsert = 0, kUpdateBefore = 1, kUpdateAfter = 2, kDelete = 3 };
std::string_view ChangeTypeName(ChangeType type);

/// The row version that a DELETE or UPDATE_BEFORE removes: a hot row by LSN, a row of a data file
/// by (file, position). All zero: none.
struct Victim {
  Lsn lsn;
  Uuid file;
  uint64_t position = 0;

  bool operator==(const Victim&) const = default;
};

/// One table stream: the changes of one table at one schema id.
struct TableChanges {
  TableId table;
  SchemaId schema_id{1};
  std::string name;  // "schema.table", for people who read the file
  /// Columns as columnar::StoredArrowSchema: the table's own, __lsn, __timestamp. One schema.
  std::vector<std::shared_ptr<arrow::RecordBatch>> rows;
  /// Empty: every row is an INSERT. Else one per row, over all batches.
  std::vector<ChangeType> change_types;
  /// Empty: no row has one. Else one per row, over all batches.
  std::vector<Victim> victims;
};

/// A change of the catalog with an LSN of its own. `json` carries its own version.
struct CatalogRecord {
  Lsn lsn;
  std::string kind;
  TableId table;  // nil: not about one table
  std::string json;

  bool operator==(const CatalogRecord&) const = default;
};

struct Transaction {
  Lsn last_lsn;
  int64_t commit_us = 0;  // microseconds since 1970, UTC
  std::string session;    // session or producer
  std::string source;     // where the rows came from, or empty
  std::string source_position;
  std::string branch;

  bool operator==(const Transaction&) const = default;
};

/// Threads: a value.
struct Group {
  Lsn first_lsn;
  Lsn last_lsn;
  std::vector<TableChanges> tables;
  std::vector<CatalogRecord> catalog;
  std::vector<Transaction> transactions;  // at least one
};

/// One fact that must outlive older segments: a source's position, a producer's key, a counter.
/// The kinds "log" and "schema" are the log's own.
struct StateEntry {
  std::string kind;
  std::string key;
  std::string value;  // any bytes

  bool operator==(const StateEntry&) const = default;
};

struct StateSchema {
  TableId table;
  SchemaId schema_id{1};
  std::string name;
  std::shared_ptr<arrow::Schema> schema;  // columnar::StoredArrowSchema
};

/// What a segment begins with, so that the newest alone is enough to go on.
struct State {
  Lsn next_lsn;  // filled in by the log: the state is as of just before it
  std::vector<StateEntry> entries;
  std::vector<StateSchema> schemas;
};

}  // namespace firn::log
