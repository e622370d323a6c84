// sql: DDL statements as values; Decode makes them, ddl.h runs them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "catalog/objects/rights.h"
#include "catalog/objects/user_type.h"
#include "catalog/table_definition.h"
#include "columnar/table_schema.h"
#include "sql/parse.h"
#include "sql/role_command.h"
#include "sql/table_name.h"

namespace firn::sql {

/// What DDL names: the word of "DROP … " and of messages.
enum class ObjectType : uint8_t {
  kTable,
  kView,
  kSequence,
  kSchema,
  kType,
  kDomain,
  kColumn,
  kConstraint,
  kIndex,
  kMaterializedView,
  kDatabase,
  kExtension,
};

/// What is said of a sequence; what is not said is nullopt.
struct SequenceOptions {
  std::optional<columnar::TypeKind> type;
  std::optional<int64_t> start, increment, cache;
  std::optional<std::optional<int64_t>> minimum, maximum;  // NO MINVALUE: an empty one
  std::optional<bool> cycle;
  bool restart = false;
  std::optional<int64_t> restart_with;
  /// OWNED BY table.column; NONE has an empty name.
  std::optional<std::pair<TableName, std::string>> owned_by;
  /// IDENTITY (SEQUENCE NAME …), as pg_dump writes it.
  std::optional<TableName> name;
};

/// A column that takes its values from a sequence made along with it: serial, identity.
struct GeneratedBy {
  catalog::ColumnSequence::Form form = catalog::ColumnSequence::Form::kDefault;
  SequenceOptions options;
};

/// A constraint as written; what it is about is named.
struct ConstraintSpec {
  catalog::Constraint::Kind kind = catalog::Constraint::Kind::kCheck;
  std::string name;                  // empty: chosen
  std::vector<std::string> columns;  // of a key
  std::string expression;            // of a CHECK; REFERENCES … of a foreign key
  bool not_valid = false;
  int position = 0;
};

struct ColumnSpec {
  columnar::Column column;
  std::optional<GeneratedBy> generated;
  std::vector<ConstraintSpec> constraints;
};

/// LIKE source [INCLUDING …] among the columns.
struct LikeClause {
  size_t before = 0;  // how many columns stand before it
  TableName source;
  bool defaults = false, constraints = false, identity = false, indexes = false, comments = false;
};

enum class OnCommit : uint8_t { kPreserve, kDelete, kDrop };

struct CreateTableCommand {
  TableName table;
  std::vector<columnar::Column> columns;  // field ids 1..n; default_sql as written
  bool if_not_exists = false;
  std::map<std::string, std::string> options;  // WITH (…)
  std::map<size_t, GeneratedBy> generated;     // by place in columns
  std::vector<ConstraintSpec> constraints;
  std::vector<LikeClause> likes;
  bool temporary = false;
  OnCommit on_commit = OnCommit::kPreserve;
};

struct CreateTableAsCommand {
  TableName table;
  std::vector<std::string> column_names;  // may be shorter than the query's columns, or empty
  Statement query;                        // kRead
  bool if_not_exists = false;
  bool with_data = true;
  std::map<std::string, std::string> options;
  bool temporary = false;
  OnCommit on_commit = OnCommit::kPreserve;
};

struct DropCommand {
  ObjectType type = ObjectType::kTable;
  std::vector<TableName> names;
  bool if_exists = false;
  bool cascade = false;
};

// --- ALTER TABLE ---
struct AddColumn {
  ColumnSpec column;
  bool if_not_exists = false;
};
struct DropColumn {
  std::string name;
  bool if_exists = false;
  bool cascade = false;
};
struct AlterColumnType {
  std::string name;
  columnar::Type type;
  bool has_using = false;
};
struct SetColumnDefault {
  std::string name;
  std::string default_sql;  // empty: DROP DEFAULT
};
struct SetColumnNotNull {
  std::string name;
  bool not_null = true;
};
struct AddConstraint {
  ConstraintSpec constraint;
};
struct DropConstraint {
  std::string name;
  bool if_exists = false;
  bool cascade = false;
};
struct SetTableOptions {
  std::map<std::string, std::string> options;
  std::vector<std::string> reset;
};
struct AddIdentity {
  std::string name;
  GeneratedBy generated;
};
struct DropIdentity {
  std::string name;
  bool if_exists = false;
};
struct AlterIdentity {
  std::string name;
  std::optional<catalog::ColumnSequence::Form> form;
  SequenceOptions options;
};
using TableAction = std::variant<AddColumn, DropColumn, AlterColumnType, SetColumnDefault,
                                 SetColumnNotNull, AddConstraint, DropConstraint, SetTableOptions,
                                 AddIdentity, DropIdentity, AlterIdentity>;
struct AlterTableCommand {
  TableName table;
  bool if_exists = false;
  std::vector<TableAction> actions;
};

// --- everything else ---
struct RenameCommand {
  ObjectType type = ObjectType::kTable;  // of what gets the name
  TableName target;                      // the relation for columns and constraints
  std::string part;                      // the column or constraint
  std::string new_name;
  bool if_exists = false;
};
struct SetSchemaCommand {
  ObjectType type = ObjectType::kTable;
  TableName target;
  std::string schema;
  bool if_exists = false;
};
struct TruncateCommand {
  std::vector<TableName> tables;
  bool restart_identity = false;
};
struct CreateSchemaCommand {
  std::string name;  // empty: the owner's
  std::optional<RoleName> owner;
  bool if_not_exists = false;
};
struct CreateViewCommand {
  TableName view;
  std::vector<std::string> column_names;
  Statement query;
  std::string query_text;  // of the query alone
  bool replace = false;
};
struct CreateSequenceCommand {
  TableName sequence;
  SequenceOptions options;
  bool if_not_exists = false;
};
struct AlterSequenceCommand {
  TableName sequence;
  SequenceOptions options;
  bool if_exists = false;
};
struct CommentCommand {
  ObjectType type = ObjectType::kTable;
  TableName target;
  std::string column;
  std::optional<std::string> text;  // none: removed
};
struct CreateEnumCommand {
  TableName type;
  std::vector<std::string> labels;
};
struct AlterEnumCommand {
  TableName type;
  std::string label;
  std::string neighbour;  // empty: at the end
  bool after = true;
  bool if_not_exists = false;
  std::string renamed;  // RENAME VALUE this TO label
};
struct CreateDomainCommand {
  TableName type;
  catalog::UserType domain;
};
/// What Postgres users say for reasons that firn does not have: done by saying so.
/// Rights of GRANT or REVOKE on the whole, or on columns.
struct GrantedRights {
  catalog::RightSet rights = 0;
  std::vector<std::string> columns;
};
struct GrantCommand {
  bool grant = true;
  bool option = false;  // WITH GRANT OPTION; GRANT OPTION FOR
  bool cascade = false;
  bool nothing = false;  // it speaks of things there are none of
  catalog::TargetKind kind = catalog::TargetKind::kTable;
  std::vector<GrantedRights> rights;
  std::vector<TableName> relations;
  std::vector<std::string> names;  // schemas, databases
  bool all_in_schema = false;      // all of the kind in the schemas
  std::vector<RoleName> grantees;
  /// ALTER DEFAULT PRIVILEGES.
  struct Defaults {
    std::vector<RoleName> roles;       // none: the current one
    std::vector<std::string> schemas;  // none: any
  };
  std::optional<Defaults> defaults;
};
struct ChangeOwnerCommand {
  RoleName owner;
  std::string schema;  // or a relation
  TableName relation;
  bool if_exists = false;
};

struct NothingToDoCommand {
  /// For whom it is; of kWarn others are told that theirs is left out.
  enum class For : uint8_t { kAnyone, kOwners, kWarn, kSuperusers };
  std::vector<TableName> tables;   // they must exist
  std::string notice;              // empty: nothing to say
  std::string outside_block = {};  // what it is called, if not to run inside BEGIN
  For whom = For::kAnyone;
  std::string what = {};                          // of kWarn and kSuperusers: "vacuum"
  std::vector<std::vector<std::string>> columns;  // of each table, if any: they must exist
  std::string index = {};                         // a name that must be free where the table is
  bool if_not_exists = false;
  bool tables_only = false;  // no views and sequences
};

/// A DDL statement and its tag.
struct DdlCommand {
  std::string tag;
  std::variant<AlterTableCommand, RenameCommand, SetSchemaCommand, TruncateCommand, DropCommand,
               CreateSchemaCommand, CreateViewCommand, CreateSequenceCommand, AlterSequenceCommand,
               CommentCommand, CreateEnumCommand, AlterEnumCommand, CreateDomainCommand,
               GrantCommand, ChangeOwnerCommand, NothingToDoCommand>
      what;
};

}  // namespace firn::sql
