#include "columnar/table_schema.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <gtest/gtest.h>

namespace firn::columnar {
namespace {

TableSchema Example() {
  return {.id = SchemaId(3),
          .columns = {{FieldId(1), "id", {TypeKind::kInt8}, true, ""},
                      {FieldId(4), "at", {TypeKind::kTimestamptz}, false, "now()"},
                      {FieldId(5), "price", Numeric(12, 2), false, ""}},
          .last_field_id = 5};
}

TEST(TableSchema, SurvivesJson) {
  EXPECT_EQ(TableSchemaFromJson(ToJson(Example())).value(), Example());
  EXPECT_EQ(TableSchemaFromJson("{}").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(TableSchemaFromJson("[").error().code, ErrorCode::kCorrupt);
}

TEST(TableSchema, StoredColumnsCarryFieldIds) {
  const auto arrow = StoredArrowSchema(Example());
  ASSERT_EQ(arrow->num_fields(), 5);
  EXPECT_EQ(arrow->field(1)->metadata()->Get("PARQUET:field_id").ValueOrDie(), "4");
  EXPECT_EQ(arrow->field(3)->name(), "__lsn");
  EXPECT_EQ(arrow->field(3)->metadata()->Get("PARQUET:field_id").ValueOrDie(), "2147480001");
  EXPECT_FALSE(arrow->field(0)->nullable());
  EXPECT_TRUE(arrow->field(1)->nullable());
}

}  // namespace
}  // namespace firn::columnar
