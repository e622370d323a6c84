// sql: small queries of firn's own to the engine: keys, checks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "catalog/table_definition.h"
#include "engine/engine.h"
#include "lake/footer.h"

namespace firn::sql {

struct InternalQuery {
  std::string sql;
  std::vector<engine::ScanHandle> handles;  // what the text scans
  std::string zone = "UTC";                 // in which times are shown and read
};

/// Every row of the result. Blocks: for a worker.
Result<std::vector<std::shared_ptr<arrow::RecordBatch>>> RunInternalQuery(
    engine::Engine& engine, const InternalQuery& query);

/// A batch as something to scan; its columns are named and typed by `fields`.
engine::ScanHandle RegisterBatch(engine::Engine& engine, std::vector<columnar::Field> fields,
                                 std::shared_ptr<arrow::RecordBatch> batch);

}  // namespace firn::sql
