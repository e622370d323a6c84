// server: settings and folders before anything runs.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "base/settings.h"

namespace firn::server {

/// Every layer, flags first (name → value, as given on the command line), for the data folder
/// they name.
Result<Settings> LoadSettings(const std::map<std::string, std::string>& flags);

/// The data folder, absolute.
std::string DataDir(const Settings& settings);

struct Ports {
  int pg = 0;
  int http = 0;
};
/// <data>/ports.json: {"pg": …, "http": …, "flight": null}; written last, by rename.
Status WritePorts(const std::string& data_dir, const Ports& ports);
Status RemovePorts(const std::string& data_dir);
/// kNotFound with a hint when no server runs on the folder.
Result<Ports> ReadPorts(const std::string& data_dir);

/// How memory_limit, or 60 % of what the cgroup or the machine has, is shared out. Bytes. What
/// remains is for the process itself, its sessions, and what a flush encodes.
struct MemoryShares {
  int64_t limit = 0;
  int64_t engine = 0;
  int64_t hot_rows = 0;
  int64_t transactions = 0;
  int64_t pinned_rows = 0;  // in the lake, and kept in memory by readers
  int64_t messages = 0;     // taken from what is free just then
  int64_t copy_row = 0;     // the longest of a COPY
};
MemoryShares ShareMemory(const Settings& settings);
/// In the server's log, where memory_limit is more than there is: it is taken as it was said.
void WarnOfMemory(const Settings& settings);

/// How many bytes of temporary files queries may have. The disk is the log's too, and is never
/// filled: unless told otherwise, half of what is free now.
Result<int64_t> TempBytesMax(const Settings& settings, const std::string& temp_dir);

/// Allocators that give back what is freed: Arrow's within a tenth of a second, the C library's
/// large blocks at once.
/// Before anything is allocated; ARROW_DEFAULT_MEMORY_POOL in the environment says otherwise.
void ChooseAllocator();

}  // namespace firn::server
