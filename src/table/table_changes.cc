#include "table/table_changes.h"

#include <algorithm>

#include <arrow/type.h>

#include "columnar/table_schema.h"

namespace firn::table {

void OpenForDefinition(TableVersion& table) {
  const auto& open = table.generations.back();
  if (open->schema()->Equals(*table.definition->ArrowSchema(), true)) return;
  auto fresh = table.NewGeneration();
  if (open->rows() == 0) {
    table.generations.back() = std::move(fresh);
  } else {
    table.generations.push_back(std::move(fresh));
  }
}

std::shared_ptr<TableVersion> Altered(const TableVersion& table,
                                      std::shared_ptr<const catalog::TableDefinition> definition) {
  auto changed = std::make_shared<TableVersion>(table);
  changed->definition = std::move(definition);
  OpenForDefinition(*changed);
  return changed;
}

std::shared_ptr<TableVersion> Truncated(const TableVersion& table, const lake::HistoryStart& at) {
  auto changed = std::make_shared<TableVersion>(table);
  changed->generations = {table.NewGeneration()};
  changed->lake_files.clear();
  changed->added_files.clear();
  changed->truncated = at.lsn;
  changed->history = at;
  return changed;
}

Lsn LastChange(const TableVersion& table) {
  Lsn last = std::max(table.truncated, table.flushed);
  for (const auto& generation : table.generations) last = std::max(last, generation->last_lsn());
  for (const auto& file : table.added_files) last = std::max(last, file->last_lsn);
  return last;
}

}  // namespace firn::table
