// fuzz: a corpus as an ordinary test.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace firn {

/// Gives each file of the corpus to the body: whole, cut short, and with one byte turned. `places`:
/// at how many places of a file at the most, evenly spread. Returns the number of files.
inline int ReplayCorpus(const std::string& folder, void (*body)(const uint8_t*, size_t),
                        size_t places = SIZE_MAX) {
  int files = 0;
  const auto give = [&](const std::string& bytes, size_t size) {
    // Of its own size, so that a read behind the end is one behind the allocation.
    const std::vector<uint8_t> exact(bytes.begin(), bytes.begin() + static_cast<int64_t>(size));
    body(exact.data(), exact.size());
  };
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(file.path().filename().string());
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    give(bytes, bytes.size());
    const size_t step = std::max<size_t>(1, bytes.size() / places);
    for (size_t at = 0; at < bytes.size(); at += step) {
      give(bytes, at);
      auto turned = bytes;
      turned[at] = static_cast<char>(~turned[at]);
      give(turned, turned.size());
    }
    ++files;
  }
  return files;
}

}  // namespace firn
