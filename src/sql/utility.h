// sql: statements about the session and the server: SET, SHOW, EXPLAIN, CHECKPOINT, CALL.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "sql/decode.h"
#include "sql/parameters.h"
#include "sql/row_stream.h"
#include "sql/session_context.h"

namespace firn::sql {

/// LOCK TABLE … IN ACCESS SHARE MODE: that the tables are there and may be read. The transaction's
/// view keeps them as they are.
Result<std::string> RunLock(const SessionContext& session, const LockCommand& command);

/// SET CONSTRAINTS: 42704 for one that is not there, 42809 for one that is not deferrable.
Result<std::string> RunSetConstraints(const SessionContext& session,
                                      const SetConstraintsCommand& command);

/// The one way in which a client changes a parameter: SET, RESET and set_config(). 42501 for what
/// its role may not.
Status RunSet(SessionContext& session, const SetCommand& command);
/// Modes of BEGIN, SET TRANSACTION and SET SESSION CHARACTERISTICS.
/// Errors: 25001 for an isolation level after the first query, 0A000 SERIALIZABLE.
Status SetModes(SessionContext& session, const TransactionModes& modes, bool of_session);

/// What SHOW returns: one column named for the parameter, or three for ALL.
Result<std::vector<columnar::Field>> DescribeShow(const ShowCommand& command);
Result<std::unique_ptr<RowStream>> RunShow(SessionContext& session, const ShowCommand& command);

/// The one column of EXPLAIN.
std::vector<columnar::Field> ExplainFields();
Task<Result<std::unique_ptr<RowStream>>> RunExplain(SessionContext& session,
                                                    const ExplainCommand& command,
                                                    const std::vector<BoundParameter>& parameters);

/// Returns when everything visible before is in the lake.
Task<Result<std::string>> RunCheckpoint(SessionContext& session);
/// firn.flush('t'). 42883 for other procedures.
Task<Result<std::string>> RunCall(SessionContext& session, const CallCommand& command);

}  // namespace firn::sql
