#include "server/data_lock.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace firn::server {

Result<std::unique_ptr<DataLock>> DataLock::Take(const std::string& data_dir) {
  const std::string path = data_dir + "/firn.lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    return Fail(MakeError(ErrorCode::kIo, "could not open \"{}\": {}", path, std::strerror(errno))
                    .WithHint("Choose a folder you may write to with --data DIR."));
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    char pid[32] = {};
    const ssize_t size = ::pread(fd, pid, sizeof(pid) - 1, 0);
    std::string holder(pid, size > 0 ? static_cast<size_t>(size) : 0);
    while (!holder.empty() && holder.back() == '\n') holder.pop_back();
    ::close(fd);  // the file is the other's
    return Fail(MakeError(ErrorCode::kConflict,
                          "the data folder \"{}\" is in use by another firn server: pid={}",
                          data_dir, holder.empty() ? "unknown" : holder)
                    .WithHint("Stop that server, or choose another folder with --data DIR."));
  }
  std::unique_ptr<DataLock> lock(new DataLock(fd));
  const std::string mine = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd, 0) != 0 ||
      ::pwrite(fd, mine.data(), mine.size(), 0) != static_cast<ssize_t>(mine.size())) {
    return Fail(ErrorCode::kIo, "could not write \"{}\": {}", path, std::strerror(errno));
  }
  return lock;
}

// The file stays: removing it would let two servers lock two files of the same name.
DataLock::~DataLock() {
  (void)::ftruncate(fd_, 0);
  ::close(fd_);
}

}  // namespace firn::server
