#include "base/uuid.h"

#include <chrono>
#include <mutex>
#include <random>

namespace firn {
namespace {

constexpr char kHex[] = "0123456789abcdef";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Failure BadUuid(std::string_view text) {
  return Fail(
      MakeError(ErrorCode::kInvalidInput, "invalid input syntax for type uuid: \"{}\"", text)
          .WithSqlState("22P02"));
}

}  // namespace

std::string Uuid::ToString() const {
  std::string out;
  out.reserve(36);
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kHex[bytes[i] >> 4];
    out += kHex[bytes[i] & 15];
  }
  return out;
}

std::string Uuid::ShortId() const {
  return ToString().substr(28);
}

Uuid NewUuidV7() {
  static std::mutex mutex;
  static std::mt19937_64 random{std::random_device{}()};
  static uint64_t last = 0;

  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto us =
      static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
  // 48 bits of milliseconds and 12 bits of their fraction (RFC 9562, method 3), kept increasing.
  const uint64_t ms = us / 1000;
  uint64_t stamp = (ms << 12) | ((us % 1000) * 4096 / 1000);
  uint64_t tail = 0;
  {
    std::lock_guard lock(mutex);
    if (stamp <= last) stamp = last + 1;
    last = stamp;
    tail = random();
  }
  Uuid uuid;
  for (int i = 0; i < 6; ++i) uuid.bytes[i] = static_cast<uint8_t>(stamp >> (52 - 8 * i));
  uuid.bytes[6] = static_cast<uint8_t>(0x70 | ((stamp >> 8) & 0x0f));
  uuid.bytes[7] = static_cast<uint8_t>(stamp);
  for (int i = 8; i < 16; ++i) uuid.bytes[i] = static_cast<uint8_t>(tail >> (8 * (i - 8)));
  uuid.bytes[8] = static_cast<uint8_t>(0x80 | (uuid.bytes[8] & 0x3f));
  return uuid;
}

Result<Uuid> ParseUuid(std::string_view text) {
  std::string_view body = text;
  if (body.size() >= 2 && body.front() == '{' && body.back() == '}') {
    body = body.substr(1, body.size() - 2);
  }
  Uuid uuid;
  size_t digits = 0;
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i] == '-') {
      if (digits == 0 || digits == 32 || digits % 4 != 0 || body[i - 1] == '-')
        return BadUuid(text);
      continue;
    }
    const int value = HexValue(body[i]);
    if (value < 0 || digits == 32) return BadUuid(text);
    uuid.bytes[digits / 2] = static_cast<uint8_t>(uuid.bytes[digits / 2] << 4 | value);
    ++digits;
  }
  if (digits != 32) return BadUuid(text);
  return uuid;
}

}  // namespace firn
