// log: Arrow's results as ours.
#pragma once

#include <utility>

#include <arrow/result.h>
#include <arrow/status.h>

#include "base/result.h"

namespace firn::log {

inline Status FromArrow(const arrow::Status& status, ErrorCode code = ErrorCode::kInternal) {
  if (status.ok()) return {};
  if (status.IsOutOfMemory()) code = ErrorCode::kOverloaded;
  return Fail(code, "arrow: {}", status.ToString());
}

template <typename T>
Result<T> FromArrow(arrow::Result<T> result, ErrorCode code = ErrorCode::kInternal) {
  if (!result.ok()) return Failure(FromArrow(result.status(), code).error());
  return std::move(result).ValueUnsafe();
}

}  // namespace firn::log
