// sql: Numeric as an argument and a result of engine functions. An argument is any number: an
// integer, a DECIMAL with its scale, or the text of an open numeric. A result is text.
#pragma once

#include <string>

#include "engine/typed_function.h"
#include "sql/numeric.h"

namespace firn::engine {

template <>
struct ArgumentOf<sql::Numeric> {
  static constexpr VectorType kType{VectorKind::kAny};
  static sql::Numeric Read(const Column& column, size_t row) {
    if (column.kind() == VectorKind::kText) {
      // Text of ours: it has been checked when it was made.
      auto parsed = sql::Numeric::Parse(column.TextAt(row));
      return parsed ? *std::move(parsed) : sql::Numeric();
    }
    return {sql::Numeric::Integer(column.IntegerAt(row)), column.scale()};
  }
};
template <>
struct ArgumentOf<List<sql::Numeric>> {
  static constexpr VectorType kType{VectorKind::kAny};
  static List<sql::Numeric> Read(const Column& column, size_t row) {
    const auto [first, size] = column.ListAt(row);
    return {column.elements(), first, size};
  }
};
template <>
struct ResultOf<sql::Numeric> {
  static constexpr VectorType kType{VectorKind::kText};
  static void Write(ResultVector& out, size_t row, const sql::Numeric& value) {
    out.SetText(row, value.ToString());
  }
};

}  // namespace firn::engine
