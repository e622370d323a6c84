// What fuzzers found interesting, replayed by the ordinary build.
#include "tests/fuzz/bodies.h"
#include "tests/fuzz/corpus_replay.h"

namespace firn::net::pgwire {
namespace {

TEST(FuzzCorpus, NoInputHarmsTheParsersOfTheWire) {
  EXPECT_GE(ReplayCorpus(FIRN_FUZZ_CORPUS "/pgwire_corpus", FuzzPgwire), 25);
}

}  // namespace
}  // namespace firn::net::pgwire
