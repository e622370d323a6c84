// sql: the functions that the session answers itself: version(), now(), current_setting('x'),
// firn.last_commit_lsn() … Their results stand in the engine's text as constants.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "sql/parameters.h"
#include "sql/query.h"
#include "sql/session_context.h"

namespace firn::sql {

/// A constant of engine SQL and its type.
using CallAnswer = std::pair<std::string, columnar::Type>;

/// The type alone, as a null constant. 42883 for a call that no session answers.
Result<CallAnswer> DescribeServerCall(const ServerCall& call);

/// Does what a call waits for: firn.wait_for(lsn). To be called before the snapshot is taken.
/// True when there was something to wait for.
Task<Result<bool>> AwaitServerCalls(SessionContext& session, const std::vector<ServerCall>& calls,
                                    const std::vector<BoundParameter>* parameters);

/// Errors: 42704 and others of current_setting and set_config.
Result<CallAnswer> AnswerServerCall(SessionContext& session, const ServerCall& call,
                                    const std::vector<BoundParameter>* parameters);

}  // namespace firn::sql
