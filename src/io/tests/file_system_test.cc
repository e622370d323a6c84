#include "io/file_system.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "io/file_steps.h"

namespace firn::io {
namespace {

class LocalFiles : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(fs_.MakeDirs(dir_)); }
  void TearDown() override { ASSERT_TRUE(fs_.RemoveTree(dir_)); }

  FileSystem& fs_ = LocalFileSystem();
  const std::string dir_ = testing::TempDir() + "/firn_io_" + NewName();

 private:
  static std::string NewName() {
    return std::to_string(::getpid()) + "_" + std::to_string(next_++);
  }
  static inline int next_ = 0;
};

TEST_F(LocalFiles, WhatWasWrittenIsReadAndListed) {
  ASSERT_TRUE(WriteFileDurably(fs_, dir_ + "/a", "hello"));
  EXPECT_EQ(*ReadFile(fs_, dir_ + "/a"), "hello");
  const auto files = fs_.List(dir_);
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), 1u);  // no .tmp left
  EXPECT_EQ(files->front().name, "a");
  EXPECT_EQ(files->front().size, 5u);
}

TEST_F(LocalFiles, AMissingFileIsNamed) {
  const auto read = ReadFile(fs_, dir_ + "/none");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kNotFound);
  EXPECT_NE(read.error().message.find(dir_ + "/none"), std::string::npos);
}

// Which need not be the data folder's: an archive may be on another one.
TEST_F(LocalFiles, AFullDiskIsNamedByTheFolderThatIsOnIt) {
  const auto full = LocalFileSystem().Open("/dev/full", {.mode = OpenMode::kReadWrite});
  ASSERT_TRUE(full) << full.error().message;
  const auto written = (*full)->WriteAt(0, "x", 1);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().SqlState(), "53100");
  EXPECT_NE(written.error().message.find("\"/dev/full\""), std::string::npos);
  EXPECT_EQ(written.error().hint, "Free space on the disk that holds \"/dev\".");
}

TEST_F(LocalFiles, CreateRefusesAnExistingFile) {
  ASSERT_TRUE(fs_.Open(dir_ + "/a", {.mode = OpenMode::kCreate}));
  const auto again = fs_.Open(dir_ + "/a", {.mode = OpenMode::kCreate});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kAlreadyExists);
}

TEST_F(LocalFiles, OfManyWhoWantANewNameOneGetsIt) {
  constexpr int kMany = 8;
  std::atomic<int> made{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kMany; ++i) {
    threads.emplace_back([&, i] {
      const auto written = WriteNewFileDurably(
          fs_, dir_ + "/a", std::string(4, static_cast<char>('a' + i)), [](FileStep) {});
      if (written) {
        ++made;
      } else {
        EXPECT_EQ(written.error().code, ErrorCode::kAlreadyExists);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(fs_.List(dir_)->size(), 1U);  // nobody's temporary file is left
  const auto content = *ReadFile(fs_, dir_ + "/a");
  EXPECT_EQ(content, std::string(4, content.front()));
}

TEST_F(LocalFiles, AReadPastTheEndIsShort) {
  auto file = fs_.Open(dir_ + "/a", {.mode = OpenMode::kTruncate});
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->WriteAt(2, "xy", 2));
  char buffer[8] = {};
  EXPECT_EQ(*(*file)->ReadAt(1, buffer, 8), 3u);
  EXPECT_EQ(std::string(buffer, 3), std::string("\0xy", 3));
}

}  // namespace
}  // namespace firn::io
