// sql: pg_cancel_backend and pg_terminate_backend.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/session_context.h"

namespace firn::sql {

/// Whether there was such a session, as 1 or 0. Nothing: another function, or a null argument.
/// Errors: 42501 for who has not the rights of the session's role.
Result<std::optional<int64_t>> CallEndingFunction(
    SessionContext& session, std::string_view name,
    const std::vector<std::optional<std::string>>& arguments);

}  // namespace firn::sql
