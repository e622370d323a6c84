#include "sql/transaction.h"

#include <algorithm>
#include <utility>

#include "columnar/evolve.h"
#include "sql/key_search.h"

namespace firn::sql {

Transaction::Transaction(Services& services, SessionSettings& settings,
                         const Cancellation& cancellation, std::shared_ptr<SnapshotHold> held,
                         std::string session_name)
    : services_(services),
      settings_(settings),
      cancellation_(cancellation),
      held_(std::move(held)),
      session_name_(std::move(session_name)) {}

Transaction::~Transaction() {
  held_->Drops(this);
  DiscardTables(0, nullptr);
  if (buffers_.empty()) return;
  asio::post(services_.workers.pool(), [buffers = std::make_shared<Buffers>(std::move(buffers_))] {
    for (auto& [table, buffer] : *buffers) buffer->DiscardNow();
  });
}

void Transaction::Start(State state) {
  state_ = state;
  start_us_ = services_.clock.NowMicros();
  settings_before_ = settings_.Save();
}

void Transaction::BeginImplicit() {
  if (state_ == State::kIdle) Start(State::kImplicit);
}

void Transaction::BeginBlock() {
  if (state_ == State::kIdle) Start(State::kBlock);
  state_ = State::kBlock;
}

void Transaction::MarkFailed() {
  if (state_ == State::kBlock) state_ = State::kFailed;
}

Status Transaction::BeginStatement() {
  const bool keep = looked_ && settings_.isolation() == Isolation::kRepeatableRead;
  if (keep) {
    FIRN_RETURN_IF_ERROR(CheckRows());
  } else {
    view_.snapshot = services_.database.TakeSnapshot();
    held_->Keeps(this, view_.snapshot.root);
    taken_away_ = false;
  }
  looked_ = true;
  return RebuildCatalog();
}

void Transaction::LetGoOfRows() {
  if (settings_.isolation() == Isolation::kRepeatableRead) return;
  held_->Drops(this);
  DropRows();
}

void Transaction::LetGo() {
  if (view_.snapshot.root == nullptr) return;
  DropRows();
  taken_away_ = true;
}

Status Transaction::CheckRows() const {
  if (taken_away_) return Fail(SnapshotTooOld());
  return {};
}

void Transaction::DropRows() {
  auto without = std::make_shared<table::Root>();
  without->catalog = view_.snapshot.root->catalog;
  without->visible.store(view_.snapshot.visible.value());
  view_.snapshot.root = std::move(without);
}

Status Transaction::RebuildCatalog() {
  const auto& base = view_.snapshot.root->catalog;
  if (base != base_ || view_.catalog == nullptr || applied_ > changes_.size()) {
    base_ = nullptr;
    view_.catalog = base;
    const bool temporary = !temp_tables_.empty() || !on_commit_.empty();
    if (temporary) {
      FIRN_TRY(view_.catalog, temp_tables_.Overlay(base));
    }
    base_ = base;
    applied_ = 0;
  }
  while (applied_ < changes_.size()) {
    auto next = view_.catalog->Apply(changes_[applied_]);
    if (!next) {
      base_ = nullptr;
      return Failure(std::move(next).error());
    }
    view_.catalog = *std::move(next);
    ++applied_;
  }
  return {};
}

Status Transaction::AddChange(catalog::Change change) {
  changes_.push_back(std::move(change));
  auto rebuilt = RebuildCatalog();
  if (rebuilt) {
    auto more = with_new_ ? with_new_(changes_.back()) : nullptr;
    if (more == nullptr) return rebuilt;
    rebuilt = AddChange(catalog::PutObject{std::move(more)});
    if (rebuilt) return rebuilt;
  }
  changes_.pop_back();
  FIRN_RETURN_IF_ERROR(RebuildCatalog());
  return rebuilt;
}

Status Transaction::AlterTable(catalog::TableDefinition next) {
  next.columns.id = SchemaId(next.columns.id.value() + 1);
  auto definition = std::make_shared<const catalog::TableDefinition>(std::move(next));
  FIRN_RETURN_IF_ERROR(AddChange(catalog::AlterTable{definition}));
  if (auto* buffer = FindBuffer(definition->id)) buffer->Follow(std::move(definition));
  return {};
}

Task<Status> Transaction::TruncateTable(
    const std::shared_ptr<const catalog::TableDefinition>& table) {
  auto added = AddChange(catalog::TruncateTable{table->id});
  if (!added) co_return added;
  co_return co_await BufferOf(table).Truncate();
}

void Transaction::MustNotChange(TableId table) {
  if (CreatedHere(table) || temp_tables_.Find(table) != nullptr || TruncatedHere(table)) return;
  unchanged_.push_back({.table = table, .since = view_.snapshot.visible});
}

bool Transaction::TruncatedHere(TableId table) const {
  return std::any_of(changes_.begin(), changes_.end(), [&](const catalog::Change& change) {
    const auto* truncate = std::get_if<catalog::TruncateTable>(&change);
    return truncate != nullptr && truncate->table == table;
  });
}

std::pair<std::shared_ptr<const table::TableVersion>, table::Snapshot> Transaction::VersionOf(
    const std::shared_ptr<const catalog::TableDefinition>& table) const {
  auto version = temp_tables_.Find(table->id);
  auto snapshot = view_.snapshot;
  if (version != nullptr) {
    snapshot.visible = Lsn(UINT64_MAX);
  } else {
    version = snapshot.root->Find(table->id);
  }
  if (version != nullptr && version->definition == table && !TruncatedHere(table->id)) {
    return {version, snapshot};
  }
  auto own = std::make_shared<table::TableVersion>();
  if (version != nullptr && !TruncatedHere(table->id)) *own = *version;
  own->definition = table;
  return {own, snapshot};
}

Status Transaction::CheckWritable(std::string_view command) const {
  if (!settings_.as_of().empty()) {
    return Fail(MakeError(ErrorCode::kDenied, "cannot execute {} while firn.as_of is set", command)
                    .WithSqlState("25006")
                    .WithHint("The past is read only: RESET firn.as_of."));
  }
  if (!settings_.read_only()) return {};
  return Fail(MakeError(ErrorCode::kDenied, "cannot execute {} in a read-only transaction", command)
                  .WithSqlState("25006"));
}

TableBuffer& Transaction::BufferOf(const std::shared_ptr<const catalog::TableDefinition>& table) {
  auto& buffer = buffers_[table->id];
  if (!buffer) buffer = std::make_unique<TableBuffer>(services_, table);
  if (buffer->table()->columns.id != table->columns.id) buffer->Follow(table);
  return *buffer;
}

TableBuffer* Transaction::FindBuffer(TableId table) {
  const auto found = buffers_.find(table);
  return found == buffers_.end() ? nullptr : found->second.get();
}

Task<Result<std::shared_ptr<const catalog::TableDefinition>>> Transaction::CreateTable(
    catalog::TableDefinition definition, OnCommit on_commit) {
  using Prepared = Result<std::shared_ptr<const catalog::TableDefinition>>;
  if (definition.schema == kTempSchema) {
    definition.id = TableId(NewUuidV7());
    on_commit_[definition.id] = on_commit;
    base_ = nullptr;
    Prepared temporary = std::make_shared<const catalog::TableDefinition>(std::move(definition));
    auto added = AddChange(catalog::CreateTable{*temporary});
    if (!added) co_return Failure(std::move(added).error());
    co_return temporary;
  }
  // A folder is only made for a table that the catalog would take.
  const catalog::Change attempt =
      catalog::CreateTable{std::make_shared<const catalog::TableDefinition>(definition)};
  auto possible = view_.catalog->Apply(attempt);
  if (!possible) co_return Failure(std::move(possible).error());

  const auto prepare = [this, &definition] { return services_.database.PrepareTable(definition); };
  Prepared prepared = co_await RunOn(services_.workers, prepare);
  if (!prepared) co_return prepared;
  created_.push_back(*prepared);
  auto added = AddChange(catalog::CreateTable{*prepared});
  if (!added) co_return Failure(std::move(added).error());
  co_return prepared;
}

Status Transaction::DropTable(const catalog::TableDefinition& table) {
  return AddChange(catalog::DropTable{table.id});
}

bool Transaction::CreatedHere(TableId table) const {
  return std::any_of(created_.begin(), created_.end(),
                     [&](const auto& created) { return created->id == table; });
}

bool Transaction::WritesFiles() const {
  return std::any_of(buffers_.begin(), buffers_.end(),
                     [](const auto& entry) { return entry.second->is_writing(); });
}

Task<Status> Transaction::SealFiles() {
  for (auto& [table, buffer] : buffers_) {
    auto sealed = co_await buffer->SealFiles();
    if (!sealed) co_return sealed;
  }
  co_return Status();
}

Result<std::shared_ptr<table::CommitRequest>> Transaction::BuildRequest() {
  auto request = std::make_shared<table::CommitRequest>();
  request->session = session_name_;
  const auto dropped = [this](TableId table) {
    return std::any_of(changes_.begin(), changes_.end(), [&](const catalog::Change& change) {
      const auto* drop = std::get_if<catalog::DropTable>(&change);
      return drop != nullptr && drop->table == table;
    });
  };
  // A table that was created and dropped here never was, unless other changes speak of it.
  const bool objects = std::any_of(changes_.begin(), changes_.end(), [](const auto& change) {
    return std::holds_alternative<catalog::PutObject>(change);
  });
  for (const auto& change : changes_) {
    const auto table = catalog::TableOf(change);
    if (IsTemporary(table)) continue;
    if (objects || !CreatedHere(table) || !dropped(table)) request->changes.push_back(change);
  }
  for (const auto& [sequence, state] : own_sequences_) {
    if (view_.catalog == nullptr || view_.catalog->FindObject(sequence) == nullptr) continue;
    request->changes.push_back(
        catalog::PutObject{std::make_shared<const catalog::SequenceState>(state)});
  }
  for (const auto& looked : unchanged_) {
    if (!dropped(looked.table)) request->unchanged.push_back(looked);
  }
  for (auto& [table, buffer] : buffers_) {
    if (buffer->rows() == 0 || dropped(table) || IsTemporary(table)) continue;
    FIRN_TRY(auto write, buffer->BuildWrite());
    request->writes.push_back(std::move(write));
  }
  return request;
}

namespace {

/// A refused commit knows its tables by id, the user by name.
void NameTables(const table::CommitRequest& request, const catalog::Version& catalog,
                Error& error) {
  const auto name = [&](TableId id) {
    const auto table = catalog.FindTable(id);
    const auto said = fmt::format("id={}", id);
    const auto at = error.message.find(said);
    if (table == nullptr || at == std::string::npos) return;
    error.message.replace(at, said.size(), fmt::format("\"{}\"", table->QualifiedName()));
  };
  for (const auto& write : request.writes) name(write.table);
  for (const auto& looked : request.unchanged) name(looked.table);
  for (const auto& change : request.changes) {
    if (const auto* drop = std::get_if<catalog::DropTable>(&change)) name(drop->table);
    if (const auto* truncate = std::get_if<catalog::TruncateTable>(&change)) name(truncate->table);
    if (const auto* alter = std::get_if<catalog::AlterTable>(&change)) name(alter->table->id);
  }
}

}  // namespace

Task<Status> Transaction::Commit() {
  if (changes_.empty() && buffers_.empty()) {
    settings_.EndTransaction();
    temp_tables_.EndTransaction();
    Reset();
    co_return Status();
  }
  auto allowed = cancellation_.Check();
  if (allowed && WritesFiles()) allowed = co_await SealFiles();
  auto request = BuildRequest();
  if (!allowed || !request) {
    Error error = !allowed ? std::move(allowed).error() : std::move(request).error();
    co_await Rollback();
    co_return Failure(std::move(error));
  }
  const auto& asked = **request;
  if (asked.writes.empty() && asked.changes.empty()) {
    co_await Committed();
    co_return Status();
  }
  auto receipt = co_await Submit(*request);
  if (!receipt) {
    auto error = std::move(receipt).error();
    NameTables(asked, *view_.catalog, error);
    // What may have been committed must keep its files.
    if (error.code == ErrorCode::kUnknownOutcome) {
      settings_.Restore(settings_before_);
      Reset();
    } else {
      co_await Rollback();
    }
    co_return Failure(std::move(error));
  }
  last_commit_ = receipt->last_lsn;
  for (const auto& write : asked.writes) {
    const auto buffer = buffers_.find(write.table);
    if (buffer->second->has_truncated_files()) co_await buffer->second->DiscardTruncated();
    buffers_.erase(buffer);
  }
  co_await Committed();
  co_return Status();
}

Task<Result<table::CommitReceipt>> Transaction::Submit(
    const std::shared_ptr<table::CommitRequest>& request) {
  constexpr int kAttempts = 100;
  for (int i = 0;; ++i) {
    const auto commit = [this, &request](auto done) {
      const std::shared_ptr<const table::CommitRequest> shared = request;
      services_.database.Commit(shared, std::move(done));
    };
    auto receipt = co_await AwaitCallback<Result<table::CommitReceipt>>(commit);
    if (receipt || receipt.error().remedy != Remedy::kRetry) co_return receipt;
    if (receipt.error().sqlstate != "23505" || i == kAttempts) co_return receipt;
    // Refused, so nobody else has it any more.
    auto searched = co_await SearchKeysAgain(*request);
    if (!searched) co_return Failure(std::move(searched).error());
  }
}

Task<Status> Transaction::SearchKeysAgain(table::CommitRequest& request) {
  const auto snapshot = services_.database.TakeSnapshot();
  for (auto& write : request.writes) {
    if (write.keys.empty()) continue;
    const auto& buffer = *buffers_[write.table];
    auto found = co_await SearchNewRows(services_, snapshot, buffer, write.keys_checked);
    if (!found) co_return found;
    write.keys_checked = snapshot.visible;
  }
  co_return Status();
}

bool Transaction::IsTemporary(TableId table) const {
  return on_commit_.contains(table) || temp_tables_.Find(table) != nullptr;
}

Task<void> Transaction::Committed() {
  settings_.EndTransaction();
  for (const auto& change : changes_) temp_tables_.Apply(change);
  for (const auto& [table, on_commit] : on_commit_) temp_tables_.SetOnCommit(table, on_commit);
  for (const auto& [table, buffer] : buffers_) {
    if (!IsTemporary(table)) continue;
    const auto version = temp_tables_.Find(table);
    for (const auto& batch : buffer->batches()) {
      if (version == nullptr) break;
      auto rows = columnar::EvolveRows(batch, version->definition->ArrowSchema());
      FIRN_CHECK(rows.has_value());
      temp_tables_.Append(table, *rows);
    }
  }
  temp_tables_.EndTransaction();
  if (!buffers_.empty()) co_await DiscardFiles(std::exchange(buffers_, {}));
  // Folders of tables that were created and dropped in here.
  const auto committed = view_.catalog;
  DiscardTables(0, committed.get());
  Reset();
}

Task<void> Transaction::DiscardFiles(Buffers buffers) {
  for (auto& [table, buffer] : buffers) co_await buffer->RollbackTo({});
}

void Transaction::DiscardTables(size_t kept, const catalog::Version* committed) {
  std::vector<std::shared_ptr<const catalog::TableDefinition>> gone;
  for (size_t i = kept; i < created_.size(); ++i) {
    if (committed == nullptr || committed->FindTable(created_[i]->id) == nullptr) {
      gone.push_back(created_[i]);
    }
  }
  created_.resize(std::min(kept, created_.size()));
  if (gone.empty()) return;
  // Nobody waits for a folder to go.
  asio::post(services_.workers.pool(), [&database = services_.database, gone] {
    for (const auto& table : gone) database.DiscardTable(*table);
  });
}

void Transaction::Reset() {
  state_ = State::kIdle;
  looked_ = false;
  held_->Drops(this);
  view_ = {};
  taken_away_ = false;
  changes_.clear();
  created_.clear();
  buffers_.clear();
  savepoints_.clear();
  unchanged_.clear();
  own_sequences_.clear();
  on_commit_.clear();
  base_ = nullptr;
  applied_ = 0;
  settings_before_.reset();
}

Task<void> Transaction::Rollback() {
  co_await DiscardFiles(std::exchange(buffers_, {}));
  DiscardTables(0, nullptr);
  if (settings_before_) settings_.Restore(settings_before_);
  Reset();
}

std::optional<size_t> Transaction::FindSavepoint(const std::string& name) const {
  for (size_t i = savepoints_.size(); i > 0; --i) {
    if (savepoints_[i - 1].name == name) return i - 1;
  }
  return std::nullopt;
}

namespace {

Failure NoSavepoint(const std::string& name) {
  return Fail(MakeError(ErrorCode::kNotFound, "savepoint \"{}\" does not exist", name)
                  .WithSqlState("3B001"));
}

}  // namespace

Task<Status> Transaction::SetSavepoint(std::string name) {
  Savepoint savepoint;
  savepoint.name = std::move(name);
  savepoint.changes = changes_.size();
  savepoint.created = created_.size();
  savepoint.unchanged = unchanged_.size();
  savepoint.settings = settings_.Save();
  for (auto& [table, buffer] : buffers_) {
    auto mark = co_await buffer->TakeMark();
    if (!mark) co_return Failure(std::move(mark).error());
    savepoint.marks.emplace(table, *mark);
  }
  savepoints_.push_back(std::move(savepoint));
  co_return Status();
}

Task<Status> Transaction::RollbackTo(std::string name) {
  const auto found = FindSavepoint(name);
  if (!found) co_return NoSavepoint(name);
  // The savepoint itself stays, as in PostgreSQL.
  savepoints_.resize(*found + 1);
  const auto& savepoint = savepoints_.back();
  changes_.erase(changes_.begin() + static_cast<ptrdiff_t>(savepoint.changes), changes_.end());
  unchanged_.resize(savepoint.unchanged);
  base_ = nullptr;
  std::erase_if(own_sequences_, [this](const auto& own) {
    return std::none_of(changes_.begin(), changes_.end(), [&](const auto& change) {
      const auto* put = std::get_if<catalog::PutObject>(&change);
      return put != nullptr && put->object->id == own.second.id;
    });
  });
  Buffers later;
  for (auto at = buffers_.begin(); at != buffers_.end();) {
    const auto mark = savepoint.marks.find(at->first);
    if (mark == savepoint.marks.end()) {
      later.insert(buffers_.extract(at++));
      continue;
    }
    co_await at->second->RollbackTo(mark->second);
    ++at;
  }
  co_await DiscardFiles(std::move(later));
  DiscardTables(savepoint.created, nullptr);
  settings_.Restore(savepoint.settings);
  state_ = State::kBlock;
  co_return Status();
}

Status Transaction::Release(const std::string& name) {
  const auto found = FindSavepoint(name);
  if (!found) return NoSavepoint(name);
  savepoints_.resize(*found);
  return {};
}

}  // namespace firn::sql
