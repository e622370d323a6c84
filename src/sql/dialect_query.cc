#include <algorithm>

#include "sql/dialect.h"
#include "sql/dialect_internal.h"

namespace firn::sql {
namespace {

using dialect::IntegerNode;
using dialect::StringNode;
using tree::At;
using tree::Flag;
using tree::Has;
using tree::List;
using tree::Text;
using Json = tree::Json;

constexpr int kDepthMax = 200;

Json EmptySelect() {
  return {{"limitOption", "LIMIT_OPTION_DEFAULT"}, {"op", "SETOP_NONE"}};
}

Json Wrapped(const char* kind, Json body) {
  Json node = Json::object();
  node[kind] = std::move(body);
  return node;
}

bool IsPlainStar(const Json& node) {
  return Text(node, "class") == "STAR" && !Flag(node, "columns") &&
         Text(node, "relation_name").empty() && List(node, "exclude_list").empty() &&
         List(node, "replace_list").empty();
}

std::string_view JoinKind(std::string_view type) {
  if (type == "LEFT") return "JOIN_LEFT";
  if (type == "RIGHT") return "JOIN_RIGHT";
  if (type == "OUTER") return "JOIN_FULL";
  return type == "INNER" ? "JOIN_INNER" : "";
}

}  // namespace

Result<std::vector<Statement>> FromDuckDb(std::string_view sql, std::string_view duckdb_tree) {
  const auto parsed = Json::parse(duckdb_tree, nullptr, false);
  std::vector<Statement> statements;
  if (!parsed.is_object() || Flag(parsed, "error")) return statements;
  Statement statement;
  statement.source = std::make_shared<const std::string>(sql);
  statement.end = static_cast<int32_t>(sql.size());
  statement.kind = StatementKind::kRead;
  for (const auto& one : List(parsed, "statements")) {
    DialectReader reader(statement);
    FIRN_TRY(auto tree, reader.ReadQuery(At(one, "node")));
    auto& added = statements.emplace_back(statement);
    added.tree = std::make_shared<const Json>(std::move(tree));
    added.parameter_count = reader.parameter_count();
  }
  return statements;
}

Result<Json> DialectReader::ReadQuery(const Json& node) {
  if (depth_ >= kDepthMax) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "the query is nested too deeply")
                    .WithSqlState("54001"));
  }
  ++depth_;
  const auto kind = Text(node, "type");
  auto read = [&]() -> Result<Json> {
    if (kind == "SELECT_NODE") return ReadSelect(node);
    if (kind == "SET_OPERATION_NODE") return ReadSetOperation(node, Text(node, "setop_type"));
    if (kind == "RECURSIVE_CTE_NODE") return ReadSetOperation(node, "UNION");
    return Refuse(node, "this kind of query is not supported: " + std::string(kind),
                  "Write it as SELECT.");
  }();
  --depth_;
  if (!read) return read;
  FIRN_RETURN_IF_ERROR(ReadWith(node, *read));
  FIRN_RETURN_IF_ERROR(ReadModifiers(node, *read));
  return Wrapped("SelectStmt", *std::move(read));
}

Result<Json> DialectReader::ReadSelect(const Json& node) {
  if (Has(node, "sample")) {
    return Refuse(node, "USING SAMPLE is not supported", "Use WHERE random() < 0.1, or LIMIT.");
  }
  const auto& from = At(node, "from_table");
  const auto& list = List(node, "select_list");
  if (Text(from, "type") == "EXPRESSION_LIST" && list.size() == 1 && IsPlainStar(list.front())) {
    return ReadRows(from);
  }
  auto select = EmptySelect();
  FIRN_TRY(select["targetList"], ReadSelectList(node));
  if (Text(from, "type") != "EMPTY") {
    Json items = Json::array();
    FIRN_RETURN_IF_ERROR(ReadFrom(from, false, items));
    select["fromClause"] = std::move(items);
  }
  if (Has(node, "where_clause")) {
    FIRN_TRY(select["whereClause"], ReadExpr(At(node, "where_clause")));
  }
  if (Text(node, "aggregate_handling") == "FORCE_AGGREGATES") {
    select["groupAll"] = true;
  } else if (!List(node, "group_expressions").empty()) {
    FIRN_TRY(select["groupClause"], ReadGroups(node));
  }
  if (Has(node, "having")) {
    FIRN_TRY(select["havingClause"], ReadExpr(At(node, "having")));
  }
  if (Has(node, "qualify")) {
    const auto* outer = std::exchange(aliases_, &select["targetList"]);
    auto condition = ReadExpr(At(node, "qualify"));
    aliases_ = outer;
    if (!condition) return condition;
    select["qualifyClause"] = *std::move(condition);
  }
  return select;
}

Result<Json> DialectReader::ReadSelectList(const Json& node) {
  Json targets = Json::array();
  for (const auto& item : List(node, "select_list")) {
    FIRN_TRY(auto value, ReadExpr(item));
    Json target = {{"val", std::move(value)}, {"location", LocationOf(item)}};
    if (!Text(item, "alias").empty()) target["name"] = Folded(std::string(Text(item, "alias")));
    targets.push_back(Wrapped("ResTarget", std::move(target)));
  }
  return targets;
}

Result<Json> DialectReader::ReadGroups(const Json& node) {
  FIRN_TRY(auto groups, ReadList(List(node, "group_expressions")));
  const auto& sets = List(node, "group_sets");
  if (sets.size() <= 1) return groups;
  Json content = Json::array();
  for (const auto& set : sets) {
    Json members = Json::array();
    for (const auto& index : set) members.push_back(groups.at(index.get<size_t>()));
    content.push_back(Wrapped("GroupingSet", members.empty() ? Json{{"kind", "GROUPING_SET_EMPTY"}}
                                                             : Json{{"kind", "GROUPING_SET_SETS"},
                                                                    {"content", members}}));
    if (!members.empty()) {
      content.back() =
          members.size() == 1
              ? members.front()
              : Wrapped("RowExpr", {{"args", members}, {"row_format", "COERCE_IMPLICIT_CAST"}});
    }
  }
  return Json::array(
      {Wrapped("GroupingSet", {{"kind", "GROUPING_SET_SETS"}, {"content", content}})});
}

Result<Json> DialectReader::ReadRows(const Json& node) {
  auto select = EmptySelect();
  Json rows = Json::array();
  for (const auto& row : List(node, "values")) {
    FIRN_TRY(auto items, ReadList(row));
    rows.push_back(Wrapped("List", {{"items", std::move(items)}}));
  }
  select["valuesLists"] = std::move(rows);
  return select;
}

Result<Json> DialectReader::ReadSetOperation(const Json& node, std::string_view kind) {
  auto select = EmptySelect();
  if (kind != "UNION" && kind != "EXCEPT" && kind != "INTERSECT") {
    return Refuse(node, "UNION BY NAME is not supported", "Name the columns in both queries.");
  }
  select["op"] = "SETOP_" + std::string(kind);
  if (Flag(node, "setop_all") || Flag(node, "union_all")) select["all"] = true;
  FIRN_TRY(auto left, ReadQuery(At(node, "left")));
  FIRN_TRY(auto right, ReadQuery(At(node, "right")));
  select["larg"] = std::move(left["SelectStmt"]);
  select["rarg"] = std::move(right["SelectStmt"]);
  return select;
}

Status DialectReader::ReadWith(const Json& node, Json& select) {
  const auto& entries = List(At(node, "cte_map"), "map");
  if (entries.empty()) return {};
  Json tables = Json::array();
  bool recursive = false;
  for (const auto& entry : entries) {
    const auto& value = At(entry, "value");
    const auto& query = At(At(value, "query"), "node");
    recursive = recursive || Text(query, "type") == "RECURSIVE_CTE_NODE";
    FIRN_TRY(auto read, ReadQuery(query));
    Json table = {{"ctename", Folded(std::string(Text(entry, "key")))},
                  {"ctematerialized", "CTEMaterializeDefault"},
                  {"ctequery", std::move(read)},
                  {"location", -1}};
    if (!List(value, "aliases").empty()) table["aliascolnames"] = NameNodes(At(value, "aliases"));
    tables.push_back(Wrapped("CommonTableExpr", std::move(table)));
  }
  select["withClause"] = {{"ctes", std::move(tables)}, {"location", -1}};
  if (recursive) select["withClause"]["recursive"] = true;
  return {};
}

Status DialectReader::ReadModifiers(const Json& node, Json& select) {
  for (const auto& modifier : List(node, "modifiers")) {
    const auto kind = Text(modifier, "type");
    if (kind == "DISTINCT_MODIFIER") {
      const auto& on = List(modifier, "distinct_on_targets");
      // DISTINCT without ON is a list of one null.
      select["distinctClause"] = Json::array({Json::object()});
      if (!on.empty()) {
        FIRN_TRY(select["distinctClause"], ReadList(on));
      }
    } else if (kind == "ORDER_MODIFIER") {
      const auto& orders = List(modifier, "orders");
      const bool all =
          orders.size() == 1 && Text(At(orders.front(), "expression"), "class") == "STAR";
      FIRN_TRY(select["sortClause"], ReadSort(orders));
      if (all) select["orderAll"] = true;
    } else if (kind == "LIMIT_MODIFIER") {
      select["limitOption"] = "LIMIT_OPTION_COUNT";
      if (Has(modifier, "limit")) {
        FIRN_TRY(select["limitCount"], ReadExpr(At(modifier, "limit")));
      }
      if (Has(modifier, "offset")) {
        FIRN_TRY(select["limitOffset"], ReadExpr(At(modifier, "offset")));
      }
    } else {
      return Refuse(modifier, "LIMIT with a percentage is not supported",
                    "Say the number of rows.");
    }
  }
  return {};
}

Result<Json> DialectReader::ReadSort(const Json& orders) {
  Json list = Json::array();
  for (const auto& order : orders) {
    const auto& expression = At(order, "expression");
    const bool all = Text(expression, "class") == "STAR";
    Json item = {{"sortby_dir", "SORTBY_DEFAULT"},
                 {"sortby_nulls", "SORTBY_NULLS_DEFAULT"},
                 {"location", -1}};
    item["node"] = IntegerNode(1, -1);
    if (!all) {
      FIRN_TRY(item["node"], ReadExpr(expression));
    }
    if (Text(order, "type") == "DESCENDING") item["sortby_dir"] = "SORTBY_DESC";
    const auto nulls = Text(order, "null_order");
    if (nulls == "NULLS FIRST") item["sortby_nulls"] = "SORTBY_NULLS_FIRST";
    if (nulls == "NULLS LAST") item["sortby_nulls"] = "SORTBY_NULLS_LAST";
    list.push_back(Wrapped("SortBy", std::move(item)));
  }
  return list;
}

Json DialectReader::AliasOf(const Json& node) const {
  const auto alias = Text(node, "alias");
  if (alias.empty()) return nullptr;
  Json body = {{"aliasname", Folded(std::string(alias))}};
  if (!List(node, "column_name_alias").empty()) {
    body["colnames"] = NameNodes(At(node, "column_name_alias"));
  }
  return body;
}

// FROM a, b is a join to DuckDB and a list to Postgres.
Status DialectReader::ReadFrom(const Json& node, bool lateral, Json& list) {
  if (Text(node, "type") == "JOIN" && Text(node, "ref_type") == "CROSS" &&
      Text(node, "alias").empty()) {
    FIRN_RETURN_IF_ERROR(ReadFrom(At(node, "left"), lateral, list));
    return ReadFrom(At(node, "right"), true, list);
  }
  FIRN_TRY(auto item, ReadFromItem(node, lateral));
  list.push_back(std::move(item));
  return {};
}

Result<Json> DialectReader::ReadFromItem(const Json& node, bool lateral) {
  const auto kind = Text(node, "type");
  if (Has(node, "sample")) {
    return Refuse(node, "TABLESAMPLE is not supported", "Use WHERE random() < 0.1, or LIMIT.");
  }
  auto alias = AliasOf(node);
  const auto finished = [&](const char* name, Json body) {
    if (!alias.is_null()) body["alias"] = std::move(alias);
    return Wrapped(name, std::move(body));
  };
  if (kind == "BASE_TABLE") {
    Json body = {{"relname", Folded(std::string(Text(node, "table_name")))},
                 {"inh", true},
                 {"relpersistence", "p"},
                 {"location", LocationOf(node)}};
    const auto schema = Text(node, "schema_name");
    if (!schema.empty()) body["schemaname"] = Folded(std::string(schema));
    const auto catalog = Text(node, "catalog_name");
    if (!catalog.empty()) body["catalogname"] = Folded(std::string(catalog));
    return finished("RangeVar", std::move(body));
  }
  if (kind == "SUBQUERY") {
    FIRN_TRY(auto query, ReadQuery(At(At(node, "subquery"), "node")));
    Json body = {{"subquery", std::move(query)}};
    if (lateral) body["lateral"] = true;
    return finished("RangeSubselect", std::move(body));
  }
  if (kind == "EXPRESSION_LIST") {
    FIRN_TRY(auto rows, ReadRows(node));
    return finished("RangeSubselect", {{"subquery", Wrapped("SelectStmt", std::move(rows))}});
  }
  if (kind == "TABLE_FUNCTION") {
    FIRN_TRY(auto call, ReadExpr(At(node, "function")));
    Json items = Json::array({std::move(call), Json::object()});
    Json body = {{"functions", Json::array({Wrapped("List", {{"items", std::move(items)}})})}};
    if (Text(node, "with_ordinality") == "WITH_ORDINALITY") body["ordinality"] = true;
    return finished("RangeFunction", std::move(body));
  }
  if (kind == "JOIN") return ReadJoin(node, lateral);
  if (kind == "SHOW_REF") {
    const auto show = Text(node, "show_type");
    if (!Has(node, "query") || (show != "DESCRIBE" && show != "SUMMARY")) {
      return Refuse(node, "SHOW of tables and databases is not supported", "Read firn.tables.");
    }
    FIRN_TRY(auto query, ReadQuery(At(node, "query")));
    return finished("RangeDescribe",
                    {{"query", std::move(query)}, {"summarize", show == "SUMMARY"}});
  }
  return Refuse(node, "this kind of FROM item is not supported: " + std::string(kind),
                "Write it as a table, a subquery or a join.");
}

Result<Json> DialectReader::ReadJoin(const Json& node, bool lateral) {
  const auto kind = JoinKind(Text(node, "join_type"));
  const auto reference = Text(node, "ref_type");
  const bool known = reference == "REGULAR" || reference == "NATURAL" || reference == "CROSS";
  if (kind.empty() || !known) {
    return Refuse(node,
                  fmt::format("this kind of join is not supported: {} {}", reference,
                              Text(node, "join_type")),
                  "INNER, LEFT, RIGHT, FULL, CROSS and NATURAL joins are.");
  }
  FIRN_TRY(auto left, ReadFromItem(At(node, "left"), lateral));
  FIRN_TRY(auto right,
           ReadFromItem(At(node, "right"), kind == "JOIN_INNER" || kind == "JOIN_LEFT"));
  Json body = {{"jointype", kind}, {"larg", std::move(left)}, {"rarg", std::move(right)}};
  if (reference == "NATURAL") body["isNatural"] = true;
  if (Has(node, "condition")) {
    FIRN_TRY(body["quals"], ReadExpr(At(node, "condition")));
  }
  if (!List(node, "using_columns").empty())
    body["usingClause"] = NameNodes(At(node, "using_columns"));
  return Wrapped("JoinExpr", std::move(body));
}

}  // namespace firn::sql
