// A single-statement transaction that lost a race is run again, so that autocommit never sees it.
#include <chrono>
#include <utility>

#include <arrow/record_batch.h>

#include "sql/roles.h"
#include "sql/session.h"

namespace firn::sql {
namespace {

/// For what was said already.
class NoOutput final : public Output {
 public:
  Task<Status> Describe(const std::vector<columnar::Field>& /*fields*/,
                        Format /*format*/) override {
    co_return Status();
  }
  void UseStyle(std::shared_ptr<const columnar::TextStyle> /*style*/) override {}
  Task<Status> Rows(const std::vector<columnar::Field>& /*fields*/,
                    std::shared_ptr<arrow::RecordBatch> /*batch*/) override {
    co_return Status();
  }
  Task<Status> Complete(std::string /*tag*/) override { co_return Status(); }
  Task<Status> EmptyQuery() override { co_return Status(); }
  Task<Status> Suspended() override { co_return Status(); }
  Task<Status> Notice(Error /*notice*/) override { co_return Status(); }
  Task<Status> ParameterStatus(std::string /*name*/, std::string /*value*/) override {
    co_return Status();
  }
  Task<Status> BeginCopyIn(Format /*format*/, size_t /*columns*/) override { co_return Status(); }
  Task<Result<std::optional<std::string_view>>> ReadCopyData() override {
    co_return std::optional<std::string_view>();
  }
  Task<Status> BeginCopyOut(Format /*format*/, size_t /*columns*/) override { co_return Status(); }
  Task<Status> CopyOutData(std::string /*data*/) override { co_return Status(); }
  Task<Status> EndCopyOut() override { co_return Status(); }
};

}  // namespace

void Session::Remember(const Portal& portal) {
  const auto& command = *portal.prepared->command;
  if (std::holds_alternative<ReadCommand>(command) ||
      std::holds_alternative<ExplainCommand>(command)) {
    return;
  }
  // Rows that were returned cannot be taken back.
  const bool again = !ReturnsRows(command) &&
                     (std::holds_alternative<InsertValuesCommand>(command) ||
                      std::holds_alternative<InsertQueryCommand>(command) ||
                      std::holds_alternative<CreateTableCommand>(command) ||
                      std::holds_alternative<CreateTableAsCommand>(command) ||
                      std::holds_alternative<DdlCommand>(command) || IsRoleCommand(command));
  can_run_again_ = can_run_again_ && again;
  if (!again) return;
  Portal once;
  once.prepared = portal.prepared;
  once.parameters = portal.parameters;
  written_.push_back(std::move(once));
}

Task<Status> Session::CommitImplicit() {
  // Writers go on meanwhile: what looks at a whole table may lose many times.
  constexpr auto kPatience = std::chrono::seconds(10);
  const auto until = std::chrono::steady_clock::now() + kPatience;
  auto committed = co_await CommitTransaction();
  const bool possible = can_run_again_ && !written_.empty();
  while (possible && !committed && committed.error().remedy == Remedy::kRetry &&
         std::chrono::steady_clock::now() < until) {
    auto statements = std::exchange(written_, {});
    NoOutput nowhere;
    for (const auto& statement : statements) {
      auto entered = Enter(&*statement.prepared->command);
      if (!entered) co_return entered;
      auto outcome = co_await RunCommand(*statement.prepared, statement.parameters, nowhere);
      if (!outcome) {
        co_await RollbackTransaction();
        co_return Failure(std::move(outcome).error());
      }
    }
    written_ = std::move(statements);
    committed = co_await CommitTransaction();
  }
  written_.clear();
  co_return committed;
}

}  // namespace firn::sql
