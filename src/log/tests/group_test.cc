#include <random>

#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/util/key_value_metadata.h>

#include "base/crc32c.h"
#include "log/group_decoder.h"
#include "log/stream_schemas_internal.h"
#include "log/tests/log_fixture.h"

namespace firn::log {
namespace {

const SegmentId kSegment{.log = LogId(*ParseUuid("018f0000-0000-7000-8000-000000000001")),
                         .base_lsn = Lsn(1)};

GroupHeader HeaderOf(const EncodedGroup& group) {
  return {.segment = kSegment,
          .first_lsn = group.first_lsn,
          .last_lsn = group.last_lsn,
          .transactions = group.transactions,
          .bytes = group.bytes,
          .body_crc = group.body_crc};
}

/// The group's bytes as they would be in the file.
std::shared_ptr<arrow::Buffer> BytesOf(const EncodedGroup& group) {
  WriteGroupHeader(HeaderOf(group), group.memory->mutable_data());
  return arrow::SliceBuffer(group.memory, 0, static_cast<int64_t>(group.bytes));
}

void ExpectRoundTrip(const Group& group) {
  GroupEncoder encoder;
  const auto encoded = encoder.Encode(group);
  ASSERT_TRUE(encoded) << encoded.error().message;
  EXPECT_EQ(encoded->bytes % 4096, 0u);
  const auto bytes = BytesOf(*encoded);
  EXPECT_EQ(encoded->body_crc,
            Crc32c(bytes->data() + kGroupHeaderBytes, encoded->bytes - kGroupHeaderBytes));
  GroupDecoder decoder;
  for (int pass = 0; pass < 2; ++pass) {  // the second one knows the schemas
    const auto decoded = decoder.Decode(HeaderOf(*encoded), bytes);
    ASSERT_TRUE(decoded) << decoded.error().message;
    ExpectSameGroup(group, *decoded);
  }
}

/// Every stream of a group as Arrow itself reads it.
std::vector<std::shared_ptr<arrow::Table>> PlainStreams(
    const std::shared_ptr<arrow::Buffer>& bytes) {
  std::vector<std::shared_ptr<arrow::Table>> streams;
  arrow::io::BufferReader reader(bytes);
  while (*reader.Tell() < bytes->size()) {
    auto stream = arrow::ipc::RecordBatchStreamReader::Open(&reader);
    if (!stream.ok()) {
      ADD_FAILURE() << stream.status().ToString();
      break;
    }
    streams.push_back(*(*stream)->ToTable());
  }
  return streams;
}

/// Random values of a fixed-width type, or random short texts; a share of them NULL.
std::shared_ptr<arrow::Array> RandomArray(const std::shared_ptr<arrow::DataType>& type,
                                          int64_t rows, double nulls) {
  static std::mt19937_64 random(42);
  const auto bit = [&](double share) {
    return std::uniform_real_distribution<>(0, 1)(random) < share;
  };
  std::shared_ptr<arrow::Buffer> valid = *arrow::AllocateBitmap(rows);
  int64_t null_count = 0;
  for (int64_t i = 0; i < rows; ++i) {
    const bool null = bit(nulls);
    null_count += null;
    arrow::bit_util::SetBitTo(valid->mutable_data(), i, !null);
  }
  std::vector<std::shared_ptr<arrow::Buffer>> buffers = {null_count > 0 ? valid : nullptr};
  if (arrow::is_fixed_width(*type)) {
    const int width = arrow::bit_width(type->id()) > 0 || type->id() == arrow::Type::BOOL
                          ? arrow::bit_width(type->id())
                          : 128;  // fixed_size_binary[16]
    std::shared_ptr<arrow::Buffer> values = *arrow::AllocateBuffer((rows * width + 7) / 8);
    for (int64_t i = 0; i < values->size(); ++i) {
      const bool high = type->id() == arrow::Type::DECIMAL128 && i % 16 >= 8;
      values->mutable_data()[i] = high ? 0 : static_cast<uint8_t>(random());
    }
    if (type->id() == arrow::Type::TIME64) {
      auto* micros = reinterpret_cast<uint64_t*>(values->mutable_data());
      for (int64_t i = 0; i < rows; ++i) micros[i] %= 86'400'000'000;
    }
    buffers.push_back(values);
    return arrow::MakeArray(arrow::ArrayData::Make(type, rows, buffers, null_count));
  }
  if (type->id() == arrow::Type::LIST) {
    arrow::Int32Builder offsets;
    int32_t total = 0;
    EXPECT_TRUE(offsets.Append(0).ok());
    for (int64_t i = 0; i < rows; ++i) {
      EXPECT_TRUE(offsets.Append(total += static_cast<int32_t>(random() % 4)).ok());
    }
    buffers.push_back((*offsets.Finish())->data()->buffers[1]);
    const auto elements = RandomArray(type->field(0)->type(), total, nulls);
    return arrow::MakeArray(
        arrow::ArrayData::Make(type, rows, buffers, {elements->data()}, null_count));
  }
  arrow::BinaryBuilder builder;
  for (int64_t i = 0; i < rows; ++i) {
    EXPECT_TRUE(builder.Append(std::string(random() % 20, static_cast<char>('a' + i % 26))).ok());
  }
  auto data = (*builder.Finish())->data()->Copy();
  data->type = type;
  data->buffers[0] = buffers[0];
  data->null_count = null_count;
  return arrow::MakeArray(data);
}

TEST(GroupHeader, ReadsWhatWasWrittenAndNothingElse) {
  const GroupHeader header{.segment = kSegment,
                           .first_lsn = Lsn(10),
                           .last_lsn = Lsn(12),
                           .transactions = 2,
                           .bytes = 8192,
                           .body_crc = 0xdeadbeef};
  std::vector<uint8_t> bytes(kGroupHeaderBytes);
  WriteGroupHeader(header, bytes.data());
  ASSERT_TRUE(ReadGroupHeader(bytes.data()));
  EXPECT_EQ(*ReadGroupHeader(bytes.data()), header);
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
    EXPECT_FALSE(ReadGroupHeader(bytes.data())) << "bit " << bit;
    bytes[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
  }
}

TEST(GroupHeader, IsAnArrowStreamOfOneRow) {
  GroupEncoder encoder;
  const auto encoded = encoder.Encode(SmallGroup(Lsn(5)));
  const auto streams = PlainStreams(BytesOf(*encoded));
  ASSERT_EQ(streams.size(), 3u);
  const auto& header = *streams[0];
  EXPECT_EQ(header.schema()->ToString(true),
            "log_id: fixed_size_binary[16] not null\nbase_lsn: uint64 not null\n"
            "first_lsn: uint64 not null\nlast_lsn: uint64 not null\n"
            "transactions: uint32 not null\nbytes: uint64 not null\n"
            "header_crc: uint32 not null\nbody_crc: uint32 not null\n"
            "-- metadata --\nfirn: group/1");
  EXPECT_EQ((*header.GetColumnByName("first_lsn")->GetScalar(0))->ToString(), "5");
  EXPECT_EQ((*header.GetColumnByName("bytes")->GetScalar(0))->ToString(), "4096");
}

TEST(Group, OfOneRowAndThreeColumnsFitsOneBlock) {
  GroupEncoder encoder;
  const auto encoded = encoder.Encode(SmallGroup(Lsn(5)));
  EXPECT_EQ(encoded->bytes, 4096u);
}

TEST(Group, NamesItsTableAndChangesForAnyArrowReader) {
  Group group = SmallGroup(Lsn(1), 4);
  group.tables[0].change_types = {ChangeType::kInsert, ChangeType::kUpdateBefore,
                                  ChangeType::kUpdateAfter, ChangeType::kDelete};
  GroupEncoder encoder;
  const auto streams = PlainStreams(BytesOf(*encoder.Encode(group)));
  ASSERT_EQ(streams.size(), 3u);
  EXPECT_EQ(*streams[1]->schema()->metadata()->Get("firn"),
            "table 018f2d5e-7c3a-7def-8a12-0123456789ab 1 public.t");
  EXPECT_EQ(
      streams[1]->schema()->field_names(),
      (std::vector<std::string>{"id", "name", "score", "__lsn", "__change_type", "__timestamp"}));
  const auto type = *streams[1]->GetColumnByName("__change_type")->GetScalar(2);
  EXPECT_EQ((*static_cast<const arrow::DictionaryScalar&>(*type).GetEncodedValue())->ToString(),
            "UPDATE_AFTER");
  EXPECT_EQ(*streams[2]->schema()->metadata()->Get("firn"), "transactions");
}

// With lists a batch goes through Arrow's writer, without them through ours.
void ExpectEveryTypeIsKept(bool lists) {
  columnar::TableSchema schema;
  for (int kind = 0; kind < columnar::kTypeKindCount; ++kind) {
    columnar::Type type{static_cast<columnar::TypeKind>(kind)};
    if (!columnar::IsStorable(type.kind)) continue;
    if (type.kind == columnar::TypeKind::kNumeric) type = columnar::Numeric(38, 9);
    schema.columns.push_back(
        {.id = FieldId(kind + 1), .name = "c" + std::to_string(kind), .type = type});
    if (!lists) continue;
    schema.columns.push_back({.id = FieldId(kind + 101),
                              .name = "a" + std::to_string(kind),
                              .type = columnar::ArrayOf(type),
                              .element_id = FieldId(kind + 201)});
  }
  const auto arrow_schema = columnar::StoredArrowSchema(schema);
  Group group{.first_lsn = Lsn(1), .last_lsn = Lsn(3000)};
  group.transactions.push_back(SmallTransaction(Lsn(3000)));
  for (const double nulls : {0.3, 0.0, 1.0}) {
    arrow::ArrayVector columns;
    for (int i = 0; i + 2 < arrow_schema->num_fields(); ++i) {
      columns.push_back(RandomArray(arrow_schema->field(i)->type(), 1000, nulls));
    }
    columns.push_back(RandomArray(arrow::uint64(), 1000, 0.0));
    columns.push_back(RandomArray(arrow_schema->fields().back()->type(), 1000, 0.0));
    TableChanges changes{.table = SmallTable(), .schema_id = SchemaId(7), .name = "s.a b c"};
    const auto batch = arrow::RecordBatch::Make(arrow_schema, 1000, columns);
    changes.rows = {batch, batch->Slice(13, 77), batch->Slice(16, 64), batch->Slice(999)};
    for (int i = 0; i < 20; ++i) changes.rows.push_back(batch->Slice(i * 7, i % 10 + 1));
    group.tables.push_back(std::move(changes));
  }
  ExpectRoundTrip(group);
  GroupEncoder encoder;
  for (const auto& table : PlainStreams(BytesOf(*encoder.Encode(group)))) {
    EXPECT_EQ(table->ValidateFull().ToString(), "OK");
  }
}

TEST(Group, KeepsEveryType) {
  ExpectEveryTypeIsKept(true);
  ExpectEveryTypeIsKept(false);
}

TEST(Group, MarksUuidColumnsForOthersAndUnwrapsThemForUs) {
  columnar::TableSchema schema;
  schema.columns = {{.id = FieldId(1), .name = "u", .type = {columnar::TypeKind::kUuid}}};
  arrow::FixedSizeBinaryBuilder uuid(arrow::fixed_size_binary(16));
  ASSERT_TRUE(uuid.Append("0123456789abcdef").ok());
  const auto small = SmallRows(Lsn(1), 1);
  Group group{.first_lsn = Lsn(1), .last_lsn = Lsn(1)};
  group.transactions.push_back(SmallTransaction(Lsn(1)));
  group.tables.push_back({.table = SmallTable(), .name = "public.u"});
  group.tables[0].rows = {
      arrow::RecordBatch::Make(columnar::StoredArrowSchema(schema), 1,
                               {*uuid.Finish(), small->column(3), small->column(4)})};
  ExpectRoundTrip(group);
  GroupEncoder encoder;
  const auto streams = PlainStreams(BytesOf(*encoder.Encode(group)));
  EXPECT_EQ(streams[1]->schema()->field(0)->type()->ToString(), "extension<arrow.uuid>");
}

TEST(Group, KeepsCatalogRecordsVictimsAndTransactions) {
  Group group = SmallGroup(Lsn(100), 3);
  group.tables[0].change_types = {ChangeType::kDelete, ChangeType::kUpdateBefore,
                                  ChangeType::kUpdateAfter};
  group.tables[0].victims = {Victim{.lsn = Lsn(7)}, Victim{.file = NewUuidV7(), .position = 123456},
                             Victim{}};
  group.catalog = {{.lsn = Lsn(103),
                    .kind = "create_table",
                    .table = SmallTable(),
                    .json = R"({"v":1,"name":"ä\u0000"})"},
                   {.lsn = Lsn(104), .kind = "create_branch", .json = "{}"}};
  group.last_lsn = Lsn(104);
  group.transactions = {SmallTransaction(Lsn(102)),
                        {.last_lsn = Lsn(104),
                         .commit_us = -1,
                         .session = "",
                         .source = "kafka",
                         .source_position = "0:17",
                         .branch = "dev"}};
  ExpectRoundTrip(group);
}

TEST(Group, MayBeLarge) {
  Group group = SmallGroup(Lsn(1), 65'536, std::string(1000, 'x'));
  ExpectRoundTrip(group);
  for (int i = 0; i < 20'000; ++i) {  // a last stream longer than the pieces of the checksum
    group.transactions.push_back(SmallTransaction(group.last_lsn));
  }
  ExpectRoundTrip(group);
}

TEST(Group, RefusesRowsThatDoNotFitTogether) {
  GroupEncoder encoder;
  Group group = SmallGroup(Lsn(1), 2);
  group.tables[0].change_types = {ChangeType::kInsert};
  EXPECT_EQ(encoder.Encode(group).error().code, ErrorCode::kInvalidInput);
  group = SmallGroup(Lsn(1), 2);
  group.tables[0].rows.push_back(*group.tables[0].rows[0]->RemoveColumn(0));
  EXPECT_EQ(encoder.Encode(group).error().code, ErrorCode::kInvalidInput);
  group = SmallGroup(Lsn(1), 2);
  group.tables[0].rows = {*group.tables[0].rows[0]->RemoveColumn(4)};
  EXPECT_EQ(encoder.Encode(group).error().code, ErrorCode::kInvalidInput);
  group = SmallGroup(Lsn(1), 2);
  group.transactions.clear();
  EXPECT_EQ(encoder.Encode(group).error().code, ErrorCode::kInvalidInput);
}

TEST(Group, FollowsATableThroughRenameAndAlter) {
  GroupEncoder encoder;
  GroupDecoder decoder;
  Group group = SmallGroup(Lsn(1));
  for (const std::string name : {"public.a", "public.b", "public.a"}) {
    group.tables[0].name = name;
    const auto encoded = encoder.Encode(group);
    const auto decoded = decoder.Decode(HeaderOf(*encoded), BytesOf(*encoded));
    ASSERT_TRUE(decoded);
    ExpectSameGroup(group, *decoded);
  }
}

TEST(StateGroup, KeepsEntriesAndSchemas) {
  columnar::TableSchema schema = SmallSchema();
  schema.columns.push_back({.id = FieldId(4), .name = "u", .type = {columnar::TypeKind::kUuid}});
  StateGroup group{.follows = Lsn(41), .ceiling_lsn = Lsn(99)};
  group.state.next_lsn = Lsn(50);
  group.state.entries = {{"source", "kafka/0", std::string("\0\xff", 2)}, {"counter", "t", "12"}};
  group.state.schemas = {{.table = SmallTable(),
                          .schema_id = SchemaId(3),
                          .name = "public.my t",
                          .schema = columnar::StoredArrowSchema(schema)}};
  GroupEncoder encoder;
  const auto encoded = encoder.EncodeState(group);
  ASSERT_TRUE(encoded);
  GroupDecoder decoder;
  const auto decoded = decoder.DecodeState(HeaderOf(*encoded), BytesOf(*encoded));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->follows, Lsn(41));
  EXPECT_EQ(decoded->ceiling_lsn, Lsn(99));
  EXPECT_EQ(decoded->state.next_lsn, Lsn(50));
  EXPECT_EQ(decoded->state.entries, group.state.entries);
  ASSERT_EQ(decoded->state.schemas.size(), 1u);
  EXPECT_EQ(decoded->state.schemas[0].name, "public.my t");
  EXPECT_TRUE(decoded->state.schemas[0].schema->Equals(*group.state.schemas[0].schema, true));
}

TEST(GroupDecoder, NeverCrashesOnAForgedChecksum) {
  GroupEncoder encoder;
  const auto encoded = encoder.Encode(SmallGroup(Lsn(1), 3));
  auto header = HeaderOf(*encoded);
  const auto good = BytesOf(*encoded);
  for (int64_t at = kGroupHeaderBytes; at < good->size(); ++at) {
    auto copy = *AlignedBuffer::Allocate(encoded->bytes);
    std::memcpy(copy->mutable_data(), good->data(), encoded->bytes);
    copy->mutable_data()[at] ^= 0xff;
    GroupDecoder decoder;
    const auto decoded = decoder.Decode(header, copy);
    if (!decoded) {
      EXPECT_EQ(decoded.error().code, ErrorCode::kCorrupt);
    }
  }
}

/// The body of a group: one table stream of these columns with one row, whatever they are.
std::shared_ptr<arrow::Buffer> StreamOf(const arrow::FieldVector& fields) {
  const auto schema = arrow::schema(
      fields,
      arrow::key_value_metadata({"firn"}, {fmt::format("table {} 1 public.t", SmallTable())}));
  arrow::ArrayVector columns;
  for (const auto& field : fields) {
    columns.push_back(*arrow::MakeArrayOfNull(field->type(), 1));
    if (field->type()->id() != arrow::Type::DICTIONARY) continue;
    const auto codes = *arrow::MakeArrayFromScalar(arrow::Int8Scalar(0), 1);
    columns.back() = *arrow::DictionaryArray::FromArrays(codes, ChangeTypeNames());
  }
  auto sink = *arrow::io::BufferOutputStream::Create();
  EXPECT_TRUE(sink->Write(std::string(kGroupHeaderBytes, '\0')).ok());
  auto writer = *arrow::ipc::MakeStreamWriter(sink, schema);
  EXPECT_TRUE(writer->WriteRecordBatch(*arrow::RecordBatch::Make(schema, 1, columns)).ok());
  EXPECT_TRUE(writer->Close().ok());
  const auto stream = *sink->Finish();
  auto aligned = *AlignedBuffer::Allocate(static_cast<size_t>(stream->size()));
  std::memcpy(aligned->mutable_data(), stream->data(), static_cast<size_t>(stream->size()));
  return arrow::SliceBuffer(aligned, 0, stream->size());
}

// The log's own columns are known by their names, and believed to be of their types.
TEST(GroupDecoder, ColumnsOfOtherTypesThanTheLogsAreCorrupt) {
  const arrow::FieldVector right = {
      arrow::field("n", arrow::int32()),
      arrow::field("__lsn", arrow::uint64()),
      arrow::field("__change_type", arrow::dictionary(arrow::int8(), arrow::utf8())),
      arrow::field("__timestamp", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")),
      arrow::field("__victim_lsn", arrow::uint64()),
      arrow::field("__victim_file", arrow::fixed_size_binary(16)),
      arrow::field("__victim_position", arrow::uint64())};
  const auto sound = GroupDecoder().Decode({}, StreamOf(right));
  ASSERT_TRUE(sound) << sound.error().message;
  EXPECT_EQ(sound->tables.at(0).victims.size(), 1u);
  for (const size_t wrong : {1, 3, 4, 5, 6}) {
    for (const auto& type : {arrow::boolean(), arrow::utf8(), arrow::fixed_size_binary(2)}) {
      auto fields = right;
      fields[wrong] = fields[wrong]->WithType(type);
      const auto decoded = GroupDecoder().Decode({}, StreamOf(fields));
      ASSERT_FALSE(decoded) << fields[wrong]->ToString();
      EXPECT_EQ(decoded.error().code, ErrorCode::kCorrupt);
    }
  }
}

}  // namespace
}  // namespace firn::log
