#include "catalog/objects/rights.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "catalog/objects/schema.h"
#include "catalog/version.h"

namespace firn::catalog {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<std::string_view, Right>, 11> kNames = {{
    {"INSERT", Right::kInsert},
    {"SELECT", Right::kSelect},
    {"UPDATE", Right::kUpdate},
    {"DELETE", Right::kDelete},
    {"TRUNCATE", Right::kTruncate},
    {"REFERENCES", Right::kReferences},
    {"TRIGGER", Right::kTrigger},
    {"USAGE", Right::kUsage},
    {"CREATE", Right::kCreate},
    {"TEMPORARY", Right::kTemporary},
    {"CONNECT", Right::kConnect},
}};

Json WriteGrants(const std::vector<Grant>& grants) {
  Json list = Json::array();
  for (const auto& grant : grants) {
    list.push_back({{"grantee", grant.grantee.ToString()},
                    {"grantor", grant.grantor.ToString()},
                    {"column", grant.column.value()},
                    {"rights", grant.rights},
                    {"options", grant.options}});
  }
  return list;
}

Result<std::vector<Grant>> ReadGrants(const Json& list) {
  std::vector<Grant> grants;
  for (const auto& item : list) {
    Grant grant;
    FIRN_TRY(grant.grantee, ParseUuid(item.at("grantee").get<std::string>()));
    FIRN_TRY(grant.grantor, ParseUuid(item.at("grantor").get<std::string>()));
    grant.column = FieldId(item.at("column").get<int32_t>());
    grant.rights = item.at("rights").get<RightSet>();
    grant.options = item.at("options").get<RightSet>();
    grants.push_back(grant);
  }
  return grants;
}

/// A role that is there from birth need not be in the catalog.
void AddRole(std::vector<Uuid>& needs, const Uuid& role) {
  if (!role.is_nil() && !IsRoleFromBirth(role)) needs.push_back(role);
}

void AddGrants(std::vector<Uuid>& needs, const std::vector<Grant>& grants) {
  for (const auto& grant : grants) {
    AddRole(needs, grant.grantee);
    AddRole(needs, grant.grantor);
  }
}

Uuid RightsIdOf(const Uuid& target) {
  Uuid id = target;
  id.bytes.front() ^= 0x20;
  return id;
}

template <typename Matches>
bool Granted(const Version& version, const Role& role, const Uuid& target, Right right,
             const Matches& matches) {
  const auto rights = RightsOf(version, target);
  const auto holds = [&](const Uuid& grantee) {
    if (grantee.is_nil()) return true;
    const auto to = FindRole(version, grantee);
    return to != nullptr && HasRightsOf(version, role, *to);
  };
  return std::any_of(rights->grants.begin(), rights->grants.end(), [&](const Grant& grant) {
    return (grant.rights & Bit(right)) != 0 && matches(grant.column) && holds(grant.grantee);
  });
}

}  // namespace

const Uuid kDatabaseTarget = [] {
  Uuid id;  // no version-7 UUID, nor that of schema public or a role from birth
  id.bytes.front() = 0xDB;
  return id;
}();

RightSet AllRights(TargetKind kind, bool column) {
  constexpr RightSet kOfColumns =
      Bit(Right::kInsert) | Bit(Right::kSelect) | Bit(Right::kUpdate) | Bit(Right::kReferences);
  switch (kind) {
    case TargetKind::kTable:
      return column
                 ? kOfColumns
                 : kOfColumns | Bit(Right::kDelete) | Bit(Right::kTruncate) | Bit(Right::kTrigger);
    case TargetKind::kSequence:
      return Bit(Right::kUsage) | Bit(Right::kSelect) | Bit(Right::kUpdate);
    case TargetKind::kSchema:
      return Bit(Right::kUsage) | Bit(Right::kCreate);
    case TargetKind::kDatabase:
      return Bit(Right::kCreate) | Bit(Right::kConnect) | Bit(Right::kTemporary);
    case TargetKind::kType:
      return Bit(Right::kUsage);
  }
  return 0;
}

std::optional<Right> RightFromName(std::string_view name) {
  const auto same = [](std::string_view upper, std::string_view said) {
    return std::equal(upper.begin(), upper.end(), said.begin(), said.end(),
                      [](char a, char b) { return a == (b >= 'a' && b <= 'z' ? b - 32 : b); });
  };
  if (same("TEMP", name)) return Right::kTemporary;
  for (const auto& [known, right] : kNames) {
    if (same(known, name)) return right;
  }
  return std::nullopt;
}

std::string_view NameOf(Right right) {
  for (const auto& [name, known] : kNames) {
    if (known == right) return name;
  }
  return "";
}

const ObjectKind Rights::kKind = {
    .name = "rights",
    .noun = "privileges",
    .name_space = "",
    .taken = "42710",
    .missing = "42704",
    .read = [](const Json& json) -> Result<std::shared_ptr<Object>> {
      auto rights = std::make_shared<Rights>();
      FIRN_TRY(rights->target, ParseUuid(json.at("target").get<std::string>()));
      FIRN_TRY(rights->owner, ParseUuid(json.at("owner").get<std::string>()));
      FIRN_TRY(rights->grants, ReadGrants(json.at("grants")));
      rights->granted = json.value("granted", false);
      rights->owner_lost = json.value("owner_lost", RightSet{0});
      return rights;
    }};

void Rights::WriteBody(Json& json) const {
  json["target"] = target.ToString();
  json["owner"] = owner.ToString();
  if (granted) json["granted"] = true;
  if (owner_lost != 0) json["owner_lost"] = owner_lost;
  json["grants"] = WriteGrants(grants);
}

std::vector<Uuid> Rights::DependsOn() const {
  std::vector<Uuid> needs;
  AddRole(needs, owner);
  AddGrants(needs, grants);
  return needs;
}

Uuid Rights::BelongsTo() const {
  return target == kDatabaseTarget ? Uuid() : target;
}

const ObjectKind DefaultRights::kKind = {
    .name = "default_rights",
    .noun = "default privileges",
    .name_space = "",
    .taken = "42710",
    .missing = "42704",
    .read = [](const Json& json) -> Result<std::shared_ptr<Object>> {
      auto rights = std::make_shared<DefaultRights>();
      FIRN_TRY(rights->role, ParseUuid(json.at("role").get<std::string>()));
      FIRN_TRY(rights->in_schema, ParseUuid(json.at("in_schema").get<std::string>()));
      rights->of = static_cast<TargetKind>(json.at("of").get<int>());
      FIRN_TRY(rights->grants, ReadGrants(json.at("grants")));
      return rights;
    }};

void DefaultRights::WriteBody(Json& json) const {
  json["role"] = role.ToString();
  json["in_schema"] = in_schema.ToString();
  json["of"] = static_cast<int>(of);
  json["grants"] = WriteGrants(grants);
}

std::vector<Uuid> DefaultRights::DependsOn() const {
  std::vector<Uuid> needs;
  AddRole(needs, role);
  AddGrants(needs, grants);
  return needs;
}

std::vector<Grant> DefaultGrants(const Uuid& target, const Uuid& owner) {
  Grant all{.grantee = {}, .grantor = owner};
  if (target == kDatabaseTarget) all.rights = Bit(Right::kConnect) | Bit(Right::kTemporary);
  if (target == PublicSchema()->id) all.rights = Bit(Right::kUsage);
  if (all.rights == 0) return {};
  return {all};
}

RightsPtr RightsOf(const Version& version, const Uuid& target) {
  if (auto rights = version.Find<Rights>(RightsIdOf(target))) return rights;
  auto rights = std::make_shared<Rights>();
  rights->id = RightsIdOf(target);
  rights->target = target;
  rights->owner = FirstRole(version)->id;
  rights->revision = 0;
  rights->grants = DefaultGrants(target, rights->owner);
  return rights;
}

std::shared_ptr<Rights> NextRightsOf(const Version& version, const Uuid& target) {
  auto next = std::make_shared<Rights>(*RightsOf(version, target));
  ++next->revision;
  return next;
}

bool Owns(const Version& version, const Role& role, const Uuid& target) {
  if (role.superuser) return true;
  const auto owner = FindRole(version, RightsOf(version, target)->owner);
  return owner != nullptr && HasRightsOf(version, role, *owner);
}

namespace {

/// As the owner, which may have taken it from itself.
bool OwnsRight(const Version& version, const Role& role, const Uuid& target, Right right) {
  if (role.superuser) return true;
  return (RightsOf(version, target)->owner_lost & Bit(right)) == 0 && Owns(version, role, target);
}

}  // namespace

bool HasRight(const Version& version, const Role& role, const Uuid& target, Right right,
              FieldId column) {
  if (OwnsRight(version, role, target, right)) return true;
  return Granted(version, role, target, right,
                 [column](FieldId granted) { return granted == FieldId() || granted == column; });
}

bool HasRightOnAnyColumn(const Version& version, const Role& role, const Uuid& target,
                         Right right) {
  if (OwnsRight(version, role, target, right)) return true;
  return Granted(version, role, target, right, [](FieldId) { return true; });
}

}  // namespace firn::catalog
