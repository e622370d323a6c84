#include "catalog/sqlite_vfs.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>

#include <fcntl.h>
#include <unistd.h>

namespace firn::catalog {
namespace {

// The lock-byte page of the file format
// (https://www.sqlite.org/fileformat2.html#the_lock_byte_page).
constexpr off_t kLockBytes = 1 << 30;
constexpr off_t kLockBytesSize = 512;

constexpr int kSectorBytes = 4096;

sqlite3_vfs& Default() {
  return *sqlite3_vfs_find(nullptr);
}
SqliteVfs& Of(sqlite3_vfs* vfs) {
  return *static_cast<SqliteVfs*>(vfs->pAppData);
}

/// The lock bytes of a database, against every other process and connection. An open file
/// description's lock, which unlike a process's outlives the closing of another descriptor.
class DatabaseLock {
 public:
  static Result<std::unique_ptr<DatabaseLock>> Take(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) {
      return Fail(ErrorCode::kIo, "could not open \"{}\": {}", path, std::strerror(errno));
    }
    std::unique_ptr<DatabaseLock> lock(new DatabaseLock(fd));
    struct flock range {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    range.l_start = kLockBytes;
    range.l_len = kLockBytesSize;
    if (::fcntl(fd, F_OFD_SETLK, &range) == 0) return lock;
    if (errno != EAGAIN && errno != EACCES) {
      return Fail(ErrorCode::kIo, "could not lock \"{}\": {}", path, std::strerror(errno));
    }
    return Fail(MakeError(ErrorCode::kIo, "another program has \"{}\" open", path)
                    .WithSqlState("55006")
                    .WithHint("Close it and start again."));
  }
  ~DatabaseLock() { ::close(fd_); }
  DatabaseLock(const DatabaseLock&) = delete;
  DatabaseLock& operator=(const DatabaseLock&) = delete;

 private:
  explicit DatabaseLock(int fd) : fd_(fd) {}
  const int fd_;
};

/// What SQLite calls a file: its memory is SQLite's, so it begins with their struct.
struct VfsFile {
  sqlite3_file base;
  SqliteVfs* vfs;
  std::unique_ptr<io::File> file;
  std::unique_ptr<DatabaseLock> lock;
  bool name_synced;
};

VfsFile& File(sqlite3_file* file) {
  return *reinterpret_cast<VfsFile*>(file);
}

int Close(sqlite3_file* file) {
  File(file).~VfsFile();
  return SQLITE_OK;
}

int Read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  auto& self = File(file);
  const auto read =
      self.file->ReadAt(static_cast<uint64_t>(offset), out, static_cast<size_t>(size));
  if (!read) return self.vfs->Failed(read.error(), SQLITE_IOERR_READ);
  if (*read == static_cast<size_t>(size)) return SQLITE_OK;
  std::memset(static_cast<char*>(out) + *read, 0, static_cast<size_t>(size) - *read);
  return SQLITE_IOERR_SHORT_READ;
}

int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  auto& self = File(file);
  const auto written =
      self.file->WriteAt(static_cast<uint64_t>(offset), data, static_cast<size_t>(size));
  return written ? SQLITE_OK : self.vfs->Failed(written.error(), SQLITE_IOERR_WRITE);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  auto& self = File(file);
  const auto cut = self.file->Truncate(static_cast<uint64_t>(size));
  return cut ? SQLITE_OK : self.vfs->Failed(cut.error(), SQLITE_IOERR_TRUNCATE);
}

int Sync(sqlite3_file* file, int /*flags*/) {
  auto& self = File(file);
  if (auto synced = self.file->Sync(); !synced) {
    return self.vfs->Failed(synced.error(), SQLITE_IOERR_FSYNC);
  }
  // Also of a file that was there: a killed process may have made it and not come to this.
  if (self.name_synced) return SQLITE_OK;
  if (auto synced = self.vfs->files().SyncDir(io::ParentOf(self.file->path())); !synced) {
    return self.vfs->Failed(synced.error(), SQLITE_IOERR_DIR_FSYNC);
  }
  self.name_synced = true;
  return SQLITE_OK;
}

int FileSize(sqlite3_file* file, sqlite3_int64* out) {
  auto& self = File(file);
  const auto size = self.file->Size();
  if (!size) return self.vfs->Failed(size.error(), SQLITE_IOERR_FSTAT);
  *out = static_cast<sqlite3_int64>(*size);
  return SQLITE_OK;
}

// The whole lock is held as long as the file is open.
int Lock(sqlite3_file* /*file*/, int /*level*/) {
  return SQLITE_OK;
}
int CheckReservedLock(sqlite3_file* /*file*/, int* out) {
  *out = 0;
  return SQLITE_OK;
}

int FileControl(sqlite3_file* /*file*/, int /*what*/, void* /*argument*/) {
  return SQLITE_NOTFOUND;
}
int SectorSize(sqlite3_file* /*file*/) {
  return kSectorBytes;
}
int DeviceCharacteristics(sqlite3_file* /*file*/) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;  // as the default VFS says of every disk
}

constexpr sqlite3_io_methods kMethods = {.iVersion = 1,  // no shared memory, no mapping
                                         .xClose = Close,
                                         .xRead = Read,
                                         .xWrite = Write,
                                         .xTruncate = Truncate,
                                         .xSync = Sync,
                                         .xFileSize = FileSize,
                                         .xLock = Lock,
                                         .xUnlock = Lock,
                                         .xCheckReservedLock = CheckReservedLock,
                                         .xFileControl = FileControl,
                                         .xSectorSize = SectorSize,
                                         .xDeviceCharacteristics = DeviceCharacteristics,
                                         .xShmMap = nullptr,
                                         .xShmLock = nullptr,
                                         .xShmBarrier = nullptr,
                                         .xShmUnmap = nullptr,
                                         .xFetch = nullptr,
                                         .xUnfetch = nullptr};

Result<std::unique_ptr<io::File>> OpenOrCreate(io::FileSystem& files, const std::string& path,
                                               int flags) {
  if ((flags & SQLITE_OPEN_READONLY) != 0) return files.Open(path, {});
  auto opened = files.Open(path, {.mode = io::OpenMode::kReadWrite});
  const bool missing = !opened && opened.error().code == ErrorCode::kNotFound;
  if (!missing || (flags & SQLITE_OPEN_CREATE) == 0) return opened;
  return files.Open(path, {.mode = io::OpenMode::kCreate});
}

int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  if (name == nullptr) return Default().xOpen(&Default(), name, file, flags, out_flags);
  auto& self = Of(vfs);
  file->pMethods = nullptr;  // nothing to close unless this goes well
  auto opened = OpenOrCreate(self.files(), name, flags);
  if (!opened) return self.Failed(opened.error(), SQLITE_CANTOPEN);
  std::unique_ptr<DatabaseLock> lock;
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) {
    auto taken = DatabaseLock::Take(name);
    if (!taken) return self.Failed(taken.error(), SQLITE_BUSY);
    lock = *std::move(taken);
  }
  new (file) VfsFile{.base = {.pMethods = &kMethods},
                     .vfs = &self,
                     .file = *std::move(opened),
                     .lock = std::move(lock),
                     .name_synced = false};
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  auto& self = Of(vfs);
  if (auto removed = self.files().Remove(name); !removed) {
    if (removed.error().code == ErrorCode::kNotFound) return SQLITE_IOERR_DELETE_NOENT;
    return self.Failed(removed.error(), SQLITE_IOERR_DELETE);
  }
  if (sync_folder == 0) return SQLITE_OK;
  const auto synced = self.files().SyncDir(io::ParentOf(name));
  return synced ? SQLITE_OK : self.Failed(synced.error(), SQLITE_IOERR_DIR_FSYNC);
}

// Asked of journals only. An empty one counts as missing, as with the default VFS.
int Access(sqlite3_vfs* vfs, const char* name, int /*what*/, int* out) {
  auto& self = Of(vfs);
  *out = 0;
  const auto opened = self.files().Open(name, {});
  if (!opened && opened.error().code == ErrorCode::kNotFound) return SQLITE_OK;
  if (!opened) return self.Failed(opened.error(), SQLITE_IOERR_ACCESS);
  const auto size = (*opened)->Size();
  if (!size) return self.Failed(size.error(), SQLITE_IOERR_ACCESS);
  *out = *size > 0 ? 1 : 0;
  return SQLITE_OK;
}

int FullPathname(sqlite3_vfs* /*vfs*/, const char* name, int size, char* out) {
  return Default().xFullPathname(&Default(), name, size, out);
}
int Randomness(sqlite3_vfs* /*vfs*/, int size, char* out) {
  return Default().xRandomness(&Default(), size, out);
}
int Sleep(sqlite3_vfs* /*vfs*/, int microseconds) {
  return Default().xSleep(&Default(), microseconds);
}
int CurrentTime(sqlite3_vfs* /*vfs*/, double* out) {
  return Default().xCurrentTime(&Default(), out);
}

}  // namespace

SqliteVfs::SqliteVfs(io::FileSystem& files)
    : files_(files), name_(fmt::format("firn-{}", static_cast<const void*>(this))) {
  vfs_.iVersion = 1;
  vfs_.szOsFile = std::max(static_cast<int>(sizeof(VfsFile)), Default().szOsFile);
  vfs_.mxPathname = Default().mxPathname;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = Open;
  vfs_.xDelete = Delete;
  vfs_.xAccess = Access;
  vfs_.xFullPathname = FullPathname;
  vfs_.xRandomness = Randomness;
  vfs_.xSleep = Sleep;
  vfs_.xCurrentTime = CurrentTime;
  FIRN_CHECK(sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK);
}

SqliteVfs::~SqliteVfs() {
  sqlite3_vfs_unregister(&vfs_);
}

int SqliteVfs::Failed(const Error& error, int code) {
  error_ = error;
  return error.SqlState() == "53100" ? SQLITE_FULL : code;
}

std::optional<Error> SqliteVfs::TakeError() {
  return std::exchange(error_, std::nullopt);
}

}  // namespace firn::catalog
