// engine: the table function firn_scan(token), with projection pushdown; parallel, one vector at a
// time from batches of any size.
#pragma once

#include "base/result.h"
#include "engine/duckdb_api_internal.h"
#include "engine/scan_registry_internal.h"

namespace firn::engine {

inline constexpr const char* kScanFunctionName = "firn_scan";

/// What the function's callbacks see. Lifetime: as long as the instance.
struct ScanFunctionContext {
  const ScanRegistry* registry = nullptr;
  size_t threads = 1;
};

Status RegisterScanFunction(duckdb_connection connection, ScanFunctionContext* context);

}  // namespace firn::engine
