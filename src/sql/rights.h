// sql: whether the session's role may do what a statement asks for. Inside a view the view's owner
// is asked instead, as in PostgreSQL.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/objects/rights.h"
#include "sql/relation_names.h"
#include "sql/session_context.h"

namespace firn::sql {

/// The role whose rights count now; of one that was dropped meanwhile only what everybody has.
Result<catalog::RolePtr> ActingRole(const SessionContext& session);

/// 42501 "permission denied for table t" unless the role may.
Status RequireRight(const SessionContext& session, const NamedRelation& relation,
                    catalog::Right right);
/// The same for columns of a table: the right on the whole, or on each of them.
Status RequireRightOnColumns(const SessionContext& session, const catalog::TableDefinition& table,
                             const std::vector<FieldId>& columns, catalog::Right right);
/// Columns of a readable table that the role may not read. 42501 when it may read none of it.
Result<std::vector<FieldId>> UnreadableColumns(const SessionContext& session,
                                               const catalog::TableDefinition& table);
/// 42501 "permission denied for schema s".
Status RequireOnSchema(const SessionContext& session, const std::string& schema,
                       catalog::Right right);
/// 42501 "permission denied for database main", or "… to create temporary tables …".
Status RequireOnDatabase(const SessionContext& session, catalog::Right right);
/// For a sequence: USAGE, or UPDATE for nextval, SELECT for currval; UPDATE only for setval.
Status RequireSequenceRight(const SessionContext& session, const catalog::ObjectPtr& sequence,
                            std::string_view function);
/// 42501 "must be owner of table t".
Status RequireOwner(const SessionContext& session, const NamedRelation& relation);
Status RequireSchemaOwner(const SessionContext& session, const std::string& schema);
Status RequireTypeOwner(const SessionContext& session, const catalog::Object& type);
/// 42501 unless the role is a superuser.
Status RequireSuperuser(const SessionContext& session, std::string_view what);

/// What goes with a change that makes something: its owner and default grants. Null: nothing does.
catalog::ObjectPtr RightsOfNew(const SessionContext& session, const catalog::Change& change);

/// While it lives, rights are those of the owner of a view.
class AsOwnerOf {
 public:
  AsOwnerOf(SessionContext& session, const Uuid& view);
  ~AsOwnerOf();
  AsOwnerOf(const AsOwnerOf&) = delete;
  AsOwnerOf& operator=(const AsOwnerOf&) = delete;

 private:
  SessionContext& session_;
  catalog::RolePtr before_;
};

}  // namespace firn::sql
