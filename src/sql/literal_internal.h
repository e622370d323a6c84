// sql: quoted literals as Postgres' input functions read them, written for the engine.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "columnar/text_style.h"
#include "sql/value_type_internal.h"

namespace firn::sql {

struct EngineLiteral {
  std::string sql;
  ValueType type;  // numeric: as many digits as the literal has, where `type` left it open
};

/// `text` as a constant of `type`. A numeric of precision 0 takes the literal's own digits.
/// Errors: those of the input function (22P02, 22007, 22003 …), without position.
Result<EngineLiteral> WriteLiteral(std::string_view text, const ValueType& type,
                                   const columnar::TextStyle& style);
/// A number written without quotes: int4, int8 or numeric as Postgres reads it.
Result<EngineLiteral> WriteNumber(std::string_view text);

}  // namespace firn::sql
