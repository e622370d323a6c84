// lake: where a table's past begins.
#pragma once

#include <cstdint>

#include "base/ids.h"

namespace firn::lake {

/// Since when a table's rows are all known by their LSN and commit time: its creation or its last
/// TRUNCATE. Zeros: since ever.
struct HistoryStart {
  Lsn lsn;
  int64_t us = 0;  // microseconds since 1970, UTC

  bool operator==(const HistoryStart&) const = default;
};

}  // namespace firn::lake
