// lake: what a Parquet file's footer says, and whether the file may join a table.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "columnar/table_schema.h"
#include "io/file_system.h"
#include "lake/iceberg/manifest.h"

namespace firn::lake {

using DataFile = iceberg::DataFile;

struct FooterColumn {
  std::string name;  // dotted path
  FieldId id;        // 0: none
  bool optional = true;
  std::string type;  // as Iceberg would call it: "long", "decimal(9, 2)"; empty: none of its types
};

struct Footer {
  std::vector<FooterColumn> columns;
  /// Path, rows, bytes, statistics of every column with a field id, LSNs when it has __lsn.
  DataFile file;
};

/// Reads the footer of a file that anyone wrote. NaN counts are unknown then.
/// Errors: kCorrupt when it is not Parquet, kNotFound, kIo.
Result<Footer> ReadFooter(io::FileSystem& fs, const std::string& local_path);

/// Whether reading the file by field id gives what it holds: every column has a field id of its
/// own, those of the schema have its types (or one that Iceberg promotes), and no NOT NULL column
/// is missing. Without ids `read_parquet(schema = …)` would return NULLs in silence.
/// Errors: kSchemaMismatch naming the column.
Status CheckFieldIds(const Footer& footer, const columnar::TableSchema& schema);

}  // namespace firn::lake
