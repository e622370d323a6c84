// server: what this build calls itself.
#pragma once

#include <string_view>

namespace firn::server {

inline constexpr std::string_view kVersion = FIRN_VERSION;

}  // namespace firn::server
