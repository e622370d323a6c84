// io: folders that outlive a power cut.
#pragma once

#include <string>

#include "base/result.h"
#include "io/file_system.h"

namespace firn::io {

/// Makes a folder and what is missing above it; the names of all that were missing are durable
/// when this returns.
Status MakeDirsDurably(FileSystem& fs, const std::string& path);

}  // namespace firn::io
