#include <algorithm>
#include <array>
#include <optional>

#include "sql/constant_internal.h"
#include "sql/decode_ddl_internal.h"
#include "sql/ident.h"
#include "sql/parameter_value.h"

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

struct TypeWord {
  std::string_view node;
  ObjectType type;
  std::string_view words;
};
constexpr std::array kTypeWords = {
    TypeWord{"OBJECT_TABLE", ObjectType::kTable, "TABLE"},
    TypeWord{"OBJECT_VIEW", ObjectType::kView, "VIEW"},
    TypeWord{"OBJECT_SEQUENCE", ObjectType::kSequence, "SEQUENCE"},
    TypeWord{"OBJECT_SCHEMA", ObjectType::kSchema, "SCHEMA"},
    TypeWord{"OBJECT_TYPE", ObjectType::kType, "TYPE"},
    TypeWord{"OBJECT_DOMAIN", ObjectType::kDomain, "DOMAIN"},
    TypeWord{"OBJECT_COLUMN", ObjectType::kColumn, "COLUMN"},
    TypeWord{"OBJECT_TABCONSTRAINT", ObjectType::kConstraint, "TABLE"},
    TypeWord{"OBJECT_INDEX", ObjectType::kIndex, "INDEX"},
    TypeWord{"OBJECT_MATVIEW", ObjectType::kMaterializedView, "MATERIALIZED VIEW"},
    TypeWord{"OBJECT_DATABASE", ObjectType::kDatabase, "DATABASE"},
    TypeWord{"OBJECT_EXTENSION", ObjectType::kExtension, "EXTENSION"},
};

const TypeWord* FindType(std::string_view node) {
  for (const auto& word : kTypeWords) {
    if (word.node == node) return &word;
  }
  return nullptr;
}

/// The name of an object node: a list of strings, a string, or a type's name.
Result<TableName> ObjectName(const Statement& statement, const tree::Json& item) {
  const auto node = Open(item);
  if (node.Is("String")) return TableName{.name = std::string(Text(*node.body, "sval"))};
  if (node.Is("TypeName")) return DecodeNameList(statement, List(*node.body, "names"));
  return DecodeNameList(statement, List(*node.body, "items"));
}

Result<Command> DecodeDrop(const Statement& statement, const tree::Json& body) {
  const auto* word = FindType(Text(body, "removeType"));
  if (word == nullptr) {
    return Refuse(statement, statement.begin, "this DROP is not supported",
                  "Tables, views, sequences, schemas, types and domains are dropped.");
  }
  DropCommand command{.type = word->type,
                      .if_exists = Flag(body, "missing_ok"),
                      .cascade = Text(body, "behavior") == "DROP_CASCADE"};
  for (const auto& item : List(body, "objects")) {
    FIRN_TRY(auto name, ObjectName(statement, item));
    command.names.push_back(std::move(name));
  }
  return DdlCommand{"DROP " + std::string(word->words), std::move(command)};
}

Result<Command> DecodeRename(const Statement& statement, const tree::Json& body) {
  const auto* word = FindType(Text(body, "renameType"));
  if (word == nullptr) {
    return Refuse(statement, statement.begin, "this RENAME is not supported",
                  "Tables, columns, constraints, views, sequences, schemas and types are.");
  }
  RenameCommand command{.type = word->type,
                        .part = std::string(Text(body, "subname")),
                        .new_name = std::string(Text(body, "newname")),
                        .if_exists = Flag(body, "missing_ok")};
  const auto* owner = FindType(Text(body, "relationType"));
  std::string tag = "ALTER " + std::string(word->words);
  if (word->type == ObjectType::kColumn) {
    tag = "ALTER " + std::string(owner == nullptr ? "TABLE" : owner->words);
    FIRN_RETURN_IF_ERROR(CheckColumnName(command.new_name));
  }
  if (Has(body, "relation")) {
    FIRN_TRY(command.target, DecodeTableName(statement, At(body, "relation")));
  } else if (Has(body, "object")) {
    FIRN_TRY(command.target, ObjectName(statement, At(body, "object")));
  } else {
    command.target.name = command.part;  // a schema
  }
  return DdlCommand{std::move(tag), std::move(command)};
}

Result<Command> DecodeSetSchema(const Statement& statement, const tree::Json& body) {
  const auto* word = FindType(Text(body, "objectType"));
  if (word == nullptr) {
    return Refuse(statement, statement.begin, "this SET SCHEMA is not supported",
                  "Tables, views, sequences and types are moved.");
  }
  SetSchemaCommand command{.type = word->type,
                           .schema = std::string(Text(body, "newschema")),
                           .if_exists = Flag(body, "missing_ok")};
  if (Has(body, "relation")) {
    FIRN_TRY(command.target, DecodeTableName(statement, At(body, "relation")));
  } else {
    FIRN_TRY(command.target, ObjectName(statement, At(body, "object")));
  }
  return DdlCommand{"ALTER " + std::string(word->words), std::move(command)};
}

Result<Command> DecodeTruncate(const Statement& statement, const tree::Json& body) {
  TruncateCommand command{.restart_identity = Flag(body, "restart_seqs")};
  for (const auto& item : List(body, "relations")) {
    FIRN_TRY(auto name, DecodeTableName(statement, *Open(item).body));
    command.tables.push_back(std::move(name));
  }
  return DdlCommand{"TRUNCATE TABLE", std::move(command)};
}

Result<Command> DecodeSchema(const Statement& statement, const tree::Json& body) {
  CreateSchemaCommand command{.name = std::string(Text(body, "schemaname")),
                              .if_not_exists = Flag(body, "if_not_exists")};
  if (Has(body, "schemaElts")) {
    return Refuse(statement, statement.begin, "CREATE SCHEMA with elements is not supported",
                  "Create the schema, then what goes into it.");
  }
  if (Has(body, "authrole")) command.owner = DecodeRoleName(At(body, "authrole"));
  return DdlCommand{"CREATE SCHEMA", std::move(command)};
}

/// CREATE [OR REPLACE] RECURSIVE VIEW.
Result<bool> IsRecursiveView(const Statement& statement) {
  FIRN_TRY(const auto tokens, statement.Tokens());
  for (const auto& token : tokens) {
    const auto word =
        std::string_view(*statement.source)
            .substr(static_cast<size_t>(token.begin), static_cast<size_t>(token.end - token.begin));
    if (EqualsIgnoringCase(word, "RECURSIVE")) return true;
    if (EqualsIgnoringCase(word, "VIEW")) return false;
  }
  return false;
}

Result<Command> DecodeView(const Statement& statement, const tree::Json& body) {
  CreateViewCommand command{.replace = Flag(body, "replace")};
  FIRN_TRY(command.view, DecodeTableName(statement, At(body, "view")));
  if (Text(At(body, "view"), "relpersistence") == "t") {
    return Refuse(statement, tree::Location(At(body, "view")), "temporary views are not supported",
                  "Use WITH in the query, or an ordinary view.");
  }
  if (Has(body, "withCheckOption") && Text(body, "withCheckOption") != "NO_CHECK_OPTION") {
    return Refuse(statement, tree::Location(At(body, "view")), "WITH CHECK OPTION is not supported",
                  "Views are read only: leave it out.");
  }
  command.column_names = tree::Names(List(body, "aliases"));
  if (!Open(At(body, "query")).Is("SelectStmt")) {
    return Refuse(statement, statement.begin, "a view of this statement is not supported",
                  "Views are made of SELECT, VALUES and WITH.");
  }
  command.query = Inner(statement, At(body, "query"));
  FIRN_TRY(const auto text, ClauseText::Of(statement));
  command.query_text = text.BehindAs();
  FIRN_TRY(const bool recursive, IsRecursiveView(statement));
  if (recursive) {
    // The grammar has made WITH RECURSIVE of it; so does the text that is kept.
    std::string names;
    for (const auto& name : command.column_names) {
      names += (names.empty() ? "" : ", ") + QuoteIdentifier(name);
    }
    const auto name = QuoteIdentifier(command.view.name);
    command.query_text = fmt::format("WITH RECURSIVE {}({}) AS ({}) SELECT {} FROM {}", name, names,
                                     command.query_text, names, name);
  }
  if (statement.parameter_count > 0) {
    return Wrong(statement, -1, "42P02", "there is no parameter $1");
  }
  return DdlCommand{"CREATE VIEW", std::move(command)};
}

Result<Command> DecodeComment(const Statement& statement, const tree::Json& body) {
  const auto* word = FindType(Text(body, "objtype"));
  CommentCommand command;
  if (word == nullptr) {
    return Refuse(statement, statement.begin, "COMMENT ON this kind of object is not supported",
                  "Tables, columns, views, sequences, schemas, types and domains take comments.");
  }
  command.type = word->type;
  const auto object = Open(At(body, "object"));
  if (word->type == ObjectType::kColumn || word->type == ObjectType::kConstraint) {
    auto names = tree::Names(List(*object.body, "items"));
    if (names.size() < 2) {
      return Wrong(statement, -1, "42601", "column name must be qualified");
    }
    command.column = names.back();
    names.pop_back();
    command.target.name = names.back();
    if (names.size() > 1) command.target.schema = names[names.size() - 2];
  } else {
    FIRN_TRY(command.target, ObjectName(statement, At(body, "object")));
  }
  if (Has(body, "comment") && !Text(body, "comment").empty()) {
    command.text = std::string(Text(body, "comment"));
  }
  return DdlCommand{"COMMENT", std::move(command)};
}

/// Every column that an index's elements name.
void AddColumnsIn(const tree::Json& node, std::vector<std::string>& columns) {
  if (node.is_object()) {
    const auto reference = tree::Names(List(At(node, "ColumnRef"), "fields"));
    if (!reference.empty()) columns.push_back(reference.back());
    const auto plain = Text(At(node, "IndexElem"), "name");
    if (!plain.empty()) columns.emplace_back(plain);
  }
  if (!node.is_structured()) return;
  for (const auto& child : node) AddColumnsIn(child, columns);
}

Result<Command> DecodeIndex(const Statement& statement, const tree::Json& body) {
  if (Flag(body, "unique")) {
    return Refuse(statement, statement.begin, "UNIQUE indexes are not supported",
                  "PRIMARY KEY is enforced; with SET firn.unenforced_constraints = accept, "
                  "ALTER TABLE ... ADD UNIQUE records the rule without enforcing it.");
  }
  NothingToDoCommand command{
      .notice = "no index is needed: files and rows are skipped by their bounds",
      .whom = NothingToDoCommand::For::kOwners,
      .index = std::string(Text(body, "idxname")),
      .if_not_exists = Flag(body, "if_not_exists"),
      .tables_only = true};
  FIRN_TRY(auto table, DecodeTableName(statement, At(body, "relation")));
  command.tables.push_back(std::move(table));
  auto& columns = command.columns.emplace_back();
  for (const char* list : {"indexParams", "indexIncludingParams"}) {
    AddColumnsIn(List(body, list), columns);
  }
  AddColumnsIn(At(body, "whereClause"), columns);
  return DdlCommand{"CREATE INDEX", std::move(command)};
}

constexpr std::array<std::string_view, 18> kExtensions = {
    "plpgsql",   "uuid-ossp",     "pgcrypto",    "pg_stat_statements", "hstore",        "citext",
    "pg_trgm",   "btree_gin",     "btree_gist",  "intarray",           "ltree",         "unaccent",
    "tablefunc", "fuzzystrmatch", "pgstattuple", "pg_buffercache",     "earthdistance", "cube"};

Result<Command> DecodeExtension(const Statement& statement, const tree::Json& body) {
  const auto name = Text(body, "extname");
  if (std::find(kExtensions.begin(), kExtensions.end(), name) == kExtensions.end()) {
    return Wrong(statement, -1, "0A000", "extension \"" + std::string(name) + "\" is not available",
                 "firn has no extensions; what it has of them is built in.");
  }
  return DdlCommand{
      "CREATE EXTENSION",
      NothingToDoCommand{.notice = "extension \"" + std::string(name) +
                                   "\" is not installed: what firn has of it is built in",
                         .whom = NothingToDoCommand::For::kSuperusers,
                         .what = "create extension \"" + std::string(name) + "\""}};
}

constexpr std::array<std::string_view, 11> kVacuumOptions = {"full",
                                                             "freeze",
                                                             "verbose",
                                                             "analyze",
                                                             "disable_page_skipping",
                                                             "skip_locked",
                                                             "index_cleanup",
                                                             "truncate",
                                                             "process_toast",
                                                             "parallel",
                                                             "skip_database_stats"};
constexpr std::array<std::string_view, 11> kAnalyzeOptions = {"verbose", "skip_locked"};

Result<Command> DecodeAnalyze(const Statement& statement, const tree::Json& body) {
  const bool vacuum = Flag(body, "is_vacuumcmd");
  for (const auto& item : List(body, "options")) {
    const auto& option = *Open(item).body;
    const auto name = Text(option, "defname");
    const auto& known = vacuum ? kVacuumOptions : kAnalyzeOptions;
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return Wrong(statement, tree::Location(option), "42601",
                 fmt::format("unrecognized {} option \"{}\"", vacuum ? "VACUUM" : "ANALYZE", name));
  }
  NothingToDoCommand command{.whom = NothingToDoCommand::For::kWarn,
                             .what = vacuum ? "vacuum" : "analyze"};
  command.outside_block = vacuum ? "VACUUM" : "";
  for (const auto& item : List(body, "rels")) {
    const auto& target = *Open(item).body;
    FIRN_TRY(auto table, DecodeTableName(statement, At(target, "relation")));
    command.tables.push_back(std::move(table));
    command.columns.push_back(tree::Names(List(target, "va_cols")));
  }
  return DdlCommand{vacuum ? "VACUUM" : "ANALYZE", std::move(command)};
}

Result<Command> DecodeReindex(const Statement& statement, const tree::Json& body) {
  NothingToDoCommand command{.notice = "tables have no index",
                             .whom = NothingToDoCommand::For::kOwners,
                             .tables_only = true};
  if (Has(body, "relation") && Text(body, "kind") == "REINDEX_OBJECT_TABLE") {
    FIRN_TRY(auto table, DecodeTableName(statement, At(body, "relation")));
    command.tables.push_back(std::move(table));
  }
  return DdlCommand{"REINDEX", std::move(command)};
}

Result<Command> DecodeCluster(const Statement& statement, const tree::Json& body) {
  NothingToDoCommand command{.notice = "tables have no index to cluster on",
                             .whom = NothingToDoCommand::For::kOwners,
                             .tables_only = true};
  if (Has(body, "relation")) {
    FIRN_TRY(auto table, DecodeTableName(statement, At(body, "relation")));
    command.tables.push_back(std::move(table));
  }
  return DdlCommand{"CLUSTER", std::move(command)};
}

struct Decoder {
  std::string_view node;
  Result<Command> (*decode)(const Statement&, const tree::Json&);
};
constexpr std::array kDecoders = {
    Decoder{"AlterTableStmt", DecodeAlterTable},
    Decoder{"DropStmt", DecodeDrop},
    Decoder{"RenameStmt", DecodeRename},
    Decoder{"AlterObjectSchemaStmt", DecodeSetSchema},
    Decoder{"TruncateStmt", DecodeTruncate},
    Decoder{"CreateSchemaStmt", DecodeSchema},
    Decoder{"ViewStmt", DecodeView},
    Decoder{"CommentStmt", DecodeComment},
    Decoder{"IndexStmt", DecodeIndex},
    Decoder{"CreateExtensionStmt", DecodeExtension},
    Decoder{"VacuumStmt", DecodeAnalyze},
    Decoder{"ReindexStmt", DecodeReindex},
    Decoder{"ClusterStmt", DecodeCluster},
    Decoder{"GrantStmt", DecodeGrant},
    Decoder{"AlterDefaultPrivilegesStmt", DecodeDefaultRights},
    Decoder{"AlterOwnerStmt", DecodeOwner},
};
constexpr std::array<std::string_view, 6> kTypeNodes = {"CreateSeqStmt",    "AlterSeqStmt",
                                                        "CreateEnumStmt",   "AlterEnumStmt",
                                                        "CreateDomainStmt", "CompositeTypeStmt"};

}  // namespace

Result<TableName> DecodeNameList(const Statement& statement, const tree::Json& list) {
  auto names = tree::Names(list);
  if (names.size() == 3 && IsThisDatabase(names.front())) names.erase(names.begin());
  if (names.empty() || names.size() > 2) {
    return Refuse(statement, statement.begin, "cross-database references are not implemented",
                  "Connect to that database instead.");
  }
  TableName name{.name = names.back()};
  if (names.size() == 2) name.schema = names.front();
  return name;
}

bool IsDdl(std::string_view node_name) {
  return std::any_of(kDecoders.begin(), kDecoders.end(),
                     [&](const auto& one) { return one.node == node_name; }) ||
         std::find(kTypeNodes.begin(), kTypeNodes.end(), node_name) != kTypeNodes.end();
}

Result<Command> DecodeDdl(const Statement& statement, const Node& node) {
  for (const auto& known : kDecoders) {
    if (node.Is(known.node)) return known.decode(statement, *node.body);
  }
  FIRN_TRY(auto typed, DecodeTypeDdl(statement, node));
  if (typed) return *std::move(typed);
  return RefuseStatement(statement, node);
}

}  // namespace firn::sql
