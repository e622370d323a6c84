// columnar: rows for COPY TO.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "columnar/copy_options.h"
#include "columnar/text_style.h"
#include "columnar/types.h"

namespace firn::columnar {

/// Writes rows of record batches as lines. Threads: any; it keeps nothing between calls.
class CopyWriter {
 public:
  /// 42P10 when the options name columns that are not among the fields.
  static Result<CopyWriter> Make(CopyOptions options, std::vector<Field> fields,
                                 TextStyle style = {});

  /// The header line, if the options ask for one, or the header of binary format.
  void AppendHeader(std::string& out) const;
  /// What ends binary format.
  void AppendTrailer(std::string& out) const;
  /// Rows [begin, end) of a batch whose columns are those given to Make.
  /// `row_ends`, if given, gets the size of `out` after each row.
  void AppendRows(const arrow::RecordBatch& batch, int64_t begin, int64_t end, std::string& out,
                  std::vector<size_t>* row_ends = nullptr) const;

 private:
  CopyWriter(CopyOptions options, std::vector<Field> fields, std::vector<bool> quoted,
             TextStyle style);
  void AppendBinaryRows(const arrow::RecordBatch& batch, int64_t begin, int64_t end,
                        std::string& out, std::vector<size_t>* row_ends) const;
  void AppendField(std::string_view value, bool quoted, std::string& out) const;
  void AppendTextField(std::string_view value, std::string& out) const;
  void AppendCsvField(std::string_view value, bool quoted, std::string& out) const;

  CopyOptions options_;
  std::vector<Field> fields_;
  std::vector<bool> quoted_;  // by column: FORCE_QUOTE
  TextStyle style_;
};

}  // namespace firn::columnar
