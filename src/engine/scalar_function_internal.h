// engine: a ScalarFunction as DuckDB sees it.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include "base/result.h"
#include "engine/duckdb_api_internal.h"
#include "engine/scalar_function.h"

namespace firn::engine {

/// Per connection, whether the functions of its statement are to end. DuckDB looks at its own such
/// flag between vectors only, and one vector of calls may take long. Threads: any.
class StopFlags {
 public:
  /// Of a connection, made when it is asked for first. Lifetime: until it is removed.
  std::atomic<bool>& Of(idx_t connection);
  std::atomic<bool>& Of(duckdb_connection connection);
  void Remove(duckdb_connection connection);

 private:
  std::mutex mutex_;
  std::map<idx_t, std::atomic<bool>> flags_;  // guarded by mutex_
};

/// Lifetime: DuckDB keeps a copy of `function` for as long as the instance lives; so must `flags`.
Status RegisterScalarFunction(duckdb_connection connection, ScalarFunction function,
                              StopFlags& flags);

}  // namespace firn::engine
