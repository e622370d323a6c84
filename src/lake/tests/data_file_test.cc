#include <cmath>
#include <cstring>
#include <fstream>

#include <arrow/io/file.h>
#include <arrow/util/compression.h>
#include <gtest/gtest.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>

#include "lake/bounds.h"
#include "lake/data_file_writer.h"
#include "lake/footer.h"
#include "lake/iceberg/single_value.h"
#include "lake/page_check.h"
#include "lake/tests/fixtures.h"

namespace firn::lake {
namespace {

const columnar::Type kDouble{columnar::TypeKind::kFloat8};

class DataFiles : public InFolder {
 protected:
  Result<DataFile> Write(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches,
                         const DataFileOptions& options = {}) {
    FIRN_TRY(const auto writer,
             DataFileWriter::Make(fs_, dir_ + "/a.parquet", ThreeColumns(), options));
    for (const auto& batch : batches) FIRN_RETURN_IF_ERROR(writer->Write(*batch));
    return writer->Finish();
  }

  // A file as someone else would write it.
  void WriteForeign(const std::shared_ptr<arrow::Schema>& schema,
                    const arrow::ArrayVector& columns) {
    const auto table = arrow::Table::Make(schema, columns);
    const auto out = *arrow::io::FileOutputStream::Open(dir_ + "/a.parquet");
    ASSERT_TRUE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), out).ok());
    ASSERT_TRUE(out->Close().ok());
  }

  std::string Bound(const std::optional<std::string>& bound) {
    return bound ? (*ScalarFromBound(kDouble, *bound))->ToString() : "none";
  }
};

bool NotStopped() {
  return false;
}

std::shared_ptr<arrow::Field> WithId(const std::string& name, std::shared_ptr<arrow::DataType> type,
                                     int id) {
  return arrow::field(name, std::move(type), true,
                      arrow::key_value_metadata({"PARQUET:field_id"}, {std::to_string(id)}));
}

TEST_F(DataFiles, HoldWhatWasWritten) {
  const auto batch = Batch(5, {{1.5, std::nullopt}, {"a", std::nullopt}});
  const auto file = Write({batch});
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->path, "file://" + dir_ + "/a.parquet");
  EXPECT_EQ(file->rows, 2);
  EXPECT_EQ(file->first_lsn, Lsn(5));
  EXPECT_EQ(file->last_lsn, Lsn(6));
  const auto input = *arrow::io::ReadableFile::Open(dir_ + "/a.parquet");
  const auto reader = *parquet::arrow::OpenFile(input, arrow::default_memory_pool());
  const auto read = *reader->ReadTable();
  EXPECT_TRUE(read->Equals(**arrow::Table::FromRecordBatches({batch}), false));
  EXPECT_EQ(file->bytes, *input->GetSize());
}

TEST_F(DataFiles, StatisticsCountNullsAndNaNsAndBoundTheRest) {
  const double nan = std::nan("");
  const auto file = Write({Batch(1, {{nan, -0.0, 7.0, std::nullopt}, {"b", "a", "", {}}})});
  ASSERT_TRUE(file);
  const auto* amount = file->Find(FieldId(2));
  EXPECT_EQ(amount->values, 4);
  EXPECT_EQ(amount->nulls, 1);
  EXPECT_EQ(amount->nans, 1);
  EXPECT_EQ(Bound(amount->lower), "-0");
  EXPECT_EQ(Bound(amount->upper), "7");
  const auto* word = file->Find(FieldId(3));
  EXPECT_EQ(word->lower, "");
  EXPECT_EQ(word->upper, "b");
  EXPECT_EQ(word->nans, std::nullopt);
}

// Of each byte in turn one bit. What lies behind the pages has no checksum.
TEST_F(DataFiles, ATurnedBitInAPageIsFound) {
  std::vector<std::optional<double>> amounts;
  std::vector<std::optional<std::string>> words;
  for (int i = 0; i < 300; ++i) {
    amounts.emplace_back(i * 1.25);
    words.emplace_back(i % 7 == 0 ? std::nullopt : std::optional("word " + std::to_string(i % 50)));
  }
  ASSERT_TRUE(Write({Batch(1, {amounts, words})}));
  const auto path = dir_ + "/a.parquet";
  ASSERT_TRUE(CheckPages(fs_, path, NotStopped));
  const auto read = [&]() -> std::shared_ptr<arrow::Table> {
    const auto input = *arrow::io::ReadableFile::Open(path);
    const auto reader = parquet::arrow::OpenFile(input, arrow::default_memory_pool());
    return reader.ok() ? (*reader)->ReadTable().ValueOr(nullptr) : nullptr;
  };
  const auto written = read();
  const auto whole = *io::ReadFile(fs_, path);
  uint32_t footer = 0;
  std::memcpy(&footer, whole.data() + whole.size() - 8, sizeof footer);
  const size_t end = whole.size() - 8 - footer;
  int found = 0;
  int harmless = 0;
  for (size_t at = 4; at < end; ++at) {
    auto turned = whole;
    turned[at] = static_cast<char>(turned[at] ^ (1 << at % 8));
    std::ofstream(path, std::ios::binary | std::ios::trunc) << turned;
    const auto checked = CheckPages(fs_, path, NotStopped);
    if (!checked) {
      ++found;
      EXPECT_EQ(checked.error().code, ErrorCode::kCorrupt);
      EXPECT_NE(checked.error().message.find(path), std::string::npos) << checked.error().message;
      continue;
    }
    // A page's header may say other than it did what nobody asks of it.
    const auto now = read();
    EXPECT_TRUE(now == nullptr || now->Equals(*written)) << "byte " << at;
    ++harmless;
  }
  std::printf("turned bits: found=%d harmless=%d of %zu bytes\n", found, harmless, end - 4);
  EXPECT_GT(found, 5 * harmless);  // what is in the pages, all of it
}

// 0.0 and -0.0 are equal, yet ordered in a bound: it must contain both.
TEST_F(DataFiles, ZeroBoundsHoldBothZeros) {
  const auto file = Write({Batch(1, {{0.0}, {"a"}})});
  ASSERT_TRUE(file);
  EXPECT_EQ(Bound(file->Find(FieldId(2))->lower), "-0");
  EXPECT_EQ(Bound(file->Find(FieldId(2))->upper), "0");
}

TEST_F(DataFiles, AllNaNOrAllNullHasCountsAndNoBounds) {
  const double nan = std::nan("");
  const auto file = Write({Batch(1, {{nan, nan}, {{}, {}}})});
  ASSERT_TRUE(file);
  EXPECT_EQ(file->Find(FieldId(2))->nans, 2);
  EXPECT_EQ(file->Find(FieldId(2))->lower, std::nullopt);
  EXPECT_EQ(file->Find(FieldId(3))->nulls, 2);
  EXPECT_EQ(file->Find(FieldId(3))->upper, std::nullopt);
}

TEST_F(DataFiles, BoundsSpanRowGroupsAlsoWhereOneIsAllNaN) {
  const double nan = std::nan("");
  const DataFileOptions options{.row_group_rows_max = 2};
  const auto file = Write({Batch(1, {{3.0, 4.0}, {"m", "m"}}), Batch(3, {{nan, nan}, {"a", "z"}}),
                           Batch(5, {{-1.0, 2.0}, {{}, {}}})},
                          options);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->split_offsets.size(), 3u);
  EXPECT_EQ(file->Find(FieldId(2))->nans, 2);
  EXPECT_EQ(Bound(file->Find(FieldId(2))->lower), "-1");
  EXPECT_EQ(Bound(file->Find(FieldId(2))->upper), "4");
  EXPECT_EQ(file->Find(FieldId(3))->lower, "a");
  EXPECT_EQ(file->Find(FieldId(3))->upper, "z");
  // Of a file whose rows nobody counted, a group without bounds may hold anything.
  const auto footer = ReadFooter(fs_, dir_ + "/a.parquet");
  ASSERT_TRUE(footer);
  EXPECT_EQ(footer->file.Find(FieldId(2))->lower, std::nullopt);
  EXPECT_EQ(footer->file.Find(FieldId(3))->lower, "a");
}

TEST_F(DataFiles, ATextTooLongForTheFooterLeavesNoBound) {
  const auto file = Write({Batch(1, {{1.0, 1.0}, {std::string(5000, 'x'), "a"}})});
  ASSERT_TRUE(file);
  EXPECT_EQ(file->Find(FieldId(3))->lower, "a");
  EXPECT_EQ(file->Find(FieldId(3))->upper, std::nullopt);
}

TEST_F(DataFiles, WithoutHiddenColumnsThereAreNone) {
  const auto file = Write({Batch(1, {{1.0}, {"a"}}, false)}, {.hidden_columns = false});
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->last_lsn, Lsn());
  EXPECT_EQ(file->Find(columnar::kLsnFieldId), nullptr);
  EXPECT_EQ(ReadFooter(fs_, dir_ + "/a.parquet")->columns.size(), 3u);
}

TEST_F(DataFiles, ANullInANotNullColumnIsRefused) {
  const auto good = Batch(1, {{1.0}, {"a"}});
  auto columns = good->columns();
  columns[0] = *arrow::MakeArrayOfNull(arrow::int64(), 1);
  const auto written = Write({arrow::RecordBatch::Make(good->schema(), 1, columns)});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().SqlState(), "23502");
  EXPECT_FALSE(*fs_.Exists(dir_ + "/a.parquet"));  // abandoned files go
}

TEST_F(DataFiles, ABatchOfOtherTypesIsRefused) {
  const auto good = Batch(1, {{1.0}, {"a"}});
  auto columns = good->columns();
  columns[1] = columns[0];
  EXPECT_EQ(Write({arrow::RecordBatch::Make(good->schema(), 1, columns)}).error().code,
            ErrorCode::kSchemaMismatch);
  EXPECT_EQ(Write({*good->RemoveColumn(2)}).error().code, ErrorCode::kSchemaMismatch);
}

TEST_F(DataFiles, AFailedWritePoisonsTheWriterAndKeepsItsSqlState) {
  RecordingFileSystem faulty(dir_);
  faulty.fail = [](const std::string& call) { return call.starts_with("write"); };
  const auto writer = DataFileWriter::Make(faulty, dir_ + "/a.parquet", ThreeColumns());
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->Write(*Batch(1, {{1.0}, {"a"}})));
  const auto finished = (*writer)->Finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().SqlState(), "53100");
  faulty.fail = [](const std::string&) { return false; };
  EXPECT_FALSE((*writer)->Write(*Batch(1, {{1.0}, {"a"}})));
  EXPECT_FALSE((*writer)->Finish());
}

TEST_F(DataFiles, AFailedSyncIsAFailure) {
  RecordingFileSystem faulty(dir_);
  faulty.fail = [](const std::string& call) { return call.starts_with("sync"); };
  const auto writer = DataFileWriter::Make(faulty, dir_ + "/a.parquet", ThreeColumns());
  ASSERT_TRUE((*writer)->Write(*Batch(1, {{1.0}, {"a"}})));
  EXPECT_FALSE((*writer)->Finish());
  EXPECT_FALSE((*writer)->Finish());
}

class Encodings : public InFolder {
 protected:
  static constexpr int64_t kRows = 20'000;

  // One column, written and read back; "PLAIN zstd" or the like.
  std::string Of(const columnar::Type& type, const std::shared_ptr<arrow::Array>& values) {
    const columnar::TableSchema schema{.columns = {{FieldId(1), "c", type, false}},
                                       .last_field_id = 1};
    const auto path = dir_ + "/a.parquet";
    (void)fs_.Remove(path);
    const auto writer = DataFileWriter::Make(fs_, path, schema, {.hidden_columns = false});
    const auto rows = arrow::RecordBatch::Make(columnar::ArrowSchema(schema), kRows, {values});
    EXPECT_TRUE((*writer)->Write(*rows) && (*writer)->Finish());
    const auto input = *arrow::io::ReadableFile::Open(path);
    const auto reader = *parquet::arrow::OpenFile(input, arrow::default_memory_pool());
    EXPECT_TRUE((*reader->ReadTable())->Equals(**arrow::Table::FromRecordBatches({rows}), false));
    const auto group = reader->parquet_reader()->metadata()->RowGroup(0);
    const auto chunk = group->ColumnChunk(0);
    std::string used;
    for (const auto& page : chunk->encoding_stats()) {
      if (page.page_type == parquet::PageType::DATA_PAGE) used = EncodingToString(page.encoding);
    }
    return used + " " + arrow::util::Codec::GetCodecAsString(chunk->compression());
  }

  template <typename Builder, typename Make>
  static std::shared_ptr<arrow::Array> Values(std::shared_ptr<arrow::DataType> type, Make make,
                                              int64_t nulls_every = 0) {
    Builder builder(std::move(type), arrow::default_memory_pool());
    for (int64_t row = 0; row < kRows; ++row) {
      const bool null = nulls_every > 0 && row % nulls_every == 0;
      EXPECT_TRUE((null ? builder.AppendNull() : builder.Append(make(row))).ok());
    }
    return *builder.Finish();
  }

  // No two alike, and no pattern in them.
  static uint64_t Mixed(int64_t row) {
    auto mixed = static_cast<uint64_t>(row + 1) * 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
    return (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
  }
};

// Iceberg's reader for Spark refuses differences before 1.10.
TEST_F(Encodings, NumbersThatRiseAreReadByEveryone) {
  const auto id = [](int64_t row) { return row * 3; };
  for (const int64_t nulls_every : {0, 7}) {
    const auto ids = Values<arrow::Int64Builder>(arrow::int64(), id, nulls_every);
    EXPECT_EQ(Of({columnar::TypeKind::kInt8}, ids), "PLAIN zstd");
  }
}

TEST_F(Encodings, FewDistinctValuesAreKeptInADictionary) {
  const auto word = [](int64_t row) { return std::string(1, static_cast<char>('a' + row % 5)); };
  EXPECT_EQ(Of({columnar::TypeKind::kText}, Values<arrow::StringBuilder>(arrow::utf8(), word)),
            "RLE_DICTIONARY zstd");
}

TEST_F(Encodings, WhatDoesNotCompressIsNotCompressed) {
  const auto noise = [](int64_t row) { return static_cast<double>(Mixed(row)) / 1e19; };
  EXPECT_EQ(Of(kDouble, Values<arrow::DoubleBuilder>(arrow::float64(), noise)),
            "PLAIN uncompressed");
  const auto whole = [](int64_t row) { return static_cast<int64_t>(Mixed(row)); };
  EXPECT_EQ(Of({columnar::TypeKind::kInt8}, Values<arrow::Int64Builder>(arrow::int64(), whole)),
            "PLAIN uncompressed");
  const auto note = [](int64_t row) { return "note number " + std::to_string(Mixed(row)); };
  EXPECT_EQ(Of({columnar::TypeKind::kText}, Values<arrow::StringBuilder>(arrow::utf8(), note)),
            "PLAIN zstd");
}

TEST_F(DataFiles, OursMayJoinTheirTable) {
  ASSERT_TRUE(Write({Batch(1, {{1.0}, {"a"}})}));
  const auto footer = ReadFooter(fs_, dir_ + "/a.parquet");
  ASSERT_TRUE(footer);
  EXPECT_TRUE(CheckFieldIds(*footer, ThreeColumns()));
  EXPECT_EQ(footer->file.rows, 1);
  EXPECT_EQ(footer->file.last_lsn, Lsn(1));
}

TEST_F(DataFiles, AFileWithoutFieldIdsMayNotJoin) {
  WriteForeign(arrow::schema({arrow::field("id", arrow::int64())}),
               {*arrow::MakeArrayOfNull(arrow::int64(), 1)});
  const auto joined = CheckFieldIds(*ReadFooter(fs_, dir_ + "/a.parquet"), ThreeColumns());
  ASSERT_FALSE(joined);
  EXPECT_EQ(joined.error().code, ErrorCode::kSchemaMismatch);
  EXPECT_NE(joined.error().message.find("\"id\""), std::string::npos);
}

TEST_F(DataFiles, AFileOfAnotherTypeMayNotJoinUnlessItIsPromoted) {
  const auto id = *arrow::MakeArrayOfNull(arrow::int32(), 1);
  const auto word = *arrow::MakeArrayOfNull(arrow::int32(), 1);
  WriteForeign(arrow::schema({WithId("id", arrow::int32(), 1)}), {id});
  EXPECT_TRUE(CheckFieldIds(*ReadFooter(fs_, dir_ + "/a.parquet"), ThreeColumns()));
  WriteForeign(arrow::schema({WithId("id", arrow::int32(), 1), WithId("w", arrow::int32(), 3)}),
               {id, word});
  EXPECT_FALSE(CheckFieldIds(*ReadFooter(fs_, dir_ + "/a.parquet"), ThreeColumns()));
}

TEST_F(DataFiles, AFileWithoutANotNullColumnMayNotJoin) {
  WriteForeign(arrow::schema({WithId("word", arrow::utf8(), 3)}),
               {*arrow::MakeArrayOfNull(arrow::utf8(), 1)});
  EXPECT_FALSE(CheckFieldIds(*ReadFooter(fs_, dir_ + "/a.parquet"), ThreeColumns()));
}

TEST_F(DataFiles, WhatIsNotParquetIsCorrupt) {
  ASSERT_TRUE(io::WriteFileDurably(fs_, dir_ + "/a.parquet", "PAR1 nothing PAR1"));
  EXPECT_EQ(ReadFooter(fs_, dir_ + "/a.parquet").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(ReadFooter(fs_, dir_ + "/b.parquet").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace firn::lake
