// lake: bounds of the manifest as typed values, for pruning and for count/min/max from metadata.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "columnar/types.h"

namespace firn::lake {

/// The bound of a column of this type. A bound written before the column was widened (int to
/// long, float to double, a smaller decimal) is converted. Text and bytea bounds may be truncated.
/// Errors: kCorrupt for bytes of the wrong length.
Result<std::shared_ptr<arrow::Scalar>> ScalarFromBound(const columnar::Type& type,
                                                       std::string_view bound);

/// A value that orders as its column's values do: a number (also of a date or a time), or bytes.
using OrderedValue = std::variant<int64_t, std::string>;

/// A bound to compare with: none of a type of another order, nor for bytes of the wrong length.
std::optional<OrderedValue> OrderedBound(const columnar::Type& type, std::string_view bound);

}  // namespace firn::lake
