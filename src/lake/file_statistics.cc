#include <cstring>

#include <parquet/schema.h>
#include <parquet/statistics.h>
#include <parquet/types.h>

#include "columnar/table_schema.h"
#include "lake/file_statistics_internal.h"
#include "lake/iceberg/single_value.h"

namespace firn::lake {
namespace {

using iceberg::FieldStats;
using parquet::LogicalType;
using parquet::Type;

// How a column's encoded statistics compare, and become single values.
enum class Order {
  kNone,
  kInt32,
  kInt64,
  kUint64,
  kFloat,
  kDouble,
  kBool,
  kText,
  kBinary,
  kUuid,
  kDecimal32,
  kDecimal64,
  kDecimalBytes,
};

bool IsMicros(const LogicalType& logical) {
  return logical.is_timestamp() &&
         static_cast<const parquet::TimestampLogicalType&>(logical).time_unit() ==
             LogicalType::TimeUnit::MICROS;
}

bool IsMicrosOfDay(const LogicalType& logical) {
  return logical.is_time() && static_cast<const parquet::TimeLogicalType&>(logical).time_unit() ==
                                  LogicalType::TimeUnit::MICROS;
}

Order IntegerOrder(const LogicalType& logical, bool wide) {
  if (logical.is_decimal()) return wide ? Order::kDecimal64 : Order::kDecimal32;
  if (logical.is_int()) {
    if (static_cast<const parquet::IntLogicalType&>(logical).is_signed()) {
      return wide ? Order::kInt64 : Order::kInt32;
    }
    return wide ? Order::kUint64 : Order::kNone;
  }
  if (logical.is_timestamp()) return IsMicros(logical) ? Order::kInt64 : Order::kNone;
  if (logical.is_time()) return IsMicrosOfDay(logical) ? Order::kInt64 : Order::kNone;
  return wide ? Order::kInt64 : Order::kInt32;
}

Order OrderOf(const parquet::ColumnDescriptor& column) {
  const auto& logical = *column.logical_type();
  switch (column.physical_type()) {
    case Type::BOOLEAN:
      return Order::kBool;
    case Type::INT32:
      return IntegerOrder(logical, false);
    case Type::INT64:
      return IntegerOrder(logical, true);
    case Type::FLOAT:
      return Order::kFloat;
    case Type::DOUBLE:
      return Order::kDouble;
    case Type::BYTE_ARRAY:
      if (logical.is_decimal()) return Order::kDecimalBytes;
      return logical.is_string() ? Order::kText : Order::kBinary;
    case Type::FIXED_LEN_BYTE_ARRAY:
      if (logical.is_decimal()) return Order::kDecimalBytes;
      return logical.is_UUID() ? Order::kUuid : Order::kNone;
    default:
      return Order::kNone;
  }
}

template <typename T>
int CompareAs(std::string_view a, std::string_view b) {
  const auto x = iceberg::FromLittleEndian<T>(a);
  const auto y = iceberg::FromLittleEndian<T>(b);
  if (!x || !y) return 0;
  return *x < *y ? -1 : (*x > *y ? 1 : 0);
}

int CompareBytes(std::string_view a, std::string_view b) {
  const int order = std::memcmp(a.data(), b.data(), std::min(a.size(), b.size()));
  if (order != 0) return order;
  return a.size() < b.size() ? -1 : (a.size() > b.size() ? 1 : 0);
}

// Two's complement, big-endian, of any lengths.
int CompareDecimals(std::string_view a, std::string_view b) {
  const auto x = iceberg::MinimalTwosComplement(a);
  const auto y = iceberg::MinimalTwosComplement(b);
  const bool x_negative = !x.empty() && (x[0] & 0x80) != 0;
  const bool y_negative = !y.empty() && (y[0] & 0x80) != 0;
  if (x_negative != y_negative) return x_negative ? -1 : 1;
  if (x.size() != y.size()) return (x.size() < y.size()) != x_negative ? -1 : 1;
  return CompareBytes(x, y);
}

int Compare(Order order, std::string_view a, std::string_view b) {
  switch (order) {
    case Order::kBool:
      return CompareAs<uint8_t>(a, b);
    case Order::kInt32:
    case Order::kDecimal32:
      return CompareAs<int32_t>(a, b);
    case Order::kInt64:
    case Order::kDecimal64:
      return CompareAs<int64_t>(a, b);
    case Order::kUint64:
      return CompareAs<uint64_t>(a, b);
    case Order::kFloat:
      return CompareAs<float>(a, b);
    case Order::kDouble:
      return CompareAs<double>(a, b);
    case Order::kDecimalBytes:
      return CompareDecimals(a, b);
    default:
      return CompareBytes(a, b);
  }
}

std::string BigEndian(std::string_view little_endian) {
  return iceberg::MinimalTwosComplement(std::string(little_endian.rbegin(), little_endian.rend()));
}

std::optional<std::string> SingleValue(Order order, const std::string& encoded, bool upper) {
  switch (order) {
    case Order::kNone:
      return std::nullopt;
    case Order::kText:
      return upper ? iceberg::UpperTextBound(encoded) : iceberg::LowerTextBound(encoded);
    case Order::kBinary:
      return upper ? iceberg::UpperBinaryBound(encoded) : iceberg::LowerBinaryBound(encoded);
    case Order::kDecimal32:
    case Order::kDecimal64:
      return BigEndian(encoded);
    case Order::kDecimalBytes:
      return iceberg::MinimalTwosComplement(encoded);
    default:
      return encoded;
  }
}

// One column over the row groups of a file.
class ColumnFold {
 public:
  explicit ColumnFold(Order order) : order_(order) {}

  void Add(const parquet::ColumnChunkMetaData& chunk, int64_t nans) {
    bytes_ += chunk.total_compressed_size();
    values_ += chunk.num_values();
    if (nans >= 0) nans_ = nans_.value_or(0) + nans;
    const auto stats = chunk.is_stats_set() ? chunk.encoded_statistics() : nullptr;
    const bool counted = stats != nullptr && stats->has_null_count;
    if (counted && nulls_) {
      *nulls_ += stats->null_count;
    } else {
      nulls_.reset();
    }
    const int64_t not_comparable = (counted ? stats->null_count : 0) + std::max<int64_t>(nans, 0);
    if (not_comparable == chunk.num_values()) return;
    Widen(stats != nullptr && stats->has_min ? &stats->min() : nullptr, -1, &min_);
    Widen(stats != nullptr && stats->has_max ? &stats->max() : nullptr, 1, &max_);
  }

  void Put(FieldStats* out) const {
    out->column_bytes = bytes_;
    out->values = values_;
    out->nulls = nulls_;
    out->nans = nans_;
    if (min_.value) out->lower = SingleValue(order_, *min_.value, false);
    if (max_.value) out->upper = SingleValue(order_, *max_.value, true);
  }

 private:
  struct Extreme {
    std::optional<std::string> value;
    bool unknown = false;
  };

  void Widen(const std::string* seen, int direction, Extreme* extreme) const {
    if (seen == nullptr || extreme->unknown) {
      extreme->unknown = true;
      extreme->value.reset();
      return;
    }
    if (!extreme->value || Compare(order_, *seen, *extreme->value) * direction > 0) {
      extreme->value = *seen;
    }
  }

  const Order order_;
  int64_t bytes_ = 0;
  int64_t values_ = 0;
  std::optional<int64_t> nulls_ = 0;
  std::optional<int64_t> nans_;
  Extreme min_;
  Extreme max_;
};

int64_t RowGroupOffset(const parquet::ColumnChunkMetaData& first) {
  if (!first.has_dictionary_page()) return first.data_page_offset();
  return std::min(first.dictionary_page_offset(), first.data_page_offset());
}

Lsn LsnOf(const std::optional<std::string>& bound) {
  return Lsn(bound ? iceberg::FromLittleEndian<uint64_t>(*bound).value_or(0) : 0);
}

}  // namespace

void FillFromMetadata(const parquet::FileMetaData& metadata, const NanCounts& nans,
                      iceberg::DataFile* file) {
  file->rows = metadata.num_rows();
  const int columns = metadata.num_columns();
  std::vector<ColumnFold> folds;
  folds.reserve(static_cast<size_t>(columns));
  for (int i = 0; i < columns; ++i) folds.emplace_back(OrderOf(*metadata.schema()->Column(i)));
  for (int group = 0; group < metadata.num_row_groups(); ++group) {
    const auto row_group = metadata.RowGroup(group);
    for (int i = 0; i < columns; ++i) {
      const auto chunk = row_group->ColumnChunk(i);
      if (i == 0) file->split_offsets.push_back(RowGroupOffset(*chunk));
      folds[static_cast<size_t>(i)].Add(
          *chunk, nans.empty() ? -1 : nans[static_cast<size_t>(group)][static_cast<size_t>(i)]);
    }
  }
  for (int i = 0; i < columns; ++i) {
    const auto* column = metadata.schema()->Column(i);
    const int id = column->schema_node()->field_id();
    // The elements of a list are not the values of a row: nothing is said of them.
    if (id > 0 && column->max_repetition_level() == 0)
      folds[static_cast<size_t>(i)].Put(&file->StatsOf(FieldId(id)));
  }
  if (const auto* lsn = file->Find(columnar::kLsnFieldId)) {
    file->first_lsn = LsnOf(lsn->lower);
    file->last_lsn = LsnOf(lsn->upper);
  }
}

std::string IcebergTypeOf(const parquet::ColumnDescriptor& column) {
  const auto& logical = *column.logical_type();
  if (logical.is_decimal()) {
    return fmt::format("decimal({}, {})", column.type_precision(), column.type_scale());
  }
  if (logical.is_timestamp()) {
    if (!IsMicros(logical)) return "";
    const auto& timestamp = static_cast<const parquet::TimestampLogicalType&>(logical);
    return timestamp.is_adjusted_to_utc() ? "timestamptz" : "timestamp";
  }
  if (logical.is_date()) return "date";
  if (logical.is_time()) return IsMicrosOfDay(logical) ? "time" : "";
  switch (OrderOf(column)) {
    case Order::kBool:
      return "boolean";
    case Order::kInt32:
      return "int";
    case Order::kInt64:
      return "long";
    case Order::kFloat:
      return "float";
    case Order::kDouble:
      return "double";
    case Order::kText:
      return "string";
    case Order::kBinary:
      return "binary";
    case Order::kUuid:
      return "uuid";
    default:
      return "";
  }
}

}  // namespace firn::lake
