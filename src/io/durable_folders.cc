#include "io/durable_folders.h"

#include <vector>

namespace firn::io {

Status MakeDirsDurably(FileSystem& fs, const std::string& path) {
  std::vector<std::string> holders;  // of a missing name
  for (std::string at = path;;) {
    FIRN_TRY(const bool exists, fs.Exists(at));
    const auto parent = ParentOf(at);
    if (exists || parent == at) break;
    holders.push_back(parent);
    at = parent;
  }
  FIRN_RETURN_IF_ERROR(fs.MakeDirs(path));
  for (const auto& holder : holders) FIRN_RETURN_IF_ERROR(fs.SyncDir(holder));
  return {};
}

}  // namespace firn::io
