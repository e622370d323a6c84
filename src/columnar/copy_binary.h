// columnar: COPY in binary format (PostgreSQL 15 manual, COPY, "Binary Format").
//
//     "PGCOPY\n\377\r\n\0"  flags u32  length u32, so many bytes to skip
//     per row: fields i16, per field: length i32 (-1: NULL), its bytes as the type's send function
//     -1 i16
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "columnar/copy_reader.h"

namespace firn::columnar {

/// As CopyReader::Make.
Result<std::unique_ptr<CopyReader>> MakeBinaryCopyReader(const CopyOptions& options,
                                                         std::vector<Column> columns,
                                                         std::string table_name);

void AppendBinaryCopyHeader(std::string& out);
void AppendBinaryCopyTrailer(std::string& out);

}  // namespace firn::columnar
