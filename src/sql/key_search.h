// sql: PRIMARY KEY: whether a row with the key is there already.
//
// Hot rows are looked up in the hash sets of their generations, rows in files by one query of the
// engine. What others commit after the snapshot is looked up by the commit leader, which sends the
// transaction back here when that is not enough.
#pragma once

#include <memory>
#include <optional>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/task.h"
#include "catalog/table_definition.h"
#include "sql/row_check.h"
#include "sql/session_context.h"

namespace firn::sql {

/// Searches for the keys of rows that are about to be buffered, and remembers them there. The first
/// row whose key is there already: 23505.
Task<Result<std::optional<BrokenRow>>> SearchKeys(
    SessionContext& session, const std::shared_ptr<const catalog::TableDefinition>& table,
    const std::shared_ptr<arrow::RecordBatch>& rows);

/// 23505 when one of the buffer's rows has the key of a row that came after `since`.
Task<Status> SearchNewRows(Services& services, const table::Snapshot& snapshot,
                           const TableBuffer& buffer, Lsn since);

}  // namespace firn::sql
