// `firn backup` and `firn restore`.
#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iostream>

#include <absl/time/time.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/commands.h"
#include "server/data_lock.h"
#include "server/report.h"
#include "server/startup.h"
#include "server/stop_signals.h"
#include "table/database.h"
#include "table/restore.h"
#include "table/second_copy.h"

namespace firn::server {
namespace {

/// "s3://…" as it is; of a path the whole, so that the server takes it for the same.
std::string WholeUrl(const std::string& place) {
  if (!io::IsLocalUrl(place)) return place;
  const auto path = std::filesystem::absolute(io::LocalPathOf(place)).lexically_normal().string();
  return "file://" + io::LocalPathOf(path);
}

std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

std::string TimeText(int64_t us) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%E6S+00", absl::FromUnixMicros(us), absl::UTCTimeZone());
}

Result<int64_t> ParseTime(const std::string& text) {
  constexpr std::array kForms = {"%Y-%m-%d%ET%H:%M:%E*S%Ez",
                                 "%Y-%m-%d %H:%M:%E*S%Ez",
                                 "%Y-%m-%d %H:%M:%E*S %Ez",
                                 "%Y-%m-%d%ET%H:%M:%E*S",
                                 "%Y-%m-%d %H:%M:%E*S",
                                 "%Y-%m-%d %H:%M",
                                 "%Y-%m-%d"};
  absl::Time time;
  for (const char* form : kForms) {
    if (absl::ParseTime(form, text, &time, nullptr)) return absl::ToUnixMicros(time);
  }
  // As PostgreSQL writes it: "+00".
  if (absl::ParseTime("%Y-%m-%d %H:%M:%E*S%Ez", text + ":00", &time, nullptr)) {
    return absl::ToUnixMicros(time);
  }
  return Fail(
      MakeError(ErrorCode::kInvalidInput, "not a time: \"{}\"", text)
          .WithHint("Write it like '2026-01-31 13:45:00+01:00'; without a zone it is UTC."));
}

Result<Lsn> ParseLsn(const std::string& text) {
  uint64_t lsn = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, failed] = std::from_chars(text.data(), end, lsn);
  if (failed == std::errc() && stopped == end && !text.empty()) return Lsn(lsn);
  return Fail(MakeError(ErrorCode::kInvalidInput, "not an LSN: \"{}\"", text)
                  .WithHint("Write a number, as firn.lsn and firn.last_commit_lsn() show it."));
}

/// A folder's path, whole.
Result<std::string> FolderOf(std::string_view flag, const std::string& path) {
  if (path.empty()) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "{} is empty", flag)
                    .WithHint("Name a folder that is not there yet."));
  }
  auto whole = std::filesystem::absolute(path).lexically_normal().string();
  while (whole.size() > 1 && whole.back() == '/') whole.pop_back();
  return whole;
}

constexpr const char* kAgain = "Begin it again to the same place: what is there is not sent again.";

/// The server has no word to end a backup but its own stop.
void LeaveToServer(int signal) {
  ReportFailure(MakeError(ErrorCode::kCancelled, "ended by {}; the server goes on with the backup",
                          SignalName(signal))
                    .WithHint("Its log says when it is done. A stop of the server ends it."));
  std::_Exit(ExitCodeOf(signal));
}

Status BackupRunning(PgClient& client, const std::string& url) {
  FIRN_TRY(const auto before, client.Run("SELECT duckdb_lsn, log_id FROM firn.lsn"));
  const double started = MonotonicSeconds();
  const StopSignals signals(LeaveToServer);
  std::cout << "backup: of the running server, to " << url << '\n' << std::flush;
  auto ran = client.RunEach("CALL firn.backup(" + Quoted(url) + ")", [](const auto&) {});
  if (!ran) {
    auto& error = ran.error();
    // It has no time for an answer where the store takes too long.
    const bool stopped = error.sqlstate.empty() || error.sqlstate.starts_with("57P");
    if (!stopped) return ran;
    return Fail(std::move(error)
                    .During("the server stopped before the backup was complete")
                    .WithHint(kAgain));
  }
  std::cout << fmt::format(
      "backup: done: log {}, everything up to LSN {} and what came since, in {:.1f} s\n",
      before.rows.at(0).at(1).value_or(""), before.rows.at(0).at(0).value_or(""),
      MonotonicSeconds() - started);
  return {};
}

/// Of a folder that is locked and whose server does not run: recovered as at a start.
Status BackupStopped(const Settings& settings, const std::string& url, int* ended_by) {
  const auto dir = DataDir(settings);
  SetLogLevel("warn");
  Settings own = settings;
  // The copy is this command's; an archive goes on with the next start of the server.
  FIRN_RETURN_IF_ERROR(own.Set("log_archive", "", SettingOrigin::kFlag));
  // And no round: behind it segments leave the log that the archive may not have yet.
  FIRN_RETURN_IF_ERROR(own.Set("flush_interval", "3650d", SettingOrigin::kFlag));
  std::atomic<table::Database*> opened = nullptr;
  std::optional<StopSignals> signals;
  signals.emplace([&](int /*signal*/) {
    if (auto* database = opened.load()) table::SecondCopyOf(*database).StopBy(MonotonicSeconds());
  });
  FIRN_TRY(const auto database, table::Database::Open({.data_dir = dir, .settings = own}));
  std::cout << "backup: of \"" << dir << "\", to " << url << '\n' << std::flush;
  opened = database.get();
  if (signals->came() != 0) table::SecondCopyOf(*database).StopBy(MonotonicSeconds());
  std::promise<Result<table::BackupReport>> done;
  auto report = done.get_future();
  table::SecondCopyOf(*database).Backup(url,
                                        [&](auto result) { done.set_value(std::move(result)); });
  const auto made = report.get();
  Status stopped = database->Stop();
  const int came = signals->came();
  signals.reset();  // before the database
  if (!made && came != 0) {
    *ended_by = came;
    return Fail(MakeError(ErrorCode::kCancelled, "the backup was ended by {} and is not complete",
                          SignalName(came))
                    .WithHint(kAgain));
  }
  if (!made) return Failure(made.error());
  std::cout << fmt::format("backup: done: log {}, everything up to LSN {}, {} tables, {} files\n",
                           made->log, made->last_lsn, made->tables, made->files);
  return stopped;
}

Status BackupReport(const ServerAddress& address, const std::string& to, int* ended_by) {
  if (to.empty()) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "--to is empty")
                    .WithHint("Write s3://bucket/prefix or a folder."));
  }
  const auto url = WholeUrl(to);
  auto client = ConnectTo(address);
  if (client) return BackupRunning(*client, url);
  if (address.port != 0) return Failure(client.error());
  FIRN_TRY(const auto settings, LoadSettings(address.flags));
  const auto dir = DataDir(settings);
  FIRN_TRY(const bool there, io::LocalFileSystem().Exists(dir + "/log"));
  if (!there) {
    return Fail(MakeError(ErrorCode::kNotFound, "there is no data folder in \"{}\"", dir)
                    .WithHint("Name it with --data DIR."));
  }
  const auto lock = DataLock::Take(dir);
  // A server has it, and told why it does not let this one in.
  const bool told = client.error().SqlState() == "28P01";
  if (!lock) return Failure(told ? client.error() : lock.error());
  return BackupStopped(settings, url, ended_by);
}

Result<table::RestoreRequest> RequestOf(const RestoreFlags& flags) {
  table::RestoreRequest request;
  FIRN_TRY(request.to, FolderOf("--to", flags.to));
  request.dry_run = flags.dry_run;
  if (flags.lsn && flags.time) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "--lsn and --time exclude each other")
                    .WithHint("Name one point, or none for all there is."));
  }
  if (flags.lsn) {
    FIRN_TRY(request.lsn, ParseLsn(*flags.lsn));
  }
  if (flags.time) {
    FIRN_TRY(request.time_us, ParseTime(*flags.time));
    if (*request.time_us > SystemClock().NowMicros()) {
      return Fail(
          MakeError(ErrorCode::kInvalidInput, "the time lies ahead: {}", TimeText(*request.time_us))
              .WithHint("Leave --time out for all there is. Without a zone it is UTC."));
    }
  }
  if (flags.log) {
    const auto log = ParseUuid(*flags.log);
    if (!log) {
      return Fail(MakeError(ErrorCode::kInvalidInput, "not the id of a log: \"{}\"", *flags.log)
                      .WithHint("Without --log it is the newest; the others are told then."));
    }
    request.log = LogId(*log);
  }
  request.progress = [](const std::string& text) {
    std::cout << "restore: " << text << '\n' << std::flush;
  };
  return request;
}

Status RestoreReport(const RestoreFlags& flags) {
  FIRN_TRY(const auto request, RequestOf(flags));
  auto own = flags.settings;
  own["data"] = request.to;
  FIRN_TRY(const auto settings, LoadSettings(own));
  auto& files = io::LocalFileSystem();
  auto access = io::S3Access::Of(settings);
  access.attempts = 5;
  if (flags.from.empty()) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "--from is empty")
                    .WithHint("Write s3://bucket/prefix or a folder."));
  }
  const auto from = io::IsLocalUrl(flags.from) ? WholeUrl(flags.from) : flags.from;
  FIRN_TRY(const auto store, io::OpenObjectStore(from, access, files));
  FIRN_TRY(const auto report, table::Restore(*store, files, request));
  const auto committed =
      report.commit_us == 0 ? std::string() : ", committed at " + TimeText(report.commit_us);
  const auto what =
      fmt::format("{} tables up to LSN {}{}; {} files, {} groups, {} bytes", report.tables,
                  report.last_lsn, committed, report.files, report.groups, report.bytes);
  if (request.dry_run) {
    std::cout << fmt::format("restore: would restore {}; nothing was written\n", what);
    return {};
  }
  std::cout << fmt::format(
      "restore: done: {}\n"
      "restore: the log has a new id, {}; start it with: firn serve --data {}\n",
      what, report.new_log, request.to);
  return {};
}

}  // namespace

int BackUp(const ServerAddress& address, const std::string& to) {
  int ended_by = 0;  // a signal
  const int code = ReportOutcome(BackupReport(address, to, &ended_by));
  return ended_by == 0 ? code : ExitCodeOf(ended_by);
}
int RestoreFolder(const RestoreFlags& flags) {
  return ReportOutcome(RestoreReport(flags));
}

}  // namespace firn::server
