// How fast one thread turns Arrow into a data file, beside Arrow's own writer with its defaults
// (a dictionary for every column, zstd 1).
//
//   lake_encode_bench FOLDER ROWS ROUNDS   -> a line of JSON for each kind of rows, writer and
//   round
//
// Both write the same batches through the same file adapter, in turns, and end with fdatasync. MB
// are those of Arrow buffers, a second is one of the processor: others may use this machine too.
#include <cstdio>
#include <ctime>
#include <random>

#include <arrow/api.h>
#include <parquet/arrow/writer.h>

#include "columnar/batch.h"
#include "lake/data_file_writer.h"
#include "lake/parquet_file_internal.h"

namespace firn::lake {
namespace {

using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;
using columnar::TypeKind;

struct Rows {
  const char* name;
  columnar::TableSchema schema;
};

columnar::TableSchema Schema(const std::vector<std::pair<std::string, columnar::Type>>& columns) {
  columnar::TableSchema schema;
  for (const auto& [name, type] : columns) {
    const bool nullable = name == "rebate";
    schema.columns.push_back({FieldId(++schema.last_field_id), name, type, !nullable});
  }
  return schema;
}

// What TPC-H's generator would give, roughly.
Rows Lineitem() {
  const columnar::Type money = columnar::Numeric(12, 2);
  const columnar::Type text{TypeKind::kText};
  const columnar::Type date{TypeKind::kDate};
  const columnar::Type key{TypeKind::kInt8};
  return {"lineitem", Schema({{"l_orderkey", key},
                              {"l_partkey", key},
                              {"l_suppkey", key},
                              {"l_linenumber", {TypeKind::kInt4}},
                              {"l_quantity", money},
                              {"l_extendedprice", money},
                              {"l_discount", money},
                              {"l_tax", money},
                              {"l_returnflag", text},
                              {"l_linestatus", text},
                              {"l_shipdate", date},
                              {"l_commitdate", date},
                              {"l_receiptdate", date},
                              {"l_shipinstruct", text},
                              {"l_shipmode", text},
                              {"l_comment", text}})};
}

// One column of each kind.
Rows Kinds() {
  return {"kinds", Schema({{"id", {TypeKind::kInt8}},
                           {"customer", {TypeKind::kInt8}},
                           {"status", {TypeKind::kText}},
                           {"note", {TypeKind::kText}},
                           {"ratio", {TypeKind::kFloat8}},
                           {"price", {TypeKind::kFloat8}},
                           {"placed", {TypeKind::kTimestamptz}},
                           {"flag", {TypeKind::kBool}},
                           {"rebate", {TypeKind::kFloat8}},
                           {"key", {TypeKind::kUuid}}})};
}

// Values of one column.
class Column {
 public:
  explicit Column(const arrow::Field& field)
      : name_(field.name()), type_(field.type()), nullable_(field.name() == "rebate") {}

  std::shared_ptr<arrow::Array> Make(int64_t first, int64_t rows, std::mt19937_64& random) {
    auto builder = *arrow::MakeBuilder(type_);
    for (int64_t row = first; row < first + rows; ++row) {
      FIRN_CHECK(Put(*builder, row, random).ok());
    }
    return *builder->Finish();
  }

 private:
  arrow::Status Put(arrow::ArrayBuilder& builder, int64_t row, std::mt19937_64& random) {
    if (nullable_ && random() % 10 < 7) return builder.AppendNull();
    switch (type_->id()) {
      case arrow::Type::STRING:
        return PutText(static_cast<arrow::StringBuilder&>(builder), random);
      case arrow::Type::FIXED_SIZE_BINARY: {
        const uint64_t bits[2] = {random(), random()};
        return static_cast<arrow::FixedSizeBinaryBuilder&>(builder).Append(
            reinterpret_cast<const uint8_t*>(bits));
      }
      case arrow::Type::DOUBLE:
        return static_cast<arrow::DoubleBuilder&>(builder).Append(Double(random));
      case arrow::Type::DECIMAL128:
        return static_cast<arrow::Decimal128Builder&>(builder).Append(
            arrow::Decimal128(Number(row, random)));
      default:
        return builder.AppendScalar(**(arrow::MakeScalar(Number(row, random)))->CastTo(type_));
    }
  }

  double Double(std::mt19937_64& random) const {
    if (name_ == "ratio") return static_cast<double>(random()) / 1e19;
    if (name_ == "price") return static_cast<double>(random() % 100'000'000) / 100;
    return static_cast<double>(random() % 20) / 100;
  }

  int64_t Number(int64_t row, std::mt19937_64& random) {
    auto below = [&](uint64_t n) { return static_cast<int64_t>(random() % n); };
    if (name_ == "customer") return below(100'000);
    if (name_ == "placed") return placed_ += below(2'000'000);
    if (name_ == "flag") return below(2);
    if (name_ == "l_orderkey") return row / 4;
    if (name_ == "l_partkey") return below(200'000);
    if (name_ == "l_suppkey") return below(10'000);
    if (name_ == "l_linenumber") return row % 7;
    if (name_ == "l_extendedprice") return below(10'000'000);
    if (name_ == "l_quantity") return below(50);
    if (name_ == "l_discount" || name_ == "l_tax") return below(10);
    if (name_.ends_with("date")) return 8000 + below(2500);
    if (name_ == columnar::kTimestampColumn) return 1'700'000'000'000'000 + row / 1000 * 1000;
    return row + 1;
  }

  arrow::Status PutText(arrow::StringBuilder& text, std::mt19937_64& random) const {
    static constexpr std::array<std::string_view, 8> kWords = {
        "furiously", "deposits", "final", "requests", "carefully", "regular", "packages", "blithe"};
    if (name_ == "status") return text.Append(kWords[random() % 5]);
    if (name_ != "l_comment" && name_ != "note") {
      const size_t kinds = name_.size() > 11 ? 2 : 4;
      return text.Append(kWords[random() % kinds].substr(0, name_ == "l_shipmode" ? 5 : 1));
    }
    std::string comment;
    for (size_t words = (name_ == "note" ? 5 : 2) + random() % 4; words > 0; --words) {
      comment.append(kWords[random() % kWords.size()]).append(" ");
      comment += static_cast<char>('a' + random() % 26);
    }
    return text.Append(comment);
  }

  const std::string name_;
  const std::shared_ptr<arrow::DataType> type_;
  const bool nullable_;
  int64_t placed_ = 1'700'000'000'000'000;
};

Batches MakeBatches(const Rows& kind, int64_t rows) {
  const auto schema = columnar::StoredArrowSchema(kind.schema);
  constexpr int64_t kBatchRows = 65'536;
  std::mt19937_64 random(1);
  std::vector<Column> makers;
  for (const auto& field : schema->fields()) makers.emplace_back(*field);
  Batches batches;
  for (int64_t at = 0; at < rows; at += kBatchRows) {
    arrow::ArrayVector columns;
    for (auto& maker : makers) {
      columns.push_back(maker.Make(at, std::min(kBatchRows, rows - at), random));
    }
    const int64_t count = columns[0]->length();
    batches.push_back(arrow::RecordBatch::Make(schema, count, std::move(columns)));
  }
  return batches;
}

Result<int64_t> Ours(const std::string& path, const Rows& kind, const Batches& batches) {
  FIRN_TRY(const auto writer, DataFileWriter::Make(io::LocalFileSystem(), path, kind.schema));
  for (const auto& batch : batches) FIRN_RETURN_IF_ERROR(writer->Write(*batch));
  FIRN_TRY(const auto file, writer->Finish());
  return file.bytes;
}

Result<int64_t> Arrows(const std::string& path, const Rows&, const Batches& batches) {
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

void Measure(const char* who, const std::string& path, const Rows& kind, const Batches& batches,
             Result<int64_t> (*write)(const std::string&, const Rows&, const Batches&)) {
  double bytes = 0;
  for (const auto& batch : batches) bytes += static_cast<double>(columnar::BatchBytes(*batch));
  const auto begin = std::clock();
  const auto written = write(path, kind, batches);
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  (void)io::LocalFileSystem().Remove(path);
  if (!written) {
    std::fprintf(stderr, "%s: %s\n", who, written.error().message.c_str());
    std::exit(1);
  }
  std::printf("{\"rows\": \"%s\", \"who\": \"%s\", \"mb_per_s\": %.1f, \"file_mb\": %.2f}\n",
              kind.name, who, bytes / 1e6 / seconds, static_cast<double>(*written) / 1e6);
}

int Run(const std::string& folder, int64_t rows, int rounds) {
  for (const auto& kind : {Kinds(), Lineitem()}) {
    const auto batches = MakeBatches(kind, rows);
    for (int round = 0; round < rounds; ++round) {
      Measure("firn", folder + "/bench.parquet", kind, batches, Ours);
      Measure("arrow", folder + "/bench.parquet", kind, batches, Arrows);
    }
  }
  return 0;
}

}  // namespace
}  // namespace firn::lake

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  return firn::lake::Run(argv[1], std::stoll(argv[2]), std::stoi(argv[3]));
}
