// Preloaded into a server, is a disk that fails when a test asks for it.
//
// $BREAK_DISK names a file of lines "call error part", as in "sync EIO /log/": as long as it is
// there, calls of that kind on files whose path has that part do nothing and return the error.
// Calls are read, write and sync; errors EIO and ENOSPC.
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

namespace {

template <typename Function>
Function Next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

std::string PathOf(int fd) {
  std::array<char, PATH_MAX> path{};
  const auto link = "/proc/self/fd/" + std::to_string(fd);
  const auto size = ::readlink(link.c_str(), path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<size_t>(size)) : std::string();
}

thread_local bool looking = false;  // the file is itself read

/// The error the call is to meet; 0: none.
int Broken(std::string_view wanted, int fd) {
  static const char* const wishes = std::getenv("BREAK_DISK");
  if (wishes == nullptr || looking || ::access(wishes, F_OK) != 0) return 0;
  looking = true;
  int error = 0;
  std::ifstream lines(wishes);
  std::string call;
  std::string name;
  std::string part;
  while (error == 0 && lines >> call >> name >> part) {
    if (call != wanted || PathOf(fd).find(part) == std::string::npos) continue;
    error = name == "ENOSPC" ? ENOSPC : EIO;
  }
  looking = false;
  return error;
}

bool Fails(std::string_view call, int fd) {
  const int kept = errno;
  const int error = Broken(call, fd);
  errno = error != 0 ? error : kept;
  return error != 0;
}

}  // namespace

extern "C" {

ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  if (Fails("write", fd)) return -1;
  static const auto real = Next<decltype(&pwrite)>("pwrite");
  return real(fd, data, size, offset);
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
  if (Fails("write", fd)) return -1;
  static const auto real = Next<decltype(&pwrite64)>("pwrite64");
  return real(fd, data, size, offset);
}

ssize_t pread(int fd, void* data, size_t size, off_t offset) {
  if (Fails("read", fd)) return -1;
  static const auto real = Next<decltype(&pread)>("pread");
  return real(fd, data, size, offset);
}

ssize_t pread64(int fd, void* data, size_t size, off64_t offset) {
  if (Fails("read", fd)) return -1;
  static const auto real = Next<decltype(&pread64)>("pread64");
  return real(fd, data, size, offset);
}

int fdatasync(int fd) {
  if (Fails("sync", fd)) return -1;
  static const auto real = Next<decltype(&fdatasync)>("fdatasync");
  return real(fd);
}

int fsync(int fd) {
  if (Fails("sync", fd)) return -1;
  static const auto real = Next<decltype(&fsync)>("fsync");
  return real(fd);
}

}  // extern "C"
