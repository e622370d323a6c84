// sql: parameter values of Bind, and constants, as one-value Arrow arrays.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "columnar/table_schema.h"
#include "columnar/text_style.h"
#include "columnar/types.h"
#include "sql/output.h"

namespace firn::sql {

/// What is known of $n before its value.
struct ParameterType {
  columnar::Type type;
  /// A numeric whose precision and scale are those of the value, not of `type`: PostgreSQL's
  /// parameters have no type modifiers.
  bool fit_to_value = false;
};

/// A parameter of a type; the digits of numerics in an array are each its own already.
inline ParameterType ParameterOf(const columnar::Type& type) {
  return {.type = type, .fit_to_value = type.kind == columnar::TypeKind::kNumeric && !type.array};
}

struct BoundParameter {
  columnar::Type type;
  std::shared_ptr<arrow::Array> value;  // of length 1
};

/// The type of a declared oid: nullopt for 0 and unknown (705). 42704, 0A000 for others' types.
Result<std::optional<ParameterType>> TypeOfOid(uint32_t oid);

/// Errors: 22P02, 22P03, 22003 … of the type's input; `number` counts from 1.
Result<BoundParameter> BindParameter(const ParameterType& type, const ParameterValue& value,
                                     size_t number, const columnar::TextStyle& style);

/// One value from text; nullopt is NULL.
Result<std::shared_ptr<arrow::Array>> ValueFromText(const columnar::Type& type,
                                                    const std::optional<std::string>& text,
                                                    const columnar::TextStyle& style);
/// The text form of row `row`; nullopt for NULL.
std::optional<std::string> TextOfValue(const columnar::Type& type, const arrow::Array& array,
                                       int64_t row, const columnar::TextStyle& style);

/// A value as it is stored in a column of another type, by assignment. 42804 when PostgreSQL has
/// no such assignment.
Result<std::shared_ptr<arrow::Array>> AssignTo(const columnar::Column& column,
                                               const BoundParameter& parameter,
                                               const columnar::TextStyle& style);

}  // namespace firn::sql
