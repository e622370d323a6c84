// catalog: SQLite's files through io::FileSystem, so that whatever befalls files in a test (faults,
// power cuts) befalls the catalog's too.
//
// One connection has the database for itself: the file's lock bytes are taken when it is opened
// and held until it is closed, so SQLite's own locking has nothing to do and, with
// locking_mode=EXCLUSIVE, WAL mode needs no shared memory (no -shm file). Anybody else's SQLite
// finds the database locked. docs/decisions/0009-the-catalog-on-our-own-files.md.
#pragma once

#include <optional>
#include <string>

#include <sqlite3.h>

#include "base/result.h"
#include "io/file_system.h"

namespace firn::catalog {

/// A VFS of its own name, registered for as long as it lives.
///
/// Threads:  confined to one connection.
/// Lifetime: borrows the file system; must outlive the connection opened with name().
/// Failure:  SQLite sees its own codes; TakeError() has the reason with the file's name.
/// Not here: temporary files without a name, time, randomness: the default VFS has them.
class SqliteVfs {
 public:
  explicit SqliteVfs(io::FileSystem& files);
  ~SqliteVfs();
  SqliteVfs(const SqliteVfs&) = delete;
  SqliteVfs& operator=(const SqliteVfs&) = delete;

  const char* name() const { return name_.c_str(); }
  /// Why a call failed since the last time this was asked; the newest one.
  std::optional<Error> TakeError();

  // For the functions that SQLite calls.
  io::FileSystem& files() { return files_; }
  /// Remembers why, and returns `code`, or SQLITE_FULL where the disk is.
  int Failed(const Error& error, int code);

 private:
  io::FileSystem& files_;
  const std::string name_;
  std::optional<Error> error_;
  sqlite3_vfs vfs_{};
};

}  // namespace firn::catalog
