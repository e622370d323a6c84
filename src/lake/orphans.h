// lake: files of a table's folder that no metadata names: what crashes and abandoned work leave.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/iceberg_table.h"

namespace firn::lake {

struct Orphan {
  std::string path;  // local
  uint64_t bytes = 0;
  int64_t modified_us = 0;
};

/// Files under the table's folder, last modified before `modified_before_us`, that are named
/// neither by this version of the table (all its snapshots, its metadata log, whatever else of its
/// metadata looks like a path) nor by any later version on disk, which may be a commit to adopt.
/// A file of the same name as one that is named is taken for it, whatever the path before it.
/// Names that lead to another folder (symbolic links) are neither followed nor listed.
/// Young files are left out because someone may be writing them; so is what `add_files` records
/// of the log name, which the caller must take out.
/// Errors: any file that cannot be read fails the whole, for it might have named the others;
/// kCancelled soon after `stop` was set.
Result<std::vector<Orphan>> ListOrphans(const IcebergTable& table, int64_t modified_before_us,
                                        const std::atomic<bool>* stop = nullptr);

}  // namespace firn::lake
