// Makes and shows tables for tests/interop, which reads them with programs that others wrote.
//
//   lake_make_table create FOLDER UUID SCHEMA.json
//   lake_make_table append FOLDER LOG-ID LSN [ROWS.arrow …]     one data file each, one commit
//   lake_make_table file PATH SCHEMA.json ROWS.arrow            a data file on its own
//   lake_make_table list FOLDER                                 live files, one JSON object a line
//
// ROWS.arrow is an Arrow IPC stream with columns as columnar::StoredArrowSchema.
#include <cstdio>

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <nlohmann/json.hpp>

#include "lake/data_file_writer.h"
#include "lake/iceberg_table.h"
#include "lake/schema_mapping.h"

namespace firn::lake {
namespace {

using Arguments = std::vector<std::string>;

io::FileSystem& Files() {
  return io::LocalFileSystem();
}

Result<columnar::TableSchema> ReadSchema(const std::string& path) {
  FIRN_TRY(const auto json, io::ReadFile(Files(), path));
  return columnar::TableSchemaFromJson(json);
}

Result<std::vector<std::shared_ptr<arrow::RecordBatch>>> ReadRows(const std::string& path) {
  FIRN_TRY(auto bytes, io::ReadFile(Files(), path));
  auto opened = arrow::ipc::RecordBatchStreamReader::Open(
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::move(bytes))));
  if (!opened.ok()) return Fail(ErrorCode::kInvalidInput, "{}", opened.status().message());
  auto batches = (*opened)->ToRecordBatches();
  if (!batches.ok()) return Fail(ErrorCode::kInvalidInput, "{}", batches.status().message());
  return *batches;
}

Result<DataFile> WriteFile(const std::string& path, const columnar::TableSchema& schema,
                           const std::string& rows_path) {
  FIRN_TRY(const auto batches, ReadRows(rows_path));
  DataFileOptions options;
  // Small groups, so that a few thousand rows have several and their statistics are folded.
  options.row_group_rows_min = 1000;
  options.row_group_rows_max = 1000;
  FIRN_TRY(const auto writer, DataFileWriter::Make(Files(), path, schema, options));
  for (const auto& batch : batches) FIRN_RETURN_IF_ERROR(writer->Write(*batch));
  return writer->Finish();
}

void Print(const DataFile& file) {
  nlohmann::json json = {{"path", file.path},
                         {"rows", file.rows},
                         {"bytes", file.bytes},
                         {"first_lsn", file.first_lsn.value()},
                         {"last_lsn", file.last_lsn.value()},
                         {"row_groups", file.split_offsets.size()}};
  std::printf("%s\n", json.dump().c_str());
}

Result<IcebergTable> Newest(const std::string& folder) {
  FIRN_TRY(const auto version, IcebergTable::NewestVersion(Files(), folder));
  return IcebergTable::Load(Files(), folder, version);
}

Status Create(const Arguments& arguments) {
  FIRN_TRY(const auto uuid, ParseUuid(arguments.at(1)));
  FIRN_TRY(const auto schema, ReadSchema(arguments.at(2)));
  FIRN_TRY(const auto table,
           IcebergTable::Create(Files(), arguments.at(0), uuid, schema, {}, 1'700'000'000'000));
  return {};
}

Status Append(const Arguments& arguments) {
  FIRN_TRY(const auto table, Newest(arguments.at(0)));
  FIRN_TRY(const auto log, ParseUuid(arguments.at(1)));
  FIRN_TRY(const auto schema, TableSchemaOf(table.metadata()));
  std::vector<DataFile> files;
  for (size_t i = 3; i < arguments.size(); ++i) {
    FIRN_TRY(auto file, WriteFile(table.NewDataFilePath(), schema, arguments[i]));
    Print(file);
    files.push_back(std::move(file));
  }
  const FlushMark mark{.log = LogId(log), .flushed = Lsn(std::stoull(arguments.at(2)))};
  FIRN_TRY(const auto next, table.Append(files, mark, table.metadata().last_updated_ms + 1000));
  return next.PublishHint();
}

Status List(const Arguments& arguments) {
  FIRN_TRY(const auto table, Newest(arguments.at(0)));
  FIRN_TRY(const auto files, table.Files());
  for (const auto& file : files) Print(file);
  return {};
}

Status File(const Arguments& arguments) {
  FIRN_TRY(const auto schema, ReadSchema(arguments.at(1)));
  FIRN_TRY(const auto file, WriteFile(arguments.at(0), schema, arguments.at(2)));
  Print(file);
  return {};
}

Status Run(const std::string& what, const Arguments& arguments) {
  if (what == "create") return Create(arguments);
  if (what == "append") return Append(arguments);
  if (what == "list") return List(arguments);
  if (what == "file") return File(arguments);
  return Fail(ErrorCode::kInvalidInput, "unknown command: {}", what);
}

}  // namespace
}  // namespace firn::lake

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const auto done = firn::lake::Run(argv[1], {argv + 2, argv + argc});
  if (done) return 0;
  std::fprintf(stderr, "%s\n", done.error().message.c_str());
  return 1;
}
