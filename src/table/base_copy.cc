#include "table/base_copy.h"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "base/crc32c.h"
#include "lake/page_check.h"
#include "lake/table_copy.h"
#include "log/archive.h"
#include "table/added_files.h"
#include "table/data_folder.h"
#include "table/table_folder.h"

namespace firn::table {
namespace {

constexpr int kVersion = 1;
constexpr size_t kDigits = 20;
constexpr std::string_view kSuffix = ".json";
constexpr size_t kPartBytes = 4 << 20;

nlohmann::json TablesJson(const std::vector<BaseTable>& tables) {
  auto out = nlohmann::json::array();
  for (const auto& table : tables) {
    out.push_back({{"definition", catalog::ToJson(*table.definition)},
                   {"metadata_version", table.metadata_version}});
  }
  return out;
}

nlohmann::json FilesJson(const std::vector<ArchivedFile>& files) {
  auto out = nlohmann::json::array();
  for (const auto& file : files) out.push_back({file.name, file.bytes, file.crc});
  return out;
}

Failure NotABase(std::string_view why) {
  return Fail(MakeError(ErrorCode::kCorrupt, "not a base copy: {}", why).WithSqlState("XX001"));
}

Result<BaseCopy> FromBody(const nlohmann::json& body) {
  BaseCopy base;
  FIRN_TRY(const auto log, ParseUuid(body.at("log").get<std::string>()));
  base.log = LogId(log);
  base.applied = Lsn(body.at("applied").get<uint64_t>());
  base.settled = Lsn(body.at("settled").get<uint64_t>());
  base.logged = Lsn(body.at("logged").get<uint64_t>());
  base.commit_us = body.at("commit_us").get<int64_t>();
  base.made_us = body.at("made_us").get<int64_t>();
  base.warehouse = body.at("warehouse").get<std::string>();
  for (const auto& one : body.at("tables")) {
    FIRN_TRY(auto definition,
             catalog::TableDefinitionFromJson(one.at("definition").get<std::string>()));
    base.tables.push_back(
        {.definition = std::make_shared<const catalog::TableDefinition>(std::move(definition)),
         .metadata_version = one.at("metadata_version").get<int64_t>()});
  }
  for (const auto& one : body.at("objects")) {
    FIRN_TRY(auto object, catalog::ObjectFromJson(one.get<std::string>()));
    base.objects.push_back(std::move(object));
  }
  for (const auto& one : body.at("files")) {
    base.files.push_back({.name = one.at(0).get<std::string>(),
                          .bytes = one.at(1).get<uint64_t>(),
                          .crc = one.at(2).get<uint32_t>()});
  }
  return base;
}

Failure Stopped() {
  return Fail(ErrorCode::kCancelled, "it was told to stop");
}

/// What of a table a base copy needs, with its folder kept from a DROP.
struct PinnedTable {
  BaseTable table;
  std::shared_ptr<TableFolder> folder;
  DataFiles added_files;
};

std::vector<PinnedTable> PinTables(const Root& root) {
  std::vector<PinnedTable> tables;
  for (const auto& [id, version] : root.tables) {
    PinnedTable pinned{
        .table = {.definition = version->definition, .metadata_version = version->metadata_version},
        .folder = version->folder,
        .added_files = version->added_files};
    tables.push_back(std::move(pinned));
  }
  return tables;
}

Status CopyTable(const PinnedTable& table, WarehouseCopier& copier, const StopAsked& stop) {
  for (const auto& file : table.added_files) {
    FIRN_RETURN_IF_ERROR(copier.Copy(LocalPath(file->path), stop));
  }
  FIRN_TRY(const auto loaded, lake::IcebergTable::Load(copier.files(), table.folder->path(),
                                                       table.table.metadata_version));
  return lake::VisitFiles(
      loaded, [&](const std::string& path) { return copier.Knows(path); },
      [&](const std::string& path) { return copier.Copy(path, stop); });
}

/// The last group at or below `lsn` that is in the log, or `settled` where that is later.
Lsn LastGroup(const log::Log& log, Lsn lsn, Lsn settled) {
  Lsn last = settled;
  for (const auto& segment : log.segments()) {
    if (segment.last_lsn < segment.base_lsn || segment.base_lsn > lsn) continue;
    last = std::max(last, std::min(segment.last_lsn, lsn));
  }
  return last;
}

/// Of older versions of the metadata nothing is needed.
void AddFilesOf(const BaseTable& table, const WarehouseCopier& copier,
                std::vector<ArchivedFile>* files) {
  const auto& folder = table.definition->folder;
  const auto metadata =
      fmt::format("{}/metadata/v{}.metadata.json", folder, table.metadata_version);
  for (auto& file : copier.FilesOf(folder)) {
    if (file.name.ends_with(".metadata.json") && file.name != metadata) continue;
    files->push_back(std::move(file));
  }
}

}  // namespace

std::string ToJson(const BaseCopy& base) {
  auto objects = nlohmann::json::array();
  for (const auto& object : base.objects) objects.push_back(catalog::ToJson(*object));
  const nlohmann::json body{
      {"log", base.log.value().ToString()}, {"applied", base.applied.value()},
      {"settled", base.settled.value()},    {"logged", base.logged.value()},
      {"commit_us", base.commit_us},        {"made_us", base.made_us},
      {"warehouse", base.warehouse},        {"tables", TablesJson(base.tables)},
      {"objects", std::move(objects)},      {"files", FilesJson(base.files)}};
  // As text within text, so that the checksum is of bytes and not of a meaning.
  const auto text = body.dump();
  return nlohmann::json{
             {"v", kVersion}, {"crc32c", Crc32c(text.data(), text.size())}, {"base", text}}
             .dump() +
         "\n";
}

Result<BaseCopy> BaseCopyFromJson(std::string_view json) {
  try {
    const auto outer = nlohmann::json::parse(json);
    if (outer.at("v").get<int>() != kVersion) {
      return Fail(MakeError(ErrorCode::kUnsupported, "a base copy of a later release: version={}",
                            outer.at("v").get<int>())
                      .WithHint("Restore with that release."));
    }
    const auto text = outer.at("base").get<std::string>();
    if (Crc32c(text.data(), text.size()) != outer.at("crc32c").get<uint32_t>()) {
      return NotABase("checksum mismatch");
    }
    return FromBody(nlohmann::json::parse(text));
  } catch (const nlohmann::json::exception& error) {
    return NotABase(error.what());
  }
}

std::string BaseName(LogId log, Lsn applied) {
  return fmt::format("{}/base/{:020}{}", log::ArchiveFolder(log), applied.value(), kSuffix);
}
std::string WarehouseName(LogId log, const std::string& file) {
  return log::ArchiveFolder(log) + "/warehouse/" + file;
}

std::string SumName(LogId log, const std::string& file) {
  return log::ArchiveFolder(log) + "/sums/" + file + std::string(kSuffix);
}

Result<std::optional<ArchivedFile>> ReadSum(io::ObjectStore& store, LogId log,
                                            const std::string& file) {
  const auto name = SumName(log, file);
  const auto json = io::GetObject(store, name);
  if (!json && json.error().code == ErrorCode::kNotFound) return std::nullopt;
  if (!json) return Failure(json.error());
  try {
    const auto sum = nlohmann::json::parse(*json);
    return ArchivedFile{.name = file,
                        .bytes = sum.at("bytes").get<uint64_t>(),
                        .crc = sum.at("crc32c").get<uint32_t>()};
  } catch (const nlohmann::json::exception& error) {
    return Fail(MakeError(ErrorCode::kCorrupt, "the archive is damaged: {}: object=\"{}\"",
                          error.what(), name)
                    .WithSqlState("XX001"));
  }
}

Result<std::vector<Lsn>> ListBases(io::ObjectStore& store, LogId log) {
  FIRN_TRY(const auto found, store.List(log::ArchiveFolder(log) + "/base"));
  std::vector<Lsn> bases;
  for (const auto& one : found) {
    uint64_t lsn = 0;
    const char* begin = one.name.data();
    const auto parsed = std::from_chars(begin, begin + one.name.size(), lsn);
    const bool ours = parsed.ec == std::errc() && parsed.ptr == begin + kDigits &&
                      one.name.substr(kDigits) == kSuffix;
    if (ours) bases.emplace_back(lsn);
  }
  std::sort(bases.begin(), bases.end());
  return bases;
}

Result<BaseCopy> ReadBase(io::ObjectStore& store, LogId log, Lsn applied) {
  const auto name = BaseName(log, applied);
  FIRN_TRY(const auto json, io::GetObject(store, name));
  auto base = BaseCopyFromJson(json);
  if (!base) {
    return Fail(std::move(base.error()).During(fmt::format("read object \"{}\"", name)));
  }
  if (base->log != log || base->applied != applied) return NotABase("it is of another log or LSN");
  return base;
}

WarehouseCopier::WarehouseCopier(const CopySources& from, io::ObjectStore& store)
    : files_(from.files), store_(store), log_(from.log.id()), warehouse_(from.warehouse) {}

std::string WarehouseCopier::NameOf(const std::string& path) const {
  return path.starts_with(warehouse_ + "/") ? path.substr(warehouse_.size() + 1) : std::string();
}

void WarehouseCopier::Know(std::vector<ArchivedFile> files) {
  const std::lock_guard lock(mutex_);
  for (auto& file : files) {
    auto name = file.name;
    known_.insert_or_assign(std::move(name), std::move(file));
  }
}

Result<size_t> WarehouseCopier::Look() {
  {
    const std::lock_guard lock(mutex_);
    if (known_.empty() && there_.empty()) return 0;
    looking_ = true;
  }
  const auto listed = store_.ListAll(log::ArchiveFolder(log_) + "/warehouse");
  std::map<std::string_view, uint64_t> has;
  if (listed) {
    for (const auto& one : *listed) has[one.name] = one.bytes;
  }
  const std::lock_guard lock(mutex_);
  looking_ = false;
  const auto meanwhile = std::exchange(sent_meanwhile_, {});
  if (!listed) return Failure(listed.error());
  size_t lost = 0;
  // Takes from `files` what is lost.
  const auto sift = [&](std::map<std::string, ArchivedFile>& files) {
    for (auto file = files.begin(); file != files.end();) {
      const auto found = has.find(file->first);
      const bool there = meanwhile.contains(file->first) ||
                         (found != has.end() && found->second == file->second.bytes);
      if (there) {
        ++file;
        continue;
      }
      ++lost;
      missing_.insert(file->first);
      file = files.erase(file);
    }
  };
  sift(there_);
  sift(known_);
  // What is known is not walked through, and may name what is missing.
  if (lost > 0) there_.merge(std::exchange(known_, {}));
  return lost;
}

size_t WarehouseCopier::TakeSentAgain() {
  const std::lock_guard lock(mutex_);
  missing_.clear();  // of the rest nothing is needed
  return std::exchange(sent_again_, 0);
}

const ArchivedFile* WarehouseCopier::FindThere(const std::string& name) {
  if (auto found = there_.extract(name)) known_.insert(std::move(found));
  const auto known = known_.find(name);
  return known == known_.end() ? nullptr : &known->second;
}

bool WarehouseCopier::Knows(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return known_.contains(NameOf(path));
}

std::vector<ArchivedFile> WarehouseCopier::FilesOf(const std::string& folder) const {
  const std::lock_guard lock(mutex_);
  std::vector<ArchivedFile> files;
  const auto prefix = folder + "/";
  for (auto at = known_.lower_bound(prefix); at != known_.end(); ++at) {
    if (!at->first.starts_with(prefix)) break;
    files.push_back(at->second);
  }
  return files;
}

Result<ArchivedFile> WarehouseCopier::Send(const std::string& path, std::string name,
                                           const StopAsked& stop) {
  // A damaged file would take the place of what an earlier copy or the log still has.
  if (path.ends_with(".parquet")) FIRN_RETURN_IF_ERROR(lake::CheckPages(files_, path, stop));
  FIRN_TRY(const auto file, files_.Open(path, {}));
  FIRN_TRY(const auto writer, store_.Create(WarehouseName(log_, name)));
  ArchivedFile sent{.name = std::move(name)};
  std::vector<char> part(kPartBytes);
  for (;;) {
    if (stop()) return Stopped();
    FIRN_TRY(const size_t got, file->ReadAt(sent.bytes, part.data(), part.size()));
    if (got == 0) break;
    FIRN_RETURN_IF_ERROR(writer->Write(part.data(), got));
    sent.crc = Crc32c(part.data(), got, sent.crc);
    sent.bytes += got;
  }
  if (stop()) return Stopped();
  FIRN_RETURN_IF_ERROR(writer->Finish());
  return sent;
}

Result<ArchivedFile> WarehouseCopier::CopyOnce(const std::string& path, const StopAsked& stop) {
  auto name = NameOf(path);
  if (name.empty()) {
    return Fail(ErrorCode::kUnsupported, "a file outside of the warehouse: {}", path);
  }
  {
    std::unique_lock lock(mutex_);
    sent_.wait(lock, [&] { return !sending_.contains(name); });
    if (const auto* file = FindThere(name)) return *file;
    sending_.insert(name);
  }
  auto sent = Send(path, name, stop);
  const std::lock_guard lock(mutex_);
  sending_.erase(name);
  sent_.notify_all();
  if (!sent) return Failure(std::move(sent.error()));
  if (looking_) sent_meanwhile_.insert(name);
  sent_again_ += missing_.erase(name);
  known_.insert_or_assign(std::move(name), *sent);
  return sent;
}

Status WarehouseCopier::Copy(const std::string& path, const StopAsked& stop) {
  FIRN_RETURN_IF_ERROR(CopyOnce(path, stop));
  return {};
}

Status WarehouseCopier::CopyWithSum(const std::string& path, const StopAsked& stop) {
  FIRN_TRY(const auto file, CopyOnce(path, stop));
  const nlohmann::json sum = {{"bytes", file.bytes}, {"crc32c", file.crc}};
  return io::PutObject(store_, SumName(log_, file.name), sum.dump() + "\n");
}

Status CopyAddedFiles(const log::Group& group, WarehouseCopier& copier, const StopAsked& stop) {
  if (stop()) return Stopped();
  for (const auto& record : group.catalog) {
    if (record.kind != kAddFilesKind) continue;
    FIRN_TRY(const auto added, AddedFilesFromJson(record.json));
    for (const auto& file : added.files) {
      auto copied = copier.CopyWithSum(LocalPath(file.path), stop);
      if (copied) continue;
      // Its table was dropped since, as a later group says. A store may say "not found" too.
      FIRN_TRY(const bool there, copier.files().Exists(LocalPath(file.path)));
      if (there) return copied;
    }
  }
  return {};
}

Result<BaseCopy> CopyBase(const CopySources& from, WarehouseCopier& copier, io::ObjectStore& store,
                          const StopAsked& stop, const std::function<Status(Lsn)>& archived) {
  BaseCopy base{.log = from.log.id(), .warehouse = from.warehouse};
  std::vector<PinnedTable> tables;
  // Before the versions are known: rounds go on, and let go of metadata.
  auto kept = from.old_metadata.Keep();
  {
    // Not kept: a root holds the rows of its generations in memory.
    const Snapshot snapshot = from.committer.TakeSnapshot();
    base.applied = snapshot.visible;
    base.settled = FlushedOf(*snapshot.root, snapshot.visible);
    base.made_us = from.clock.NowMicros();
    // A catalog of an earlier release may not say when the last commit was that the log has lost.
    const int64_t committed = from.committer.last_commit_us();
    base.commit_us = committed > 0 ? committed : base.made_us;
    for (const auto& [id, object] : snapshot.root->catalog->objects()) {
      base.objects.push_back(object);
    }
    tables = PinTables(*snapshot.root);
  }
  base.logged = LastGroup(from.log, base.applied, base.settled);
  for (const auto& table : tables) {
    if (auto copied = CopyTable(table, copier, stop); !copied) {
      return Fail(std::move(copied.error())
                      .During("base copy of " + table.table.definition->QualifiedName()));
    }
    base.tables.push_back(table.table);
  }
  for (const auto& table : base.tables) AddFilesOf(table, copier, &base.files);
  // All of it is in the store. What follows waits for the store, maybe for long.
  tables.clear();
  kept.reset();
  FIRN_RETURN_IF_ERROR(archived(base.logged));
  FIRN_RETURN_IF_ERROR(io::PutObject(store, BaseName(base.log, base.applied), ToJson(base)));
  return base;
}

}  // namespace firn::table
