#include "sql/sql_service.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/scram_verifier.h"
#include "catalog/objects/rights.h"
#include "catalog/table_definition.h"
#include "sql/functions/bodies.h"
#include "sql/parameter_value.h"
#include "sql/query.h"
#include "sql/roles.h"

namespace firn::sql {
namespace {

bool IsDatabase(const std::string& database, const std::string& user) {
  return database == catalog::kDefaultDatabase || database == "postgres" ||
         database == "template1" || database == user;
}

size_t WorkerCount() {
  // A worker waits while the engine works with threads of its own.
  return std::max<size_t>(8, 2 * std::thread::hardware_concurrency());
}

/// "-c name=value --name=value", as in the startup parameter `options`.
std::vector<std::pair<std::string, std::string>> SplitOptions(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> settings;
  std::string word;
  std::vector<std::string> words;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || text[i] == ' ') {
      if (!word.empty()) words.push_back(std::exchange(word, ""));
    } else {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      word += text[i];
    }
  }
  for (size_t i = 0; i < words.size(); ++i) {
    std::string setting = words[i];
    if (setting == "-c" && i + 1 < words.size()) {
      setting = words[++i];
    } else if (setting.starts_with("-c") || setting.starts_with("--")) {
      setting = setting.substr(2);
    } else {
      continue;
    }
    const auto equals = setting.find('=');
    if (equals == std::string::npos) continue;
    auto name = setting.substr(0, equals);
    std::replace(name.begin(), name.end(), '-', '_');
    settings.emplace_back(std::move(name), setting.substr(equals + 1));
  }
  return settings;
}

}  // namespace

SqlService::SqlService(table::Database& database, engine::Engine& engine, const Settings& settings,
                       MemoryShares shares, std::string_view version)
    : registry_(static_cast<size_t>(settings.Integer("max_connections")), clock_),
      transaction_memory_(shares.transactions),
      workers_(WorkerCount()),
      snapshots_({.age_ms = settings.DurationMs("snapshot_age_max"),
                  .bytes = shares.pinned_rows,
                  .pinned_bytes =
                      [&database, shares] {
                        // Counting hot rows costs a look at every table.
                        const int64_t pinned = database.pinned_bytes();
                        if (pinned <= shares.pinned_rows) return pinned;
                        const auto stats = database.stats();
                        return stats.pinned_bytes -
                               std::max<int64_t>(0, shares.hot_rows - stats.hot_bytes);
                      }},
                 watch_),
      services_{.database = database,
                .engine = engine,
                .workers = workers_,
                .registry = registry_,
                .watch = watch_,
                .snapshots = snapshots_,
                .settings = settings,
                .clock = clock_,
                .sequences = sequences_,
                .transaction_memory = transaction_memory_,
                .copy_row_bytes_max = shares.copy_row,
                .version = std::string(version)} {
  const auto& password = settings.Text("password");
  if (!password.empty()) birth_password_ = ScramVerifier::Of(password).ToString();
}

SqlService::~SqlService() = default;

Result<std::unique_ptr<SqlService>> SqlService::Make(table::Database& database,
                                                     engine::Engine& engine,
                                                     const Settings& settings, MemoryShares shares,
                                                     std::string_view version) {
  FIRN_RETURN_IF_ERROR(engine.AddFunctions(AllEngineFunctions()));
  const auto macros = EngineMacros();
  auto made = engine.AddMacros({macros.begin(), macros.end()});
  if (!made) return Fail(std::move(made).error().During("prepare the engine"));
  return std::unique_ptr<SqlService>(new SqlService(database, engine, settings, shares, version));
}

void SqlService::SetServerValues(SessionSettings& settings, const catalog::Role& role) const {
  settings.SetServer("firn.version", services_.version);
  settings.SetServer("session_authorization", role.name);
  settings.SetServer("is_superuser", role.superuser ? "on" : "off");
  settings.SetServer("max_connections", services_.settings.Text("max_connections"));
  const bool tls = !services_.settings.Text("tls_cert").empty();
  settings.SetServer("ssl", tls ? "on" : "off");
}

Status SqlService::CheckConnectionLimit(const catalog::Role& role) const {
  if (role.connection_limit < 0 || role.superuser) return {};
  const auto rows = registry_.Rows();
  const auto held = std::count_if(rows.begin(), rows.end(),
                                  [&](const auto& row) { return row.user == role.name; });
  if (held <= role.connection_limit) return {};
  return Fail(MakeError(ErrorCode::kOverloaded, "too many connections for role \"{}\"", role.name)
                  .WithSqlState("53300"));
}

Task<Result<std::unique_ptr<Session>>> SqlService::Open(SessionStart start) {
  co_return OpenNow(std::move(start));
}

Result<std::unique_ptr<Session>> SqlService::OpenNow(SessionStart start) {
  FIRN_TRY(const auto role, RoleToSignIn(start.user));
  if (start.database.empty()) start.database = start.user;
  if (!IsDatabase(start.database, start.user)) {
    return Fail(MakeError(ErrorCode::kNotFound, "database \"{}\" does not exist", start.database)
                    .WithSqlState("3D000")
                    .WithHint("The database there is: main."));
  }
  if (!catalog::HasRight(*Catalog(), *role, catalog::kDatabaseTarget, catalog::Right::kConnect)) {
    return Fail(
        MakeError(ErrorCode::kDenied, "permission denied for database \"{}\"", start.database)
            .WithSqlState("42501")
            .WithDetail("User does not have CONNECT privilege."));
  }
  FIRN_TRY(auto entry, registry_.Add({.pid = start.process_id,
                                      .user = start.user,
                                      .database = start.database,
                                      .application_name = "",
                                      .client_address = start.client_address,
                                      .state = "idle",
                                      .query = ""}));
  FIRN_RETURN_IF_ERROR(CheckConnectionLimit(*role));
  auto* place = entry.get();
  auto session = std::make_unique<Session>(services_,
                                           SessionIdentity{.pid = start.process_id,
                                                           .user = start.user,
                                                           .role = role->id,
                                                           .database = std::move(start.database)},
                                           std::move(entry));
  auto& settings = session->settings();
  SetServerValues(settings, *role);
  const auto catalog = Catalog();
  const auto set = [&](const std::string& name, const std::string& value, SetBy by) -> Status {
    const auto* parameter = FindParameter(name);
    if (parameter != nullptr && parameter->kind == ParameterKind::kRole) {
      return SetInitialUser(settings, *catalog, *role, parameter->name, value);
    }
    return settings.SetInitial(name, value, by);
  };
  for (const auto& [name, value] : role->settings) {
    // One that has become invalid must not keep the role out. Who said it was asked then whether
    // it is for superusers.
    (void)set(name, value, SetBy::kSuperuser);
  }
  const auto by = role->superuser ? SetBy::kSuperuser : SetBy::kAnyone;
  for (const auto& [name, value] : start.options) {
    if (name == "replication") continue;
    if (name == "options") {
      for (const auto& [option, setting] : SplitOptions(value)) {
        FIRN_RETURN_IF_ERROR(set(option, setting, by));
      }
      continue;
    }
    FIRN_RETURN_IF_ERROR(set(name, value, by));
    if (EqualsIgnoringCase(name, "application_name")) place->SetApplicationName(value);
  }
  (void)settings.TakeReports();
  return session;
}

std::shared_ptr<const catalog::Version> SqlService::Catalog() const {
  return services_.database.TakeSnapshot().root->catalog;
}

Result<catalog::RolePtr> SqlService::RoleToSignIn(const std::string& user) const {
  auto role = catalog::FindRole(*Catalog(), user);
  if (!role) {
    return Fail(
        MakeError(ErrorCode::kDenied, "role \"{}\" does not exist", user).WithSqlState("28000"));
  }
  if (!role->login) {
    return Fail(MakeError(ErrorCode::kDenied, "role \"{}\" is not permitted to log in", user)
                    .WithSqlState("28000"));
  }
  return role;
}

std::string SqlService::KeptPassword(const catalog::Role& role) const {
  if (!role.password.empty()) return role.password;
  return catalog::IsRoleFromBirth(role.id) ? birth_password_ : std::string();
}

Result<std::optional<std::string>> SqlService::PasswordOf(const std::string& user,
                                                          bool loopback) const {
  FIRN_TRY(const auto role, RoleToSignIn(user));
  auto password = KeptPassword(*role);
  if (!password.empty()) {
    if (role->valid_until_us && *role->valid_until_us <= clock_.NowMicros()) {
      return Fail(
          MakeError(ErrorCode::kDenied, "password authentication failed for user \"{}\"", user)
              .WithSqlState("28P01"));
    }
    return std::optional(std::move(password));
  }
  if (loopback) return std::optional<std::string>();
  return Fail(MakeError(ErrorCode::kDenied, "role \"{}\" has no password", user)
                  .WithSqlState("28000")
                  .WithHint("Connect from the machine itself, by 127.0.0.1, and say ALTER ROLE "
                            "... PASSWORD."));
}

Status SqlService::CheckRemoteLogins() const {
  for (const auto& role : catalog::AllRoles(*Catalog())) {
    if (!role->login || !KeptPassword(*role).empty()) continue;
    return Fail(MakeError(ErrorCode::kDenied,
                          "anybody could sign in from elsewhere: role \"{}\" has no password",
                          role->name)
                    .WithHint("Set FIRN_PASSWORD or FIRN_PASSWORD_FILE for the roles there are "
                              "from birth; give other roles a password or NOLOGIN while "
                              "listening on 127.0.0.1."));
  }
  return {};
}

}  // namespace firn::sql
