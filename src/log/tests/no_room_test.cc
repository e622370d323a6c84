#include "io/faulty_file_system.h"
#include "log/log.h"
#include "log/segment_reader.h"
#include "log/tests/log_fixture.h"

namespace firn::log {
namespace {

using testing::HasSubstr;
using Op = io::FaultyFileSystem::Op;

class FullDisk : public testing::Test {
 protected:
  FullDisk() { fs.SayDiskFull(true); }
  Result<OpenedLog> Open(Log::Options options = SmallOptions()) {
    return OpenLog(fs, folder.LogPath(), std::move(options));
  }

  const TempFolder folder;
  io::FaultyFileSystem fs{io::LocalFileSystem()};
};

/// A write that found no room wrote less than the group, so the group is not there, and the next
/// one takes its place.
TEST_F(FullDisk, RefusesGroupsUntilThereIsRoom) {
  auto opened = Open();
  ASSERT_TRUE(opened);
  size_t groups = 3;
  AppendUpTo(*opened->log, Lsn(3));
  for (int round = 0; round < 40; ++round, ++groups) {
    fs.FailAt(Op::kWrite, 1, true);
    for (int i = 0; i < 2; ++i) {
      const auto failed = opened->log->Append(SmallGroup(opened->log->next_lsn(), 100));
      ASSERT_FALSE(failed);
      EXPECT_EQ(failed.error().code, ErrorCode::kIo);
      EXPECT_EQ(failed.error().SqlState(), "53100");
      EXPECT_NE(failed.error().remedy, Remedy::kReconcile);
      EXPECT_THAT(failed.error().message, HasSubstr(folder.LogPath()));
    }
    EXPECT_TRUE(opened->log->PoisonReason());
    fs.Heal();
    if (round % 4 == 3) {  // what was refused lies behind the last group
      opened->log.reset();
      ASSERT_TRUE(fs.DropUnsynced({io::CutPolicy::Fate::kRandom, groups}));
      opened = Open();
      ASSERT_TRUE(opened) << opened.error().message;
      ASSERT_EQ(opened->groups.size(), groups);
    }
    const auto next = SmallGroup(opened->log->next_lsn(), round % 2 == 0 ? 100 : 1);
    const auto written = opened->log->Append(next);
    ASSERT_TRUE(written) << written.error().message;
  }
  EXPECT_GT(opened->log->segments().size(), 5u);
}

/// A large group, of which pieces are written before the disk is full.
TEST_F(FullDisk, ThatAPieceFindsRefusesItsGroupAlone) {
  auto options = SmallOptions();
  options.piece_bytes = 64 << 10;
  auto opened = Open(options);
  ASSERT_TRUE(opened);
  auto& log = *opened->log;
  for (uint64_t nth = 1; nth <= 4; ++nth) {
    fs.FailAt(Op::kWrite, nth, true);
    EXPECT_EQ(log.Append(SmallGroup(log.next_lsn(), 50'000)).error().SqlState(), "53100");
    fs.Heal();
    ASSERT_TRUE(log.Append(SmallGroup(log.next_lsn(), nth % 2 == 0 ? 50'000 : 1)));
  }
  opened->log.reset();
  ASSERT_TRUE(fs.DropUnsynced());
  opened = Open(options);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->groups.size(), 4u);
}

/// Those who write come before those who read the past.
TEST_F(FullDisk, IsGivenSparesAndSettledSegments) {
  Lsn settled;
  auto options = SmallOptions();
  options.settled = [&] { return settled; };
  auto opened = Open(options);
  ASSERT_TRUE(opened);
  auto& log = *opened->log;
  const auto fill = [&](size_t segments) {
    while (log.segments().size() < segments) {
      ASSERT_TRUE(log.Append(SmallGroup(log.next_lsn(), 100)));
    }
  };
  const auto one_failure = [&] {
    fs.FailAt(Op::kWrite, 1);
    auto written = log.Append(SmallGroup(log.next_lsn(), 100));
    fs.Heal();
    return written;
  };
  fill(6);
  ASSERT_TRUE(log.Retire(log.segments()[0].last_lsn));  // a spare
  const auto first = log.segments().front().base_lsn;
  EXPECT_TRUE(one_failure());
  EXPECT_EQ(log.segments().front().base_lsn, first) << "the spare is enough";
  EXPECT_EQ(one_failure().error().SqlState(), "53100") << "nothing is settled";
  settled = log.segments()[1].last_lsn;
  const size_t segments = log.segments().size();
  EXPECT_TRUE(one_failure());
  EXPECT_GT(log.segments().front().base_lsn, first);
  EXPECT_GE(log.segments().size(), segments - 1);
  int given_up = 0;
  while (one_failure()) ++given_up;
  EXPECT_LE(given_up, 3);
  EXPECT_GT(log.segments().front().last_lsn, settled) << "what is not settled stays";
  opened->log.reset();
  ASSERT_TRUE(fs.DropUnsynced({io::CutPolicy::Fate::kRandom, 1}));
  EXPECT_TRUE(Open(options));
}

/// So that a full disk can be asked what is on it.
TEST_F(FullDisk, LeavesAStartWhatRoomThereIs) {
  auto options = SmallOptions();
  auto opened = Open(options);
  ASSERT_TRUE(opened);
  while (opened->log->segments().size() < 4) {
    ASSERT_TRUE(opened->log->Append(SmallGroup(opened->log->next_lsn(), 100)));
  }
  const auto segments = opened->log->segments();
  opened->log.reset();
  options.prepare_bytes = 16 << 20;
  options.settled = [&] { return segments[1].last_lsn; };
  auto before = fs.count(Op::kWrite);
  fs.FailAt(Op::kWrite, 2);
  opened = Open(options);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_LT(fs.count(Op::kWrite) - before, 8u) << "nothing is prepared";
  EXPECT_EQ(opened->log->segments().front().base_lsn, segments[0].base_lsn);
  opened->log.reset();
  // Not even for the new segment alone.
  fs.FailAt(Op::kWrite, 2);
  fs.FailAt(Op::kRename, 1);
  opened = Open(options);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->log->segments().front().base_lsn, segments[1].base_lsn);
  EXPECT_TRUE(opened->log->Append(SmallGroup(opened->log->next_lsn())));
}

TEST_F(FullDisk, ThatASyncFindsLeavesTheOutcomeUnknown) {
  auto opened = Open();
  ASSERT_TRUE(opened);
  fs.FailAt(Op::kSync, 1);
  const auto failed = opened->log->Append(SmallGroup(Lsn(1)));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kUnknownOutcome);
  EXPECT_EQ(failed.error().SqlState(), "58030");
}

/// Room for the groups to come is no part of the group that is being written.
TEST_F(FullDisk, KeepsAGroupThatFillsItToItsEnd) {
  auto options = SmallOptions();
  options.segment_bytes_max = 4 << 20;
  auto opened = Open(options);
  ASSERT_TRUE(opened);
  Lsn next(1);
  for (uint64_t writes = 0; writes != 2; next = next + 1) {  // until a group grows the file
    ASSERT_LT(next, Lsn(100));
    const auto before = fs.count(Op::kWrite);
    fs.FailAt(Op::kWrite, 2);
    ASSERT_TRUE(opened->log->Append(SmallGroup(next)));
    writes = fs.count(Op::kWrite) - before;
    fs.Heal();
  }
  fs.FailAt(Op::kWrite, 1, true);
  EXPECT_EQ(opened->log->Append(SmallGroup(next)).error().SqlState(), "53100");
  opened->log.reset();
  fs.Heal();
  opened = Open();
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->groups.size(), next.value() - 1);
}

/// Its segments have no trailer then, as after a kill.
TEST_F(FullDisk, IsToldByAStopThatLosesNothing) {
  auto opened = Open();
  ASSERT_TRUE(opened);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(opened->log->Append(SmallGroup(opened->log->next_lsn(), 100)));
  }
  fs.FailAt(Op::kWrite, 1, true);
  const auto closed = opened->log->Close();
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().SqlState(), "53100");
  opened->log.reset();
  fs.Heal();
  ASSERT_TRUE(fs.DropUnsynced());
  opened = Open();
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_FALSE(opened->recovered.clean_stop);
  EXPECT_EQ(opened->groups.size(), 3u);
}

/// Else it would take the room that the next start needs.
TEST_F(FullDisk, KeepsNothingOfAStartThatFails) {
  auto options = SmallOptions();
  options.prepare_bytes = 16 << 20;
  for (uint64_t n = 1; n <= 3; ++n) {
    fs.FailAt(Op::kWrite, n, true);
    const auto refused = Open(options);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().SqlState(), "53100");
    EXPECT_THAT(refused.error().message, HasSubstr(folder.LogPath()));
    EXPECT_FALSE(*fs.Exists(folder.LogPath() + "/" + SpareName(Lsn(1))));
  }
  fs.Heal();
  EXPECT_TRUE(Open(options));
}

/// A new segment that cannot be started for want of descriptors has cost nothing yet.
class NoDescriptors : public testing::TestWithParam<std::pair<Op, bool>> {
 protected:
  /// The next group, which needs a new segment once the one before it is full, or at once.
  static Group Next(const Log& log) {
    Group group = SmallGroup(log.next_lsn(), 100);
    if (GetParam().second) group.last_lsn = log.next_lsn() + 100'000'000;
    return group;
  }
};

TEST_P(NoDescriptors, RefuseAGroupAndNotThoseAfterIt) {
  const TempFolder folder;
  io::FaultyFileSystem fs(io::LocalFileSystem());
  fs.SayNoDescriptors(true);
  auto opened = OpenLog(fs, folder.LogPath());
  ASSERT_TRUE(opened);
  auto& log = *opened->log;
  size_t groups = 0;
  for (int round = 0; round < 3; ++round) {
    const size_t segments = log.segments().size();
    fs.FailAt(GetParam().first, 1, true);
    while (log.Append(Next(log))) ++groups;
    for (int i = 0; i < 3; ++i) {
      const auto refused = log.Append(Next(log));
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().code, ErrorCode::kIo);
      EXPECT_EQ(refused.error().SqlState(), "53000");
      EXPECT_NE(refused.error().remedy, Remedy::kReconcile);
      EXPECT_THAT(refused.error().message, HasSubstr("nothing was written"));
      EXPECT_TRUE(log.PoisonReason());
    }
    EXPECT_EQ(log.segments().size(), segments);
    fs.Heal();
    for (int i = 0; i < 3; ++i, ++groups) {
      const auto written = log.Append(i == 1 ? Next(log) : SmallGroup(log.next_lsn()));
      ASSERT_TRUE(written) << written.error().message;
    }
  }
  const Lsn last(log.next_lsn().value() - 1);
  opened->log.reset();
  ASSERT_TRUE(fs.DropUnsynced());
  opened = OpenLog(fs, folder.LogPath());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->groups.size(), groups);
  EXPECT_EQ(opened->recovered.last_lsn, last);
}

TEST_P(NoDescriptors, LeaveALogThatIsStoppedOrKilled) {
  for (const bool stopped : {false, true}) {
    const TempFolder folder;
    io::FaultyFileSystem fs(io::LocalFileSystem());
    fs.SayNoDescriptors(true);
    auto opened = OpenLog(fs, folder.LogPath());
    ASSERT_TRUE(opened);
    size_t groups = 1;
    ASSERT_TRUE(opened->log->Append(SmallGroup(Lsn(1))));
    fs.FailAt(GetParam().first, 1, true);
    while (opened->log->Append(Next(*opened->log))) ++groups;
    EXPECT_TRUE(!stopped || opened->log->Close());
    opened->log.reset();
    fs.Heal();
    for (const auto fate : {io::CutPolicy::Fate::kNothing, io::CutPolicy::Fate::kRandom}) {
      ASSERT_TRUE(fs.DropUnsynced({fate, groups}));
      opened = OpenLog(fs, folder.LogPath());
      ASSERT_TRUE(opened) << opened.error().message;
      EXPECT_EQ(opened->groups.size(), groups);
      opened->log.reset();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Log, NoDescriptors,
                         testing::Values(std::pair(Op::kOpen, false), std::pair(Op::kOpen, true),
                                         std::pair(Op::kSyncDir, false),
                                         std::pair(Op::kSyncDir, true)));

}  // namespace
}  // namespace firn::log
