// The commands that ask a running server, or look at files.
#include <cstdio>
#include <iostream>
#include <iterator>

#include "log/inspect.h"
#include "log/salvage.h"
#include "server/commands.h"
#include "server/data_lock.h"
#include "server/pg_client.h"
#include "server/report.h"
#include "server/startup.h"
#include "server/version.h"
#include "table/salvage.h"

namespace firn::server {

Result<PgClient> ConnectTo(const ServerAddress& address) {
  FIRN_TRY(const auto settings, LoadSettings(address.flags));
  int port = address.port;
  if (port == 0) {
    FIRN_TRY(const auto ports, ReadPorts(DataDir(settings)));
    port = ports.pg;
  }
  return PgClient::Connect(address.host, port, address.database, settings.Text("password"));
}

namespace {

Status PrintQuery(PgClient& client, const std::string& title, const std::string& sql) {
  FIRN_TRY(const auto answer, client.Run(sql));
  std::cout << title << '\n' << FormatTable(answer) << '\n';
  return {};
}

Status StatusReport(const ServerAddress& address) {
  FIRN_TRY(auto client, ConnectTo(address));
  FIRN_TRY(const auto version, client.Run("SHOW firn.version"));
  std::cout << "firn " << version.rows.at(0).at(0).value_or("") << '\n' << '\n';
  FIRN_RETURN_IF_ERROR(PrintQuery(client, "Positions in the log", "SELECT * FROM firn.lsn"));
  FIRN_TRY(const auto archive, client.Run("SELECT * FROM firn.archive"));
  if (archive.rows.empty()) {
    std::cout << "No archive: the setting log_archive names no store\n\n";
  } else {
    FIRN_RETURN_IF_ERROR(PrintQuery(
        client, "Archive",
        "SELECT url, state, archived_lsn, behind_lsns, behind_bytes, behind_seconds, base_lsn, "
        "base_at FROM firn.archive"));
    FIRN_RETURN_IF_ERROR(
        PrintQuery(client, "Archive's last error",
                   "SELECT failures, last_error_at, last_error FROM firn.archive"));
  }
  FIRN_RETURN_IF_ERROR(PrintQuery(client, "Tables", "SELECT * FROM firn.tables"));
  return PrintQuery(client, "Sessions", "SELECT * FROM firn.sessions");
}

Status ConfigReport(const Flags& flags) {
  FIRN_TRY(const auto settings, LoadSettings(flags));
  QueryAnswer answer{.columns = {"setting", "value", "origin", "description"}};
  for (const auto& definition : AllSettings()) {
    const auto& value = settings.Get(definition.name);
    answer.rows.push_back({std::string(definition.name), Settings::Shown(definition, value),
                           std::string(SettingOriginName(value.origin)),
                           std::string(definition.description)});
  }
  std::cout << FormatTable(answer);
  return {};
}

Status InspectReport(const Flags& flags, std::string path, bool json) {
  if (path.empty()) {
    FIRN_TRY(const auto settings, LoadSettings(flags));
    path = DataDir(settings) + "/log";
  }
  FIRN_TRY(const auto inspection, log::InspectLog(io::LocalFileSystem(), path));
  std::cout << (json ? log::InspectJson(inspection) : log::InspectText(inspection));
  if (inspection.damaged()) return Fail(ErrorCode::kCorrupt, "the log is damaged: {}", path);
  return {};
}

constexpr const char* kGoOn =
    "Rows that were flushed before are in the lake and stay; what was lost and not flushed is "
    "gone.\n";

Status SalvageSegments(const std::string& path, const std::string& to) {
  FIRN_TRY(const auto salvage, log::SalvageLog(io::LocalFileSystem(), path, to));
  std::cout << log::SalvageText(salvage, to);
  if (salvage.lost.empty()) return {};
  std::cout << "Without a data folder nobody can say what of it builds on what was lost: a server "
               "may not start on it. For the log of a data folder say --data DIR instead.\n";
  return {};
}

Status SalvageReport(const Flags& flags, const std::string& path, const std::string& to) {
  if (!path.empty()) return SalvageSegments(path, to);
  FIRN_TRY(const auto settings, LoadSettings(flags));
  const auto dir = DataDir(settings);
  FIRN_TRY(const auto lock, DataLock::Take(dir));
  FIRN_TRY(const auto salvage, table::SalvageLog(io::LocalFileSystem(), dir, to));
  std::cout << table::SalvageText(salvage, to);
  if (salvage.log.lost.empty()) return {};
  std::cout << "To go on with what was saved: move " << dir << "/log away, move " << to
            << " to its place and start the server. " << kGoOn;
  return {};
}

}  // namespace

int RunSql(const ServerAddress& address, const std::string& sql) {
  std::string text = sql;
  if (text.empty()) text.assign(std::istreambuf_iterator<char>(std::cin), {});
  auto client = ConnectTo(address);
  if (!client) return ReportFailure(client.error());
  return ReportOutcome(client->RunEach(text, [](const QueryAnswer& answer) {
    std::cout << (answer.columns.empty() ? answer.tag + "\n" : FormatTable(answer));
  }));
}

int PrintStatus(const ServerAddress& address) {
  return ReportOutcome(StatusReport(address));
}
int PrintConfig(const Flags& flags) {
  return ReportOutcome(ConfigReport(flags));
}
int SalvageLog(const Flags& flags, const std::string& path, const std::string& to) {
  return ReportOutcome(SalvageReport(flags, path, to));
}
int InspectLog(const Flags& flags, const std::string& path, bool json) {
  return ReportOutcome(InspectReport(flags, path, json));
}

}  // namespace firn::server
