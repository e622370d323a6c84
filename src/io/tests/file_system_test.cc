#include "io/file_system.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <sys/resource.h>

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

// Cut short in the middle of a block, it went on at an address that O_DIRECT refuses: EINVAL.
TEST_F(LocalFiles, AWriteThatIsCutShortByTheProcessLimitSaysSo) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  constexpr size_t kBytes = 64 << 10;
  const std::unique_ptr<void, void (*)(void*)> data(std::aligned_alloc(4096, kBytes), std::free);
  std::memset(data.get(), 'x', kBytes);
  for (const bool direct : {true, false}) {
    const auto file = fs_.Open(dir_ + (direct ? "/direct" : "/plain"),
                               {.mode = OpenMode::kCreate, .direct = direct});
    if (direct && !file && file.error().code == ErrorCode::kUnsupported) continue;
    ASSERT_TRUE(file) << file.error().message;
    for (const rlim_t limit : {20'000u, 8192u, 4608u, 512u}) {
      const rlimit low{.rlim_cur = limit, .rlim_max = before.rlim_max};
      ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &low), 0);
      const auto written = (*file)->WriteAt(0, data.get(), kBytes);
      ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
      ASSERT_FALSE(written);
      EXPECT_EQ(written.error().SqlState(), "53100");
      EXPECT_NE(written.error().message.find("File too large"), std::string::npos)
          << direct << " " << limit << " " << written.error().message;
      EXPECT_NE(written.error().hint.find("ulimit -f"), std::string::npos);
    }
  }
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
