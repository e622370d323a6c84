#include <arrow/scalar.h>
#include <arrow/type_traits.h>
#include <gtest/gtest.h>

#include "io/file_system.h"
#include "lake/bounds.h"
#include "lake/iceberg/manifest_avro.h"
#include "lake/tests/testdata/goldens.h"

namespace firn::lake::iceberg {
namespace {

std::string Golden(const std::string& name) {
  const auto file = io::ReadFile(io::LocalFileSystem(), FIRN_ROOM_FOLDER "/tests/testdata/" + name);
  EXPECT_TRUE(file) << name;
  return file ? *file : std::string();
}

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

DataFile SomeFile() {
  DataFile file{
      .path = "file:///t/data/a.parquet", .rows = 10, .bytes = 1000, .split_offsets = {4, 500}};
  file.StatsOf(FieldId(2)) = {.id = FieldId(2), .values = 10, .nans = 3};
  file.StatsOf(FieldId(1)) = {.id = FieldId(1),
                              .column_bytes = 40,
                              .values = 10,
                              .nulls = 1,
                              .lower = std::string("\0a", 2),
                              .upper = std::string("z")};
  return file;
}

TEST(Manifest, EveryFieldComesBack) {
  const std::vector<ManifestEntry> entries = {
      {.snapshot_id = SnapshotId(5), .file = SomeFile()},
      {.status = EntryStatus::kExisting,
       .snapshot_id = SnapshotId(4),
       .sequence_number = 3,
       .file_sequence_number = 2,
       .file = {.path = "file:///t/data/b.parquet", .rows = 1, .sort_order_id = 0}}};
  const auto bytes = EncodeManifest(entries, Schema(), PartitionSpec());
  const auto read =
      DecodeManifest(bytes, {.sequence_number = 9, .added_snapshot_id = SnapshotId(5)});
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].file, entries[0].file);
  EXPECT_EQ((*read)[0].sequence_number, 9);  // inherited
  EXPECT_EQ((*read)[0].file_sequence_number, 9);
  EXPECT_EQ((*read)[1].file, entries[1].file);
  EXPECT_EQ((*read)[1].snapshot_id, SnapshotId(4));
  EXPECT_EQ((*read)[1].sequence_number, 3);
  EXPECT_EQ((*read)[1].file_sequence_number, 2);
}

TEST(Manifest, ACutManifestIsCorruptNotACrash) {
  const auto bytes = EncodeManifest({{.file = SomeFile()}}, Schema(), PartitionSpec());
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    const auto read = DecodeManifest(bytes.substr(0, cut), {});
    EXPECT_TRUE(!read || read->empty()) << cut;
  }
}

// Written by PyIceberg, deflated, with a partition tuple that we step over.
TEST(Manifest, PyIcebergsIsRead) {
  const auto read = DecodeManifest(Golden("pyiceberg_manifest.avro"),
                                   {.sequence_number = 9, .added_snapshot_id = SnapshotId(77)});
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 3u);
  const auto& added = (*read)[0];
  EXPECT_EQ(added.status, EntryStatus::kAdded);
  EXPECT_EQ(added.snapshot_id, SnapshotId(77));
  EXPECT_EQ(added.sequence_number, 9);
  EXPECT_EQ(added.file.path, "s3://b/data/1.parquet");
  EXPECT_EQ(added.file.format, "PARQUET");
  EXPECT_EQ(added.file.rows, 10);
  EXPECT_EQ(added.file.bytes, 1001);
  EXPECT_EQ(added.file.split_offsets, (std::vector<int64_t>{4, 400}));
  EXPECT_EQ(added.file.sort_order_id, 0);
  const auto* id = added.file.Find(FieldId(1));
  ASSERT_NE(id, nullptr);
  EXPECT_EQ(id->column_bytes, 40);
  EXPECT_EQ(id->values, 10);
  EXPECT_EQ(id->nulls, 0);
  EXPECT_EQ(id->nans, std::nullopt);
  EXPECT_EQ(id->lower, FromHex("0100000000000000"));
  EXPECT_EQ(added.file.Find(FieldId(2))->upper, "z");
  EXPECT_EQ((*read)[1].status, EntryStatus::kExisting);
  EXPECT_EQ((*read)[1].sequence_number, 5);
  EXPECT_EQ((*read)[1].file_sequence_number, 4);
  EXPECT_EQ((*read)[2].status, EntryStatus::kDeleted);
}

TEST(ManifestList, PyIcebergsIsReadAndWrittenBackTheSame) {
  const auto read = DecodeManifestList(Golden("pyiceberg_list.avro"));
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 1u);
  const auto& manifest = read->front();
  EXPECT_EQ(manifest.path, "file:///table/metadata/m.avro");
  EXPECT_EQ(manifest.partition_spec_id, 1);
  EXPECT_EQ(manifest.content, ManifestContent::kData);
  EXPECT_EQ(manifest.sequence_number, 9);
  EXPECT_EQ(manifest.min_sequence_number, 5);
  EXPECT_EQ(manifest.added_snapshot_id, SnapshotId(77));
  EXPECT_EQ(manifest.added_files, 1);
  EXPECT_EQ(manifest.existing_files, 1);
  EXPECT_EQ(manifest.deleted_files, 1);
  EXPECT_EQ(manifest.added_rows, 10);
  EXPECT_EQ(manifest.existing_rows, 20);
  EXPECT_EQ(manifest.deleted_rows, 30);
  ASSERT_TRUE(manifest.partitions);
  ASSERT_EQ(manifest.partitions->size(), 1u);
  EXPECT_TRUE(manifest.partitions->front().contains_null);
  EXPECT_EQ(manifest.partitions->front().upper, "y");
  const auto again = DecodeManifestList(EncodeManifestList(*read, {.id = SnapshotId(78)}));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *read);
}

// Written by Spark: a table partitioned by bucket(2, id), rows (1, NaN, 'a long word that is cut')
// and (2, 2.5, NULL).
TEST(ManifestList, SparksAndItsManifestAreRead) {
  const auto listed = DecodeManifestList(Golden("spark_list.avro"));
  ASSERT_TRUE(listed) << listed.error().message;
  ASSERT_EQ(listed->size(), 1u);
  const auto& manifest = listed->front();
  EXPECT_EQ(manifest.length, static_cast<int64_t>(Golden("spark_manifest.avro").size()));
  EXPECT_EQ(manifest.sequence_number, 1);
  EXPECT_EQ(manifest.added_rows, 2);
  EXPECT_EQ(manifest.live_rows(), 2);
  ASSERT_EQ(manifest.partitions->size(), 1u);
  const auto read = DecodeManifest(Golden("spark_manifest.avro"), manifest);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(static_cast<int64_t>(read->size()), manifest.live_files());
  int64_t rows = 0;
  int64_t nans = 0;
  for (const auto& entry : *read) {
    rows += entry.file.rows;
    nans += entry.file.Find(FieldId(2))->nans.value_or(0);
    EXPECT_EQ(entry.sequence_number, 1);
    EXPECT_EQ(entry.snapshot_id, manifest.added_snapshot_id);
  }
  EXPECT_EQ(rows, 2);
  EXPECT_EQ(nans, 1);
  EXPECT_TRUE(std::any_of(read->begin(), read->end(), [](const auto& entry) {
    const auto* word = entry.file.Find(FieldId(3));
    return word->lower == "a long word that" && word->upper == "a long word thau";
  }));
}

TEST(Bounds, AreWhatPyIcebergWrites) {
  for (const auto& golden : kBoundGoldens) {
    SCOPED_TRACE(std::string(golden.type) + " " + golden.hex);
    const auto scalar =
        ScalarFromBound(*columnar::ParsePostgresName(golden.type), FromHex(golden.hex));
    ASSERT_TRUE(scalar) << scalar.error().message;
    const auto& type = *(*scalar)->type;
    const bool bytes =
        type.id() == arrow::Type::BINARY || type.id() == arrow::Type::FIXED_SIZE_BINARY;
    EXPECT_EQ(bytes ? static_cast<const arrow::BaseBinaryScalar&>(**scalar).value->ToHexString()
                    : (*scalar)->ToString(),
              golden.text);
  }
}

TEST(Bounds, OfAColumnBeforeItWasWidenedAreConverted) {
  using columnar::TypeKind;
  EXPECT_EQ((*ScalarFromBound({TypeKind::kInt8}, FromHex("ffffffff")))->ToString(), "-1");
  EXPECT_EQ((*ScalarFromBound({TypeKind::kFloat8}, FromHex("0000c03f")))->ToString(), "1.5");
}

TEST(Bounds, OfTheWrongLengthAreCorrupt) {
  for (int kind = 0; kind < columnar::kTypeKindCount; ++kind) {
    const columnar::Type type{static_cast<columnar::TypeKind>(kind), 9, 2};
    if (!columnar::IsStorable(type.kind)) continue;
    const bool any_length = columnar::Info(type.kind).iceberg == "string" ||
                            columnar::Info(type.kind).iceberg == "binary";
    EXPECT_EQ(ScalarFromBound(type, std::string(17, 'x')).has_value(), any_length) << kind;
  }
}

}  // namespace
}  // namespace firn::lake::iceberg
