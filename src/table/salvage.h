// table: what is sound of a damaged log and can be applied, as a log that a server starts with.
//
// The log's own salvage keeps every group whose bytes are sound. Some of them build on what was
// lost: rows of a table whose CREATE is gone, a view over it, a second table of a name whose first
// DROP is gone. This applies the log to the catalog as a start would, leaves those out and says so.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"
#include "log/salvage.h"

namespace firn::table {

/// What was sound and is not in the saved log.
struct LeftOut {
  std::string what;  // "public.orders"
  std::string why;
  int64_t rows = 0;
  int64_t records = 0;  // of the catalog
};

struct LogSalvage {
  log::Salvage log;
  std::vector<LeftOut> left_out;
  std::vector<std::string> dropped;  // tables whose DROP was lost; the saved log has one
};

/// Saves the log of a data folder that no server has open to `to`. The folder's files stay as they
/// are; the saved log is for this folder.
/// Errors: of log::SalvageLog, and those of opening catalog.db.
Result<LogSalvage> SalvageLog(io::FileSystem& files, const std::string& data_dir,
                              const std::string& to);

/// For people: log::SalvageText, and what was left out.
std::string SalvageText(const LogSalvage& salvage, const std::string& to);

}  // namespace firn::table
