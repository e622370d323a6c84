#include "table/salvage.h"

#include <algorithm>
#include <map>
#include <set>

#include <arrow/record_batch.h>

#include "catalog/objects/schema.h"
#include "catalog/store.h"
#include "lake/footer.h"
#include "lake/iceberg_table.h"
#include "table/added_files.h"
#include "table/data_folder.h"

namespace firn::table {
namespace {

constexpr std::string_view kNoCreate = "what made it was lost";
constexpr std::string_view kNoColumns = "the change that made their columns was lost";
constexpr std::string_view kNoBase = "something it builds on was lost";

std::string NameOf(const catalog::Change& change) {
  if (const auto* create = std::get_if<catalog::CreateTable>(&change)) {
    return create->table->QualifiedName();
  }
  if (const auto* alter = std::get_if<catalog::AlterTable>(&change)) {
    return alter->table->QualifiedName();
  }
  if (const auto* put = std::get_if<catalog::PutObject>(&change)) {
    const auto& one = *put->object;
    const auto name = one.schema.empty() ? one.name : one.schema + "." + one.name;
    return fmt::format("{} {}", one.kind().name, name.empty() ? one.id.ToString() : name);
  }
  return fmt::format("{} of {}", catalog::KindOf(change), catalog::TableOf(change));
}

/// What the sound groups say of what comes later. Of a dry run.
struct Ahead {
  std::map<TableId, SchemaId> newest;  // the last definition that the log has
  std::set<TableId> dropped;
};

/// Applies groups to the catalog as a start does (table/recovery.cc), and takes out of them what
/// a start would stumble over.
class Sieve {
 public:
  Sieve(io::FileSystem& files, std::string warehouse, catalog::Store::Contents contents,
        Ahead ahead)
      : files_(files),
        warehouse_(std::move(warehouse)),
        applied_(contents.applied),
        catalog_(std::move(contents.version)),
        ahead_(std::move(ahead)) {}

  Status Edit(log::Group& group) {
    std::vector<log::CatalogRecord> kept;
    if (group.first_lsn != last_ + 1) {
      FIRN_TRY(kept, Drops(group.first_lsn));
    }
    last_ = group.last_lsn;
    for (auto& record : group.catalog) {
      FIRN_TRY(const bool fits, Fits(record, kept));
      if (fits) kept.push_back(std::move(record));
    }
    group.catalog = std::move(kept);
    std::erase_if(group.tables, [&](const auto& changes) { return !Fits(changes, group); });
    return {};
  }

  /// What is to be said behind all groups.
  Result<std::vector<log::CatalogRecord>> Last(Lsn lsn) { return Drops(lsn); }

  void MoveTo(LogSalvage& out) {
    for (auto& [key, one] : left_out_) out.left_out.push_back(std::move(one));
    out.dropped = std::move(dropped_);
  }

 private:
  void Leave(const std::string& what, std::string_view why, int64_t rows, int64_t records) {
    auto& one = left_out_[{what, std::string(why)}];
    one.what = what;
    one.why = why;
    one.rows += rows;
    one.records += records;
  }

  static log::CatalogRecord RecordOf(const catalog::Change& change, Lsn lsn) {
    return {.lsn = lsn,
            .kind = std::string(catalog::KindOf(change)),
            .table = catalog::TableOf(change),
            .json = catalog::ToJson(change)};
  }

  /// Applies a DROP, with DROPs before it of what depends on it.
  bool Drop(const catalog::Change& change, Lsn lsn, std::vector<log::CatalogRecord>& out) {
    const auto before = catalog_;
    const size_t records = out.size();
    for (const auto& one : DependentsOf(catalog::TableOf(change).value())) {
      // Gone with one before it.
      if (catalog_->FindObject(one) == nullptr) continue;
      const catalog::Change drop = catalog::DropObject{one};
      if (auto next = catalog_->Replay(drop)) {
        out.push_back(RecordOf(drop, lsn));
        catalog_ = *std::move(next);
      }
    }
    if (auto next = catalog_->Replay(change)) {
      catalog_ = *std::move(next);
      return true;
    }
    catalog_ = before;
    out.resize(records);
    return false;
  }

  /// The last of a chain first.
  std::vector<Uuid> DependentsOf(const Uuid& id) const {
    std::vector<Uuid> found = {id};
    for (size_t i = 0; i < found.size(); ++i) {
      for (const auto& [other, object] : catalog_->objects()) {
        const auto needs = object->DependsOn();
        const bool on_it = std::find(needs.begin(), needs.end(), found[i]) != needs.end();
        const bool known = std::find(found.begin(), found.end(), other) != found.end();
        if (on_it && !known) found.push_back(other);
      }
    }
    std::reverse(found.begin(), found.end());
    found.pop_back();
    return found;
  }

  /// A table without its folder was dropped, in what was lost where the log does not say so.
  Result<std::vector<log::CatalogRecord>> Drops(Lsn lsn) {
    std::vector<log::CatalogRecord> out;
    const auto tables = catalog_->tables();
    for (const auto& [id, table] : tables) {
      if (ahead_.dropped.contains(id)) continue;
      const auto newest = lake::IcebergTable::NewestVersion(files_, warehouse_ + table->folder);
      if (newest) continue;
      if (newest.error().code != ErrorCode::kNotFound) return Failure(newest.error());
      const catalog::Change drop = catalog::DropTable{id};
      if (!Drop(drop, lsn, out)) continue;
      out.push_back(RecordOf(drop, lsn));
      dropped_.push_back(table->QualifiedName());
    }
    return out;
  }

  Result<bool> Fits(const log::CatalogRecord& record, std::vector<log::CatalogRecord>& before) {
    if (record.lsn <= applied_) return true;
    if (record.kind == kAddFilesKind) return FilesFit(record);
    const auto change = catalog::ChangeFromJson(record.kind, record.table, record.json);
    if (!change) {
      Leave(fmt::format("LSN {}", record.lsn), change.error().message, 0, 1);
      return false;
    }
    if (const auto* put = std::get_if<catalog::PutObject>(&*change); put != nullptr) {
      if (lost_.contains(put->object->BelongsTo())) return false;
    }
    if (auto next = catalog_->Replay(*change)) {
      catalog_ = *std::move(next);
      return true;
    }
    const bool table = std::holds_alternative<catalog::DropTable>(*change);
    const bool drop = table || std::holds_alternative<catalog::DropObject>(*change);
    const bool known = catalog_->FindTable(record.table) != nullptr ||
                       catalog_->FindObject(record.table.value()) != nullptr;
    // What is not there need not be dropped.
    if (drop && !known) return false;
    if (drop && Drop(*change, record.lsn, before)) return true;
    if (!ahead_.dropped.contains(record.table)) {
      const bool create = std::holds_alternative<catalog::CreateTable>(*change);
      const bool of_table = create || std::holds_alternative<catalog::AlterTable>(*change);
      Leave(NameOf(*change), of_table && !create ? kNoCreate : kNoBase, 0, 1);
    }
    if (!known) lost_.insert(record.table.value());
    return false;
  }

  Result<bool> FilesFit(const log::CatalogRecord& record) {
    const auto table = catalog_->FindTable(record.table);
    if (ahead_.dropped.contains(record.table)) return true;
    FIRN_TRY(const auto added, AddedFilesFromJson(record.json));
    for (const auto& file : added.files) {
      auto why = kNoCreate;
      if (table != nullptr) {
        const auto footer = lake::ReadFooter(files_, LocalPath(file.path));
        if (!footer) continue;  // a start says which one it misses
        auto columns = table->columns;
        for (auto& column : columns.columns) column.not_null = false;
        if (lake::CheckFieldIds(*footer, columns)) continue;
        why = kNoColumns;
      }
      int64_t rows = 0;
      for (const auto& one : added.files) rows += one.rows;
      Leave(table == nullptr ? fmt::format("table {}", record.table) : table->QualifiedName(), why,
            rows, 0);
      return false;
    }
    return true;
  }

  bool Fits(const log::TableChanges& changes, const log::Group& group) {
    if (group.last_lsn <= applied_ || ahead_.dropped.contains(changes.table)) return true;
    const auto table = catalog_->FindTable(changes.table);
    const auto later = ahead_.newest.find(changes.table);
    const bool defined = later != ahead_.newest.end() && later->second >= changes.schema_id;
    if (table != nullptr && (table->columns.id >= changes.schema_id || defined)) return true;
    int64_t rows = 0;
    for (const auto& batch : changes.rows) rows += batch->num_rows();
    Leave(table == nullptr ? changes.name : table->QualifiedName(),
          table == nullptr ? kNoCreate : kNoColumns, rows, 0);
    return false;
  }

  io::FileSystem& files_;
  const std::string warehouse_;  // with a slash behind
  const Lsn applied_;
  std::shared_ptr<const catalog::Version> catalog_;
  const Ahead ahead_;
  Lsn last_;
  std::set<Uuid> lost_;  // left out
  std::map<std::pair<std::string, std::string>, LeftOut> left_out_;
  std::vector<std::string> dropped_;
};

Status LookAhead(const log::Group& group, Ahead& ahead) {
  for (const auto& record : group.catalog) {
    if (record.kind == kAddFilesKind) continue;
    const auto change = catalog::ChangeFromJson(record.kind, record.table, record.json);
    if (!change) continue;
    if (const auto* alter = std::get_if<catalog::AlterTable>(&*change)) {
      ahead.newest[record.table] = alter->table->columns.id;
    }
    if (std::holds_alternative<catalog::DropTable>(*change)) ahead.dropped.insert(record.table);
  }
  return {};
}

Result<catalog::Store::Contents> CatalogOf(io::FileSystem& files, const std::string& data_dir,
                                           bool there) {
  if (!there) {
    catalog::Store::Contents none;
    none.version = std::make_shared<const catalog::Version>();
    return none;
  }
  FIRN_TRY(const auto store, catalog::OpenSqliteStore(files, CatalogPath(data_dir)));
  return store->Load();
}

}  // namespace

Result<LogSalvage> SalvageLog(io::FileSystem& files, const std::string& data_dir,
                              const std::string& to) {
  FIRN_TRY(const bool there, files.Exists(CatalogPath(data_dir)));
  FIRN_TRY(auto contents, CatalogOf(files, data_dir, there));
  log::SalvageOptions options;
  // Without a catalog nothing else has it.
  if (there) options.held_elsewhere = contents.settled;
  Ahead ahead;
  options.dry = true;
  options.edit = [&](log::Group& group) { return LookAhead(group, ahead); };
  FIRN_TRY(const auto looked, log::SalvageLog(files, LogDir(data_dir), to, options));
  Sieve sieve(files, WarehouseDir(data_dir) + "/", std::move(contents), std::move(ahead));
  options.dry = false;
  // A sound log says itself what became of each table.
  if (!looked.lost.empty()) {
    options.edit = [&](log::Group& group) { return sieve.Edit(group); };
    options.last = [&](Lsn lsn) -> Result<std::optional<log::Group>> {
      FIRN_TRY(auto records, sieve.Last(lsn));
      if (records.empty()) return std::nullopt;
      return log::Group{.first_lsn = lsn,
                        .last_lsn = lsn,
                        .catalog = std::move(records),
                        .transactions = {{.last_lsn = lsn, .session = "firn wal salvage"}}};
    };
  } else {
    options.edit = nullptr;
  }
  LogSalvage out;
  FIRN_TRY(out.log, log::SalvageLog(files, LogDir(data_dir), to, options));
  sieve.MoveTo(out);
  return out;
}

std::string SalvageText(const LogSalvage& salvage, const std::string& to) {
  auto out = log::SalvageText(salvage.log, to);
  for (const auto& one : salvage.left_out) {
    out += fmt::format("left out {}: {} rows, {} changes of the catalog: {}\n", one.what, one.rows,
                       one.records, one.why);
  }
  for (const auto& name : salvage.dropped) {
    out += fmt::format("dropped {}: its folder is gone, so what was lost had dropped it\n", name);
  }
  return out;
}

}  // namespace firn::table
