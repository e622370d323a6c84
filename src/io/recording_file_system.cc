#include "io/recording_file_system.h"

namespace firn::io {

using Kind = DiskChange::Kind;

class RecordingFileSystem::RecordedFile final : public File {
 public:
  RecordedFile(RecordingFileSystem& fs, std::unique_ptr<File> base, uint64_t id)
      : fs_(fs), base_(std::move(base)), id_(id) {}

  Result<size_t> ReadAt(uint64_t offset, void* out, size_t size) override {
    return base_->ReadAt(offset, out, size);
  }
  Status WriteAt(uint64_t offset, const void* data, size_t size) override {
    const std::lock_guard lock(fs_.mutex_);
    FIRN_RETURN_IF_ERROR(base_->WriteAt(offset, data, size));
    fs_.history_.push_back({.kind = Kind::kWrite,
                            .file = id_,
                            .to = path(),
                            .offset = offset,
                            .bytes = std::string(static_cast<const char*>(data), size)});
    return {};
  }
  Status Sync() override {
    const std::lock_guard lock(fs_.mutex_);
    FIRN_RETURN_IF_ERROR(base_->Sync());
    fs_.history_.push_back({.kind = Kind::kSync, .file = id_, .to = path()});
    return {};
  }
  Status Truncate(uint64_t size) override {
    const std::lock_guard lock(fs_.mutex_);
    FIRN_RETURN_IF_ERROR(base_->Truncate(size));
    fs_.history_.push_back({.kind = Kind::kTruncate, .file = id_, .to = path(), .offset = size});
    return {};
  }
  Result<uint64_t> Size() override { return base_->Size(); }
  const std::string& path() const override { return base_->path(); }

 private:
  RecordingFileSystem& fs_;
  const std::unique_ptr<File> base_;
  const uint64_t id_;
};

size_t RecordingFileSystem::size() const {
  const std::lock_guard lock(mutex_);
  return history_.size();
}

void RecordingFileSystem::Forget() {
  const std::lock_guard lock(mutex_);
  history_.clear();
  files_.clear();
  folders_.clear();
}

Status RecordingFileSystem::CutPower(CutPolicy policy) {
  {
    const std::lock_guard lock(mutex_);
    DiskModel disk;
    for (const auto& change : history_) disk.Apply(change);
    FIRN_RETURN_IF_ERROR(disk.Cut(policy).WriteTo(base_));
  }
  Forget();
  return {};
}

void RecordingFileSystem::NoteFailedSync(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto file = files_.find(path);
  if (file == files_.end()) return;
  history_.push_back({.kind = Kind::kSyncFailed, .file = file->second, .to = path});
}

Result<uint64_t> RecordingFileSystem::Known(const std::string& path) {
  const auto known = files_.find(path);
  if (known != files_.end()) return known->second;
  FIRN_TRY(auto content, ReadFile(base_, path));
  files_[path] = ++last_file_;
  history_.push_back(
      {.kind = Kind::kFound, .file = last_file_, .to = path, .bytes = std::move(content)});
  return last_file_;
}

uint64_t RecordingFileSystem::Created(const std::string& path) {
  files_[path] = ++last_file_;
  history_.push_back({.kind = Kind::kCreate, .file = last_file_, .to = path});
  return last_file_;
}

Result<std::unique_ptr<File>> RecordingFileSystem::Open(const std::string& path,
                                                        OpenOptions options) {
  if (options.mode == OpenMode::kRead) return base_.Open(path, options);
  const std::lock_guard lock(mutex_);
  FIRN_TRY(const bool existed, base_.Exists(path));
  uint64_t id = 0;
  if (existed && options.mode != OpenMode::kCreate) {
    FIRN_TRY(id, Known(path));
  }
  auto file = base_.Open(path, options);
  if (!existed) {
    // A refused O_DIRECT may leave the file all the same.
    FIRN_TRY(const bool made, base_.Exists(path));
    if (made) id = Created(path);
  }
  if (!file) return file;
  if (existed && options.mode == OpenMode::kTruncate) {
    history_.push_back({.kind = Kind::kTruncate, .file = id, .to = path});
  }
  return std::make_unique<RecordedFile>(*this, *std::move(file), id);
}

Status RecordingFileSystem::Rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  FIRN_TRY(const auto id, Known(from));
  FIRN_TRY(const bool replaces, base_.Exists(to));
  if (replaces) FIRN_RETURN_IF_ERROR(Known(to));
  FIRN_RETURN_IF_ERROR(base_.Rename(from, to));
  Renamed(id, from, to);
  return {};
}

Status RecordingFileSystem::RenameNew(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  FIRN_TRY(const auto id, Known(from));
  FIRN_RETURN_IF_ERROR(base_.RenameNew(from, to));
  Renamed(id, from, to);
  return {};
}

void RecordingFileSystem::Renamed(uint64_t file, const std::string& from, const std::string& to) {
  files_.erase(from);
  files_[to] = file;
  history_.push_back({.kind = Kind::kRename, .file = file, .to = to, .from = from});
}

Status RecordingFileSystem::Remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  FIRN_TRY(const auto id, Known(path));
  FIRN_RETURN_IF_ERROR(base_.Remove(path));
  files_.erase(path);
  history_.push_back({.kind = Kind::kRemove, .file = id, .to = path});
  return {};
}

Status RecordingFileSystem::MakeDirs(const std::string& path) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> missing;
  for (auto folder = path; folder.size() > 1; folder = ParentOf(folder)) {
    FIRN_TRY(const bool there, base_.Exists(folder));
    if (there) break;
    missing.push_back(folder);
  }
  FIRN_RETURN_IF_ERROR(base_.MakeDirs(path));
  for (auto folder = missing.rbegin(); folder != missing.rend(); ++folder) {
    folders_.insert(*folder);
    history_.push_back({.kind = Kind::kMakeDir, .to = *folder});
  }
  return {};
}

// What is in it, then the folder itself, as the removal does it.
Status RecordingFileSystem::NoteRemovals(const std::string& folder) {
  if (folders_.erase(folder) == 0) history_.push_back({.kind = Kind::kFound, .to = folder});
  FIRN_TRY(const auto entries, base_.List(folder));
  for (const auto& entry : entries) {
    const auto path = folder + "/" + entry.name;
    if (entry.is_directory) {
      FIRN_RETURN_IF_ERROR(NoteRemovals(path));
      continue;
    }
    FIRN_TRY(const auto id, Known(path));
    files_.erase(path);
    history_.push_back({.kind = Kind::kRemove, .file = id, .to = path});
  }
  history_.push_back({.kind = Kind::kRemoveDir, .to = folder});
  return {};
}

Status RecordingFileSystem::RemoveTree(const std::string& path) {
  const std::lock_guard lock(mutex_);
  FIRN_TRY(const bool there, base_.Exists(path));
  if (there) FIRN_RETURN_IF_ERROR(NoteRemovals(path));
  return base_.RemoveTree(path);
}

Status RecordingFileSystem::SyncDir(const std::string& path) {
  const std::lock_guard lock(mutex_);
  FIRN_RETURN_IF_ERROR(base_.SyncDir(path));
  history_.push_back({.kind = Kind::kSyncDir, .to = path});
  return {};
}

}  // namespace firn::io
