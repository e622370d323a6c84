#include <cstring>

#include <arrow/array.h>
#include <arrow/type.h>

#include "engine/connection.h"
#include "engine/engine_core_internal.h"
#include "engine/uuid_bytes_internal.h"

namespace firn::engine {
namespace {

using columnar::Type;
using Kind = columnar::TypeKind;

template <typename T>
T FixedValue(const arrow::Array& array) {
  T value;
  std::memcpy(&value, array.data()->buffers[1]->data() + array.offset() * sizeof(T), sizeof(T));
  return value;
}

template <typename T>
const T& As(const arrow::Array& array) {
  return static_cast<const T&>(array);
}

duckdb_state BindUuid(duckdb_prepared_statement statement, idx_t at, const arrow::Array& array) {
  const uint8_t* bytes = As<arrow::FixedSizeBinaryArray>(array).GetValue(0);
  const OwnedValue value(duckdb_create_uuid({LoadBigEndian64(bytes + 8), LoadBigEndian64(bytes)}));
  return duckdb_bind_value(statement, at, value.get());
}

duckdb_state BindOne(duckdb_prepared_statement statement, idx_t at, const Type& type,
                     const arrow::Array& array) {
  if (array.IsNull(0)) return duckdb_bind_null(statement, at);
  switch (type.kind) {
    case Kind::kBool:
      return duckdb_bind_boolean(statement, at, As<arrow::BooleanArray>(array).Value(0));
    case Kind::kInt2:
      return duckdb_bind_int16(statement, at, FixedValue<int16_t>(array));
    case Kind::kInt4:
      return duckdb_bind_int32(statement, at, FixedValue<int32_t>(array));
    case Kind::kInt8:
      return duckdb_bind_int64(statement, at, FixedValue<int64_t>(array));
    case Kind::kFloat4:
      return duckdb_bind_float(statement, at, FixedValue<float>(array));
    case Kind::kFloat8:
      return duckdb_bind_double(statement, at, FixedValue<double>(array));
    case Kind::kDate:
      return duckdb_bind_date(statement, at, FixedValue<duckdb_date>(array));
    case Kind::kTimestamp:
      return duckdb_bind_timestamp(statement, at, FixedValue<duckdb_timestamp>(array));
    case Kind::kTimestamptz:
      return duckdb_bind_timestamp_tz(statement, at, FixedValue<duckdb_timestamp>(array));
    case Kind::kNumeric:
      if (type.precision == 0) {
        const auto text = As<arrow::StringArray>(array).GetView(0);
        return duckdb_bind_varchar_length(statement, at, text.data(), text.size());
      }
      return duckdb_bind_decimal(
          statement, at,
          {static_cast<uint8_t>(type.precision), static_cast<uint8_t>(type.scale),
           FixedValue<duckdb_hugeint>(array)});
    case Kind::kText:
    case Kind::kVarchar: {
      const auto text = As<arrow::StringArray>(array).GetView(0);
      return duckdb_bind_varchar_length(statement, at, text.data(), text.size());
    }
    case Kind::kBytea: {
      const auto bytes = As<arrow::BinaryArray>(array).GetView(0);
      return duckdb_bind_blob(statement, at, bytes.data(), bytes.size());
    }
    case Kind::kUuid:
      return BindUuid(statement, at, array);
  }
  return DuckDBError;
}

}  // namespace

Status Query::Bind(size_t index, const Type& type, const arrow::Array& value) {
  if (index >= parameter_count()) {
    return Fail(MakeError(ErrorCode::kInvalidInput,
                          "there is no parameter ${}: the statement has {}", index + 1,
                          parameter_count())
                    .WithSqlState("08P01"));
  }
  if (value.length() != 1 || !value.type()->Equals(*columnar::ArrowType(type))) {
    return Fail(ErrorCode::kInternal, "bound value has the wrong shape: want={} got={} length={}",
                columnar::PostgresName(type), value.type()->ToString(), value.length());
  }
  if (BindOne(state_->prepared.get(), index + 1, type, value) == DuckDBError) {
    // Of these calls only text can be refused, for bytes that are not UTF-8.
    return Fail(MakeError(ErrorCode::kInvalidInput,
                          "invalid byte sequence for encoding \"UTF8\": parameter ${}", index + 1)
                    .WithSqlState("22021"));
  }
  return {};
}

}  // namespace firn::engine
