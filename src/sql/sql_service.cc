#include "sql/sql_service.h"

#include <pwd.h>
#include <unistd.h>
#include <algorithm>
#include <thread>
#include <utility>

#include "catalog/table_definition.h"
#include "sql/parameter_value.h"
#include "sql/query.h"

namespace firn::sql {
namespace {

/// The user the server runs as: a superuser role at birth.
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

bool IsRole(const std::string& user) {
  return user == "firn" || user == "postgres" || (!user.empty() && user == OsUser());
}

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
    settings.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  return settings;
}

}  // namespace

SqlService::SqlService(table::Database& database, engine::Engine& engine, const Settings& settings,
                       std::string_view version)
    : registry_(static_cast<size_t>(settings.Integer("max_connections")), clock_),
      workers_(WorkerCount()),
      services_{.database = database,
                .engine = engine,
                .workers = workers_,
                .registry = registry_,
                .watch = watch_,
                .settings = settings,
                .clock = clock_,
                .version = std::string(version)} {}

SqlService::~SqlService() = default;

Result<std::unique_ptr<SqlService>> SqlService::Make(table::Database& database,
                                                     engine::Engine& engine,
                                                     const Settings& settings,
                                                     std::string_view version) {
  FIRN_TRY(auto lease, engine.Connect());
  for (const auto macro : EngineMacros()) {
    auto made = lease->Run(macro);
    if (!made) return Fail(std::move(made).error().During("prepare the engine"));
  }
  return std::unique_ptr<SqlService>(new SqlService(database, engine, settings, version));
}

void SqlService::SetServerValues(SessionSettings& settings, const std::string& user) const {
  settings.SetServer("firn.version", services_.version);
  settings.SetServer("session_authorization", user);
}

Task<Result<std::unique_ptr<Session>>> SqlService::Open(SessionStart start) {
  co_return OpenNow(std::move(start));
}

Result<std::unique_ptr<Session>> SqlService::OpenNow(SessionStart start) {
  if (!IsRole(start.user)) {
    return Fail(MakeError(ErrorCode::kDenied, "role \"{}\" does not exist", start.user)
                    .WithSqlState("28000")
                    .WithHint("Connect as firn, postgres, or the user the server runs as."));
  }
  if (start.database.empty()) start.database = start.user;
  if (!IsDatabase(start.database, start.user)) {
    return Fail(MakeError(ErrorCode::kNotFound, "database \"{}\" does not exist", start.database)
                    .WithSqlState("3D000")
                    .WithHint("The database there is: main."));
  }
  FIRN_TRY(auto entry, registry_.Add({.pid = start.process_id,
                                      .user = start.user,
                                      .database = start.database,
                                      .application_name = "",
                                      .client_address = start.client_address,
                                      .state = "idle",
                                      .query = ""}));
  auto* place = entry.get();
  auto session = std::make_unique<Session>(
      services_,
      SessionIdentity{
          .pid = start.process_id, .user = start.user, .database = std::move(start.database)},
      std::move(entry));
  auto& settings = session->settings();
  SetServerValues(settings, start.user);
  for (const auto& [name, value] : start.options) {
    if (name == "replication") continue;
    if (name == "options") {
      for (const auto& [option, setting] : SplitOptions(value)) {
        FIRN_RETURN_IF_ERROR(settings.SetInitial(option, setting));
      }
      continue;
    }
    FIRN_RETURN_IF_ERROR(settings.SetInitial(name, value));
    if (EqualsIgnoringCase(name, "application_name")) place->SetApplicationName(value);
  }
  (void)settings.TakeReports();
  return session;
}

Result<std::optional<std::string>> SqlService::PasswordOf(const std::string& user,
                                                          bool loopback) const {
  if (!IsRole(user)) {
    return Fail(
        MakeError(ErrorCode::kDenied, "role \"{}\" does not exist", user).WithSqlState("28000"));
  }
  if (loopback) return std::optional<std::string>();
  return Fail(MakeError(ErrorCode::kDenied, "role \"{}\" has no password", user)
                  .WithSqlState("28000")
                  .WithHint("Connect from the machine itself, by 127.0.0.1."));
}

}  // namespace firn::sql
