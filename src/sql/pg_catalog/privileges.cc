#include "sql/pg_catalog/privileges.h"

#include <algorithm>
#include <array>

#include "catalog/objects/schema.h"
#include "sql/pg_catalog/definitions.h"

namespace firn::sql::pg_catalog {
namespace {

using catalog::Bit;
using catalog::Right;
using catalog::RightSet;
using catalog::TargetKind;

// In the order in which PostgreSQL prints them.
constexpr std::array<std::pair<char, Right>, 11> kLetters = {{
    {'a', Right::kInsert},
    {'r', Right::kSelect},
    {'w', Right::kUpdate},
    {'d', Right::kDelete},
    {'D', Right::kTruncate},
    {'x', Right::kReferences},
    {'t', Right::kTrigger},
    {'U', Right::kUsage},
    {'C', Right::kCreate},
    {'T', Right::kTemporary},
    {'c', Right::kConnect},
}};

std::string Letters(RightSet rights, RightSet options) {
  std::string letters;
  for (const auto& [letter, right] : kLetters) {
    if ((rights & Bit(right)) == 0) continue;
    letters += letter;
    if ((options & Bit(right)) != 0) letters += '*';
  }
  return letters;
}

/// As in an aclitem: quoted unless it has letters, digits and _ alone.
std::string RoleText(std::string_view name) {
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c >= 0x80;
  });
  if (plain) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string RoleName(const Facts& facts, const Uuid& id) {
  const auto role = catalog::FindRole(facts.catalog(), id);
  return role == nullptr ? std::string(kOwnerName) : role->name;
}

std::string Item(std::string_view grantee, std::string_view letters, std::string_view grantor) {
  return fmt::format("{}={}/{}", grantee, letters, grantor);
}

std::string Item(const Facts& facts, const catalog::Grant& grant) {
  const auto to = grant.grantee.is_nil() ? "" : RoleText(RoleName(facts, grant.grantee));
  return Item(to, Letters(grant.rights, grant.options), RoleText(RoleName(facts, grant.grantor)));
}

std::string ArrayText(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items) {
    text += text.empty() ? "{" : ",";
    if (item.find_first_of("\"\\{}, ") == item.npos) {
      text += item;
      continue;
    }
    text += '"';
    for (const char c : item) text += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    text += '"';
  }
  return text.empty() ? "{}" : text + "}";
}

bool SameGrants(std::vector<catalog::Grant> a, std::vector<catalog::Grant> b) {
  return a.size() == b.size() && std::is_permutation(a.begin(), a.end(), b.begin());
}

bool IsNumber(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

Oid Number(std::string_view text) {
  return static_cast<Oid>(std::strtoull(std::string(text).c_str(), nullptr, 10));
}

struct Asked {
  Right right = Right::kSelect;
  bool option = false;
};

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\n");
  if (first == text.npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

/// "SELECT, INSERT WITH GRANT OPTION".
Result<std::vector<Asked>> ReadRights(std::string_view text, RightSet allowed) {
  constexpr std::string_view kOption = " WITH GRANT OPTION";
  std::vector<Asked> rights;
  while (true) {
    const auto comma = text.find(',');
    const auto one = Trim(text.substr(0, comma));
    std::string upper(one);
    for (auto& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    const bool option = upper.ends_with(kOption);
    if (option) upper.resize(upper.size() - kOption.size());
    const auto right = catalog::RightFromName(Trim(upper));
    if (!right || (allowed & Bit(*right)) == 0) {
      return Fail(MakeError(ErrorCode::kInvalidInput, "unrecognized privilege type: \"{}\"", one)
                      .WithSqlState("22023"));
    }
    rights.push_back({*right, option});
    if (comma == text.npos) return rights;
    text.remove_prefix(comma + 1);
  }
}

bool IsPredefined(std::string_view role) {
  constexpr std::array<std::string_view, 12> kRoles = {
      "pg_checkpoint",       "pg_database_owner",    "pg_execute_server_program",
      "pg_monitor",          "pg_read_all_data",     "pg_read_all_settings",
      "pg_read_all_stats",   "pg_read_server_files", "pg_signal_backend",
      "pg_stat_scan_tables", "pg_write_all_data",    "pg_write_server_files"};
  return std::find(kRoles.begin(), kRoles.end(), role) != kRoles.end();
}

/// Null for an oid that is no role: it has no rights then.
Result<catalog::RolePtr> ReadRole(const Facts& facts, std::string_view text) {
  if (IsNumber(text)) {
    for (const auto& known : facts.roles()) {
      if (known.oid == Number(text)) return catalog::FindRole(facts.catalog(), known.name);
    }
    return catalog::RolePtr();
  }
  auto role = catalog::FindRole(facts.catalog(), text);
  if (role == nullptr) {
    return Fail(
        MakeError(ErrorCode::kNotFound, "role \"{}\" does not exist", text).WithSqlState("42704"));
  }
  return role;
}

bool HasOption(const Facts& facts, const catalog::Role& role, const Uuid& target, Right right,
               FieldId column) {
  const auto rights = catalog::RightsOf(facts.catalog(), target);
  return std::any_of(rights->grants.begin(), rights->grants.end(), [&](const auto& grant) {
    const auto to = catalog::FindRole(facts.catalog(), grant.grantee);
    return (grant.options & Bit(right)) != 0 &&
           (grant.column == FieldId() || grant.column == column) && to != nullptr &&
           catalog::HasRightsOf(facts.catalog(), role, *to);
  });
}

struct Thing {
  Uuid target;
  TargetKind kind = TargetKind::kTable;
  const Class* of = nullptr;
};

Result<std::optional<Thing>> FindRelationThing(const Facts& facts, std::string_view text) {
  FIRN_TRY(const auto oid, RegOid(facts, "regclass", text));
  if (!oid) {
    return Fail(MakeError(ErrorCode::kNotFound, "relation \"{}\" does not exist", text)
                    .WithSqlState("42P01"));
  }
  const auto* of = facts.FindClass(*oid);
  if (of == nullptr) return std::optional<Thing>();
  if (!IsNumber(text)) FIRN_RETURN_IF_ERROR(RequireUsage(facts, of->schema));
  return std::optional(Thing{TargetOf(*of), TargetKindOf(*of), of});
}

Result<std::optional<Thing>> FindThing(const Facts& facts, std::string_view function,
                                       std::string_view text) {
  if (function == "database") {
    const bool known = IsNumber(text)
                           ? Number(text) == kDatabase
                           : text == facts.database() || text == catalog::kDefaultDatabase;
    if (known) return std::optional(Thing{catalog::kDatabaseTarget, TargetKind::kDatabase});
    if (IsNumber(text)) return std::optional<Thing>();
    return Fail(MakeError(ErrorCode::kNotFound, "database \"{}\" does not exist", text)
                    .WithSqlState("3D000"));
  }
  if (function != "schema") return FindRelationThing(facts, text);
  const auto name = IsNumber(text) ? facts.NamespaceName(Number(text)) : text;
  if (!facts.namespaces().contains(std::string(name))) {
    if (IsNumber(text)) return std::optional<Thing>();
    return Fail(MakeError(ErrorCode::kNotFound, "schema \"{}\" does not exist", text)
                    .WithSqlState("3F000"));
  }
  return std::optional(Thing{SchemaTarget(facts, name), TargetKind::kSchema});
}

/// Of what the server brings along: everybody may read it and use its schemas.
bool HasSystemRight(const Class* of, Right right) {
  if (of != nullptr && (of->name == "pg_authid" || of->name == "pg_shadow")) return false;
  return right == Right::kSelect || right == Right::kUsage;
}

Result<FieldId> FindColumn(const Class& of, std::string_view text) {
  for (const auto& attribute : of.attributes) {
    if (attribute.name == text || (IsNumber(text) && attribute.number == int(Number(text)))) {
      return FieldId(attribute.number);
    }
  }
  return Fail(MakeError(ErrorCode::kNotFound, "column \"{}\" of relation \"{}\" does not exist",
                        text, of.name)
                  .WithSqlState("42703"));
}

}  // namespace

/// A name is looked up with the rights of who asks.
Status RequireUsage(const Facts& facts, std::string_view name) {
  const auto schema = SchemaTarget(facts, name);
  const catalog::Role nobody;
  const auto& user = facts.role() == nullptr ? nobody : *facts.role();
  const bool may =
      schema.is_nil() || catalog::HasRight(facts.catalog(), user, schema, Right::kUsage);
  if (may) return {};
  return Fail(
      MakeError(ErrorCode::kDenied, "permission denied for schema {}", name).WithSqlState("42501"));
}

bool IsEnabled(const Facts& facts, std::string_view role) {
  const auto& user = facts.role();
  const auto of = catalog::FindRole(facts.catalog(), role);
  return user != nullptr && of != nullptr && catalog::HasRightsOf(facts.catalog(), *user, *of);
}

bool IsOwn(const Facts& facts, const Class& of) {
  const auto& user = facts.role();
  if (user == nullptr) return false;
  if (user->superuser || of.schema == "pg_temp") return true;
  return of.system == nullptr && catalog::Owns(facts.catalog(), *user, TargetOf(of));
}

bool MayAnyOf(const Facts& facts, const Class& of, std::initializer_list<Right> rights,
              std::optional<FieldId> column) {
  if (IsOwn(facts, of)) return true;
  const auto& user = facts.role();
  if (user == nullptr) return false;
  return std::any_of(rights.begin(), rights.end(), [&](Right right) {
    if (of.system != nullptr) return HasSystemRight(&of, right);
    const auto target = TargetOf(of);
    return column ? catalog::HasRight(facts.catalog(), *user, target, right, *column)
                  : catalog::HasRightOnAnyColumn(facts.catalog(), *user, target, right);
  });
}

Uuid TargetOf(const Class& of) {
  if (of.table != nullptr) return of.table->id.value();
  return of.object != nullptr ? of.object->id : Uuid();
}

TargetKind TargetKindOf(const Class& of) {
  return of.kind == 'S' ? TargetKind::kSequence : TargetKind::kTable;
}

Uuid SchemaTarget(const Facts& facts, std::string_view schema) {
  const auto found = facts.catalog().Find<catalog::Schema>("", std::string(schema));
  return found == nullptr ? Uuid() : found->id;
}

Owner OwnerOf(const Facts& facts, const Uuid& target) {
  if (target.is_nil()) return {};
  const auto name = RoleName(facts, catalog::RightsOf(facts.catalog(), target)->owner);
  for (const auto& role : facts.roles()) {
    if (role.name == name) return {role.oid, name};
  }
  return {};
}

std::optional<std::string> AclText(const Facts& facts, const Uuid& target, TargetKind kind,
                                   FieldId column) {
  if (target.is_nil()) return std::nullopt;
  const auto rights = catalog::RightsOf(facts.catalog(), target);
  std::vector<catalog::Grant> grants;
  for (const auto& grant : rights->grants) {
    if (grant.column == column) grants.push_back(grant);
  }
  if (column != FieldId() && grants.empty()) return std::nullopt;
  const auto owner = RoleName(facts, rights->owner);
  const auto by_default = catalog::DefaultGrants(target, rights->owner);
  if (column == FieldId() && !rights->granted && SameGrants(grants, by_default)) {
    return std::nullopt;
  }
  std::vector<std::string> items;
  const auto everybody = std::find_if(grants.begin(), grants.end(), [&](const auto& grant) {
    return grant.grantee.is_nil() && !by_default.empty();
  });
  if (everybody != grants.end()) {
    items.push_back(Item(facts, *everybody));
    grants.erase(everybody);
  }
  if (column == FieldId()) {
    const auto name = RoleText(owner);
    const RightSet own = catalog::AllRights(kind) & ~rights->owner_lost;
    if (own != 0) items.push_back(Item(name, Letters(own, 0), name));
  }
  for (const auto& grant : grants) items.push_back(Item(facts, grant));
  return ArrayText(items);
}

std::string AclText(const Facts& facts, const catalog::DefaultRights& rights) {
  std::vector<std::string> items;
  if (rights.in_schema.is_nil()) {
    const auto name = RoleText(RoleName(facts, rights.role));
    items.push_back(Item(name, Letters(catalog::AllRights(rights.of), 0), name));
  }
  for (const auto& grant : rights.grants) items.push_back(Item(facts, grant));
  return ArrayText(items);
}

std::string DefaultAclText(char kind, std::string_view owner) {
  struct Defaults {
    char kind;
    std::string_view everybody;
    std::string_view owner;
  };
  constexpr std::array kDefaults = {
      Defaults{'r', "", "arwdDxt"}, Defaults{'s', "", "rwU"}, Defaults{'d', "Tc", "CTc"},
      Defaults{'f', "X", "X"},      Defaults{'l', "U", "U"},  Defaults{'n', "", "UC"},
      Defaults{'t', "", "C"},       Defaults{'F', "", "U"},   Defaults{'S', "", "U"},
      Defaults{'T', "U", "U"},      Defaults{'p', "", "sA"},  Defaults{'c', "", ""},
  };
  const auto name = RoleText(owner);
  std::string list;
  for (const auto& defaults : kDefaults) {
    if (defaults.kind != kind) continue;
    if (!defaults.everybody.empty()) list = Item("", defaults.everybody, name);
    if (defaults.owner.empty()) continue;
    list += (list.empty() ? "" : ", ") + Item(name, defaults.owner, name);
  }
  return "[" + list + "]";
}

std::vector<HeldRight> HeldRights(const Facts& facts, const Uuid& target, TargetKind kind,
                                  FieldId column) {
  std::vector<HeldRight> held;
  const auto rights = catalog::RightsOf(facts.catalog(), target);
  const auto all = catalog::AllRights(kind, column != FieldId());
  const auto owner = RoleName(facts, rights->owner);
  const auto add = [&](const std::string& grantor, const std::string& grantee, RightSet set,
                       RightSet options) {
    for (const auto& [letter, right] : kLetters) {
      if ((set & all & Bit(right)) == 0) continue;
      held.push_back({grantor, grantee, catalog::NameOf(right), (options & Bit(right)) != 0});
    }
  };
  add(owner, owner, all & ~rights->owner_lost, all);
  for (const auto& grant : rights->grants) {
    if (grant.column != FieldId() && grant.column != column) continue;
    add(RoleName(facts, grant.grantor),
        grant.grantee.is_nil() ? "PUBLIC" : RoleName(facts, grant.grantee), grant.rights,
        grant.options);
  }
  return held;
}

Result<std::optional<bool>> HasPrivilege(const Facts& facts, std::string_view function,
                                         const std::vector<std::string_view>& arguments) {
  const bool of_column = function == "column";
  const bool any_column = function == "any_column";
  const size_t without_role = of_column ? 3 : 2;
  const size_t at = arguments.size() - without_role;
  FIRN_TRY(const auto role,
           at == 0 ? Result<catalog::RolePtr>(facts.role()) : ReadRole(facts, arguments[0]));
  FIRN_TRY(const auto thing, FindThing(facts, function, arguments[at]));
  if (!thing) return std::optional<bool>();
  const auto kind = function == "sequence" ? TargetKind::kSequence : thing->kind;
  if (function == "sequence" && thing->kind != TargetKind::kSequence) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "\"{}\" is not a sequence", thing->of->name)
                    .WithSqlState("42809"));
  }
  FieldId column;
  if (of_column) {
    FIRN_TRY(column, FindColumn(*thing->of, arguments[at + 1]));
  }
  FIRN_TRY(const auto asked,
           ReadRights(arguments.back(), catalog::AllRights(kind, of_column || any_column)));
  if (role == nullptr) return std::optional(false);
  for (const auto& [right, option] : asked) {
    if (thing->target.is_nil()) {
      if (role->superuser || (!option && HasSystemRight(thing->of, right))) {
        return std::optional(true);
      }
      continue;
    }
    const auto& catalog = facts.catalog();
    const bool has = any_column ? catalog::HasRightOnAnyColumn(catalog, *role, thing->target, right)
                                : catalog::HasRight(catalog, *role, thing->target, right, column);
    if (has && (!option || catalog::Owns(catalog, *role, thing->target) ||
                HasOption(facts, *role, thing->target, right, column))) {
      return std::optional(true);
    }
  }
  return std::optional(false);
}

Result<std::optional<bool>> HasRole(const Facts& facts,
                                    const std::vector<std::string_view>& arguments) {
  const size_t at = arguments.size() - 2;
  FIRN_TRY(const auto role,
           at == 0 ? Result<catalog::RolePtr>(facts.role()) : ReadRole(facts, arguments[0]));
  // Nobody is a member of PostgreSQL's own roles, which are not there to be granted.
  if (IsPredefined(arguments[at])) return std::optional(role != nullptr && role->superuser);
  FIRN_TRY(const auto of, ReadRole(facts, arguments[at]));
  if (role == nullptr || of == nullptr) return std::optional(false);
  std::string how(Trim(arguments.back()));
  for (auto& c : how) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  const bool option = how.ends_with(" OPTION");
  if (how == "USAGE") return std::optional(catalog::HasRightsOf(facts.catalog(), *role, *of));
  if (how == "MEMBER") return std::optional(catalog::MayBecome(facts.catalog(), *role, *of));
  const bool known = how == "MEMBER WITH ADMIN OPTION" || how == "USAGE WITH ADMIN OPTION" ||
                     how == "MEMBER WITH GRANT OPTION" || how == "USAGE WITH GRANT OPTION";
  if (!option || !known) {
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "unrecognized privilege type: \"{}\"", arguments.back())
            .WithSqlState("22023"));
  }
  if (role->superuser) return std::optional(true);
  return std::optional(std::any_of(role->member_of.begin(), role->member_of.end(),
                                   [&](const auto& in) { return in.role == of->id && in.admin; }));
}

}  // namespace firn::sql::pg_catalog
