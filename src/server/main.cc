// The firn program: one binary, one command a need.
#include <map>
#include <string>

#include <CLI/CLI.hpp>

#include "base/settings.h"
#include "io/object_store.h"
#include "server/commands.h"
#include "server/report.h"
#include "server/version.h"

namespace firn::server {
namespace {

std::string FlagName(std::string_view setting) {
  std::string name = "--";
  for (const char c : setting) name += c == '_' ? '-' : c;
  return name;
}

/// Every setting as a flag of the command.
void AddSettings(CLI::App& command, Flags& flags) {
  for (const auto& setting : AllSettings()) {
    const std::string name(setting.name);
    command.add_option_function<std::string>(
        FlagName(name), [&flags, name](const std::string& value) { flags[name] = value; },
        fmt::format("{} [{}]", setting.description, setting.default_value));
  }
  // Taken, for scripts say it beside the others, and not offered: nothing listens there.
  command
      .add_option_function<std::string>(
          "--flight-port", [&flags](const std::string& value) { flags["flight_port"] = value; })
      ->group("");
}

/// A command's commands and the names of them.
std::map<std::string, const CLI::App*> CommandsOf(const CLI::App& app) {
  std::map<std::string, const CLI::App*> commands;
  for (const auto* one : app.get_subcommands([](const CLI::App*) { return true; })) {
    commands[one->get_name()] = one;
  }
  return commands;
}

/// CLI11 would only say that a command is missing.
Status CheckCommand(const CLI::App& app, int argc, char** argv) {
  const CLI::App* at = &app;
  for (int i = 1; i < argc && argv[i][0] != '-'; ++i) {
    const auto commands = CommandsOf(*at);
    if (commands.empty()) return {};
    const auto found = commands.find(argv[i]);
    if (found == commands.end()) {
      std::string names;
      for (const auto& [name, command] : commands) names += (names.empty() ? "" : ", ") + name;
      return Fail(MakeError(ErrorCode::kInvalidInput, "no such command: \"{}\"", argv[i])
                      .WithHint(fmt::format("There is: {}. --help tells more.", names)));
    }
    at = found->second;
  }
  return {};
}

void AddAddress(CLI::App& command, ServerAddress& address) {
  command.add_option_function<std::string>(
      "--data", [&](const std::string& value) { address.flags["data"] = value; },
      "Data folder of the running server [./firn-data]");
  command.add_option("--host", address.host, "Its address [127.0.0.1]");
  command.add_option("--port", address.port, "Its Postgres port [from <data>/ports.json]");
  command.add_option("--database", address.database, "Database [main]");
}

/// What reaches an S3 store, as flags of the command.
void AddS3(CLI::App& command, Flags& flags) {
  for (const auto& setting : AllSettings()) {
    if (!setting.name.starts_with("s3_")) continue;
    const std::string name(setting.name);
    command.add_option_function<std::string>(
        FlagName(name), [&flags, name](const std::string& value) { flags[name] = value; },
        std::string(setting.description));
  }
}

void AddArchiveCommands(CLI::App& app, int* exit_code) {
  static ServerAddress backup_address;
  static std::string backup_to;
  auto* backup = app.add_subcommand("backup", "Copy everything to a store or folder");
  AddAddress(*backup, backup_address);
  AddS3(*backup, backup_address.flags);
  backup->add_option("--to", backup_to, "s3://bucket/prefix or a folder")->required();
  backup->callback([exit_code] { *exit_code = BackUp(backup_address, backup_to); });

  static RestoreFlags flags;
  auto* restore = app.add_subcommand("restore", "Make a data folder from an archive or a backup");
  AddS3(*restore, flags.settings);
  restore->add_option("--from", flags.from, "s3://bucket/prefix or a folder")->required();
  restore->add_option("--to", flags.to, "A new data folder")->required();
  restore->add_option("--lsn", flags.lsn, "What was committed up to this LSN [all]");
  restore->add_option("--time", flags.time, "What was committed up to this time [all]");
  restore->add_option("--log", flags.log, "Which log, where there are several [the newest]");
  restore->add_flag("--dry-run", flags.dry_run, "Check and say what would be restored");
  restore->callback([exit_code] { *exit_code = RestoreFolder(flags); });
}

int Main(int argc, char** argv) {
  CLI::App app("firn: a real-time lakehouse server. Postgres in, Apache Iceberg out.", "firn");
  app.set_version_flag("--version", fmt::format("firn {}", kVersion));
  app.require_subcommand(1);
  int exit_code = 0;

  Flags serve_flags;
  auto* serve = app.add_subcommand("serve", "Serve the data folder until SIGTERM");
  AddSettings(*serve, serve_flags);
  serve->callback([&] { exit_code = Serve(serve_flags); });

  ServerAddress sql_address;
  std::string sql_text;
  auto* sql = app.add_subcommand("sql", "Run SQL on a running server");
  AddAddress(*sql, sql_address);
  sql->add_option("SQL,-c,--command", sql_text, "Statements; standard input when left out");
  sql->callback([&] { exit_code = RunSql(sql_address, sql_text); });

  ServerAddress status_address;
  auto* status = app.add_subcommand("status", "What a running server holds");
  AddAddress(*status, status_address);
  status->callback([&] { exit_code = PrintStatus(status_address); });

  Flags config_flags;
  auto* config = app.add_subcommand("config", "Every setting and where its value came from");
  AddSettings(*config, config_flags);
  config->callback([&] { exit_code = PrintConfig(config_flags); });

  Flags wal_flags;
  std::string wal_path;
  bool wal_json = false;
  auto* wal = app.add_subcommand("wal", "Look at the log, or save what is sound in it");
  wal->require_subcommand(1);
  auto* inspect = wal->add_subcommand("inspect", "Print the log's groups");
  inspect->add_option_function<std::string>(
      "--data", [&](const std::string& value) { wal_flags["data"] = value; },
      "Data folder [./firn-data]");
  inspect->add_option("PATH", wal_path, "A segment or a log folder instead");
  inspect->add_flag("--json", wal_json, "One JSON document instead of text");
  inspect->callback([&] { exit_code = InspectLog(wal_flags, wal_path, wal_json); });
  std::string salvage_to;
  auto* salvage = wal->add_subcommand("salvage", "Save what is sound in a damaged log");
  salvage->add_option_function<std::string>(
      "--data", [&](const std::string& value) { wal_flags["data"] = value; },
      "Data folder [./firn-data]; its server must not run");
  salvage->add_option("PATH", wal_path, "A folder of segments instead");
  salvage->add_option("--to", salvage_to, "A new folder for the sound log")->required();
  salvage->callback([&] { exit_code = SalvageLog(wal_flags, wal_path, salvage_to); });

  AddArchiveCommands(app, &exit_code);
  if (const auto known = CheckCommand(app, argc, argv); !known) {
    return ReportFailure(known.error());
  }
  CLI11_PARSE(app, argc, argv);
  return exit_code;
}

}  // namespace
}  // namespace firn::server

int main(int argc, char** argv) {
  const int exit_code = firn::server::Main(argc, argv);
  firn::io::ShutDownObjectStores();
  return exit_code;
}
