// sql: CHECK: a table's conditions over rows that are about to be buffered.
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

/// The first row that breaks a rule, NOT NULL before CHECK as in PostgreSQL. Errors: 22001.
Task<Result<std::optional<BrokenRow>>> FindBrokenRow(
    SessionContext& session, const catalog::TableDefinition& table,
    const std::shared_ptr<arrow::RecordBatch>& rows);

/// Whether FindBrokenRow has to ask the engine: for the CHECKs of the table or of its types.
bool HasExpressions(const catalog::TableDefinition& table);
/// FindBrokenRow where it has not.
Result<std::optional<BrokenRow>> FindBrokenRowAlone(
    const catalog::TableDefinition& table, const std::shared_ptr<arrow::RecordBatch>& rows);

/// Whether the expression can be a CHECK of the table: boolean, over its columns only. The columns
/// it names. Errors: 42804, 42703, 0A000 …
Result<std::vector<FieldId>> DescribeCheck(SessionContext& session,
                                           const catalog::TableDefinition& table,
                                           const std::string& expression);

}  // namespace firn::sql
