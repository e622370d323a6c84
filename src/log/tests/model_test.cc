#include <random>

#include "io/faulty_file_system.h"
#include "log/tests/log_fixture.h"

namespace firn::log {
namespace {

/// Random groups, failures, power cuts, clean stops and retirements against a list of groups.
class History {
 public:
  explicit History(uint64_t seed) : random_(seed) {}

  void Run(int steps) {
    Reopen();
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) Step();
  }

 private:
  uint64_t Below(uint64_t n) { return random_() % n; }

  void Step() {
    switch (Below(20)) {
      case 0:
        return CleanStop();
      case 1:
        return PowerCut();
      case 2:
        return KillInMidWrite();
      case 3:
        return Retire();
      default:
        return Append();
    }
  }

  Group RandomGroup() {
    const auto rows = static_cast<int64_t>(1 + Below(Below(4) == 0 ? 3000 : 3));
    Group group = SmallGroup(opened_.log->next_lsn(), rows, std::string(Below(60), 'r'));
    if (Below(3) == 0) {
      group.last_lsn = group.last_lsn + 1;
      group.catalog.push_back({.lsn = group.last_lsn, .kind = "alter", .json = "{}"});
    }
    if (Below(4) == 0) {
      for (int64_t i = 0; i < rows; ++i) {
        group.tables[0].change_types.push_back(static_cast<ChangeType>(1 + Below(3)));
      }
    }
    if (Below(200) == 0) group.last_lsn = group.last_lsn + (kSkippedLsns + Below(kSkippedLsns));
    return group;
  }

  void Append() {
    Group group = RandomGroup();
    ASSERT_TRUE(opened_.log->Append(group));
    kept_.push_back(std::move(group));
  }

  void CleanStop() {
    const Lsn next = opened_.log->next_lsn();
    ASSERT_TRUE(opened_.log->Close());
    Reopen();
    EXPECT_EQ(opened_.log->next_lsn(), next);
    EXPECT_TRUE(opened_.recovered.clean_stop);
  }

  void PowerCut() {
    opened_.log.reset();
    ASSERT_TRUE(fs_.DropUnsynced());
    Reopen();
  }

  /// The group that fails was never acknowledged: it may be there, whole, or not.
  void KillInMidWrite() {
    Group group = RandomGroup();
    fs_.FailAnyAt(1 + Below(Below(2) == 0 ? 3 : 12));
    if (opened_.log->Append(group)) {
      fs_.Heal();
      kept_.push_back(std::move(group));
      return;
    }
    opened_.log.reset();
    fs_.Heal();
    if (Below(2) == 0) {
      ASSERT_TRUE(fs_.DropUnsynced());
    }
    unknown_ = std::move(group);
    Reopen();
  }

  void Retire() {
    if (kept_.empty()) return;
    ASSERT_TRUE(opened_.log->Retire(kept_[Below(kept_.size())].last_lsn));
    const Lsn oldest = opened_.log->segments().front().base_lsn;
    std::erase_if(kept_, [&](const Group& group) { return group.first_lsn < oldest; });
  }

  void Reopen() {
    opened_ = {};
    auto opened = OpenLog(fs_, folder_.LogPath(),
                          {.segment_bytes_max = 256 << 10,
                           .prepare_bytes = Below(3) << 16,
                           .piece_bytes = size_t{4096} << Below(8)});
    ASSERT_TRUE(opened) << opened.error().message;
    opened_ = *std::move(opened);
    if (unknown_ && opened_.groups.size() == kept_.size() + 1) kept_.push_back(*unknown_);
    unknown_.reset();
    ASSERT_EQ(opened_.groups.size(), kept_.size());
    for (size_t i = 0; i < kept_.size(); ++i) ExpectSameGroup(kept_[i], opened_.groups[i]);
    if (!kept_.empty()) {
      EXPECT_GT(opened_.log->next_lsn(), kept_.back().last_lsn);
    }
    opened_.groups.clear();
  }

  const TempFolder folder_{"/dev/shm"};
  io::FaultyFileSystem fs_{io::LocalFileSystem()};
  OpenedLog opened_;
  std::mt19937_64 random_;
  std::vector<Group> kept_;
  std::optional<Group> unknown_;
};

TEST(LogModel, EveryHistoryGivesBackWhatWasAcknowledged) {
  const char* given = std::getenv("FIRN_SEED");
  const uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  const uint64_t count = given != nullptr ? 1 : 12;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE(fmt::format("FIRN_SEED={}", seed));
    History(seed).Run(150);
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace firn::log
