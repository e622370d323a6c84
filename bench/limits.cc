// The floors under firn's figures, on the same machine in the same minute.
//
//   firn_limits DIR COUNT [BYTES]          durable overwrites of prepared blocks
//                                          -> {"p50_us": …, "p99_us": …, "mb_per_s": …}
//   firn_limits read FILE…                 past the page cache -> {"seconds": …, "mb_per_s": …}
//   firn_limits keep FILE…                 the same into memory of its own for every byte, as a
//                                          start does whose rows stay: fresh memory is no faster
//                                          than the host gives it
//   firn_limits commit DIR THREADS SECONDS a bare group commit (group_commit.cc)
//   firn_limits respond                    a server that knows nothing (null_responder.cc)
//   firn_limits ask ADDRESS SECONDS SQL    one client's prepared statement (clients.cc)
//   firn_limits fresh ADDRESS PAIRS PROBES reads behind acknowledgements (clients.cc)
#include "limits.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>

#include <fcntl.h>
#include <unistd.h>

namespace firn::bench {

double Microseconds() {
  return std::chrono::duration<double, std::micro>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void Die(const char* what) {
  std::perror(what);
  std::exit(1);
}

double Quantile(std::vector<double>& times, double share) {
  if (times.empty()) return 0;
  std::sort(times.begin(), times.end());
  return times[std::min(times.size() - 1,
                        static_cast<size_t>(share * static_cast<double>(times.size())))];
}

PreparedFile::PreparedFile(const std::string& folder, bool direct) : path_(folder + "/limits.bin") {
  constexpr int kFlags = O_RDWR | O_CREAT | O_TRUNC;
  if (direct) fd_ = ::open(path_.c_str(), kFlags | O_DIRECT, 0644);
  if (fd_ < 0) fd_ = ::open(path_.c_str(), kFlags, 0644);
  if (fd_ < 0) Die("open");
  constexpr size_t kPieceBytes = size_t{1} << 20;
  void* memory = std::aligned_alloc(4096, kPieceBytes);
  std::memset(memory, 1, kPieceBytes);
  for (size_t at = 0; at < kBytes; at += kPieceBytes) {
    if (::pwrite(fd_, memory, kPieceBytes, static_cast<off_t>(at)) < 0) Die("prepare");
  }
  std::free(memory);
  if (::fsync(fd_) != 0) Die("fsync");
}

PreparedFile::~PreparedFile() {
  ::close(fd_);
  ::unlink(path_.c_str());
}

void PreparedFile::Overwrite(const void* memory, size_t bytes) {
  if (at_ + bytes > kBytes) at_ = 0;
  if (::pwrite(fd_, memory, bytes, static_cast<off_t>(at_)) != static_cast<ssize_t>(bytes)) {
    Die("write");
  }
  if (::fdatasync(fd_) != 0) Die("fdatasync");
  at_ += bytes;
}

namespace {

// One after the other, from the first block to the last, 1 MiB at a time.
int MeasureReads(std::span<char*> files, bool keep) {
  constexpr size_t kReadBytes = size_t{1} << 20;
  std::vector<void*> kept;
  void* memory = std::aligned_alloc(4096, kReadBytes);
  size_t bytes = 0;
  const double begin = Microseconds();
  for (const char* file : files) {
    const int fd = ::open(file, O_RDONLY | O_DIRECT);
    if (fd < 0) Die(file);
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

int MeasureWrites(const std::string& folder, size_t count, size_t bytes) {
  PreparedFile file(folder, true);
  const size_t whole = (bytes + 4095) / 4096 * 4096;
  void* memory = std::aligned_alloc(4096, whole);
  std::memset(memory, 1, whole);
  std::vector<double> times;
  const double begin = Microseconds();
  for (size_t i = 0; i < count; ++i) {
    const double before = Microseconds();
    file.Overwrite(memory, whole);
    times.push_back(Microseconds() - before);
  }
  const double seconds = (Microseconds() - begin) / 1e6;
  std::printf("{\"p50_us\": %.1f, \"p99_us\": %.1f, \"mb_per_s\": %.1f}\n", Quantile(times, 0.5),
              Quantile(times, 0.99), static_cast<double>(count * whole) / 1e6 / seconds);
  std::free(memory);
  return 0;
}

int Usage() {
  std::fprintf(stderr,
               "usage: firn_limits DIR COUNT [BYTES] | read|keep FILE... | respond |\n"
               "       commit DIR THREADS SECONDS | fresh ADDRESS PAIRS PROBES |\n"
               "       ask ADDRESS SECONDS SQL\n");
  return 2;
}

int Run(std::span<char*> arguments) {
  const std::string first = arguments.size() > 1 ? arguments[1] : "";
  if (first == "respond") return Respond();
  if (arguments.size() < 3) return Usage();
  if (first == "read" || first == "keep")
    return MeasureReads(arguments.subspan(2), first == "keep");
  if (first == "commit" || first == "fresh" || first == "ask") {
    if (arguments.size() != 5) return Usage();
    const double number = std::atof(arguments[3]);
    const auto count = static_cast<int>(number);
    if (first == "ask") return MeasureRoundTrips(arguments[2], number, arguments[4]);
    if (first == "commit") return MeasureCommits(arguments[2], count, std::atof(arguments[4]));
    return MeasureFreshness(arguments[2], count, std::strtoull(arguments[4], nullptr, 10));
  }
  return MeasureWrites(first, std::strtoull(arguments[2], nullptr, 10),
                       arguments.size() > 3 ? std::strtoull(arguments[3], nullptr, 10) : 4096);
}

}  // namespace
}  // namespace firn::bench

int main(int argc, char** argv) {
  return firn::bench::Run({argv, static_cast<size_t>(argc)});
}
