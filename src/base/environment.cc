#include "base/environment.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/settings.h"

namespace firn {
namespace {

constexpr std::string_view kPrefix = "FIRN_";
constexpr std::string_view kFileSuffix = "_FILE";
/// What tools/ and the tests read, or tell the server.
constexpr std::array<std::string_view, 8> kOurs = {
    "FIRN_DEPS",       "FIRN_BINARY", "FIRN_BUILD",       "FIRN_SEED",
    "FIRN_LOG_SAMPLE", "FIRN_SLOW",   "FIRN_CODEC_PROBE", "FIRN_CRASH_AT"};
constexpr std::string_view kTests = "FIRN_TEST_";

bool IsSetting(std::string_view variable) {
  const auto settings = AllSettings();
  return variable == VariableOf("flight_port") ||
         std::any_of(settings.begin(), settings.end(),
                     [&](const auto& setting) { return VariableOf(setting.name) == variable; });
}

bool IsKnown(std::string_view variable) {
  if (std::find(kOurs.begin(), kOurs.end(), variable) != kOurs.end()) return true;
  if (variable.starts_with(kTests) || IsSetting(variable)) return true;
  return variable.ends_with(kFileSuffix) &&
         IsSetting(variable.substr(0, variable.size() - kFileSuffix.size()));
}

}  // namespace

std::string VariableOf(std::string_view setting) {
  std::string variable(kPrefix);
  for (const char c : setting) {
    variable += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return variable;
}

std::vector<std::string> UnknownVariables(const char* const* environment) {
  std::vector<std::string> unknown;
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry(*environment);
    const auto variable = entry.substr(0, entry.find('='));
    if (variable.starts_with(kPrefix) && !IsKnown(variable)) unknown.emplace_back(variable);
  }
  std::sort(unknown.begin(), unknown.end());
  return unknown;
}

}  // namespace firn
