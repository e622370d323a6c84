#include "io/disk_history.h"

#include <gtest/gtest.h>

#include "io/faulty_file_system.h"

namespace firn::io {
namespace {

using Fate = CutPolicy::Fate;

constexpr uint64_t kSeeds = 4000;

std::vector<CutPolicy> EveryPolicy() {
  std::vector<CutPolicy> policies = {
      {Fate::kNothing}, {Fate::kEverything}, {Fate::kNames}, {Fate::kBytes}};
  for (uint64_t seed = 0; seed < kSeeds; ++seed) policies.push_back({Fate::kRandom, seed});
  return policies;
}

class DiskHistoryTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(LocalFileSystem().MakeDirs(dir_)); }
  void TearDown() override { ASSERT_TRUE(LocalFileSystem().RemoveTree(dir_)); }

  std::unique_ptr<File> Open(const std::string& name, OpenMode mode) {
    return fs_.Open(dir_ + name, {.mode = mode}).value();
  }
  void Make(const std::string& name, std::string_view text, bool sync = true) {
    const auto file = Open(name, OpenMode::kCreate);
    ASSERT_TRUE(file->WriteAt(0, text.data(), text.size()));
    if (sync) {
      ASSERT_TRUE(file->Sync());
    }
  }
  CutImage Cut(CutPolicy policy) const {
    DiskModel disk;
    for (const auto& change : fs_.history()) disk.Apply(change);
    return disk.Cut(policy);
  }
  // What of a file a cut may leave; "<none>": no file of that name.
  std::set<std::string> Left(const std::string& name) const {
    std::set<std::string> left;
    for (const auto policy : EveryPolicy()) left.insert(In(Cut(policy), name));
    return left;
  }
  std::string In(const CutImage& image, const std::string& name) const {
    const auto found = image.files.find(dir_ + name);
    return found == image.files.end() ? "<none>" : found->second;
  }

  using Texts = std::set<std::string>;

  const std::string dir_ = testing::TempDir() + "/firn_history_" + std::to_string(::getpid());
  RecordingFileSystem fs_{LocalFileSystem()};
};

TEST_F(DiskHistoryTest, WhatWasSyncedIsThereWhateverHappens) {
  Make("/a", "kept");
  EXPECT_EQ(Left("/a"), (Texts{"<none>", "kept"}));
  ASSERT_TRUE(fs_.SyncDir(dir_));
  EXPECT_EQ(Left("/a"), Texts{"kept"});
}

TEST_F(DiskHistoryTest, ANameMayOutliveItsBytesAndASizeToo) {
  Make("/a", "bytes", false);
  EXPECT_EQ(In(Cut({Fate::kNothing}), "/a"), "<none>");
  EXPECT_EQ(In(Cut({Fate::kNames}), "/a"), std::string(5, '\0'));
  EXPECT_EQ(In(Cut({Fate::kEverything}), "/a"), "bytes");
  EXPECT_EQ(Left("/a"), (Texts{"<none>", "", std::string(5, '\0'), "bytes"}));
}

TEST_F(DiskHistoryTest, SectorsAreKeptWholeAndEachForItself) {
  Make("/a", std::string(2048, 'o'));
  ASSERT_TRUE(fs_.SyncDir(dir_));
  const std::string one(1024, '1');
  const std::string two(1024, '2');
  const auto file = Open("/a", OpenMode::kReadWrite);
  ASSERT_TRUE(file->WriteAt(0, one.data(), one.size()));
  ASSERT_TRUE(file->WriteAt(512, two.data(), two.size()));
  Texts seen;
  for (const auto& text : Left("/a")) {
    ASSERT_EQ(text.size(), 2048u);
    std::string sectors;
    for (size_t at = 0; at < text.size(); at += 512) {
      EXPECT_EQ(text.substr(at, 512), std::string(512, text[at]));
      sectors += text[at];
    }
    seen.insert(sectors);
  }
  EXPECT_EQ(seen, (Texts{"oooo", "o2oo", "oo2o", "o22o", "1ooo", "1o2o", "12oo", "122o", "11oo",
                         "o1oo", "112o", "o12o"}));
  ASSERT_TRUE(file->Sync());
  EXPECT_EQ(Left("/a").size(), 1u);
}

TEST_F(DiskHistoryTest, ATruncationMayBeUndoneButNeverMixed) {
  Make("/a", "0123456789");
  ASSERT_TRUE(fs_.SyncDir(dir_));
  const auto file = Open("/a", OpenMode::kReadWrite);
  ASSERT_TRUE(file->Truncate(2));
  ASSERT_TRUE(file->Truncate(4));
  EXPECT_EQ(Left("/a"), (Texts{"0123456789", "01", std::string("01\0\0", 4)}));
}

TEST_F(DiskHistoryTest, ARenameIsWholeOrNot) {
  Make("/a", "a");
  Make("/b", "b");
  ASSERT_TRUE(fs_.SyncDir(dir_));
  ASSERT_TRUE(fs_.Rename(dir_ + "/a", dir_ + "/b"));
  for (const auto policy : EveryPolicy()) {
    const auto image = Cut(policy);
    const bool renamed = In(image, "/b") == "a";
    EXPECT_EQ(In(image, "/a"), renamed ? "<none>" : "a");
    EXPECT_EQ(In(image, "/b"), renamed ? "a" : "b");
  }
  ASSERT_TRUE(fs_.SyncDir(dir_));
  EXPECT_EQ(Left("/b"), Texts{"a"});
  ASSERT_TRUE(fs_.Remove(dir_ + "/b"));
  EXPECT_EQ(Left("/b"), (Texts{"a", "<none>"}));
}

TEST_F(DiskHistoryTest, WhatIsInAFolderWhoseNameIsLostIsLost) {
  ASSERT_TRUE(fs_.MakeDirs(dir_ + "/x/y"));
  Make("/x/y/a", "a");
  ASSERT_TRUE(fs_.SyncDir(dir_ + "/x/y"));
  ASSERT_TRUE(fs_.SyncDir(dir_));
  EXPECT_EQ(Left("/x/y/a"), (Texts{"a", "<none>"}));
  ASSERT_TRUE(fs_.SyncDir(dir_ + "/x"));
  EXPECT_EQ(Left("/x/y/a"), Texts{"a"});
  ASSERT_TRUE(fs_.RemoveTree(dir_ + "/x"));
  EXPECT_EQ(In(Cut({Fate::kNothing}), "/x/y/a"), "a");
  EXPECT_EQ(In(Cut({Fate::kEverything}), "/x/y/a"), "<none>");
}

TEST_F(DiskHistoryTest, ASyncThatFailedIsNotMadeGoodByTheNext) {
  FaultyFileSystem faulty(LocalFileSystem());
  ASSERT_TRUE(WriteFileDurably(faulty, dir_ + "/a", "old"));
  {
    const auto file = faulty.Open(dir_ + "/a", {.mode = OpenMode::kReadWrite}).value();
    ASSERT_TRUE(file->WriteAt(0, "new", 3));
    faulty.FailAt(FaultyFileSystem::Op::kSync, 1);
    EXPECT_FALSE(file->Sync());
    EXPECT_TRUE(file->Sync());
  }
  ASSERT_TRUE(faulty.DropUnsynced());
  EXPECT_EQ(*ReadFile(faulty, dir_ + "/a"), "old");
  {
    const auto file = faulty.Open(dir_ + "/a", {.mode = OpenMode::kReadWrite}).value();
    ASSERT_TRUE(file->WriteAt(0, "new", 3));
    faulty.FailAt(FaultyFileSystem::Op::kSync, 1);
    EXPECT_FALSE(file->Sync());
    ASSERT_TRUE(file->WriteAt(0, "two", 3));
    EXPECT_TRUE(file->Sync());
  }
  ASSERT_TRUE(faulty.DropUnsynced());
  EXPECT_EQ(*ReadFile(faulty, dir_ + "/a"), "two");
}

TEST_F(DiskHistoryTest, WhatWasThereBeforeIsDurable) {
  Make("/a", "a");
  ASSERT_TRUE(fs_.MakeDirs(dir_ + "/x"));
  Make("/x/b", "b");
  fs_.Forget();
  Open("/a", OpenMode::kTruncate);
  ASSERT_TRUE(fs_.RemoveTree(dir_ + "/x"));
  ASSERT_TRUE(fs_.CutPower({Fate::kNothing}));
  EXPECT_EQ(*ReadFile(fs_, dir_ + "/a"), "a");
  EXPECT_EQ(*ReadFile(fs_, dir_ + "/x/b"), "b");
}

TEST_F(DiskHistoryTest, AnImageIsKnownByItsDigest) {
  Make("/a", "a", false);
  EXPECT_EQ(Cut({Fate::kRandom, 7}).Digest(), Cut({Fate::kRandom, 7}).Digest());
  EXPECT_NE(Cut({Fate::kNothing}).Digest(), Cut({Fate::kEverything}).Digest());
  EXPECT_NE(Cut({Fate::kNames}).Digest(), Cut({Fate::kEverything}).Digest());
}

}  // namespace
}  // namespace firn::io
