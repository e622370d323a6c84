// sql: the table of operators and functions, as text, by family (functions.h reads it).
//
// A line is one signature:   name(argument types) result : engine text | T = type type …
// "[aggregate]" begins lines of that kind. Without an engine text the engine has the function
// under its own name; the rest is said in functions.h. With "| T = …" the line stands for one
// line per type, T replaced. A line that begins with blanks goes on with the one before; lines that
// begin with -- are comments.
#pragma once

#include <string_view>

namespace firn::sql::table {

std::string_view Operators();
std::string_view Numbers();
std::string_view Text();
std::string_view Times();
std::string_view Aggregates();
/// Of arrays and json.
std::string_view Nested();
std::string_view Others();
std::string_view CatalogLookups();
/// No signatures: names alone, of functions that are refused (0A000, not 42883).
std::string_view Absent();

}  // namespace firn::sql::table
