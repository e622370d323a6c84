#include "table/database.h"

#include <algorithm>
#include <set>

#include <arrow/memory_pool.h>

#include "base/crash_point.h"
#include "base/log.h"
#include "lake/iceberg_table.h"
#include "table/admission.h"
#include "table/archiver.h"
#include "table/backup.h"
#include "table/committer.h"
#include "table/data_folder.h"
#include "table/flusher.h"
#include "table/log_start.h"
#include "table/recovery.h"
#include "table/second_copy.h"
#include "table/sweeper.h"
#include "table/table_folder.h"
#include "table/write_limits.h"

namespace firn::table {
namespace {

const Clock& DefaultClock() {
  static const SystemClock clock;
  return clock;
}

// For what is behind when the database is stopped.
constexpr double kStopSeconds = 5;
constexpr double kStopSecondsMin = 0.5;

class DatabaseImpl final : public Database, public SecondCopy {
 public:
  explicit DatabaseImpl(DatabaseOptions options)
      : options_(std::move(options)),
        clock_(options_.clock != nullptr ? *options_.clock : DefaultClock()) {}
  ~DatabaseImpl() override {
    (void)Stop();
    // Of threads that a stop left alone; they use the others.
    archiver_.reset();
    backups_.reset();
  }

  Status Start() {
    FIRN_RETURN_IF_ERROR(OpenArchive());
    sweep_start_.started_us = clock_.NowMicros();
    auto& files = *options_.files;
    const auto& dir = options_.data_dir;
    FIRN_TRY(auto contents, OpenCatalog());
    CrashPoint("start.catalog");
    const LogId bound = contents.log;
    for (const auto& folder : {LogDir(dir), WarehouseDir(dir)}) {
      FIRN_RETURN_IF_ERROR(files.MakeDirs(folder));
    }
    FIRN_RETURN_IF_ERROR(files.SyncDir(dir));
    CrashPoint("start.folders");
    const auto& settings = options_.settings;
    log::Log::Options log_options;
    log_options.segment_bytes_max = static_cast<uint64_t>(settings.Bytes("segment_bytes_max"));
    log_options.prepare_bytes = static_cast<uint64_t>(settings.Bytes("log_prepare_bytes"));
    log_options.piece_bytes = static_cast<size_t>(settings.Bytes("log_piece_bytes"));
    log_options.state = [this] { return LogState(); };
    settled_at_start_ = contents.settled;
    log_options.settled = [this] { return Settled(); };
    const double started = MonotonicSeconds();
    FIRN_TRY(auto state, Recover(home_, std::move(contents), std::move(log_options)));
    if (state.log_facts.torn) {
      FIRN_LOG_WARN("recovery: the log's last group was not complete and was cut off");
    }
    if (state.rows > 0) {
      FIRN_LOG_INFO("recovery: rows={} ms={:.0f}", state.rows,
                    (MonotonicSeconds() - started) * 1000);
    }
    log_ = std::move(state.log);
    log_id_ = state.log_facts.id;
    // Only now: the log is durable, so a catalog that knows one without a segment has lost it.
    if (bound == LogId()) {
      FIRN_RETURN_IF_ERROR(store_->BindLog(log_id_));
      FIRN_LOG_INFO("start: a new data folder: log={}", log_id_);
    }
    CrashPoint("start.bound");
    NoteForSweep(state);
    StartWorkers(std::move(state));
    CrashPoint("start.workers");
    return {};
  }

  Snapshot TakeSnapshot() const override { return committer_->TakeSnapshot(); }

  using Database::Commit;
  void Commit(std::shared_ptr<const CommitRequest> request,
              std::function<void(Result<CommitReceipt>)> done) override {
    if (auto synced = SyncNamesOfFiles(*request); !synced) {
      return done(Failure(std::move(synced.error())));
    }
    if (!request->writes.empty()) {
      if (auto room = limits_->RoomFor(*request); !room) {
        return done(Failure(std::move(room.error())));
      }
      if (!admission_->IsOpen()) return admission_->Wait({std::move(request), std::move(done)});
    }
    if (AddsFiles(*request)) CrashPoint("commit.added_files");
    committer_->Submit(std::move(request), std::move(done));
  }
  void WaitFor(Lsn lsn, std::function<void()> done) override {
    committer_->WaitFor(lsn, std::move(done));
  }
  void Flush(std::function<void(Status)> done) override { flusher_->Request(std::move(done)); }

  Result<std::shared_ptr<const catalog::TableDefinition>> PrepareTable(
      catalog::TableDefinition definition) override {
    definition.id = TableId(NewUuidV7());
    definition.folder = catalog::TableFolder(catalog::kDefaultDatabase, definition);
    const auto folder = WarehouseDir(options_.data_dir) + "/" + definition.folder;
    auto& files = *options_.files;
    FIRN_RETURN_IF_ERROR(files.MakeDirs(folder));
    CrashPoint("create.folder");
    for (auto parent = io::ParentOf(folder); parent.size() >= options_.data_dir.size();
         parent = io::ParentOf(parent)) {
      FIRN_RETURN_IF_ERROR(files.SyncDir(parent));
    }
    std::vector<FieldId> key;
    for (const auto& column : KeyColumns(definition)) key.push_back(column.id);
    FIRN_RETURN_IF_ERROR(lake::IcebergTable::Create(files, folder, definition.id.value(),
                                                    definition.columns, {},
                                                    clock_.NowMicros() / 1000, key));
    CrashPoint("create.prepared");
    return std::make_shared<const catalog::TableDefinition>(std::move(definition));
  }
  void DiscardTable(const catalog::TableDefinition& definition) override {
    const auto folder = WarehouseDir(options_.data_dir) + "/" + definition.folder;
    if (auto removed = options_.files->RemoveTree(folder); !removed) {
      FIRN_LOG_WARN("create table: {}", removed.error().message);
    }
  }

  Result<std::unique_ptr<lake::DataFileWriter>> NewDataFile(
      const catalog::TableDefinition& table) override {
    return NewDataFileWriter(*options_.files, WarehouseDir(options_.data_dir) + "/" + table.folder,
                             table.columns, FileOptions(false));
  }
  void DiscardDataFile(const lake::DataFile& file) override {
    if (auto removed = options_.files->Remove(LocalPath(file.path)); !removed) {
      FIRN_LOG_WARN("transaction: {}", removed.error().message);
    }
  }

  LsnState lsn_state() const override {
    const Snapshot snapshot = TakeSnapshot();
    return {.next = log_->next_lsn(),
            .durable = snapshot.visible,
            .visible = snapshot.visible,
            .flushed = FlushedOf(*snapshot.root, snapshot.visible)};
  }

  DatabaseStats stats() const override {
    DatabaseStats stats;
    const Snapshot snapshot = TakeSnapshot();  // named: a loop keeps no snapshot alive by itself
    for (const auto& [id, table] : snapshot.root->tables) {
      for (const auto& generation : table->generations) {
        stats.hot_rows += generation->rows();
        stats.hot_bytes += generation->bytes();
      }
    }
    for (const auto& segment : log_->segments()) {
      stats.log_bytes += static_cast<int64_t>(segment.bytes);
      ++stats.log_segments;
    }
    if (const auto files = options_.files->List(LogDir(options_.data_dir)); files) {
      for (const auto& file : *files) stats.log_disk_bytes += static_cast<int64_t>(file.size);
    }
    stats.pinned_bytes = pinned_bytes();
    stats.log_groups = groups_.load();
    stats.commits = commits_.load();
    stats.flush_rounds = flusher_->rounds();
    stats.lake_behind_seconds = flusher_->behind_seconds();
    stats.flush_failures = flusher_->failures();
    stats.writes_waiting = admission_->waiting();
    stats.arrow_bytes = arrow::default_memory_pool()->bytes_allocated();
    return stats;
  }

  int64_t pinned_bytes() const override {
    return home_.hot_bytes->pinned.load(std::memory_order_relaxed);
  }

  Status Poisoned() const override {
    FIRN_RETURN_IF_ERROR(log_->PoisonReason());
    return committer_->Refusal();
  }
  std::string warehouse_dir() const override { return WarehouseDir(options_.data_dir); }
  LogId log_id() const override { return log_id_; }

  std::optional<ArchiveState> archive_state() const override {
    if (archiver_ == nullptr) return std::nullopt;
    return archiver_->state();
  }
  void Backup(const std::string& url, std::function<void(Result<BackupReport>)> done) override {
    backups_->Begin(url, done);
  }

  void StopBy(double until) override {
    stop_by_ = until;
    backups_->Ask();
  }
  bool ended() const override { return copies_ended_; }

  void StartSweep() override {
    std::function<bool()> archived;
    if (archiver_ != nullptr) {
      archived = [this, last = sweep_start_.last_lsn] { return archiver_->Has(last); };
    }
    sweeper_ = std::make_unique<Sweeper>(
        Sweeper::Collaborators{.files = *options_.files,
                               .old_metadata = old_metadata_,
                               .clock = clock_,
                               .log_id = log_id_,
                               .data_dir = options_.data_dir,
                               .version_of =
                                   [this](TableId id) {
                                     const auto table = TakeSnapshot().root->Find(id);
                                     return table == nullptr ? 0 : table->metadata_version;
                                   },
                               .archived = std::move(archived)},
        std::move(sweep_start_), options_.settings.DurationMs("orphan_age"));
    sweeper_->Start();
  }

  Status Stop() override {
    if (stopped_.exchange(true) || flusher_ == nullptr) return {};
    if (sweeper_ != nullptr) sweeper_->Stop();
    // Nothing may come behind the log's trailer, nor between the flusher's last look at the
    // catalog and the end.
    admission_->Stop();
    committer_->Stop();
    CrashPoint("stop.commits");
    flusher_->Stop();
    CrashPoint("stop.flusher");
    StopCopies();
    FIRN_RETURN_IF_ERROR(log_->Close());
    CrashPoint("stop.closed");
    return {};
  }

 private:
  Status OpenArchive() {
    const auto& settings = options_.settings;
    const auto& url = settings.Text("log_archive");
    if (url.empty()) return {};
    auto opened = io::OpenObjectStore(url, io::S3Access::Of(settings), *options_.files);
    if (!opened) return Failure(std::move(opened.error()).During("setting log_archive"));
    archive_ = *std::move(opened);
    return {};
  }

  void StartArchive(Lsn flushed) {
    const CopySources sources{.files = *options_.files,
                              .clock = clock_,
                              .log = *log_,
                              .committer = *committer_,
                              .old_metadata = old_metadata_,
                              .warehouse = WarehouseDir(options_.data_dir)};
    backups_ = std::make_unique<Backups>(sources, io::S3Access::Of(options_.settings));
    if (archive_ == nullptr) return;
    archiver_ = std::make_unique<Archiver>(
        sources, [this] { return flusher_->rounds(); }, std::move(archive_), flushed,
        options_.settings.DurationMs("log_archive_base"));
  }

  void StopCopies() {
    // What went before may have taken the time: a store that is quick gets what there is.
    const double now = MonotonicSeconds();
    const double until =
        std::max(stop_by_ > 0 ? stop_by_.load() : now + kStopSeconds, now + kStopSecondsMin);
    copies_ended_ = backups_->Stop(until);
    if (archiver_ != nullptr) copies_ended_ = archiver_->Stop(until) && copies_ended_;
  }

  // Up to where nobody else needs the log.
  Lsn Archived() const {
    const Lsn by_backup = backups_->needs_above();
    return archiver_ == nullptr ? by_backup : std::min(by_backup, archiver_->archived());
  }

  // Up to where the log is there for time travel alone.
  Lsn Settled() const {
    if (flusher_ != nullptr)
      return std::min(std::max(settled_at_start_, flusher_->settled()), Archived());
    return archive_ == nullptr ? settled_at_start_ : Lsn();
  }

  // Makes nothing that a refusal to start would leave behind.
  Result<catalog::Store::Contents> OpenCatalog() {
    auto& files = *options_.files;
    const auto path = CatalogPath(options_.data_dir);
    FIRN_TRY(const bool unfinished, files.Exists(UnfinishedPath(options_.data_dir)));
    if (unfinished) {
      return Fail(
          MakeError(ErrorCode::kCorrupt, "a restore to \"{}\" was not finished", options_.data_dir)
              .WithHint("Remove the folder and restore again."));
    }
    FIRN_TRY(const bool there, files.Exists(path));
    if (!there) FIRN_RETURN_IF_ERROR(CheckLogStart(files, options_.data_dir, nullptr));
    FIRN_TRY(store_, catalog::OpenSqliteStore(files, path));
    FIRN_TRY(auto contents, store_->Load());
    FIRN_RETURN_IF_ERROR(CheckLogStart(files, options_.data_dir, &contents));
    return contents;
  }

  static bool AddsFiles(const CommitRequest& request) {
    return std::any_of(request.writes.begin(), request.writes.end(),
                       [](const auto& write) { return !write.files.empty(); });
  }

  // A data file is durable when its name is too; the record in the log relies on it.
  Status SyncNamesOfFiles(const CommitRequest& request) {
    std::set<std::string> folders;
    for (const auto& write : request.writes) {
      for (const auto& file : write.files) folders.insert(io::ParentOf(LocalPath(file.path)));
    }
    for (const auto& folder : folders) FIRN_RETURN_IF_ERROR(options_.files->SyncDir(folder));
    return {};
  }

  void NoteForSweep(const RecoveredState& state) {
    for (const auto& [id, table] : state.root->tables) {
      sweep_start_.tables.push_back({.id = id,
                                     .name = table->definition->QualifiedName(),
                                     .folder = table->folder->path(),
                                     .held = table->folder});
    }
    sweep_start_.named.insert(state.log_files.begin(), state.log_files.end());
    sweep_start_.last_lsn = state.log_facts.last_lsn;
  }

  void StartWorkers(RecoveredState state) {
    const auto& settings = options_.settings;
    const Lsn visible(state.root->visible.load());
    const Lsn flushed = FlushedOf(*state.root, visible);
    committer_ = std::make_unique<Committer>(
        Committer::Collaborators{
            .log = *log_,
            .clock = clock_,
            .new_table =
                [this](const auto& definition) { return NewTableVersion(home_, definition); },
            .on_group =
                [this](const GroupFacts& facts) {
                  groups_.fetch_add(1);
                  commits_.fetch_add(facts.transactions);
                  flusher_->Noted(facts);
                }},
        std::move(state.root), state.last_commit_us);
    flusher_ = std::make_unique<Flusher>(
        Flusher::Collaborators{.files = *options_.files,
                               .clock = clock_,
                               .log = *log_,
                               .log_id = log_id_,
                               .store = *store_,
                               .committer = *committer_,
                               .old_metadata = old_metadata_,
                               .data_dir = options_.data_dir,
                               .file_options = FileOptions(true),
                               .archived = [this] { return Archived(); }},
        FlushTriggers{.row_bytes = FlushBytes(),
                      .log_bytes = settings.Bytes("flush_log_bytes"),
                      .groups = settings.Integer("flush_groups"),
                      .interval_ms = settings.DurationMs("flush_interval")},
        LogRetention{.window_ms = settings.DurationMs("time_travel_window"),
                     .bytes_max = settings.Bytes("log_bytes_max")});
    StartArchive(flushed);
    flusher_->TakeOver(std::move(state.unapplied), flushed < visible);
    flusher_->NoteSegment();
    CrashPoint("start.noted");
    flusher_->Start();
    if (archiver_ != nullptr) archiver_->Start();
    limits_ = std::make_unique<WriteLimits>(
        WriteLimits::Limits{.hot_bytes = options_.hot_bytes_max,
                            .log_bytes = settings.Bytes("log_bytes_max")},
        *home_.hot_bytes, *log_, *flusher_, *committer_);
    admission_ = std::make_unique<Admission>(
        Admission::Collaborators{
            .room = [this] { return limits_->Room(); },
            .on_wait = [this] { flusher_->Request([](const Status&) {}); },
            .enter = [this](auto writers) { committer_->Submit(std::move(writers)); }},
        settings.DurationMs("write_wait"));
  }

  // The engine, whose memory is seven quarters of what hot rows have, sorts and joins what it reads
  // in a share that its threads' row groups leave it: a thirtieth of it for one.
  lake::DataFileOptions FileOptions(bool hidden_columns) const {
    constexpr int64_t kOfHotRows = 18;
    constexpr int64_t kLeast = 1 << 20;
    auto options = options_.hot_bytes_max > 0
                       ? lake::SmallRowGroups(std::max(kLeast, options_.hot_bytes_max / kOfHotRows))
                       : lake::DataFileOptions();
    options.hidden_columns = hidden_columns;
    return options;
  }

  // Early enough that writers need not wait while a round is at work.
  int64_t FlushBytes() const {
    const int64_t chosen = options_.settings.Bytes("flush_bytes");
    return options_.hot_bytes_max > 0 ? std::min(chosen, options_.hot_bytes_max / 4) : chosen;
  }

  // What a new segment must know when all others are gone. Runs on the commit leader's thread.
  log::State LogState() const { return SegmentState(committer_->TakeSnapshot().root->tables); }

  const DatabaseOptions options_;
  const Clock& clock_;
  const TableHome home_{*options_.files, options_.data_dir, std::make_shared<HotBytes>()};
  OldMetadata old_metadata_{*options_.files};
  std::unique_ptr<catalog::Store> store_;
  std::unique_ptr<log::Log> log_;
  LogId log_id_;
  Lsn settled_at_start_;
  std::unique_ptr<Committer> committer_;
  std::unique_ptr<io::ObjectStore> archive_;  // until the archiver has it
  std::unique_ptr<Archiver> archiver_;
  std::unique_ptr<Backups> backups_;
  std::unique_ptr<Flusher> flusher_;
  std::unique_ptr<WriteLimits> limits_;
  std::unique_ptr<Admission> admission_;
  SweepStart sweep_start_;  // until StartSweep
  std::unique_ptr<Sweeper> sweeper_;
  std::atomic<int64_t> groups_{0};
  std::atomic<int64_t> commits_{0};
  std::atomic<bool> stopped_{false};
  std::atomic<double> stop_by_{0};  // monotonic seconds; 0: nobody said
  bool copies_ended_ = true;
};

}  // namespace

SecondCopy& SecondCopyOf(Database& database) {
  return dynamic_cast<SecondCopy&>(database);
}
const SecondCopy& SecondCopyOf(const Database& database) {
  return dynamic_cast<const SecondCopy&>(database);
}

Result<std::unique_ptr<Database>> Database::Open(DatabaseOptions options) {
  auto database = std::make_unique<DatabaseImpl>(std::move(options));
  FIRN_RETURN_IF_ERROR(database->Start());
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace firn::table
