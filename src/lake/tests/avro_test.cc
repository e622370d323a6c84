#include <gtest/gtest.h>

#include "lake/avro/binary.h"
#include "lake/avro/container.h"
#include "lake/avro/schema.h"

namespace firn::lake::avro {
namespace {

using std::string_literals::operator""s;

constexpr std::string_view kPoint = R"({"type":"record","name":"point","fields":[
  {"name":"x","type":"long","field-id":7},{"name":"label","type":["null","string"]}]})";

std::string Points(Codec codec, int n) {
  ContainerWriter writer(kPoint, {{"made-by", "test"}}, codec);
  for (int i = 0; i < n; ++i) {
    writer.record().PutLong(i);
    writer.record().PutBranch(1);
    writer.record().PutBytes(std::string(100, 'a'));
    writer.EndRecord();
  }
  return writer.Finish();
}

Result<int64_t> SumOf(std::string file) {
  FIRN_TRY(const auto reader, ContainerReader::Open(std::move(file)));
  int64_t sum = 0;
  FIRN_RETURN_IF_ERROR(reader.ForEach([&](Decoder& in) -> Status {
    sum += in.Long();
    in.Skip(*reader.schema().fields[1].type);
    return {};
  }));
  return sum;
}

// Values of the specification's table of variable-length zig-zag coding.
TEST(AvroBinary, LongsAreZigzag) {
  for (const auto& [value, bytes] : std::vector<std::pair<int64_t, std::string>>{
           {0, "\x00"s},
           {-1, "\x01"},
           {1, "\x02"},
           {-64, "\x7f"},
           {64, "\x80\x01"},
           {INT64_MIN, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"}}) {
    Encoder out;
    out.PutLong(value);
    EXPECT_EQ(out.bytes(), bytes) << value;
    EXPECT_EQ(Decoder(bytes).Long(), value);
  }
}

TEST(AvroBinary, AFailureSticks) {
  const auto bytes = "\x05"s;  // the decoder borrows it
  Decoder in(bytes);
  in.Bytes();
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.Long(), 0);
  EXPECT_EQ(in.status().error().code, ErrorCode::kCorrupt);
}

TEST(AvroBinary, BlocksWithASizeAreRead) {
  Encoder out;  // two items as one block of -2 items and 2 bytes
  out.PutLong(-2);
  out.PutLong(2);
  out.PutLong(5);
  out.PutLong(6);
  out.PutLong(0);
  Decoder in(out.bytes());
  std::vector<int64_t> items;
  in.Items([&] { items.push_back(in.Long()); });
  EXPECT_EQ(items, (std::vector<int64_t>{5, 6}));
  EXPECT_TRUE(in.ok() && in.at_end());
}

TEST(AvroBinary, AHugeCountEndsWithTheInput) {
  Encoder out;
  out.PutLong(INT64_MAX);
  const auto schema = ParseSchema(R"({"type":"array","items":{"type":"record","name":"e",
    "fields":[]}})");
  ASSERT_TRUE(schema);
  Decoder in(out.bytes());
  in.Skip(**schema);
  EXPECT_FALSE(in.ok());
}

TEST(AvroSchema, FieldIdsAndNamedTypesAreKept) {
  const auto schema = ParseSchema(R"({"type":"record","name":"a","namespace":"n","fields":[
    {"name":"one","field-id":3,"type":{"type":"fixed","name":"f","size":16}},
    {"name":"two","type":["null","n.f"]}]})");
  ASSERT_FALSE(schema);  // f is in no namespace of its own
  const auto again = ParseSchema(R"({"type":"record","name":"a","fields":[
    {"name":"one","field-id":3,"type":{"type":"fixed","name":"f","namespace":"n","size":16}},
    {"name":"two","type":["null","n.f"]}]})");
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->fields[0].id, 3);
  EXPECT_EQ((*again)->fields[1].type->branches[1]->fixed_size, 16u);
}

TEST(AvroSchema, WhatIsNotASchemaIsRefused) {
  for (const auto* text : {"", "{", "\"nothing\"", R"({"type":"record","name":"a"})",
                           R"({"type":"record","name":"a","fields":[{"name":"s","type":"a"}]})"}) {
    EXPECT_EQ(ParseSchema(text).error().code, ErrorCode::kCorrupt) << text;
  }
}

TEST(AvroContainer, ManyBlocksComeBackWithEitherCodec) {
  for (const auto codec : {Codec::kNull, Codec::kDeflate}) {
    const auto file = Points(codec, 2000);
    EXPECT_EQ(*SumOf(file), 1999 * 2000 / 2);
    EXPECT_EQ(ContainerReader::Open(file)->metadata("made-by"), "test");
  }
  EXPECT_LT(Points(Codec::kDeflate, 2000).size(), Points(Codec::kNull, 2000).size() / 10);
}

// Cuts a file at every byte: an error or fewer records, never a crash or an invented record.
TEST(AvroContainer, ACutFileIsAnErrorUnlessCutBetweenBlocks) {
  const auto file = Points(Codec::kDeflate, 10);
  int whole = 0;
  for (size_t cut = 0; cut < file.size(); ++cut) {
    const auto sum = SumOf(file.substr(0, cut));
    if (!sum) continue;
    EXPECT_EQ(*sum, 0) << cut;
    ++whole;
  }
  EXPECT_EQ(whole, 1);
}

TEST(AvroContainer, ADamagedByteNeverCrashes) {
  const auto file = Points(Codec::kNull, 3);
  for (size_t at = 0; at < file.size(); ++at) {
    auto damaged = file;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    (void)SumOf(damaged).has_value();
  }
}

TEST(AvroContainer, AnotherCodecIsNamed) {
  auto file = Points(Codec::kNull, 1);
  const auto at = file.find("null", file.find("avro.codec"));
  file.replace(at, 4, "zstd");
  const auto opened = ContainerReader::Open(file);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(opened.error().message.find("zstd"), std::string::npos);
}

}  // namespace
}  // namespace firn::lake::avro
