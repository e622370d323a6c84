#include "lake/iceberg/manifest_avro.h"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "lake/avro/container.h"
#include "lake/iceberg/record_reader_internal.h"
#include "lake/iceberg/schema_json.h"

namespace firn::lake::iceberg {
namespace {

using avro::Decoder;
using avro::Encoder;

// Field ids of the specification's tables "Manifests" and "Data file fields".
enum : int {
  kStatus = 0,
  kSnapshotId = 1,
  kDataFile = 2,
  kSequenceNumber = 3,
  kFileSequenceNumber = 4,
  kFilePath = 100,
  kFileFormat = 101,
  kPartition = 102,
  kRecordCount = 103,
  kFileSize = 104,
  kColumnSizes = 108,
  kValueCounts = 109,
  kNullCounts = 110,
  kLowerBounds = 125,
  kUpperBounds = 128,
  kSplitOffsets = 132,
  kContent = 134,
  kNanCounts = 137,
  kSortOrderId = 140,
};

using Name = std::pair<std::string_view, int>;
constexpr std::array kEntryNames = {Name{"status", kStatus}, Name{"snapshot_id", kSnapshotId},
                                    Name{"sequence_number", kSequenceNumber},
                                    Name{"file_sequence_number", kFileSequenceNumber},
                                    Name{"data_file", kDataFile}};
constexpr std::array kFileNames = {Name{"content", kContent},
                                   Name{"file_path", kFilePath},
                                   Name{"file_format", kFileFormat},
                                   Name{"record_count", kRecordCount},
                                   Name{"file_size_in_bytes", kFileSize},
                                   Name{"column_sizes", kColumnSizes},
                                   Name{"value_counts", kValueCounts},
                                   Name{"null_value_counts", kNullCounts},
                                   Name{"nan_value_counts", kNanCounts},
                                   Name{"lower_bounds", kLowerBounds},
                                   Name{"upper_bounds", kUpperBounds},
                                   Name{"split_offsets", kSplitOffsets},
                                   Name{"sort_order_id", kSortOrderId}};

// The schema of what PutEntry writes: keep the two side by side.
constexpr std::string_view kEntrySchema =
    R"({"type":"record","name":"manifest_entry","fields":[
{"name":"status","type":"int","field-id":0},
{"name":"snapshot_id","type":["null","long"],"default":null,"field-id":1},
{"name":"sequence_number","type":["null","long"],"default":null,"field-id":3},
{"name":"file_sequence_number","type":["null","long"],"default":null,"field-id":4},
{"name":"data_file","field-id":2,"type":{"type":"record","name":"r2","fields":[
{"name":"content","type":"int","field-id":134},
{"name":"file_path","type":"string","field-id":100},
{"name":"file_format","type":"string","field-id":101},
{"name":"partition","field-id":102,"type":{"type":"record","name":"r102","fields":[]}},
{"name":"record_count","type":"long","field-id":103},
{"name":"file_size_in_bytes","type":"long","field-id":104},
)"
    R"({"name":"column_sizes","default":null,"field-id":108,"type":["null",
{"type":"array","logicalType":"map","items":{"type":"record","name":"k117_v118","fields":[
{"name":"key","type":"int","field-id":117},{"name":"value","type":"long","field-id":118}]}}]},
{"name":"value_counts","default":null,"field-id":109,"type":["null",
{"type":"array","logicalType":"map","items":{"type":"record","name":"k119_v120","fields":[
{"name":"key","type":"int","field-id":119},{"name":"value","type":"long","field-id":120}]}}]},
{"name":"null_value_counts","default":null,"field-id":110,"type":["null",
{"type":"array","logicalType":"map","items":{"type":"record","name":"k121_v122","fields":[
{"name":"key","type":"int","field-id":121},{"name":"value","type":"long","field-id":122}]}}]},
{"name":"nan_value_counts","default":null,"field-id":137,"type":["null",
{"type":"array","logicalType":"map","items":{"type":"record","name":"k138_v139","fields":[
{"name":"key","type":"int","field-id":138},{"name":"value","type":"long","field-id":139}]}}]},
{"name":"lower_bounds","default":null,"field-id":125,"type":["null",
{"type":"array","logicalType":"map","items":{"type":"record","name":"k126_v127","fields":[
{"name":"key","type":"int","field-id":126},{"name":"value","type":"bytes","field-id":127}]}}]},
{"name":"upper_bounds","default":null,"field-id":128,"type":["null",
{"type":"array","logicalType":"map","items":{"type":"record","name":"k129_v130","fields":[
{"name":"key","type":"int","field-id":129},{"name":"value","type":"bytes","field-id":130}]}}]},
{"name":"split_offsets","default":null,"field-id":132,"type":["null",
{"type":"array","items":"long","element-id":133}]},
{"name":"sort_order_id","type":["null","int"],"default":null,"field-id":140}]}}]})";

template <typename T>
void PutOptionalLong(Encoder& out, const std::optional<T>& value) {
  out.PutBranch(value ? 1 : 0);
  if (value) out.PutLong(static_cast<int64_t>(*value));
}

// One map of the statistics: what `member` of each field's says, null when none says anything.
template <typename T>
void PutMap(Encoder& out, const DataFile& file, std::optional<T> FieldStats::*member) {
  int64_t known = 0;
  for (const auto& stats : file.stats) known += (stats.*member).has_value() ? 1 : 0;
  out.PutBranch(known == 0 ? 0 : 1);
  if (known == 0) return;
  out.PutLong(known);
  for (const auto& stats : file.stats) {
    const auto& value = stats.*member;
    if (!value) continue;
    out.PutLong(stats.id.value());
    if constexpr (std::is_same_v<T, std::string>) {
      out.PutBytes(*value);
    } else {
      out.PutLong(*value);
    }
  }
  out.PutLong(0);
}

void PutDataFile(Encoder& out, const DataFile& file) {
  out.PutLong(static_cast<int>(file.content));
  out.PutBytes(file.path);
  out.PutBytes(file.format);
  // The partition tuple of an unpartitioned spec has no fields and so no bytes.
  out.PutLong(file.rows);
  out.PutLong(file.bytes);
  PutMap(out, file, &FieldStats::column_bytes);
  PutMap(out, file, &FieldStats::values);
  PutMap(out, file, &FieldStats::nulls);
  PutMap(out, file, &FieldStats::nans);
  PutMap(out, file, &FieldStats::lower);
  PutMap(out, file, &FieldStats::upper);
  out.PutBranch(file.split_offsets.empty() ? 0 : 1);
  if (!file.split_offsets.empty()) {
    out.PutLong(static_cast<int64_t>(file.split_offsets.size()));
    for (const auto offset : file.split_offsets) out.PutLong(offset);
    out.PutLong(0);
  }
  PutOptionalLong(out, file.sort_order_id);
}

void PutEntry(Encoder& out, const ManifestEntry& entry) {
  out.PutLong(static_cast<int>(entry.status));
  out.PutBranch(entry.snapshot_id ? 1 : 0);
  if (entry.snapshot_id) out.PutLong(entry.snapshot_id->value());
  PutOptionalLong(out, entry.sequence_number);
  PutOptionalLong(out, entry.file_sequence_number);
  PutDataFile(out, entry.file);
}

// A map of the statistics: an array of (key, value) records.
template <typename T>
void ReadMap(Decoder& in, const avro::Schema& schema, DataFile* file,
             std::optional<T> FieldStats::*member) {
  const auto& array = in.Branch(schema);
  if (array.kind == avro::Kind::kNull) return;
  if (array.kind != avro::Kind::kArray || array.items->kind != avro::Kind::kRecord ||
      array.items->fields.size() != 2) {
    return in.SetBad();
  }
  const auto& key_type = *array.items->fields[0].type;
  const auto& value_type = *array.items->fields[1].type;
  in.Items([&] {
    const auto key = ReadInt(in, key_type);
    if (!key) return in.SetBad();
    auto& stats = file->StatsOf(FieldId(*key));
    if constexpr (std::is_same_v<T, std::string>) {
      stats.*member = ReadBytes(in, value_type);
    } else {
      stats.*member = ReadLong(in, value_type);
    }
  });
}

void ReadSplitOffsets(Decoder& in, const avro::Schema& schema, DataFile* file) {
  const auto& array = in.Branch(schema);
  if (array.kind == avro::Kind::kNull) return;
  if (array.kind != avro::Kind::kArray) return in.SetBad();
  in.Items([&] { file->split_offsets.push_back(ReadLong(in, *array.items).value_or(0)); });
}

void ReadDataFileField(Decoder& in, const avro::RecordField& field, DataFile* file) {
  const auto& type = *field.type;
  switch (FieldNumber(field, kFileNames)) {
    case kContent: {
      const auto content = ReadInt(in, type).value_or(0);
      if (content < 0 || content > 2) return in.SetBad();
      file->content = static_cast<FileContent>(content);
      return;
    }
    case kFilePath:
      file->path = ReadBytes(in, type).value_or("");
      return;
    case kFileFormat:
      file->format = ReadBytes(in, type).value_or("");
      return;
    case kRecordCount:
      file->rows = ReadLong(in, type).value_or(0);
      return;
    case kFileSize:
      file->bytes = ReadLong(in, type).value_or(0);
      return;
    case kColumnSizes:
      return ReadMap(in, type, file, &FieldStats::column_bytes);
    case kValueCounts:
      return ReadMap(in, type, file, &FieldStats::values);
    case kNullCounts:
      return ReadMap(in, type, file, &FieldStats::nulls);
    case kNanCounts:
      return ReadMap(in, type, file, &FieldStats::nans);
    case kLowerBounds:
      return ReadMap(in, type, file, &FieldStats::lower);
    case kUpperBounds:
      return ReadMap(in, type, file, &FieldStats::upper);
    case kSplitOffsets:
      return ReadSplitOffsets(in, type, file);
    case kSortOrderId:
      file->sort_order_id = ReadInt(in, type);
      return;
    default:
      in.Skip(type);
  }
}

void ReadEntry(Decoder& in, const avro::Schema& schema, ManifestEntry* entry) {
  for (const auto& field : schema.fields) {
    const auto& type = *field.type;
    switch (FieldNumber(field, kEntryNames)) {
      case kStatus: {
        const auto status = ReadInt(in, type).value_or(0);
        if (status < 0 || status > 2) in.SetBad();
        entry->status = static_cast<EntryStatus>(status);
        break;
      }
      case kSnapshotId: {
        const auto id = ReadLong(in, type);
        if (id) entry->snapshot_id = SnapshotId(*id);
        break;
      }
      case kSequenceNumber:
        entry->sequence_number = ReadLong(in, type);
        break;
      case kFileSequenceNumber:
        entry->file_sequence_number = ReadLong(in, type);
        break;
      case kDataFile: {
        const auto& record = in.Branch(type);
        if (record.kind != avro::Kind::kRecord) in.SetBad();
        for (const auto& one : record.fields) ReadDataFileField(in, one, &entry->file);
        break;
      }
      default:
        in.Skip(type);
    }
  }
}

// "Sequence Number Inheritance": an added file takes both numbers from the manifest list.
void Inherit(const ManifestFile& manifest, ManifestEntry* entry) {
  if (!entry->snapshot_id) entry->snapshot_id = manifest.added_snapshot_id;
  if (entry->status == EntryStatus::kAdded || manifest.sequence_number == 0) {
    if (!entry->sequence_number) entry->sequence_number = manifest.sequence_number;
    if (!entry->file_sequence_number) entry->file_sequence_number = manifest.sequence_number;
  }
}

}  // namespace

std::string EncodeManifest(const std::vector<ManifestEntry>& entries, const Schema& schema,
                           const PartitionSpec& spec) {
  FIRN_CHECK(spec.fields.empty());
  avro::ContainerWriter writer(kEntrySchema,
                               {{"schema", ToJson(schema).dump()},
                                {"schema-id", std::to_string(schema.schema_id)},
                                {"partition-spec", FieldsToJson(spec).dump()},
                                {"partition-spec-id", std::to_string(spec.spec_id)},
                                {"format-version", "2"},
                                {"content", "data"}},
                               avro::Codec::kDeflate);
  for (const auto& entry : entries) {
    PutEntry(writer.record(), entry);
    writer.EndRecord();
  }
  return writer.Finish();
}

Result<std::vector<ManifestEntry>> DecodeManifest(std::string bytes, const ManifestFile& manifest) {
  FIRN_TRY(const auto reader, avro::ContainerReader::Open(std::move(bytes)));
  if (reader.schema().kind != avro::Kind::kRecord) {
    return Fail(ErrorCode::kCorrupt, "not a manifest: no record");
  }
  std::vector<ManifestEntry> entries;
  FIRN_RETURN_IF_ERROR(reader.ForEach([&](Decoder& in) -> Status {
    ManifestEntry entry;
    ReadEntry(in, reader.schema(), &entry);
    FIRN_RETURN_IF_ERROR(in.status());
    if (entry.file.path.empty()) return Fail(ErrorCode::kCorrupt, "manifest entry without a path");
    Inherit(manifest, &entry);
    entries.push_back(std::move(entry));
    return {};
  }));
  return entries;
}

}  // namespace firn::lake::iceberg
