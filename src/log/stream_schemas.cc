#include <array>
#include <charconv>

#include <arrow/array/builder_binary.h>
#include <arrow/extension_type.h>
#include <arrow/util/key_value_metadata.h>

#include "columnar/table_schema.h"
#include "log/changes.h"
#include "log/stream_schemas_internal.h"

namespace firn::log {
namespace {

constexpr std::array<std::string_view, 4> kChangeTypeNames = {"INSERT", "UPDATE_BEFORE",
                                                              "UPDATE_AFTER", "DELETE"};
constexpr std::string_view kExtensionName = "ARROW:extension:name";
constexpr std::string_view kExtensionMetadata = "ARROW:extension:metadata";
constexpr int kUuidBytes = 16;

std::shared_ptr<arrow::Field> Required(std::string_view name,
                                       std::shared_ptr<arrow::DataType> type) {
  return arrow::field(std::string(name), std::move(type), false);
}

std::shared_ptr<arrow::Schema> Marked(arrow::FieldVector fields, const std::string& mark) {
  return arrow::schema(std::move(fields),
                       arrow::key_value_metadata({std::string(kStreamKey)}, {mark}));
}

std::shared_ptr<arrow::DataType> CommitTimeType() {
  return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
}

}  // namespace

std::string_view ChangeTypeName(ChangeType type) {
  return kChangeTypeNames[static_cast<size_t>(type)];
}

std::string MarkText(const StreamMark& mark) {
  switch (mark.kind) {
    case StreamKind::kTable:
      return fmt::format("table {} {} {}", mark.table, mark.schema_id, mark.name);
    case StreamKind::kCatalog:
      return "catalog";
    case StreamKind::kTransactions:
      return "transactions";
    case StreamKind::kState:
      return "state";
  }
  return {};
}

Result<StreamMark> ParseMark(std::string_view text) {
  if (text == "catalog") return StreamMark{.kind = StreamKind::kCatalog};
  if (text == "transactions") return StreamMark{.kind = StreamKind::kTransactions};
  if (text == "state") return StreamMark{.kind = StreamKind::kState};
  const auto wrong = [&] {
    return Fail(ErrorCode::kCorrupt, "unknown stream in a log group: mark=\"{}\"", text);
  };
  constexpr std::string_view kTable = "table ";
  if (!text.starts_with(kTable)) return wrong();
  const auto rest = text.substr(kTable.size());
  const size_t first = rest.find(' ');
  if (first == std::string_view::npos) return wrong();
  const size_t second = rest.find(' ', first + 1);
  if (second == std::string_view::npos) return wrong();
  const auto uuid = ParseUuid(rest.substr(0, first));
  if (!uuid) return wrong();
  uint32_t schema_id = 0;
  const char* end = rest.data() + second;
  const auto parsed = std::from_chars(rest.data() + first + 1, end, schema_id);
  if (parsed.ec != std::errc() || parsed.ptr != end) return wrong();
  return StreamMark{.kind = StreamKind::kTable,
                    .table = TableId(*uuid),
                    .schema_id = SchemaId(schema_id),
                    .name = std::string(rest.substr(second + 1))};
}

const std::shared_ptr<arrow::Schema>& CatalogStreamSchema() {
  static const auto schema = Marked(
      {Required("lsn", arrow::uint64()), Required("kind", arrow::utf8()),
       MarkUuid(Required("table", arrow::fixed_size_binary(16))), Required("json", arrow::utf8())},
      "catalog");
  return schema;
}

const std::shared_ptr<arrow::Schema>& TransactionsStreamSchema() {
  static const auto schema =
      Marked({Required("last_lsn", arrow::uint64()), Required("commit_time", CommitTimeType()),
              Required("session", arrow::utf8()), Required("source", arrow::utf8()),
              Required("position", arrow::utf8()), Required("branch", arrow::utf8())},
             "transactions");
  return schema;
}

const std::shared_ptr<arrow::Schema>& StateStreamSchema() {
  static const auto schema =
      Marked({Required("kind", arrow::utf8()), Required("key", arrow::utf8()),
              Required("value", arrow::binary())},
             "state");
  return schema;
}

const std::shared_ptr<arrow::DataType>& ChangeTypeArrowType() {
  static const auto type = arrow::dictionary(arrow::int8(), arrow::utf8());
  return type;
}

const std::shared_ptr<arrow::Array>& ChangeTypeNames() {
  static const auto names = [] {
    arrow::StringBuilder builder;
    for (const auto name : kChangeTypeNames) FIRN_CHECK(builder.Append(name).ok());
    return builder.Finish().ValueOrDie();
  }();
  return names;
}

std::shared_ptr<arrow::Field> MarkUuid(const std::shared_ptr<arrow::Field>& field) {
  const auto* binary = dynamic_cast<const arrow::FixedSizeBinaryType*>(field->type().get());
  if (field->type()->id() != arrow::Type::FIXED_SIZE_BINARY || binary == nullptr ||
      binary->byte_width() != kUuidBytes) {
    return field;
  }
  return field->WithMergedMetadata(arrow::key_value_metadata(
      {std::string(kExtensionName), std::string(kExtensionMetadata)}, {"arrow.uuid", ""}));
}

std::shared_ptr<arrow::Field> UnmarkUuid(const std::shared_ptr<arrow::Field>& field) {
  auto plain = field;
  if (field->type()->id() == arrow::Type::EXTENSION) {
    plain =
        field->WithType(static_cast<const arrow::ExtensionType&>(*field->type()).storage_type());
  }
  const auto& metadata = plain->metadata();
  if (metadata == nullptr || !metadata->Contains(kExtensionName)) return plain;
  std::vector<std::string> keys;
  std::vector<std::string> values;
  for (int64_t i = 0; i < metadata->size(); ++i) {
    if (metadata->key(i) == kExtensionName || metadata->key(i) == kExtensionMetadata) continue;
    keys.push_back(metadata->key(i));
    values.push_back(metadata->value(i));
  }
  if (keys.empty()) return plain->RemoveMetadata();
  return plain->WithMetadata(arrow::key_value_metadata(std::move(keys), std::move(values)));
}

std::shared_ptr<arrow::Schema> MarkUuids(const arrow::Schema& schema) {
  arrow::FieldVector fields;
  for (const auto& field : schema.fields()) fields.push_back(MarkUuid(field));
  return arrow::schema(std::move(fields));
}

std::shared_ptr<arrow::Schema> UnmarkUuids(const arrow::Schema& schema) {
  arrow::FieldVector fields;
  for (const auto& field : schema.fields()) fields.push_back(UnmarkUuid(field));
  return arrow::schema(std::move(fields));
}

std::shared_ptr<arrow::Schema> FileSchema(const arrow::Schema& rows, const StreamMark& mark,
                                          bool victims) {
  arrow::FieldVector fields;
  for (int i = 0; i + 1 < rows.num_fields(); ++i) fields.push_back(MarkUuid(rows.field(i)));
  // Their field ids are constants (columnar): a quarter of a small table stream saved.
  fields.back() = fields.back()->RemoveMetadata();
  fields.push_back(Required(columnar::kChangeTypeColumn, ChangeTypeArrowType()));
  fields.push_back(rows.field(rows.num_fields() - 1)->RemoveMetadata());
  if (victims) {
    fields.push_back(arrow::field(std::string(kVictimLsnColumn), arrow::uint64()));
    fields.push_back(
        MarkUuid(arrow::field(std::string(kVictimFileColumn), arrow::fixed_size_binary(16))));
    fields.push_back(arrow::field(std::string(kVictimPositionColumn), arrow::uint64()));
  }
  return Marked(std::move(fields), MarkText(mark));
}

}  // namespace firn::log
