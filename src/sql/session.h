// sql: one client's session: the simple and the extended query protocol over a transaction.
//
//   SimpleQuery ──▶ statements, one after the other ┐
//   Parse ─▶ Bind ─▶ Execute … Sync ────────────────┴─▶ RunCommand ─▶ insert, copy, ddl, read …
//
// Statements outside BEGIN form an implicit transaction that ends with the query string, or with
// Sync. A reply leaves only when what it reports is durable.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "sql/output.h"
#include "sql/prepared.h"
#include "sql/session_context.h"

namespace firn::sql {

struct StatementDescription {
  std::vector<uint32_t> parameter_oids;
  std::optional<std::vector<columnar::Field>> fields;  // none: returns no rows
};

/// Threads:  methods are called one at a time; Cancel() by any thread.
/// Lifetime: may be dropped when no method is running; what was not committed is taken back.
/// Failure:  an error answers the one message; the protocol front skips to Sync.
/// Not here: bytes, authentication.
class Session {
 public:
  Session(Services& services, SessionIdentity identity,
          std::unique_ptr<SessionRegistry::Entry> entry);
  ~Session();

  SessionSettings& settings() { return context_.settings; }

  /// Runs every statement in the text; stops at the first error.
  Task<Status> SimpleQuery(std::string sql, Output& out);

  /// Errors: 42P05 the name is taken, 42601, and those of resolving the statement.
  Task<Status> Parse(std::string statement, std::string sql, std::vector<uint32_t> parameter_oids);
  /// 26000 no such statement.
  Task<Result<StatementDescription>> DescribeStatement(std::string statement);
  /// 26000, 42P03 the portal's name is taken, 08P01, and those of the types' input.
  Task<Status> Bind(std::string portal, std::string statement,
                    std::vector<ParameterValue> parameters);
  /// 34000 no such portal.
  Task<Result<std::optional<std::vector<columnar::Field>>>> DescribePortal(std::string portal);
  /// max_rows 0: all.
  Task<Status> Execute(std::string portal, int32_t max_rows, Output& out);
  Task<Status> CloseStatement(std::string statement);
  Task<Status> ClosePortal(std::string portal);
  /// Ends the implicit transaction, committing it unless `failed`.
  Task<Status> Sync(bool failed);

  /// 'I' idle, 'T' in a transaction, 'E' in a failed transaction.
  char transaction_status() const;
  void Cancel();

 private:
  struct Named {
    std::shared_ptr<const PreparedStatement> prepared;
    NameScope scope;  // for which the description is good; empty: there is none yet
    Description description;
  };
  struct Outcome {
    std::string tag;  // of rows: its first word
    std::unique_ptr<RowStream> rows;
    bool binary = false;  // FETCH of a binary cursor in a simple query
  };
  using PortalPtr = std::shared_ptr<Portal>;
  using OutcomeTask = Task<Result<Outcome>>;

  /// Checks that a command may run now, and gives it a transaction and a view.
  Status Enter(const Command* command);
  Status EnsureDescribed(Named& named);
  Result<Named*> FindNamed(const std::string& name);

  Task<Result<std::vector<Statement>>> ParseText(const std::string& sql);
  Task<Status> RunSimple(Statement statement, bool last, Output& out);
  Task<Status> RunPortal(Portal& portal, int32_t max_rows, bool simple, bool last, Output& out);
  /// Runs the command of a new portal as far as its first rows; the tag of one without rows.
  Task<Result<std::string>> BeginPortal(Portal& portal, bool simple, Output& out);
  /// The tag's count, or nothing when stopped at the limit.
  Task<Result<std::optional<int64_t>>> SendRows(Portal& portal, int32_t max_rows, Output& out);

  OutcomeTask RunCommand(const PreparedStatement& prepared,
                         const std::vector<BoundParameter>& parameters, Output& out);
  OutcomeTask RunConstant(const PreparedStatement& prepared);
  OutcomeTask RunRead(const PreparedStatement& prepared,
                      const std::vector<BoundParameter>& parameters, Output& out);
  OutcomeTask RunInsert(const PreparedStatement& prepared, const InsertValuesCommand& insert,
                        const std::vector<BoundParameter>& parameters);
  OutcomeTask RunExplained(const ExplainCommand& explain,
                           const std::vector<BoundParameter>& parameters);
  OutcomeTask RunWrite(const PreparedStatement& prepared,
                       const std::vector<BoundParameter>& parameters, Output& out);
  OutcomeTask RunSessionCommand(const Command& command, Output& out);
  OutcomeTask RunExecute(const ExecuteCommand& command, Output& out);
  OutcomeTask RunTransaction(const TransactionCommand& command, Output& out);
  OutcomeTask RunSavepoint(const TransactionCommand& command);
  OutcomeTask RunBegin(const TransactionCommand& command, Output& out);
  OutcomeTask RunEnd(const TransactionCommand& command, Output& out);
  OutcomeTask RunDeclare(const DeclareCursorCommand& command,
                         const std::vector<BoundParameter>& parameters);
  OutcomeTask RunFetch(const FetchCommand& command, Output& out);
  OutcomeTask RunClose(const CloseCursorCommand& command);
  Status RunDiscard(const DiscardCommand& command);
  Status RunPrepare(const PrepareCommand& command);
  Status RunDeallocate(const DeallocateCommand& command);

  std::unique_ptr<ResultBuffer> NewBuffer() const;
  /// Commits; cursors WITH HOLD keep their rows, all other portals end.
  Task<Status> CommitTransaction();
  Task<void> RollbackTransaction();
  /// Ends the portals of the transaction that ends.
  void EndPortals(bool committed);
  /// Whether the statement can be run once more, should its commit lose a race.
  void Remember(const Portal& portal);
  /// Commits the implicit transaction; one that lost a race is run again.
  Task<Status> CommitImplicit();

  void BeginMessage(std::string_view text);
  void BeginNextStatement();
  void EndMessage();
  /// After an error: a block is failed; in the simple protocol an implicit one is over.
  Task<void> AfterError(bool simple);
  Task<Status> Report(Output& out);
  Task<Status> TellNotices(Output& out);

  SessionContext context_;
  const std::unique_ptr<SessionRegistry::Entry> entry_;
  std::map<std::string, Named> prepared_;
  std::map<std::string, PortalPtr> portals_;
  std::vector<Error> notices_;   // of parsing; told as soon as there is an answer to put them in
  bool in_query_block_ = false;  // a simple query of several statements is a block of its own
  // What the implicit transaction has written so far, and whether that is all it did.
  std::vector<Portal> written_;
  bool can_run_again_ = true;
};

}  // namespace firn::sql
