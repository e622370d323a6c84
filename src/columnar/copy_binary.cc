#include "columnar/copy_binary.h"

#include <algorithm>
#include <span>
#include <vector>

#include <arrow/array/builder_base.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <boost/endian/conversion.hpp>

#include "columnar/value_parser.h"

namespace firn::columnar {
namespace {

constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);
constexpr size_t kHeadBytes = kSignature.size() + 8;
constexpr uint32_t kCriticalFlags = 0xFFFF0000;
constexpr uint32_t kOidsFlag = 1U << 16;
// Rows whose fields are found before their values are read, column by column.
constexpr size_t kBlockRows = 256;
constexpr size_t kPieceBytes = 1024;
// What a load is taken to bring before its rows are taken.
constexpr int64_t kBulkRows = 64 << 10;
constexpr int64_t kBulkBytes = 8 << 20;

template <typename Integer>
Integer Big(std::string_view bytes, size_t at) {
  return boost::endian::endian_load<Integer, sizeof(Integer), boost::endian::order::big>(
      reinterpret_cast<const unsigned char*>(bytes.data() + at));
}

Error BadFile(std::string message) {
  return MakeError(ErrorCode::kInvalidInput, "{}", message).WithSqlState("22P04");
}

class BinaryReader final : public CopyReader {
 public:
  struct Target {
    Column column;
    std::unique_ptr<arrow::ArrayBuilder> builder;
    std::unique_ptr<ValueParser> parser;
  };

  BinaryReader(int64_t row_bytes_max, std::vector<Target> targets,
               std::shared_ptr<arrow::Schema> schema, std::string table_name)
      : row_bytes_max_(row_bytes_max),
        targets_(std::move(targets)),
        schema_(std::move(schema)),
        table_name_(std::move(table_name)),
        fields_(targets_.size() * kBlockRows) {}

  Status Feed(std::string_view chunk) override {
    // Of a row that began in the last chunk only its end is copied, not all that follows.
    for (size_t piece = kPieceBytes; !rest_.empty() && !chunk.empty(); piece *= 2) {
      const size_t held = rest_.size();
      rest_.append(chunk.substr(0, piece));
      FIRN_TRY(const size_t used, Read(rest_));
      if (used <= held) {
        rest_.erase(0, used);
        chunk.remove_prefix(std::min(piece, chunk.size()));
      } else {
        rest_.clear();
        chunk.remove_prefix(used - held);
      }
    }
    FIRN_TRY(const size_t used, Read(chunk));
    rest_.append(chunk.substr(used));
    return {};
  }

  Status Finish() override {
    if (!begun_) return Fail(BadFile("COPY file signature not recognized"));
    if (skip_ > 0) return Fail(BadFile("invalid COPY file header (wrong length)"));
    // The end marker may be missing where a row would begin, as in PostgreSQL.
    if (rest_.size() < 2) return {};
    size_t end = 2;
    for (const auto& target : targets_) {
      if (rest_.size() >= end + 4) {
        const auto length = Big<int32_t>(rest_, end);
        end += 4 + static_cast<size_t>(std::max(length, 0));
        if (rest_.size() >= end) continue;
      }
      return Fail(Located(BadFile("unexpected EOF in COPY data"), line_ + 1, &target.column));
    }
    return {};
  }

  int64_t rows() const override { return rows_; }
  int64_t pending_rows() const override { return pending_rows_; }
  int64_t pending_bytes() const override { return pending_bytes_; }

  Result<std::shared_ptr<arrow::RecordBatch>> Take() override {
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (auto& target : targets_) {
      auto array = target.builder->Finish();
      if (!array.ok()) {
        return Fail(ErrorCode::kOverloaded, "cannot finish batch: {}", array.status().message());
      }
      columns.push_back(*std::move(array));
    }
    auto batch = arrow::RecordBatch::Make(schema_, pending_rows_, std::move(columns));
    pending_rows_ = 0;
    pending_bytes_ = 0;
    reserved_ = false;
    return batch;
  }

 private:
  /// Takes what is whole and returns how many bytes that was.
  Result<size_t> Read(std::string_view data) {
    size_t at = 0;
    if (!begun_) {
      if (data.size() < kHeadBytes) {
        const auto part = std::min(data.size(), kSignature.size());
        if (data.substr(0, part) == kSignature.substr(0, part)) return size_t{0};
      }
      FIRN_RETURN_IF_ERROR(ReadHead(data));
      at = kHeadBytes;
    }
    const size_t skipped = std::min(skip_, data.size() - at);
    skip_ -= skipped;
    at += skipped;
    while (skip_ == 0 && at < data.size()) {
      size_t rows = 0;
      Result<Found> found = Found::kRow;
      while (rows < kBlockRows && at < data.size()) {
        found = FindRow(data, rows, &at);
        if (!found || *found == Found::kPart) break;
        if (*found == Found::kRow) ++rows;
      }
      // What is wrong with the values of the rows before comes first.
      FIRN_RETURN_IF_ERROR(AppendRows(rows));
      if (!found) return Failure(std::move(found).error());
      if (*found == Found::kPart) break;
    }
    return at;
  }

  Status ReadHead(std::string_view data) {
    if (!data.starts_with(kSignature)) {
      return Fail(BadFile("COPY file signature not recognized"));
    }
    const auto flags = Big<uint32_t>(data, kSignature.size());
    if ((flags & kOidsFlag) != 0) {
      return Fail(BadFile("invalid COPY file header (WITH OIDS)"));
    }
    if ((flags & kCriticalFlags) != 0) {
      return Fail(BadFile("unrecognized critical flags in COPY file header"));
    }
    const auto length = Big<uint32_t>(data, kSignature.size() + 4);
    if (length > INT32_MAX) {
      return Fail(BadFile("invalid COPY file header (missing length)"));
    }
    skip_ = length;
    begun_ = true;
    return {};
  }

  enum class Found { kRow, kEnd, kPart };

  std::span<std::string_view> FieldsOf(size_t column) {
    return std::span(fields_).subspan(column * kBlockRows, kBlockRows);
  }

  /// Notes where the row at `at` has its values, as row `row` of the block, and goes behind it.
  Result<Found> FindRow(std::string_view data, size_t row, size_t* at) {
    const int64_t line = line_ + static_cast<int64_t>(row) + 1;
    if (ended_) return Fail(Located(BadFile("received copy data after EOF marker"), line));
    if (data.size() - *at < 2) return Found::kPart;
    const auto fields = Big<int16_t>(data, *at);
    size_t end = *at + 2;
    if (fields == -1) {
      ended_ = true;
      *at = end;
      return Found::kEnd;
    }
    const size_t width = targets_.size();
    if (static_cast<size_t>(fields) != width) {
      return Fail(
          Located(BadFile(fmt::format("row field count is {}, expected {}", fields, width)), line));
    }
    for (size_t i = 0; i < width; ++i) {
      if (data.size() - end < 4) return Found::kPart;
      const auto length = Big<int32_t>(data, end);
      end += 4;
      auto& field = fields_[i * kBlockRows + row];
      field = {};
      if (length == -1) continue;
      const auto bytes = static_cast<size_t>(length);
      if (length < 0) {
        return Fail(Located(BadFile("invalid field size"), line, &targets_[i].column));
      }
      if (static_cast<int64_t>(end - *at + bytes) > row_bytes_max_) {
        return Fail(Located(RowTooLong(row_bytes_max_), line, &targets_[i].column));
      }
      if (data.size() - end < bytes) return Found::kPart;
      field = data.substr(end, bytes);
      end += bytes;
    }
    pending_bytes_ += static_cast<int64_t>(end - *at);
    *at = end;
    return Found::kRow;
  }

  /// The values of the block's rows: the error of the first row that has one, and of its first
  /// column.
  Status AppendRows(size_t rows) {
    if (rows == 0) return {};
    if (rows == kBlockRows && !reserved_) FIRN_RETURN_IF_ERROR(ReserveForMany());
    size_t good = rows;
    Status wrong;
    const auto line_of = [&] { return line_ + static_cast<int64_t>(good) + 1; };
    for (size_t i = 0; i < targets_.size(); ++i) {
      auto& target = targets_[i];
      auto read = target.parser->AppendBinaries(FieldsOf(i).first(good), &good);
      if (!read) wrong = Fail(Located(std::move(read).error(), line_of(), &target.column));
    }
    for (size_t i = 0; i < targets_.size(); ++i) {
      const auto& target = targets_[i];
      if (!target.column.not_null || target.builder->null_count() == 0) continue;
      const auto values = FieldsOf(i).first(good);
      const auto null = std::find_if(values.begin(), values.end(),
                                     [](const auto& value) { return value.data() == nullptr; });
      if (null == values.end()) continue;
      good = static_cast<size_t>(null - values.begin());
      wrong = Fail(Located(
          MakeError(ErrorCode::kInvalidInput,
                    "null value in column \"{}\" of relation \"{}\" violates not-null constraint",
                    target.column.name, table_name_)
              .WithSqlState("23502"),
          line_of()));
    }
    FIRN_RETURN_IF_ERROR(std::move(wrong));
    line_ += static_cast<int64_t>(rows);
    rows_ += static_cast<int64_t>(rows);
    pending_rows_ += static_cast<int64_t>(rows);
    return {};
  }

  /// Columns that grow by doubling are copied, and in memory twice.
  Status ReserveForMany() {
    reserved_ = true;
    for (size_t i = 0; i < targets_.size(); ++i) {
      auto& builder = *targets_[i].builder;
      auto reserved = builder.Reserve(kBulkRows);
      const auto type = builder.type()->id();
      if (reserved.ok() && (type == arrow::Type::STRING || type == arrow::Type::BINARY)) {
        int64_t bytes = 0;
        for (const auto value : FieldsOf(i)) bytes += static_cast<int64_t>(value.size());
        bytes = std::min<int64_t>(bytes * kBulkRows / static_cast<int64_t>(kBlockRows), kBulkBytes);
        reserved = static_cast<arrow::BinaryBuilder&>(builder).ReserveData(bytes);
      }
      if (!reserved.ok()) {
        return Fail(ErrorCode::kOverloaded, "cannot keep rows: {}", reserved.message());
      }
    }
    return {};
  }

  Error Located(Error error, int64_t line, const Column* column = nullptr) const {
    auto where = fmt::format("COPY {}, line {}", table_name_, line);
    if (column != nullptr) where += ", column " + column->name;
    return std::move(error).WithWhere(std::move(where));
  }

  const int64_t row_bytes_max_;
  std::vector<Target> targets_;
  const std::shared_ptr<arrow::Schema> schema_;
  const std::string table_name_;
  bool begun_ = false;
  bool ended_ = false;
  size_t skip_ = 0;   // of the header's extension
  std::string rest_;  // the beginning of a row
  // Of the block: a column's values one after another, null data() for NULL.
  std::vector<std::string_view> fields_;
  bool reserved_ = false;  // for many rows, since the last Take
  int64_t line_ = 0;       // of the last row that was taken
  int64_t rows_ = 0;
  int64_t pending_rows_ = 0;
  int64_t pending_bytes_ = 0;
};

}  // namespace

Result<std::unique_ptr<CopyReader>> MakeBinaryCopyReader(const CopyOptions& options,
                                                         std::vector<Column> columns,
                                                         std::string table_name) {
  auto schema = ArrowSchema(TableSchema{.columns = columns});
  std::vector<BinaryReader::Target> targets;
  for (auto& column : columns) {
    auto builder = arrow::MakeBuilder(ArrowType(Stored(column.type)));
    if (!builder.ok()) return Fail(ErrorCode::kInternal, "{}", builder.status().ToString());
    auto parser = ValueParser::Make(column.type, builder->get());
    targets.push_back(
        {.column = std::move(column), .builder = *std::move(builder), .parser = std::move(parser)});
  }
  return std::make_unique<BinaryReader>(options.row_bytes_max, std::move(targets),
                                        std::move(schema), std::move(table_name));
}

void AppendBinaryCopyHeader(std::string& out) {
  out.append(kSignature).append(8, '\0');
}

void AppendBinaryCopyTrailer(std::string& out) {
  out.append(2, '\xff');
}

}  // namespace firn::columnar
