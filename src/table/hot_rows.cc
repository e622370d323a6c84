#include <algorithm>
#include <atomic>

#include <arrow/api.h>

#include "columnar/evolve.h"
#include "columnar/table_schema.h"
#include "table/database.h"

namespace firn::table {
namespace {

// Batches are cut to at most this many rows, so that several readers share a large one.
constexpr int64_t kUnitRows = 64 * 1024;

struct Work {
  std::vector<std::shared_ptr<arrow::RecordBatch>> units;
  std::atomic<size_t> next{0};
};

class Reader final : public engine::ScanReader {
 public:
  explicit Reader(std::shared_ptr<Work> work) : work_(std::move(work)) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    const size_t unit = work_->next.fetch_add(1);
    if (unit >= work_->units.size()) return nullptr;
    return work_->units[unit];
  }

 private:
  const std::shared_ptr<Work> work_;
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
    for (const auto& generation : table_->generations) rows_ += generation->rows();
    for (const auto& batch : own_) rows_ += batch->num_rows();
  }

  const std::vector<columnar::Field>& fields() const override { return fields_; }
  int64_t row_estimate() const override { return rows_; }
  size_t max_readers() const override {
    return needed_.extremes ? 1 : static_cast<size_t>(rows_ / kUnitRows) + 1;
  }

  Result<std::vector<std::unique_ptr<engine::ScanReader>>> Begin(std::span<const int> columns,
                                                                 size_t readers) override {
    const Projection wanted = Split(columns);
    auto work = std::make_shared<Work>();
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
    std::vector<std::unique_ptr<engine::ScanReader>> made;
    for (size_t i = 0; i < std::max<size_t>(readers, 1); ++i) {
      made.push_back(std::make_unique<Reader>(work));
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
    for (const int column : columns) {
      if (column < user_columns_) wanted.user.push_back(column);
    }
    int next_user = 0;
    for (const int column : columns) {
      const bool user = column < user_columns_;
      wanted.places.push_back(user ? next_user++
                                   : static_cast<int>(wanted.user.size()) + column - user_columns_);
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
