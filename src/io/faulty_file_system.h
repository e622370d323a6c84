// io: the double that fails on demand and forgets what was not synced.
//
// It wraps a real file system, counts operations and fails the ones it is told to. What came to
// pass is recorded (recording_file_system.h), so that a power cut can be had at any time.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "io/file_system.h"
#include "io/recording_file_system.h"

namespace firn::io {

/// Threads: any; one lock around everything.
/// Lifetime: borrows the wrapped file system; open files borrow this.
class FaultyFileSystem final : public FileSystem {
 public:
  enum class Op : uint8_t {
    kOpen,
    kRead,
    kWrite,
    kSync,
    kTruncate,
    kRename,
    kRemove,
    kSyncDir,
    kMakeDirs
  };
  static constexpr size_t kOpCount = 9;

  explicit FaultyFileSystem(FileSystem& base) : recording_(base) {}

  /// Fails the nth (from 1) `op` from now on, and all later ones too if `forever`. A failing
  /// write has written the first half of its bytes; nothing else has an effect.
  void FailAt(Op op, uint64_t nth, bool forever = false);
  /// The same, counting operations of every kind but reads.
  void FailAnyAt(uint64_t nth, bool forever = true);
  /// Whether what fails says that the disk is full (53100).
  void SayDiskFull(bool full);
  /// Whether it says that no descriptor is left (53000).
  void SayNoDescriptors(bool none);
  /// Fails nothing from now on.
  void Heal();
  /// What failed first since nothing was to fail: "sync /a/b"; empty: nothing yet.
  std::string first_failure() const;
  /// Operations of every kind but reads since the start.
  uint64_t changes() const;
  uint64_t count(Op op) const;

  /// Leaves what a power cut now could, at the least what was synced. Call with no file open.
  Status DropUnsynced(CutPolicy policy = {}) { return recording_.CutPower(policy); }
  /// What is there now is durable.
  void Forget() { recording_.Forget(); }

  Result<std::unique_ptr<File>> Open(const std::string& path, OpenOptions options) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status RenameNew(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status MakeDirs(const std::string& path) override;
  Status RemoveTree(const std::string& path) override;
  Result<std::vector<FileInfo>> List(const std::string& directory) override {
    return recording_.List(directory);
  }
  Result<bool> Exists(const std::string& path) override { return recording_.Exists(path); }
  Status SyncDir(const std::string& path) override;

 private:
  class FaultyFile;

  struct Plan {
    uint64_t at = 0;  // 0: never
    bool forever = false;
  };

  bool ShouldFail(Op op);
  Failure Injected(std::string_view what, const std::string& path);

  RecordingFileSystem recording_;
  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::array<uint64_t, kOpCount> counts_{};
  std::array<Plan, kOpCount> plans_{};
  uint64_t changes_ = 0;
  Plan any_plan_;
  std::string_view sqlstate_;  // of what fails
  std::string first_failure_;
};

}  // namespace firn::io
