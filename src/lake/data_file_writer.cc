#include "lake/data_file_writer.h"

#include <cmath>

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/util/compression.h>
#include <parquet/arrow/writer.h>
#include <parquet/file_writer.h>
#include <parquet/properties.h>

#include "columnar/batch.h"
#include "lake/arrow_error_internal.h"
#include "lake/column_encoding_internal.h"
#include "lake/file_statistics_internal.h"
#include "lake/file_uri.h"
#include "lake/parquet_file_internal.h"
#include "lake/parquet_schema_internal.h"

namespace firn::lake {
namespace {

constexpr int64_t kSliceRows = 65'536;
constexpr int64_t kSmallSliceRows = 8'192;

template <typename Array>
int64_t CountNans(const arrow::Array& column) {
  const auto& values = static_cast<const Array&>(column);
  const auto* raw = values.raw_values();
  int64_t nans = 0;
  for (int64_t i = 0; i < values.length(); ++i) nans += std::isnan(raw[i]) ? 1 : 0;
  if (nans == 0 || values.null_count() == 0) return nans;
  // What lies under a NULL may be a NaN too, which is none.
  nans = 0;
  for (int64_t i = 0; i < values.length(); ++i)
    nans += values.IsValid(i) && std::isnan(raw[i]) ? 1 : 0;
  return nans;
}

class ParquetDataFileWriter final : public DataFileWriter {
 public:
  ParquetDataFileWriter(io::FileSystem& fs, std::string path, columnar::TableSchema schema,
                        const DataFileOptions& options)
      : fs_(fs),
        path_(std::move(path)),
        schema_(std::move(schema)),
        options_(options),
        arrow_schema_(options.hidden_columns ? columnar::StoredArrowSchema(schema_)
                                             : columnar::ArrowSchema(schema_)) {}

  ~ParquetDataFileWriter() override {
    if (finished_ || output_ == nullptr) return;
    output_->Abandon();
    writer_.reset();
    // Best effort: what stays behind is an orphan, which the sweep finds.
    (void)fs_.Remove(path_);
  }

  Status Open() {
    FIRN_TRY(auto file, fs_.Open(path_, {.mode = io::OpenMode::kCreate}));
    output_ = std::make_shared<FileOutput>(std::move(file));
    return {};
  }

  Status Write(const arrow::RecordBatch& rows) override {
    FIRN_RETURN_IF_ERROR(Check(rows));
    const auto batch = arrow::RecordBatch::Make(arrow_schema_, rows.num_rows(), rows.columns());
    return Guard([&]() -> Status {
      if (writer_ == nullptr) FIRN_RETURN_IF_ERROR(Begin(*batch));
      const int64_t slice = std::clamp(options_.row_group_rows_min, kSmallSliceRows, kSliceRows);
      for (int64_t at = 0; at < batch->num_rows(); at += slice) {
        FIRN_RETURN_IF_ERROR(WriteSlice(*batch->Slice(at, slice)));
      }
      return {};
    });
  }

  Result<DataFile> Finish() override {
    FIRN_RETURN_IF_ERROR(Guard([&]() -> Status {
      if (writer_ == nullptr) {
        FIRN_TRY(const auto none, NoRows());
        FIRN_RETURN_IF_ERROR(Begin(*none));
      }
      FIRN_ARROW_OK("finish a Parquet file", writer_->Close());
      FIRN_ARROW_OK("finish a Parquet file", output_->Close());
      return output_->Sync();
    }));
    DataFile file;
    file.path = FileUri(path_);
    file.bytes = *output_->Tell();
    FillFromMetadata(*writer_->metadata(), nans_, &file);
    finished_ = true;
    return file;
  }

  int64_t rows() const override { return rows_; }
  int64_t bytes() const override { return *output_->Tell(); }
  int64_t row_group_bytes() const override { return group_bytes_; }
  void EndRowGroup() override { end_group_ = true; }

 private:
  // The writer's settings are fixed when it opens, so it opens when there are rows to judge by.
  Status Begin(const arrow::RecordBatch& first) {
    auto parquet_writer = parquet::ParquetFileWriter::Open(
        output_, ParquetSchema(schema_, options_.hidden_columns), Properties(first));
    FIRN_ARROW_OK("open a Parquet file",
                  parquet::arrow::FileWriter::Make(
                      arrow::default_memory_pool(), std::move(parquet_writer), arrow_schema_,
                      parquet::default_arrow_writer_properties(), &writer_));
    return {};
  }

  Result<std::shared_ptr<arrow::RecordBatch>> NoRows() const {
    auto made = arrow::RecordBatch::MakeEmpty(arrow_schema_);
    if (!made.ok()) return FromArrow(made.status(), "make an empty batch");
    return *std::move(made);
  }

  std::shared_ptr<parquet::WriterProperties> Properties(const arrow::RecordBatch& first) const {
    parquet::WriterProperties::Builder builder;
    builder.compression(parquet::Compression::ZSTD)
        ->compression_level(options_.compression_level)
        ->version(parquet::ParquetVersion::PARQUET_2_6)
        ->max_row_group_length(INT64_MAX)
        ->enable_page_checksum()
        ->created_by("firn");
    for (int i = 0; i < static_cast<int>(schema_.columns.size()); ++i) {
      Use(ChooseEncoding(*first.column(i), options_.compression_level), schema_.columns[i].name,
          &builder);
    }
    // LSNs never repeat and times rarely fall: differences of neighbours take almost no room.
    for (const auto column : {columnar::kLsnColumn, columnar::kTimestampColumn}) {
      Use({.dictionary = false, .delta = true, .compressed = false}, std::string(column), &builder);
    }
    return builder.build();
  }

  static void Use(const ColumnEncoding& encoding, const std::string& column,
                  parquet::WriterProperties::Builder* builder) {
    if (!encoding.dictionary) builder->disable_dictionary(column);
    if (encoding.delta) builder->encoding(column, parquet::Encoding::DELTA_BINARY_PACKED);
    if (encoding.compressed) return;
    builder->compression(column, parquet::Compression::UNCOMPRESSED)
        ->compression_level(column, arrow::util::Codec::UseDefaultCompressionLevel());
  }

  // Runs what calls Parquet: turns exceptions into errors, remembers the first, and prefers what
  // io said of a failed write over Arrow's words for it.
  template <typename Body>
  Status Guard(Body body) {
    if (failure_) return Fail(*failure_);
    Status status = [&]() -> Status {
      try {
        return body();
      } catch (const std::bad_alloc&) {
        return Fail(ErrorCode::kOverloaded, "out of memory while encoding Parquet");
      } catch (const std::exception& error) {
        return Fail(ErrorCode::kInternal, "could not encode Parquet: {}", error.what());
      }
    }();
    if (!status) failure_ = output_->error() ? *output_->error() : status.error();
    if (failure_) return Fail(*failure_);
    return {};
  }

  Status Check(const arrow::RecordBatch& rows) const {
    if (rows.num_columns() != arrow_schema_->num_fields()) {
      return Fail(ErrorCode::kSchemaMismatch, "batch has {} columns, the table's files have {}",
                  rows.num_columns(), arrow_schema_->num_fields());
    }
    for (int i = 0; i < rows.num_columns(); ++i) {
      const auto& field = *arrow_schema_->field(i);
      const auto& column = *rows.column(i);
      if (!column.type()->Equals(*field.type())) {
        return Fail(ErrorCode::kSchemaMismatch, "column \"{}\" is of type {}, not {}", field.name(),
                    column.type()->ToString(), field.type()->ToString());
      }
      if (!field.nullable() && column.null_count() > 0) {
        return Fail(MakeError(ErrorCode::kInvalidInput,
                              "null value in column \"{}\" violates not-null constraint",
                              field.name())
                        .WithSqlState("23502"));
      }
    }
    return {};
  }

  Status WriteSlice(const arrow::RecordBatch& slice) {
    if (group_rows_ == 0 || GroupIsFull()) {
      FIRN_ARROW_OK("begin a row group", writer_->NewBufferedRowGroup());
      nans_.emplace_back(static_cast<size_t>(slice.num_columns()), -1);
      group_rows_ = 0;
      group_bytes_ = 0;
      end_group_ = false;
    }
    FIRN_ARROW_OK("encode rows", writer_->WriteRecordBatch(slice));
    CountNansOf(slice);
    rows_ += slice.num_rows();
    group_rows_ += slice.num_rows();
    group_bytes_ += columnar::BatchBytes(slice);
    return {};
  }

  bool GroupIsFull() const {
    if (end_group_ && group_rows_ > 0) return true;
    if (group_rows_ >= options_.row_group_rows_max) return true;
    if (group_bytes_ >= 4 * options_.row_group_bytes) return true;
    return group_rows_ >= options_.row_group_rows_min && group_bytes_ >= options_.row_group_bytes;
  }

  void CountNansOf(const arrow::RecordBatch& slice) {
    auto& counts = nans_.back();
    for (int i = 0; i < slice.num_columns(); ++i) {
      const auto& column = *slice.column(i);
      auto& count = counts[static_cast<size_t>(i)];
      if (column.type_id() == arrow::Type::FLOAT) {
        count = std::max<int64_t>(count, 0) + CountNans<arrow::FloatArray>(column);
      } else if (column.type_id() == arrow::Type::DOUBLE) {
        count = std::max<int64_t>(count, 0) + CountNans<arrow::DoubleArray>(column);
      }
    }
  }

  io::FileSystem& fs_;
  const std::string path_;
  const columnar::TableSchema schema_;
  const DataFileOptions options_;
  const std::shared_ptr<arrow::Schema> arrow_schema_;

  std::shared_ptr<FileOutput> output_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  NanCounts nans_;
  int64_t rows_ = 0;
  int64_t group_rows_ = 0;
  int64_t group_bytes_ = 0;
  bool end_group_ = false;
  bool finished_ = false;
  std::optional<Error> failure_;
};

}  // namespace

DataFileOptions SmallRowGroups(int64_t bytes) {
  DataFileOptions options;
  if (bytes >= options.row_group_bytes) return options;
  options.row_group_bytes = bytes;
  options.row_group_rows_min = kSmallSliceRows;
  return options;
}

Result<std::unique_ptr<DataFileWriter>> DataFileWriter::Make(io::FileSystem& fs,
                                                             std::string local_path,
                                                             const columnar::TableSchema& schema,
                                                             const DataFileOptions& options) {
  auto writer = std::make_unique<ParquetDataFileWriter>(fs, std::move(local_path), schema, options);
  FIRN_RETURN_IF_ERROR(writer->Open());
  return std::unique_ptr<DataFileWriter>(std::move(writer));
}

}  // namespace firn::lake
