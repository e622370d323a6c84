// http: one client's connection, request after request.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_set>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/http/server.h"

namespace firn::net::http {

class Connection;

/// What the connections of one server share. Threads: any.
struct ServerState {
  ServerState(Handler& answers, const Limits& chosen) : handler(answers), limits(chosen) {}

  Handler& handler;
  const Limits limits;

  std::mutex mutex;
  // Guarded by mutex.
  std::condition_variable empty;
  std::unordered_set<Connection*> connections;
  bool stopping = false;
};

/// Threads:  its own (the timeouts of tcp_stream need one handler at a time).
/// Lifetime: keeps itself and the server's state alive until the client is gone.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::ip::tcp::socket socket, Seat seat, std::shared_ptr<ServerState> state);
  ~Connection();

  static void Start(asio::ip::tcp::socket socket, Seat seat, std::shared_ptr<ServerState> state);
  /// Closes at once if no request has come, else after the answer. From any thread.
  void Stop();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using Wire = boost::beast::http::response<boost::beast::http::string_body>;

  static Task<void> Run(std::shared_ptr<Connection> self);
  /// Handles one request; false: the connection is to be closed.
  Task<bool> Serve();
  Task<bool> AwaitRequest();
  Task<bool> ReadBody(Parser& parser);
  Task<Response> Answer(Request request);
  Task<bool> Send(Response response, unsigned version, bool keep_alive, bool with_body);
  Task<bool> Refuse(boost::beast::error_code failed);
  Task<void> Linger();

  const Seat seat_;
  const std::shared_ptr<ServerState> state_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  bool crowded_ = false;  // one connection too many
  bool registered_ = false;
  bool reading_ = false;  // no whole request has come yet
  bool stopping_ = false;
};

}  // namespace firn::net::http
