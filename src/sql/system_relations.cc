#include "sql/system_relations.h"

#include <utility>

#include "catalog/objects/rights.h"
#include "catalog/objects/schema.h"
#include "io/file_system.h"
#include "lake/file_uri.h"
#include "lake/iceberg/table_metadata_json.h"
#include "sql/batch_source.h"
#include "sql/rights.h"
#include "sql/temp_tables.h"
#include "table/second_copy.h"

namespace firn::sql {
namespace {

using columnar::Type;
using columnar::TypeKind;

constexpr Type kText{.kind = TypeKind::kText};
constexpr Type kInteger{.kind = TypeKind::kInt4};
constexpr Type kBigint{.kind = TypeKind::kInt8};
constexpr Type kDouble{.kind = TypeKind::kFloat8};
constexpr Type kUuid{.kind = TypeKind::kUuid};
constexpr Type kTimestamptz{.kind = TypeKind::kTimestamptz};

using Rows = Result<std::vector<TextRow>>;

template <typename T>
std::string Number(T value) {
  return std::to_string(value);
}
std::string Number(Lsn lsn) {
  return std::to_string(lsn.value());
}

std::string Location(const Services& services, const catalog::TableDefinition& table) {
  return services.database.warehouse_dir() + "/" + table.folder;
}

bool IsShown(const SystemSource& source, const catalog::TableDefinition& table) {
  if (table.schema == kTempSchema) return true;
  const auto& catalog = *source.view.catalog;
  const auto schema = catalog.Find<catalog::Schema>("", table.schema);
  return source.role != nullptr && schema != nullptr &&
         catalog::HasRight(catalog, *source.role, schema->id, catalog::Right::kUsage) &&
         catalog::HasRightOnAnyColumn(catalog, *source.role, table.id.value(),
                                      catalog::Right::kSelect);
}

Rows TableRows(const SystemSource& source) {
  std::vector<TextRow> rows;
  for (const auto& [id, definition] : source.view.catalog->tables()) {
    if (!IsShown(source, *definition)) continue;
    int64_t hot_rows = 0;
    int64_t hot_bytes = 0;
    int64_t lake_rows = 0;
    int64_t lake_bytes = 0;
    size_t files = 0;
    std::optional<std::string> flushed;
    if (const auto version = source.view.snapshot.root->Find(id)) {
      for (const auto& generation : version->generations) {
        hot_rows += generation->rows();
        hot_bytes += generation->bytes();
      }
      for (const auto* list : {&version->lake_files, &version->added_files}) {
        for (const auto& file : *list) {
          lake_rows += file->rows;
          lake_bytes += file->bytes;
          ++files;
        }
      }
      flushed = Number(version->flushed);
    }
    rows.push_back(
        {definition->schema, definition->name, id.value().ToString(), Number(hot_rows + lake_rows),
         Number(hot_rows), Number(hot_bytes), Number(lake_rows), Number(lake_bytes), Number(files),
         Location(source.services, *definition), flushed, Number(definition->columns.id.value())});
  }
  return rows;
}

Rows LsnRows(const SystemSource& source) {
  const auto state = source.services.database.lsn_state();
  return std::vector<TextRow>{{Number(state.next), Number(state.durable),
                               Number(source.view.snapshot.visible), Number(state.flushed),
                               source.services.database.log_id().value().ToString()}};
}

Rows SnapshotRows(const SystemSource& source) {
  std::vector<TextRow> rows;
  for (const auto& [id, version] : source.view.snapshot.root->tables) {
    const auto& table = *version->definition;
    if (!IsShown(source, table)) continue;
    const auto path = fmt::format("{}/metadata/v{}.metadata.json", Location(source.services, table),
                                  version->metadata_version);
    FIRN_TRY(const auto json, io::ReadFile(io::LocalFileSystem(), path));
    FIRN_TRY(const auto metadata, lake::iceberg::TableMetadataFromJson(json));
    for (const auto& snapshot : metadata.snapshots) {
      const auto said = [&snapshot](const char* key) -> std::optional<std::string> {
        const auto found = snapshot.summary.find(key);
        if (found == snapshot.summary.end()) return std::nullopt;
        return found->second;
      };
      std::optional<std::string> parent;
      if (snapshot.parent) parent = Number(snapshot.parent->value());
      rows.push_back({table.schema, table.name, Number(snapshot.id.value()), parent,
                      Number(snapshot.sequence_number), TimestampText(snapshot.timestamp_ms * 1000),
                      said("operation"), said("added-records"), said("total-records"),
                      said("total-data-files"), snapshot.manifest_list});
    }
  }
  return rows;
}

Rows FileRows(const SystemSource& source) {
  std::vector<TextRow> rows;
  for (const auto& [id, version] : source.view.snapshot.root->tables) {
    const auto add = [&rows, &version](const table::DataFiles& files, const char* state) {
      for (const auto& file : files) {
        rows.push_back({version->definition->schema, version->definition->name, file->path, state,
                        Number(file->rows), Number(file->bytes), Number(file->first_lsn),
                        Number(file->last_lsn)});
      }
    };
    add(version->lake_files, "lake");
    add(version->added_files, "added");
  }
  return rows;
}

Rows SessionRows(const SystemSource& source) {
  std::vector<TextRow> rows;
  for (const auto& session : source.services.registry.Rows()) {
    rows.push_back({Number(session.pid), session.user, session.database, session.application_name,
                    session.client_address, session.state, session.query,
                    TimestampText(session.connected_us), TimestampText(session.query_started_us)});
  }
  return rows;
}

Rows SettingRows(const SystemSource& source) {
  std::vector<TextRow> rows;
  for (const auto& setting : AllSettings()) {
    const auto& value = source.services.settings.Get(setting.name);
    rows.push_back({std::string(setting.name), Settings::Shown(setting, value),
                    std::string(SettingOriginName(value.origin)),
                    std::string(setting.description)});
  }
  return rows;
}

Rows ArchiveRows(const SystemSource& source) {
  auto& database = source.services.database;
  const auto state = table::SecondCopyOf(source.services.database).archive_state();
  if (!state) return std::vector<TextRow>();
  const auto durable = database.lsn_state().durable;
  const auto said = [](bool is, std::optional<std::string> text) {
    return is ? std::move(text) : std::nullopt;
  };
  const bool known = state->archived.has_value();
  const Lsn archived = state->archived.value_or(Lsn());
  // LSNs that a crash skipped are behind nobody.
  const uint64_t behind =
      state->behind_bytes == 0 || durable < archived ? 0 : durable.value() - archived.value();
  return std::vector<TextRow>{
      {state->url,
       state->failing         ? "failing"
       : behind > 0 || !known ? "behind"
                              : "current",
       said(known, Number(archived)), said(known, Number(behind)),
       said(known, Number(state->behind_bytes)), fmt::format("{:.1f}", state->behind_seconds),
       said(state->base.has_value(), Number(state->base.value_or(Lsn()))),
       said(state->base_us != 0, TimestampText(state->base_us)), Number(state->failures),
       said(!state->last_error.empty(), state->last_error),
       said(state->last_error_us != 0, TimestampText(state->last_error_us))}};
}

const std::vector<SystemRelation>& Relations() {
  static const std::vector<SystemRelation> kRelations = {
      {"tables",
       {{"schema", kText},
        {"name", kText},
        {"table_id", kUuid},
        {"rows", kBigint},
        {"hot_rows", kBigint},
        {"hot_bytes", kBigint},
        {"lake_rows", kBigint},
        {"lake_bytes", kBigint},
        {"files", kBigint},
        {"location", kText},
        {"flushed_lsn", kBigint},
        {"schema_id", kInteger}},
       TableRows},
      {"lsn",
       {{"next_lsn", kBigint},
        {"wal_durable_lsn", kBigint},
        {"duckdb_lsn", kBigint},
        {"iceberg_lsn", kBigint},
        {"log_id", kUuid}},
       LsnRows},
      {"archive",
       {{"url", kText},
        {"state", kText},
        {"archived_lsn", kBigint},
        {"behind_lsns", kBigint},
        {"behind_bytes", kBigint},
        {"behind_seconds", kDouble},
        {"base_lsn", kBigint},
        {"base_at", kTimestamptz},
        {"failures", kBigint},
        {"last_error", kText},
        {"last_error_at", kTimestamptz}},
       ArchiveRows,
       /*superuser=*/true},
      {"snapshots",
       {{"schema", kText},
        {"name", kText},
        {"snapshot_id", kBigint},
        {"parent_id", kBigint},
        {"sequence_number", kBigint},
        {"committed_at", kTimestamptz},
        {"operation", kText},
        {"added_rows", kBigint},
        {"total_rows", kBigint},
        {"total_files", kBigint},
        {"manifest_list", kText}},
       SnapshotRows},
      {"files",
       {{"schema", kText},
        {"name", kText},
        {"path", kText},
        {"state", kText},
        {"rows", kBigint},
        {"bytes", kBigint},
        {"first_lsn", kBigint},
        {"last_lsn", kBigint}},
       FileRows,
       /*superuser=*/true},
      {"sessions",
       {{"pid", kInteger},
        {"user", kText},
        {"database", kText},
        {"application_name", kText},
        {"client_address", kText},
        {"state", kText},
        {"query", kText},
        {"connected_at", kTimestamptz},
        {"query_started_at", kTimestamptz}},
       SessionRows,
       /*superuser=*/true},
      {"settings",
       {{"name", kText}, {"value", kText}, {"origin", kText}, {"description", kText}},
       SettingRows,
       /*superuser=*/true},
  };
  return kRelations;
}

}  // namespace

const SystemRelation* FindSystemRelation(std::string_view name) {
  for (const auto& relation : Relations()) {
    if (relation.name == name) return &relation;
  }
  return nullptr;
}

std::shared_ptr<engine::ScanSource> OpenSystemRelation(const SystemRelation& relation,
                                                       const SessionContext& session) {
  const auto make = [&relation, &services = session.services, view = session.transaction.view(),
                     role = ActingRole(session).value_or(
                         nullptr)]() -> Result<std::shared_ptr<arrow::RecordBatch>> {
    FIRN_TRY(const auto rows, relation.rows({.services = services, .view = view, .role = role}));
    return BatchOfTextRows(relation.fields, rows);
  };
  return std::make_shared<BatchSource>(relation.fields, make);
}

}  // namespace firn::sql
