// columnar: values from PostgreSQL's text and binary forms into an Arrow builder.
//
// Text is read as PostgreSQL 15's input functions do with DateStyle ISO, MDY and the TimeZone of a
// TextStyle; binary as its receive functions do. Errors have PostgreSQL's message and SQLSTATE. Not
// taken, with a clear error: 'now', 'today' and the like, abbreviations of time zones other than
// UTC, GMT and Z, NaN and infinity into numeric(p,s) (decimal128 has none), arrays of more than one
// dimension, timestamps after the year 294246 (PostgreSQL's end is 30 years later; Arrow counts
// from an earlier day). Infinite dates: calendar.h.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "columnar/text_style.h"
#include "columnar/types.h"

namespace firn::columnar {

/// Parses the values of one column. This is the hot path of COPY: nothing is allocated for a
/// value but its bytes in the builder.
///
/// Threads:  confined to one.
/// Lifetime: borrows the builder, whose type is ArrowType(type) or ArrowType(Stored(type)): what a
///           query or what a table has of it.
/// Failure:  a value that is refused leaves the builder as it was.
/// Not here: casts ('...'::varchar(3) cuts, this refuses), NOT NULL.
class ValueParser {
 public:
  virtual ~ValueParser() = default;
  static std::unique_ptr<ValueParser> Make(const Type& type, arrow::ArrayBuilder* builder,
                                           const TextStyle& style = {});

  /// 22P02 invalid syntax, 22003 out of range, 22001 too long, 22007 and 22008 dates and times,
  /// 22021 not UTF-8, 0A000 the forms not taken.
  virtual Status AppendText(std::string_view text) = 0;
  /// 22P03 a wrong form, 22003, 22001, 22008 and 22021 as above.
  virtual Status AppendBinary(std::string_view bytes) = 0;
  virtual Status AppendNull() = 0;
  /// Values one after another, a null data() being NULL: quicker than one call for each. Stops at
  /// the first one that is refused; `taken` are those before it.
  virtual Status AppendBinaries(std::span<const std::string_view> values, size_t* taken);
  /// The same for texts that are known to be UTF-8.
  virtual Status AppendTexts(std::span<const std::string_view> values, size_t* taken);
};

/// One value, from its text or its binary form, as an array of a type that a builder could have; no
/// bytes: NULL. Errors as above.
Result<std::shared_ptr<arrow::Array>> ParseOne(const Type& type,
                                               const std::shared_ptr<arrow::DataType>& into,
                                               bool binary, std::optional<std::string_view> bytes,
                                               const TextStyle& style = {});

}  // namespace firn::columnar
