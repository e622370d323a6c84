#include "table/flusher.h"

#include <future>

#include <arrow/api.h>
#include <nlohmann/json.hpp>

#include "base/crash_point.h"
#include "base/log.h"
#include "columnar/evolve.h"
#include "columnar/table_schema.h"
#include "io/file_steps.h"
#include "lake/data_file_writer.h"
#include "table/data_folder.h"
#include "table/table_folder.h"

namespace firn::table {
namespace {

// Below this a sync that overwrites blocks is twice as fast as one that makes them; large groups
// do not mind, and would be written twice.
constexpr uint64_t kSmallGroupBytes = 64 << 10;

void PassCheckpoint(io::FileStep step) {
  if (step == io::FileStep::kWritten) {
    CrashPoint("checkpoint.written");
  } else {
    CrashPoint("checkpoint.renamed");
  }
}

}  // namespace

// One table's part of a round.
struct Flusher::TableRound {
  std::shared_ptr<const TableVersion> sealed;  // the version with the generations to write
  size_t generations = 0;                      // how many of them, oldest first
  DataFiles new_files;                         // written now, and added by commits before
  std::optional<DataFiles> adopted_files;      // all of the version that was adopted, if any
  std::optional<lake::IcebergTable> committed;
};

Flusher::Flusher(Collaborators collaborators, FlushTriggers triggers, LogRetention retention)
    : with_(std::move(collaborators)), triggers_(triggers), retention_(retention) {}
Flusher::~Flusher() {
  Stop();
}

void Flusher::TakeOver(std::vector<std::pair<Lsn, catalog::Change>> changes, bool hot_rows) {
  changes_ = std::move(changes);
  if (hot_rows) first_row_at_ = MonotonicSeconds();
}

void Flusher::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Flusher::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  const Snapshot snapshot = with_.committer.TakeSnapshot();
  if (auto pointed = Point({}, snapshot.visible, Lsn()); !pointed) {
    // Harmless: the log has these records, and start-up replays them.
    FIRN_LOG_WARN("stop: catalog records stay in the log only: {}", pointed.error().message);
  }
}

void Flusher::Request(std::function<void(Status)> done) {
  {
    std::lock_guard lock(mutex_);
    if (!stopping_) {
      waiting_.push_back(std::move(done));
      done = nullptr;
    }
  }
  if (done) return done(Fail(ErrorCode::kCancelled, "the server is stopping"));
  wake_.notify_all();
}

void Flusher::Noted(const GroupFacts& facts) {
  const bool was_due = Due();
  row_bytes_.fetch_add(facts.row_bytes);
  groups_.fetch_add(1);
  log_bytes_.store(static_cast<int64_t>(with_.log.bytes_appended() - log_bytes_at_round_.load()));
  if (!facts.changes.empty()) {
    std::lock_guard lock(changes_mutex_);
    changes_.insert(changes_.end(), facts.changes.begin(), facts.changes.end());
  }
  const bool first = groups_.load() == 1;
  const uint64_t segment = with_.log.newest_base().value();
  const bool rolled = segment_seen_.load() != segment;
  if (!rolled && !first && (was_due || !Due())) return;
  {
    std::lock_guard lock(mutex_);
    if (!first_row_at_) first_row_at_ = MonotonicSeconds();
    if (rolled) segment_seen_.store(segment);
    rolled_ = rolled_ || rolled;
  }
  wake_.notify_all();
}

double Flusher::behind_seconds() const {
  const std::lock_guard lock(mutex_);
  const auto& since = behind_since_ ? behind_since_ : first_row_at_;
  return since ? MonotonicSeconds() - *since : 0;
}

void Flusher::NoteSegment() {
  const Lsn newest = with_.log.newest_base();
  segment_seen_.store(newest.value());
  if (newest == segment_noted_) return;
  if (auto noted = with_.store.NoteSegment(newest); !noted) {
    FIRN_LOG_WARN("flush: the catalog was not told of the log's newest segment: {}",
                  noted.error().message);
    return;
  }
  segment_noted_ = newest;
}

bool Flusher::Due() const {
  return row_bytes_.load() >= triggers_.row_bytes || groups_.load() >= triggers_.groups ||
         log_bytes_.load() >= triggers_.log_bytes;
}

void Flusher::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const bool overdue = first_row_at_ && (MonotonicSeconds() - *first_row_at_) * 1000 >=
                                              static_cast<double>(triggers_.interval_ms);
    if (std::exchange(rolled_, false)) {
      lock.unlock();
      NoteSegment();
      CrashPoint("roll.noted");
      lock.lock();
      continue;
    }
    if (waiting_.empty() && !Due() && !overdue) {
      if (first_row_at_) {
        wake_.wait_for(lock, std::chrono::milliseconds(triggers_.interval_ms));
      } else {
        wake_.wait(lock);
      }
      continue;
    }
    auto waiting = std::move(waiting_);
    waiting_.clear();
    if (!behind_since_) behind_since_ = first_row_at_;
    first_row_at_.reset();
    lock.unlock();
    const Status status = Round();
    if (!status) {
      failures_.fetch_add(1);
      FIRN_LOG_ERROR("flush: {}", status.error().message);
      // For the next round: the lake is often on the same disk as the log.
      if (status.error().SqlState() == "53100") with_.log.MakeRoom();
    }
    lock.lock();
    if (status) behind_since_.reset();
    lock.unlock();
    for (auto& done : waiting) done(status);
    lock.lock();
    // A table that failed is tried again after the interval, not at once.
    if (!status) first_row_at_ = MonotonicSeconds();
  }
  for (auto& done : waiting_) done(Fail(ErrorCode::kCancelled, "the server is stopping"));
  waiting_.clear();
}

Status Flusher::Round() {
  const double started = MonotonicSeconds();
  // First of all: a round that fails must not be due again at once.
  row_bytes_.store(0);
  const auto groups = static_cast<uint64_t>(groups_.exchange(0));
  const uint64_t log_bytes = with_.log.bytes_appended() - log_bytes_at_round_.load();
  log_bytes_at_round_ = with_.log.bytes_appended();
  log_bytes_.store(0);
  FIRN_RETURN_IF_ERROR(Complete());
  CrashPoint("flush.begin");
  FIRN_TRY(const Snapshot sealed, Seal());
  CrashPoint("flush.sealed");
  written_lsn_ = sealed.visible;
  written_all_ = true;
  const auto dropped = [&](TableId id) { return !sealed.root->tables.contains(id); };
  std::erase_if(lake_tables_, [&](const auto& held) { return dropped(held.first); });
  std::erase_if(doubtful_, [&](const auto& one) { return dropped(one.first); });

  Status first_failure;
  std::vector<StuckTable> stuck;
  int64_t rows = 0;
  for (const auto& [id, table] : sealed.root->tables) {
    if (!table->sealed_work()) continue;
    TableRound round{.sealed = table, .generations = table->generations.size() - 1};
    if (auto written = WriteTable(round, sealed.visible); !written) {
      lake_tables_.erase(id);
      doubtful_[id].insert(sealed.visible);
      written_all_ = false;
      auto error = std::move(written.error()).During("flush of " + table->definition->name);
      FIRN_LOG_ERROR("{}", error.message);
      stuck.push_back({id, error.message});
      if (first_failure) first_failure = Failure(std::move(error));
      continue;
    }
    for (const auto& file : round.new_files) rows += file->rows;
    written_.push_back(std::move(round));
  }
  NoteStuck(std::move(stuck));
  const size_t tables = written_.size();
  CrashPoint("flush.written");
  FIRN_RETURN_IF_ERROR(Complete());
  rounds_.fetch_add(1);
  if (first_failure) {
    FIRN_RETURN_IF_ERROR(RetireSegments(sealed.visible));
    CrashPoint("flush.retired");
    FIRN_RETURN_IF_ERROR(WriteCheckpoint(sealed.visible));
  }
  if (tables > 0) {
    FIRN_LOG_INFO("flush: lsn={} tables={} rows={} ms={:.0f}", sealed.visible, tables, rows,
                  (MonotonicSeconds() - started) * 1000);
  }
  NoteSegment();
  if (log_bytes < groups * kSmallGroupBytes) PrepareSegment();
  return first_failure;
}

void Flusher::PrepareSegment() {
  if (auto prepared = with_.log.PrepareSpare(); !prepared) {
    FIRN_LOG_WARN("flush: no file was prepared for the log: {}", prepared.error().message);
  }
}

void Flusher::NoteStuck(std::vector<StuckTable> stuck) {
  const std::lock_guard lock(stuck_mutex_);
  any_stuck_.store(!stuck.empty());
  stuck_ = std::move(stuck);
}

std::vector<Flusher::StuckTable> Flusher::StuckTables() const {
  const std::lock_guard lock(stuck_mutex_);
  return stuck_;
}

Status Flusher::Complete() {
  if (written_lsn_ == Lsn()) return {};
  FIRN_RETURN_IF_ERROR(Point(written_, written_lsn_, written_all_ ? written_lsn_ : Lsn()));
  if (written_all_) settled_.store(written_lsn_.value());
  for (const auto& round : written_) FIRN_RETURN_IF_ERROR(Publish(*round.committed));
  CrashPoint("flush.hints");
  FIRN_RETURN_IF_ERROR(Swap());
  CrashPoint("flush.swapped");
  for (auto& round : written_) {
    const TableId id = round.sealed->definition->id;
    lake_tables_.insert_or_assign(id, *std::move(round.committed));
    doubtful_.erase(id);
  }
  written_.clear();
  written_lsn_ = Lsn();
  return {};
}

Status Flusher::Publish(const lake::IcebergTable& table) {
  std::vector<std::string> superseded;
  FIRN_RETURN_IF_ERROR(table.PublishHint(&superseded));
  for (const auto& path : superseded) {
    const auto removed = with_.old_metadata.Remove(path);
    if (!removed && removed.error().code != ErrorCode::kNotFound) {
      FIRN_LOG_WARN("lake: an old metadata file stays: {}", removed.error().message);
    }
  }
  return {};
}

Status Flusher::ChangeRoot(Committer::RootChange change, std::function<void()> published) {
  // Shared with the leader, which may still be inside set_value when this thread goes on.
  const auto done = std::make_shared<std::promise<Status>>();
  auto changed = done->get_future();
  with_.committer.Submit(std::move(change),
                         [done, published = std::move(published)](Status status) {
                           published();
                           done->set_value(std::move(status));
                         });
  return changed.get();
}

Result<Snapshot> Flusher::Seal() {
  Snapshot snapshot;
  FIRN_RETURN_IF_ERROR(ChangeRoot(
      [](Root& next) -> Status {
        for (auto& [id, table] : next.tables) {
          if (table->open().rows() == 0) continue;
          auto changed = std::make_shared<TableVersion>(*table);
          changed->generations.push_back(table->NewGeneration());
          table = std::move(changed);
        }
        return {};
      },
      // On the leader's thread, before any later group: this is the sealed root.
      [&] { snapshot = with_.committer.TakeSnapshot(); }));
  return snapshot;
}

Result<lake::IcebergTable> Flusher::Load(TableRound& round) {
  const auto& table = *round.sealed;
  const TableId id = table.definition->id;
  if (const auto held = lake_tables_.find(id); held != lake_tables_.end()) return held->second;
  const auto& folder = table.folder->path();
  int64_t version = table.metadata_version;
  if (doubtful_.contains(id)) {
    FIRN_TRY(const auto newest, lake::IcebergTable::NewestVersion(with_.files, folder));
    version = std::max(version, newest);
  }
  FIRN_TRY(auto loaded, lake::IcebergTable::Load(with_.files, folder, version));
  if (version > table.metadata_version) {
    const Lsn mark = loaded.Flushed(with_.log_id).value_or(Lsn());
    if (!doubtful_[id].contains(mark)) {
      return Fail(MakeError(ErrorCode::kConflict,
                            "another server writes to this table: version {} of {} is not ours",
                            version, folder)
                      .WithHint("Stop it, and restart this one on a restored folder."));
    }
    FIRN_TRY(auto files, loaded.Files());
    round.adopted_files.emplace();
    for (auto& file : files) {
      round.adopted_files->push_back(std::make_shared<const lake::DataFile>(std::move(file)));
    }
  }
  return loaded;
}

Status Flusher::WriteTable(TableRound& round, Lsn flushed) {
  const auto& table = *round.sealed;
  FIRN_TRY(const auto lake_table, Load(round));
  // After an adopted commit some of the sealed rows are in the lake already.
  const Lsn have = lake_table.Flushed(with_.log_id).value_or(Lsn());
  for (const auto& file : table.added_files) {
    if (file->first_lsn > have) round.new_files.push_back(file);
  }
  const bool truncate = table.truncated > have;
  const auto stored = columnar::StoredArrowSchema(table.definition->columns);
  std::unique_ptr<lake::DataFileWriter> writer;
  for (size_t i = 0; i < round.generations; ++i) {
    if (table.generations[i]->first_lsn() <= have) continue;
    for (const auto& batch : table.generations[i]->Read(flushed, nullptr, true)) {
      if (writer == nullptr) {
        FIRN_TRY(writer, NewDataFileWriter(with_.files, table.folder->path(),
                                           table.definition->columns, with_.file_options));
      }
      FIRN_TRY(const auto rows, columnar::EvolveRows(batch, stored));
      FIRN_RETURN_IF_ERROR(writer->Write(*rows));
    }
  }
  if (writer != nullptr) {
    FIRN_TRY(auto file, writer->Finish());
    CrashPoint("table.file_written");
    round.new_files.push_back(std::make_shared<const lake::DataFile>(std::move(file)));
  }
  std::vector<lake::DataFile> files;
  for (const auto& file : round.new_files) files.push_back(*file);
  lake::TableCommit commit{.files = std::move(files),
                           .mark = {.log = with_.log_id, .flushed = flushed},
                           .replace = truncate,
                           .schema = &table.definition->columns,
                           .history = table.history};
  for (const auto& column : KeyColumns(*table.definition)) commit.key.push_back(column.id);
  FIRN_TRY(auto committed, lake_table.Commit(commit, with_.clock.NowMicros() / 1000));
  CrashPoint("table.committed");
  round.committed.emplace(std::move(committed));
  if (truncate) round.adopted_files.emplace();
  return {};
}

Status Flusher::Point(const std::vector<TableRound>& tables, Lsn flushed, Lsn settled) {
  std::vector<catalog::Change> changes;
  size_t taken = 0;
  {
    std::lock_guard lock(changes_mutex_);
    for (; taken < changes_.size() && changes_[taken].first <= flushed; ++taken) {
      changes.push_back(changes_[taken].second);
    }
  }
  std::vector<catalog::LakePointer> pointers;
  for (const auto& round : tables) {
    pointers.push_back({.table = round.sealed->definition->id,
                        .metadata_version = round.committed->version(),
                        .flushed = flushed});
  }
  CrashPoint("catalog.begin");
  const catalog::Progress progress{
      .applied = flushed, .settled = settled, .settled_us = with_.committer.last_commit_us()};
  FIRN_RETURN_IF_ERROR(with_.store.Commit(changes, progress, pointers));
  CrashPoint("catalog.committed");
  std::lock_guard lock(changes_mutex_);
  changes_.erase(changes_.begin(), changes_.begin() + static_cast<ptrdiff_t>(taken));
  return {};
}

Status Flusher::Swap() {
  if (written_.empty()) return {};
  const Lsn flushed = written_lsn_;
  return ChangeRoot(
      [&](Root& next) -> Status {
        for (const auto& round : written_) {
          const auto found = next.tables.find(round.sealed->definition->id);
          if (found == next.tables.end()) continue;  // dropped meanwhile
          auto changed = std::make_shared<TableVersion>(*found->second);
          changed->metadata_version = round.committed->version();
          changed->flushed = flushed;
          changed->lake_schema = round.sealed->definition->columns.id;
          if (changed->truncated > flushed) {
            // What was written is gone again: the next round takes it out of the lake too.
            found->second = std::move(changed);
            continue;
          }
          changed->truncated = Lsn();
          auto& generations = changed->generations;
          generations.erase(generations.begin(),
                            generations.begin() + static_cast<ptrdiff_t>(round.generations));
          auto& added = changed->added_files;
          added.erase(added.begin(),
                      added.begin() + static_cast<ptrdiff_t>(round.sealed->added_files.size()));
          if (round.adopted_files) changed->lake_files = *round.adopted_files;
          changed->lake_files.insert(changed->lake_files.end(), round.new_files.begin(),
                                     round.new_files.end());
          found->second = std::move(changed);
        }
        return {};
      },
      [] {});
}

Status Flusher::RetireSegments(Lsn flushed) {
  // Sealed segments all of whose rows are in the lake may go once they are older than the
  // time-travel window, or when the log is larger than it may be. Only after Complete(): start-up
  // takes a log that begins behind what the catalog calls settled for one with missing segments.
  FIRN_TRY(const auto files, with_.files.List(LogDir(with_.data_dir)));
  std::map<std::string, int64_t> sealed_at;
  for (const auto& file : files) {
    sealed_at[LogDir(with_.data_dir) + "/" + file.name] = file.modified_us;
  }
  const auto segments = with_.log.segments();
  int64_t bytes = 0;
  for (const auto& segment : segments) bytes += static_cast<int64_t>(segment.bytes);
  const int64_t oldest_us = with_.clock.NowMicros() - retention_.window_ms * 1000;
  const Lsn archived = with_.archived ? with_.archived() : Lsn(UINT64_MAX);
  Lsn up_to;
  for (const auto& segment : segments) {
    if (!segment.sealed || segment.last_lsn > flushed) break;
    const bool wanted = sealed_at[segment.path] > oldest_us || segment.last_lsn > archived;
    if (wanted && bytes <= retention_.bytes_max) break;
    if (segment.last_lsn > archived) {
      FIRN_LOG_ERROR(
          "flush: the log is larger than log_bytes_max, and a segment leaves it that is "
          "not in the archive: {}",
          segment.path);
    }
    up_to = segment.last_lsn;
    bytes -= static_cast<int64_t>(segment.bytes);
  }
  return up_to == Lsn() ? Status() : with_.log.Retire(up_to);
}

Status Flusher::WriteCheckpoint(Lsn flushed) {
  const Snapshot snapshot = with_.committer.TakeSnapshot();
  const nlohmann::json checkpoint = {{"checkpoint",
                                      {{"wal_lsn", snapshot.visible.value()},
                                       {"duckdb_lsn", snapshot.visible.value()},
                                       {"iceberg_lsn", flushed.value()},
                                       {"timestamp", with_.clock.NowMicros()}}}};
  return io::WriteFileDurably(with_.files, with_.data_dir + "/checkpoint.json",
                              checkpoint.dump() + "\n", PassCheckpoint);
}

}  // namespace firn::table
