#include "log/inspect.h"

#include <nlohmann/json.hpp>

#include "log/segment_reader.h"
#include "log/tests/log_fixture.h"

namespace firn::log {
namespace {

using testing::HasSubstr;
using Ending = InspectedSegment::Ending;
using Kind = InspectedGroup::Kind;

class Inspect : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = OpenLog(folder_);
    auto& log = *opened->log;
    for (const int64_t rows : {2, 1, 3}) {
      starts_.push_back(log.segments().back().bytes);
      auto group = SmallGroup(log.next_lsn(), rows);
      group.catalog.push_back({.lsn = group.first_lsn, .kind = "k", .json = "{}"});
      ASSERT_TRUE(log.Append(group));
    }
    end_ = log.segments().back().bytes;
  }
  InspectedSegment Newest() {
    const auto inspection = InspectLog(io::LocalFileSystem(), folder_.LogPath());
    EXPECT_TRUE(inspection);
    return inspection->segments.back();
  }
  void Flip(uint64_t at) {
    auto bytes = folder_.Content()[name_];
    bytes[at] ^= 1;
    folder_.Write(name_, bytes);
  }

  const TempFolder folder_;
  const std::string name_ = SegmentName(Lsn(1));
  std::vector<uint64_t> starts_;
  uint64_t end_ = 0;
};

TEST_F(Inspect, ShowsEveryGroup) {
  const auto segment = Newest();
  EXPECT_EQ(segment.ending, Ending::kOpen);
  EXPECT_EQ(segment.end, end_);
  ASSERT_EQ(segment.groups.size(), 4u);
  EXPECT_EQ(segment.groups[0].kind, Kind::kState);
  const auto& last = segment.groups[3];
  EXPECT_EQ(last.offset, starts_[2]);
  EXPECT_EQ(last.first_lsn, Lsn(4));
  EXPECT_EQ(last.last_lsn, Lsn(6));
  EXPECT_EQ(last.transactions, 1u);
  EXPECT_EQ(last.catalog_records, 1u);
  ASSERT_EQ(last.tables.size(), 1u);
  EXPECT_EQ(last.tables[0].rows, 3u);
  EXPECT_EQ(last.tables[0].name, "public.t");
}

TEST_F(Inspect, TellsCompleteCleanAndOpenApart) {
  ASSERT_TRUE(OpenLog(folder_)->log->Close());
  const auto inspection = InspectLog(io::LocalFileSystem(), folder_.LogPath());
  ASSERT_EQ(inspection->segments.size(), 2u);
  EXPECT_EQ(inspection->segments[0].ending, Ending::kComplete);
  EXPECT_EQ(inspection->segments[1].ending, Ending::kCleanStop);
  EXPECT_EQ(inspection->segments[1].groups.back().kind, Kind::kTrailer);
  EXPECT_FALSE(inspection->damaged());
}

TEST_F(Inspect, TellsATornTailFromDamageAndReadsOnBehindIt) {
  Flip(starts_[2] + 1500);
  EXPECT_EQ(Newest().ending, Ending::kTorn);
  Flip(starts_[2] + 1500);
  Flip(starts_[1] + 20);
  const auto segment = Newest();
  EXPECT_EQ(segment.ending, Ending::kDamaged);
  ASSERT_EQ(segment.groups.size(), 4u);
  EXPECT_EQ(segment.groups[2].kind, Kind::kBad);
  EXPECT_EQ(segment.groups[2].offset, starts_[1]);
  EXPECT_EQ(segment.groups[3].last_lsn, Lsn(6));
}

TEST_F(Inspect, WritesTextAndJson) {
  const auto path = folder_.LogPath() + "/" + name_;
  const auto inspection = InspectLog(io::LocalFileSystem(), path);
  ASSERT_TRUE(inspection);
  const auto text = InspectText(*inspection);
  EXPECT_THAT(text, HasSubstr("lsn 4..6  tx 1  public.t 3  catalog 1"));
  EXPECT_THAT(text, HasSubstr(name_));
  const auto json = nlohmann::json::parse(InspectJson(*inspection));
  EXPECT_EQ(json["damaged"], false);
  EXPECT_EQ(json["segments"][0]["groups"][3]["tables"][0]["rows"], 3);
  EXPECT_EQ(json["segments"][0]["groups"][3]["checksums"], "ok");
}

TEST_F(Inspect, SurvivesAFileOfRubbish) {
  folder_.Write(name_, std::string(10'000, 'x'));
  EXPECT_EQ(Newest().ending, Ending::kDamaged);
  EXPECT_FALSE(InspectLog(io::LocalFileSystem(), folder_.path() + "/none"));
}

}  // namespace
}  // namespace firn::log
