// sql: a read as text for the engine.
//
// The engine never sees what the user typed. A query's tree is resolved (every relation, column,
// function, operator and type) and written anew as engine SQL: names qualified and quoted,
// operators parenthesised, stars expanded, functions as `functions.h` says. What the writer does
// not know it refuses, so a text means to the engine what it means to Postgres or never gets
// there.
//
//   FindReferences -> the session resolves tables and evaluates server functions
//   WriteQuery     -> engine text, result fields, parameter types
//
// Names and types are checked here, so errors in a query carry positions in the user's text; what
// is left to the engine are errors of values (division by zero, overflow), which have none.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "columnar/table_schema.h"
#include "columnar/text_style.h"
#include "columnar/types.h"
#include "sql/decode.h"
#include "sql/parse.h"

namespace firn::sql {

enum class Comparison : uint8_t { kEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

/// `column comparison value`, constants and parameters only. Rows of a table that do not fulfil it
/// change nothing in the query's result. A table without such a column does not care.
struct ColumnCondition {
  std::string column;
  Comparison comparison = Comparison::kEqual;
  std::vector<Cell> values;  // one that fulfils it is enough
};

/// What a query without conditions wants to know of a table's rows.
struct TableSummary {
  bool counted = false;            // how many they are
  std::set<std::string> extremes;  // the least and the greatest value of these columns
  std::string distinct;            // what values this column has, if nothing else is asked
};

/// A relation in a FROM clause that is not a common table expression in scope.
struct TableReference {
  TableName table;
  size_t index = 0;  // in the order of FindReferences
  /// With a past (time_travel.h): what it speaks of, and the query of its one value. `table.past`
  /// is the session's to set.
  std::string past_kind;
  std::optional<Statement> past_value;
  std::vector<ColumnCondition> conditions;  // all of which its rows must fulfil
  std::optional<TableSummary> only;         // nothing else is asked of it
  std::vector<std::string> grouped;         // columns that rows may be grouped by, if it has them
};

/// A call that the session answers, not the engine: version(), current_schema(),
/// firn.last_commit_lsn(), current_setting('x') …
struct ServerCall {
  std::string name;             // "version", "firn.wait_for", "current_user"
  std::vector<Cell> arguments;  // constants, parameters, calls without arguments
  size_t index = 0;
  int position = 0;
};

struct TypeReference {
  std::string schema;  // as written; empty: to be found along search_path
  std::string name;
  int location = -1;  // byte in the statement's text
};

struct References {
  std::vector<TableReference> tables;
  std::vector<ServerCall> calls;
  std::vector<TypeReference> types;  // that something is cast to
};

/// Every table, server call and type of a read, in the order of the text's tree.
/// Errors: those of the allow-list that need no types (0A000 ONLY, TABLESAMPLE, FOR UPDATE …).
Result<References> FindReferences(const Statement& query);

/// What the session knows of a table reference.
struct ResolvedTable {
  std::string scan_sql;                  // engine text of a query that returns the columns
  std::vector<columnar::Field> columns;  // what * means
  std::vector<columnar::Field> hidden;   // reached by name only: __lsn, __timestamp
  std::optional<int64_t> row_count;      // of one that is counted, if its rows need not be
  /// By column of which it is asked and known: the least and the greatest value, NULLs if none.
  std::map<std::string, std::shared_ptr<arrow::Array>> extremes;
  bool has_past = false;            // AT has a meaning
  std::vector<std::string> denied;  // columns that the role may not read
  std::vector<std::string> key;     // of a table, the columns of its PRIMARY KEY
  /// Columns that are not, in every file, what files say they are: of another type, or computed.
  std::vector<std::string> computed;
  /// Whether no value of a column of floats is infinite or NaN. May be null: nothing is known.
  std::function<bool(const std::string& column)> all_finite;
  /// A column of few texts, which the scan has also as their numbers, from 1.
  struct Coded {
    std::string column;
    std::string code;  // the name of the numbers' column
    std::vector<std::string> texts;
  };
  std::vector<Coded> coded;
};

struct QueryContext {
  /// By reference.index. Errors: 42P01 with the reference's position.
  std::function<Result<ResolvedTable>(const TableReference&)> resolve_table;
  /// A constant of engine SQL and its type. Null: server calls are refused.
  std::function<Result<std::pair<std::string, columnar::Type>>(const ServerCall&)> answer_call;
  /// For functions that look into the catalog (pg_catalog/calls.h). Null: types only.
  std::function<int64_t()> catalog_token;
  /// Enums and domains. Null: there are none.
  std::shared_ptr<const UserTypes> user_types;
  /// No sum or product of numerics may overflow, and of floats it is known which sums may be
  /// infinite. Slower: for a query that failed with 22003.
  bool exact_numerics = false;
  /// A query that fails with 22003 before its first row is written again with exact_numerics.
  bool written_again = false;
  /// Types the client declared for $1…; missing or nullopt: inferred.
  std::vector<std::optional<columnar::Type>> parameter_types;
  /// How constants are read; null: as the default.
  std::shared_ptr<const columnar::TextStyle> style;
};

struct EngineQuery {
  std::string sql;
  std::vector<columnar::Field> fields;     // names and types of the result, as Postgres'
  std::vector<columnar::Type> parameters;  // of $1 … $n; the engine text casts to these
  /// For a query around this one: which columns are as files hold them, and whether the rows
  /// depend on all there are (LIMIT, DISTINCT ON).
  std::vector<bool> stored;
  bool cut = false;
  /// The only row, a value by column, where it is known without the engine: count(*), min and max
  /// of whole tables.
  arrow::ArrayVector known_row;
};

/// Errors: as Postgres (42P01, 42703, 42702, 42883, 42704, 42804, 42601, 42803 …) with position;
/// 0A000 with a hint for what firn does not let through.
Result<EngineQuery> WriteQuery(const Statement& query, const QueryContext& context);

/// The query's columns converted as INSERT does (assignment casts; varchar(n) checks are the
/// writer's): one result column per target, named for it. Unknown literals and untyped parameters
/// take the target's type; DEFAULT in VALUES is the target's default_sql. A query with fewer
/// columns than targets gives the first ones. Errors: also 42804, and 42601 for too many columns.
Result<EngineQuery> WriteQueryFor(const Statement& query, const QueryContext& context,
                                  std::span<const columnar::Column> targets);

/// Words of one class of PostgreSQL 15's pg_get_keywords().
struct KeywordClass {
  char code = 'U';
  bool bare_label = true;  // may name a column without AS
  std::string_view words;  // blanks or line ends between
};
std::span<const KeywordClass> Keywords();

/// SQL the session runs on every engine instance at start: macros that written queries call.
std::vector<std::string_view> EngineMacros();

}  // namespace firn::sql
