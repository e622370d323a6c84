// `firn serve`: puts the rooms together and runs them until a signal.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <future>
#include <iostream>
#include <memory>
#include <thread>

#include <unistd.h>

#include "base/clock.h"
#include "base/crash_point.h"
#include "base/environment.h"
#include "base/log.h"
#include "engine/engine.h"
#include "io/durable_folders.h"
#include "net/http/server.h"
#include "net/io_threads.h"
#include "net/listener.h"
#include "net/pgwire/server.h"
#include "server/commands.h"
#include "server/data_lock.h"
#include "server/open_files.h"
#include "server/report.h"
#include "server/session_adapter.h"
#include "server/startup.h"
#include "server/status_pages.h"
#include "server/version.h"
#include "sql/sql_service.h"
#include "table/database.h"
#include "table/second_copy.h"

namespace firn::server {
namespace {

class Server {
 public:
  static Result<std::unique_ptr<Server>> Start(Settings settings) {
    std::unique_ptr<Server> server(new Server(std::move(settings)));
    FIRN_RETURN_IF_ERROR(server->Open());
    return server;
  }

  /// Runs until Stop() was called.
  void Run() {
    threads_.Start();
    threads_.Join();
  }

  /// What a signal leads to. Not on one of the threads. Ends the process itself, with
  /// everything durable, when a statement does not let itself be stopped in time.
  Status Stop() {
    // Nothing that fails on the way may keep the server from stopping.
    const Status ports = RemovePorts(data_dir_);
    auto& copies = table::SecondCopyOf(*database_);
    copies.StopBy(MonotonicSeconds() + kCopySeconds);
    pg_server_->Stop();
    http_server_->Stop();
    const bool ended = WaitForSessions();
    const Status stopped = database_->Stop();
    if (!ended) {
      FIRN_LOG_WARN("stopping: a statement still runs after {} s and is abandoned",
                    kStopSeconds.count());
    }
    if (!copies.ended()) {
      FIRN_LOG_WARN("stopping: a request to a store that takes too long is left alone");
    }
    if (!ended || !copies.ended()) std::_Exit(ReportOutcome(stopped ? ports : stopped));
    threads_.Stop();
    return stopped ? ports : stopped;
  }

  void StartSweep() { database_->StartSweep(); }

  void Announce() const {
    const auto& address = settings_.Text("listen");
    std::cout << fmt::format(
                     "firn {} is ready\n"
                     "  data      {}\n"
                     "  postgres  psql -h {} -p {} -U firn main\n"
                     "  http      http://{}:{}/healthz /readyz /metrics\n",
                     kVersion, data_dir_, address, pg_server_->port(), address,
                     http_server_->port())
              << std::flush;
  }

 private:
  explicit Server(Settings settings)
      : settings_(std::move(settings)), data_dir_(DataDir(settings_)) {}

  // Planning inside the engine cannot be interrupted; everything else ends at once.
  static constexpr std::chrono::seconds kStopSeconds{7};
  // From the signal on; until then what is not in the archive is sent.
  static constexpr double kCopySeconds = 7.5;

  bool WaitForSessions() {
    auto ended = std::make_shared<std::promise<void>>();
    auto waiting = ended->get_future();
    std::thread([this, ended] {
      pg_server_->WaitStopped();
      http_server_->WaitStopped();
      ended->set_value();
    }).detach();
    return waiting.wait_for(kStopSeconds) == std::future_status::ready;
  }

  net::Endpoint EndpointOf(std::string_view setting, std::string flag) const {
    return {.address = settings_.Text("listen"),
            .port = static_cast<uint16_t>(settings_.Integer(setting)),
            .flag = std::move(flag)};
  }

  /// The folder and its lock. Nothing is left behind where the ports cannot be had; whose folder
  /// it is goes before what else is wrong.
  Status TakeFolder(const net::Endpoint& pg, const net::Endpoint& http) {
    auto& files = io::LocalFileSystem();
    FIRN_TRY(const bool there, files.Exists(data_dir_));
    if (!there) {
      FIRN_RETURN_IF_ERROR(net::CheckEndpoints({pg, http}));
      FIRN_RETURN_IF_ERROR(io::MakeDirsDurably(files, data_dir_));
    }
    FIRN_TRY(lock_, DataLock::Take(data_dir_));
    return there ? net::CheckEndpoints({pg, http}) : Status();
  }

  Status Open() {
    const auto pg = EndpointOf("pg_port", "--pg-port");
    const auto http = EndpointOf("http_port", "--http-port");
    net::pgwire::Limits limits;
    limits.max_connections = static_cast<size_t>(settings_.Integer("max_connections"));
    FIRN_TRY(limits.tls, LoadTls());
    FIRN_RETURN_IF_ERROR(TakeFolder(pg, http));
    FIRN_RETURN_IF_ERROR(RemovePorts(data_dir_));
    WarnOfMemory(settings_);
    const auto shares = ShareMemory(settings_);
    FIRN_LOG_INFO("start: memory={}MB queries={}MB rows={}MB", shares.limit >> 20,
                  shares.engine >> 20, shares.hot_rows >> 20);
    limits.message_memory = shares.messages;
    limits.message_wait = std::chrono::milliseconds(settings_.DurationMs("write_wait"));
    FIRN_TRY(database_,
             table::Database::Open(
                 {.data_dir = data_dir_, .settings = settings_, .hot_bytes_max = shares.hot_rows}));
    FIRN_TRY(engine_, OpenEngine());
    FIRN_TRY(service_, sql::SqlService::Make(*database_, *engine_, settings_,
                                             {.transactions = shares.transactions,
                                              .pinned_rows = shares.pinned_rows,
                                              .hot_rows = shares.hot_rows,
                                              .copy_row = shares.copy_row},
                                             kVersion));
    factory_ = std::make_unique<SqlSessionFactory>(*service_);
    if (!net::IsLoopback(pg.address)) FIRN_RETURN_IF_ERROR(service_->CheckRemoteLogins());
    FIRN_TRY(pg_server_, net::pgwire::PgServer::Listen(threads_, pg, *factory_, limits));
    service_->SetSessionEnding(
        {.cancel = [this](int32_t pid) { return pg_server_->Cancel(pid); },
         .terminate = [this](int32_t pid) { return pg_server_->Terminate(pid); }});
    pages_ = std::make_unique<StatusPages>(*database_, *engine_, shares.limit,
                                           [this] { return pg_server_->session_count(); });
    FIRN_TRY(http_server_, net::http::HttpServer::Listen(threads_, http, *pages_, {}));
    CrashPoint("start.listening");
    return WritePorts(data_dir_, {.pg = pg_server_->port(), .http = http_server_->port()});
  }

  Result<std::shared_ptr<const net::pgwire::TlsContext>> LoadTls() const {
    using Context = std::shared_ptr<const net::pgwire::TlsContext>;
    const auto& certificate = settings_.Text("tls_cert");
    const auto& key = settings_.Text("tls_key");
    if (certificate.empty() && key.empty()) return Context();
    if (certificate.empty() || key.empty()) {
      return Fail(MakeError(ErrorCode::kInvalidInput, "TLS needs a certificate and its key")
                      .WithHint("Say both --tls-cert and --tls-key."));
    }
    return net::pgwire::TlsContext::Load(certificate, key);
  }

  Result<std::unique_ptr<engine::Engine>> OpenEngine() {
    // The folder may be a link to another disk, or someone else's who named his own as --data.
    const std::string temp_dir = data_dir_ + "/tmp";
    FIRN_RETURN_IF_ERROR(io::LocalFileSystem().RemoveTree(temp_dir + "/engine"));
    FIRN_RETURN_IF_ERROR(io::LocalFileSystem().MakeDirs(temp_dir));
    const int64_t threads = settings_.Integer("threads");
    engine::EngineOptions options;
    options.temp_dir = temp_dir + "/engine";
    FIRN_TRY(options.temp_bytes_max, TempBytesMax(settings_, temp_dir));
    options.allowed_directories = {database_->warehouse_dir()};
    options.threads = threads > 0 ? static_cast<int>(threads)
                                  : static_cast<int>(std::thread::hardware_concurrency());
    options.memory_limit = ShareMemory(settings_).engine;
    return engine::Engine::Open(options);
  }

  const Settings settings_;
  const std::string data_dir_;
  // One more than cores: a lone committer waits for the disk on its own thread.
  net::IoThreads threads_{std::thread::hardware_concurrency() + size_t{1}};
  std::unique_ptr<DataLock> lock_;
  std::unique_ptr<table::Database> database_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<sql::SqlService> service_;
  std::unique_ptr<SqlSessionFactory> factory_;
  std::unique_ptr<StatusPages> pages_;
  std::unique_ptr<net::pgwire::PgServer> pg_server_;
  std::unique_ptr<net::http::HttpServer> http_server_;
};

}  // namespace

int Serve(const Flags& flags) {
  ChooseAllocator();
  std::signal(SIGPIPE, SIG_IGN);
  // A write beyond `ulimit -f` fails with EFBIG then; the signal would end the server.
  std::signal(SIGXFSZ, SIG_IGN);
  auto settings = LoadSettings(flags);
  if (!settings) return ReportFailure(settings.error());
  SetLogLevel(settings->Text("log_level"));
  RaiseOpenFiles(settings->Integer("max_connections"));
  for (const auto& variable : UnknownVariables(environ)) {
    FIRN_LOG_WARN("{} is in the environment and no setting: `firn config` lists them", variable);
  }
  if (const char* where = std::getenv("FIRN_CRASH_AT")) {
    if (auto armed = ArmCrashPoint(where); !armed) return ReportFailure(armed.error());
  }
  // Blocked before any thread is made, so that only the thread below gets them.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

  auto server = Server::Start(*std::move(settings));
  if (!server) return ReportFailure(server.error());
  (*server)->Announce();
  (*server)->StartSweep();
  Status stopped;
  std::thread waiter([&] {
    int signal = 0;
    sigwait(&stop_signals, &signal);
    FIRN_LOG_INFO("stopping: {}", signal == SIGTERM ? "SIGTERM" : "SIGINT");
    stopped = (*server)->Stop();
    if (stopped) FIRN_LOG_INFO("stopped");
  });
  (*server)->Run();
  waiter.join();
  return ReportOutcome(stopped);
}

}  // namespace firn::server
