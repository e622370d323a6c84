// sql: the parts of DDL.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "catalog/objects/sequence.h"
#include "catalog/objects/user_type.h"
#include "catalog/objects/view.h"
#include "sql/ddl_commands.h"
#include "sql/output.h"
#include "sql/relation_names.h"
#include "sql/session_context.h"

namespace firn::sql {

// Each does its statement; the tag is in the command.
Task<Status> Run(SessionContext& session, const AlterTableCommand& command, Output& out);
Task<Status> Run(SessionContext& session, const RenameCommand& command, Output& out);
Task<Status> Run(SessionContext& session, const SetSchemaCommand& command, Output& out);
Task<Status> Run(SessionContext& session, const TruncateCommand& command, Output& out);
Task<Status> Run(SessionContext& session, const DropCommand& command, Output& out);
Task<Status> Run(SessionContext& session, const CreateSchemaCommand& command, Output& out);
Task<Status> Run(SessionContext& session, const CreateViewCommand& command, Output& out);
Task<Status> Run(SessionContext& session, const CreateSequenceCommand& command, Output& out);
Task<Status> Run(SessionContext& session, const AlterSequenceCommand& command, Output& out);
Task<Status> Run(SessionContext& session, const CommentCommand& command, Output& out);
Task<Status> Run(SessionContext& session, const CreateEnumCommand& command, Output& out);
Task<Status> Run(SessionContext& session, const AlterEnumCommand& command, Output& out);
Task<Status> Run(SessionContext& session, const CreateDomainCommand& command, Output& out);
Task<Status> Run(SessionContext& session, const GrantCommand& command, Output& out);
Task<Status> Run(SessionContext& session, const ChangeOwnerCommand& command, Output& out);
Task<Status> Run(SessionContext& session, const NothingToDoCommand& command, Output& out);

/// A NOTICE.
/// The type of a new column: a numeric without size is kept as firn.numeric says.
columnar::Type AsNumericsAreKept(const SessionContext& session, columnar::Type type);
Task<Status> Tell(Output& out, std::string_view sqlstate, std::string message,
                  std::string detail = "");

// --- tables ---

/// Puts a constraint into a definition, named as PostgreSQL names it; a key's columns become NOT
/// NULL. Errors: 42710, 42P16, 42703, 42701, 0A000 and those of DescribeCheck.
Status PutConstraint(SessionContext& session, const ConstraintSpec& spec,
                     catalog::TableDefinition& table);
/// Keeps constraints in the order in which they are checked: by name.
void SortConstraints(catalog::TableDefinition& table);
/// Binds DEFAULT nextval('s') to the sequence; refuses a DEFAULT that could never be used.
Task<Status> CheckDefault(SessionContext& session, catalog::TableDefinition& table, size_t column);
/// The sequence of a serial or identity column, named table_column_seq; the definition is made to
/// use it. Its changes come after the table's.
Result<std::vector<catalog::Change>> MakeColumnSequence(SessionContext& session,
                                                        const GeneratedBy& generated,
                                                        catalog::TableDefinition& table,
                                                        size_t column);
/// Adds the changes, and gives the counters in them to the transaction.
Status AddChanges(SessionContext& session, std::vector<catalog::Change> changes);
/// "name1_name2_label", cut to 63 bytes as PostgreSQL cuts it.
std::string ObjectName(std::string name1, std::string name2, std::string_view label);

// --- sequences ---

/// A sequence with these options over what it is, or over the defaults.
Status ApplyOptions(const SequenceOptions& options, bool made, catalog::Sequence& sequence);
catalog::Change InitialState(const catalog::Sequence& sequence);
/// ALTER SEQUENCE … RESTART, TRUNCATE … RESTART IDENTITY.
Status RestartSequence(SessionContext& session, const catalog::Sequence& sequence, int64_t value);
std::vector<std::shared_ptr<const catalog::Sequence>> OwnedSequences(
    const SessionContext& session, TableId table, std::optional<FieldId> column = std::nullopt);

// --- dependencies ---

struct Dependent {
  NamedRelation relation;   // empty for a column's default
  catalog::ObjectPtr type;  // or a type
  TableId table;            // whose column's default depends
  FieldId column;
  bool drops_column = false;  // else its default goes
  std::string what;           // "view v", "default value for column id of table t"
  std::string on;             // "table t"
};
/// What directly or indirectly needs the relation, nearest first.
std::vector<Dependent> DependentsOf(const SessionContext& session, const NamedRelation& relation);
/// Columns and views of such a type.
std::vector<Dependent> DependentsOf(const SessionContext& session, const catalog::UserType& type);
/// Views that name the column.
Result<std::vector<Dependent>> ViewsOverColumn(SessionContext& session,
                                               const catalog::TableDefinition& table,
                                               FieldId column);
/// 2BP01 unless `cascade`; then drops them, last first, and tells so.
Task<Status> DropDependents(SessionContext& session, const std::string& what,
                            const std::vector<Dependent>& dependents, bool cascade, Output& out);
/// Drops one relation that nothing depends on.
Status DropRelation(SessionContext& session, const NamedRelation& relation);

}  // namespace firn::sql
