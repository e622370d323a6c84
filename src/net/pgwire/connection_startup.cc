#include <utility>

#include "base/log.h"
#include "net/pgwire/byte_order.h"
#include "net/pgwire/connection_internal.h"

namespace firn::net::pgwire {
namespace {

constexpr char kTlsHandshake = 0x16;
constexpr size_t kNonceBytes = 18;

}  // namespace

Task<Result<std::string_view>> Connection::ReadStartupPacket() {
  while (true) {
    const auto bytes = stream_.buffered();
    size_t length = 0;
    if (bytes.size() >= 4) {
      length = ReadBig32(bytes.data());
      if (length < 8 || length > kStartupBytesMax) {
        co_return Fail(
            ProtocolViolation(fmt::format("invalid length of startup packet: {}", length)));
      }
      if (bytes.size() >= length) {
        stream_.Consume(length);
        co_return bytes.substr(4, length - 4);
      }
    }
    auto read = co_await stream_.ReadMore(length);
    if (!read) co_return Fail(std::move(read).error());
  }
}

Task<Status> Connection::Encrypt(bool tls_wanted) {
  const auto& tls = state_->limits.tls;
  const bool yes = tls_wanted && tls && !stream_.has_tls();
  // What came with the request was not encrypted, whoever sent it.
  if (yes && !stream_.buffered().empty()) {
    co_return Fail(ProtocolViolation("received unencrypted data after SSL request"));
  }
  stream_.out().push_back(yes ? 'S' : 'N');
  auto flushed = co_await stream_.Flush();
  FIRN_CO_RETURN_IF_ERROR(std::move(flushed));
  if (yes) co_return co_await stream_.StartTls(*tls);
  co_return Status();
}

Task<Status> Connection::StartDirectTls() {
  auto begun = co_await stream_.StartTls(*state_->limits.tls);
  FIRN_CO_RETURN_IF_ERROR(std::move(begun));
  if (!stream_.named_postgresql()) {
    co_return Fail(ProtocolViolation(
        "received direct SSL connection request without ALPN protocol negotiation extension"));
  }
  co_return Status();
}

Task<Status> Connection::Authenticate(const SessionStart& start, bool loopback) {
  auto password = state_->factory.PasswordOf(start, loopback);
  if (!password) co_return Fail(std::move(password).error());
  if (!*password) co_return Status();
  auto verifier = ScramVerifier::Parse(**password);
  if (!verifier) co_return Fail(std::move(verifier).error());
  co_return co_await ExchangeScram(*std::move(verifier), start.user);
}

Task<Result<std::string>> Connection::ReadPasswordMessage() {
  while (true) {
    const auto bytes = stream_.buffered();
    size_t wanted = 0;
    if (bytes.size() >= Header::kBytes) {
      const uint32_t length = ReadBig32(bytes.data() + 1);
      if (bytes[0] != 'p' || length < 4 || length > kSmallMessageBytesMax) {
        co_return Fail(ProtocolViolation("expected SASL response"));
      }
      wanted = length + 1;
      if (bytes.size() >= wanted) {
        std::string body(bytes.substr(Header::kBytes, wanted - Header::kBytes));
        stream_.Consume(wanted);
        co_return body;
      }
    }
    auto read = co_await stream_.ReadMore(wanted);
    if (!read) co_return Fail(std::move(read).error());
  }
}

Task<Status> Connection::ExchangeScram(ScramVerifier verifier, const std::string& user) {
  std::string channel;
  if (stream_.has_tls()) channel = state_->limits.tls->end_point();
  auto nonce = ToBase64(RandomBytes(kNonceBytes));
  ScramExchange exchange(std::move(verifier), user, std::move(channel), std::move(nonce));
  AppendSaslMechanisms(stream_.out(), exchange.mechanisms());
  auto asked = co_await stream_.Flush();
  FIRN_CO_RETURN_IF_ERROR(std::move(asked));
  auto first = co_await ReadPasswordMessage();
  if (!first) co_return Fail(std::move(first).error());
  auto initial = ParseSaslInitial(*first);
  if (!initial) co_return Fail(std::move(initial).error());
  auto challenge = exchange.First(initial->mechanism, initial->data);
  if (!challenge) co_return Fail(std::move(challenge).error());
  AppendSaslContinue(stream_.out(), *challenge);
  auto sent = co_await stream_.Flush();
  FIRN_CO_RETURN_IF_ERROR(std::move(sent));
  auto last = co_await ReadPasswordMessage();
  if (!last) co_return Fail(std::move(last).error());
  auto proven = exchange.Final(*last);
  if (!proven) co_return Fail(std::move(proven).error());
  AppendSaslFinal(stream_.out(), *proven);
  co_return Status();
}

Task<Result<Connection::Opening>> Connection::StartUp() {
  if (state_->limits.tls) {
    auto byte = co_await stream_.Peek();
    if (!byte) co_return Fail(std::move(byte).error());
    if (*byte == kTlsHandshake) {
      auto begun = co_await StartDirectTls();
      if (!begun) co_return Fail(std::move(begun).error());
    }
  }
  // A client may ask once for each kind of encryption before it goes on in plain text.
  bool asked_tls = false;
  bool asked_gss = false;
  while (true) {
    auto packet = co_await ReadStartupPacket();
    if (!packet) co_return Fail(std::move(packet).error());
    const auto code = static_cast<int32_t>(ReadBig32(packet->data()));
    const auto body = packet->substr(4);
    const bool asks = (code == kSslRequest && !std::exchange(asked_tls, true)) ||
                      (code == kGssEncRequest && !std::exchange(asked_gss, true));
    if (asks && body.empty()) {
      auto answered = co_await Encrypt(code == kSslRequest);
      if (!answered) co_return Fail(std::move(answered).error());
      continue;
    }
    if (code == kCancelRequest) {
      auto key = ParseCancel(body);
      if (!key) co_return Fail(std::move(key).error());
      state_->registry.Cancel(*key);
      co_return Opening::kEnd;
    }
    if (code >> 16 != kProtocol3 >> 16) {
      co_return Fail(MakeError(ErrorCode::kUnsupported,
                               "unsupported frontend protocol {}.{}: server supports 3.0",
                               code >> 16, code & 0xffff)
                         .WithHint("Use a client of PostgreSQL 7.4 or later."));
    }
    auto message = ParseStartup(code, body);
    if (!message) co_return Fail(std::move(message).error());
    auto opened = co_await OpenSession(*std::move(message));
    if (!opened) co_return Fail(std::move(opened).error());
    co_return Opening::kSession;
  }
}

Task<Status> Connection::OpenSession(StartupMessage message) {
  auto& start = message.start;
  const auto remote = stream_.remote();
  start.client_address = remote.address().to_string();
  start.client_port = remote.port();
  start.tls = stream_.has_tls();
  auto& out = stream_.out();
  if (message.protocol != kProtocol3 || !message.unknown.empty()) {
    AppendNegotiateProtocolVersion(out, message.unknown);
  }
  const bool loopback = remote.address().is_loopback();
  auto known = co_await Authenticate(start, loopback);
  FIRN_CO_RETURN_IF_ERROR(std::move(known));
  FIRN_CO_RETURN_IF_ERROR(state_->registry.Admit(peer_));
  start.process_id = peer_.key.process_id;
  auto opened = co_await state_->factory.Open(std::move(start));
  if (!opened) co_return Fail(std::move(opened).error());
  session_ = *std::move(opened);
  state_->registry.Attach(peer_, *session_);

  AppendAuthenticationOk(out);
  for (const auto& [name, value] : session_->parameters()) AppendParameterStatus(out, name, value);
  AppendBackendKeyData(out, peer_.key.process_id, peer_.key.secret);
  DisarmTimer();
  EndCycle();
  co_return co_await stream_.Flush();
}

}  // namespace firn::net::pgwire
