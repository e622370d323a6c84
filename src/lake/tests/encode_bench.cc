// How fast one thread turns Arrow into a data file, beside parquet::arrow with plain settings.
//
//   lake_encode_bench FOLDER [ROWS]
//
// Rows look like TPC-H lineitem with the hidden columns. Both write the same batches through the
// same file adapter and end with fdatasync; MB are those of Arrow buffers.
#include <cstdio>
#include <ctime>
#include <random>

#include <arrow/api.h>
#include <arrow/util/byte_size.h>
#include <parquet/arrow/writer.h>

#include "base/clock.h"
#include "lake/data_file_writer.h"
#include "lake/parquet_file_internal.h"

namespace firn::lake {
namespace {

using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;
using columnar::TypeKind;

columnar::TableSchema Lineitem() {
  const columnar::Type money = columnar::Numeric(12, 2);
  columnar::TableSchema schema;
  auto add = [&](std::string name, columnar::Type type) {
    schema.columns.push_back({FieldId(++schema.last_field_id), std::move(name), type, true});
  };
  for (const auto* key : {"l_orderkey", "l_partkey", "l_suppkey"}) add(key, {TypeKind::kInt8});
  add("l_linenumber", {TypeKind::kInt4});
  for (const auto* name : {"l_quantity", "l_extendedprice", "l_discount", "l_tax"}) {
    add(name, money);
  }
  for (const auto* name : {"l_returnflag", "l_linestatus"}) add(name, {TypeKind::kText});
  for (const auto* name : {"l_shipdate", "l_commitdate", "l_receiptdate"}) {
    add(name, {TypeKind::kDate});
  }
  for (const auto* name : {"l_shipinstruct", "l_shipmode", "l_comment"}) {
    add(name, {TypeKind::kText});
  }
  return schema;
}

// Values of one column: what TPC-H's generator would give, roughly.
class Column {
 public:
  explicit Column(const arrow::Field& field) : name_(field.name()), type_(field.type()) {}

  std::shared_ptr<arrow::Array> Make(int64_t first, int64_t rows, std::mt19937_64& random) {
    auto builder = *arrow::MakeBuilder(type_);
    for (int64_t i = first; i < first + rows; ++i) Put(*builder, i, random);
    return *builder->Finish();
  }

 private:
  void Put(arrow::ArrayBuilder& builder, int64_t row, std::mt19937_64& random) const {
    FIRN_CHECK(type_->id() == arrow::Type::STRING
                   ? PutText(builder, random).ok()
                   : builder.AppendScalar(*Number(row, random)).ok());
  }

  std::shared_ptr<arrow::Scalar> Number(int64_t row, std::mt19937_64& random) const {
    auto below = [&](uint64_t n) { return static_cast<int64_t>(random() % n); };
    int64_t value = row + 1;
    if (name_ == "l_orderkey") value = row / 4;
    if (name_ == "l_partkey") value = below(200'000);
    if (name_ == "l_suppkey") value = below(10'000);
    if (name_ == "l_linenumber") value = row % 7;
    if (name_ == "l_extendedprice") value = below(10'000'000);
    if (name_ == "l_quantity") value = below(50);
    if (name_ == "l_discount" || name_ == "l_tax") value = below(10);
    if (name_.ends_with("date")) value = 8000 + below(2500);
    if (name_ == columnar::kTimestampColumn) value = 1'700'000'000'000'000 + row / 1000 * 1000;
    if (type_->id() == arrow::Type::DECIMAL128) {
      return std::make_shared<arrow::Decimal128Scalar>(arrow::Decimal128(value), type_);
    }
    return *arrow::MakeScalar(value)->CastTo(type_);
  }

  arrow::Status PutText(arrow::ArrayBuilder& builder, std::mt19937_64& random) const {
    static constexpr std::array<std::string_view, 8> kWords = {
        "furiously", "deposits", "final", "requests", "carefully", "regular", "packages", "blithe"};
    auto& text = static_cast<arrow::StringBuilder&>(builder);
    if (name_ != "l_comment") {
      const size_t kinds = name_.size() > 11 ? 2 : 4;
      return text.Append(kWords[random() % kinds].substr(0, name_ == "l_shipmode" ? 5 : 1));
    }
    std::string comment;
    for (size_t words = 2 + random() % 4; words > 0; --words) {
      comment.append(kWords[random() % kWords.size()]).append(" ");
      comment += static_cast<char>('a' + random() % 26);
    }
    return text.Append(comment);
  }

  const std::string name_;
  const std::shared_ptr<arrow::DataType> type_;
};

Batches MakeBatches(int64_t rows) {
  const auto schema = columnar::StoredArrowSchema(Lineitem());
  constexpr int64_t kBatchRows = 65'536;
  std::mt19937_64 random(1);
  Batches batches;
  for (int64_t at = 0; at < rows; at += kBatchRows) {
    arrow::ArrayVector columns;
    for (const auto& field : schema->fields()) {
      columns.push_back(Column(*field).Make(at, std::min(kBatchRows, rows - at), random));
    }
    const int64_t count = columns[0]->length();
    batches.push_back(arrow::RecordBatch::Make(schema, count, std::move(columns)));
  }
  return batches;
}

Result<int64_t> Ours(const std::string& path, const Batches& batches) {
  FIRN_TRY(const auto writer, DataFileWriter::Make(io::LocalFileSystem(), path, Lineitem()));
  for (const auto& batch : batches) FIRN_RETURN_IF_ERROR(writer->Write(*batch));
  FIRN_TRY(const auto file, writer->Finish());
  return file.bytes;
}

Result<int64_t> Plain(const std::string& path, const Batches& batches) {
  FIRN_TRY(auto file, io::LocalFileSystem().Open(path, {.mode = io::OpenMode::kCreate}));
  const auto output = std::make_shared<FileOutput>(std::move(file));
  const auto properties = parquet::WriterProperties::Builder()
                              .compression(parquet::Compression::ZSTD)
                              ->compression_level(1)
                              ->build();
  auto writer = *parquet::arrow::FileWriter::Open(*batches[0]->schema(),
                                                  arrow::default_memory_pool(), output, properties);
  for (const auto& batch : batches) FIRN_CHECK(writer->WriteRecordBatch(*batch).ok());
  FIRN_CHECK(writer->Close().ok() && output->Close().ok());
  FIRN_RETURN_IF_ERROR(output->Sync());
  return *output->Tell();
}

void Measure(const char* name, const std::string& path, const Batches& batches, int64_t bytes,
             Result<int64_t> (*write)(const std::string&, const Batches&)) {
  (void)io::LocalFileSystem().Remove(path);
  const auto cpu = std::clock();
  const double start = MonotonicSeconds();
  const auto written = write(path, batches);
  const double seconds = MonotonicSeconds() - start;
  const double cpu_seconds = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
  if (!written) {
    std::printf("%s failed: %s\n", name, written.error().message.c_str());
    return;
  }
  std::printf("%-16s %7.1f MB/s Arrow  (%5.2f s, %5.2f s CPU: %6.1f MB/s)  file %6.1f MB\n", name,
              static_cast<double>(bytes) / 1e6 / seconds, seconds, cpu_seconds,
              static_cast<double>(bytes) / 1e6 / cpu_seconds, static_cast<double>(*written) / 1e6);
  (void)io::LocalFileSystem().Remove(path);
}

int Run(const std::string& folder, int64_t rows) {
  const auto batches = MakeBatches(rows);
  int64_t bytes = 0;
  for (const auto& batch : batches) bytes += *arrow::util::ReferencedBufferSize(*batch);
  std::printf("%ld rows, %.1f MB of Arrow\n", static_cast<long>(rows),
              static_cast<double>(bytes) / 1e6);
  for (int round = 0; round < 3; ++round) {
    Measure("DataFileWriter", folder + "/bench.parquet", batches, bytes, Ours);
    Measure("plain (control)", folder + "/bench.parquet", batches, bytes, Plain);
  }
  return 0;
}

}  // namespace
}  // namespace firn::lake

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  return firn::lake::Run(argv[1], argc > 2 ? std::stoll(argv[2]) : 2'000'000);
}
