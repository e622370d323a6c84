// sql: COPY … FROM STDIN and COPY … TO STDOUT.
#pragma once

#include <string>

#include "base/result.h"
#include "base/task.h"
#include "sql/decode.h"
#include "sql/output.h"
#include "sql/session_context.h"

namespace firn::sql {

/// The tag: "COPY 7". What was read before an error belongs to the failed transaction.
Task<Result<std::string>> RunCopy(SessionContext& session, const CopyCommand& command, Output& out);

}  // namespace firn::sql
