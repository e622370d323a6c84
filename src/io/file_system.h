// io: files behind one interface, with sync.
//
// Durability is the caller's job and visible here: File::Sync() makes bytes durable, SyncDir()
// makes names durable. Nothing is synced on Close(). Paths are absolute local paths.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::io {

enum class OpenMode : uint8_t {
  kRead,       // must exist
  kReadWrite,  // must exist
  kCreate,     // must not exist; read and write
  kTruncate,   // created, or emptied; read and write
};

struct OpenOptions {
  OpenMode mode = OpenMode::kRead;
  /// O_DIRECT: offset, size and memory of every transfer are multiples of 4096. Where the file
  /// system refuses it, Open fails with kUnsupported.
  bool direct = false;
};

/// One open file.
///
/// Threads:  reads and writes at disjoint ranges may overlap; Sync covers writes that returned.
/// Failure:  kIo (SQLSTATE 53100 when the disk is full). A short write is a failure.
class File {
 public:
  virtual ~File() = default;
  /// Reads up to `size` bytes at `offset`; fewer only at the end of the file.
  virtual Result<size_t> ReadAt(uint64_t offset, void* out, size_t size) = 0;
  virtual Status WriteAt(uint64_t offset, const void* data, size_t size) = 0;
  /// fdatasync.
  virtual Status Sync() = 0;
  virtual Status Truncate(uint64_t size) = 0;
  virtual Result<uint64_t> Size() = 0;
  virtual const std::string& path() const = 0;
};

struct FileInfo {
  std::string name;  // within its folder
  bool is_directory = false;
  uint64_t size = 0;
  int64_t modified_us = 0;  // microseconds since 1970, UTC
};

/// Threads: any.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> Open(const std::string& path, OpenOptions options) = 0;
  /// Replaces `to` atomically; both in one file system.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  virtual Status Remove(const std::string& path) = 0;
  /// Makes missing parents too; an existing folder is no error.
  virtual Status MakeDirs(const std::string& path) = 0;
  virtual Status RemoveTree(const std::string& path) = 0;
  virtual Result<std::vector<FileInfo>> List(const std::string& directory) = 0;
  virtual Result<bool> Exists(const std::string& path) = 0;
  /// fsync of a folder: the names in it are durable when this returns.
  virtual Status SyncDir(const std::string& path) = 0;
  /// Rename that never replaces: kAlreadyExists where `to` is there. Of several at once one gets
  /// the name.
  virtual Status RenameNew(const std::string& from, const std::string& to) = 0;
};

/// The machine's own file system.
FileSystem& LocalFileSystem();

/// Whole small files. WriteFileDurably writes `path`.tmp, syncs, renames, syncs the folder.
Result<std::string> ReadFile(FileSystem& fs, const std::string& path);
Status WriteFileDurably(FileSystem& fs, const std::string& path, std::string_view content);
/// The folder part of a path: "/a/b" of "/a/b/c".
std::string ParentOf(const std::string& path);

}  // namespace firn::io
