#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/uuid.h"
#include "io/file_steps.h"
#include "io/file_system.h"

namespace firn::io {
namespace {

Failure SystemFailure(std::string_view doing, const std::string& path, int error) {
  const auto reason = std::generic_category().message(error);
  Error made = MakeError(error == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                         "could not {} \"{}\": {}", doing, path, reason);
  if (error == ENOENT) made.sqlstate = "58P01";
  if (error == EEXIST) made.code = ErrorCode::kAlreadyExists;
  if (error == ENOSPC || error == EDQUOT) {
    made.sqlstate = "53100";
    made.hint = fmt::format("Free space on the disk that holds \"{}\".", ParentOf(path));
  }
  if (error == EFBIG) {
    // Like a full disk: nothing is broken, and there is no room.
    made.sqlstate = "53100";
    made.hint =
        "The file would be larger than the process or the file system allows. Raise the "
        "limit (`ulimit -f`, in a systemd unit LimitFSIZE=).";
  }
  if (error == EMFILE || error == ENFILE) {
    made.sqlstate = "53000";
    made.hint = error == EMFILE ? "The process has as many files and connections open as it may. "
                                  "Close connections, or raise its limit (`ulimit -n`, in a "
                                  "systemd unit LimitNOFILE=), and try again."
                                : "The machine has as many files open as it may. Close some, or "
                                  "raise fs.file-max, and try again.";
  }
  return Failure(std::move(made));
}

constexpr size_t kLargeWrite = 512 * 1024;
// What every disk takes for O_DIRECT.
constexpr size_t kDirectAlignment = 4096;

class LocalFile final : public File {
 public:
  LocalFile(int fd, bool direct, std::string path)
      : fd_(fd), direct_(direct), path_(std::move(path)) {}
  ~LocalFile() override { ::close(fd_); }

  Result<size_t> ReadAt(uint64_t offset, void* out, size_t size) override {
    size_t done = 0;
    while (done < size) {
      const ssize_t n = ::pread(fd_, static_cast<char*>(out) + done, size - done,
                                static_cast<off_t>(offset + done));
      if (n == 0) break;
      if (n < 0) {
        if (errno == EINTR) continue;
        return Failed("read", errno);
      }
      done += static_cast<size_t>(n);
    }
    return done;
  }

  Status WriteAt(uint64_t offset, const void* data, size_t size) override {
    size_t done = 0;
    while (done < size) {
      const ssize_t n = ::pwrite(fd_, static_cast<const char*>(data) + done, size - done,
                                 static_cast<off_t>(offset + done));
      if (n < 0) {
        if (errno == EINTR) continue;
        const int error = errno;
        // The kernel cuts a write at the limit first, and then finds its length odd.
        const bool cut = direct_ && error == EINVAL && BeyondLimit(offset + size);
        return Failed("write", cut ? EFBIG : error);
      }
      if (n == 0) return Failed("write", BeyondLimit(offset + size) ? EFBIG : ENOSPC);
      done += static_cast<size_t>(n);
      // Cut short within a block it goes on at the block: anywhere else it would fail with EINVAL,
      // and nobody would see what is in the way. A block that comes no further is the end.
      if (direct_ && done < size && done % kDirectAlignment != 0) {
        if (static_cast<size_t>(n) < kDirectAlignment) {
          return Failed("write", BeyondLimit(offset + size) ? EFBIG : ENOSPC);
        }
        done -= done % kDirectAlignment;
      }
    }
    // On its way at once: all of a large file at its sync would hold up who syncs beside it. Only
    // asked for, and nothing to a file without a cache.
    if (size >= kLargeWrite) {
      (void)::sync_file_range(fd_, static_cast<off64_t>(offset), static_cast<off64_t>(size),
                              SYNC_FILE_RANGE_WRITE);
    }
    return {};
  }

  Status Sync() override {
    if (::fdatasync(fd_) != 0) return Failed("sync", errno);
    return {};
  }

  Status Truncate(uint64_t size) override {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return Failed("truncate", errno);
    return {};
  }

  Result<uint64_t> Size() override {
    struct stat info {};
    if (::fstat(fd_, &info) != 0) return Failed("stat", errno);
    return static_cast<uint64_t>(info.st_size);
  }

  const std::string& path() const override { return path_; }

 private:
  static bool BeyondLimit(uint64_t end) {
    rlimit limit{};
    const bool known = ::getrlimit(RLIMIT_FSIZE, &limit) == 0;
    return known && limit.rlim_cur != RLIM_INFINITY && end > limit.rlim_cur;
  }

  /// Under the name that the file has now: a log segment was a spare file when it was opened.
  Failure Failed(std::string_view doing, int error) const {
    std::error_code unknown;
    const auto named = std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", fd_), unknown);
    const bool there = !unknown && std::filesystem::exists(named, unknown);
    return SystemFailure(doing, there ? named.string() : path_, error);
  }

  const int fd_;
  const bool direct_;
  const std::string path_;
};

int OpenFlags(OpenOptions options) {
  int flags = O_CLOEXEC | (options.direct ? O_DIRECT : 0);
  switch (options.mode) {
    case OpenMode::kRead:
      return flags | O_RDONLY;
    case OpenMode::kReadWrite:
      return flags | O_RDWR;
    case OpenMode::kCreate:
      return flags | O_RDWR | O_CREAT | O_EXCL;
    case OpenMode::kTruncate:
      return flags | O_RDWR | O_CREAT | O_TRUNC;
  }
  return flags;
}

class Local final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> Open(const std::string& path, OpenOptions options) override {
    const int fd = ::open(path.c_str(), OpenFlags(options), 0644);
    if (fd < 0) {
      if (options.direct && errno == EINVAL) {
        // open(2) may have made the file before it refused the flag.
        if (options.mode == OpenMode::kCreate) ::unlink(path.c_str());
        return Fail(ErrorCode::kUnsupported, "O_DIRECT is not supported: {}", path);
      }
      return SystemFailure("open", path, errno);
    }
    return std::make_unique<LocalFile>(fd, options.direct, path);
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return SystemFailure("rename", from, errno);
    return {};
  }

  Status RenameNew(const std::string& from, const std::string& to) override {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
    if (errno != EINVAL && errno != ENOSYS) return SystemFailure("rename to", to, errno);
    // A file system that cannot do it in one step. link(2) does not replace either.
    if (::link(from.c_str(), to.c_str()) != 0) return SystemFailure("rename to", to, errno);
    if (::unlink(from.c_str()) != 0) return SystemFailure("remove", from, errno);
    return {};
  }

  Status Remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return SystemFailure("remove", path, errno);
    return {};
  }

  Status MakeDirs(const std::string& path) override {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return SystemFailure("create directory", path, error.value());
    return {};
  }

  Status RemoveTree(const std::string& path) override {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (error) return SystemFailure("remove directory", path, error.value());
    return {};
  }

  Result<std::vector<FileInfo>> List(const std::string& directory) override {
    DIR* opened = ::opendir(directory.c_str());
    if (opened == nullptr) return SystemFailure("list", directory, errno);
    std::vector<FileInfo> files;
    while (const dirent* entry = ::readdir(opened)) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      struct stat info {};
      if (::fstatat(::dirfd(opened), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
      files.push_back(
          {.name = std::string(name),
           .is_directory = S_ISDIR(info.st_mode),
           .size = static_cast<uint64_t>(info.st_size),
           .modified_us = info.st_mtim.tv_sec * 1'000'000 + info.st_mtim.tv_nsec / 1000});
    }
    ::closedir(opened);
    std::sort(files.begin(), files.end(),
              [](const FileInfo& a, const FileInfo& b) { return a.name < b.name; });
    return files;
  }

  Result<bool> Exists(const std::string& path) override {
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return SystemFailure("stat", path, errno);
  }

  Status SyncDir(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return SystemFailure("open directory", path, errno);
    const int failed = ::fsync(fd) != 0 ? errno : 0;
    ::close(fd);
    if (failed != 0) return SystemFailure("sync directory", path, failed);
    return {};
  }
};

Status WriteSynced(FileSystem& fs, const std::string& path, std::string_view content) {
  FIRN_TRY(const auto file, fs.Open(path, {.mode = OpenMode::kTruncate}));
  FIRN_RETURN_IF_ERROR(file->WriteAt(0, content.data(), content.size()));
  return file->Sync();
}

}  // namespace

FileSystem& LocalFileSystem() {
  static Local local;
  return local;
}

Result<std::string> ReadFile(FileSystem& fs, const std::string& path) {
  FIRN_TRY(const auto file, fs.Open(path, {.mode = OpenMode::kRead}));
  FIRN_TRY(const auto size, file->Size());
  std::string content(size, '\0');
  FIRN_TRY(const auto read, file->ReadAt(0, content.data(), content.size()));
  content.resize(read);
  return content;
}

Status WriteFileDurably(FileSystem& fs, const std::string& path, std::string_view content) {
  return WriteFileDurably(fs, path, content, [](FileStep) {});
}

Status WriteFileDurably(FileSystem& fs, const std::string& path, std::string_view content,
                        void (*passed)(FileStep)) {
  const std::string temporary = path + ".tmp";
  FIRN_RETURN_IF_ERROR(WriteSynced(fs, temporary, content));
  passed(FileStep::kWritten);
  FIRN_RETURN_IF_ERROR(fs.Rename(temporary, path));
  passed(FileStep::kRenamed);
  return fs.SyncDir(ParentOf(path));
}

Status WriteNewFileDurably(FileSystem& fs, const std::string& path, std::string_view content,
                           void (*passed)(FileStep)) {
  const auto temporary = fmt::format("{}.{}.tmp", path, NewUuidV7().ToString());
  auto renamed = WriteSynced(fs, temporary, content);
  if (renamed) {
    passed(FileStep::kWritten);
    renamed = fs.RenameNew(temporary, path);
  }
  if (!renamed) {
    // Nobody writes to this name again.
    (void)fs.Remove(temporary);
    return renamed;
  }
  passed(FileStep::kRenamed);
  return fs.SyncDir(ParentOf(path));
}

std::string ParentOf(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace firn::io
