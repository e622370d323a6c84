// GRANT, REVOKE, ALTER DEFAULT PRIVILEGES, OWNER TO.
#include <algorithm>

#include "catalog/objects/schema.h"
#include "sql/ddl_internal.h"
#include "sql/relations.h"
#include "sql/rights.h"
#include "sql/roles.h"

namespace firn::sql {
namespace {

using catalog::Grant;
using catalog::RightSet;
using catalog::TargetKind;

const catalog::Version& CatalogOf(const SessionContext& session) {
  return *session.transaction.view().catalog;
}

/// The id of a role that rights go to; nil: PUBLIC.
Result<Uuid> GranteeOf(const SessionContext& session, const RoleName& named) {
  if (named.kind == RoleName::Kind::kPublic) return Uuid();
  FIRN_TRY(const auto role, FindNamedRole(session, named));
  return role->id;
}

/// A thing rights are about.
struct Target {
  Uuid id;
  std::string word;  // "table t", "schema s", for messages
  const catalog::TableDefinition* table = nullptr;
  bool sequence = false;
};

Grant& GrantOf(std::vector<Grant>& grants, const Uuid& grantee, const Uuid& grantor,
               FieldId column) {
  for (auto& grant : grants) {
    if (grant.grantee == grantee && grant.grantor == grantor && grant.column == column) {
      return grant;
    }
  }
  return grants.emplace_back(Grant{.grantee = grantee, .grantor = grantor, .column = column});
}

/// One right to one role on one thing or column, given or taken.
class GrantList {
 public:
  GrantList(std::vector<Grant>& grants, const GrantCommand& command)
      : grants_(grants), command_(command) {}

  Status Change(const Uuid& grantee, const Uuid& grantor, FieldId column, RightSet rights) {
    if (command_.grant) {
      auto& grant = GrantOf(grants_, grantee, grantor, column);
      grant.rights |= rights;
      if (command_.option) grant.options |= rights;
      return {};
    }
    RightSet lost = 0;  // options that the grantee no longer has
    for (auto& grant : grants_) {
      // What is taken from the whole is taken from its columns too.
      const bool here = grant.column == column || column == FieldId();
      if (grant.grantee != grantee || !here) continue;
      lost |= grant.options & rights;
      grant.options &= ~rights;
      if (!command_.option) grant.rights &= ~rights;
    }
    FIRN_RETURN_IF_ERROR(TakeDependents(grantee, lost));
    std::erase_if(grants_, [](const Grant& grant) { return grant.rights == 0; });
    return {};
  }

 private:
  /// What a role without the option any more gave to others goes too, with CASCADE only.
  Status TakeDependents(const Uuid& grantor, RightSet lost) {
    if (lost == 0) return {};
    for (size_t i = 0; i < grants_.size(); ++i) {
      const RightSet given = grants_[i].rights & lost;
      if (grants_[i].grantor != grantor || given == 0) continue;
      if (!command_.cascade) {
        return Fail(MakeError(ErrorCode::kConflict, "dependent privileges exist")
                        .WithSqlState("2BP01")
                        .WithHint("Use CASCADE to revoke them too."));
      }
      const RightSet options = grants_[i].options & given;
      grants_[i].rights &= ~given;
      grants_[i].options &= ~given;
      FIRN_RETURN_IF_ERROR(TakeDependents(grants_[i].grantee, options));
    }
    return {};
  }

  std::vector<Grant>& grants_;
  const GrantCommand& command_;
};

/// Those of the rights that the role may grant: all as the owner, else by its grant options.
RightSet Grantable(const catalog::Version& catalog, const catalog::Role& role,
                   const catalog::Rights& rights, FieldId column) {
  RightSet options = 0;
  for (const auto& grant : rights.grants) {
    const auto to = catalog::FindRole(catalog, grant.grantee);
    const bool here = grant.column == FieldId() || grant.column == column;
    if (here && to != nullptr && catalog::HasRightsOf(catalog, role, *to)) options |= grant.options;
  }
  return options;
}

class GrantStatement {
 public:
  GrantStatement(SessionContext& session, const GrantCommand& command, Output& out)
      : session_(session), command_(command), out_(out) {}

  Task<Status> Run() {
    auto targets = Targets();
    if (!targets) co_return Failure(std::move(targets).error());
    for (const auto& target : *targets) {
      if (BeyondSequences(target) != 0) {
        const auto name = target.word.substr(target.word.find(' ') + 1);
        auto warning = MakeNotice(
            "0LP01",
            fmt::format("sequence \"{}\" only supports USAGE, SELECT, and UPDATE privileges",
                        name));
        auto told = co_await out_.Notice(std::move(warning));
        if (!told) co_return told;
      }
      auto changed = Change(target);
      if (!changed) co_return Failure(std::move(changed).error());
      if (changed->empty()) continue;
      auto warning = MakeNotice(command_.grant ? "01007" : "01006", *std::move(changed));
      auto told = co_await out_.Notice(std::move(warning));
      if (!told) co_return told;
    }
    co_return Status();
  }

 private:
  Result<std::vector<Target>> Targets() const {
    std::vector<Target> targets;
    const auto& catalog = CatalogOf(session_);
    if (command_.kind == TargetKind::kDatabase) {
      for (const auto& name : command_.names) {
        if (name == session_.identity.database || name == catalog::kDefaultDatabase) continue;
        return Fail(MakeError(ErrorCode::kNotFound, "database \"{}\" does not exist", name)
                        .WithSqlState("3D000"));
      }
      targets.push_back({.id = catalog::kDatabaseTarget, .word = "database main"});
    }
    for (const auto& name : command_.names) {
      if (command_.kind == TargetKind::kDatabase) continue;
      const auto schema = catalog.Find<catalog::Schema>("", name);
      if (schema == nullptr) {
        return Fail(MakeError(ErrorCode::kNotFound, "schema \"{}\" does not exist", name)
                        .WithSqlState("3F000"));
      }
      if (command_.all_in_schema) {
        AddAllIn(name, targets);
      } else {
        targets.push_back({.id = schema->id, .word = "schema " + name});
      }
    }
    for (const auto& name : command_.relations) {
      const auto relation = FindRelation(session_, name);
      if (!name.schema.empty()) {
        FIRN_RETURN_IF_ERROR(RequireOnSchema(session_, name.schema, catalog::Right::kUsage));
      }
      if (!relation) return NoSuchRelation(session_, name);
      if (command_.kind == TargetKind::kSequence && relation.type() != ObjectType::kSequence) {
        return Fail(MakeError(ErrorCode::kInvalidInput, "\"{}\" is not a sequence", name.name)
                        .WithSqlState("42809"));
      }
      targets.push_back(TargetOf(relation));
    }
    return targets;
  }

  static Target TargetOf(const NamedRelation& relation) {
    const auto& name = relation.table != nullptr ? relation.table->name : relation.object->name;
    return {.id = relation.id(),
            .word = fmt::format(
                "{} {}", relation.type() == ObjectType::kSequence ? "sequence" : "table", name),
            .table = relation.table.get(),
            .sequence = relation.type() == ObjectType::kSequence};
  }

  void AddAllIn(const std::string& schema, std::vector<Target>& targets) const {
    const auto& catalog = CatalogOf(session_);
    for (const auto& [id, table] : catalog.tables()) {
      if (table->schema == schema && command_.kind == TargetKind::kTable) {
        targets.push_back(TargetOf({.table = table, .object = nullptr}));
      }
    }
    for (const auto& [id, object] : catalog.objects()) {
      const bool sequence = &object->kind() == &catalog::Sequence::kKind;
      const bool view = &object->kind() == &catalog::View::kKind;
      const bool asked = command_.kind == TargetKind::kTable ? view : sequence;
      if (object->schema == schema && asked) {
        targets.push_back(TargetOf({.table = nullptr, .object = object}));
      }
    }
  }

  /// The fields of named columns; one 0 for none.
  static Result<std::vector<FieldId>> ColumnsOf(const Target& target,
                                                const std::vector<std::string>& names) {
    if (names.empty()) return std::vector<FieldId>{FieldId()};
    std::vector<FieldId> columns;
    for (const auto& name : names) {
      const int index = target.table == nullptr ? -1 : target.table->columns.Find(name);
      if (index < 0) {
        return Fail(MakeError(ErrorCode::kNotFound,
                              "column \"{}\" of relation \"{}\" does not exist", name,
                              target.table == nullptr ? target.word : target.table->name)
                        .WithSqlState("42703"));
      }
      columns.push_back(target.table->columns.columns[static_cast<size_t>(index)].id);
    }
    return columns;
  }

  /// GRANT … ON a sequence without saying SEQUENCE: ALL is all there is of a sequence.
  RightSet RightsOn(const Target& target, RightSet said) const {
    const bool as_table = target.sequence && command_.kind == TargetKind::kTable;
    if (!as_table) return said;
    const auto all = catalog::AllRights(TargetKind::kSequence);
    return said == catalog::AllRights(TargetKind::kTable) ? all : said & all;
  }
  /// Rights named one by one that no sequence has.
  RightSet BeyondSequences(const Target& target) const {
    RightSet beyond = 0;
    if (!target.sequence || command_.kind != TargetKind::kTable) return beyond;
    for (const auto& one : command_.rights) {
      if (one.rights == catalog::AllRights(TargetKind::kTable)) continue;
      beyond |= one.rights & ~catalog::AllRights(TargetKind::kSequence);
    }
    return beyond;
  }

  /// What there is to warn of; empty: nothing.
  Result<std::string> Change(const Target& target) {
    const auto& catalog = CatalogOf(session_);
    FIRN_TRY(const auto role, ActingRole(session_));
    auto next = catalog::NextRightsOf(catalog, target.id);
    const bool owns = catalog::Owns(catalog, *role, target.id);
    const Uuid grantor = owns ? next->owner : role->id;
    GrantList list(next->grants, command_);
    next->granted = true;
    bool all = true;
    bool any = false;
    for (const auto& one : command_.rights) {
      FIRN_TRY(const auto columns, ColumnsOf(target, one.columns));
      const auto rights = RightsOn(target, one.rights);
      for (const auto column : columns) {
        const RightSet may = owns ? rights : rights & Grantable(catalog, *role, *next, column);
        all = all && may == rights;
        any = any || may != 0;
        for (const auto& named : command_.grantees) {
          FIRN_TRY(const auto grantee, GranteeOf(session_, named));
          if (grantee.is_nil() && command_.grant && command_.option) {
            return Fail(
                MakeError(ErrorCode::kInvalidInput, "grant options can only be granted to roles")
                    .WithSqlState("0LP01"));
          }
          if (!grantee.is_nil() && grantee == next->owner && grantor == grantee) {
            ChangeOwn(*next, column, may);
            continue;
          }
          FIRN_RETURN_IF_ERROR(CheckNotBack(*role, *next, grantee, column, may));
          FIRN_RETURN_IF_ERROR(list.Change(grantee, grantor, column, may));
        }
      }
    }
    if (!any && !HasAny(*role, *next)) {
      return Fail(MakeError(ErrorCode::kDenied, "permission denied for {}", target.word)
                      .WithSqlState("42501"));
    }
    if (any) FIRN_RETURN_IF_ERROR(session_.transaction.AddChange(catalog::PutObject{next}));
    const auto name = target.word.substr(target.word.find(' ') + 1);
    const auto* done = command_.grant ? "granted" : "revoked";
    const auto* could = command_.grant ? "granted" : "could be revoked";
    if (!any)
      return fmt::format("no privileges {} for \"{}\"", command_.grant ? "were granted" : could,
                         name);
    if (!all) {
      return fmt::format("not all privileges {} for \"{}\"",
                         command_.grant ? fmt::format("were {}", done) : could, name);
    }
    return std::string();
  }

  /// What the owner gives to itself or takes from itself: its options stay.
  void ChangeOwn(catalog::Rights& rights, FieldId column, RightSet changed) const {
    if (command_.option || column != FieldId()) return;
    if (command_.grant) {
      rights.owner_lost &= ~changed;
    } else {
      rights.owner_lost |= changed;
    }
  }

  /// A grant option does not go in a circle: without what the grantee has given, the grantor must
  /// still have it.
  Status CheckNotBack(const catalog::Role& role, const catalog::Rights& rights, const Uuid& grantee,
                      FieldId column, RightSet given) const {
    const auto& catalog = CatalogOf(session_);
    const bool asked = command_.grant && command_.option && given != 0;
    if (!asked || catalog::Owns(catalog, role, rights.target)) return {};
    auto without = rights;
    std::vector<Uuid> losers = {grantee};
    for (size_t i = 0; i < losers.size(); ++i) {
      for (auto& grant : without.grants) {
        const bool of_loser = grant.grantee == losers[i];
        const bool by_loser = grant.grantor == losers[i];
        if ((!of_loser && !by_loser) || (grant.options & given) == 0) continue;
        grant.options &= ~given;
        losers.push_back(grant.grantee);
      }
    }
    if ((Grantable(catalog, role, without, column) & given) == given) return {};
    return Fail(MakeError(ErrorCode::kInvalidInput,
                          "grant options cannot be granted back to your own grantor")
                    .WithSqlState("0LP01"));
  }

  /// Any right at all, or the option to grant one, as PostgreSQL asks before it only warns.
  bool HasAny(const catalog::Role& role, const catalog::Rights& rights) const {
    const auto& catalog = CatalogOf(session_);
    return std::any_of(rights.grants.begin(), rights.grants.end(), [&](const Grant& grant) {
      if (grant.grantee.is_nil()) return true;
      const auto to = catalog::FindRole(catalog, grant.grantee);
      return to != nullptr && catalog::HasRightsOf(catalog, role, *to);
    });
  }

  SessionContext& session_;
  const GrantCommand& command_;
  Output& out_;
};

std::shared_ptr<catalog::DefaultRights> NextDefault(const catalog::Version& catalog,
                                                    const Uuid& role, const Uuid& schema,
                                                    TargetKind of) {
  for (const auto& one : catalog.All<catalog::DefaultRights>()) {
    if (one->role != role || one->in_schema != schema || one->of != of) continue;
    auto next = std::make_shared<catalog::DefaultRights>(*one);
    ++next->revision;
    return next;
  }
  auto made = std::make_shared<catalog::DefaultRights>();
  made->id = NewUuidV7();
  made->role = role;
  made->in_schema = schema;
  made->of = of;
  return made;
}

Status ChangeDefaults(SessionContext& session, const GrantCommand& command) {
  FIRN_TRY(const auto me, ActingRole(session));
  std::vector<catalog::RolePtr> roles;
  for (const auto& named : command.defaults->roles) {
    FIRN_TRY(const auto role, FindNamedRole(session, named));
    if (!catalog::MayBecome(CatalogOf(session), *me, *role)) {
      return Fail(MakeError(ErrorCode::kDenied, "must be member of role \"{}\"", role->name)
                      .WithSqlState("42501"));
    }
    roles.push_back(role);
  }
  if (roles.empty()) roles.push_back(me);
  std::vector<Uuid> schemas;
  for (const auto& name : command.defaults->schemas) {
    const auto schema = CatalogOf(session).Find<catalog::Schema>("", name);
    if (schema == nullptr) {
      return Fail(MakeError(ErrorCode::kNotFound, "schema \"{}\" does not exist", name)
                      .WithSqlState("3F000"));
    }
    schemas.push_back(schema->id);
  }
  if (schemas.empty()) schemas.emplace_back();
  for (const auto& role : roles) {
    for (const auto& schema : schemas) {
      auto next = NextDefault(CatalogOf(session), role->id, schema, command.kind);
      GrantList list(next->grants, command);
      for (const auto& one : command.rights) {
        if (!one.columns.empty()) {
          return Fail(
              MakeError(ErrorCode::kInvalidInput, "default privileges cannot be set for columns")
                  .WithSqlState("0LP01"));
        }
        for (const auto& named : command.grantees) {
          FIRN_TRY(const auto grantee, GranteeOf(session, named));
          FIRN_RETURN_IF_ERROR(list.Change(grantee, role->id, FieldId(), one.rights));
        }
      }
      FIRN_RETURN_IF_ERROR(session.transaction.AddChange(catalog::PutObject{std::move(next)}));
    }
  }
  return {};
}

}  // namespace

Task<Status> Run(SessionContext& session, const GrantCommand& command, Output& out) {
  if (command.nothing) co_return Status();
  if (command.defaults) co_return ChangeDefaults(session, command);
  GrantStatement statement(session, command, out);
  co_return co_await statement.Run();
}

Task<Status> Run(SessionContext& session, const ChangeOwnerCommand& command, Output& out) {
  auto owner = FindNamedRole(session, command.owner);
  if (!owner) co_return Failure(std::move(owner).error());
  const auto& catalog = CatalogOf(session);
  Uuid target;
  Status allowed;
  if (!command.schema.empty()) {
    const auto schema = catalog.Find<catalog::Schema>("", command.schema);
    if (schema == nullptr) {
      co_return Fail(MakeError(ErrorCode::kNotFound, "schema \"{}\" does not exist", command.schema)
                         .WithSqlState("3F000"));
    }
    target = schema->id;
    allowed = RequireSchemaOwner(session, command.schema);
  } else {
    const auto relation = FindRelation(session, command.relation);
    if (!relation && command.if_exists) {
      co_return co_await Tell(
          out, "00000",
          fmt::format("relation \"{}\" does not exist, skipping", command.relation.name));
    }
    if (!relation) co_return NoSuchRelation(session, command.relation);
    target = relation.id();
    allowed = RequireOwner(session, relation);
  }
  if (!allowed) co_return allowed;
  auto me = ActingRole(session);
  if (!me) co_return Failure(std::move(me).error());
  if (!catalog::MayBecome(catalog, **me, **owner)) {
    co_return Fail(MakeError(ErrorCode::kDenied, "must be member of role \"{}\"", (*owner)->name)
                       .WithSqlState("42501"));
  }
  auto next = catalog::NextRightsOf(catalog, target);
  for (auto& grant : next->grants) {
    if (grant.grantor == next->owner) grant.grantor = (*owner)->id;
    if (grant.grantee == next->owner && !next->owner.is_nil()) grant.grantee = (*owner)->id;
  }
  next->owner = (*owner)->id;
  next->owner_lost = 0;
  co_return session.transaction.AddChange(catalog::PutObject{std::move(next)});
}

}  // namespace firn::sql
