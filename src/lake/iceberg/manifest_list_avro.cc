#include <array>
#include <utility>

#include "lake/avro/container.h"
#include "lake/iceberg/manifest_avro.h"
#include "lake/iceberg/record_reader_internal.h"

namespace firn::lake::iceberg {
namespace {

using avro::Decoder;
using avro::Encoder;
using Summary = ManifestFile::PartitionSummary;

// Field ids of the specification's table "Manifest Lists".
enum : int {
  kPath = 500,
  kLength = 501,
  kSpecId = 502,
  kAddedSnapshotId = 503,
  kAddedFiles = 504,
  kExistingFiles = 505,
  kDeletedFiles = 506,
  kPartitions = 507,
  kContainsNull = 509,
  kLower = 510,
  kUpper = 511,
  kAddedRows = 512,
  kExistingRows = 513,
  kDeletedRows = 514,
  kSequenceNumber = 515,
  kMinSequenceNumber = 516,
  kContent = 517,
  kContainsNan = 518,
  kKeyMetadata = 519,
};

using Name = std::pair<std::string_view, int>;
constexpr std::array kNames = {
    Name{"manifest_path", kPath},
    Name{"manifest_length", kLength},
    Name{"partition_spec_id", kSpecId},
    Name{"content", kContent},
    Name{"sequence_number", kSequenceNumber},
    Name{"min_sequence_number", kMinSequenceNumber},
    Name{"added_snapshot_id", kAddedSnapshotId},
    Name{"added_files_count", kAddedFiles},
    Name{"existing_files_count", kExistingFiles},
    Name{"deleted_files_count", kDeletedFiles},
    Name{"added_data_files_count", kAddedFiles},
    Name{"existing_data_files_count", kExistingFiles},
    Name{"deleted_data_files_count", kDeletedFiles},
    Name{"added_rows_count", kAddedRows},
    Name{"existing_rows_count", kExistingRows},
    Name{"deleted_rows_count", kDeletedRows},
    Name{"partitions", kPartitions},
    Name{"key_metadata", kKeyMetadata},
};
constexpr std::array kSummaryNames = {Name{"contains_null", kContainsNull},
                                      Name{"contains_nan", kContainsNan},
                                      Name{"lower_bound", kLower}, Name{"upper_bound", kUpper}};

// The schema of what PutManifest writes: keep the two side by side.
constexpr std::string_view kListSchema = R"({"type":"record","name":"manifest_file","fields":[
{"name":"manifest_path","type":"string","field-id":500},
{"name":"manifest_length","type":"long","field-id":501},
{"name":"partition_spec_id","type":"int","field-id":502},
{"name":"content","type":"int","field-id":517},
{"name":"sequence_number","type":"long","field-id":515},
{"name":"min_sequence_number","type":"long","field-id":516},
{"name":"added_snapshot_id","type":"long","field-id":503},
{"name":"added_files_count","type":"int","field-id":504},
{"name":"existing_files_count","type":"int","field-id":505},
{"name":"deleted_files_count","type":"int","field-id":506},
{"name":"added_rows_count","type":"long","field-id":512},
{"name":"existing_rows_count","type":"long","field-id":513},
{"name":"deleted_rows_count","type":"long","field-id":514},
{"name":"partitions","default":null,"field-id":507,"type":["null",
{"type":"array","element-id":508,"items":{"type":"record","name":"r508","fields":[
{"name":"contains_null","type":"boolean","field-id":509},
{"name":"contains_nan","type":["null","boolean"],"default":null,"field-id":518},
{"name":"lower_bound","type":["null","bytes"],"default":null,"field-id":510},
{"name":"upper_bound","type":["null","bytes"],"default":null,"field-id":511}]}}]},
{"name":"key_metadata","type":["null","bytes"],"default":null,"field-id":519}]})";

void PutOptionalBytes(Encoder& out, const std::optional<std::string>& value) {
  out.PutBranch(value ? 1 : 0);
  if (value) out.PutBytes(*value);
}

void PutManifest(Encoder& out, const ManifestFile& manifest) {
  out.PutBytes(manifest.path);
  out.PutLong(manifest.length);
  out.PutLong(manifest.partition_spec_id);
  out.PutLong(static_cast<int>(manifest.content));
  out.PutLong(manifest.sequence_number);
  out.PutLong(manifest.min_sequence_number);
  out.PutLong(manifest.added_snapshot_id.value());
  out.PutLong(manifest.added_files);
  out.PutLong(manifest.existing_files);
  out.PutLong(manifest.deleted_files);
  out.PutLong(manifest.added_rows);
  out.PutLong(manifest.existing_rows);
  out.PutLong(manifest.deleted_rows);
  out.PutBranch(manifest.partitions ? 1 : 0);
  if (manifest.partitions) {
    if (!manifest.partitions->empty()) {
      out.PutLong(static_cast<int64_t>(manifest.partitions->size()));
    }
    for (const auto& summary : *manifest.partitions) {
      out.PutBool(summary.contains_null);
      out.PutBranch(summary.contains_nan ? 1 : 0);
      if (summary.contains_nan) out.PutBool(*summary.contains_nan);
      PutOptionalBytes(out, summary.lower);
      PutOptionalBytes(out, summary.upper);
    }
    out.PutLong(0);
  }
  PutOptionalBytes(out, manifest.key_metadata);
}

void ReadSummaries(Decoder& in, const avro::Schema& schema, ManifestFile* manifest) {
  const auto& array = in.Branch(schema);
  if (array.kind == avro::Kind::kNull) return;
  if (array.kind != avro::Kind::kArray) return in.SetBad();
  auto& summaries = manifest->partitions.emplace();
  in.Items([&] {
    const auto& record = in.Branch(*array.items);
    if (record.kind != avro::Kind::kRecord) return in.SetBad();
    Summary summary;
    for (const auto& field : record.fields) {
      switch (FieldNumber(field, kSummaryNames)) {
        case kContainsNull:
          summary.contains_null = ReadBool(in, *field.type).value_or(true);
          break;
        case kContainsNan:
          summary.contains_nan = ReadBool(in, *field.type);
          break;
        case kLower:
          summary.lower = ReadBytes(in, *field.type);
          break;
        case kUpper:
          summary.upper = ReadBytes(in, *field.type);
          break;
        default:
          in.Skip(*field.type);
      }
    }
    summaries.push_back(std::move(summary));
  });
}

void ReadField(Decoder& in, const avro::RecordField& field, ManifestFile* manifest) {
  const auto& type = *field.type;
  switch (FieldNumber(field, kNames)) {
    case kPath:
      manifest->path = ReadBytes(in, type).value_or("");
      return;
    case kLength:
      manifest->length = ReadLong(in, type).value_or(0);
      return;
    case kSpecId:
      manifest->partition_spec_id = ReadInt(in, type).value_or(0);
      return;
    case kContent:
      manifest->content =
          ReadInt(in, type).value_or(0) == 1 ? ManifestContent::kDeletes : ManifestContent::kData;
      return;
    case kSequenceNumber:
      manifest->sequence_number = ReadLong(in, type).value_or(0);
      return;
    case kMinSequenceNumber:
      manifest->min_sequence_number = ReadLong(in, type).value_or(0);
      return;
    case kAddedSnapshotId:
      manifest->added_snapshot_id = SnapshotId(ReadLong(in, type).value_or(0));
      return;
    case kAddedFiles:
      manifest->added_files = ReadInt(in, type).value_or(0);
      return;
    case kExistingFiles:
      manifest->existing_files = ReadInt(in, type).value_or(0);
      return;
    case kDeletedFiles:
      manifest->deleted_files = ReadInt(in, type).value_or(0);
      return;
    case kAddedRows:
      manifest->added_rows = ReadLong(in, type).value_or(0);
      return;
    case kExistingRows:
      manifest->existing_rows = ReadLong(in, type).value_or(0);
      return;
    case kDeletedRows:
      manifest->deleted_rows = ReadLong(in, type).value_or(0);
      return;
    case kPartitions:
      return ReadSummaries(in, type, manifest);
    case kKeyMetadata:
      manifest->key_metadata = ReadBytes(in, type);
      return;
    default:
      in.Skip(type);
  }
}

}  // namespace

std::string EncodeManifestList(const std::vector<ManifestFile>& manifests,
                               const Snapshot& snapshot) {
  const auto parent = snapshot.parent ? std::to_string(snapshot.parent->value()) : "null";
  avro::ContainerWriter writer(kListSchema,
                               {{"snapshot-id", std::to_string(snapshot.id.value())},
                                {"parent-snapshot-id", parent},
                                {"sequence-number", std::to_string(snapshot.sequence_number)},
                                {"format-version", "2"}},
                               avro::Codec::kDeflate);
  for (const auto& manifest : manifests) {
    PutManifest(writer.record(), manifest);
    writer.EndRecord();
  }
  return writer.Finish();
}

Result<std::vector<ManifestFile>> DecodeManifestList(std::string bytes) {
  FIRN_TRY(const auto reader, avro::ContainerReader::Open(std::move(bytes)));
  if (reader.schema().kind != avro::Kind::kRecord) {
    return Fail(ErrorCode::kCorrupt, "not a manifest list: no record");
  }
  std::vector<ManifestFile> manifests;
  FIRN_RETURN_IF_ERROR(reader.ForEach([&](Decoder& in) -> Status {
    ManifestFile manifest;
    for (const auto& field : reader.schema().fields) ReadField(in, field, &manifest);
    FIRN_RETURN_IF_ERROR(in.status());
    if (manifest.path.empty()) return Fail(ErrorCode::kCorrupt, "manifest without a path");
    manifests.push_back(std::move(manifest));
    return {};
  }));
  return manifests;
}

}  // namespace firn::lake::iceberg
