// catalog: roles: who may sign in, and whose rights they have.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/object.h"

namespace firn::catalog {

class Version;

class Role final : public Object {
 public:
  static const ObjectKind kKind;
  const ObjectKind& kind() const override { return kKind; }
  void WriteBody(nlohmann::json& json) const override;

  struct Membership {
    Uuid role;           // may be gone: then it means nothing
    bool admin = false;  // may grant it to others
    bool operator==(const Membership&) const = default;
  };

  bool superuser = false;
  bool inherit = true;
  bool create_role = false;
  bool create_db = false;
  bool login = false;
  bool replication = false;
  bool bypass_rls = false;
  int32_t connection_limit = -1;                // -1: none
  std::string password;                         // base/scram_verifier.h; empty: none
  std::optional<int64_t> valid_until_us;        // of the password
  std::vector<Membership> member_of;            // directly
  std::map<std::string, std::string> settings;  // ALTER ROLE … SET: a new session's
};

using RolePtr = std::shared_ptr<const Role>;

// The superusers firn, postgres and the user the server runs as are there from birth: they are in
// a Version only once something about them was changed. These functions know both.

RolePtr FindRole(const Version& version, std::string_view name);
RolePtr FindRole(const Version& version, const Uuid& id);
std::vector<RolePtr> AllRoles(const Version& version);
bool IsRoleFromBirth(const Uuid& id);
/// The role firn, by whatever name now: it owns what nobody is said to own.
RolePtr FirstRole(const Version& version);
/// Whether a role has another's rights without a word: it is the other, a member of it over any
/// number of steps that all inherit, or a superuser.
bool HasRightsOf(const Version& version, const Role& role, const Role& of);
/// Whether it may SET ROLE to the other: as above, but over steps that do not inherit too.
bool MayBecome(const Version& version, const Role& role, const Role& of);
/// The same without the superuser's special place.
bool IsMemberOf(const Version& version, const Role& role, const Role& of);

}  // namespace firn::catalog
