// Preloaded into a server, makes its query engine meet a fatal error when a test asks for one.
//
// $BREAK_ENGINE names a file. "aside": a connection of its own runs a function that throws what
// DuckDB throws when it is beyond repair. "next": so does the server's next statement. The file is
// gone once that has happened.
#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "duckdb.h"

namespace {

std::atomic<duckdb_database> newest{nullptr};

void Throw(duckdb_function_info, duckdb_data_chunk, duckdb_vector) {
  throw std::runtime_error(R"({"exception_type":"FATAL","exception_message":"broken by a test"})");
}

std::string Wish() {
  const char* path = std::getenv("BREAK_ENGINE");
  std::string wish;
  if (path != nullptr) std::ifstream(path) >> wish;
  return wish;
}

duckdb_connection ConnectionThatBreaks() {
  duckdb_connection connection = nullptr;
  if (duckdb_connect(newest.load(), &connection) == DuckDBError) std::abort();
  auto type = duckdb_create_logical_type(DUCKDB_TYPE_INTEGER);
  auto function = duckdb_create_scalar_function();
  duckdb_scalar_function_set_name(function, "break_engine");
  duckdb_scalar_function_add_parameter(function, type);
  duckdb_scalar_function_set_return_type(function, type);
  duckdb_scalar_function_set_volatile(function);
  duckdb_scalar_function_set_function(function, Throw);
  if (duckdb_register_scalar_function(connection, function) == DuckDBError) std::abort();
  duckdb_destroy_scalar_function(&function);
  duckdb_destroy_logical_type(&type);
  return connection;
}

/// The result of a broken statement belongs to its connection, which is never closed: at the
/// program's end DuckDB is gone before it. Kept where one who looks for leaks finds it.
void Keep(duckdb_connection connection) {
  static auto& kept = *new std::vector<duckdb_connection>;
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  kept.push_back(connection);
}

constexpr const char* kBreak = "SELECT break_engine(range::INTEGER) FROM range(3)";

void Watch() {
  while (true) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    if (Wish() != "aside") continue;
    auto connection = ConnectionThatBreaks();
    duckdb_query(connection, kBreak, nullptr);
    duckdb_disconnect(&connection);
    ::unlink(std::getenv("BREAK_ENGINE"));
  }
}

template <typename Function>
Function Next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" duckdb_state duckdb_open_ext(const char* path, duckdb_database* database,
                                        duckdb_config config, char** error) {
  const auto state =
      Next<decltype(&duckdb_open_ext)>("duckdb_open_ext")(path, database, config, error);
  static const bool watching = [] {
    std::thread(Watch).detach();
    return true;
  }();
  (void)watching;
  newest.store(*database);
  return state;
}

extern "C" duckdb_state duckdb_pending_prepared_streaming(duckdb_prepared_statement statement,
                                                          duckdb_pending_result* result) {
  const auto real =
      Next<decltype(&duckdb_pending_prepared_streaming)>("duckdb_pending_prepared_streaming");
  if (Wish() != "next") return real(statement, result);
  ::unlink(std::getenv("BREAK_ENGINE"));
  auto connection = ConnectionThatBreaks();
  duckdb_prepared_statement breaks = nullptr;
  if (duckdb_prepare(connection, kBreak, &breaks) == DuckDBError) std::abort();
  Keep(connection);
  const auto state = real(breaks, result);
  duckdb_destroy_prepare(&breaks);  // the result has what it needs of it
  return state;
}
