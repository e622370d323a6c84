// lake: Arrow's statuses as ours.
#pragma once

#include <string_view>

#include <arrow/status.h>

#include "base/result.h"

namespace firn::lake {

/// `otherwise` is the code of what Arrow did not call out of memory.
inline Failure FromArrow(const arrow::Status& status, std::string_view doing,
                         ErrorCode otherwise = ErrorCode::kInternal) {
  const auto code = status.IsOutOfMemory() ? ErrorCode::kOverloaded : otherwise;
  return Fail(code, "could not {}: {}", doing, status.message());
}

}  // namespace firn::lake

#define FIRN_ARROW_OK(doing, expr)                                             \
  do {                                                                         \
    const ::arrow::Status firn_arrow_status = (expr);                          \
    if (!firn_arrow_status.ok()) return FromArrow(firn_arrow_status, (doing)); \
  } while (false)
