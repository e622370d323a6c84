// base: what a server keeps of a password (RFC 5802 and 7677, as PostgreSQL spells it):
//
//     SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>     (the last three in base64)
//
// The password cannot be had back from it, and it cannot be used to sign in.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace firn {

struct ScramVerifier {
  static constexpr int kIterations = 4096;
  static constexpr size_t kSaltBytes = 16;
  static constexpr size_t kKeyBytes = 32;  // of SHA-256

  int iterations = kIterations;
  std::string salt;
  std::string stored_key;
  std::string server_key;

  /// With a salt of its own. The password is taken as it is: for characters beyond ASCII without
  /// the normalisation that clients do, which changes few of them.
  static ScramVerifier Of(std::string_view password);
  static ScramVerifier Of(std::string_view password, std::string salt, int iterations);
  /// kInvalidInput when it is not spelled so.
  static Result<ScramVerifier> Parse(std::string_view text);
  std::string ToString() const;
  bool IsOf(std::string_view password) const;
};

std::string Sha256(std::string_view bytes);
std::string HmacSha256(std::string_view key, std::string_view message);
std::string ToBase64(std::string_view bytes);
/// kInvalidInput.
Result<std::string> FromBase64(std::string_view text);
/// Bytes nobody can guess.
std::string RandomBytes(size_t count);
/// In a time that does not tell where they differ.
bool EqualSecrets(std::string_view a, std::string_view b);

}  // namespace firn
