#include "sql/roles.h"

#include <algorithm>
#include <utility>

#include <arrow/array.h>

#include "base/scram_verifier.h"
#include "columnar/calendar.h"
#include "sql/parameters.h"
#include "sql/rights.h"
#include "sql/session_settings.h"

namespace firn::sql {
namespace {

using catalog::Role;
using catalog::RolePtr;

Failure Refused(std::string_view sqlstate, std::string message, std::string hint = {}) {
  auto error = MakeError(ErrorCode::kDenied, "{}", message).WithSqlState(sqlstate);
  error.hint = std::move(hint);
  return Fail(std::move(error));
}

Failure NoRole(std::string_view name, std::string_view sqlstate = "42704") {
  return Fail(
      MakeError(ErrorCode::kNotFound, "role \"{}\" does not exist", name).WithSqlState(sqlstate));
}

Failure NotNow(std::string_view why) {
  return Fail(MakeError(ErrorCode::kUnsupported, "{}", why)
                  .WithSqlState("0A000")
                  .WithHint("Rename it in a session of another role."));
}

Status CheckNewName(const std::string& name) {
  if (name.starts_with("pg_")) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "role name \"{}\" is reserved", name)
                    .WithSqlState("42939")
                    .WithDetail("Role names starting with \"pg_\" are reserved."));
  }
  if (name == "public" || name == "none") {
    return Fail(MakeError(ErrorCode::kInvalidInput, "role name \"{}\" is reserved", name)
                    .WithSqlState("42939"));
  }
  return {};
}

bool LooksLikeMd5(std::string_view password) {
  return password.size() == 35 && password.starts_with("md5") &&
         password.substr(3).find_first_not_of("0123456789abcdef") == password.npos;
}

/// Nothing, or what psql's \password makes of nothing.
bool IsEmptyPassword(std::string_view password) {
  constexpr int kIterationsTried = 100'000;  // a tenth of a second
  const auto verifier = ScramVerifier::Parse(password);
  if (!verifier) return password.empty();
  return verifier->iterations <= kIterationsTried && verifier->IsOf("");
}

/// What is kept of a password; empty: none.
Result<std::string> KeptPassword(const std::string& password) {
  if (LooksLikeMd5(password)) {
    return Fail(MakeError(ErrorCode::kUnsupported, "MD5 password hashes are not supported")
                    .WithHint("Give the password itself, or a SCRAM-SHA-256 verifier."));
  }
  if (IsEmptyPassword(password)) return std::string();
  return ScramVerifier::Parse(password) ? password : ScramVerifier::Of(password).ToString();
}

Uuid SessionRoleId(const SessionContext& session) {
  const auto set = session.settings.FindRole("session_authorization");
  return set ? set->id : session.identity.role;
}

Uuid CurrentRoleId(const SessionContext& session) {
  const auto set = session.settings.FindRole("role");
  return set && !set->id.is_nil() ? set->id : SessionRoleId(session);
}

/// What the statement sees; one that reads nothing has no view.
std::shared_ptr<const catalog::Version> CatalogOf(const SessionContext& session) {
  const auto& catalog = session.transaction.view().catalog;
  return catalog ? catalog : session.services.database.TakeSnapshot().root->catalog;
}

Result<RolePtr> RoleOf(const SessionContext& session, const Uuid& id) {
  auto role = catalog::FindRole(*CatalogOf(session), id);
  if (role) return role;
  return Fail(MakeError(ErrorCode::kNotFound, "the role was dropped: {}", id.ToString())
                  .WithSqlState("42704"));
}

/// The role that a value of `role` or `session_authorization` names. Errors: 22023 there is none,
/// 42501 not for this session.
Result<RolePtr> RoleToBe(const catalog::Version& catalog, const RolePtr& signed_in,
                         const RolePtr& session_role, bool of_role, const std::string& name) {
  auto wanted = catalog::FindRole(catalog, name);
  if (!wanted) return NoRole(name, "22023");
  if (of_role) {
    if (session_role && catalog::MayBecome(catalog, *session_role, *wanted)) return wanted;
    return Refused("42501", fmt::format("permission denied to set role \"{}\"", wanted->name));
  }
  if (signed_in && (signed_in->superuser || wanted->id == signed_in->id)) return wanted;
  return Refused(
      "42501", fmt::format("permission denied to set session authorization \"{}\"", wanted->name));
}

/// One statement: the catalog it sees, and what it changes in it.
class RoleStatement {
 public:
  RoleStatement(SessionContext& session, Output& out) : session_(session), out_(out) {}

  Task<Result<std::string>> Create(const CreateRoleCommand& command) {
    auto made = PrepareCreate(command);
    if (!made) co_return Failure(std::move(made).error());
    auto noticed = co_await NoticeEmptyPassword(command.options);
    if (!noticed) co_return Failure(std::move(noticed).error());
    co_return std::string("CREATE ROLE");
  }

  Task<Result<std::string>> Alter(const AlterRoleCommand& command) {
    auto changed = PrepareAlter(command);
    if (!changed) co_return Failure(std::move(changed).error());
    auto noticed = co_await NoticeEmptyPassword(command.options);
    if (!noticed) co_return Failure(std::move(noticed).error());
    co_return std::string("ALTER ROLE");
  }

  Task<Result<std::string>> Set(const AlterRoleSetCommand& command) {
    auto changed = PrepareSet(command);
    if (!changed) co_return Failure(std::move(changed).error());
    if (*changed) {
      auto sent = co_await out_.Notice(**std::move(changed));
      if (!sent) co_return Failure(std::move(sent).error());
    }
    co_return std::string("ALTER ROLE");
  }

  Result<std::string> Rename(const RenameRoleCommand& command) {
    const auto role = catalog::FindRole(catalog(), command.from);
    if (!role) return NoRole(command.from);
    FIRN_TRY(const auto me, Me());
    if (role->superuser && !me->superuser) {
      return Refused("42501", "must be superuser to rename superusers");
    }
    FIRN_RETURN_IF_ERROR(CheckMayChange(*me, *role));
    if (role->id == SessionRoleId(session_)) {
      return NotNow("session user cannot be renamed");
    }
    if (role->id == CurrentRoleId(session_)) {
      return NotNow("current user cannot be renamed");
    }
    FIRN_RETURN_IF_ERROR(CheckNewName(command.to));
    FIRN_RETURN_IF_ERROR(CheckFree(command.to));
    auto next = NextOf(*role);
    next->name = command.to;
    FIRN_RETURN_IF_ERROR(Put(std::move(next)));
    return std::string("ALTER ROLE");
  }

  Task<Result<std::string>> Drop(const DropRoleCommand& command) {
    auto me = Me();
    if (!me) co_return Failure(std::move(me).error());
    if (!(*me)->superuser && !(*me)->create_role) {
      co_return Refused("42501", "permission denied to drop role");
    }
    for (const auto& named : command.roles) {
      const auto role = catalog::FindRole(catalog(), named.name);
      if (!role && command.if_exists) {
        auto notice =
            MakeNotice("00000", fmt::format("role \"{}\" does not exist, skipping", named.name));
        auto sent = co_await out_.Notice(std::move(notice));
        if (!sent) co_return Failure(std::move(sent).error());
        continue;
      }
      auto dropped = role ? DropOne(**me, *role) : Status(NoRole(named.name));
      if (!dropped) co_return Failure(std::move(dropped).error());
    }
    co_return std::string("DROP ROLE");
  }

  Task<Result<std::string>> Grant(const GrantRoleCommand& command) {
    for (const auto& granted : command.roles) {
      for (const auto& grantee : command.grantees) {
        auto notice = GrantOne(granted, grantee, command);
        if (!notice) co_return Failure(std::move(notice).error());
        if (!*notice) continue;
        auto sent = co_await out_.Notice(**std::move(notice));
        if (!sent) co_return Failure(std::move(sent).error());
      }
    }
    co_return std::string(command.grant ? "GRANT ROLE" : "REVOKE ROLE");
  }

 private:
  const catalog::Version& catalog() const { return *session_.transaction.view().catalog; }
  Result<RolePtr> Me() const { return ActingRole(session_); }

  Result<RolePtr> Find(const RoleName& named) const { return FindNamedRole(session_, named); }

  static std::shared_ptr<Role> NextOf(const Role& role) {
    auto next = std::make_shared<Role>(role);
    ++next->revision;
    return next;
  }
  Status Put(std::shared_ptr<Role> role) {
    return session_.transaction.AddChange(catalog::PutObject{std::move(role)});
  }
  Status CheckFree(const std::string& name) const {
    if (catalog::FindRole(catalog(), name) == nullptr) return {};
    return Fail(MakeError(ErrorCode::kAlreadyExists, "role \"{}\" already exists", name)
                    .WithSqlState("42710"));
  }

  /// Superusers are changed by superusers, others also by roles with CREATEROLE.
  static Status CheckMayChange(const Role& me, const Role& role) {
    if (me.superuser) return {};
    if (role.superuser) return Refused("42501", "must be superuser to alter superusers");
    if (!me.create_role) return Refused("42501", "permission denied");
    return {};
  }
  /// What superusers alone give, take, and change the bearers of.
  static Status CheckMayAlter(const Role& me, const Role& role, const RoleOptions& options) {
    if (me.superuser) return {};
    if (role.superuser || options.superuser) {
      return Refused("42501",
                     "must be superuser to alter superuser roles or change superuser attribute");
    }
    if (role.replication || options.replication) {
      return Refused("42501",
                     "must be superuser to alter replication roles or change replication "
                     "attribute");
    }
    if (options.bypass_rls) {
      return Refused("42501", "must be superuser to change bypassrls attribute");
    }
    return {};
  }
  static Status CheckMayGive(const Role& me, const RoleOptions& options) {
    if (me.superuser) return {};
    if (options.superuser.value_or(false)) {
      return Refused("42501", "must be superuser to create superusers");
    }
    if (options.replication.value_or(false)) {
      return Refused("42501", "must be superuser to create replication users");
    }
    if (options.bypass_rls.value_or(false)) {
      return Refused("42501", "must be superuser to create bypassrls users");
    }
    return {};
  }

  static Status Apply(const RoleOptions& options, Role& role) {
    role.superuser = options.superuser.value_or(role.superuser);
    role.inherit = options.inherit.value_or(role.inherit);
    role.create_role = options.create_role.value_or(role.create_role);
    role.create_db = options.create_db.value_or(role.create_db);
    role.login = options.login.value_or(role.login);
    role.replication = options.replication.value_or(role.replication);
    role.bypass_rls = options.bypass_rls.value_or(role.bypass_rls);
    role.connection_limit = options.connection_limit.value_or(role.connection_limit);
    if (options.has_password) {
      FIRN_TRY(role.password, KeptPassword(options.password.value_or("")));
    }
    if (options.valid_until) {
      const columnar::Type type{.kind = columnar::TypeKind::kTimestamptz};
      FIRN_TRY(const auto until, ValueFromText(type, *options.valid_until, {}));
      const auto us = static_cast<const arrow::TimestampArray&>(*until).Value(0);
      role.valid_until_us.reset();
      if (us != columnar::kTimestampInfinity) role.valid_until_us = us;
    }
    return {};
  }

  /// With what there is to tell.
  Result<std::optional<Error>> PrepareSet(const AlterRoleSetCommand& command) {
    FIRN_TRY(const auto role, Find(command.role));
    FIRN_TRY(const auto me, Me());
    if (me->id != role->id) FIRN_RETURN_IF_ERROR(CheckMayChange(*me, *role));
    auto next = NextOf(*role);
    std::optional<Error> notice;
    const auto* parameter = FindParameter(command.parameter);
    if (command.parameter.empty()) {
      next->settings.clear();
    } else if (parameter != nullptr && parameter->kind == ParameterKind::kRole) {
      if (command.value) {
        FIRN_TRY(notice, WarnOfRole(parameter->name, *command.value));
      }
    } else {
      SessionSettings trial;
      const auto by = me->superuser ? SetBy::kSuperuser : SetBy::kAnyone;
      FIRN_RETURN_IF_ERROR(command.value ? trial.Set(command.parameter, *command.value, false, by)
                                         : trial.Reset(command.parameter, false, by));
    }
    if (command.value) {
      next->settings[command.parameter] = *command.value;
    } else {
      next->settings.erase(command.parameter);
    }
    FIRN_RETURN_IF_ERROR(Put(std::move(next)));
    return notice;
  }

  /// A session that begins with it will be refused it, if things stay as they are.
  Result<std::optional<Error>> WarnOfRole(std::string_view parameter, const std::string& name) {
    const bool of_role = parameter == "role";
    if (of_role && name == "none") return std::optional<Error>();
    const auto signed_in = catalog::FindRole(catalog(), session_.identity.role);
    const auto session_role = catalog::FindRole(catalog(), SessionRoleId(session_));
    const auto found = RoleToBe(catalog(), signed_in, session_role, of_role, name);
    if (found) return std::optional<Error>();
    if (catalog::FindRole(catalog(), name) == nullptr) {
      return std::optional(MakeNotice("42704", fmt::format("role \"{}\" does not exist", name)));
    }
    return std::optional(
        MakeNotice("42501", fmt::format("permission will be denied to set {} \"{}\"",
                                        of_role ? "role" : "session authorization", name)));
  }

  Status PrepareCreate(const CreateRoleCommand& command) {
    const auto& options = command.options;
    FIRN_TRY(const auto me, Me());
    if (!me->superuser && !me->create_role) {
      return Refused("42501", "permission denied to create role");
    }
    FIRN_RETURN_IF_ERROR(CheckMayGive(*me, options));
    FIRN_RETURN_IF_ERROR(CheckNewName(command.name));
    FIRN_RETURN_IF_ERROR(CheckFree(command.name));
    auto role = std::make_shared<Role>();
    role->id = NewUuidV7();
    role->name = command.name;
    FIRN_RETURN_IF_ERROR(Apply(options, *role));
    for (const auto& named : options.member_of) {
      FIRN_TRY(const auto group, Find(named));
      FIRN_RETURN_IF_ERROR(CheckMayGrant(*me, *group));
      role->member_of.push_back({.role = group->id});
    }
    const Uuid id = role->id;
    FIRN_RETURN_IF_ERROR(Put(std::move(role)));
    for (const auto* list : {&options.members, &options.admins}) {
      for (const auto& named : *list) {
        FIRN_TRY(const auto member, Find(named));
        if (catalog::IsMemberOf(catalog(), *catalog::FindRole(catalog(), id), *member)) {
          return Refused("0LP01", fmt::format("role \"{}\" is a member of role \"{}\"",
                                              command.name, member->name));
        }
        auto next = NextOf(*member);
        next->member_of.push_back({.role = id, .admin = list == &options.admins});
        FIRN_RETURN_IF_ERROR(Put(std::move(next)));
      }
    }
    return {};
  }

  Status PrepareAlter(const AlterRoleCommand& command) {
    const auto& options = command.options;
    FIRN_TRY(const auto role, Find(command.role));
    FIRN_TRY(const auto me, Me());
    FIRN_RETURN_IF_ERROR(CheckMayAlter(*me, *role, options));
    const bool only_password = options.has_password && !options.valid_until &&
                               !options.connection_limit && !options.superuser &&
                               !options.inherit && !options.create_role && !options.create_db &&
                               !options.login && !options.replication && !options.bypass_rls;
    // A role may change its own password.
    if (!only_password || me->id != role->id) {
      FIRN_RETURN_IF_ERROR(CheckMayChange(*me, *role));
    }
    auto next = NextOf(*role);
    FIRN_RETURN_IF_ERROR(Apply(options, *next));
    return Put(std::move(next));
  }

  Task<Status> NoticeEmptyPassword(const RoleOptions& options) {
    if (!options.password || !IsEmptyPassword(*options.password)) co_return Status();
    auto notice = MakeNotice("00000", "empty string is not a valid password, clearing password");
    co_return co_await out_.Notice(std::move(notice));
  }

  Status DropOne(const Role& me, const Role& role) {
    if (role.id == CurrentRoleId(session_)) {
      return Refused("55006", "current user cannot be dropped");
    }
    if (role.id == SessionRoleId(session_)) {
      return Refused("55006", "session user cannot be dropped");
    }
    if (role.superuser && !me.superuser) {
      return Refused("42501", "must be superuser to drop superusers");
    }
    if (catalog::IsRoleFromBirth(role.id)) {
      return Refused("2BP01",
                     fmt::format("cannot drop role {} because it is required by the database "
                                 "system",
                                 role.name),
                     "Use ALTER ROLE ... NOLOGIN to keep it out.");
    }
    auto dropped = session_.transaction.AddChange(catalog::DropObject{role.id});
    if (dropped || dropped.error().SqlState() != "2BP01") return dropped;
    auto error = std::move(dropped).error();
    error.message =
        fmt::format("role \"{}\" cannot be dropped because some objects depend on it", role.name);
    return Fail(std::move(error));
  }

  Result<std::optional<Error>> GrantOne(const std::string& granted, const RoleName& grantee,
                                        const GrantRoleCommand& command) {
    const auto group = catalog::FindRole(catalog(), granted);
    if (!group) return NoRole(granted);
    FIRN_TRY(const auto member, Find(grantee));
    FIRN_TRY(const auto me, Me());
    FIRN_RETURN_IF_ERROR(CheckMayGrant(*me, *group));
    if (command.grant && catalog::IsMemberOf(catalog(), *group, *member)) {
      return Refused("0LP01", fmt::format("role \"{}\" is a member of role \"{}\"", member->name,
                                          group->name));
    }
    auto next = NextOf(*member);
    auto& memberships = next->member_of;
    const auto found = std::find_if(memberships.begin(), memberships.end(),
                                    [&](const auto& one) { return one.role == group->id; });
    if (command.grant) {
      if (found != memberships.end() && (found->admin || !command.admin)) {
        return std::optional(
            MakeNotice("00000", fmt::format("role \"{}\" is already a member of role \"{}\"",
                                            member->name, group->name)));
      }
      if (found == memberships.end()) {
        memberships.push_back({.role = group->id, .admin = command.admin});
      } else {
        found->admin = command.admin;
      }
    } else if (found == memberships.end()) {
      return std::optional(MakeNotice(
          "01000",
          fmt::format("role \"{}\" is not a member of role \"{}\"", member->name, group->name)));
    } else if (command.admin) {
      found->admin = false;
    } else {
      memberships.erase(found);
    }
    FIRN_RETURN_IF_ERROR(Put(std::move(next)));
    return std::optional<Error>();
  }

  Status CheckMayGrant(const Role& me, const Role& group) const {
    if (me.superuser || (me.create_role && !group.superuser)) return {};
    if (group.superuser) return Refused("42501", "must be superuser to alter superusers");
    const bool admin = std::any_of(me.member_of.begin(), me.member_of.end(), [&](const auto& one) {
      return one.role == group.id && one.admin;
    });
    if (admin) return {};
    return Refused("42501", fmt::format("must have admin option on role \"{}\"", group.name));
  }

  SessionContext& session_;
  Output& out_;
};

}  // namespace

Result<RolePtr> SessionRole(const SessionContext& session) {
  return RoleOf(session, SessionRoleId(session));
}

Result<RolePtr> CurrentRole(const SessionContext& session) {
  return RoleOf(session, CurrentRoleId(session));
}

Result<RolePtr> FindNamedRole(const SessionContext& session, const RoleName& named) {
  if (named.kind == RoleName::Kind::kCurrentUser) return CurrentRole(session);
  if (named.kind == RoleName::Kind::kSessionUser) return SessionRole(session);
  const std::string name = named.kind == RoleName::Kind::kPublic ? "public" : named.name;
  auto role = catalog::FindRole(*CatalogOf(session), name);
  if (!role) return NoRole(name);
  return role;
}

Status SetUser(SessionContext& session, const SetCommand& command) {
  auto& settings = session.settings;
  const auto catalog = CatalogOf(session);
  const bool of_role = command.name == "role";
  SessionSettings::Role to{.id = {}, .name = "none"};
  if (command.value && !(of_role && *command.value == "none")) {
    const auto signed_in = catalog::FindRole(*catalog, session.identity.role);
    const auto session_role = catalog::FindRole(*catalog, SessionRoleId(session));
    FIRN_TRY(const auto wanted,
             RoleToBe(*catalog, signed_in, session_role, of_role, *command.value));
    to = {.id = wanted->id, .name = wanted->name};
  }
  if (command.value) {
    settings.SetRole(command.name, to, command.local);
  } else {
    settings.ResetRole(command.name);
  }
  if (!of_role) settings.SetRole("role", {.id = {}, .name = "none"}, command.local);
  const auto now = catalog::FindRole(*catalog, CurrentRoleId(session));
  settings.Put("is_superuser", now && now->superuser ? "on" : "off", command.local);
  return {};
}

Status SetInitialUser(SessionSettings& settings, const catalog::Version& catalog,
                      const catalog::Role& signed_in, std::string_view name,
                      const std::string& value) {
  const bool of_role = name == "role";
  if (of_role && value == "none") return {};
  const auto me = catalog::FindRole(catalog, signed_in.id);
  const auto session_role = settings.FindRole("session_authorization");
  const auto from = session_role ? catalog::FindRole(catalog, session_role->id) : me;
  FIRN_TRY(const auto wanted, RoleToBe(catalog, me, from, of_role, value));
  settings.SetInitialRole(name, {.id = wanted->id, .name = wanted->name});
  settings.SetServer("is_superuser", wanted->superuser ? "on" : "off");
  return {};
}

bool IsRoleCommand(const Command& command) {
  return std::holds_alternative<CreateRoleCommand>(command) ||
         std::holds_alternative<AlterRoleCommand>(command) ||
         std::holds_alternative<AlterRoleSetCommand>(command) ||
         std::holds_alternative<RenameRoleCommand>(command) ||
         std::holds_alternative<DropRoleCommand>(command) ||
         std::holds_alternative<GrantRoleCommand>(command);
}

Task<Result<std::string>> RunRoleCommand(SessionContext& session, const Command& command,
                                         Output& out) {
  RoleStatement statement(session, out);
  if (const auto* create = std::get_if<CreateRoleCommand>(&command)) {
    co_return co_await statement.Create(*create);
  }
  if (const auto* alter = std::get_if<AlterRoleCommand>(&command)) {
    co_return co_await statement.Alter(*alter);
  }
  if (const auto* set = std::get_if<AlterRoleSetCommand>(&command)) {
    co_return co_await statement.Set(*set);
  }
  if (const auto* rename = std::get_if<RenameRoleCommand>(&command)) {
    co_return statement.Rename(*rename);
  }
  if (const auto* drop = std::get_if<DropRoleCommand>(&command)) {
    co_return co_await statement.Drop(*drop);
  }
  co_return co_await statement.Grant(std::get<GrantRoleCommand>(command));
}

}  // namespace firn::sql
