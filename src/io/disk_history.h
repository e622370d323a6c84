// io: what was done to a disk, and what a power cut may leave of it.
//
// A DiskHistory is the list of changes in the order they were done. A DiskModel goes through it and
// tells for any moment which folders a power cut at that moment could leave (CutImage):
//
// - What File::Sync() covered is there, and what SyncDir() covered is named as it was then.
// - Bytes not synced are there or not, each 512-byte sector for itself and in any order, whatever
//   was written before or after: page caches write back as they like, disks keep sectors whole.
// - A file's size and its bytes are separate: the size may be durable before the bytes, which are
//   then zeros (delayed allocation), or after them, and then they are cut off.
// - Names (create, rename, remove, make a folder) not synced are there or not, each for itself; a
//   rename is atomic. A name says nothing about the content: a file renamed into place may be
//   empty. What is in a folder whose own name is lost is lost.
// - After a sync that failed, what it was to cover is not written by a later one, which succeeds
//   all the same: the kernel has marked those pages clean.
//
// Real file systems leave less of this to chance. ext4 (data=ordered) and xfs write names through
// one journal, in order, so later names do not outlive earlier ones, and ext4 flushes the data of
// a file that is renamed over another; neither is promised by POSIX, and both keep sizes and
// unsynced data apart, as here. That applications err in just these places was shown by Pillai et
// al., "All File Systems Are Not Created Equal" (ALICE, OSDI 2014), and for file systems
// themselves by Mohan et al., "Finding Crash-Consistency Bugs with Bounded Black-Box Crash Testing"
// (CrashMonkey, OSDI 2018); the pages of a failed fsync by Rebello et al., "Can Applications
// Recover from fsync Failures?" (USENIX ATC 2020).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "io/file_system.h"

namespace firn::io {

struct DiskChange {
  enum class Kind : uint8_t {
    kFound,       // `to`, with `bytes` if a file, was there before the history began
    kCreate,      // `to`, empty
    kMakeDir,     // `to`
    kWrite,       // `bytes` at `offset` of `to`
    kTruncate,    // `to` to `offset` bytes
    kRename,      // `from` to `to`
    kRemove,      // `to`
    kRemoveDir,   // `to`, empty by now
    kSync,        // the bytes of `to`
    kSyncFailed,  // the same, in vain
    kSyncDir,     // the names in `to`
  };
  Kind kind = Kind::kWrite;
  uint64_t file = 0;  // which one, whatever it is called; 0 for folders
  std::string to;
  std::string from;
  uint64_t offset = 0;
  std::string bytes;
};
std::string_view NameOf(DiskChange::Kind kind);

/// Changes never move once they are in.
using DiskHistory = std::deque<DiskChange>;

/// What becomes of all that was not synced.
struct CutPolicy {
  enum class Fate : uint8_t {
    kNothing,     // nothing of it is there
    kEverything,  // all of it
    kNames,       // names and sizes, but no byte
    kBytes,       // bytes, but neither name nor size
    kRandom,      // each for itself, by `seed`
  };
  Fate fate = Fate::kNothing;
  uint64_t seed = 0;
};

/// Files and folders as a power cut left them.
struct CutImage {
  std::map<std::string, std::string> files;  // path → content
  std::set<std::string> folders;
  std::set<std::string> gone;  // known to the history and not there

  /// Equal for equal images, and (almost surely) only for them.
  uint64_t Digest() const;
  /// Makes it so; paths of which the history knows nothing are left alone.
  Status WriteTo(FileSystem& fs) const;
};

/// A disk that goes through a history.
///
/// Threads:  confined to one.
/// Lifetime: borrows the changes, which must stay where they are.
class DiskModel {
 public:
  void Apply(const DiskChange& change);
  CutImage Cut(CutPolicy policy) const;
  /// Whether every policy gives the same.
  bool nothing_pending() const { return pending_names_.empty() && dirty_.empty(); }

 private:
  struct Pending {
    const DiskChange* change;
    bool in_vain = false;  // a sync of it failed
  };
  struct Content {
    std::string durable;
    std::vector<Pending> pending;  // kWrite, kTruncate
  };
  struct Names {
    std::map<std::string, uint64_t> files;
    std::set<std::string> folders;
  };

  struct NameChange;

  void Found(const DiskChange& change);
  void SyncFile(uint64_t file, bool in_vain);
  void SyncFolder(const std::string& path);
  bool Reachable(const std::string& path, const Names& names) const;

  std::map<uint64_t, Content> contents_;
  std::set<uint64_t> dirty_;  // files with something pending
  Names durable_names_;
  std::vector<const DiskChange*> pending_names_;
  std::set<std::string> known_files_;
  std::set<std::string> known_folders_;
};

}  // namespace firn::io
