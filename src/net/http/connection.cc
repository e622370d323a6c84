#include <ctime>
#include <exception>

#include <fmt/chrono.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "base/log.h"
#include "net/http/connection_internal.h"

namespace firn::net::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;

Request ToRequest(beast::http::request<beast::http::string_body>&& wire,
                  std::string client_address) {
  Request request;
  request.method = wire.method_string();
  const std::string_view target(wire.target().data(), wire.target().size());
  const auto mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
  for (const auto& field : wire) {
    request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  request.body = std::move(wire.body());
  request.client_address = std::move(client_address);
  return request;
}

Response Plain(int status, std::string text) {
  Response response;
  response.status = status;
  response.body = std::move(text);
  return response;
}

std::string DateNow() {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

// A header that could end itself early would let its value write the rest of the answer.
bool SafeHeader(const std::pair<std::string, std::string>& header) {
  return (header.first + header.second).find_first_of(std::string_view("\r\n\0", 3)) ==
         std::string::npos;
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, Seat seat, std::shared_ptr<ServerState> state)
    : seat_(std::move(seat)), state_(std::move(state)), stream_(std::move(socket)) {}

Connection::~Connection() {
  if (!registered_) return;
  std::lock_guard lock(state_->mutex);
  state_->connections.erase(this);
  if (state_->connections.empty()) state_->empty.notify_all();
}

void Connection::Start(asio::ip::tcp::socket socket, Seat seat,
                       std::shared_ptr<ServerState> state) {
  const auto executor = socket.get_executor();
  auto self = std::make_shared<Connection>(std::move(socket), std::move(seat), std::move(state));
  {
    std::lock_guard lock(self->state_->mutex);
    if (self->state_->stopping) return;
    self->crowded_ = self->state_->connections.size() >= self->state_->limits.max_connections;
    // A refused one lives for a moment only; too many of those are just closed.
    if (self->state_->connections.size() >= 2 * self->state_->limits.max_connections) return;
    self->state_->connections.insert(self.get());
    self->registered_ = true;
  }
  asio::co_spawn(executor, Run(std::move(self)), asio::detached);
}

void Connection::Stop() {
  asio::post(stream_.get_executor(), [weak = weak_from_this()] {
    auto self = weak.lock();
    if (!self) return;
    self->stopping_ = true;
    if (self->reading_) self->stream_.cancel();
  });
}

Task<void> Connection::Run(std::shared_ptr<Connection> self) {
  try {
    bool more = true;
    while (more) more = co_await self->Serve();
  } catch (const std::exception& thrown) {
    FIRN_LOG_ERROR("http: connection ended: error={}", thrown.what());
  }
  self->stream_.close();
}

// Waiting for a request and reading one have their own times.
Task<bool> Connection::AwaitRequest() {
  if (buffer_.size() > 0) co_return true;
  error_code failed;
  stream_.expires_after(state_->limits.idle_timeout);
  auto token = asio::redirect_error(asio::use_awaitable, failed);
  const auto room = buffer_.prepare(4096);
  const size_t bytes = co_await stream_.async_read_some(room, token);
  if (failed || bytes == 0) co_return false;
  buffer_.commit(bytes);
  co_return true;
}

Task<bool> Connection::Serve() {
  Parser parser;
  parser.header_limit(state_->limits.header_bytes_max);
  parser.body_limit(state_->limits.body_bytes_max);
  if (stopping_) co_return false;
  reading_ = true;
  const bool begun = co_await AwaitRequest();
  if (!begun) co_return false;
  error_code failed;
  stream_.expires_after(state_->limits.transfer_timeout);
  auto token = asio::redirect_error(asio::use_awaitable, failed);
  co_await beast::http::async_read_header(stream_, buffer_, parser, token);
  if (failed) co_return co_await Refuse(failed);
  const bool whole = co_await ReadBody(parser);
  if (!whole) co_return false;
  reading_ = false;

  const unsigned version = parser.get().version();
  const bool keep_alive = parser.get().keep_alive() && !crowded_;
  const bool with_body = parser.get().method() != beast::http::verb::head;
  error_code gone;
  const auto remote = stream_.socket().remote_endpoint(gone);
  auto request = ToRequest(parser.release(), gone ? "" : remote.address().to_string());
  stream_.expires_never();
  auto response = co_await Answer(std::move(request));
  co_return co_await Send(std::move(response), version, keep_alive, with_body);
}

Task<bool> Connection::ReadBody(Parser& parser) {
  error_code failed;
  if (beast::iequals(parser.get()[beast::http::field::expect], "100-continue")) {
    const auto length = parser.content_length();
    if (length && *length > state_->limits.body_bytes_max) {
      co_return co_await Refuse(beast::http::error::body_limit);
    }
    beast::http::response<beast::http::empty_body> go_on(beast::http::status::continue_, 11);
    auto token = asio::redirect_error(asio::use_awaitable, failed);
    co_await beast::http::async_write(stream_, go_on, token);
    if (failed) co_return false;
  }
  auto token = asio::redirect_error(asio::use_awaitable, failed);
  co_await beast::http::async_read(stream_, buffer_, parser, token);
  if (failed) co_return co_await Refuse(failed);
  co_return true;
}

// What a request that cannot be read is told, if its sender is still there.
Task<bool> Connection::Refuse(error_code failed) {
  Response response;
  if (failed == beast::http::error::body_limit) {
    response = Plain(
        413, fmt::format("the body is too long: most={} bytes\n", state_->limits.body_bytes_max));
  } else if (failed == beast::http::error::header_limit) {
    response = Plain(431, fmt::format("the header is too long: most={} bytes\n",
                                      state_->limits.header_bytes_max));
  } else if (failed == beast::error::timeout || failed == beast::http::error::end_of_stream ||
             failed == beast::http::error::partial_message ||
             failed.category() == asio::error::get_system_category() ||
             failed.category() == asio::error::get_misc_category()) {
    co_return false;  // nobody is there any more
  } else {
    response = Plain(400, fmt::format("bad request: {}\n", failed.message()));
  }
  stream_.expires_after(state_->limits.transfer_timeout);
  co_await Send(std::move(response), 11, false, true);
  co_return false;
}

Task<Response> Connection::Answer(Request request) {
  if (crowded_) co_return Plain(503, "too many connections\n");
  std::string thrown_text;
  try {
    co_return co_await state_->handler.Handle(std::move(request));
  } catch (const std::exception& thrown) {
    thrown_text = thrown.what();
  }
  FIRN_LOG_ERROR("http: handler failed: error={}", thrown_text);
  co_return Plain(500, "internal error\n");
}

Task<bool> Connection::Send(Response response, unsigned version, bool keep_alive, bool with_body) {
  Wire wire(static_cast<beast::http::status>(response.status), version);
  for (const auto& header : response.headers) {
    if (SafeHeader(header)) wire.insert(header.first, header.second);
  }
  wire.set(beast::http::field::server, "firn");
  wire.set(beast::http::field::date, DateNow());
  const bool empty = response.status == 204 || response.status == 304;
  if (!empty) {
    wire.set(beast::http::field::content_type, response.content_type);
    wire.content_length(response.body.size());
    if (with_body) wire.body() = std::move(response.body);
  }
  keep_alive = keep_alive && !stopping_;
  wire.keep_alive(keep_alive);
  stream_.expires_after(state_->limits.transfer_timeout);
  error_code failed;
  auto token = asio::redirect_error(asio::use_awaitable, failed);
  co_await beast::http::async_write(stream_, wire, token);
  if (failed) co_return false;
  if (!keep_alive) co_await Linger();
  co_return keep_alive;
}

// Reads what the client still sends, so that it gets to see the answer instead of a reset.
Task<void> Connection::Linger() {
  error_code failed;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, failed);
  stream_.expires_after(std::min<std::chrono::milliseconds>(state_->limits.transfer_timeout,
                                                            std::chrono::seconds(2)));
  while (!failed) {
    buffer_.clear();
    const auto room = buffer_.prepare(size_t{16} << 10);
    auto token = asio::redirect_error(asio::use_awaitable, failed);
    co_await stream_.async_read_some(room, token);
  }
}

}  // namespace firn::net::http
