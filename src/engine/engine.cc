#include "engine/engine.h"

#include "base/log.h"
#include "engine/engine_core_internal.h"

namespace firn::engine {
namespace {

constexpr std::string_view kDefaultZone = "UTC";

}  // namespace

Engine::Engine(EngineOptions options, std::shared_ptr<ScanRegistry> registry,
               std::shared_ptr<EngineCore> core)
    : temp_dir_(options.temp_dir),
      registry_(std::move(registry)),
      version_(core->version),
      options_(std::move(options)),
      core_(std::move(core)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::Open(const EngineOptions& options) {
  for (const auto& folder : options.allowed_directories) {
    if (folder.starts_with('/')) continue;
    return Fail(ErrorCode::kInvalidInput, "an allowed directory must be absolute: \"{}\"", folder);
  }
  auto registry = std::make_shared<ScanRegistry>();
  FIRN_TRY(auto core, EngineCore::Open(options, registry));
  return std::unique_ptr<Engine>(new Engine(options, std::move(registry), std::move(core)));
}

// What still runs in the instance that broke keeps it: its threads, its memory and its temporary
// files, which is why the next one spills elsewhere. All of it goes with the last lease.
Result<std::shared_ptr<EngineCore>> Engine::Instance() {
  const std::lock_guard lock(mutex_);
  if (core_->healthy.load()) return core_;
  auto options = options_;
  if (!temp_dir_.empty()) options.temp_dir = fmt::format("{}/{}", temp_dir_, reopened_ + 1);
  FIRN_TRY(auto core, EngineCore::Open(options, registry_));
  FIRN_RETURN_IF_ERROR(core->Register(functions_));
  FIRN_RETURN_IF_ERROR(core->RunAll(macros_));
  core_ = std::move(core);
  ++reopened_;
  FIRN_LOG_WARN("the query engine was opened again after a fatal error");
  return core_;
}

Result<ConnectionLease> Engine::Connect() {
  FIRN_TRY(auto core, Instance());
  FIRN_TRY(auto pooled, core->Take());
  auto lease = LeaseOf(std::move(core), std::move(pooled));
  FIRN_RETURN_IF_ERROR(lease->SetTimeZone(kDefaultZone));
  return lease;
}

std::optional<ConnectionLease> Engine::TakeIdle() {
  std::shared_ptr<EngineCore> core;
  {
    const std::lock_guard lock(mutex_);
    core = core_;
  }
  auto pooled = core->TakeIdle(kDefaultZone);
  if (!pooled) return {};
  return LeaseOf(std::move(core), *std::move(pooled));
}

ConnectionLease Engine::LeaseOf(std::shared_ptr<EngineCore> core, PooledConnection pooled) {
  auto state = std::make_shared<ConnectionState>();
  state->connection = pooled.handle;
  state->stop = &core->stop_flags.Of(pooled.handle);
  state->core = std::move(core);
  state->time_zone = std::move(pooled.time_zone);
  return ConnectionLease(std::move(state));
}

ScanHandle Engine::Register(std::shared_ptr<ScanSource> source) {
  auto token = registry_->Add(std::move(source));
  return ScanHandle(registry_, std::move(token));
}

Status Engine::AddFunctions(std::vector<ScalarFunction> functions) {
  FIRN_TRY(auto core, Instance());
  FIRN_RETURN_IF_ERROR(core->Register(functions));
  const std::lock_guard lock(mutex_);
  for (auto& function : functions) functions_.push_back(std::move(function));
  return {};
}

Status Engine::AddMacros(std::vector<std::string> statements) {
  FIRN_TRY(auto core, Instance());
  FIRN_RETURN_IF_ERROR(core->RunAll(statements));
  const std::lock_guard lock(mutex_);
  for (auto& statement : statements) macros_.push_back(std::move(statement));
  return {};
}

Status Engine::SetMemoryLimit(int64_t bytes) {
  FIRN_TRY(auto lease, Connect());
  FIRN_RETURN_IF_ERROR(lease->Run(MemoryLimitSql(bytes)));
  const std::lock_guard lock(mutex_);
  options_.memory_limit = bytes;
  return {};
}

bool Engine::healthy() const {
  const std::lock_guard lock(mutex_);
  return core_->healthy.load();
}

int64_t Engine::reopened() const {
  const std::lock_guard lock(mutex_);
  return reopened_;
}

ScanHandle::ScanHandle(std::shared_ptr<ScanRegistry> registry, std::string token)
    : registry_(std::move(registry)), token_(std::move(token)) {}

ScanHandle& ScanHandle::operator=(ScanHandle&& other) noexcept {
  if (this == &other) return *this;
  Release();
  registry_ = std::move(other.registry_);
  token_ = std::move(other.token_);
  return *this;
}

ScanHandle::~ScanHandle() {
  Release();
}

void ScanHandle::Release() {
  if (registry_ != nullptr) registry_->Remove(token_);
  registry_ = nullptr;
}

std::string ScanHandle::sql() const {
  return fmt::format("{}('{}')", kScanFunctionName, token_);
}

}  // namespace firn::engine
