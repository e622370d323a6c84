#include <cstring>

#include <arrow/array.h>
#include <arrow/type.h>

#include "columnar/interval.h"
#include "engine/connection.h"
#include "engine/duckdb_types_internal.h"
#include "engine/engine_core_internal.h"
#include "engine/uuid_bytes_internal.h"

namespace firn::engine {
namespace {

using columnar::Layout;
using columnar::Type;

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

duckdb_state BindInterval(duckdb_prepared_statement statement, idx_t at, std::string_view text) {
  columnar::Interval interval;
  if (!columnar::ReadStoredInterval(text, &interval)) return DuckDBError;
  return duckdb_bind_interval(statement, at, {interval.months, interval.days, interval.micros});
}

/// Null: an element is no UTF-8.
duckdb_value ListValue(const Type& type, const arrow::ListArray& list, int64_t row);

// One element of a list.
duckdb_value ValueAt(const Type& type, const arrow::Array& array, int64_t row) {
  if (array.IsNull(row)) return duckdb_create_null_value();
  const auto one = array.Slice(row, 1);
  switch (LayoutOf(type)) {
    case Layout::kBool:
      return duckdb_create_bool(As<arrow::BooleanArray>(*one).Value(0));
    case Layout::kInt16:
      return duckdb_create_int16(FixedValue<int16_t>(*one));
    case Layout::kInt32:
      return duckdb_create_int32(FixedValue<int32_t>(*one));
    case Layout::kInt64:
      return duckdb_create_int64(FixedValue<int64_t>(*one));
    case Layout::kFloat:
      return duckdb_create_float(FixedValue<float>(*one));
    case Layout::kDouble:
      return duckdb_create_double(FixedValue<double>(*one));
    case Layout::kDate:
      return duckdb_create_date(FixedValue<duckdb_date>(*one));
    case Layout::kTime:
      return duckdb_create_time(FixedValue<duckdb_time>(*one));
    case Layout::kTimestamp:
      return duckdb_create_timestamp(FixedValue<duckdb_timestamp>(*one));
    case Layout::kTimestamptz:
      return duckdb_create_timestamp_tz(FixedValue<duckdb_timestamp>(*one));
    case Layout::kDecimal:
      return duckdb_create_decimal({static_cast<uint8_t>(type.precision),
                                    static_cast<uint8_t>(type.scale),
                                    FixedValue<duckdb_hugeint>(*one)});
    case Layout::kUtf8: {
      const auto text = As<arrow::StringArray>(*one).GetView(0);
      if (type.kind == columnar::TypeKind::kInterval) {
        columnar::Interval interval;
        FIRN_CHECK(columnar::ReadStoredInterval(text, &interval));
        return duckdb_create_interval({interval.months, interval.days, interval.micros});
      }
      return duckdb_create_varchar_length(text.data(), text.size());
    }
    case Layout::kBinary: {
      const auto bytes = As<arrow::BinaryArray>(*one).GetView(0);
      return duckdb_create_blob(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    }
    case Layout::kUuid: {
      const uint8_t* bytes = As<arrow::FixedSizeBinaryArray>(*one).GetValue(0);
      return duckdb_create_uuid({LoadBigEndian64(bytes + 8), LoadBigEndian64(bytes)});
    }
    case Layout::kList:
      break;
  }
  return nullptr;
}

duckdb_value ListValue(const Type& type, const arrow::ListArray& list, int64_t row) {
  const auto element = ElementOf(type);
  std::vector<OwnedValue> owned;
  std::vector<duckdb_value> values;
  for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
    owned.emplace_back(ValueAt(element, *list.values(), i));
    if (owned.back().get() == nullptr) return nullptr;
    values.push_back(owned.back().get());
  }
  const auto logical = element.kind == columnar::TypeKind::kInterval
                           ? OwnedType(duckdb_create_logical_type(DUCKDB_TYPE_INTERVAL))
                           : LogicalTypeOf(element);
  const auto count = values.size();
  values.push_back(nullptr);  // an empty list has an address too: without one the value is null
  return duckdb_create_list_value(logical.get(), values.data(), count);
}

duckdb_state BindOne(duckdb_prepared_statement statement, idx_t at, const Type& type,
                     const arrow::Array& array) {
  if (array.IsNull(0)) return duckdb_bind_null(statement, at);
  switch (LayoutOf(type)) {
    case Layout::kBool:
      return duckdb_bind_boolean(statement, at, As<arrow::BooleanArray>(array).Value(0));
    case Layout::kInt16:
      return duckdb_bind_int16(statement, at, FixedValue<int16_t>(array));
    case Layout::kInt32:
      return duckdb_bind_int32(statement, at, FixedValue<int32_t>(array));
    case Layout::kInt64:
      return duckdb_bind_int64(statement, at, FixedValue<int64_t>(array));
    case Layout::kFloat:
      return duckdb_bind_float(statement, at, FixedValue<float>(array));
    case Layout::kDouble:
      return duckdb_bind_double(statement, at, FixedValue<double>(array));
    case Layout::kDate:
      return duckdb_bind_date(statement, at, FixedValue<duckdb_date>(array));
    case Layout::kTime:
      return duckdb_bind_time(statement, at, FixedValue<duckdb_time>(array));
    case Layout::kTimestamp:
      return duckdb_bind_timestamp(statement, at, FixedValue<duckdb_timestamp>(array));
    case Layout::kTimestamptz:
      return duckdb_bind_timestamp_tz(statement, at, FixedValue<duckdb_timestamp>(array));
    case Layout::kDecimal:
      return duckdb_bind_decimal(
          statement, at,
          {static_cast<uint8_t>(type.precision), static_cast<uint8_t>(type.scale),
           FixedValue<duckdb_hugeint>(array)});
    case Layout::kUtf8: {
      const auto text = As<arrow::StringArray>(array).GetView(0);
      if (type.kind == columnar::TypeKind::kInterval) return BindInterval(statement, at, text);
      return duckdb_bind_varchar_length(statement, at, text.data(), text.size());
    }
    case Layout::kBinary: {
      const auto bytes = As<arrow::BinaryArray>(array).GetView(0);
      return duckdb_bind_blob(statement, at, bytes.data(), bytes.size());
    }
    case Layout::kUuid:
      return BindUuid(statement, at, array);
    case Layout::kList: {
      const OwnedValue value(ListValue(type, As<arrow::ListArray>(array), 0));
      if (value.get() == nullptr) return DuckDBError;
      return duckdb_bind_value(statement, at, value.get());
    }
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
