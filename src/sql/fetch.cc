#include "sql/fetch.h"

#include <limits>
#include <utility>

#include <arrow/record_batch.h>

namespace firn::sql {
namespace {

constexpr int64_t kAll = std::numeric_limits<int64_t>::max();

int64_t Negated(int64_t count) {
  return count == std::numeric_limits<int64_t>::min() ? kAll : -count;
}

}  // namespace

FetchRows::FetchRows(std::shared_ptr<Portal> portal, const FetchCommand& command)
    : portal_(std::move(portal)), command_(command) {}

Status FetchRows::Plan() {
  using Direction = FetchCommand::Direction;
  auto& rows = *portal_->rows;
  const int64_t count = command_.count;
  switch (command_.direction) {
    case Direction::kAbsolute:
      if (count > 0) {
        forward_ = 1;
        if (count - 1 <= rows.place() / 2) {
          FIRN_RETURN_IF_ERROR(rows.Rewind());
        }
        skip_ = count - 1 - rows.place();
        return {};
      }
      if (count == 0) return rows.Rewind();
      to_end_ = true;
      skip_ = count + 1;
      backward_ = 1;
      return {};
    case Direction::kRelative:
      if (count == 0) break;
      (count > 0 ? forward_ : backward_) = 1;
      skip_ = count > 0 ? count - 1 : count + 1;
      return {};
    case Direction::kForward:
      (count >= 0 ? forward_ : backward_) = count >= 0 ? count : Negated(count);
      break;
    case Direction::kBackward:
      (count > 0 ? backward_ : forward_) = count > 0 ? count : Negated(count);
      break;
  }
  current_ = count == 0 && rows.on_row();
  return {};
}

Task<Status> FetchRows::Skip(int64_t rows) {
  auto& cursor = *portal_->rows;
  for (; rows < 0; ++rows) {
    auto passed = co_await cursor.Previous();
    if (!passed) co_return Failure(std::move(passed).error());
    if (!*passed) break;
  }
  while (rows > 0) {
    auto passed = co_await cursor.Next(rows);
    if (!passed) co_return Failure(std::move(passed).error());
    if (!*passed) break;
    if (rows != kAll) rows -= (*passed)->num_rows();
  }
  co_return Status();
}

Task<Result<FetchRows::Batch>> FetchRows::StepForward() {
  auto batch = co_await portal_->rows->Next(forward_);
  if (!batch) co_return Failure(std::move(batch).error());
  if (!*batch) {
    forward_ = 0;
  } else if (forward_ != kAll) {
    forward_ -= (*batch)->num_rows();
  }
  co_return batch;
}

Task<Result<FetchRows::Batch>> FetchRows::Step() {
  if (!std::exchange(begun_, true)) {
    auto planned = Plan();
    if (!planned) co_return Failure(std::move(planned).error());
    if (to_end_) {
      auto ended = co_await Skip(kAll);
      if (!ended) co_return Failure(std::move(ended).error());
    }
    auto skipped = co_await Skip(skip_);
    if (!skipped) co_return Failure(std::move(skipped).error());
  }
  if (std::exchange(current_, false)) co_return co_await portal_->rows->Current();
  if (forward_ > 0) co_return co_await StepForward();
  if (backward_ == 0) co_return Batch();
  if (backward_ != kAll) --backward_;
  auto batch = co_await portal_->rows->Previous();
  if (batch && !*batch) backward_ = 0;
  co_return batch;
}

Task<Result<FetchRows::Batch>> FetchRows::Next() {
  if (portal_->state != Portal::State::kOpen) co_return Batch();
  auto batch = co_await Step();
  if (!batch) portal_->Fail();
  co_return batch;
}

Task<Result<int64_t>> MoveCursor(std::shared_ptr<Portal> portal, FetchCommand command) {
  // Where it stands, a move by nothing needs no row.
  const bool stays = command.count == 0 && command.direction != FetchCommand::Direction::kAbsolute;
  if (stays) co_return portal->rows->on_row() ? 1 : 0;
  FetchRows rows(std::move(portal), command);
  int64_t moved = 0;
  while (true) {
    auto batch = co_await rows.Next();
    if (!batch) co_return Failure(std::move(batch).error());
    if (!*batch) co_return moved;
    moved += (*batch)->num_rows();
  }
}

}  // namespace firn::sql
