// lake: from a Parquet footer's column statistics to those of a manifest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <parquet/metadata.h>

#include "lake/iceberg/manifest.h"

namespace firn::lake {

/// NaNs counted while writing: [row group][column]; -1 in a column of another type.
using NanCounts = std::vector<std::vector<int64_t>>;

/// Fills rows, split offsets and statistics, and the LSNs from __lsn. `nans` is empty for a file
/// whose rows we did not see.
///
/// A bound is left out when any row group with values has none: Parquet drops those longer than
/// 4 KiB, and those of a group of NaNs (then we know, if we counted).
void FillFromMetadata(const parquet::FileMetaData& metadata, const NanCounts& nans,
                      iceberg::DataFile* file);

/// The Iceberg type a column has, or empty.
std::string IcebergTypeOf(const parquet::ColumnDescriptor& column);

}  // namespace firn::lake
