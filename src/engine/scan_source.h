// engine: what a scan in the engine reads from. The engine owns the interface; tables (hot rows)
// and system relations (firn.tables …) implement it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "columnar/types.h"

namespace firn::engine {

/// The first column of every scan: true, and costs nothing. Where a query needs no column, as
/// count(*) does, DuckDB reads the first one.
inline constexpr std::string_view kPresentColumn = "(present)";

/// One scan under way. Threads: confined to one thread at a time; the engine asks for several.
class ScanReader {
 public:
  virtual ~ScanReader() = default;
  /// The next batch with exactly the projected columns, at most 64 Ki rows; null at the end.
  /// With no projected column only num_rows() counts. The engine keeps a batch alive for as long
  /// as it points into it; a column's type must be columnar::ArrowType of its field. An error
  /// reaches the client as it is.
  virtual Result<std::shared_ptr<arrow::RecordBatch>> Next() = 0;
};

/// Rows fixed at one snapshot. May be scanned several times, also at once (self-joins, a second
/// execution). Lifetime: held by the statement that registered it until the statement's result
/// stream is destroyed; the engine hands its memory on without copying. Threads: any.
class ScanSource {
 public:
  virtual ~ScanSource() = default;
  virtual const std::vector<columnar::Field>& fields() const = 0;
  /// Rows it will return at most (an estimate is fine), for the optimizer.
  virtual int64_t row_estimate() const = 0;
  /// How many readers are worth running in parallel (>= 1). Readers made by one Begin() call
  /// share the work: each row is returned by exactly one of them. All are read to their end
  /// (unless the statement ends early), though not always by as many threads.
  virtual size_t max_readers() const = 0;
  /// Begins one scan; `columns` are indices into fields(), in the order wanted; at most
  /// `readers` readers come back, at least one.
  virtual Result<std::vector<std::unique_ptr<ScanReader>>> Begin(std::span<const int> columns,
                                                                 size_t readers) = 0;
};

}  // namespace firn::engine
