// lake: how a column's values lie in the pages of a data file.
//
// The README has the rules.
#pragma once

#include <arrow/type_fwd.h>

namespace firn::lake {

struct ColumnEncoding {
  bool dictionary = true;
  bool delta = false;  // DELTA_BINARY_PACKED, in place of PLAIN: of hidden columns
  bool compressed = true;
};

/// Judged by a sample of the first rows of a file; the default where they are few.
/// `level` is zstd's.
ColumnEncoding ChooseEncoding(const arrow::Array& first, int level);

}  // namespace firn::lake
