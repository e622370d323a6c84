// columnar: values kept as text in one canonical form, which is what PostgreSQL prints (but for
// intervals: interval.h). Each pair reads PostgreSQL's text or binary form into it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "columnar/interval.h"
#include "columnar/types.h"

namespace firn::columnar {

/// numeric of any size: "12.50", "NaN", "-Infinity"; digits and scale as PostgreSQL keeps them.
Status NumericText(std::string_view text, std::string* out);
Status NumericTextFromBinary(std::string_view bytes, std::string* out);
/// numeric_send.
void AppendNumericTextBinary(std::string_view canonical, std::string& out);

/// Microseconds since midnight, to 24:00:00 itself.
Status ParseTime(std::string_view text, int64_t* micros);
Status ReadTime(std::string_view bytes, int64_t* micros);
/// "12:30:00.5+05:30"; without a zone it is UTC.
Status TimetzText(std::string_view text, std::string* out);
/// Where a text without a zone is not UTC but depends on the day: it is refused.
Status ZonedTimetzText(std::string_view text, std::string* out);
Status TimetzTextFromBinary(std::string_view bytes, std::string* out);
void AppendTimetzBinary(std::string_view canonical, std::string& out);

Status ParseInterval(std::string_view text, Interval* interval);
Status ReadInterval(std::string_view bytes, Interval* interval);
/// interval_out with IntervalStyle postgres: "1 year 2 mons -3 days +04:05:06.7".
void AppendInterval(const Interval& interval, std::string& out);

/// json: checked, kept as it is. `out` is not changed where the text is wrong.
Status CheckJson(std::string_view text);
/// jsonb: keys by length, then bytes; of equal keys the last; numbers as numeric prints them.
Status JsonbText(std::string_view text, std::string* out);

/// "10.1.2.3", "10.1.2.0/24", "2001:db8::/32"; cidr always with its prefix length.
Status NetworkText(std::string_view text, bool cidr, std::string* out);
Status NetworkTextFromBinary(std::string_view bytes, bool cidr, std::string* out);
void AppendNetworkBinary(std::string_view canonical, bool cidr, std::string& out);

/// What a receive function says of a message that is too short or too long.
[[gnu::cold]] Failure WrongLength(size_t got, size_t want);

template <typename Integer>
void AppendBigEndian(Integer value, std::string& out) {
  char bytes[sizeof value];
  for (size_t i = 0; i < sizeof value; ++i) {
    bytes[i] = static_cast<char>(value >> (8 * (sizeof value - 1 - i)));
  }
  out.append(bytes, sizeof bytes);
}

/// `bytes` must be long enough.
template <typename Integer>
Integer BigEndianAt(std::string_view bytes, size_t at) {
  std::make_unsigned_t<Integer> read = 0;
  for (size_t i = 0; i < sizeof(Integer); ++i) {
    read =
        static_cast<std::make_unsigned_t<Integer>>(read << 8 | static_cast<uint8_t>(bytes[at + i]));
  }
  return static_cast<Integer>(read);
}

}  // namespace firn::columnar
