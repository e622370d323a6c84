// sql: FETCH and MOVE: PostgreSQL's rules for where a cursor goes and which rows it passes.
#pragma once

#include <memory>
#include <vector>

#include "sql/decode.h"
#include "sql/prepared.h"
#include "sql/row_stream.h"

namespace firn::sql {

/// The rows of one FETCH. The cursor moves as they are taken.
///
/// Lifetime: shares the portal. Failure: an error of its rows makes the portal fail.
class FetchRows final : public RowStream {
 public:
  FetchRows(std::shared_ptr<Portal> portal, const FetchCommand& command);

  const std::vector<columnar::Field>& fields() const override { return portal_->rows->fields(); }
  Task<Result<std::shared_ptr<arrow::RecordBatch>>> Next() override;

 private:
  using Batch = std::shared_ptr<arrow::RecordBatch>;

  Status Plan();
  /// Moves without giving rows.
  Task<Status> Skip(int64_t rows);
  Task<Result<Batch>> Step();
  Task<Result<Batch>> StepForward();

  const std::shared_ptr<Portal> portal_;
  const FetchCommand command_;

  bool begun_ = false;
  int64_t skip_ = 0;      // negative: backward
  bool to_end_ = false;   // skip everything first
  bool current_ = false;  // then the row at the place
  int64_t forward_ = 0;   // then so many
  int64_t backward_ = 0;  // or so many
};

/// What MOVE reports: the rows a FETCH would have given.
Task<Result<int64_t>> MoveCursor(std::shared_ptr<Portal> portal, FetchCommand command);

}  // namespace firn::sql
