// catalog: one connection of SQLite over io::FileSystem (sqlite_vfs.h), and statements on it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "base/result.h"
#include "catalog/sqlite_vfs.h"

namespace firn::catalog {

/// A connection and the files under it.
///
/// Threads:  one at a time.
/// Lifetime: borrows the file system; outlives its statements.
class Connection {
 public:
  explicit Connection(io::FileSystem& files) : vfs_(files) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Status Open(const std::string& path);
  sqlite3* db() const { return db_; }
  const std::string& path() const { return path_; }

  Status Execute(const char* sql);
  /// SQLite says nothing of a checkpoint that failed: the WAL has all of it, and the next one
  /// tries again.
  void WarnOfIgnored();
  /// Why the call before failed: in the words of the file system where it was that, and kCorrupt
  /// where it is the file's content: all statements are ours, so one that means nothing to SQLite
  /// has met a schema that is not.
  Failure Failed(std::string_view doing);
  /// Of a check of the file that ended with these words: what it met may have been a failed read.
  Failure CheckFailed(std::string_view said);
  /// kCorrupt, naming the file and what to do about it.
  Failure Damaged(std::string_view what) const;

 private:
  static Failure OfFiles(const Error& reason, std::string_view doing, std::string_view said);

  SqliteVfs vfs_;
  std::string path_;
  sqlite3* db_ = nullptr;
};

/// A statement. What goes wrong on the way is told by Step.
class Query {
 public:
  Query(Connection& connection, const std::string& sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& Bind(int index, std::string_view text);
  Query& Bind(int index, int64_t value);
  /// True: a row is there; false: done.
  Result<bool> Step();
  Status Run();
  /// Of the row that is there; columns from 0.
  std::string Text(int column) const;
  int64_t Integer(int column) const;

 private:
  Connection& connection_;
  sqlite3_stmt* statement_ = nullptr;
  bool ok_ = false;
};

}  // namespace firn::catalog
