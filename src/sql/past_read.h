// sql: what a query's AT clauses come to: expressions valued, points before a table's history
// rounded down to one of its snapshots.
#pragma once

#include <vector>

#include "base/task.h"
#include "sql/output.h"
#include "sql/parameters.h"
#include "sql/query.h"
#include "sql/session_context.h"

namespace firn::sql {

/// Sets `table.past` of every reference that has a past. `out` is told of rounded points; null:
/// nobody is. Errors: those of the expressions, 22004 a null one, 22023 a point before all that is
/// known, with the oldest there is, or no such snapshot.
Task<Status> ResolvePasts(SessionContext& session, std::vector<TableReference>& references,
                          const std::vector<BoundParameter>* parameters, Output* out);

}  // namespace firn::sql
