#include "catalog/objects/role.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "base/crc32c.h"
#include "catalog/version.h"

namespace firn::catalog {
namespace {

using Json = nlohmann::json;

struct Flag {
  const char* name;
  bool Role::*member;
  bool standard;
};
constexpr Flag kFlags[] = {{"superuser", &Role::superuser, false},
                           {"inherit", &Role::inherit, true},
                           {"create_role", &Role::create_role, false},
                           {"create_db", &Role::create_db, false},
                           {"login", &Role::login, false},
                           {"replication", &Role::replication, false},
                           {"bypass_rls", &Role::bypass_rls, false}};

Result<std::shared_ptr<Object>> ReadRole(const Json& json) {
  auto role = std::make_shared<Role>();
  for (const auto& flag : kFlags) (*role).*flag.member = json.value(flag.name, flag.standard);
  role->connection_limit = json.value("connection_limit", -1);
  role->password = json.value("password", "");
  if (json.contains("valid_until")) role->valid_until_us = json["valid_until"].get<int64_t>();
  for (const auto& one : json.value("member_of", Json::array())) {
    FIRN_TRY(const auto id, ParseUuid(one.at("role").get<std::string>()));
    role->member_of.push_back({.role = id, .admin = one.value("admin", false)});
  }
  role->settings = json.value("settings", std::map<std::string, std::string>());
  return role;
}

/// The user the server runs as.
std::string OsUser() {
  std::vector<char> buffer(16 * 1024);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr) {
    return "";
  }
  return found->pw_name;
}

constexpr uint8_t kBirthMark = 0x0b;

/// The same at every start, for every name.
RolePtr MakeBirthRole(const std::string& name) {
  auto role = std::make_shared<Role>();
  const uint32_t hash = Crc32c(name.data(), name.size());
  for (size_t i = 0; i < 4; ++i) role->id.bytes[11 + i] = static_cast<uint8_t>(hash >> (8 * i));
  role->id.bytes[15] = kBirthMark;
  role->name = name;
  role->revision = 0;  // the first change of it is 1
  role->superuser = role->create_role = role->create_db = role->login = true;
  role->replication = role->bypass_rls = true;
  return role;
}

const std::vector<RolePtr>& BirthRoles() {
  static const std::vector<RolePtr> kRoles = [] {
    std::vector<RolePtr> roles = {MakeBirthRole("firn"), MakeBirthRole("postgres")};
    const auto user = OsUser();
    if (!user.empty() && user != "firn" && user != "postgres") {
      roles.push_back(MakeBirthRole(user));
    }
    return roles;
  }();
  return kRoles;
}

}  // namespace

const ObjectKind Role::kKind = {.name = "role",
                                .noun = "role",
                                .name_space = "role",
                                .taken = "42710",
                                .missing = "42704",
                                .read = ReadRole};

void Role::WriteBody(Json& json) const {
  for (const auto& flag : kFlags) {
    if (this->*flag.member != flag.standard) json[flag.name] = this->*flag.member;
  }
  if (connection_limit >= 0) json["connection_limit"] = connection_limit;
  if (!password.empty()) json["password"] = password;
  if (valid_until_us) json["valid_until"] = *valid_until_us;
  for (const auto& one : member_of) {
    Json membership = {{"role", one.role.ToString()}};
    if (one.admin) membership["admin"] = true;
    json["member_of"].push_back(std::move(membership));
  }
  if (!settings.empty()) json["settings"] = settings;
}

bool IsRoleFromBirth(const Uuid& id) {
  const auto& roles = BirthRoles();
  return std::any_of(roles.begin(), roles.end(), [&](const auto& role) { return role->id == id; });
}

RolePtr FindRole(const Version& version, std::string_view name) {
  if (auto role = version.Find<Role>("", name)) return role;
  for (const auto& role : BirthRoles()) {
    // One that was renamed is in the version, by another name.
    if (role->name == name && version.FindObject(role->id) == nullptr) return role;
  }
  return nullptr;
}

RolePtr FindRole(const Version& version, const Uuid& id) {
  if (auto role = version.Find<Role>(id)) return role;
  for (const auto& role : BirthRoles()) {
    if (role->id == id) return role;
  }
  return nullptr;
}

RolePtr FirstRole(const Version& version) {
  return FindRole(version, BirthRoles().front()->id);
}

std::vector<RolePtr> AllRoles(const Version& version) {
  auto roles = version.All<Role>();
  for (const auto& role : BirthRoles()) {
    const auto named = FindRole(version, role->name);
    if (named != nullptr && named->revision == 0) roles.push_back(role);
  }
  std::sort(roles.begin(), roles.end(),
            [](const auto& a, const auto& b) { return a->name < b->name; });
  return roles;
}

namespace {

bool Reaches(const Version& version, const Role& role, const Role& of, bool only_inherited) {
  std::set<Uuid> seen;
  std::vector<Uuid> next = {role.id};
  while (!next.empty()) {
    const auto id = next.back();
    next.pop_back();
    if (id == of.id) return true;
    if (!seen.insert(id).second) continue;
    const auto member = id == role.id ? nullptr : FindRole(version, id);
    const Role* from = id == role.id ? &role : member.get();
    if (from == nullptr || (only_inherited && !from->inherit)) continue;
    for (const auto& one : from->member_of) next.push_back(one.role);
  }
  return false;
}

}  // namespace

bool IsMemberOf(const Version& version, const Role& role, const Role& of) {
  return Reaches(version, role, of, false);
}

bool MayBecome(const Version& version, const Role& role, const Role& of) {
  return role.superuser || IsMemberOf(version, role, of);
}

bool HasRightsOf(const Version& version, const Role& role, const Role& of) {
  return role.superuser || Reaches(version, role, of, true);
}

}  // namespace firn::catalog
