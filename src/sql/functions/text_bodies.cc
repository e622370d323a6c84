// Text: cases, quoting, format() and the like, as PostgreSQL with the locale C.UTF-8.
#include <clocale>
#include <cwctype>

#include <algorithm>
#include <array>

#include "sql/functions/bodies.h"
#include "sql/functions/text_characters.h"

namespace firn::sql {

void AppendCharacter(uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

std::u32string ToCharacters(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const size_t size = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    uint32_t code = size == 1 ? byte : byte & (0xFFU >> (size + 1));
    for (size_t k = 1; k < size && i + k < text.size(); ++k) {
      code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    }
    out += static_cast<char32_t>(code);
    i += size;
  }
  return out;
}

std::string FromCharacters(std::u32string_view characters) {
  std::string out;
  out.reserve(characters.size());
  for (const auto code : characters) AppendCharacter(code, out);
  return out;
}

Failure TextTooLarge() {
  return Fail(MakeError(ErrorCode::kInvalidInput, "requested length too large")
                  .WithSqlState("54000")
                  .WithHint("A text made by a function may have 268435456 bytes."));
}

namespace {

using engine::Column;
using engine::List;
using engine::ResultVector;
using engine::Scalar;
using engine::ScalarFunction;
using engine::VectorKind;

locale_t CTypeLocale() {
  static const locale_t kLocale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return kLocale;
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<signed char>(c) >= 0; });
}

std::string InCase(std::string_view text, bool upper) {
  if (IsAscii(text)) {
    std::string out(text);
    for (auto& c : out) {
      if (upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z') c = static_cast<char>(c ^ 0x20);
    }
    return out;
  }
  auto characters = ToCharacters(text);
  for (auto& c : characters) {
    c = upper ? towupper_l(c, CTypeLocale()) : towlower_l(c, CTypeLocale());
  }
  return FromCharacters(characters);
}

std::string InitCap(std::string_view text) {
  auto characters = ToCharacters(text);
  bool inside = false;
  for (auto& c : characters) {
    c = inside ? towlower_l(c, CTypeLocale()) : towupper_l(c, CTypeLocale());
    inside = iswalnum_l(c, CTypeLocale()) != 0;
  }
  return FromCharacters(characters);
}

// Words that an identifier cannot be without quotes (pg_get_keywords, all but unreserved).
bool IsKeyword(std::string_view word) {
  constexpr std::string_view kWords =
      " all analyse analyze and any array as asc asymmetric authorization between bigint binary "
      "bit boolean both case cast char character check coalesce collate collation column "
      "concurrently constraint create cross current_catalog current_date current_role "
      "current_schema current_time current_timestamp current_user dec decimal default deferrable "
      "desc distinct do else end except exists extract false fetch float for foreign freeze from "
      "full grant greatest group grouping having ilike in initially inner inout int integer "
      "intersect interval into is isnull join lateral leading least left like limit localtime "
      "localtimestamp national natural nchar none normalize not notnull null nullif numeric offset "
      "on only or order out outer overlaps overlay placing position precision primary real "
      "references returning right row select session_user setof similar smallint some substring "
      "symmetric table tablesample then time timestamp to trailing treat trim true union unique "
      "user using values varchar variadic verbose when where window with xmlattributes xmlconcat "
      "xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable ";
  return kWords.find(" " + std::string(word) + " ") != kWords.npos;
}

std::string QuotedIdentifier(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
  };
  const bool bare = !name.empty() && plain(name[0]) && !(name[0] >= '0' && name[0] <= '9') &&
                    std::all_of(name.begin(), name.end(), plain) && !IsKeyword(name);
  if (bare) return std::string(name);
  std::string out = "\"";
  for (const char c : name) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

std::string QuotedLiteral(std::string_view text) {
  const bool escaped = text.find('\\') != text.npos;
  std::string out = escaped ? "E'" : "'";
  for (const char c : text) out.append(c == '\'' || c == '\\' ? 2 : 1, c);
  return out + "'";
}

/// One format() call: the template and its arguments.
class Formatter {
 public:
  Formatter(std::string_view form, std::vector<std::optional<std::string_view>> arguments)
      : form_(form), arguments_(std::move(arguments)) {}

  Result<std::string> Run() {
    while (at_ < form_.size()) {
      const char c = form_[at_++];
      if (c != '%') {
        out_ += c;
        continue;
      }
      if (at_ < form_.size() && form_[at_] == '%') {
        out_ += '%';
        ++at_;
        continue;
      }
      FIRN_RETURN_IF_ERROR(Conversion());
    }
    return std::move(out_);
  }

 private:
  static Failure Unterminated() {
    return Fail(MakeError(ErrorCode::kInvalidInput, "unterminated format() type specifier")
                    .WithSqlState("22023")
                    .WithHint("For a single \"%\" use \"%%\"."));
  }

  // Digits; nullopt when there are none.
  Result<std::optional<int>> Number() {
    const size_t first = at_;
    int64_t value = 0;
    while (at_ < form_.size() && form_[at_] >= '0' && form_[at_] <= '9') {
      value = value * 10 + (form_[at_++] - '0');
      if (value > INT32_MAX) return Refused("22003", "number is out of range");
    }
    if (first == at_) return std::nullopt;
    if (at_ >= form_.size()) return Unterminated();
    return static_cast<int>(value);
  }

  Result<std::optional<std::string_view>> Argument(int position) {
    if (position == 0)
      return Refused("22023", "format specifies argument 0, but arguments are numbered from 1");
    if (position > 0) next_ = static_cast<size_t>(position) - 1;
    if (next_ >= arguments_.size()) return Refused("22023", "too few arguments for format()");
    return arguments_[next_++];
  }

  Result<int> Width() {
    if (at_ < form_.size() && form_[at_] == '*') {
      ++at_;
      FIRN_TRY(const auto position, Number());
      if (position) {
        if (form_[at_] != '$') {
          return Refused("22023", "width argument position must be ended by \"$\"");
        }
        ++at_;
      }
      FIRN_TRY(const auto text, Argument(position.value_or(-1)));
      return text ? std::atoi(std::string(*text).c_str()) : 0;
    }
    FIRN_TRY(const auto width, Number());
    return width.value_or(0);
  }

  Status Conversion() {
    if (at_ >= form_.size()) return Unterminated();
    int position = -1;
    const size_t start = at_;
    FIRN_TRY(const auto number, Number());
    if (number && form_[at_] == '$') {
      position = *number;
      ++at_;
    } else {
      at_ = start;
    }
    bool left = false;
    while (at_ < form_.size() && form_[at_] == '-') {
      left = true;
      ++at_;
    }
    FIRN_TRY(int width, Width());
    if (width < 0) {
      left = true;
      if (width == INT32_MIN) return Refused("22003", "number is out of range");
      width = -width;
    }
    if (at_ >= form_.size()) return Unterminated();
    const char type = form_[at_++];
    if (type != 's' && type != 'I' && type != 'L') {
      const auto size = BytesOfCharacters(form_.substr(at_ - 1), 1);
      return Fail(MakeError(ErrorCode::kInvalidInput, "unrecognized format() type specifier \"{}\"",
                            form_.substr(at_ - 1, size))
                      .WithSqlState("22023")
                      .WithHint("For a single \"%\" use \"%%\"."));
    }
    FIRN_TRY(const auto value, Argument(position));
    std::string text;
    if (type == 's') text = value.value_or("");
    if (type == 'L') text = value ? QuotedLiteral(*value) : "NULL";
    if (type == 'I') {
      if (!value) {
        return Refused("22004", "null values cannot be formatted as an SQL identifier");
      }
      text = QuotedIdentifier(*value);
    }
    const auto size = CharacterCount(text);
    const auto padding = static_cast<size_t>(width) > size ? static_cast<size_t>(width) - size : 0;
    if (padding + out_.size() + text.size() > kMadeTextMax) return TextTooLarge();
    if (!left) out_.append(padding, ' ');
    out_ += text;
    if (left) out_.append(padding, ' ');
    return {};
  }

  std::string_view form_;
  std::vector<std::optional<std::string_view>> arguments_;
  size_t at_ = 0;
  size_t next_ = 0;
  std::string out_;
};

ScalarFunction Format() {
  ScalarFunction function;
  function.name = "sql_format";
  function.arguments = {{VectorKind::kText}};
  function.more = engine::VectorType{VectorKind::kText};
  function.result = {VectorKind::kText};
  function.body = [](const std::vector<Column>& columns, size_t rows, ResultVector& out) -> Status {
    for (size_t row = 0; row < rows; ++row) {
      if (columns[0].IsNull(row)) {
        out.SetNull(row);
        continue;
      }
      std::vector<std::optional<std::string_view>> arguments;
      for (size_t i = 1; i < columns.size(); ++i) {
        const bool null = columns[i].kind() == VectorKind::kNull || columns[i].IsNull(row);
        arguments.push_back(null ? std::nullopt : std::optional(columns[i].TextAt(row)));
      }
      FIRN_TRY(const auto text, Formatter(columns[0].TextAt(row), std::move(arguments)).Run());
      out.SetText(row, text);
    }
    return {};
  };
  return function;
}

Result<std::string> Unistr(std::string_view text) {
  const auto bad = [] {
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "invalid Unicode escape")
            .WithSqlState("42601")
            .WithHint("Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX."));
  };
  std::string out;
  uint32_t high = 0;
  for (size_t i = 0; i < text.size();) {
    if (text[i] != '\\') {
      if (high != 0) return Refused("42601", "invalid Unicode surrogate pair");
      out += text[i++];
      continue;
    }
    auto rest = text.substr(i + 1);
    if (rest.starts_with('\\')) {
      if (high != 0) return Refused("42601", "invalid Unicode surrogate pair");
      out += '\\';
      i += 2;
      continue;
    }
    size_t digits = 4;
    size_t skip = 1;
    if (rest.starts_with('+')) digits = 6;
    if (rest.starts_with('U')) digits = 8;
    if (rest.starts_with('+') || rest.starts_with('u') || rest.starts_with('U')) {
      rest.remove_prefix(1);
      ++skip;
    }
    if (rest.size() < digits) return bad();
    uint32_t code = 0;
    for (size_t k = 0; k < digits; ++k) {
      const char c = rest[k];
      const int value = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (value < 0) return bad();
      code = code * 16 + static_cast<uint32_t>(value);
    }
    i += skip + digits;
    if (code > 0x10FFFF || code == 0) {
      return Refused("22023", fmt::format("invalid Unicode code point: {:04X}", code));
    }
    const bool is_high = code >= 0xD800 && code <= 0xDBFF;
    const bool is_low = code >= 0xDC00 && code <= 0xDFFF;
    if ((high != 0) != is_low) return Refused("42601", "invalid Unicode surrogate pair");
    if (is_high) {
      high = code;
      continue;
    }
    if (is_low) code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00);
    high = 0;
    AppendCharacter(code, out);
  }
  if (high != 0) return Refused("42601", "invalid Unicode surrogate pair");
  return out;
}

Result<std::string> Substring(std::string_view text, int32_t start, int32_t count) {
  const int64_t end = int64_t{start} + count;
  if (count < 0) return Refused("22011", "negative substring length not allowed");
  const auto first = static_cast<size_t>(std::max<int64_t>(start, 1) - 1);
  if (end <= 1) return std::string();
  const auto skip = BytesOfCharacters(text, first);
  const auto rest = text.substr(skip);
  const auto wanted =
      static_cast<size_t>(std::max<int64_t>(end - 1 - static_cast<int64_t>(first), 0));
  return std::string(rest.substr(0, BytesOfCharacters(rest, wanted)));
}

Result<std::string> Overlay(std::string_view text, std::string_view with, int32_t start,
                            int32_t count) {
  if (start <= 0) return Refused("22011", "negative substring length not allowed");
  const int64_t end = int64_t{start} + count;
  if (end > INT32_MAX) return Refused("22003", "integer out of range");
  std::string out(text.substr(0, BytesOfCharacters(text, static_cast<size_t>(start - 1))));
  out += with;
  const auto skip = end < 1 ? 0 : static_cast<size_t>(end - 1);
  out += text.substr(BytesOfCharacters(text, skip));
  return out;
}

Result<std::string> Repeated(std::string_view text, int32_t count) {
  const auto times = static_cast<size_t>(std::max(count, 0));
  if (times > 0 && text.size() > kMadeTextMax / times) return TextTooLarge();
  std::string out;
  out.reserve(text.size() * times);
  if (text.size() < 2) return text.empty() ? out : out.assign(times, text.front());
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

Result<std::string> Replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  size_t at = 0;
  while (!from.empty()) {
    const auto found = text.find(from, at);
    if (found == text.npos) break;
    out += text.substr(at, found - at);
    out += to;
    at = found + from.size();
    if (out.size() > kMadeTextMax) return TextTooLarge();
  }
  out += text.substr(at);
  return out;
}

Result<std::string> Padded(std::string_view text, int32_t wanted, std::string_view fill,
                           bool left) {
  const auto size = static_cast<size_t>(std::max(wanted, 0));
  const auto have = CharacterCount(text);
  if (have >= size) return std::string(text.substr(0, BytesOfCharacters(text, size)));
  if (fill.empty()) return std::string(text);
  const auto fill_size = CharacterCount(fill);
  const size_t need = size - have;
  const auto rest = fill.substr(0, BytesOfCharacters(fill, need % fill_size));
  FIRN_TRY(auto padding, Repeated(fill, static_cast<int32_t>(need / fill_size)));
  padding += rest;
  if (padding.size() + text.size() > kMadeTextMax) return TextTooLarge();
  return left ? padding + std::string(text) : std::string(text) + padding;
}

Result<std::string> SplitPart(std::string_view text, std::string_view delimiter, int32_t field) {
  if (field == 0) return Refused("22023", "field position must not be zero");
  if (text.empty()) return std::string();
  if (delimiter.empty()) return std::string(field == 1 || field == -1 ? text : "");
  std::vector<std::string_view> fields;
  for (size_t at = 0;;) {
    const auto end = text.find(delimiter, at);
    fields.push_back(text.substr(at, end == text.npos ? end : end - at));
    if (end == text.npos) break;
    at = end + delimiter.size();
  }
  const auto count = static_cast<int64_t>(fields.size());
  const int64_t index = field > 0 ? field - 1 : count + field;
  if (index < 0 || index >= count) return std::string();
  return std::string(fields[static_cast<size_t>(index)]);
}

Result<std::string> Chr(int32_t code) {
  if (code == 0) return Refused("54000", "null character not permitted");
  if (code < 0) return Refused("22023", "character number must be positive");
  if (code > 0x10FFFF) {
    return Refused("54000", fmt::format("requested character too large for encoding: {}", code));
  }
  if (code >= 0xD800 && code <= 0xDFFF) {
    return Refused("54000", fmt::format("requested character not valid for encoding: {}", code));
  }
  std::string out;
  AppendCharacter(static_cast<uint32_t>(code), out);
  return out;
}

using Texts = std::vector<std::optional<std::string>>;

Texts StringToArray(std::optional<std::string_view> text, std::optional<std::string_view> delimiter,
                    std::optional<std::string_view> null) {
  Texts out;
  const auto add = [&](std::string_view part) {
    if (null && part == *null) {
      out.emplace_back(std::nullopt);
    } else {
      out.emplace_back(std::string(part));
    }
  };
  if (text->empty()) return out;
  if (!delimiter) {
    for (auto rest = *text; !rest.empty();) {
      const auto size = BytesOfCharacters(rest, 1);
      add(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    return out;
  }
  if (delimiter->empty()) {
    add(*text);
    return out;
  }
  for (size_t at = 0;;) {
    const auto end = text->find(*delimiter, at);
    add(text->substr(at, end == text->npos ? end : end - at));
    if (end == text->npos) break;
    at = end + delimiter->size();
  }
  return out;
}

std::string_view BytesOf(std::string_view text) {
  return text;
}
std::string_view BytesOf(engine::Bytes bytes) {
  return bytes.data;
}

// string_agg: NULLs are left out, and the delimiter of the first.
template <typename T>
Result<std::optional<std::string>> Joined(const List<T>& values, const List<T>& delimiters) {
  std::optional<std::string> out;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values.IsNull(i)) continue;
    if (out && !delimiters.IsNull(i)) *out += BytesOf(delimiters[i]);
    if (!out) out.emplace();
    *out += BytesOf(values[i]);
    if (out->size() > kMadeTextMax) return TextTooLarge();
    if (engine::ShouldStop()) return engine::CallStopped();
  }
  return out;
}

Result<bool> Like(std::string_view text, std::string_view pattern) {
  size_t t = 0;
  size_t p = 0;
  std::optional<std::pair<size_t, size_t>> star;
  const auto one = [&](std::string_view of, size_t at) {
    return BytesOfCharacters(of.substr(at), 1);
  };
  while (t < text.size() || p < pattern.size()) {
    if (p < pattern.size()) {
      const char c = pattern[p];
      if (c == '%') {
        star = {p++, t};
        continue;
      }
      const bool escaped = c == '\\';
      if (escaped && p + 1 >= pattern.size()) {
        return Refused("22025", "LIKE pattern must not end with escape character");
      }
      const size_t q = p + (escaped ? 1 : 0);
      if (t < text.size()) {
        const auto size = one(pattern, q);
        const bool any = c == '_';
        if (any || text.substr(t).starts_with(pattern.substr(q, size))) {
          t += any ? one(text, t) : size;
          p = q + size;
          continue;
        }
      }
    }
    if (!star || star->second >= text.size()) return false;
    star->second += one(text, star->second);
    t = star->second;
    p = star->first + 1;
  }
  return true;
}

// Of text that is compared without the blanks at its end: of equal ones the first.
std::optional<std::string> ExtremeCharacters(const List<std::string_view>& list, int sign) {
  std::optional<std::string_view> found;
  const auto compared = [](std::string_view text) {
    return text.substr(0, text.find_last_not_of(' ') + 1);
  };
  for (size_t i = 0; i < list.size(); ++i) {
    if (list.IsNull(i)) continue;
    const auto one = list[i];
    if (!found || compared(one).compare(compared(*found)) * sign > 0) found = one;
  }
  if (!found) return std::nullopt;
  return std::string(*found);
}

// What an assignment to varchar(n) cuts; what is too long for other reasons is found there.
std::string WithoutBlanksBeyond(std::string_view text, int32_t length) {
  const size_t end = BytesOfCharacters(text, static_cast<size_t>(length));
  if (end >= text.size() || text.find_first_not_of(' ', end) != text.npos) return std::string(text);
  return std::string(text.substr(0, end));
}

void AddCharacters(EngineFunctions& to) {
  to.push_back(Scalar("sql_char_greatest",
                      [](List<std::string_view> list) { return ExtremeCharacters(list, 1); }));
  to.push_back(Scalar("sql_char_least",
                      [](List<std::string_view> list) { return ExtremeCharacters(list, -1); }));
  to.push_back(Scalar("sql_without_blanks_beyond", [](std::string_view text, int32_t length) {
    return WithoutBlanksBeyond(text, length);
  }));
  to.push_back(Scalar("sql_upper", [](std::string_view text) { return InCase(text, true); }));
  to.push_back(Scalar("sql_lower", [](std::string_view text) { return InCase(text, false); }));
  to.push_back(Scalar("sql_initcap", [](std::string_view text) { return InitCap(text); }));
  to.push_back(Scalar("sql_reverse", [](std::string_view text) {
    auto characters = ToCharacters(text);
    std::reverse(characters.begin(), characters.end());
    return FromCharacters(characters);
  }));
  to.push_back(Scalar("sql_repeat",
                      [](std::string_view text, int32_t count) { return Repeated(text, count); }));
  to.push_back(
      Scalar("sql_replace", [](std::string_view text, std::string_view from,
                               std::string_view with) { return Replaced(text, from, with); }));
  to.push_back(Scalar("sql_chr", [](int32_t code) { return Chr(code); }));
  to.push_back(Scalar("sql_lpad", [](std::string_view text, int32_t size, std::string_view fill) {
    return Padded(text, size, fill, true);
  }));
  to.push_back(Scalar("sql_rpad", [](std::string_view text, int32_t size, std::string_view fill) {
    return Padded(text, size, fill, false);
  }));
  to.push_back(Scalar("sql_substring", [](std::string_view text, int32_t start, int32_t count) {
    return Substring(text, start, count);
  }));
  to.push_back(
      Scalar("sql_overlay", [](std::string_view text, std::string_view with, int32_t start,
                               int32_t count) { return Overlay(text, with, start, count); }));
  to.push_back(
      Scalar("sql_split_part", [](std::string_view text, std::string_view delimiter,
                                  int32_t field) { return SplitPart(text, delimiter, field); }));
  to.push_back(Scalar("sql_unistr", [](std::string_view text) { return Unistr(text); }));
  to.push_back(Scalar("sql_to_hex4", [](int32_t value) {
    return fmt::format("{:x}", static_cast<uint32_t>(value));
  }));
  to.push_back(Scalar("sql_to_hex8", [](int64_t value) {
    return fmt::format("{:x}", static_cast<uint64_t>(value));
  }));
}

}  // namespace

void AddTextFunctions(EngineFunctions& functions) {
  AddCharacters(functions);
  functions.push_back(Format());
  functions.push_back(
      Scalar("sql_quote_ident", [](std::string_view text) { return QuotedIdentifier(text); }));
  functions.push_back(
      Scalar("sql_quote_literal", [](std::string_view text) { return QuotedLiteral(text); }));
  functions.push_back(
      Scalar("sql_string_to_array",
             [](std::optional<std::string_view> text, std::optional<std::string_view> delimiter,
                std::optional<std::string_view> null) -> std::optional<Texts> {
               if (!text) return std::nullopt;
               return StringToArray(text, delimiter, null);
             }));
  functions.push_back(Scalar("sql_string_agg",
                             [](List<std::string_view> values, List<std::string_view> delimiters) {
                               return Joined(values, delimiters);
                             }));
  functions.push_back(Scalar("sql_bytea_agg",
                             [](List<engine::Bytes> values, List<engine::Bytes> delimiters)
                                 -> Result<std::optional<engine::Blob>> {
                               FIRN_TRY(auto joined, Joined(values, delimiters));
                               if (!joined) return std::nullopt;
                               return engine::Blob{*std::move(joined)};
                             }));
  functions.push_back(Scalar("sql_like", [](std::string_view text, std::string_view pattern) {
    return Like(text, pattern);
  }));
  functions.push_back(Scalar("sql_ilike", [](std::string_view text, std::string_view pattern) {
    return Like(InCase(text, false), InCase(pattern, false));
  }));
  functions.push_back(
      Scalar("sql_like_escape",
             [](std::string_view pattern, std::string_view escape) -> Result<std::string> {
               if (CharacterCount(escape) > 1) {
                 return Fail(MakeError(ErrorCode::kInvalidInput, "invalid escape string")
                                 .WithSqlState("22025")
                                 .WithHint("Escape string must be empty or one character."));
               }
               std::string out;
               for (size_t i = 0; i < pattern.size();) {
                 const auto size = BytesOfCharacters(pattern.substr(i), 1);
                 const auto c = pattern.substr(i, size);
                 i += size;
                 if (!escape.empty() && c == escape) {
                   out += '\\';
                   const auto next = BytesOfCharacters(pattern.substr(i), 1);
                   out += pattern.substr(i, next);
                   i += next;
                 } else {
                   if (c == "\\") out += '\\';
                   out += c;
                 }
               }
               return out;
             }));
}

}  // namespace firn::sql
