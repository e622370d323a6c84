// log: a group as bytes, everything but the header, which is the segment's business.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "log/aligned_buffer.h"
#include "log/batch_message_internal.h"
#include "log/changes.h"
#include "log/group_header.h"

namespace firn::log {

class MessageSink;
class PieceWriter;

/// A group ready to be written. The first 1,112 bytes of `memory` are room for the header.
struct EncodedGroup {
  std::shared_ptr<AlignedBuffer> memory;
  uint64_t held = 0;   // bytes of it in memory; what is behind them was given away in pieces
  uint64_t bytes = 0;  // a multiple of 4096
  Lsn first_lsn;
  Lsn last_lsn;
  uint32_t transactions = 0;
  uint32_t body_crc = 0;
};

/// The state group: what its users put in, and what the log says about itself.
struct StateGroup {
  State state;
  Lsn follows;      // last LSN of the log before this segment; base - 1 unless LSNs were skipped
  Lsn ceiling_lsn;  // every LSN in this segment is below it or near its predecessor; 0: not set
};

/// Turns values into bytes. Remembers the schema message of each table.
///
/// Threads: Encode* by one at a time; Recycle by any.
/// Failure: kInvalidInput for rows that do not fit the contract of changes.h; nothing is kept.
class GroupEncoder {
 public:
  Result<EncodedGroup> Encode(const Group& group);
  /// All but the first block goes to `pieces` as soon as it is final. Their failure comes back.
  Result<EncodedGroup> EncodeInPieces(const Group& group, PieceWriter& pieces);
  Result<EncodedGroup> EncodeState(const StateGroup& group);
  /// What a clean stop ends with.
  Result<EncodedGroup> EncodeTrailer(Lsn next_lsn);
  /// Gives the memory back for the next group.
  void Recycle(EncodedGroup group);

 private:
  /// What every stream of a table at one schema begins with, in final form.
  struct TableStream {
    std::shared_ptr<arrow::Schema> rows;
    std::string name;
    std::shared_ptr<arrow::Schema> file;
    std::string prefix;
  };

  Result<EncodedGroup> EncodeInto(MessageSink& sink, const Group& group);
  Result<const TableStream*> StreamOf(const TableChanges& changes);
  Status AppendRows(MessageSink& sink, const std::shared_ptr<arrow::Schema>& schema,
                    const TableChanges& changes);
  /// Into message_. False: one of them is nested.
  bool AddFlatColumns(const arrow::RecordBatch& batch, std::span<const ChangeType> types,
                      const std::vector<std::shared_ptr<arrow::ArrayData>>& victims);
  Status AppendTransactions(MessageSink& sink, const std::vector<Transaction>& rows);
  std::shared_ptr<AlignedBuffer> TakeMemory();

  std::unordered_map<std::string, TableStream> streams_;
  BatchMessage message_;

  std::mutex mutex_;
  std::shared_ptr<AlignedBuffer> free_;  // guarded by mutex_
};

/// About how long a group will be, from its large batches alone: 0 where it has none.
uint64_t BulkBytes(const Group& group);

}  // namespace firn::log
