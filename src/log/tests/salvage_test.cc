#include "log/salvage.h"

#include "log/recovery.h"
#include "log/segment_reader.h"
#include "log/tests/log_fixture.h"

namespace firn::log {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// A log of small segments, killed, and where each of its groups lies.
struct Damaged {
  struct Place {
    std::string path;
    uint64_t offset = 0;
    Lsn first_lsn;
  };
  Damaged() {
    auto opened = OpenLog(folder, {.segment_bytes_max = 64 << 10, .prepare_bytes = 4096});
    auto& log = *opened->log;
    for (int i = 0; i < 24; ++i) {
      const Group group = SmallGroup(log.next_lsn(), 3, std::string(4000, 'x'));
      EXPECT_TRUE(log.Append(group));
      const auto segment = log.segments().back();
      places.push_back({segment.path, 0, group.first_lsn});
      ends.push_back(segment.bytes);
    }
    for (size_t i = 0; i < places.size(); ++i) {
      const bool same = i > 0 && places[i - 1].path == places[i].path;
      places[i].offset = same ? ends[i - 1] : 0;
    }
    opened->log.reset();
  }
  void Turn(const std::string& path, uint64_t offset, uint64_t bytes = 1) const {
    std::string name = path.substr(path.rfind('/') + 1);
    auto content = folder.Content().at(name);
    for (uint64_t i = 0; i < bytes; ++i)
      content[offset + i] = static_cast<char>(~content[offset + i]);
    folder.Write(name, content);
  }

  TempFolder folder;
  std::vector<Place> places;
  std::vector<uint64_t> ends;
};

/// The first LSNs of the groups that recovery hands out of a folder.
std::vector<Lsn> Recovered(const std::string& path, log::Recovered* facts = nullptr) {
  std::vector<Lsn> lsns;
  log::Recovered unused;
  const ReplayCallbacks callbacks{.group = [&](Group&& group) {
    lsns.push_back(group.first_lsn);
    return Status{};
  }};
  const auto log =
      RecoverLog(io::LocalFileSystem(), path, callbacks, facts == nullptr ? &unused : facts);
  EXPECT_TRUE(log) << log.error().message;
  return lsns;
}

TEST(Salvage, OfASoundLogIsTheSameLog) {
  const Damaged log;
  const auto to = log.folder.path() + "/saved";
  const auto before = log.folder.Content();
  const auto salvage = SalvageLog(io::LocalFileSystem(), log.folder.LogPath(), to);
  ASSERT_TRUE(salvage) << salvage.error().message;
  EXPECT_THAT(salvage->lost, IsEmpty());
  EXPECT_EQ(salvage->groups, log.places.size());
  EXPECT_EQ(Recovered(to), Recovered(log.folder.LogPath()));
  EXPECT_EQ(log.folder.Content(), before);
  EXPECT_THAT(SalvageText(*salvage, to), HasSubstr("Nothing is damaged"));
}

TEST(Salvage, SavesEveryGroupButTheOneThatIsDamaged) {
  for (size_t bad = 0; bad < 24; ++bad) {
    const Damaged log;
    const auto& place = log.places[bad];
    // The first group of a segment lies behind its state group.
    const uint64_t offset = place.offset == 0 ? 4096 + 2000 : place.offset + 2000;
    log.Turn(place.path, offset);
    const auto to = log.folder.path() + "/saved";
    const auto salvage = SalvageLog(io::LocalFileSystem(), log.folder.LogPath(), to);
    ASSERT_TRUE(salvage) << salvage.error().message;
    std::vector<Lsn> want;
    for (size_t i = 0; i < log.places.size(); ++i) {
      if (i != bad) want.push_back(log.places[i].first_lsn);
    }
    const bool torn = bad + 1 == log.places.size();  // it was not acknowledged, for all one knows
    EXPECT_EQ(salvage->lost.size(), torn ? 0 : 1) << bad;
    EXPECT_EQ(Recovered(to), want) << bad;
  }
}

TEST(Salvage, GoesOnWithoutAStateGroup) {
  const Damaged log;
  const auto second = *std::find_if(log.places.begin(), log.places.end(), [&](const auto& place) {
    return place.path != log.places.front().path;
  });
  for (const auto& path : {log.places.front().path, second.path}) {
    log.Turn(path, 600);
    const auto to = log.folder.path() + "/saved" + path.substr(path.size() - 10);
    const auto salvage = SalvageLog(io::LocalFileSystem(), log.folder.LogPath(), to);
    ASSERT_TRUE(salvage) << salvage.error().message;
    EXPECT_EQ(salvage->groups, log.places.size());
    EXPECT_EQ(salvage->lost.front().path, log.places.front().path);
    EXPECT_EQ(Recovered(to).size(), log.places.size());
  }
}

TEST(Salvage, NamesWhatIsLostAndLeavesRoomForIt) {
  const Damaged log;
  const auto last_segment = log.places.back().path;
  const auto first = std::find_if(log.places.begin(), log.places.end(),
                                  [&](const auto& place) { return place.path == last_segment; });
  const auto name = last_segment.substr(last_segment.rfind('/') + 1);
  log.folder.Write(name, std::string(log.folder.Content().at(name).size(), '\0'));
  const auto to = log.folder.path() + "/saved";
  const auto salvage = SalvageLog(io::LocalFileSystem(), log.folder.LogPath(), to);
  ASSERT_TRUE(salvage) << salvage.error().message;
  ASSERT_EQ(salvage->lost.size(), 1);
  EXPECT_EQ(salvage->lost.front().path, last_segment);
  EXPECT_EQ(salvage->lost.front().after + 1, first->first_lsn);
  EXPECT_THAT(SalvageText(*salvage, to), HasSubstr(name));
  // What the lake knows of the lost groups is below the next LSN.
  log::Recovered facts;
  (void)Recovered(to, &facts);
  EXPECT_GT(facts.last_lsn, log.places.back().first_lsn);
}

// A catalog that has nothing of the log needs it from its begin on.
TEST(Salvage, BeginsWhereTheLogDidAlsoWithoutItsOldestSegment) {
  const Damaged log;
  const auto oldest = log.places.front().path;
  const auto name = oldest.substr(oldest.rfind('/') + 1);
  log.folder.Write(name, std::string(log.folder.Content().at(name).size(), '\0'));
  const auto to = log.folder.path() + "/saved";
  const auto salvage = SalvageLog(io::LocalFileSystem(), log.folder.LogPath(), to);
  ASSERT_TRUE(salvage) << salvage.error().message;
  EXPECT_GT(salvage->first_lsn, log.places.front().first_lsn);
  const auto start = FindLogStart(io::LocalFileSystem(), to);
  ASSERT_TRUE(start && *start);
  EXPECT_EQ((*start)->follows + 1, log.places.front().first_lsn);
}

TEST(Salvage, RefusesWhatIsNoLogAndAFolderThatIsFull) {
  const Damaged log;
  const auto here = SalvageLog(io::LocalFileSystem(), log.folder.LogPath(), log.folder.LogPath());
  ASSERT_FALSE(here);
  EXPECT_EQ(here.error().code, ErrorCode::kAlreadyExists);
  const auto nothing = SalvageLog(io::LocalFileSystem(), log.folder.path(), "/tmp/never_made");
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace firn::log
