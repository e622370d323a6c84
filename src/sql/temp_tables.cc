#include "sql/temp_tables.h"

#include "catalog/objects/schema.h"
#include "table/table_changes.h"

namespace firn::sql {
namespace {

// Rows that nobody else sees need no LSN, but an LSN of none means that there are no rows.
constexpr Lsn kEveryRow(1);

catalog::ObjectPtr TempSchema() {
  auto schema = std::make_shared<catalog::Schema>();
  schema->id.bytes.back() = 2;
  schema->name = kTempSchema;
  return schema;
}

std::shared_ptr<table::TableVersion> NewVersion(
    std::shared_ptr<const catalog::TableDefinition> definition) {
  auto version = std::make_shared<table::TableVersion>();
  version->definition = std::move(definition);
  version->generations.push_back(
      std::make_shared<table::Generation>(version->definition->ArrowSchema()));
  return version;
}

}  // namespace

TempTables::VersionPtr TempTables::Find(TableId table) const {
  const auto found = tables_.find(table);
  return found == tables_.end() ? nullptr : found->second.version;
}

Result<std::shared_ptr<const catalog::Version>> TempTables::Overlay(
    std::shared_ptr<const catalog::Version> catalog) const {
  FIRN_TRY(catalog, catalog->Apply(catalog::PutObject{TempSchema()}));
  for (const auto& [id, held] : tables_) {
    FIRN_TRY(catalog, catalog->Apply(catalog::CreateTable{held.version->definition}));
  }
  return catalog;
}

void TempTables::Apply(const catalog::Change& change) {
  const auto id = catalog::TableOf(change);
  if (const auto* create = std::get_if<catalog::CreateTable>(&change)) {
    if (create->table->schema == kTempSchema) tables_[id].version = NewVersion(create->table);
    return;
  }
  const auto found = tables_.find(id);
  if (found == tables_.end()) return;
  auto& version = found->second.version;
  if (const auto* alter = std::get_if<catalog::AlterTable>(&change)) {
    version = table::Altered(*version, alter->table);
  } else if (std::holds_alternative<catalog::TruncateTable>(change)) {
    version = table::Truncated(*version, {});
  } else if (std::holds_alternative<catalog::DropTable>(change)) {
    tables_.erase(found);
  }
}

void TempTables::Append(TableId table, const std::shared_ptr<arrow::RecordBatch>& rows) {
  const auto found = tables_.find(table);
  if (found != tables_.end()) found->second.version->open().Append(rows, kEveryRow, 0);
}

void TempTables::SetOnCommit(TableId table, OnCommit on_commit) {
  const auto found = tables_.find(table);
  if (found != tables_.end()) found->second.on_commit = on_commit;
}

void TempTables::EndTransaction() {
  std::erase_if(tables_, [](const auto& one) { return one.second.on_commit == OnCommit::kDrop; });
  for (auto& [id, held] : tables_) {
    if (held.on_commit != OnCommit::kDelete) continue;
    held.version = table::Truncated(*held.version, {});
  }
}

}  // namespace firn::sql
