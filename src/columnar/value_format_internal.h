// columnar: single values as PostgreSQL's text, for the writers of text and of errors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace firn::columnar {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 Uint128;

void AppendInteger(int64_t value, std::string& out);
/// Shortest digits that read back as the same value, spelled as PostgreSQL does: "1e+20".
void AppendFloat4(float value, std::string& out);
void AppendFloat8(double value, std::string& out);
/// `value` / 10^scale with all `scale` digits.
void AppendDecimal(Int128 value, int32_t scale, std::string& out);
/// Days since 1970-01-01: "2026-11-21", "0044-03-15 BC", "infinity".
void AppendDate(int32_t days, std::string& out);
/// Microseconds since midnight: "01:02:03.5", "24:00:00".
void AppendTime(int64_t micros, std::string& out);
/// Microseconds since 1970-01-01: "2026-11-21 01:02:03.5". `with_zone`: as a clock shows it so many
/// seconds east of Greenwich, with the offset behind it: "+00", "+05:30".
void AppendTimestamp(int64_t micros, bool with_zone, std::string& out, int32_t offset = 0);
void AppendHex(std::string_view bytes, std::string& out);
void AppendUuid(std::string_view bytes, std::string& out);

/// The decimal digits of `value` into the end of a buffer of 40; returns where they begin.
char* DigitsBefore(char* end, Uint128 value);

}  // namespace firn::columnar
