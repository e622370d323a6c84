// columnar: rows of one version of a table's columns as rows of another, by field id.
#pragma once

#include <memory>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/ids.h"
#include "base/result.h"
#include "columnar/table_schema.h"

namespace firn::columnar {

/// The id in a field's metadata; FieldId() when it has none.
FieldId FieldIdOf(const arrow::Field& field);
/// For each column, its place among the fields; -1: those rows have no such column.
std::vector<int> PlacesOf(const std::vector<Column>& columns, const arrow::Schema& held);
/// The values as a wider type that Iceberg allows, or as they are.
/// Errors: kSchemaMismatch when the types do not go together.
Result<std::shared_ptr<arrow::Array>> Widened(std::shared_ptr<arrow::Array> values,
                                              const std::shared_ptr<arrow::DataType>& type);
Result<std::shared_ptr<arrow::Array>> NullColumn(const std::shared_ptr<arrow::DataType>& type,
                                                 int64_t rows);
/// The rows with exactly the fields of `wanted` (ArrowSchema or StoredArrowSchema): by field id,
/// NULL where there were none. Fields of `rows` carry their ids.
Result<std::shared_ptr<arrow::RecordBatch>> EvolveRows(
    const std::shared_ptr<arrow::RecordBatch>& rows, const std::shared_ptr<arrow::Schema>& wanted);

/// Whether rows of `from` may be read as `to`: the widenings that Iceberg and every reader know.
bool WidensTo(const Type& from, const Type& to);

}  // namespace firn::columnar
