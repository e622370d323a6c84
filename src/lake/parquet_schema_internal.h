// lake: the Parquet schema of a data file ("Appendix A: Format-specific Requirements, Parquet").
#pragma once

#include <memory>

#include <parquet/schema.h>

#include "columnar/table_schema.h"

namespace firn::lake {

/// The type that Iceberg prescribes for each column, with its field id: decimals of up to 9 and 18
/// digits are int32 and int64, longer ones the fewest bytes; int2 is a plain int32.
/// With `hidden`, __lsn and __timestamp behind.
std::shared_ptr<parquet::schema::GroupNode> ParquetSchema(const columnar::TableSchema& schema,
                                                          bool hidden);

}  // namespace firn::lake
