#include "engine/scan_function_internal.h"

#include <atomic>
#include <cstring>
#include <exception>
#include <optional>

#include <arrow/array/data.h>
#include <arrow/record_batch.h>

#include "engine/arrow_to_vector_internal.h"
#include "engine/duckdb_types_internal.h"

namespace firn::engine {
namespace {

constexpr int64_t kVectorRows = 2048;

// Made by bind and kept by DuckDB for as long as it likes: so only a name, never the source.
struct Bound {
  std::string token;
};

struct ScanColumn {
  columnar::Type type;
  std::shared_ptr<arrow::DataType> arrow_type;
  std::string name;
  size_t output;  // index in the chunk
};

// One scan under way, shared by its threads.
struct Scan {
  std::string token;
  std::shared_ptr<ScanEntry> entry;
  std::vector<ScanColumn> columns;
  bool keep_batches = false;
  std::optional<size_t> present;  // where kPresentColumn is in the chunk, if wanted
  std::vector<std::unique_ptr<ScanReader>> readers;
  std::atomic<size_t> next_reader{0};

  // A thread that has finished its reader takes the next: DuckDB may start fewer threads than
  // there are readers, and every reader must be read.
  ScanReader* Claim() {
    const size_t index = next_reader.fetch_add(1);
    return index < readers.size() ? readers[index].get() : nullptr;
  }
};

// One thread's place in a scan.
struct Cursor {
  ScanReader* reader = nullptr;
  std::shared_ptr<arrow::RecordBatch> batch;
  std::vector<std::shared_ptr<arrow::ArrayData>> arrays;  // of Scan::columns
  int64_t offset = 0;
};

template <typename T>
void Delete(void* object) {
  delete static_cast<T*>(object);
}

Status CheckBatch(const Scan& scan, const arrow::RecordBatch& batch) {
  if (scan.columns.empty()) return {};
  if (batch.num_columns() != static_cast<int>(scan.columns.size())) {
    return Fail(ErrorCode::kInternal, "scan batch has the wrong width: want={} got={}",
                scan.columns.size(), batch.num_columns());
  }
  for (size_t i = 0; i < scan.columns.size(); ++i) {
    const auto& want = scan.columns[i];
    const auto& got = batch.column_data(static_cast<int>(i))->type;
    if (!got->Equals(*want.arrow_type)) {
      return Fail(ErrorCode::kInternal, "scan column has the wrong type: column={} want={} got={}",
                  want.name, want.arrow_type->ToString(), got->ToString());
    }
  }
  return {};
}

// Moves to the next batch with rows; false at the end of the scan.
Result<bool> NextBatch(Scan& scan, Cursor& cursor) {
  cursor.batch = nullptr;
  while (true) {
    if (cursor.reader == nullptr) cursor.reader = scan.Claim();
    if (cursor.reader == nullptr) return false;
    FIRN_TRY(auto batch, cursor.reader->Next());
    if (batch == nullptr) {
      cursor.reader = nullptr;
      continue;
    }
    if (batch->num_rows() == 0) continue;
    FIRN_RETURN_IF_ERROR(CheckBatch(scan, *batch));
    cursor.arrays.clear();
    for (size_t i = 0; i < scan.columns.size(); ++i) {
      cursor.arrays.push_back(batch->column_data(static_cast<int>(i)));
    }
    if (scan.keep_batches) scan.entry->Keep(batch);
    cursor.batch = std::move(batch);
    cursor.offset = 0;
    return true;
  }
}

Status FillChunk(Scan& scan, Cursor& cursor, duckdb_data_chunk output) {
  if (cursor.batch == nullptr || cursor.offset == cursor.batch->num_rows()) {
    FIRN_TRY(const bool more, NextBatch(scan, cursor));
    if (!more) {
      duckdb_data_chunk_set_size(output, 0);
      return {};
    }
  }
  const int64_t rows = std::min(kVectorRows, cursor.batch->num_rows() - cursor.offset);
  for (size_t i = 0; i < scan.columns.size(); ++i) {
    const auto& column = scan.columns[i];
    duckdb_vector vector = duckdb_data_chunk_get_vector(output, column.output);
    WriteColumn(column.type, *cursor.arrays[i], cursor.offset, rows, vector);
  }
  if (scan.present) {
    std::memset(duckdb_vector_get_data(duckdb_data_chunk_get_vector(output, *scan.present)), 1,
                static_cast<size_t>(rows));
  }
  cursor.offset += rows;
  duckdb_data_chunk_set_size(output, static_cast<idx_t>(rows));
  return {};
}

Status BindScan(duckdb_bind_info info) {
  const auto& context = *static_cast<ScanFunctionContext*>(duckdb_bind_get_extra_info(info));
  const OwnedValue value(duckdb_bind_get_parameter(info, 0));
  auto bound = std::make_unique<Bound>();
  bound->token = TakeString(duckdb_get_varchar(value.get()));
  const auto entry = context.registry->Find(bound->token);
  if (entry == nullptr) return Fail(ErrorCode::kNotFound, "firn_scan: no such scan");
  const auto present = LogicalTypeOf({columnar::TypeKind::kBool});
  duckdb_bind_add_result_column(info, std::string(kPresentColumn).c_str(), present.get());
  for (const auto& field : entry->source().fields()) {
    const auto type = LogicalTypeOf(field.type);
    duckdb_bind_add_result_column(info, field.name.c_str(), type.get());
  }
  // "Exact" sets only the estimate; otherwise it would also be taken for an upper bound.
  const int64_t rows = std::max<int64_t>(0, entry->source().row_estimate());
  duckdb_bind_set_cardinality(info, static_cast<idx_t>(rows), true);
  duckdb_bind_set_bind_data(info, bound.release(), Delete<Bound>);
  return {};
}

Status InitScan(duckdb_init_info info, const ScanFunctionContext& context, const std::string& token,
                const std::shared_ptr<ScanEntry>& entry) {
  auto& source = entry->source();
  auto scan = std::make_unique<Scan>();
  scan->token = token;
  scan->entry = entry;
  std::vector<int> wanted;
  const idx_t count = duckdb_init_get_column_count(info);
  for (idx_t i = 0; i < count; ++i) {
    const idx_t asked = duckdb_init_get_column_index(info, i);
    if (asked == 0) {
      scan->present = i;
      continue;
    }
    const idx_t index = asked - 1;
    if (index >= source.fields().size()) {
      return Fail(ErrorCode::kInternal, "scan column does not exist: index={}", index);
    }
    const auto& field = source.fields()[index];
    wanted.push_back(static_cast<int>(index));
    scan->columns.push_back({field.type, columnar::ArrowType(field.type), field.name, i});
    scan->keep_batches |= PointsIntoBatch(field.type);
  }
  const size_t readers = std::clamp<size_t>(source.max_readers(), 1, context.threads);
  FIRN_TRY(scan->readers, source.Begin(wanted, readers));
  duckdb_init_set_max_threads(info, std::max<size_t>(1, scan->readers.size()));
  duckdb_init_set_init_data(info, scan.release(), Delete<Scan>);
  return {};
}

// No exception may pass through DuckDB's C frames.
template <typename Body>
Status Guarded(Body body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return Fail(ErrorCode::kOverloaded, "out of memory in a scan");
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kInternal, "scan failed: {}", error.what());
  }
}

void OnBind(duckdb_bind_info info) {
  const auto status = Guarded([&] { return BindScan(info); });
  if (!status) duckdb_bind_set_error(info, status.error().message.c_str());
}

void OnInit(duckdb_init_info info) {
  const auto& context = *static_cast<ScanFunctionContext*>(duckdb_init_get_extra_info(info));
  const auto& token = static_cast<const Bound*>(duckdb_init_get_bind_data(info))->token;
  const auto entry = context.registry->Find(token);
  if (entry == nullptr) {
    duckdb_init_set_error(info, "firn_scan: the scan is over");
    return;
  }
  const auto status = Guarded([&] { return InitScan(info, context, token, entry); });
  if (status) return;
  entry->SetError(status.error());
  duckdb_init_set_error(info, ScanErrorText(token).c_str());
}

void OnLocalInit(duckdb_init_info info) {
  duckdb_init_set_init_data(info, new Cursor, Delete<Cursor>);
}

void OnScan(duckdb_function_info info, duckdb_data_chunk output) {
  auto& scan = *static_cast<Scan*>(duckdb_function_get_init_data(info));
  auto& cursor = *static_cast<Cursor*>(duckdb_function_get_local_init_data(info));
  const auto status = Guarded([&] { return FillChunk(scan, cursor, output); });
  if (status) return;
  scan.entry->SetError(status.error());
  duckdb_function_set_error(info, ScanErrorText(scan.token).c_str());
}

}  // namespace

Status RegisterScanFunction(duckdb_connection connection, ScanFunctionContext* context) {
  FIRN_CHECK(duckdb_vector_size() == static_cast<idx_t>(kVectorRows));
  OwnedTableFunction function(duckdb_create_table_function());
  const OwnedType varchar(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  duckdb_table_function_set_name(function.get(), kScanFunctionName);
  duckdb_table_function_add_parameter(function.get(), varchar.get());
  duckdb_table_function_set_extra_info(function.get(), context, nullptr);
  duckdb_table_function_set_bind(function.get(), OnBind);
  duckdb_table_function_set_init(function.get(), OnInit);
  duckdb_table_function_set_local_init(function.get(), OnLocalInit);
  duckdb_table_function_set_function(function.get(), OnScan);
  duckdb_table_function_supports_projection_pushdown(function.get(), true);
  if (duckdb_register_table_function(connection, function.get()) == DuckDBError) {
    return Fail(ErrorCode::kInternal, "register table function failed: {}", kScanFunctionName);
  }
  return {};
}

}  // namespace firn::engine
