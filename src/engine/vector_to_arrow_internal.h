// engine: DuckDB result vectors as Arrow arrays of the types clients see. Values are copied (a
// vector is at most 2,048 rows), so batches live on their own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "columnar/types.h"
#include "engine/duckdb_api_internal.h"

namespace firn::engine {

/// One column of a result: its Postgres type, and how its vectors become arrays.
class ResultColumn {
 public:
  /// Errors: 0A000 naming the column for a type that firn has not.
  static Result<ResultColumn> Make(std::string name, duckdb_logical_type type);

  const columnar::Field& field() const { return field_; }
  Result<std::shared_ptr<arrow::Array>> Convert(duckdb_vector vector, int64_t rows) const;

 private:
  using Converter = Result<std::shared_ptr<arrow::Array>> (ResultColumn::*)(duckdb_vector,
                                                                            int64_t) const;
  template <size_t kWidth>
  Result<std::shared_ptr<arrow::Array>> Copied(duckdb_vector vector, int64_t rows) const;
  template <typename From, typename To>
  Result<std::shared_ptr<arrow::Array>> Widened(duckdb_vector vector, int64_t rows) const;
  template <typename From>
  Result<std::shared_ptr<arrow::Array>> Decimals(duckdb_vector vector, int64_t rows) const;
  template <int64_t kMultiply, int64_t kDivide>
  Result<std::shared_ptr<arrow::Array>> Timestamps(duckdb_vector vector, int64_t rows) const;
  template <typename Index>
  Result<std::shared_ptr<arrow::Array>> Enums(duckdb_vector vector, int64_t rows) const;
  Result<std::shared_ptr<arrow::Array>> Bools(duckdb_vector vector, int64_t rows) const;
  Result<std::shared_ptr<arrow::Array>> Hugeints(duckdb_vector vector, int64_t rows) const;
  Result<std::shared_ptr<arrow::Array>> Uuids(duckdb_vector vector, int64_t rows) const;
  Result<std::shared_ptr<arrow::Array>> Strings(duckdb_vector vector, int64_t rows) const;
  Result<std::shared_ptr<arrow::Array>> Finish(
      duckdb_vector vector, int64_t rows, std::vector<std::shared_ptr<arrow::Buffer>>,
      std::vector<std::shared_ptr<arrow::ArrayData>> children = {}) const;
  Result<std::shared_ptr<arrow::Array>> Intervals(duckdb_vector vector, int64_t rows) const;
  Result<std::shared_ptr<arrow::Array>> Lists(duckdb_vector vector, int64_t rows) const;
  static Converter DecimalConverter(duckdb_logical_type type);
  static Converter EnumConverter(duckdb_logical_type type);
  static Converter ConverterFor(duckdb_logical_type type);

  columnar::Field field_;
  std::shared_ptr<arrow::DataType> arrow_type_;
  Converter converter_ = nullptr;
  std::vector<std::string> enum_values_;
  std::shared_ptr<const ResultColumn> element_;  // of lists
};

}  // namespace firn::engine
