#include "sql/row_cursor.h"

#include <utility>

#include <arrow/record_batch.h>

namespace firn::sql {
namespace {

Failure ForwardOnly() {
  return Fail(MakeError(ErrorCode::kConflict, "cursor can only scan forward")
                  .WithSqlState("55000")
                  .WithHint("Declare it with SCROLL option to enable backward scan."));
}

}  // namespace

RowCursor::RowCursor(std::unique_ptr<RowStream> rows) : rows_(std::move(rows)) {}

RowCursor::RowCursor(std::unique_ptr<RowStream> rows, std::unique_ptr<ResultBuffer> buffer,
                     WorkerPool& workers)
    : rows_(std::move(rows)), buffer_(std::move(buffer)), workers_(&workers), scrolls_(true) {}

void RowCursor::EndRows() {
  fields_ = rows_->fields();
  rows_.reset();
}

Task<Result<RowCursor::Batch>> RowCursor::Read(int64_t row, int64_t most) {
  if (!buffer_->on_disk()) co_return buffer_->Read(row - skipped_, most);
  const auto read = [this, row, most] { return buffer_->Read(row - skipped_, most); };
  co_return co_await RunOn(*workers_, read);
}

Task<Result<bool>> RowCursor::Fill() {
  if (rest_) {
    auto kept = buffer_->Append(std::exchange(rest_, nullptr));
    if (!kept) co_return Failure(std::move(kept).error());
    co_return true;
  }
  if (!rows_) co_return false;
  auto batch = co_await rows_->Next();
  if (!batch) co_return Failure(std::move(batch).error());
  if (!*batch) {
    EndRows();
    co_return false;
  }
  Status kept;
  if (buffer_->on_disk()) {
    const auto append = [this, &batch] { return buffer_->Append(*std::move(batch)); };
    kept = co_await RunOn(*workers_, append);
  } else {
    kept = buffer_->Append(*std::move(batch));
  }
  if (!kept) co_return Failure(std::move(kept).error());
  co_return true;
}

Task<Result<RowCursor::Batch>> RowCursor::Next(int64_t most) {
  Batch batch;
  if (after_last_) co_return batch;
  if (buffer_) {
    while (place_ - skipped_ >= buffer_->rows()) {
      auto filled = co_await Fill();
      if (!filled) co_return Failure(std::move(filled).error());
      if (*filled) continue;
      ++place_;
      after_last_ = true;
      co_return batch;
    }
    auto read = co_await Read(place_, most);
    if (!read) co_return Failure(std::move(read).error());
    place_ += (*read)->num_rows();
    co_return *std::move(read);
  }
  while (!rest_ || rest_->num_rows() == 0) {
    if (rows_) {
      auto next = co_await rows_->Next();
      if (!next) co_return Failure(std::move(next).error());
      rest_ = *std::move(next);
      if (rest_) continue;
      EndRows();
    }
    ++place_;
    after_last_ = true;
    co_return batch;
  }
  batch = std::exchange(rest_, nullptr);
  if (batch->num_rows() > most) {
    rest_ = batch->Slice(most);
    batch = batch->Slice(0, most);
  }
  place_ += batch->num_rows();
  co_return batch;
}

Task<Status> RowCursor::Prime() {
  if (rest_ || buffer_ || !rows_) co_return Status();
  auto first = co_await rows_->Next();
  if (!first) co_return Failure(std::move(first).error());
  rest_ = *std::move(first);
  if (!rest_) EndRows();
  co_return Status();
}

Task<Result<RowCursor::Batch>> RowCursor::Previous() {
  if (!scrolls_) co_return ForwardOnly();
  if (place_ > 0) --place_;
  after_last_ = false;
  if (place_ == 0) co_return Batch();
  co_return co_await Read(place_ - 1, 1);
}

Task<Result<RowCursor::Batch>> RowCursor::Current() {
  if (!scrolls_) co_return ForwardOnly();
  co_return co_await Read(place_ - 1, 1);
}

Status RowCursor::Rewind() {
  if (place_ == 0) return {};
  if (!scrolls_) return ForwardOnly();
  place_ = 0;
  after_last_ = false;
  return {};
}

Task<Status> RowCursor::Keep(std::unique_ptr<ResultBuffer> buffer, WorkerPool& workers) {
  workers_ = &workers;
  if (!buffer_ && !after_last_) {
    buffer_ = std::move(buffer);
    skipped_ = place_;
  }
  if (!buffer_) co_return Status();
  while (true) {
    auto filled = co_await Fill();
    if (!filled) co_return Failure(std::move(filled).error());
    if (!*filled) co_return Status();
  }
}

}  // namespace firn::sql
