#include "log/group_decoder.h"

#include <charconv>

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/dictionary.h>
#include <arrow/ipc/message.h>
#include <arrow/ipc/reader.h>
#include <arrow/util/key_value_metadata.h>

#include "columnar/table_schema.h"
#include "log/arrow_result_internal.h"
#include "log/stream_schemas_internal.h"

namespace firn::log {
namespace {

using arrow::ipc::MessageType;
constexpr size_t kLayoutsRemembered = 4096;

const arrow::ipc::IpcReadOptions& ReadOptions() {
  static const auto options = [] {
    auto made = arrow::ipc::IpcReadOptions::Defaults();
    made.use_threads = false;
    return made;
  }();
  return options;
}

Failure Corrupt(std::string_view what) {
  return Fail(ErrorCode::kCorrupt, "log group does not decode: {}", what);
}

std::string_view ViewOf(const arrow::Buffer& buffer) {
  return {reinterpret_cast<const char*>(buffer.data()), static_cast<size_t>(buffer.size())};
}

template <typename Array>
const Array& As(const arrow::RecordBatch& batch, int column) {
  return static_cast<const Array&>(*batch.column(column));
}

Uuid UuidAt(const arrow::FixedSizeBinaryArray& array, int64_t row) {
  Uuid uuid;
  std::memcpy(uuid.bytes.data(), array.GetValue(row), uuid.bytes.size());
  return uuid;
}

std::optional<uint64_t> Number(std::string_view text) {
  uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Arrow checks offsets at both ends only, and takes buffers where they lie; whoever reads a value
/// believes both.
Status CheckBuffers(const arrow::ArrayData& data) {
  const auto type = data.type->id();
  for (const auto& buffer : data.buffers) {
    const bool empty = buffer == nullptr || buffer->size() == 0;
    if (!empty && reinterpret_cast<uintptr_t>(buffer->data()) % alignof(int64_t) != 0) {
      return Corrupt("a buffer that is not aligned");
    }
  }
  for (const auto& child : data.child_data) FIRN_RETURN_IF_ERROR(CheckBuffers(*child));
  if (type != arrow::Type::STRING && type != arrow::Type::BINARY && type != arrow::Type::LIST) {
    // What the log's writer does not make is checked in full by who does.
    if (arrow::is_fixed_width(type)) return {};
    return FromArrow(arrow::MakeArray(data.Copy())->ValidateFull(), ErrorCode::kCorrupt);
  }
  if (data.length == 0) return {};
  const auto* offsets = data.GetValues<int32_t>(1);
  const int64_t end = type == arrow::Type::LIST ? data.child_data[0]->length
                      : data.buffers[2]         ? data.buffers[2]->size()
                                                : 0;
  bool wrong = offsets[0] < 0 || offsets[data.length] > end;
  for (int64_t i = 0; i < data.length; ++i) wrong |= offsets[i + 1] < offsets[i];
  if (wrong) return Corrupt("the offsets of a column");
  return {};
}

/// The schema as arrays are loaded: extension types as their storage, change types as codes.
std::shared_ptr<arrow::Schema> StorageSchema(const arrow::Schema& schema) {
  arrow::FieldVector fields;
  for (const auto& field : schema.fields()) {
    auto plain = UnmarkUuid(field);
    if (plain->type()->id() == arrow::Type::DICTIONARY) plain = plain->WithType(arrow::int8());
    fields.push_back(std::move(plain));
  }
  return arrow::schema(std::move(fields));
}

std::shared_ptr<arrow::Field> WithFieldId(const std::shared_ptr<arrow::Field>& field, FieldId id) {
  return field->WithMetadata(arrow::key_value_metadata({std::string(columnar::kFieldIdKey)},
                                                       {std::to_string(id.value())}));
}

Status ReadOwnEntry(std::string_view key, std::string_view value, StateGroup& group) {
  const auto number = Number(value);
  if (!number) return Corrupt("a number in the state group");
  if (key == "next_lsn") group.state.next_lsn = Lsn(*number);
  if (key == "follows") group.follows = Lsn(*number);
  if (key == "ceiling") group.ceiling_lsn = Lsn(*number);
  return {};
}

Result<StateSchema> ReadStateSchema(std::string_view key, std::string_view value) {
  FIRN_TRY(auto mark, ParseMark(fmt::format("table {}", key)));
  arrow::io::BufferReader reader(arrow::Buffer::FromString(std::string(value)));
  arrow::ipc::DictionaryMemo memo;
  FIRN_TRY(const auto schema,
           FromArrow(arrow::ipc::ReadSchema(&reader, &memo), ErrorCode::kCorrupt));
  return StateSchema{.table = mark.table,
                     .schema_id = mark.schema_id,
                     .name = std::move(mark.name),
                     .schema = UnmarkUuids(*schema)};
}

}  // namespace

/// What a stream's schema message says, worked out once.
struct GroupDecoder::Layout {
  StreamMark mark;
  std::shared_ptr<arrow::Schema> storage;  // as loaded from the file
  std::shared_ptr<arrow::Schema> rows;     // table streams: as handed out
  int change_types = -1;                   // column index in table streams
  bool victims = false;
  std::string dictionary;  // the dictionary message found to hold the four names

  Status ReadTable(const arrow::Schema& file);
};

struct GroupDecoder::Stream {
  const Layout* layout = nullptr;
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;  // in storage form
};

/// Walks the messages of a group.
class GroupDecoder::Cursor {
 public:
  explicit Cursor(const std::shared_ptr<arrow::Buffer>& group) : group_(group), reader_(group) {
    FIRN_CHECK(reader_.Seek(kGroupHeaderBytes).ok());
  }

  int64_t position() const { return *reader_.Tell(); }
  bool at_end() const { return position() >= group_->size(); }
  /// The bytes of the message that starts here, if it has no body; empty if there is none.
  std::string_view PeekMessage() const {
    constexpr size_t kPrefix = 8;
    const auto rest = ViewOf(*group_).substr(static_cast<size_t>(position()));
    uint32_t length = 0;
    if (rest.size() < kPrefix) return {};
    std::memcpy(&length, rest.data() + 4, sizeof(length));
    return length > rest.size() - kPrefix ? std::string_view() : rest.substr(0, kPrefix + length);
  }
  /// Steps over these bytes if they come next.
  bool Skip(std::string_view bytes) {
    const auto rest = ViewOf(*group_).substr(static_cast<size_t>(position()));
    return rest.starts_with(bytes) && reader_.Advance(static_cast<int64_t>(bytes.size())).ok();
  }
  /// Null at a stream's end mark.
  Result<std::unique_ptr<arrow::ipc::Message>> Next() {
    return FromArrow(arrow::ipc::ReadMessage(&reader_), ErrorCode::kCorrupt);
  }
  std::string_view Since(int64_t start) const {
    return ViewOf(*group_).substr(static_cast<size_t>(start),
                                  static_cast<size_t>(position() - start));
  }
  std::shared_ptr<arrow::Buffer> From(int64_t start) const {
    return arrow::SliceBuffer(group_, start);
  }

 private:
  std::shared_ptr<arrow::Buffer> group_;
  arrow::io::BufferReader reader_;
};

GroupDecoder::GroupDecoder() = default;
GroupDecoder::~GroupDecoder() = default;

Status GroupDecoder::Layout::ReadTable(const arrow::Schema& file) {
  change_types = file.GetFieldIndex(std::string(columnar::kChangeTypeColumn));
  const int lsn = change_types - 1;
  const int timestamp = change_types + 1;
  if (lsn < 0 || timestamp >= file.num_fields() ||
      file.field(lsn)->name() != columnar::kLsnColumn ||
      file.field(timestamp)->name() != columnar::kTimestampColumn ||
      !file.field(change_types)->type()->Equals(ChangeTypeArrowType()) ||
      storage->field(lsn)->type()->id() != arrow::Type::UINT64 ||
      storage->field(timestamp)->type()->id() != arrow::Type::TIMESTAMP) {
    return Corrupt("the columns of a table stream");
  }
  const int behind = file.num_fields() - timestamp - 1;
  victims = behind == kVictimColumns && file.field(timestamp + 1)->name() == kVictimLsnColumn &&
            storage->field(timestamp + 1)->type()->id() == arrow::Type::UINT64 &&
            storage->field(timestamp + 2)->type()->Equals(arrow::fixed_size_binary(16)) &&
            storage->field(timestamp + 3)->type()->id() == arrow::Type::UINT64;
  if (behind != 0 && !victims) return Corrupt("the columns behind __timestamp");
  auto fields = storage->fields();
  fields.resize(static_cast<size_t>(timestamp) + 1);
  fields[static_cast<size_t>(timestamp)] =
      WithFieldId(fields[static_cast<size_t>(timestamp)], columnar::kTimestampFieldId);
  fields[static_cast<size_t>(lsn)] =
      WithFieldId(fields[static_cast<size_t>(lsn)], columnar::kLsnFieldId);
  fields.erase(fields.begin() + change_types);
  rows = arrow::schema(std::move(fields));
  return {};
}

Result<GroupDecoder::Layout*> GroupDecoder::NextLayout(Cursor& cursor) {
  const std::string schema_bytes(cursor.PeekMessage());
  const auto found = layouts_.find(schema_bytes);
  if (found != layouts_.end() && cursor.Skip(schema_bytes)) return found->second.get();
  FIRN_TRY(const auto message, cursor.Next());
  if (message == nullptr || message->type() != MessageType::SCHEMA) return Corrupt("no schema");
  arrow::ipc::DictionaryMemo memo;
  FIRN_TRY(const auto file,
           FromArrow(arrow::ipc::ReadSchema(*message, &memo), ErrorCode::kCorrupt));
  if (file->metadata() == nullptr) return Corrupt("a stream without its mark");
  FIRN_TRY(const auto mark,
           FromArrow(file->metadata()->Get(std::string(kStreamKey)), ErrorCode::kCorrupt));
  auto layout = std::make_unique<Layout>();
  FIRN_TRY(layout->mark, ParseMark(mark));
  layout->storage = StorageSchema(*file);
  const auto expect = [&](const std::shared_ptr<arrow::Schema>& schema) -> Status {
    if (!layout->storage->Equals(*StorageSchema(*schema), false)) {
      return Corrupt("the columns of a stream");
    }
    return {};
  };
  switch (layout->mark.kind) {
    case StreamKind::kTable:
      FIRN_RETURN_IF_ERROR(layout->ReadTable(*file));
      break;
    case StreamKind::kCatalog:
      FIRN_RETURN_IF_ERROR(expect(CatalogStreamSchema()));
      break;
    case StreamKind::kTransactions:
      FIRN_RETURN_IF_ERROR(expect(TransactionsStreamSchema()));
      break;
    case StreamKind::kState:
      FIRN_RETURN_IF_ERROR(expect(StateStreamSchema()));
      break;
  }
  if (layouts_.size() >= kLayoutsRemembered) layouts_.clear();
  return (layouts_[schema_bytes] = std::move(layout)).get();
}

Status GroupDecoder::ReadNames(Cursor& cursor, int64_t stream_start, Layout& layout) {
  if (layout.change_types < 0) return {};
  if (!layout.dictionary.empty() && cursor.Skip(layout.dictionary)) return {};
  const int64_t start = cursor.position();
  FIRN_TRY(const auto message, cursor.Next());
  if (message == nullptr || message->type() != MessageType::DICTIONARY_BATCH) {
    return Corrupt("no names of change types");
  }
  // Seen for the first time: let Arrow read it, once.
  arrow::io::BufferReader whole(cursor.From(stream_start));
  FIRN_TRY(const auto reader,
           FromArrow(arrow::ipc::RecordBatchStreamReader::Open(&whole), ErrorCode::kCorrupt));
  std::shared_ptr<arrow::RecordBatch> first;
  FIRN_RETURN_IF_ERROR(FromArrow(reader->ReadNext(&first), ErrorCode::kCorrupt));
  if (first == nullptr || !As<arrow::DictionaryArray>(*first, layout.change_types)
                               .dictionary()
                               ->Equals(*ChangeTypeNames())) {
    return Corrupt("the names of change types");
  }
  layout.dictionary = cursor.Since(start);
  return {};
}

Result<GroupDecoder::Stream> GroupDecoder::NextStream(Cursor& cursor) {
  constexpr std::string_view kEndOfStream("\xff\xff\xff\xff\0\0\0\0", 8);
  static const arrow::ipc::DictionaryMemo no_dictionaries;
  const int64_t start = cursor.position();
  FIRN_TRY(Layout* const layout, NextLayout(cursor));
  FIRN_RETURN_IF_ERROR(ReadNames(cursor, start, *layout));
  Stream stream{.layout = layout};
  while (!cursor.Skip(kEndOfStream)) {
    FIRN_TRY(const auto message, cursor.Next());
    if (message == nullptr || message->type() != MessageType::RECORD_BATCH) {
      return Corrupt("message order");
    }
    FIRN_TRY(auto batch, FromArrow(arrow::ipc::ReadRecordBatch(*message, layout->storage,
                                                               &no_dictionaries, ReadOptions()),
                                   ErrorCode::kCorrupt));
    FIRN_RETURN_IF_ERROR(FromArrow(batch->Validate(), ErrorCode::kCorrupt));
    for (const auto& column : batch->column_data()) FIRN_RETURN_IF_ERROR(CheckBuffers(*column));
    stream.batches.push_back(std::move(batch));
  }
  return stream;
}

namespace {

Status ReadChangeTypes(const arrow::RecordBatch& batch, int column, TableChanges& changes) {
  const auto& codes = As<arrow::Int8Array>(batch, column);
  for (int64_t i = 0; i < codes.length(); ++i) {
    const int8_t code = codes.Value(i);
    if (codes.IsNull(i) || code < 0 || code > static_cast<int8_t>(ChangeType::kDelete)) {
      return Corrupt("a change type");
    }
    changes.change_types.push_back(static_cast<ChangeType>(code));
  }
  return {};
}

void ReadVictims(const arrow::RecordBatch& batch, int column, TableChanges& changes) {
  const auto& lsn = As<arrow::UInt64Array>(batch, column);
  const auto& file = As<arrow::FixedSizeBinaryArray>(batch, column + 1);
  const auto& position = As<arrow::UInt64Array>(batch, column + 2);
  for (int64_t i = 0; i < batch.num_rows(); ++i) {
    Victim victim;
    if (lsn.IsValid(i)) victim.lsn = Lsn(lsn.Value(i));
    if (file.IsValid(i)) victim.file = UuidAt(file, i);
    if (position.IsValid(i)) victim.position = position.Value(i);
    changes.victims.push_back(victim);
  }
}

void ReadCatalog(const arrow::RecordBatch& batch, std::vector<CatalogRecord>& out) {
  for (int64_t i = 0; i < batch.num_rows(); ++i) {
    out.push_back({.lsn = Lsn(As<arrow::UInt64Array>(batch, 0).Value(i)),
                   .kind = As<arrow::StringArray>(batch, 1).GetString(i),
                   .table = TableId(UuidAt(As<arrow::FixedSizeBinaryArray>(batch, 2), i)),
                   .json = As<arrow::StringArray>(batch, 3).GetString(i)});
  }
}

void ReadTransactions(const arrow::RecordBatch& batch, std::vector<Transaction>& out) {
  const auto text = [&](int column, int64_t row) {
    return As<arrow::StringArray>(batch, column).GetString(row);
  };
  for (int64_t i = 0; i < batch.num_rows(); ++i) {
    out.push_back({.last_lsn = Lsn(As<arrow::UInt64Array>(batch, 0).Value(i)),
                   .commit_us = As<arrow::TimestampArray>(batch, 1).Value(i),
                   .session = text(2, i),
                   .source = text(3, i),
                   .source_position = text(4, i),
                   .branch = text(5, i)});
  }
}

bool AllInserts(const std::vector<ChangeType>& types) {
  return std::all_of(types.begin(), types.end(),
                     [](ChangeType type) { return type == ChangeType::kInsert; });
}

}  // namespace

Result<Group> GroupDecoder::Decode(const GroupHeader& header,
                                   const std::shared_ptr<arrow::Buffer>& group) {
  Group out{.first_lsn = header.first_lsn, .last_lsn = header.last_lsn};
  Cursor cursor(group);
  while (!cursor.at_end()) {
    FIRN_TRY(const Stream stream, NextStream(cursor));
    const Layout& layout = *stream.layout;
    if (layout.mark.kind == StreamKind::kState) return Corrupt("a state stream among rows");
    if (layout.mark.kind == StreamKind::kTable) {
      TableChanges changes{
          .table = layout.mark.table, .schema_id = layout.mark.schema_id, .name = layout.mark.name};
      for (const auto& batch : stream.batches) {
        FIRN_RETURN_IF_ERROR(ReadChangeTypes(*batch, layout.change_types, changes));
        if (layout.victims) ReadVictims(*batch, layout.change_types + 2, changes);
        auto columns = batch->column_data();
        columns.resize(static_cast<size_t>(layout.change_types) + 2);
        columns.erase(columns.begin() + layout.change_types);
        changes.rows.push_back(
            arrow::RecordBatch::Make(layout.rows, batch->num_rows(), std::move(columns)));
      }
      if (AllInserts(changes.change_types)) changes.change_types.clear();
      out.tables.push_back(std::move(changes));
      continue;
    }
    const bool catalog = layout.mark.kind == StreamKind::kCatalog;
    for (const auto& batch : stream.batches) {
      if (catalog) ReadCatalog(*batch, out.catalog);
      if (!catalog) ReadTransactions(*batch, out.transactions);
    }
  }
  if (out.transactions.size() != header.transactions) return Corrupt("count of transactions");
  return out;
}

Result<StateGroup> GroupDecoder::DecodeState(const GroupHeader& header,
                                             const std::shared_ptr<arrow::Buffer>& group) {
  StateGroup out;
  out.state.next_lsn = header.first_lsn;
  Cursor cursor(group);
  while (!cursor.at_end()) {
    FIRN_TRY(const Stream stream, NextStream(cursor));
    if (stream.layout->mark.kind != StreamKind::kState) return Corrupt("rows in a state group");
    for (const auto& batch : stream.batches) {
      for (int64_t i = 0; i < batch->num_rows(); ++i) {
        StateEntry entry{.kind = As<arrow::StringArray>(*batch, 0).GetString(i),
                         .key = As<arrow::StringArray>(*batch, 1).GetString(i),
                         .value = As<arrow::BinaryArray>(*batch, 2).GetString(i)};
        if (entry.kind == "log") {
          FIRN_RETURN_IF_ERROR(ReadOwnEntry(entry.key, entry.value, out));
        } else if (entry.kind == "schema") {
          FIRN_TRY(auto schema, ReadStateSchema(entry.key, entry.value));
          out.state.schemas.push_back(std::move(schema));
        } else {
          out.state.entries.push_back(std::move(entry));
        }
      }
    }
  }
  return out;
}

}  // namespace firn::log
