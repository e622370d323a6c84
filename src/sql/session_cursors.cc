#include <utility>

#include "sql/fetch.h"
#include "sql/read.h"
#include "sql/session.h"

namespace firn::sql {
namespace {

using State = Transaction::State;

Failure NoCursor(const std::string& name) {
  return Fail(
      MakeError(ErrorCode::kNotFound, "cursor \"{}\" does not exist", name).WithSqlState("34000"));
}

}  // namespace

std::unique_ptr<ResultBuffer> Session::NewBuffer() const {
  return std::make_unique<ResultBuffer>(context_.services.temp_dir(),
                                        context_.settings.work_mem_bytes());
}

Session::OutcomeTask Session::RunDeclare(const DeclareCursorCommand& command,
                                         const std::vector<BoundParameter>& parameters) {
  if (!command.hold && context_.transaction.state() == State::kImplicit && !in_query_block_) {
    co_return Fail(
        MakeError(ErrorCode::kConflict, "DECLARE CURSOR can only be used in transaction blocks")
            .WithSqlState("25P01"));
  }
  if (portals_.contains(command.name)) {
    co_return Fail(
        MakeError(ErrorCode::kAlreadyExists, "cursor \"{}\" already exists", command.name)
            .WithSqlState("42P03"));
  }
  RunningRead::Request request;
  request.query = &command.query;
  request.parameters = &parameters;
  request.later = true;
  auto read = co_await RunningRead::Start(context_, request);
  if (!read) co_return Failure(std::move(read).error());
  auto portal = std::make_shared<Portal>();
  portal->state = Portal::State::kOpen;
  portal->verb = "SELECT";
  portal->fields = (*read)->fields();
  portal->binary = command.binary;
  portal->hold = command.hold;
  portal->depth = context_.transaction.savepoints();
  std::unique_ptr<RowStream> rows = *std::move(read);
  if (command.scroll) {
    portal->rows =
        std::make_unique<RowCursor>(std::move(rows), NewBuffer(), context_.services.workers);
  } else {
    portal->rows = std::make_unique<RowCursor>(std::move(rows));
  }
  portals_.emplace(command.name, std::move(portal));
  co_return Outcome{.tag = "DECLARE CURSOR", .rows = nullptr};
}

Session::OutcomeTask Session::RunFetch(const FetchCommand& command, Output& out) {
  const auto found = portals_.find(command.name);
  if (found == portals_.end()) co_return NoCursor(command.name);
  const auto portal = found->second;
  if (portal->state == Portal::State::kNew && portal->prepared->command) {
    auto begun = co_await BeginPortal(*portal, false, out);
    if (!begun) co_return Failure(std::move(begun).error());
  }
  if (portal->state != Portal::State::kOpen) {
    co_return Fail(MakeError(ErrorCode::kConflict, "portal \"{}\" cannot be run", command.name)
                       .WithSqlState("55000"));
  }
  if (command.move) {
    auto moved = co_await MoveCursor(portal, command);
    if (!moved) co_return Failure(std::move(moved).error());
    co_return Outcome{.tag = fmt::format("MOVE {}", *moved), .rows = nullptr};
  }
  co_return Outcome{.tag = "FETCH",
                    .rows = std::make_unique<FetchRows>(portal, command),
                    .binary = portal->binary};
}

Session::OutcomeTask Session::RunClose(const CloseCursorCommand& command) {
  if (command.name.empty()) {
    portals_.clear();
    co_return Outcome{.tag = "CLOSE CURSOR ALL", .rows = nullptr};
  }
  if (portals_.erase(command.name) == 0) co_return NoCursor(command.name);
  co_return Outcome{.tag = "CLOSE CURSOR", .rows = nullptr};
}

void Session::EndPortals(bool committed) {
  for (auto at = portals_.begin(); at != portals_.end();) {
    auto& portal = *at->second;
    if (committed && portal.hold) portal.of_earlier = true;
    at = portal.of_earlier ? std::next(at) : portals_.erase(at);
  }
}

Task<Status> Session::CommitTransaction() {
  for (auto& [name, portal] : portals_) {
    if (!portal->hold || portal->of_earlier || portal->state != Portal::State::kOpen) continue;
    const auto held = portal;
    auto buffer = NewBuffer();
    auto kept = co_await held->rows->Keep(std::move(buffer), context_.services.workers);
    if (kept) continue;
    co_await RollbackTransaction();
    co_return kept;
  }
  auto committed = co_await context_.transaction.Commit();
  EndPortals(committed.has_value());
  co_return committed;
}

Task<void> Session::RollbackTransaction() {
  EndPortals(false);
  co_await context_.transaction.Rollback();
}

}  // namespace firn::sql
