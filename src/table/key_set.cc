#include "table/key_set.h"

#include <cmath>
#include <cstring>
#include <limits>

#include <arrow/api.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "columnar/evolve.h"

namespace firn::table {
namespace {

template <typename T>
void Put(std::string& key, T value) {
  key.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void PutFloat(std::string& key, double value) {
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  Put(key, value == 0 ? 0.0 : value);  // -0 and 0 are one key
}

/// Numbers by value, whatever their width; everything else by its bytes.
void PutValue(std::string& key, const arrow::Array& column, int64_t row) {
  switch (column.type_id()) {
    case arrow::Type::INT16:
      return Put<int64_t>(key, static_cast<const arrow::Int16Array&>(column).Value(row));
    case arrow::Type::INT32:
      return Put<int64_t>(key, static_cast<const arrow::Int32Array&>(column).Value(row));
    case arrow::Type::FLOAT:
      return PutFloat(key, static_cast<const arrow::FloatArray&>(column).Value(row));
    case arrow::Type::DOUBLE:
      return PutFloat(key, static_cast<const arrow::DoubleArray&>(column).Value(row));
    case arrow::Type::BOOL:
      return Put<char>(key, static_cast<const arrow::BooleanArray&>(column).Value(row) ? 1 : 0);
    case arrow::Type::STRING:
    case arrow::Type::BINARY: {
      const auto view = static_cast<const arrow::BinaryArray&>(column).GetView(row);
      Put(key, view.size());
      key.append(view);
      return;
    }
    default:
      break;
  }
  const auto width = static_cast<size_t>(column.type()->byte_width());
  const auto* values = column.data()->GetValues<char>(1, 0);
  key.append(values + static_cast<size_t>(column.offset() + row) * width, width);
}

}  // namespace

std::vector<RowKey> KeysOf(const arrow::RecordBatch& rows,
                           const std::vector<columnar::Column>& key) {
  const auto places = columnar::PlacesOf(key, *rows.schema());
  std::vector<RowKey> keys;
  keys.reserve(static_cast<size_t>(rows.num_rows()));
  std::string bytes;
  for (int64_t row = 0; row < rows.num_rows(); ++row) {
    bytes.clear();
    for (const int place : places) {
      if (place >= 0) PutValue(bytes, *rows.column(place), row);
    }
    const auto hash = XXH3_128bits(bytes.data(), bytes.size());
    keys.push_back({hash.high64, hash.low64});
  }
  return keys;
}

std::vector<columnar::Column> KeyColumns(const catalog::TableDefinition& table) {
  std::vector<columnar::Column> columns;
  const auto* key = table.PrimaryKey();
  if (key == nullptr) return columns;
  for (const auto id : key->columns) {
    const int index = table.IndexOf(id);
    if (index >= 0) columns.push_back(table.columns.columns[static_cast<size_t>(index)]);
  }
  return columns;
}

bool KeySet::IsBy(const std::vector<columnar::Column>& key) const {
  return std::equal(key_.begin(), key_.end(), key.begin(), key.end(),
                    [](const auto& a, const auto& b) { return a.id == b.id; });
}

void KeySet::Add(const arrow::RecordBatch& rows, Lsn first_lsn, const uint64_t* lsns) {
  const auto keys = KeysOf(rows, key_);
  for (size_t i = 0; i < keys.size(); ++i) {
    lsns_.try_emplace(keys[i], lsns != nullptr ? Lsn(lsns[i]) : first_lsn + i);
  }
}

std::vector<Lsn> KeySet::Find(const std::vector<RowKey>& wanted) const {
  std::vector<Lsn> found(wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) {
    const auto held = lsns_.find(wanted[i]);
    if (held != lsns_.end()) found[i] = held->second;
  }
  return found;
}

}  // namespace firn::table
