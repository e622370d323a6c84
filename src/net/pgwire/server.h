// pgwire: the PostgreSQL protocol (version 3) on a TCP port.
//
// Every client is one coroutine on one of the threads that were given. It reads messages strictly
// in order, hands each to its Session, and sends what gathered at Sync, Flush or 64 KiB.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "base/result.h"
#include "net/listener.h"
#include "net/pgwire/tls.h"
#include "net/session.h"

namespace firn::net::pgwire {

struct Limits {
  size_t max_connections = 100;
  /// Longest message (Query, Bind, CopyData …). Longer ones end the connection with 08P01.
  size_t message_bytes_max = size_t{1} << 30;
  /// From connecting to the end of start-up.
  std::chrono::milliseconds startup_timeout{60'000};
  /// What long messages may take while they are worked on, and how long they wait for it; 0: any.
  int64_t message_memory = 0;
  std::chrono::milliseconds message_wait{60'000};
  /// How long a client that is sent away may take to read why.
  std::chrono::milliseconds linger{2'000};
  /// Null: clients that ask for TLS are told that there is none.
  std::shared_ptr<const TlsContext> tls;
};

struct ServerState;

/// Serves clients from Listen() to Stop().
///
/// Threads:  any.
/// Lifetime: borrows the factory until WaitStopped() has returned.
class PgServer {
 public:
  /// kIo naming address, port and flag when the port is taken.
  static Result<std::unique_ptr<PgServer>> Listen(IoThreads& threads, const Endpoint& endpoint,
                                                  SessionFactory& factory, const Limits& limits);
  /// Stops; does not wait.
  ~PgServer();

  uint16_t port() const { return listener_->port(); }
  size_t session_count() const;

  /// Cancels what one session runs (57014), as pg_cancel_backend does. False: no such process id.
  bool Cancel(int32_t process_id);
  /// Ends one session with 57P01, as pg_terminate_backend does. False: no such process id.
  bool Terminate(int32_t process_id);
  /// Accepts nobody any more, cancels what runs, ends every session with 57P01. Idempotent.
  void Stop();
  /// Blocks until the last session is gone. After Stop(), not on one of the threads.
  void WaitStopped();

  PgServer(std::shared_ptr<Listener> listener, std::shared_ptr<ServerState> state);

 private:
  std::shared_ptr<Listener> listener_;
  std::shared_ptr<ServerState> state_;
};

}  // namespace firn::net::pgwire
