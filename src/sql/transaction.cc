#include "sql/transaction.h"

#include <algorithm>
#include <utility>

namespace firn::sql {

Transaction::Transaction(Services& services, SessionSettings& settings,
                         const Cancellation& cancellation, std::string session_name)
    : services_(services),
      settings_(settings),
      cancellation_(cancellation),
      session_name_(std::move(session_name)) {}

Transaction::~Transaction() {
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
  if (!keep) view_.snapshot = services_.database.TakeSnapshot();
  looked_ = true;
  return RebuildCatalog();
}

Status Transaction::RebuildCatalog() {
  view_.catalog = view_.snapshot.root->catalog;
  for (const auto& change : changes_) {
    FIRN_TRY(view_.catalog, view_.catalog->Apply(change));
  }
  return {};
}

Status Transaction::CheckWritable(std::string_view command) const {
  if (!settings_.read_only()) return {};
  return Fail(MakeError(ErrorCode::kDenied, "cannot execute {} in a read-only transaction", command)
                  .WithSqlState("25006"));
}

TableBuffer& Transaction::BufferOf(const std::shared_ptr<const catalog::TableDefinition>& table) {
  auto& buffer = buffers_[table->id];
  if (!buffer) buffer = std::make_unique<TableBuffer>(services_, table);
  return *buffer;
}

TableBuffer* Transaction::FindBuffer(TableId table) {
  const auto found = buffers_.find(table);
  return found == buffers_.end() ? nullptr : found->second.get();
}

Task<Result<std::shared_ptr<const catalog::TableDefinition>>> Transaction::CreateTable(
    catalog::TableDefinition definition) {
  using Prepared = Result<std::shared_ptr<const catalog::TableDefinition>>;
  // A folder is only made for a table that the catalog would take.
  const catalog::Change attempt =
      catalog::CreateTable{std::make_shared<const catalog::TableDefinition>(definition)};
  auto possible = view_.catalog->Apply(attempt);
  if (!possible) co_return Failure(std::move(possible).error());

  const auto prepare = [this, &definition] { return services_.database.PrepareTable(definition); };
  Prepared prepared = co_await RunOn(services_.workers, prepare);
  if (!prepared) co_return prepared;
  created_.push_back(*prepared);
  changes_.push_back(catalog::CreateTable{*prepared});
  auto rebuilt = RebuildCatalog();
  if (!rebuilt) co_return Failure(std::move(rebuilt).error());
  co_return prepared;
}

Status Transaction::DropTable(const catalog::TableDefinition& table) {
  changes_.push_back(catalog::DropTable{table.id});
  return RebuildCatalog();
}

Status Transaction::ChangeCatalog(catalog::Change change) {
  FIRN_TRY(view_.catalog, view_.catalog->Apply(change));
  changes_.push_back(std::move(change));
  return {};
}

bool Transaction::CreatedHere(TableId table) const {
  return std::any_of(created_.begin(), created_.end(),
                     [&](const auto& created) { return created->id == table; });
}

Task<Result<table::CommitRequest>> Transaction::BuildRequest() {
  table::CommitRequest request;
  request.session = session_name_;
  const auto dropped = [this](TableId table) {
    return std::any_of(changes_.begin(), changes_.end(), [&](const catalog::Change& change) {
      const auto* drop = std::get_if<catalog::DropTable>(&change);
      return drop != nullptr && drop->table == table;
    });
  };
  // A table that was created and dropped here never was.
  for (const auto& change : changes_) {
    const auto table = catalog::TableOf(change);
    if (!CreatedHere(table) || !dropped(table)) request.changes.push_back(change);
  }
  for (auto& [table, buffer] : buffers_) {
    if (buffer->rows() == 0 || dropped(table)) continue;
    auto write = co_await buffer->BuildWrite();
    if (!write) co_return Failure(std::move(write).error());
    request.writes.push_back(*std::move(write));
  }
  co_return request;
}

Task<Status> Transaction::Commit() {
  if (changes_.empty() && buffers_.empty()) {
    settings_.EndTransaction();
    Reset();
    co_return Status();
  }
  auto allowed = cancellation_.Check();
  auto request = co_await BuildRequest();
  if (!allowed || !request) {
    Error error = !allowed ? std::move(allowed).error() : std::move(request).error();
    co_await Rollback();
    co_return Failure(std::move(error));
  }
  if (request->writes.empty() && request->changes.empty()) {
    settings_.EndTransaction();
    settings_before_ = settings_.Save();
    co_await Rollback();
    co_return Status();
  }
  std::vector<TableId> written;
  for (const auto& write : request->writes) written.push_back(write.table);
  const auto commit = [this, &request](auto done) {
    services_.database.Commit(*std::move(request), std::move(done));
  };
  auto receipt = co_await AwaitCallback<Result<table::CommitReceipt>>(commit);
  if (!receipt) {
    auto error = std::move(receipt).error();
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
  settings_.EndTransaction();
  for (const auto table : written) buffers_.erase(table);
  co_await DiscardFiles(std::exchange(buffers_, {}));
  // Folders of tables that were created and dropped in here.
  const auto committed = view_.catalog;
  DiscardTables(0, committed.get());
  Reset();
  co_return Status();
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
  view_ = {};
  changes_.clear();
  created_.clear();
  buffers_.clear();
  savepoints_.clear();
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
  changes_.resize(savepoint.changes);
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
