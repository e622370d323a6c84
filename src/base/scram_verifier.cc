#include "base/scram_verifier.h"

#include <charconv>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

namespace firn {
namespace {

constexpr std::string_view kScheme = "SCRAM-SHA-256$";

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

Failure Malformed() {
  return Fail(ErrorCode::kInvalidInput, "not a SCRAM-SHA-256 verifier");
}

}  // namespace

std::string Sha256(std::string_view bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  ::SHA256(Bytes(bytes), bytes.size(), Bytes(digest));
  return digest;
}

std::string HmacSha256(std::string_view key, std::string_view message) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  unsigned int length = 0;
  FIRN_CHECK(::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()), Bytes(message),
                    message.size(), Bytes(digest), &length) != nullptr);
  return digest;
}

std::string ToBase64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = ::EVP_EncodeBlock(Bytes(text), Bytes(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(length));
  return text;
}

Result<std::string> FromBase64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  const int length = ::EVP_DecodeBlock(Bytes(bytes), Bytes(text), static_cast<int>(text.size()));
  if (length < 0 || text.size() % 4 != 0) return Fail(ErrorCode::kInvalidInput, "not base64");
  // The block decoder counts the padding as bytes.
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  bytes.resize(static_cast<size_t>(length) - padding);
  return bytes;
}

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  FIRN_CHECK(::RAND_bytes(Bytes(bytes), static_cast<int>(count)) == 1);
  return bytes;
}

bool EqualSecrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

ScramVerifier ScramVerifier::Of(std::string_view password) {
  return Of(password, RandomBytes(kSaltBytes), kIterations);
}

ScramVerifier ScramVerifier::Of(std::string_view password, std::string salt, int iterations) {
  std::string salted(kKeyBytes, '\0');
  FIRN_CHECK(::PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), Bytes(salt),
                                 static_cast<int>(salt.size()), iterations, ::EVP_sha256(),
                                 static_cast<int>(kKeyBytes), Bytes(salted)) == 1);
  return {.iterations = iterations,
          .salt = std::move(salt),
          .stored_key = Sha256(HmacSha256(salted, "Client Key")),
          .server_key = HmacSha256(salted, "Server Key")};
}

bool ScramVerifier::IsOf(std::string_view password) const {
  return EqualSecrets(Of(password, salt, iterations).stored_key, stored_key);
}

Result<ScramVerifier> ScramVerifier::Parse(std::string_view text) {
  if (!text.starts_with(kScheme)) return Malformed();
  text.remove_prefix(kScheme.size());
  const auto colon = text.find(':');
  const auto dollar = text.find('$');
  const auto second = text.find(':', dollar == text.npos ? text.size() : dollar);
  if (colon == text.npos || dollar == text.npos || second == text.npos || dollar < colon) {
    return Malformed();
  }
  ScramVerifier verifier;
  const auto [end, error] = std::from_chars(text.data(), text.data() + colon, verifier.iterations);
  if (error != std::errc{} || end != text.data() + colon || verifier.iterations < 1) {
    return Malformed();
  }
  FIRN_TRY(verifier.salt, FromBase64(text.substr(colon + 1, dollar - colon - 1)));
  FIRN_TRY(verifier.stored_key, FromBase64(text.substr(dollar + 1, second - dollar - 1)));
  FIRN_TRY(verifier.server_key, FromBase64(text.substr(second + 1)));
  if (verifier.stored_key.size() != kKeyBytes || verifier.server_key.size() != kKeyBytes) {
    return Malformed();
  }
  return verifier;
}

std::string ScramVerifier::ToString() const {
  return fmt::format("{}{}:{}${}:{}", kScheme, iterations, ToBase64(salt), ToBase64(stored_key),
                     ToBase64(server_key));
}

}  // namespace firn
