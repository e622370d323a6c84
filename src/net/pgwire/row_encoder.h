// pgwire: Arrow batches as DataRow messages.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "columnar/types.h"
#include "columnar/value_writer.h"
#include "net/pgwire/message_writer.h"

namespace firn::net::pgwire {

/// PostgreSQL's own limit on one message it sends.
inline constexpr size_t kRowBytesMax = (size_t{1} << 30) - 1;

/// Writes the rows of one batch, a buffer full at a time.
class RowEncoder {
 public:
  /// `formats` fits the number of fields (ResultFormats::CheckColumns); `style` of text.
  RowEncoder(const std::vector<columnar::Field>& fields, std::shared_ptr<arrow::RecordBatch> batch,
             const ResultFormats& formats, const columnar::TextStyle* style = nullptr);

  /// Appends rows until `out` holds `bytes` or more or all are written.
  /// 54000 for a row over kRowBytesMax, of which nothing is left in `out`.
  Status Encode(std::string& out, size_t bytes);
  bool done() const { return row_ == rows_; }

 private:
  std::shared_ptr<arrow::RecordBatch> batch_;
  std::vector<std::unique_ptr<columnar::ValueWriter>> columns_;
  int64_t row_ = 0;
  int64_t rows_ = 0;
};

}  // namespace firn::net::pgwire
