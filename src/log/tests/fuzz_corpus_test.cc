// What fuzzers found interesting, replayed by the ordinary build.
#include "tests/fuzz/bodies.h"
#include "tests/fuzz/corpus_replay.h"

namespace firn::log {
namespace {

constexpr size_t kPlaces = 256;

TEST(FuzzCorpus, NoGroupHarmsTheDecoder) {
  EXPECT_GE(ReplayCorpus(FIRN_FUZZ_CORPUS "/log_group_corpus", FuzzLogGroup, kPlaces), 25);
}

TEST(FuzzCorpus, NoStateGroupHarmsTheDecoder) {
  EXPECT_GE(ReplayCorpus(FIRN_FUZZ_CORPUS "/log_state_corpus", FuzzLogState, kPlaces), 20);
}

TEST(FuzzCorpus, NoSegmentHarmsRecoveryInspectionAndSalvage) {
  EXPECT_GE(ReplayCorpus(FIRN_FUZZ_CORPUS "/log_segment_corpus", FuzzLogSegment, 16), 10);
}

}  // namespace
}  // namespace firn::log
