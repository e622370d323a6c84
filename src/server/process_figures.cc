#include "server/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

namespace firn::server {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

ProcessFigures ReadProcessFigures() {
  ProcessFigures figures;
  rusage used{};
  if (getrusage(RUSAGE_SELF, &used) == 0) {
    figures.cpu_seconds = Seconds(used.ru_utime) + Seconds(used.ru_stime);
  }
  int64_t pages = 0;
  std::ifstream statm("/proc/self/statm");
  if (statm >> pages >> pages) figures.resident_bytes = pages * sysconf(_SC_PAGESIZE);
  std::error_code failed;
  for (std::filesystem::directory_iterator file("/proc/self/fd", failed), end;
       !failed && file != end; file.increment(failed)) {
    ++figures.open_files;
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    figures.open_files_max = static_cast<int64_t>(limit.rlim_cur);
  }
  return figures;
}

}  // namespace firn::server
