#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace firn {
namespace {

spdlog::logger& Logger() {
  static auto logger = [] {
    auto made = spdlog::stderr_logger_mt("firn");
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e %L %v");
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *logger;
}

}  // namespace

void SetLogLevel(std::string_view level) {
  auto wanted = spdlog::level::info;
  if (level == "debug") wanted = spdlog::level::debug;
  if (level == "warn") wanted = spdlog::level::warn;
  if (level == "error") wanted = spdlog::level::err;
  Logger().set_level(wanted);
}

void WriteLogLine(LogLevel level, std::string_view text) {
  switch (level) {
    case LogLevel::kDebug:
      return Logger().debug("{}", text);
    case LogLevel::kInfo:
      return Logger().info("{}", text);
    case LogLevel::kWarn:
      return Logger().warn("{}", text);
    case LogLevel::kError:
      return Logger().error("{}", text);
  }
}

}  // namespace firn
