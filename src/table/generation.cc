#include "table/generation.h"

#include <algorithm>
#include <numeric>

#include <arrow/api.h>

#include "base/clock.h"
#include "columnar/batch.h"
#include "columnar/evolve.h"
#include "columnar/table_schema.h"

namespace firn::table {
namespace {

constexpr int64_t kKeptBytes = 16 * 1024;

const std::shared_ptr<arrow::DataType>& CommitTimeType() {
  static const auto type = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
  return type;
}

std::shared_ptr<arrow::Schema> WithStored(arrow::FieldVector fields) {
  fields.push_back(arrow::field(std::string(columnar::kLsnColumn), arrow::uint64()));
  fields.push_back(arrow::field(std::string(columnar::kTimestampColumn), CommitTimeType()));
  return arrow::schema(std::move(fields));
}

template <typename Value>
std::shared_ptr<arrow::ArrayData> ColumnOf(std::shared_ptr<arrow::DataType> type,
                                           std::vector<Value> values) {
  const auto count = static_cast<int64_t>(values.size());
  return arrow::ArrayData::Make(std::move(type), count,
                                {nullptr, arrow::Buffer::FromVector(std::move(values))}, 0);
}

/// first, first + 1, …
std::shared_ptr<arrow::ArrayData> LsnsFrom(Lsn first, int64_t count) {
  std::vector<uint64_t> lsns(static_cast<size_t>(count));
  std::iota(lsns.begin(), lsns.end(), first.value());
  return ColumnOf(arrow::uint64(), std::move(lsns));
}

}  // namespace

Generation::Generation(std::shared_ptr<arrow::Schema> schema, std::shared_ptr<HotBytes> held)
    : schema_(std::move(schema)),
      stored_schema_(WithStored(schema_->fields())),
      held_(std::move(held)) {}

void Generation::Leave() {
  left_at_.store(MonotonicSeconds(), std::memory_order_release);
  if (held_ == nullptr) return;
  held_->waiting.fetch_sub(bytes(), std::memory_order_relaxed);
  held_->pinned.fetch_add(bytes(), std::memory_order_relaxed);
}

Generation::~Generation() {
  if (held_ == nullptr) return;
  (left_at() > 0 ? held_->pinned : held_->waiting).fetch_sub(bytes(), std::memory_order_relaxed);
}

void Generation::Append(const std::shared_ptr<arrow::RecordBatch>& rows, Lsn first_lsn,
                        int64_t commit_us) {
  const int64_t count = rows->num_rows();
  if (count == 0) return;
  const int64_t bytes = columnar::BatchBytes(*rows);
  last_.reset();
  if (count >= kBulkRows || bytes >= kBulkBytes) {
    AddPart({.rows = rows,
             .first_lsn = first_lsn,
             .last_lsn = first_lsn + (count - 1),
             .commit_us = commit_us});
  } else {
    std::array<uint64_t, kBulkRows> lsns;
    std::array<int64_t, kBulkRows> times;
    std::iota(lsns.begin(), lsns.begin() + count, first_lsn.value());
    std::fill_n(times.begin(), count, commit_us);
    OpenFor(*rows).Append(*rows, lsns.data(), times.data());
    if (bytes <= kKeptBytes) {
      last_ = Part{.rows = rows,
                   .first_lsn = first_lsn,
                   .last_lsn = first_lsn + (count - 1),
                   .commit_us = commit_us};
    }
  }
  Count(count, bytes, first_lsn, first_lsn + (count - 1));
  NoteKeys(*rows, first_lsn, nullptr);
}

Status Generation::Replay(const std::shared_ptr<arrow::RecordBatch>& stored) {
  const int user_columns = schema_->num_fields();
  const int64_t count = stored->num_rows();
  if (count == 0) return {};
  if (stored->num_columns() != user_columns + 2) {
    return Fail(ErrorCode::kCorrupt, "log rows do not have the table's columns: want={} got={}",
                user_columns + 2, stored->num_columns());
  }
  const auto lsns = std::static_pointer_cast<arrow::UInt64Array>(stored->column(user_columns));
  const auto times =
      std::static_pointer_cast<arrow::TimestampArray>(stored->column(user_columns + 1));
  arrow::ArrayVector columns(stored->columns().begin(), stored->columns().end() - 2);
  auto rows = arrow::RecordBatch::Make(schema_, count, std::move(columns));
  const Lsn first(lsns->Value(0));
  const int64_t bytes = columnar::BatchBytes(*rows);
  if (count >= kBulkRows || bytes >= kBulkBytes) {
    Part part{.rows = std::move(rows),
              .first_lsn = first,
              .last_lsn = Lsn(lsns->Value(count - 1)),
              .commit_us = times->Value(0)};
    const bool dense = part.last_lsn == first + (count - 1);
    if (!dense) part.lsns = lsns;
    if (!dense || times->Value(count - 1) != part.commit_us) part.commit_times = times;
    AddPart(std::move(part));
  } else {
    OpenFor(*rows).Append(*rows, lsns->raw_values(), times->raw_values());
  }
  Count(count, bytes, first, Lsn(lsns->Value(count - 1)));
  return {};
}

void Generation::AddPart(Part part) {
  part.zones = std::make_shared<ZoneMap>();
  auto shared = std::make_shared<const Part>(std::move(part));
  std::lock_guard lock(mutex_);
  parts_.push_back(std::move(shared));
}

OpenBatch& Generation::OpenFor(const arrow::RecordBatch& rows) {
  // Only the writer changes the list, so it may look at it without the lock.
  if (open_batches_.empty() || !open_batches_.back()->Fits(rows)) {
    auto fresh = std::make_shared<OpenBatch>(schema_);
    std::lock_guard lock(mutex_);
    open_batches_.push_back(std::move(fresh));
  }
  return *open_batches_.back();
}

void Generation::NoteKeys(const arrow::RecordBatch& rows, Lsn first_lsn, const uint64_t* lsns) {
  std::lock_guard lock(keys_mutex_);
  if (keys_ == nullptr) return;
  const auto named = arrow::RecordBatch::Make(schema_, rows.num_rows(), rows.columns());
  keys_->Add(*named, first_lsn, lsns);
}

std::vector<Lsn> Generation::FindKeys(const std::vector<columnar::Column>& key,
                                      const std::vector<RowKey>& wanted) const {
  std::lock_guard lock(keys_mutex_);
  if (keys_ == nullptr || !keys_->IsBy(key)) {
    // What is appended while this runs is noted behind it, twice at worst.
    keys_ = std::make_unique<KeySet>(key);
    for (const auto& batch : Read(Lsn(UINT64_MAX), nullptr, true)) {
      const auto& lsns =
          static_cast<const arrow::UInt64Array&>(*batch->column(schema_->num_fields()));
      keys_->Add(*batch, Lsn(), lsns.raw_values());
    }
  }
  return keys_->Find(wanted);
}

void Generation::Count(int64_t rows, int64_t bytes, Lsn first, Lsn last) {
  bytes_.fetch_add(bytes, std::memory_order_release);
  if (held_ != nullptr) held_->waiting.fetch_add(bytes, std::memory_order_relaxed);
  const uint64_t held = first_lsn_.load(std::memory_order_relaxed);
  if (held == 0 || first.value() < held) {
    first_lsn_.store(first.value(), std::memory_order_release);
  }
  if (last.value() > last_lsn_.load(std::memory_order_relaxed)) {
    last_lsn_.store(last.value(), std::memory_order_release);
  }
  rows_.fetch_add(rows, std::memory_order_release);  // behind the LSNs: see CountVisible
}

Generation::Cut Generation::TakeCut() const {
  std::lock_guard lock(mutex_);
  return {parts_, open_batches_};
}

Generation::Position Generation::Mark() const {
  return {.parts = parts_.size(),
          .open_batches = open_batches_.size(),
          .open_rows = open_batches_.empty() ? 0 : open_batches_.back()->rows()};
}

RecordBatches Generation::Since(const Position& position) const {
  RecordBatches batches;
  const auto& schema = stored_schema_;
  for (size_t i = position.parts; i < parts_.size(); ++i) {
    batches.push_back(PartRows(*parts_[i], parts_[i]->rows->num_rows(), nullptr, true, schema));
  }
  const size_t first_open = position.open_batches == 0 ? 0 : position.open_batches - 1;
  for (size_t i = first_open; i < open_batches_.size(); ++i) {
    const int64_t from = i + 1 == position.open_batches ? position.open_rows : 0;
    const int64_t to = open_batches_[i]->rows();
    if (to == from) continue;
    const bool is_last =
        i + 1 == open_batches_.size() && last_ && last_->rows->num_rows() == to - from;
    batches.push_back(is_last ? PartRows(*last_, to - from, nullptr, true, schema)
                              : open_batches_[i]->Slice(from, to, nullptr, true, schema));
  }
  return batches;
}

int64_t Generation::Part::CountVisible(Lsn visible) const {
  const int64_t count = rows->num_rows();
  if (first_lsn > visible) return 0;
  if (last_lsn <= visible) return count;
  if (lsns == nullptr) return static_cast<int64_t>(visible.value() - first_lsn.value()) + 1;
  const auto* values = static_cast<const arrow::UInt64Array&>(*lsns).raw_values();
  return std::upper_bound(values, values + count, visible.value()) - values;
}

int64_t Generation::CountVisible(Lsn visible) const {
  // Who is counted here has noted its LSN before.
  const int64_t all = rows();
  if (last_lsn() <= visible) return all;
  const Cut cut = TakeCut();
  int64_t count = 0;
  for (const auto& part : cut.parts) count += part->CountVisible(visible);
  for (const auto& open : cut.open_batches) count += open->CountVisible(visible);
  return count;
}

RecordBatches Generation::Read(Lsn visible, const std::vector<int>* columns, bool stored) const {
  const Cut cut = TakeCut();
  const auto schema = SchemaOf(columns, stored);
  RecordBatches batches;
  for (const auto& part : cut.parts) {
    if (part->first_lsn > visible) continue;
    batches.push_back(PartRows(*part, part->CountVisible(visible), columns, stored, schema));
  }
  for (const auto& open : cut.open_batches) {
    const int64_t count = open->CountVisible(visible);
    if (count > 0) batches.push_back(open->Slice(0, count, columns, stored, schema));
  }
  return batches;
}

RecordBatches Generation::ReadRanges(Lsn visible, const std::vector<int>* columns, bool stored,
                                     const std::vector<ColumnRange>& ranges) const {
  std::vector<std::pair<int, const ColumnRange*>> places;
  for (const auto& range : ranges) {
    for (int i = 0; i < schema_->num_fields(); ++i) {
      if (columnar::FieldIdOf(*schema_->field(i)) == range.column) places.emplace_back(i, &range);
    }
  }
  if (places.empty()) return Read(visible, columns, stored);
  const Cut cut = TakeCut();
  const auto schema = SchemaOf(columns, stored);
  RecordBatches batches;
  // `zoned`: rows whose zones do not change any more.
  const auto add = [&](int64_t zoned, ZoneMap& zones, const auto& values_of, const auto& rows) {
    std::vector<bool> wanted(ZoneMap::CountZones(zoned), true);
    for (const auto& [column, range] : places) {
      if (!wanted.empty()) zones.Narrow(column, *values_of(column), *range, &wanted);
    }
    for (auto& run : CutToZones(rows(), wanted)) batches.push_back(std::move(run));
  };
  for (const auto& part : cut.parts) {
    const int64_t count = part->CountVisible(visible);
    if (count == 0) continue;
    add(
        part->rows->num_rows(), *part->zones,
        [&](int column) { return part->rows->column(column); },
        [&] { return PartRows(*part, count, columns, stored, schema); });
  }
  for (const auto& open : cut.open_batches) {
    const int64_t count = open->CountVisible(visible);
    if (count == 0) continue;
    const int64_t whole = count - count % ZoneMap::kRows;
    const auto values_of = [&](int column) {
      const std::vector<int> one = {column};
      return open->Slice(0, whole, &one, false, SchemaOf(&one, false))->column(0);
    };
    add(whole, open->zones(), values_of,
        [&] { return open->Slice(0, count, columns, stored, schema); });
  }
  return batches;
}

std::optional<ZoneMap::Zone> Generation::ZoneOf(Lsn visible, int column, int64_t* rows_left) const {
  const Cut cut = TakeCut();
  const std::vector<int> columns = {column};
  const auto schema = SchemaOf(&columns, false);
  ZoneMap::Zone all;
  // `zoned` of the rows are those of zones that do not change any more.
  const auto join = [&](const arrow::Array& values, int64_t zoned, ZoneMap& zones) {
    if (rows_left != nullptr) {
      *rows_left -= values.length() - zoned;
      if (*rows_left < 0) return false;
    }
    const auto over = zones.Over(column, *values.Slice(0, zoned), rows_left);
    if (!over) return false;
    all.Join(*over);
    if (zoned < values.length()) all.Join(ZoneMap::Of(*values.Slice(zoned)));
    return true;
  };
  for (const auto& part : cut.parts) {
    const int64_t count = part->CountVisible(visible);
    const auto& values = part->rows->column(column);
    const int64_t zoned = count == values->length() ? count : count - count % ZoneMap::kRows;
    if (!join(*values->Slice(0, count), zoned, *part->zones)) return {};
  }
  for (const auto& open : cut.open_batches) {
    const int64_t count = open->CountVisible(visible);
    const auto values = open->Slice(0, count, &columns, false, schema)->column(0);
    if (!join(*values, count - count % ZoneMap::kRows, open->zones())) return {};
  }
  return all;
}

bool Generation::AddTexts(Lsn visible, int column, TextCodes* all, int64_t* rows_left) const {
  std::unique_lock lock(texts_mutex_, std::defer_lock);
  if (rows_left == nullptr) {
    lock.lock();
  } else if (!lock.try_lock()) {
    return false;
  }
  auto& known = texts_[column];
  if (known.many) return false;
  const auto read = [&](const arrow::Array& values) {
    if (rows_left != nullptr) *rows_left -= values.length();
    if (rows_left != nullptr && *rows_left < 0) return false;
    known.many = !known.codes.AddAll(values);
    return !known.many;
  };
  const Cut cut = TakeCut();
  for (; known.parts < cut.parts.size(); ++known.parts) {
    if (!read(*cut.parts[known.parts]->rows->column(column))) return false;
  }
  const std::vector<int> columns = {column};
  known.open_rows.resize(cut.open_batches.size());
  for (size_t i = 0; i < cut.open_batches.size(); ++i) {
    const auto& open = *cut.open_batches[i];
    const int64_t rows = open.CountVisible(visible);
    if (rows <= known.open_rows[i]) continue;
    const auto values =
        open.Slice(known.open_rows[i], rows, &columns, false, SchemaOf(&columns, false));
    if (!read(*values->column(0))) return false;
    known.open_rows[i] = rows;
  }
  return all->AddAll(known.codes.texts());
}

RecordBatches Generation::ReadExtremes(Lsn visible, const std::vector<int>& columns) const {
  const bool known = std::all_of(columns.begin(), columns.end(), [&](int column) {
    return ZoneMap::Has(*schema_->field(column)->type());
  });
  if (!known) return Read(visible, &columns, false);
  const auto schema = SchemaOf(&columns, false);
  arrow::ArrayVector values;
  for (size_t i = 0; i < columns.size(); ++i) {
    values.push_back(
        ValuesOf(*ZoneOf(visible, columns[i]), schema->field(static_cast<int>(i))->type()));
  }
  return {arrow::RecordBatch::Make(schema, 2, std::move(values))};
}

std::shared_ptr<arrow::RecordBatch> Generation::PartRows(
    const Part& part, int64_t count, const std::vector<int>* columns, bool stored,
    const std::shared_ptr<arrow::Schema>& schema) const {
  // Whoever wants arrays makes them: the log does not.
  arrow::ArrayDataVector taken;
  taken.reserve(static_cast<size_t>(schema->num_fields()));
  const auto take = [&](const std::shared_ptr<arrow::ArrayData>& data) {
    taken.push_back(data->length == count ? data : data->Slice(0, count));
  };
  if (columns != nullptr) {
    for (const int column : *columns) take(part.rows->column_data(column));
  } else {
    for (const auto& column : part.rows->column_data()) take(column);
  }
  if (stored) {
    take(part.lsns != nullptr ? part.lsns->data() : LsnsFrom(part.first_lsn, count));
    take(part.commit_times != nullptr
             ? part.commit_times->data()
             : ColumnOf(CommitTimeType(),
                        std::vector<int64_t>(static_cast<size_t>(count), part.commit_us)));
  }
  return arrow::RecordBatch::Make(schema, count, std::move(taken));
}

std::shared_ptr<arrow::Schema> Generation::SchemaOf(const std::vector<int>* columns,
                                                    bool stored) const {
  if (columns == nullptr) return stored ? stored_schema_ : schema_;
  arrow::FieldVector fields;
  for (const int column : *columns) fields.push_back(schema_->field(column));
  return stored ? WithStored(std::move(fields)) : arrow::schema(std::move(fields));
}

}  // namespace firn::table
