#include "columnar/copy_reader.h"

#include <algorithm>

#include <arrow/array/builder_base.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>

#include "columnar/copy_binary.h"
#include "columnar/copy_fields_internal.h"
#include "columnar/copy_lines_internal.h"
#include "columnar/utf8.h"
#include "columnar/value_parser.h"

namespace firn::columnar {
namespace {

constexpr size_t kShownBytes = 100;  // of a value in an error

Error BadFile(std::string message) {
  return MakeError(ErrorCode::kInvalidInput, "{}", message).WithSqlState("22P04");
}

std::string Shown(std::string_view text) {
  const auto cut = CutAtCharacter(text, kShownBytes);
  return fmt::format("\"{}{}\"", cut, cut.size() < text.size() ? "..." : "");
}

constexpr int64_t kRowsWorthReserving = 4096;

// Bytes of a value in its builder, without those of strings.
int64_t WidthOf(const Type& type) {
  const int16_t size = Info(type.kind).size;
  return type.kind == TypeKind::kNumeric ? 16 : size > 0 ? size : int64_t{sizeof(int32_t)};
}

class Reader final : public CopyReader {
 public:
  struct Target {
    Column column;
    std::unique_ptr<arrow::ArrayBuilder> builder;
    std::unique_ptr<ValueParser> parser;
    bool force_not_null = false;
    bool force_null = false;
    bool has_bytes = false;  // strings and bytea
  };

  Reader(CopyOptions options, std::vector<Target> targets, std::shared_ptr<arrow::Schema> schema,
         std::string table_name)
      : options_(std::move(options)),
        table_name_(std::move(table_name)),
        schema_(std::move(schema)),
        targets_(std::move(targets)),
        csv_(options_.format == CopyOptions::Format::kCsv),
        lines_(options_),
        splitter_(csv_ ? MakeCsvSplitter(options_) : MakeTextSplitter(options_)),
        fields_(targets_.size()),
        header_due_(options_.header) {
    for (const auto& target : targets_) row_width_ += WidthOf(target.column.type);
  }

  Status Feed(std::string_view chunk) override {
    if (ended_) return {};
    if (rest_.empty()) {
      FIRN_TRY(const size_t used, ReadLines(chunk, false));
      rest_.assign(chunk.substr(used));
    } else {
      rest_.append(chunk);
      FIRN_TRY(const size_t used, ReadLines(rest_, false));
      rest_.erase(0, used);
    }
    if (static_cast<int64_t>(rest_.size()) > options_.row_bytes_max) {
      return Fail(RowTooLong(options_.row_bytes_max).WithWhere(AtLineNumber()));
    }
    return {};
  }

  Status Finish() override {
    if (!ended_) FIRN_RETURN_IF_ERROR(ReadLines(rest_, true));
    ended_ = true;
    // A header that must match is missed even in an empty file.
    if (header_due_) FIRN_RETURN_IF_ERROR(ReadHeader({}, true));
    rest_.clear();
    return {};
  }

  int64_t rows() const override { return rows_; }
  int64_t pending_rows() const override { return pending_rows_; }
  int64_t pending_bytes() const override { return pending_rows_ * row_width_ + pending_text_; }

  Result<std::shared_ptr<arrow::RecordBatch>> Take() override {
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (auto& target : targets_) {
      auto array = target.builder->Finish();
      if (!array.ok()) {
        return Fail(ErrorCode::kOverloaded, "cannot finish batch: {}", array.status().message());
      }
      columns.push_back(*std::move(array));
      // The next batch is likely as large: growing step by step costs a copy for each.
      if (pending_rows_ >= kRowsWorthReserving) {
        auto reserved = target.builder->Reserve(pending_rows_);
        if (!reserved.ok()) {
          return Fail(ErrorCode::kOverloaded, "cannot begin batch: {}", reserved.message());
        }
      }
    }
    auto batch = arrow::RecordBatch::Make(schema_, pending_rows_, std::move(columns));
    pending_rows_ = 0;
    pending_text_ = 0;
    return batch;
  }

 private:
  // Parses the whole lines of `data` and returns how many bytes they took.
  Result<size_t> ReadLines(std::string_view data, bool at_end) {
    size_t at = 0;
    while (at < data.size() && !ended_) {
      auto found = lines_.Find(data.substr(at), at_end);
      if (!found) return Located(std::move(found).error(), AtLineNumber());
      if (found->kind == LineFinder::Kind::kMore) break;
      const auto line = data.substr(at, found->end);
      at += found->next;
      if (found->kind == LineFinder::Kind::kEndMarker) {
        ended_ = true;
        if (line.empty()) break;
      }
      if (auto valid = CheckUtf8(line); !valid) {
        return Located(std::move(valid).error(), AtLineNumber());
      }
      FIRN_RETURN_IF_ERROR(header_due_ ? ReadHeader(line, found->plain)
                                       : ReadRow(line, found->plain));
    }
    return std::min(at, data.size());
  }

  Status ReadHeader(std::string_view line, bool plain) {
    header_due_ = false;
    if (!options_.header_match) return {};
    FIRN_TRY(const size_t count, SplitLine(line, plain));
    if (count != targets_.size()) {
      return Located(BadFile(fmt::format("wrong number of fields in header line: got "
                                         "{}, expected {}",
                                         count, targets_.size())),
                     AtLine(line));
    }
    for (size_t i = 0; i < count; ++i) {
      const auto& name = targets_[i].column.name;
      if (!fields_[i].is_null && fields_[i].text == name) continue;
      const auto got = fields_[i].is_null ? fmt::format("null value (\"{}\")", options_.null_text)
                                          : fmt::format("\"{}\"", fields_[i].text);
      return Located(BadFile(fmt::format("column name mismatch in header line field {}: got {}, "
                                         "expected \"{}\"",
                                         i + 1, got, name)),
                     AtLine(line));
    }
    return {};
  }

  Result<size_t> SplitLine(std::string_view line, bool plain) {
    if (targets_.empty() && line.empty()) return size_t{0};
    auto count = splitter_->Split(line, plain, &fields_);
    if (!count) return Located(std::move(count).error(), AtLine(line));
    return count;
  }

  Status ReadRow(std::string_view line, bool plain) {
    FIRN_TRY(const size_t count, SplitLine(line, plain));
    if (count > targets_.size()) {
      return Located(BadFile("extra data after last expected column"), AtLine(line));
    }
    const Column* missing_value = nullptr;
    for (size_t i = 0; i < targets_.size(); ++i) {
      auto& target = targets_[i];
      if (i >= count) {
        return Located(BadFile(fmt::format("missing data for column \"{}\"", target.column.name)),
                       AtLine(line));
      }
      auto& field = fields_[i];
      if (csv_) ApplyForce(target, &field);
      if (field.is_null) [[unlikely]] {
        FIRN_RETURN_IF_ERROR(target.parser->AppendNull());
        if (target.column.not_null && missing_value == nullptr) missing_value = &target.column;
        continue;
      }
      auto status = target.parser->AppendText(field.text);
      if (!status)
        return Located(Named(status.error(), target), AtValue(target.column, field.text));
      if (target.has_bytes) pending_text_ += static_cast<int64_t>(field.text.size());
    }
    if (missing_value != nullptr) return NullRefused(*missing_value, line);
    ++rows_;
    ++pending_rows_;
    return {};
  }

  void ApplyForce(const Target& target, CopyField* field) const {
    if (field->is_null && target.force_not_null) {
      *field = {options_.null_text, false};
    } else if (!field->is_null && target.force_null && field->text == options_.null_text) {
      field->is_null = true;
    }
  }

  // The limit of a numeric without precision is the column's, not PostgreSQL's: say which.
  static Error Named(Error error, const Target& target) {
    if (IsBare(target.column.type) && error.SqlState() == "22003") {
      error.message += fmt::format(": column \"{}\"", target.column.name);
    }
    return error;
  }

  Failure NullRefused(const Column& column, std::string_view line) const {
    return Located(
        MakeError(ErrorCode::kInvalidInput,
                  "null value in column \"{}\" of relation \"{}\" violates not-null constraint",
                  column.name, table_name_)
            .WithSqlState("23502"),
        AtLine(line));
  }

  static Failure Located(Error error, std::string where) {
    return Fail(std::move(error).WithWhere(std::move(where)));
  }
  std::string AtLineNumber() const {
    return fmt::format("COPY {}, line {}", table_name_, std::max<int64_t>(lines_.line_number(), 1));
  }
  std::string AtLine(std::string_view line) const {
    return fmt::format("{}: {}", AtLineNumber(), Shown(line));
  }
  std::string AtValue(const Column& column, std::string_view value) const {
    return fmt::format("{}, column {}: {}", AtLineNumber(), column.name, Shown(value));
  }

  const CopyOptions options_;
  const std::string table_name_;
  const std::shared_ptr<arrow::Schema> schema_;
  std::vector<Target> targets_;
  const bool csv_;
  LineFinder lines_;
  const std::unique_ptr<FieldSplitter> splitter_;
  std::vector<CopyField> fields_;
  int64_t row_width_ = 0;
  bool header_due_;
  bool ended_ = false;
  std::string rest_;  // the beginning of a line whose end has not come yet
  int64_t rows_ = 0;
  int64_t pending_rows_ = 0;
  int64_t pending_text_ = 0;
};

Status Mark(const std::vector<std::string>& names, std::string_view option,
            std::vector<Reader::Target>* targets, bool Reader::Target::*flag) {
  for (const auto& name : names) {
    const auto found = std::find_if(targets->begin(), targets->end(),
                                    [&](const auto& target) { return target.column.name == name; });
    if (found == targets->end()) {
      return Fail(MakeError(ErrorCode::kInvalidInput, "{} column \"{}\" not referenced by COPY",
                            option, name)
                      .WithSqlState("42P10"));
    }
    (*found).*flag = true;
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<CopyReader>> CopyReader::Make(CopyOptions options,
                                                     std::vector<Column> columns,
                                                     std::string table_name,
                                                     const TextStyle& style) {
  if (options.format == CopyOptions::Format::kBinary) {
    return MakeBinaryCopyReader(options, std::move(columns), std::move(table_name));
  }
  auto schema = ArrowSchema(TableSchema{.columns = columns});
  std::vector<Reader::Target> targets;
  for (auto& column : columns) {
    auto builder = arrow::MakeBuilder(ArrowType(Stored(column.type)));
    FIRN_CHECK(builder.ok());
    auto parser = ValueParser::Make(column.type, builder->get(), style);
    const auto layout = LayoutOf(Stored(column.type));
    const bool has_bytes =
        layout == Layout::kUtf8 || layout == Layout::kBinary || layout == Layout::kList;
    targets.push_back({.column = std::move(column),
                       .builder = *std::move(builder),
                       .parser = std::move(parser),
                       .has_bytes = has_bytes});
  }
  FIRN_RETURN_IF_ERROR(
      Mark(options.force_not_null, "FORCE_NOT_NULL", &targets, &Reader::Target::force_not_null));
  FIRN_RETURN_IF_ERROR(
      Mark(options.force_null, "FORCE_NULL", &targets, &Reader::Target::force_null));
  return std::make_unique<Reader>(std::move(options), std::move(targets), std::move(schema),
                                  std::move(table_name));
}

}  // namespace firn::columnar
