// sql: rows on their way to a client, wherever they come from.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/task.h"
#include "columnar/types.h"

namespace firn::sql {

/// Threads: one at a time. Lifetime: may be dropped half-way.
class RowStream {
 public:
  virtual ~RowStream() = default;
  virtual const std::vector<columnar::Field>& fields() const = 0;
  /// The next batch, or null at the end; columns as columnar::ArrowType of the fields.
  virtual Task<Result<std::shared_ptr<arrow::RecordBatch>>> Next() = 0;
};

/// Rows known already: SHOW.
class FixedRows final : public RowStream {
 public:
  FixedRows(std::vector<columnar::Field> fields, std::shared_ptr<arrow::RecordBatch> batch)
      : fields_(std::move(fields)), batch_(std::move(batch)) {}

  const std::vector<columnar::Field>& fields() const override { return fields_; }
  Task<Result<std::shared_ptr<arrow::RecordBatch>>> Next() override {
    co_return std::exchange(batch_, nullptr);
  }

 private:
  const std::vector<columnar::Field> fields_;
  std::shared_ptr<arrow::RecordBatch> batch_;
};

}  // namespace firn::sql
