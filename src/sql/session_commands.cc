#include <algorithm>
#include <utility>

#include "sql/copy.h"
#include "sql/ddl.h"
#include "sql/insert.h"
#include "sql/read.h"
#include "sql/roles.h"
#include "sql/session.h"
#include "sql/utility.h"

namespace firn::sql {
namespace {

using State = Transaction::State;

Failure OnlyInBlock(std::string_view command) {
  return Fail(MakeError(ErrorCode::kConflict, "{} can only be used in transaction blocks", command)
                  .WithSqlState("25P01"));
}

template <typename T>
Result<std::unique_ptr<RowStream>> Widen(Result<std::unique_ptr<T>> stream) {
  if (!stream) return Failure(std::move(stream).error());
  return std::unique_ptr<RowStream>(*std::move(stream));
}

}  // namespace

// No coroutine itself: its frame would have room for what each kind of command waits for.
Session::OutcomeTask Session::RunCommand(const PreparedStatement& prepared,
                                         const std::vector<BoundParameter>& parameters,
                                         Output& out) {
  const auto& command = *prepared.command;
  if (prepared.constant) return RunConstant(prepared);
  if (std::holds_alternative<ReadCommand>(command)) return RunRead(prepared, parameters, out);
  if (const auto* insert = std::get_if<InsertValuesCommand>(&command)) {
    return RunInsert(prepared, *insert, parameters);
  }
  if (const auto* explain = std::get_if<ExplainCommand>(&command)) {
    return RunExplained(*explain, parameters);
  }
  if (const auto* transaction = std::get_if<TransactionCommand>(&command)) {
    return RunTransaction(*transaction, out);
  }
  if (const auto* execute = std::get_if<ExecuteCommand>(&command)) return RunExecute(*execute, out);
  if (const auto* declare = std::get_if<DeclareCursorCommand>(&command)) {
    return RunDeclare(*declare, parameters);
  }
  if (const auto* fetch = std::get_if<FetchCommand>(&command)) return RunFetch(*fetch, out);
  if (const auto* close = std::get_if<CloseCursorCommand>(&command)) return RunClose(*close);
  if (NeedsView(command) || std::holds_alternative<CheckpointCommand>(command)) {
    return RunWrite(prepared, parameters, out);
  }
  return RunSessionCommand(command, out);
}

Session::OutcomeTask Session::RunConstant(const PreparedStatement& prepared) {
  auto row = std::make_unique<FixedRows>(prepared.constant->fields, prepared.constant->batch);
  co_return Outcome{.tag = "SELECT", .rows = std::move(row)};
}

Session::OutcomeTask Session::RunRead(const PreparedStatement& prepared,
                                      const std::vector<BoundParameter>& parameters, Output& out) {
  RunningRead::Request request;
  request.query = &*prepared.statement;
  request.parameters = &parameters;
  request.out = &out;
  auto read = Widen(co_await RunningRead::Start(context_, request));
  if (!read) co_return Failure(std::move(read).error());
  co_return Outcome{.tag = "SELECT", .rows = *std::move(read)};
}

Session::OutcomeTask Session::RunExplained(const ExplainCommand& explain,
                                           const std::vector<BoundParameter>& parameters) {
  auto plan = co_await RunExplain(context_, explain, parameters);
  if (!plan) co_return Failure(std::move(plan).error());
  co_return Outcome{.tag = "EXPLAIN", .rows = *std::move(plan)};
}

Session::OutcomeTask Session::RunInsert(const PreparedStatement& prepared,
                                        const InsertValuesCommand& insert,
                                        const std::vector<BoundParameter>& parameters) {
  auto inserted = co_await RunInsertValues(context_, insert, parameters, *prepared.insert_plan);
  if (!inserted) co_return Failure(std::move(inserted).error());
  co_return Outcome{.tag = std::move(inserted->tag), .rows = std::move(inserted->rows)};
}

Session::OutcomeTask Session::RunWrite(const PreparedStatement& prepared,
                                       const std::vector<BoundParameter>& parameters, Output& out) {
  const auto& command = *prepared.command;
  Result<std::string> tag;
  std::unique_ptr<RowStream> rows;
  if (const auto* query = std::get_if<InsertQueryCommand>(&command)) {
    auto inserted = co_await RunInsertQuery(context_, *query, parameters);
    if (!inserted) co_return Failure(std::move(inserted).error());
    tag = std::move(inserted->tag);
    rows = std::move(inserted->rows);
  } else if (const auto* copy = std::get_if<CopyCommand>(&command)) {
    tag = co_await RunCopy(context_, *copy, out);
  } else if (const auto* create = std::get_if<CreateTableCommand>(&command)) {
    tag = co_await RunCreateTable(context_, *create, out);
  } else if (const auto* from_query = std::get_if<CreateTableAsCommand>(&command)) {
    tag = co_await RunCreateTableAs(context_, *from_query, parameters, out);
  } else if (const auto* ddl = std::get_if<DdlCommand>(&command)) {
    tag = co_await RunDdl(context_, *ddl, out);
  } else if (IsRoleCommand(command)) {
    tag = co_await RunRoleCommand(context_, command, out);
  } else if (const auto* call = std::get_if<CallCommand>(&command)) {
    tag = co_await RunCall(context_, *call);
  } else if (const auto* lock = std::get_if<LockCommand>(&command)) {
    if (context_.transaction.state() != State::kBlock && !in_query_block_) {
      co_return OnlyInBlock("LOCK TABLE");
    }
    tag = RunLock(context_, *lock);
  } else if (const auto* constraints = std::get_if<SetConstraintsCommand>(&command)) {
    tag = RunSetConstraints(context_, *constraints);
    if (tag && context_.transaction.state() != State::kBlock && !in_query_block_) {
      auto notice = MakeNotice("25P01", "SET CONSTRAINTS can only be used in transaction blocks");
      auto told = co_await out.Notice(std::move(notice));
      if (!told) tag = Failure(std::move(told).error());
    }
  } else {
    tag = co_await RunCheckpoint(context_);
  }
  if (!tag) co_return Failure(std::move(tag).error());
  co_return Outcome{.tag = *std::move(tag), .rows = std::move(rows)};
}

Session::OutcomeTask Session::RunSessionCommand(const Command& command, Output& out) {
  Status status;
  std::string tag;
  if (const auto* show = std::get_if<ShowCommand>(&command)) {
    auto rows = RunShow(context_, *show);
    if (!rows) co_return Failure(std::move(rows).error());
    co_return Outcome{.tag = "SHOW", .rows = *std::move(rows)};
  }
  if (const auto* set = std::get_if<SetCommand>(&command)) {
    if (set->local && context_.transaction.state() != State::kBlock && !in_query_block_) {
      auto notice = MakeNotice("25P01", "SET LOCAL can only be used in transaction blocks");
      status = co_await out.Notice(std::move(notice));
    }
    if (status) status = RunSet(context_, *set);
    tag = set->reset ? "RESET" : "SET";
  } else if (std::holds_alternative<ResetAllCommand>(command)) {
    context_.settings.ResetAll();
    tag = "RESET";
  } else if (const auto* discard = std::get_if<DiscardCommand>(&command)) {
    status = RunDiscard(*discard);
    tag = "DISCARD " + discard->what;
  } else if (const auto* prepare = std::get_if<PrepareCommand>(&command)) {
    status = RunPrepare(*prepare);
    tag = "PREPARE";
  } else if (const auto* deallocate = std::get_if<DeallocateCommand>(&command)) {
    status = RunDeallocate(*deallocate);
    tag = deallocate->name.empty() ? "DEALLOCATE ALL" : "DEALLOCATE";
  } else if (const auto* modes = std::get_if<SetTransactionCommand>(&command)) {
    if (!modes->session && context_.transaction.state() != State::kBlock) {
      auto notice = MakeNotice("25P01", "SET TRANSACTION can only be used in transaction blocks");
      status = co_await out.Notice(std::move(notice));
    }
    if (status) status = SetModes(context_, modes->modes, modes->session);
    tag = "SET";
  }
  if (!status) co_return Failure(std::move(status).error());
  co_return Outcome{.tag = std::move(tag), .rows = nullptr};
}

Session::OutcomeTask Session::RunExecute(const ExecuteCommand& command, Output& out) {
  auto named = FindNamed(command.name);
  if (!named) co_return Failure(std::move(named).error());
  auto described = EnsureDescribed(**named);
  if (!described) co_return Failure(std::move(described).error());
  const auto prepared = (*named)->prepared;
  const auto wanted = (*named)->description.parameters;
  if (!prepared->command || std::holds_alternative<ExecuteCommand>(*prepared->command)) {
    co_return Outcome{.tag = "EXECUTE", .rows = nullptr};
  }
  if (command.arguments.size() != wanted.size()) {
    co_return Fail(MakeError(ErrorCode::kInvalidInput,
                             "wrong number of parameters for prepared statement \"{}\"",
                             command.name)
                       .WithSqlState("42601")
                       .WithDetail(fmt::format("Expected {} parameters but got {}.", wanted.size(),
                                               command.arguments.size())));
  }
  std::vector<BoundParameter> parameters;
  for (size_t i = 0; i < wanted.size(); ++i) {
    columnar::Column column;
    column.name = fmt::format("${}", i + 1);
    column.type = wanted[i].type;
    auto text = TextForColumn(command.arguments[i], column);
    if (!text) co_return Failure(std::move(text).error());
    const ParameterValue value{.format = Format::kText, .bytes = *std::move(text)};
    auto bound = BindParameter(wanted[i], value, i + 1, *context_.settings.text_style());
    if (!bound) co_return Failure(std::move(bound).error());
    parameters.push_back(*std::move(bound));
  }
  auto entered = Enter(&*prepared->command);
  if (!entered) co_return Failure(std::move(entered).error());
  co_return co_await RunCommand(*prepared, parameters, out);
}

Status Session::RunDiscard(const DiscardCommand& command) {
  if (!command.all) return {};
  if (context_.transaction.state() == State::kBlock) {
    return Fail(MakeError(ErrorCode::kConflict, "DISCARD ALL cannot run inside a transaction block")
                    .WithSqlState("25001"));
  }
  context_.settings.ResetAll();
  context_.settings.ResetUsers();
  prepared_.clear();
  portals_.clear();
  return {};
}

Status Session::RunPrepare(const PrepareCommand& command) {
  if (prepared_.contains(command.name)) {
    return Fail(MakeError(ErrorCode::kAlreadyExists, "prepared statement \"{}\" already exists",
                          command.name)
                    .WithSqlState("42P05"));
  }
  std::vector<std::optional<ParameterType>> declared;
  for (const auto& type : command.parameter_types) {
    declared.push_back(ParameterOf(type));
  }
  Named named;
  FIRN_TRY(named.prepared, PrepareStatement(context_, command.statement, std::move(declared)));
  FIRN_RETURN_IF_ERROR(EnsureDescribed(named));
  prepared_.emplace(command.name, std::move(named));
  return {};
}

Status Session::RunDeallocate(const DeallocateCommand& command) {
  if (command.name.empty()) {
    prepared_.clear();
    return {};
  }
  FIRN_RETURN_IF_ERROR(FindNamed(command.name));
  prepared_.erase(command.name);
  return {};
}

Session::OutcomeTask Session::RunTransaction(const TransactionCommand& command, Output& out) {
  using Kind = TransactionCommand::Kind;
  switch (command.kind) {
    case Kind::kBegin:
      co_return co_await RunBegin(command, out);
    case Kind::kCommit:
    case Kind::kRollback:
      co_return co_await RunEnd(command, out);
    case Kind::kSavepoint:
    case Kind::kRelease:
    case Kind::kRollbackTo:
      break;
  }
  co_return co_await RunSavepoint(command);
}

Session::OutcomeTask Session::RunBegin(const TransactionCommand& command, Output& out) {
  if (context_.transaction.state() == State::kBlock) {
    auto notice = MakeNotice("25001", "there is already a transaction in progress");
    auto sent = co_await out.Notice(std::move(notice));
    if (!sent) co_return Failure(std::move(sent).error());
  }
  context_.transaction.BeginBlock();
  auto set = SetModes(context_, command.modes, false);
  if (!set) co_return Failure(std::move(set).error());
  co_return Outcome{.tag = command.start ? "START TRANSACTION" : "BEGIN", .rows = nullptr};
}

Session::OutcomeTask Session::RunEnd(const TransactionCommand& command, Output& out) {
  auto& transaction = context_.transaction;
  const bool block = transaction.state() != State::kImplicit;
  bool commit = command.kind == TransactionCommand::Kind::kCommit;
  if (!block) {
    if (command.chain) {
      co_return OnlyInBlock(commit ? "COMMIT AND CHAIN" : "ROLLBACK AND CHAIN");
    }
    auto notice = MakeNotice("25P01", "there is no transaction in progress");
    auto sent = co_await out.Notice(std::move(notice));
    if (!sent) co_return Failure(std::move(sent).error());
  }
  // A failed transaction has nothing to commit, and COMMIT says so.
  const bool rolled_back = transaction.state() == State::kFailed;
  const auto isolation = context_.settings.Show("transaction_isolation");
  const auto read_only = context_.settings.read_only();
  if (commit && !rolled_back) {
    auto committed = co_await CommitTransaction();
    if (!committed) co_return Failure(std::move(committed).error());
  } else {
    co_await RollbackTransaction();
    if (block) commit = false;
  }
  if (command.chain) {
    transaction.BeginBlock();
    const TransactionModes modes{.isolation = *isolation, .read_only = read_only};
    auto set = SetModes(context_, modes, false);
    if (!set) co_return Failure(std::move(set).error());
  }
  co_return Outcome{.tag = commit ? "COMMIT" : "ROLLBACK", .rows = nullptr};
}

Session::OutcomeTask Session::RunSavepoint(const TransactionCommand& command) {
  using Kind = TransactionCommand::Kind;
  auto& transaction = context_.transaction;
  const bool block = transaction.state() != State::kImplicit;
  Status status;
  std::string tag;
  if (command.kind == Kind::kSavepoint) {
    if (!block) co_return OnlyInBlock("SAVEPOINT");
    status = co_await transaction.SetSavepoint(command.savepoint);
    tag = "SAVEPOINT";
  } else if (command.kind == Kind::kRelease) {
    if (!block) co_return OnlyInBlock("RELEASE SAVEPOINT");
    status = transaction.Release(command.savepoint);
    for (auto& [name, portal] : portals_) {
      portal->depth = std::min(portal->depth, transaction.savepoints());
    }
    tag = "RELEASE";
  } else {
    if (!block) co_return OnlyInBlock("ROLLBACK TO SAVEPOINT");
    status = co_await transaction.RollbackTo(command.savepoint);
    std::erase_if(portals_, [&](const auto& one) {
      return status && !one.second->of_earlier && one.second->depth >= transaction.savepoints();
    });
    tag = "ROLLBACK";
  }
  if (!status) co_return Failure(std::move(status).error());
  co_return Outcome{.tag = std::move(tag), .rows = nullptr};
}

}  // namespace firn::sql
