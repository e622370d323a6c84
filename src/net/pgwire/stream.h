// pgwire: one client's socket with its two buffers.
//
// Input is what has been read and not consumed; it grows only as bytes come, never because a
// message says that it will be long. Output gathers until Flush(), which sends at once what the
// kernel takes and suspends for the rest.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

#include "base/result.h"
#include "base/task.h"
#include "net/pgwire/tls.h"

namespace firn::net::pgwire {

/// Above this much waiting output it is sent without waiting for Sync.
inline constexpr size_t kFlushBytes = size_t{64} << 10;

/// Why a connection is ended from outside.
enum class Interruption : uint8_t {
  kNone,
  kShutdown,
  kTerminated,
  kStartupTimeout,
  kCrowdedOut,
  kIdle,
  kIdleInTransaction,
  kStalled,
  kLingered,
};

/// Threads:  one coroutine; Interrupt() and interruption() from any thread.
/// Failure:  broken() once the client cannot be read from or written to any more.
class Stream {
 public:
  explicit Stream(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

  /// Read and not consumed yet; valid until ReadMore.
  std::string_view buffered() const { return {input_.get() + begin_, end_ - begin_}; }
  /// Drops bytes from the front, also such as have not come yet.
  void Consume(size_t bytes);
  /// Whether bytes that were consumed have yet to come.
  bool is_dropping() const { return ahead_ > 0; }
  /// Suspends until at least one more byte has come (after those consumed ahead). `wanted`: how
  /// many the message at the front has in all, 0: not known; lets the buffer double toward it.
  /// `alone`: the thread is this client's alone, and may wait for moments without being suspended.
  /// kIo when the client is gone; the error for the client when interrupted.
  Task<Status> ReadMore(size_t wanted, bool alone = false);
  /// Read this much at a time (COPY), or 0: as little as will do.
  void set_read_bytes(size_t bytes) { read_bytes_ = bytes; }

  /// Suspends until something has come that has not been read; its first byte. kIo as ReadMore.
  Task<Result<char>> Peek();
  /// Speaks TLS from here on. Nothing may be buffered. kIo when the client does not.
  Task<Status> StartTls(const TlsContext& context);
  bool has_tls() const { return tls_ != nullptr; }
  /// Whether the client asked for this protocol by name.
  bool named_postgresql() const { return tls_ != nullptr && NamedPostgresql(tls_.get()); }

  std::string& out() { return out_; }
  bool full() const { return out_.size() >= kFlushBytes; }
  Task<Status> Flush();
  /// Flush where the client takes everything at once. False: there is something left for Flush.
  bool FlushAtOnce();

  /// Makes every wait, this one and all later ones, end. The first reason stays.
  void Interrupt(Interruption why);
  Interruption interruption() const { return interruption_.load(); }
  /// Any thread: the client cancels what it waits for, also where its session does not know of it
  /// yet. Forgotten when the coroutine begins to wait.
  void CancelWait() { wait_cancelled_.store(true); }
  void BeginWait() { wait_cancelled_.store(false); }
  bool wait_cancelled() const { return wait_cancelled_.load(); }
  /// The error that tells the client why it was interrupted.
  Error InterruptionError() const;
  bool broken() const { return broken_; }

  /// Says that nothing more will be sent, then reads what still comes, so that the client gets
  /// to see the last message instead of a reset. Ends by itself only with the client: set a timer.
  Task<void> Linger();

  /// Gives the socket away; the stream is of no use any more.
  asio::ip::tcp::socket TakeSocket() { return std::move(socket_); }
  asio::ip::tcp::endpoint remote() const;
  asio::any_io_executor executor() { return socket_.get_executor(); }

 private:
  void MakeRoom(size_t wanted);
  /// What a client sends that is at it again within moments; 0: nothing, wait for it.
  size_t ReadAwake(char* to, size_t room);
  /// Suspends until the socket is ready to go on with what TLS said it wants.
  Task<void> AwaitTls(int answer, boost::system::error_code& failed);
  Task<size_t> ReadTls(char* to, size_t room, boost::system::error_code& failed);
  size_t WriteSome(std::string_view bytes, boost::system::error_code& failed);

  asio::ip::tcp::socket socket_;
  TlsPtr tls_;
  std::unique_ptr<char[]> input_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t ahead_ = 0;  // consumed before they came
  size_t read_bytes_ = 0;
  std::string out_;
  bool broken_ = false;
  uint32_t asleep_ = 0;        // waits to come in which ReadAwake is not tried
  uint32_t asleep_next_ = 16;  // how many it will be after the next one in vain

  std::atomic<Interruption> interruption_{Interruption::kNone};
  std::atomic<bool> wait_cancelled_{false};
  std::atomic<bool> writing_{false};  // suspended until the client reads
};

}  // namespace firn::net::pgwire
