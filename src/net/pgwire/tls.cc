#include "net/pgwire/tls.h"

#include <algorithm>
#include <array>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace firn::net::pgwire {
namespace {

constexpr std::string_view kProtocol("\x0apostgresql", 11);  // as ALPN spells it

int SelectProtocol(SSL* /*tls*/, const unsigned char** chosen, unsigned char* chosen_length,
                   const unsigned char* offered, unsigned int offered_length, void* /*unused*/) {
  unsigned char* found = nullptr;
  const auto* ours = reinterpret_cast<const unsigned char*>(kProtocol.data());
  if (SSL_select_next_proto(&found, chosen_length, ours, kProtocol.size(), offered,
                            offered_length) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

Failure BadFile(std::string_view what, const std::string& path) {
  return Fail(MakeError(ErrorCode::kInvalidInput, "could not use the TLS {} \"{}\": {}", what, path,
                        TlsErrorText())
                  .WithHint("Both files are PEM: --tls-cert the certificate with its chain, "
                            "--tls-key its private key without a passphrase."));
}

// The hash of the certificate's own signature, but never MD5 or SHA-1.
Result<std::string> EndPointOf(SSL_CTX* context) {
  X509* certificate = SSL_CTX_get0_certificate(context);
  int digest = NID_undef;
  if (OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &digest, nullptr) != 1) {
    digest = NID_undef;
  }
  const bool weak = digest == NID_md5 || digest == NID_sha1 || digest == NID_undef;
  const EVP_MD* algorithm = weak ? EVP_sha256() : EVP_get_digestbynid(digest);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int length = 0;
  if (algorithm == nullptr || X509_digest(certificate, algorithm, hash.data(), &length) != 1) {
    return Fail(ErrorCode::kInvalidInput, "could not hash the TLS certificate: {}", TlsErrorText());
  }
  return std::string(reinterpret_cast<const char*>(hash.data()), length);
}

}  // namespace

void FreeTls::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}
void FreeTls::operator()(ssl_st* tls) const {
  SSL_free(tls);
}

std::string TlsErrorText() {
  const auto code = ERR_get_error();
  if (code == 0) return "unknown error";
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

TlsContext::TlsContext(std::unique_ptr<ssl_ctx_st, FreeTls> context, std::string end_point)
    : context_(std::move(context)), end_point_(std::move(end_point)) {}

Result<std::shared_ptr<const TlsContext>> TlsContext::Load(const std::string& certificate_file,
                                                           const std::string& key_file) {
  ERR_clear_error();
  std::unique_ptr<ssl_ctx_st, FreeTls> context(SSL_CTX_new(TLS_server_method()));
  if (!context) return Fail(ErrorCode::kInternal, "could not begin TLS: {}", TlsErrorText());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context.get(), SelectProtocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
    return BadFile("certificate", certificate_file);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return BadFile("key", key_file);
  }
  FIRN_TRY(auto end_point, EndPointOf(context.get()));
  return std::make_shared<const TlsContext>(std::move(context), std::move(end_point));
}

TlsPtr TlsContext::NewConnection(int socket) const {
  TlsPtr tls(SSL_new(context_.get()));
  if (tls) SSL_set_fd(tls.get(), socket);
  return tls;
}

bool NamedPostgresql(ssl_st* tls) {
  const unsigned char* name = nullptr;
  unsigned int length = 0;
  SSL_get0_alpn_selected(tls, &name, &length);
  return length > 0;
}

}  // namespace firn::net::pgwire
