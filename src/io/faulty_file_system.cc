#include "io/faulty_file_system.h"

namespace firn::io {

Failure FaultyFileSystem::Injected(std::string_view what, const std::string& path) {
  if (first_failure_.empty()) first_failure_ = fmt::format("{} {}", what, path);
  auto error = MakeError(ErrorCode::kIo, "injected failure: could not {} \"{}\"", what, path);
  error.sqlstate = sqlstate_;
  return Fail(std::move(error));
}

class FaultyFileSystem::FaultyFile final : public File {
 public:
  FaultyFile(FaultyFileSystem& fs, std::unique_ptr<File> base) : fs_(fs), base_(std::move(base)) {}

  Result<size_t> ReadAt(uint64_t offset, void* out, size_t size) override {
    const std::lock_guard lock(fs_.mutex_);
    if (fs_.ShouldFail(Op::kRead)) return fs_.Injected("read", path());
    return base_->ReadAt(offset, out, size);
  }

  Status WriteAt(uint64_t offset, const void* data, size_t size) override {
    const std::lock_guard lock(fs_.mutex_);
    if (!fs_.ShouldFail(Op::kWrite)) return base_->WriteAt(offset, data, size);
    // Half, in whole blocks where it is more than one, as O_DIRECT wants it.
    const size_t half = size >= 8192 ? size / 2 / 4096 * 4096 : 0;
    if (half > 0) FIRN_RETURN_IF_ERROR(base_->WriteAt(offset, data, half));
    return fs_.Injected("write", path());
  }

  Status Sync() override {
    const std::lock_guard lock(fs_.mutex_);
    if (!fs_.ShouldFail(Op::kSync)) return base_->Sync();
    fs_.recording_.NoteFailedSync(path());
    return fs_.Injected("sync", path());
  }

  Status Truncate(uint64_t size) override {
    const std::lock_guard lock(fs_.mutex_);
    if (fs_.ShouldFail(Op::kTruncate)) return fs_.Injected("truncate", path());
    return base_->Truncate(size);
  }

  Result<uint64_t> Size() override { return base_->Size(); }
  const std::string& path() const override { return base_->path(); }

 private:
  FaultyFileSystem& fs_;
  const std::unique_ptr<File> base_;
};

void FaultyFileSystem::SayDiskFull(bool full) {
  const std::lock_guard lock(mutex_);
  sqlstate_ = full ? "53100" : "";
}

void FaultyFileSystem::SayNoDescriptors(bool none) {
  const std::lock_guard lock(mutex_);
  sqlstate_ = none ? "53000" : "";
}

void FaultyFileSystem::FailAt(Op op, uint64_t nth, bool forever) {
  const std::lock_guard lock(mutex_);
  const auto index = static_cast<size_t>(op);
  plans_[index] = {.at = counts_[index] + nth, .forever = forever};
}

void FaultyFileSystem::FailAnyAt(uint64_t nth, bool forever) {
  const std::lock_guard lock(mutex_);
  any_plan_ = {.at = changes_ + nth, .forever = forever};
}

void FaultyFileSystem::Heal() {
  const std::lock_guard lock(mutex_);
  plans_ = {};
  any_plan_ = {};
  first_failure_.clear();
}

std::string FaultyFileSystem::first_failure() const {
  const std::lock_guard lock(mutex_);
  return first_failure_;
}

uint64_t FaultyFileSystem::changes() const {
  const std::lock_guard lock(mutex_);
  return changes_;
}

uint64_t FaultyFileSystem::count(Op op) const {
  const std::lock_guard lock(mutex_);
  return counts_[static_cast<size_t>(op)];
}

bool FaultyFileSystem::ShouldFail(Op op) {
  const auto due = [](const Plan& plan, uint64_t count) {
    return plan.at != 0 && (count == plan.at || (plan.forever && count > plan.at));
  };
  const auto index = static_cast<size_t>(op);
  bool fails = due(plans_[index], ++counts_[index]);
  if (op != Op::kRead) fails |= due(any_plan_, ++changes_);
  return fails;
}

Result<std::unique_ptr<File>> FaultyFileSystem::Open(const std::string& path, OpenOptions options) {
  const std::lock_guard lock(mutex_);
  if (ShouldFail(Op::kOpen)) return Injected("open", path);
  FIRN_TRY(auto file, recording_.Open(path, options));
  return std::make_unique<FaultyFile>(*this, std::move(file));
}

Status FaultyFileSystem::Rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  if (ShouldFail(Op::kRename)) return Injected("rename", from);
  return recording_.Rename(from, to);
}

Status FaultyFileSystem::RenameNew(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  if (ShouldFail(Op::kRename)) return Injected("rename", from);
  return recording_.RenameNew(from, to);
}

Status FaultyFileSystem::Remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (ShouldFail(Op::kRemove)) return Injected("remove", path);
  return recording_.Remove(path);
}

Status FaultyFileSystem::MakeDirs(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (ShouldFail(Op::kMakeDirs)) return Injected("create directory", path);
  return recording_.MakeDirs(path);
}

Status FaultyFileSystem::RemoveTree(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (ShouldFail(Op::kRemove)) return Injected("remove", path);
  return recording_.RemoveTree(path);
}

Status FaultyFileSystem::SyncDir(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (ShouldFail(Op::kSyncDir)) return Injected("sync directory", path);
  return recording_.SyncDir(path);
}

}  // namespace firn::io
