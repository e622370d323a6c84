// engine: functions of firn's own that SQL can call, over DuckDB's vectors. typed_function.h makes
// them of lambdas; here is what they read from and write to.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace firn::engine {

using Int128 = __int128;

struct Bytes {
  std::string_view data;
};
struct Blob {
  std::string data;
};
struct Date {
  int32_t days = 0;  // since 1970-01-01; ±INT32_MAX: infinite
};
struct Time {
  int64_t micros = 0;
};
struct Timestamp {
  int64_t micros = 0;  // since 1970-01-01; ±INT64_MAX: infinite
};
struct Timestamptz {
  int64_t micros = 0;
};
struct Interval {
  int32_t months = 0;
  int32_t days = 0;
  int64_t micros = 0;
};
struct Uuid {
  uint64_t lower = 0;
  int64_t upper = 0;  // its highest bit flipped, as the engine keeps it
};

/// How values lie in a vector.
enum class VectorKind : uint8_t {
  kBool,
  kInt16,
  kInt32,
  kInt64,
  kInt128,
  kFloat,
  kDouble,
  kDecimal,
  kText,
  kBlob,
  kDate,
  kTime,
  kTimestamp,
  kTimestamptz,
  kInterval,
  kUuid,
  kList,
  kNull,  // an untyped NULL
  kAny,   // in signatures
};

struct VectorType {
  VectorKind kind = VectorKind::kAny;
  VectorKind element = VectorKind::kAny;  // of a kList
};

/// One argument of a call, for all rows of a vector. Threads: one.
class Column {
 public:
  VectorKind kind() const { return kind_; }
  int width() const { return width_; }  // of a kDecimal
  int scale() const { return scale_; }

  bool IsNull(size_t row) const {
    return validity_ != nullptr && (validity_[row / 64] >> (row % 64) & 1) == 0;
  }
  template <typename T>
  const T& At(size_t row) const {
    return static_cast<const T*>(data_)[row];
  }
  std::string_view TextAt(size_t row) const {
    const auto& text = At<Text>(row);
    const char* data = text.length <= kInlineBytes ? text.rest : text.out_of_line();
    return {data, text.length};
  }
  /// The integer of a DECIMAL without its point, or of any integer type.
  Int128 IntegerAt(size_t row) const;
  /// Of a kList: its elements, and where those of a row are.
  const Column& elements() const { return *elements_; }
  std::pair<size_t, size_t> ListAt(size_t row) const {
    const auto& entry = At<std::pair<uint64_t, uint64_t>>(row);
    return {entry.first, entry.second};
  }

 private:
  friend class VectorReader;
  static constexpr uint32_t kInlineBytes = 12;
  // duckdb_string_t: the length, then twelve bytes, or four and a pointer.
  struct alignas(8) Text {
    uint32_t length;
    char rest[12];
    const char* out_of_line() const {
      const char* pointer = nullptr;
      std::memcpy(&pointer, rest + 4, sizeof(pointer));
      return pointer;
    }
  };

  VectorKind kind_ = VectorKind::kNull;
  int width_ = 0;
  int scale_ = 0;
  const void* data_ = nullptr;
  const uint64_t* validity_ = nullptr;
  std::unique_ptr<Column> elements_;
};

/// Where a function puts its results. Threads: one.
class ResultVector {
 public:
  void SetNull(size_t row);
  template <typename T>
  void Set(size_t row, const T& value) {
    static_cast<T*>(data_)[row] = value;
  }
  void SetText(size_t row, std::string_view text);
  /// Of a list: the row gets `count` elements, to be set at the returned index and after it.
  size_t StartList(size_t row, size_t count);
  ResultVector& elements() { return *elements_; }

 private:
  friend class VectorReader;
  void* vector_ = nullptr;
  void* data_ = nullptr;
  uint64_t* validity_ = nullptr;
  size_t list_size_ = 0;
  std::unique_ptr<ResultVector> elements_;
};

/// A value whose type the call decides.
struct AnyValue {
  const Column* column = nullptr;
  size_t row = 0;
};

using FunctionBody =
    std::function<Status(const std::vector<Column>& arguments, size_t rows, ResultVector& result)>;

/// What Engine::Open registers. Not here: who may call it; sql's table of functions decides.
struct ScalarFunction {
  std::string name;
  std::vector<VectorType> arguments;
  std::optional<VectorType> more;  // any number of these may follow
  VectorType result;
  FunctionBody body;
  /// It has errors, or another answer each time: called for the rows that reach it and no other.
  /// A call of one that has not may be made ahead of time, once for equal values, or below a join.
  bool may_fail = true;
};

}  // namespace firn::engine
