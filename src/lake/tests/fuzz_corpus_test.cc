// What fuzzers found interesting, replayed by the ordinary build.
#include "tests/fuzz/bodies.h"
#include "tests/fuzz/corpus_replay.h"

namespace firn::lake {
namespace {

constexpr size_t kPlaces = 256;

TEST(FuzzCorpus, NoManifestHarmsItsReader) {
  EXPECT_GE(ReplayCorpus(FIRN_FUZZ_CORPUS "/avro_corpus", FuzzAvro, kPlaces), 25);
}

TEST(FuzzCorpus, NoTableMetadataHarmsItsReader) {
  EXPECT_GE(ReplayCorpus(FIRN_FUZZ_CORPUS "/iceberg_json_corpus", FuzzIcebergJson, kPlaces), 25);
}

}  // namespace
}  // namespace firn::lake
