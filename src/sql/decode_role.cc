#include "sql/constant_internal.h"
#include "sql/decode_internal.h"

namespace firn::sql {
namespace {

using tree::At;
using tree::Flag;
using tree::List;
using tree::Open;
using tree::Refuse;
using tree::Text;
using tree::Wrong;

struct FlagName {
  std::string_view name;
  std::optional<bool> RoleOptions::*member;
};
constexpr FlagName kFlags[] = {
    {"superuser", &RoleOptions::superuser},    {"inherit", &RoleOptions::inherit},
    {"createrole", &RoleOptions::create_role}, {"createdb", &RoleOptions::create_db},
    {"canlogin", &RoleOptions::login},         {"isreplication", &RoleOptions::replication},
    {"bypassrls", &RoleOptions::bypass_rls}};

Status DecodeOption(const Statement& statement, const tree::Json& body, RoleOptions& options) {
  const auto name = Text(body, "defname");
  const auto& arg = At(body, "arg");
  for (const auto& flag : kFlags) {
    if (flag.name != name) continue;
    if (options.*flag.member) {
      return Wrong(statement, tree::Location(body), "42601", "conflicting or redundant options");
    }
    options.*flag.member = ReadOptionText(statement, arg, -1) == "true";
    return {};
  }
  if (name == "password") {
    options.has_password = true;
    if (!arg.is_null()) options.password = ReadOptionText(statement, arg, -1);
  } else if (name == "connectionlimit") {
    const auto text = ReadOptionText(statement, arg, tree::Location(body)).value_or("");
    options.connection_limit = std::atoi(text.c_str());
    if (*options.connection_limit < -1) {
      return Wrong(statement, -1, "22023", "invalid connection limit: " + text);
    }
  } else if (name == "validUntil") {
    options.valid_until = ReadOptionText(statement, arg, -1);
  } else if (name == "addroleto") {
    options.member_of = DecodeRoleNames(List(*Open(arg).body, "items"));
  } else if (name == "rolemembers") {
    options.members = DecodeRoleNames(List(*Open(arg).body, "items"));
  } else if (name == "adminmembers") {
    options.admins = DecodeRoleNames(List(*Open(arg).body, "items"));
  }
  return {};  // SYSID is noise, as in PostgreSQL
}

Result<RoleOptions> DecodeOptions(const Statement& statement, const tree::Json& list) {
  RoleOptions options;
  for (const auto& item : list) {
    FIRN_RETURN_IF_ERROR(DecodeOption(statement, *Open(item).body, options));
  }
  return options;
}

Result<Command> DecodeAlterRoleSet(const Statement& statement, const tree::Json& body) {
  if (!Text(body, "database").empty() || !tree::Has(body, "role")) {
    return Refuse(statement, statement.begin,
                  "settings of all roles or of a database are not "
                  "supported",
                  "Use ALTER ROLE name SET.");
  }
  const auto& set = At(body, "setstmt");
  AlterRoleSetCommand command{.role = DecodeRoleName(At(body, "role")),
                              .parameter = std::string(Text(set, "name"))};
  const auto kind = Text(set, "kind");
  if (kind == "VAR_RESET_ALL") command.parameter.clear();
  if (kind != "VAR_SET_VALUE") return command;
  std::string joined;
  for (const auto& item : List(set, "args")) {
    const auto value = ReadOptionText(statement, item, tree::FirstLocation(item));
    joined += (joined.empty() ? "" : ", ") + value.value_or("");
  }
  command.value = std::move(joined);
  return command;
}

Result<Command> DecodeGrantRole(const Statement& /*statement*/, const tree::Json& body) {
  GrantRoleCommand command{.grantees = DecodeRoleNames(List(body, "grantee_roles")),
                           .grant = Flag(body, "is_grant"),
                           .admin = Flag(body, "admin_opt")};
  for (const auto& item : List(body, "granted_roles")) {
    command.roles.emplace_back(Text(*Open(item).body, "priv_name"));
  }
  return command;
}

}  // namespace

RoleName DecodeRoleName(const tree::Json& spec) {
  using Kind = RoleName::Kind;
  const auto type = Text(spec, "roletype");
  RoleName role{.name = std::string(Text(spec, "rolename"))};
  if (type == "ROLESPEC_CURRENT_USER" || type == "ROLESPEC_CURRENT_ROLE") {
    role.kind = Kind::kCurrentUser;
  } else if (type == "ROLESPEC_SESSION_USER") {
    role.kind = Kind::kSessionUser;
  } else if (type == "ROLESPEC_PUBLIC") {
    role.kind = Kind::kPublic;
  }
  return role;
}

std::vector<RoleName> DecodeRoleNames(const tree::Json& list) {
  std::vector<RoleName> roles;
  for (const auto& item : list) roles.push_back(DecodeRoleName(*Open(item).body));
  return roles;
}

Result<Command> DecodeRole(const Statement& statement, const tree::Node& node) {
  const auto& body = *node.body;
  if (node.Is("CreateRoleStmt")) {
    CreateRoleCommand command{.name = std::string(Text(body, "role"))};
    FIRN_TRY(command.options, DecodeOptions(statement, List(body, "options")));
    // CREATE USER is CREATE ROLE … LOGIN.
    const bool user = Text(body, "stmt_type") == "ROLESTMT_USER";
    if (!command.options.login) command.options.login = user;
    return command;
  }
  if (node.Is("AlterRoleStmt")) {
    AlterRoleCommand command{.role = DecodeRoleName(At(body, "role"))};
    FIRN_TRY(command.options, DecodeOptions(statement, List(body, "options")));
    if (!command.options.members.empty()) {
      return Refuse(statement, statement.begin, "ALTER GROUP ... USER is not supported",
                    "Use GRANT group TO role, or REVOKE.");
    }
    return command;
  }
  if (node.Is("AlterRoleSetStmt")) return DecodeAlterRoleSet(statement, body);
  if (node.Is("GrantRoleStmt")) return DecodeGrantRole(statement, body);
  if (node.Is("DropRoleStmt")) {
    DropRoleCommand command{.roles = DecodeRoleNames(List(body, "roles")),
                            .if_exists = Flag(body, "missing_ok")};
    for (const auto& role : command.roles) {
      if (role.kind == RoleName::Kind::kNamed) continue;
      return Wrong(statement, -1, "22023", "cannot use special role specifier in DROP ROLE");
    }
    return command;
  }
  return RenameRoleCommand{.from = std::string(Text(body, "subname")),
                           .to = std::string(Text(body, "newname"))};
}

bool IsRoleStatement(const tree::Node& node) {
  if (node.Is("RenameStmt")) return Text(*node.body, "renameType") == "OBJECT_ROLE";
  for (const char* kind :
       {"CreateRoleStmt", "AlterRoleStmt", "AlterRoleSetStmt", "DropRoleStmt", "GrantRoleStmt"}) {
    if (node.Is(kind)) return true;
  }
  return false;
}

}  // namespace firn::sql
