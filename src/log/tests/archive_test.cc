// The archive: what a log sends to a store that fails, and what is read back.
#include "log/archive.h"

#include "log/log_copy.h"
#include "log/recovery.h"
#include "log/shipper.h"
#include "log/tests/log_fixture.h"

namespace firn::log {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;

/// A local store whose nth change fails, before or after it was done.
class FailingStore final : public io::ObjectStore {
 public:
  explicit FailingStore(const std::string& folder)
      : store_(*io::OpenObjectStore("file://" + folder, {}, io::LocalFileSystem())) {
    std::filesystem::create_directories(folder);
  }

  void FailAt(int nth, bool though_done, bool forever = false) {
    changes_ = 0;
    fail_at_ = nth;
    though_done_ = though_done;
    forever_ = forever;
  }
  bool failed() const { return failed_; }

  Result<std::unique_ptr<io::ObjectWriter>> Create(const std::string& name) override {
    FIRN_TRY(auto writer, store_->Create(name));
    return std::make_unique<Writer>(*this, std::move(writer));
  }
  Status Read(const std::string& name, const Sink& sink) override {
    return store_->Read(name, sink);
  }
  Result<std::vector<io::ObjectInfo>> List(const std::string& folder) override {
    if (Fails()) return Fail(ErrorCode::kIo, "injected");
    return store_->List(folder);
  }
  Result<std::vector<io::ObjectInfo>> ListAll(const std::string& folder) override {
    if (Fails()) return Fail(ErrorCode::kIo, "injected");
    return store_->ListAll(folder);
  }
  const std::string& url() const override { return store_->url(); }

 private:
  class Writer final : public io::ObjectWriter {
   public:
    Writer(FailingStore& store, std::unique_ptr<io::ObjectWriter> writer)
        : store_(store), writer_(std::move(writer)) {}
    Status Write(const void* data, size_t size) override {
      if (store_.Fails()) return Fail(ErrorCode::kIo, "injected");
      return writer_->Write(data, size);
    }
    Status Finish() override {
      const bool fails = store_.Fails();
      if (fails && !store_.though_done_) return Fail(ErrorCode::kIo, "injected");
      FIRN_RETURN_IF_ERROR(writer_->Finish());
      return fails ? Status(Fail(ErrorCode::kIo, "injected: the answer was lost")) : Status();
    }

   private:
    FailingStore& store_;
    const std::unique_ptr<io::ObjectWriter> writer_;
  };

  bool Fails() {
    ++changes_;
    const bool fails = fail_at_ > 0 && (changes_ == fail_at_ || (forever_ && changes_ > fail_at_));
    failed_ = failed_ || fails;
    return fails;
  }

  const std::unique_ptr<io::ObjectStore> store_;
  int changes_ = 0;
  int fail_at_ = 0;
  bool though_done_ = false;
  bool forever_ = false;
  bool failed_ = false;
};

class ArchiveTest : public testing::Test {
 protected:
  ArchiveTest() : store_(archive_.path()) { Open(); }

  void Open() {
    auto opened = OpenLog(folder_);
    ASSERT_TRUE(opened) << opened.error().message;
    log_ = std::move(opened->log);
  }
  /// Without a clean stop: the next LSNs skip ahead.
  void Kill() {
    log_.reset();
    Open();
  }
  void Append(int groups, size_t bytes = 3000) {
    for (int i = 0; i < groups; ++i) {
      const auto group = SmallGroup(log_->next_lsn(), 2, std::string(bytes, 'x'));
      ASSERT_TRUE(log_->Append(group));
      lsns_.push_back(group.first_lsn);
    }
  }
  std::unique_ptr<Shipper> NewShipper(Lsn from = Lsn(), uint64_t object_bytes = 20'000) {
    return std::make_unique<Shipper>(*log_, io::LocalFileSystem(), store_,
                                     Shipper::Options{.object_bytes = object_bytes, .from = from});
  }
  Result<std::vector<Lsn>> ReadBack(Lsn after = Lsn()) {
    FIRN_TRY(const auto objects, ListArchivedGroups(store_, log_->id(), after));
    std::vector<Lsn> lsns;
    ArchiveReader reader(store_, log_->id());
    FIRN_RETURN_IF_ERROR(reader.Read(
        objects, after, {.group = [&](Group&& group) -> Result<bool> {
          ExpectSameGroup(SmallGroup(group.first_lsn, 2, std::string(3000, 'x')), group);
          lsns.push_back(group.first_lsn);
          return true;
        }}));
    return lsns;
  }
  void ExpectAllThere() {
    const auto read = ReadBack();
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_THAT(*read, ElementsAreArray(lsns_));
  }
  std::vector<std::string> Objects() {
    std::vector<std::string> names;
    const auto objects = ListArchivedGroups(store_, log_->id(), Lsn());
    for (const auto& one : *objects) {
      names.push_back(one.name);
    }
    return names;
  }

  TempFolder folder_;
  TempFolder archive_;
  FailingStore store_;
  std::unique_ptr<Log> log_;
  std::vector<Lsn> lsns_;
};

// A start takes the size of a file for what a segment holds, where it had no need to read it. In a
// file that was used before, groups of another segment follow.
TEST_F(ArchiveTest, SegmentsThatAStartDidNotReadAreSentToo) {
  Append(60);
  ASSERT_TRUE(log_->Retire(log_->next_lsn()));
  ASSERT_FALSE(folder_.Names().front().starts_with(SegmentName(Lsn(1))));
  const Lsn retired(log_->segments().front().base_lsn.value() - 1);
  std::erase_if(lsns_, [&](Lsn lsn) { return lsn <= retired; });
  Append(60);
  auto options = SmallOptions();
  options.replay_above = log_->next_lsn();
  log_.reset();
  auto opened = OpenLog(io::LocalFileSystem(), folder_.LogPath(), options);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(opened->groups.empty());
  log_ = std::move(opened->log);
  Append(3);
  const auto shipper = NewShipper(retired);
  ASSERT_TRUE(shipper->Ship()) << shipper->Ship().error().message;
  const auto read = ReadBack(retired);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(*read, ElementsAreArray(lsns_));
  EXPECT_EQ(shipper->state().bytes_behind, 0u);
}

TEST_F(ArchiveTest, WhatIsDurableIsReadBack) {
  auto shipper = NewShipper();
  for (int round = 0; round < 5; ++round) {
    Append(7);
    ASSERT_TRUE(shipper->Ship());
    EXPECT_EQ(shipper->state().shipped, Lsn(log_->next_lsn().value() - 1));
    EXPECT_EQ(shipper->state().bytes_behind, 0);
    ExpectAllThere();
  }
  EXPECT_GT(log_->segments().size(), 3U);
  EXPECT_THAT(*ReadBack(Lsn(20)), ElementsAreArray(std::vector(lsns_.begin() + 10, lsns_.end())));
}

TEST_F(ArchiveTest, AnotherShipperGoesOnWhereTheArchiveEnds) {
  for (int life = 0; life < 6; ++life) {
    Append(5);
    ASSERT_TRUE(NewShipper()->Ship());
    Append(life % 3);
    if (life % 2 == 0) Kill();
  }
  ASSERT_TRUE(NewShipper()->Ship());
  ExpectAllThere();
}

TEST_F(ArchiveTest, LsnsThatWereSkippedTwiceAreNoHole) {
  Append(2);
  Kill();
  Kill();
  Kill();
  Append(2);
  ASSERT_TRUE(NewShipper()->Ship());
  ExpectAllThere();
}

// Whatever call fails, with or without its effect, and whoever goes on.
TEST_F(ArchiveTest, AFailureLosesAndDoublesNothing) {
  int injected = 0;
  for (const bool though_done : {false, true}) {
    for (const bool new_shipper : {false, true}) {
      auto shipper = NewShipper();
      for (int nth = 1;; ++nth) {
        SCOPED_TRACE(fmt::format("nth={} though_done={} new={}", nth, though_done, new_shipper));
        Append(12);
        store_.FailAt(nth, though_done);
        if (shipper->Ship()) break;
        ++injected;
        store_.FailAt(0, false);
        Append(1);
        if (new_shipper) shipper = NewShipper();
        ASSERT_TRUE(shipper->Ship());
        EXPECT_EQ(shipper->state().bytes_behind, 0);
      }
      store_.FailAt(0, false);
    }
  }
  ExpectAllThere();
  std::cout << "store failures injected and survived: " << injected << '\n';
  EXPECT_GT(injected, 20);
}

TEST_F(ArchiveTest, AStoreThatIsGoneIsCaughtUpWith) {
  auto shipper = NewShipper();
  store_.FailAt(1, false, /*forever=*/true);
  for (int i = 0; i < 10; ++i) {
    Append(3);
    EXPECT_FALSE(shipper->Ship());
  }
  EXPECT_FALSE(shipper->resumed());
  store_.FailAt(0, false);
  ASSERT_TRUE(shipper->Ship());
  ExpectAllThere();
}

TEST_F(ArchiveTest, WhatLeftTheLogUnsentIsAGapThatIsSeen) {
  auto shipper = NewShipper();
  Append(3);
  ASSERT_TRUE(shipper->Ship());
  Append(60);
  ASSERT_TRUE(log_->Retire(Lsn(60)));
  Append(1);
  EXPECT_EQ(shipper->state().gaps, 0U);
  ASSERT_TRUE(shipper->Ship());
  EXPECT_EQ(shipper->state().gaps, 1U);
  const auto read = ReadBack();
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("the groups with LSNs from 7 to"));
  // From behind the gap on it is whole.
  const Lsn first = log_->segments().front().base_lsn;
  EXPECT_EQ(ReadBack(Lsn(first.value() - 1))->back(), lsns_.back());
}

TEST_F(ArchiveTest, AMissingObjectIsNamedByItsLsns) {
  Append(40);
  ASSERT_TRUE(NewShipper()->Ship());
  const auto objects = Objects();
  ASSERT_GT(objects.size(), 5U);
  for (size_t i = 0; i + 1 < objects.size(); ++i) {
    SCOPED_TRACE(objects[i]);
    const auto path = archive_.path() + "/" + objects[i];
    std::filesystem::rename(path, path + ".away");
    const auto read = ReadBack();
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr("are missing, before object=\"" + objects[i + 1]));
    std::filesystem::rename(path + ".away", path);
  }
}

TEST_F(ArchiveTest, ATurnedByteOrACutObjectIsNamed) {
  Append(8);
  ASSERT_TRUE(NewShipper()->Ship());
  const auto name = Objects().front();
  const auto path = archive_.path() + "/" + name;
  const auto whole = *io::ReadFile(io::LocalFileSystem(), path);
  for (size_t at = 0; at < whole.size(); at += 997) {
    auto turned = whole;
    turned[at] = static_cast<char>(~turned[at]);
    ASSERT_TRUE(io::WriteFileDurably(io::LocalFileSystem(), path, turned));
    const auto read = ReadBack();
    ASSERT_FALSE(read) << at;
    EXPECT_THAT(read.error().message, HasSubstr(name));
  }
  for (size_t cut = 0; cut < whole.size(); cut += 2048) {
    ASSERT_TRUE(io::WriteFileDurably(io::LocalFileSystem(), path, whole.substr(0, cut)));
    EXPECT_FALSE(ReadBack()) << cut;
  }
}

TEST_F(ArchiveTest, AnArchiveThatIsAheadOfTheLogIsLeftAlone) {
  Append(5);
  ASSERT_TRUE(NewShipper()->Ship());
  ASSERT_TRUE(io::PutObject(store_, GroupsName(log_->id(), Lsn(1), Lsn(11), Lsn(99)), "x"));
  const auto shipped = NewShipper()->Ship();
  ASSERT_FALSE(shipped);
  EXPECT_EQ(shipped.error().code, ErrorCode::kConflict);
}

// A copied disk: the same log id, and from some LSN on two histories.
class CopiedDiskTest : public ArchiveTest {
 protected:
  /// Both logs have `before` groups; the first one's archive has them, and `more` of its own.
  void Part(int before, int more, bool clean) {
    Append(before);
    if (clean) {
      ASSERT_TRUE(log_->Close());
    }
    std::filesystem::create_directories(copied_.path());
    std::filesystem::copy(folder_.LogPath(), copied_.LogPath());
    if (clean) Open();
    Append(more);
    ASSERT_TRUE(NewShipper()->Ship());
    auto opened = OpenLog(copied_);
    ASSERT_TRUE(opened) << opened.error().message;
    copy_ = std::move(opened->log);
    ASSERT_EQ(copy_->id(), log_->id());
  }
  Status ShipCopy(int groups) {
    for (int i = 0; i < groups; ++i) {
      EXPECT_TRUE(copy_->Append(SmallGroup(copy_->next_lsn(), 2, std::string(3000, 'y'))));
    }
    return Shipper(*copy_, io::LocalFileSystem(), store_, {.object_bytes = 20'000}).Ship();
  }
  void ExpectRefused(const Status& shipped) {
    ASSERT_FALSE(shipped);
    EXPECT_EQ(shipped.error().code, ErrorCode::kConflict);
    EXPECT_THAT(shipped.error().message, HasSubstr("another history of this log"));
    ExpectAllThere();
  }

  TempFolder copied_;
  std::unique_ptr<Log> copy_;
};

TEST_F(CopiedDiskTest, IsNoticedWhereTheSameLsnsMeanOtherGroups) {
  Part(5, 2, true);
  ExpectRefused(ShipCopy(6));
}
TEST_F(CopiedDiskTest, IsNoticedWhereItHasSkippedTheLsns) {
  Part(5, 2, false);
  ExpectRefused(ShipCopy(1));
}
TEST_F(CopiedDiskTest, IsNoticedSegmentsLater) {
  Part(5, 60, true);
  ExpectRefused(ShipCopy(90));
}
TEST_F(CopiedDiskTest, IsNoticedWhenItsLogForgotWhereTheyParted) {
  Part(5, 2, true);
  ASSERT_TRUE(ShipCopy(0).error().code == ErrorCode::kConflict);
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(copy_->Append(SmallGroup(copy_->next_lsn(), 2, std::string(3000, 'y'))));
  }
  ASSERT_TRUE(copy_->Retire(Lsn(copy_->next_lsn().value() - 40)));
  // Nothing is left to compare: the owner object is what tells.
  EXPECT_TRUE(ShipCopy(1));
}
TEST_F(CopiedDiskTest, ThatTookTheOthersPlaceGoesOn) {
  Part(5, 0, true);
  ASSERT_TRUE(ShipCopy(20));
  EXPECT_FALSE(NewShipper()->Ship());
}

TEST_F(ArchiveTest, ADamagedLastObjectDoesNotEndTheArchive) {
  Append(5);
  ASSERT_TRUE(NewShipper()->Ship());
  const auto path = archive_.path() + "/" + Objects().back();
  auto turned = *io::ReadFile(io::LocalFileSystem(), path);
  turned[turned.size() / 2] = static_cast<char>(~turned[turned.size() / 2]);
  ASSERT_TRUE(io::WriteFileDurably(io::LocalFileSystem(), path, turned));
  Append(5);
  auto shipper = NewShipper();
  ASSERT_TRUE(shipper->Ship());
  EXPECT_EQ(shipper->state().bytes_behind, 0);
}

TEST_F(ArchiveTest, ANewArchiveBeginsBehindWhatIsNotNeeded) {
  Append(30);
  ASSERT_TRUE(NewShipper(Lsn(40))->Ship());
  EXPECT_THAT(*ReadBack(Lsn(40)), ElementsAreArray(std::vector(lsns_.begin() + 20, lsns_.end())));
}

// Nor does damage in it end the archive, as it does not end a start.
TEST_F(ArchiveTest, WhatIsNotNeededMayBeDamaged) {
  Append(4);
  const auto path = log_->segments().back().path;
  auto turned = *io::ReadFile(io::LocalFileSystem(), path);
  const auto at = turned.find("xxxx");
  turned[at] = 'y';
  ASSERT_TRUE(io::WriteFileDurably(io::LocalFileSystem(), path, turned));
  EXPECT_FALSE(NewShipper()->Ship());
  auto shipper = NewShipper(Lsn(2));
  ASSERT_TRUE(shipper->Ship());
  EXPECT_EQ(shipper->state().gaps, 0u);
  EXPECT_THAT(*ReadBack(Lsn(2)), ElementsAreArray(std::vector(lsns_.begin() + 1, lsns_.end())));
}

TEST_F(ArchiveTest, ACopiedLogIsOneThatCanBeOpened) {
  Append(5);
  Kill();
  Append(5);
  ASSERT_TRUE(NewShipper()->Ship());
  TempFolder copied;
  const LogId id(NewUuidV7());
  LogCopy copy(io::LocalFileSystem(), copied.LogPath(), id, Lsn());
  ArchiveReader reader(store_, log_->id());
  ASSERT_TRUE(reader.Read(*ListArchivedGroups(store_, log_->id(), Lsn()), Lsn(),
                          {.state = [&](StateGroup&& state) -> Status {
                             copy.SetState(std::move(state.state));
                             return {};
                           },
                           .group = [&](Group&& group) -> Result<bool> {
                             FIRN_RETURN_IF_ERROR(copy.Add(group));
                             return true;
                           }}));
  const Lsn last(log_->next_lsn().value() + 77);
  ASSERT_TRUE(copy.Finish(last));
  const auto opened = OpenLog(copied);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->log->id(), id);
  EXPECT_EQ(opened->log->next_lsn(), last + 1);
  ASSERT_EQ(opened->groups.size(), lsns_.size());
  EXPECT_EQ(opened->groups.back().first_lsn, lsns_.back());
}

TEST_F(ArchiveTest, OnlyWhatIsFinishedHasAName) {
  auto writer = store_.Create("a/b");
  ASSERT_TRUE(writer && (*writer)->Write("x", 1));
  writer->reset();
  EXPECT_THAT(*store_.List("a"), IsEmpty());
  EXPECT_EQ(io::GetObject(store_, "a/b").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace firn::log
