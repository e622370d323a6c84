#include "log/group_encoder.h"

#include <algorithm>

#include <arrow/api.h>
#include <arrow/ipc/dictionary.h>

#include "columnar/batch.h"
#include "columnar/table_schema.h"
#include "log/arrow_result_internal.h"
#include "log/message_sink_internal.h"
#include "log/piece_writer.h"
#include "log/stream_schemas_internal.h"

namespace firn::log {
namespace {

constexpr size_t kStreamsRemembered = 4096;
constexpr int64_t kMemoryKept = 32 << 20;

Result<std::string> SchemaMessage(const arrow::Schema& schema) {
  arrow::ipc::IpcPayload payload;
  FIRN_RETURN_IF_ERROR(FromArrow(arrow::ipc::GetSchemaPayload(
      schema, WriteOptions(), arrow::ipc::DictionaryFieldMapper(schema), &payload)));
  return MessageBytes(payload);
}

/// Of a schema that is a constant of the format; it cannot fail but for want of memory.
std::string ConstantSchemaMessage(const arrow::Schema& schema) {
  auto message = SchemaMessage(schema);
  FIRN_CHECK(message.has_value());
  return *std::move(message);
}

Result<std::string> ChangeTypeMessage(const arrow::Schema& schema) {
  const arrow::ipc::DictionaryFieldMapper mapper(schema);
  const int index = schema.GetFieldIndex(std::string(columnar::kChangeTypeColumn));
  FIRN_TRY(const int64_t id, FromArrow(mapper.GetFieldId({index})));
  arrow::ipc::IpcPayload payload;
  FIRN_RETURN_IF_ERROR(
      FromArrow(arrow::ipc::GetDictionaryPayload(id, ChangeTypeNames(), WriteOptions(), &payload)));
  return MessageBytes(payload);
}

Status AppendBatch(MessageSink& sink, const arrow::RecordBatch& batch, bool may_grow) {
  arrow::ipc::IpcPayload payload;
  FIRN_RETURN_IF_ERROR(
      FromArrow(arrow::ipc::GetRecordBatchPayload(batch, WriteOptions(), &payload)));
  return sink.AppendPayload(payload, may_grow);
}

/// A whole stream of one batch, all but its end mark.
Status AppendSmallStream(MessageSink& sink, const std::shared_ptr<arrow::Schema>& schema,
                         const std::string& prefix, int64_t rows, arrow::ArrayVector columns) {
  FIRN_RETURN_IF_ERROR(sink.AppendMessages(prefix));
  return AppendBatch(sink, *arrow::RecordBatch::Make(schema, rows, std::move(columns)), true);
}

template <typename Builder, typename Rows, typename Value>
Result<std::shared_ptr<arrow::Array>> Column(Builder&& builder, const Rows& rows, Value value) {
  FIRN_RETURN_IF_ERROR(FromArrow(builder.Reserve(static_cast<int64_t>(rows.size()))));
  for (const auto& row : rows) FIRN_RETURN_IF_ERROR(FromArrow(builder.Append(value(row))));
  return FromArrow(builder.Finish());
}

template <typename Rows, typename Value>
Result<std::shared_ptr<arrow::Array>> Texts(const Rows& rows, Value value) {
  return Column(arrow::StringBuilder(), rows, value);
}

Status AppendCatalog(MessageSink& sink, const std::vector<CatalogRecord>& records) {
  static const auto messages = ConstantSchemaMessage(*CatalogStreamSchema());
  using Record = CatalogRecord;
  FIRN_TRY(auto lsn,
           Column(arrow::UInt64Builder(), records, [](const Record& r) { return r.lsn.value(); }));
  FIRN_TRY(auto kind, Texts(records, [](const Record& r) -> auto& { return r.kind; }));
  FIRN_TRY(auto table, Column(arrow::FixedSizeBinaryBuilder(arrow::fixed_size_binary(16)), records,
                              [](const Record& r) { return r.table.value().bytes.data(); }));
  FIRN_TRY(auto json, Texts(records, [](const Record& r) -> auto& { return r.json; }));
  FIRN_RETURN_IF_ERROR(
      AppendSmallStream(sink, CatalogStreamSchema(), messages, static_cast<int64_t>(records.size()),
                        {std::move(lsn), std::move(kind), std::move(table), std::move(json)}));
  return sink.EndStream();
}

Status AppendState(MessageSink& sink, const std::vector<StateEntry>& rows) {
  static const auto messages = ConstantSchemaMessage(*StateStreamSchema());
  using Row = StateEntry;
  FIRN_TRY(auto kind, Texts(rows, [](const Row& r) -> auto& { return r.kind; }));
  FIRN_TRY(auto key, Texts(rows, [](const Row& r) -> auto& { return r.key; }));
  FIRN_TRY(auto value,
           Column(arrow::BinaryBuilder(), rows, [](const Row& r) -> auto& { return r.value; }));
  return AppendSmallStream(sink, StateStreamSchema(), messages, static_cast<int64_t>(rows.size()),
                           {std::move(kind), std::move(key), std::move(value)});
}

/// Codes of `rows` changes; all INSERT when there are none given.
Result<std::shared_ptr<arrow::ArrayData>> ChangeTypeColumn(std::span<const ChangeType> types,
                                                           int64_t rows) {
  static const std::vector<uint8_t> zeros(64 << 10);
  std::shared_ptr<arrow::Buffer> codes;
  if (types.empty() && rows <= static_cast<int64_t>(zeros.size())) {
    codes = std::make_shared<arrow::Buffer>(zeros.data(), rows);
  } else {
    FIRN_TRY(std::shared_ptr<arrow::Buffer> made, FromArrow(arrow::AllocateBuffer(rows)));
    if (types.empty()) {
      std::memset(made->mutable_data(), 0, static_cast<size_t>(rows));
    } else {
      std::memcpy(made->mutable_data(), types.data(), static_cast<size_t>(rows));
    }
    codes = std::move(made);
  }
  auto data = arrow::ArrayData::Make(ChangeTypeArrowType(), rows, {nullptr, std::move(codes)}, 0);
  data->dictionary = ChangeTypeNames()->data();
  return data;
}

Result<arrow::ArrayDataVector> VictimColumns(std::span<const Victim> victims) {
  arrow::UInt64Builder lsn;
  arrow::FixedSizeBinaryBuilder file(arrow::fixed_size_binary(16));
  arrow::UInt64Builder position;
  for (const auto& victim : victims) {
    const bool hot = victim.lsn != Lsn();
    const bool cold = !victim.file.is_nil();
    FIRN_RETURN_IF_ERROR(FromArrow(hot ? lsn.Append(victim.lsn.value()) : lsn.AppendNull()));
    FIRN_RETURN_IF_ERROR(
        FromArrow(cold ? file.Append(victim.file.bytes.data()) : file.AppendNull()));
    FIRN_RETURN_IF_ERROR(
        FromArrow(cold ? position.Append(victim.position) : position.AppendNull()));
  }
  FIRN_TRY(const auto lsns, FromArrow(lsn.Finish()));
  FIRN_TRY(const auto files, FromArrow(file.Finish()));
  FIRN_TRY(const auto positions, FromArrow(position.Finish()));
  return arrow::ArrayDataVector{lsns->data(), files->data(), positions->data()};
}

Status CheckRows(const TableChanges& changes) {
  size_t rows = 0;
  for (const auto& batch : changes.rows) {
    const bool known = batch == changes.rows.front() ||
                       batch->schema() == changes.rows.front()->schema() ||
                       batch->schema()->Equals(*changes.rows.front()->schema(), false);
    if (!known) {
      return Fail(ErrorCode::kInvalidInput, "batches of one table differ in schema: table={}",
                  changes.name);
    }
    rows += static_cast<size_t>(batch->num_rows());
  }
  const auto fits = [&](size_t given) { return given == 0 || given == rows; };
  if (!fits(changes.change_types.size()) || !fits(changes.victims.size())) {
    return Fail(ErrorCode::kInvalidInput,
                "change types or victims do not match the rows: table={} rows={}", changes.name,
                rows);
  }
  return {};
}

Status CheckSchema(const arrow::Schema& schema, const std::string& table) {
  const int fields = schema.num_fields();
  if (fields < 2 || schema.field(fields - 2)->name() != columnar::kLsnColumn ||
      schema.field(fields - 1)->name() != columnar::kTimestampColumn) {
    return Fail(ErrorCode::kInvalidInput, "rows for the log need __lsn and __timestamp: table={}",
                table);
  }
  return {};
}

Result<EncodedGroup> Finished(MessageSink& sink, Lsn first, Lsn last, size_t transactions) {
  EncodedGroup group;
  group.bytes = sink.size();
  group.body_crc = sink.body_crc();
  FIRN_TRY(group.memory, sink.TakeMemory(&group.held));
  group.first_lsn = first;
  group.last_lsn = last;
  group.transactions = static_cast<uint32_t>(transactions);
  return group;
}

StateEntry OwnEntry(std::string key, Lsn lsn) {
  return {.kind = "log", .key = std::move(key), .value = std::to_string(lsn.value())};
}

}  // namespace

Result<const GroupEncoder::TableStream*> GroupEncoder::StreamOf(const TableChanges& changes) {
  const auto& rows = changes.rows.front()->schema();
  const auto& uuid = changes.table.value().bytes;
  const bool victims = !changes.victims.empty();
  std::string key(reinterpret_cast<const char*>(uuid.data()), uuid.size());
  const uint32_t id = changes.schema_id.value();
  key.append(reinterpret_cast<const char*>(&id), sizeof(id)).push_back(victims ? 'v' : ' ');
  const auto found = streams_.find(key);
  if (found != streams_.end() && found->second.name == changes.name) {
    TableStream& stream = found->second;
    if (stream.rows == rows) return &stream;
    if (stream.rows->Equals(*rows, true)) {
      stream.rows = rows;
      return &stream;
    }
  }
  FIRN_RETURN_IF_ERROR(CheckSchema(*rows, changes.name));
  TableStream stream{.rows = rows, .name = changes.name};
  const StreamMark mark{.kind = StreamKind::kTable,
                        .table = changes.table,
                        .schema_id = changes.schema_id,
                        .name = changes.name};
  stream.file = FileSchema(*rows, mark, victims);
  FIRN_TRY(stream.prefix, SchemaMessage(*stream.file));
  FIRN_TRY(const auto names, ChangeTypeMessage(*stream.file));
  stream.prefix += names;
  if (streams_.size() >= kStreamsRemembered) streams_.clear();
  return &(streams_[std::move(key)] = std::move(stream));
}

Status GroupEncoder::AppendRows(MessageSink& sink, const std::shared_ptr<arrow::Schema>& schema,
                                const TableChanges& changes) {
  size_t done = 0;
  for (const auto& batch : changes.rows) {
    const auto rows = static_cast<size_t>(batch->num_rows());
    if (rows == 0) continue;
    const auto part = [&](const auto& all) {
      return all.empty() ? std::span(all) : std::span(all).subspan(done, rows);
    };
    const auto types = part(changes.change_types);
    arrow::ArrayDataVector victims;
    if (!changes.victims.empty()) {
      FIRN_TRY(victims, VictimColumns(part(changes.victims)));
    }
    done += rows;
    if (AddFlatColumns(*batch, types, victims)) {
      FIRN_RETURN_IF_ERROR(sink.AppendBatch(message_, false));
      continue;
    }
    auto columns = batch->column_data();
    FIRN_TRY(auto type_column, ChangeTypeColumn(types, batch->num_rows()));
    columns.insert(columns.end() - 1, std::move(type_column));
    columns.insert(columns.end(), victims.begin(), victims.end());
    const auto file = arrow::RecordBatch::Make(schema, batch->num_rows(), std::move(columns));
    FIRN_RETURN_IF_ERROR(AppendBatch(sink, *file, false));
  }
  return sink.EndStream();
}

bool GroupEncoder::AddFlatColumns(const arrow::RecordBatch& batch,
                                  std::span<const ChangeType> types,
                                  const arrow::ArrayDataVector& victims) {
  message_.Begin(batch.num_rows());
  const auto& columns = batch.column_data();
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i + 1 == columns.size()) {
      static_assert(sizeof(ChangeType) == 1);
      message_.AddBytes(types.empty() ? nullptr : reinterpret_cast<const uint8_t*>(types.data()));
    }
    if (!message_.AddColumn(*columns[i])) return false;
  }
  for (const auto& column : victims) {
    if (!message_.AddColumn(*column)) return false;
  }
  return true;
}

Status GroupEncoder::AppendTransactions(MessageSink& sink, const std::vector<Transaction>& rows) {
  static const auto schema = ConstantSchemaMessage(*TransactionsStreamSchema());
  using Row = Transaction;
  message_.Begin(static_cast<int64_t>(rows.size()));
  message_.AddNumbers<uint64_t>(rows, [](const Row& r) { return r.last_lsn.value(); });
  message_.AddNumbers<int64_t>(rows, [](const Row& r) { return r.commit_us; });
  message_.AddTexts(rows, [](const Row& r) -> auto& { return r.session; });
  message_.AddTexts(rows, [](const Row& r) -> auto& { return r.source; });
  message_.AddTexts(rows, [](const Row& r) -> auto& { return r.source_position; });
  message_.AddTexts(rows, [](const Row& r) -> auto& { return r.branch; });
  FIRN_RETURN_IF_ERROR(sink.AppendMessages(schema));
  return sink.AppendBatch(message_, true);
}

uint64_t BulkBytes(const Group& group) {
  constexpr int64_t kLargeBatch = 128;
  constexpr int64_t kMessageBytes = 16 << 10;
  int64_t bytes = 0;
  for (const auto& changes : group.tables) {
    for (const auto& batch : changes.rows) {
      if (batch->num_rows() < kLargeBatch) continue;
      bytes += columnar::BatchBytes(*batch) + batch->num_rows() + kMessageBytes;
    }
  }
  return static_cast<uint64_t>(bytes);
}

Result<EncodedGroup> GroupEncoder::Encode(const Group& group) {
  MessageSink sink(TakeMemory());
  // A group that grew by doubling would be copied, and its pages cleared, twice.
  if (const auto bulk = BulkBytes(group); bulk > 0) FIRN_RETURN_IF_ERROR(sink.Reserve(bulk));
  return EncodeInto(sink, group);
}

Result<EncodedGroup> GroupEncoder::EncodeInPieces(const Group& group, PieceWriter& pieces) {
  FIRN_TRY(auto memory, pieces.TakeMemory());
  MessageSink sink(std::move(memory), &pieces);
  FIRN_TRY(auto encoded, EncodeInto(sink, group));
  FIRN_RETURN_IF_ERROR(pieces.Finish());
  return encoded;
}

Result<EncodedGroup> GroupEncoder::EncodeInto(MessageSink& sink, const Group& group) {
  if (group.transactions.empty() || group.last_lsn < group.first_lsn) {
    return Fail(ErrorCode::kInvalidInput,
                "a group needs a transaction and an LSN: first_lsn={} last_lsn={}", group.first_lsn,
                group.last_lsn);
  }
  for (const auto& changes : group.tables) {
    FIRN_RETURN_IF_ERROR(CheckRows(changes));
    if (changes.rows.empty()) continue;
    FIRN_TRY(const TableStream* stream, StreamOf(changes));
    FIRN_RETURN_IF_ERROR(sink.AppendMessages(stream->prefix));
    FIRN_RETURN_IF_ERROR(AppendRows(sink, stream->file, changes));
  }
  if (!group.catalog.empty()) FIRN_RETURN_IF_ERROR(AppendCatalog(sink, group.catalog));
  FIRN_RETURN_IF_ERROR(AppendTransactions(sink, group.transactions));
  FIRN_RETURN_IF_ERROR(sink.PadAndEndStream());
  return Finished(sink, group.first_lsn, group.last_lsn, group.transactions.size());
}

Result<EncodedGroup> GroupEncoder::EncodeState(const StateGroup& group) {
  const Lsn next = group.state.next_lsn;
  std::vector<StateEntry> entries = {OwnEntry("next_lsn", next), OwnEntry("follows", group.follows),
                                     OwnEntry("ceiling", group.ceiling_lsn)};
  for (const auto& one : group.state.schemas) {
    FIRN_TRY(auto message, SchemaMessage(*MarkUuids(*one.schema)));
    entries.push_back({.kind = "schema",
                       .key = fmt::format("{} {} {}", one.table, one.schema_id, one.name),
                       .value = std::move(message)});
  }
  for (const auto& entry : group.state.entries) {
    if (entry.kind == "log" || entry.kind == "schema") {
      return Fail(ErrorCode::kInvalidInput, "the kind is the log's own: kind={}", entry.kind);
    }
    entries.push_back(entry);
  }
  MessageSink sink(TakeMemory());
  FIRN_RETURN_IF_ERROR(AppendState(sink, entries));
  FIRN_RETURN_IF_ERROR(sink.PadAndEndStream());
  return Finished(sink, next, Lsn(next.value() - 1), 0);
}

Result<EncodedGroup> GroupEncoder::EncodeTrailer(Lsn next_lsn) {
  MessageSink sink(TakeMemory());
  FIRN_RETURN_IF_ERROR(AppendState(sink, {OwnEntry("clean_stop", next_lsn)}));
  FIRN_RETURN_IF_ERROR(sink.PadAndEndStream());
  return Finished(sink, next_lsn, Lsn(next_lsn.value() - 1), 0);
}

std::shared_ptr<AlignedBuffer> GroupEncoder::TakeMemory() {
  const std::lock_guard lock(mutex_);
  return std::move(free_);
}

void GroupEncoder::Recycle(EncodedGroup group) {
  if (group.memory == nullptr || group.memory->size() > kMemoryKept) return;
  const std::lock_guard lock(mutex_);
  if (free_ == nullptr || free_->size() < group.memory->size()) free_ = std::move(group.memory);
}

}  // namespace firn::log
