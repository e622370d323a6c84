#include "io/faulty_file_system.h"

#include <gtest/gtest.h>

namespace firn::io {
namespace {

using Op = FaultyFileSystem::Op;

class FaultyFiles : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(LocalFileSystem().MakeDirs(dir_)); }
  void TearDown() override { ASSERT_TRUE(LocalFileSystem().RemoveTree(dir_)); }

  void Write(const std::string& name, std::string_view text, uint64_t offset = 0,
             bool sync = false) {
    auto exists = fs_.Exists(dir_ + name);
    auto file = fs_.Open(dir_ + name, {.mode = *exists ? OpenMode::kReadWrite : OpenMode::kCreate});
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->WriteAt(offset, text.data(), text.size()));
    if (sync) {
      ASSERT_TRUE((*file)->Sync());
    }
  }
  std::string Read(const std::string& name) {
    auto text = ReadFile(fs_, dir_ + name);
    return text ? *text : "<none>";
  }

  const std::string dir_ = testing::TempDir() + "/firn_faulty_" + std::to_string(::getpid());
  FaultyFileSystem fs_{LocalFileSystem()};
};

TEST_F(FaultyFiles, TheNthOperationFailsAndOnlyThat) {
  Write("/a", "x");
  fs_.FailAt(Op::kSync, 2);
  auto file = fs_.Open(dir_ + "/a", {.mode = OpenMode::kReadWrite});
  EXPECT_TRUE((*file)->Sync());
  EXPECT_FALSE((*file)->Sync());
  EXPECT_TRUE((*file)->Sync());
  EXPECT_EQ(fs_.count(Op::kSync), 3u);
}

TEST_F(FaultyFiles, AFailingWriteIsHalfDone) {
  Write("/a", std::string(16384, 'a'));
  fs_.FailAnyAt(2);
  auto file = fs_.Open(dir_ + "/a", {.mode = OpenMode::kReadWrite});
  const std::string b(16384, 'b');
  EXPECT_FALSE((*file)->WriteAt(0, b.data(), b.size()));
  EXPECT_FALSE((*file)->Sync());
  fs_.Heal();
  EXPECT_EQ(Read("/a"), std::string(8192, 'b') + std::string(8192, 'a'));
}

TEST_F(FaultyFiles, WhatWasSyncedOutlivesAPowerCutAndTheRestDoesNot) {
  Write("/kept", "one", 0, true);
  ASSERT_TRUE(fs_.SyncDir(dir_));
  Write("/kept", "twotwo", 1);
  Write("/new", "x", 0, true);
  ASSERT_TRUE(fs_.DropUnsynced());
  EXPECT_EQ(Read("/kept"), "one");
  EXPECT_EQ(Read("/new"), "<none>");  // its name was never synced
}

TEST_F(FaultyFiles, NamesComeBackUntilTheFolderIsSynced) {
  Write("/a", "a", 0, true);
  Write("/b", "b", 0, true);
  ASSERT_TRUE(fs_.SyncDir(dir_));
  ASSERT_TRUE(fs_.Rename(dir_ + "/a", dir_ + "/b"));
  EXPECT_EQ(Read("/b"), "a");
  EXPECT_EQ(fs_.List(dir_)->size(), 1u);
  ASSERT_TRUE(fs_.DropUnsynced());
  EXPECT_EQ(Read("/a"), "a");
  EXPECT_EQ(Read("/b"), "b");
  ASSERT_TRUE(fs_.Rename(dir_ + "/a", dir_ + "/b"));
  ASSERT_TRUE(fs_.SyncDir(dir_));
  ASSERT_TRUE(fs_.Remove(dir_ + "/b"));
  ASSERT_TRUE(fs_.DropUnsynced());
  EXPECT_EQ(Read("/a"), "<none>");
  EXPECT_EQ(Read("/b"), "a");
}

}  // namespace
}  // namespace firn::io
