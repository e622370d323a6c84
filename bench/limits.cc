// What this disk allows: durable overwrites of prepared blocks, the floor under every commit, and
// reads past the page cache, the floor under a start.
//
//   firn_limits DIR COUNT [BYTES]   -> {"p50_us": …, "p99_us": …, "mb_per_s": …}
//   firn_limits read FILE…          -> {"seconds": …, "mb_per_s": …}
//   firn_limits keep FILE…          the same into memory of its own for every byte, as a start does
//                                   whose rows stay: fresh memory is no faster than the host gives
//                                   it
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace {

double Microseconds() {
  return std::chrono::duration<double, std::micro>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::exit(1);
}

// One after the other, from the first block to the last, 1 MiB at a time.
int MeasureReads(char** files, int count, bool keep) {
  constexpr size_t kReadBytes = size_t{1} << 20;
  std::vector<void*> kept;
  void* memory = std::aligned_alloc(4096, kReadBytes);
  size_t bytes = 0;
  const double begin = Microseconds();
  for (int i = 0; i < count; ++i) {
    const int fd = ::open(files[i], O_RDONLY | O_DIRECT);
    if (fd < 0) Die(files[i]);
    ssize_t got = 0;
    for (off_t at = 0; (got = ::pread(fd, memory, kReadBytes, at)) > 0; at += got) {
      bytes += static_cast<size_t>(got);
      if (got % 4096 != 0) break;  // the file's end
      if (!keep) continue;
      kept.push_back(memory);
      memory = std::aligned_alloc(4096, kReadBytes);
    }
    if (got < 0) Die("read");
    ::close(fd);
  }
  const double seconds = (Microseconds() - begin) / 1e6;
  std::printf("{\"seconds\": %.4f, \"mb_per_s\": %.1f}\n", seconds,
              static_cast<double>(bytes) / 1e6 / seconds);
  std::free(memory);
  for (void* one : kept) std::free(one);
  return 0;
}

int MeasureWrites(int argc, char** argv) {
  const std::string path = std::string(argv[1]) + "/limits.bin";
  const size_t count = std::strtoull(argv[2], nullptr, 10);
  const size_t bytes = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 4096;
  constexpr size_t kFileBytes = size_t{64} << 20;

  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_DIRECT, 0644);
  if (fd < 0) fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644);
  if (fd < 0) Die("open");
  constexpr size_t kPrepareBytes = size_t{1} << 20;
  const size_t memory_bytes = std::max(bytes, kPrepareBytes);
  void* memory = std::aligned_alloc(4096, (memory_bytes + 4095) / 4096 * 4096);
  std::memset(memory, 1, memory_bytes);
  for (size_t at = 0; at < kFileBytes; at += kPrepareBytes) {
    if (::pwrite(fd, memory, kPrepareBytes, static_cast<off_t>(at)) < 0) Die("prepare");
  }
  if (::fsync(fd) != 0) Die("fsync");

  std::vector<double> times;
  const double begin = Microseconds();
  for (size_t i = 0; i < count; ++i) {
    const double before = Microseconds();
    const auto at = static_cast<off_t>((i * bytes) % (kFileBytes - bytes + 4096) / 4096 * 4096);
    if (::pwrite(fd, memory, bytes, at) != static_cast<ssize_t>(bytes)) Die("write");
    if (::fdatasync(fd) != 0) Die("fdatasync");
    times.push_back(Microseconds() - before);
  }
  const double seconds = (Microseconds() - begin) / 1e6;
  std::sort(times.begin(), times.end());
  std::printf("{\"p50_us\": %.1f, \"p99_us\": %.1f, \"mb_per_s\": %.1f}\n", times[count / 2],
              times[count * 99 / 100], static_cast<double>(count * bytes) / 1e6 / seconds);
  std::free(memory);
  ::close(fd);
  ::unlink(path.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: firn_limits DIR COUNT [BYTES] | firn_limits read|keep FILE...\n");
    return 2;
  }
  const bool keep = std::strcmp(argv[1], "keep") == 0;
  if (keep || std::strcmp(argv[1], "read") == 0) return MeasureReads(argv + 2, argc - 2, keep);
  return MeasureWrites(argc, argv);
}
