#include "table/old_metadata.h"

#include "base/log.h"

namespace firn::table {

std::shared_ptr<const void> OldMetadata::Keep() {
  const std::lock_guard lock(mutex_);
  ++kept_;
  return {this, [this](const void*) { Release(); }};
}

Status OldMetadata::Remove(const std::string& path) {
  {
    const std::lock_guard lock(mutex_);
    if (kept_ > 0) {
      waiting_.push_back(path);
      return {};
    }
  }
  return files_.Remove(path);
}

void OldMetadata::Release() {
  std::vector<std::string> paths;
  {
    const std::lock_guard lock(mutex_);
    if (--kept_ > 0) return;
    paths.swap(waiting_);
  }
  for (const auto& path : paths) {
    const auto removed = files_.Remove(path);
    if (!removed && removed.error().code != ErrorCode::kNotFound) {
      FIRN_LOG_WARN("lake: an old metadata file stays: {}", removed.error().message);
    }
  }
}

}  // namespace firn::table
