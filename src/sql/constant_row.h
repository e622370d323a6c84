// sql: SELECT of constants. Connection pools ask SELECT 1 to see whether anybody is there; that is
// answered without the engine.
#pragma once

#include <memory>
#include <vector>

#include <arrow/type_fwd.h>

#include "columnar/types.h"
#include "sql/parse.h"

namespace firn::sql {

struct ConstantRow {
  std::vector<columnar::Field> fields;
  std::shared_ptr<arrow::RecordBatch> batch;  // of one row
};

/// The row of SELECT with whole numbers, strings, booleans and NULL and nothing else (also without
/// any column, which the engine does not know), the same as the engine would give; null for every
/// other query, also for one that is an error.
std::shared_ptr<const ConstantRow> FindConstantRow(const Statement& query);

}  // namespace firn::sql
