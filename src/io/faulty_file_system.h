// io: the double that fails on demand and forgets what was not synced.
//
// It wraps a real file system, counts operations and fails the ones it is told to. It keeps what
// every write, truncation and name change replaced until a sync makes it final, so that
// DropUnsynced() leaves the folder as a power cut could: the least that was promised.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "io/file_system.h"

namespace firn::io {

/// Threads: any; one lock around everything.
/// Lifetime: borrows the wrapped file system; open files borrow this.
class FaultyFileSystem final : public FileSystem {
 public:
  enum class Op : uint8_t { kOpen, kRead, kWrite, kSync, kTruncate, kRename, kRemove, kSyncDir };
  static constexpr size_t kOpCount = 8;

  explicit FaultyFileSystem(FileSystem& base) : base_(base) {}

  /// Fails the nth (from 1) `op` from now on, and all later ones too if `forever`. A failing
  /// write has written the first half of its bytes; nothing else has an effect.
  void FailAt(Op op, uint64_t nth, bool forever = false);
  /// The same, counting operations of every kind but reads.
  void FailAnyAt(uint64_t nth, bool forever = true);
  /// Whether what fails says that the disk is full (53100).
  void SayDiskFull(bool full);
  /// Fails nothing from now on.
  void Heal();
  /// Operations of every kind but reads since the start.
  uint64_t changes() const;
  uint64_t count(Op op) const;

  /// Undoes, newest first, every write, truncation, creation, rename and removal not yet made
  /// durable. Call with no file open.
  Status DropUnsynced();

  Result<std::unique_ptr<File>> Open(const std::string& path, OpenOptions options) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status MakeDirs(const std::string& path) override { return base_.MakeDirs(path); }
  /// Final at once: what was to be undone inside is forgotten.
  Status RemoveTree(const std::string& path) override;
  Result<std::vector<FileInfo>> List(const std::string& directory) override;
  Result<bool> Exists(const std::string& path) override { return base_.Exists(path); }
  Status SyncDir(const std::string& path) override;

 private:
  class FaultyFile;

  /// What a file's range held before, by the file's identity, which renames do not change.
  struct Node {
    std::string path;
  };
  struct Undo {
    enum class What : uint8_t { kBytes, kSize, kCreated, kRenamed, kRemoved };
    What what = What::kBytes;
    std::shared_ptr<Node> node;  // kBytes, kSize
    uint64_t offset = 0;         // kBytes; kSize: the former size
    std::string bytes;           // kBytes: what was there
    std::string from;            // names: the former one
    std::string to;              // names: the present one, or where a removed file waits
    std::string directory;
  };
  struct Plan {
    uint64_t at = 0;  // 0: never
    bool forever = false;
  };

  bool ShouldFail(Op op);
  Failure Injected(std::string_view what, const std::string& path) const;
  std::shared_ptr<Node> NodeOf(const std::string& path);
  Status SetAside(const std::string& path);
  Status RememberBytes(const std::shared_ptr<Node>& node, uint64_t offset, uint64_t size);
  Status RememberSize(const std::shared_ptr<Node>& node, uint64_t new_size);
  void ForgetFile(const std::shared_ptr<Node>& node);
  Status Revert(const Undo& undo);

  FileSystem& base_;
  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::array<uint64_t, kOpCount> counts_{};
  std::array<Plan, kOpCount> plans_{};
  uint64_t changes_ = 0;
  Plan any_plan_;
  std::map<std::string, std::shared_ptr<Node>> nodes_;
  std::vector<Undo> undo_;
  bool disk_full_ = false;
  uint64_t next_aside_ = 0;
};

}  // namespace firn::io
