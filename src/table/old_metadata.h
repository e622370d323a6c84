// table: metadata files that the lake let go of, and who still reads them.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"

namespace firn::table {

/// Removes them; those of which a copy of the lake may be in need, when it is done.
///
/// Threads:  any.
/// Lifetime: outlives what Keep gave.
/// Failure:  what waits when the process ends is an orphan, which the sweep finds.
class OldMetadata {
 public:
  explicit OldMetadata(io::FileSystem& files) : files_(files) {}

  /// While a copy of this lives nothing is removed. Held from before the versions that are needed
  /// were read out of a root.
  std::shared_ptr<const void> Keep();
  Status Remove(const std::string& path);

 private:
  void Release();

  io::FileSystem& files_;
  std::mutex mutex_;
  int kept_ = 0;                      // guarded by mutex_
  std::vector<std::string> waiting_;  // guarded by mutex_
};

}  // namespace firn::table
