// server: how a command tells that it failed.
#pragma once

#include "base/result.h"

namespace firn::server {

/// Prints "firn: message", detail, hint and context to stderr. Returns 1.
int ReportFailure(const Error& error);
int ReportOutcome(const Status& status);

}  // namespace firn::server
