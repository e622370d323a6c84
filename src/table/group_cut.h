// table: the front of a group.
#pragma once

#include <optional>

#include "log/changes.h"

namespace firn::table {

/// Leaves the transactions up to `lsn` and up to the commit time, whole; none may be left. True
/// when nothing was taken away.
bool CutGroup(log::Group& group, std::optional<Lsn> lsn, std::optional<int64_t> time_us);

}  // namespace firn::table
