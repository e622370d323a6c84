#include "log/log.h"

#include <arrow/io/file.h>
#include <arrow/ipc/reader.h>

#include "io/faulty_file_system.h"
#include "log/segment_reader.h"
#include "log/segment_writer.h"
#include "log/tests/log_fixture.h"

namespace firn::log {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Op = io::FaultyFileSystem::Op;

/// Where the group with that first LSN begins.
uint64_t OffsetOf(const std::string& segment, Lsn first_lsn) {
  const auto reader = *SegmentReader::Open(io::LocalFileSystem(), segment);
  for (uint64_t at = 0; at < reader->size(); at += kGroupAlignment) {
    const auto header = *reader->ReadHeader(at);
    if (header && header->has_rows() && header->first_lsn == first_lsn) return at;
  }
  ADD_FAILURE() << "no such group";
  return 0;
}

void TurnBit(const TempFolder& folder, const std::string& segment, uint64_t offset) {
  const auto name = std::filesystem::path(segment).filename().string();
  auto bytes = folder.Content()[name];
  auto& turned = bytes[offset];
  turned = static_cast<char>(turned ^ 1);
  folder.Write(name, bytes);
}

TEST(Log, GivesBackWhatWasAppended) {
  const TempFolder folder;
  std::vector<Group> groups = {SmallGroup(Lsn(1), 3), SmallGroup(Lsn(4)),
                               SmallGroup(Lsn(5), 70'000)};
  LogId id;
  {
    auto opened = OpenLog(folder);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_TRUE(opened->recovered.created);
    EXPECT_TRUE(opened->groups.empty());
    id = opened->log->id();
    for (const auto& group : groups) ASSERT_TRUE(opened->log->Append(group));
    EXPECT_EQ(opened->log->next_lsn(), Lsn(70'005));
    ASSERT_TRUE(opened->log->Close());
  }
  auto opened = OpenLog(folder);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->recovered.id, id);
  EXPECT_TRUE(opened->recovered.clean_stop);
  EXPECT_FALSE(opened->recovered.torn);
  EXPECT_EQ(opened->recovered.groups, 3u);
  ASSERT_EQ(opened->groups.size(), groups.size());
  for (size_t i = 0; i < groups.size(); ++i) ExpectSameGroup(groups[i], opened->groups[i]);
  EXPECT_EQ(opened->log->next_lsn(), Lsn(70'005));  // dense after a clean stop
}

TEST(Log, GoesOnWithoutACleanStopAndNeverUsesAnLsnAgain) {
  const TempFolder folder;
  AppendUpTo(*OpenLog(folder)->log, Lsn(3));
  auto opened = OpenLog(folder);
  ASSERT_TRUE(opened);
  EXPECT_FALSE(opened->recovered.clean_stop);
  EXPECT_EQ(opened->groups.size(), 3u);
  EXPECT_EQ(opened->log->next_lsn(), Lsn(4) + kSkippedLsns);
  AppendUpTo(*opened->log, opened->log->next_lsn());
  opened = OpenLog(folder);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->groups.size(), 4u);
}

TEST(Log, RefusesAGroupThatDoesNotFollow) {
  const TempFolder folder;
  auto opened = OpenLog(folder);
  EXPECT_FALSE(opened->log->Append(SmallGroup(Lsn(2))));
  EXPECT_TRUE(opened->log->Append(SmallGroup(Lsn(1))));
  EXPECT_FALSE(opened->log->Append(SmallGroup(Lsn(1))));
  EXPECT_TRUE(opened->log->PoisonReason());
}

TEST(Log, RollsAndTheNewestSegmentAloneIsEnough) {
  const TempFolder folder;
  auto options = SmallOptions();
  int states = 0;
  options.state = [&] {
    return State{.entries = {{"counter", "states", std::to_string(++states)}},
                 .schemas = {{.table = SmallTable(),
                              .name = "public.t",
                              .schema = columnar::StoredArrowSchema(SmallSchema())}}};
  };
  auto opened = OpenLog(folder, options);
  const LogId id = opened->log->id();
  AppendUpTo(*opened->log, Lsn(40));
  const auto segments = opened->log->segments();
  ASSERT_EQ(segments.size(), 3u);
  EXPECT_EQ(segments[0].base_lsn, Lsn(1));
  EXPECT_EQ(segments[0].last_lsn + 1, segments[1].base_lsn);
  EXPECT_TRUE(segments[0].sealed && segments[1].sealed && !segments[2].sealed);
  EXPECT_EQ(opened->log->BytesSince(segments[1].last_lsn), segments[2].bytes);
  opened->log.reset();
  std::filesystem::remove(segments[0].path);
  std::filesystem::remove(segments[1].path);

  std::optional<Log::Recovered> begun;
  options.begin_replay = [&](const Log::Recovered& recovered) { begun = recovered; };
  opened = OpenLog(folder, options);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->log->id(), id);
  EXPECT_EQ(opened->recovered.oldest_lsn, segments[2].base_lsn);
  EXPECT_EQ(opened->groups.back().last_lsn, Lsn(40));
  ASSERT_TRUE(begun);
  EXPECT_EQ(begun->newest_state.next_lsn, segments[2].base_lsn);
  EXPECT_THAT(begun->newest_state.entries, ElementsAre(StateEntry{"counter", "states", "3"}));
  ASSERT_EQ(begun->newest_state.schemas.size(), 1u);
  EXPECT_EQ(begun->newest_state.schemas[0].name, "public.t");
}

TEST(Log, HandsOutOnlyGroupsAboveTheMarkWhenTold) {
  const TempFolder folder;
  AppendUpTo(*OpenLog(folder)->log, Lsn(5));
  auto options = SmallOptions();
  options.replay_above = Lsn(3);
  const auto opened = OpenLog(folder, options);
  ASSERT_EQ(opened->groups.size(), 2u);
  EXPECT_EQ(opened->groups[0].first_lsn, Lsn(4));
  EXPECT_EQ(opened->recovered.groups, 5u);
}

// What a start costs follows the log's tail, however much of the log is kept for others.
TEST(Log, ReadsOnlyTheHeadsOfSegmentsBelowTheMark) {
  const TempFolder folder;
  auto opened = OpenLog(folder);
  AppendUpTo(*opened->log, Lsn(40));
  const auto before = opened->log->segments();
  ASSERT_EQ(before.size(), 3u);
  opened->log.reset();
  TurnBit(folder, before[0].path, OffsetOf(before[0].path, before[0].last_lsn) + 3000);

  auto options = SmallOptions();
  options.replay_above = Lsn(before[0].last_lsn.value() - 1);
  EXPECT_FALSE(OpenLog(folder, options));  // a group above the mark is in it
  options.replay_above = before[0].last_lsn;
  opened = OpenLog(folder, options);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->groups.front().first_lsn, before[1].base_lsn);
  EXPECT_EQ(opened->recovered.groups, 40 - before[0].last_lsn.value());
  EXPECT_EQ(opened->recovered.oldest_lsn, Lsn(1));
  const auto after = opened->log->segments();
  ASSERT_EQ(after.size(), 4u);
  EXPECT_EQ(after[0].last_lsn, before[0].last_lsn);
  EXPECT_EQ(after[1].bytes, before[1].bytes);

  opened->log.reset();
  options.replay_above = Lsn(40);  // the newest is read for its end
  opened = OpenLog(folder, options);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(opened->groups.empty());
  EXPECT_GT(opened->log->next_lsn(), Lsn(40));
}

// So does what it costs where the newest segment holds a lot that is kept elsewhere.
TEST(Log, ReadsOnlyTheHeadsOfGroupsBelowTheMark) {
  const TempFolder folder;
  const Log::Options large{.prepare_bytes = 1 << 20};
  auto opened = OpenLog(folder, large);
  constexpr int64_t kRows = 30'000;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(opened->log->Append(SmallGroup(opened->log->next_lsn(), kRows)));
  }
  AppendUpTo(*opened->log, Lsn(20 * kRows + 3));
  const auto segment = opened->log->segments().back();
  opened->log.reset();
  TurnBit(folder, segment.path, OffsetOf(segment.path, Lsn(1 + 10 * kRows)) + 5000);

  EXPECT_FALSE(OpenLog(folder, large));
  auto options = large;
  options.replay_above = Lsn(11 * kRows - 1);
  EXPECT_FALSE(OpenLog(folder, options));  // the damaged group is above the mark
  options.replay_above = Lsn(20 * kRows + 1);
  opened = OpenLog(folder, options);
  ASSERT_TRUE(opened) << opened.error().message;
  ASSERT_EQ(opened->groups.size(), 2u);
  EXPECT_EQ(opened->groups[0].first_lsn, Lsn(20 * kRows + 2));
  EXPECT_EQ(opened->recovered.groups, 23u);
  EXPECT_EQ(opened->recovered.bytes, segment.bytes);
  opened->log.reset();

  // Heads are read: what they say leads to the next.
  TurnBit(folder, segment.path, OffsetOf(segment.path, Lsn(1 + 5 * kRows)) + 1040);
  const auto refused = OpenLog(folder, options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
}

TEST(Log, RefusesASegmentThatFollowsLessThanTheOneBeforeIt) {
  const TempFolder folder;
  const TempFolder other;
  auto opened = OpenLog(folder);
  AppendUpTo(*opened->log, Lsn(40));
  const auto segments = opened->log->segments();
  opened->log.reset();
  StateGroup group{.follows = Lsn(segments[1].base_lsn.value() - 2)};
  group.state.next_lsn = segments[2].base_lsn;
  auto encoded = GroupEncoder().EncodeState(group);
  ASSERT_TRUE(encoded);
  {
    const auto writer = SegmentWriter::Start(
        io::LocalFileSystem(), {.path = other.path()},
        {.log = opened->recovered.id, .base_lsn = segments[2].base_lsn}, *encoded);
    ASSERT_TRUE(writer);
  }
  std::filesystem::rename(other.path(), segments[2].path);
  auto options = SmallOptions();
  options.replay_above = Lsn(40);
  const auto refused = OpenLog(folder, options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(refused.error().message, HasSubstr("it follows"));
}

TEST(Log, RetiresWholeSealedSegmentsAndReusesThem) {
  const TempFolder folder;
  auto opened = OpenLog(folder);
  AppendUpTo(*opened->log, Lsn(40));
  const auto before = opened->log->segments();
  ASSERT_EQ(before.size(), 3u);
  ASSERT_TRUE(opened->log->Retire(Lsn(before[0].last_lsn.value() - 1)));
  EXPECT_EQ(opened->log->segments().size(), 3u);
  ASSERT_TRUE(opened->log->Retire(before[0].last_lsn));
  EXPECT_THAT(folder.Names(), ElementsAre(SegmentName(before[1].base_lsn),
                                          SegmentName(before[2].base_lsn), SpareName(Lsn(1))));
  ASSERT_TRUE(opened->log->Retire(Lsn(1'000'000)));  // never the newest
  EXPECT_EQ(opened->log->segments().size(), 1u);
}

TEST(Log, DoesNotOverwriteWhatSomebodyHolds) {
  const TempFolder folder;
  auto opened = OpenLog(folder);
  AppendUpTo(*opened->log, Lsn(20));
  auto held = opened->log->segments().front();
  ASSERT_TRUE(opened->log->Retire(held.last_lsn));
  const auto spare = folder.LogPath() + "/" + SpareName(held.base_lsn);
  const auto bytes = *io::ReadFile(io::LocalFileSystem(), spare);
  AppendUpTo(*opened->log, Lsn(40));  // rolls, leaving the held one alone
  EXPECT_EQ(*io::ReadFile(io::LocalFileSystem(), spare), bytes);
  held = {};
  AppendUpTo(*opened->log, Lsn(60));
  EXPECT_FALSE(*io::LocalFileSystem().Exists(spare));
}

TEST(Log, NeverTakesGroupsOfAFormerUseOfItsFile) {
  const TempFolder folder;
  auto opened = OpenLog(folder);
  for (int round = 0; round < 5; ++round) {
    AppendUpTo(*opened->log, opened->log->next_lsn() + 40);
    ASSERT_TRUE(opened->log->Retire(opened->log->next_lsn()));
    const Lsn oldest = opened->log->segments().front().base_lsn;
    const Lsn last(opened->log->next_lsn().value() - 1);
    if (round % 2 == 0) {
      ASSERT_TRUE(opened->log->Close());
    }
    opened->log.reset();
    opened = OpenLog(folder);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_FALSE(opened->recovered.torn);
    EXPECT_EQ(opened->recovered.oldest_lsn, oldest);
    ASSERT_FALSE(opened->groups.empty());
    EXPECT_EQ(opened->groups.front().first_lsn, oldest);
    EXPECT_EQ(opened->groups.back().last_lsn, last);
  }
}

TEST(Log, StartsAgainAndAgainWithoutLeavingEmptySegments) {
  const TempFolder folder;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(OpenLog(folder)->log->Close());
  EXPECT_THAT(folder.Names(), ElementsAre(SegmentName(Lsn(1))));
  auto opened = OpenLog(folder);
  AppendUpTo(*opened->log, Lsn(2));
  ASSERT_TRUE(opened->log->Close());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(OpenLog(folder)->log->Close());
  EXPECT_THAT(folder.Names(), ElementsAre(SegmentName(Lsn(1)), SegmentName(Lsn(3))));
  EXPECT_EQ(OpenLog(folder)->groups.size(), 2u);
}

TEST(Log, TakesAGroupOfVeryManyLsnsAndStillNeverReusesOne) {
  const TempFolder folder;
  auto opened = OpenLog(folder);
  AppendUpTo(*opened->log, Lsn(2));
  Group group = SmallGroup(Lsn(3));
  group.last_lsn = Lsn(100'000'000);  // rows in data files: an add_files record
  ASSERT_TRUE(opened->log->Append(group));
  EXPECT_EQ(opened->log->segments().size(), 2u);
  auto files = folder.Content();
  const auto newest = SegmentName(Lsn(3));
  opened->log.reset();
  // The group is lost from its first byte on.
  folder.Write(newest, files[newest].substr(0, 4096));
  opened = OpenLog(folder);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->groups.size(), 2u);
  EXPECT_GT(opened->log->next_lsn(), Lsn(100'000'000));
}

TEST(Log, PreparesBlocksAndSpares) {
  const TempFolder folder;
  auto options = SmallOptions();
  options.prepare_bytes = 1 << 20;
  auto opened = OpenLog(folder, options);
  EXPECT_EQ(folder.Content()[SegmentName(Lsn(1))].size(), 1u << 20);
  ASSERT_TRUE(opened->log->PrepareSpare());  // too early
  EXPECT_THAT(folder.Names(), ElementsAre(SegmentName(Lsn(1))));
  AppendUpTo(*opened->log, Lsn(10));
  ASSERT_TRUE(opened->log->PrepareSpare());
  ASSERT_TRUE(opened->log->PrepareSpare());
  EXPECT_THAT(folder.Names(), ElementsAre(SegmentName(Lsn(1)), SpareName(Lsn(0))));
  AppendUpTo(*opened->log, Lsn(20));
  EXPECT_EQ(opened->log->segments().size(), 2u);
  EXPECT_FALSE(*io::LocalFileSystem().Exists(folder.LogPath() + "/" + SpareName(Lsn(0))));
  ASSERT_TRUE(opened->log->Close());
  EXPECT_LT(
      folder.Content()[opened->log->segments().back().path.substr(folder.LogPath().size() + 1)]
          .size(),
      64u << 10);
}

TEST(Log, WorksWhereDirectIoIsRefused) {
  const TempFolder folder("/dev/shm");
  auto opened = OpenLog(folder);
  ASSERT_TRUE(opened) << opened.error().message;
  AppendUpTo(*opened->log, Lsn(40));
  opened->log.reset();
  opened = OpenLog(folder);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->groups.size(), 40u);
}

/// Small pieces, so that a group of some hundred rows has several.
Log::Options InPieces(size_t piece_bytes) {
  return {.segment_bytes_max = 16 << 20, .prepare_bytes = 0, .piece_bytes = piece_bytes};
}

TEST(Log, AGroupWrittenInPiecesHasTheBytesOfOneWrittenWhole) {
  const std::vector<Group> groups = {SmallGroup(Lsn(1), 20'000), SmallGroup(Lsn(20'001), 129),
                                     SmallGroup(Lsn(20'130), 7'000, std::string(300, 'x')),
                                     SmallGroup(Lsn(27'130))};
  const auto written = [&](const TempFolder& folder, size_t piece_bytes) {
    auto opened = OpenLog(folder, InPieces(piece_bytes));
    for (const auto& group : groups) EXPECT_TRUE(opened->log->Append(group));
    const auto path = opened->log->segments().back().path;
    opened->log.reset();
    auto bytes = *io::ReadFile(io::LocalFileSystem(), path);
    opened = OpenLog(folder, InPieces(piece_bytes));
    EXPECT_EQ(opened->groups.size(), groups.size());
    for (size_t i = 0; i < groups.size(); ++i) ExpectSameGroup(groups[i], opened->groups[i]);
    return bytes;
  };
  const TempFolder whole_folder;
  const auto whole = written(whole_folder, 64 << 20);
  for (const size_t piece_bytes : {4096, 5000, 64 << 10, 1 << 20}) {
    SCOPED_TRACE(piece_bytes);
    const TempFolder folder;
    const auto pieces = written(folder, piece_bytes);
    // The file may have grown further behind the last, small group.
    const size_t least = std::min(whole.size(), pieces.size());
    size_t different = 0;
    for (size_t i = 0; i < least; ++i) different += whole[i] != pieces[i] ? 1 : 0;
    // Of the state group and of each group: the log's id, and the header's checksum over it.
    EXPECT_LE(different, (groups.size() + 1) * (16 + 4));
  }
}

TEST(Log, APieceThatCannotBeWrittenTakesTheWholeGroupAlong) {
  for (uint64_t nth = 1, failed = 1; failed > 0; ++nth) {
    SCOPED_TRACE(nth);
    const TempFolder folder;
    io::FaultyFileSystem fs(io::LocalFileSystem());
    auto opened = OpenLog(fs, folder.LogPath(), InPieces(16 << 10));
    ASSERT_TRUE(opened);
    AppendUpTo(*opened->log, Lsn(3));
    fs.FailAt(Op::kWrite, nth);
    const auto appended = opened->log->Append(SmallGroup(Lsn(4), 3000));
    failed = appended ? 0 : 1;
    if (failed > 0) {
      EXPECT_EQ(appended.error().code, ErrorCode::kUnknownOutcome);
      EXPECT_EQ(appended.error().SqlState(), "58030");
      EXPECT_FALSE(opened->log->PoisonReason());
      EXPECT_FALSE(opened->log->Append(SmallGroup(opened->log->next_lsn())));
    } else {
      EXPECT_GT(nth, 5u);  // or there were no pieces
    }
    fs.Heal();
    opened->log.reset();
    ASSERT_TRUE(fs.DropUnsynced());
    opened = OpenLog(fs, folder.LogPath());
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->groups.size(), 4 - failed);
  }
}

TEST(Log, RowsThatDoNotFitLeaveTheLogAsItWas) {
  const TempFolder folder;
  auto opened = OpenLog(folder, InPieces(4096));
  ASSERT_TRUE(opened);
  AppendUpTo(*opened->log, Lsn(1));
  auto group = SmallGroup(Lsn(2), 3000);
  group.tables.push_back(group.tables.front());
  group.tables.back().change_types.resize(7);  // found when the first table is on its way
  EXPECT_EQ(opened->log->Append(group).error().code, ErrorCode::kInvalidInput);
  EXPECT_TRUE(opened->log->PoisonReason());
  ASSERT_TRUE(opened->log->Append(SmallGroup(Lsn(2))));
  ASSERT_TRUE(opened->log->Close());
  opened = OpenLog(folder);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(opened->recovered.clean_stop);
  EXPECT_EQ(opened->groups.size(), 2u);
}

class PoisonedLog : public testing::TestWithParam<Op> {};

TEST_P(PoisonedLog, SaysTheOutcomeIsUnknownThenRefusesAndRestartRecovers) {
  const TempFolder folder;
  io::FaultyFileSystem fs(io::LocalFileSystem());
  auto opened = OpenLog(fs, folder.LogPath());
  ASSERT_TRUE(opened);
  AppendUpTo(*opened->log, Lsn(3));
  fs.FailAt(GetParam(), 1);
  const auto failed = opened->log->Append(SmallGroup(Lsn(4)));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kUnknownOutcome);
  EXPECT_EQ(failed.error().SqlState(), "58030");
  EXPECT_EQ(failed.error().remedy, Remedy::kReconcile);
  const auto later = opened->log->Append(SmallGroup(Lsn(4)));
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().SqlState(), "58030");
  EXPECT_FALSE(opened->log->PoisonReason());
  EXPECT_EQ(opened->log->next_lsn(), Lsn(4));
  EXPECT_TRUE(opened->log->Close());
  opened->log.reset();
  ASSERT_TRUE(fs.DropUnsynced());
  opened = OpenLog(fs, folder.LogPath());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_FALSE(opened->recovered.clean_stop);
  EXPECT_EQ(opened->groups.size(), 3u);
  EXPECT_TRUE(opened->log->Append(SmallGroup(opened->log->next_lsn())));
}

INSTANTIATE_TEST_SUITE_P(Log, PoisonedLog, testing::Values(Op::kWrite, Op::kSync));

/// A newer segment's name that goes while an older one's stays looks like a gap in the log.
TEST(Log, SegmentsThatAreRetiredGoOldestFirstWhateverNamesAPowerCutTakes) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    const TempFolder folder("/dev/shm");
    io::FaultyFileSystem fs(io::LocalFileSystem());
    auto opened = OpenLog(fs, folder.LogPath());
    ASSERT_TRUE(opened);
    while (opened->log->segments().size() < 4) {
      ASSERT_TRUE(opened->log->Append(SmallGroup(opened->log->next_lsn(), 1000)));
    }
    const auto segments = opened->log->segments();
    fs.FailAt(Op::kSyncDir, 1 + seed % 3, true);
    (void)opened->log->Retire(segments[2].last_lsn);
    opened->log.reset();
    fs.Heal();
    ASSERT_TRUE(fs.DropUnsynced({io::CutPolicy::Fate::kRandom, seed}));
    opened = OpenLog(fs, folder.LogPath());
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_GE(opened->recovered.next_lsn, segments[3].base_lsn);
  }
}

/// What a kill left of a file that was being prepared.
TEST(Log, ASpareThatIsOnlyBegunIsRemovedAtTheStart) {
  const TempFolder folder;
  folder.Write(SpareName(Lsn(1)), std::string(5000, '\0'));
  folder.Write(SpareName(Lsn(2)), std::string(64 << 10, '\0'));
  const auto opened = OpenLog(folder);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_THAT(folder.Names(), ElementsAre(SegmentName(Lsn(1))));
  EXPECT_EQ(folder.Content()[SegmentName(Lsn(1))].size(), 64u << 10);
}

/// What an Arrow reader sees that knows nothing of groups: streams until the zero block.
TEST(Log, ASealedSegmentIsReadByAnyArrowReader) {
  const char* sample = std::getenv("FIRN_LOG_SAMPLE");  // kept for tests/interop
  const TempFolder folder;
  const std::string path = sample != nullptr ? sample : folder.LogPath();
  auto opened = OpenLog(io::LocalFileSystem(), path);
  ASSERT_TRUE(opened) << opened.error().message;
  AppendUpTo(*opened->log, Lsn(20));
  ASSERT_TRUE(opened->log->Append(SmallGroup(Lsn(21), 1000)));
  const auto segments = opened->log->segments();
  ASSERT_TRUE(opened->log->Close());
  int64_t rows = 0;
  for (const auto& segment : segments) {
    auto file = *arrow::io::ReadableFile::Open(segment.path);
    const int64_t size = *file->GetSize();
    while (*file->Tell() < size) {
      const int64_t start = *file->Tell();
      auto stream = arrow::ipc::RecordBatchStreamReader::Open(file);
      if (!stream.ok()) {  // the zero block: no schema
        const auto block = *file->ReadAt(start, 4096);
        EXPECT_EQ(block->ToString(), std::string(4096, '\0'));
        break;
      }
      const auto table = *(*stream)->ToTable();
      const auto lsns = table->GetColumnByName("__lsn");
      rows += lsns == nullptr ? 0 : lsns->length();
    }
  }
  EXPECT_EQ(rows, 1020);
}

}  // namespace
}  // namespace firn::log
