// sql: the templates of to_char and to_number, as formatting.c of PostgreSQL 15 reads them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "sql/numeric.h"

namespace firn::sql {

/// Errors: 42601 for a template that contradicts itself; 0A000 for RN and EEEE where they do not
/// fit.
Result<std::string> FormatNumeric(std::string_view form, const Numeric& value);
Result<std::string> FormatDouble(std::string_view form, double value);
Result<Numeric> ParseNumber(std::string_view text, std::string_view form);

}  // namespace firn::sql
