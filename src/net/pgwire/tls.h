// pgwire: the server's certificate and how a socket speaks TLS with it.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

struct ssl_ctx_st;
struct ssl_st;

namespace firn::net::pgwire {

struct FreeTls {
  void operator()(ssl_ctx_st* context) const;
  void operator()(ssl_st* tls) const;
};
using TlsPtr = std::unique_ptr<ssl_st, FreeTls>;

/// Certificate, key and rules: TLS 1.2 and above, the protocol name "postgresql" (ALPN).
///
/// Threads: any. Lifetime: connections keep what they need of it.
class TlsContext {
 public:
  /// The files in PEM, the certificate first and its issuers behind it. kInvalidInput, kIo.
  static Result<std::shared_ptr<const TlsContext>> Load(const std::string& certificate_file,
                                                        const std::string& key_file);

  /// The server's side of one connection on a non-blocking socket.
  TlsPtr NewConnection(int socket) const;
  /// What a client that binds to the channel hashes (RFC 5929, tls-server-end-point).
  const std::string& end_point() const { return end_point_; }

  TlsContext(std::unique_ptr<ssl_ctx_st, FreeTls> context, std::string end_point);

 private:
  const std::unique_ptr<ssl_ctx_st, FreeTls> context_;
  const std::string end_point_;
};

/// Whether the client named the protocol "postgresql" in its hello.
bool NamedPostgresql(ssl_st* tls);
/// Why the last call on this thread failed.
std::string TlsErrorText();

}  // namespace firn::net::pgwire
