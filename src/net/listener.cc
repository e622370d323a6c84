#include "net/listener.h"

#include <chrono>

#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/log.h"

namespace firn::net {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

// It is tried again twenty times a second; the log need not say so each time.
constexpr std::chrono::seconds kTellEvery{10};

Result<asio::ip::address> ParseAddress(const Endpoint& endpoint) {
  if (endpoint.address == "localhost") return asio::ip::address(asio::ip::address_v4::loopback());
  if (endpoint.address == "*") return asio::ip::address(asio::ip::address_v4::any());
  error_code failed;
  auto address = asio::ip::make_address(endpoint.address, failed);
  if (failed) {
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "not an address to listen on: \"{}\"", endpoint.address)
            .WithHint("Say a numeric address such as 127.0.0.1, 0.0.0.0 or ::1."));
  }
  return address;
}

Result<tcp::acceptor> Bind(asio::io_context& io, const Endpoint& endpoint) {
  FIRN_TRY(auto address, ParseAddress(endpoint));
  const tcp::endpoint where(address, endpoint.port);
  tcp::acceptor acceptor(io);
  error_code failed;
  acceptor.open(where.protocol(), failed);
  if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor.bind(where, failed);
  if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) {
    auto error = MakeError(ErrorCode::kIo, "cannot listen on {}:{}: {}", endpoint.address,
                           endpoint.port, failed.message());
    if (!endpoint.flag.empty()) {
      error.hint =
          fmt::format("Choose another port with {0} ({0} 0: any free one).", endpoint.flag);
    }
    return Fail(std::move(error));
  }
  return acceptor;
}

bool OutOfDescriptors(const error_code& code) {
  return code == boost::system::errc::too_many_files_open ||
         code == boost::system::errc::too_many_files_open_in_system ||
         code == boost::system::errc::no_buffer_space ||
         code == boost::system::errc::not_enough_memory;
}

}  // namespace

bool IsLoopback(const std::string& address) {
  const auto parsed = ParseAddress({.address = address});
  return parsed && parsed->is_loopback();
}

Status CheckEndpoints(const std::vector<Endpoint>& endpoints) {
  asio::io_context io;
  std::vector<tcp::acceptor> held;
  for (const auto& endpoint : endpoints) {
    FIRN_TRY(auto acceptor, Bind(io, endpoint));
    held.push_back(std::move(acceptor));
  }
  return {};
}

Listener::Listener(IoThreads& threads, tcp::acceptor acceptor, Seating seating)
    : threads_(threads), acceptor_(std::move(acceptor)), seating_(seating) {
  port_ = acceptor_.local_endpoint().port();
}

Result<std::shared_ptr<Listener>> Listener::Open(IoThreads& threads, const Endpoint& endpoint,
                                                 Seating seating) {
  FIRN_TRY(auto acceptor, Bind(threads.Front().io, endpoint));
  error_code ignored;
  acceptor.non_blocking(true, ignored);
  return std::make_shared<Listener>(threads, std::move(acceptor), seating);
}

void Listener::Start(OnClient on_client) {
  on_client_ = std::move(on_client);
  asio::co_spawn(acceptor_.get_executor(), AcceptLoop(shared_from_this()), asio::detached);
}

void Listener::Stop() {
  std::lock_guard lock(mutex_);
  if (stopped_) return;
  stopped_ = true;
  // Makes a waiting accept return, from whatever thread; the loop closes.
  if (acceptor_.is_open()) ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
}

bool Listener::CloseIfStopped() {
  std::lock_guard lock(mutex_);
  if (!stopped_) return false;
  error_code ignored;
  acceptor_.close(ignored);
  return true;
}

Task<void> Listener::AcceptLoop(std::shared_ptr<Listener> self) {
  asio::steady_timer pause(self->acceptor_.get_executor());
  std::chrono::steady_clock::time_point told{};
  while (true) {
    error_code failed;
    auto token = asio::redirect_error(asio::use_awaitable, failed);
    co_await self->acceptor_.async_wait(tcp::acceptor::wait_read, token);
    const bool stopped = self->CloseIfStopped();
    if (stopped) co_return;
    // Chosen now that the client is there.
    const auto place =
        self->seating_ == Seating::kFront ? self->threads_.Front() : self->threads_.Next();
    tcp::socket socket(place.io);
    if (!failed) self->acceptor_.accept(socket, failed);
    if (!failed) {
      error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      socket.set_option(asio::socket_base::keep_alive(true), ignored);
      socket.non_blocking(true, ignored);
      self->on_client_(std::move(socket), Seat(place.connections));
    } else if (OutOfDescriptors(failed)) {
      const auto now = std::chrono::steady_clock::now();
      if (now - told > kTellEvery) {
        FIRN_LOG_WARN("accept: connections wait: port={} error={}", self->port_, failed.message());
        told = now;
      }
      pause.expires_after(std::chrono::milliseconds(50));
      auto wait = asio::redirect_error(asio::use_awaitable, failed);
      co_await pause.async_wait(wait);
    }
  }
}

}  // namespace firn::net
