// engine: when the body of a function has to end before its work is done.
//
// DuckDB looks whether a statement has been cancelled between vectors only. One vector of calls may
// take long, and one call may: what its input does not bound asks here.
#pragma once

#include "base/result.h"

namespace firn::engine {

/// Whether the statement for which this thread runs a body has been cancelled. Threads: any.
bool ShouldStop();
/// How such a body fails.
Failure CallStopped();
/// Asked between rows. Errors: 57014 once cancelled; 54000 for more text than the results of one
/// vector may hold.
Status MayGoOn();

}  // namespace firn::engine
