#include "net/http/server.h"

#include "net/http/connection_internal.h"

namespace firn::net::http {

HttpServer::HttpServer(std::shared_ptr<Listener> listener, std::shared_ptr<ServerState> state)
    : listener_(std::move(listener)), state_(std::move(state)) {}

Result<std::unique_ptr<HttpServer>> HttpServer::Listen(IoThreads& threads, const Endpoint& endpoint,
                                                       Handler& handler, Limits limits) {
  FIRN_TRY(auto listener, Listener::Open(threads, endpoint, Listener::Seating::kFront));
  auto state = std::make_shared<ServerState>(handler, limits);
  listener->Start([state](asio::ip::tcp::socket socket, Seat seat) {
    Connection::Start(std::move(socket), std::move(seat), state);
  });
  return std::make_unique<HttpServer>(std::move(listener), std::move(state));
}

HttpServer::~HttpServer() {
  Stop();
}

void HttpServer::Stop() {
  listener_->Stop();
  std::lock_guard lock(state_->mutex);
  state_->stopping = true;
  for (Connection* connection : state_->connections) connection->Stop();
}

void HttpServer::WaitStopped() {
  std::unique_lock lock(state_->mutex);
  state_->empty.wait(lock, [this] { return state_->connections.empty(); });
}

}  // namespace firn::net::http
