// lake/iceberg: JSON members that we do not know, kept across a read and a write.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace firn::lake::iceberg {

/// What is left of an object without its known members: a JSON object, or empty.
inline std::string ExtraOf(nlohmann::json object, std::initializer_list<std::string_view> known) {
  for (const auto name : known) object.erase(std::string(name));
  return object.empty() ? std::string() : object.dump();
}

/// The object to put the known members into.
inline nlohmann::json WithExtra(const std::string& extra) {
  return extra.empty() ? nlohmann::json::object() : nlohmann::json::parse(extra);
}

}  // namespace firn::lake::iceberg
