// sql: what a table's name stands for: a table of this database, a system relation, or nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "sql/decode.h"
#include "sql/parameters.h"
#include "sql/query.h"
#include "sql/session_context.h"

namespace firn::sql {

/// A table by name, looked up along search_path when the schema is not said. Null: none.
std::shared_ptr<const catalog::TableDefinition> FindTable(const SessionContext& session,
                                                          const TableName& name);
/// The same for a statement that needs the table. Errors: 42P01 with position; for a system
/// relation 42809.
Result<std::shared_ptr<const catalog::TableDefinition>> RequireTable(const SessionContext& session,
                                                                     const TableName& name);
/// The schema a new table goes to. 3F000 when search_path names none that exists.
Result<std::string> SchemaForNewTable(const SessionContext& session, const TableName& name);

/// The tables a name stands for: itself, or those under a view.
std::vector<std::shared_ptr<const catalog::TableDefinition>> TablesUnder(
    const SessionContext& session, const TableName& name);

/// Columns of a relation, for types only. Errors: 42P01, 0A000.
Result<ResolvedTable> DescribeRelation(const SessionContext& session, const TableName& name);
/// The same with the text of a scan over what the statement sees, without data files that hold
/// nothing of it; the scan's sources are registered and kept in `handles`. The transaction's data
/// files must be sealed. `parameters` may be null.
Result<ResolvedTable> ScanRelation(SessionContext& session, const TableReference& reference,
                                   const std::vector<BoundParameter>* parameters,
                                   std::vector<engine::ScanHandle>& handles);

}  // namespace firn::sql
