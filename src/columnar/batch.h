// columnar: small things done to whole record batches.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/ids.h"
#include "base/result.h"

namespace firn::columnar {

std::shared_ptr<arrow::RecordBatch> EmptyBatch(const std::shared_ptr<arrow::Schema>& schema);

/// One batch with the rows of all, which have the same schema; of none: an empty one. One is
/// handed back as it is.
Result<std::shared_ptr<arrow::RecordBatch>> ConcatenateBatches(
    const std::shared_ptr<arrow::Schema>& schema,
    const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches);

/// Adds __lsn (first_lsn, first_lsn + 1, …) and __timestamp (the same in every row), as in
/// StoredArrowSchema().
std::shared_ptr<arrow::RecordBatch> AddStoredColumns(const arrow::RecordBatch& batch, Lsn first_lsn,
                                                     int64_t timestamp_micros);

/// Bytes of the rows of this batch: of a slice only its part of the buffers.
int64_t BatchBytes(const arrow::RecordBatch& batch);
int64_t ArrayBytes(const arrow::ArrayData& values);

/// The same data with extension types (arrow.uuid) replaced by their storage; field metadata
/// is kept.
std::shared_ptr<arrow::RecordBatch> StripExtensions(const arrow::RecordBatch& batch);

}  // namespace firn::columnar
