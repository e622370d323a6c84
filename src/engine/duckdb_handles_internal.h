// engine: DuckDB's C handles with an owner.
#pragma once

#include <string>
#include <utility>

#include "engine/duckdb_api_internal.h"

namespace firn::engine {

/// Owns one C handle that is freed by Destroy(&handle).
template <typename Handle, void (*Destroy)(Handle*)>
class Owned {
 public:
  Owned() = default;
  explicit Owned(Handle handle) : handle_(handle) {}
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Owned() { Reset(); }

  void Reset() {
    if (handle_ != nullptr) Destroy(&handle_);
    handle_ = nullptr;
  }
  Handle get() const { return handle_; }
  Handle* out() { return &handle_; }
  explicit operator bool() const { return handle_ != nullptr; }

 private:
  Handle handle_ = nullptr;
};

using OwnedType = Owned<duckdb_logical_type, duckdb_destroy_logical_type>;
using OwnedValue = Owned<duckdb_value, duckdb_destroy_value>;
using OwnedChunk = Owned<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using OwnedPending = Owned<duckdb_pending_result, duckdb_destroy_pending>;
using OwnedPrepared = Owned<duckdb_prepared_statement, duckdb_destroy_prepare>;
using OwnedTableFunction = Owned<duckdb_table_function, duckdb_destroy_table_function>;

/// A string that DuckDB allocated: copied and freed. Null becomes "".
inline std::string TakeString(const char* text) {
  if (text == nullptr) return {};
  std::string copy(text);
  duckdb_free(const_cast<char*>(text));
  return copy;
}
inline std::string_view View(const char* text) {
  return text == nullptr ? std::string_view{} : std::string_view(text);
}

}  // namespace firn::engine
