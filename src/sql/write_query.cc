#include <algorithm>

#include "sql/ident.h"
#include "sql/query_writer_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;
using tree::At;
using tree::Flag;
using tree::Has;
using tree::List;
using tree::Open;
using tree::Text;

std::string ColumnList(size_t count) {
  std::string list;
  for (size_t i = 0; i < count; ++i) list += fmt::format("{}c{}", i > 0 ? ", " : "", i + 1);
  return list;
}

// Whether a table of this name is read anywhere below; a shadowed one counts too.
bool Mentions(const tree::Json& node, std::string_view table) {
  std::vector<const tree::Json*> waiting{&node};
  while (!waiting.empty()) {
    const auto& at = *waiting.back();
    waiting.pop_back();
    if (!at.is_structured()) continue;
    const auto open = Open(at);
    if (open.Is("RangeVar") && Text(*open.body, "relname") == table &&
        !Has(*open.body, "schemaname")) {
      return true;
    }
    for (const auto& child : at) waiting.push_back(&child);
  }
  return false;
}

std::string_view SetWord(std::string_view op) {
  if (op == "SETOP_UNION") return "UNION";
  return op == "SETOP_INTERSECT" ? "INTERSECT" : "EXCEPT";
}

}  // namespace

bool IsVolatile(std::string_view sql) {
  return sql.find("random()") != sql.npos || sql.find("gen_random_uuid()") != sql.npos;
}

QueryWriter::QueryWriter(const Statement& statement, const QueryContext& context,
                         Collected collected)
    : statement_(statement), context_(context), collected_(std::move(collected)) {
  parameters_.resize(
      std::max(static_cast<size_t>(statement.parameter_count), context.parameter_types.size()));
  for (size_t i = 0; i < context.parameter_types.size(); ++i) {
    if (!context.parameter_types[i]) continue;
    auto type = FromColumnar(*context.parameter_types[i]);
    if (type.tag == kNumeric && type.precision == 0) type = NumericType(38, 16);
    if (type.tag == kNumeric) type.length = 0;
    parameters_[i] = type;
  }
}

Result<QueryWriter::Block> QueryWriter::WriteSelect(const Json& body, const Scope* outer,
                                                    const CommonTables* tables) {
  constexpr int kSelectsMax = 200;
  if (++depth_ > kSelectsMax) {
    return Wrong(-1, "54001", "stack depth limit exceeded",
                 "The query nests too deeply; write it with fewer levels.");
  }
  const auto seen = seen_;
  if (Has(body, "lockingClause")) {
    return Refuse(statement_.begin, "SELECT ... FOR UPDATE and FOR SHARE are not supported",
                  "Leave the clause out: a statement reads one snapshot.");
  }
  if (Has(body, "intoClause")) {
    return Refuse(statement_.begin, "SELECT INTO is not supported", "Use CREATE TABLE AS.");
  }
  CommonTables inner{.outer = tables, .tables = {}};
  std::string with;
  if (Has(body, "withClause")) {
    FIRN_TRY(with, WriteWith(body["withClause"], outer, inner));
  }
  FIRN_TRY(auto block, WriteBody(body, outer, &inner));
  if (!with.empty() && !block.rows.empty()) {
    FIRN_TRY(block, Derived(std::move(block)));
  }
  block.with = with + block.with;
  seen_ = seen;
  --depth_;
  return block;
}

Result<QueryWriter::Block> QueryWriter::WriteBody(const Json& body, const Scope* outer,
                                                  const CommonTables* tables) {
  const auto op = Text(body, "op");
  if (!op.empty() && op != "SETOP_NONE") {
    FIRN_TRY(auto block, WriteSetOperation(body, outer, tables));
    const Place place{.tables = tables};
    FIRN_RETURN_IF_ERROR(WriteOrderAndLimit(body, place, block));
    return block;
  }
  if (!Has(body, "valuesLists")) return WritePlain(body, outer, tables);
  FIRN_TRY(auto block, WriteValues(body, outer, tables));
  if (!Has(body, "sortClause") && !Has(body, "limitCount") && !Has(body, "limitOffset")) {
    return block;
  }
  FIRN_TRY(auto derived, Derived(std::move(block)));
  const Place place{.tables = tables};
  FIRN_RETURN_IF_ERROR(WriteOrderAndLimit(body, place, derived));
  return derived;
}

Result<QueryWriter::Block> QueryWriter::WritePlain(const Json& body, const Scope* outer,
                                                   const CommonTables* tables) {
  FIRN_TRY(auto from, WriteFrom(List(body, "fromClause"), outer, tables));
  from.names.outer = outer;
  const Place place{.scope = &from.names,
                    .tables = tables,
                    .windows = &List(body, "windowClause"),
                    .one_row = depth_ == 1 && !Has(body, "groupClause")};
  Block block;
  FIRN_RETURN_IF_ERROR(WriteTargets(body, place, block));
  MoveGroupedSet(body, block, from);
  if (!from.sql.empty()) block.tail = " FROM " + from.sql;
  if (Has(body, "whereClause")) {
    auto inner = place;
    inner.no_aggregates = "aggregate functions are not allowed in WHERE";
    inner.no_windows = "window functions are not allowed in WHERE";
    FIRN_TRY(const auto condition, WriteCondition(body["whereClause"], "WHERE", inner));
    block.tail += " WHERE " + condition;
  }
  FIRN_TRY(const auto groups, WriteGroupBy(body, place, block));
  std::string having;
  if (Has(body, "havingClause")) {
    auto inner = place;
    inner.no_windows = "window functions are not allowed in HAVING";
    FIRN_TRY(const auto condition, WriteCondition(body["havingClause"], "HAVING", inner));
    having = " HAVING " + condition;
  }
  if (Has(body, "qualifyClause")) {
    FIRN_TRY(const auto condition, WriteCondition(body["qualifyClause"], "QUALIFY", place));
    having += " QUALIFY " + condition;
  }
  FIRN_RETURN_IF_ERROR(ShowGroups(block, having));
  block.tail += groups + having;
  FIRN_TRY(const auto distinct, WriteDistinct(body, place, block));
  block.head = "SELECT " + distinct;
  FIRN_RETURN_IF_ERROR(WriteOrderAndLimit(body, place, block));
  MarkStored(from.names, block);
  return block;
}

Result<QueryWriter::Block> QueryWriter::WriteValues(const Json& body, const Scope* outer,
                                                    const CommonTables* tables) {
  Scope none;
  none.outer = outer;
  const Place place{.scope = &none,
                    .tables = tables,
                    .no_aggregates = "aggregate functions are not allowed in VALUES",
                    .no_windows = "window functions are not allowed in VALUES"};
  Block block;
  for (const auto& list : List(body, "valuesLists")) {
    const auto& items = List(*Open(list).body, "items");
    FIRN_TRY(auto row, WriteList(items, place));
    if (!block.rows.empty() && block.rows.front().size() != row.size()) {
      return Wrong(tree::FirstLocation(items.front()), "42601",
                   "VALUES lists must all be the same length");
    }
    block.rows.push_back(std::move(row));
  }
  return block;
}

Status QueryWriter::CheckEquality(const ValueType& type, std::string_view clause, int location) {
  const auto element = ElementOf(type.tag);
  if (element == TypeTag::kJson) {
    return Wrong(location, "42883",
                 "could not identify an equality operator for type " + DisplayType(type.tag));
  }
  if (!HasEquality(type.tag) || type == ValueType{.tag = ArrayOf(TypeTag::kNumeric)}) {
    return Refuse(location, fmt::format("{} of {} is not supported", clause, DisplayType(type.tag)),
                  "Cast it to text.");
  }
  return {};
}

Result<QueryWriter::Block> QueryWriter::WriteSetOperation(const Json& body, const Scope* outer,
                                                          const CommonTables* tables) {
  const auto arm = [&](const char* side) -> const Json& {
    const auto& node = At(body, side);
    const auto open = Open(node);
    return open.Is("SelectStmt") ? *open.body : node;
  };
  const auto word = SetWord(Text(body, "op"));
  FIRN_TRY(auto left, WriteSelect(arm("larg"), outer, tables));
  FIRN_TRY(auto right, WriteSelect(arm("rarg"), outer, tables));
  for (auto* side : {&left, &right}) {
    if (!side->rows.empty()) {
      FIRN_TRY(*side, Derived(std::move(*side)));
    }
  }
  if (left.outputs.size() != right.outputs.size()) {
    return Wrong(right.outputs.front().expr.location, "42601",
                 fmt::format("each {} query must have the same number of columns", word));
  }
  std::vector<std::optional<ValueType>> types;
  for (size_t i = 0; i < left.outputs.size(); ++i) {
    std::vector<Expr> both{left.outputs[i].expr, right.outputs[i].expr};
    FIRN_TRY(const auto type, Unify(both, word));
    if (!Flag(body, "all")) FIRN_RETURN_IF_ERROR(CheckEquality(type, word, both.front().location));
    types.emplace_back(type);
  }
  Block shape;
  for (const auto& output : left.outputs) shape.outputs.push_back({output.name, {}});
  FIRN_TRY(const auto first, FinishInside(std::move(left), types));
  FIRN_TRY(const auto second, FinishInside(std::move(right), types));
  const auto alias = NewAlias('r');
  Block block;
  for (auto& column : ColumnsOf(alias, shape, first)) {
    block.outputs.push_back({column.name, {.sql = column.sql, .type = column.type}});
  }
  const bool all = Flag(body, "all");
  const bool keyed =
      std::any_of(block.outputs.begin(), block.outputs.end(),
                  [](const auto& output) { return Comparable(output.expr) != output.expr.sql; });
  if (keyed && word != "UNION") return ByKeys(std::move(block), first, second, word, all);
  const auto columns = ColumnList(block.outputs.size());
  if (!keyed || all) {
    block.tail = fmt::format(" FROM (({}) {}{} ({})) AS {}({})", first.sql, word, all ? " ALL" : "",
                             second.sql, alias, columns);
    return block;
  }
  // Of equal values that of the left side is shown.
  block.tail =
      fmt::format(" FROM (SELECT *, 1 FROM ({}) UNION ALL SELECT *, 2 FROM ({})) AS {}({}, n)",
                  first.sql, second.sql, alias, columns);
  block.head = "SELECT " + DistinctOutputs(block);
  block.order = fmt::format(" ORDER BY {}.n", alias);
  return Derived(std::move(block));
}

// Rows whose keys are equal are numbered on both sides: ALL matches them one by one, and without
// it the first of the left side stands for all.
Result<QueryWriter::Block> QueryWriter::ByKeys(Block&& block, const Finished& left,
                                               const Finished& right, std::string_view word,
                                               bool all) {
  const auto columns = ColumnList(left.types.size());
  const auto numbered = [&](const Finished& side, const std::string& alias) {
    std::string keys;
    for (size_t i = 0; i < left.types.size(); ++i) {
      keys += (keys.empty() ? "" : ", ") +
              Comparable({.sql = fmt::format("c{}", i + 1), .type = left.types[i]});
    }
    return fmt::format(
        "(SELECT *, row_number() OVER (PARTITION BY {}) FROM ({}) AS {}({})) AS {}({}, n)", keys,
        side.sql, NewAlias('r'), columns, alias, columns);
  };
  const auto here = NewAlias('r');
  const auto there = NewAlias('r');
  std::string same = all ? fmt::format("{}.n = {}.n", here, there) : "true";
  for (size_t i = 0; i < left.types.size(); ++i) {
    const auto& type = left.types[i];
    const auto key = [&](const std::string& alias) {
      return Comparable({.sql = fmt::format("{}.c{}", alias, i + 1), .type = type});
    };
    same += fmt::format(" AND {} IS NOT DISTINCT FROM {}", key(here), key(there));
    block.outputs[i].expr.sql = fmt::format("{}.c{}", here, i + 1);
  }
  block.tail =
      fmt::format(" FROM {} WHERE {}EXISTS (SELECT 1 FROM {} WHERE {}){}", numbered(left, here),
                  word == "EXCEPT" ? "NOT " : "", numbered(right, there), same,
                  all ? "" : fmt::format(" AND {}.n = 1", here));
  return Derived(std::move(block));
}

std::vector<VisibleColumn> QueryWriter::ColumnsOf(const std::string& alias, const Block& block,
                                                  const Finished& finished) const {
  std::vector<VisibleColumn> columns;
  for (size_t i = 0; i < finished.types.size(); ++i) {
    // VALUES has no names: column1, column2 …
    columns.push_back(
        {.name = i < block.outputs.size() ? block.outputs[i].name : fmt::format("column{}", i + 1),
         .sql = fmt::format("{}.c{}", alias, i + 1),
         .type = finished.types[i],
         .stored = i < block.outputs.size() && block.outputs[i].stored});
  }
  return columns;
}

Result<QueryWriter::Block> QueryWriter::Derived(Block&& block) {
  Block shape;
  shape.outputs = block.outputs;
  FIRN_TRY(const auto query, FinishInside(std::move(block)));
  const auto alias = NewAlias('r');
  Block derived;
  for (auto& column : ColumnsOf(alias, shape, query)) {
    derived.outputs.push_back({column.name, {.sql = column.sql, .type = column.type}});
  }
  derived.tail =
      fmt::format(" FROM ({}) AS {}({})", query.sql, alias, ColumnList(derived.outputs.size()));
  return derived;
}

Result<QueryWriter::Finished> QueryWriter::FinishRows(
    Block&& block, std::span<const std::optional<ValueType>> wanted) {
  Finished out;
  const size_t width = block.rows.front().size();
  for (size_t i = 0; i < width; ++i) {
    std::vector<Expr> column;
    for (auto& row : block.rows) column.push_back(std::move(row[i]));
    if (i < wanted.size() && wanted[i]) {
      for (auto& expr : column) {
        FIRN_RETURN_IF_ERROR(Coerce(expr, *wanted[i], CastContext::kAssignment));
        if (IsOpen(*wanted[i])) FIRN_RETURN_IF_ERROR(ToOpen(expr));
      }
      out.types.push_back(*wanted[i]);
    } else {
      FIRN_TRY(const auto type, Unify(column, "VALUES"));
      out.types.push_back(type);
    }
    for (size_t r = 0; r < block.rows.size(); ++r) block.rows[r][i] = std::move(column[r]);
  }
  for (const auto& row : block.rows) {
    out.sql += out.sql.empty() ? "VALUES (" : ", (";
    for (size_t i = 0; i < width; ++i) out.sql += (i > 0 ? ", " : "") + row[i].sql;
    out.sql += ")";
  }
  return out;
}

Result<QueryWriter::Finished> QueryWriter::Finish(
    Block&& block, std::span<const std::optional<ValueType>> wanted) {
  if (!block.rows.empty()) return FinishRows(std::move(block), wanted);
  Finished out;
  for (size_t i = 0; i < block.outputs.size(); ++i) {
    auto& expr = block.outputs[i].expr;
    ValueType type = expr.type;
    if (i < wanted.size() && wanted[i]) {
      type = *wanted[i];
    } else if (type.tag == kUnknown) {
      type.tag = kText;
    }
    FIRN_RETURN_IF_ERROR(Coerce(expr, type, CastContext::kAssignment));
    if (IsOpen(type)) FIRN_RETURN_IF_ERROR(ToOpen(expr));
    out.types.push_back(type);
  }
  out.sql = DividedLate(block);
  return out;
}

bool IsAverage(const Expr& expr) {
  if (!IsOpen(expr.type) || expr.divided.size() != 2) return false;
  const auto quotient = QuotientOf(expr.divided[0], expr.divided[1]);
  return expr.sql == quotient ||
         expr.sql == fmt::format("CAST({} AS {})", quotient, EngineType(expr.type));
}

// Averages are divided only of the rows that LIMIT leaves.
std::string QueryWriter::DividedLate(const Block& block) {
  const bool late = !block.limit.empty() && block.head == "SELECT ";
  std::vector<std::string> inner;
  std::vector<std::string> outer;
  std::vector<std::string> divisors;
  for (const auto& output : block.outputs) {
    const auto& expr = output.expr;
    auto column = fmt::format("c{}", inner.size() + 1);
    // What is sorted by its place among the outputs is not an average: it has a key.
    if (late && IsAverage(expr)) {
      inner.push_back(expr.divided[0]);
      divisors.push_back(expr.divided[1]);
      column = QuotientOf(column, fmt::format("c{}", block.outputs.size() + divisors.size()));
    } else {
      inner.push_back(expr.sql);
    }
    outer.push_back(std::move(column));
  }
  inner.insert(inner.end(), divisors.begin(), divisors.end());
  const auto query = fmt::format("{}{}{}{}{}", block.head, fmt::join(inner, ", "), block.tail,
                                 block.order, block.limit);
  if (divisors.empty()) return block.with + query;
  return fmt::format("{}SELECT {} FROM ({}) AS {}({})", block.with, fmt::join(outer, ", "), query,
                     NewAlias('r'), ColumnList(inner.size()));
}

Result<std::string> QueryWriter::WriteWith(const Json& with, const Scope* outer,
                                           CommonTables& tables) {
  const bool recursive = Flag(with, "recursive");
  std::string sql;
  for (const auto& item : List(with, "ctes")) {
    const auto& body = *Open(item).body;
    const int location = tree::Location(body);
    const std::string name(Text(body, "ctename"));
    if (tables.tables.contains(name)) {
      return Wrong(location, "42712", "WITH query name \"" + name + "\" specified more than once");
    }
    if (Has(body, "search_clause") || Has(body, "cycle_clause")) {
      return Refuse(location, "SEARCH and CYCLE are not supported",
                    "Keep the path in a column of the query.");
    }
    CommonTable table{.engine_name = NewAlias('k')};
    FIRN_TRY(const auto query, WriteCommonTable(body, recursive, outer, tables, table));
    const auto materialized = Text(body, "ctematerialized");
    std::string_view how;
    if (materialized == "CTEMaterializeAlways" || IsVolatile(query.sql)) how = "MATERIALIZED ";
    if (materialized == "CTEMaterializeNever") how = "NOT MATERIALIZED ";
    sql += fmt::format("{}{}({}) AS {}({})", sql.empty() ? "" : ", ", table.engine_name,
                       ColumnList(query.types.size()), how, query.sql);
    tables.tables[name] = std::move(table);
  }
  return (recursive ? "WITH RECURSIVE " : "WITH ") + sql + " ";
}

Result<QueryWriter::Finished> QueryWriter::WriteCommonTable(const Json& body, bool recursive,
                                                            const Scope* outer,
                                                            CommonTables& tables,
                                                            CommonTable& table) {
  const int location = tree::Location(body);
  const std::string name(Text(body, "ctename"));
  const auto query = Open(At(body, "ctequery"));
  if (!query.Is("SelectStmt")) {
    return Refuse(location, "data-modifying statements in WITH are not supported",
                  "Run the statement first.");
  }
  const auto names = tree::Names(List(body, "aliascolnames"));
  const auto rename = [&](std::vector<std::pair<std::string, ValueType>>& columns) -> Status {
    if (names.size() > columns.size()) {
      return Wrong(location, "42P10",
                   fmt::format("WITH query \"{}\" has {} columns available but {} columns "
                               "specified",
                               name, columns.size(), names.size()));
    }
    for (size_t i = 0; i < names.size(); ++i) columns[i].first = names[i];
    return {};
  };
  if (recursive && Mentions(At(body, "ctequery"), name)) {
    if (Text(*query.body, "op") != "SETOP_UNION") {
      return Wrong(location, "42P19",
                   "recursive query \"" + name +
                       "\" does not have the form non-recursive-term UNION [ALL] recursive-term");
    }
    // The recursive term sees the names that the alias list gives.
    const auto& left = At(*query.body, "larg");
    FIRN_TRY(auto block, WriteSelect(left, outer, &tables));
    if (!block.rows.empty()) {
      FIRN_TRY(block, Derived(std::move(block)));
    }
    Block shape;
    shape.outputs = block.outputs;
    // The rows that follow may have numerics of other scales.
    std::vector<std::optional<ValueType>> wanted;
    for (const auto& output : block.outputs) {
      const bool numeric = output.expr.type.tag == kNumeric;
      wanted.push_back(numeric ? std::optional(OpenNumeric()) : std::nullopt);
    }
    FIRN_TRY(auto first, Finish(std::move(block), wanted));
    for (const auto& column : ColumnsOf("", shape, first)) {
      table.columns.emplace_back(column.name, column.type);
    }
    FIRN_RETURN_IF_ERROR(rename(table.columns));
    for (const auto& column : table.columns) {
      const auto& type = column.second;
      const bool keyed = ElementOf(type.tag) == kInterval || IsBlankPadded(type);
      if (Flag(*query.body, "all") || !keyed) continue;
      return Refuse(
          location,
          fmt::format("UNION of {} in a recursive query is not supported", DisplayType(type.tag)),
          "Use UNION ALL, or cast to text.");
    }
    FIRN_TRY(const auto second, WriteRecursive(*query.body, name, outer, tables, table));
    first.sql = fmt::format("({}) UNION{} ({})", first.sql, Flag(*query.body, "all") ? " ALL" : "",
                            second.sql);
    return first;
  }
  FIRN_TRY(auto block, WriteSelect(*query.body, outer, &tables));
  Block shape;
  shape.outputs = block.outputs;
  FIRN_TRY(auto finished, FinishInside(std::move(block)));
  for (const auto& column : ColumnsOf("", shape, finished)) {
    table.columns.emplace_back(column.name, column.type);
    table.stored.push_back(column.stored);
  }
  FIRN_RETURN_IF_ERROR(rename(table.columns));
  return finished;
}

Result<QueryWriter::Finished> QueryWriter::WriteRecursive(const Json& query,
                                                          const std::string& name,
                                                          const Scope* outer, CommonTables& tables,
                                                          CommonTable& table) {
  for (const char* clause : {"sortClause", "limitCount", "limitOffset", "withClause"}) {
    if (Has(query, clause)) {
      return Refuse(-1, "ORDER BY, LIMIT and WITH in a recursive query are not supported",
                    "Put them in the query that reads \"" + name + "\".");
    }
  }
  CommonTables inner{.outer = &tables, .tables = {{name, table}}};
  FIRN_TRY(auto block, WriteSelect(At(query, "rarg"), outer, &inner));
  if (!block.rows.empty()) {
    FIRN_TRY(block, Derived(std::move(block)));
  }
  if (block.outputs.size() != table.columns.size()) {
    return Wrong(-1, "42601", "each UNION query must have the same number of columns");
  }
  std::vector<std::optional<ValueType>> wanted;
  for (size_t i = 0; i < block.outputs.size(); ++i) {
    const auto& have = block.outputs[i].expr.type;
    const auto& want = table.columns[i].second;
    const bool fits = have.tag == kUnknown || have.tag == want.tag ||
                      CanCast(have.tag, want.tag, CastContext::kImplicit);
    if (!fits || (have.tag == kNumeric && !IsOpen(want) && have.scale > want.scale)) {
      return Wrong(block.outputs[i].expr.location, "42804",
                   fmt::format("recursive query \"{}\" column {} has type {} in non-recursive "
                               "term but type {} overall",
                               name, i + 1, Display(want), Display(have)),
                   "Cast the output of the non-recursive term to the correct type.");
    }
    wanted.emplace_back(want);
  }
  return Finish(std::move(block), wanted);
}

}  // namespace firn::sql
