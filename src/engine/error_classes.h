// engine: what DuckDB's errors mean to a Postgres client.
//
// Connections run with errors_as_json, so an error arrives as {"exception_type",
// "exception_message", "error_subtype", "position", "name", …}. The class gives a default
// SQLSTATE; a table of phrases refines it and says it in PostgreSQL's words where they differ.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::engine {

/// One of DuckDB's exception types.
struct ErrorClass {
  int type;               // duckdb_error_type
  std::string_view name;  // as DuckDB prints it: "Out of Range"
  ErrorCode code;
  std::string_view sqlstate;  // where no phrase says better
};

/// In the text of an error that firn's own functions raise: what follows is its hint.
inline constexpr char kHintMark = '\x1f';

/// Every class that DuckDB 1.5.5 can report.
std::span<const ErrorClass> ErrorClasses();

/// From the text DuckDB gives, JSON or plain. `sql` turns its byte offset into a position.
Error ErrorFromDuckDb(std::string_view text, std::string_view sql);

/// True if the text tells of an error after which the instance refuses everything.
bool InvalidatesInstance(std::string_view text);

/// For a statement whose instance another one has broken: XX000, Remedy::kRetry.
Error EngineReplacedError();

/// SQL text of an expression that fails with this SQLSTATE and message when evaluated:
/// `CASE WHEN b = 0 THEN <this> ELSE a // b END`.
std::string RaiseSql(std::string_view sqlstate, std::string_view message);

}  // namespace firn::engine
