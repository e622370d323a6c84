// io: the double that keeps the history of a disk, for power cuts.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "io/disk_history.h"
#include "io/file_system.h"

namespace firn::io {

/// Passes everything on to a real file system and keeps every change that came to pass. What is
/// there already is durable and taken into the history when it is first changed.
///
/// Threads:  any; one lock around every change.
/// Lifetime: borrows the wrapped file system; open files borrow this.
class RecordingFileSystem final : public FileSystem {
 public:
  explicit RecordingFileSystem(FileSystem& base) : base_(base) {}

  /// How many changes there are so far.
  size_t size() const;
  /// Only while nobody changes anything.
  const DiskHistory& history() const { return history_; }
  /// Begins anew: what is there now is durable.
  void Forget();
  /// Leaves on the disk what a power cut now could, and begins anew. Call with no file open.
  Status CutPower(CutPolicy policy);
  /// A sync of this file was asked for and failed.
  void NoteFailedSync(const std::string& path);

  Result<std::unique_ptr<File>> Open(const std::string& path, OpenOptions options) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status RenameNew(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status MakeDirs(const std::string& path) override;
  Status RemoveTree(const std::string& path) override;
  Result<std::vector<FileInfo>> List(const std::string& directory) override {
    return base_.List(directory);
  }
  Result<bool> Exists(const std::string& path) override { return base_.Exists(path); }
  Status SyncDir(const std::string& path) override;

 private:
  class RecordedFile;

  /// The file of that name, which is there; its content joins the history if it is new to it.
  Result<uint64_t> Known(const std::string& path);
  uint64_t Created(const std::string& path);
  void Renamed(uint64_t file, const std::string& from, const std::string& to);
  Status NoteRemovals(const std::string& folder);

  FileSystem& base_;
  mutable std::mutex mutex_;
  // Guarded by mutex_:
  DiskHistory history_;
  std::map<std::string, uint64_t> files_;  // by their present names
  std::set<std::string> folders_;          // made since the history began
  uint64_t last_file_ = 0;
};

}  // namespace firn::io
