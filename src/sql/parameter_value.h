// sql: the checks behind SET: a value as given to the value as SHOW prints it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/session_settings.h"

namespace firn::sql {

/// Checks and rewrites the value of a SET. 22023, 0A000.
Result<std::string> ReadParameter(const ParameterDefinition& parameter, std::string_view value);

/// A zone as SHOW prints it in a form that TimeZone::Find takes: "<+03>-03" -> "+3".
std::string EngineZone(std::string_view shown);

/// "5s" -> 5000; a number without a unit is milliseconds, as PostgreSQL reads timeouts.
Result<int64_t> ReadMilliseconds(std::string_view text);
/// The names in `a, "B c", d`, unquoted and case-folded. 22023.
Result<std::vector<std::string>> SplitNames(std::string_view text);
/// The parts of `schema.name`, unquoted and case-folded; empty when it is no such name.
std::vector<std::string> SplitQualified(std::string_view text);
bool EqualsIgnoringCase(std::string_view a, std::string_view b);
std::string LowerCase(std::string_view text);

}  // namespace firn::sql
