#include "table/backup.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/log.h"
#include "io/durable_folders.h"
#include "log/archive.h"
#include "log/shipper.h"
#include "table/archiver.h"
#include "table/base_copy.h"

namespace firn::table {

void Backups::Begin(const std::string& url, const std::function<void(Result<BackupReport>)>& done) {
  Status begun;
  {
    const std::lock_guard lock(mutex_);
    if (running_) {
      begun = Fail(MakeError(ErrorCode::kConflict, "another backup is at work")
                       .WithSqlState("55006")
                       .WithHint("Wait for its end."));
    } else if (worker_.stopping()) {
      begun = Fail(ErrorCode::kCancelled, "the server is stopping");
    } else {
      running_ = true;
      worker_.Start([this, url, done] {
        auto report = Run(url);
        needs_above_ = UINT64_MAX;
        {
          const std::lock_guard ended(mutex_);
          running_ = false;
        }
        if (!report && report.error().code == ErrorCode::kCancelled) {
          report = Fail(
              MakeError(ErrorCode::kCancelled, "the server is stopping; the backup is not complete")
                  .WithSqlState("57P01"));
        }
        // Whoever asked may have left.
        if (!report) FIRN_LOG_WARN("backup: failed: to={} error={}", url, report.error().message);
        done(std::move(report));
      });
    }
  }
  if (!begun) done(Failure(std::move(begun).error()));
}

bool Backups::Stop(double until) {
  {
    // Whoever begins has begun, or is refused.
    const std::lock_guard lock(mutex_);
    worker_.Ask();
  }
  return worker_.End(until);
}

// Links in the paths are followed.
Status Backups::RequireOutside(const std::string& path) const {
  std::error_code failed;
  const auto place = std::filesystem::weakly_canonical(path, failed);
  const auto data = std::filesystem::weakly_canonical(from_.warehouse, failed).parent_path();
  const auto parted = std::mismatch(data.begin(), data.end(), place.begin(), place.end());
  if (failed || parted.first != data.end()) return {};
  return Fail(MakeError(ErrorCode::kInvalidInput,
                        "a backup of \"{}\" would be in what it is a backup of: \"{}\"",
                        data.string(), place.string())
                  .WithSqlState("22023")
                  .WithHint("Name a place outside that folder, best on another disk."));
}

Result<std::unique_ptr<io::ObjectStore>> Backups::OpenStore(const std::string& url) {
  if (io::IsLocalUrl(url)) FIRN_RETURN_IF_ERROR(RequireOutside(io::LocalPathOf(url)));
  FIRN_TRY(auto store, io::OpenObjectStore(url, access_, from_.files));
  if (io::IsLocalUrl(url)) {
    FIRN_RETURN_IF_ERROR(io::MakeDirsDurably(from_.files, io::LocalPathOf(url)));
  }
  const auto owner = io::GetObject(*store, ArchiveOwnerName(from_.log.id()));
  if (!owner && owner.error().code != ErrorCode::kNotFound) return Failure(owner.error());
  if (owner) {
    return Fail(
        MakeError(ErrorCode::kConflict, "a server keeps its archive there: {}", store->url())
            .WithSqlState("55006")
            .WithHint("Name another place: the archive is a backup by itself."));
  }
  return store;
}

Result<BackupReport> Backups::Run(const std::string& url) {
  // Before anything else: what is in the log now stays.
  Lsn from;
  needs_above_ = 0;
  {
    const Snapshot snapshot = from_.committer.TakeSnapshot();
    from = FlushedOf(*snapshot.root, snapshot.visible);
    needs_above_ = from.value();
  }
  const auto stop = [this] { return worker_.stopping(); };
  FIRN_TRY(const auto store, OpenStore(url));
  WarehouseCopier copier(from_, *store);
  FIRN_TRY(const auto bases, ListBases(*store, from_.log.id()));
  if (!bases.empty()) {
    if (auto newest = ReadBase(*store, from_.log.id(), bases.back())) {
      copier.Know(std::move(newest->files));
    }
    // The place may have lost some of it since.
    FIRN_RETURN_IF_ERROR(copier.Look());
  }
  log::Shipper shipper(from_.log, from_.files, *store,
                       {.from = from, .skip_to_from = true, .before = [&](const log::Group& group) {
                          return CopyAddedFiles(group, copier, stop);
                        }});
  const auto archived = [&](Lsn lsn) -> Status {
    FIRN_RETURN_IF_ERROR(shipper.Ship());
    const auto shipped = shipper.state();
    // LSNs that a kill skipped are in no group.
    if (shipped.shipped >= lsn || shipped.bytes_behind == 0) return {};
    return Fail(ErrorCode::kInternal, "the log ends before the backup: shipped={} want={}",
                shipped.shipped, lsn);
  };
  // The groups first: while files are copied the log may have to give way.
  FIRN_RETURN_IF_ERROR(shipper.Ship());
  FIRN_TRY(const auto base, CopyBase(from_, copier, *store, stop, archived));
  if (shipper.state().gaps > 0) {
    return Fail(
        MakeError(ErrorCode::kOverloaded, "the log gave way while the backup ran: it has a gap")
            .WithSqlState("53400")
            .WithHint("Raise log_bytes_max, or back up while fewer rows come."));
  }
  if (const size_t again = copier.TakeSentAgain(); again > 0) {
    FIRN_LOG_WARN("backup: {} objects were missing from the store and were sent again", again);
  }
  FIRN_LOG_INFO("backup: lsn={} files={} to={}", base.applied, base.files.size(), store->url());
  return BackupReport{.log = base.log,
                      .last_lsn = base.applied,
                      .tables = base.tables.size(),
                      .files = base.files.size()};
}

}  // namespace firn::table
