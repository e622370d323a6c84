#include "sql/ident.h"

#include <algorithm>

namespace firn::sql {
namespace {

std::string Quoted(std::string_view text, char mark) {
  std::string out;
  out.reserve(text.size() + 2);
  out += mark;
  for (const char c : text) {
    if (c == mark) out += mark;
    out += c;
  }
  out += mark;
  return out;
}

}  // namespace

std::string QuoteIdentifier(std::string_view name) {
  return Quoted(name, '"');
}
std::string QuoteLiteral(std::string_view text) {
  return Quoted(text, '\'');
}

std::string QuoteQualified(std::string_view schema, std::string_view name) {
  if (schema.empty()) return QuoteIdentifier(name);
  return QuoteIdentifier(schema) + "." + QuoteIdentifier(name);
}

std::string DisplayIdentifier(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
  };
  const bool bare = !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
                    std::all_of(name.begin(), name.end(), plain);
  return bare ? std::string(name) : QuoteIdentifier(name);
}

}  // namespace firn::sql
