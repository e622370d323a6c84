// table: what each 2,048 rows of a column hold at the least and at the most, so that a scan leaves
// out rows that cannot be wanted.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/ids.h"

namespace firn::table {

/// Wanted are rows whose value is in [least, most] and not NULL. Dates and times are numbers, as
/// Arrow has them.
struct ColumnRange {
  FieldId column;
  int64_t least = INT64_MIN;
  int64_t most = INT64_MAX;
};

/// Of the columns of one run of rows that only grows. A column's zones are made when somebody first
/// asks for them, by reading it once.
///
/// Threads: any.
class ZoneMap {
 public:
  static constexpr int64_t kRows = 2048;

  /// Of integers, dates and timestamps the values; of floats numbers that order as they do, NaN as
  /// the greatest. `least` above `greatest`: NULLs only.
  struct Zone {
    int64_t least = INT64_MAX;
    int64_t greatest = INT64_MIN;

    void Join(const Zone& other) {
      least = std::min(least, other.least);
      greatest = std::max(greatest, other.greatest);
    }
  };

  static constexpr size_t CountZones(int64_t rows) {
    return static_cast<size_t>((rows + kRows - 1) / kRows);
  }
  /// Whether columns of the type have zones.
  static bool Has(const arrow::DataType& type);

  /// Takes the zones without a wanted row away from `wanted`, which has one entry for each zone of
  /// `values`. These are the column's first rows, whole zones of them or all that there will be. Of
  /// a type that does not order as integers do none is taken away.
  void Narrow(int column, const arrow::Array& values, const ColumnRange& range,
              std::vector<bool>* wanted);
  /// All zones of such values of a type that Has some as one. With `rows_left`, which counts down,
  /// nothing where more rows than that would be read for it, and where another thread reads them.
  std::optional<Zone> Over(int column, const arrow::Array& values, int64_t* rows_left = nullptr);
  /// The same of any values, none of which is remembered.
  static Zone Of(const arrow::Array& values);

 private:
  const std::vector<Zone>& ZonesOf(int column, const arrow::Array& values);

  std::mutex mutex_;
  std::map<int, std::vector<Zone>> zones_;  // guarded by mutex_
};

/// Whether no value of a zone of floats is infinite or NaN.
bool AllFinite(const ZoneMap::Zone& zone, const arrow::DataType& type);

/// The least and the greatest value of a zone as a column of two rows, NULLs if it has none.
std::shared_ptr<arrow::Array> ValuesOf(const ZoneMap::Zone& zone,
                                       const std::shared_ptr<arrow::DataType>& type);

/// The rows of the wanted zones, and those behind the last zone.
std::vector<std::shared_ptr<arrow::RecordBatch>> CutToZones(
    const std::shared_ptr<arrow::RecordBatch>& rows, const std::vector<bool>& wanted);

}  // namespace firn::table
