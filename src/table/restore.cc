#include "table/restore.h"

#include <algorithm>
#include <map>
#include <set>

#include <arrow/api.h>
#include <fmt/chrono.h>
#include <fmt/ranges.h>

#include "base/clock.h"
#include "base/crc32c.h"
#include "catalog/store.h"
#include "io/durable_folders.h"
#include "lake/file_uri.h"
#include "lake/table_copy.h"
#include "log/archive.h"
#include "log/log_copy.h"
#include "table/added_files.h"
#include "table/archiver.h"
#include "table/base_copy.h"
#include "table/data_folder.h"
#include "table/group_cut.h"
#include "table/key_set.h"

namespace firn::table {
namespace {

constexpr std::string_view kOutside = "22023";

/// As --time takes it.
std::string TimeText(int64_t us) {
  constexpr int64_t kSecond = 1'000'000;
  return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:06}+00", fmt::gmtime(us / kSecond), us % kSecond);
}

/// When a log was begun: its id is a version 7 uuid, which begins with milliseconds since 1970.
int64_t BegunUs(LogId log) {
  int64_t milliseconds = 0;
  for (size_t i = 0; i < 6; ++i) milliseconds = milliseconds << 8 | log.value().bytes[i];
  return milliseconds * 1000;
}

Failure Missing(const std::string& name) {
  return Fail(
      MakeError(ErrorCode::kCorrupt, "the archive is not whole: object=\"{}\" is missing", name)
          .WithSqlState("XX001")
          .WithHint("Choose another point with --lsn or --time, or another copy."));
}

class Restorer {
 public:
  Restorer(io::ObjectStore& store, io::FileSystem& files, const RestoreRequest& request)
      : store_(store),
        files_(files),
        request_(request),
        warehouse_(WarehouseDir(request.to)),
        new_log_(NewUuidV7()) {}

  Result<RestoreReport> Run();

 private:
  Status CheckTarget();
  Status ChooseLog();
  Status ChooseBase();
  Result<BaseCopy> Read(Lsn base) const;
  Result<size_t> NewestBaseAt(const std::vector<Lsn>& bases);
  Status FetchTables();
  Status FetchFile(const ArchivedFile& file, bool check_crc);
  Status ReadGroups();
  /// Whether what is behind the hole, if there is one, is of a backup that was not finished.
  Result<bool> MayEndAt(const log::ArchiveReader& reader) const;
  Result<bool> TakeGroup(log::Group group);
  Status TakeRecord(log::CatalogRecord& record);
  Status TakeAddedFiles(log::CatalogRecord& record);
  Status FetchAdded(const std::string& name, uint64_t bytes);
  /// `listed`: what the last object of the archive goes up to.
  Status CheckPoint(Lsn last, Lsn listed) const;
  Failure BehindTheEnd(Lsn end) const;
  /// The same as far as names tell, before anything is written.
  Status CheckEnd() const;
  /// Before the restore is finished, not file by file: many small files then go to the disk in a
  /// few writes.
  Status MakeDurable();
  Status WriteCatalog();
  void Say(const std::string& text) const {
    if (request_.progress) request_.progress(text);
  }

  io::ObjectStore& store_;
  io::FileSystem& files_;
  const RestoreRequest& request_;
  const std::string warehouse_;
  const LogId new_log_;

  std::unique_ptr<log::LogCopy> copy_;
  LogId log_;
  BaseCopy base_;
  std::set<TableId> tables_;          // that there are at the point
  std::map<TableId, Lsn> flushed_;    // of the base copy's tables
  std::map<TableId, Error> lacks_;    // what is wrong with an object that a table needs
  std::vector<std::string> fetched_;  // files whose bytes are to be made durable
  std::set<std::string> folders_;     // whose names are
  RestoreReport report_;
};

Status Restorer::CheckTarget() {
  FIRN_TRY(const bool there, files_.Exists(request_.to));
  if (!there) return {};
  FIRN_TRY(const auto found, files_.List(request_.to));
  if (found.empty()) return {};
  FIRN_TRY(const bool unfinished, files_.Exists(UnfinishedPath(request_.to)));
  if (unfinished) {
    // Not removed here: another restore may be at work in it.
    return Fail(MakeError(ErrorCode::kAlreadyExists, "\"{}\" is of a restore that was not finished",
                          request_.to)
                    .WithHint("Remove the folder, unless that restore still runs, and try again."));
  }
  return Fail(MakeError(ErrorCode::kAlreadyExists, "\"{}\" is not empty", request_.to)
                  .WithHint("Name a new folder with --to, or move what is there away."));
}

Status Restorer::ChooseLog() {
  FIRN_TRY(const auto logs, log::ListArchivedLogs(store_));
  if (logs.empty()) {
    return Fail(MakeError(ErrorCode::kNotFound, "there is no archive in {}", store_.url())
                    .WithHint("Are bucket and prefix those of log_archive, or of a backup?"));
  }
  std::optional<LogId> newest;  // that something can be restored from
  std::vector<std::string> told;
  for (const auto& log : logs) {
    FIRN_TRY(const auto bases, ListBases(store_, log));
    if (!bases.empty()) newest = log;
    told.push_back(fmt::format(
        "{}, begun {}, {}", log, TimeText(BegunUs(log)),
        bases.empty() ? std::string("no base copy")
                      : fmt::format("base copies at LSN {} to {}", bases.front(), bases.back())));
  }
  log_ = request_.log.value_or(newest.value_or(logs.back()));
  if (std::find(logs.begin(), logs.end(), log_) == logs.end()) {
    return Fail(MakeError(ErrorCode::kNotFound, "log {} is not in {}", log_, store_.url())
                    .WithHint(fmt::format("There is: {}.", fmt::join(told, "; "))));
  }
  if (logs.size() == 1) return {};
  Say("there are several logs in the archive, --log chooses one of them:");
  for (size_t i = 0; i < logs.size(); ++i) {
    Say(fmt::format("  {}{}", told[i], logs[i] == log_ ? ", taken" : ""));
  }
  return {};
}

Result<BaseCopy> Restorer::Read(Lsn base) const {
  auto read = ReadBase(store_, log_, base);
  if (!read && read.error().code == ErrorCode::kCorrupt) {
    return Fail(std::move(read.error())
                    .WithHint("Move that object away: the base copy before it is taken then, and "
                              "the groups behind it."));
  }
  return read;
}

Result<size_t> Restorer::NewestBaseAt(const std::vector<Lsn>& bases) {
  // Commit times never fall from one LSN to the next.
  size_t low = 0;
  size_t high = bases.size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    bool fits = true;
    if (request_.lsn) fits = bases[middle] <= *request_.lsn;
    if (request_.time_us) {
      FIRN_TRY(const auto base, Read(bases[middle]));
      fits = fits && base.commit_us <= *request_.time_us;
    }
    if (fits) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

Status Restorer::ChooseBase() {
  FIRN_TRY(const auto bases, ListBases(store_, log_));
  if (bases.empty()) {
    return Fail(
        MakeError(ErrorCode::kNotFound, "there is no base copy of log {} in {}", log_, store_.url())
            .WithHint("The first one was not finished when the archive ended."));
  }
  FIRN_TRY(const size_t fitting, NewestBaseAt(bases));
  if (fitting == 0) {
    FIRN_TRY(const auto first, Read(bases.front()));
    return Fail(MakeError(ErrorCode::kInvalidInput,
                          "the archive begins after that point: its first LSN is {}, of {}",
                          bases.front(), TimeText(first.commit_us))
                    .WithSqlState(kOutside)
                    .WithHint("Choose a later point, or another log with --log."));
  }
  FIRN_TRY(base_, Read(bases[fitting - 1]));
  uint64_t bytes = 0;
  for (const auto& file : base_.files) bytes += file.bytes;
  Say(fmt::format("log {}, base copy at LSN {}: {} tables, {} files, {} bytes", log_, base_.applied,
                  base_.tables.size(), base_.files.size(), bytes));
  report_.old_log = log_;
  report_.new_log = new_log_;
  report_.base = base_.applied;
  for (const auto& table : base_.tables) tables_.insert(table.definition->id);
  return {};
}

Status Restorer::FetchFile(const ArchivedFile& file, bool check_crc) {
  const auto object = WarehouseName(log_, file.name);
  const auto path = warehouse_ + "/" + file.name;
  FIRN_RETURN_IF_ERROR(files_.MakeDirs(io::ParentOf(path)));
  FIRN_TRY(const auto out, files_.Open(path, {.mode = io::OpenMode::kTruncate}));
  uint64_t bytes = 0;
  uint32_t crc = 0;
  const auto read = store_.Read(object, [&](const void* data, size_t size) -> Status {
    FIRN_RETURN_IF_ERROR(out->WriteAt(bytes, data, size));
    crc = Crc32c(data, size, crc);
    bytes += size;
    return {};
  });
  if (!read && read.error().code == ErrorCode::kNotFound) {
    (void)files_.Remove(path);
    return Missing(object);
  }
  FIRN_RETURN_IF_ERROR(read);
  if (bytes != file.bytes || (check_crc && crc != file.crc)) {
    return Fail(MakeError(ErrorCode::kCorrupt,
                          "the archive is damaged: bytes={} want={} checksum {}: object=\"{}\"",
                          bytes, file.bytes, check_crc && crc != file.crc ? "mismatch" : "ok",
                          object)
                    .WithSqlState("XX001"));
  }
  fetched_.push_back(path);
  folders_.insert(io::ParentOf(path));
  ++report_.files;
  report_.bytes += bytes;
  return {};
}

Status Restorer::FetchTables() {
  for (const auto& file : base_.files) FIRN_RETURN_IF_ERROR(FetchFile(file, true));
  const lake::Relocation relocation{
      .from = base_.warehouse, .to = warehouse_, .old_log = log_, .new_log = new_log_};
  for (const auto& table : base_.tables) {
    const auto& definition = *table.definition;
    const auto folder = warehouse_ + "/" + definition.folder;
    // A reader that comes before any row looks for it.
    FIRN_RETURN_IF_ERROR(files_.MakeDirs(folder + "/data"));
    folders_.insert(folder);
    auto moved = lake::RelocateTable(files_, folder, table.metadata_version, relocation);
    if (!moved) {
      return Fail(std::move(moved.error()).During("table " + definition.QualifiedName()));
    }
    flushed_[definition.id] = moved->Flushed(new_log_).value_or(Lsn());
    Say(fmt::format("table {}: files up to LSN {}", definition.QualifiedName(),
                    flushed_[definition.id]));
  }
  return {};
}

Status Restorer::FetchAdded(const std::string& name, uint64_t bytes) {
  FIRN_TRY(const auto sum, ReadSum(store_, log_, name));
  return FetchFile({.name = name, .bytes = bytes, .crc = sum ? sum->crc : 0}, sum.has_value());
}

Status Restorer::TakeAddedFiles(log::CatalogRecord& record) {
  FIRN_TRY(auto added, AddedFilesFromJson(record.json));
  for (auto& file : added.files) {
    const auto path = LocalPath(file.path);
    if (!path.starts_with(base_.warehouse + "/")) {
      return Fail(ErrorCode::kCorrupt, "a data file is not below \"{}\": {}", base_.warehouse,
                  path);
    }
    const auto name = path.substr(base_.warehouse.size() + 1);
    file.path = lake::FileUri(warehouse_ + "/" + name);
    FIRN_TRY(const bool there, files_.Exists(warehouse_ + "/" + name));
    report_.files += request_.dry_run ? 1 : 0;
    if (there || request_.dry_run) continue;
    auto fetched = FetchAdded(name, static_cast<uint64_t>(file.bytes));
    // Of a table that was dropped or emptied before its file was sent: a later record says so.
    if (!fetched && fetched.error().code == ErrorCode::kCorrupt) {
      lacks_.try_emplace(record.table, std::move(fetched).error());
      continue;
    }
    FIRN_RETURN_IF_ERROR(fetched);
  }
  record.json = ToJson(added);
  return {};
}

Status Restorer::TakeRecord(log::CatalogRecord& record) {
  if (record.kind == kAddFilesKind) return TakeAddedFiles(record);
  FIRN_TRY(const auto change, catalog::ChangeFromJson(record.kind, record.table, record.json));
  if (std::holds_alternative<catalog::DropTable>(change) ||
      std::holds_alternative<catalog::TruncateTable>(change)) {
    lacks_.erase(record.table);
  }
  if (record.lsn <= base_.applied) return {};
  if (std::holds_alternative<catalog::DropTable>(change)) tables_.erase(record.table);
  const auto* create = std::get_if<catalog::CreateTable>(&change);
  if (create == nullptr) return {};
  tables_.insert(record.table);
  if (request_.dry_run) return {};
  // Its folder was made before the record; the log's readers rely on that.
  const auto& definition = *create->table;
  std::vector<FieldId> key;
  for (const auto& column : KeyColumns(definition)) key.push_back(column.id);
  const auto folder = warehouse_ + "/" + definition.folder;
  FIRN_RETURN_IF_ERROR(lake::IcebergTable::Create(files_, folder, definition.id.value(),
                                                  definition.columns, {},
                                                  SystemClock().NowMicros() / 1000, key));
  folders_.insert(io::ParentOf(folder));
  return {};
}

Result<bool> Restorer::TakeGroup(log::Group group) {
  const bool whole = CutGroup(group, request_.lsn, request_.time_us);
  if (group.transactions.empty()) return false;
  for (auto& record : group.catalog) FIRN_RETURN_IF_ERROR(TakeRecord(record));
  report_.last_lsn = group.last_lsn;
  report_.commit_us = group.transactions.back().commit_us;
  ++report_.groups;
  if (copy_ != nullptr) FIRN_RETURN_IF_ERROR(copy_->Add(group));
  return whole;
}

Status Restorer::CheckPoint(Lsn last, Lsn listed) const {
  if (last < base_.logged) {
    return Fail(
        MakeError(ErrorCode::kCorrupt,
                  "the archive is not whole: the groups with LSNs from {} to {} are missing",
                  last + 1, base_.logged)
            .WithSqlState("XX001")
            .WithHint("Choose a point before them with --lsn or --time."));
  }
  if (!request_.lsn || *request_.lsn <= std::max(last, base_.applied)) return {};
  if (listed > last) {
    return Fail(MakeError(ErrorCode::kInvalidInput,
                          "LSN {} lies behind a gap in the archive, which begins at {}",
                          *request_.lsn, last + 1)
                    .WithSqlState(kOutside)
                    .WithHint("Choose a point before it, or one behind the next base copy."));
  }
  return BehindTheEnd(std::max(last, base_.applied));
}

Failure Restorer::BehindTheEnd(Lsn end) const {
  return Fail(MakeError(ErrorCode::kInvalidInput, "LSN {} is not in the archive: it ends at {}",
                        *request_.lsn, end)
                  .WithSqlState(kOutside)
                  .WithHint("Leave --lsn out for all there is."));
}

Status Restorer::CheckEnd() const {
  if (!request_.lsn) return {};
  FIRN_TRY(const auto objects, log::ListArchivedGroups(store_, log_, base_.settled));
  Lsn end = base_.applied;
  for (const auto& object : objects) end = std::max(end, object.last_lsn);
  return *request_.lsn <= end ? Status() : BehindTheEnd(end);
}

Result<bool> Restorer::MayEndAt(const log::ArchiveReader& reader) const {
  const bool all = !request_.lsn && !request_.time_us;
  if (!all || !reader.hole() || reader.last() < base_.logged) return false;
  // A backup sends groups before its base copy, and not those that the lake had. An archive lacks
  // what it has lost, and who restores it is to decide.
  const auto owner = io::GetObject(store_, ArchiveOwnerName(log_));
  if (!owner && owner.error().code != ErrorCode::kNotFound) return Failure(owner.error());
  return !owner;
}

Status Restorer::ReadGroups() {
  FIRN_TRY(auto objects, log::ListArchivedGroups(store_, log_, base_.settled));
  // What is missing behind the point is not missed.
  std::erase_if(objects,
                [&](const auto& one) { return request_.lsn && one.first_lsn > *request_.lsn; });
  if (!request_.dry_run) {
    copy_ = std::make_unique<log::LogCopy>(files_, LogDir(request_.to), new_log_, base_.settled);
  }
  report_.last_lsn = base_.applied;
  log::ArchiveReader reader(store_, log_);
  const auto read = reader.Read(
      objects, base_.settled,
      {.state = [&](log::StateGroup&& state) -> Status {
         if (copy_ != nullptr) copy_->SetState(std::move(state.state));
         return {};
       },
       .group = [&](log::Group&& group) { return TakeGroup(std::move(group)); },
       .object = [&](const log::ArchivedGroups& object) { report_.bytes += object.bytes; }});
  if (!read) {
    FIRN_TRY(const bool may_end, MayEndAt(reader));
    if (!may_end) return Failure(read.error());
  }
  FIRN_RETURN_IF_ERROR(
      CheckPoint(reader.last(), objects.empty() ? Lsn() : objects.back().last_lsn));
  if (!lacks_.empty()) return Fail(lacks_.begin()->second);
  // LSNs between the two were skipped and never used.
  report_.last_lsn = std::max(report_.last_lsn, base_.applied);
  report_.tables = tables_.size();
  if (!read) {
    Say(fmt::format(
        "notice: it goes up to LSN {}: the LSNs from {} to {} behind it are missing, and "
        "the groups that follow are of a backup that was not finished: left out",
        report_.last_lsn, reader.hole()->first, reader.hole()->second));
  }
  Say(fmt::format("log: {} groups up to LSN {}", report_.groups, report_.last_lsn));
  return copy_ == nullptr ? Status() : copy_->Finish(report_.last_lsn);
}

Status Restorer::WriteCatalog() {
  FIRN_TRY(const auto store, catalog::OpenSqliteStore(files_, CatalogPath(request_.to)));
  FIRN_TRY(const auto made, store->Load());
  std::vector<catalog::Change> changes;
  for (const auto& [id, object] : made.version->objects()) {
    changes.emplace_back(catalog::DropObject{.object = id});
  }
  for (const auto& object : base_.objects) changes.emplace_back(catalog::PutObject{object});
  std::vector<catalog::LakePointer> pointers;
  for (const auto& table : base_.tables) {
    changes.emplace_back(catalog::CreateTable{table.definition});
    pointers.push_back({.table = table.definition->id,
                        .metadata_version = table.metadata_version,
                        .flushed = flushed_[table.definition->id]});
  }
  const catalog::Progress progress{
      .applied = base_.applied, .settled = base_.settled, .settled_us = base_.commit_us};
  FIRN_RETURN_IF_ERROR(store->Commit(changes, progress, pointers));
  return store->BindLog(new_log_);
}

Status Restorer::MakeDurable() {
  for (const auto& path : fetched_) {
    FIRN_TRY(const auto file, files_.Open(path, {.mode = io::OpenMode::kReadWrite}));
    FIRN_RETURN_IF_ERROR(file->Sync());
  }
  for (auto folder : std::set<std::string>(folders_)) {
    for (; folder.size() >= request_.to.size(); folder = io::ParentOf(folder)) {
      folders_.insert(folder);
    }
  }
  for (const auto& folder : folders_) FIRN_RETURN_IF_ERROR(files_.SyncDir(folder));
  return {};
}

Result<RestoreReport> Restorer::Run() {
  FIRN_RETURN_IF_ERROR(CheckTarget());
  FIRN_RETURN_IF_ERROR(ChooseLog());
  FIRN_RETURN_IF_ERROR(ChooseBase());
  FIRN_RETURN_IF_ERROR(CheckEnd());
  if (request_.dry_run) {
    report_.files = base_.files.size();
    for (const auto& file : base_.files) report_.bytes += file.bytes;
    FIRN_RETURN_IF_ERROR(ReadGroups());
    return report_;
  }
  FIRN_RETURN_IF_ERROR(io::MakeDirsDurably(files_, request_.to));
  const auto mark = UnfinishedPath(request_.to);
  FIRN_RETURN_IF_ERROR(io::WriteFileDurably(files_, mark, store_.url() + "\n"));
  FIRN_RETURN_IF_ERROR(io::MakeDirsDurably(files_, warehouse_));
  FIRN_RETURN_IF_ERROR(FetchTables());
  FIRN_RETURN_IF_ERROR(ReadGroups());
  FIRN_RETURN_IF_ERROR(MakeDurable());
  FIRN_RETURN_IF_ERROR(WriteCatalog());
  FIRN_RETURN_IF_ERROR(files_.Remove(mark));
  FIRN_RETURN_IF_ERROR(files_.SyncDir(request_.to));
  return report_;
}

}  // namespace

Result<RestoreReport> Restore(io::ObjectStore& store, io::FileSystem& files,
                              const RestoreRequest& request) {
  return Restorer(store, files, request).Run();
}

}  // namespace firn::table
