// What fuzzers found interesting, replayed by the ordinary build.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace firn::net::pgwire {
namespace {

TEST(FuzzCorpus, NoInputHarmsTheParsersOfTheWire) {
  int inputs = 0;
  for (const auto& file : std::filesystem::directory_iterator(FIRN_FUZZ_CORPUS)) {
    SCOPED_TRACE(file.path().filename().string());
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    // Every cut of it, and every byte turned.
    for (size_t size = 0; size < bytes.size(); ++size) {
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), size);
      auto turned = bytes;
      turned[size] = static_cast<char>(~turned[size]);
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(turned.data()), turned.size());
    }
    ++inputs;
  }
  EXPECT_GE(inputs, 25);
}

}  // namespace
}  // namespace firn::net::pgwire
