// sql: what is asked of text that was written for the engine, and the names of its columns.
#pragma once

#include <string>
#include <string_view>

#include "sql/tree_internal.h"

namespace firn::sql {

/// Written text with any_value(value) for `value` but in aggregates: there each row has its own.
std::string ShownOutsideAggregates(std::string_view text, std::string_view value);
/// Of a name, which has the letters of ASCII only.
std::string AsciiLower(std::string_view sql);
std::string AsciiUpper(std::string_view sql);
/// Whether written text calls one, not over a window.
bool HasAggregate(std::string_view text);
/// Whether a written expression gives another value each time it is evaluated.
bool IsVolatile(std::string_view sql);
/// The name Postgres gives a result column without AS (FigureColname); "?column?" for none.
std::string FigureName(const tree::Json& node);

}  // namespace firn::sql
