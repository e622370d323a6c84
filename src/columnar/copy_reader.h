// columnar: rows from COPY FROM.
//
//     bytes in chunks of any size ──▶ lines ──▶ fields ──▶ ValueParser per column ──▶ builders
//                                    (copy_text, copy_csv; copy_binary)             Take(): a batch
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "columnar/copy_options.h"
#include "columnar/table_schema.h"
#include "columnar/text_style.h"

namespace firn::columnar {

/// Parses one COPY. Complete rows of a chunk are parsed by Feed(), which keeps the rest.
///
/// Threads:  confined to one.
/// Failure:  the first error ends it; Error::where is PostgreSQL's CONTEXT line:
///           `COPY orders, line 7, column o_totalprice: "abc"`.
/// Not here: defaults of columns that are not in the file, CHECK constraints.
class CopyReader {
 public:
  virtual ~CopyReader() = default;

  /// The columns in the order of the file. 42P10 when the options name others.
  static Result<std::unique_ptr<CopyReader>> Make(CopyOptions options, std::vector<Column> columns,
                                                  std::string table_name,
                                                  const TextStyle& style = {});

  /// 22P04 a malformed line, 23502 a NULL where there must be none, 54000 a row over row_bytes_max,
  /// and the errors of ValueParser. After the end marker `\.` everything is ignored.
  virtual Status Feed(std::string_view chunk) = 0;
  /// The last row where it had no newline.
  virtual Status Finish() = 0;

  /// Parsed so far, the header not counted.
  virtual int64_t rows() const = 0;
  /// Rows in the builders and (about) their bytes: what Take() would give.
  virtual int64_t pending_rows() const = 0;
  virtual int64_t pending_bytes() const = 0;
  /// The rows since the last Take(), maybe none; fields as in ArrowSchema().
  virtual Result<std::shared_ptr<arrow::RecordBatch>> Take() = 0;
  /// Error::where of a row of the last Take(): `COPY orders, line 7`.
  virtual std::string WhereOf(int64_t row) const = 0;
};

}  // namespace firn::columnar
