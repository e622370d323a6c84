// lake: writes one data file of a table.
//
// The file holds the table's columns by field id, and behind them __lsn and __timestamp, which are
// in no Iceberg schema (docs/formats/iceberg.md). It is nobody's until IcebergTable::Append.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "columnar/table_schema.h"
#include "io/file_system.h"
#include "lake/footer.h"

namespace firn::lake {

struct DataFileOptions {
  /// Whether batches, and the file, have __lsn and __timestamp. Without, an `add_files` record
  /// gives the rows consecutive LSNs.
  bool hidden_columns = true;
  int compression_level = 1;  // zstd
  /// A row group ends at `row_group_bytes` of Arrow data once it has `rows_min` rows, and in any
  /// case at `rows_max` rows or four times the bytes.
  int64_t row_group_rows_min = 122'880;
  int64_t row_group_rows_max = 1'048'576;
  int64_t row_group_bytes = 64 << 20;
};

/// Row groups of at most so many bytes, for readers with little memory: each of an engine's threads
/// holds one.
DataFileOptions SmallRowGroups(int64_t bytes);

/// Encodes batches into a Parquet file.
///
/// Threads:  confined to one; several writers run beside one another.
/// Lifetime: borrows the file system.
/// Failure:  the first failure poisons the writer. A writer destroyed before Finish() returned
///           removes its file.
/// Not here: syncing the folder (Append does), choosing a name (IcebergTable::NewDataFilePath).
class DataFileWriter {
 public:
  /// Creates the file; it must not exist. Its folder must.
  static Result<std::unique_ptr<DataFileWriter>> Make(io::FileSystem& fs, std::string local_path,
                                                      const columnar::TableSchema& schema,
                                                      const DataFileOptions& options = {});
  virtual ~DataFileWriter() = default;

  /// Columns as columnar::StoredArrowSchema (or ArrowSchema without hidden columns). Keeps nothing.
  /// Errors: kSchemaMismatch, 23502 for a NULL in a NOT NULL column, kIo.
  virtual Status Write(const arrow::RecordBatch& rows) = 0;
  /// Arrow bytes in the open row group, which is in memory, encoded; the next Write begins another
  /// one once EndRowGroup was called.
  virtual int64_t row_group_bytes() const = 0;
  virtual void EndRowGroup() = 0;
  /// Footer, fdatasync. The writer is spent.
  virtual Result<DataFile> Finish() = 0;

  virtual int64_t rows() const = 0;
  /// Written to the file so far; the open row group is not in it.
  virtual int64_t bytes() const = 0;
};

}  // namespace firn::lake
