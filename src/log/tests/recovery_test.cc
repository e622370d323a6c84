#include "log/recovery.h"

#include "io/faulty_file_system.h"
#include "log/group_header.h"
#include "log/inspect.h"
#include "log/segment_reader.h"
#include "log/tests/log_fixture.h"

namespace firn::log {
namespace {

using testing::HasSubstr;

/// The files of a log of one segment with three groups (5, 1 and 40 rows), and where they lie.
struct Sample {
  explicit Sample(bool clean_stop) {
    auto opened = OpenLog(folder);
    auto& log = *opened->log;
    for (const int64_t rows : {5, 1, 40}) {
      starts.push_back(log.segments().back().bytes);
      groups.push_back(SmallGroup(log.next_lsn(), rows, std::string(200, 'x')));
      EXPECT_TRUE(log.Append(groups.back()));
    }
    end = log.segments().back().bytes;
    if (clean_stop) {
      EXPECT_TRUE(log.Close());
    }
    opened->log.reset();
    files = folder.Content();
    name = files.begin()->first;
  }

  TempFolder folder;
  std::map<std::string, std::string> files;
  std::string name;
  std::vector<Group> groups;
  std::vector<uint64_t> starts;
  uint64_t end = 0;
};

struct Outcome {
  Status status;
  Recovered recovered;
  std::vector<Group> groups;
};

/// `decode`: or else groups are only checked.
Outcome Recover(std::map<std::string, std::string> files, bool decode = true) {
  MemoryFiles fs(std::move(files));
  Outcome outcome;
  ReplayCallbacks callbacks;
  if (decode) {
    callbacks.group = [&](Group&& group) {
      outcome.groups.push_back(std::move(group));
      return Status{};
    };
  }
  const auto log = RecoverLog(fs, "/log", callbacks, &outcome.recovered);
  if (!log) outcome.status = Failure(log.error());
  return outcome;
}

// The last group cut at every byte, by a shorter file and by zeros: the earlier ones survive
// whole, of the last one nothing does.
TEST(LogRecovery, TornTailLosesOnlyTheLastGroup) {
  const Sample sample(false);
  ASSERT_GT(sample.end - sample.starts[2], 8192u);
  for (uint64_t cut = sample.starts[2]; cut < sample.end; ++cut) {
    for (const bool zeros : {false, true}) {
      SCOPED_TRACE(fmt::format("cut {} {}", cut, zeros));
      auto files = sample.files;
      auto& bytes = files[sample.name];
      const std::string whole = bytes;
      bytes.resize(cut);
      if (zeros) bytes.resize(sample.end + 8192);
      // A cut in the group's trailing end mark, which is followed by zeros anyway, changes nothing.
      const bool same =
          bytes.size() >= sample.end && bytes.compare(0, sample.end, whole, 0, sample.end) == 0;
      const auto outcome = Recover(std::move(files));
      ASSERT_TRUE(outcome.status) << outcome.status.error().message;
      ASSERT_EQ(outcome.groups.size(), same ? 3u : 2u);
      EXPECT_EQ(outcome.recovered.torn.has_value(), cut != sample.starts[2] && !same);
      EXPECT_GT(outcome.recovered.next_lsn, sample.groups[2].last_lsn);
      if (cut % 512 == 0) {
        for (size_t i = 0; i < 2; ++i) ExpectSameGroup(sample.groups[i], outcome.groups[i]);
      }
    }
  }
}

// A file that ends at any byte of its last two groups: those before the cut survive.
TEST(LogRecovery, AFileThatEndsEarlyKeepsTheGroupsThatAreWhole) {
  const Sample sample(false);
  const std::vector<uint64_t> ends = {sample.starts[1], sample.starts[2], sample.end};
  for (uint64_t cut = ends.front(); cut < sample.end; ++cut) {
    auto files = sample.files;
    files[sample.name].resize(cut);
    const auto outcome = Recover(std::move(files), false);
    ASSERT_TRUE(outcome.status) << cut << ": " << outcome.status.error().message;
    const auto whole =
        std::count_if(ends.begin(), ends.end(), [&](auto end) { return end <= cut; });
    ASSERT_EQ(outcome.recovered.groups, static_cast<uint64_t>(whole)) << cut;
    ASSERT_EQ(outcome.recovered.torn.has_value(), std::count(ends.begin(), ends.end(), cut) == 0);
  }
}

// Single bits of the file turned: a group is whole or the change is seen. Every seventh bit;
// with FIRN_SLOW set, every bit.
TEST(LogRecovery, EveryTurnedBitIsSeenOrHarmless) {
  const Sample sample(false);
  auto files = sample.files;
  files[sample.name].resize(sample.end + 4096);
  MemoryFiles fs(files);
  std::string& bytes = fs.files[sample.name];
  const uint64_t last = sample.starts[2];
  const size_t stride = std::getenv("FIRN_SLOW") != nullptr ? 1 : 7;
  for (size_t bit = 0; bit < bytes.size() * 8; bit += stride) {
    bytes[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    Recovered recovered;
    const auto log = RecoverLog(fs, "/log", {}, &recovered);
    const size_t at = bit / 8;
    if (at < last) {
      ASSERT_FALSE(log) << "bit " << bit;
      ASSERT_EQ(log.error().code, ErrorCode::kCorrupt);
    } else {
      ASSERT_TRUE(log) << "bit " << bit;
      ASSERT_EQ(recovered.groups, at < sample.end ? 2u : 3u) << "bit " << bit;
      ASSERT_TRUE(recovered.torn) << "bit " << bit;  // a block that is not zero lies there
    }
    bytes[bit / 8] ^= static_cast<char>(1 << (bit % 8));
  }
}

TEST(LogRecovery, AfterACleanStopRotInTheLastGroupIsDamage) {
  const Sample sample(true);
  for (uint64_t at = 0; at < sample.end; at += 7) {
    auto files = sample.files;
    files[sample.name][at] ^= 0x10;
    const auto outcome = Recover(std::move(files), false);
    ASSERT_FALSE(outcome.status) << at;
    ASSERT_EQ(outcome.status.error().SqlState(), "XX001");
  }
}

TEST(LogRecovery, DamageInTheMiddleNamesThePlaceAndChangesNothing) {
  const Sample sample(false);
  for (const bool zeroed : {false, true}) {
    auto bytes = sample.files.at(sample.name);
    if (zeroed) {
      std::fill_n(bytes.begin() + static_cast<int64_t>(sample.starts[1]), 4096, '\0');
    } else {
      bytes[sample.starts[1] + 2000] ^= 1;
    }
    const TempFolder folder;
    folder.Write(sample.name, bytes);
    const auto before = folder.Content();
    const auto opened = OpenLog(folder);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
    EXPECT_THAT(opened.error().message, HasSubstr(sample.name));
    EXPECT_THAT(opened.error().message, HasSubstr(fmt::format("offset={}", sample.starts[1])));
    EXPECT_EQ(folder.Content(), before);
  }
}

/// A log of three segments that was killed, and where its groups lie, state groups too.
struct Segments {
  struct Place {
    std::string name;
    uint64_t offset = 0;
    uint64_t end = 0;
  };
  Segments() {
    auto opened = OpenLog(folder);
    auto& log = *opened->log;
    for (int in_third = 0; in_third < 3;) {
      EXPECT_TRUE(log.Append(SmallGroup(log.next_lsn(), 1, std::string(12'000, 'x'))));
      if (log.segments().size() == 3) ++in_third;
    }
    opened->log.reset();
    const auto inspection = InspectLog(io::LocalFileSystem(), folder.LogPath());
    for (const auto& segment : inspection->segments) {
      const auto name = segment.path.substr(segment.path.rfind('/') + 1);
      for (const auto& group : segment.groups) {
        places.push_back({name, group.offset, group.offset + group.bytes});
      }
    }
  }
  TempFolder folder;
  std::vector<Place> places;
};

TEST(LogRecovery, DamageInAnySegmentNamesItAndChangesNothing) {
  const Segments log;
  const auto sound = log.folder.Content();
  ASSERT_EQ(sound.size(), 3u);
  ASSERT_GT(log.places.size(), 10u);
  for (size_t i = 0; i + 1 < log.places.size(); ++i) {  // the last one's would be a torn tail
    const auto& place = log.places[i];
    SCOPED_TRACE(fmt::format("{} {}", place.name, place.offset));
    auto bytes = sound.at(place.name);
    bytes[place.offset + 2000] ^= 1;
    log.folder.Write(place.name, bytes);
    const auto before = log.folder.Content();
    const auto opened = OpenLog(log.folder);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().SqlState(), "XX001");
    EXPECT_THAT(opened.error().message, HasSubstr(place.name));
    EXPECT_THAT(opened.error().message, HasSubstr(fmt::format("offset={}", place.offset)));
    EXPECT_EQ(log.folder.Content(), before);
    log.folder.Write(place.name, sound.at(place.name));
  }
  EXPECT_TRUE(OpenLog(log.folder));
}

// A file that was a segment before: its new groups end at every block there is, and behind them lie
// whole groups of its former use, at their place or at any other.
TEST(LogRecovery, GroupsOfAFormerUseOfTheFileAreNeverTaken) {
  const Segments log;
  const auto files = log.folder.Content();
  const auto& former = files.begin()->second;
  const auto& [name, bytes] = *files.rbegin();
  const Lsn base = *ParseSegmentName(name);
  std::vector<uint64_t> ends;
  for (const auto& place : log.places) {
    if (place.name == name && place.offset != 0) ends.push_back(place.end);
  }
  ASSERT_EQ(ends.size(), 3u);
  for (uint64_t end = 4096; end <= ends.back(); end += 4096) {
    for (uint64_t from = 0; from < former.size(); from += 4096) {
      const auto outcome = Recover({{name, bytes.substr(0, end) + former.substr(from)}});
      ASSERT_TRUE(outcome.status) << end << " " << from << outcome.status.error().message;
      const auto whole =
          std::count_if(ends.begin(), ends.end(), [&](uint64_t one) { return one <= end; });
      ASSERT_EQ(outcome.groups.size(), static_cast<size_t>(whole)) << end << " " << from;
      for (const auto& group : outcome.groups) EXPECT_GE(group.first_lsn, base);
    }
  }
}

TEST(LogRecovery, ATornTailIsCutOnceAndForAll) {
  const Sample sample(false);
  const TempFolder folder;
  auto bytes = sample.files.at(sample.name);
  bytes[sample.end - 5000] ^= 1;
  folder.Write(sample.name, bytes);
  auto opened = OpenLog(folder);
  ASSERT_TRUE(opened) << opened.error().message;
  ASSERT_TRUE(opened->recovered.torn);
  EXPECT_EQ(opened->recovered.torn->offset, sample.starts[2]);
  const Lsn next = opened->log->next_lsn();
  EXPECT_EQ(next, sample.groups[1].last_lsn + 1 + kSkippedLsns);
  EXPECT_EQ(folder.Content()[sample.name].size(), sample.starts[2] + 4096);
  ASSERT_TRUE(opened->log->Append(SmallGroup(next)));
  opened->log.reset();
  opened = OpenLog(folder);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_FALSE(opened->recovered.torn);
  ASSERT_EQ(opened->groups.size(), 3u);
  EXPECT_EQ(opened->groups[2].first_lsn, next);
}

// A crash between the new segment and the cut of the old one: what follows the old one's last
// group does not matter any more, because the new one says where it ends.
TEST(LogRecovery, ASegmentThatIsFollowedIsCompleteWhateverLiesBehind) {
  const Sample sample(false);
  const TempFolder folder;
  auto bytes = sample.files.at(sample.name);
  bytes[sample.end - 5000] ^= 1;
  folder.Write(sample.name, bytes);
  ASSERT_TRUE(OpenLog(folder));
  folder.Write(sample.name, bytes);
  const auto opened = OpenLog(folder);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->groups.size(), 2u);
  folder.Write(sample.name, bytes.substr(0, sample.starts[1]));
  const auto missing = OpenLog(folder);
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("groups are missing"));
}

TEST(LogRecovery, RefusesWhatIsNotThisLog) {
  const Sample one(false);
  const Sample other(false);
  auto files = one.files;
  files[SegmentName(Lsn(1000))] = other.files.at(other.name);
  EXPECT_THAT(Recover(files).status.error().message, HasSubstr("than its name says"));
  files = one.files;
  files[SegmentName(Lsn(1000))] = std::string(5000, 'x');
  EXPECT_THAT(Recover(files).status.error().message, HasSubstr("does not begin with"));
  files[SegmentName(Lsn(1000))] = "";
  EXPECT_FALSE(Recover(files).status);
}

// Each group is whole, and the file has no hole: only the LSNs tell that one is gone, or is there
// twice.
TEST(LogRecovery, WholeGroupsThatDoNotFollowOneAnotherAreDamage) {
  const Sample sample(false);
  const auto& bytes = sample.files.at(sample.name);
  const auto without = bytes.substr(0, sample.starts[1]) + bytes.substr(sample.starts[2]);
  const auto twice = bytes.substr(0, sample.starts[2]) + bytes.substr(sample.starts[1]);
  const std::pair<std::string, uint64_t> cases[] = {{without, sample.starts[1]},
                                                    {twice, sample.starts[2]}};
  for (const auto& [file, offset] : cases) {
    const auto outcome = Recover({{sample.name, file}});
    ASSERT_FALSE(outcome.status);
    EXPECT_EQ(outcome.status.error().SqlState(), "XX001");
    EXPECT_THAT(outcome.status.error().message, HasSubstr("LSNs do not follow"));
    EXPECT_THAT(outcome.status.error().message, HasSubstr(fmt::format("offset={}", offset)));
  }
}

TEST(LogRecovery, RefusesAMissingSegmentInTheMiddle) {
  const TempFolder folder;
  auto opened = OpenLog(folder);
  while (opened->log->segments().size() < 3) {
    ASSERT_TRUE(opened->log->Append(SmallGroup(opened->log->next_lsn())));
  }
  std::filesystem::remove(opened->log->segments()[1].path);
  opened->log.reset();
  const auto again = OpenLog(folder);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kCorrupt);
}

TEST(LogRecovery, AnErrorOfReplayStopsItAndChangesNothing) {
  const Sample sample(false);
  const auto before = sample.folder.Content();
  const auto opened = Log::Open(
      io::LocalFileSystem(), sample.folder.LogPath(), SmallOptions(),
      [](Group&&) -> Status { return Fail(ErrorCode::kConflict, "no"); }, nullptr);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kConflict);
  EXPECT_EQ(sample.folder.Content(), before);
}

// Every single operation on the disk fails in turn, then the power goes: each acknowledged group
// is there afterwards, and the log goes on.
TEST(LogRecovery, SurvivesAPowerCutAtEveryOperation) {
  for (uint64_t nth = 1;; ++nth) {
    SCOPED_TRACE(nth);
    const TempFolder folder("/dev/shm");
    io::FaultyFileSystem fs(io::LocalFileSystem());
    fs.FailAnyAt(nth);
    Lsn acknowledged;
    bool all_done = true;
    for (int start = 0; start < 2 && all_done; ++start) {
      auto opened = OpenLog(fs, folder.LogPath());
      all_done = opened.has_value();
      for (int i = 0; i < 20 && all_done; ++i) {
        all_done = opened->log->Append(SmallGroup(opened->log->next_lsn())).has_value();
        if (all_done) acknowledged = Lsn(opened->log->next_lsn().value() - 1);
        if (all_done && i == 18) all_done = opened->log->Retire(Lsn(3)).has_value();
      }
      if (all_done && start == 0) all_done = opened->log->Close().has_value();
    }
    fs.Heal();
    ASSERT_TRUE(fs.DropUnsynced());
    auto opened = OpenLog(fs, folder.LogPath());
    ASSERT_TRUE(opened) << opened.error().message;
    const Lsn last = opened->groups.empty() ? Lsn() : opened->groups.back().last_lsn;
    EXPECT_EQ(last, acknowledged);
    EXPECT_GT(opened->log->next_lsn(), acknowledged);
    EXPECT_TRUE(opened->log->Append(SmallGroup(opened->log->next_lsn())));
    if (all_done) break;
  }
}

}  // namespace
}  // namespace firn::log
