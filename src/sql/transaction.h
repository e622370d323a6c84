// sql: a session's transaction: what it sees, and what it has written and not committed.
//
//   idle ──statement──▶ implicit ──its end──▶ idle        a simple query, a pipeline up to Sync
//     │                    │ BEGIN
//     └──────BEGIN────▶  block ──COMMIT──▶ idle
//                          │ error
//                          ▼
//                        failed ──ROLLBACK [TO]──▶ idle [block]
//
// Writes gather in buffers, one per table, DDL as catalog changes; Commit hands all of it to the
// database as one request.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "catalog/objects/sequence.h"
#include "sql/cancellation.h"
#include "sql/services.h"
#include "sql/session_settings.h"
#include "sql/snapshot_hold.h"
#include "sql/table_buffer.h"
#include "sql/temp_tables.h"
#include "table/database.h"

namespace firn::sql {

/// What one statement sees: a snapshot, and the catalog with the transaction's own DDL.
struct View {
  table::Snapshot snapshot;
  std::shared_ptr<const catalog::Version> catalog;
};

/// Threads: the session's.
class Transaction final : private RowHolder {
 public:
  enum class State : uint8_t { kIdle, kImplicit, kBlock, kFailed };

  Transaction(Services& services, SessionSettings& settings, const Cancellation& cancellation,
              std::shared_ptr<SnapshotHold> held, std::string session_name);
  /// Takes back in the background what was not committed.
  ~Transaction() override;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  State state() const { return state_; }
  /// Begins an implicit transaction unless there is one of any kind.
  void BeginImplicit();
  /// BEGIN: makes an implicit transaction (or none) an explicit one.
  void BeginBlock();
  /// An error: an explicit block is failed from now on.
  void MarkFailed();

  /// When the transaction began: now(), in microseconds since 1970.
  int64_t start_us() const { return start_us_; }
  /// The LSN of this session's last commit that wrote rows.
  Lsn last_commit() const { return last_commit_; }

  /// The view of a statement that begins: a new snapshot, or the transaction's with
  /// REPEATABLE READ. 72000 when that was taken away, 42P07 when another session took the name of a
  /// table made here.
  Status BeginStatement();
  /// The statement under way looks at no row any more, and need not keep those of its snapshot in
  /// memory. With REPEATABLE READ the next one does.
  void LetGoOfRows();
  /// 72000 when a statement that waited for its client has lost its rows meanwhile.
  Status CheckRows() const;
  /// Nothing else may set the transaction's isolation once a statement has looked.
  bool has_looked() const { return looked_; }
  const View& view() const { return view_; }
  /// Asked after every change what has to come with it; null: nothing.
  void SetWithNew(std::function<catalog::ObjectPtr(const catalog::Change&)> with_new) {
    with_new_ = std::move(with_new);
  }

  /// 25006 in a read-only transaction.
  Status CheckWritable(std::string_view command) const;

  /// The table's buffer, made when first asked for.
  TableBuffer& BufferOf(const std::shared_ptr<const catalog::TableDefinition>& table);
  /// Null when nothing was written to the table.
  TableBuffer* FindBuffer(TableId table);

  /// Creates a table: its folder, and the change. Errors: 42P07, 3F000 and those of PrepareTable.
  Task<Result<std::shared_ptr<const catalog::TableDefinition>>> CreateTable(
      catalog::TableDefinition definition, OnCommit on_commit = OnCommit::kPreserve);
  Status DropTable(const catalog::TableDefinition& table);
  bool CreatedHere(TableId table) const;
  /// Makes `next` the table's definition, under the next schema id.
  Status AlterTable(catalog::TableDefinition next);
  Task<Status> TruncateTable(const std::shared_ptr<const catalog::TableDefinition>& table);
  /// Puts or drops an object.
  Status AddChange(catalog::Change change);
  /// The commit fails (40001) when another session has written to the table since this statement's
  /// snapshot: what was found true of its rows must still be.
  void MustNotChange(TableId table);

  /// A table's rows and files as this transaction sees them, without its own. `visible` of the
  /// snapshot to read them at is in the second.
  std::pair<std::shared_ptr<const table::TableVersion>, table::Snapshot> VersionOf(
      const std::shared_ptr<const catalog::TableDefinition>& table) const;
  bool TruncatedHere(TableId table) const;
  bool IsTemporary(TableId table) const;

  /// Counters of sequences that only this transaction knows: made or restarted here.
  std::map<Uuid, catalog::SequenceState>& own_sequences() { return own_sequences_; }
  TempTables& temp_tables() { return temp_tables_; }

  /// Makes all of it durable and visible; idle afterwards, also when it fails.
  Task<Status> Commit();
  Task<void> Rollback();

  Task<Status> SetSavepoint(std::string name);
  /// 3B001 no such savepoint.
  Task<Status> RollbackTo(std::string name);
  Status Release(const std::string& name);
  size_t savepoints() const { return savepoints_.size(); }

 private:
  using Buffers = std::map<TableId, std::unique_ptr<TableBuffer>>;
  struct Savepoint {
    std::string name;
    size_t changes = 0;
    size_t created = 0;
    size_t unchanged = 0;
    std::map<TableId, TableBuffer::Mark> marks;
    SessionSettings::Saved settings;
  };

  void LetGo() override;
  void DropRows();
  void Start(State state);
  Status RebuildCatalog();
  std::optional<size_t> FindSavepoint(const std::string& name) const;
  /// Whether rows are on their way to data files: SealFiles() has to come before BuildRequest().
  bool WritesFiles() const;
  Task<Status> SealFiles();
  Result<std::shared_ptr<table::CommitRequest>> BuildRequest();
  /// Hands the request over; searches for keys again as often as others write meanwhile.
  Task<Result<table::CommitReceipt>> Submit(const std::shared_ptr<table::CommitRequest>& request);
  Task<Status> SearchKeysAgain(table::CommitRequest& request);
  Task<void> Committed();
  /// Takes back what the database was told to prepare: folders beyond `created`, files.
  Task<void> DiscardFiles(Buffers buffers);
  void DiscardTables(size_t kept, const catalog::Version* committed);
  void Reset();

  Services& services_;
  SessionSettings& settings_;
  const Cancellation& cancellation_;
  const std::shared_ptr<SnapshotHold> held_;
  const std::string session_name_;

  State state_ = State::kIdle;
  int64_t start_us_ = 0;
  Lsn last_commit_;
  bool looked_ = false;
  View view_;
  bool taken_away_ = false;  // the rows of view_, by the watch
  std::vector<catalog::Change> changes_;
  std::vector<std::shared_ptr<const catalog::TableDefinition>> created_;
  Buffers buffers_;
  std::vector<Savepoint> savepoints_;
  std::vector<table::UnchangedTable> unchanged_;
  std::map<Uuid, catalog::SequenceState> own_sequences_;
  std::map<TableId, OnCommit> on_commit_;  // of temporary tables made here
  TempTables temp_tables_;
  // view_.catalog is base_ and the first applied_ changes.
  std::shared_ptr<const catalog::Version> base_;
  size_t applied_ = 0;
  SessionSettings::Saved settings_before_;
  std::function<catalog::ObjectPtr(const catalog::Change&)> with_new_;
};

}  // namespace firn::sql
