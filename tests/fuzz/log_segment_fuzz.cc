// A whole segment file: start-up's verdict, `firn wal inspect` and `firn wal salvage`. Checksums
// are made right first, so that what lies behind them is reached. log_test replays the corpus.
#include <cstring>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "base/crc32c.h"
#include "log/inspect.h"
#include "log/recovery.h"
#include "log/salvage.h"
#include "log/segment_reader.h"
#include "tests/fuzz/bodies.h"

namespace firn {
namespace {

constexpr size_t kBytesAt = 1080;  // in the header: docs/formats/log.md
constexpr size_t kBodyCrcAt = 1096;

/// Writes the header of every group anew that says how long it is: its checksums hold then. One
/// in sixteen is left wrong, by its first byte.
void MendChecksums(std::vector<uint8_t>& file) {
  for (size_t at = 0; at + log::kGroupHeaderBytes <= file.size();) {
    uint8_t* group = file.data() + at;
    uint64_t bytes = 0;
    std::memcpy(&bytes, group + kBytesAt, sizeof(bytes));
    const bool fits = bytes >= log::kGroupAlignment && bytes % log::kGroupAlignment == 0 &&
                      bytes <= file.size() - at;
    if (!fits || group[0] % 16 == 3) {
      at += log::kGroupAlignment;
      continue;
    }
    const uint32_t crc = Crc32c(group + log::kGroupHeaderBytes, bytes - log::kGroupHeaderBytes);
    std::memcpy(group + kBodyCrcAt, &crc, sizeof(crc));
    log::GroupHeader header;
    std::memcpy(&header.segment.log, group + 1032, sizeof(header.segment.log));
    const auto number = [&](size_t offset) {
      uint64_t value = 0;
      std::memcpy(&value, group + offset, sizeof(value));
      return value;
    };
    header.segment.base_lsn = Lsn(number(1048));
    header.first_lsn = Lsn(number(1056));
    header.last_lsn = Lsn(number(1064));
    header.transactions = static_cast<uint32_t>(number(1072));
    header.bytes = bytes;
    header.body_crc = crc;
    log::WriteGroupHeader(header, group);
    at += bytes;
  }
}

std::string Folder() {
  static const auto folder = [] {
    const std::string shared = "/dev/shm";
    const auto root = ::access(shared.c_str(), W_OK) == 0
                          ? shared
                          : std::filesystem::temp_directory_path().string();
    return root + "/firn_fuzz_" + std::to_string(::getpid());
  }();
  return folder;
}

}  // namespace

void FuzzLogSegment(const uint8_t* data, size_t size) {
  std::vector<uint8_t> file(data, data + size);
  MendChecksums(file);
  const auto from = Folder() + "/log";
  const auto to = Folder() + "/saved";
  std::filesystem::remove_all(Folder());
  std::filesystem::create_directories(from);
  uint64_t base = 1;
  if (size >= log::kGroupHeaderBytes) std::memcpy(&base, data + 1048, sizeof(base));
  std::ofstream(from + "/" + log::SegmentName(Lsn(base)), std::ios::binary)
      .write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(size));

  auto& fs = io::LocalFileSystem();
  log::Recovered recovered;
  uint64_t groups = 0;
  const log::ReplayCallbacks count{.group = [&](log::Group&&) {
    ++groups;
    return Status{};
  }};
  const auto log = log::RecoverLog(fs, from, count, &recovered);
  const auto inspection = log::InspectLog(fs, from);
  if (inspection) (void)log::InspectJson(*inspection).size();
  const auto salvage = log::SalvageLog(fs, from, to);
  if (salvage && salvage->groups > 0) {
    // What was saved is a log that starts, with as many groups as it says.
    groups = 0;
    log::Recovered saved;
    FIRN_CHECK(log::RecoverLog(fs, to, count, &saved));
    FIRN_CHECK(groups == salvage->groups);
    FIRN_CHECK(saved.last_lsn >= salvage->last_lsn);
  }
  // Nothing is lost of a log that starts.
  if (log && salvage) FIRN_CHECK(salvage->groups == recovered.groups);
  std::filesystem::remove_all(Folder());
}

}  // namespace firn
