#include "sql/decode.h"

#include <algorithm>
#include <array>

#include "sql/constant_internal.h"
#include "sql/decode_ddl_internal.h"
#include "sql/ident.h"
#include "sql/parameter_value.h"
#include "sql/user_types.h"

namespace firn::sql {
namespace {

using tree::At;
using tree::Flag;
using tree::Has;
using tree::List;
using tree::Node;
using tree::Open;
using tree::Refuse;
using tree::Text;
using tree::Wrong;

constexpr std::array<std::string_view, 8> kExplainOptions = {
    "analyze", "verbose", "costs", "settings", "buffers", "wal", "timing", "summary"};

/// As defGetBoolean: 1, 0, and words in any case.
std::optional<bool> ReadFlag(const std::string& value) {
  for (const std::string_view yes : {"true", "on", "1"}) {
    if (EqualsIgnoringCase(value, yes)) return true;
  }
  for (const std::string_view no : {"false", "off", "0"}) {
    if (EqualsIgnoringCase(value, no)) return false;
  }
  return std::nullopt;
}

Status CheckFormat(const Statement& statement, int location,
                   const std::optional<std::string>& value) {
  if (!value) return Wrong(statement, -1, "42601", "format requires a parameter");
  if (*value == "text") return {};
  if (*value == "json" || *value == "xml" || *value == "yaml") {
    return Refuse(statement, location, "EXPLAIN (FORMAT " + *value + ") is not supported",
                  "Use the text format.");
  }
  return Wrong(statement, location, "22023",
               fmt::format("unrecognized value for EXPLAIN option \"format\": \"{}\"", *value));
}

Result<Command> DecodeExplain(const Statement& statement, const tree::Json& body) {
  if (!Open(At(body, "query")).Is("SelectStmt")) {
    return Refuse(statement, statement.begin, "EXPLAIN of this statement is not supported",
                  "EXPLAIN works for SELECT, VALUES and WITH.");
  }
  ExplainCommand command{.query = Inner(statement, At(body, "query"))};
  std::string_view needs_analyze;
  for (const auto& item : List(body, "options")) {
    const auto option = Open(item);
    const int location = tree::Location(*option.body);
    const auto name = Text(*option.body, "defname");
    const auto value = ReadOptionText(statement, At(*option.body, "arg"), location);
    if (name == "format") {
      FIRN_RETURN_IF_ERROR(CheckFormat(statement, location, value));
      continue;
    }
    if (std::find(kExplainOptions.begin(), kExplainOptions.end(), name) == kExplainOptions.end()) {
      return Wrong(statement, location, "42601",
                   fmt::format("unrecognized EXPLAIN option \"{}\"", name));
    }
    const auto on = value ? ReadFlag(*value) : std::optional(true);
    if (!on) {
      return Wrong(statement, -1, "42601", fmt::format("{} requires a Boolean value", name));
    }
    if (name == "analyze") command.analyze = *on;
    if ((name == "wal" || name == "timing") && *on)
      needs_analyze = name == "wal" ? "WAL" : "TIMING";
  }
  if (!needs_analyze.empty() && !command.analyze) {
    return Wrong(statement, -1, "22023",
                 fmt::format("EXPLAIN option {} requires ANALYZE", needs_analyze));
  }
  return command;
}

Result<Command> DecodeCall(const Statement& statement, const tree::Json& body) {
  const auto& call = At(body, "funccall");
  const auto names = tree::Names(List(call, "funcname"));
  CallCommand command;
  command.position = statement.Position(tree::Location(call));
  command.name = names.empty() ? "" : names.back();
  if (names.size() > 1) command.schema = names[names.size() - 2];
  for (const auto& item : List(call, "args")) {
    FIRN_TRY(auto cell, ReadCell(statement, item));
    if (!cell || cell->kind == Cell::Kind::kDefault) {
      return Refuse(statement, tree::FirstLocation(item), "CALL takes constants only",
                    "Write the value itself, for example CALL firn.flush('orders').");
    }
    command.arguments.push_back(std::move(*cell));
  }
  return command;
}

/// PostgreSQL's own come first, as pg_catalog is first on every search_path.
UserTypePtr FindUserType(const UserTypes* user_types, const std::vector<std::string>& names) {
  if (user_types == nullptr || names.empty() || names.size() > 2) return nullptr;
  if (names.size() == 2) return user_types->Find(names[0], names[1]);
  const bool built_in = columnar::TypeFromName(names[0], {}).has_value();
  return built_in ? nullptr : user_types->Find("", names[0]);
}

Result<Command> DecodePrepare(const Statement& statement, const tree::Json& body) {
  PrepareCommand command;
  command.name = Text(body, "name");
  for (const auto& item : List(body, "argtypes")) {
    FIRN_TRY(const auto type, DecodeTypeName(statement, *Open(item).body));
    command.parameter_types.push_back(type);
  }
  command.statement = Inner(statement, At(body, "query"));
  return command;
}

Result<Command> DecodeExecute(const Statement& statement, const tree::Json& body) {
  ExecuteCommand command;
  command.name = Text(body, "name");
  for (const auto& item : List(body, "params")) {
    FIRN_TRY(auto cell, ReadCell(statement, item));
    if (!cell || cell->kind == Cell::Kind::kDefault) {
      return Refuse(statement, tree::FirstLocation(item), "EXECUTE takes constants only",
                    "Write the value itself.");
    }
    command.arguments.push_back(std::move(*cell));
  }
  return command;
}

}  // namespace

bool IsThisDatabase(std::string_view name) {
  constexpr std::array<std::string_view, 4> kNames = {"main", "postgres", "template1", "firn"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

Result<TableName> DecodeTableName(const Statement& statement, const tree::Json& range_var) {
  TableName name;
  const int location = tree::Location(range_var);
  name.schema = Text(range_var, "schemaname");
  name.name = Text(range_var, "relname");
  name.position = statement.Position(location);
  if (Has(range_var, "catalogname") && !IsThisDatabase(Text(range_var, "catalogname"))) {
    return Refuse(statement, location,
                  "cross-database references are not implemented: \"" +
                      std::string(Text(range_var, "catalogname")) + "." + name.schema + "." +
                      name.name + "\"",
                  "Connect to that database instead.");
  }
  return name;
}

Result<columnar::Type> DecodeTypeName(const Statement& statement, const nlohmann::json& type_name,
                                      const UserTypes* user_types) {
  const int location = tree::Location(type_name);
  auto names = tree::Names(List(type_name, "names"));
  const auto spelled = [&] {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ".") + name;
    return text;
  };
  if (Flag(type_name, "setof") || Flag(type_name, "pct_type")) {
    return Refuse(statement, location, "this kind of type name is not supported",
                  "Name the type itself.");
  }
  if (user_types == nullptr) user_types = statement.user_types.get();
  const auto own = FindUserType(user_types, names);
  const bool unknown = names.size() > 2 || (names.size() == 2 && names[0] != "pg_catalog");
  if (names.empty() || (unknown && own == nullptr)) {
    return Wrong(statement, location, "42704", "type \"" + spelled() + "\" does not exist");
  }
  std::vector<int32_t> modifiers;
  for (const auto& item : List(type_name, "typmods")) {
    const auto node = Open(item);
    if (!node.Is("A_Const")) {
      return Wrong(statement, location, "42601", "type modifiers must be simple constants");
    }
    const auto cell = ReadConstant(statement, *node.body);
    if (cell.kind != Cell::Kind::kInteger || cell.text.size() > 9) {
      return Wrong(statement, location, "42601", "type modifiers must be simple constants");
    }
    modifiers.push_back(std::stoi(cell.text));
  }
  if (own != nullptr && !modifiers.empty()) {
    return Wrong(statement, location, "42601",
                 "type modifier is not allowed for type \"" + spelled() + "\"");
  }
  auto type = own != nullptr ? Result<columnar::Type>(AsColumnType(*own))
                             : columnar::TypeFromName(names.back(), modifiers);
  if (!type) {
    return Fail(std::move(type.error()).WithPosition(statement.Position(location)));
  }
  // int[3][3] is int[] to PostgreSQL, too.
  if (Has(type_name, "arrayBounds")) {
    if (columnar::Info(type->kind).array_oid == 0 && type->user_type == 0) {
      return Wrong(statement, location, "42704", "type \"" + spelled() + "[]\" does not exist");
    }
    if (type->user_type != 0 && type->kind != columnar::TypeKind::kEnum) {
      return Refuse(statement, location, "arrays of a domain are not supported",
                    "Use an array of the type that the domain is over.");
    }
    type = columnar::ArrayOf(*type);
  }
  return *type;
}

Result<Command> Decode(const Statement& statement) {
  const Node node = Open(*statement.tree);
  const auto& body = *node.body;
  if (node.Is("SelectStmt")) {
    if (Has(body, "intoClause")) {
      return Refuse(statement, statement.begin, "SELECT INTO is not supported",
                    "Use CREATE TABLE AS.");
    }
    return ReadCommand{};
  }
  if (node.Is("CreateStmt")) return DecodeCreateTable(statement, body);
  if (node.Is("CreateTableAsStmt")) return DecodeCreateTableAs(statement, body);
  if (IsRoleStatement(node)) return DecodeRole(statement, node);
  if (IsDdl(node.kind)) return DecodeDdl(statement, node);
  if (node.Is("InsertStmt")) return DecodeInsert(statement, body);
  if (node.Is("CopyStmt")) return DecodeCopy(statement, body);
  if (node.Is("TransactionStmt")) return DecodeTransaction(statement, body);
  if (node.Is("ExplainStmt")) return DecodeExplain(statement, body);
  if (node.Is("PrepareStmt")) return DecodePrepare(statement, body);
  if (node.Is("ExecuteStmt")) return DecodeExecute(statement, body);
  if (node.Is("CallStmt")) return DecodeCall(statement, body);
  if (node.Is("DeclareCursorStmt")) return DecodeDeclareCursor(statement, body);
  if (node.Is("FetchStmt")) return DecodeFetch(statement, body);
  if (node.Is("ClosePortalStmt")) return DecodeClose(statement, body);
  if (node.Is("CheckPointStmt")) return CheckpointCommand{};
  if (statement.kind == StatementKind::kSession) return DecodeSession(statement, node);
  return RefuseStatement(statement, node);
}

}  // namespace firn::sql
