#include "net/pgwire/stream.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <boost/asio/redirect_error.hpp>

namespace firn::net::pgwire {
namespace {

using boost::system::error_code;

constexpr size_t kInputBytes = size_t{16} << 10;
// A buffer that one large message has blown up is given back.
constexpr size_t kKeptBytes = size_t{256} << 10;
// For so long a client is waited for awake: one on the same machine or beside it sends its next
// message sooner, and to be woken takes a virtual processor longer than such a client needs.
constexpr std::chrono::microseconds kAwake{80};
// After a wait that was in vain (another kind of client, a processor that others need) so many are
// slept through, and twice as many after the next.
constexpr uint32_t kAsleepLeast = 16;
constexpr uint32_t kAsleepMost = 1024;

Failure Gone(std::string_view what) {
  return Fail(MakeError(ErrorCode::kIo, "the client is gone: {}", what).WithSqlState("08006"));
}

}  // namespace

void Stream::Consume(size_t bytes) {
  const size_t here = std::min(bytes, end_ - begin_);
  begin_ += here;
  ahead_ += bytes - here;
}

void Stream::MakeRoom(size_t wanted) {
  const size_t held = end_ - begin_;
  const size_t least = std::max(kInputBytes, read_bytes_);
  const size_t room = wanted > held ? std::min(wanted - held, least / 2) : least / 2;
  const bool too_small = capacity_ - held < room;
  const bool too_large = wanted <= least && held < least && capacity_ > std::max(kKeptBytes, least);
  if (too_small || too_large) {
    // Toward a long message the buffer doubles as its bytes come.
    const size_t doubled = too_large ? 0 : std::min(wanted, 2 * capacity_);
    const size_t capacity = std::max(held + least, doubled);
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (held > 0) std::memcpy(larger.get(), input_.get() + begin_, held);
    input_ = std::move(larger);
    capacity_ = capacity;
  } else if (begin_ > 0 && held > 0) {
    std::memmove(input_.get(), input_.get() + begin_, held);
  }
  begin_ = 0;
  end_ = held;
}

size_t Stream::ReadAwake(char* to, size_t room) {
  if (asleep_ > 0) {
    --asleep_;
    return 0;
  }
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + kAwake;
  do {
    const ssize_t bytes = ::recv(socket_.native_handle(), to, room, MSG_DONTWAIT);
    if (bytes > 0) {
      asleep_next_ = kAsleepLeast;
      return static_cast<size_t>(bytes);
    }
    if (bytes == 0 || errno != EAGAIN) return 0;  // said again by the read that follows
  } while (Clock::now() < until);
  asleep_ = asleep_next_;
  asleep_next_ = std::min(2 * asleep_next_, kAsleepMost);
  return 0;
}

Task<Status> Stream::ReadMore(size_t wanted, bool alone) {
  while (true) {
    if (broken_) co_return Gone("read after failure");
    MakeRoom(wanted);
    error_code failed;
    size_t bytes = 0;
    if (tls_) {
      bytes = co_await ReadTls(input_.get() + end_, capacity_ - end_, failed);
    } else if (alone) {
      bytes = ReadAwake(input_.get() + end_, capacity_ - end_);
    }
    if (!tls_ && bytes == 0) {
      auto token = asio::redirect_error(asio::use_awaitable, failed);
      const auto room = asio::buffer(input_.get() + end_, capacity_ - end_);
      bytes = co_await socket_.async_read_some(room, token);
    }
    if (failed || bytes == 0) {
      if (interruption() != Interruption::kNone) co_return Fail(InterruptionError());
      broken_ = true;
      co_return Gone(failed ? failed.message() : "end of stream");
    }
    end_ += bytes;
    const size_t dropped = std::min(ahead_, bytes);
    begin_ += dropped;
    ahead_ -= dropped;
    if (begin_ < end_) co_return Status();
  }
}

Task<size_t> Stream::ReadTls(char* to, size_t room, error_code& failed) {
  while (true) {
    ERR_clear_error();
    size_t bytes = 0;
    const int answer = SSL_read_ex(tls_.get(), to, room, &bytes);
    if (answer == 1) co_return bytes;
    co_await AwaitTls(answer, failed);
    if (failed) co_return 0;
  }
}

Task<void> Stream::AwaitTls(int answer, error_code& failed) {
  const int wants = SSL_get_error(tls_.get(), answer);
  if (wants != SSL_ERROR_WANT_READ && wants != SSL_ERROR_WANT_WRITE) {
    failed = asio::error::connection_aborted;
    co_return;
  }
  const auto direction = wants == SSL_ERROR_WANT_READ ? asio::ip::tcp::socket::wait_read
                                                      : asio::ip::tcp::socket::wait_write;
  auto token = asio::redirect_error(asio::use_awaitable, failed);
  co_await socket_.async_wait(direction, token);
}

size_t Stream::WriteSome(std::string_view bytes, error_code& failed) {
  if (!tls_) return socket_.write_some(asio::buffer(bytes.data(), bytes.size()), failed);
  ERR_clear_error();
  size_t sent = 0;
  const int answer = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &sent);
  if (answer == 1) return sent;
  const int wants = SSL_get_error(tls_.get(), answer);
  failed = wants == SSL_ERROR_WANT_WRITE ? error_code(asio::error::would_block)
                                         : error_code(asio::error::connection_aborted);
  return 0;
}

Task<Result<char>> Stream::Peek() {
  error_code failed;
  auto token = asio::redirect_error(asio::use_awaitable, failed);
  co_await socket_.async_wait(asio::ip::tcp::socket::wait_read, token);
  char first = 0;
  if (!failed && ::recv(socket_.native_handle(), &first, 1, MSG_PEEK) == 1) co_return first;
  if (interruption() != Interruption::kNone) co_return Fail(InterruptionError());
  broken_ = true;
  co_return Gone("end of stream");
}

Task<Status> Stream::StartTls(const TlsContext& context) {
  tls_ = context.NewConnection(socket_.native_handle());
  if (!tls_) co_return Fail(ErrorCode::kInternal, "could not begin TLS: {}", TlsErrorText());
  while (true) {
    ERR_clear_error();
    const int answer = SSL_accept(tls_.get());
    if (answer == 1) co_return Status();
    error_code failed;
    co_await AwaitTls(answer, failed);
    if (!failed && interruption() == Interruption::kNone) continue;
    broken_ = true;
    co_return Gone(fmt::format("no TLS: {}", TlsErrorText()));
  }
}

bool Stream::FlushAtOnce() {
  if (full() || broken_) return false;
  error_code failed;
  const size_t sent = WriteSome(out_, failed);
  out_.erase(0, sent);
  return out_.empty();
}

Task<Status> Stream::Flush() {
  // A client that reads as fast as we write must not keep the thread to itself.
  if (full()) co_await Yield();
  size_t sent = 0;
  while (sent < out_.size()) {
    if (broken_) co_return Gone("write after failure");
    error_code failed;
    sent += WriteSome(std::string_view(out_).substr(sent), failed);
    if (!failed) continue;
    if (failed == asio::error::would_block) {
      // Interrupt() looks at writing_ after it has set its reason, we the other way round: one
      // of the two sees the other.
      writing_.store(true);
      if (interruption() == Interruption::kNone) {
        auto token = asio::redirect_error(asio::use_awaitable, failed);
        co_await socket_.async_wait(asio::ip::tcp::socket::wait_write, token);
      }
      writing_.store(false);
      if (interruption() == Interruption::kNone) continue;
    }
    broken_ = true;
    co_return Gone(failed.message());
  }
  out_.clear();
  if (out_.capacity() > 4 * kFlushBytes) out_.shrink_to_fit();
  co_return Status();
}

void Stream::Interrupt(Interruption why) {
  auto none = Interruption::kNone;
  interruption_.compare_exchange_strong(none, why);
  const bool lingered = why == Interruption::kLingered;
  ::shutdown(socket_.native_handle(), writing_.load() || lingered ? SHUT_RDWR : SHUT_RD);
}

Error Stream::InterruptionError() const {
  switch (interruption()) {
    case Interruption::kStartupTimeout:
      return MakeError(ErrorCode::kCancelled, "canceling authentication due to timeout");
    case Interruption::kCrowdedOut:
      return MakeError(ErrorCode::kOverloaded, "sorry, too many clients already")
          .WithSqlState("53300")
          .WithDetail("Others came before this client had said who it is.");
    case Interruption::kIdle:
      return MakeError(ErrorCode::kCancelled, "terminating connection due to idle-session timeout")
          .WithSqlState("57P05");
    case Interruption::kIdleInTransaction:
      return MakeError(ErrorCode::kCancelled,
                       "terminating connection due to idle-in-transaction timeout")
          .WithSqlState("25P03");
    case Interruption::kStalled:
      return MakeError(ErrorCode::kCancelled,
                       "terminating connection because the rest of a long message did not come")
          .WithSqlState("08P01")
          .WithDetail("The memory that was kept for it is waited for by others.");
    case Interruption::kNone:
    case Interruption::kShutdown:
    case Interruption::kTerminated:
    case Interruption::kLingered:
      break;
  }
  return MakeError(ErrorCode::kCancelled, "terminating connection due to administrator command")
      .WithSqlState("57P01");
}

Task<void> Stream::Linger() {
  error_code failed;
  if (tls_) SSL_shutdown(tls_.get());
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, failed);
  std::string waste(kInputBytes, '\0');
  while (!failed && !broken_) {
    auto token = asio::redirect_error(asio::use_awaitable, failed);
    const size_t bytes = co_await socket_.async_read_some(asio::buffer(waste), token);
    if (bytes == 0) break;
  }
}

asio::ip::tcp::endpoint Stream::remote() const {
  error_code failed;
  return socket_.remote_endpoint(failed);
}

}  // namespace firn::net::pgwire
