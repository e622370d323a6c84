#include "table/log_start.h"

#include "log/recovery.h"
#include "log/segment_reader.h"
#include "table/data_folder.h"

namespace firn::table {
namespace {

template <typename... Args>
Failure Refused(std::string_view hint, fmt::format_string<Args...> text, Args&&... args) {
  return Fail(MakeError(ErrorCode::kCorrupt, "{}", fmt::format(text, std::forward<Args>(args)...))
                  .WithHint(fmt::format("Nothing was changed. {}", hint)));
}

constexpr std::string_view kPutBack =
    "Put the missing files back into that folder, or restore a backup of the whole data folder.";

/// A table's folder, which only a server with a log makes; empty: there is none.
Result<std::string> AnyTableFolder(io::FileSystem& files, const std::string& data_dir) {
  const auto database = WarehouseDir(data_dir) + "/" + std::string(catalog::kDefaultDatabase);
  FIRN_TRY(const bool there, files.Exists(database));
  if (!there) return std::string();
  FIRN_TRY(const auto schemas, files.List(database));
  for (const auto& schema : schemas) {
    if (!schema.is_directory) continue;
    const auto folder = database + "/" + schema.name;
    FIRN_TRY(const auto tables, files.List(folder));
    for (const auto& table : tables) {
      if (table.is_directory) return folder + "/" + table.name;
    }
  }
  return std::string();
}

Status CheckNoLog(io::FileSystem& files, const std::string& data_dir,
                  const catalog::Store::Contents* catalog) {
  const auto log_dir = LogDir(data_dir);
  if (catalog != nullptr && (catalog->log != LogId() || catalog->applied != Lsn())) {
    return Refused(kPutBack,
                   "no segment of the log is in \"{}\", and the catalog needs what was in it "
                   "behind LSN {}",
                   log_dir, catalog->settled);
  }
  FIRN_TRY(const auto here, log::FindLogStart(files, data_dir));
  if (here) {
    return Refused(
        "If 'firn wal salvage' wrote them, make this folder the folder 'log' of the data "
        "folder that they are of, and start that one.",
        "\"{}\" holds segments of a log, and is no data folder", data_dir);
  }
  FIRN_TRY(const auto folder, AnyTableFolder(files, data_dir));
  if (folder.empty()) return {};
  return Refused(
      "Put the log's segments and catalog.db back, or restore a backup of the whole data "
      "folder; to begin anew, choose an empty folder with --data.",
      "no segment of the log is in \"{}\", but there are tables: \"{}\"", log_dir, folder);
}

}  // namespace

Status CheckLogStart(io::FileSystem& files, const std::string& data_dir,
                     const catalog::Store::Contents* catalog) {
  const auto log_dir = LogDir(data_dir);
  FIRN_TRY(const auto start, log::FindLogStart(files, log_dir));
  if (!start) return CheckNoLog(files, data_dir, catalog);
  if (catalog != nullptr && catalog->log != LogId() && catalog->log != start->id) {
    return Refused("Put the log of this data folder back, or restore a backup of the whole folder.",
                   "\"{}\" holds another log than the catalog's: want={} got={}", log_dir,
                   catalog->log, start->id);
  }
  if (catalog != nullptr && catalog->newest_segment > start->newest_base_lsn) {
    return Refused(
        fmt::format("{} 'firn wal salvage --to DIR' makes a log of what is left.", kPutBack),
        "segments of the log are missing in \"{}\": needed is {}, the newest there is {}", log_dir,
        log::SegmentName(catalog->newest_segment), log::SegmentName(start->newest_base_lsn));
  }
  const Lsn settled = catalog == nullptr ? Lsn() : catalog->settled;
  if (start->follows <= settled) return {};
  const auto oldest = log::SegmentName(start->base_lsn);
  if (catalog == nullptr) {
    return Refused("Put catalog.db back, or restore a backup of the whole data folder.",
                   "\"{}\" is missing, and the log in \"{}\" cannot replace it: needed is the "
                   "segment with LSN 1, the oldest there is {}, which begins behind LSN {}",
                   CatalogPath(data_dir), log_dir, oldest, start->follows);
  }
  return Refused(kPutBack,
                 "segments of the log are missing in \"{}\": needed is the one with LSN {}, the "
                 "oldest there is {}, which begins behind LSN {}",
                 log_dir, settled + 1, oldest, start->follows);
}

}  // namespace firn::table
