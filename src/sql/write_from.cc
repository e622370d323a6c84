#include <algorithm>
#include <set>

#include "sql/ident.h"
#include "sql/query_writer_internal.h"
#include "sql/time_travel.h"

namespace firn::sql {
namespace {

using enum TypeTag;
using tree::At;
using tree::Flag;
using tree::Has;
using tree::List;
using tree::Open;
using tree::Text;

constexpr std::string_view kLateral = "LATERAL ";

/// LATERAL (…) AS r1(c1) of the rows that fulfil a condition: the engine has LATERAL in an outer
/// join without one only.
std::string WhereInside(const std::string& lateral, const std::string& condition) {
  const auto alias = lateral.substr(lateral.rfind(" AS ") + 1);
  return fmt::format("{}(SELECT * FROM {} WHERE {}) {}", kLateral, lateral.substr(kLateral.size()),
                     condition, alias);
}

const VisibleColumn* FindOnly(const std::vector<VisibleColumn>& columns, std::string_view name,
                              bool& ambiguous) {
  const VisibleColumn* found = nullptr;
  for (const auto& column : columns) {
    if (column.name != name || column.hidden) continue;
    ambiguous = ambiguous || found != nullptr;
    found = &column;
  }
  return found;
}

/// Functions of the server with several columns.
bool IsServerRows(std::string_view name) {
  return name == "pg_get_keywords" || name == "pg_available_extensions";
}

std::string KeywordRows() {
  const auto meaning = [](char code) -> std::string_view {
    if (code == 'U') return "unreserved";
    if (code == 'C') return "unreserved (cannot be function or type name)";
    return code == 'T' ? "reserved (can be function or type name)" : "reserved";
  };
  std::string sql;
  for (const auto& one : Keywords()) {
    sql += fmt::format(
        "{}SELECT unnest(regexp_split_to_array(trim('{}', ' \n'), '\\s+')), '{}', {}, "
        "'{}', '{}'",
        sql.empty() ? "" : " UNION ALL ", one.words, one.code, one.bare_label, meaning(one.code),
        one.bare_label ? "can be bare label" : "requires AS");
  }
  return sql;
}

Status CheckRangeFunction(const Statement& statement, const tree::Json& body,
                          const tree::Node& call, int location) {
  if (!call.IsNode() || Flag(body, "is_rowsfrom") || Has(body, "coldeflist")) {
    return tree::Refuse(statement, location, "ROWS FROM and column definitions are not supported",
                        "Use one function and a subquery.");
  }
  if (call.Is("FuncCall") && FunctionName(*call.body) == "_pg_expandarray") {
    return tree::Refuse(statement, location, "this function is not supported in FROM",
                        "Call it in a select list.");
  }
  return {};
}

}  // namespace

Result<Scope> QueryWriter::Aliased(const Json& body, std::string own_name, std::string schema,
                                   std::vector<VisibleColumn> columns, int location) {
  Relation relation{.alias = std::move(own_name), .schema = std::move(schema)};
  const auto& alias = At(body, "alias");
  if (Has(body, "alias")) {
    relation.alias = Text(alias, "aliasname");
    relation.schema.clear();
    const auto names = tree::Names(List(alias, "colnames"));
    const auto visible = static_cast<size_t>(
        std::count_if(columns.begin(), columns.end(),
                      [](const VisibleColumn& column) { return !column.hidden; }));
    if (names.size() > visible) {
      return Wrong(location, "42P10",
                   fmt::format("table \"{}\" has {} columns available but {} columns specified",
                               relation.alias, visible, names.size()));
    }
    for (size_t i = 0; i < names.size(); ++i) columns[i].name = names[i];
  }
  relation.columns = columns;
  Scope scope;
  scope.columns = std::move(columns);
  scope.relations.push_back(std::move(relation));
  return scope;
}

Result<QueryWriter::FromItem> QueryWriter::WriteFrom(const Json& clause, const Scope* outer,
                                                     const CommonTables* tables) {
  FromItem all;
  all.names.outer = outer;
  for (const auto& item : clause) {
    FIRN_TRY(auto next, WriteFromItem(item, &all.names, outer, tables));
    all.sql += (all.sql.empty() ? "" : ", ") + next.sql;
    FIRN_RETURN_IF_ERROR(
        all.names.Add(std::move(next.names), statement_, tree::FirstLocation(item)));
  }
  return all;
}

Result<QueryWriter::FromItem> QueryWriter::WriteFromItem(const Json& item, const Scope* lateral,
                                                         const Scope* outer,
                                                         const CommonTables* tables) {
  const auto node = Open(item);
  if (node.Is("RangeVar")) return WriteTable(*node.body, tables);
  if (node.Is("RangeSubselect")) return WriteSubselect(*node.body, lateral, outer, tables);
  if (node.Is("RangeFunction")) return WriteRangeFunction(*node.body, lateral, tables);
  if (node.Is("RangeDescribe")) return WriteDescribe(*node.body, outer, tables);
  if (node.Is("JoinExpr")) {
    constexpr int kJoinsMax = 200;
    if (++depth_ > kJoinsMax) {
      return Wrong(-1, "54001", "stack depth limit exceeded", "Join fewer tables at once.");
    }
    auto joined = WriteJoin(*node.body, lateral, outer, tables);
    --depth_;
    return joined;
  }
  const int location = node.IsNode() ? tree::Location(*node.body) : -1;
  if (node.Is("RangeTableSample")) {
    return Refuse(location, "TABLESAMPLE is not supported", "Use WHERE random() < 0.01.");
  }
  return Refuse(location, "this FROM item is not supported: " + std::string(node.kind),
                "Use tables, subqueries and joins.");
}

Status QueryWriter::CheckPast(const Json& past, const ResolvedTable& table,
                              const std::string& name) {
  const int location = tree::Location(past);
  if (!table.has_past) {
    return Refuse(location, "\"" + name + "\" is not a table: only tables have a past",
                  "Put AT behind the tables it is made of, or SET firn.as_of.");
  }
  const Place place{.no_aggregates = "aggregate functions are not allowed in AT",
                    .no_windows = "window functions are not allowed in AT"};
  FIRN_TRY(auto value, WriteExpr(At(past, "value"), place));
  return Coerce(value, {.tag = Text(past, "kind") == kPastTimestamp ? kTimestamptz : kInt8},
                CastContext::kImplicit);
}

Result<QueryWriter::FromItem> QueryWriter::WriteTable(const Json& body,
                                                      const CommonTables* tables) {
  const int location = tree::Location(body);
  if (!Flag(body, "inh")) {
    return Refuse(location, "ONLY is not supported", "Tables have no children: leave it out.");
  }
  const std::string name(Text(body, "relname"));
  const auto alias = NewAlias('r');
  std::vector<VisibleColumn> columns;
  const auto found = collected_.tables.find(&body);
  if (found == collected_.tables.end()) {
    if (Has(body, "past")) {
      return Wrong(tree::Location(body["past"]), "42809",
                   "\"" + name + "\" is the name of a WITH query, which has no past");
    }
    const auto* common = tables == nullptr ? nullptr : tables->Find(name);
    if (common == nullptr) {
      return Wrong(location, "42P19",
                   "recursive reference to query \"" + name +
                       "\" must not appear within its non-recursive term");
    }
    for (size_t i = 0; i < common->columns.size(); ++i) {
      columns.push_back({.name = common->columns[i].first,
                         .sql = fmt::format("{}.c{}", alias, i + 1),
                         .type = common->columns[i].second,
                         .stored = i < common->stored.size() && common->stored[i]});
    }
    FIRN_TRY(auto scope, Aliased(body, name, "", std::move(columns), location));
    return FromItem{common->engine_name + " AS " + alias, std::move(scope)};
  }
  const auto& reference = collected_.references.tables[found->second];
  FIRN_TRY(const auto table, context_.resolve_table(reference));
  if (Has(body, "past")) FIRN_RETURN_IF_ERROR(CheckPast(body["past"], table, name));
  if (table.row_count) row_counts_[found->second] = *table.row_count;
  extremes_[found->second] = table.extremes;
  const auto& computed = table.computed;
  const auto add = [&](const columnar::Field& field, bool hidden) {
    const bool denied =
        std::find(table.denied.begin(), table.denied.end(), field.name) != table.denied.end();
    columns.push_back(
        {.name = field.name,
         .sql = alias + "." + QuoteIdentifier(field.name),
         .type = FromColumnar(field.type),
         .hidden = hidden,
         .denied = denied ? reference.table.name : "",
         .stored = std::find(computed.begin(), computed.end(), field.name) == computed.end()});
  };
  for (const auto& field : table.columns) {
    add(field, false);
    const auto tag = columns.back().type.tag;
    if (table.all_finite && (tag == kFloat4 || tag == kFloat8)) {
      finite_[columns.back().sql] = [all = table.all_finite, name = field.name] {
        return all(name);
      };
    }
  }
  for (const auto& coded : table.coded) {
    codes_[alias + "." + QuoteIdentifier(coded.column)] =
        TextNumbers{.sql = alias + "." + QuoteIdentifier(coded.code), .texts = coded.texts};
  }
  for (const auto& field : table.hidden) add(field, true);
  const auto& schema = reference.table.schema;
  FIRN_TRY(auto scope,
           Aliased(body, name, schema.empty() ? "public" : schema, std::move(columns), location));
  // An alias may have named the columns anew.
  for (const auto& key : table.key) {
    const auto at = std::find_if(table.columns.begin(), table.columns.end(),
                                 [&](const auto& field) { return field.name == key; });
    const auto index = static_cast<size_t>(at - table.columns.begin());
    scope.relations.front().key.push_back(scope.columns[index].name);
  }
  return FromItem{"(" + table.scan_sql + ") AS " + alias, std::move(scope)};
}

Result<QueryWriter::FromItem> QueryWriter::WriteSubselect(const Json& body, const Scope* lateral,
                                                          const Scope* outer,
                                                          const CommonTables* tables) {
  const bool is_lateral = Flag(body, "lateral");
  const auto select = Open(At(body, "subquery"));
  FIRN_TRY(auto block, WriteSelect(*select.body, is_lateral ? lateral : outer, tables));
  const auto names = block.rows.empty() ? block.outputs : std::vector<Output>{};
  Block shape;
  shape.outputs = names;
  FIRN_TRY(const auto query, FinishInside(std::move(block)));
  const auto alias = NewAlias('r');
  auto columns = ColumnsOf(alias, shape, query);
  std::string list;
  for (size_t i = 0; i < columns.size(); ++i)
    list += fmt::format("{}c{}", i > 0 ? ", " : "", i + 1);
  FIRN_TRY(auto scope, Aliased(body, "", "", std::move(columns), -1));
  return FromItem{
      fmt::format("{}({}) AS {}({})", is_lateral ? "LATERAL " : "", query.sql, alias, list),
      std::move(scope)};
}

Result<QueryWriter::FromItem> QueryWriter::WriteUnnest(const Json& body, const Json& call,
                                                       const Place& place) {
  const int location = tree::Location(call);
  FIRN_TRY(auto arguments, WriteList(List(call, "args"), place));
  const auto alias = NewAlias('r');
  const bool numbered = Flag(body, "ordinality");
  std::vector<VisibleColumn> columns;
  std::string lists;
  std::string lengths;
  std::string names;
  const auto add = [&](std::string_view name, const std::string& list, const ValueType& type) {
    const auto column = fmt::format("c{}", columns.size() + 1);
    lists +=
        fmt::format("{}CAST(unnest({}) AS {})", lists.empty() ? "" : ", ", list, EngineType(type));
    names += (names.empty() ? "" : ", ") + column;
    columns.push_back({.name = std::string(name), .sql = alias + "." + column, .type = type});
  };
  for (auto& argument : arguments) {
    std::vector<Expr> one;
    one.push_back(std::move(argument));
    FIRN_TRY(const auto set, WriteSet("unnest", std::move(one), location));
    if (numbered && IsVolatile(set.sql)) return RefuseVolatile(location);
    lengths += fmt::format("{}coalesce(len({}), 0)", lengths.empty() ? "" : ", ", set.sql);
    add("unnest", set.sql, set.type);
  }
  if (numbered)
    add("ordinality", fmt::format("range(1, greatest({}) + 1)", lengths), {.tag = kInt8});
  FIRN_TRY(auto scope, Aliased(body, "unnest", "", std::move(columns), location));
  const bool first = place.scope == nullptr || place.scope->relations.empty();
  return FromItem{
      fmt::format("{}(SELECT {}) AS {}({})", first ? "" : "LATERAL ", lists, alias, names),
      std::move(scope)};
}

Result<QueryWriter::FromItem> QueryWriter::WriteServerRows(const Json& body,
                                                           const std::string& name, int location) {
  const auto alias = NewAlias('r');
  std::vector<VisibleColumn> columns;
  std::string names;
  const auto add = [&](std::string_view column, TypeTag tag) {
    const auto engine_name = fmt::format("c{}", columns.size() + 1);
    names += (names.empty() ? "" : ", ") + engine_name;
    columns.push_back(
        {.name = std::string(column), .sql = alias + "." + engine_name, .type = {.tag = tag}});
  };
  std::string sql;
  if (name == "pg_get_keywords") {
    sql = KeywordRows();
    add("word", kText);
    add("catcode", kInternalChar);
    add("barelabel", kBool);
    add("catdesc", kText);
    add("baredesc", kText);
  } else {  // pg_available_extensions: none can be added
    sql = "SELECT '', '', '' WHERE false";
    add("name", kName);
    add("default_version", kText);
    add("comment", kText);
  }
  FIRN_TRY(auto scope, Aliased(body, name, "", std::move(columns), location));
  return FromItem{fmt::format("({}) AS {}({})", sql, alias, names), std::move(scope)};
}

Result<QueryWriter::FromItem> QueryWriter::WriteRangeFunction(const Json& body,
                                                              const Scope* lateral,
                                                              const CommonTables* tables) {
  const auto& functions = List(body, "functions");
  const auto& parts =
      functions.size() == 1 ? List(*Open(functions.front()).body, "items") : List(body, "none");
  const auto call = parts.empty() ? tree::Node{} : Open(parts.front());
  const int location = tree::FirstLocation(parts.empty() ? body : parts.front());
  FIRN_RETURN_IF_ERROR(CheckRangeFunction(statement_, body, call, location));
  const bool numbered = Flag(body, "ordinality");
  const Place place{.scope = lateral,
                    .tables = tables,
                    .no_aggregates = "aggregate functions are not allowed in functions in FROM",
                    .no_windows = "window functions are not allowed in functions in FROM"};
  const auto name = call.Is("FuncCall") ? FunctionName(*call.body) : std::string();
  const auto entries = FindFunction(name);
  const auto alias = NewAlias('r');
  std::string sql;
  ValueType type;
  std::string column = FigureName(parts.front());  // an only column: or for the alias
  const bool options = name == "pg_options_to_table";
  const bool each = name.ends_with("_each") || name.ends_with("_each_text") || options;
  std::string keys;     // of json_each, before the values
  std::string numbers;  // WITH ORDINALITY
  if (IsServerRows(name)) return WriteServerRows(body, name, location);
  const bool many = name == "unnest" && List(*call.body, "args").size() > 1;
  if (many) return WriteUnnest(body, *call.body, place);
  if (!entries.empty() && entries.front().kind == FunctionKind::kTable) {
    FIRN_TRY(auto arguments, WriteList(List(*call.body, "args"), place));
    if (each && !options && arguments.size() == 1 && arguments[0].type.tag == kUnknown) {
      const auto tag = name.starts_with("jsonb") ? kJsonb : kJson;
      FIRN_RETURN_IF_ERROR(Coerce(arguments[0], {.tag = tag}, CastContext::kImplicit));
    }
    const auto arguments_sql = arguments.empty() ? std::string() : arguments[0].sql;
    FIRN_TRY(const auto series, WriteSet(name, std::move(arguments), location));
    type = series.type;
    if (each) {
      keys = options ? fmt::format("unnest(list_transform({}, lambda o: split_part(o, '=', 1))), ",
                                   arguments_sql)
                     : fmt::format("unnest(sql_json_keys({})), ", arguments_sql);
    }
    // The engine has a table function of the same name, which needs no list in memory.
    const bool native = series.sql.starts_with(name + "(");
    if (numbered && !native) {
      if (IsVolatile(series.sql)) return RefuseVolatile(location);
      numbers = fmt::format(", CAST(unnest(range(1, len({}) + 1)) AS BIGINT)", series.sql);
    }
    sql = native ? fmt::format("SELECT CAST({} AS {}){} FROM {}", name, EngineType(type),
                               numbered ? ", row_number() OVER ()" : "", series.sql)
                 : fmt::format("SELECT {}CAST(unnest({}) AS {}){}", keys, series.sql,
                               EngineType(type), numbers);
  } else {
    FIRN_TRY(auto value, WriteExpr(parts.front(), place));
    FIRN_RETURN_IF_ERROR(SettleUnknown(value));
    type = value.type;
    sql = "SELECT " + value.sql + (numbered ? ", CAST(1 AS BIGINT)" : "");
  }
  if (Has(body, "alias")) column = Text(body["alias"], "aliasname");
  std::vector<VisibleColumn> columns{{.name = column, .sql = alias + ".c1", .type = type}};
  // The name of its OUT parameter.
  if (name.find("_array_elements") != std::string::npos) columns.front().name = "value";
  std::string names = each ? "c1, c2" : "c1";
  if (each) {
    columns = {
        {.name = options ? "option_name" : "key", .sql = alias + ".c1", .type = {.tag = kText}},
        {.name = options ? "option_value" : "value", .sql = alias + ".c2", .type = type}};
  }
  if (numbered) {
    const auto at = fmt::format("c{}", columns.size() + 1);
    columns.push_back({.name = "ordinality", .sql = alias + "." + at, .type = {.tag = kInt8}});
    names += ", " + at;
  }
  FIRN_TRY(auto scope, Aliased(body, column, "", std::move(columns), location));
  scope.relations.front().scalar = !each && !numbered;
  const bool first = lateral == nullptr || lateral->relations.empty();
  return FromItem{fmt::format("{}({}) AS {}({})", first ? "" : "LATERAL ", sql, alias, names),
                  std::move(scope)};
}

Result<std::string> QueryWriter::MergeColumns(const std::vector<std::string>& names,
                                              std::string_view type, FromItem& left,
                                              FromItem& right, Scope& out) {
  std::string condition;
  std::vector<VisibleColumn> merged;
  for (const auto& name : names) {
    bool ambiguous_left = false;
    bool ambiguous_right = false;
    const auto* a = FindOnly(left.names.columns, name, ambiguous_left);
    const auto* b = FindOnly(right.names.columns, name, ambiguous_right);
    for (const auto& [found, side] : {std::pair{a, "left"}, std::pair{b, "right"}}) {
      if (found != nullptr) continue;
      return Wrong(-1, "42703",
                   fmt::format("column \"{}\" specified in USING clause does not exist in {} table",
                               name, side));
    }
    if (ambiguous_left || ambiguous_right) {
      return Wrong(-1, "42702",
                   fmt::format("common column name \"{}\" appears more than once in {} table", name,
                               ambiguous_left ? "left" : "right"));
    }
    FIRN_RETURN_IF_ERROR(CheckReadable(*a, statement_, -1));
    FIRN_RETURN_IF_ERROR(CheckReadable(*b, statement_, -1));
    std::vector<Expr> sides{{.sql = a->sql, .type = a->type}, {.sql = b->sql, .type = b->type}};
    FIRN_TRY(const auto equal, Compare("=", sides[0], sides[1], -1));
    condition += (condition.empty() ? "" : " AND ") + equal.sql;
    FIRN_TRY(const auto common, Unify(sides, "JOIN/USING"));
    VisibleColumn column{.name = name, .type = common};
    if (type == "JOIN_FULL") {
      column.sql = fmt::format("coalesce({}, {})", sides[0].sql, sides[1].sql);
    } else {
      column.sql = type == "JOIN_RIGHT" ? sides[1].sql : sides[0].sql;
    }
    merged.push_back(std::move(column));
  }
  const auto rest = [&](const std::vector<VisibleColumn>& columns) {
    for (const auto& column : columns) {
      const bool taken =
          !column.hidden && std::find(names.begin(), names.end(), column.name) != names.end();
      if (!taken) merged.push_back(column);
    }
  };
  rest(left.names.columns);
  rest(right.names.columns);
  out.columns = std::move(merged);
  return condition;
}

Result<QueryWriter::FromItem> QueryWriter::WriteJoin(const Json& body, const Scope* lateral,
                                                     const Scope* outer,
                                                     const CommonTables* tables) {
  const auto type = Text(body, "jointype");
  const std::string_view word = type == "JOIN_LEFT"    ? "LEFT JOIN"
                                : type == "JOIN_RIGHT" ? "RIGHT JOIN"
                                : type == "JOIN_FULL"  ? "FULL JOIN"
                                                       : "JOIN";
  FIRN_TRY(auto left, WriteFromItem(At(body, "larg"), lateral, outer, tables));
  // What is to the right may look at what is to the left, where it says LATERAL.
  Scope seen;
  seen.outer = lateral;
  seen.relations = left.names.relations;
  seen.columns = left.names.columns;
  FIRN_TRY(auto right, WriteFromItem(At(body, "rarg"), &seen, outer, tables));

  auto names = tree::Names(List(body, "usingClause"));
  if (Flag(body, "isNatural")) {
    for (const auto& column : left.names.columns) {
      bool ambiguous = false;
      if (!column.hidden && FindOnly(right.names.columns, column.name, ambiguous) != nullptr) {
        names.push_back(column.name);
      }
    }
  }
  FromItem out;
  Scope merged;
  std::string condition;
  if (!names.empty()) {
    FIRN_TRY(condition, MergeColumns(names, type, left, right, merged));
  }
  const size_t left_size = left.names.relations.size();
  FIRN_RETURN_IF_ERROR(out.names.Add(std::move(left.names), statement_, -1));
  FIRN_RETURN_IF_ERROR(out.names.Add(std::move(right.names), statement_, -1));
  // JOIN … USING (a) AS x: x is the columns that were merged.
  Relation used{.alias = std::string(Text(At(body, "join_using_alias"), "aliasname"))};
  if (!names.empty()) {
    const auto count = static_cast<std::ptrdiff_t>(names.size());
    used.columns.assign(merged.columns.begin(), merged.columns.begin() + count);
    for (auto& column : used.columns) column.stored = false;
    out.names.columns = std::move(merged.columns);
  }
  if (Has(body, "quals")) {
    out.names.outer = outer;
    const Place place{.scope = &out.names,
                      .tables = tables,
                      .no_aggregates = "aggregate functions are not allowed in JOIN conditions",
                      .no_windows = "window functions are not allowed in JOIN conditions"};
    FIRN_TRY(condition, WriteCondition(body["quals"], "JOIN/ON", place));
  }
  for (size_t i = 0; i < out.names.relations.size(); ++i) {
    const bool is_left = i < left_size;
    const bool outer_side = is_left ? type == "JOIN_RIGHT" : type == "JOIN_LEFT";
    if (outer_side || type == "JOIN_FULL") out.names.relations[i].nullable = true;
  }
  if (!used.alias.empty()) {
    if (FindRelation(&out.names, {used.alias}) != nullptr) {
      return Wrong(-1, "42712", "table name \"" + used.alias + "\" specified more than once");
    }
    out.names.relations.push_back(std::move(used));
  }
  if (word == "LEFT JOIN" && right.sql.starts_with(kLateral) && !condition.empty()) {
    right.sql = WhereInside(right.sql, condition);
    condition = "true";
  }
  if (condition.empty()) {
    if (word != "JOIN") condition = "true";
    out.sql = condition.empty()
                  ? fmt::format("({} CROSS JOIN {})", left.sql, right.sql)
                  : fmt::format("({} {} {} ON {})", left.sql, word, right.sql, condition);
  } else {
    out.sql = fmt::format("({} {} {} ON {})", left.sql, word, right.sql, condition);
  }
  if (!Has(body, "alias")) return out;
  for (auto& column : out.names.columns) column.stored = IsStored(&out.names, column.sql, false);
  FIRN_TRY(out.names, Aliased(body, "", "", std::move(out.names.columns), -1));
  return out;
}

}  // namespace firn::sql
