// columnar: what a session may choose about the text of values.
#pragma once

#include <cstdint>
#include <memory>

#include "columnar/time_zone.h"

namespace firn::columnar {

struct TextStyle {
  std::shared_ptr<const TimeZone> zone;  // of timestamptz, in and out; null: UTC
  int32_t extra_float_digits = 1;        // above 0: the shortest exact digits
  bool bytea_escape = false;             // else hex

  bool operator==(const TextStyle&) const = default;
};

}  // namespace firn::columnar
