// base: the server's settings, each with a name, a kind, a default and where its value came from.
//
// The first layer that says something wins: flags, FIRN_* environment (FIRN_*_FILE for secrets),
// ALTER SYSTEM (<data>/firn.auto.toml), <data>/firn.toml, the default.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn {

enum class SettingKind : uint8_t { kText, kInteger, kBytes, kDuration, kBool };
enum class SettingOrigin : uint8_t { kDefault, kFile, kAlterSystem, kEnvironment, kFlag };
std::string_view SettingOriginName(SettingOrigin origin);

struct SettingDefinition {
  std::string_view name;
  SettingKind kind;
  std::string_view default_value;
  std::string_view description;
  bool secret = false;  // shown as ******** if it is set
};

/// Every setting there is, in the order users see them.
std::span<const SettingDefinition> AllSettings();

/// "64MB", "1 GiB", "4096" -> bytes (powers of 1024, as PostgreSQL reads them).
Result<int64_t> ParseBytes(std::string_view text);
/// "5min", "1 h", "250ms", "30s", "30" (seconds) -> milliseconds.
Result<int64_t> ParseDurationMs(std::string_view text);

/// The settings as they stand. Threads: built at start-up, then read only.
class Settings {
 public:
  struct Value {
    std::string text;
    SettingOrigin origin = SettingOrigin::kDefault;
    int64_t number = 0;  // what the text says: bytes, milliseconds or an integer
  };

  Settings();

  /// Checks the value's form; a higher layer that spoke before is kept.
  Status Set(std::string_view name, std::string_view value, SettingOrigin origin);
  /// Reads FIRN_<NAME> and FIRN_<NAME>_FILE for every setting.
  Status LoadEnvironment(const std::function<const char*(const char*)>& getenv);
  /// Reads a TOML file of `name = value`; a missing file is no error, an unknown name is.
  Status LoadFile(const std::string& path, SettingOrigin origin);

  const Value& Get(std::string_view name) const;
  /// The value as people may see it.
  static std::string Shown(const SettingDefinition& setting, const Value& value);
  const std::string& Text(std::string_view name) const { return Get(name).text; }
  int64_t Integer(std::string_view name) const;
  int64_t Bytes(std::string_view name) const;
  int64_t DurationMs(std::string_view name) const;

 private:
  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace firn
