// log: bytes whose checksums hold, as values again.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "log/changes.h"
#include "log/group_encoder.h"
#include "log/group_header.h"

namespace firn::log {

/// Reads groups. Batches point into the buffer they were read from and keep it alive.
///
/// Threads: one at a time.
/// Failure: kCorrupt for bytes that are no group (the checksum was forged or the writer wrong),
///          kUnsupported for a stream kind of a later version.
class GroupDecoder {
 public:
  GroupDecoder();
  ~GroupDecoder();

  Result<Group> Decode(const GroupHeader& header, const std::shared_ptr<arrow::Buffer>& group);
  /// A state group or a trailer.
  Result<StateGroup> DecodeState(const GroupHeader& header,
                                 const std::shared_ptr<arrow::Buffer>& group);

 private:
  struct Layout;
  struct Stream;
  class Cursor;

  Result<Stream> NextStream(Cursor& cursor);
  /// Reads a stream's schema message, or knows its layout by its bytes.
  Result<Layout*> NextLayout(Cursor& cursor);
  /// Reads or knows the dictionary message of change types in a table stream.
  Status ReadNames(Cursor& cursor, int64_t stream_start, Layout& layout);

  std::unordered_map<std::string, std::unique_ptr<Layout>> layouts_;
};

}  // namespace firn::log
