// server: one server per data folder.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace firn::server {

/// Holds <data>/firn.lock (flock, with the pid in it) until destroyed.
class DataLock {
 public:
  /// kConflict naming the pid of the server that holds the folder.
  static Result<std::unique_ptr<DataLock>> Take(const std::string& data_dir);
  ~DataLock();
  DataLock(const DataLock&) = delete;
  DataLock& operator=(const DataLock&) = delete;

 private:
  explicit DataLock(int fd) : fd_(fd) {}
  const int fd_;
};

}  // namespace firn::server
