#include "sql/collect_internal.h"

#include <array>
#include <set>

#include "sql/constant_internal.h"
#include "sql/decode_internal.h"
#include "sql/functions.h"
#include "sql/time_travel.h"

namespace firn::sql {
namespace {

using tree::At;
using tree::Json;
using tree::List;
using tree::Open;
using tree::Text;

constexpr int kDepthMax = 2'000;  // levels of JSON, at least two an expression

struct Names {
  const Names* outer = nullptr;
  std::set<std::string, std::less<>> names;

  bool Has(std::string_view name) const {
    return names.contains(name) || (outer != nullptr && outer->Has(name));
  }
};

class Collector {
 public:
  explicit Collector(const Statement& statement) : statement_(statement) {}

  Status Walk(const Json& node, const Names* scope) {
    if (++depth_ > kDepthMax) {
      return Fail(MakeError(ErrorCode::kInvalidInput, "stack depth limit exceeded")
                      .WithSqlState("54001")
                      .WithHint("The query nests too deeply; write it with fewer levels."));
    }
    auto status = WalkInside(node, scope);
    --depth_;
    return status;
  }

  Collected Take() && { return std::move(out_); }

 private:
  Status WalkInside(const Json& node, const Names* scope) {
    if (node.is_array()) {
      for (const auto& item : node) FIRN_RETURN_IF_ERROR(Walk(item, scope));
      return {};
    }
    if (!node.is_object()) return {};
    const auto open = Open(node);
    if (open.Is("SelectStmt")) return Select(*open.body, scope);
    if (open.Is("RangeVar")) return Table(*open.body, scope);
    if (open.Is("FuncCall")) FIRN_RETURN_IF_ERROR(Call(*open.body));
    if (open.Is("TypeCast")) AddType(At(*open.body, "typeName"));
    if (open.Is("SQLValueFunction")) {
      const auto name = ServerName(*open.body);
      if (!name.empty()) AddCall(*open.body, std::string(name), {});
      return {};
    }
    for (const auto& [key, child] : node.items()) {
      // The arms of a set operation are bare SelectStmt bodies.
      if (key == "larg" || key == "rarg") {
        if (!Open(child).IsNode()) {
          FIRN_RETURN_IF_ERROR(Select(child, scope));
          continue;
        }
      }
      FIRN_RETURN_IF_ERROR(Walk(child, scope));
    }
    return {};
  }

  Status Select(const Json& body, const Names* scope) {
    const bool rows = tree::Has(body, "fromClause");
    from_depth_ += rows ? 1 : 0;
    auto status = SelectInside(body, scope);
    from_depth_ -= rows ? 1 : 0;
    return status;
  }

  Status SelectInside(const Json& body, const Names* scope) {
    Names inner{.outer = scope, .names = {}};
    const auto& with = At(body, "withClause");
    const bool recursive = tree::Flag(with, "recursive");
    for (const auto& item : List(with, "ctes")) {
      if (recursive) inner.names.emplace(Text(*Open(item).body, "ctename"));
    }
    for (const auto& item : List(with, "ctes")) {
      const auto& table = *Open(item).body;
      FIRN_RETURN_IF_ERROR(Walk(At(table, "ctequery"), &inner));
      inner.names.emplace(Text(table, "ctename"));
    }
    for (const auto& [key, child] : body.items()) {
      if (key == "withClause" || key == "lockingClause" || key == "intoClause") continue;
      if ((key == "larg" || key == "rarg") && !Open(child).Is("SelectStmt")) {
        if (++depth_ > kDepthMax) return Walk(child, &inner);
        FIRN_RETURN_IF_ERROR(Select(child, &inner));
        --depth_;
        continue;
      }
      FIRN_RETURN_IF_ERROR(Walk(child, &inner));
    }
    CollectConditions(statement_, body, out_);
    CollectSummary(body, out_);
    CollectGroups(body, out_);
    return {};
  }

  Status Table(const Json& body, const Names* scope) {
    FIRN_TRY(auto name, DecodeTableName(statement_, body));
    if (name.schema.empty() && scope != nullptr && scope->Has(name.name)) return {};
    const size_t index = out_.references.tables.size();
    out_.tables.emplace(&body, index);
    TableReference reference{.table = std::move(name), .index = index};
    if (tree::Has(body, "past")) {
      const auto& past = At(body, "past");
      FIRN_RETURN_IF_ERROR(Walk(At(past, "value"), nullptr));
      reference.past_kind = Text(past, "kind");
      reference.past_value = PastValue(statement_, At(past, "value"));
    }
    out_.references.tables.push_back(std::move(reference));
    return {};
  }

  Status Call(const Json& body) {
    auto name = FunctionName(body);
    if (name == "age" && List(body, "args").size() == 1) {
      AddCall(body, "current_date", {});  // whose midnight it counts from
      return {};
    }
    const auto entries = FindFunction(name);
    if (entries.empty() || entries.front().kind != FunctionKind::kServer) return {};
    if (!TakesArguments(entries, List(body, "args").size())) return {};  // told where it is written
    const bool ends_session = name == "pg_cancel_backend" || name == "pg_terminate_backend";
    if (from_depth_ > 0 && (ends_session || name == "nextval" || name == "setval")) {
      return tree::Refuse(
          statement_, tree::Location(body), name + "() in a query with FROM is not supported",
          ends_session ? "Call it for one session: pids are in firn.sessions."
                       : "Make it the DEFAULT of a column, or call it once per row.");
    }
    std::vector<Cell> arguments;
    for (const auto& argument : List(body, "args")) {
      const auto& item = WithoutRegclass(argument);
      FIRN_TRY(auto cell, ReadArgument(item));
      // set_config() of a column's value: refused only if there is a row (pg_dump asks so).
      if (!cell && name == "set_config" && from_depth_ > 0) return {};
      if (!cell || cell->kind == Cell::Kind::kDefault) {
        return tree::Refuse(statement_, tree::FirstLocation(item),
                            name + "() takes constants and parameters only",
                            "Write the value itself.");
      }
      arguments.push_back(std::move(*cell));
    }
    AddCall(body, std::move(name), std::move(arguments));
    return {};
  }

  /// Also firn.wait_for(firn.last_commit_lsn()): a call without arguments of its own.
  Result<std::optional<Cell>> ReadArgument(const Json& item) {
    const auto open = Open(item);
    if (!open.Is("FuncCall") || !List(*open.body, "args").empty()) {
      return ReadCell(statement_, item);
    }
    auto name = FunctionName(*open.body);
    const auto entries = FindFunction(name);
    if (entries.empty() || entries.front().kind != FunctionKind::kServer) {
      return std::optional<Cell>();
    }
    Cell cell;
    cell.kind = Cell::Kind::kCall;
    cell.text = std::move(name);
    cell.position = statement_.Position(tree::Location(*open.body));
    return std::optional<Cell>(std::move(cell));
  }

  void AddType(const Json& type_name) {
    auto names = tree::Names(List(type_name, "names"));
    if (names.empty() || names.size() > 2) return;
    out_.references.types.push_back({.schema = names.size() == 2 ? std::move(names[0]) : "",
                                     .name = std::move(names.back()),
                                     .location = tree::Location(type_name)});
  }

  void AddCall(const Json& body, std::string name, std::vector<Cell> arguments) {
    const size_t index = out_.references.calls.size();
    out_.calls.emplace(&body, index);
    out_.references.calls.push_back(
        {std::move(name), std::move(arguments), index, statement_.Position(tree::Location(body))});
  }

  const Statement& statement_;
  Collected out_;
  int depth_ = 0;
  int from_depth_ = 0;  // SELECTs with FROM around what is being walked
};

}  // namespace

const Json& WithoutRegclass(const Json& argument) {
  const auto node = Open(argument);
  if (!node.Is("TypeCast")) return argument;
  const auto names = tree::Names(List(At(*node.body, "typeName"), "names"));
  return !names.empty() && names.back() == "regclass" ? At(*node.body, "arg") : argument;
}

std::string_view ServerName(const Json& body) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kNames = {{
      {"SVFOP_CURRENT_DATE", "current_date"},
      {"SVFOP_CURRENT_TIMESTAMP", "current_timestamp"},
      {"SVFOP_LOCALTIMESTAMP", "localtimestamp"},
      // What these are made from; FigureName knows what they are called.
      {"SVFOP_CURRENT_TIMESTAMP_N", "current_timestamp"},
      {"SVFOP_LOCALTIMESTAMP_N", "localtimestamp"},
      {"SVFOP_CURRENT_TIME", "current_timestamp"},
      {"SVFOP_LOCALTIME", "localtimestamp"},
      {"SVFOP_CURRENT_ROLE", "current_role"},
      {"SVFOP_CURRENT_USER", "current_user"},
      {"SVFOP_USER", "user"},
      {"SVFOP_SESSION_USER", "session_user"},
      {"SVFOP_CURRENT_CATALOG", "current_catalog"},
      {"SVFOP_CURRENT_SCHEMA", "current_schema"},
  }};
  const auto op = Text(body, "op");
  for (const auto& [known, name] : kNames) {
    if (known == op) return name;
  }
  return {};
}

std::string FunctionName(const Json& body) {
  const auto names = tree::Names(List(body, "funcname"));
  if (names.size() == 1) return names.front();
  if (names.size() == 2 && names.front() == "pg_catalog") return names.back();
  if (names.size() == 2 && names.front() == "information_schema" &&
      names.back() == "_pg_expandarray") {
    return names.back();
  }
  if (names.size() == 2 && names.front() == "firn") return "firn." + names.back();
  return {};
}

Result<Collected> Collect(const Statement& query) {
  Collector collector(query);
  FIRN_RETURN_IF_ERROR(collector.Walk(*query.tree, nullptr));
  return std::move(collector).Take();
}

Result<References> FindReferences(const Statement& query) {
  FIRN_TRY(auto collected, Collect(query));
  return std::move(collected.references);
}

}  // namespace firn::sql
