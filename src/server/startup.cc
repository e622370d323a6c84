#include "server/startup.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <arrow/memory_pool.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "io/file_system.h"

// Read by jemalloc, which every malloc of the program is, before main. What was freed goes back to
// the system a tenth of a second later, blocks of a megabyte and more at once: resident memory is
// what the limit is about. MALLOC_CONF says otherwise.
extern "C" const char* const malloc_conf =
    "background_thread:true,dirty_decay_ms:100,muzzy_decay_ms:0,oversize_threshold:1048576";

namespace firn::server {
namespace {

// An ordinary statement must go in whatever the limit is.
constexpr int64_t kMessagesLeast = int64_t{16} << 20;
// A row of a COPY is held as text, as Arrow, and as what the log writes.
constexpr int64_t kCopiesOfRow = 4;
constexpr int64_t kLongestRow = (int64_t{1} << 30) - 1;

std::string PortsPath(const std::string& data_dir) {
  return data_dir + "/ports.json";
}

// The least of what a control group and those above it allow; `most` where none says less.
int64_t GroupLimit(const std::string& hierarchy, std::string group, const char* file,
                   int64_t most) {
  while (true) {
    int64_t limit = 0;
    if (std::ifstream(hierarchy + group + file) >> limit && limit > 0) {
      most = std::min(most, limit);
    }
    if (group.empty()) return most;
    group.resize(group.rfind('/'));
  }
}

// Of the machine, or of this process's control group, in version 2 ("0::/group") or version 1
// ("4:memory:/group"). In a container the group may be named as the host sees it, while its limit
// is at the root.
int64_t MachineMemory() {
  int64_t bytes = static_cast<int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGE_SIZE);
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const auto path = line.find(":/");
    if (path == std::string::npos) continue;
    auto group = line.substr(path + 1);
    if (group.back() == '/') group.pop_back();
    if (line.starts_with("0::")) {
      bytes = GroupLimit("/sys/fs/cgroup", group, "/memory.max", bytes);
    } else if (line.substr(0, path).ends_with(":memory")) {
      bytes = GroupLimit("/sys/fs/cgroup/memory", group, "/memory.limit_in_bytes", bytes);
    }
  }
  return bytes;
}

}  // namespace

Result<Settings> LoadSettings(const std::map<std::string, std::string>& flags) {
  Settings settings;
  for (const auto& [name, value] : flags) {
    FIRN_RETURN_IF_ERROR(settings.Set(name, value, SettingOrigin::kFlag));
  }
  FIRN_RETURN_IF_ERROR(
      settings.LoadEnvironment([](const char* name) { return std::getenv(name); }));
  if (settings.Text("data").empty()) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "--data is empty")
                    .WithHint("Name a folder with --data DIR, or with FIRN_DATA."));
  }
  const auto dir = DataDir(settings);
  FIRN_RETURN_IF_ERROR(settings.LoadFile(dir + "/firn.auto.toml", SettingOrigin::kAlterSystem));
  FIRN_RETURN_IF_ERROR(settings.LoadFile(dir + "/firn.toml", SettingOrigin::kFile));
  return settings;
}

std::string DataDir(const Settings& settings) {
  auto path = std::filesystem::absolute(settings.Text("data")).lexically_normal().string();
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

Status WritePorts(const std::string& data_dir, const Ports& ports) {
  const nlohmann::json json = {{"pg", ports.pg}, {"http", ports.http}, {"flight", nullptr}};
  return io::WriteFileDurably(io::LocalFileSystem(), PortsPath(data_dir), json.dump() + "\n");
}

Status RemovePorts(const std::string& data_dir) {
  auto& files = io::LocalFileSystem();
  FIRN_TRY(const bool there, files.Exists(PortsPath(data_dir)));
  return there ? files.Remove(PortsPath(data_dir)) : Status();
}

Result<Ports> ReadPorts(const std::string& data_dir) {
  const auto text = io::ReadFile(io::LocalFileSystem(), PortsPath(data_dir));
  if (!text) {
    return Fail(MakeError(ErrorCode::kNotFound, "no firn server runs on \"{}\"", data_dir)
                    .WithHint("Start one with `firn serve`, or name its folder with --data DIR."));
  }
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object() || !json.contains("pg") || !json.contains("http")) {
    return Fail(ErrorCode::kCorrupt, "not a ports file: {}", PortsPath(data_dir));
  }
  return Ports{.pg = json["pg"].get<int>(), .http = json["http"].get<int>()};
}

void ChooseAllocator() {
  // Arrow's own choice, mimalloc, kept three times what was in use while batches came and went.
  ::setenv("ARROW_DEFAULT_MEMORY_POOL", "jemalloc", /*overwrite=*/0);
  constexpr int kDecayMs = 100;
  (void)arrow::jemalloc_set_decay_ms(kDecayMs);  // refused where Arrow was built without it
}

MemoryShares ShareMemory(const Settings& settings) {
  const int64_t chosen = settings.Bytes("memory_limit");
  const int64_t limit = chosen > 0 ? chosen : MachineMemory() / 10 * 6;
  const int64_t messages = std::max(limit / 4, kMessagesLeast);
  return {.limit = limit,
          .engine = limit / 16 * 7,
          .hot_rows = limit / 4,
          .transactions = limit / 8,
          .pinned_rows = limit / 8,
          .messages = messages,
          .copy_row = std::min(messages / kCopiesOfRow, kLongestRow)};
}

void WarnOfMemory(const Settings& settings) {
  const int64_t has = MachineMemory();
  if (settings.Bytes("memory_limit") <= has) return;
  FIRN_LOG_WARN("memory_limit is {}, and this machine, or its control group, has {} MB",
                settings.Text("memory_limit"), has >> 20);
}

Result<int64_t> TempBytesMax(const Settings& settings, const std::string& temp_dir) {
  const int64_t chosen = settings.Bytes("temp_bytes_max");
  if (chosen > 0) return chosen;
  std::error_code failed;
  const auto space = std::filesystem::space(temp_dir, failed);
  if (failed) return Fail(ErrorCode::kIo, "space left for {}: {}", temp_dir, failed.message());
  return static_cast<int64_t>(space.available / 2);
}

}  // namespace firn::server
