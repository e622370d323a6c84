#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/log.h"
#include "net/pgwire/connection_internal.h"

namespace firn::net::pgwire {
namespace {

// A session may end its client: admin shutdown, database dropped, idle for too long.
bool EndsConnection(const Error& error) {
  return error.SqlState().starts_with("57P");
}

}  // namespace

void ServerState::TurnAway(asio::ip::tcp::socket socket, const Error& why) {
  constexpr size_t kKept = 64;
  std::string message;
  AppendError(message, Severity::kFatal, why);
  boost::system::error_code ignored;
  socket.write_some(asio::buffer(message), ignored);
  socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  const std::lock_guard lock(mutex_);
  turned_away_.push_back(std::move(socket));
  if (turned_away_.size() > kKept) turned_away_.pop_front();
}

Connection::Connection(asio::ip::tcp::socket socket, Seat seat, std::shared_ptr<ServerState> state)
    : seat_(std::move(seat)),
      state_(std::move(state)),
      stream_(std::move(socket)),
      share_(state_->message_memory, stream_),
      timer_(stream_.executor()),
      responder_(stream_, state_->limits.message_bytes_max) {
  peer_.stream = &stream_;
}

Connection::~Connection() {
  Close();
}

void Connection::Start(asio::ip::tcp::socket socket, Seat seat,
                       std::shared_ptr<ServerState> state) {
  auto self = std::make_shared<Connection>(std::move(socket), std::move(seat), std::move(state));
  auto added = self->state_->registry.Add(self->peer_);
  if (!added) {
    self->state_->TurnAway(self->stream_.TakeSocket(), added.error());
    return;
  }
  self->registered_ = true;
  auto executor = self->stream_.executor();
  asio::co_spawn(executor, Run(std::move(self)), asio::detached);
}

Task<void> Connection::Run(std::shared_ptr<Connection> self) {
  Status ended;
  try {
    ended = co_await self->Live();
  } catch (const std::exception& thrown) {
    ended = Fail(ErrorCode::kInternal, "unexpected exception: {}", thrown.what());
  }
  // What the session holds (locks, a transaction) must not wait for a slow client.
  self->EndSession();
  if (!ended && !self->stream_.broken()) co_await self->SendAway(std::move(ended).error());
  self->Close();
}

Task<Status> Connection::Live() {
  ArmTimer(state_->limits.startup_timeout, Interruption::kStartupTimeout);
  auto opening = co_await StartUp();
  if (!opening) co_return Fail(std::move(opening).error());
  if (*opening == Opening::kEnd) co_return Status();
  co_return co_await Serve();
}

Task<void> Connection::SendAway(Error why) {
  FIRN_LOG_INFO("pgwire: connection ended: process={} sqlstate={} error={}", peer_.key.process_id,
                why.SqlState(), why.message);
  ArmTimer(state_->limits.linger, Interruption::kLingered);
  AppendError(stream_.out(), Severity::kFatal, why);
  auto flushed = co_await stream_.Flush();
  const bool crowded = stream_.interruption() == Interruption::kCrowdedOut;
  if (flushed && !crowded) co_await stream_.Linger();
  DisarmTimer();
}

Task<Status> Connection::Serve() {
  while (true) {
    if (stream_.interruption() != Interruption::kNone) {
      co_return Fail(stream_.InterruptionError());
    }
    const auto bytes = stream_.buffered();
    size_t wanted = 0;
    if (bytes.size() >= Header::kBytes) {
      auto header = ParseHeader(bytes, state_->limits.message_bytes_max);
      if (!header) co_return Fail(std::move(header).error());
      wanted = Header::kBytes + header->body;
      const char type = header->type;
      // What is left of a COPY that failed here is still on its way when the client reads of it.
      const bool stray = type == 'd' || type == 'c' || type == 'f';
      if (stray || (skipping_ && type != 'S' && type != 'X')) {
        stream_.Consume(wanted);
        continue;
      }
      if (bytes.size() >= wanted) {
        // The view stays good until something is read, so each handler parses before it waits.
        const auto body = bytes.substr(Header::kBytes, header->body);
        stream_.Consume(wanted);
        FIRN_CO_RETURN_IF_ERROR(BeginMessage(type, body));
        if (type == 'X') co_return Status();
        auto handled = co_await Handle(type, body);
        // An error is shown at once: the client may wait for it before it sends Sync.
        if (handled && (stream_.full() || skipping_)) handled = co_await stream_.Flush();
        if (!handled) co_return handled;
        if (idle_ && !stream_.buffered().empty()) co_await Yield();
        continue;
      }
      auto expected = co_await Expect(*header);
      if (!expected) co_return Fail(std::move(expected).error());
      if (!*expected) continue;
    }
    const bool idle = idle_ && bytes.empty() && !stream_.is_dropping();
    auto limit = idle ? session_->idle_limit() : IdleLimit();
    auto why = limit.in_transaction ? Interruption::kIdleInTransaction : Interruption::kIdle;
    if (wanted == 0) share_.Return();  // the message that it was for has been worked on
    if (share_.held() > 0) {
      limit.time = state_->limits.message_wait;
      why = Interruption::kStalled;
    }
    if (limit.time.count() > 0) ArmTimer(limit.time, why);
    auto read = co_await stream_.ReadMore(wanted, seat_.is_alone());
    if (limit.time.count() > 0) DisarmTimer();
    FIRN_CO_RETURN_IF_ERROR(std::move(read));
  }
}

Task<Result<bool>> Connection::Expect(Header header) {
  auto room = co_await share_.Grow(EstimateMemory(header));
  if (room) co_return true;
  stream_.Consume(Header::kBytes + header.body);
  idle_ = false;
  responder_.TellHeld();
  Status refused;
  if (header.type == 'Q' || header.type == 'F') {  // which no Sync follows
    refused = co_await RefuseQuery(std::move(room).error());
  } else {
    refused = AnswerAndSkip(std::move(room).error());
    if (refused) refused = co_await stream_.Flush();
  }
  if (!refused) co_return Fail(std::move(refused).error());
  co_return false;
}

Status Connection::BeginMessage(char type, std::string_view body) {
  idle_ = false;
  if (type != 'S') responder_.TellHeld();
  const bool has_body = std::string_view("SHX").find(type) == std::string_view::npos;
  return has_body ? Status() : ParseNothing(body);
}

Task<Status> Connection::Handle(char type, std::string_view body) {
  switch (type) {
    case 'Q':
      return OnQuery(body);
    case 'P':
      return OnParse(body);
    case 'B':
      return OnBind(body);
    case 'D':
      return OnDescribe(body);
    case 'E':
      return OnExecute(body);
    case 'C':
      return OnClose(body);
    case 'S':
      return OnSync();
    case 'H':
      return stream_.Flush();
    default:
      return OnFunctionCall();
  }
}

/// It ends its cycle like a Query.
Task<Status> Connection::OnFunctionCall() {
  FIRN_CO_RETURN_IF_ERROR(AnswerAndSkip(
      MakeError(ErrorCode::kUnsupported, "the function call protocol is not supported")
          .WithHint("Say SELECT function(...).")));
  co_return co_await OnSync();
}

Status Connection::Answer(Error error) {
  if (stream_.broken()) return Fail(std::move(error));
  if (stream_.interruption() != Interruption::kNone) return Fail(stream_.InterruptionError());
  if (responder_.violation()) return Fail(*responder_.violation());
  if (EndsConnection(error)) return Fail(std::move(error));
  AppendError(stream_.out(), Severity::kError, error);
  return {};
}

Status Connection::AnswerAndSkip(Error error) {
  skipping_ = true;
  return Answer(std::move(error));
}

const ResultFormats& Connection::FormatsOf(const std::string& portal) const {
  static const ResultFormats kText;
  if (formats_.empty()) return kText;
  const auto found = formats_.find(portal);
  return found == formats_.end() ? kText : found->second;
}

void Connection::EndCycle() {
  const char transaction = session_->transaction_status();
  if (transaction == 'I') formats_.clear();  // portals end with their transaction
  AppendReadyForQuery(stream_.out(), transaction);
  idle_ = true;
  share_.Return();
}

Task<Status> Connection::OnSync() {
  auto synced = co_await session_->Sync(std::exchange(skipping_, false));
  if (synced) {
    responder_.TellHeld();
  } else {
    responder_.DropHeld();
    FIRN_CO_RETURN_IF_ERROR(Answer(std::move(synced).error()));
  }
  EndCycle();
  if (stream_.FlushAtOnce()) co_return Status();
  co_return co_await stream_.Flush();
}

Task<Status> Connection::OnQuery(std::string_view body) {
  FIRN_CO_TRY(auto sql, ParseString(body));
  auto valid = CheckUtf8(sql);
  if (!valid) co_return co_await RefuseQuery(std::move(valid).error());
  auto room = co_await share_.Grow(EstimateMemory(sql));
  if (!room) co_return co_await RefuseQuery(std::move(room).error());
  responder_.UseFormats(ResultFormats());
  auto done = co_await session_->SimpleQuery(std::move(sql), responder_);
  responder_.EndStatement();
  if (!done) FIRN_CO_RETURN_IF_ERROR(Answer(std::move(done).error()));
  EndCycle();
  if (stream_.FlushAtOnce()) co_return Status();
  co_return co_await stream_.Flush();
}

Task<Status> Connection::RefuseQuery(Error why) {
  // The session has not seen the statement, but an open transaction must fail all the same.
  FIRN_CO_RETURN_IF_ERROR(AnswerAndSkip(std::move(why)));
  co_return co_await OnSync();
}

Task<Status> Connection::OnParse(std::string_view body) {
  FIRN_CO_TRY(auto message, ParseParse(body));
  auto done = CheckUtf8(message.sql);
  if (done) done = co_await share_.Grow(EstimateMemory(message.sql));
  if (done) {
    done = co_await session_->Parse(std::move(message.statement), std::move(message.sql),
                                    std::move(message.parameter_oids));
  }
  if (!done) co_return AnswerAndSkip(std::move(done).error());
  AppendEmpty(stream_.out(), '1');
  co_return Status();
}

Task<Status> Connection::OnBind(std::string_view body) {
  FIRN_CO_TRY(auto message, ParseBind(body));
  auto done = ResolveFormats(message);
  auto formats = ResultFormats::Make(message.result_formats);
  if (done && !formats) done = Fail(formats.error());
  if (done) {
    done = co_await session_->Bind(message.portal, std::move(message.statement),
                                   std::move(message.parameters));
  }
  if (done && message.result_formats.size() > 1) {
    auto described = co_await session_->DescribePortal(message.portal);
    if (described && *described) done = formats->CheckColumns((*described)->size());
  }
  if (!done) co_return AnswerAndSkip(std::move(done).error());
  if (message.result_formats.empty()) {
    formats_.erase(message.portal);
  } else {
    formats_.insert_or_assign(std::move(message.portal), *std::move(formats));
  }
  AppendEmpty(stream_.out(), '2');
  co_return Status();
}

Task<Status> Connection::OnDescribe(std::string_view body) {
  FIRN_CO_TRY(auto target, ParseTarget(body));
  std::optional<std::vector<columnar::Field>> fields;
  ResultFormats formats;
  if (target.kind == 'S') {
    auto described = co_await session_->DescribeStatement(std::move(target.name));
    if (!described) co_return AnswerAndSkip(std::move(described).error());
    AppendParameterDescription(stream_.out(), described->parameter_oids);
    fields = std::move(described->fields);
  } else {
    formats = FormatsOf(target.name);
    auto described = co_await session_->DescribePortal(std::move(target.name));
    if (!described) co_return AnswerAndSkip(std::move(described).error());
    fields = *std::move(described);
  }
  if (!fields) {
    AppendEmpty(stream_.out(), 'n');
    co_return Status();
  }
  auto fits = formats.CheckColumns(fields->size());
  if (!fits) co_return AnswerAndSkip(std::move(fits).error());
  AppendRowDescription(stream_.out(), *fields, formats);
  co_return Status();
}

Task<Status> Connection::OnExecute(std::string_view body) {
  FIRN_CO_TRY(auto message, ParseExecute(body));
  responder_.UseFormats(FormatsOf(message.portal));
  responder_.HoldCompletion();
  auto done = co_await session_->Execute(std::move(message.portal), message.max_rows, responder_);
  responder_.EndStatement();
  if (!done) co_return AnswerAndSkip(std::move(done).error());
  co_return Status();
}

Task<Status> Connection::OnClose(std::string_view body) {
  FIRN_CO_TRY(auto target, ParseTarget(body));
  Status done;
  if (target.kind == 'S') {
    done = co_await session_->CloseStatement(std::move(target.name));
  } else {
    formats_.erase(target.name);
    done = co_await session_->ClosePortal(std::move(target.name));
  }
  if (!done) co_return AnswerAndSkip(std::move(done).error());
  AppendEmpty(stream_.out(), '3');
  co_return Status();
}

void Connection::ArmTimer(std::chrono::milliseconds delay, Interruption why) {
  // One that has expired may still be in the queue behind what disarmed it, and behind what armed
  // it again.
  const uint64_t turn = ++timer_turn_;
  timer_.expires_after(delay);
  timer_.async_wait(
      [weak = weak_from_this(), why, turn](const boost::system::error_code& cancelled) {
        if (cancelled) return;
        auto self = weak.lock();
        if (self && self->timer_turn_ == turn) self->stream_.Interrupt(why);
      });
}

void Connection::DisarmTimer() {
  ++timer_turn_;
  timer_.cancel();
}

void Connection::EndSession() {
  if (!session_) return;
  state_->registry.Detach(peer_);
  session_.reset();
}

void Connection::Close() {
  EndSession();
  if (std::exchange(registered_, false)) state_->registry.Remove(peer_);
}

}  // namespace firn::net::pgwire
