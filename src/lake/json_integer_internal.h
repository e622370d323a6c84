// lake: integers of JSON that others wrote. nlohmann converts any number to any type: a fraction
// loses its part, and what does not fit becomes another number.
#pragma once

#include <cstdint>
#include <limits>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace firn::lake {

/// Throws std::range_error for what is no integer of this type, as nlohmann does for other types.
template <typename T>
T IntegerOf(const nlohmann::json& json) {
  if (!json.is_number_integer()) throw std::range_error("not an integer: " + json.dump());
  const bool large = json.is_number_unsigned() &&
                     json.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<T>::max());
  const auto value = json.get<int64_t>();
  if (large || value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) {
    throw std::range_error("integer out of range: " + json.dump());
  }
  return static_cast<T>(value);
}

template <typename T>
T IntegerOr(const nlohmann::json& object, const char* name, T otherwise) {
  const auto found = object.find(name);
  return found == object.end() ? otherwise : IntegerOf<T>(*found);
}

}  // namespace firn::lake
