#include "sql/session.h"

#include <limits>
#include <utility>

#include <arrow/record_batch.h>

#include "sql/freed_memory.h"
#include "sql/long_names.h"
#include "sql/parse_duckdb.h"
#include "sql/relation_names.h"
#include "sql/relations.h"
#include "sql/rights.h"
#include "sql/temp_tables.h"

namespace firn::sql {
namespace {

// A longer text is parsed on a worker: it would hold up other sessions.
constexpr size_t kInlineParseBytes = 64 << 10;

using State = Transaction::State;

Failure NoStatement(const std::string& name) {
  return Fail(MakeError(ErrorCode::kNotFound, "prepared statement \"{}\" does not exist", name)
                  .WithSqlState("26000"));
}

Failure NoPortal(const std::string& name) {
  return Fail(
      MakeError(ErrorCode::kNotFound, "portal \"{}\" does not exist", name).WithSqlState("34000"));
}

Failure AbortedTransaction() {
  return Fail(MakeError(ErrorCode::kConflict,
                        "current transaction is aborted, commands ignored until end of "
                        "transaction block")
                  .WithSqlState("25P02"));
}

Failure ChangedResult() {
  return Fail(MakeError(ErrorCode::kSchemaMismatch, "cached plan must not change result type")
                  .WithSqlState("0A000"));
}

/// What a failed transaction still takes.
bool EndsTransaction(const Command& command) {
  const auto* transaction = std::get_if<TransactionCommand>(&command);
  if (transaction == nullptr) return false;
  using Kind = TransactionCommand::Kind;
  return transaction->kind == Kind::kCommit || transaction->kind == Kind::kRollback ||
         transaction->kind == Kind::kRollbackTo;
}

/// The table whose rows a command writes; null: it does more than that.
const TableName* TargetOf(const Command& command) {
  if (const auto* insert = std::get_if<InsertValuesCommand>(&command)) return &insert->table;
  if (const auto* query = std::get_if<InsertQueryCommand>(&command)) return &query->table;
  const auto* copy = std::get_if<CopyCommand>(&command);
  return copy == nullptr ? nullptr : &copy->table;
}

bool SameTypes(const std::vector<columnar::Field>& a, const std::vector<columnar::Field>& b) {
  bool same = a.size() == b.size();
  for (size_t i = 0; same && i < a.size(); ++i) {
    same = a[i].name == b[i].name && a[i].type.kind == b[i].type.kind;
  }
  return same;
}

}  // namespace

Session::Session(Services& services, SessionIdentity identity,
                 std::unique_ptr<SessionRegistry::Entry> entry)
    : context_(services, std::move(identity)), entry_(std::move(entry)) {
  context_.services.watch.Add(context_.cancellation);
  context_.services.snapshots.Add(context_.held);
  context_.transaction.SetWithNew(
      [this](const catalog::Change& change) { return RightsOfNew(context_, change); });
}

Session::~Session() {
  context_.services.snapshots.Remove(context_.held);
  context_.services.watch.Remove(context_.cancellation);
}

char Session::transaction_status() const {
  switch (context_.transaction.state()) {
    case State::kBlock:
      return 'T';
    case State::kFailed:
      return 'E';
    case State::kIdle:
    case State::kImplicit:
      break;
  }
  return 'I';
}

void Session::Cancel() {
  context_.cancellation->Request();
  context_.services.watch.Wake();
}

void Session::BeginMessage(std::string_view text) {
  entry_->Began(text);
  context_.views.count = 0;
  const auto timeout = context_.settings.statement_timeout_ms();
  context_.cancellation->Begin(timeout);
  if (timeout > 0) context_.services.watch.Wake();
}

void Session::BeginNextStatement() {
  const auto timeout = context_.settings.statement_timeout_ms();
  context_.views.count = 0;
  context_.cancellation->SetTimeout(timeout);
  if (timeout > 0) context_.services.watch.Wake();
}

void Session::EndMessage() {
  context_.cancellation->End();
  ReturnMemory();
  switch (context_.transaction.state()) {
    case State::kBlock:
      entry_->SetState("idle in transaction");
      break;
    case State::kFailed:
      entry_->SetState("idle in transaction (aborted)");
      break;
    case State::kIdle:
    case State::kImplicit:
      entry_->SetState("idle");
      break;
  }
}

Status Session::Enter(const Command* command) {
  auto& transaction = context_.transaction;
  if (transaction.state() == State::kFailed && (command == nullptr || !EndsTransaction(*command))) {
    return AbortedTransaction();
  }
  if (transaction.state() == State::kIdle) {
    written_.clear();
    can_run_again_ = true;
  }
  transaction.BeginImplicit();
  if (command == nullptr) return {};
  if (const char* name = WritingName(*command)) {
    auto writable = transaction.CheckWritable(name);
    if (!writable) {
      const auto* target = TargetOf(*command);
      if (target == nullptr) return writable;
      FIRN_RETURN_IF_ERROR(transaction.BeginStatement());
      const auto table = FindTable(context_, *target);
      // Rows of temporary tables are written in a read-only transaction too.
      const bool temporary = table != nullptr && table->schema == kTempSchema;
      if (!temporary || !context_.settings.as_of().empty()) return writable;
    }
  }
  return NeedsView(*command) ? transaction.BeginStatement() : Status();
}

Task<void> Session::AfterError(bool simple) {
  context_.transaction.MarkFailed();
  if (simple && context_.transaction.state() == State::kImplicit) co_await RollbackTransaction();
}

Task<Status> Session::Report(Output& out) {
  for (auto& [name, value] : context_.settings.TakeReports()) {
    if (name == "application_name") entry_->SetApplicationName(value);
    auto sent = co_await out.ParameterStatus(name, value);
    if (!sent) co_return sent;
  }
  co_return Status();
}

Task<Status> Session::TellNotices(Output& out) {
  const auto notices = std::exchange(notices_, {});
  for (const auto& notice : notices) {
    auto told = co_await out.Notice(notice);
    if (!told) co_return told;
  }
  co_return Status();
}

Task<Result<std::vector<Statement>>> Session::ParseText(const std::string& sql) {
  Result<std::vector<Statement>> statements;
  if (sql.size() <= kInlineParseBytes) {
    statements = sql::Parse(sql);
  } else {
    const auto parse = [&sql] { return sql::Parse(sql); };
    statements = co_await RunOn(context_.services.workers, parse);
  }
  // Only a text with some name of that length is looked at more closely.
  if (statements && HasLongWord(sql)) notices_ = LongNameNotices(*statements);
  if (statements || statements.error().SqlState() != "42601") co_return statements;
  // 123abc is no number and a name to Postgres: to DuckDB it is.
  if (statements.error().message.starts_with("trailing junk after")) co_return statements;
  auto read = co_await ParseDuckDb(context_, sql);
  if (!read) co_return Failure(std::move(read).error());
  if (!read->empty()) co_return read;
  co_return statements;
}

Task<Status> Session::SimpleQuery(std::string sql, Output& out) {
  const SnapshotUse use(*context_.held);
  BeginMessage(sql);
  prepared_.erase("");
  portals_.erase("");
  auto statements = co_await ParseText(sql);
  auto status = co_await TellNotices(out);
  if (!status) {
    // The client is gone.
  } else if (!statements) {
    status = Failure(std::move(statements).error());
  } else if (statements->empty()) {
    status = co_await out.EmptyQuery();
  } else {
    in_query_block_ = statements->size() > 1;
    for (size_t i = 0; status && i < statements->size(); ++i) {
      const bool last = i + 1 == statements->size();
      if (i > 0) {
        co_await Yield();
        BeginNextStatement();
      }
      status = co_await RunSimple((*statements)[i], last, out);
    }
  }
  in_query_block_ = false;
  if (!status) co_await AfterError(true);
  auto reported = co_await Report(out);
  EndMessage();
  if (status && !reported) co_return reported;
  co_return status;
}

Task<Status> Session::RunSimple(Statement statement, bool last, Output& out) {
  auto prepared = PrepareStatement(context_, std::move(statement), {});
  if (!prepared) {
    // What firn does not know is refused by a failed transaction like everything else.
    if (context_.transaction.state() == State::kFailed) co_return AbortedTransaction();
    co_return Failure(std::move(prepared).error());
  }
  Portal portal;
  portal.prepared = *std::move(prepared);
  if (portal.prepared->statement->parameter_count > 0 && NeedsView(*portal.prepared->command)) {
    co_return Fail(
        MakeError(ErrorCode::kInvalidInput, "there is no parameter $1").WithSqlState("42P02"));
  }
  co_return co_await RunPortal(portal, 0, true, last, out);
}

Task<Result<std::string>> Session::BeginPortal(Portal& portal, bool simple, Output& out) {
  auto entered = Enter(&*portal.prepared->command);
  if (!entered) co_return Failure(std::move(entered).error());
  portal.state = Portal::State::kFailed;  // unless it gets further
  auto outcome = co_await RunCommand(*portal.prepared, portal.parameters, out);
  if (!outcome) co_return Failure(std::move(outcome).error());
  Remember(portal);
  if (!outcome->rows) {
    portal.state = Portal::State::kDone;
    co_return std::move(outcome->tag);
  }
  if (portal.fields && !SameTypes(*portal.fields, outcome->rows->fields())) {
    co_return ChangedResult();
  }
  portal.state = Portal::State::kOpen;
  portal.verb = std::move(outcome->tag);
  portal.rows = std::make_unique<RowCursor>(std::move(outcome->rows));
  if (simple) {
    // What FETCH finds wrong is told before the columns.
    if (portal.verb == "FETCH") {
      auto primed = co_await portal.rows->Prime();
      if (!primed) co_return Failure(std::move(primed).error());
    }
    const auto format = outcome->binary ? Format::kBinary : Format::kText;
    auto described = co_await out.Describe(portal.rows->fields(), format);
    if (!described) co_return Failure(std::move(described).error());
  }
  co_return std::string();
}

Task<Status> Session::RunPortal(Portal& portal, int32_t max_rows, bool simple, bool last,
                                Output& out) {
  std::string tag;
  if (portal.state == Portal::State::kNew) {
    auto begun = co_await BeginPortal(portal, simple, out);
    if (!begun) co_return Failure(std::move(begun).error());
    tag = *std::move(begun);
  } else {
    auto entered = Enter(nullptr);
    if (!entered) co_return entered;
    if (portal.state != Portal::State::kOpen) {
      co_return Fail(MakeError(ErrorCode::kConflict, "portal cannot be run").WithSqlState("55000"));
    }
  }
  if (portal.state == Portal::State::kOpen) {
    auto sent = co_await SendRows(portal, max_rows, out);
    if (!sent) {
      portal.Fail();
      co_return Failure(std::move(sent).error());
    }
    if (!*sent) co_return co_await out.Suspended();
    const bool counts = portal.verb == "SELECT" || portal.verb == "FETCH";
    tag = counts ? fmt::format("{} {}", portal.verb, **sent) : portal.verb;
  }
  if (simple && last && context_.transaction.state() == State::kImplicit) {
    auto committed = co_await CommitImplicit();
    if (!committed) co_return committed;
  }
  co_return co_await out.Complete(std::move(tag));
}

Task<Result<std::optional<int64_t>>> Session::SendRows(Portal& portal, int32_t max_rows,
                                                       Output& out) {
  int64_t sent = 0;
  out.UseStyle(context_.settings.text_style());
  while (max_rows <= 0 || sent < max_rows) {
    const int64_t most = max_rows > 0 ? max_rows - sent : std::numeric_limits<int64_t>::max();
    auto batch = co_await portal.rows->Next(most);
    if (!batch) co_return Failure(std::move(batch).error());
    if (!*batch) co_return std::optional<int64_t>(sent);
    sent += (*batch)->num_rows();
    auto allowed = context_.cancellation->Check();
    if (!allowed) co_return Failure(std::move(allowed).error());
    // A client that does not read keeps nothing but this batch for ever.
    context_.held->Leave();
    auto written = co_await out.Rows(portal.rows->fields(), *std::move(batch));
    context_.held->Enter();
    if (!written) co_return Failure(std::move(written).error());
  }
  co_return std::optional<int64_t>();
}

Result<Session::Named*> Session::FindNamed(const std::string& name) {
  const auto found = prepared_.find(name);
  if (found == prepared_.end()) return NoStatement(name);
  return &found->second;
}

Status Session::EnsureDescribed(Named& named) {
  const auto* command = named.prepared->command ? &*named.prepared->command : nullptr;
  if (command == nullptr) return {};
  FIRN_RETURN_IF_ERROR(Enter(command));
  if (const auto* execute = std::get_if<ExecuteCommand>(command)) {
    FIRN_TRY(auto* inner, FindNamed(execute->name));
    if (inner == &named) return {};
    FIRN_RETURN_IF_ERROR(EnsureDescribed(*inner));
    named.description.fields = inner->description.fields;
    return {};
  }
  if (const auto* fetch = std::get_if<FetchCommand>(command)) {
    named.description.fields.reset();
    const auto portal = portals_.find(fetch->name);
    if (!fetch->move && portal != portals_.end()) {
      named.description.fields = portal->second->fields;
    }
    return {};
  }
  if (!NeedsView(*command)) {
    FIRN_TRY(named.description, Describe(context_, *named.prepared));
    return {};
  }
  auto scope = NameScopeOf(context_);
  if (named.scope == scope) return {};
  FIRN_TRY(auto description, Describe(context_, *named.prepared));
  const auto& before = named.description.fields;
  if (named.scope.catalog && before && description.fields &&
      !SameTypes(*before, *description.fields)) {
    return ChangedResult();
  }
  named.description = std::move(description);
  named.scope = std::move(scope);
  return {};
}

Task<Status> Session::Parse(std::string statement, std::string sql,
                            std::vector<uint32_t> parameter_oids) {
  const SnapshotUse use(*context_.held);
  entry_->Began(sql);
  if (statement.empty()) prepared_.erase(statement);
  auto statements = co_await ParseText(sql);
  const auto parse = [&]() -> Status {
    if (!statements) return Failure(std::move(statements).error());
    if (!statement.empty() && prepared_.contains(statement)) {
      return Fail(MakeError(ErrorCode::kAlreadyExists, "prepared statement \"{}\" already exists",
                            statement)
                      .WithSqlState("42P05"));
    }
    prepared_.erase(statement);
    Named named;
    FIRN_TRY(named.prepared, Prepare(context_, *std::move(statements), std::move(parameter_oids)));
    FIRN_RETURN_IF_ERROR(EnsureDescribed(named));
    prepared_.emplace(std::move(statement), std::move(named));
    return {};
  };
  Status parsed;
  if (sql.size() <= kInlineParseBytes) {
    parsed = parse();
  } else {
    parsed = co_await RunOn(context_.services.workers, parse);
  }
  if (!parsed) co_await AfterError(false);
  co_return parsed;
}

Task<Result<StatementDescription>> Session::DescribeStatement(std::string statement) {
  const SnapshotUse use(*context_.held);
  const auto describe = [&]() -> Result<StatementDescription> {
    FIRN_TRY(auto* named, FindNamed(statement));
    FIRN_RETURN_IF_ERROR(EnsureDescribed(*named));
    return StatementDescription{
        .parameter_oids = ParameterOids(*named->prepared, named->description),
        .fields = named->description.fields};
  };
  auto described = describe();
  if (!described) co_await AfterError(false);
  co_return described;
}

Task<Status> Session::Bind(std::string portal, std::string statement,
                           std::vector<ParameterValue> parameters) {
  const SnapshotUse use(*context_.held);
  const auto bind = [&]() -> Status {
    FIRN_TRY(auto* named, FindNamed(statement));
    if (!named->prepared->command && context_.transaction.state() == State::kFailed) {
      return AbortedTransaction();
    }
    if (!portal.empty() && portals_.contains(portal)) {
      return Fail(MakeError(ErrorCode::kAlreadyExists, "portal \"{}\" already exists", portal)
                      .WithSqlState("42P03"));
    }
    FIRN_RETURN_IF_ERROR(EnsureDescribed(*named));
    auto bound = std::make_shared<Portal>();
    bound->prepared = named->prepared;
    bound->fields = named->description.fields;
    bound->depth = context_.transaction.savepoints();
    FIRN_TRY(bound->parameters,
             BindAll(named->description, parameters, statement, *context_.settings.text_style()));
    portals_.insert_or_assign(portal, std::move(bound));
    return {};
  };
  auto bound = bind();
  if (!bound) co_await AfterError(false);
  co_return bound;
}

Task<Result<std::optional<std::vector<columnar::Field>>>> Session::DescribePortal(
    std::string portal) {
  const SnapshotUse use(*context_.held);
  const auto found = portals_.find(portal);
  if (found == portals_.end()) {
    co_await AfterError(false);
    co_return NoPortal(portal);
  }
  if (context_.transaction.state() == State::kFailed && found->second->fields) {
    co_return AbortedTransaction();
  }
  co_return found->second->fields;
}

Task<Status> Session::Execute(std::string portal, int32_t max_rows, Output& out) {
  const SnapshotUse use(*context_.held);
  const auto found = portals_.find(portal);
  if (found == portals_.end()) {
    co_await AfterError(false);
    co_return NoPortal(portal);
  }
  // Shared while it runs: a COMMIT in it ends every portal.
  const auto running = found->second;
  if (running->prepared && !running->prepared->command) co_return co_await out.EmptyQuery();
  BeginMessage(running->prepared ? running->prepared->statement->text() : portal);
  Status status;
  if (!notices_.empty()) status = co_await TellNotices(out);
  if (status) status = co_await RunPortal(*running, max_rows, false, false, out);
  if (!status) co_await AfterError(false);
  Status reported;
  if (context_.settings.MayHaveReports()) reported = co_await Report(out);
  context_.cancellation->End();
  if (status && !reported) co_return reported;
  co_return status;
}

Task<Status> Session::CloseStatement(std::string statement) {
  const SnapshotUse use(*context_.held);
  prepared_.erase(statement);
  co_return Status();
}

Task<Status> Session::ClosePortal(std::string portal) {
  const SnapshotUse use(*context_.held);
  portals_.erase(portal);
  co_return Status();
}

Task<Status> Session::Sync(bool failed) {
  const SnapshotUse use(*context_.held);
  Status status;
  // The session may not have seen what failed.
  if (failed) context_.transaction.MarkFailed();
  if (context_.transaction.state() == State::kImplicit) {
    if (failed) {
      co_await RollbackTransaction();
    } else {
      status = co_await CommitImplicit();
    }
  }
  EndMessage();
  co_return status;
}

}  // namespace firn::sql
