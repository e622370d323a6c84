// Table metadata as others may have left it: read, taken for columns, written back without a
// change. lake_test replays the corpus.
#include "lake/iceberg/table_metadata_json.h"
#include "lake/schema_mapping.h"
#include "tests/fuzz/bodies.h"

namespace firn {

void FuzzIcebergJson(const uint8_t* data, size_t size) {
  using lake::iceberg::TableMetadataFromJson;
  const auto metadata = TableMetadataFromJson({reinterpret_cast<const char*>(data), size});
  if (!metadata) return;
  const auto again = TableMetadataFromJson(ToJson(*metadata));
  FIRN_CHECK(again);
  FIRN_CHECK(*again == *metadata);
  const auto columns = lake::TableSchemaOf(*metadata);
  if (!columns) return;
  auto evolved = *metadata;
  lake::EvolveSchema(*columns, {}, &evolved);
  FIRN_CHECK(TableMetadataFromJson(ToJson(evolved)));
}

}  // namespace firn
