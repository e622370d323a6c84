#include <array>
#include <charconv>
#include <cstring>

#include "columnar/calendar.h"
#include "columnar/value_format_internal.h"

namespace firn::columnar {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

// Two digits, also where `value` has only one.
char* PutTwo(char* at, int64_t value) {
  *at++ = static_cast<char>('0' + value / 10);
  *at++ = static_cast<char>('0' + value % 10);
  return at;
}

// "2026-11-21" without the era.
char* PutDay(char* at, const CivilDay& civil) {
  const int64_t year = civil.year > 0 ? civil.year : 1 - civil.year;
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, year).ptr;
  for (auto width = end - digits; width < 4; ++width) *at++ = '0';
  at = std::copy(digits, end, at);
  *at++ = '-';
  at = PutTwo(at, civil.month);
  *at++ = '-';
  return PutTwo(at, civil.day);
}

// "01:02:03.5"; micros of one day.
char* PutTime(char* at, int64_t micros) {
  const int64_t seconds = micros / kMicrosPerSecond;
  at = PutTwo(at, seconds / 3600);
  *at++ = ':';
  at = PutTwo(at, seconds / 60 % 60);
  *at++ = ':';
  at = PutTwo(at, seconds % 60);
  int64_t fraction = micros % kMicrosPerSecond;
  if (fraction == 0) return at;
  *at++ = '.';
  for (int64_t unit = kMicrosPerSecond / 10; fraction != 0; unit /= 10) {
    *at++ = static_cast<char>('0' + fraction / unit);
    fraction %= unit;
  }
  return at;
}

// "+00", "-03:30", "+00:53:28".
void AppendOffset(int32_t offset, std::string& out) {
  char buffer[12];
  char* at = buffer;
  *at++ = offset < 0 ? '-' : '+';
  const int32_t seconds = std::abs(offset);
  at = PutTwo(at, seconds / 3600);
  if (seconds % 3600 != 0) {
    *at++ = ':';
    at = PutTwo(at, seconds / 60 % 60);
  }
  if (seconds % 60 != 0) {
    *at++ = ':';
    at = PutTwo(at, seconds % 60);
  }
  out.append(buffer, at);
}

}  // namespace

void AppendInteger(int64_t value, std::string& out) {
  char buffer[24];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

char* DigitsBefore(char* end, Uint128 value) {
  constexpr uint64_t kChunk = 10'000'000'000'000'000'000U;  // 10^19
  char* at = end;
  while (value > UINT64_MAX) {
    auto low = static_cast<uint64_t>(value % kChunk);
    value /= kChunk;
    for (int i = 0; i < 19; ++i, low /= 10) *--at = static_cast<char>('0' + low % 10);
  }
  auto rest = static_cast<uint64_t>(value);
  do {
    *--at = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  return at;
}

void AppendDecimal(Int128 value, int32_t scale, std::string& out) {
  char buffer[48];
  char* const end = buffer + sizeof buffer;
  char* at = DigitsBefore(end, value < 0 ? -static_cast<Uint128>(value) : value);
  while (end - at <= scale) *--at = '0';
  if (value < 0) out.push_back('-');
  out.append(at, end - scale);
  if (scale > 0) {
    out.push_back('.');
    out.append(end - scale, end);
  }
}

void AppendDate(int32_t days, std::string& out) {
  if (days == kDateInfinity) {
    out.append("infinity");
  } else if (days <= kDateMinusInfinity) {
    out.append("-infinity");
  } else {
    const auto civil = CivilFromDays(days);
    char buffer[40];
    out.append(buffer, PutDay(buffer, civil));
    if (civil.year <= 0) out.append(" BC");
  }
}

void AppendTime(int64_t micros, std::string& out) {
  char buffer[32];
  out.append(buffer, PutTime(buffer, micros));
}

void AppendTimestamp(int64_t micros, bool with_zone, std::string& out, int32_t offset) {
  if (micros == kTimestampInfinity) {
    out.append("infinity");
    return;
  }
  if (micros <= kTimestampMinusInfinity) {
    out.append("-infinity");
    return;
  }
  int64_t days = micros / kMicrosPerDay;
  int64_t time = micros % kMicrosPerDay + offset * kMicrosPerSecond;
  if (time >= kMicrosPerDay) {
    time -= kMicrosPerDay;
    ++days;
  }
  while (time < 0) {
    time += kMicrosPerDay;
    --days;
  }
  const auto civil = CivilFromDays(days);
  char buffer[64];
  char* at = PutDay(buffer, civil);
  *at++ = ' ';
  out.append(buffer, PutTime(at, time));
  if (with_zone) AppendOffset(offset, out);
  if (civil.year <= 0) out.append(" BC");
}

void AppendHex(std::string_view bytes, std::string& out) {
  const size_t start = out.size();
  out.resize(start + 2 * bytes.size());
  char* at = out.data() + start;
  for (const char byte : bytes) {
    *at++ = kHexDigits[static_cast<uint8_t>(byte) >> 4];
    *at++ = kHexDigits[static_cast<uint8_t>(byte) & 15];
  }
}

void AppendUuid(std::string_view bytes, std::string& out) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out.push_back('-');
    AppendHex(bytes.substr(i, 1), out);
  }
}

}  // namespace firn::columnar
