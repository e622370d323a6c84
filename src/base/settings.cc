#include "base/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <toml++/toml.h>

#include "base/environment.h"

namespace firn {
namespace {

using Kind = SettingKind;

constexpr std::array kSettings = {
    SettingDefinition{"data", Kind::kText, "./firn-data",
                      "Folder of the log, warehouse and catalog"},
    SettingDefinition{"listen", Kind::kText, "127.0.0.1", "Address to listen on"},
    SettingDefinition{"pg_port", Kind::kInteger, "5439",
                      "Postgres protocol port; 0: any free port"},
    SettingDefinition{"http_port", Kind::kInteger, "8181", "HTTP port; 0: any free port"},
    SettingDefinition{"password", Kind::kText, "",
                      "Password of the roles firn, postgres and the server's own user, as long "
                      "as they have none of their own",
                      true},
    SettingDefinition{"tls_cert", Kind::kText, "",
                      "Certificate with its chain (PEM) for TLS on the Postgres port"},
    SettingDefinition{"tls_key", Kind::kText, "", "Private key (PEM) of tls_cert"},
    SettingDefinition{"max_connections", Kind::kInteger, "1000", "Most sessions at once"},
    SettingDefinition{"threads", Kind::kInteger, "0", "Query threads; 0: one per core"},
    SettingDefinition{"memory_limit", Kind::kBytes, "0",
                      "Memory for rows and queries; 0: 60 % of the machine or cgroup"},
    SettingDefinition{"temp_bytes_max", Kind::kBytes, "0",
                      "Temporary files of queries larger than memory; 0: half of what is free on "
                      "the disk at start-up"},
    SettingDefinition{"write_wait", Kind::kDuration, "60s",
                      "Longest wait of a write for memory, then it is refused"},
    SettingDefinition{"flush_bytes", Kind::kBytes, "128MB",
                      "Hot Arrow bytes that start a flush round"},
    SettingDefinition{"flush_log_bytes", Kind::kBytes, "512MB",
                      "Log bytes that start a flush round"},
    SettingDefinition{"flush_groups", Kind::kInteger, "200000",
                      "Log groups that start a flush round"},
    SettingDefinition{"flush_interval", Kind::kDuration, "5min",
                      "Oldest hot row that starts a flush round"},
    SettingDefinition{"transaction_memory", Kind::kBytes, "64MB",
                      "Rows of one transaction and table kept in memory; the rest is written as "
                      "data files at once"},
    SettingDefinition{"segment_bytes_max", Kind::kBytes, "256MB",
                      "Size at which a log segment ends"},
    SettingDefinition{"log_prepare_bytes", Kind::kBytes, "64MB",
                      "Log blocks written ahead at start-up"},
    SettingDefinition{"log_piece_bytes", Kind::kBytes, "4MB",
                      "Pieces in which a large transaction's rows go to the log"},
    SettingDefinition{"log_bytes_max", Kind::kBytes, "20GB",
                      "Log kept for time travel at the most"},
    SettingDefinition{"time_travel_window", Kind::kDuration, "1h",
                      "Log kept so that any moment in it can be read"},
    SettingDefinition{"snapshot_age_max", Kind::kDuration, "1h",
                      "How long a reader may keep rows in memory that have gone to the lake; its "
                      "snapshot is then too old (72000)"},
    SettingDefinition{"log_archive", Kind::kText, "",
                      "Object store that gets a second copy: s3://bucket/prefix or file:///folder"},
    SettingDefinition{"log_archive_base", Kind::kDuration, "15min",
                      "Least time between two base copies in the archive"},
    SettingDefinition{"s3_endpoint", Kind::kText, "",
                      "Address of the S3 store; else AWS_ENDPOINT_URL"},
    SettingDefinition{"s3_region", Kind::kText, "", "Its region; else AWS_REGION"},
    SettingDefinition{"s3_access_key", Kind::kText, "", "Key id for it; else as AWS's tools do"},
    SettingDefinition{"s3_secret_key", Kind::kText, "", "The secret of s3_access_key", true},
    SettingDefinition{"orphan_age", Kind::kDuration, "1h",
                      "How long before a start files of the warehouse must have been left alone "
                      "to be removed when no table has them"},
    SettingDefinition{"log_level", Kind::kText, "info", "debug, info, warn or error"},
};

// A name that scripts may say already and nothing listens to: offered by no list.
constexpr SettingDefinition kFlightPort{"flight_port", Kind::kInteger, "0", "Arrow Flight port"};

const SettingDefinition* Find(std::string_view name) {
  for (const auto& setting : kSettings) {
    if (setting.name == name) return &setting;
  }
  return name == kFlightPort.name ? &kFlightPort : nullptr;
}

struct Unit {
  std::string_view name;
  int64_t factor;
};
constexpr std::array kByteUnits = {
    Unit{"", 1},           Unit{"b", 1},          Unit{"kb", 1 << 10},   Unit{"kib", 1 << 10},
    Unit{"mb", 1 << 20},   Unit{"mib", 1 << 20},  Unit{"gb", 1LL << 30}, Unit{"gib", 1LL << 30},
    Unit{"tb", 1LL << 40}, Unit{"tib", 1LL << 40}};
constexpr std::array kDurationUnits = {Unit{"", 1000},       Unit{"ms", 1},
                                       Unit{"s", 1000},      Unit{"min", 60'000},
                                       Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};

Result<int64_t> ParseWithUnit(std::string_view text, std::span<const Unit> units,
                              std::string_view example) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string unit(end, text.data() + text.size());
  std::erase(unit, ' ');
  for (auto& c : unit) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (error == std::errc{} && number >= 0) {
    for (const auto& candidate : units) {
      int64_t value = 0;
      if (candidate.name == unit && !__builtin_mul_overflow(number, candidate.factor, &value)) {
        return value;
      }
    }
  }
  return Fail(MakeError(ErrorCode::kInvalidInput, "invalid value: \"{}\"", text)
                  .WithHint(fmt::format("Write it like {}.", example)));
}

// What a number of the right form must lie in.
struct Range {
  std::string_view name;
  int64_t least;
  int64_t most;
  bool or_zero = false;
};
constexpr std::array kRanges = {Range{"pg_port", 0, 65'535},
                                Range{"http_port", 0, 65'535},
                                Range{"max_connections", 1, 100'000},
                                Range{"threads", 0, 4'096},
                                Range{"memory_limit", 64 << 20, INT64_MAX, true},
                                Range{"flush_bytes", 4096, INT64_MAX},
                                Range{"flush_groups", 1, INT64_MAX},
                                Range{"flush_log_bytes", 4096, INT64_MAX},
                                Range{"flush_interval", 1, INT64_MAX},
                                Range{"snapshot_age_max", 100, INT64_MAX},
                                Range{"log_archive_base", 1'000, INT64_MAX},
                                Range{"orphan_age", 60'000, INT64_MAX},
                                Range{"segment_bytes_max", 65'536, INT64_MAX},
                                Range{"transaction_memory", 4096, INT64_MAX}};
constexpr std::array<std::string_view, 4> kLogLevels = {"debug", "info", "warn", "error"};

/// In the largest unit that needs no fraction.
std::string NumberText(Kind kind, int64_t number) {
  constexpr std::array kBytes = {Unit{"GB", 1 << 30}, Unit{"MB", 1 << 20}, Unit{"kB", 1 << 10},
                                 Unit{" bytes", 1}};
  constexpr std::array kDurations = {Unit{"h", 3'600'000}, Unit{"min", 60'000}, Unit{"s", 1000},
                                     Unit{"ms", 1}};
  std::span<const Unit> units;
  if (kind == Kind::kBytes) units = kBytes;
  if (kind == Kind::kDuration) units = kDurations;
  for (const auto& unit : units) {
    if (number % unit.factor == 0) return fmt::format("{}{}", number / unit.factor, unit.name);
  }
  return std::to_string(number);
}

Result<int64_t> InRange(const SettingDefinition& setting, std::string_view text, int64_t value) {
  for (const auto& range : kRanges) {
    if (range.name != setting.name || (range.or_zero && value == 0)) continue;
    if (value >= range.least && value <= range.most) continue;
    const auto least = NumberText(setting.kind, range.least);
    return Fail(MakeError(ErrorCode::kInvalidInput, "{} is out of range", text)
                    .WithHint(range.or_zero ? fmt::format("At least {}, or 0.", least)
                              : range.most == INT64_MAX
                                  ? fmt::format("At least {}.", least)
                                  : fmt::format("From {} to {}.", least, range.most)));
  }
  return value;
}

Result<int64_t> NoFlightPort(int64_t value) {
  if (value == 0) return value;
  return Fail(MakeError(ErrorCode::kUnsupported, "this firn does not serve Arrow Flight")
                  .WithHint("Leave it out."));
}

/// The number of a value in the setting's form; 0 of a text.
Result<int64_t> ReadNumber(const SettingDefinition& setting, std::string_view value) {
  switch (setting.kind) {
    case Kind::kText:
      if (setting.name == "log_level" &&
          std::find(kLogLevels.begin(), kLogLevels.end(), value) == kLogLevels.end()) {
        return Fail(ErrorCode::kInvalidInput, "invalid value: \"{}\" (debug, info, warn or error)",
                    value);
      }
      if (setting.name == "s3_endpoint" && !value.empty() && !value.starts_with("http://") &&
          !value.starts_with("https://")) {
        return Fail(MakeError(ErrorCode::kInvalidInput, "invalid value: \"{}\"", value)
                        .WithHint("Begin it with http:// or https://, as the store is spoken to."));
      }
      return 0;
    case Kind::kBytes: {
      FIRN_TRY(const auto number, ParseBytes(value));
      return InRange(setting, value, number);
    }
    case Kind::kDuration: {
      FIRN_TRY(const auto number, ParseDurationMs(value));
      return InRange(setting, value, number);
    }
    case Kind::kInteger: {
      FIRN_TRY(const auto number, ParseWithUnit(value, std::span(kByteUnits).first(1), "42"));
      if (setting.name == kFlightPort.name) return NoFlightPort(number);
      return InRange(setting, value, number);
    }
    case Kind::kBool:
      if (value == "on" || value == "off" || value == "true" || value == "false") return 0;
      return Fail(ErrorCode::kInvalidInput, "invalid value: \"{}\" (on or off)", value);
  }
  return 0;
}

}  // namespace

std::string_view SettingOriginName(SettingOrigin origin) {
  constexpr std::array<std::string_view, 5> kNames = {"default", "firn.toml", "ALTER SYSTEM",
                                                      "environment", "flag"};
  return kNames[static_cast<size_t>(origin)];
}

std::span<const SettingDefinition> AllSettings() {
  return kSettings;
}

Result<int64_t> ParseBytes(std::string_view text) {
  return ParseWithUnit(text, kByteUnits, "4096, 64MB or 1GB");
}
Result<int64_t> ParseDurationMs(std::string_view text) {
  return ParseWithUnit(text, kDurationUnits, "250ms, 30s, 5min or 1h");
}

Settings::Settings() {
  const auto add = [this](const SettingDefinition& setting) {
    const auto number = ReadNumber(setting, setting.default_value);
    FIRN_CHECK(number);
    values_[std::string(setting.name)] = {std::string(setting.default_value),
                                          SettingOrigin::kDefault, *number};
  };
  for (const auto& setting : kSettings) add(setting);
  add(kFlightPort);
}

Status Settings::Set(std::string_view name, std::string_view value, SettingOrigin origin) {
  const auto* setting = Find(name);
  if (setting == nullptr) {
    return Fail(MakeError(ErrorCode::kNotFound, "unrecognized configuration parameter \"{}\"", name)
                    .WithSqlState("42704")
                    .WithHint("`firn config` lists the settings."));
  }
  auto number = ReadNumber(*setting, value);
  if (!number) return Failure(std::move(number.error()).During(fmt::format("setting {}", name)));
  auto& held = values_.find(name)->second;
  if (origin >= held.origin) held = {std::string(value), origin, *number};
  return {};
}

Status Settings::LoadEnvironment(const std::function<const char*(const char*)>& getenv) {
  std::vector<SettingDefinition> settings(kSettings.begin(), kSettings.end());
  settings.push_back(kFlightPort);
  for (const auto& setting : settings) {
    const auto variable = VariableOf(setting.name);
    if (const char* value = getenv(variable.c_str())) {
      FIRN_RETURN_IF_ERROR(Set(setting.name, value, SettingOrigin::kEnvironment));
    }
    if (const char* path = getenv((variable + "_FILE").c_str())) {
      std::ifstream file(path);
      if (!file) return Fail(ErrorCode::kIo, "cannot read {}_FILE: {}", variable, path);
      std::string value;
      std::getline(file, value);
      FIRN_RETURN_IF_ERROR(Set(setting.name, value, SettingOrigin::kEnvironment));
    }
  }
  return {};
}

Status Settings::LoadFile(const std::string& path, SettingOrigin origin) {
  std::error_code failed;
  const auto found = std::filesystem::status(path, failed);
  if (found.type() == std::filesystem::file_type::not_found) return {};
  if (failed) {
    return Fail(MakeError(ErrorCode::kIo, "could not read \"{}\": {}", path, failed.message())
                    .WithHint("Choose a folder you may read with --data DIR."));
  }
  if (found.type() == std::filesystem::file_type::directory) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "a folder is no settings file: \"{}\"", path)
                    .WithHint("Put a file there, or nothing."));
  }
  try {
    const auto table = toml::parse_file(path);
    for (const auto& [key, node] : table) {
      std::string value;
      if (auto text = node.value_exact<std::string>()) {
        value = *text;
      } else if (auto flag = node.value_exact<bool>()) {
        value = *flag ? "on" : "off";
      } else if (auto number = node.value_exact<int64_t>()) {
        value = std::to_string(*number);
      } else {
        return Fail(ErrorCode::kInvalidInput, "{}: {} is neither text, number nor boolean", path,
                    key.str());
      }
      auto set = Set(key.str(), value, origin);
      if (!set) return Failure(std::move(set.error()).During(path));
    }
  } catch (const toml::parse_error& error) {
    std::ostringstream at;
    at << error.source();
    return Fail(ErrorCode::kInvalidInput, "{}: {}", at.str(), error.description());
  }
  return {};
}

std::string Settings::Shown(const SettingDefinition& setting, const Value& value) {
  return setting.secret && !value.text.empty() ? "********" : value.text;
}

const Settings::Value& Settings::Get(std::string_view name) const {
  const auto found = values_.find(name);
  FIRN_CHECK(found != values_.end());
  return found->second;
}
int64_t Settings::Integer(std::string_view name) const {
  return Get(name).number;
}
int64_t Settings::Bytes(std::string_view name) const {
  return Get(name).number;
}
int64_t Settings::DurationMs(std::string_view name) const {
  return Get(name).number;
}

}  // namespace firn
