// table: the catalog record by which a commit adds data files (kind "add_files"): the rows of a
// transaction larger than memory, written as Parquet before the commit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lake/footer.h"

namespace firn::table {

inline constexpr std::string_view kAddFilesKind = "add_files";

/// Row i of a file has LSN first_lsn + i and the commit time of the transaction.
struct AddedFiles {
  int64_t commit_us = 0;
  std::vector<lake::DataFile> files;
};

/// {"v": 1, "commit_us": …, "files": [{"path", "rows", "bytes", "first_lsn"}, …]}: statistics
/// are not in the record, they are read again from the footers.
std::string ToJson(const AddedFiles& added);
Result<AddedFiles> AddedFilesFromJson(std::string_view json);

}  // namespace firn::table
