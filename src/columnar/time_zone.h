// columnar: time zones by name, from the machine's tz database ($TZDIR or /usr/share/zoneinfo).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::columnar {

/// One zone's offsets over all time. Threads: any. Lifetime: kept for the life of the process.
class TimeZone {
 public:
  virtual ~TimeZone() = default;
  /// By IANA name in any case ("europe/berlin"), or as whole hours east of Greenwich ("3", "-8").
  /// 22023 for what is no zone.
  static Result<std::shared_ptr<const TimeZone>> Find(std::string_view name);

  /// As SHOW prints it: "Europe/Berlin", "<+03>-03".
  const std::string& name() const { return name_; }
  /// The name that the engine knows: "Europe/Berlin", "Etc/GMT-3".
  const std::string& engine_name() const { return engine_name_; }

  /// Seconds east of Greenwich at a moment (microseconds since 1970 UTC).
  virtual int32_t OffsetAt(int64_t micros) const = 0;
  /// The same for what a clock there shows. A time that is skipped in spring is read by the
  /// offset before, one that comes twice in autumn by the offset after, as PostgreSQL does.
  virtual int32_t OffsetOfLocal(int64_t micros) const = 0;

 protected:
  TimeZone(std::string name, std::string engine_name)
      : name_(std::move(name)), engine_name_(std::move(engine_name)) {}

 private:
  const std::string name_;
  const std::string engine_name_;
};

}  // namespace firn::columnar
