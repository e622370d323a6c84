// bytea: parts, bits, digests, and the texts that stand for bytes.
#include <algorithm>
#include <bit>

#include <openssl/evp.h>

#include "sql/functions/bodies.h"

namespace firn::sql {
namespace {

using engine::Blob;
using engine::Bytes;
using engine::Scalar;

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string Lowered(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

Failure UnknownEncoding(std::string_view name) {
  return Refused("22023", fmt::format("unrecognized encoding: \"{}\"", name));
}

std::string ToHex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kHexDigits[byte >> 4];
    out += kHexDigits[byte & 15];
  }
  return out;
}

// Lines of 76 characters.
std::string ToBase64(std::string_view bytes) {
  constexpr size_t kLine = 76;
  std::string out;
  size_t line = 0;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](size_t k) -> uint32_t {
      return i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0;
    };
    const uint32_t group = byte(0) << 16 | byte(1) << 8 | byte(2);
    out += kBase64[group >> 18];
    out += kBase64[group >> 12 & 63];
    out += i + 1 < bytes.size() ? kBase64[group >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? kBase64[group & 63] : '=';
    line += 4;
    if (line >= kLine) {
      out += '\n';
      line = 0;
    }
  }
  return out;
}

std::string ToEscape(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      out += "\\\\";
    } else if (c == 0 || byte >= 0x80) {
      out += fmt::format("\\{:03o}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

Result<std::string> FromHex(std::string_view text) {
  std::string out;
  int high = -1;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') continue;
    const auto lowered = static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c);
    const auto value = kHexDigits.find(lowered);
    if (value == kHexDigits.npos) {
      return Refused("22023", fmt::format("invalid hexadecimal digit: \"{}\"", c));
    }
    if (high < 0) {
      high = static_cast<int>(value);
    } else {
      out += static_cast<char>(high << 4 | static_cast<int>(value));
      high = -1;
    }
  }
  if (high >= 0) return Refused("22023", "invalid hexadecimal data: odd number of digits");
  return out;
}

Result<std::string> FromBase64(std::string_view text) {
  const auto cut = [] {
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "invalid base64 end sequence")
            .WithSqlState("22023")
            .WithHint("Input data is missing padding, is truncated, or is otherwise corrupted."));
  };
  std::string out;
  uint32_t buffer = 0;
  int position = 0;
  int end = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') continue;
    uint32_t value = 0;
    if (c == '=') {
      if (end == 0) {
        if (position == 2)
          end = 1;
        else if (position == 3)
          end = 2;
        else
          return Refused("22023", "unexpected \"=\" while decoding base64 sequence");
      }
    } else {
      const auto found = kBase64.find(c);
      if (found == kBase64.npos || end != 0) {
        return Refused(
            "22023", fmt::format("invalid symbol \"{}\" found while decoding base64 sequence", c));
      }
      value = static_cast<uint32_t>(found);
    }
    buffer = buffer << 6 | value;
    if (++position < 4) continue;
    out += static_cast<char>(buffer >> 16 & 255);
    if (end == 0 || end > 1) out += static_cast<char>(buffer >> 8 & 255);
    if (end == 0 || end > 2) out += static_cast<char>(buffer & 255);
    buffer = 0;
    position = 0;
  }
  if (position != 0) return cut();
  return out;
}

Result<std::string> FromEscape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == '\\') {
      out += '\\';
      ++i;
      continue;
    }
    const auto digit = [&](size_t at, char most) {
      return at < text.size() && text[at] >= '0' && text[at] <= most;
    };
    if (!digit(i + 1, '3') || !digit(i + 2, '7') || !digit(i + 3, '7')) {
      return Refused("22P02", "invalid input syntax for type bytea");
    }
    out += static_cast<char>((text[i + 1] - '0') << 6 | (text[i + 2] - '0') << 3 |
                             (text[i + 3] - '0'));
    i += 3;
  }
  return out;
}

Result<std::string> Encoded(std::string_view bytes, std::string_view name) {
  const auto to = Lowered(name);
  if (to == "hex") return ToHex(bytes);
  if (to == "base64") return ToBase64(bytes);
  if (to == "escape") return ToEscape(bytes);
  return UnknownEncoding(name);
}

Result<Blob> Decoded(std::string_view text, std::string_view name) {
  const auto from = Lowered(name);
  Result<std::string> bytes = from == "hex"      ? FromHex(text)
                              : from == "base64" ? FromBase64(text)
                              : from == "escape" ? FromEscape(text)
                                                 : UnknownEncoding(name);
  if (!bytes) return Fail(std::move(bytes).error());
  return Blob{*std::move(bytes)};
}

Blob Digest(std::string_view bytes, const EVP_MD* how) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  FIRN_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest, &size, how, nullptr) == 1);
  return {std::string(reinterpret_cast<const char*>(digest), size)};
}

Result<Blob> Part(std::string_view bytes, int32_t start, std::optional<int32_t> count) {
  if (count && *count < 0) return Refused("22011", "negative substring length not allowed");
  const auto size = static_cast<int64_t>(bytes.size());
  const int64_t end = count ? std::min(int64_t{start} + *count - 1, size) : size;
  const int64_t first = std::max<int64_t>(start, 1) - 1;
  if (first >= end) return Blob{};
  return Blob{
      std::string(bytes.substr(static_cast<size_t>(first), static_cast<size_t>(end - first)))};
}

Blob Trimmed(std::string_view bytes, std::string_view set, int32_t sides) {
  const auto in = [&](char c) { return set.find(c) != set.npos; };
  while ((sides & 1) != 0 && !bytes.empty() && in(bytes.front())) bytes.remove_prefix(1);
  while ((sides & 2) != 0 && !bytes.empty() && in(bytes.back())) bytes.remove_suffix(1);
  return {std::string(bytes)};
}

Failure NoIndex(int64_t index, size_t size) {
  return Refused("2202E", fmt::format("index {} out of valid range, 0..{}", index,
                                      static_cast<int64_t>(size) - 1));
}

void AddBits(EngineFunctions& to) {
  to.push_back(Scalar("sql_get_byte", [](Bytes bytes, int32_t at) -> Result<int32_t> {
    const auto size = bytes.data.size();
    if (at < 0 || static_cast<size_t>(at) >= size) return NoIndex(at, size);
    return static_cast<unsigned char>(bytes.data[static_cast<size_t>(at)]);
  }));
  to.push_back(Scalar("sql_set_byte", [](Bytes bytes, int32_t at, int32_t value) -> Result<Blob> {
    const auto size = bytes.data.size();
    if (at < 0 || static_cast<size_t>(at) >= size) return NoIndex(at, size);
    Blob out{std::string(bytes.data)};
    out.data[static_cast<size_t>(at)] = static_cast<char>(value);
    return out;
  }));
  to.push_back(Scalar("sql_get_bit", [](Bytes bytes, int64_t at) -> Result<int32_t> {
    const auto bits = bytes.data.size() * 8;
    if (at < 0 || static_cast<size_t>(at) >= bits) return NoIndex(at, bits);
    return static_cast<unsigned char>(bytes.data[static_cast<size_t>(at / 8)]) >> (at % 8) & 1;
  }));
  to.push_back(Scalar("sql_set_bit", [](Bytes bytes, int64_t at, int32_t value) -> Result<Blob> {
    const auto bits = bytes.data.size() * 8;
    if (at < 0 || static_cast<size_t>(at) >= bits) return NoIndex(at, bits);
    if (value != 0 && value != 1) return Refused("22023", "new bit must be 0 or 1");
    Blob out{std::string(bytes.data)};
    auto& byte = out.data[static_cast<size_t>(at / 8)];
    byte = static_cast<char>((byte & ~(1 << (at % 8))) | value << (at % 8));
    return out;
  }));
  to.push_back(Scalar("sql_bit_count", [](Bytes bytes) {
    int64_t count = 0;
    for (const char c : bytes.data) count += std::popcount(static_cast<unsigned char>(c));
    return count;
  }));
}

}  // namespace

void AddByteFunctions(EngineFunctions& functions) {
  AddBits(functions);
  functions.push_back(Scalar(
      "sql_encode", [](Bytes bytes, std::string_view how) { return Encoded(bytes.data, how); }));
  functions.push_back(Scalar("sql_decode", [](std::string_view text, std::string_view how) {
    return Decoded(text, how);
  }));
  functions.push_back(Scalar("sql_sha224", [](Bytes b) { return Digest(b.data, EVP_sha224()); }));
  functions.push_back(Scalar("sql_sha256", [](Bytes b) { return Digest(b.data, EVP_sha256()); }));
  functions.push_back(Scalar("sql_sha384", [](Bytes b) { return Digest(b.data, EVP_sha384()); }));
  functions.push_back(Scalar("sql_sha512", [](Bytes b) { return Digest(b.data, EVP_sha512()); }));
  functions.push_back(Scalar("sql_bytea_trim", [](Bytes bytes, Bytes set, int32_t sides) {
    return Trimmed(bytes.data, set.data, sides);
  }));
  functions.push_back(Scalar("sql_bytea_position", [](Bytes bytes, Bytes part) {
    const auto at = bytes.data.find(part.data);
    return at == bytes.data.npos ? 0 : static_cast<int32_t>(at) + 1;
  }));
  functions.push_back(Scalar("sql_bytea_substring", [](Bytes bytes, int32_t start, int32_t count) {
    return Part(bytes.data, start, count);
  }));
  functions.push_back(Scalar("sql_bytea_from", [](Bytes bytes, int32_t start) {
    return Part(bytes.data, start, std::nullopt);
  }));
  functions.push_back(
      Scalar("sql_bytea_overlay",
             [](Bytes bytes, Bytes with, int32_t start, int32_t count) -> Result<Blob> {
               if (start <= 0) return Refused("22011", "negative substring length not allowed");
               FIRN_TRY(auto out, Part(bytes.data, 1, start - 1));
               out.data += with.data;
               FIRN_TRY(const auto rest, Part(bytes.data, start + count, std::nullopt));
               out.data += rest.data;
               return out;
             }));
}

}  // namespace firn::sql
