#include "columnar/copy_binary.h"

#include <algorithm>
#include <optional>

#include <arrow/array/builder_base.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>

#include "columnar/value_parser.h"

namespace firn::columnar {
namespace {

constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);
constexpr size_t kHeadBytes = kSignature.size() + 8;
constexpr uint32_t kCriticalFlags = 0xFFFF0000;
constexpr uint32_t kOidsFlag = 1U << 16;
constexpr size_t kRowBytesMax = size_t{1} << 30;

uint32_t Big32(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}
int16_t Big16(std::string_view bytes, size_t at) {
  return static_cast<int16_t>(static_cast<uint8_t>(bytes[at]) << 8 |
                              static_cast<uint8_t>(bytes[at + 1]));
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

  BinaryReader(std::vector<Target> targets, std::shared_ptr<arrow::Schema> schema,
               std::string table_name)
      : targets_(std::move(targets)),
        schema_(std::move(schema)),
        table_name_(std::move(table_name)) {}

  Status Feed(std::string_view chunk) override {
    if (rest_.empty()) {
      FIRN_TRY(const size_t used, Read(chunk));
      rest_.assign(chunk.substr(used));
    } else {
      rest_.append(chunk);
      FIRN_TRY(const size_t used, Read(rest_));
      rest_.erase(0, used);
    }
    return {};
  }

  Status Finish() override {
    if (!begun_) return Fail(BadFile("COPY file signature not recognized"));
    if (skip_ > 0) return Fail(BadFile("invalid COPY file header (wrong length)"));
    // The end marker may be missing where a row would begin, as in PostgreSQL.
    if (rest_.size() < 2) return {};
    ++line_;
    size_t end = 2;
    for (const auto& target : targets_) {
      if (rest_.size() >= end + 4) {
        const auto length = static_cast<int32_t>(Big32(rest_, end));
        end += 4 + static_cast<size_t>(std::max(length, 0));
        if (rest_.size() >= end) continue;
      }
      return Fail(Located(BadFile("unexpected EOF in COPY data"), &target.column));
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
      if (ended_) return Fail(Located(BadFile("received copy data after EOF marker")));
      ++line_;
      FIRN_TRY(const auto used, ReadRow(data.substr(at)));
      if (!used) {
        --line_;
        break;
      }
      at += *used;
    }
    return at;
  }

  Status ReadHead(std::string_view data) {
    if (!data.starts_with(kSignature)) {
      return Fail(BadFile("COPY file signature not recognized"));
    }
    const auto flags = Big32(data, kSignature.size());
    if ((flags & kOidsFlag) != 0) {
      return Fail(BadFile("invalid COPY file header (WITH OIDS)"));
    }
    if ((flags & kCriticalFlags) != 0) {
      return Fail(BadFile("unrecognized critical flags in COPY file header"));
    }
    const auto length = Big32(data, kSignature.size() + 4);
    if (length > INT32_MAX) {
      return Fail(BadFile("invalid COPY file header (missing length)"));
    }
    skip_ = length;
    begun_ = true;
    return {};
  }

  /// Nothing: the row is not whole yet.
  Result<std::optional<size_t>> ReadRow(std::string_view data) {
    if (data.size() < 2) return std::optional<size_t>();
    const int16_t fields = Big16(data, 0);
    if (fields == -1) {
      ended_ = true;
      return std::optional<size_t>(2);
    }
    if (static_cast<size_t>(fields) != targets_.size()) {
      return Fail(Located(
          BadFile(fmt::format("row field count is {}, expected {}", fields, targets_.size()))));
    }
    // First whether it is whole, then its values: a builder cannot take one back.
    size_t end = 2;
    for (const auto& target : targets_) {
      if (data.size() < end + 4) return std::optional<size_t>();
      const auto length = static_cast<int32_t>(Big32(data, end));
      if (length < -1) return Fail(Located(BadFile("invalid field size"), &target.column));
      end += 4 + static_cast<size_t>(std::max(length, 0));
      if (end > kRowBytesMax) return Fail(Located(BadFile("invalid field size"), &target.column));
    }
    if (data.size() < end) return std::optional<size_t>();
    FIRN_RETURN_IF_ERROR(ReadValues(data));
    ++rows_;
    ++pending_rows_;
    pending_bytes_ += static_cast<int64_t>(end);
    return std::optional<size_t>(end);
  }

  Status ReadValues(std::string_view data) {
    size_t at = 2;
    const Column* missing = nullptr;
    for (auto& target : targets_) {
      const auto length = static_cast<int32_t>(Big32(data, at));
      at += 4;
      Status read;
      if (length < 0) {
        if (target.column.not_null && missing == nullptr) missing = &target.column;
        read = target.parser->AppendNull();
      } else {
        read = target.parser->AppendBinary(data.substr(at, static_cast<size_t>(length)));
        at += static_cast<size_t>(length);
      }
      if (!read) return Fail(Located(std::move(read).error(), &target.column));
    }
    if (missing == nullptr) return {};
    return Fail(Located(
        MakeError(ErrorCode::kInvalidInput,
                  "null value in column \"{}\" of relation \"{}\" violates not-null constraint",
                  missing->name, table_name_)
            .WithSqlState("23502")));
  }

  Error Located(Error error, const Column* column = nullptr) const {
    auto where = fmt::format("COPY {}, line {}", table_name_, line_);
    if (column != nullptr) where += ", column " + column->name;
    return std::move(error).WithWhere(std::move(where));
  }

  std::vector<Target> targets_;
  const std::shared_ptr<arrow::Schema> schema_;
  const std::string table_name_;
  bool begun_ = false;
  bool ended_ = false;
  size_t skip_ = 0;   // of the header's extension
  std::string rest_;  // the beginning of a row
  int64_t line_ = 0;
  int64_t rows_ = 0;
  int64_t pending_rows_ = 0;
  int64_t pending_bytes_ = 0;
};

}  // namespace

Result<std::unique_ptr<CopyReader>> MakeBinaryCopyReader(std::vector<Column> columns,
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
  return std::make_unique<BinaryReader>(std::move(targets), std::move(schema),
                                        std::move(table_name));
}

void AppendBinaryCopyHeader(std::string& out) {
  out.append(kSignature).append(8, '\0');
}

void AppendBinaryCopyTrailer(std::string& out) {
  out.append(2, '\xff');
}

}  // namespace firn::columnar
