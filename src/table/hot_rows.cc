#include <algorithm>
#include <atomic>
#include <utility>

#include <arrow/api.h>

#include "columnar/evolve.h"
#include "columnar/table_schema.h"
#include "table/database.h"
#include "table/distinct_values.h"

namespace firn::table {
namespace {

// Batches are cut to at most this many rows, so that several readers share a large one.
constexpr int64_t kUnitRows = 64 * 1024;

struct Work {
  struct Coded {
    int place;  // among the columns asked for
    std::shared_ptr<const TextCodes> texts;
  };
  std::vector<std::shared_ptr<arrow::RecordBatch>> units;
  std::vector<Coded> coded;  // of the units it is the texts
  std::atomic<size_t> next{0};
};

class Reader final : public engine::ScanReader {
 public:
  explicit Reader(std::shared_ptr<Work> work) : work_(std::move(work)) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    const size_t unit = work_->next.fetch_add(1);
    if (unit >= work_->units.size()) return nullptr;
    auto rows = work_->units[unit];
    for (const auto& [place, texts] : work_->coded) {
      FIRN_TRY(const auto codes, texts->Encode(*rows->column(place)));
      const auto field = arrow::field(rows->schema()->field(place)->name(), codes->type());
      auto coded = rows->SetColumn(place, field, codes);
      if (!coded.ok()) return Fail(ErrorCode::kInternal, "{}", coded.status().ToString());
      rows = *std::move(coded);
    }
    return rows;
  }

 private:
  const std::shared_ptr<Work> work_;
};

/// Of the one column each value once, among what this reader takes of the work.
class DistinctReader final : public engine::ScanReader {
 public:
  DistinctReader(std::shared_ptr<Work> work, const ZoneMap::Zone& zone,
                 std::shared_ptr<arrow::Field> field)
      : work_(std::move(work)), values_(zone), field_(std::move(field)) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    if (std::exchange(done_, true)) return nullptr;
    const auto& units = work_->units;
    for (size_t unit = work_->next++; unit < units.size(); unit = work_->next++) {
      values_.Add(*units[unit]->column(0));
    }
    FIRN_TRY(auto values, values_.Values(field_->type()));
    const auto count = values->length();
    return arrow::RecordBatch::Make(arrow::schema({field_}), count, {std::move(values)});
  }

 private:
  const std::shared_ptr<Work> work_;
  DistinctValues values_;
  const std::shared_ptr<arrow::Field> field_;
  bool done_ = false;
};

/// Where rows of another schema have these columns of the table; -1: nowhere.
std::vector<int> PlacesIn(const arrow::Schema& schema, const TableVersion& table,
                          const std::vector<int>& wanted) {
  const bool has_ids =
      schema.num_fields() > 0 && columnar::FieldIdOf(*schema.field(0)) != FieldId();
  if (!has_ids) return wanted;
  std::vector<columnar::Column> columns;
  const auto& all = table.definition->columns.columns;
  for (const int column : wanted) columns.push_back(all[static_cast<size_t>(column)]);
  return columnar::PlacesOf(columns, schema);
}

class HotRowsSource final : public engine::ScanSource {
 public:
  HotRowsSource(Snapshot snapshot, std::shared_ptr<const TableVersion> table, RecordBatches own,
                NeededRows needed)
      : snapshot_(std::move(snapshot)),
        table_(std::move(table)),
        own_(std::move(own)),
        needed_(std::move(needed)) {
    for (const auto& column : table_->definition->columns.columns) {
      fields_.push_back({column.name, columnar::Stored(column.type)});
    }
    user_columns_ = static_cast<int>(fields_.size());
    fields_.push_back({std::string(columnar::kLsnColumn), {columnar::TypeKind::kInt8}});
    fields_.push_back(
        {std::string(columnar::kTimestampColumn), {columnar::TypeKind::kTimestamptz}});
    coded_from_ = static_cast<int>(fields_.size());
    for (const auto& coded : needed_.coded) {
      const auto& column = table_->definition->columns.columns[static_cast<size_t>(coded.column)];
      fields_.push_back({CodeColumn(column.name), {columnar::TypeKind::kInt2}});
    }
    for (const auto& generation : table_->generations) rows_ += generation->rows();
    for (const auto& batch : own_) rows_ += batch->num_rows();
  }

  const std::vector<columnar::Field>& fields() const override { return fields_; }
  int64_t row_estimate() const override {
    return needed_.distinct ? std::min<int64_t>(rows_, DistinctValues::kMost) : rows_;
  }
  size_t max_readers() const override {
    return needed_.extremes ? 1 : static_cast<size_t>(rows_ / kUnitRows) + 1;
  }

  Result<std::vector<std::unique_ptr<engine::ScanReader>>> Begin(std::span<const int> columns,
                                                                 size_t readers) override {
    const Projection wanted = Split(columns);
    auto work = std::make_shared<Work>();
    for (size_t i = 0; i < columns.size(); ++i) {
      if (columns[i] < coded_from_) continue;
      const auto& coded = needed_.coded[static_cast<size_t>(columns[i] - coded_from_)];
      work->coded.push_back({static_cast<int>(i), coded.texts});
    }
    const auto add = [&](const std::shared_ptr<arrow::RecordBatch>& batch) {
      for (int64_t from = 0; from < batch->num_rows(); from += kUnitRows) {
        work->units.push_back(batch->num_rows() <= kUnitRows ? batch
                                                             : batch->Slice(from, kUnitRows));
      }
    };
    for (const auto& generation : table_->generations) {
      const auto held = Held(*generation->schema(), wanted);
      std::vector<int> present;
      for (const int place : held) {
        if (place >= 0) present.push_back(place);
      }
      for (const auto& batch : Read(*generation, present, wanted.hidden())) {
        FIRN_TRY(const auto evolved, Evolve(*batch, held, wanted));
        FIRN_TRY(const auto projected, Arrange(evolved, wanted));
        add(projected);
      }
    }
    for (const auto& batch : own_) {
      FIRN_TRY(const auto own, OwnRows(*batch, wanted));
      FIRN_TRY(const auto projected, Arrange(own, wanted));
      add(projected);
    }
    const auto& distinct = needed_.distinct;
    const bool alone = distinct && columns.size() == 1 && columns.front() == distinct->column;
    std::vector<std::unique_ptr<engine::ScanReader>> made;
    for (size_t i = 0; i < std::max<size_t>(readers, 1); ++i) {
      if (alone) {
        made.push_back(std::make_unique<DistinctReader>(
            work, distinct->zone, table_->definition->ArrowSchema()->field(distinct->column)));
      } else {
        made.push_back(std::make_unique<Reader>(work));
      }
    }
    return made;
  }

 private:
  // The user columns to read, and where each column asked for is behind them.
  struct Projection {
    std::vector<int> user;
    std::vector<int> places;  // user.size(): __lsn, user.size() + 1: __timestamp
    bool hidden() const { return places.size() > user.size(); }
  };

  RecordBatches Read(const Generation& generation, const std::vector<int>& columns,
                     bool hidden) const {
    if (needed_.extremes && !hidden) return generation.ReadExtremes(snapshot_.visible, columns);
    return generation.ReadRanges(snapshot_.visible, &columns, hidden, needed_.ranges);
  }

  Projection Split(std::span<const int> columns) const {
    Projection wanted;
    const auto is_hidden = [this](int column) {
      return column >= user_columns_ && column < coded_from_;
    };
    for (const int column : columns) {
      if (is_hidden(column)) continue;
      const bool user = column < user_columns_;
      wanted.user.push_back(user ? column
                                 : needed_.coded[static_cast<size_t>(column - coded_from_)].column);
    }
    int next_user = 0;
    for (const int column : columns) {
      wanted.places.push_back(is_hidden(column)
                                  ? static_cast<int>(wanted.user.size()) + column - user_columns_
                                  : next_user++);
    }
    return wanted;
  }

  std::vector<int> Held(const arrow::Schema& schema, const Projection& wanted) const {
    return PlacesIn(schema, *table_, wanted.user);
  }

  // The present columns of `held` as all columns wanted, each of its type; hidden ones stay behind.
  Result<std::shared_ptr<arrow::RecordBatch>> Evolve(const arrow::RecordBatch& batch,
                                                     const std::vector<int>& held,
                                                     const Projection& wanted) const {
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    int next = 0;
    const auto schema = table_->definition->ArrowSchema();
    for (size_t i = 0; i < held.size(); ++i) {
      const auto& field = schema->field(wanted.user[i]);
      std::shared_ptr<arrow::Array> values;
      if (held[i] < 0) {
        FIRN_TRY(values, columnar::NullColumn(field->type(), batch.num_rows()));
      } else {
        FIRN_TRY(values, columnar::Widened(batch.column(next++), field->type()));
      }
      fields.push_back(field->WithNullable(true));
      arrays.push_back(std::move(values));
    }
    for (; next < batch.num_columns(); ++next) {
      fields.push_back(batch.schema()->field(next));
      arrays.push_back(batch.column(next));
    }
    return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), batch.num_rows(),
                                    std::move(arrays));
  }

  // Columns in the order asked for; an LSN leaves as the bigint that SQL knows.
  static Result<std::shared_ptr<arrow::RecordBatch>> Arrange(
      const std::shared_ptr<arrow::RecordBatch>& batch, const Projection& wanted) {
    if (!wanted.hidden()) return batch;
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    for (const int place : wanted.places) {
      auto array = batch->column(place);
      if (place == static_cast<int>(wanted.user.size())) {
        auto viewed = array->View(arrow::int64());
        if (!viewed.ok()) return Fail(ErrorCode::kInternal, "{}", viewed.status().ToString());
        array = *std::move(viewed);
      }
      fields.push_back(arrow::field(batch->schema()->field(place)->name(), array->type()));
      arrays.push_back(std::move(array));
    }
    return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), batch->num_rows(),
                                    std::move(arrays));
  }

  // A batch of the session's own as Generation::Read would give it; it has no LSNs yet.
  Result<std::shared_ptr<arrow::RecordBatch>> OwnRows(const arrow::RecordBatch& batch,
                                                      const Projection& wanted) const {
    const auto held = Held(*batch.schema(), wanted);
    std::vector<int> present;
    for (const int place : held) {
      if (place >= 0) present.push_back(place);
    }
    auto projected = batch.SelectColumns(present);
    if (!projected.ok()) return Fail(ErrorCode::kInternal, "{}", projected.status().ToString());
    FIRN_TRY(projected, Evolve(**projected, held, wanted));
    for (const auto& [name, type] :
         {std::pair(columnar::kLsnColumn, arrow::uint64()),
          std::pair(columnar::kTimestampColumn, arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"))}) {
      if (!wanted.hidden() || !projected.ok()) break;
      auto nulls = arrow::MakeArrayOfNull(type, batch.num_rows());
      if (!nulls.ok()) return Fail(ErrorCode::kInternal, "{}", nulls.status().ToString());
      projected = (*projected)->AddColumn((*projected)->num_columns(), std::string(name), *nulls);
    }
    if (!projected.ok()) return Fail(ErrorCode::kInternal, "{}", projected.status().ToString());
    return *std::move(projected);
  }

  const Snapshot snapshot_;
  const std::shared_ptr<const TableVersion> table_;
  const RecordBatches own_;
  const NeededRows needed_;
  std::vector<columnar::Field> fields_;
  int user_columns_ = 0;
  int coded_from_ = 0;
  int64_t rows_ = 0;
};

}  // namespace

std::shared_ptr<engine::ScanSource> HotRows(const Snapshot& snapshot,
                                            std::shared_ptr<const TableVersion> table,
                                            std::vector<std::shared_ptr<arrow::RecordBatch>> own,
                                            NeededRows needed) {
  return std::make_shared<HotRowsSource>(snapshot, std::move(table), std::move(own),
                                         std::move(needed));
}

bool HaveZones(const TableVersion& table, const RecordBatches& own, int column) {
  const auto& type = table.definition->ArrowSchema()->field(column)->type();
  const bool is_float = type->id() == arrow::Type::FLOAT || type->id() == arrow::Type::DOUBLE;
  const auto has = [&](const arrow::Schema& schema) {
    const int place = PlacesIn(schema, table, {column}).front();
    if (place < 0) return true;  // older than the column
    const auto& held = schema.field(place)->type();
    return ZoneMap::Has(*held) && (!is_float || held->Equals(type));
  };
  return ZoneMap::Has(*type) &&
         std::all_of(table.generations.begin(), table.generations.end(),
                     [&](const auto& rows) { return has(*rows->schema()); }) &&
         std::all_of(own.begin(), own.end(),
                     [&](const auto& batch) { return has(*batch->schema()); });
}

std::optional<ZoneMap::Zone> HotZone(const Snapshot& snapshot, const TableVersion& table,
                                     const RecordBatches& own, int column, int64_t* rows_left) {
  ZoneMap::Zone all;
  for (const auto& rows : table.generations) {
    const int place = PlacesIn(*rows->schema(), table, {column}).front();
    if (place < 0) continue;
    const auto zone = rows->ZoneOf(snapshot.visible, place, rows_left);
    if (!zone) return {};
    all.Join(*zone);
  }
  for (const auto& batch : own) {
    const int place = PlacesIn(*batch->schema(), table, {column}).front();
    if (place < 0) continue;
    if (rows_left != nullptr) {
      *rows_left -= batch->num_rows();
      if (*rows_left < 0) return {};
    }
    all.Join(ZoneMap::Of(*batch->column(place)));
  }
  return all;
}

std::shared_ptr<const TextCodes> HotTexts(const Snapshot& snapshot, const TableVersion& table,
                                          const RecordBatches& own, int column,
                                          int64_t* rows_left) {
  auto texts = std::make_shared<TextCodes>();
  const auto place_in = [&](const arrow::Schema& schema) {
    return PlacesIn(schema, table, {column}).front();
  };
  const auto is_text = [](const arrow::Schema& schema, int place) {
    return schema.field(place)->type()->id() == arrow::Type::STRING;
  };
  for (const auto& rows : table.generations) {
    const int place = place_in(*rows->schema());
    if (place < 0) continue;
    if (!is_text(*rows->schema(), place)) return nullptr;
    if (!rows->AddTexts(snapshot.visible, place, texts.get(), rows_left)) return nullptr;
  }
  for (const auto& batch : own) {
    const int place = place_in(*batch->schema());
    if (place < 0) continue;
    if (rows_left != nullptr) *rows_left -= batch->num_rows();
    if (rows_left != nullptr && *rows_left < 0) return nullptr;
    if (!is_text(*batch->schema(), place)) return nullptr;
    if (!texts->AddAll(*batch->column(place))) return nullptr;
  }
  return texts;
}

int64_t HotRowCount(const Snapshot& snapshot, const TableVersion& table) {
  int64_t rows = 0;
  for (const auto& generation : table.generations)
    rows += generation->CountVisible(snapshot.visible);
  return rows;
}

bool HotRowsEmpty(const Snapshot& snapshot, const TableVersion& table) {
  return std::all_of(table.generations.begin(), table.generations.end(), [&](const auto& rows) {
    const Lsn first = rows->first_lsn();
    return first == Lsn() || first > snapshot.visible;
  });
}

}  // namespace firn::table
