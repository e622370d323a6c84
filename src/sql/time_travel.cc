#include "sql/time_travel.h"

#include <algorithm>
#include <array>
#include <optional>

#include "sql/tree_internal.h"

namespace firn::sql {
namespace {

using tree::Json;

/// The tokens of a text, as words in lower case; none beyond its end.
class Words {
 public:
  Words(const std::string& sql, const std::vector<Token>& tokens) : sql_(sql), tokens_(tokens) {}

  size_t size() const { return tokens_.size(); }
  const Token& token(size_t i) const { return tokens_[i]; }
  std::string operator[](size_t i) const {
    if (i >= tokens_.size()) return "";
    const auto begin = static_cast<size_t>(tokens_[i].begin);
    std::string word = sql_.substr(begin, static_cast<size_t>(tokens_[i].end) - begin);
    for (auto& c : word) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return word;
  }
  bool Is(size_t i, std::string_view word) const { return (*this)[i] == word; }
  bool IsName(size_t i) const {
    const auto word = (*this)[i];
    if (word.empty()) return false;
    const auto c = static_cast<unsigned char>(word.front());
    return c == '"' || c == '_' || c >= 0x80 || (c >= 'a' && c <= 'z');
  }
  bool IsString(size_t i) const { return (*this)[i].starts_with('\''); }
  /// Behind the ')' that closes the '(' at i; nothing when none does.
  std::optional<size_t> Closed(size_t i) const {
    int depth = 0;
    for (; i < tokens_.size(); ++i) {
      if (tokens_[i].id == '(') ++depth;
      if (tokens_[i].id == ')' && --depth == 0) return i + 1;
    }
    return std::nullopt;
  }

 private:
  const std::string& sql_;
  const std::vector<Token>& tokens_;
};

Failure Incomplete(const std::string& sql, const Token& at) {
  Statement where;
  where.source = std::make_shared<const std::string>(sql);
  return tree::Wrong(where, at.begin, "42601", "this AT or AS OF clause is not whole",
                     "Write AT (LSN => 42), AT (TIMESTAMP => '2026-01-31 12:00'), "
                     "AT (VERSION => 123), or FOR SYSTEM_TIME AS OF '2026-01-31 12:00'.");
}

std::string_view KindOf(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kKinds = {{
      {"lsn", kPastLsn},
      {"timestamp", kPastTimestamp},
      {"system_time", kPastTimestamp},
      {"version", kPastVersion},
      {"snapshot", kPastVersion},
      {"system_version", kPastVersion},
  }};
  for (const auto& [known, kind] : kKinds) {
    if (known == word) return kind;
  }
  return {};
}

/// Behind the value of AS OF that begins at i: a constant, a typed one, a call, something in
/// parentheses, or one of these and an interval.
std::optional<size_t> ValueEnd(const Words& words, size_t i) {
  if (i >= words.size()) return std::nullopt;
  size_t next = i + 1;
  if (words.token(i).id == '(') {
    const auto closed = words.Closed(i);
    if (!closed) return std::nullopt;
    next = *closed;
  } else if (words.IsName(i) && words.IsString(i + 1)) {
    next = i + 2;  // TIMESTAMP '…'
  } else if (words.IsName(i) && words.Is(i + 1, "(")) {
    const auto closed = words.Closed(i + 1);
    if (!closed) return std::nullopt;
    next = *closed;
  }
  while (words.Is(next, "::") && words.IsName(next + 1)) next += 2;
  if ((words.Is(next, "-") || words.Is(next, "+")) && words.Is(next + 1, "interval") &&
      words.IsString(next + 2)) {
    next += 3;
  }
  return next;
}

/// Where the name before token i begins: t, s.t, "s"."t".
std::optional<int32_t> NameBefore(const Words& words, size_t i) {
  if (i == 0 || !words.IsName(i - 1)) return std::nullopt;
  size_t first = i - 1;
  while (first >= 2 && words.Is(first - 1, ".") && words.IsName(first - 2)) first -= 2;
  return words.token(first).begin;
}

/// The node of a body's only member with that name, wherever it is below.
template <typename Visit>
Status VisitNodes(Json& root, std::string_view kind, const Visit& visit) {
  struct Waiting {
    Json* node;
    bool in_from;
  };
  std::vector<Waiting> waiting{{&root, false}};
  while (!waiting.empty()) {
    const auto [node, in_from] = waiting.back();
    waiting.pop_back();
    if (!node->is_structured()) continue;
    if (node->is_object() && node->contains(kind)) FIRN_RETURN_IF_ERROR(visit(*node, in_from));
    if (node->is_array()) {
      for (auto& child : *node) waiting.push_back({&child, in_from});
      continue;
    }
    for (auto& [key, child] : node->items()) {
      waiting.push_back({&child, in_from || key == "fromClause"});
    }
  }
  return {};
}

/// The name that the first argument of firn.at gives, as members of a RangeVar.
std::optional<Json> RangeVarOf(std::string_view text) {
  auto statements = Parse("TABLE " + std::string(text));
  if (!statements || statements->size() != 1) return std::nullopt;
  const auto& from = tree::List(statements->front().node(), "fromClause");
  if (from.size() != 1) return std::nullopt;
  const auto node = tree::Open(from.front());
  if (!node.Is("RangeVar") || tree::Has(*node.body, "past")) return std::nullopt;
  return *node.body;
}

Failure WrongArguments(const Statement& where, int location) {
  return tree::Wrong(where, location, "42883", "firn.at has no such arguments",
                     "Write firn.at('table', lsn => 42), with system_time => '…' or version => "
                     "123 in its place.");
}

/// The RangeVar that a call of firn.at stands for.
Result<Json> TableOfCall(const Statement& where, const Json& call, const Json& function) {
  const int location = tree::Location(call);
  const auto& arguments = tree::List(call, "args");
  if (arguments.size() != 2) return WrongArguments(where, location);
  const auto first = tree::Open(arguments[0]);
  const auto second = tree::Open(arguments[1]);
  if (!first.Is("A_Const") || !tree::Has(*first.body, "sval") || !second.Is("NamedArgExpr")) {
    return WrongArguments(where, location);
  }
  const auto kind = KindOf(tree::Text(*second.body, "name"));
  auto table = RangeVarOf(tree::Text(tree::At(*first.body, "sval"), "sval"));
  if (kind.empty() || !table) return WrongArguments(where, location);
  (*table)["location"] = location;
  (*table)["past"] = {
      {"kind", kind}, {"value", tree::At(*second.body, "arg")}, {"location", location}};
  if (tree::Has(function, "alias")) (*table)["alias"] = tree::At(function, "alias");
  return *std::move(table);
}

}  // namespace

Result<std::vector<PastClause>> FindPastClauses(const std::string& sql,
                                                const std::vector<Token>& tokens) {
  const Words words(sql, tokens);
  std::vector<PastClause> clauses;
  for (size_t i = 1; i + 2 < words.size(); ++i) {
    const bool at = words.Is(i, "at") && words.token(i + 1).id == '(';
    const bool as_of = words.Is(i, "for") && words.Is(i + 2, "as") && words.Is(i + 3, "of");
    const auto kind = at ? KindOf(words[i + 2]) : as_of ? KindOf(words[i + 1]) : std::string_view();
    const auto name = NameBefore(words, i);
    if (kind.empty() || !name) continue;
    const size_t value = i + 4;  // behind "at ( lsn =>" and "for version as of"
    const auto end = at ? words.Closed(i + 1) : ValueEnd(words, value);
    if (!end || (at && !words.Is(i + 3, "=>")) || value + (at ? 1 : 0) >= *end) {
      return Incomplete(sql, words.token(i));
    }
    clauses.push_back({.kind = kind,
                       .begin = words.token(i).begin,
                       .end = words.token(*end - 1).end,
                       .value_begin = words.token(value).begin,
                       .value_end = words.token(*end - (at ? 2 : 1)).end,
                       .table = *name});
    i = *end - 1;
  }
  return clauses;
}

std::string WithoutPastClauses(std::string sql, const std::vector<PastClause>& clauses) {
  for (const auto& clause : clauses) {
    std::fill(sql.begin() + clause.begin, sql.begin() + clause.end, ' ');
  }
  return sql;
}

std::string PastValueQuery(const std::string& sql, const PastClause& clause) {
  constexpr std::string_view kSelect = "SELECT (";
  const auto begin = static_cast<size_t>(clause.value_begin);
  // A clause and the name before it are longer than the word.
  std::string query(begin - std::min(begin, kSelect.size()), ' ');
  query += kSelect;
  return query + sql.substr(begin, static_cast<size_t>(clause.value_end) - begin) + ")";
}

Status AttachPast(const Statement& where, const std::vector<PastClause>& clauses,
                  std::vector<Json> values, Json& tree) {
  std::vector<bool> attached(clauses.size(), false);
  // The target of a write is no node of its own: it is found by its name's member.
  FIRN_RETURN_IF_ERROR(VisitNodes(tree, "relname", [&](Json& table, bool in_from) -> Status {
    for (size_t i = 0; i < clauses.size(); ++i) {
      if (tree::Location(table) != clauses[i].table) continue;
      if (!in_from) {
        return tree::Wrong(where, clauses[i].begin, "25006",
                           "the past of a table cannot be written to");
      }
      table["past"] = {{"kind", clauses[i].kind},
                       {"value", std::move(values[i])},
                       {"location", clauses[i].begin}};
      attached[i] = true;
    }
    return {};
  }));
  for (size_t i = 0; i < clauses.size(); ++i) {
    if (attached[i]) continue;
    return tree::Wrong(where, clauses[i].begin, "42601",
                       "AT and AS OF clauses stand behind the name of a table in FROM");
  }
  return {};
}

Statement PastValue(const Statement& statement, const Json& value) {
  const Json target{{"ResTarget", {{"val", value}}}};
  const Json select{{"targetList", Json::array({target})},
                    {"limitOption", "LIMIT_OPTION_DEFAULT"},
                    {"op", "SETOP_NONE"}};
  auto query = statement;
  query.tree = std::make_shared<const Json>(Json{{"SelectStmt", select}});
  query.kind = StatementKind::kRead;
  return query;
}

bool MayCallAt(std::string_view sql) {
  constexpr std::string_view kCall = "firn.at";
  const auto found =
      std::search(sql.begin(), sql.end(), kCall.begin(), kCall.end(),
                  [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
  return found != sql.end();
}

Status RewriteAtCalls(const Statement& where, Json& tree) {
  return VisitNodes(tree, "RangeFunction", [&](Json& node, bool) -> Status {
    const auto& function = node["RangeFunction"];
    const auto& functions = tree::List(function, "functions");
    if (functions.size() != 1) return {};
    const auto& items = tree::List(*tree::Open(functions.front()).body, "items");
    const auto call = items.empty() ? tree::Node{} : tree::Open(items.front());
    if (!call.Is("FuncCall")) return {};
    const std::vector<std::string> kName{"firn", "at"};
    if (tree::Names(tree::List(*call.body, "funcname")) != kName) return {};
    FIRN_TRY(auto table, TableOfCall(where, *call.body, function));
    node = Json{{"RangeVar", std::move(table)}};
    return {};
  });
}

}  // namespace firn::sql
