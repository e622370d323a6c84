#include "sql/relations.h"

#include <algorithm>
#include <utility>

#include "columnar/table_schema.h"
#include "lake/file_uri.h"
#include "sql/ident.h"
#include "sql/internal_query.h"
#include "sql/relation_names.h"
#include "sql/sequences.h"
#include "sql/server_calls.h"
#include "sql/system_relations.h"
#include "sql/views.h"

namespace firn::sql {
namespace {

constexpr std::string_view kSystemSchema = "firn";

bool IsPostgresCatalog(const TableName& name) {
  return name.schema == "pg_catalog" || name.schema == "information_schema" ||
         (name.schema.empty() && name.name.starts_with("pg_"));
}

std::string AsWritten(const TableName& name) {
  return name.schema.empty() ? name.name : name.schema + "." + name.name;
}

Failure NoRelation(const SessionContext& session, const TableName& name) {
  if (IsPostgresCatalog(name)) {
    return Fail(
        MakeError(ErrorCode::kUnsupported, "relation \"{}\" is not supported yet", AsWritten(name))
            .WithSqlState("0A000")
            .WithHint("The state of the server is in firn.tables, firn.sessions, "
                      "firn.settings, firn.lsn, firn.files and firn.snapshots.")
            .WithPosition(name.position));
  }
  auto error = MakeError(ErrorCode::kNotFound, "relation \"{}\" does not exist", AsWritten(name))
                   .WithSqlState("42P01")
                   .WithPosition(name.position);
  if (!name.schema.empty() && name.schema != kSystemSchema &&
      !session.transaction.view().catalog->HasSchema(name.schema)) {
    error.hint = fmt::format("There is no schema \"{}\".", name.schema);
  }
  return Fail(std::move(error));
}

const SystemRelation* FindSystem(const TableName& name) {
  return name.schema == kSystemSchema ? FindSystemRelation(name.name) : nullptr;
}

std::vector<columnar::Field> FieldsOf(const catalog::TableDefinition& table) {
  std::vector<columnar::Field> fields;
  for (const auto& column : table.columns.columns) fields.push_back({column.name, column.type});
  return fields;
}

/// What every stored row has besides its own columns. Files of others lack them.
struct HiddenColumn {
  columnar::Field field;
  FieldId id;
};
std::vector<HiddenColumn> HiddenColumns() {
  return {{{std::string(columnar::kLsnColumn), {columnar::TypeKind::kInt8}}, columnar::kLsnFieldId},
          {{std::string(columnar::kTimestampColumn), {columnar::TypeKind::kTimestamptz}},
           columnar::kTimestampFieldId}};
}
std::vector<columnar::Field> HiddenFields() {
  std::vector<columnar::Field> fields;
  for (auto& hidden : HiddenColumns()) fields.push_back(std::move(hidden.field));
  return fields;
}

/// Every leg of a scan has the same columns: the table's own, then the hidden ones.
std::string ColumnList(const catalog::TableDefinition& table) {
  std::string list;
  for (const auto& column : table.columns.columns) list += QuoteIdentifier(column.name) + ", ";
  return list + fmt::format("{}, {}", columnar::kLsnColumn, columnar::kTimestampColumn);
}

std::string EmptyLeg(const catalog::TableDefinition& table) {
  std::string list;
  const auto add = [&list](const std::string& name, const columnar::Type& type) {
    if (!list.empty()) list += ", ";
    list +=
        fmt::format("CAST(NULL AS {}) AS {}", columnar::DuckDbName(type), QuoteIdentifier(name));
  };
  for (const auto& column : table.columns.columns) add(column.name, column.type);
  for (const auto& hidden : HiddenFields()) add(hidden.name, hidden.type);
  return fmt::format("SELECT {} WHERE false", list);
}

bool IsFloat(const columnar::Column& column) {
  return column.type.kind == columnar::TypeKind::kFloat4 ||
         column.type.kind == columnar::TypeKind::kFloat8;
}

/// Whether a column of the file holds a NaN, or nobody knows.
bool MayHoldNaN(const catalog::TableDefinition& table, const lake::DataFile& file) {
  const auto& columns = table.columns.columns;
  return std::any_of(columns.begin(), columns.end(), [&](const columnar::Column& column) {
    if (!IsFloat(column)) return false;
    const auto* stats = file.Find(column.id);
    return stats == nullptr || stats->nans.value_or(1) > 0;
  });
}

/// Data files that one read_parquet reads.
struct FileLeg {
  bool may_hold_nan = false;
  bool has_hidden = true;  // or they are computed: all rows of a file are of one transaction
  std::vector<const lake::DataFile*> files;
};

/// The files of a table, by how they are read; empty legs left out.
std::vector<FileLeg> FileLegs(const catalog::TableDefinition& table,
                              const std::vector<const lake::DataFile*>& files) {
  std::vector<FileLeg> legs = {
      {false, true, {}}, {true, true, {}}, {false, false, {}}, {true, false, {}}};
  for (const auto* file : files) {
    const bool may_hold_nan = MayHoldNaN(table, *file);
    const bool has_hidden = !file->commit_us;
    for (auto& leg : legs) {
      if (leg.may_hold_nan == may_hold_nan && leg.has_hidden == has_hidden) {
        leg.files.push_back(file);
      }
    }
  }
  std::erase_if(legs, [](const FileLeg& leg) { return leg.files.empty(); });
  return legs;
}

/// In engine text a file's column is named for its field id: a user's may be "file_row_number".
std::string FieldName(FieldId id) {
  return fmt::format("f{}", id);
}

/// A NaN is in no Parquet minimum or maximum, but is above every number to `>`: the engine must
/// not prune such a column by them, and does not see that this expression is one.
std::string WithNaNs(const columnar::Column& column) {
  return fmt::format("CASE WHEN isnan({0}) THEN CAST('nan' AS {1}) ELSE {0} END",
                     FieldName(column.id), columnar::DuckDbName(column.type));
}

/// In files a smallint is an int: Iceberg has none. Were the engine told to read it as a smallint,
/// it could not take the filters of joins down to the files (0A000, Bloom filters).
std::string AsSmallint(const columnar::Column& column) {
  return fmt::format("CAST({} AS SMALLINT)", FieldName(column.id));
}

std::string ComputedHidden(const FileLeg& leg) {
  std::string lsns;
  std::string times;
  for (const auto* file : leg.files) {
    const std::string_view comma = lsns.empty() ? "" : ", ";
    lsns += fmt::format("{}{}", comma, file->first_lsn);
    times += fmt::format("{}{}", comma, *file->commit_us);
  }
  constexpr std::string_view kFile = "[CAST(file_index AS BIGINT) + 1]";
  return fmt::format(
      "CAST(CAST([{}] AS BIGINT[]){} + file_row_number AS BIGINT) AS {}, "
      "make_timestamp(CAST([{}] AS BIGINT[]){}) AT TIME ZONE 'UTC' AS {}",
      lsns, kFile, columnar::kLsnColumn, times, kFile, columnar::kTimestampColumn);
}

/// read_parquet by field id, so that a column's name in the file does not matter.
Result<std::string> ScanFiles(const catalog::TableDefinition& table, const FileLeg& leg) {
  std::string list;
  std::string fields;
  const auto add = [&fields](FieldId id, const columnar::Type& type) {
    fields +=
        fmt::format("{}{}: {{name: {}, type: {}, default_value: NULL}}", fields.empty() ? "" : ", ",
                    id, QuoteLiteral(FieldName(id)), QuoteLiteral(columnar::DuckDbName(type)));
  };
  for (const auto& column : table.columns.columns) {
    const bool small = column.type.kind == columnar::TypeKind::kInt2;
    add(column.id, small ? columnar::Type{columnar::TypeKind::kInt4} : column.type);
    const bool shielded = leg.may_hold_nan && IsFloat(column);
    const auto value = small      ? AsSmallint(column)
                       : shielded ? WithNaNs(column)
                                  : FieldName(column.id);
    list += fmt::format("{} AS {}, ", value, QuoteIdentifier(column.name));
  }
  if (leg.has_hidden) {
    std::string_view comma;
    for (const auto& hidden : HiddenColumns()) {
      add(hidden.id, hidden.field.type);
      list += fmt::format("{}{} AS {}", comma, FieldName(hidden.id), hidden.field.name);
      comma = ", ";
    }
  } else {
    list += ComputedHidden(leg);
  }
  std::string paths;
  for (const auto* file : leg.files) {
    FIRN_TRY(const auto path, lake::LocalPath(file->path));
    paths += (paths.empty() ? "" : ", ") + QuoteLiteral(path);
  }
  return fmt::format("SELECT {} FROM read_parquet([{}], schema = MAP {{{}}})", list, paths, fields);
}

Result<std::string> ScanTable(SessionContext& session,
                              const std::shared_ptr<const catalog::TableDefinition>& definition,
                              std::vector<engine::ScanHandle>& handles) {
  const auto [version, snapshot] = session.transaction.VersionOf(definition);
  const auto* own = session.transaction.FindBuffer(definition->id);

  std::vector<const lake::DataFile*> files;
  for (const auto& file : version->lake_files) files.push_back(file.get());
  for (const auto& file : version->added_files) files.push_back(file.get());
  if (own != nullptr) {
    for (const auto& file : own->files()) files.push_back(&file);
  }
  FIRN_TRY(auto text, ScanOfFiles(*definition, files));
  const bool own_rows = own != nullptr && !own->batches().empty();
  if (own_rows || !table::HotRowsEmpty(snapshot, *version)) {
    handles.push_back(session.services.engine.Register(
        table::HotRows(snapshot, version, own_rows ? own->batches() : table::RecordBatches())));
    if (!text.empty()) text += " UNION ALL ";
    text += fmt::format("SELECT {} FROM {}", ColumnList(*definition), handles.back().sql());
  }
  return text.empty() ? EmptyLeg(*definition) : text;
}

}  // namespace

Result<std::string> ScanOfFiles(const catalog::TableDefinition& table,
                                const std::vector<const lake::DataFile*>& files) {
  std::string text;
  for (const auto& leg : FileLegs(table, files)) {
    FIRN_TRY(const auto scan, ScanFiles(table, leg));
    text += (text.empty() ? "" : " UNION ALL ") + scan;
  }
  return text;
}

std::shared_ptr<const catalog::TableDefinition> FindTable(const SessionContext& session,
                                                          const TableName& name) {
  const auto& catalog = *session.transaction.view().catalog;
  if (!name.schema.empty()) return catalog.FindTable(name.schema, name.name);
  if (auto temporary = catalog.FindTable(kTempSchema, name.name)) return temporary;
  for (const auto& schema : session.settings.search_path()) {
    if (auto found = catalog.FindTable(schema, name.name)) return found;
  }
  return nullptr;
}

std::vector<std::shared_ptr<const catalog::TableDefinition>> TablesUnder(
    const SessionContext& session, const TableName& name) {
  std::vector<std::shared_ptr<const catalog::TableDefinition>> tables;
  if (auto table = FindTable(session, name)) tables.push_back(std::move(table));
  std::vector<Uuid> next;
  const auto relation = FindRelation(session, name);
  if (relation && tables.empty()) next.push_back(relation.id());
  const auto& catalog = *session.transaction.view().catalog;
  for (size_t i = 0; i < next.size(); ++i) {
    if (auto table = catalog.FindTable(TableId(next[i]))) tables.push_back(std::move(table));
    const auto object = catalog.FindObject(next[i]);
    if (object == nullptr) continue;
    for (const auto& needed : object->DependsOn()) next.push_back(needed);
  }
  return tables;
}

Result<std::shared_ptr<const catalog::TableDefinition>> RequireTable(const SessionContext& session,
                                                                     const TableName& name) {
  const auto relation = FindRelation(session, name);
  if (relation.table != nullptr) return relation.table;
  if (FindSystem(name) != nullptr) {
    return Fail(
        MakeError(ErrorCode::kDenied, "\"{}\" is a system relation, not a table", AsWritten(name))
            .WithSqlState("42809")
            .WithPosition(name.position));
  }
  if (!relation) return NoRelation(session, name);
  if (relation.type() == ObjectType::kSequence) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "\"{}\" is not a table", name.name)
                    .WithSqlState("42809"));
  }
  return Fail(MakeError(ErrorCode::kUnsupported, "cannot write to view \"{}\"", name.name)
                  .WithSqlState("0A000")
                  .WithHint("Views are read only: use the table under it."));
}

Result<std::string> SchemaForNewTable(const SessionContext& session, const TableName& name) {
  const auto& catalog = *session.transaction.view().catalog;
  if (!name.schema.empty()) {
    if (catalog.HasSchema(name.schema) || name.schema == kTempSchema) return name.schema;
    const bool reserved = name.schema == kSystemSchema || name.schema == "pg_catalog" ||
                          name.schema == "information_schema";
    return Fail(reserved
                    ? MakeError(ErrorCode::kDenied, "permission denied for schema {}", name.schema)
                          .WithSqlState("42501")
                    : MakeError(ErrorCode::kNotFound, "schema \"{}\" does not exist", name.schema)
                          .WithSqlState("3F000")
                          .WithPosition(name.position));
  }
  for (const auto& schema : session.settings.search_path()) {
    if (catalog.HasSchema(schema)) return schema;
  }
  return Fail(MakeError(ErrorCode::kNotFound, "no schema has been selected to create in")
                  .WithSqlState("3F000"));
}

namespace {

std::vector<columnar::Field> SequenceFields() {
  return {{"last_value", {columnar::TypeKind::kInt8}},
          {"log_cnt", {columnar::TypeKind::kInt8}},
          {"is_called", {columnar::TypeKind::kBool}}};
}

}  // namespace

Result<ResolvedTable> DescribeRelation(const SessionContext& session, const TableName& name) {
  ResolvedTable resolved;
  const auto relation = FindRelation(session, name);
  if (const auto& table = relation.table) {
    resolved.scan_sql = EmptyLeg(*table);
    resolved.columns = FieldsOf(*table);
    resolved.hidden = HiddenFields();
    return resolved;
  }
  if (const auto* view = dynamic_cast<const catalog::View*>(relation.object.get())) {
    const auto describe = [&](const TableName& inner) { return DescribeRelation(session, inner); };
    return ExpandView(session, *view, describe, DescribeServerCall);
  }
  resolved.scan_sql = "SELECT 1";
  if (relation) {
    resolved.columns = SequenceFields();
    return resolved;
  }
  const auto* system = FindSystem(name);
  if (system == nullptr) return NoRelation(session, name);
  resolved.columns = system->fields;
  return resolved;
}

Result<ResolvedTable> ScanRelation(SessionContext& session, const TableName& name,
                                   std::vector<engine::ScanHandle>& handles) {
  ResolvedTable resolved;
  const auto relation = FindRelation(session, name);
  if (const auto& table = relation.table) {
    FIRN_TRY(resolved.scan_sql, ScanTable(session, table, handles));
    resolved.columns = FieldsOf(*table);
    resolved.hidden = HiddenFields();
    return resolved;
  }
  if (const auto* view = dynamic_cast<const catalog::View*>(relation.object.get())) {
    const auto scan = [&](const TableName& inner) { return ScanRelation(session, inner, handles); };
    const auto answer = [&](const ServerCall& call) {
      return AnswerServerCall(session, call, nullptr);
    };
    return ExpandView(session, *view, scan, answer);
  }
  if (relation) {
    const auto state = StateOf(session, relation.id());
    resolved.scan_sql = fmt::format(
        "SELECT CAST({} AS BIGINT) AS last_value, CAST(0 AS BIGINT) AS log_cnt, {} AS is_called",
        state.last_value, state.is_called);
    resolved.columns = SequenceFields();
    return resolved;
  }
  const auto* system = FindSystem(name);
  if (system == nullptr) return NoRelation(session, name);
  handles.push_back(session.services.engine.Register(OpenSystemRelation(*system, session)));
  resolved.scan_sql = fmt::format("SELECT * FROM {}", handles.back().sql());
  resolved.columns = system->fields;
  return resolved;
}

}  // namespace firn::sql
