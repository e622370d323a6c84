// columnar: values of one type between its Arrow types: as tables keep them, as queries give them.
#pragma once

#include <memory>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "columnar/types.h"

namespace firn::columnar {

/// The same values as an array of `wanted`, by way of their text where that is another type.
/// Errors: those of the type's input.
Result<std::shared_ptr<arrow::Array>> ThroughText(const Type& type,
                                                  std::shared_ptr<arrow::Array> values,
                                                  const std::shared_ptr<arrow::DataType>& wanted);

}  // namespace firn::columnar
