#include "columnar/copy_columns_internal.h"

#include <algorithm>

#include <arrow/builder.h>
#include <arrow/record_batch.h>

namespace firn::columnar {
namespace {

// A table of 1,600 columns would else note fields in 6 MB for its first row.
constexpr size_t kBlockFields = 32 << 10;
// From so many rows on a load is taken to bring kBulkRows at least.
constexpr int64_t kRowsWorthReserving = 4096;
constexpr int64_t kBulkRows = 64 << 10;
constexpr int64_t kBulkBytes = 8 << 20;

// Bytes of a value in its builder, without those of strings.
int64_t WidthOf(const Type& type) {
  const int16_t size = Info(type.kind).size;
  return type.kind == TypeKind::kNumeric ? 16 : size > 0 ? size : int64_t{sizeof(int32_t)};
}

bool HasBytes(const Type& type) {
  const auto layout = LayoutOf(Stored(type));
  return layout == Layout::kUtf8 || layout == Layout::kBinary || layout == Layout::kList;
}

}  // namespace

CopyColumns::CopyColumns(std::vector<Column> columns, const TextStyle& style)
    : schema_(ArrowSchema(TableSchema{.columns = columns})),
      block_rows_(std::clamp<size_t>(kBlockFields / (columns.size() + 1), 8, kBlockRows)),
      fields_(columns.size() * block_rows_) {
  for (auto& column : columns) {
    auto builder = arrow::MakeBuilder(ArrowType(Stored(column.type)));
    FIRN_CHECK(builder.ok());
    auto parser = ValueParser::Make(column.type, builder->get(), style);
    row_width_ += WidthOf(column.type);
    const bool has_bytes = HasBytes(column.type);
    targets_.push_back({.column = std::move(column),
                        .builder = *std::move(builder),
                        .parser = std::move(parser),
                        .has_bytes = has_bytes});
  }
}

std::optional<CopyColumns::Wrong> CopyColumns::AppendBlock(size_t rows, Form form) {
  if (rows == 0) return {};
  if (rows_ >= kRowsWorthReserving && !reserved_) {
    if (auto reserved = ReserveForMany(); !reserved) {
      return Wrong{.error = std::move(reserved).error()};
    }
  }
  // A later column is read as far as the rows before it are right: what is found there comes first.
  std::optional<Wrong> wrong;
  size_t good = rows;
  for (size_t i = 0; i < targets_.size(); ++i) {
    auto& parser = *targets_[i].parser;
    const auto values = FieldsOf(i).first(good);
    auto read = form == Form::kText ? parser.AppendTexts(values, &good)
                                    : parser.AppendBinaries(values, &good);
    if (!read) {
      wrong = Wrong{.error = std::move(read).error(),
                    .row = good,
                    .column = &targets_[i].column,
                    .text = values[good]};
    }
    if (!targets_[i].has_bytes) continue;
    for (const auto value : values) variable_bytes_ += static_cast<int64_t>(value.size());
  }
  for (size_t i = 0; i < targets_.size(); ++i) {
    const auto& target = targets_[i];
    if (!target.column.not_null || target.builder->null_count() == 0) continue;
    const auto values = FieldsOf(i).first(good);
    const auto null = std::find_if(values.begin(), values.end(),
                                   [](const auto& value) { return value.data() == nullptr; });
    if (null == values.end()) continue;
    good = static_cast<size_t>(null - values.begin());
    wrong = Wrong{.row = good, .column = &target.column, .is_null = true};
  }
  rows_ += static_cast<int64_t>(rows);
  return wrong;
}

void CopyColumns::AppendedRow(int64_t bytes) {
  ++rows_;
  variable_bytes_ += bytes;
}

Result<std::shared_ptr<arrow::RecordBatch>> CopyColumns::Take() {
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (auto& target : targets_) {
    auto array = target.builder->Finish();
    if (!array.ok()) {
      return Fail(ErrorCode::kOverloaded, "cannot finish batch: {}", array.status().message());
    }
    columns.push_back(*std::move(array));
  }
  auto batch = arrow::RecordBatch::Make(schema_, rows_, std::move(columns));
  rows_expected_ = rows_;
  rows_ = 0;
  variable_bytes_ = 0;
  reserved_ = false;
  return batch;
}

/// Columns that grow by doubling are copied, and in memory twice.
Status CopyColumns::ReserveForMany() {
  reserved_ = true;
  const int64_t rows = std::max(kBulkRows, rows_expected_);
  for (auto& target : targets_) {
    auto& builder = *target.builder;
    auto reserved = builder.Reserve(rows);
    const auto type = builder.type()->id();
    if (reserved.ok() && (type == arrow::Type::STRING || type == arrow::Type::BINARY)) {
      auto& texts = static_cast<arrow::BinaryBuilder&>(builder);
      // As long as those before, and an eighth more.
      const int64_t bytes = texts.value_data_length() * rows / rows_ / 8 * 9;
      reserved = texts.ReserveData(std::min(bytes, kBulkBytes));
    }
    if (!reserved.ok()) {
      return Fail(ErrorCode::kOverloaded, "cannot keep rows: {}", reserved.message());
    }
  }
  return {};
}

Error NullRefused(const Column& column, std::string_view table_name) {
  return MakeError(ErrorCode::kInvalidInput,
                   "null value in column \"{}\" of relation \"{}\" violates not-null constraint",
                   column.name, table_name)
      .WithSqlState("23502");
}

}  // namespace firn::columnar
