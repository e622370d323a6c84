#include <algorithm>
#include <atomic>

#include <arrow/api.h>

#include "columnar/table_schema.h"
#include "table/database.h"

namespace firn::table {
namespace {

// Batches are cut to at most this many rows, so that several readers share a large one.
constexpr int64_t kUnitRows = 64 * 1024;

struct Work {
  std::vector<std::shared_ptr<arrow::RecordBatch>> units;
  std::atomic<size_t> next{0};
};

class Reader final : public engine::ScanReader {
 public:
  explicit Reader(std::shared_ptr<Work> work) : work_(std::move(work)) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    const size_t unit = work_->next.fetch_add(1);
    if (unit >= work_->units.size()) return nullptr;
    return work_->units[unit];
  }

 private:
  const std::shared_ptr<Work> work_;
};

class HotRowsSource final : public engine::ScanSource {
 public:
  HotRowsSource(Snapshot snapshot, std::shared_ptr<const TableVersion> table, RecordBatches own)
      : snapshot_(std::move(snapshot)), table_(std::move(table)), own_(std::move(own)) {
    for (const auto& column : table_->definition->columns.columns) {
      fields_.push_back({column.name, column.type});
    }
    for (const auto& generation : table_->generations) rows_ += generation->rows();
    for (const auto& batch : own_) rows_ += batch->num_rows();
  }

  const std::vector<columnar::Field>& fields() const override { return fields_; }
  int64_t row_estimate() const override { return rows_; }
  size_t max_readers() const override { return static_cast<size_t>(rows_ / kUnitRows) + 1; }

  Result<std::vector<std::unique_ptr<engine::ScanReader>>> Begin(std::span<const int> columns,
                                                                 size_t readers) override {
    const std::vector<int> wanted(columns.begin(), columns.end());
    auto work = std::make_shared<Work>();
    const auto add = [&](const std::shared_ptr<arrow::RecordBatch>& batch) {
      for (int64_t from = 0; from < batch->num_rows(); from += kUnitRows) {
        work->units.push_back(batch->num_rows() <= kUnitRows ? batch
                                                             : batch->Slice(from, kUnitRows));
      }
    };
    for (const auto& generation : table_->generations) {
      for (const auto& batch : generation->Read(snapshot_.visible, &wanted, false)) add(batch);
    }
    for (const auto& batch : own_) {
      FIRN_TRY(const auto projected, Project(*batch, wanted));
      add(projected);
    }
    std::vector<std::unique_ptr<engine::ScanReader>> made;
    for (size_t i = 0; i < std::max<size_t>(readers, 1); ++i) {
      made.push_back(std::make_unique<Reader>(work));
    }
    return made;
  }

 private:
  static Result<std::shared_ptr<arrow::RecordBatch>> Project(const arrow::RecordBatch& batch,
                                                             const std::vector<int>& columns) {
    auto projected = batch.SelectColumns(columns);
    if (!projected.ok()) {
      return Fail(ErrorCode::kInternal, "projection: {}", projected.status().ToString());
    }
    return *std::move(projected);
  }

  const Snapshot snapshot_;
  const std::shared_ptr<const TableVersion> table_;
  const RecordBatches own_;
  std::vector<columnar::Field> fields_;
  int64_t rows_ = 0;
};

}  // namespace

std::shared_ptr<engine::ScanSource> HotRows(const Snapshot& snapshot,
                                            std::shared_ptr<const TableVersion> table,
                                            std::vector<std::shared_ptr<arrow::RecordBatch>> own) {
  return std::make_shared<HotRowsSource>(snapshot, std::move(table), std::move(own));
}

bool HotRowsEmpty(const Snapshot& snapshot, const TableVersion& table) {
  return std::all_of(table.generations.begin(), table.generations.end(), [&](const auto& rows) {
    const Lsn first = rows->first_lsn();
    return first == Lsn() || first > snapshot.visible;
  });
}

}  // namespace firn::table
