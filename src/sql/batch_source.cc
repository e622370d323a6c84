#include "sql/batch_source.h"

#include <algorithm>
#include <utility>

#include <arrow/record_batch.h>

namespace firn::sql {
namespace {

constexpr int64_t kBatchRows = 64 * 1024;

class BatchReader final : public engine::ScanReader {
 public:
  explicit BatchReader(std::shared_ptr<arrow::RecordBatch> rows) : rows_(std::move(rows)) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    if (at_ >= rows_->num_rows()) return std::shared_ptr<arrow::RecordBatch>();
    auto batch = rows_->Slice(at_, std::min(kBatchRows, rows_->num_rows() - at_));
    at_ += batch->num_rows();
    return batch;
  }

 private:
  const std::shared_ptr<arrow::RecordBatch> rows_;
  int64_t at_ = 0;
};

}  // namespace

Result<std::vector<std::unique_ptr<engine::ScanReader>>> BatchSource::Begin(
    std::span<const int> columns, size_t /*readers*/) {
  FIRN_TRY(const auto rows, make_());
  auto projected = rows->SelectColumns({columns.begin(), columns.end()});
  if (!projected.ok()) {
    return Fail(ErrorCode::kInternal, "projection: {}", projected.status().ToString());
  }
  std::vector<std::unique_ptr<engine::ScanReader>> readers;
  readers.push_back(std::make_unique<BatchReader>(std::move(projected).ValueUnsafe()));
  return readers;
}

}  // namespace firn::sql
