// base: which environment variables are settings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace firn {

/// "FIRN_PG_PORT" of "pg_port".
std::string VariableOf(std::string_view setting);

/// The variables of `environment` (NAME=value, ended by null) that begin with FIRN_ and say
/// nothing to anybody: no setting, no secret's file, nothing that firn's build and tests read.
std::vector<std::string> UnknownVariables(const char* const* environment);

}  // namespace firn
