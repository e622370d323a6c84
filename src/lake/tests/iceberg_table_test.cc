#include "lake/iceberg_table.h"

#include <filesystem>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/faulty_file_system.h"
#include "lake/data_file_writer.h"
#include "lake/file_uri.h"
#include "lake/orphans.h"
#include "lake/table_files_internal.h"
#include "lake/tests/fixtures.h"

namespace firn::lake {
namespace {

using testing::ElementsAre;

const LogId kLog(*ParseUuid("018f2d5e-7c3a-7def-8a12-0123456789ab"));
const LogId kOtherLog(*ParseUuid("018f2d5e-7c3a-7def-8a12-0123456789ac"));
constexpr int64_t kNow = 1'700'000'000'000;

class IcebergTables : public InFolder {
 protected:
  IcebergTable Create(iceberg::Properties properties = {}) {
    return *IcebergTable::Create(recording_, folder_, uuid_, ThreeColumns(), std::move(properties),
                                 kNow);
  }
  DataFile NewFile(const IcebergTable& table, int64_t first) {
    auto writer = *DataFileWriter::Make(recording_, table.NewDataFilePath(), ThreeColumns());
    EXPECT_TRUE(writer->Write(*Batch(first, {{1.0, 2.0}, {"a", "b"}})));
    return *writer->Finish();
  }
  IcebergTable Append(const IcebergTable& table, int64_t first) {
    auto next = table.Append({NewFile(table, first)}, {kLog, Lsn(first + 1)}, kNow + first);
    EXPECT_TRUE(next) << next.error().message;
    EXPECT_TRUE(next->PublishHint());
    return *next;
  }
  // What was called, with names that differ from run to run as what they are.
  std::vector<std::string> Calls() {
    static const std::regex kSnapshot("snap-[0-9]+-1-[0-9a-f-]+\\.avro");
    static const std::regex kManifest("[0-9a-f-]{36}-(m[0-9]+)\\.avro");
    static const std::regex kData("[0-9a-f-]{36}\\.parquet");
    static const std::regex kTemporary("\\.json\\.[0-9a-f-]{36}\\.tmp");
    std::vector<std::string> calls;
    for (auto call : std::exchange(recording_.calls, {})) {
      call = std::regex_replace(call, kSnapshot, "SNAP");
      call = std::regex_replace(call, kManifest, "$1");
      call = std::regex_replace(call, kTemporary, ".json.tmp");
      calls.push_back(std::regex_replace(call, kData, "DATA"));
    }
    return calls;
  }
  std::vector<std::string> Names(const std::string& folder) {
    std::vector<std::string> names;
    const auto files = *fs_.List(folder);
    names.reserve(files.size());
    for (const auto& file : files) names.push_back(file.name);
    return names;
  }

  const std::string folder_ = dir_ + "/wh/main/public/t-01234567";
  const Uuid uuid_ = *ParseUuid("01890000-0000-7000-8000-000001234567");
  RecordingFileSystem recording_{dir_};
};

TEST_F(IcebergTables, AreMadeDurableFromTheFirstNewFolderDown) {
  Create();
  const std::string table = "wh/main/public/t-01234567";
  const std::string v1 = table + "/metadata/v1.metadata.json";
  const std::string hint = table + "/metadata/version-hint.text";
  EXPECT_THAT(
      Calls(),
      ElementsAre("mkdir " + table, "syncdir wh/main/public", "syncdir wh/main", "syncdir wh",
                  "syncdir " + dir_, "mkdir " + table + "/metadata", "mkdir " + table + "/data",
                  "syncdir " + table,  //
                  "create " + v1 + ".tmp", "write " + v1 + ".tmp", "sync " + v1 + ".tmp",
                  "rename " + v1 + ".tmp " + v1, "syncdir " + table + "/metadata",
                  "create " + hint + ".tmp", "write " + hint + ".tmp", "sync " + hint + ".tmp",
                  "rename " + hint + ".tmp " + hint, "syncdir " + table + "/metadata"));
}

TEST_F(IcebergTables, ACommitSyncsEachStepBeforeTheNext) {
  const auto table = Create();
  Calls();
  const auto next = table.Append({NewFile(table, 1)}, {kLog, Lsn(2)}, kNow);
  ASSERT_TRUE(next);
  const std::string data = "wh/main/public/t-01234567/data";
  const std::string metadata = "wh/main/public/t-01234567/metadata";
  const std::string v2 = metadata + "/v2.metadata.json";
  EXPECT_THAT(Calls(),
              ElementsAre("create " + data + "/DATA", "write " + data + "/DATA",
                          "sync " + data + "/DATA", "syncdir " + data,  //
                          "create " + metadata + "/m0", "write " + metadata + "/m0",
                          "sync " + metadata + "/m0",  //
                          "create " + metadata + "/SNAP", "write " + metadata + "/SNAP",
                          "sync " + metadata + "/SNAP", "syncdir " + metadata,  //
                          "create " + v2 + ".tmp", "write " + v2 + ".tmp", "sync " + v2 + ".tmp",
                          "rename " + v2 + ".tmp " + v2, "syncdir " + metadata));
  ASSERT_TRUE(next->PublishHint());
  const std::string hint = metadata + "/version-hint.text";
  EXPECT_THAT(Calls(), ElementsAre("create " + hint + ".tmp", "write " + hint + ".tmp",
                                   "sync " + hint + ".tmp", "rename " + hint + ".tmp " + hint,
                                   "syncdir " + metadata));
  EXPECT_EQ(*io::ReadFile(fs_, dir_ + "/" + hint), "2");
}

// Fails every call of a commit in turn: what the folder then holds is the old version or the new.
TEST_F(IcebergTables, ACommitThatFailsAnywhereLeavesTheOldOrTheNewVersion) {
  const auto table = Append(Create(), 1);
  const auto file = NewFile(table, 3);
  bool committed = false;
  for (int fail_at = 0; !committed; ++fail_at) {
    SCOPED_TRACE(fail_at);
    ASSERT_LT(fail_at, 40);
    int calls = 0;
    recording_.fail = [&](const std::string&) { return calls++ == fail_at; };
    committed = table.Append({file}, {kLog, Lsn(4)}, kNow).has_value();
    recording_.fail = [](const std::string&) { return false; };
    const auto newest = IcebergTable::NewestVersion(fs_, folder_);
    ASSERT_TRUE(newest);
    const auto found = IcebergTable::Load(fs_, folder_, *newest);
    ASSERT_TRUE(found);
    const bool is_new = *newest == table.version() + 1;
    EXPECT_EQ(found->Flushed(kLog), Lsn(is_new ? 4 : 2));
    EXPECT_EQ(found->Files()->size(), is_new ? 2u : 1u);
    EXPECT_TRUE(!committed || is_new);
    if (is_new) {
      ASSERT_TRUE(fs_.Remove(MetadataPath(folder_, *newest)));
    }
  }
}

// Cuts the power at every call from the data file to the hint: the newest version is the old or
// the new one, everything it names is there and whole, and a commit that returned is the new one.
TEST_F(IcebergTables, APowerCutAnywhereInACommitLosesNothingThatWasNamed) {
  auto version = Append(Create(), 1).version();
  bool returned = false;
  for (uint64_t cut_at = 1; !returned; ++cut_at) {
    SCOPED_TRACE(cut_at);
    ASSERT_LT(cut_at, 60u);
    io::FaultyFileSystem faulty(fs_);
    faulty.FailAnyAt(cut_at);
    const auto commit = [&]() -> Status {
      FIRN_TRY(const auto table, IcebergTable::Load(faulty, folder_, version));
      FIRN_TRY(auto writer, DataFileWriter::Make(faulty, table.NewDataFilePath(), ThreeColumns()));
      FIRN_RETURN_IF_ERROR(writer->Write(*Batch(50, {{1.0}, {"a"}})));
      FIRN_TRY(const auto file, writer->Finish());
      FIRN_TRY(const auto next, table.Append({file}, {kLog, Lsn(50)}, kNow));
      return next.PublishHint();
    };
    returned = commit().has_value();
    faulty.Heal();
    ASSERT_TRUE(faulty.DropUnsynced());
    const auto newest = IcebergTable::NewestVersion(fs_, folder_);
    ASSERT_TRUE(newest);
    EXPECT_TRUE(!returned || *newest == version + 1);
    const auto table = *IcebergTable::Load(fs_, folder_, *newest);
    const auto files = table.Files();
    ASSERT_TRUE(files) << files.error().message;
    for (const auto& file : *files) {
      const auto footer = ReadFooter(fs_, *LocalPath(file.path));
      ASSERT_TRUE(footer) << footer.error().message;
      EXPECT_EQ(footer->file.rows, file.rows);
    }
    EXPECT_EQ(files->size(), static_cast<size_t>(*newest) - 1);
    const auto hint = *io::ReadFile(fs_, HintPath(folder_));
    EXPECT_TRUE(hint == std::to_string(version) || hint == std::to_string(*newest)) << hint;
    ASSERT_TRUE(table.PublishHint());  // adopted
    version = *newest;
  }
}

TEST_F(IcebergTables, AChecksumOfAnotherWritersHintGoesWithIt) {
  const auto table = Create();
  const auto checksum = folder_ + "/metadata/.version-hint.text.crc";
  ASSERT_TRUE(io::WriteFileDurably(fs_, checksum, "crc"));
  ASSERT_TRUE(table.PublishHint());
  EXPECT_FALSE(*fs_.Exists(checksum));
}

TEST_F(IcebergTables, AreMadeOnceAndFoundAgain) {
  Append(Create(), 1);
  const auto again = IcebergTable::Create(fs_, folder_, uuid_, ThreeColumns(), {}, kNow);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->version(), 1);
  const auto other = IcebergTable::Create(fs_, folder_, NewUuidV7(), ThreeColumns(), {}, kNow);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kAlreadyExists);
}

TEST_F(IcebergTables, FilesComeBackFromTheManifestsWithStatisticsAndLsns) {
  const auto table = Create();
  const auto file = NewFile(table, 7);
  const auto next = *table.Append({file}, {kLog, Lsn(8)}, kNow);
  const auto loaded = IcebergTable::Load(fs_, folder_, 2);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->metadata(), next.metadata());
  EXPECT_THAT(*loaded->Files(), ElementsAre(file));
  EXPECT_EQ(loaded->Files()->front().first_lsn, Lsn(7));
  EXPECT_TRUE(table.Files()->empty());
}

TEST_F(IcebergTables, LsnsThatTheFileDoesNotHoldTravelInTheManifest) {
  const auto table = Create();
  const auto path = table.NewDataFilePath();
  const auto writer = *DataFileWriter::Make(fs_, path, ThreeColumns(), {.hidden_columns = false});
  ASSERT_TRUE(writer->Write(*Batch(1, {{1.0}, {"a"}}, false)));
  auto file = *writer->Finish();
  file.first_lsn = file.last_lsn = Lsn(41);
  const auto next = table.Append({file}, {kLog, Lsn(41)}, kNow);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->Files()->front().first_lsn, Lsn(41));
}

TEST_F(IcebergTables, TheMarkMovesWithOrWithoutFilesAndKeepsOtherLogs) {
  auto table = Append(Create(), 1);
  EXPECT_EQ(table.Flushed(kLog), Lsn(2));
  EXPECT_EQ(table.Flushed(kOtherLog), std::nullopt);
  const auto snapshots = table.metadata().snapshots.size();
  table = *table.Append({}, {kOtherLog, Lsn(UINT64_MAX - 1)}, kNow);
  EXPECT_EQ(table.Flushed(kLog), Lsn(2));
  EXPECT_EQ(table.Flushed(kOtherLog), Lsn(UINT64_MAX - 1));
  EXPECT_EQ(table.metadata().snapshots.size(), snapshots);
  EXPECT_EQ(IcebergTable::Load(fs_, folder_, 3)->Flushed(kOtherLog), Lsn(UINT64_MAX - 1));
}

TEST_F(IcebergTables, AnExistingNextVersionIsAConflictNotOverwritten) {
  const auto table = Create();
  const auto first = table.Append({NewFile(table, 1)}, {kLog, Lsn(2)}, kNow);
  ASSERT_TRUE(first);
  const auto second = table.Append({NewFile(table, 1)}, {kLog, Lsn(2)}, kNow);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_EQ(IcebergTable::Load(fs_, folder_, 2)->metadata(), first->metadata());
}

// Whichever step of ours the other one's commit comes before.
TEST_F(IcebergTables, TwoThatCommitAtOnceNeverReplaceOneAnother) {
  size_t steps = 0;
  for (size_t step = 0; step == 0 || step < steps; ++step) {
    SCOPED_TRACE(step);
    const std::string folder = dir_ + fmt::format("/race{}/t-01234567", step);
    ASSERT_TRUE(IcebergTable::Create(fs_, folder, uuid_, ThreeColumns(), {}, kNow));
    RecordingFileSystem watched(dir_);
    const auto ours = *IcebergTable::Load(watched, folder, 1);
    const auto theirs = *IcebergTable::Load(fs_, folder, 1);
    const auto file = NewFile(theirs, 1);
    std::optional<Result<IcebergTable>> other;
    size_t passed = 0;
    watched.fail = [&](const std::string&) {
      if (passed++ == step) other = theirs.Append({file}, {kOtherLog, Lsn(7)}, kNow);
      return false;
    };
    const auto mine = ours.Append({file}, {kLog, Lsn(2)}, kNow);
    steps = passed;
    ASSERT_TRUE(other.has_value());
    EXPECT_NE(mine.has_value(), other->has_value());
    const auto& lost = mine ? *other : mine;
    EXPECT_EQ(lost.error().code, ErrorCode::kConflict);
    const auto& won = mine ? mine : *other;
    EXPECT_EQ(IcebergTable::Load(fs_, folder, 2)->metadata(), won->metadata());
    for (const auto& name : Names(folder + "/metadata")) {
      EXPECT_FALSE(name.ends_with(".tmp")) << name;
    }
  }
  EXPECT_GT(steps, 8U);
}

TEST_F(IcebergTables, ADamagedNewestMetadataIsPassedOver) {
  Append(Create(), 1);
  ASSERT_TRUE(io::WriteFileDurably(fs_, MetadataPath(folder_, 9), "{\"format-ver"));
  ASSERT_TRUE(io::WriteFileDurably(fs_, folder_ + "/metadata/v10.metadata.json.tmp", "x"));
  EXPECT_EQ(*IcebergTable::NewestVersion(fs_, folder_), 2);
}

TEST_F(IcebergTables, TheMetadataLogIsBoundedAndOldFilesGo) {
  auto table = Create({{"write.metadata.previous-versions-max", "3"}});
  for (int i = 1; i <= 6; ++i) table = Append(table, 10 * i);
  EXPECT_EQ(table.metadata().metadata_log.size(), 3u);
  std::vector<std::string> left;
  for (const auto& name : Names(folder_ + "/metadata")) {
    if (VersionOfName(name)) left.push_back(name);
  }
  EXPECT_THAT(left, ElementsAre("v4.metadata.json", "v5.metadata.json", "v6.metadata.json",
                                "v7.metadata.json"));
}

TEST_F(IcebergTables, ManifestsAreMergedAndNoFileIsLost) {
  auto table = Create({{"commit.manifest.min-count-to-merge", "5"}});
  for (int i = 1; i <= 23; ++i) {
    table = Append(table, 10 * i);
    const auto manifests = *ReadManifestList(fs_, table.metadata().current_snapshot());
    EXPECT_LE(manifests.size(), 6u);
    EXPECT_EQ(table.Files()->size(), static_cast<size_t>(i));
    int64_t rows = 0;
    for (const auto& manifest : manifests) rows += manifest.live_rows();
    EXPECT_EQ(rows, 2 * i);
    EXPECT_EQ(table.metadata().current_snapshot()->summary.at("total-records"),
              std::to_string(rows));
  }
  // A file keeps the snapshot and the sequence number that it came with.
  const auto manifests = *ReadManifestList(fs_, table.metadata().current_snapshot());
  std::set<int64_t> sequence_numbers;
  for (const auto& manifest : manifests) {
    const auto entries = *ReadManifest(fs_, manifest);
    for (const auto& entry : entries) {
      sequence_numbers.insert(*entry.sequence_number);
      const auto* snapshot = table.metadata().FindSnapshot(*entry.snapshot_id);
      ASSERT_NE(snapshot, nullptr);
      EXPECT_EQ(snapshot->sequence_number, *entry.sequence_number);
      EXPECT_EQ(*entry.file_sequence_number, *entry.sequence_number);
    }
  }
  EXPECT_EQ(sequence_numbers.size(), 23u);
}

TEST_F(IcebergTables, OrphansAreWhatNoMetadataNames) {
  auto table = Append(Append(Create(), 1), 10);
  ASSERT_TRUE(io::WriteFileDurably(fs_, folder_ + "/data/lost.parquet", "x"));
  ASSERT_TRUE(io::WriteFileDurably(fs_, folder_ + "/metadata/.v2.metadata.json.crc", "crc"));
  ASSERT_TRUE(io::WriteFileDurably(fs_, folder_ + "/metadata/v9.metadata.json.tmp", "xy"));
  const auto orphans = ListOrphans(table, INT64_MAX);
  ASSERT_TRUE(orphans) << orphans.error().message;
  std::vector<std::string> paths;
  for (const auto& orphan : *orphans) paths.push_back(orphan.path);
  EXPECT_THAT(paths, ElementsAre(folder_ + "/data/lost.parquet",
                                 folder_ + "/metadata/v9.metadata.json.tmp"));
  EXPECT_TRUE(ListOrphans(table, 0)->empty());  // all too young
}

// Another writer may reach the folder by another path, or mount.
TEST_F(IcebergTables, AFileNamedByAnotherPathIsNoOrphan) {
  const auto table = Append(Create(), 1);
  auto file = NewFile(table, 10);
  file.path = "s3a://mirror/t" + file.path.substr(file.path.rfind("/data/"));
  const auto committed = table.Append({file}, {kLog, Lsn(11)}, kNow);
  ASSERT_TRUE(committed) << committed.error().message;
  EXPECT_TRUE(ListOrphans(*committed, INT64_MAX)->empty());
}

TEST_F(IcebergTables, ALinkToAnotherFolderIsNoOrphan) {
  const auto table = Append(Create(), 1);
  std::filesystem::create_directory(folder_ + "-elsewhere");
  std::filesystem::create_directory_symlink(folder_ + "-elsewhere", folder_ + "/more");
  EXPECT_TRUE(ListOrphans(table, INT64_MAX)->empty());
  std::filesystem::create_symlink(folder_ + "/nowhere", folder_ + "/data/lost.parquet");
  EXPECT_EQ(ListOrphans(table, INT64_MAX)->size(), 1u);
}

TEST_F(IcebergTables, ListingOrphansEndsWhenItIsTold) {
  const auto table = Append(Create(), 1);
  const std::atomic<bool> stop{true};
  EXPECT_EQ(ListOrphans(table, INT64_MAX, &stop).error().code, ErrorCode::kCancelled);
}

TEST_F(IcebergTables, ACommitNotYetAdoptedIsNoOrphan) {
  const auto table = Append(Create(), 1);
  ASSERT_TRUE(table.Append({NewFile(table, 10)}, {kLog, Lsn(11)}, kNow));
  EXPECT_TRUE(ListOrphans(table, INT64_MAX)->empty());
  EXPECT_TRUE(ListOrphans(*IcebergTable::Load(fs_, folder_, 1), INT64_MAX)->empty());
}

TEST_F(IcebergTables, AFolderThatOtherReadersWouldMisreadIsRefused) {
  for (const auto* name : {"/a?b", "/a#b", "/a*b", "/a[b]", "/a\nb"}) {
    const auto made = IcebergTable::Create(fs_, dir_ + name, NewUuidV7(), ThreeColumns(), {}, kNow);
    ASSERT_FALSE(made) << name;
    EXPECT_EQ(made.error().code, ErrorCode::kInvalidInput);
  }
}

}  // namespace
}  // namespace firn::lake
