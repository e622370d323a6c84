#include "columnar/time_zone.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>

#include <absl/time/time.h>

#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), ToLower);
  return lower;
}

int64_t FloorSeconds(int64_t micros) {
  return micros / 1'000'000 - (micros % 1'000'000 < 0 ? 1 : 0);
}

class DatabaseZone final : public TimeZone {
 public:
  DatabaseZone(std::string name, absl::TimeZone zone) : TimeZone(name, name), zone_(zone) {}

  int32_t OffsetAt(int64_t micros) const override {
    return zone_.At(absl::FromUnixSeconds(FloorSeconds(micros))).offset;
  }
  int32_t OffsetOfLocal(int64_t micros) const override {
    const int64_t seconds = FloorSeconds(micros);
    const auto local = absl::UTCTimeZone().At(absl::FromUnixSeconds(seconds)).cs;
    const auto found = zone_.At(local);
    const auto moment = found.kind == absl::TimeZone::TimeInfo::REPEATED ? found.post : found.pre;
    return static_cast<int32_t>(seconds - absl::ToUnixSeconds(moment));
  }

 private:
  const absl::TimeZone zone_;
};

class FixedZone final : public TimeZone {
 public:
  FixedZone(std::string name, std::string engine_name, int32_t offset)
      : TimeZone(std::move(name), std::move(engine_name)), offset_(offset) {}

  int32_t OffsetAt(int64_t /*micros*/) const override { return offset_; }
  int32_t OffsetOfLocal(int64_t /*micros*/) const override { return offset_; }

 private:
  const int32_t offset_;
};

std::filesystem::path DatabaseFolder() {
  const char* chosen = std::getenv("TZDIR");
  return chosen != nullptr ? chosen : "/usr/share/zoneinfo";
}

/// The zones there are, by their names in lower case.
std::map<std::string, std::string> ListZones() {
  namespace fs = std::filesystem;
  std::map<std::string, std::string> names;
  std::error_code failed;
  const auto folder = DatabaseFolder();
  for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end;
       at.increment(failed)) {
    const auto name = at->path().lexically_relative(folder).string();  // a link keeps its name
    if (name.starts_with("posix") || name.starts_with("right/")) continue;
    if (name == "localtime" || !at->is_regular_file(failed)) continue;
    char magic[4] = {};
    std::ifstream(at->path(), std::ios::binary).read(magic, sizeof magic);
    if (std::string_view(magic, sizeof magic) == "TZif") names.emplace(Lower(name), name);
  }
  names.emplace("utc", "UTC");
  return names;
}

std::optional<FixedZone> WholeHours(std::string_view name) {
  const auto digits = name.starts_with('+') ? name.substr(1) : name;
  int32_t hours = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), hours);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (hours < -12 || hours > 14) return std::nullopt;
  // POSIX counts to the west.
  const char sign = hours < 0 ? '-' : '+';
  const char opposite = hours < 0 ? '+' : '-';
  const int32_t size = std::abs(hours);
  return std::optional<FixedZone>(std::in_place,
                                  fmt::format("<{}{:02}>{}{:02}", sign, size, opposite, size),
                                  fmt::format("Etc/GMT{}{}", opposite, size), hours * 3600);
}

}  // namespace

Result<std::shared_ptr<const TimeZone>> TimeZone::Find(std::string_view name) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const TimeZone>> known;
  static const auto* const names = new std::map<std::string, std::string>(ListZones());
  const auto key = Lower(name);
  const std::lock_guard lock(mutex);
  if (const auto found = known.find(key); found != known.end()) return found->second;
  std::shared_ptr<const TimeZone> zone;
  if (const auto found = names->find(key); found != names->end()) {
    absl::TimeZone loaded = absl::UTCTimeZone();
    if (key == "utc" || absl::LoadTimeZone(found->second, &loaded)) {
      zone = std::make_shared<DatabaseZone>(found->second, loaded);
    }
  } else if (const auto fixed = WholeHours(name)) {
    zone = std::make_shared<FixedZone>(*fixed);
  }
  if (!zone) {
    return Fail(MakeError(ErrorCode::kInvalidInput,
                          "invalid value for parameter \"TimeZone\": \"{}\"", name)
                    .WithSqlState("22023")
                    .WithHint("Use a name of the tz database, such as Europe/Berlin, or whole "
                              "hours east of Greenwich."));
  }
  known.emplace(key, zone);
  return zone;
}

}  // namespace firn::columnar
