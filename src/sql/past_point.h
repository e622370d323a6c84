// sql: a point in a table's past, once its expression has a value.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "columnar/text_style.h"
#include "lake/footer.h"

namespace firn::sql {

struct PastPoint {
  enum class Kind : uint8_t { kLsn, kTimestamp, kFiles };
  Kind kind = Kind::kLsn;
  int64_t value = 0;  // an LSN, or microseconds since 1970
  /// Of kFiles: every row there was, for the version of a snapshot.
  std::vector<lake::DataFile> files;
};

/// The value of firn.as_of: an LSN or a time; null for an empty text. Errors: 22023.
Result<std::shared_ptr<const PastPoint>> PastFromText(std::string_view text,
                                                      const columnar::TextStyle& style);

}  // namespace firn::sql
