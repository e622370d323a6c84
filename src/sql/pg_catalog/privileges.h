// sql: who owns a thing and who may do what with it, as PostgreSQL's catalog and functions say it.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/objects/rights.h"
#include "sql/pg_catalog/facts.h"

namespace firn::sql::pg_catalog {

struct Owner {
  Oid oid = kOwner;
  std::string name = std::string(kOwnerName);
};

/// A class's id in the catalog; nil for a system relation.
Uuid TargetOf(const Class& of);
catalog::TargetKind TargetKindOf(const Class& of);
/// A schema's; nil for the system's own.
Uuid SchemaTarget(const Facts& facts, std::string_view schema);

/// 42501 "permission denied for schema s".
Status RequireUsage(const Facts& facts, std::string_view schema);
/// Whether the user has the role's rights.
bool IsEnabled(const Facts& facts, std::string_view role);
/// Whether the user has the rights of its owner.
bool IsOwn(const Facts& facts, const Class& of);
/// Whether it has one of these rights on the column, or on any.
bool MayAnyOf(const Facts& facts, const Class& of, std::initializer_list<catalog::Right> rights,
              std::optional<FieldId> column = std::nullopt);

/// The role firn for what has no id.
Owner OwnerOf(const Facts& facts, const Uuid& target);
/// relacl and its kin, "{firn=arwdDxt/firn,=r/firn}"; nothing while PostgreSQL's defaults hold.
/// `column`: attacl.
std::optional<std::string> AclText(const Facts& facts, const Uuid& target, catalog::TargetKind kind,
                                   FieldId column = FieldId());
/// pg_default_acl.defaclacl.
std::string AclText(const Facts& facts, const catalog::DefaultRights& rights);
/// acldefault(kind, owner): what holds without any GRANT, as engine text of a list.
std::string DefaultAclText(char kind, std::string_view owner);

/// One right that a role has, as information_schema lists them.
struct HeldRight {
  std::string grantor;
  std::string grantee;
  std::string_view right;
  bool grantable = false;
};
std::vector<HeldRight> HeldRights(const Facts& facts, const Uuid& target, catalog::TargetKind kind,
                                  FieldId column = FieldId());

/// has_table_privilege and its kin; `function` without "has_" and "_privilege": "table", "column",
/// "any_column", "sequence", "schema", "database". `arguments`: [role,] object, [column,] rights;
/// a role and an object by name or oid. Nothing for an oid that is no such thing. 42704 no such
/// role, 42P01 no such relation, 42703 no such column, 3F000 no such schema, 22023 no such right.
Result<std::optional<bool>> HasPrivilege(const Facts& facts, std::string_view function,
                                         const std::vector<std::string_view>& arguments);
/// pg_has_role([role,] role, 'USAGE' | 'MEMBER' [WITH ADMIN OPTION]).
Result<std::optional<bool>> HasRole(const Facts& facts,
                                    const std::vector<std::string_view>& arguments);

}  // namespace firn::sql::pg_catalog
