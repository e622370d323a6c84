#include "sql/rights.h"

#include <algorithm>

#include "catalog/objects/schema.h"
#include "catalog/objects/sequence.h"
#include "catalog/objects/user_type.h"
#include "catalog/objects/view.h"
#include "sql/roles.h"
#include "sql/temp_tables.h"

namespace firn::sql {
namespace {

using catalog::Right;

Failure Denied(std::string message) {
  return Fail(MakeError(ErrorCode::kDenied, "{}", message).WithSqlState("42501"));
}

const catalog::Version& CatalogOf(const SessionContext& session) {
  return *session.transaction.view().catalog;
}

/// Names of the system's own schemas are everybody's to use.
std::shared_ptr<const catalog::Schema> FindSchema(const SessionContext& session,
                                                  const std::string& name) {
  return CatalogOf(session).Find<catalog::Schema>("", name);
}

struct Made {
  Uuid id;
  std::string schema;
  catalog::TargetKind kind = catalog::TargetKind::kTable;
};

/// What a change makes that can be owned.
std::optional<Made> MadeBy(const catalog::Change& change) {
  if (const auto* create = std::get_if<catalog::CreateTable>(&change)) {
    return Made{create->table->id.value(), create->table->schema, catalog::TargetKind::kTable};
  }
  const auto* put = std::get_if<catalog::PutObject>(&change);
  if (put == nullptr || put->object->revision != 1) return std::nullopt;
  const auto& object = *put->object;
  if (&object.kind() == &catalog::View::kKind) {
    return Made{object.id, object.schema, catalog::TargetKind::kTable};
  }
  if (&object.kind() == &catalog::Sequence::kKind) {
    return Made{object.id, object.schema, catalog::TargetKind::kSequence};
  }
  if (&object.kind() == &catalog::Schema::kKind) {
    return Made{object.id, "", catalog::TargetKind::kSchema};
  }
  if (&object.kind() == &catalog::UserType::kKind) {
    return Made{object.id, object.schema, catalog::TargetKind::kType};
  }
  return std::nullopt;
}

std::string SchemaOf(const NamedRelation& relation) {
  return relation.table != nullptr ? relation.table->schema : relation.object->schema;
}

std::string NameOf(const NamedRelation& relation) {
  return relation.table != nullptr ? relation.table->name : relation.object->name;
}

}  // namespace

Result<catalog::RolePtr> ActingRole(const SessionContext& session) {
  if (session.acting != nullptr) return session.acting;
  auto role = CurrentRole(session);
  // One that was dropped has what everybody has.
  if (!role) return std::make_shared<const catalog::Role>();
  return role;
}

namespace {

/// What is made must have an owner. 42704.
Status RequireMaker(const SessionContext& session, Right right) {
  if (right != Right::kCreate && right != Right::kTemporary) return {};
  if (session.acting == nullptr) FIRN_RETURN_IF_ERROR(CurrentRole(session));
  return {};
}

}  // namespace

Status RequireOnSchema(const SessionContext& session, const std::string& schema, Right right) {
  FIRN_TRY(const auto role, ActingRole(session));
  if (role->superuser || schema == kTempSchema) return {};
  FIRN_RETURN_IF_ERROR(RequireMaker(session, right));
  const auto found = FindSchema(session, schema);
  if (found == nullptr || catalog::HasRight(CatalogOf(session), *role, found->id, right)) return {};
  return Denied("permission denied for schema " + schema);
}

Status RequireOnDatabase(const SessionContext& session, Right right) {
  FIRN_TRY(const auto role, ActingRole(session));
  FIRN_RETURN_IF_ERROR(RequireMaker(session, right));
  if (catalog::HasRight(CatalogOf(session), *role, catalog::kDatabaseTarget, right)) return {};
  return Denied(right == Right::kTemporary
                    ? fmt::format("permission denied to create temporary tables in database \"{}\"",
                                  session.identity.database)
                    : "permission denied for database " + session.identity.database);
}

Status RequireRight(const SessionContext& session, const NamedRelation& relation, Right right) {
  FIRN_TRY(const auto role, ActingRole(session));
  const auto schema = SchemaOf(relation);
  if (role->superuser || schema == kTempSchema) return {};
  FIRN_RETURN_IF_ERROR(RequireOnSchema(session, schema, Right::kUsage));
  if (catalog::HasRight(CatalogOf(session), *role, relation.id(), right)) return {};
  return Denied(
      fmt::format("permission denied for {} {}", WordOf(relation.type()), NameOf(relation)));
}

Status RequireRightOnColumns(const SessionContext& session, const catalog::TableDefinition& table,
                             const std::vector<FieldId>& columns, Right right) {
  FIRN_TRY(const auto role, ActingRole(session));
  if (role->superuser || table.schema == kTempSchema) return {};
  FIRN_RETURN_IF_ERROR(RequireOnSchema(session, table.schema, Right::kUsage));
  const auto may = [&](FieldId column) {
    return catalog::HasRight(CatalogOf(session), *role, table.id.value(), right, column);
  };
  const bool all =
      columns.empty() ? may(FieldId()) : std::all_of(columns.begin(), columns.end(), may);
  return all ? Status() : Status(Denied("permission denied for table " + table.name));
}

Result<std::vector<FieldId>> UnreadableColumns(const SessionContext& session,
                                               const catalog::TableDefinition& table) {
  FIRN_TRY(const auto role, ActingRole(session));
  std::vector<FieldId> unreadable;
  if (role->superuser || table.schema == kTempSchema) return unreadable;
  FIRN_RETURN_IF_ERROR(RequireOnSchema(session, table.schema, Right::kUsage));
  const auto& catalog = CatalogOf(session);
  const auto id = table.id.value();
  if (catalog::HasRight(catalog, *role, id, Right::kSelect)) return unreadable;
  if (!catalog::HasRightOnAnyColumn(catalog, *role, id, Right::kSelect)) {
    return Denied("permission denied for table " + table.name);
  }
  for (const auto& column : table.columns.columns) {
    if (!catalog::HasRight(catalog, *role, id, Right::kSelect, column.id)) {
      unreadable.push_back(column.id);
    }
  }
  return unreadable;
}

Status RequireSequenceRight(const SessionContext& session, const catalog::ObjectPtr& sequence,
                            std::string_view function) {
  const NamedRelation relation{.table = nullptr, .object = sequence};
  auto may =
      RequireRight(session, relation, function == "currval" ? Right::kSelect : Right::kUpdate);
  if (may || function == "setval") return may;
  return RequireRight(session, relation, Right::kUsage);
}

Status RequireOwner(const SessionContext& session, const NamedRelation& relation) {
  FIRN_TRY(const auto role, ActingRole(session));
  if (SchemaOf(relation) == kTempSchema) return {};
  FIRN_RETURN_IF_ERROR(RequireOnSchema(session, SchemaOf(relation), Right::kUsage));
  if (catalog::Owns(CatalogOf(session), *role, relation.id())) return {};
  return Denied(fmt::format("must be owner of {} {}", WordOf(relation.type()), NameOf(relation)));
}

Status RequireSchemaOwner(const SessionContext& session, const std::string& schema) {
  FIRN_TRY(const auto role, ActingRole(session));
  const auto found = FindSchema(session, schema);
  if (found == nullptr || catalog::Owns(CatalogOf(session), *role, found->id)) return {};
  return Denied("must be owner of schema " + schema);
}

Status RequireTypeOwner(const SessionContext& session, const catalog::Object& type) {
  FIRN_TRY(const auto role, ActingRole(session));
  if (catalog::Owns(CatalogOf(session), *role, type.id)) return {};
  return Denied("must be owner of type " + type.name);
}

Status RequireSuperuser(const SessionContext& session, std::string_view what) {
  FIRN_TRY(const auto role, ActingRole(session));
  if (role->superuser) return {};
  return Denied(fmt::format("permission denied: {} is for superusers", what));
}

catalog::ObjectPtr RightsOfNew(const SessionContext& session, const catalog::Change& change) {
  const auto made = MadeBy(change);
  if (!made || made->schema == kTempSchema) return nullptr;
  const auto role = CurrentRole(session);
  if (!role) return nullptr;
  const auto& catalog = CatalogOf(session);
  auto rights = catalog::NextRightsOf(catalog, made->id);
  const auto schema = FindSchema(session, made->schema);
  for (const auto& standard : catalog.All<catalog::DefaultRights>()) {
    const bool here =
        standard->in_schema.is_nil() || (schema != nullptr && standard->in_schema == schema->id);
    if (standard->role != (*role)->id || standard->of != made->kind || !here) continue;
    rights->grants.insert(rights->grants.end(), standard->grants.begin(), standard->grants.end());
  }
  // Things of the roles from birth, superusers all, need no saying whose they are.
  if (catalog::IsRoleFromBirth((*role)->id) && rights->grants.empty()) return nullptr;
  rights->owner = (*role)->id;
  for (auto& grant : rights->grants) grant.grantor = rights->owner;
  return rights;
}

AsOwnerOf::AsOwnerOf(SessionContext& session, const Uuid& view)
    : session_(session), before_(session.acting) {
  const auto& catalog = CatalogOf(session);
  session.acting = catalog::FindRole(catalog, catalog::RightsOf(catalog, view)->owner);
  // Nobody's rights, not those of who asks.
  if (session.acting == nullptr) session.acting = std::make_shared<catalog::Role>();
}

AsOwnerOf::~AsOwnerOf() {
  session_.acting = std::move(before_);
}

}  // namespace firn::sql
