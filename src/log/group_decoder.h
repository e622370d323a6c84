// log: bytes whose checksums hold, as values again.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include <arrow/ipc/type_fwd.h>
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
  /// Knows a stream's layout by the bytes of its schema message.
  Result<const Layout*> LayoutOf(const std::string& schema_bytes,
                                 const arrow::ipc::Message& message);

  std::unordered_map<std::string, std::unique_ptr<Layout>> layouts_;
};

}  // namespace firn::log
