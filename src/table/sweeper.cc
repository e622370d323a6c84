#include "table/sweeper.h"

#include <algorithm>
#include <set>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/crash_point.h"
#include "base/log.h"
#include "catalog/table_definition.h"
#include "lake/iceberg_table.h"
#include "lake/orphans.h"
#include "table/data_folder.h"

namespace firn::table {
namespace {

// Of the time, a tenth; the rest is for who works on the same disk. On a busy machine a step takes
// long because others go first: a second is rest enough then.
constexpr double kRestFactor = 9;
constexpr double kRestSecondsMax = 1;
constexpr size_t kFilesBetweenRests = 64;
// A foreign committer that is quicker than we list gets its way: the next start sweeps.
constexpr int kAttempts = 5;

/// Behind everybody else, for the processor and for the disk. Both are only asked for.
void TakeLowestPriority() {
  (void)::setpriority(PRIO_PROCESS, 0, 19);  // of a thread, on Linux
  constexpr int kThisThread = 1;
  constexpr int kIdleClass = 3 << 13;
  (void)::syscall(SYS_ioprio_set, kThisThread, 0, kIdleClass);
}

bool IsHex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/// <table>-<id8>, as catalog::TableFolder names it.
bool IsTableFolderName(std::string_view name) {
  constexpr size_t kId = 8;
  if (name.size() < kId + 2 || name[name.size() - kId - 1] != '-') return false;
  const auto id = name.substr(name.size() - kId);
  return std::all_of(id.begin(), id.end(), IsHex);
}

}  // namespace

Sweeper::Sweeper(Collaborators collaborators, SweepStart start, int64_t age_ms)
    : with_(std::move(collaborators)),
      start_(std::move(start)),
      modified_before_us_(start_.started_us - age_ms * 1000) {}

void Sweeper::Start() {
  worker_.Start([this] { Run(); });
}

void Sweeper::Stop() {
  stopping_ = true;
  worker_.End();
}

bool Sweeper::MayGoOn() const {
  // A clock that was set back makes files look old that are not.
  return !stopping_.load() && with_.clock.NowMicros() >= start_.started_us;
}

void Sweeper::Rest() {
  const double worked = MonotonicSeconds() - rested_at_;
  worker_.Rest(std::min(worked * kRestFactor, kRestSecondsMax));
  rested_at_ = MonotonicSeconds();
}

void Sweeper::Run() {
  TakeLowestPriority();
  while (with_.archived && !with_.archived()) {
    if (worker_.Rest(kRestSecondsMax)) return;
  }
  const double begun = rested_at_ = MonotonicSeconds();
  for (const auto& table : start_.tables) {
    if (!MayGoOn()) return;
    if (const auto swept = SweepTable(table); !swept && !stopping_.load()) {
      FIRN_LOG_WARN("sweep: nothing more is removed of {}: {}", table.name, swept.error().message);
    }
    Rest();
  }
  SweepFolders();
  if (!MayGoOn()) return;
  FIRN_LOG_INFO("sweep: files={} bytes={} tables={} ms={:.0f}", done_.files, done_.bytes,
                done_.tables, (MonotonicSeconds() - begun) * 1000);
}

Status Sweeper::SweepTable(const SweepStart::Table& table) {
  // While it is held, a DROP does not remove the folder under us.
  const auto folder = table.held.lock();
  for (int attempt = 0; folder != nullptr && attempt < kAttempts; ++attempt) {
    FIRN_TRY(const bool done, SweepOnce(table));
    if (done) break;
  }
  return {};
}

Result<bool> Sweeper::SweepOnce(const SweepStart::Table& table) {
  const int64_t version = with_.version_of(table.id);
  if (version == 0) return true;
  auto& files = with_.files;
  FIRN_TRY(const auto newest, lake::IcebergTable::NewestVersion(files, table.folder));
  FIRN_TRY(const auto current, lake::IcebergTable::Load(files, table.folder, version));
  FIRN_TRY(auto orphans, lake::ListOrphans(current, modified_before_us_, &stopping_));
  std::erase_if(orphans, [&](const auto& one) { return start_.named.contains(one.path); });
  if (orphans.empty()) return true;
  CrashPoint("sweep.listed");
  for (size_t i = 0; i < orphans.size(); ++i) {
    if (i % kFilesBetweenRests == 0) {
      if (i > 0) Rest();
      FIRN_TRY(const auto newest_now, lake::IcebergTable::NewestVersion(files, table.folder));
      if (newest_now != newest) return false;
    }
    if (!MayGoOn()) return true;
    const auto& path = orphans[i].path;
    const bool metadata = path.ends_with(".metadata.json");
    const auto removed = metadata ? with_.old_metadata.Remove(path) : files.Remove(path);
    // The flusher removes metadata that fell out of its log by itself.
    if (!removed && removed.error().code == ErrorCode::kNotFound) continue;
    FIRN_RETURN_IF_ERROR(removed);
    done_.bytes += static_cast<int64_t>(orphans[i].bytes);
    ++done_.files;
    CrashPoint("sweep.file");
  }
  return true;
}

void Sweeper::SweepFolders() {
  std::set<std::string> known;
  for (const auto& table : start_.tables) known.insert(table.folder);
  const auto database = WarehouseDir(with_.data_dir) + "/" + std::string(catalog::kDefaultDatabase);
  const auto schemas = with_.files.List(database);
  if (!schemas) return;  // no table was ever made
  for (const auto& schema : *schemas) {
    if (!schema.is_directory) continue;
    const auto parent = database + "/" + schema.name;
    const auto folders = with_.files.List(parent);
    if (!folders) continue;
    for (const auto& folder : *folders) {
      const auto path = parent + "/" + folder.name;
      if (!folder.is_directory || known.contains(path) || !IsTableFolderName(folder.name)) continue;
      if (folder.modified_us >= modified_before_us_) continue;
      if (!MayGoOn()) return;
      if (const auto swept = SweepFolder(path, folder.name); !swept) {
        FIRN_LOG_WARN("sweep: \"{}\" stays, though the catalog does not have it: {}", path,
                      swept.error().message);
      }
      Rest();
    }
  }
}

Status Sweeper::SweepFolder(const std::string& path, const std::string& name) {
  int64_t bytes = 0;
  FIRN_TRY(const bool old, AllOld(path, &bytes));
  if (!old) return {};
  FIRN_RETURN_IF_ERROR(CheckOurs(path));
  FIRN_LOG_INFO("sweep: the folder of a table that is not in the catalog: {} bytes={}", name,
                bytes);
  FIRN_RETURN_IF_ERROR(with_.files.RemoveTree(path));
  done_.bytes += bytes;
  ++done_.tables;
  CrashPoint("sweep.folder");
  return {};
}

Status Sweeper::CheckOurs(const std::string& path) const {
  const auto newest = lake::IcebergTable::NewestVersion(with_.files, path);
  // Without metadata it is what a CREATE or a DROP that was cut short left.
  if (!newest && newest.error().code == ErrorCode::kNotFound) return {};
  if (!newest) return Failure(newest.error());
  FIRN_TRY(const auto table, lake::IcebergTable::Load(with_.files, path, *newest));
  const auto marks = table.metadata().Property(std::string(lake::kFlushedProperty), "");
  const auto flushed = table.Flushed(with_.log_id);
  if (!flushed && !marks.empty()) {
    return Fail(ErrorCode::kConflict, "another log wrote it: {}", marks);
  }
  if (flushed && *flushed > start_.last_lsn) {
    return Fail(ErrorCode::kConflict, "it has LSNs that the log has not reached: {}", marks);
  }
  return {};
}

Result<bool> Sweeper::AllOld(const std::string& path, int64_t* bytes) const {
  FIRN_TRY(const auto listed, with_.files.List(path));
  for (const auto& one : listed) {
    if (one.modified_us >= modified_before_us_) return false;
    if (one.is_directory) {
      FIRN_TRY(const bool old, AllOld(path + "/" + one.name, bytes));
      if (!old) return false;
    } else {
      *bytes += static_cast<int64_t>(one.size);
    }
  }
  return true;
}

}  // namespace firn::table
