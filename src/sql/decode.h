// sql: a parse tree as the value of what it asks, or the refusal that the user sees.
//
// Decode is the only way from trees to commands: what is not in Command is refused here, with
// 0A000 and a hint that says what to use instead.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "columnar/copy_options.h"
#include "columnar/table_schema.h"
#include "sql/ddl_commands.h"
#include "sql/parse.h"
#include "sql/role_command.h"
#include "sql/table_name.h"

namespace firn::sql {

/// One value of INSERT … VALUES.
struct Cell {
  enum class Kind : uint8_t {
    kNull,
    kInteger,
    kFloat,
    kString,
    kBool,
    kParameter,
    kDefault,
    kCall
  };
  Kind kind = Kind::kNull;
  std::string text;                    // of a constant: "-12", "1.50", "it's", "true"
  int parameter = 0;                   // kParameter: n of $n
                                       // kCall: an argument that is a server call itself, with
                                       // its name in `text`; only of a ServerCall
  std::optional<columnar::Type> cast;  // 'x'::date
  int position = 0;
};

/// What INSERT … RETURNING names.
struct ReturningList {
  struct Item {
    std::string relation;  // before the point; or empty
    std::string column;    // empty: *
    std::string name;      // of the result's column
    int position = 0;
  };
  std::string relation;  // the table's name or alias
  std::vector<Item> items;
};

struct InsertValuesCommand {
  TableName table;
  std::vector<TableName> columns;  // names with positions; empty: all, in order
  std::vector<std::vector<Cell>> rows;
  Statement values;  // the same as a query, kRead, for what Cell's text cannot say (no DEFAULT)
  std::optional<ReturningList> returning;
};

struct InsertQueryCommand {
  TableName table;
  std::vector<TableName> columns;
  Statement query;  // kRead
  std::optional<ReturningList> returning;
};

/// INSERT … DEFAULT VALUES is InsertValues with one row of no cells and no columns.

struct CopyCommand {
  TableName table;                 // empty name: COPY (query) TO
  std::vector<TableName> columns;  // empty: all
  std::optional<Statement> query;  // kRead
  bool from = false;               // FROM STDIN, else TO STDOUT; files and programs are refused
  std::vector<columnar::CopyOption> options;  // for columnar::ReadCopyOptions
};

struct SetCommand {
  std::string name;                  // lower case: "timezone", "firn.as_of"
  std::optional<std::string> value;  // none: DEFAULT, RESET
  bool local = false;
  bool reset = false;  // as RESET says it
};
struct ResetAllCommand {};
struct ShowCommand {
  std::string name;  // "all" for SHOW ALL
};
struct DiscardCommand {
  bool all = false;
  std::string what;  // "PLANS", "SEQUENCES", "TEMP": nothing to do
};
/// SET CONSTRAINTS: those that may be deferred are recorded only, so there is nothing to set.
struct SetConstraintsCommand {
  std::vector<TableName> names;  // empty: ALL
};
struct PrepareCommand {
  std::string name;
  std::vector<columnar::Type> parameter_types;
  Statement statement;
};
struct ExecuteCommand {
  std::string name;
  std::vector<Cell> arguments;  // constants only
};
struct DeallocateCommand {
  std::string name;  // empty: ALL
};

struct TransactionModes {
  std::optional<std::string> isolation;  // "read committed", "repeatable read" …
  std::optional<bool> read_only;
};
struct TransactionCommand {
  enum class Kind : uint8_t { kBegin, kCommit, kRollback, kSavepoint, kRelease, kRollbackTo };
  Kind kind = Kind::kBegin;
  std::string savepoint;
  TransactionModes modes;
  bool chain = false;
  bool start = false;  // as START TRANSACTION says it
};
/// SET TRANSACTION, SET SESSION CHARACTERISTICS.
struct SetTransactionCommand {
  bool session = false;
  TransactionModes modes;
};

struct ReadCommand {};  // the statement itself is the query
struct ExplainCommand {
  Statement query;
  bool analyze = false;
};

/// DECLARE name CURSOR FOR query.
struct DeclareCursorCommand {
  std::string name;
  Statement query;  // kRead
  bool binary = false;
  bool scroll = false;
  bool hold = false;
};
/// FETCH and MOVE; ALL is the greatest count.
struct FetchCommand {
  enum class Direction : uint8_t { kForward, kBackward, kAbsolute, kRelative };
  std::string name;
  Direction direction = Direction::kForward;
  int64_t count = 1;
  bool move = false;
};
struct CloseCursorCommand {
  std::string name;  // empty: ALL
};

/// LOCK TABLE … IN ACCESS SHARE MODE: what every reader has anyway.
struct LockCommand {
  std::vector<TableName> tables;
};
struct CheckpointCommand {};
/// CALL schema.name(constants).
struct CallCommand {
  std::string schema;
  std::string name;
  std::vector<Cell> arguments;
  int position = 0;
};

using Command = std::variant<
    CreateTableCommand, CreateTableAsCommand, DdlCommand, InsertValuesCommand, InsertQueryCommand,
    CopyCommand, SetCommand, ResetAllCommand, ShowCommand, DiscardCommand, PrepareCommand,
    ExecuteCommand, DeallocateCommand, TransactionCommand, SetTransactionCommand, ReadCommand,
    ExplainCommand, DeclareCursorCommand, FetchCommand, CloseCursorCommand, CreateRoleCommand,
    AlterRoleCommand, AlterRoleSetCommand, RenameRoleCommand, DropRoleCommand, GrantRoleCommand,
    CheckpointCommand, CallCommand, LockCommand, SetConstraintsCommand>;

/// Errors: 0A000 with a hint for what firn does not have, 42601/42701/42704/22023 … as Postgres.
Result<Command> Decode(const Statement& statement);

/// Whether a table may have these columns. Errors: 42701 twice the same name or one of the
/// system's, 0A000 names that differ in case only, 54011 too many.
Status CheckColumnNames(const std::vector<std::string_view>& names);

/// Names of columns or fields; valid while those are.
template <typename Named>
std::vector<std::string_view> NamesOf(const std::vector<Named>& columns) {
  std::vector<std::string_view> names;
  for (const auto& column : columns) names.push_back(column.name);
  return names;
}

/// A constant as text for the input function of a column's type, as Postgres' assignment would
/// convert it (1.5 into an integer is "2"); nullopt is NULL. Not for parameters and DEFAULT.
/// A cell with a cast to another type than the column's goes through `values` instead.
/// Errors: 42804 when the types do not fit.
Result<std::optional<std::string>> TextForColumn(const Cell& cell, const columnar::Column& column);

/// The type a TypeName node names. Errors: 42704 with position, 0A000.
/// `user_types`: null: those of the statement.
Result<columnar::Type> DecodeTypeName(const Statement& statement, const nlohmann::json& type_name,
                                      const UserTypes* user_types = nullptr);

}  // namespace firn::sql
