// columnar: the columns that a COPY fills, value by value or many rows at once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/array/builder_base.h>
#include <arrow/type_fwd.h>

#include "base/result.h"
#include "columnar/table_schema.h"
#include "columnar/value_parser.h"

namespace firn::columnar {

/// Rows come as a block: their fields are noted first, then their values are read column by column,
/// which takes one call for each column instead of one for each value.
///
/// Threads: confined to one.
class CopyColumns {
 public:
  static constexpr size_t kBlockRows = 256;  // at the most: fewer of many columns

  struct Target {
    Column column;
    std::unique_ptr<arrow::ArrayBuilder> builder;
    std::unique_ptr<ValueParser> parser;
    bool has_bytes = false;  // text, bytea and arrays: what they take is not known beforehand
  };
  enum class Form : uint8_t {
    kText,  // known to be UTF-8
    kBinary,
  };
  /// The first row of a block that is refused.
  struct Wrong {
    Error error;
    size_t row = 0;
    const Column* column = nullptr;  // null: it is not about a value
    std::string_view text;
    bool is_null = false;  // and must not be; `error` is the caller's to make
  };

  CopyColumns(std::vector<Column> columns, const TextStyle& style);

  size_t size() const { return targets_.size(); }
  Target& operator[](size_t column) { return targets_[column]; }
  const Target& operator[](size_t column) const { return targets_[column]; }

  size_t block_rows() const { return block_rows_; }
  /// Of the block; no data(): NULL. Whoever notes fields keeps their bytes until AppendBlock.
  std::string_view& Field(size_t row, size_t column) { return fields_[column * block_rows_ + row]; }
  /// The values of the first `rows` of the block. After an error nothing can be taken any more.
  std::optional<Wrong> AppendBlock(size_t rows, Form form);
  /// A row was appended to the builders, its bytes in targets with has_bytes being so many.
  void AppendedRow(int64_t bytes);

  /// Rows since the last Take() and (about) their bytes.
  int64_t rows() const { return rows_; }
  int64_t bytes() const { return rows_ * row_width_ + variable_bytes_; }
  Result<std::shared_ptr<arrow::RecordBatch>> Take();

 private:
  std::span<std::string_view> FieldsOf(size_t column) {
    return std::span(fields_).subspan(column * block_rows_, block_rows_);
  }
  Status ReserveForMany();

  std::vector<Target> targets_;
  const std::shared_ptr<arrow::Schema> schema_;
  const size_t block_rows_;
  std::vector<std::string_view> fields_;  // a column's one after another
  int64_t row_width_ = 0;                 // without has_bytes
  int64_t rows_ = 0;
  int64_t variable_bytes_ = 0;
  bool reserved_ = false;      // for many rows, since the last Take
  int64_t rows_expected_ = 0;  // of a load that is under way: as many as the last time
};

/// Hands a chunk on to `read`, which takes whole rows and returns how many bytes that was. What is
/// left waits in `rest` for the next chunk; of a row that began there only its end is copied.
template <typename Read>
Status FeedRows(std::string& rest, std::string_view chunk, Read read) {
  constexpr size_t kFirstPiece = 1024;
  for (size_t piece = kFirstPiece; !rest.empty() && !chunk.empty(); piece *= 2) {
    const size_t held = rest.size();
    rest.append(chunk.substr(0, piece));
    FIRN_TRY(const size_t used, read(rest));
    if (used <= held) {
      rest.erase(0, used);
      chunk.remove_prefix(std::min(piece, chunk.size()));
    } else {
      rest.clear();
      chunk.remove_prefix(used - held);
    }
  }
  FIRN_TRY(const size_t used, read(chunk));
  rest.append(chunk.substr(used));
  return {};
}

/// 23502, as PostgreSQL says it.
Error NullRefused(const Column& column, std::string_view table_name);

}  // namespace firn::columnar
