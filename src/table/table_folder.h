// table: a table's folder in the warehouse, gone with the last root that names a dropped table.
#pragma once

#include <atomic>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "io/file_system.h"

namespace firn::table {

/// Threads: any. Lifetime: shared by every version of the table; readers keep it by their root.
class TableFolder {
 public:
  TableFolder(io::FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
  /// Removes the folder when the table was dropped.
  ~TableFolder();

  const std::string& path() const { return path_; }
  void MarkDropped() { dropped_at_.store(MonotonicSeconds()); }
  /// In monotonic seconds; 0: it was not.
  double dropped_at() const { return dropped_at_.load(); }

 private:
  io::FileSystem& files_;
  const std::string path_;
  std::atomic<double> dropped_at_{0};
};

}  // namespace firn::table
