// sql: who a session is, and the statements that make, change and drop roles.
//
// A session has two users: session_user, who signed in (or whom SET SESSION AUTHORIZATION named),
// and current_user, whose rights count (SET ROLE). Both follow the transaction, as settings do.
// Both are roles, not names: a role made anew under the name of a dropped one is another.
#pragma once

#include <string>

#include "base/result.h"
#include "base/task.h"
#include "catalog/objects/role.h"
#include "sql/decode.h"
#include "sql/output.h"
#include "sql/session_context.h"

namespace firn::sql {

/// The role whose rights count. 42704 when it was dropped meanwhile.
Result<catalog::RolePtr> CurrentRole(const SessionContext& session);
/// session_user. 42704 as above.
Result<catalog::RolePtr> SessionRole(const SessionContext& session);

/// A role as a statement names it. 42704.
Result<catalog::RolePtr> FindNamedRole(const SessionContext& session, const RoleName& named);

/// SET ROLE, SET SESSION AUTHORIZATION and their RESET. 22023 no such role, 42501 no right to.
Status SetUser(SessionContext& session, const SetCommand& command);
/// The same for what a session begins with: one of the parameters that are roles, as the startup
/// message or ALTER ROLE … SET says it, for the role that signed in.
Status SetInitialUser(SessionSettings& settings, const catalog::Version& catalog,
                      const catalog::Role& signed_in, std::string_view name,
                      const std::string& value);

/// The tag. Errors as PostgreSQL's: 42501, 42704, 42710, 42939, 55006, 2BP01, 0LP01.
Task<Result<std::string>> RunRoleCommand(SessionContext& session, const Command& command,
                                         Output& out);
bool IsRoleCommand(const Command& command);

}  // namespace firn::sql
