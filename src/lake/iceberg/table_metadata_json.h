// lake/iceberg: the metadata file ("Appendix C: Table Metadata and Snapshots").
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "lake/iceberg/table_metadata.h"

namespace firn::lake::iceberg {

std::string ToJson(const TableMetadata& metadata);

/// Errors: kCorrupt; kUnsupported for a format version other than 2, with a hint.
Result<TableMetadata> TableMetadataFromJson(std::string_view json);

}  // namespace firn::lake::iceberg
