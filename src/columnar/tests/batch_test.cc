#include "columnar/batch.h"

#include <arrow/api.h>
#include <arrow/extension/uuid.h>
#include <arrow/json/from_string.h>
#include <arrow/util/byte_size.h>
#include <gtest/gtest.h>

#include "columnar/table_schema.h"

namespace firn::columnar {
namespace {

std::shared_ptr<arrow::RecordBatch> Numbers(int64_t rows) {
  arrow::Int64Builder builder;
  for (int64_t i = 0; i < rows; ++i) EXPECT_TRUE(builder.Append(i).ok());
  const TableSchema schema{.columns = {{FieldId(1), "n", {TypeKind::kInt8}, true, ""}}};
  return arrow::RecordBatch::Make(ArrowSchema(schema), rows, {builder.Finish().ValueOrDie()});
}

TEST(Batch, EmptyOnesHaveTheirSchemaAndNoRows) {
  const auto schema = Numbers(1)->schema();
  const auto batch = EmptyBatch(schema);
  EXPECT_EQ(batch->num_rows(), 0);
  EXPECT_TRUE(batch->schema()->Equals(schema, true));
  EXPECT_TRUE(ConcatenateBatches(schema, {}).value()->Equals(*batch));
}

TEST(Batch, ConcatenationKeepsTheOrder) {
  const auto all = Numbers(10);
  const auto parts = {all->Slice(0, 3), all->Slice(3, 0), all->Slice(3)};
  const auto merged = ConcatenateBatches(all->schema(), parts).value();
  EXPECT_TRUE(merged->Equals(*all, true));
  EXPECT_EQ(ConcatenateBatches(all->schema(), {all}).value(), all);
}

TEST(Batch, StoredColumnsCountOnFromTheFirstLsn) {
  const auto stored = AddStoredColumns(*Numbers(3)->Slice(1), Lsn(1000), 77);
  const TableSchema schema{.columns = {{FieldId(1), "n", {TypeKind::kInt8}, true, ""}}};
  EXPECT_TRUE(stored->schema()->Equals(*StoredArrowSchema(schema), true));
  ASSERT_TRUE(stored->ValidateFull().ok());
  EXPECT_EQ(stored->num_rows(), 2);
  const auto& lsns = static_cast<const arrow::UInt64Array&>(*stored->column(1));
  const auto& times = static_cast<const arrow::TimestampArray&>(*stored->column(2));
  EXPECT_EQ(lsns.Value(0), 1000u);
  EXPECT_EQ(lsns.Value(1), 1001u);
  EXPECT_EQ(times.Value(1), 77);
}

TEST(Batch, BytesOfASliceAreThoseOfItsRows) {
  const auto all = Numbers(1000);
  EXPECT_EQ(BatchBytes(*all), 8000);
  EXPECT_EQ(BatchBytes(*all->Slice(10, 100)), 800);
}

TEST(Batch, BytesAreThoseThatArrowCounts) {
  const auto text = arrow::json::ArrayFromJSONString(arrow::utf8(), R"(["a", null, "", "longer"])");
  const auto list = arrow::json::ArrayFromJSONString(arrow::list(arrow::int32()),
                                                     "[[1, 2], null, [], [3, 4, 5]]");
  const auto bits = arrow::json::ArrayFromJSONString(arrow::boolean(), "[true, null, false, true]");
  const auto names = arrow::json::ArrayFromJSONString(arrow::list(arrow::utf8()),
                                                      R"([["a"], ["bc", null], null, ["d"]])");
  for (const auto& made : {text, list, bits, names}) {
    ASSERT_TRUE(made.ok());
    for (const int64_t from : {0, 1, 3}) {
      for (const int64_t rows : {0, 1, 4}) {
        const auto part = (*made)->Slice(from, rows);
        const auto counted =
            part->length() == 0 ? 0 : arrow::util::ReferencedBufferSize(*part).ValueOrDie();
        EXPECT_EQ(ArrayBytes(*part->data()), counted) << (*made)->ToString() << from << rows;
      }
    }
  }
}

TEST(Batch, ExtensionsGiveWayToTheirStorage) {
  arrow::FixedSizeBinaryBuilder builder(arrow::fixed_size_binary(16));
  ASSERT_TRUE(builder.Append(std::string(16, 'u')).ok());
  const auto storage = builder.Finish().ValueOrDie();
  const auto type = arrow::extension::uuid();
  const auto batch = arrow::RecordBatch::Make(arrow::schema({arrow::field("u", type)}), 1,
                                              {arrow::ExtensionType::WrapArray(type, storage)});
  const auto stripped = StripExtensions(*batch);
  EXPECT_TRUE(stripped->column(0)->Equals(storage));
  EXPECT_TRUE(stripped->schema()->field(0)->type()->Equals(arrow::fixed_size_binary(16)));
}

}  // namespace
}  // namespace firn::columnar
