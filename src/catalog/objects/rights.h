// catalog: who owns a thing, and who else may do what with it. One object per thing, whose id
// follows from the thing's; what has none belongs to the role firn and gives no one anything but
// PostgreSQL's defaults.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "catalog/object.h"
#include "catalog/objects/role.h"

namespace firn::catalog {

/// As PostgreSQL's bits (AclMode), so that letters and order are the same.
enum class Right : uint32_t {
  kInsert = 1u << 0,
  kSelect = 1u << 1,
  kUpdate = 1u << 2,
  kDelete = 1u << 3,
  kTruncate = 1u << 4,
  kReferences = 1u << 5,
  kTrigger = 1u << 6,
  kUsage = 1u << 8,
  kCreate = 1u << 9,
  kTemporary = 1u << 10,
  kConnect = 1u << 11,
};
using RightSet = uint32_t;
constexpr RightSet Bit(Right right) {
  return static_cast<RightSet>(right);
}

enum class TargetKind : uint8_t { kTable, kSequence, kSchema, kDatabase, kType };

/// Everything that can be granted on such a thing; `column`: on a column of a table.
RightSet AllRights(TargetKind kind, bool column = false);
/// "SELECT" in any case; nothing for what is no right.
std::optional<Right> RightFromName(std::string_view name);
std::string_view NameOf(Right right);

struct Grant {
  Uuid grantee;  // nil: PUBLIC
  Uuid grantor;
  FieldId column;  // of a table; 0: the whole
  RightSet rights = 0;
  RightSet options = 0;  // those of the rights that the grantee may grant on

  bool operator==(const Grant&) const = default;
};

class Rights final : public Object {
 public:
  static const ObjectKind kKind;
  const ObjectKind& kind() const override { return kKind; }
  void WriteBody(nlohmann::json& json) const override;
  std::vector<Uuid> DependsOn() const override;
  Uuid BelongsTo() const override;

  Uuid target;
  Uuid owner;
  bool granted = false;     // a GRANT or REVOKE was said, even if nothing is left of it
  RightSet owner_lost = 0;  // what the owner took from itself; it may take it back
  std::vector<Grant> grants;
};
using RightsPtr = std::shared_ptr<const Rights>;

/// ALTER DEFAULT PRIVILEGES: what things that a role makes give to others from the start.
class DefaultRights final : public Object {
 public:
  static const ObjectKind kKind;
  const ObjectKind& kind() const override { return kKind; }
  void WriteBody(nlohmann::json& json) const override;
  std::vector<Uuid> DependsOn() const override;
  Uuid BelongsTo() const override { return in_schema; }

  Uuid role;
  Uuid in_schema;  // nil: in any
  TargetKind of = TargetKind::kTable;
  std::vector<Grant> grants;
};

/// The database itself as a target.
extern const Uuid kDatabaseTarget;

/// PostgreSQL's defaults: what PUBLIC may do on a database and on the schema public.
std::vector<Grant> DefaultGrants(const Uuid& target, const Uuid& owner);
/// What holds for the thing now, PostgreSQL's defaults if nobody said anything. Never null; its
/// revision is 0 then.
RightsPtr RightsOf(const Version& version, const Uuid& target);
/// The next revision, to be changed and put.
std::shared_ptr<Rights> NextRightsOf(const Version& version, const Uuid& target);

/// Whether a role may: as a superuser, the owner, or by a grant to it, to a role whose rights it
/// has, or to PUBLIC. `column` 0 asks for the right on the whole.
bool HasRight(const Version& version, const Role& role, const Uuid& target, Right right,
              FieldId column = FieldId());
/// Whether it has the right on some column, or on the whole.
bool HasRightOnAnyColumn(const Version& version, const Role& role, const Uuid& target, Right right);
bool Owns(const Version& version, const Role& role, const Uuid& target);

}  // namespace firn::catalog
