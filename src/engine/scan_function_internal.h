// engine: the table functions firn_scan(token), with projection pushdown, and firn_rows(token),
// which reads no column; both parallel, one vector at a time from batches of any size.
#pragma once

#include "base/result.h"
#include "engine/duckdb_api_internal.h"
#include "engine/scan_registry_internal.h"

namespace firn::engine {

inline constexpr const char* kScanFunctionName = "firn_scan";
inline constexpr const char* kRowsFunctionName = "firn_rows";

/// What the function's callbacks see. Lifetime: as long as the instance.
struct ScanFunctionContext {
  const ScanRegistry* registry = nullptr;
  size_t threads = 1;
  bool rows_only = false;  // firn_rows
};

Status RegisterScanFunction(duckdb_connection connection, const char* name,
                            ScanFunctionContext* context);

}  // namespace firn::engine
