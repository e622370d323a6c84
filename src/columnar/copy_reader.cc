#include "columnar/copy_reader.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "columnar/copy_binary.h"
#include "columnar/copy_columns_internal.h"
#include "columnar/copy_fields_internal.h"
#include "columnar/copy_lines_internal.h"
#include "columnar/copy_plain_lines_internal.h"
#include "columnar/utf8.h"

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

/// Which line each row of a batch came from. Only where rows and lines part is anything kept.
class RowLines {
 public:
  /// Rows from `row` on, which is 0 at first, are of lines from `line` on.
  void Add(int64_t row, int64_t line) {
    const bool parted = parts_.empty() || line - row != parts_.back().second - parts_.back().first;
    if (parted) parts_.emplace_back(row, line);
  }
  int64_t LineOf(int64_t row) const {
    const auto behind = std::upper_bound(parts_.begin(), parts_.end(), std::pair(row, INT64_MAX));
    FIRN_CHECK(behind != parts_.begin());
    const auto& part = *std::prev(behind);
    return part.second + row - part.first;
  }

 private:
  std::vector<std::pair<int64_t, int64_t>> parts_;  // row, line
};

class Reader final : public CopyReader {
 public:
  /// What of a column is the statement's.
  struct Forced {
    bool not_null = false;
    bool null = false;
  };

  Reader(CopyOptions options, std::vector<Column> columns, std::vector<Forced> forced,
         std::string table_name, const TextStyle& style)
      : options_(std::move(options)),
        table_name_(std::move(table_name)),
        columns_(std::move(columns), style),
        forced_(std::move(forced)),
        csv_(options_.format == CopyOptions::Format::kCsv),
        may_be_plain_(columns_.size() > 0 && options_.force_null.empty() &&
                      options_.force_not_null.empty()),
        plain_lines_(options_),
        lines_(options_),
        splitter_(csv_ ? MakeCsvSplitter(options_) : MakeTextSplitter(options_)),
        fields_(columns_.size()),
        header_due_(options_.header) {}

  Status Feed(std::string_view chunk) override {
    if (ended_) return {};
    FIRN_RETURN_IF_ERROR(
        FeedRows(rest_, chunk, [this](std::string_view data) { return ReadLines(data, false); }));
    if (ended_) rest_.clear();
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
  int64_t pending_rows() const override { return columns_.rows(); }
  int64_t pending_bytes() const override { return columns_.bytes(); }
  Result<std::shared_ptr<arrow::RecordBatch>> Take() override {
    taken_ = std::exchange(pending_, {});
    return columns_.Take();
  }
  std::string WhereOf(int64_t row) const override { return AtLineNumber(taken_.LineOf(row)); }

 private:
  // Parses the whole lines of `data` and returns how many bytes they took.
  Result<size_t> ReadLines(std::string_view data, bool at_end) {
    size_t at = 0;
    while (at < data.size() && !ended_) {
      if (may_be_plain_ && !header_due_ && lines_.AtPlainLine()) {
        FIRN_TRY(const auto taken, ReadPlainLines(data.substr(at)));
        at += taken.bytes;
        if (taken.rows == columns_.block_rows() || at == data.size()) continue;
      }
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

  Result<PlainLines::Taken> ReadPlainLines(std::string_view data) {
    const auto taken = plain_lines_.Take(data, &columns_);
    if (taken.rows > 0) pending_.Add(columns_.rows(), lines_.line_number() + 1);
    auto wrong = columns_.AppendBlock(taken.rows, CopyColumns::Form::kText);
    lines_.Passed(wrong ? wrong->row + 1 : taken.rows);
    if (wrong && wrong->is_null) return NullIn(*wrong->column, plain_lines_.line(wrong->row));
    if (wrong) return Refused(std::move(wrong->error), wrong->column, wrong->text);
    rows_ += static_cast<int64_t>(taken.rows);
    return taken;
  }

  Status ReadHeader(std::string_view line, bool plain) {
    header_due_ = false;
    if (!options_.header_match) return {};
    FIRN_TRY(const size_t count, SplitLine(line, plain));
    if (count != columns_.size()) {
      return Located(BadFile(fmt::format("wrong number of fields in header line: got "
                                         "{}, expected {}",
                                         count, columns_.size())),
                     AtLine(line));
    }
    for (size_t i = 0; i < count; ++i) {
      const auto& name = columns_[i].column.name;
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
    if (columns_.size() == 0 && line.empty()) return size_t{0};
    auto count = splitter_->Split(line, plain, &fields_);
    if (!count) return Located(std::move(count).error(), AtLine(line));
    return count;
  }

  Status ReadRow(std::string_view line, bool plain) {
    FIRN_TRY(const size_t count, SplitLine(line, plain));
    if (count > columns_.size()) {
      return Located(BadFile("extra data after last expected column"), AtLine(line));
    }
    const Column* missing_value = nullptr;
    int64_t bytes = 0;
    for (size_t i = 0; i < columns_.size(); ++i) {
      auto& target = columns_[i];
      if (i >= count) {
        return Located(BadFile(fmt::format("missing data for column \"{}\"", target.column.name)),
                       AtLine(line));
      }
      auto& field = fields_[i];
      if (csv_) ApplyForce(forced_[i], &field);
      if (field.is_null) [[unlikely]] {
        FIRN_RETURN_IF_ERROR(target.parser->AppendNull());
        if (target.column.not_null && missing_value == nullptr) missing_value = &target.column;
        continue;
      }
      auto status = target.parser->AppendText(field.text);
      if (!status) return Refused(std::move(status).error(), &target.column, field.text);
      if (target.has_bytes) bytes += static_cast<int64_t>(field.text.size());
    }
    if (missing_value != nullptr) return NullIn(*missing_value, line);
    ++rows_;
    pending_.Add(columns_.rows(), lines_.line_number());
    columns_.AppendedRow(bytes);
    return {};
  }

  void ApplyForce(const Forced& forced, CopyField* field) const {
    if (field->is_null && forced.not_null) {
      *field = {options_.null_text, false};
    } else if (!field->is_null && forced.null && field->text == options_.null_text) {
      field->is_null = true;
    }
  }

  Failure Refused(Error error, const Column* column, std::string_view value) const {
    if (column == nullptr) return Located(std::move(error), AtLineNumber());
    // The limit of a numeric without precision is the column's, not PostgreSQL's: say which.
    if (IsBare(column->type) && error.SqlState() == "22003") {
      error.message += fmt::format(": column \"{}\"", column->name);
    }
    return Located(std::move(error), AtValue(*column, value));
  }

  Failure NullIn(const Column& column, std::string_view line) const {
    return Located(NullRefused(column, table_name_), AtLine(line));
  }

  static Failure Located(Error error, std::string where) {
    return Fail(std::move(error).WithWhere(std::move(where)));
  }
  std::string AtLineNumber(int64_t line) const {
    return fmt::format("COPY {}, line {}", table_name_, line);
  }
  std::string AtLineNumber() const {
    return AtLineNumber(std::max<int64_t>(lines_.line_number(), 1));
  }
  std::string AtLine(std::string_view line) const {
    return fmt::format("{}: {}", AtLineNumber(), Shown(line));
  }
  std::string AtValue(const Column& column, std::string_view value) const {
    return fmt::format("{}, column {}: {}", AtLineNumber(), column.name, Shown(value));
  }

  const CopyOptions options_;
  const std::string table_name_;
  CopyColumns columns_;
  const std::vector<Forced> forced_;
  const bool csv_;
  const bool may_be_plain_;
  PlainLines plain_lines_;
  LineFinder lines_;
  RowLines pending_;  // of the rows that Take() will give
  RowLines taken_;    // of those that it gave last
  const std::unique_ptr<FieldSplitter> splitter_;
  std::vector<CopyField> fields_;
  bool header_due_;
  bool ended_ = false;
  std::string rest_;  // the beginning of a line whose end has not come yet
  int64_t rows_ = 0;
};

Status Mark(const std::vector<std::string>& names, std::string_view option,
            const std::vector<Column>& columns, std::vector<Reader::Forced>* forced,
            bool Reader::Forced::*flag) {
  for (const auto& name : names) {
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const auto& column) { return column.name == name; });
    if (found == columns.end()) {
      return Fail(MakeError(ErrorCode::kInvalidInput, "{} column \"{}\" not referenced by COPY",
                            option, name)
                      .WithSqlState("42P10"));
    }
    (*forced)[static_cast<size_t>(found - columns.begin())].*flag = true;
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
  std::vector<Reader::Forced> forced(columns.size());
  FIRN_RETURN_IF_ERROR(
      Mark(options.force_not_null, "FORCE_NOT_NULL", columns, &forced, &Reader::Forced::not_null));
  FIRN_RETURN_IF_ERROR(
      Mark(options.force_null, "FORCE_NULL", columns, &forced, &Reader::Forced::null));
  return std::make_unique<Reader>(std::move(options), std::move(columns), std::move(forced),
                                  std::move(table_name), style);
}

}  // namespace firn::columnar
