#include <algorithm>
#include <array>

#include "sql/constant_internal.h"
#include "sql/decode_ddl_internal.h"

namespace firn::sql {
namespace {

using tree::At;
using tree::Flag;
using tree::Has;
using tree::List;
using tree::Open;
using tree::Refuse;
using tree::Text;
using tree::Wrong;

Status CheckPersistence(const Statement& statement, const tree::Json& relation) {
  const auto kind = Text(relation, "relpersistence");
  if (kind == "p" || kind == "t" || kind.empty()) return {};
  return Refuse(statement, tree::Location(relation), "unlogged tables are not supported",
                "Leave UNLOGGED out.");
}

Status CheckAccessMethod(const Statement& statement, const tree::Json& body) {
  const auto method = Text(body, "accessMethod");
  if (method.empty() || method == "iceberg" || method == "heap") return {};
  return Wrong(statement, -1, "42704",
               "access method \"" + std::string(method) + "\" does not exist",
               "Use USING iceberg, or leave it out.");
}

Result<LikeClause> DecodeLike(const Statement& statement, const tree::Json& body, size_t before) {
  LikeClause like{.before = before};
  FIRN_TRY(like.source, DecodeTableName(statement, At(body, "relation")));
  const auto options = static_cast<uint32_t>(tree::Number(body, "options"));
  // TableLikeOption of PostgreSQL's parsenodes.h.
  like.comments = (options & 1u) != 0;
  like.constraints = (options & (1u << 2)) != 0;
  like.defaults = (options & (1u << 3)) != 0;
  like.identity = (options & (1u << 5)) != 0;
  like.indexes = (options & (1u << 6)) != 0;
  return like;
}

Status AddElement(const Statement& statement, const ClauseText& text, const tree::Node& element,
                  CreateTableCommand& command) {
  if (element.Is("Constraint")) {
    FIRN_TRY(auto constraint, DecodeConstraint(statement, text, *element.body, ""));
    command.constraints.push_back(std::move(constraint));
    return {};
  }
  if (element.Is("TableLikeClause")) {
    FIRN_TRY(auto like, DecodeLike(statement, *element.body, command.columns.size()));
    command.likes.push_back(std::move(like));
    return {};
  }
  FIRN_TRY(auto spec, DecodeColumn(statement, text, *element.body, command.table.name));
  spec.column.id = FieldId{static_cast<int32_t>(command.columns.size() + 1)};
  if (spec.generated) command.generated[command.columns.size()] = *std::move(spec.generated);
  command.columns.push_back(std::move(spec.column));
  for (auto& constraint : spec.constraints) command.constraints.push_back(std::move(constraint));
  return {};
}

OnCommit DecodeOnCommit(std::string_view said) {
  if (said == "ONCOMMIT_DELETE_ROWS") return OnCommit::kDelete;
  return said == "ONCOMMIT_DROP" ? OnCommit::kDrop : OnCommit::kPreserve;
}

Status CheckOnCommit(const Statement& statement, bool temporary, std::string_view said) {
  if (temporary || said.empty() || said == "ONCOMMIT_NOOP") return {};
  return Wrong(statement, -1, "42P16", "ON COMMIT can only be used on temporary tables");
}

}  // namespace

Result<std::map<std::string, std::string>> DecodeTableOptions(const Statement& statement,
                                                              const tree::Json& options) {
  constexpr std::array<std::string_view, 9> kLater = {
      "partition_by", "sort_by",   "max_staleness", "history_keep", "warm_after",
      "cold_after",   "changelog", "frozen_after",  "tablespace"};
  std::map<std::string, std::string> out;
  for (const auto& item : options) {
    const auto option = Open(item);
    const int location = tree::Location(*option.body);
    std::string name(Text(*option.body, "defname"));
    auto value = ReadOptionText(statement, At(*option.body, "arg"), location);
    if (std::find(kLater.begin(), kLater.end(), name) != kLater.end()) {
      return Refuse(statement, location, "table option \"" + name + "\" is not supported",
                    "Leave it out: rows are kept in the order they came, without partitions.");
    }
    if (name == "fillfactor") continue;  // means nothing here, and tools say it
    if (name != "format_version") {
      return Wrong(statement, location, "22023", "unrecognized parameter \"" + name + "\"");
    }
    if (value != "2") {
      return Refuse(statement, location,
                    "Iceberg format version " + value.value_or("") + " is not supported",
                    "Use format_version = 2.");
    }
    if (!out.emplace(name, *value).second) {
      return Wrong(statement, location, "42601",
                   "parameter \"" + name + "\" specified more than once");
    }
  }
  return out;
}

Result<Command> DecodeCreateTable(const Statement& statement, const tree::Json& body) {
  CreateTableCommand command;
  FIRN_RETURN_IF_ERROR(CheckPersistence(statement, At(body, "relation")));
  FIRN_RETURN_IF_ERROR(CheckAccessMethod(statement, body));
  FIRN_TRY(command.table, DecodeTableName(statement, At(body, "relation")));
  command.if_not_exists = Flag(body, "if_not_exists");
  const auto refuse = [&](std::string what, std::string hint) {
    return Refuse(statement, tree::Location(At(body, "relation")), std::move(what),
                  std::move(hint));
  };
  if (Has(body, "partspec") || Has(body, "partbound")) {
    return refuse("PARTITION BY is not supported", "Leave it out.");
  }
  if (Has(body, "inhRelations")) return refuse("INHERITS is not supported", "Name the columns.");
  if (Has(body, "ofTypename")) return refuse("OF type is not supported", "Name the columns.");
  if (Has(body, "tablespacename")) return refuse("TABLESPACE is not supported", "Leave it out.");
  command.temporary = Text(At(body, "relation"), "relpersistence") == "t";
  FIRN_RETURN_IF_ERROR(CheckOnCommit(statement, command.temporary, Text(body, "oncommit")));
  command.on_commit = DecodeOnCommit(Text(body, "oncommit"));
  FIRN_TRY(const auto text, ClauseText::Of(statement));
  for (const auto& item : List(body, "tableElts")) {
    FIRN_RETURN_IF_ERROR(AddElement(statement, text, Open(item), command));
  }
  if (command.columns.empty() && command.likes.empty()) {
    return Refuse(statement, statement.begin, "a table without columns is not supported",
                  "Give it a column.");
  }
  FIRN_RETURN_IF_ERROR(CheckColumnNames(NamesOf(command.columns)));
  FIRN_TRY(command.options, DecodeTableOptions(statement, List(body, "options")));
  return command;
}

Result<Command> DecodeCreateTableAs(const Statement& statement, const tree::Json& body) {
  if (Text(body, "objtype") != "OBJECT_TABLE") {
    return RefuseStatement(statement, {"CreateTableAsStmt", &body});
  }
  const auto& into = At(body, "into");
  CreateTableAsCommand command;
  FIRN_RETURN_IF_ERROR(CheckPersistence(statement, At(into, "rel")));
  FIRN_RETURN_IF_ERROR(CheckAccessMethod(statement, into));
  FIRN_TRY(command.table, DecodeTableName(statement, At(into, "rel")));
  if (!Open(At(body, "query")).Is("SelectStmt")) {
    return Refuse(statement, statement.begin, "CREATE TABLE AS EXECUTE is not supported",
                  "Write the query itself.");
  }
  if (Has(into, "tableSpaceName")) {
    return Refuse(statement, tree::Location(At(into, "rel")), "TABLESPACE is not supported",
                  "Leave it out.");
  }
  command.temporary = Text(At(into, "rel"), "relpersistence") == "t";
  FIRN_RETURN_IF_ERROR(CheckOnCommit(statement, command.temporary, Text(into, "onCommit")));
  command.on_commit = DecodeOnCommit(Text(into, "onCommit"));
  command.query = Inner(statement, At(body, "query"));
  command.column_names = tree::Names(List(into, "colNames"));
  command.if_not_exists = Flag(body, "if_not_exists");
  command.with_data = !Flag(into, "skipData");
  FIRN_TRY(command.options, DecodeTableOptions(statement, List(into, "options")));
  return command;
}

}  // namespace firn::sql
