#include "net/pgwire/server.h"

#include "net/pgwire/connection_internal.h"

namespace firn::net::pgwire {

PgServer::PgServer(std::shared_ptr<Listener> listener, std::shared_ptr<ServerState> state)
    : listener_(std::move(listener)), state_(std::move(state)) {}

Result<std::unique_ptr<PgServer>> PgServer::Listen(IoThreads& threads, const Endpoint& endpoint,
                                                   SessionFactory& factory, const Limits& limits) {
  FIRN_TRY(auto listener, Listener::Open(threads, endpoint, Listener::Seating::kSpread));
  auto state = std::make_shared<ServerState>(factory, limits);
  listener->Start([state](asio::ip::tcp::socket socket, Seat seat) {
    Connection::Start(std::move(socket), std::move(seat), state);
  });
  return std::make_unique<PgServer>(std::move(listener), std::move(state));
}

PgServer::~PgServer() {
  Stop();
}

size_t PgServer::session_count() const {
  return state_->registry.session_count();
}

bool PgServer::Cancel(int32_t process_id) {
  return state_->registry.Cancel(process_id);
}

bool PgServer::Terminate(int32_t process_id) {
  return state_->registry.Terminate(process_id);
}

void PgServer::Stop() {
  listener_->Stop();
  state_->registry.Stop();
}

void PgServer::WaitStopped() {
  state_->registry.WaitEmpty();
}

}  // namespace firn::net::pgwire
