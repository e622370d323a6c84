// lake: whether a Parquet file still holds what was written.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "io/file_system.h"

namespace firn::lake {

/// Reads every page of a file and compares it with the CRC-32 in its header, where the writer left
/// one, as firn's does. The footer and the headers themselves have none.
/// `stopped` is asked between pages and ends the check with kCancelled.
///
/// Cost: reading and decompressing the whole file; no values are decoded.
/// Errors: kCorrupt naming the file, the row group and the column; kNotFound, kIo.
Status CheckPages(io::FileSystem& fs, const std::string& local_path,
                  const std::function<bool()>& stopped);

}  // namespace firn::lake
