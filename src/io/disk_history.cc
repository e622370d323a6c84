#include "io/disk_history.h"

#include <algorithm>
#include <array>
#include <functional>
#include <random>

namespace firn::io {
namespace {

using Fate = CutPolicy::Fate;
using Kind = DiskChange::Kind;

constexpr uint64_t kSectorBytes = 512;

/// Says of each thing that was not synced whether it is there.
class Judge {
 public:
  explicit Judge(CutPolicy policy) : fate_(policy.fate), random_(policy.seed) {
    constexpr std::array kOdds = {0.1, 0.5, 0.9};
    odds_ = kOdds[Below(kOdds.size())];
  }
  bool KeepsName() {
    if (fate_ == Fate::kRandom) return Luck();
    return fate_ == Fate::kEverything || fate_ == Fate::kNames;
  }
  /// How many of `changes` the size of their file knows.
  size_t SizesOf(size_t changes) {
    if (fate_ == Fate::kRandom) return Below(changes + 1);
    return fate_ == Fate::kEverything || fate_ == Fate::kNames ? changes : 0;
  }
  /// Of one write: asked anew for every sector where it says so.
  std::function<bool()> Sectors() {
    if (fate_ == Fate::kRandom) {
      switch (Below(3)) {
        case 0:
          return [] { return false; };
        case 1:
          return [] { return true; };
        default:
          return [this] { return Luck(); };
      }
    }
    const bool all = fate_ == Fate::kEverything || fate_ == Fate::kBytes;
    return [all] { return all; };
  }

 private:
  uint64_t Below(uint64_t n) { return random_() % n; }
  bool Luck() { return std::uniform_real_distribution<>()(random_) < odds_; }

  const Fate fate_;
  std::mt19937_64 random_;
  double odds_;
};

void Truncate(uint64_t size, std::string* content) {
  content->resize(size, '\0');
}

void Write(const DiskChange& change, const std::function<bool()>& keeps, std::string* content) {
  const uint64_t end = change.offset + change.bytes.size();
  for (uint64_t at = change.offset; at < end;) {
    const uint64_t next = std::min(end, (at / kSectorBytes + 1) * kSectorBytes);
    if (keeps()) {
      if (content->size() < next) Truncate(next, content);
      content->replace(at, next - at, change.bytes, at - change.offset, next - at);
    }
    at = next;
  }
}

}  // namespace

std::string_view NameOf(Kind kind) {
  constexpr std::array<std::string_view, 11> kNames = {
      "found",  "create",        "make folder", "write",       "truncate",   "rename",
      "remove", "remove folder", "sync",        "failed sync", "sync folder"};
  return kNames[static_cast<size_t>(kind)];
}

uint64_t CutImage::Digest() const {
  const std::hash<std::string> hash;
  uint64_t digest = 0;
  const auto add = [&](uint64_t value) { digest = digest * 0x9E3779B97F4A7C15 + value; };
  for (const auto& [path, content] : files) {
    add(hash(path));
    add(hash(content));
  }
  for (const auto& folder : folders) add(hash(folder));
  return digest;
}

Status CutImage::WriteTo(FileSystem& fs) const {
  for (const auto& path : gone) FIRN_RETURN_IF_ERROR(fs.RemoveTree(path));
  for (const auto& folder : folders) FIRN_RETURN_IF_ERROR(fs.MakeDirs(folder));
  for (const auto& [path, content] : files) {
    FIRN_TRY(const auto file, fs.Open(path, {.mode = OpenMode::kTruncate}));
    FIRN_RETURN_IF_ERROR(file->WriteAt(0, content.data(), content.size()));
  }
  return {};
}

struct DiskModel::NameChange {
  static void Apply(const DiskChange& change, Names* names) {
    switch (change.kind) {
      case Kind::kMakeDir:
        names->folders.insert(change.to);
        return;
      case Kind::kRemoveDir:
        names->folders.erase(change.to);
        return;
      case Kind::kRename:
        Erase(change.from, change.file, names);
        [[fallthrough]];
      case Kind::kCreate:
        names->files[change.to] = change.file;
        return;
      case Kind::kRemove:
        return Erase(change.to, change.file, names);
      default:
        return;
    }
  }
  // Not if another file has that name, which it kept or got when a change before was lost.
  static void Erase(const std::string& path, uint64_t file, Names* names) {
    const auto found = names->files.find(path);
    if (found != names->files.end() && found->second == file) names->files.erase(found);
  }
};

void DiskModel::Apply(const DiskChange& change) {
  switch (change.kind) {
    case Kind::kWrite:
    case Kind::kTruncate:
      contents_[change.file].pending.push_back({&change});
      dirty_.insert(change.file);
      return;
    case Kind::kSync:
    case Kind::kSyncFailed:
      return SyncFile(change.file, change.kind == Kind::kSyncFailed);
    case Kind::kSyncDir:
      return SyncFolder(change.to);
    case Kind::kFound:
      return Found(change);
    case Kind::kMakeDir:
    case Kind::kRemoveDir:
      known_folders_.insert(change.to);
      break;
    case Kind::kCreate:
    case Kind::kRename:
    case Kind::kRemove:
      known_files_.insert(change.to);
      break;
  }
  pending_names_.push_back(&change);
}

void DiskModel::Found(const DiskChange& change) {
  if (change.file == 0) {
    durable_names_.folders.insert(change.to);
    known_folders_.insert(change.to);
    return;
  }
  contents_[change.file].durable = change.bytes;
  known_files_.insert(change.to);
  durable_names_.files[change.to] = change.file;
}

void DiskModel::SyncFile(uint64_t file, bool in_vain) {
  auto& content = contents_[file];
  if (in_vain) {
    for (auto& one : content.pending) one.in_vain = true;
    return;
  }
  for (const auto& [change, lost] : content.pending) {
    if (change->kind == Kind::kTruncate) {
      Truncate(change->offset, &content.durable);
      continue;
    }
    const uint64_t end = change->offset + change->bytes.size();
    if (content.durable.size() < end) Truncate(end, &content.durable);
    if (!lost)
      Write(
          *change, [] { return true; }, &content.durable);
  }
  content.pending.clear();
  dirty_.erase(file);
}

void DiskModel::SyncFolder(const std::string& path) {
  std::erase_if(pending_names_, [&](const DiskChange* change) {
    if (ParentOf(change->to) != path) return false;
    NameChange::Apply(*change, &durable_names_);
    return true;
  });
}

bool DiskModel::Reachable(const std::string& path, const Names& names) const {
  for (auto folder = ParentOf(path); folder.size() > 1; folder = ParentOf(folder)) {
    if (known_folders_.contains(folder) && !names.folders.contains(folder)) return false;
  }
  return true;
}

CutImage DiskModel::Cut(CutPolicy policy) const {
  Judge judge(policy);
  Names names = durable_names_;
  for (const auto* change : pending_names_) {
    if (judge.KeepsName()) NameChange::Apply(*change, &names);
  }
  CutImage image;
  for (const auto& folder : names.folders) {
    if (Reachable(folder, names)) image.folders.insert(folder);
  }
  for (const auto& [path, file] : names.files) {
    if (!Reachable(path, names)) continue;
    const auto& content = contents_.find(file);
    auto& bytes = image.files[path];
    if (content == contents_.end()) continue;  // created, never written to
    const auto& pending = content->second.pending;
    bytes = content->second.durable;
    uint64_t size = bytes.size();
    const size_t sizes = judge.SizesOf(pending.size());
    for (size_t i = 0; i < pending.size(); ++i) {
      const auto& change = *pending[i].change;
      if (change.kind == Kind::kTruncate) {
        if (i >= sizes) continue;
        size = change.offset;
        Truncate(size, &bytes);
      } else {
        Write(change, judge.Sectors(), &bytes);
        if (i < sizes) size = std::max<uint64_t>(size, change.offset + change.bytes.size());
      }
    }
    Truncate(size, &bytes);
  }
  for (const auto& path : known_files_) {
    if (!image.files.contains(path)) image.gone.insert(path);
  }
  for (const auto& path : known_folders_) {
    if (!image.folders.contains(path)) image.gone.insert(path);
  }
  return image;
}

}  // namespace firn::io
