// sql: DDL: changes of the transaction's own catalog.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "sql/decode.h"
#include "sql/output.h"
#include "sql/parameters.h"
#include "sql/session_context.h"

namespace firn::sql {

// Each returns the statement's tag.
Task<Result<std::string>> RunCreateTable(SessionContext& session, const CreateTableCommand& command,
                                         Output& out);
Task<Result<std::string>> RunCreateTableAs(SessionContext& session,
                                           const CreateTableAsCommand& command,
                                           const std::vector<BoundParameter>& parameters,
                                           Output& out);
/// Every other DDL statement.
Task<Result<std::string>> RunDdl(SessionContext& session, const DdlCommand& command, Output& out);

}  // namespace firn::sql
