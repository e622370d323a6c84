// columnar: values of an Arrow column as PostgreSQL writes them.
//
// Text is what PostgreSQL 15's output functions give with DateStyle ISO and the TimeZone,
// extra_float_digits and bytea_output of a TextStyle; binary is what its send functions give. Both
// are compared with a real server in tests/interop/test_value_codecs.py. Infinite dates:
// calendar.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <arrow/type_fwd.h>

#include "columnar/text_style.h"
#include "columnar/types.h"

namespace firn::columnar {

/// Writes the values of one column of one batch.
///
/// Threads:  any; Append changes nothing but `out`.
/// Lifetime: borrows the array; keeps what it needs of the style.
/// Not here: length prefixes, quoting and NULL markers, which belong to each protocol.
class ValueWriter {
 public:
  virtual ~ValueWriter() = default;

  /// The array's type is ArrowType(type) or ArrowType(Stored(type)), or that with 64-bit offsets or
  /// as views (strings, bytea), or an extension of it (arrow.uuid).
  static std::unique_ptr<ValueWriter> MakeText(const Type& type, const arrow::Array& array,
                                               const TextStyle& style = {});
  static std::unique_ptr<ValueWriter> MakeBinary(const Type& type, const arrow::Array& array);

  virtual bool IsNull(int64_t row) const = 0;
  /// Adds the bytes of a value that is not null.
  virtual void Append(int64_t row, std::string& out) const = 0;
};

}  // namespace firn::columnar
