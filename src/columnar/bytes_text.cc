#include <array>

#include "columnar/utf8.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

// The value of a hexadecimal digit, 0xFF for anything else.
constexpr auto kHexValues = [] {
  std::array<uint8_t, 256> values{};
  for (auto& value : values) value = 0xFF;
  for (uint8_t i = 0; i < 10; ++i) values['0' + i] = i;
  for (uint8_t i = 0; i < 6; ++i) {
    values['a' + i] = static_cast<uint8_t>(10 + i);
    values['A' + i] = static_cast<uint8_t>(10 + i);
  }
  return values;
}();

uint8_t HexValue(char c) {
  return kHexValues[static_cast<uint8_t>(c)];
}

Failure BadHex(std::string_view message) {
  return Fail(MakeError(ErrorCode::kInvalidInput, "{}", message).WithSqlState("22023"));
}

Failure BadHexDigit(std::string_view text, size_t at) {
  if (auto valid = CheckUtf8(text); !valid) return Failure(std::move(valid).error());
  const auto rest = text.substr(at);
  const size_t bytes = BytesOfCharacters(rest, 1);
  return BadHex(fmt::format("invalid hexadecimal digit: \"{}\"", rest.substr(0, bytes)));
}

// "\x00ff", spaces allowed between bytes.
Status ParseHex(std::string_view text, std::string* value) {
  for (size_t at = 2; at < text.size();) {
    const char c = text[at];
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      ++at;
      continue;
    }
    const uint8_t high = HexValue(c);
    if (high == 0xFF) return BadHexDigit(text, at);
    if (at + 1 == text.size()) return BadHex("invalid hexadecimal data: odd number of digits");
    const uint8_t low = HexValue(text[at + 1]);
    if (low == 0xFF) return BadHexDigit(text, at + 1);
    value->push_back(static_cast<char>(high << 4 | low));
    at += 2;
  }
  return {};
}

bool IsOctal(char c, char highest = '7') {
  return c >= '0' && c <= highest;
}

// "\\" and "\ooo", everything else as it is.
Status ParseEscaped(std::string_view text, std::string* value) {
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '\\') {
      value->push_back(text[at++]);
    } else if (at + 1 < text.size() && text[at + 1] == '\\') {
      value->push_back('\\');
      at += 2;
    } else if (at + 3 < text.size() && IsOctal(text[at + 1], '3') && IsOctal(text[at + 2]) &&
               IsOctal(text[at + 3])) {
      value->push_back(static_cast<char>((text[at + 1] - '0') << 6 | (text[at + 2] - '0') << 3 |
                                         (text[at + 3] - '0')));
      at += 4;
    } else {
      return Fail(MakeError(ErrorCode::kInvalidInput, "invalid input syntax for type bytea")
                      .WithSqlState("22P02"));
    }
  }
  return {};
}

}  // namespace

Status ParseBytea(std::string_view text, std::string* value) {
  value->clear();
  if (text.size() >= 2 && text[0] == '\\' && text[1] == 'x') return ParseHex(text, value);
  FIRN_RETURN_IF_ERROR(CheckUtf8(text));
  return ParseEscaped(text, value);
}

Status ParseUuidText(std::string_view text, uint8_t* value) {
  size_t at = 0;
  const bool braces = !text.empty() && text[0] == '{';
  if (braces) ++at;
  for (size_t i = 0; i < 16; ++i) {
    if (at + 2 > text.size()) return BadSyntax("uuid", text);
    const uint8_t high = HexValue(text[at]);
    const uint8_t low = HexValue(text[at + 1]);
    if ((high | low) == 0xFF) return BadSyntax("uuid", text);
    value[i] = static_cast<uint8_t>(high << 4 | low);
    at += 2;
    if (i % 2 == 1 && i < 15 && at < text.size() && text[at] == '-') ++at;
  }
  if (braces && (at == text.size() || text[at++] != '}')) return BadSyntax("uuid", text);
  if (at != text.size()) return BadSyntax("uuid", text);
  return {};
}

Status FitVarchar(int32_t length, std::string_view* text) {
  if (length == 0) return {};
  const size_t end = BytesOfCharacters(*text, static_cast<size_t>(length));
  if (end == std::string_view::npos) [[likely]]
    return {};
  if (text->find_first_not_of(' ', end) != std::string_view::npos) {
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "value too long for type character varying({})", length)
            .WithSqlState("22001"));
  }
  *text = text->substr(0, end);
  return {};
}

}  // namespace firn::columnar
