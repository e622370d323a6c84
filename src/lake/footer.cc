#include "lake/footer.h"

#include <set>

#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/schema.h>

#include "columnar/types.h"
#include "lake/file_statistics_internal.h"
#include "lake/file_uri.h"
#include "lake/parquet_file_internal.h"

namespace firn::lake {
namespace {

// "Schema Evolution": what may be read as what.
bool ReadsAs(std::string_view held, std::string_view wanted) {
  if (held == wanted) return true;
  if (held == "int" && wanted == "long") return true;
  if (held == "float" && wanted == "double") return true;
  if (!held.starts_with("decimal(") || !wanted.starts_with("decimal(")) return false;
  const auto had = columnar::ParsePostgresName(held);
  const auto want = columnar::ParsePostgresName(wanted);
  return had && want && had->scale == want->scale && had->precision <= want->precision;
}

const FooterColumn* FindColumn(const Footer& footer, FieldId id) {
  for (const auto& column : footer.columns) {
    if (column.id == id) return &column;
  }
  return nullptr;
}

}  // namespace

Result<Footer> ReadFooter(io::FileSystem& fs, const std::string& local_path) {
  FIRN_TRY(auto opened, fs.Open(local_path, {.mode = io::OpenMode::kRead}));
  FIRN_TRY(const auto size, opened->Size());
  try {
    const auto input = std::make_shared<FileInput>(std::move(opened), static_cast<int64_t>(size));
    const auto reader = parquet::ParquetFileReader::Open(input);
    const auto metadata = reader->metadata();
    Footer footer;
    footer.file.path = FileUri(local_path);
    footer.file.bytes = static_cast<int64_t>(size);
    FillFromMetadata(*metadata, {}, &footer.file);
    for (int i = 0; i < metadata->num_columns(); ++i) {
      const auto* column = metadata->schema()->Column(i);
      footer.columns.push_back({.name = column->path()->ToDotString(),
                                .id = FieldId(std::max(0, column->schema_node()->field_id())),
                                .optional = column->max_definition_level() > 0,
                                .type = IcebergTypeOf(*column)});
    }
    return footer;
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kCorrupt, "could not read Parquet file {}: {}", local_path,
                error.what());
  }
}

Status CheckFieldIds(const Footer& footer, const columnar::TableSchema& schema) {
  std::set<FieldId> seen;
  for (const auto& column : footer.columns) {
    if (column.id.value() <= 0) {
      return Fail(MakeError(ErrorCode::kSchemaMismatch,
                            "column \"{}\" of {} has no Iceberg field id", column.name,
                            footer.file.path)
                      .WithHint("Write the file with field ids, or load it with COPY or INSERT."));
    }
    if (!seen.insert(column.id).second) {
      return Fail(ErrorCode::kSchemaMismatch, "field id {} occurs twice in {}", column.id,
                  footer.file.path);
    }
  }
  for (const auto& wanted : schema.columns) {
    // Of an array the file's column is its elements.
    const auto* held = FindColumn(footer, wanted.type.array ? wanted.element_id : wanted.id);
    const auto type = columnar::IcebergName(wanted.type);
    if (held == nullptr) {
      if (!wanted.not_null) continue;
      return Fail(ErrorCode::kSchemaMismatch, "column \"{}\" is NOT NULL and missing in {}",
                  wanted.name, footer.file.path);
    }
    if (!ReadsAs(held->type, type)) {
      return Fail(ErrorCode::kSchemaMismatch, "column \"{}\" of {} is of type {}, not {}",
                  wanted.name, footer.file.path, held->type, type);
    }
  }
  return {};
}

}  // namespace firn::lake
