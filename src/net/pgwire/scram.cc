#include "net/pgwire/scram.h"

#include <algorithm>

#include "net/pgwire/message.h"

namespace firn::net::pgwire {
namespace {

Failure Malformed(std::string_view detail) {
  return Fail(ProtocolViolation("malformed SCRAM message").WithDetail(std::string(detail)));
}

/// The value of "k=value" at the front, up to the comma, which is taken too.
Result<std::string_view> Take(std::string_view& rest, char key) {
  if (rest.size() < 2 || rest[0] != key || rest[1] != '=') {
    return Malformed(fmt::format("Attribute \"{}\" is missing.", key));
  }
  const auto comma = rest.find(',');
  const auto value = rest.substr(2, comma == rest.npos ? rest.npos : comma - 2);
  rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
  return value;
}

bool IsPrintable(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return c >= 0x21 && c <= 0x7e && c != ','; });
}

}  // namespace

ScramExchange::ScramExchange(ScramVerifier verifier, std::string user, std::string channel,
                             std::string nonce)
    : verifier_(std::move(verifier)),
      user_(std::move(user)),
      channel_(std::move(channel)),
      nonce_(std::move(nonce)) {}

std::vector<std::string_view> ScramExchange::mechanisms() const {
  if (channel_.empty()) return {kScram};
  return {kScramPlus, kScram};
}

Status ScramExchange::ReadBinding(std::string_view mechanism, std::string_view flag) {
  bound_ = mechanism == kScramPlus;
  if (flag.starts_with("p=")) {
    if (!bound_ || flag != "p=tls-server-end-point") {
      return Malformed("The type of channel binding is not the one offered.");
    }
    return {};
  }
  if (bound_ || (flag != "n" && flag != "y")) {
    return Malformed("The channel binding flag does not fit the mechanism.");
  }
  // Somebody in between may have taken the mechanism with channel binding out of the list.
  if (flag == "y" && !channel_.empty()) {
    return Fail(MakeError(ErrorCode::kDenied, "SCRAM channel binding negotiation error")
                    .WithSqlState("28000")
                    .WithDetail("The client supports SCRAM channel binding but thinks the server "
                                "does not."));
  }
  return {};
}

Result<std::string> ScramExchange::First(std::string_view mechanism,
                                         std::string_view client_first) {
  const auto offered = mechanisms();
  if (std::find(offered.begin(), offered.end(), mechanism) == offered.end()) {
    return Fail(ProtocolViolation("client selected an invalid SASL authentication mechanism"));
  }
  const auto first = client_first.find(',');
  const auto second = first == client_first.npos ? first : client_first.find(',', first + 1);
  if (second == client_first.npos) return Malformed("There is no header.");
  FIRN_RETURN_IF_ERROR(ReadBinding(mechanism, client_first.substr(0, first)));
  if (second != first + 1) {
    return Fail(MakeError(ErrorCode::kUnsupported,
                          "client uses authorization identity, but it is not supported")
                    .WithSqlState("0A000")
                    .WithHint("Log in as the role itself."));
  }
  header_ = client_first.substr(0, second + 1);
  client_bare_ = client_first.substr(second + 1);
  std::string_view rest = client_bare_;
  if (rest.starts_with("m=")) {
    return Fail(MakeError(ErrorCode::kUnsupported, "client requires an unsupported SCRAM extension")
                    .WithSqlState("0A000")
                    .WithHint("Use plain SCRAM-SHA-256."));
  }
  FIRN_RETURN_IF_ERROR(Take(rest, 'n'));  // the start-up message has said who it is
  FIRN_TRY(const auto client_nonce, Take(rest, 'r'));
  if (!IsPrintable(client_nonce)) return Malformed("The nonce is not printable.");
  nonce_ = std::string(client_nonce) + nonce_;
  server_first_ =
      fmt::format("r={},s={},i={}", nonce_, ToBase64(verifier_.salt), verifier_.iterations);
  return server_first_;
}

Result<std::string> ScramExchange::Final(std::string_view client_final) {
  std::string_view rest = client_final;
  FIRN_TRY(const auto binding, Take(rest, 'c'));
  if (binding != ToBase64(header_ + (bound_ ? channel_ : std::string()))) {
    return Fail(
        MakeError(ErrorCode::kDenied, "SCRAM channel binding check failed").WithSqlState("28000"));
  }
  FIRN_TRY(const auto nonce, Take(rest, 'r'));
  if (!EqualSecrets(nonce, nonce_)) return Malformed("The nonce is another.");
  const auto proof_at = client_final.rfind(",p=");
  if (proof_at == client_final.npos) return Malformed("There is no proof.");
  const auto proof = FromBase64(client_final.substr(proof_at + 3));
  if (!proof || proof->size() != ScramVerifier::kKeyBytes) return Malformed("The proof is none.");

  const auto message =
      fmt::format("{},{},{}", client_bare_, server_first_, client_final.substr(0, proof_at));
  auto client_key = HmacSha256(verifier_.stored_key, message);
  for (size_t i = 0; i < client_key.size(); ++i) {
    client_key[i] = static_cast<char>(client_key[i] ^ (*proof)[i]);
  }
  if (!EqualSecrets(Sha256(client_key), verifier_.stored_key)) {
    return Fail(
        MakeError(ErrorCode::kDenied, "password authentication failed for user \"{}\"", user_)
            .WithSqlState("28P01"));
  }
  return "v=" + ToBase64(HmacSha256(verifier_.server_key, message));
}

void FuzzScram(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const auto kVerifier = ScramVerifier::Of("fuzz", "a salt of 16 byt", 1);
  const auto line = bytes.find('\n');
  const auto first = bytes.substr(0, line);
  const auto last = line == bytes.npos ? bytes : bytes.substr(line + 1);
  for (const std::string_view channel : {"", "channel"}) {
    ScramExchange exchange(kVerifier, "user", std::string(channel), "nonce");
    for (const auto mechanism : exchange.mechanisms()) {
      if (exchange.First(mechanism, first)) (void)exchange.Final(last);
    }
  }
  (void)ScramVerifier::Parse(bytes);
  (void)ParseSaslInitial(bytes);
}

}  // namespace firn::net::pgwire
