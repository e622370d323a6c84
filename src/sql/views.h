// sql: views in queries: the text of a view as a relation, with what its names stood for when it
// was made.
#pragma once

#include <functional>

#include "catalog/objects/view.h"
#include "sql/query.h"
#include "sql/session_context.h"

namespace firn::sql {

/// How a relation below a view is resolved: for types only, or to be scanned.
using ResolveRelation = std::function<Result<ResolvedTable>(const TableName&)>;

/// 42P17 for a view that is made of itself.
Failure EndlessView(std::string_view name);

/// The view as engine text. `resolve` is asked for the relations it is made of, by their names of
/// now. Errors: 42P01 when one of them is gone, 42P17 when one is the view itself; 54001, 54000
/// when views lie too deep, or are too many in the statement; 57014.
Result<ResolvedTable> ExpandView(
    const SessionContext& session, const catalog::View& view, const ResolveRelation& resolve,
    const std::function<Result<std::pair<std::string, columnar::Type>>(const ServerCall&)>&
        answer_call);

/// What a relation is called now; nothing when it is gone.
std::optional<TableName> NameOf(const SessionContext& session, const Uuid& relation);

}  // namespace firn::sql
