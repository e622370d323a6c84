// sql: INSERT … RETURNING: columns of the rows that were put into the table.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "catalog/table_definition.h"
#include "sql/decode.h"
#include "sql/row_stream.h"
#include "sql/session_context.h"

namespace firn::sql {

/// The result's columns: names and types. Errors: 42703, 42P01 for another relation's name, 42501
/// unless the role may read the columns.
Result<std::vector<columnar::Field>> ReturnedFields(const SessionContext& session,
                                                    const catalog::TableDefinition& table,
                                                    const ReturningList& returning);

/// The rows as ReturnedFields says; `batches` have the table's columns as it keeps them.
Result<std::unique_ptr<RowStream>> ReturnedRows(
    const SessionContext& session, const catalog::TableDefinition& table,
    const ReturningList& returning,
    const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches);

}  // namespace firn::sql
