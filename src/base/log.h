// base: the server's own log lines (not the write-ahead log): one line an event, to stderr.
//
//     FIRN_LOG_INFO("flush: table={} rows={} files={}", name, rows, files);
#pragma once

#include <string_view>

#include <fmt/format.h>

namespace firn {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

/// "debug", "info", "warn", "error"; anything else is info.
void SetLogLevel(std::string_view level);
void WriteLogLine(LogLevel level, std::string_view text);

}  // namespace firn

#define FIRN_LOG(level, ...) ::firn::WriteLogLine((level), ::fmt::format(__VA_ARGS__))
#define FIRN_LOG_INFO(...) FIRN_LOG(::firn::LogLevel::kInfo, __VA_ARGS__)
#define FIRN_LOG_WARN(...) FIRN_LOG(::firn::LogLevel::kWarn, __VA_ARGS__)
#define FIRN_LOG_ERROR(...) FIRN_LOG(::firn::LogLevel::kError, __VA_ARGS__)
