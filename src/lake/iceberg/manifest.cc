#include "lake/iceberg/manifest.h"

#include <algorithm>

namespace firn::lake::iceberg {
namespace {

bool Before(const FieldStats& stats, FieldId id) {
  return stats.id < id;
}

}  // namespace

const FieldStats* DataFile::Find(FieldId id) const {
  const auto at = std::lower_bound(stats.begin(), stats.end(), id, Before);
  return at != stats.end() && at->id == id ? &*at : nullptr;
}

FieldStats& DataFile::StatsOf(FieldId id) {
  const auto at = std::lower_bound(stats.begin(), stats.end(), id, Before);
  if (at != stats.end() && at->id == id) return *at;
  return *stats.insert(at, FieldStats{.id = id});
}

}  // namespace firn::lake::iceberg
