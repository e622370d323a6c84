#include "sql/internal_query.h"

#include "sql/batch_source.h"

namespace firn::sql {

Result<std::vector<std::shared_ptr<arrow::RecordBatch>>> RunInternalQuery(
    engine::Engine& engine, const InternalQuery& query) {
  FIRN_TRY(auto lease, engine.Connect());
  FIRN_RETURN_IF_ERROR(lease->SetTimeZone(query.zone));
  FIRN_TRY(auto prepared, lease->Prepare(query.sql));
  FIRN_TRY(auto stream, prepared->Execute());
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  while (true) {
    FIRN_TRY(auto batch, stream->Next());
    if (batch == nullptr) return batches;
    batches.push_back(std::move(batch));
  }
}

engine::ScanHandle RegisterBatch(engine::Engine& engine, std::vector<columnar::Field> fields,
                                 std::shared_ptr<arrow::RecordBatch> batch) {
  return engine.Register(std::make_shared<BatchSource>(
      std::move(fields),
      [batch = std::move(batch)]() -> Result<std::shared_ptr<arrow::RecordBatch>> {
        return batch;
      }));
}

}  // namespace firn::sql
