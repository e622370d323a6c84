// sql: statements about roles, as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace firn::sql {

/// A role as a statement names it.
struct RoleName {
  enum class Kind : uint8_t { kNamed, kCurrentUser, kSessionUser, kPublic };
  Kind kind = Kind::kNamed;
  std::string name;
};

struct RoleOptions {
  std::optional<bool> superuser, inherit, create_role, create_db, login, replication, bypass_rls;
  std::optional<int32_t> connection_limit;
  bool has_password = false;
  std::optional<std::string> password;  // none: PASSWORD NULL
  std::optional<std::string> valid_until;
  std::vector<RoleName> member_of;  // IN ROLE
  std::vector<RoleName> members;    // ROLE
  std::vector<RoleName> admins;     // ADMIN
};

struct CreateRoleCommand {
  std::string name;
  RoleOptions options;
};
struct AlterRoleCommand {
  RoleName role;
  RoleOptions options;
};
/// ALTER ROLE … SET and RESET.
struct AlterRoleSetCommand {
  RoleName role;
  std::string parameter;             // empty: RESET ALL
  std::optional<std::string> value;  // none: RESET
};
struct RenameRoleCommand {
  std::string from;
  std::string to;
};
struct DropRoleCommand {
  std::vector<RoleName> roles;
  bool if_exists = false;
};
/// GRANT roles TO grantees, REVOKE roles FROM grantees.
struct GrantRoleCommand {
  std::vector<std::string> roles;
  std::vector<RoleName> grantees;
  bool grant = true;
  bool admin = false;  // WITH ADMIN OPTION; of REVOKE: only the option
};

}  // namespace firn::sql
