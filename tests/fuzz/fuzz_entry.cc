// libFuzzer's entry to one body.
#include "tests/fuzz/bodies.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  firn::FIRN_FUZZ_BODY(data, size);
  return 0;
}
