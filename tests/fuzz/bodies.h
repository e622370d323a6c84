// fuzz: the bodies. Each takes any bytes; whatever they are, nothing crashes, hangs or is believed
// that is not so. What a body takes besides the plain file is said at its definition.
//
// The same function is libFuzzer's (fuzz_entry.cc, `make fuzz`) and an ordinary test's, which
// replays the corpus (corpus_replay.h).
#pragma once

#include <cstddef>
#include <cstdint>

namespace firn {

void FuzzPgwire(const uint8_t* data, size_t size);
void FuzzLogGroup(const uint8_t* data, size_t size);
void FuzzLogState(const uint8_t* data, size_t size);
void FuzzLogSegment(const uint8_t* data, size_t size);
void FuzzAvro(const uint8_t* data, size_t size);
void FuzzIcebergJson(const uint8_t* data, size_t size);

}  // namespace firn
