#include "engine/engine.h"

#include "engine/engine_core_internal.h"
#include "engine/error_classes.h"
#include "engine/scalar_function_internal.h"

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

std::string MemoryLimitSql(int64_t bytes) {
  return fmt::format("SET memory_limit = '{}B'", bytes);
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
  settings.push_back("SET enable_external_access = false");
  return settings;
}

// Closes a connection unless it was given away.
struct ConnectionCloser {
  duckdb_connection connection = nullptr;
  ~ConnectionCloser() {
    if (connection != nullptr) duckdb_disconnect(&connection);
  }
};

}  // namespace

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
  return connection;
}

Result<PooledConnection> EngineCore::Take() {
  if (!healthy.load()) {
    return Fail(ErrorCode::kInternal, "the query engine has failed: restart firn");
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
  if (InvalidatesInstance(text)) healthy.store(false);
  if (auto error = registry.ErrorBehind(text)) return std::move(*error);
  return ErrorFromDuckDb(text, sql);
}

Engine::Engine(std::shared_ptr<EngineCore> core) : core_(std::move(core)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::Open(const EngineOptions& options) {
  for (const auto& folder : options.allowed_directories) {
    if (folder.starts_with('/')) continue;
    return Fail(ErrorCode::kInvalidInput, "an allowed directory must be absolute: \"{}\"", folder);
  }
  auto core = std::make_shared<EngineCore>();
  char* why = nullptr;
  if (duckdb_open_ext(nullptr, &core->database, nullptr, &why) == DuckDBError) {
    return Fail(ErrorCode::kInternal, "open the query engine failed: {}", TakeString(why));
  }
  core->version = View(duckdb_library_version());
  const auto threads = static_cast<size_t>(std::max(1, options.threads));
  core->scan_context = {&core->registry, threads, false};
  core->rows_context = {&core->registry, threads, true};
  FIRN_TRY(auto connection, core->Take());
  ConnectionCloser closer{connection.handle};
  for (const auto& setting : SettingsOf(options)) {
    auto status = core->Run(connection.handle, setting);
    if (!status) return Fail(std::move(status).error().During("open the query engine"));
  }
  FIRN_RETURN_IF_ERROR(
      RegisterScanFunction(connection.handle, kScanFunctionName, &core->scan_context));
  FIRN_RETURN_IF_ERROR(
      RegisterScanFunction(connection.handle, kRowsFunctionName, &core->rows_context));
  closer.connection = nullptr;
  core->PutBack(std::move(connection));
  return std::unique_ptr<Engine>(new Engine(std::move(core)));
}

Result<ConnectionLease> Engine::Connect() {
  FIRN_TRY(auto pooled, core_->Take());
  auto state = std::make_shared<ConnectionState>();
  state->core = core_;
  state->connection = pooled.handle;
  state->stop = &core_->stop_flags.Of(pooled.handle);
  state->time_zone = std::move(pooled.time_zone);
  ConnectionLease lease(std::move(state));
  FIRN_RETURN_IF_ERROR(lease->SetTimeZone("UTC"));
  return lease;
}

ScanHandle Engine::Register(std::shared_ptr<ScanSource> source) {
  auto token = core_->registry.Add(std::move(source));
  return ScanHandle(core_, std::move(token));
}

Status Engine::AddFunctions(std::vector<ScalarFunction> functions) {
  FIRN_TRY(auto connection, core_->Take());
  const ConnectionCloser closer{connection.handle};
  for (auto& function : functions) {
    FIRN_RETURN_IF_ERROR(
        RegisterScalarFunction(connection.handle, std::move(function), core_->stop_flags));
  }
  return {};
}

Status Engine::SetMemoryLimit(int64_t bytes) {
  FIRN_TRY(auto lease, Connect());
  return lease->Run(MemoryLimitSql(bytes));
}

std::string_view Engine::version() const {
  return core_->version;
}
bool Engine::healthy() const {
  return core_->healthy.load();
}

ScanHandle::ScanHandle(std::shared_ptr<EngineCore> core, std::string token)
    : core_(std::move(core)), token_(std::move(token)) {}

ScanHandle& ScanHandle::operator=(ScanHandle&& other) noexcept {
  if (this == &other) return *this;
  Release();
  core_ = std::move(other.core_);
  token_ = std::move(other.token_);
  return *this;
}

ScanHandle::~ScanHandle() {
  Release();
}

void ScanHandle::Release() {
  if (core_ != nullptr) core_->registry.Remove(token_);
  core_ = nullptr;
}

std::string ScanHandle::sql() const {
  return fmt::format("{}('{}')", kScanFunctionName, token_);
}

std::string ScanHandle::rows_sql() const {
  return fmt::format("{}('{}')", kRowsFunctionName, token_);
}

}  // namespace firn::engine
