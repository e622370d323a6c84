#include "table/root.h"

#include "base/crash_point.h"
#include "table/table_folder.h"

namespace firn::table {

bool TableVersion::sealed_work() const {
  if (!added_files.empty() || generations.size() > 1) return true;
  return truncated != Lsn() || lake_schema != definition->columns.id;
}

std::shared_ptr<const TableVersion> Root::Find(TableId id) const {
  const auto found = tables.find(id);
  return found == tables.end() ? nullptr : found->second;
}

std::shared_ptr<Root> Root::Clone() const {
  auto clone = std::make_shared<Root>();
  clone->catalog = catalog;
  clone->tables = tables;
  clone->visible.store(visible.load(std::memory_order_acquire), std::memory_order_release);
  return clone;
}

TableFolder::~TableFolder() {
  if (!dropped_.load()) return;
  CrashPoint("drop.begin");
  for (const auto& part : {path_ + "/data", path_}) {
    if (auto removed = files_.RemoveTree(part); !removed) {
      FIRN_LOG_WARN("drop: {}", removed.error().message);
    }
    if (part != path_) CrashPoint("drop.data");
  }
  CrashPoint("drop.removed");
}

}  // namespace firn::table
