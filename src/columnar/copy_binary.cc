#include "columnar/copy_binary.h"

#include <algorithm>
#include <vector>

#include <boost/endian/conversion.hpp>

#include "columnar/copy_columns_internal.h"

namespace firn::columnar {
namespace {

constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);
constexpr size_t kHeadBytes = kSignature.size() + 8;
constexpr uint32_t kCriticalFlags = 0xFFFF0000;
constexpr uint32_t kOidsFlag = 1U << 16;

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
  BinaryReader(int64_t row_bytes_max, std::vector<Column> columns, std::string table_name)
      : row_bytes_max_(row_bytes_max),
        columns_(std::move(columns), {}),
        table_name_(std::move(table_name)) {}

  Status Feed(std::string_view chunk) override {
    return FeedRows(rest_, chunk, [this](std::string_view data) { return Read(data); });
  }

  Status Finish() override {
    if (!begun_) return Fail(BadFile("COPY file signature not recognized"));
    if (skip_ > 0) return Fail(BadFile("invalid COPY file header (wrong length)"));
    // The end marker may be missing where a row would begin, as in PostgreSQL.
    if (rest_.size() < 2) return {};
    size_t end = 2;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (rest_.size() >= end + 4) {
        const auto length = Big<int32_t>(rest_, end);
        end += 4 + static_cast<size_t>(std::max(length, 0));
        if (rest_.size() >= end) continue;
      }
      return Fail(Located(BadFile("unexpected EOF in COPY data"), line_ + 1, &columns_[i].column));
    }
    return {};
  }

  int64_t rows() const override { return rows_; }
  int64_t pending_rows() const override { return columns_.rows(); }
  int64_t pending_bytes() const override { return columns_.bytes(); }
  Result<std::shared_ptr<arrow::RecordBatch>> Take() override {
    taken_from_ = line_ - columns_.rows();
    return columns_.Take();
  }
  std::string WhereOf(int64_t row) const override { return AtLine(taken_from_ + row + 1); }

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
      while (rows < columns_.block_rows() && at < data.size()) {
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
    const size_t width = columns_.size();
    if (static_cast<size_t>(fields) != width) {
      return Fail(
          Located(BadFile(fmt::format("row field count is {}, expected {}", fields, width)), line));
    }
    for (size_t i = 0; i < width; ++i) {
      if (data.size() - end < 4) return Found::kPart;
      const auto length = Big<int32_t>(data, end);
      end += 4;
      auto& field = columns_.Field(row, i);
      field = {};
      if (length == -1) continue;
      const auto bytes = static_cast<size_t>(length);
      if (length < 0) {
        return Fail(Located(BadFile("invalid field size"), line, &columns_[i].column));
      }
      if (static_cast<int64_t>(end - *at + bytes) > row_bytes_max_) {
        return Fail(Located(RowTooLong(row_bytes_max_), line, &columns_[i].column));
      }
      if (data.size() - end < bytes) return Found::kPart;
      field = data.substr(end, bytes);
      end += bytes;
    }
    *at = end;
    return Found::kRow;
  }

  Status AppendRows(size_t rows) {
    if (auto wrong = columns_.AppendBlock(rows, CopyColumns::Form::kBinary)) {
      const int64_t line = line_ + static_cast<int64_t>(wrong->row) + 1;
      return Fail(wrong->is_null ? Located(NullRefused(*wrong->column, table_name_), line)
                                 : Located(std::move(wrong->error), line, wrong->column));
    }
    line_ += static_cast<int64_t>(rows);
    rows_ += static_cast<int64_t>(rows);
    return {};
  }

  std::string AtLine(int64_t line) const {
    return fmt::format("COPY {}, line {}", table_name_, line);
  }
  Error Located(Error error, int64_t line, const Column* column = nullptr) const {
    auto where = AtLine(line);
    if (column != nullptr) where += ", column " + column->name;
    return std::move(error).WithWhere(std::move(where));
  }

  const int64_t row_bytes_max_;
  CopyColumns columns_;
  const std::string table_name_;
  bool begun_ = false;
  bool ended_ = false;
  size_t skip_ = 0;         // of the header's extension
  std::string rest_;        // the beginning of a row
  int64_t line_ = 0;        // of the last row that was read
  int64_t taken_from_ = 0;  // line of the row before the last Take()
  int64_t rows_ = 0;
};

}  // namespace

Result<std::unique_ptr<CopyReader>> MakeBinaryCopyReader(const CopyOptions& options,
                                                         std::vector<Column> columns,
                                                         std::string table_name) {
  return std::make_unique<BinaryReader>(options.row_bytes_max, std::move(columns),
                                        std::move(table_name));
}

void AppendBinaryCopyHeader(std::string& out) {
  out.append(kSignature).append(8, '\0');
}

void AppendBinaryCopyTrailer(std::string& out) {
  out.append(2, '\xff');
}

}  // namespace firn::columnar
