// engine: slices of Arrow columns written into DuckDB vectors. This is the inner loop of every
// read of hot rows: fixed widths are copied whole, strings are pointed to, never copied.
#pragma once

#include <cstdint>

#include <arrow/type_fwd.h>

#include "columnar/types.h"
#include "engine/duckdb_api_internal.h"

namespace firn::engine {

/// Writes `rows` values from `offset` (counted from the array's own start) into the vector, with
/// their nulls; lists too. The vector must be all valid before.
void WriteColumn(const columnar::Type& type, const arrow::ArrayData& array, int64_t offset,
                 int64_t rows, duckdb_vector out);

/// Writes `rows` values from `offset` (counted from the array's own start) into the vector's data.
/// Null slots get any value; for string kinds the result points into the array's buffers.
using WriteValues = void (*)(const arrow::ArrayData& array, int64_t offset, int64_t rows,
                             void* out);
/// Null for lists.
WriteValues ValueWriter(const columnar::Type& type);

/// Clears the validity bits of null rows. The vector must be all valid before.
void WriteValidity(const arrow::ArrayData& array, int64_t offset, int64_t rows, duckdb_vector out);

/// True if values of this type point into the batch they come from.
bool PointsIntoBatch(const columnar::Type& type);

}  // namespace firn::engine
