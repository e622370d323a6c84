// GRANT, REVOKE, ALTER DEFAULT PRIVILEGES and OWNER TO as commands.
#include <array>

#include "sql/decode_ddl_internal.h"
#include "sql/decode_internal.h"

namespace firn::sql {
namespace {

using catalog::RightSet;
using catalog::TargetKind;
using tree::At;
using tree::Flag;
using tree::List;
using tree::Open;
using tree::Refuse;
using tree::Text;
using tree::Wrong;

struct KnownTarget {
  std::string_view node;
  TargetKind kind;
};
constexpr std::array kTargets = {KnownTarget{"OBJECT_TABLE", TargetKind::kTable},
                                 KnownTarget{"OBJECT_SEQUENCE", TargetKind::kSequence},
                                 KnownTarget{"OBJECT_SCHEMA", TargetKind::kSchema},
                                 KnownTarget{"OBJECT_DATABASE", TargetKind::kDatabase}};
// There are none of these to be made, so what is said of all there are, or will be, comes true.
constexpr std::array<std::string_view, 4> kNone = {"OBJECT_FUNCTION", "OBJECT_ROUTINE",
                                                   "OBJECT_PROCEDURE", "OBJECT_TYPE"};

std::string_view WordOf(TargetKind kind) {
  switch (kind) {
    case TargetKind::kTable:
      return "table";
    case TargetKind::kSequence:
      return "sequence";
    case TargetKind::kSchema:
      return "schema";
    case TargetKind::kDatabase:
      return "database";
    case TargetKind::kType:
      return "type";
  }
  return "";
}

Result<std::vector<GrantedRights>> DecodeRights(const Statement& statement, const tree::Json& list,
                                                TargetKind kind) {
  std::vector<GrantedRights> all;
  if (list.empty()) {
    all.push_back({.rights = catalog::AllRights(kind), .columns = {}});
    return all;
  }
  for (const auto& item : list) {
    const auto& body = *Open(item).body;
    GrantedRights one{.rights = 0, .columns = tree::Names(List(body, "cols"))};
    const bool columns = !one.columns.empty();
    const auto name = Text(body, "priv_name");
    if (name.empty()) {
      one.rights = catalog::AllRights(kind, columns);  // ALL (columns)
    } else {
      const auto right = catalog::RightFromName(name);
      if (!right) {
        return Wrong(statement, -1, "42601",
                     fmt::format("unrecognized privilege type \"{}\"", name));
      }
      one.rights = catalog::Bit(*right);
      if ((one.rights & catalog::AllRights(kind, columns)) == 0) {
        return Wrong(statement, -1, "0LP01",
                     fmt::format("invalid privilege type {} for {}", catalog::NameOf(*right),
                                 columns ? "column" : WordOf(kind)));
      }
    }
    if (columns && kind != TargetKind::kTable) {
      return Wrong(statement, -1, "0LP01", "column privileges are only valid for relations");
    }
    all.push_back(std::move(one));
  }
  return all;
}

Result<GrantCommand> DecodeGrantBody(const Statement& statement, const tree::Json& body) {
  GrantCommand command{.grant = Flag(body, "is_grant"),
                       .option = Flag(body, "grant_option"),
                       .cascade = Text(body, "behavior") == "DROP_CASCADE"};
  const auto type = Text(body, "objtype");
  const auto target = Text(body, "targtype");
  const bool of_one = target == "ACL_TARGET_OBJECT";
  command.grantees = DecodeRoleNames(List(body, "grantees"));
  const auto* known = std::find_if(kTargets.begin(), kTargets.end(),
                                   [&](const auto& one) { return one.node == type; });
  if (known == kTargets.end()) {
    const bool none = std::find(kNone.begin(), kNone.end(), type) != kNone.end();
    if (none && !of_one) {
      command.nothing = true;
      return command;
    }
    return Refuse(statement, statement.begin, "privileges on this kind of object are not supported",
                  "There are those of tables, columns, sequences, schemas and the database.");
  }
  command.kind = known->kind;
  FIRN_TRY(command.rights, DecodeRights(statement, List(body, "privileges"), command.kind));
  const bool named = command.kind == TargetKind::kSchema || command.kind == TargetKind::kDatabase;
  command.all_in_schema = target == "ACL_TARGET_ALL_IN_SCHEMA";
  for (const auto& item : List(body, "objects")) {
    if (named || command.all_in_schema) {
      command.names.emplace_back(Text(*Open(item).body, "sval"));
    } else {
      FIRN_TRY(auto name, DecodeTableName(statement, *Open(item).body));
      command.relations.push_back(std::move(name));
    }
  }
  return command;
}

}  // namespace

Result<Command> DecodeGrant(const Statement& statement, const tree::Json& body) {
  FIRN_TRY(auto command, DecodeGrantBody(statement, body));
  const auto* tag = command.grant ? "GRANT" : "REVOKE";
  return DdlCommand{tag, std::move(command)};
}

Result<Command> DecodeDefaultRights(const Statement& statement, const tree::Json& body) {
  FIRN_TRY(auto command, DecodeGrantBody(statement, At(body, "action")));
  command.defaults.emplace();
  for (const auto& item : List(body, "options")) {
    const auto& option = *Open(item).body;
    const auto& list = List(*Open(At(option, "arg")).body, "items");
    if (Text(option, "defname") == "schemas") {
      command.defaults->schemas = tree::Names(list);
    } else {
      command.defaults->roles = DecodeRoleNames(list);
    }
  }
  return DdlCommand{"ALTER DEFAULT PRIVILEGES", std::move(command)};
}

Result<Command> DecodeOwner(const Statement& statement, const tree::Json& body) {
  ChangeOwnerCommand command{.owner = DecodeRoleName(At(body, "newowner"))};
  if (Text(body, "objectType") != "OBJECT_SCHEMA") {
    return Refuse(statement, statement.begin, "this form of OWNER TO is not supported",
                  "Tables, views, sequences and schemas have owners.");
  }
  command.schema = Text(*Open(At(body, "object")).body, "sval");
  return DdlCommand{"ALTER SCHEMA", std::move(command)};
}

Result<Command> DecodeRelationOwner(const Statement& statement, const tree::Json& body) {
  ChangeOwnerCommand command{
      .owner = DecodeRoleName(At(*Open(List(body, "cmds").front()).body, "newowner")),
      .if_exists = Flag(body, "missing_ok")};
  FIRN_TRY(command.relation, DecodeTableName(statement, At(body, "relation")));
  const auto type = Text(body, "objtype");
  return DdlCommand{type == "OBJECT_VIEW"       ? "ALTER VIEW"
                    : type == "OBJECT_SEQUENCE" ? "ALTER SEQUENCE"
                                                : "ALTER TABLE",
                    std::move(command)};
}

}  // namespace firn::sql
