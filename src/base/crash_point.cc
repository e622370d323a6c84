#include "base/crash_point.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>

#include <unistd.h>

#include "base/log.h"

namespace firn {

bool crash_points_armed = false;

namespace {

size_t armed_index = 0;
int64_t armed_pass = 1;
std::atomic<int64_t> passes{0};

}  // namespace

void PassCrashPoint(size_t index) {
  if (index != armed_index || passes.fetch_add(1) + 1 != armed_pass) return;
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();  // not a step further, whenever the signal comes
}

Status ArmCrashPoint(std::string_view where) {
  const auto colon = where.find(':');
  const auto name = where.substr(0, colon);
  const auto* found = std::find(kCrashPoints.begin(), kCrashPoints.end(), name);
  int64_t pass = 1;
  bool counted = true;
  if (colon != std::string_view::npos) {
    const auto nth = where.substr(colon + 1);
    const auto [end, error] = std::from_chars(nth.data(), nth.data() + nth.size(), pass);
    counted = error == std::errc() && end == nth.data() + nth.size() && pass > 0;
  }
  if (found == kCrashPoints.end() || !counted) {
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "FIRN_CRASH_AT: no such crash point: \"{}\"", where)
            .WithHint(fmt::format("<name>[:<nth>], of: {}", fmt::join(kCrashPoints, " "))));
  }
  armed_index = static_cast<size_t>(found - kCrashPoints.begin());
  armed_pass = pass;
  crash_points_armed = true;
  FIRN_LOG_WARN("FIRN_CRASH_AT={}: this process will kill itself there", where);
  return {};
}

}  // namespace firn
