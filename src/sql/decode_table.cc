#include <algorithm>
#include <array>
#include <set>

#include "sql/constant_internal.h"
#include "sql/decode_internal.h"

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

constexpr size_t kColumnsMax = 1600;  // as Postgres

// Names that every table has already, Postgres' and firn's.
constexpr std::array<std::string_view, 9> kSystemColumns = {
    "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid", "__lsn", "__timestamp", "__change_type"};

struct Refusal {
  std::string_view constraint;
  std::string_view what;
  std::string_view hint;
};
constexpr std::array kRefusals = {
    Refusal{"CONSTR_PRIMARY", "PRIMARY KEY", "Tables are append-only: leave the key out."},
    Refusal{"CONSTR_UNIQUE", "UNIQUE", "Tables are append-only: leave the constraint out."},
    Refusal{"CONSTR_FOREIGN", "FOREIGN KEY", "Leave the constraint out."},
    Refusal{"CONSTR_CHECK", "CHECK", "Leave the constraint out; NOT NULL is enforced."},
    Refusal{"CONSTR_EXCLUSION", "EXCLUDE", "Leave the constraint out."},
    Refusal{"CONSTR_IDENTITY", "GENERATED AS IDENTITY", "Give the values in INSERT."},
    Refusal{"CONSTR_GENERATED", "GENERATED ALWAYS AS", "Compute the value in the query."},
};

Failure RefuseConstraint(const Statement& statement, const tree::Json& body) {
  const auto kind = Text(body, "contype");
  for (const auto& known : kRefusals) {
    if (known.constraint == kind) {
      return Refuse(statement, tree::Location(body),
                    std::string(known.what) + " constraints are not supported",
                    std::string(known.hint));
    }
  }
  return Refuse(statement, tree::Location(body), "deferrable constraints are not supported",
                "Leave DEFERRABLE out.");
}

/// Byte ranges of the clauses of columns, found among the tokens.
class ClauseText {
 public:
  ClauseText(const Statement& statement, std::vector<Token> tokens)
      : statement_(statement), tokens_(std::move(tokens)) {}

  /// The expression of the DEFAULT whose keyword (or CONSTRAINT name) is at `location`; `stops`
  /// are where other clauses of the column begin.
  std::string DefaultAt(int location, const std::set<int>& stops) const {
    size_t i = 0;
    while (i < tokens_.size() && tokens_[i].begin < location) ++i;
    while (i < tokens_.size() && !IsDefault(tokens_[i])) ++i;
    const size_t first = i + 1;
    if (first >= tokens_.size()) return "";
    size_t last = first;
    int depth = 0;
    for (i = first; i < tokens_.size(); ++i) {
      const auto& token = tokens_[i];
      if (depth == 0 && i > first && stops.contains(token.begin)) break;
      if (token.id == '(' || token.id == '[') ++depth;
      if (depth == 0 && (token.id == ',' || token.id == ')')) break;
      if (token.id == ')' || token.id == ']') --depth;
      last = i;
    }
    const auto begin = static_cast<size_t>(tokens_[first].begin);
    return statement_.source->substr(begin, static_cast<size_t>(tokens_[last].end) - begin);
  }

 private:
  bool IsDefault(const Token& token) const {
    constexpr std::string_view kWord = "default";
    if (token.end - token.begin != static_cast<int32_t>(kWord.size())) return false;
    for (size_t i = 0; i < kWord.size(); ++i) {
      const char c = (*statement_.source)[static_cast<size_t>(token.begin) + i];
      if ((c | 0x20) != kWord[i]) return false;
    }
    return true;
  }

  const Statement& statement_;
  std::vector<Token> tokens_;
};

Status CheckCollation(const Statement& statement, const tree::Json& clause) {
  const auto names = tree::Names(List(clause, "collname"));
  constexpr std::array<std::string_view, 4> kSame = {"C", "POSIX", "default", "ucs_basic"};
  if (!names.empty() && std::find(kSame.begin(), kSame.end(), names.back()) != kSame.end()) {
    return {};
  }
  return Refuse(statement, tree::Location(clause), "this collation is not supported",
                "Text is ordered by bytes: COLLATE \"C\".");
}

Status CheckSerial(const Statement& statement, const tree::Json& type_name) {
  const auto names = tree::Names(List(type_name, "names"));
  constexpr std::array<std::string_view, 6> kSerials = {"serial",    "serial4",     "serial8",
                                                        "bigserial", "smallserial", "serial2"};
  if (names.empty()) return {};
  if (std::find(kSerials.begin(), kSerials.end(), names.back()) == kSerials.end()) return {};
  return Refuse(statement, tree::Location(type_name), names.back() + " is not supported",
                "Use bigint and give the values in INSERT.");
}

Status CheckStorable(const Statement& statement, const tree::Json& type_name,
                     const columnar::Type& type) {
  const int location = tree::Location(type_name);
  if (!columnar::IsStorable(type.kind)) {
    return Refuse(statement, location,
                  "columns of type " + columnar::PostgresName(type) + " are not supported",
                  "Use oid, bigint or text.");
  }
  // Its blanks at the end would be part of the value, but not of comparisons.
  if (type.kind == columnar::TypeKind::kChar && type.length == 0) {
    return Refuse(statement, location, "columns of type bpchar without a length are not supported",
                  "Use text, or char(n).");
  }
  return {};
}

Status AddColumn(const Statement& statement, const ClauseText& text, const tree::Json& body,
                 CreateTableCommand& command) {
  const int location = tree::Location(body);
  columnar::Column column;
  column.name = Text(body, "colname");
  const auto& type_name = At(body, "typeName");
  FIRN_RETURN_IF_ERROR(CheckSerial(statement, type_name));
  FIRN_TRY(column.type, DecodeTypeName(statement, type_name));
  FIRN_RETURN_IF_ERROR(CheckStorable(statement, type_name, column.type));
  column.id = FieldId{static_cast<int32_t>(command.columns.size() + 1)};
  std::set<int> stops;
  for (const auto& item : List(body, "constraints")) {
    stops.insert(tree::Location(*Open(item).body));
  }
  if (Has(body, "collClause")) {
    stops.insert(tree::Location(body["collClause"]));
    FIRN_RETURN_IF_ERROR(CheckCollation(statement, body["collClause"]));
  }
  bool nullable = false;
  for (const auto& item : List(body, "constraints")) {
    const auto& constraint = *Open(item).body;
    const auto kind = Text(constraint, "contype");
    if (kind == "CONSTR_NOTNULL") {
      column.not_null = true;
    } else if (kind == "CONSTR_NULL") {
      nullable = true;
    } else if (kind == "CONSTR_DEFAULT") {
      if (!column.default_sql.empty()) {
        return Wrong(statement, tree::Location(constraint), "42601",
                     "multiple default values specified for column \"" + column.name +
                         "\" of table \"" + command.table.name + "\"");
      }
      column.default_sql = text.DefaultAt(tree::Location(constraint), stops);
    } else {
      return RefuseConstraint(statement, constraint);
    }
  }
  if (nullable && column.not_null) {
    return Wrong(statement, location, "42601",
                 "conflicting NULL/NOT NULL declarations for column \"" + column.name +
                     "\" of table \"" + command.table.name + "\"");
  }
  command.columns.push_back(std::move(column));
  return {};
}

bool SameButCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(x) == lower(y);
  });
}

Status CheckColumns(const Statement& statement, const CreateTableCommand& command) {
  if (command.columns.empty()) {
    return Refuse(statement, statement.begin, "a table without columns is not supported",
                  "Give it a column.");
  }
  if (command.columns.size() > kColumnsMax) {
    return Wrong(statement, -1, "54011", "tables can have at most 1600 columns");
  }
  for (size_t i = 0; i < command.columns.size(); ++i) {
    const auto& name = command.columns[i].name;
    if (std::find(kSystemColumns.begin(), kSystemColumns.end(), name) != kSystemColumns.end()) {
      return Wrong(statement, -1, "42701",
                   "column name \"" + name + "\" conflicts with a system column name");
    }
    for (size_t j = 0; j < i; ++j) {
      const auto& other = command.columns[j].name;
      if (name == other) {
        return Wrong(statement, -1, "42701", "column \"" + name + "\" specified more than once");
      }
      if (SameButCase(name, other)) {
        return Refuse(statement, -1,
                      fmt::format("columns whose names differ only in case are not supported: "
                                  "\"{}\", \"{}\"",
                                  other, name),
                      "Many readers of the lake could not tell them apart.");
      }
    }
  }
  return {};
}

Status CheckPersistence(const Statement& statement, const tree::Json& relation) {
  const auto kind = Text(relation, "relpersistence");
  if (kind == "p" || kind.empty()) return {};
  return Refuse(
      statement, tree::Location(relation),
      kind == "t" ? "temporary tables are not supported" : "unlogged tables are not supported",
      kind == "t" ? "Use WITH in the query, or an ordinary table." : "Leave UNLOGGED out.");
}

Status CheckAccessMethod(const Statement& statement, const tree::Json& body) {
  const auto method = Text(body, "accessMethod");
  if (method.empty() || method == "iceberg" || method == "heap") return {};
  return Wrong(statement, -1, "42704",
               "access method \"" + std::string(method) + "\" does not exist",
               "Use USING iceberg, or leave it out.");
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
  if (Has(body, "oncommit") && Text(body, "oncommit") != "ONCOMMIT_NOOP") {
    return refuse("ON COMMIT is not supported", "Leave it out.");
  }
  FIRN_TRY(auto tokens, statement.Tokens());
  const ClauseText text(statement, std::move(tokens));
  for (const auto& item : List(body, "tableElts")) {
    const auto element = Open(item);
    if (element.Is("Constraint")) return RefuseConstraint(statement, *element.body);
    if (!element.Is("ColumnDef")) return refuse("LIKE is not supported", "Name the columns.");
    FIRN_RETURN_IF_ERROR(AddColumn(statement, text, *element.body, command));
  }
  FIRN_RETURN_IF_ERROR(CheckColumns(statement, command));
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
  if (Has(into, "tableSpaceName") ||
      (Has(into, "onCommit") && Text(into, "onCommit") != "ONCOMMIT_NOOP")) {
    return Refuse(statement, tree::Location(At(into, "rel")),
                  "TABLESPACE and ON COMMIT are not supported", "Leave them out.");
  }
  command.query = Inner(statement, body["query"]);
  command.column_names = tree::Names(List(into, "colNames"));
  command.if_not_exists = Flag(body, "if_not_exists");
  command.with_data = !Flag(into, "skipData");
  FIRN_TRY(command.options, DecodeTableOptions(statement, List(into, "options")));
  return command;
}

Result<Command> DecodeDrop(const Statement& statement, const tree::Json& body) {
  if (Text(body, "removeType") != "OBJECT_TABLE") {
    return Refuse(statement, statement.begin, "this DROP is not supported", "DROP TABLE is.");
  }
  DropTableCommand command{.if_exists = Flag(body, "missing_ok")};
  for (const auto& item : List(body, "objects")) {
    const auto names = tree::Names(List(*Open(item).body, "items"));
    if (names.empty() || names.size() > 2) {
      return Refuse(statement, statement.begin, "cross-database references are not implemented",
                    "Connect to that database instead.");
    }
    TableName table;
    table.name = names.back();
    if (names.size() == 2) table.schema = names.front();
    command.tables.push_back(std::move(table));
  }
  return command;
}

}  // namespace firn::sql
