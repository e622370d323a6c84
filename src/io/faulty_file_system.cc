#include "io/faulty_file_system.h"

#include <algorithm>
#include <set>

namespace firn::io {
namespace {

constexpr std::string_view kAside = ".set-aside-";

}  // namespace

Failure FaultyFileSystem::Injected(std::string_view what, const std::string& path) const {
  auto error = MakeError(ErrorCode::kIo, "injected failure: could not {} \"{}\"", what, path);
  if (disk_full_) error.sqlstate = "53100";
  return Fail(std::move(error));
}

class FaultyFileSystem::FaultyFile final : public File {
 public:
  FaultyFile(FaultyFileSystem& fs, std::unique_ptr<File> base, std::shared_ptr<Node> node)
      : fs_(fs), base_(std::move(base)), node_(std::move(node)) {}

  Result<size_t> ReadAt(uint64_t offset, void* out, size_t size) override {
    const std::lock_guard lock(fs_.mutex_);
    if (fs_.ShouldFail(Op::kRead)) return fs_.Injected("read", path());
    return base_->ReadAt(offset, out, size);
  }

  Status WriteAt(uint64_t offset, const void* data, size_t size) override {
    const std::lock_guard lock(fs_.mutex_);
    FIRN_RETURN_IF_ERROR(fs_.RememberBytes(node_, offset, size));
    if (!fs_.ShouldFail(Op::kWrite)) return base_->WriteAt(offset, data, size);
    // Half, in whole blocks where it is more than one, as O_DIRECT wants it.
    const size_t half = size >= 8192 ? size / 2 / 4096 * 4096 : 0;
    if (half > 0) FIRN_RETURN_IF_ERROR(base_->WriteAt(offset, data, half));
    return fs_.Injected("write", path());
  }

  Status Sync() override {
    const std::lock_guard lock(fs_.mutex_);
    if (fs_.ShouldFail(Op::kSync)) return fs_.Injected("sync", path());
    FIRN_RETURN_IF_ERROR(base_->Sync());
    fs_.ForgetFile(node_);
    return {};
  }

  Status Truncate(uint64_t size) override {
    const std::lock_guard lock(fs_.mutex_);
    if (fs_.ShouldFail(Op::kTruncate)) return fs_.Injected("truncate", path());
    FIRN_RETURN_IF_ERROR(fs_.RememberSize(node_, size));
    return base_->Truncate(size);
  }

  Result<uint64_t> Size() override { return base_->Size(); }
  const std::string& path() const override { return base_->path(); }

 private:
  FaultyFileSystem& fs_;
  const std::unique_ptr<File> base_;
  const std::shared_ptr<Node> node_;
};

void FaultyFileSystem::SayDiskFull(bool full) {
  const std::lock_guard lock(mutex_);
  disk_full_ = full;
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

std::shared_ptr<FaultyFileSystem::Node> FaultyFileSystem::NodeOf(const std::string& path) {
  auto& node = nodes_[path];
  if (node == nullptr) node = std::make_shared<Node>(Node{path});
  return node;
}

Result<std::unique_ptr<File>> FaultyFileSystem::Open(const std::string& path, OpenOptions options) {
  const std::lock_guard lock(mutex_);
  if (ShouldFail(Op::kOpen)) return Injected("open", path);
  FIRN_TRY(const bool existed, base_.Exists(path));
  if (existed && options.mode == OpenMode::kTruncate) {
    FIRN_RETURN_IF_ERROR(RememberSize(NodeOf(path), 0));
  }
  FIRN_TRY(auto file, base_.Open(path, options));
  if (!existed) {
    undo_.push_back({.what = Undo::What::kCreated, .to = path, .directory = ParentOf(path)});
  }
  return std::make_unique<FaultyFile>(*this, std::move(file), NodeOf(path));
}

Status FaultyFileSystem::SetAside(const std::string& path) {
  const std::string aside = fmt::format("{}{}{}", path, kAside, next_aside_++);
  FIRN_RETURN_IF_ERROR(base_.Rename(path, aside));
  const auto node = NodeOf(path);
  node->path = aside;
  nodes_.erase(path);
  nodes_[aside] = node;
  undo_.push_back(
      {.what = Undo::What::kRemoved, .from = path, .to = aside, .directory = ParentOf(path)});
  return {};
}

Status FaultyFileSystem::Rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  if (ShouldFail(Op::kRename)) return Injected("rename", from);
  FIRN_TRY(const bool replaces, base_.Exists(to));
  if (replaces) FIRN_RETURN_IF_ERROR(SetAside(to));
  FIRN_RETURN_IF_ERROR(base_.Rename(from, to));
  const auto node = NodeOf(from);
  nodes_.erase(from);
  node->path = to;
  nodes_[to] = node;
  undo_.push_back(
      {.what = Undo::What::kRenamed, .from = from, .to = to, .directory = ParentOf(to)});
  return {};
}

Status FaultyFileSystem::Remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (ShouldFail(Op::kRemove)) return Injected("remove", path);
  FIRN_TRY(const bool exists, base_.Exists(path));
  return exists ? SetAside(path) : base_.Remove(path);
}

Status FaultyFileSystem::RemoveTree(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (ShouldFail(Op::kRemove)) return Injected("remove", path);
  FIRN_RETURN_IF_ERROR(base_.RemoveTree(path));
  const std::string inside = path + "/";
  std::erase_if(undo_, [&](const Undo& undo) {
    return undo.directory.starts_with(inside) || undo.directory == path ||
           (undo.node != nullptr && undo.node->path.starts_with(inside));
  });
  return {};
}

Result<std::vector<FileInfo>> FaultyFileSystem::List(const std::string& directory) {
  FIRN_TRY(auto files, base_.List(directory));
  std::erase_if(files,
                [](const FileInfo& file) { return file.name.find(kAside) != std::string::npos; });
  return files;
}

Status FaultyFileSystem::SyncDir(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (ShouldFail(Op::kSyncDir)) return Injected("sync directory", path);
  FIRN_RETURN_IF_ERROR(base_.SyncDir(path));
  std::set<std::string> gone;
  for (const auto& undo : undo_) {
    if (undo.directory == path && undo.what == Undo::What::kRemoved) {
      FIRN_RETURN_IF_ERROR(base_.Remove(undo.to));
      gone.insert(undo.to);
    }
  }
  std::erase_if(undo_, [&](const Undo& undo) {
    return undo.directory == path || (undo.node != nullptr && gone.contains(undo.node->path));
  });
  return {};
}

Status FaultyFileSystem::RememberBytes(const std::shared_ptr<Node>& node, uint64_t offset,
                                       uint64_t size) {
  FIRN_TRY(const auto file, base_.Open(node->path, {.mode = OpenMode::kRead}));
  FIRN_TRY(const uint64_t old_size, file->Size());
  if (offset < old_size) {
    std::string bytes(std::min(size, old_size - offset), '\0');
    FIRN_RETURN_IF_ERROR(file->ReadAt(offset, bytes.data(), bytes.size()));
    undo_.push_back(
        {.what = Undo::What::kBytes, .node = node, .offset = offset, .bytes = std::move(bytes)});
  }
  if (offset + size > old_size) {
    undo_.push_back({.what = Undo::What::kSize, .node = node, .offset = old_size});
  }
  return {};
}

Status FaultyFileSystem::RememberSize(const std::shared_ptr<Node>& node, uint64_t new_size) {
  FIRN_TRY(const auto file, base_.Open(node->path, {.mode = OpenMode::kRead}));
  FIRN_TRY(const uint64_t old_size, file->Size());
  if (new_size > old_size) {
    undo_.push_back({.what = Undo::What::kSize, .node = node, .offset = old_size});
    return {};
  }
  return RememberBytes(node, new_size, old_size - new_size);
}

void FaultyFileSystem::ForgetFile(const std::shared_ptr<Node>& node) {
  std::erase_if(undo_, [&](const Undo& undo) { return undo.node == node; });
}

Status FaultyFileSystem::Revert(const Undo& undo) {
  switch (undo.what) {
    case Undo::What::kCreated:
      return base_.Remove(undo.to);
    case Undo::What::kRenamed:
    case Undo::What::kRemoved: {
      FIRN_RETURN_IF_ERROR(base_.Rename(undo.to, undo.from));
      const auto node = nodes_.extract(undo.to);
      if (!node.empty()) {
        node.mapped()->path = undo.from;
        nodes_[undo.from] = node.mapped();
      }
      return {};
    }
    case Undo::What::kBytes:
    case Undo::What::kSize:
      break;
  }
  FIRN_TRY(const auto file, base_.Open(undo.node->path, {.mode = OpenMode::kReadWrite}));
  if (undo.what == Undo::What::kSize) return file->Truncate(undo.offset);
  return file->WriteAt(undo.offset, undo.bytes.data(), undo.bytes.size());
}

Status FaultyFileSystem::DropUnsynced() {
  const std::lock_guard lock(mutex_);
  while (!undo_.empty()) {
    const Undo undo = std::move(undo_.back());
    undo_.pop_back();
    FIRN_RETURN_IF_ERROR(Revert(undo));
  }
  nodes_.clear();
  return {};
}

}  // namespace firn::io
