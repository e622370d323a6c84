// sql: names longer than PostgreSQL's 63 bytes, which its grammar cuts.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/parse.h"

namespace firn::sql {

/// Whether a name of that length may be in the text; cheap.
bool HasLongWord(std::string_view sql);

/// A notice (42622) for every name in the text that was cut, in the order of the text.
std::vector<Error> LongNameNotices(const std::vector<Statement>& statements);

}  // namespace firn::sql
