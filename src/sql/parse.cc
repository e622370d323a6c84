#include "sql/parse.h"

#include <algorithm>

#include <pg_query.h>

#include "sql/classify_internal.h"
#include "sql/time_travel.h"
#include "sql/tree_internal.h"

namespace firn::sql {
namespace {

// Postgres refuses deep trees by measuring its stack. libpg_query does not: a chain of some
// 60,000 operators overruns 8 MiB while its tree is printed. A text below the first size cannot
// hold such a chain; a longer one is scanned, and the second bounds what may nest.
constexpr size_t kUncheckedBytes = 32 << 10;
constexpr size_t kChainTokensMax = 20'000;

// The grammar's scanner looks at the rest of a run of operator characters for every comment that
// begins in it.
constexpr size_t kCommentStepsMax = 10'000'000;

template <typename T, void (*Free)(T)>
struct Freed {
  T value;
  ~Freed() { Free(value); }
};
using ParseOutput = Freed<PgQueryParseResult, pg_query_free_parse_result>;
using ScanOutput = Freed<PgQueryScanResult, pg_query_free_scan_result>;

/// Bytes of the UTF-8 character at the start of `text`, or 0 when there is no valid one.
size_t CharacterBytes(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  const size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (lead == 0xE0 && byte(1) < 0xA0) return 0;  // overlong
  if (lead == 0xED && byte(1) > 0x9F) return 0;  // surrogates
  if (lead == 0xF0 && byte(1) < 0x90) return 0;
  if (lead == 0xF4 && byte(1) > 0x8F) return 0;
  return size;
}

Status CheckEncoding(std::string_view sql) {
  for (size_t i = 0; i < sql.size();) {
    const size_t size = CharacterBytes(sql.substr(i));
    if (size == 0) {
      return Fail(MakeError(ErrorCode::kInvalidInput,
                            "invalid byte sequence for encoding \"UTF8\": 0x{:02x}",
                            static_cast<unsigned char>(sql[i]))
                      .WithSqlState("22021"));
    }
    i += size;
  }
  return {};
}

Error FromPgQuery(const PgQueryError& error) {
  const std::string_view said = error.message == nullptr ? "syntax error" : error.message;
  Error out = MakeError(ErrorCode::kInvalidInput, "{}", said);
  out.sqlstate = "42601";
  out.position = error.cursorpos;
  if (said.starts_with("memory exhausted")) {
    out.message = "stack depth limit exceeded";
    out.sqlstate = "54001";
    out.hint = "The statement nests too deeply; write it with fewer levels.";
  } else if (said.find("not supported") != said.npos || said.find("not implemented") != said.npos) {
    out.code = ErrorCode::kUnsupported;
    out.sqlstate = "0A000";
    out.hint = "docs/sql.md lists what there is.";
  } else if (said.starts_with("frame start") || said.starts_with("frame end")) {
    out.sqlstate = "42P20";
  } else if (said.starts_with("precision for type float")) {
    out.sqlstate = "22023";
  } else if (said.find("invalid byte sequence for encoding") != said.npos) {
    out.sqlstate = "22021";
  } else if (said.find("Unicode escape") != said.npos || said.find("surrogate") != said.npos) {
    out.sqlstate = said.starts_with("unsafe") ? "0A000" : "42601";
  } else if (said.ends_with("is reserved") || said.find("cannot be used as a role") != said.npos) {
    out.sqlstate = "42939";
  } else if (said == "subquery in FROM must have an alias") {
    out.hint = "For example, FROM (SELECT ...) [AS] foo.";
  } else if (said == "VALUES in FROM must have an alias") {
    out.hint = "For example, FROM (VALUES ...) [AS] foo.";
  }
  return out;
}

// The scanner answers in protobuf: ScanResult { 2: repeated ScanToken }, ScanToken { 1: start,
// 2: end, 4: token }, all varints. These few lines spare a dependency on protobuf-c's headers.
class Wire {
 public:
  explicit Wire(std::string_view bytes) : bytes_(bytes) {}

  struct Field {
    uint64_t number = 0;
    uint64_t value = 0;      // of a varint
    std::string_view bytes;  // of a length-delimited field
  };
  /// False at the end, or when the bytes are not what is said above.
  bool Next(Field& field) {
    uint64_t key = 0;
    if (bytes_.empty() || !Varint(key) || !Varint(field.value)) return false;
    field.number = key >> 3;
    if ((key & 7) == 0) return true;
    if ((key & 7) != 2 || field.value > bytes_.size()) return false;
    field.bytes = bytes_.substr(0, field.value);
    bytes_.remove_prefix(field.value);
    return true;
  }

 private:
  bool Varint(uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  std::string_view bytes_;
};

constexpr int32_t kLineComment = 275;   // SQL_COMMENT
constexpr int32_t kBlockComment = 276;  // C_COMMENT

Result<std::vector<Token>> Scan(const std::string& text, int32_t offset) {
  const ScanOutput scanned{pg_query_scan(text.c_str())};
  if (scanned.value.error != nullptr) return Fail(FromPgQuery(*scanned.value.error));
  std::vector<Token> tokens;
  Wire list({scanned.value.pbuf.data, scanned.value.pbuf.len});
  for (Wire::Field item; list.Next(item);) {
    if (item.number != 2) continue;
    Token token;
    Wire members(item.bytes);
    for (Wire::Field member; members.Next(member);) {
      const auto value = static_cast<int32_t>(member.value);
      if (member.number == 1) token.begin = value;
      if (member.number == 2) token.end = value;
      if (member.number == 4) token.id = value;
    }
    if (token.id == kLineComment || token.id == kBlockComment) continue;
    token.begin += offset;
    token.end += offset;
    tokens.push_back(token);
  }
  return tokens;
}

Failure TooDeep() {
  return Fail(MakeError(ErrorCode::kInvalidInput, "stack depth limit exceeded")
                  .WithSqlState("54001")
                  .WithHint("The statement nests too deeply; write it with fewer levels."));
}

Status CheckComments(std::string_view sql) {
  constexpr std::string_view kOperator = "~!@#^&|`?+-*/%<>=";
  size_t steps = 0;
  for (size_t at = sql.find("/*"); at != sql.npos; at = sql.find("/*", at)) {
    const size_t end = std::min(sql.find_first_not_of(kOperator, at), sql.size());
    for (; at < end; at = std::min(sql.find("/*", at + 2), end)) steps += end - at;
    if (steps > kCommentStepsMax) return TooDeep();
  }
  return {};
}

// How deep the tree of a text may be, from above: at every level of parentheses the tokens since
// its last comma, summed over the levels that are open.
Status CheckChains(const std::string& sql) {
  FIRN_TRY(const auto tokens, Scan(sql, 0));
  std::vector<size_t> levels(1, 0);
  size_t open = 0;
  for (const auto& token : tokens) {
    if (token.id == '(' || token.id == '[') {
      levels.push_back(0);
    } else if ((token.id == ')' || token.id == ']') && levels.size() > 1) {
      open -= levels.back();
      levels.pop_back();
    } else if (token.id == ',' || token.id == ';') {
      open -= levels.back();
      levels.back() = 0;
      continue;
    }
    ++levels.back();
    if (++open > kChainTokensMax) return TooDeep();
  }
  return {};
}

int HighestParameter(const nlohmann::json& root) {
  int highest = 0;
  std::vector<const nlohmann::json*> waiting{&root};
  while (!waiting.empty()) {
    const auto& node = *waiting.back();
    waiting.pop_back();
    if (!node.is_structured()) continue;
    if (node.is_object() && node.contains("ParamRef")) {
      highest = std::max(highest, tree::Number(tree::At(node, "ParamRef"), "number"));
    }
    for (const auto& child : node) waiting.push_back(&child);
  }
  return highest;
}

// As many as Bind can count.
constexpr int kMaxParameters = 65'535;

bool IsSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

int CountCharacters(std::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Statement::characters of a text.
std::shared_ptr<const std::vector<int32_t>> CharactersBeforeBlocks(std::string_view text) {
  auto counts = std::make_shared<std::vector<int32_t>>();
  counts->reserve(text.size() / kPositionBlock + 1);
  int32_t before = 0;
  for (size_t at = 0; at <= text.size(); at += kPositionBlock) {
    counts->push_back(before);
    before += CountCharacters(text.substr(at, kPositionBlock));
  }
  return counts;
}

Statement Make(std::shared_ptr<const std::string> source,
               std::shared_ptr<const nlohmann::json> node) {
  Statement statement;
  statement.source = std::move(source);
  statement.tree = std::move(node);
  statement.kind = Classify(statement);
  statement.parameter_count = HighestParameter(*statement.tree);
  return statement;
}

Result<nlohmann::json> PlainTree(const std::string& sql) {
  const ParseOutput parsed{pg_query_parse(sql.c_str())};
  if (parsed.value.error != nullptr) return Fail(FromPgQuery(*parsed.value.error));
  auto whole = nlohmann::json::parse(parsed.value.parse_tree, nullptr, /*allow_exceptions=*/false);
  if (whole.is_discarded()) return Fail(ErrorCode::kInternal, "cannot read the parser's tree");
  return whole;
}

/// The tree of a text whose tables may have a past. That costs a text without one nothing: the
/// grammar refuses every clause of theirs.
Result<nlohmann::json> Tree(const std::shared_ptr<const std::string>& source) {
  Statement where;
  where.source = source;
  auto whole = PlainTree(*source);
  if (!whole) {
    const auto tokens = Scan(*source, 0);
    if (!tokens) return whole;
    FIRN_TRY(const auto clauses, FindPastClauses(*source, *tokens));
    if (clauses.empty()) return whole;
    FIRN_TRY(whole, PlainTree(WithoutPastClauses(*source, clauses)));
    std::vector<nlohmann::json> values;
    for (const auto& clause : clauses) {
      FIRN_TRY(const auto query, PlainTree(PastValueQuery(*source, clause)));
      values.push_back(
          query["stmts"][0]["stmt"]["SelectStmt"]["targetList"][0]["ResTarget"]["val"]);
    }
    FIRN_RETURN_IF_ERROR(AttachPast(where, clauses, std::move(values), *whole));
  }
  if (MayCallAt(*source)) FIRN_RETURN_IF_ERROR(RewriteAtCalls(where, *whole));
  return whole;
}

}  // namespace

std::string_view StatementKindName(StatementKind kind) {
  switch (kind) {
    case StatementKind::kSession:
      return "session";
    case StatementKind::kTransaction:
      return "transaction";
    case StatementKind::kDdl:
      return "ddl";
    case StatementKind::kCopy:
      return "copy";
    case StatementKind::kInsertValues:
      return "insert values";
    case StatementKind::kInsertQuery:
      return "insert query";
    case StatementKind::kRead:
      return "read";
    case StatementKind::kUtility:
      return "utility";
    case StatementKind::kUnsupported:
      return "unsupported";
  }
  return "unsupported";
}

std::string_view Statement::text() const {
  return std::string_view(*source).substr(static_cast<size_t>(begin),
                                          static_cast<size_t>(end - begin));
}

std::string_view Statement::node_name() const {
  return tree::Open(*tree).kind;
}

const nlohmann::json& Statement::node() const {
  return tree->begin().value();
}

int Statement::Position(int location) const {
  if (location < 0 || static_cast<size_t>(location) > source->size()) return 0;
  const auto end = static_cast<size_t>(location);
  // Every constant of a statement asks: counting from the start would be quadratic.
  const size_t block = characters == nullptr ? 0 : end / kPositionBlock;
  const int before = characters == nullptr ? 0 : (*characters)[block];
  const auto rest = std::string_view(*source).substr(block * kPositionBlock);
  return before + CountCharacters(rest.substr(0, end - block * kPositionBlock)) + 1;
}

Result<std::vector<Token>> Statement::Tokens() const {
  return Scan(std::string(text()), begin);
}

namespace {

/// WITH a AS (…) INSERT INTO t SELECT … as INSERT INTO t WITH a AS (…) SELECT …, also inside
/// PREPARE and EXPLAIN.
void MoveWithInward(nlohmann::json& node) {
  for (const char* around : {"PrepareStmt", "ExplainStmt"}) {
    if (node.contains(around) && node[around].contains("query")) {
      MoveWithInward(node[around]["query"]);
    }
  }
  if (!node.contains("InsertStmt")) return;
  auto& insert = node["InsertStmt"];
  if (!insert.contains("withClause") || !insert.contains("selectStmt")) return;
  auto& select = insert["selectStmt"]["SelectStmt"];
  auto with = std::move(insert["withClause"]);
  insert.erase("withClause");
  if (select.contains("withClause")) {
    const auto& inner = select["withClause"];
    for (const auto& table : inner["ctes"]) with["ctes"].push_back(table);
    if (inner.value("recursive", false)) with["recursive"] = true;
  }
  select["withClause"] = std::move(with);
}

}  // namespace

Result<std::vector<Statement>> Parse(std::string_view sql) {
  FIRN_RETURN_IF_ERROR(CheckEncoding(sql));
  auto source = std::make_shared<const std::string>(sql);
  const auto characters = CharactersBeforeBlocks(*source);
  FIRN_RETURN_IF_ERROR(CheckComments(sql));
  if (sql.size() > kUncheckedBytes) FIRN_RETURN_IF_ERROR(CheckChains(*source));
  FIRN_TRY(auto grown, Tree(source));
  if (grown.contains("stmts")) {
    for (auto& item : grown["stmts"]) MoveWithInward(item["stmt"]);
  }
  const auto whole = std::make_shared<const nlohmann::json>(std::move(grown));
  std::vector<Statement> statements;
  for (const auto& item : tree::List(*whole, "stmts")) {
    const auto& node = tree::At(item, "stmt");
    if (!tree::Open(node).IsNode()) continue;
    auto statement =
        Make(source, std::shared_ptr<const nlohmann::json>(whole, &node));  // shares the tree
    if (statement.parameter_count > kMaxParameters) {
      return Fail(MakeError(ErrorCode::kInvalidInput, "there is no parameter ${}",
                            statement.parameter_count)
                      .WithSqlState("42P02")
                      .WithHint(fmt::format("A statement has at most {}.", kMaxParameters)));
    }
    statement.characters = characters;
    const int length = tree::Number(item, "stmt_len");
    statement.begin = tree::Number(item, "stmt_location");
    statement.end = length == 0 ? static_cast<int32_t>(source->size()) : statement.begin + length;
    const auto at = [&](int32_t i) { return (*source)[static_cast<size_t>(i)]; };
    while (statement.begin < statement.end && IsSpace(at(statement.begin))) ++statement.begin;
    while (statement.end > statement.begin &&
           (IsSpace(at(statement.end - 1)) || at(statement.end - 1) == ';')) {
      --statement.end;
    }
    statements.push_back(std::move(statement));
  }
  return statements;
}

Statement Inner(const Statement& outer, const nlohmann::json& tree) {
  auto statement = Make(outer.source, std::shared_ptr<const nlohmann::json>(outer.tree, &tree));
  statement.begin = outer.begin;
  statement.end = outer.end;
  statement.characters = outer.characters;
  statement.user_types = outer.user_types;
  return statement;
}

}  // namespace firn::sql
