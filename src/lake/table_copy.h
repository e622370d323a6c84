// lake: a version of a table taken elsewhere: which files it is made of, and the same table again
// in a folder with another path.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "lake/iceberg_table.h"

namespace firn::lake {

/// Calls `visit` with the local path of every file that some snapshot of this version needs: a
/// file before what names it, the version's own metadata last. What a manifest or a list that is
/// `known` names is not looked at again.
Status VisitFiles(const IcebergTable& table, const std::function<bool(const std::string&)>& known,
                  const std::function<Status(const std::string&)>& visit);

/// The end of a table's life under one log and its beginning under another.
struct Relocation {
  std::string from;  // folder of the warehouse that the paths in the files say, local
  std::string to;    // and the one that they are to say
  LogId old_log;
  LogId new_log;
};

/// Writes anew, in place, what `folder` (below `to`, with the files that VisitFiles told of) has of
/// metadata, so that paths lie below `to` and what was flushed of the old log counts as flushed of
/// the new one. The version becomes the newest, and the hint's; older ones are forgotten. To make
/// those files durable is the caller's. Returns the table. Errors: kCorrupt, kNotFound naming the
/// file, kIo.
Result<IcebergTable> RelocateTable(io::FileSystem& fs, const std::string& folder, int64_t version,
                                   const Relocation& relocation);

}  // namespace firn::lake
