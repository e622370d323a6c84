#include "sql/long_names.h"

#include <cctype>

#include "columnar/utf8.h"
#include "sql/output.h"

namespace firn::sql {
namespace {

constexpr size_t kNameBytesMax = 63;  // NAMEDATALEN - 1
constexpr int32_t kIdentifier = 258;  // IDENT: plain or in double quotes

/// The name that a token stands for, before it is cut.
std::string NameOf(std::string_view token) {
  std::string name;
  const bool quoted = token.front() == '"';
  if (quoted) token = token.substr(1, token.size() - 2);
  for (size_t i = 0; i < token.size(); ++i) {
    const char c = token[i];
    if (quoted && c == '"') ++i;  // doubled
    name += !quoted && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return name;
}

}  // namespace

bool HasLongWord(std::string_view sql) {
  size_t word = 0;
  size_t since_mark = 0;  // a quoted name may hold anything
  for (const char c : sql) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"') {
      if (since_mark > kNameBytesMax) return true;
      since_mark = 0;
    } else {
      ++since_mark;
    }
    word = std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80 ? word + 1 : 0;
    if (word > kNameBytesMax) return true;
  }
  return false;
}

std::vector<Error> LongNameNotices(const std::vector<Statement>& statements) {
  std::vector<Error> notices;
  for (const auto& statement : statements) {
    if (statement.text().size() <= kNameBytesMax) continue;
    const auto tokens = statement.Tokens();
    if (!tokens) continue;
    for (const auto& token : *tokens) {
      const auto bytes = static_cast<size_t>(token.end - token.begin);
      if (token.id != kIdentifier || bytes <= kNameBytesMax) continue;
      const auto name = NameOf(std::string_view(*statement.source).substr(token.begin, bytes));
      if (name.size() <= kNameBytesMax) continue;
      notices.push_back(
          MakeNotice("42622", fmt::format("identifier \"{}\" will be truncated to \"{}\"", name,
                                          columnar::CutAtCharacter(name, kNameBytesMax))));
    }
  }
  return notices;
}

}  // namespace firn::sql
