// GROUP BY of values whose equals are shown differently, as 1.0 and 1.00: the engine groups by
// their keys, and each group shows the value of one of its rows.
#include <set>

#include "sql/functions.h"
#include "sql/ident.h"
#include "sql/query_writer_internal.h"

namespace firn::sql {
namespace {

using tree::At;
using tree::List;
using tree::Open;

bool IsWord(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

size_t EndOfWord(std::string_view text, size_t at) {
  while (at < text.size() && IsWord(text[at])) ++at;
  return at;
}

/// Behind the quote that ends what begins at `at`, or behind this character.
size_t Skip(std::string_view text, size_t at) {
  const char c = text[at];
  if (c != '\'' && c != '"') return at + 1;
  return std::min(text.find(c, at + 1), text.size() - 1) + 1;
}

/// Behind the parenthesis that ends what begins at `at`.
size_t EndOfParentheses(std::string_view text, size_t at) {
  int depth = 0;
  while (at < text.size()) {
    depth += text[at] == '(' ? 1 : text[at] == ')' ? -1 : 0;
    at = Skip(text, at);
    if (depth == 0) break;
  }
  return at;
}

/// The engine's aggregates that written queries call.
const std::set<std::string_view>& Aggregates() {
  static const auto kAll = [] {
    std::set<std::string_view> names = {"any_value", "count", "list",      "max",
                                        "mode",      "sum",   "string_agg"};
    for (const auto& entry : Functions()) {
      if (entry.kind != FunctionKind::kAggregate) continue;
      for (const auto text : {entry.engine, entry.open}) {
        for (size_t at = text.find('@'); at != text.npos; at = text.find('@', at + 1)) {
          names.insert(text.substr(at + 1, EndOfWord(text, at + 1) - at - 1));
        }
      }
    }
    return names;
  }();
  return kAll;
}

/// Behind the call of an aggregate that begins at `at`, its FILTER too; 0: there is none, or it
/// is over a window, whose rows are the groups.
size_t EndOfAggregate(std::string_view text, size_t at) {
  size_t end = EndOfWord(text, at);
  if (end == at || text.substr(end, 1) != "(" || !Aggregates().contains(text.substr(at, end - at)))
    return 0;
  end = EndOfParentheses(text, end);
  constexpr std::string_view kFilter = " FILTER ";
  if (text.substr(end).starts_with(kFilter)) end = EndOfParentheses(text, end + kFilter.size());
  return text.substr(end).starts_with(" OVER ") ? 0 : end;
}

/// Whether a whole expression of this text begins at `at`.
bool IsAt(std::string_view text, size_t at, std::string_view expression) {
  const size_t end = at + expression.size();
  return text.substr(at, expression.size()) == expression && EndOfWord(text, end) == end &&
         text.substr(end, 1) != "\"";
}

/// Behind the longest of the keys that begins at `at`; 0: none does.
size_t EndOfKey(std::string_view text, size_t at, const std::vector<std::string>& keys) {
  size_t end = 0;
  for (const auto& key : keys) {
    if (IsAt(text, at, key)) end = std::max(end, at + key.size());
  }
  return end;
}

/// Whether equal values of a type are the same bits, so that what is computed of them is equal too.
bool IsExact(TypeTag tag) {
  return tag == TypeTag::kInt2 || tag == TypeTag::kInt4 || tag == TypeTag::kInt8;
}

/// The column whose text begins at `at`, or null.
const std::string* ColumnAt(std::string_view text, size_t at,
                            const std::set<std::string>& columns) {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const auto& column) { return IsAt(text, at, column); });
  return found == columns.end() ? nullptr : &*found;
}

/// Whether a text is sums and products of integers: these columns and constants.
bool IsComputedOf(std::string_view text, const std::set<std::string>& columns) {
  static const std::set<std::string_view> kWords = {"CAST", "AS", "SMALLINT", "INTEGER", "BIGINT"};
  for (size_t at = 0; at < text.size();) {
    if (const auto* column = ColumnAt(text, at, columns)) {
      at += column->size();
      continue;
    }
    const size_t end = EndOfWord(text, at);
    const auto word = text.substr(at, end - at);
    if (word.find_first_not_of("0123456789") != word.npos && !kWords.contains(word)) return false;
    if (end == at && std::string_view(" ()+-*").find(text[at]) == std::string_view::npos) {
      return false;
    }
    at = std::max(end, at + 1);
  }
  return true;
}

/// A type whose values group by a key, for messages.
std::string Keyed(const ValueType& type) {
  return IsOpen(type) ? "a numeric without a scale" : DisplayType(type.tag);
}

}  // namespace

std::string ShownOutsideAggregates(std::string_view text, std::string_view value,
                                   std::string_view shown, const std::vector<std::string>& keys) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    size_t end = EndOfKey(text, at, keys);
    if (end == 0 && IsAt(text, at, value)) {
      out += shown;
      at += value.size();
      continue;
    }
    if (end == 0) end = EndOfAggregate(text, at);
    if (end == 0) end = IsWord(text[at]) ? EndOfWord(text, at) : Skip(text, at);
    out += text.substr(at, end - at);
    at = end;
  }
  return out;
}

bool HasAggregate(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (EndOfAggregate(text, at) != 0) return true;
    at = IsWord(text[at]) ? EndOfWord(text, at) : Skip(text, at);
  }
  return false;
}

Status QueryWriter::CheckGroupByAll(const Block& block) const {
  for (const auto& output : block.outputs) {
    if (Comparable(output.expr) == output.expr.sql || HasAggregate(output.expr.sql)) continue;
    return Refuse(output.expr.location,
                  fmt::format("GROUP BY ALL over {} is not supported", Keyed(output.expr.type)),
                  "Write the columns out: GROUP BY a, b.");
  }
  return {};
}

void QueryWriter::MoveGroupedSet(const Json& body, Block& block, FromItem& from) {
  const auto& columns = from.names.columns;
  for (const auto& item : List(body, "groupClause")) {
    const auto node = Open(item);
    const int number = node.Is("A_Const") ? tree::Number(At(*node.body, "ival"), "ival") : 0;
    const auto names =
        node.Is("ColumnRef") ? tree::Names(List(*node.body, "fields")) : std::vector<std::string>();
    // A column of FROM goes before a name of the select list.
    const bool in_from = std::any_of(columns.begin(), columns.end(), [&](const auto& column) {
      return names == std::vector{column.name};
    });
    for (size_t i = 0; i < block.outputs.size(); ++i) {
      auto& output = block.outputs[i];
      const bool by_name = !in_from && names == std::vector{output.name};
      if (!output.returns_set || (!by_name && number != static_cast<int>(i + 1))) continue;
      const auto alias = NewAlias('r');
      from.sql += fmt::format("{}(SELECT {}) AS {}(c1)", from.sql.empty() ? "" : ", LATERAL ",
                              output.expr.sql, alias);
      output.expr.sql = alias + ".c1";
      output.returns_set = false;
    }
  }
}

Result<std::string> QueryWriter::GroupKey(Expr& expr, Block& block) {
  FIRN_RETURN_IF_ERROR(SettleUnknown(expr));
  FIRN_RETURN_IF_ERROR(CheckEquality(expr.type, "GROUP BY", expr.location));
  auto key = Comparable(expr);
  if (key != expr.sql) block.grouped.push_back({expr, fmt::format("any_value({})", expr.sql)});
  if (IsExact(expr.type.tag) && key.find_first_of(" (") == key.npos) block.columns.insert(key);
  return key;
}

// The engine hashes and keeps each key of each group. What is not computed for each group anyway
// stays, for its errors.
bool QueryWriter::IsGroupedAnyway(const std::string& key, const Block& block) {
  if (block.columns.empty() || block.columns.contains(key)) return false;
  if (!IsComputedOf(key, block.columns)) return false;
  return std::any_of(block.outputs.begin(), block.outputs.end(),
                     [&](const auto& output) { return output.expr.sql == key; });
}

void QueryWriter::GroupByCodes(Block& block) const {
  for (auto& key : block.keys) {
    const auto codes = codes_.find(key);
    if (codes == codes_.end()) continue;
    std::vector<std::string> texts;
    for (const auto& text : codes->second.texts) texts.push_back(QuoteLiteral(text));
    block.grouped.push_back(
        {.value = {.sql = key, .type = {.tag = TypeTag::kText}},
         .shown = fmt::format("([{}])[{}]", fmt::join(texts, ", "), codes->second.sql)});
    key = codes->second.sql;
  }
}

std::string QueryWriter::Shown(std::string text, const Block& block) {
  for (const auto& grouped : block.grouped) {
    text = ShownOutsideAggregates(text, grouped.value.sql, grouped.shown, block.keys);
  }
  return text;
}

Status QueryWriter::ShowGroups(Block& block, std::string& having) {
  if (block.grouping_sets && !block.grouped.empty()) {
    const auto& value = block.grouped.front().value;
    return Refuse(value.location,
                  fmt::format("grouping sets of {} are not supported", Keyed(value.type)),
                  IsOpen(value.type) ? "Cast it to numeric(p,s)." : "Group by its text.");
  }
  for (auto& output : block.outputs) output.expr.sql = Shown(std::move(output.expr.sql), block);
  having = Shown(std::move(having), block);
  return {};
}

}  // namespace firn::sql
