#include "engine/engine_core_internal.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/log.h"
#include "engine/error_classes.h"

namespace firn::engine {
namespace {

constexpr size_t kIdleConnectionsMax = 32;

std::string Quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

std::string ListOf(const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const auto& text : texts) {
    if (list.size() > 1) list += ", ";
    list += Quoted(text);
  }
  return list + "]";
}

// Order matters: some refuse to change once external access is off. lock_configuration is never
// set, because it would freeze memory_limit.
std::vector<std::string> SettingsOf(const EngineOptions& options) {
  std::vector<std::string> settings = {"SET GLOBAL errors_as_json = true"};
  if (!options.temp_dir.empty()) {
    settings.push_back("SET temp_directory = " + Quoted(options.temp_dir));
    settings.push_back(fmt::format("SET max_temp_directory_size = '{}B'", options.temp_bytes_max));
  } else {
    settings.push_back("SET temp_directory = ''");
  }
  settings.push_back("SET autoinstall_known_extensions = false");
  settings.push_back("SET autoload_known_extensions = false");
  settings.push_back("SET allow_community_extensions = false");
  settings.push_back("SET allow_persistent_secrets = false");
  settings.push_back("SET allowed_directories = " + ListOf(options.allowed_directories));
  settings.push_back("SET GLOBAL integer_division = true");
  settings.push_back("SET GLOBAL default_null_order = 'nulls_last_on_asc_first_on_desc'");
  settings.push_back("SET GLOBAL preserve_insertion_order = false");
  settings.push_back(fmt::format("SET threads = {}", std::max(1, options.threads)));
  settings.push_back(MemoryLimitSql(options.memory_limit));
  // Else its allocator keeps what is freed.
  settings.push_back("SET allocator_background_threads = true");
  settings.push_back("SET enable_external_access = false");
  return settings;
}

// What a result holds ahead of who reads it, for as long as it is open. The engine counts 16 bytes
// for a text however long it is: its own megabyte is a dozen chunks of 2,048 rows.
constexpr std::string_view kBufferSql = "SET streaming_buffer_size = '128KB'";

// Closes a connection unless it was given away.
struct ConnectionCloser {
  duckdb_connection connection = nullptr;
  ~ConnectionCloser() {
    if (connection != nullptr) duckdb_disconnect(&connection);
  }
};

}  // namespace

std::string MemoryLimitSql(int64_t bytes) {
  return fmt::format("SET memory_limit = '{}B'", bytes);
}

EngineCore::~EngineCore() {
  for (auto& connection : idle) duckdb_disconnect(&connection.handle);
  if (database != nullptr) duckdb_close(&database);
}

Status EngineCore::Run(duckdb_connection connection, const std::string& sql) {
  duckdb_result result{};
  const auto state = duckdb_query(connection, sql.c_str(), &result);
  Status status;
  if (state == DuckDBError) status = Fail(MapError(View(duckdb_result_error(&result)), sql));
  duckdb_destroy_result(&result);
  return status;
}

Result<PooledConnection> EngineCore::NewConnection() {
  PooledConnection connection;
  if (duckdb_connect(database, &connection.handle) == DuckDBError) {
    return Fail(ErrorCode::kInternal, "connect to the query engine failed");
  }
  ConnectionCloser closer{connection.handle};
  FIRN_RETURN_IF_ERROR(Run(connection.handle, std::string(kBufferSql)));
  closer.connection = nullptr;
  return connection;
}

Result<PooledConnection> EngineCore::Take() {
  if (!healthy.load()) {
    return Fail(EngineReplacedError());
  }
  {
    const std::lock_guard lock(mutex);
    if (!idle.empty()) {
      auto connection = std::move(idle.back());
      idle.pop_back();
      return connection;
    }
  }
  return NewConnection();
}

std::optional<PooledConnection> EngineCore::TakeIdle(std::string_view time_zone) {
  const std::lock_guard lock(mutex);
  if (!healthy.load() || idle.empty() || idle.back().time_zone != time_zone) return {};
  auto connection = std::move(idle.back());
  idle.pop_back();
  return connection;
}

void EngineCore::PutBack(PooledConnection connection) {
  {
    const std::lock_guard lock(mutex);
    if (healthy.load() && idle.size() < kIdleConnectionsMax) {
      idle.push_back(std::move(connection));
      return;
    }
  }
  Disconnect(connection.handle);
}

void EngineCore::Disconnect(duckdb_connection connection) {
  stop_flags.Remove(connection);
  duckdb_disconnect(&connection);
}

Error EngineCore::MapError(std::string_view text, std::string_view sql) {
  if (InvalidatesInstance(text) && healthy.exchange(false)) {
    FIRN_LOG_ERROR("the query engine met a fatal error: {} in: {}", text, sql);
  }
  if (auto error = registry->ErrorBehind(text)) return std::move(*error);
  return ErrorFromDuckDb(text, sql);
}

Result<std::shared_ptr<EngineCore>> EngineCore::Open(const EngineOptions& options,
                                                     std::shared_ptr<ScanRegistry> registry) {
  auto core = std::make_shared<EngineCore>();
  core->registry = std::move(registry);
  if (!options.temp_dir.empty()) {
    std::error_code failed;
    std::filesystem::create_directories(options.temp_dir, failed);
    if (failed) {
      return Fail(ErrorCode::kIo, "create {}: {}", options.temp_dir, failed.message());
    }
  }
  char* why = nullptr;
  if (duckdb_open_ext(nullptr, &core->database, nullptr, &why) == DuckDBError) {
    return Fail(ErrorCode::kInternal, "open the query engine failed: {}", TakeString(why));
  }
  core->version = View(duckdb_library_version());
  const auto threads = static_cast<size_t>(std::max(1, options.threads));
  core->scan_context = {core->registry.get(), threads};
  FIRN_TRY(auto connection, core->Take());
  ConnectionCloser closer{connection.handle};
  for (const auto& setting : SettingsOf(options)) {
    auto status = core->Run(connection.handle, setting);
    if (!status) return Fail(std::move(status).error().During("open the query engine"));
  }
  FIRN_RETURN_IF_ERROR(RegisterScanFunction(connection.handle, &core->scan_context));
  closer.connection = nullptr;
  core->PutBack(std::move(connection));
  return core;
}

Status EngineCore::Register(const std::vector<ScalarFunction>& functions) {
  FIRN_TRY(auto connection, Take());
  const ConnectionCloser closer{connection.handle};
  for (const auto& function : functions) {
    FIRN_RETURN_IF_ERROR(RegisterScalarFunction(connection.handle, function, stop_flags));
  }
  return {};
}

Status EngineCore::RunAll(const std::vector<std::string>& statements) {
  FIRN_TRY(auto connection, Take());
  const ConnectionCloser closer{connection.handle};
  for (const auto& statement : statements) {
    FIRN_RETURN_IF_ERROR(Run(connection.handle, statement));
  }
  return {};
}

}  // namespace firn::engine
