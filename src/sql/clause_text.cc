#include "sql/decode_ddl_internal.h"

namespace firn::sql {

Result<ClauseText> ClauseText::Of(const Statement& statement) {
  FIRN_TRY(auto tokens, statement.Tokens());
  return ClauseText(statement, std::move(tokens));
}

bool ClauseText::IsWord(const Token& token, std::string_view word) const {
  if (token.end - token.begin != static_cast<int32_t>(word.size())) return false;
  for (size_t i = 0; i < word.size(); ++i) {
    const char c = (*statement_->source)[static_cast<size_t>(token.begin) + i];
    if ((c | 0x20) != word[i]) return false;
  }
  return true;
}

std::string ClauseText::Between(size_t first, size_t last) const {
  const auto begin = static_cast<size_t>(tokens_[first].begin);
  return statement_->source->substr(begin, static_cast<size_t>(tokens_[last].end) - begin);
}

std::string ClauseText::ExpressionFrom(size_t first, const std::set<int>& stops) const {
  if (first >= tokens_.size()) return "";
  size_t last = first;
  int depth = 0;
  for (size_t i = first; i < tokens_.size(); ++i) {
    const auto& token = tokens_[i];
    if (depth == 0 && i > first && stops.contains(token.begin)) break;
    if (token.id == '(' || token.id == '[') ++depth;
    if (depth == 0 && (token.id == ',' || token.id == ')' || token.id == ';')) break;
    if (token.id == ')' || token.id == ']') --depth;
    last = i;
  }
  return Between(first, last);
}

std::string ClauseText::DefaultAt(int location, const std::set<int>& stops) const {
  size_t i = 0;
  while (i < tokens_.size() && tokens_[i].begin < location) ++i;
  while (i < tokens_.size() && !IsWord(tokens_[i], "default")) ++i;
  return ExpressionFrom(i + 1, stops);
}

std::string ClauseText::DefaultBefore(int location) const {
  size_t found = tokens_.size();
  for (size_t i = 0; i < tokens_.size() && tokens_[i].begin <= location; ++i) {
    if (IsWord(tokens_[i], "default")) found = i;
  }
  return ExpressionFrom(found + 1, {});
}

std::string ClauseText::BehindAs() const {
  int depth = 0;
  for (size_t i = 0; i + 1 < tokens_.size(); ++i) {
    if (tokens_[i].id == '(') ++depth;
    if (tokens_[i].id == ')') --depth;
    if (depth == 0 && IsWord(tokens_[i], "as")) return Between(i + 1, tokens_.size() - 1);
  }
  return "";
}

std::string ClauseText::CheckAt(int location) const {
  size_t i = 0;
  while (i < tokens_.size() && tokens_[i].begin < location) ++i;
  while (i < tokens_.size() && !IsWord(tokens_[i], "check")) ++i;
  const size_t open = i + 1;
  if (open >= tokens_.size()) return "";
  int depth = 0;
  for (i = open; i < tokens_.size(); ++i) {
    if (tokens_[i].id == '(') ++depth;
    if (tokens_[i].id == ')' && --depth == 0) break;
  }
  return i > open + 1 && i < tokens_.size() ? Between(open + 1, i - 1) : "";
}

}  // namespace firn::sql
