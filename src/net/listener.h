// net: a listening TCP socket and the coroutine that accepts from it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/result.h"
#include "base/task.h"
#include "net/io_threads.h"

namespace firn::net {

/// Where to listen, and what the user calls it.
struct Endpoint {
  std::string address = "127.0.0.1";  // a numeric address, "localhost", or "*" for all
  uint16_t port = 0;                  // 0: any free one
  std::string flag;                   // "--pg-port": named when the port is taken
};

/// Whether only the machine itself reaches this address.
bool IsLoopback(const std::string& address);

/// Whether a server can listen on all of these: takes them together, and lets them go again.
/// Errors as Listener::Open has them.
Status CheckEndpoints(const std::vector<Endpoint>& endpoints);

/// Accepts connections until Stop().
///
/// Threads:  any.
/// Failure:  while the process is out of descriptors it waits a little and goes on.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  using OnClient = std::function<void(asio::ip::tcp::socket, Seat)>;

  /// Where its clients go.
  enum class Seating : uint8_t { kSpread, kFront };

  /// kIo naming address, port and flag when the port is in use or may not be bound.
  static Result<std::shared_ptr<Listener>> Open(IoThreads& threads, const Endpoint& endpoint,
                                                Seating seating);

  uint16_t port() const { return port_; }
  /// Clients come with TCP_NODELAY and keep-alive set, non-blocking, each on the thread that it is
  /// to stay with. Call once.
  void Start(OnClient on_client);
  /// Connections are refused from here on. Idempotent.
  void Stop();

  Listener(IoThreads& threads, asio::ip::tcp::acceptor acceptor, Seating seating);

 private:
  static Task<void> AcceptLoop(std::shared_ptr<Listener> self);
  bool CloseIfStopped();

  IoThreads& threads_;
  asio::ip::tcp::acceptor acceptor_;
  const Seating seating_;
  uint16_t port_ = 0;
  OnClient on_client_;
  std::mutex mutex_;      // orders Stop's shutdown(2) before the close
  bool stopped_ = false;  // guarded by mutex_
};

}  // namespace firn::net
