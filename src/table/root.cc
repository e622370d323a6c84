#include "table/root.h"

#include "base/crash_point.h"
#include "table/table_folder.h"

namespace firn::table {

std::shared_ptr<Generation> TableVersion::NewGeneration() const {
  return NewGeneration(definition->ArrowSchema());
}

std::shared_ptr<Generation> TableVersion::NewGeneration(
    std::shared_ptr<arrow::Schema> schema) const {
  return std::make_shared<Generation>(std::move(schema), hot_bytes);
}

bool TableVersion::sealed_work() const {
  if (!added_files.empty() || generations.size() > 1) return true;
  return truncated != Lsn() || lake_schema != definition->columns.id;
}

Lsn FlushedOf(const TableVersion& table, Lsn visible) {
  Lsn flushed = visible;
  // What it took away is in the lake still.
  if (table.truncated != Lsn() && table.truncated <= flushed) {
    flushed = Lsn(table.truncated.value() - 1);
  }
  for (const auto& generation : table.generations) {
    const Lsn first = generation->first_lsn();
    if (first != Lsn() && first <= flushed) flushed = Lsn(first.value() - 1);
  }
  for (const auto& file : table.added_files) {
    if (file->first_lsn <= flushed) flushed = Lsn(file->first_lsn.value() - 1);
  }
  return flushed;
}

Lsn FlushedOf(const Root& root, Lsn visible) {
  Lsn flushed = visible;
  for (const auto& [id, table] : root.tables) flushed = FlushedOf(*table, flushed);
  return flushed;
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

std::optional<double> Root::KeepsSince() const {
  double since = 0;
  const auto note = [&since](double at) {
    if (at > 0 && (since == 0 || at < since)) since = at;
  };
  for (const auto& [id, table] : tables) {
    note(table->folder->dropped_at());
    for (const auto& generation : table->generations) {
      if (generation->bytes() > 0) note(generation->left_at());
    }
  }
  return since > 0 ? std::optional(since) : std::nullopt;
}

TableFolder::~TableFolder() {
  if (dropped_at() == 0) return;
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
