#include "columnar/copy_writer.h"

#include <algorithm>

#include <arrow/record_batch.h>

#include "columnar/copy_binary.h"
#include "columnar/value_writer.h"

namespace firn::columnar {
namespace {

// The letter behind the backslash for a control character that has one, or 0.
char EscapeLetter(char c) {
  switch (c) {
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\v':
      return 'v';
    default:
      return 0;
  }
}

template <typename Number>
void AppendBig(Number value, std::string& out) {
  for (size_t i = sizeof(Number); i-- > 0;) out.push_back(static_cast<char>(value >> (8 * i)));
}

}  // namespace

CopyWriter::CopyWriter(CopyOptions options, std::vector<Field> fields, std::vector<bool> quoted,
                       TextStyle style)
    : options_(std::move(options)),
      fields_(std::move(fields)),
      quoted_(std::move(quoted)),
      style_(std::move(style)) {}

Result<CopyWriter> CopyWriter::Make(CopyOptions options, std::vector<Field> fields,
                                    TextStyle style) {
  std::vector<bool> quoted(fields.size(), options.force_quote_all);
  for (const auto& name : options.force_quote) {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const auto& field) { return field.name == name; });
    if (found == fields.end()) {
      return Fail(MakeError(ErrorCode::kInvalidInput,
                            "FORCE_QUOTE column \"{}\" not referenced by COPY", name)
                      .WithSqlState("42P10"));
    }
    quoted[static_cast<size_t>(found - fields.begin())] = true;
  }
  return CopyWriter(std::move(options), std::move(fields), std::move(quoted), std::move(style));
}

void CopyWriter::AppendHeader(std::string& out) const {
  if (options_.format == CopyOptions::Format::kBinary) AppendBinaryCopyHeader(out);
  if (!options_.header) return;
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (i > 0) out.push_back(options_.delimiter);
    AppendField(fields_[i].name, false, out);
  }
  out.push_back('\n');
}

void CopyWriter::AppendTrailer(std::string& out) const {
  if (options_.format == CopyOptions::Format::kBinary) AppendBinaryCopyTrailer(out);
}

void CopyWriter::AppendBinaryRows(const arrow::RecordBatch& batch, int64_t begin, int64_t end,
                                  std::string& out, std::vector<size_t>* row_ends) const {
  const auto& columns = batch.columns();
  std::vector<std::unique_ptr<ValueWriter>> writers;
  for (size_t i = 0; i < fields_.size(); ++i) {
    writers.push_back(ValueWriter::MakeBinary(fields_[i].type, *columns[i]));
  }
  for (int64_t row = begin; row < end; ++row) {
    AppendBig(static_cast<uint16_t>(writers.size()), out);
    for (const auto& writer : writers) {
      if (writer->IsNull(row)) {
        AppendBig(UINT32_MAX, out);
        continue;
      }
      const size_t at = out.size();
      AppendBig(uint32_t{0}, out);
      writer->Append(row, out);
      std::string length;
      AppendBig(static_cast<uint32_t>(out.size() - at - 4), length);
      out.replace(at, 4, length);
    }
    if (row_ends != nullptr) row_ends->push_back(out.size());
  }
}

void CopyWriter::AppendRows(const arrow::RecordBatch& batch, int64_t begin, int64_t end,
                            std::string& out, std::vector<size_t>* row_ends) const {
  if (options_.format == CopyOptions::Format::kBinary) {
    AppendBinaryRows(batch, begin, end, out, row_ends);
    return;
  }
  const auto& columns = batch.columns();  // the writers borrow them
  std::vector<std::unique_ptr<ValueWriter>> writers;
  for (size_t i = 0; i < fields_.size(); ++i) {
    writers.push_back(ValueWriter::MakeText(fields_[i].type, *columns[i], style_));
  }
  std::string value;
  for (int64_t row = begin; row < end; ++row) {
    for (size_t i = 0; i < writers.size(); ++i) {
      if (i > 0) out.push_back(options_.delimiter);
      if (writers[i]->IsNull(row)) {
        out.append(options_.null_text);
        continue;
      }
      value.clear();
      writers[i]->Append(row, value);
      AppendField(value, quoted_[i], out);
    }
    out.push_back('\n');
    if (row_ends != nullptr) row_ends->push_back(out.size());
  }
}

void CopyWriter::AppendField(std::string_view value, bool quoted, std::string& out) const {
  if (options_.format == CopyOptions::Format::kCsv) {
    AppendCsvField(value, quoted, out);
  } else {
    AppendTextField(value, out);
  }
}

void CopyWriter::AppendTextField(std::string_view value, std::string& out) const {
  for (const char c : value) {
    const char letter = EscapeLetter(c);
    if (letter != 0 || c == '\\' || c == options_.delimiter) out.push_back('\\');
    out.push_back(letter != 0 ? letter : c);
  }
}

void CopyWriter::AppendCsvField(std::string_view value, bool quoted, std::string& out) const {
  const auto needs_quotes = [this](char c) {
    return c == options_.delimiter || c == options_.quote || c == '\n' || c == '\r';
  };
  // A NULL is not quoted, so what looks like one must be; nor may a line be the end marker.
  if (!quoted && value != options_.null_text && !(fields_.size() == 1 && value == "\\.") &&
      std::none_of(value.begin(), value.end(), needs_quotes)) {
    out.append(value);
    return;
  }
  out.push_back(options_.quote);
  for (const char c : value) {
    if (c == options_.quote || c == options_.escape) out.push_back(options_.escape);
    out.push_back(c);
  }
  out.push_back(options_.quote);
}

}  // namespace firn::columnar
