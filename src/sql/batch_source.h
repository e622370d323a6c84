// sql: rows made when they are asked for, as a scan source for the engine: system relations.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <arrow/type_fwd.h>

#include "engine/scan_source.h"

namespace firn::sql {

/// Runs `make` at the beginning of each scan, on a thread of the engine, where it may block.
class BatchSource final : public engine::ScanSource {
 public:
  using Make = std::function<Result<std::shared_ptr<arrow::RecordBatch>>()>;

  /// `make` returns exactly `fields`.
  BatchSource(std::vector<columnar::Field> fields, Make make)
      : fields_(std::move(fields)), make_(std::move(make)) {}

  const std::vector<columnar::Field>& fields() const override { return fields_; }
  int64_t row_estimate() const override { return 1000; }
  size_t max_readers() const override { return 1; }
  Result<std::vector<std::unique_ptr<engine::ScanReader>>> Begin(std::span<const int> columns,
                                                                 size_t readers) override;

 private:
  const std::vector<columnar::Field> fields_;
  const Make make_;
};

}  // namespace firn::sql
