// sql: asks the engine whether a text that Postgres' grammar refuses is a read of its own dialect.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "sql/parse.h"
#include "sql/session_context.h"

namespace firn::sql {

/// Its statements, or none when it is none of DuckDB's reads either. Errors: those of FromDuckDb.
Task<Result<std::vector<Statement>>> ParseDuckDb(SessionContext& session, const std::string& sql);

}  // namespace firn::sql
