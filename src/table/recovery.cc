#include "table/recovery.h"

#include <algorithm>
#include <map>

#include <arrow/api.h>

#include "base/crash_point.h"
#include "base/log.h"
#include "columnar/table_schema.h"
#include "lake/file_uri.h"
#include "lake/iceberg_table.h"
#include "table/added_files.h"
#include "table/data_folder.h"
#include "table/table_changes.h"
#include "table/table_folder.h"

namespace firn::table {
namespace {

constexpr std::string_view kTruncateKind = "truncate_table";

class Replay {
 public:
  Replay(const TableHome& home, catalog::Store::Contents contents)
      : home_(home), files_(home.files), contents_(std::move(contents)) {
    catalog_ = contents_.version;
    last_commit_us_ = contents_.settled_us;
  }

  /// Reads the lake's side of every table the store knows.
  Status LoadTables(LogId log) {
    log_ = log;
    for (const auto& [id, definition] : catalog_->tables()) {
      const auto pointer = contents_.pointers.find(id);
      FIRN_RETURN_IF_ERROR(AddTable(
          definition, pointer == contents_.pointers.end() ? 1 : pointer->second.metadata_version));
    }
    return {};
  }

  log::State State() const { return SegmentState({tables_.begin(), tables_.end()}); }

  Status Apply(log::Group&& group) {
    transactions_ = &group.transactions;
    for (const auto& record : group.catalog) FIRN_RETURN_IF_ERROR(ApplyRecord(record));
    for (const auto& changes : group.tables) FIRN_RETURN_IF_ERROR(ApplyRows(changes));
    for (const auto& transaction : group.transactions) {
      last_commit_us_ = std::max(last_commit_us_, transaction.commit_us);
    }
    return {};
  }

  /// Whether log, catalog and lake belong together. `last`: the log's last LSN.
  Status Check(Lsn last) const {
    if (!missing_.empty()) {
      const auto& [id, what] = *missing_.begin();
      return Fail(MakeError(ErrorCode::kCorrupt, "a file of table {} is missing: {}",
                            tables_.at(id)->definition->QualifiedName(), what)
                      .WithHint("Put it back, or restore a backup."));
    }
    FIRN_RETURN_IF_ERROR(CheckEnd(last, contents_.applied, "the catalog"));
    for (const auto& [id, table] : tables_) {
      const auto name = "table " + table->definition->QualifiedName();
      FIRN_RETURN_IF_ERROR(CheckEnd(last, table->flushed, name));
    }
    return {};
  }

  /// Nothing on disk changes before this.
  Status Finish(RecoveredState& state, Lsn visible) {
    for (const auto& [id, table] : tables_) OpenForDefinition(*table);
    for (const auto& hint : hints_) {
      FIRN_RETURN_IF_ERROR(hint.PublishHint());
      CrashPoint("start.hint");
    }
    for (const auto& table : dropped_) table->folder->MarkDropped();
    dropped_.clear();
    state.root = std::make_shared<Root>();
    state.root->catalog = catalog_;
    state.root->tables.insert(tables_.begin(), tables_.end());
    state.root->visible.store(visible.value());
    state.unapplied = std::move(unapplied_);
    state.last_commit_us = last_commit_us_;
    state.rows = rows_;
    state.log_files = std::move(log_files_);
    CrashPoint("start.recovered");
    return {};
  }

 private:
  static Status CheckEnd(Lsn last, Lsn known, std::string_view known_to) {
    if (known <= last) return {};
    return Fail(MakeError(ErrorCode::kCorrupt,
                          "the log ends at LSN {}, but {} has changes up to {}", last, known_to,
                          known)
                    .WithHint("Segments of the log are missing. Put them back, or restore a "
                              "backup."));
  }

  Status AddTable(const std::shared_ptr<const catalog::TableDefinition>& definition,
                  int64_t known_version) {
    auto table = NewTableVersion(home_, definition);
    auto loaded = LoadLake(known_version, *table);
    if (!loaded && loaded.error().code == ErrorCode::kNotFound) {
      // Dropped later on, as the log will say; Finish sees to it that it did.
      missing_[definition->id] = loaded.error().message;
    } else if (!loaded) {
      return Failure(std::move(loaded.error()).During("table " + definition->QualifiedName()));
    }
    tables_[definition->id] = std::move(table);
    return {};
  }

  Status LoadLake(int64_t known_version, TableVersion& table) {
    const auto& folder = table.folder->path();
    FIRN_TRY(const auto newest, lake::IcebergTable::NewestVersion(files_, folder));
    FIRN_TRY(const auto lake_table,
             lake::IcebergTable::Load(files_, folder, std::max(newest, known_version)));
    if (lake_table.location() != lake::FileUri(folder)) {
      return Fail(MakeError(ErrorCode::kInvalidInput,
                            "the warehouse was moved: metadata in {} says the table is at {}",
                            folder, lake_table.location())
                      .WithHint("Data files are known by their whole paths. Put the folder back "
                                "to where it was, or leave a symbolic link there and start firn "
                                "with the old path."));
    }
    if (newest > known_version) {
      FIRN_LOG_INFO("recovery: adopting {}: metadata version {} after {}",
                    table.definition->QualifiedName(), newest, known_version);
    }
    const auto hint = io::ReadFile(files_, folder + "/metadata/version-hint.text");
    if (!hint || *hint != std::to_string(lake_table.version())) hints_.push_back(lake_table);
    FIRN_TRY(auto data_files, lake_table.Files());
    for (auto& file : data_files) {
      table.lake_files.push_back(std::make_shared<const lake::DataFile>(std::move(file)));
    }
    table.metadata_version = lake_table.version();
    table.flushed = lake_table.Flushed(log_).value_or(Lsn());
    table.lake_schema = lake_table.firn_schema();
    table.history = lake_table.History();
    return {};
  }

  Status ApplyRecord(const log::CatalogRecord& record) {
    if (record.kind == kAddFilesKind) return ApplyAddedFiles(record);
    // A table whose flush failed lags behind the store, which has nothing to do for a TRUNCATE.
    if (record.kind == kTruncateKind) ApplyTruncate(record);
    if (record.lsn <= contents_.applied) return {};
    FIRN_TRY(auto change, catalog::ChangeFromJson(record.kind, record.table, record.json));
    auto next = catalog_->Replay(change);
    if (!next) return DoesNotFit(record, next.error());
    catalog_ = *std::move(next);
    if (const auto* create = std::get_if<catalog::CreateTable>(&change)) {
      // Rounds may have come to pass since: the store learns of the table at their end.
      FIRN_RETURN_IF_ERROR(AddTable(create->table, 1));
      auto& history = tables_[create->table->id]->history;
      if (history == lake::HistoryStart()) history = HistoryAt(record.lsn);
    } else if (const auto* alter = std::get_if<catalog::AlterTable>(&change)) {
      auto& table = tables_[record.table];
      table = Altered(*table, alter->table);
    } else if (const auto dropped = tables_.find(record.table);
               dropped != tables_.end() && std::holds_alternative<catalog::DropTable>(change)) {
      const auto& folder = dropped->second->folder->path();
      std::erase_if(hints_, [&](const auto& hint) { return hint.folder() == folder; });
      missing_.erase(record.table);
      dropped_.push_back(std::move(dropped->second));
      tables_.erase(dropped);
    }
    unapplied_.emplace_back(record.lsn, std::move(change));
    return {};
  }

  /// What a session is told of a change that came too late says nothing to who starts a server.
  Failure DoesNotFit(const log::CatalogRecord& record, const Error& why) const {
    return Fail(MakeError(ErrorCode::kCorrupt,
                          "the log \"{}\" has a change of the catalog at LSN {} that does not fit "
                          "what came before it: {}: {}{}{}",
                          LogDir(home_.data_dir), record.lsn, record.kind, why.message,
                          why.detail.empty() ? "" : ": ", why.detail)
                    .WithSqlState("XX001")
                    .WithHint("Nothing was changed. Something before it was lost, in the log or in "
                              "catalog.db: restore a backup, or leave out what builds on it with "
                              "`firn wal salvage --to DIR`."));
  }

  /// A change of the group that is being applied.
  lake::HistoryStart HistoryAt(Lsn lsn) const {
    for (const auto& transaction : *transactions_) {
      if (transaction.last_lsn >= lsn) return {.lsn = lsn, .us = transaction.commit_us};
    }
    return {.lsn = lsn, .us = last_commit_us_};
  }

  void ApplyTruncate(const log::CatalogRecord& record) {
    const auto found = tables_.find(record.table);
    if (found == tables_.end() || record.lsn <= found->second->flushed) return;
    found->second = Truncated(*found->second, HistoryAt(record.lsn));
    missing_.erase(record.table);
  }

  Status ApplyAddedFiles(const log::CatalogRecord& record) {
    FIRN_TRY(const auto added, AddedFilesFromJson(record.json));
    for (const auto& file : added.files) log_files_.push_back(LocalPath(file.path));
    const auto found = tables_.find(record.table);
    if (found == tables_.end() || record.lsn <= found->second->flushed) return {};
    if (missing_.contains(record.table)) return {};
    TableVersion& table = *found->second;
    for (const auto& file : added.files) {
      const auto path = LocalPath(file.path);
      FIRN_TRY(const bool exists, files_.Exists(path));
      if (!exists) {
        missing_[record.table] = path;
        return {};
      }
      FIRN_TRY(auto footer, lake::ReadFooter(files_, path));
      // Older than the definition, it may lack a column that is NOT NULL now.
      auto columns = table.definition->columns;
      for (auto& column : columns.columns) column.not_null = false;
      FIRN_RETURN_IF_ERROR(lake::CheckFieldIds(footer, columns));
      lake::DataFile read = std::move(footer.file);
      read.path = file.path;
      read.first_lsn = file.first_lsn;
      read.last_lsn = file.last_lsn;
      read.commit_us = added.commit_us;
      table.added_files.push_back(std::make_shared<const lake::DataFile>(std::move(read)));
      rows_ += file.rows;
    }
    return {};
  }

  Status ApplyRows(const log::TableChanges& changes) {
    const auto found = tables_.find(changes.table);
    if (found == tables_.end()) return {};  // dropped later on
    TableVersion& table = *found->second;
    for (const auto& batch : changes.rows) {
      const auto& lsns =
          static_cast<const arrow::UInt64Array&>(*batch->column(batch->num_columns() - 2));
      const auto* first = lsns.raw_values();
      const auto* end = first + lsns.length();
      const auto gone = std::max(table.flushed, table.truncated);
      const int64_t skip = std::upper_bound(first, end, gone.value()) - first;
      if (skip == lsns.length()) continue;
      rows_ += lsns.length() - skip;
      OpenForRows(table, *batch->schema());
      FIRN_RETURN_IF_ERROR(table.open().Replay(skip == 0 ? batch : batch->Slice(skip)));
    }
    return {};
  }

  // Rows come back with the columns they were written with.
  static void OpenForRows(TableVersion& table, const arrow::Schema& stored) {
    arrow::FieldVector own(stored.fields().begin(), stored.fields().end() - 2);
    auto schema = arrow::schema(std::move(own));
    auto& generations = table.generations;
    if (generations.back()->schema()->Equals(*schema, true)) return;
    if (generations.back()->rows() == 0) generations.pop_back();
    generations.push_back(table.NewGeneration(std::move(schema)));
  }

  const TableHome& home_;
  io::FileSystem& files_;
  LogId log_;
  const catalog::Store::Contents contents_;
  std::shared_ptr<const catalog::Version> catalog_;
  std::map<TableId, std::shared_ptr<TableVersion>> tables_;
  std::map<TableId, std::string> missing_;  // what a table lacks
  std::vector<lake::IcebergTable> hints_;   // to be published
  std::vector<std::shared_ptr<TableVersion>> dropped_;
  std::vector<std::pair<Lsn, catalog::Change>> unapplied_;
  int64_t last_commit_us_ = 0;
  const std::vector<log::Transaction>* transactions_ = nullptr;
  int64_t rows_ = 0;
  std::vector<std::string> log_files_;
};

}  // namespace

log::State SegmentState(const std::map<TableId, std::shared_ptr<const TableVersion>>& tables) {
  log::State state;
  for (const auto& [id, table] : tables) {
    const auto& definition = *table->definition;
    state.schemas.push_back({.table = id,
                             .schema_id = definition.columns.id,
                             .name = definition.QualifiedName(),
                             .schema = columnar::StoredArrowSchema(definition.columns)});
  }
  return state;
}

std::shared_ptr<TableVersion> NewTableVersion(
    const TableHome& home, const std::shared_ptr<const catalog::TableDefinition>& definition) {
  auto table = std::make_shared<TableVersion>();
  table->definition = definition;
  table->folder = std::make_shared<TableFolder>(
      home.files, WarehouseDir(home.data_dir) + "/" + definition->folder);
  table->hot_bytes = home.hot_bytes;
  table->generations.push_back(table->NewGeneration());
  table->metadata_version = 1;
  return table;
}

Result<RecoveredState> Recover(const TableHome& home, catalog::Store::Contents contents,
                               log::Log::Options log_options) {
  // Below, the lake and the catalog have it all: what is kept of the log there is for others.
  // A catalog of an earlier release does not say when its last commit was: the log does.
  if (contents.settled_us > 0) {
    log_options.replay_above = std::min(contents.settled, contents.applied);
  }
  Replay replay(home, std::move(contents));
  RecoveredState state;
  Status loaded;
  log_options.begin_replay = [&](const log::Recovered& facts) {
    loaded = replay.LoadTables(facts.id);
  };
  // The segment that Open starts must know the tables before there is a root to ask.
  const auto recovering = std::make_shared<const Replay*>(&replay);
  log_options.state = [recovering, running = std::move(log_options.state)] {
    return *recovering != nullptr ? (*recovering)->State() : running();
  };
  log_options.end_replay = [&](const log::Recovered& facts) -> Status {
    FIRN_RETURN_IF_ERROR(loaded);
    return replay.Check(facts.last_lsn);
  };
  FIRN_TRY(state.log, log::Log::Open(
                          home.files, LogDir(home.data_dir), std::move(log_options),
                          [&](log::Group&& group) -> Status {
                            FIRN_RETURN_IF_ERROR(loaded);
                            return replay.Apply(std::move(group));
                          },
                          &state.log_facts));
  *recovering = nullptr;
  const Lsn visible(state.log->next_lsn().value() - 1);
  FIRN_RETURN_IF_ERROR(replay.Finish(state, visible));
  return state;
}

}  // namespace firn::table
