// table: the hot rows of one table between two flushes.
//
// A generation is a list of parts. A bulk write brings a part of its own (its Arrow batch, as it
// came from the wire); small writes share open batches of preallocated columns, so that a
// one-row commit costs no batch. One writer (the commit leader) appends; readers take a cut
// of the parts and see the rows at or below their LSN.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/ids.h"
#include "base/result.h"
#include "table/key_set.h"
#include "table/open_batch.h"
#include "table/text_codes.h"

namespace firn::table {

using RecordBatches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

/// Arrow bytes of the rows of a database that are in memory.
struct HotBytes {
  std::atomic<int64_t> waiting{0};  // for a flush
  std::atomic<int64_t> pinned{0};   // for nothing: readers of older roots keep them
};

/// A write of at least this many rows, or bytes, becomes a part; a smaller one is copied to the
/// open batch.
inline constexpr int64_t kBulkRows = 1024;
inline constexpr int64_t kBulkBytes = 1 << 20;

/// Threads: Append, Replay and Mark by one writer at a time; everything else by any thread.
class Generation {
 public:
  /// `schema`: columnar::ArrowSchema of the table. `held`: counts its bytes until it Leaves; may
  /// be null.
  explicit Generation(std::shared_ptr<arrow::Schema> schema,
                      std::shared_ptr<HotBytes> held = nullptr);
  ~Generation();
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  /// Appends rows with LSNs first_lsn, first_lsn + 1, … They become visible when a root's visible
  /// reaches their LSN.
  void Append(const std::shared_ptr<arrow::RecordBatch>& rows, Lsn first_lsn, int64_t commit_us);
  /// Appends rows read back from the log: user columns, __lsn (ascending), __timestamp.
  Status Replay(const std::shared_ptr<arrow::RecordBatch>& stored);

  /// A place between two appends. What was appended since, as it goes to the log: user columns,
  /// __lsn, __timestamp; small writes come as one batch.
  struct Position {
    size_t parts = 0;
    size_t open_batches = 0;
    int64_t open_rows = 0;
  };
  Position Mark() const;
  RecordBatches Since(const Position& position) const;
  /// It is in the newest root no more: flushed, truncated or dropped. Readers of older roots may
  /// go on. Called once, by the writer.
  void Leave();
  /// When it did, in monotonic seconds; 0: it has not.
  double left_at() const { return left_at_.load(std::memory_order_acquire); }

  /// Rows with an LSN at or below `visible`: the chosen user columns (null: all), with __lsn and
  /// __timestamp behind them when `stored`. No row is copied.
  RecordBatches Read(Lsn visible, const std::vector<int>* columns, bool stored) const;
  /// The same without rows of which a zone says that they are not in one of the ranges.
  RecordBatches ReadRanges(Lsn visible, const std::vector<int>* columns, bool stored,
                           const std::vector<ColumnRange>& ranges) const;
  /// What those rows have in a user column whose type has zones. `rows_left`: as ZoneMap::Over.
  std::optional<ZoneMap::Zone> ZoneOf(Lsn visible, int column, int64_t* rows_left = nullptr) const;
  /// Adds the texts that those rows, and perhaps younger ones, have in a user column of texts
  /// (utf8). False: they are too many. Each row is read once, for whoever asks first; with
  /// `rows_left`, which counts them down, false also where it does not suffice, and where another
  /// thread reads.
  bool AddTexts(Lsn visible, int column, TextCodes* all, int64_t* rows_left = nullptr) const;
  /// User columns only, and rows of which nothing is right but each column's least and greatest
  /// value.
  RecordBatches ReadExtremes(Lsn visible, const std::vector<int>& columns) const;
  /// How many rows Read gives.
  int64_t CountVisible(Lsn visible) const;

  int64_t rows() const { return rows_.load(std::memory_order_acquire); }
  int64_t bytes() const { return bytes_.load(std::memory_order_acquire); }
  /// LSN of the first row; Lsn() when there is none.
  Lsn first_lsn() const { return Lsn(first_lsn_.load(std::memory_order_acquire)); }
  /// LSN of the last row appended, visible or not; Lsn() when there is none.
  Lsn last_lsn() const { return Lsn(last_lsn_.load(std::memory_order_acquire)); }
  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }

  /// The keys of its rows by these columns, gathered when first asked for and kept up from then
  /// on. Lsn() for a key that no row has.
  std::vector<Lsn> FindKeys(const std::vector<columnar::Column>& key,
                            const std::vector<RowKey>& wanted) const;

 private:
  // A run of rows that never changes any more.
  struct Part {
    std::shared_ptr<arrow::RecordBatch> rows;  // user columns
    Lsn first_lsn;
    Lsn last_lsn;
    int64_t commit_us = 0;
    // As read from the log; null when they follow from first_lsn and commit_us.
    std::shared_ptr<arrow::Array> lsns;
    std::shared_ptr<arrow::Array> commit_times;
    std::shared_ptr<ZoneMap> zones;

    int64_t CountVisible(Lsn visible) const;
  };
  struct Cut {
    std::vector<std::shared_ptr<const Part>> parts;
    std::vector<std::shared_ptr<OpenBatch>> open_batches;
  };

  Cut TakeCut() const;
  OpenBatch& OpenFor(const arrow::RecordBatch& rows);
  void AddPart(Part part);
  void Count(int64_t rows, int64_t bytes, Lsn first, Lsn last);
  void NoteKeys(const arrow::RecordBatch& rows, Lsn first_lsn, const uint64_t* lsns);
  std::shared_ptr<arrow::RecordBatch> PartRows(const Part& part, int64_t count,
                                               const std::vector<int>* columns, bool stored,
                                               const std::shared_ptr<arrow::Schema>& schema) const;
  std::shared_ptr<arrow::Schema> SchemaOf(const std::vector<int>* columns, bool stored) const;

  const std::shared_ptr<arrow::Schema> schema_;
  const std::shared_ptr<arrow::Schema> stored_schema_;  // __lsn and __timestamp behind it
  const std::shared_ptr<HotBytes> held_;
  std::atomic<int64_t> rows_{0};
  std::atomic<int64_t> bytes_{0};
  std::atomic<uint64_t> first_lsn_{0};
  std::atomic<uint64_t> last_lsn_{0};
  std::atomic<double> left_at_{0};

  /// The texts of a column, of the rows that were read for it.
  struct Texts {
    TextCodes codes;
    bool many = false;
    size_t parts = 0;                // the first ones
    std::vector<int64_t> open_rows;  // of each open batch
  };
  mutable std::mutex texts_mutex_;
  mutable std::map<int, Texts> texts_;  // by column

  mutable std::mutex keys_mutex_;
  mutable std::unique_ptr<KeySet> keys_;  // null until somebody asks

  /// What was appended last, where that was little and went to the open batch: for the log it is
  /// quicker than a slice of that. The writer's alone.
  std::optional<Part> last_;

  mutable std::mutex mutex_;  // guards the two lists, not what they hold
  std::vector<std::shared_ptr<const Part>> parts_;
  std::vector<std::shared_ptr<OpenBatch>> open_batches_;
};

}  // namespace firn::table
