// pgwire: one client from its first byte to its last.
//
//   start-up ──▶ message ──▶ session ──▶ answers gather ──▶ Sync: flush ──▶ message …
//                   ▲           │ error: ErrorResponse, then skip
//                   └── Sync ◀──┘
//
// An error of a statement is answered and the connection goes on; an error that a method here
// returns ends the connection, with a FATAL message if the client can still hear it.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/pgwire/message.h"
#include "net/pgwire/message_memory.h"
#include "net/pgwire/registry.h"
#include "net/pgwire/responder.h"
#include "net/pgwire/scram.h"
#include "net/pgwire/server.h"
#include "net/pgwire/stream.h"

namespace firn::net::pgwire {

/// What the connections of one server share.
struct ServerState {
  ServerState(SessionFactory& sessions, const Limits& chosen)
      : factory(sessions),
        limits(chosen),
        registry(chosen.max_connections),
        message_memory(chosen.message_memory, chosen.message_wait) {}

  /// Tells a client for whom there is no place why, without waiting for what it has to say. The
  /// socket is kept until others have come after it: closed at once, the answer could be lost.
  void TurnAway(asio::ip::tcp::socket socket, const Error& why);

  SessionFactory& factory;
  const Limits limits;
  Registry registry;
  MessageMemory message_memory;

 private:
  std::mutex mutex_;
  std::deque<asio::ip::tcp::socket> turned_away_;  // guarded by mutex_
};

/// Threads:  its own coroutine.
/// Lifetime: keeps itself and the server's state alive until the client is gone.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::ip::tcp::socket socket, Seat seat, std::shared_ptr<ServerState> state);
  ~Connection();

  static void Start(asio::ip::tcp::socket socket, Seat seat, std::shared_ptr<ServerState> state);

 private:
  /// What the client asked for before it became (or did not become) a session.
  enum class Opening : uint8_t { kSession, kEnd };

  static Task<void> Run(std::shared_ptr<Connection> self);
  Task<Status> Live();
  Task<Result<Opening>> StartUp();
  Task<Result<std::string_view>> ReadStartupPacket();
  /// Answers a request for TLS or GSS encryption.
  Task<Status> Encrypt(bool tls_wanted);
  Task<Status> StartDirectTls();
  /// Sees that the client is who it says it is.
  Task<Status> Authenticate(const SessionStart& start, bool loopback);
  Task<Status> ExchangeScram(ScramVerifier verifier, const std::string& user);
  Task<Result<std::string>> ReadPasswordMessage();
  Task<Status> OpenSession(StartupMessage message);
  Task<Status> Serve();
  /// Makes room for a long message of which the header has come. False: it was refused, and is
  /// skipped.
  Task<Result<bool>> Expect(Header header);
  /// Every message but those of a COPY. 08P01 for a body where there must be none.
  Status BeginMessage(char type, std::string_view body);
  Task<Status> Handle(char type, std::string_view body);
  Task<Status> OnQuery(std::string_view body);
  /// The same for a statement that a session could not be asked about, and its Sync.
  Task<Status> RefuseQuery(Error why);
  Task<Status> OnParse(std::string_view body);
  Task<Status> OnBind(std::string_view body);
  Task<Status> OnDescribe(std::string_view body);
  Task<Status> OnExecute(std::string_view body);
  Task<Status> OnClose(std::string_view body);
  Task<Status> OnFunctionCall();
  Task<Status> OnSync();
  /// ReadyForQuery, not flushed.
  void EndCycle();
  Task<void> SendAway(Error why);

  /// Answers with ErrorResponse, or returns the error if it ends the connection.
  Status Answer(Error error);
  /// The same in the extended protocol: what follows is skipped until Sync.
  Status AnswerAndSkip(Error error);
  const ResultFormats& FormatsOf(const std::string& portal) const;
  void ArmTimer(std::chrono::milliseconds delay, Interruption why);
  void DisarmTimer();
  void EndSession();
  void Close();

  const Seat seat_;
  const std::shared_ptr<ServerState> state_;
  Stream stream_;
  MessageShare share_;
  asio::steady_timer timer_;
  uint64_t timer_turn_ = 0;  // of the last that was armed or disarmed
  WireResponder responder_;
  Registry::Peer peer_;
  bool registered_ = false;
  std::unique_ptr<Session> session_;
  std::unordered_map<std::string, ResultFormats> formats_;  // of portals that are not all text
  bool skipping_ = false;                                   // to the next Sync
  bool idle_ = false;                                       // since ReadyForQuery
};

}  // namespace firn::net::pgwire
