// server: what the kernel says of this process, for /metrics.
#pragma once

#include <cstdint>

namespace firn::server {

/// 0 where the kernel does not say.
struct ProcessFigures {
  double cpu_seconds = 0;  // user and system
  int64_t resident_bytes = 0;
  int64_t open_files = 0;
  int64_t open_files_max = 0;
};

ProcessFigures ReadProcessFigures();

}  // namespace firn::server
