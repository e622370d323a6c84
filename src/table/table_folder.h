// table: a table's folder in the warehouse, gone with the last root that names a dropped table.
#pragma once

#include <atomic>
#include <string>

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
  void MarkDropped() { dropped_.store(true); }

 private:
  io::FileSystem& files_;
  const std::string path_;
  std::atomic<bool> dropped_{false};
};

}  // namespace firn::table
