#include "server/open_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/resource.h>

#include "base/log.h"

namespace firn::server {

uint64_t OpenFilesWanted(int64_t max_connections) {
  constexpr uint64_t kFiles = 512;
  // net admits this many beyond the sessions, see docs/guide/connections.md.
  constexpr uint64_t kNotAdmitted = 100;
  return static_cast<uint64_t>(std::max<int64_t>(max_connections, 0)) + kNotAdmitted + kFiles;
}

void RaiseOpenFiles(int64_t max_connections) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  if (limit.rlim_cur < limit.rlim_max) {
    const rlimit raised{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) {
      limit = raised;
    } else {
      FIRN_LOG_WARN("start: the limit of open files stays at {}: {}", limit.rlim_cur,
                    std::strerror(errno));
    }
  }
  const uint64_t wanted = OpenFilesWanted(max_connections);
  if (limit.rlim_cur >= wanted) return;
  FIRN_LOG_WARN(
      "start: {} files and connections may be open at once, too few for max_connections={}: raise "
      "the hard limit (`ulimit -Hn`, in a systemd unit LimitNOFILE=) to {} or lower "
      "max_connections",
      limit.rlim_cur, max_connections, wanted);
}

}  // namespace firn::server
