#include "sql/relations.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "sql/file_scan.h"
#include "sql/ident.h"
#include "sql/internal_query.h"
#include "sql/past_point.h"
#include "sql/pg_catalog/rows.h"
#include "sql/relation_names.h"
#include "sql/rights.h"
#include "sql/sequences.h"
#include "sql/server_calls.h"
#include "sql/system_relations.h"
#include "sql/table_scan.h"
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
  if (!name.schema.empty()) {
    auto may = RequireOnSchema(session, name.schema, catalog::Right::kUsage);
    if (!may) return Failure(std::move(may).error());
  }
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

/// PostgreSQL's own: before the names on search_path, which do not hide them.
const pg_catalog::Relation* FindCatalog(const SessionContext& session, const TableName& name) {
  // Temporary tables come first of all.
  const bool hidden = name.schema.empty() && session.transaction.view().catalog->FindTable(
                                                 kTempSchema, name.name) != nullptr;
  if (hidden) return nullptr;
  const bool there = name.schema.empty() || name.schema == pg_catalog::kCatalogSchema ||
                     name.schema == pg_catalog::kInformationSchema;
  return there ? pg_catalog::FindRelation(name.schema, name.name) : nullptr;
}

/// What PostgreSQL keeps from all but superusers.
Status RequireReadable(const SessionContext& session, const pg_catalog::Relation& relation) {
  constexpr std::array<std::string_view, 14> kClosed = {"pg_authid",
                                                        "pg_shadow",
                                                        "pg_statistic",
                                                        "pg_user_mapping",
                                                        "pg_subscription",
                                                        "pg_statistic_ext_data",
                                                        "pg_largeobject",
                                                        "pg_config",
                                                        "pg_file_settings",
                                                        "pg_hba_file_rules",
                                                        "pg_ident_file_mappings",
                                                        "pg_shmem_allocations",
                                                        "pg_backend_memory_contexts",
                                                        "pg_replication_origin_status"};
  if (std::find(kClosed.begin(), kClosed.end(), relation.name) == kClosed.end()) return {};
  FIRN_TRY(const auto role, ActingRole(session));
  if (role->superuser) return {};
  const bool view = relation.name == "pg_shadow" || relation.name == "pg_config";
  return Fail(MakeError(ErrorCode::kDenied, "permission denied for {} {}", view ? "view" : "table",
                        relation.name)
                  .WithSqlState("42501"));
}

columnar::Field TableOid() {
  return {"tableoid", {columnar::TypeKind::kOid}};
}

std::vector<columnar::Field> FieldsOf(const catalog::TableDefinition& table) {
  std::vector<columnar::Field> fields;
  for (const auto& column : table.columns.columns) fields.push_back({column.name, column.type});
  return fields;
}

/// What a source has, without what every scan has.
const std::string& EveryField() {
  static const auto text = fmt::format("* EXCLUDE ({})", QuoteIdentifier(engine::kPresentColumn));
  return text;
}

/// Names of columns, with the hidden ones, that the role may not read.
Result<std::vector<std::string>> DeniedColumns(const SessionContext& session,
                                               const catalog::TableDefinition& table) {
  FIRN_TRY(const auto columns, UnreadableColumns(session, table));
  std::vector<std::string> denied;
  for (const auto id : columns) {
    denied.push_back(table.columns.columns[static_cast<size_t>(table.IndexOf(id))].name);
  }
  if (denied.empty()) return denied;
  for (const auto& hidden : HiddenFields()) denied.push_back(hidden.name);
  return denied;
}

/// What SET firn.as_of asks of a table; null: nothing. Errors: 22023 before its history.
Result<std::shared_ptr<const PastPoint>> SessionPast(const SessionContext& session,
                                                     const catalog::TableDefinition& table) {
  FIRN_TRY(auto past, PastFromText(session.settings.as_of(), *session.settings.text_style()));
  if (past == nullptr || table.schema == kTempSchema) return nullptr;
  const auto version = session.transaction.view().snapshot.root->Find(table.id);
  const auto history = version == nullptr ? lake::HistoryStart() : version->history;
  const bool lsn = past->kind == PastPoint::Kind::kLsn;
  if (past->value >= (lsn ? static_cast<int64_t>(history.lsn.value()) : history.us)) return past;
  return Fail(MakeError(ErrorCode::kInvalidInput,
                        "the past of table \"{}\" does not reach back to firn.as_of: its rows are "
                        "known since LSN {}",
                        table.name, history.lsn)
                  .WithSqlState("22023")
                  .WithHint("AT (VERSION => snapshot) may reach further: see firn.snapshots."));
}

}  // namespace

std::shared_ptr<const catalog::TableDefinition> FindTable(const SessionContext& session,
                                                          const TableName& name) {
  const auto& catalog = *session.transaction.view().catalog;
  if (!name.schema.empty()) return catalog.FindTable(name.schema, name.name);
  if (auto temporary = catalog.FindTable(kTempSchema, name.name)) return temporary;
  for (const auto& schema : UsablePath(session)) {
    if (auto found = catalog.FindTable(schema, name.name)) return found;
  }
  return nullptr;
}

std::vector<std::shared_ptr<const catalog::TableDefinition>> TablesUnder(
    const SessionContext& session, const TableName& name) {
  std::vector<std::shared_ptr<const catalog::TableDefinition>> tables;
  if (auto table = FindTable(session, name)) tables.push_back(std::move(table));
  std::vector<Uuid> next;
  std::set<Uuid> seen;
  const auto relation = FindRelation(session, name);
  if (relation && tables.empty()) next.push_back(relation.id());
  const auto& catalog = *session.transaction.view().catalog;
  for (size_t i = 0; i < next.size(); ++i) {
    if (auto table = catalog.FindTable(TableId(next[i]))) tables.push_back(std::move(table));
    const auto object = catalog.FindObject(next[i]);
    if (object == nullptr) continue;
    for (const auto& needed : object->DependsOn()) {
      if (seen.insert(needed).second) next.push_back(needed);
    }
  }
  return tables;
}

Result<std::shared_ptr<const catalog::TableDefinition>> RequireTable(const SessionContext& session,
                                                                     const TableName& name) {
  const auto relation = FindRelation(session, name);
  if (relation.table != nullptr) return relation.table;
  if (FindSystem(name) != nullptr || (!relation && FindCatalog(session, name) != nullptr)) {
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
    if (name.schema == kTempSchema) {
      FIRN_RETURN_IF_ERROR(RequireOnDatabase(session, catalog::Right::kTemporary));
      return name.schema;
    }
    if (catalog.HasSchema(name.schema)) {
      FIRN_RETURN_IF_ERROR(RequireOnSchema(session, name.schema, catalog::Right::kCreate));
      return name.schema;
    }
    const bool reserved = name.schema == kSystemSchema || name.schema == "pg_catalog" ||
                          name.schema == "information_schema";
    return Fail(reserved
                    ? MakeError(ErrorCode::kDenied, "permission denied for schema {}", name.schema)
                          .WithSqlState("42501")
                    : MakeError(ErrorCode::kNotFound, "schema \"{}\" does not exist", name.schema)
                          .WithSqlState("3F000")
                          .WithPosition(name.position));
  }
  for (const auto& schema : UsablePath(session)) {
    FIRN_RETURN_IF_ERROR(RequireOnSchema(session, schema, catalog::Right::kCreate));
    return schema;
  }
  return Fail(MakeError(ErrorCode::kNotFound, "no schema has been selected to create in")
                  .WithSqlState("3F000"));
}

namespace {

std::vector<std::string> KeyOf(const catalog::TableDefinition& table) {
  std::vector<std::string> names;
  for (const auto& constraint : table.constraints) {
    if (constraint.kind != catalog::Constraint::Kind::kPrimaryKey) continue;
    for (const auto id : constraint.columns) {
      names.push_back(table.columns.columns[static_cast<size_t>(table.IndexOf(id))].name);
    }
  }
  return names;
}

Result<ResolvedTable> DescribeAnyRelation(const SessionContext& session, const TableName& name);

std::vector<columnar::Field> SequenceFields() {
  return {{"last_value", {columnar::TypeKind::kInt8}},
          {"log_cnt", {columnar::TypeKind::kInt8}},
          {"is_called", {columnar::TypeKind::kBool}}};
}

}  // namespace

Result<ResolvedTable> DescribeRelation(const SessionContext& session, const TableName& name) {
  // A name is looked up with the rights of who says it; what a view is made of was looked up then.
  if (!name.schema.empty()) {
    FIRN_RETURN_IF_ERROR(RequireOnSchema(session, name.schema, catalog::Right::kUsage));
  }
  return DescribeAnyRelation(session, name);
}

namespace {

Result<ResolvedTable> DescribeAnyRelation(const SessionContext& session, const TableName& name) {
  ResolvedTable resolved;
  if (const auto* system = FindCatalog(session, name)) {
    resolved.scan_sql = "SELECT 1";
    resolved.columns = system->fields;
    resolved.hidden = {TableOid()};
    return resolved;
  }
  const auto relation = FindRelation(session, name);
  if (const auto& table = relation.table) {
    resolved.scan_sql = EmptyScan(*table);
    resolved.has_past = true;
    resolved.columns = FieldsOf(*table);
    resolved.hidden = HiddenFields();
    resolved.key = KeyOf(*table);
    return resolved;
  }
  if (const auto* view = dynamic_cast<const catalog::View*>(relation.object.get())) {
    const auto describe = [&](const TableName& inner) {
      return DescribeAnyRelation(session, inner);
    };
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

}  // namespace

Result<ResolvedTable> ScanRelation(SessionContext& session, const TableReference& reference,
                                   const std::vector<BoundParameter>* parameters,
                                   std::vector<engine::ScanHandle>& handles) {
  const auto& name = reference.table;
  ResolvedTable resolved;
  if (const auto* system = FindCatalog(session, name)) {
    FIRN_RETURN_IF_ERROR(RequireReadable(session, *system));
    handles.push_back(session.services.engine.Register(pg_catalog::Open(*system, session)));
    resolved.scan_sql = fmt::format("SELECT {}, CAST({} AS BIGINT) AS tableoid FROM {}",
                                    EveryField(), system->oid, handles.back().sql());
    resolved.columns = system->fields;
    resolved.hidden = {TableOid()};
    return resolved;
  }
  const auto relation = FindRelation(session, name);
  if (const auto& table = relation.table) {
    // Before anything is said of the table.
    FIRN_TRY(resolved.denied, DeniedColumns(session, *table));
    auto past = name.past;
    if (past == nullptr) {
      FIRN_TRY(past, SessionPast(session, *table));
    }
    const auto seen =
        std::make_shared<const SeenTable>(session, table, reference, parameters, past);
    const auto* summary = seen->summary();
    if (summary != nullptr && summary->counted) resolved.row_count = seen->CountRows();
    if (summary != nullptr) resolved.extremes = seen->KnownExtremes();
    FIRN_TRY(resolved.scan_sql, seen->Scan(handles));
    resolved.coded = seen->Coded();
    resolved.all_finite = [seen](const std::string& column) { return seen->AllFinite(column); };
    resolved.has_past = true;
    resolved.columns = FieldsOf(*table);
    resolved.hidden = HiddenFields();
    resolved.key = KeyOf(*table);
    resolved.computed = WidenedColumns(*table);
    return resolved;
  }
  if (relation) FIRN_RETURN_IF_ERROR(RequireRight(session, relation, catalog::Right::kSelect));
  if (const auto* view = dynamic_cast<const catalog::View*>(relation.object.get())) {
    const AsOwnerOf owner(session, view->id);
    // A view's conditions speak of columns by names of their own: the table's may have changed.
    const auto scan = [&](const TableName& inner) {
      return ScanRelation(session, TableReference{.table = inner}, nullptr, handles);
    };
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
  if (system->superuser) {
    FIRN_RETURN_IF_ERROR(RequireSuperuser(session, "firn." + name.name));
  }
  handles.push_back(session.services.engine.Register(OpenSystemRelation(*system, session)));
  resolved.scan_sql = fmt::format("SELECT {} FROM {}", EveryField(), handles.back().sql());
  resolved.columns = system->fields;
  return resolved;
}

}  // namespace firn::sql
