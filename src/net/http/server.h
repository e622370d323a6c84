// http: a small HTTP/1.1 server: keep-alive, limits on what it reads and how long it waits.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "base/result.h"
#include "net/http/handler.h"
#include "net/listener.h"

namespace firn::net::http {

struct Limits {
  size_t max_connections = 256;                        // more are answered with 503
  uint32_t header_bytes_max = 16 << 10;                // 431
  uint64_t body_bytes_max = uint64_t{64} << 20;        // 413
  std::chrono::milliseconds idle_timeout{60'000};      // between two requests
  std::chrono::milliseconds transfer_timeout{30'000};  // to send a request or take an answer
};

struct ServerState;

/// Serves a Handler from Listen() to Stop().
///
/// Threads:  any.
/// Lifetime: borrows the handler until WaitStopped() has returned.
/// Not here: TLS, routes, chunked answers.
class HttpServer {
 public:
  /// kIo naming address, port and flag when the port is taken.
  static Result<std::unique_ptr<HttpServer>> Listen(IoThreads& threads, const Endpoint& endpoint,
                                                    Handler& handler, Limits limits);
  /// Stops; does not wait.
  ~HttpServer();

  uint16_t port() const { return listener_->port(); }
  /// Accepts nobody any more and closes connections that have sent no whole request; the
  /// others are answered first.
  /// Idempotent.
  void Stop();
  /// Blocks until the last connection is closed. After Stop(), not on one of the threads.
  void WaitStopped();

  HttpServer(std::shared_ptr<Listener> listener, std::shared_ptr<ServerState> state);

 private:
  std::shared_ptr<Listener> listener_;
  std::shared_ptr<ServerState> state_;
};

}  // namespace firn::net::http
