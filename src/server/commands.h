// server: the commands of the firn program. Each returns the process's exit code; what goes wrong
// is printed to stderr.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "server/pg_client.h"

namespace firn::server {

using Flags = std::map<std::string, std::string>;  // setting → value, as given

/// Where a client command finds its server: a port, or the folder's ports.json.
struct ServerAddress {
  Flags flags;
  std::string host = "127.0.0.1";
  int port = 0;
  std::string database = "main";
};

Result<PgClient> ConnectTo(const ServerAddress& address);

struct RestoreFlags {
  Flags settings;
  std::string from;
  std::string to;
  // As they were given: an empty one is no point, and not "all".
  std::optional<std::string> lsn;
  std::optional<std::string> time;
  std::optional<std::string> log;
  bool dry_run = false;
};

/// Serves until SIGTERM or SIGINT.
int Serve(const Flags& flags);
/// Runs SQL (the text, or standard input when it is empty) and prints what it returns.
int RunSql(const ServerAddress& address, const std::string& sql);
/// Prints what the server holds: LSNs, tables, sessions.
int PrintStatus(const ServerAddress& address);
/// Prints every setting with where its value came from.
int PrintConfig(const Flags& flags);
/// Saves what is sound in a data folder's log, or in a folder of segments, to a new folder.
int SalvageLog(const Flags& flags, const std::string& path, const std::string& to);
/// Copies a data folder to a place of its own, through its server where one runs.
int BackUp(const ServerAddress& address, const std::string& to);
/// Makes a data folder from an archive or a backup.
int RestoreFolder(const RestoreFlags& flags);
/// Prints the groups of a log segment or of a data folder's log.
int InspectLog(const Flags& flags, const std::string& path, bool json);

}  // namespace firn::server
