// pgwire: the server's side of SASL SCRAM-SHA-256 (RFC 5802, 7677), also with channel binding.
//
//     client-first ──▶ First() ──▶ server-first      nonce, salt, iterations
//     client-final ──▶ Final() ──▶ server-final      the proof holds; the server proves itself
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scram_verifier.h"

namespace firn::net::pgwire {

inline constexpr std::string_view kScram = "SCRAM-SHA-256";
inline constexpr std::string_view kScramPlus = "SCRAM-SHA-256-PLUS";

/// One sign-in. Threads: confined to one.
/// Failure: 28P01 a wrong password, 08P01 what no client should send.
class ScramExchange {
 public:
  /// `channel`: what tls-server-end-point means for this connection; empty: no channel to bind.
  /// `nonce`: the server's own part.
  ScramExchange(ScramVerifier verifier, std::string user, std::string channel, std::string nonce);

  /// The mechanisms to offer.
  std::vector<std::string_view> mechanisms() const;
  Result<std::string> First(std::string_view mechanism, std::string_view client_first);
  Result<std::string> Final(std::string_view client_final);

 private:
  Status ReadBinding(std::string_view mechanism, std::string_view flag);

  const ScramVerifier verifier_;
  const std::string user_;
  const std::string channel_;
  std::string nonce_;   // the client's and ours
  std::string header_;  // gs2-header
  std::string client_bare_;
  std::string server_first_;
  bool bound_ = false;
};

/// Body of the fuzzer: any bytes as a client's two messages.
void FuzzScram(const uint8_t* data, size_t size);

}  // namespace firn::net::pgwire
