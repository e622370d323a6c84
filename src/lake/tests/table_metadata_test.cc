#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "lake/iceberg/table_metadata_json.h"
#include "lake/schema_mapping.h"

namespace firn::lake::iceberg {
namespace {

using Json = nlohmann::json;

// Everything the specification allows, with a stranger at each level.
constexpr std::string_view kForeign = R"json({
 "format-version": 2, "table-uuid": "9c12d441-03fe-4693-9a96-a0705ddf69c1",
 "location": "file:///warehouse/t", "last-sequence-number": 34,
 "last-updated-ms": 1602638573590, "last-column-id": 5, "current-schema-id": 1,
 "schemas": [
  {"type": "struct", "schema-id": 0, "fields": [
   {"id": 1, "name": "x", "required": true, "type": "long"}]},
  {"type": "struct", "schema-id": 1, "identifier-field-ids": [1, 2], "fields": [
   {"id": 1, "name": "x", "required": true, "type": "long", "doc": "kept"},
   {"id": 2, "name": "y", "required": true, "type": "decimal(9, 2)"
},
   {"id": 3, "name": "l", "required": false, "type": {"type": "list", "element-id": 4,
     "element": "string", "element-required": true, "odd": 1}}]
}],
 "default-spec-id": 0, "last-partition-id": 1000,
 "partition-specs": [{"spec-id": 0, "fields": [{"name": "x", "transform": "identity",
   "source-id": 1, "field-id": 1000, "stranger": true}], "stranger": 1}],
 "default-sort-order-id": 3,
 "sort-orders": [{"order-id": 3, "fields": [{"transform": "identity", "source-id": 2,
   "direction": "asc", "null-order": "nulls-first"}]}],
 "properties": {"read.split.target.size": "134217728"},
 "current-snapshot-id": 3055729675574597004,
 "snapshots": [
  {"snapshot-id": 3051729675574597004, "timestamp-ms": 1515100955770, "sequence-number": 0,
   "summary": {"operation": "append"}, "manifest-list": "file:///a/b/1.avro"},
  {"snapshot-id": 3055729675574597004, "parent-snapshot-id": 3051729675574597004,
   "timestamp-ms": 1555100955770, "sequence-number": 1, "summary": {"operation": "append"},
   "manifest-list": "file:///a/b/2.avro", "schema-id": 1, "key-id": "k"}],
 "snapshot-log": [{"snapshot-id": 3051729675574597004, "timestamp-ms": 1515100955770}],
 "metadata-log": [{"metadata-file": "file:///a/v1.metadata.json", "timestamp-ms": 1515100}],
 "refs": {"main": {"snapshot-id": 3055729675574597004, "type": "branch",
   "min-snapshots-to-keep": 5}},
 "statistics": [{"snapshot-id": 1, "statistics-path": "file:///s.puffin"}]
})json";

TEST(TableMetadata, WhatOthersWroteSurvivesAReadAndAWrite) {
  const auto metadata = TableMetadataFromJson(kForeign);
  ASSERT_TRUE(metadata) << metadata.error().message;
  EXPECT_EQ(Json::parse(ToJson(*metadata)), Json::parse(kForeign));
}

TEST(TableMetadata, ItsPartsAreFound) {
  const auto metadata = *TableMetadataFromJson(kForeign);
  EXPECT_EQ(metadata.current_schema().fields.size(), 3u);
  EXPECT_TRUE(metadata.current_schema().fields[2].is_nested());
  EXPECT_EQ(metadata.current_snapshot()->parent, SnapshotId(3051729675574597004));
  EXPECT_EQ(metadata.FindSpec(0)->fields[0].field_id, 1000);
  EXPECT_EQ(metadata.NumberProperty("read.split.target.size", 1), 134217728);
  EXPECT_EQ(metadata.NumberProperty("none", 1), 1);
}

TEST(TableMetadata, NoSnapshotIsMinusOneOrNullOrNothing) {
  auto json = Json::parse(kForeign);
  for (const Json& none : {Json(-1), Json(nullptr)}) {
    json["current-snapshot-id"] = none;
    const auto metadata = TableMetadataFromJson(json.dump());
    ASSERT_TRUE(metadata);
    EXPECT_EQ(metadata->current_snapshot(), nullptr);
    EXPECT_EQ(Json::parse(ToJson(*metadata))["current-snapshot-id"], -1);
  }
  json.erase("current-snapshot-id");
  EXPECT_EQ(TableMetadataFromJson(json.dump())->current_snapshot(), nullptr);
}

TEST(TableMetadata, DanglingReferencesAndRubbishAreCorrupt) {
  for (const auto& [member, value] :
       std::vector<std::pair<std::string, Json>>{{"current-schema-id", 9},
                                                 {"default-spec-id", 9},
                                                 {"current-snapshot-id", 9},
                                                 {"location", 5},
                                                 {"last-updated-ms", 1e22},
                                                 {"last-sequence-number", 1.5},
                                                 {"last-column-id", 5'000'000'000},
                                                 {"current-schema-id", UINT64_MAX},
                                                 {"schemas", "x"},
                                                 {"snapshots", 5}}) {
    auto json = Json::parse(kForeign);
    json[member] = value;
    const auto metadata = TableMetadataFromJson(json.dump());
    ASSERT_FALSE(metadata) << member;
    EXPECT_EQ(metadata.error().code, ErrorCode::kCorrupt) << member;
  }
  EXPECT_EQ(TableMetadataFromJson("{").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(TableMetadataFromJson("[]").error().code, ErrorCode::kCorrupt);
}

// Values in values take stack from whoever copies or prints them.
TEST(TableMetadata, WhatIsNestedWithoutEndIsCorrupt) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + "1" + std::string(depth, ']');
  };
  const auto with = [&](const std::string& member) {
    return std::string(kForeign.substr(0, kForeign.rfind('}'))) + ", \"new\": " + member + "}";
  };
  const auto metadata = TableMetadataFromJson(with(nested(100)));
  ASSERT_TRUE(metadata) << metadata.error().message;
  EXPECT_EQ(Json::parse(ToJson(*metadata)), Json::parse(with(nested(100))));
  EXPECT_EQ(TableMetadataFromJson(with(nested(200'000))).error().code, ErrorCode::kCorrupt);
  EXPECT_TRUE(TableMetadataFromJson(with('"' + std::string(1000, '[') + "\\\"\"")));
  auto json = Json::parse(kForeign);
  json["schemas"][1]["fields"][0]["type"] = R"({"type": )" + nested(200'000) + "}";
  EXPECT_EQ(TableMetadataFromJson(json.dump()).error().code, ErrorCode::kCorrupt);
}

TEST(TableMetadata, ATypeThatIsNoTypeIsCorruptOrNamed) {
  auto json = Json::parse(kForeign);
  auto& type = json["schemas"][1]["fields"][0]["type"];
  for (const auto& text : {"{", "{x", "{\"a\": 1", "{} "}) {
    type = text;
    const auto metadata = TableMetadataFromJson(json.dump());
    ASSERT_FALSE(metadata) << text;
    EXPECT_EQ(metadata.error().code, ErrorCode::kCorrupt);
  }
  type = {{"type", 5}, {"element", "int"}, {"element-id", 3}};
  const auto metadata = TableMetadataFromJson(json.dump());
  ASSERT_TRUE(metadata) << metadata.error().message;
  EXPECT_EQ(TableSchemaOf(*metadata).error().code, ErrorCode::kUnsupported);
}

TEST(TableMetadata, AnotherFormatVersionIsRefusedWithAHint) {
  auto json = Json::parse(kForeign);
  json["format-version"] = 3;
  const auto metadata = TableMetadataFromJson(json.dump());
  ASSERT_FALSE(metadata);
  EXPECT_EQ(metadata.error().code, ErrorCode::kUnsupported);
  EXPECT_FALSE(metadata.error().hint.empty());
}

TEST(SchemaMapping, EveryTypeComesBackFromTheLake) {
  columnar::TableSchema schema;
  for (int kind = 0; kind < columnar::kTypeKindCount; ++kind) {
    columnar::Type type{static_cast<columnar::TypeKind>(kind)};
    if (!columnar::IsStorable(type.kind)) continue;
    if (type.kind == columnar::TypeKind::kNumeric) type = columnar::Numeric(12, 2);
    if (type.kind == columnar::TypeKind::kEnum) type = columnar::Enum(16385);
    schema.columns.push_back({FieldId(kind + 1), "c" + std::to_string(kind), type, kind % 2 == 0});
  }
  schema.columns.push_back({FieldId(100), "v", columnar::Varchar(7)});
  schema.columns.push_back({FieldId(101), "n", {columnar::TypeKind::kNumeric}});
  schema.columns.push_back({.id = FieldId(102),
                            .name = "a",
                            .type = columnar::ArrayOf(columnar::Numeric(5, 1)),
                            .element_id = FieldId(103)});
  schema.columns.push_back({.id = FieldId(104),
                            .name = "b",
                            .type = columnar::ArrayOf(columnar::Varchar(9)),
                            .element_id = FieldId(105)});
  schema.last_field_id = 105;
  const auto properties = TypeProperties(schema);
  EXPECT_EQ(properties, (Properties{{"firn.type.2", "smallint"},
                                    {"firn.type.9", "character varying"},
                                    {"firn.type.15", "bpchar"},
                                    {"firn.type.17", "time with time zone"},
                                    {"firn.type.18", "interval"},
                                    {"firn.type.19", "json"},
                                    {"firn.type.20", "jsonb"},
                                    {"firn.type.21", "inet"},
                                    {"firn.type.22", "cidr"},
                                    {"firn.type.23", "oid"},
                                    {"firn.type.24", "name"},
                                    {"firn.type.25", "\"char\""},
                                    {"firn.type.26", "enum(16385)"},
                                    {"firn.type.100", "character varying(7)"},
                                    {"firn.type.101", "numeric"},
                                    {"firn.type.104", "character varying(9)[]"}}));
  const TableMetadata metadata{
      .last_column_id = 105, .schemas = {IcebergSchema(schema, 0)}, .properties = properties};
  EXPECT_EQ(*TableSchemaOf(metadata), schema);
}

TEST(SchemaMapping, AWidenedColumnIsWhatTheLakeSays) {
  const TableMetadata metadata{
      .schemas = {{.fields = {{.id = FieldId(1), .name = "a", .type = "long"}}}},
      .properties = {{"firn.type.1", "smallint"}}};
  EXPECT_EQ(TableSchemaOf(metadata)->columns[0].type.kind, columnar::TypeKind::kInt8);
}

TEST(SchemaMapping, AForeignTypeIsNamed) {
  const TableMetadata metadata{
      .schemas = {{.fields = {{.id = FieldId(1), .name = "a", .type = "fixed[3]"}}}}};
  const auto schema = TableSchemaOf(metadata);
  ASSERT_FALSE(schema);
  EXPECT_NE(schema.error().message.find("fixed[3]"), std::string::npos);
}

}  // namespace
}  // namespace firn::lake::iceberg
